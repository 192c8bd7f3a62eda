//! From the switch's asking to the end.

use std::time::Duration;

use trunkline::application::Digits;
use trunkline::call::{Ended, EndedBy};
use trunkline::dialstring::Endpoint;
use trunkline::outbound::Session;
use trunkline::{Control, Error, HangupCause, SendMsg, SocketMode};

use crate::support::{Listening, asynchronous, everywhere, synchronous};

#[tokio::test]
async fn answered_played_and_hung_up() {
    everywhere(|switch| async move {
        let call = switch.async_full().await;
        call.answer().await.unwrap();
        call.playback("silence_stream://200").await.unwrap();
        let ended = call.hangup(HangupCause::UserBusy).await.unwrap();
        assert_eq!((ended.cause, ended.by), (Some(HangupCause::UserBusy), EndedBy::Program));
        assert!(matches!(call.answer().await, Err(Error::CallEnded(_))));
        // The connection lingers, and the switch keeps what is left of the call for it.
        assert!(call.client().api("status").await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn in_every_mode() {
    everywhere(|switch| async move {
        for words in ["async full", "async", "full", ""] {
            let session = switch.call(words).await.1;
            let ended = if words.contains("async") {
                let call = asynchronous(session);
                call.answer().await.unwrap();
                call.playback("silence_stream://100").await.unwrap();
                call.hangup(HangupCause::CallRejected).await
            } else {
                let call = synchronous(session);
                call.answer().await.unwrap();
                call.playback("silence_stream://100").await.unwrap();
                call.hangup(HangupCause::CallRejected).await
            };
            let ended = ended.unwrap();
            assert_eq!(ended.by, EndedBy::Program, "{words}");
            assert!(ended.cause.is_none_or(|cause| cause == HangupCause::CallRejected), "{words}");
        }
    })
    .await;
}

/// By the lines of a dialplan, media and all: what comes, what can be done, and what is known of the end.
#[tokio::test]
async fn as_the_dialplan_says() {
    everywhere(|switch| async move {
        for (line, mode, control) in [
            ("af", SocketMode::Async, Control::Full),
            ("a", SocketMode::Async, Control::SingleChannel),
            ("sf", SocketMode::Static, Control::Full),
            ("s", SocketMode::Static, Control::SingleChannel),
        ] {
            let socket = Listening::open().await;
            let to = Endpoint::loopback(&format!("{line}_{}", socket.port()), "default").unwrap();
            let (calling, session) = tokio::join!(switch.made(to), socket.accept());
            let data = session.data().unwrap();
            assert_eq!((data.mode(), data.control()), (mode, control), "{line}");
            assert_eq!(data.destination().as_deref(), Some(&*format!("{line}_{}", socket.port())));
            let (uuid, ended) = (session.uuid(), handled(session).await);
            eprintln!("{line}_PORT: {uuid} of {}, ended: {ended}", calling.uuid());
            assert_eq!(ended.by, EndedBy::Program, "{line}");
            // Only one that lingers is sure to hear why.
            let told = ended.cause.is_some_and(|cause| cause == HangupCause::CallRejected);
            assert!(told || ((mode, control) != (SocketMode::Async, Control::Full)), "{line}");
            assert!(calling.ended().await.is_hangup(), "{line}");
        }
    })
    .await;
}

async fn handled(session: Session) -> Ended {
    let digits = || Digits::silently().count(2..=2);
    match session {
        Session::Async(call) => {
            call.set("note", "it's mine").await.unwrap();
            assert_eq!(call.variable("note").await.unwrap().as_deref(), Some("it's mine"));
            let (digits, queued) = tokio::join!(call.play_and_get_digits(digits()), async {
                tokio::time::sleep(Duration::from_millis(200)).await;
                call.queue_dtmf("42").await
            });
            queued.unwrap();
            assert_eq!(&*digits.unwrap(), "42");
            call.playback("silence_stream://100").await.unwrap();
            call.hangup(HangupCause::CallRejected).await.unwrap()
        }
        Session::Sync(call) => {
            call.set("note", "it's mine").await.unwrap();
            assert_eq!(call.variable("note").await.unwrap().as_deref(), Some("it's mine"));
            call.queue_dtmf("42").await.unwrap();
            assert_eq!(&*call.play_and_get_digits(digits()).await.unwrap(), "42");
            call.playback("silence_stream://100").await.unwrap();
            call.hangup(HangupCause::CallRejected).await.unwrap()
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_caller_that_hangs_up_ends_what_waits() {
    everywhere(|switch| async move {
        let call = switch.async_full().await;
        call.answer().await.unwrap();
        let (played, _) = tokio::join!(call.playback("silence_stream://-1"), async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            switch.client().sendmsg(SendMsg::hangup(HangupCause::NoAnswer).to(&call.uuid())).await.unwrap();
        });
        let Err(Error::CallEnded(ended)) = played else { panic!("{played:?}") };
        assert_eq!((ended.cause, ended.by), (Some(HangupCause::NoAnswer), EndedBy::Switch));
    })
    .await;
}

#[tokio::test]
async fn a_dropped_application_ends_and_the_call_goes_on() {
    everywhere(|switch| async move {
        for words in ["async full", "async"] {
            let call = asynchronous(switch.call(words).await.1);
            call.answer().await.unwrap();
            for wait in [0, 1, 20, 300] {
                let limit = Duration::from_millis(wait);
                let timed_out = call.within(limit).playback("silence_stream://-1").await;
                assert!(
                    matches!(timed_out, Err(Error::ApplicationTimedOut { .. })),
                    "{words} {wait}: {timed_out:?}"
                );
            }
            call.playback("silence_stream://50").await.unwrap();
            call.hangup(HangupCause::NormalClearing).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn by_its_id() {
    everywhere(|switch| async move {
        let parked = switch.client().bgapi("originate null/test &park").await.unwrap().await.unwrap();
        let uuid = parked.text().trim().trim_start_matches("+OK ").to_owned();
        let call = switch.client().call(uuid.as_str()).await.unwrap();
        let timed_out = call.within(Duration::from_millis(50)).playback("silence_stream://-1").await;
        assert!(matches!(timed_out, Err(Error::ApplicationTimedOut { .. })), "{timed_out:?}");
        call.playback("silence_stream://50").await.unwrap();
        let ended = call.hangup(HangupCause::NoAnswer).await.unwrap();
        assert_eq!(ended.cause, Some(HangupCause::NoAnswer));
        let gone = switch.client().call(uuid.as_str()).await;
        assert!(matches!(gone, Err(Error::CallEnded(_))), "{gone:?}");
    })
    .await;
}

#[tokio::test]
async fn what_a_call_holds_is_not_shown() {
    everywhere(|switch| async move {
        let session = switch.call_with("async full", "account_secret=hunter2").await.1;
        let shown = format!("{session:?}");
        let call = asynchronous(session);
        let known = call.data().and_then(|data| data.variable("account_secret").map(String::from));
        assert_eq!(known.as_deref(), Some("hunter2"));
        assert!(shown.contains(call.uuid().as_str()) && !shown.contains("hunter2"), "{shown}");
        call.hangup(HangupCause::NormalClearing).await.unwrap();
    })
    .await;
}
