//! Trunkline, by its public server.

use trunkline::application::Digits;
use trunkline::outbound::Server;
use trunkline::{Call, HangupCause};

use super::{SILENCE, TONE, listening};

#[tokio::main]
pub(crate) async fn serve() {
    let server = Server::bind("127.0.0.1:0").await.expect("loopback");
    listening(server.local_addresses()[0]);
    let served = server.serve(|call: Call| async move {
        call.answer().await?;
        call.playback(TONE).await?;
        let entered = call.play_and_get_digits(Digits::prompt(SILENCE).count(1..=1).tries(1)).await?;
        assert_eq!(entered.as_str(), "2");
        call.hangup(HangupCause::NormalClearing).await
    });
    served.await.expect("no end");
}
