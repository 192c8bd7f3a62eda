//! Applications that have to do with other calls: success, and failure where there is one.

use std::time::Duration;

use trunkline::application::{Dial, Eavesdrop, Fifo, FifoEnd, Intercept, ValetPark};
use trunkline::dialstring::{DialString, Endpoint};
use trunkline::{Call, Error, HangupCause};

use crate::support::{Switch, asynchronous, everywhere};

fn to(dial: &str) -> Dial {
    Dial::to(dial.parse::<DialString>().unwrap())
}

/// Ends this call, soon.
async fn kill(switch: &Switch, call: &Call) {
    tokio::time::sleep(Duration::from_millis(500)).await;
    switch.client().api(&format!("uuid_kill {}", call.uuid())).await.unwrap();
}

#[tokio::test]
async fn eavesdropping_ends_with_the_other_call() {
    everywhere(|switch| async move {
        let (call, other) = (switch.answered().await, switch.answered().await);
        let (heard, ()) = tokio::join!(call.eavesdrop(Eavesdrop::on(other.uuid())), kill(&switch, &other));
        heard.unwrap();
        // There is nobody any more, which the switch does not tell.
        call.eavesdrop(Eavesdrop::on(other.uuid())).await.unwrap();
        call.playback("silence_stream://20").await.unwrap();
    })
    .await;
}

/// Against a real switch only where it may crash, and never of `null/` calls: those have it divide by zero.
#[tokio::test]
async fn three_talk_until_one_of_them_ends() {
    everywhere(|switch| async move {
        if switch.is_real() && std::env::var_os("TRUNKLINE_TEST_THREE_WAY").is_none() {
            eprintln!("three_way: not tried against a real FreeSWITCH: TRUNKLINE_TEST_THREE_WAY is not set");
            return;
        }
        let echo = || Endpoint::loopback("9001", "default").unwrap();
        let call = switch.made(echo()).await;
        let [one, other] = [switch.made(echo()).await, switch.made(echo()).await];
        one.bridge_with(&other).await.unwrap();
        let (ended, ()) = tokio::join!(call.three_way(one.uuid()), kill(&switch, &one));
        ended.unwrap();
        call.playback("silence_stream://20").await.unwrap();

        let one = switch.made(echo()).await;
        let (left, ()) = tokio::join!(call.three_way(one.uuid()), kill(&switch, &call));
        assert!(matches!(left, Err(Error::CallEnded(_))), "{left:?}");
        assert!(one.ended_already().is_none());
        one.hangup(HangupCause::NormalClearing).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn three_of_whom_one_is_not_there() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        call.three_way("no-such-call").await.unwrap();
        call.intercept(Intercept::new("no-such-call")).await.unwrap();
        call.playback("silence_stream://20").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_caller_and_an_agent() {
    everywhere(|switch| async move {
        let (caller, agent) = (switch.answered().await, switch.answered().await);
        let queue = format!("test-{}", caller.uuid());
        assert_eq!(agent.fifo(Fifo::agent(&queue)).await.unwrap(), FifoEnd::Nobody);
        let leave = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            switch.client().api(&format!("uuid_recv_dtmf {} 5", caller.uuid())).await.unwrap();
        };
        let (left, ()) = tokio::join!(caller.fifo(Fifo::caller(&queue).exit_keys("5")), leave);
        assert_eq!(left.unwrap(), FifoEnd::Left);

        let serve = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            agent.fifo(Fifo::agent(&queue)).await
        };
        let end = async {
            tokio::time::sleep(Duration::from_millis(1500)).await;
            switch.client().api(&format!("uuid_kill {}", agent.uuid())).await.unwrap();
        };
        let (waited, served, ()) = tokio::join!(caller.fifo(Fifo::caller(&queue)), serve, end);
        assert!(matches!(served, Err(Error::CallEnded(_))), "{served:?}");
        assert!(matches!(waited, Ok(FifoEnd::Served) | Err(Error::CallEnded(_))), "{waited:?}");
    })
    .await;
}

#[tokio::test]
async fn parked_in_a_lot() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        let lot = format!("test-{}", call.uuid());
        let parked = call.valet_park(ValetPark::free(&lot, 9501..=9509));
        let ended = tokio::join!(parked, kill(&switch, &call)).0;
        assert!(matches!(ended, Ok(()) | Err(Error::CallEnded(_))), "{ended:?}");
        assert!(call.ended().await.is_hangup());
    })
    .await;
}

#[tokio::test]
async fn an_attended_transfer_to_nobody() {
    everywhere(|switch| async move {
        let call = asynchronous(switch.call("async full").await.1);
        call.answer().await.unwrap();
        let bridge = call.bridge(to("null/1")).await.unwrap();
        let failed = call.att_xfer(to("error/USER_BUSY")).await;
        assert!(matches!(failed, Err(Error::NotBridged { .. })), "{failed:?}");
        bridge.hangup(HangupCause::NormalClearing).await.unwrap();
        call.playback("silence_stream://20").await.unwrap();
    })
    .await;
}
