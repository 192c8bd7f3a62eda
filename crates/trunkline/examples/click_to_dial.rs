//! A click in a web page: one's own telephone rings, and when it is answered, that of the other; then the two talk.
//!
//! cargo run -p trunkline --example click_to_dial     (TRUNKLINE_URL=esl://:PASSWORD@HOST:8021 for another switch)

use trunkline::call::Ended;
use trunkline::dialstring::{Endpoint, Originate};
use trunkline::{Client, Error, HangupCause, OriginateError, Progress};

#[path = "support/switch.rs"]
mod switch;

/// Calls the one who has clicked, then the other one, and has them talk until one of them hangs up.
pub(crate) async fn dial(client: &Client, own: Endpoint, other: Endpoint) -> Result<Ended, Error> {
    let mut own = client.originate(Originate::new(own)).progress().await?;
    let first = loop {
        match own.next().await {
            Some(Progress::Ringing { leg }) => println!("{leg} rings"),
            Some(Progress::Answered(call)) => break call,
            Some(Progress::Failed(error)) => return Err(error.into()),
            Some(_) => {}
            None => return Err(OriginateError::Failed { cause: HangupCause::NormalUnspecified }.into()),
        }
    };
    // Should he hang up while the other one's rings, that is given up as well.
    let second = tokio::select! {
        called = client.originate(Originate::new(other)) => called,
        ended = first.ended() => return Ok(ended),
    };
    let second = match second {
        Ok(second) => second.call().await?,
        Err(error) => {
            println!("the other one was not reached: {error}");
            return first.hangup(HangupCause::UserBusy).await;
        }
    };
    match first.bridge_with(&second).await {
        Ok(()) => println!("{} talks with {}", first.uuid(), second.uuid()),
        Err(Error::CallEnded(_)) => drop(second.hangup(HangupCause::NormalClearing).await?),
        Err(error) => return Err(error),
    }
    Ok(first.ended().await)
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let switch = switch::Switch::find().await?;
    // Telephones would be `Endpoint::user("1000")?`.
    let talk = dial(&switch.client, Endpoint::null("own")?, Endpoint::null("other")?);
    let hang_up = switch.hang_up_when_bridged();
    let (ended, _) = tokio::join!(talk, hang_up);
    println!("over: {}", ended?);
    Ok(())
}
