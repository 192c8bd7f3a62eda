//! A prepaid call: it is charged for by the interval, the caller is warned in time, and cut off when his credit ends.
//!
//! cargo run -p trunkline --example prepaid     (TRUNKLINE_URL=esl://:PASSWORD@HOST:8021 for a switch on this machine)

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use trunkline::api::BroadcastLeg;
use trunkline::application::Dial;
use trunkline::dialstring::Endpoint;
use trunkline::outbound::Server;
use trunkline::{Call, Error, HangupCause};

#[path = "support/switch.rs"]
mod switch;

/// What each account has left, in cents.
#[derive(Clone, Default)]
pub(crate) struct Ledger(Arc<Mutex<HashMap<String, u32>>>);

impl Ledger {
    pub(crate) fn pay_in(&self, account: &str, cents: u32) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(account.to_owned()).or_default() +=
            cents;
    }

    /// Takes so much, if there is so much; what is left.
    fn charge(&self, account: &str, cents: u32) -> Option<u32> {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = accounts.get_mut(account)?;
        *left = left.checked_sub(cents)?;
        Some(*left)
    }
}

/// 5 cents an interval, each paid for before it begins.
pub(crate) async fn talk(call: Call, ledger: Ledger, to: Endpoint, interval: Duration) -> Result<(), Error> {
    const PRICE: u32 = 5;
    let account = call.caller_number().unwrap_or_default().into_owned();
    call.answer().await?;
    if ledger.charge(&account, PRICE).is_none() {
        call.playback("tone_stream://%(500,100,220)").await?;
        return call.hangup(HangupCause::OutgoingCallBarred).await.map(drop);
    }
    let bridge = match call.bridge(Dial::to(to).hangup_after()).await {
        Err(Error::NotBridged { .. }) => {
            ledger.pay_in(&account, PRICE);
            return call.hangup(HangupCause::NormalClearing).await.map(drop);
        }
        bridged => bridged?,
    };
    let mut ended = std::pin::pin!(bridge.ended());
    loop {
        tokio::select! {
            end = ended.as_mut() => return end.map(drop),
            () = tokio::time::sleep(interval) => {}
        }
        let Some(left) = ledger.charge(&account, PRICE) else {
            return call.hangup(HangupCause::AllottedTimeout).await.map(drop);
        };
        if left < PRICE {
            println!("{account} is warned");
            call.broadcast("tone_stream://%(100,50,880);loops=2", BroadcastLeg::Aleg).await?;
        }
    }
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let switch = switch::Switch::find().await?;
    // In a dialplan: <action application="socket" data="127.0.0.1:8084 async full"/>
    let server = Server::bind("127.0.0.1:0").await?;
    switch.caller(server.handle(), "");
    let ledger = Ledger::default();
    ledger.pay_in("1000", 19);
    let (to, interval) = (Endpoint::null("other")?, Duration::from_millis(500));
    Ok(server.serve(move |call: Call| talk(call, ledger, to, interval)).await?)
}
