//! A click in a web page: one's own telephone rings, and when it is answered, that of the other; then the two talk.
//!
//! cargo run -p trunkline --example click_to_dial     (TRUNKLINE_URL=esl://:PASSWORD@HOST:8021 for another switch)

use trunkline::application::Dial;
use trunkline::call::Ended;
use trunkline::dialstring::{Endpoint, Originate};
use trunkline::{Call, Client, Error, HangupCause, OriginateError, Progress};

#[path = "support/switch.rs"]
mod switch;

/// Calls the one who has clicked, then the other one, and has them talk until one of them hangs up.
pub(crate) async fn dial(client: &Client, own: Endpoint, other: Dial) -> Result<Ended, Error> {
    let call = answered(client, own).await?;
    // Should he hang up while the other one's rings, the switch gives that up as well.
    match call.bridge(other).await {
        Ok(bridge) => {
            println!("{} talks with {}", call.uuid(), bridge.uuid());
            bridge.ended().await?;
        }
        Err(Error::NotBridged { cause, .. }) => println!("the other one was not reached: {cause}"),
        Err(error) => return Err(error),
    }
    call.hangup(HangupCause::NormalClearing).await
}

/// Calls somebody, and tells when it rings.
async fn answered(client: &Client, who: Endpoint) -> Result<Call, Error> {
    let mut dialled = client.originate(Originate::new(who)).progress().await?;
    while let Some(step) = dialled.next().await {
        match step {
            Progress::Ringing { leg } => println!("{leg} rings"),
            Progress::Answered(call) => return Ok(call),
            Progress::Failed(error) => return Err(error.into()),
            _ => {}
        }
    }
    Err(OriginateError::Failed { cause: HangupCause::NormalUnspecified }.into())
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let switch = switch::Switch::find().await?;
    switch.hang_up_when_bridged();
    // Telephones would be `Endpoint::user("1000")?` and `Dial::gateway("carrier", "18005551234")`.
    match dial(&switch.client, Endpoint::null("own")?, Endpoint::null("other")?.into()).await {
        Ok(ended) | Err(Error::CallEnded(ended)) => println!("over: {ended}"),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
