//! A menu that a caller goes through by digits.
//!
//! cargo run -p trunkline --example ivr_menu     (TRUNKLINE_URL=esl://:PASSWORD@HOST:8021 for a switch on this machine)

use trunkline::application::Digits;
use trunkline::outbound::Server;
use trunkline::{Call, Error, HangupCause};

#[path = "support/switch.rs"]
mod switch;

// What is played: files of yours, as `ivr/ivr-welcome.wav`.
const WELCOME: &str = "tone_stream://%(100,50,440);loops=2";
const WRONG: &str = "tone_stream://%(200,50,220)";
const HOURS: &str = "tone_stream://%(100,50,660)";
const GOODBYE: &str = "tone_stream://%(100,50,330)";

/// 1 tells the hours, 2 asks for an extension and goes there, 9 ends.
pub(crate) async fn menu(call: Call) -> Result<(), Error> {
    call.answer().await?;
    loop {
        let choice = Digits::prompt(WELCOME).count(1..=1).tries(3).matching("[129]").invalid(WRONG);
        let choice = match call.play_and_get_digits(choice).await {
            Ok(entered) => entered,
            Err(error) if error.no_digits().is_some() => {
                println!("{}: {error}", call.uuid());
                break;
            }
            Err(error) => return Err(error),
        };
        match choice.as_str() {
            "1" => drop(call.playback(HOURS).await?),
            "2" => {
                let extension =
                    call.play_and_get_digits(Digits::prompt(WELCOME).count(4..=4).tries(2)).await?;
                println!("{} is sent to {extension}", call.uuid());
                return call.transfer(extension.as_str()).await;
            }
            _ => break,
        }
    }
    call.playback(GOODBYE).await?;
    call.hangup(HangupCause::NormalClearing).await.map(drop)
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let switch = switch::Switch::find().await?;
    // In a dialplan: <action application="socket" data="127.0.0.1:8084 async full"/>
    let server = Server::bind("127.0.0.1:0").await?;
    switch.caller(server.handle(), "19");
    Ok(server.serve(menu).await?)
}
