//! Calls that talk to somebody.

use std::time::Duration;

use trunkline::application::{Dial, Extension, Playback, Transfer};
use trunkline::dialstring::{DialString, Endpoint};
use trunkline::{Call, Error, HangupCause};

use crate::support::{Switch, asynchronous, everywhere, synchronous};

fn to(dial: &str) -> Dial {
    Dial::to(dial.parse::<DialString>().unwrap())
}

/// Somebody who rings for three seconds before they answer.
const RINGING: &str = "loopback/9014/default/XML";

async fn answered(switch: &Switch, words: &str) -> Call {
    let call = asynchronous(switch.call(words).await.1);
    call.answer().await.unwrap();
    call
}

async fn count(switch: &Switch, call: &Call) -> String {
    let line = format!("uuid_getvar {} continue_on_fail", call.uuid());
    switch.client().api(&line).await.unwrap().text().into_owned()
}

#[tokio::test]
async fn answered_and_ended_by_the_other() {
    everywhere(|switch| async move {
        for words in ["async full", "async"] {
            let call = answered(&switch, words).await;
            let bridge = call.bridge(to("null/1").caller_id("It's Ann", "77")).await.unwrap();
            let leg = bridge.uuid();
            assert!(!leg.as_str().is_empty());
            // It can do other things meanwhile.
            call.set("note", "talking").await.unwrap();
            let hangup = async {
                tokio::time::sleep(Duration::from_millis(200)).await;
                switch.client().api(&format!("uuid_kill {leg} USER_BUSY")).await.unwrap();
            };
            let (end, ()) = tokio::join!(bridge.ended(), hangup);
            assert_eq!(end.unwrap().cause, Some(HangupCause::UserBusy), "{words}");
            assert_eq!(count(&switch, &call).await, "_undef_");
            call.playback("silence_stream://20").await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_is_reached() {
    everywhere(|switch| async move {
        let call = answered(&switch, "async full").await;
        let failed = call.bridge(to("error/USER_BUSY")).await.unwrap_err();
        let Error::NotBridged { cause, .. } = &failed else { panic!("{failed:?}") };
        assert_eq!(*cause, HangupCause::UserBusy);
        let both = Dial::to(Endpoint::error("CALL_REJECTED").unwrap()).or(to("error/NO_ANSWER"));
        let failed = call.bridge(both).await.unwrap_err();
        let Error::NotBridged { cause, .. } = &failed else { panic!("{failed:?}") };
        assert_eq!(*cause, HangupCause::NoAnswer);
        let bad = call.bridge(Dial::user("1000,sofia/gateway/x/0900")).await;
        assert!(matches!(bad, Err(Error::Misuse(_))), "{bad:?}");
        call.playback("silence_stream://20").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_second_answers() {
    everywhere(|switch| async move {
        let call = answered(&switch, "async full").await;
        let dial = to("error/USER_BUSY").or(to("[note=it's mine]null/2"));
        let bridge = call.bridge(dial).await.unwrap();
        let line = format!("uuid_getvar {} note", bridge.uuid());
        assert_eq!(switch.client().api(&line).await.unwrap().text(), "it's mine");
        bridge.hangup(HangupCause::NormalClearing).await.unwrap();
        call.playback("silence_stream://20").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn without_async_it_comes_back_at_the_end() {
    everywhere(|switch| async move {
        let call = synchronous(switch.call("full").await.1);
        call.answer().await.unwrap();
        let uuid = call.uuid();
        let end_it = async {
            tokio::time::sleep(Duration::from_millis(700)).await;
            let other = switch.client().api(&format!("uuid_getvar {uuid} bridge_uuid")).await.unwrap();
            switch.client().api(&format!("uuid_kill {}", other.text())).await.unwrap();
        };
        let (bridge, ()) = tokio::join!(call.bridge(to("null/1")), end_it);
        bridge.unwrap().ended().await.unwrap();
        call.playback("silence_stream://20").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn ringing_ends_when_it_is_dropped() {
    everywhere(|switch| async move {
        for words in ["async full", "async"] {
            let call = answered(&switch, words).await;
            let limit = Duration::from_millis(500);
            let late = call.within(limit).bridge(to(RINGING)).await;
            assert!(matches!(late, Err(Error::ApplicationTimedOut { .. })), "{words}: {late:?}");
            call.playback(Playback::new("silence_stream://20")).await.unwrap();
        }
    })
    .await;
}

/// Those whom the call has called before may live on elsewhere.
#[tokio::test]
async fn only_those_that_ring_are_hung_up_when_it_is_dropped() {
    everywhere(|switch| async move {
        for words in ["async full", "async"] {
            let call = answered(&switch, words).await;
            let bridge = call.bridge(to("null/1")).await.unwrap();
            let before = switch.client().call(bridge.uuid()).await.unwrap();
            let parked = Extension::new("park").of("inline", "default");
            call.run(Transfer::to(parked).bleg()).await.unwrap();
            bridge.ended().await.unwrap();
            let late = call.within(Duration::from_millis(500)).bridge(to(RINGING)).await;
            assert!(matches!(late, Err(Error::ApplicationTimedOut { .. })), "{words}: {late:?}");
            call.playback("silence_stream://20").await.unwrap();
            assert_eq!(before.ended_already(), None, "{words}");
            let busy = call.bridge(to("error/USER_BUSY")).await.unwrap_err();
            let Error::NotBridged { legs, .. } = &busy else { panic!("{words}: {busy:?}") };
            assert!(legs.iter().all(|(_, cause)| *cause == HangupCause::UserBusy), "{words}: {legs:?}");
            before.hangup(HangupCause::NormalClearing).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn it_rings_for_so_long() {
    everywhere(|switch| async move {
        let call = answered(&switch, "async full").await;
        let late = call.bridge(to(RINGING).timeout(Duration::from_secs(1))).await.unwrap_err();
        let Error::NotBridged { cause, legs } = &late else { panic!("{late:?}") };
        assert_eq!(*cause, HangupCause::NoAnswer);
        assert!(legs.iter().all(|(_, cause)| *cause == HangupCause::NoAnswer), "{legs:?}");
    })
    .await;
}

#[tokio::test]
async fn the_caller_hangs_up() {
    everywhere(|switch| async move {
        let call = answered(&switch, "async full").await;
        let hang_up = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            switch.client().api(&format!("uuid_kill {} NO_ANSWER", call.uuid())).await.unwrap();
        };
        let (ringing, ()) = tokio::join!(call.bridge(to(RINGING)), hang_up);
        assert!(matches!(ringing, Err(Error::CallEnded(_))), "{ringing:?}");

        let call = answered(&switch, "async full").await;
        let bridge = call.bridge(to("null/1")).await.unwrap();
        let hang_up = async { call.hangup(HangupCause::NormalClearing).await.unwrap() };
        let (ended, _) = tokio::join!(bridge.ended(), hang_up);
        assert!(matches!(ended, Err(Error::CallEnded(_))), "{ended:?}");
    })
    .await;
}

#[tokio::test]
async fn the_call_ends_with_the_bridge_if_that_is_asked_for() {
    everywhere(|switch| async move {
        let call = answered(&switch, "async full").await;
        let bridge = call.bridge(to("null/1").hangup_after()).await.unwrap();
        let other = bridge.uuid();
        switch.client().api(&format!("uuid_kill {other}")).await.unwrap();
        assert!(call.ended().await.is_hangup());

        let call = answered(&switch, "async full").await;
        let failed = call.bridge(to("error/USER_BUSY").as_the_call_has_it()).await;
        assert!(matches!(failed, Err(Error::CallEnded(_) | Error::NotBridged { .. })), "{failed:?}");
        assert_eq!(call.ended().await.cause, Some(HangupCause::UserBusy));
    })
    .await;
}
