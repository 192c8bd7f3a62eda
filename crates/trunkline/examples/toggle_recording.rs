//! `*` begins to record a call, and ends it again, while the two go on talking.
//!
//! cargo run -p trunkline --example toggle_recording     (TRUNKLINE_URL=esl://:PASSWORD@HOST:8021 for another switch)

use trunkline::application::Dial;
use trunkline::call::Recording;
use trunkline::dialstring::Endpoint;
use trunkline::outbound::Server;
use trunkline::{Call, Error, HangupCause};

#[path = "support/switch.rs"]
mod switch;

/// Bridges the call, and listens to its digits meanwhile.
pub(crate) async fn talk(call: Call, to: Endpoint) -> Result<(), Error> {
    call.answer().await?;
    let mut digits = call.dtmf();
    let bridge = call.bridge(Dial::to(to)).await?;
    let mut over = std::pin::pin!(bridge.ended());
    let mut recording: Option<Recording> = None;
    let mut number = 0;
    loop {
        let digit = tokio::select! {
            end = over.as_mut() => {
                println!("{} talks no more: {:?}", call.uuid(), end?.cause);
                break;
            }
            digit = digits.next() => digit,
        };
        match (digit, recording.take()) {
            (Some('*'), None) => {
                number += 1;
                let path = format!("/tmp/{}-{number}.wav", call.uuid());
                recording = Some(call.start_recording(&path).await?);
                println!("recorded to {path}");
            }
            (Some('*'), Some(under_way)) => under_way.stop().await?,
            (Some('0'), _) => return call.hangup(HangupCause::NormalClearing).await.map(drop),
            (Some(_), under_way) => recording = under_way,
            (None, _) => break,
        }
    }
    call.hangup(HangupCause::NormalClearing).await.map(drop)
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let switch = switch::Switch::find().await?;
    // In a dialplan: <action application="socket" data="127.0.0.1:8084 async full"/>
    let server = Server::bind("127.0.0.1:0").await?;
    switch.caller(server.handle(), "**0");
    // A telephone would be `Endpoint::user("1000")?`.
    let to = Endpoint::null("other")?;
    Ok(server.serve(move |call: Call| talk(call, to)).await?)
}
