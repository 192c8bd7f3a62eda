//! Each application that takes time, given up: it ends, and the call goes on.

use std::time::Duration;

use trunkline::application::{
    Application, Cancel, Conference, Dial, Digits, Eavesdrop, Echo, ExecuteExtension, Extension, Fifo,
    Playback, Raw, Read, Record, Sleep, Tone, ValetPark,
};
use trunkline::dialstring::DialString;
use trunkline::{Call, Error, EventName, HangupCause, Item};

use crate::support::{Switch, asynchronous, everywhere};

/// Whether there are api commands, and whether there are none.
const BOTH: [&str; 2] = ["async full", "async"];

async fn answered(switch: &Switch, words: &str) -> Call {
    let call = asynchronous(switch.call(words).await.1);
    call.answer().await.unwrap();
    call
}

/// Gives it up after a while, and does something else with the call.
async fn given_up<A: Application + Clone>(switch: &Switch, words: &[&str], make: impl Fn(&Call) -> A) {
    for words in words {
        let call = answered(switch, words).await;
        for wait in [0, 30, 500] {
            let limit = Duration::from_millis(wait);
            let late = call.within(limit).run(make(&call)).await;
            assert!(matches!(late, Err(Error::ApplicationTimedOut { .. })), "{words} after {wait} ms");
            let next =
                tokio::time::timeout(Duration::from_secs(10), call.playback("silence_stream://20")).await;
            next.unwrap_or_else(|_| panic!("{words} after {wait} ms: it does not end")).unwrap();
            assert!(call.ended_already().is_none(), "{words} after {wait} ms");
        }
        call.hangup(HangupCause::NormalClearing).await.unwrap();
    }
}

/// One that waits for long, and the call is hung up meanwhile.
async fn hung_up<A: Application>(switch: &Switch, make: impl Fn(&Call) -> A) {
    let call = answered(switch, "async full").await;
    let hang_up = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        switch.client().api(&format!("uuid_kill {} CALL_REJECTED", call.uuid())).await.unwrap();
    };
    let (run, ()) = tokio::join!(call.run(make(&call)), hang_up);
    let Err(Error::CallEnded(ended)) = run else { panic!("it outlived its call") };
    assert_eq!(ended.cause, Some(HangupCause::CallRejected));
}

macro_rules! each {
    ($($name:ident: $make:expr;)*) => {
        mod cancelled {
            use super::*;
            $(
                #[tokio::test]
                async fn $name() {
                    everywhere(|switch| async move { given_up(&switch, &BOTH, $make).await }).await;
                }
            )*
        }
        mod hung_up {
            use super::*;
            $(
                #[tokio::test]
                async fn $name() {
                    everywhere(|switch| async move { super::hung_up(&switch, $make).await }).await;
                }
            )*
        }
    };
}

const MINUTE: Duration = Duration::from_secs(60);

each! {
    playback: |_| Playback::new("silence_stream://-1");
    tone: |_| Tone::new("%(1000,1000,440)").endless();
    sleep: |_| Sleep::new(MINUTE);
    echo: |_| Echo::new();
    record: |call| Record::new(format!("/tmp/trunkline-{}.wav", call.uuid()));
    read: |_| Read::prompt("silence_stream://-1").count(2..=4).timeout(MINUTE);
    digits_prompted: |_| Digits::prompt("silence_stream://-1").tries(3).timeout(MINUTE);
    digits_awaited: |_| Digits::silently().tries(3).timeout(MINUTE).invalid("silence_stream://-1");
    conference: |call| Conference::new(format!("test-{}", call.uuid())).profile("default");
    fifo: |call| Fifo::caller(format!("test-{}", call.uuid()));
    fifo_with_music: |call| Fifo::caller(format!("test-{}", call.uuid())).music("silence_stream://-1");
    execute_extension: |_| ExecuteExtension::new(Extension::new("playback:silence_stream://-1").of("inline", "default"));
    ringing: |_| Dial::to("loopback/9014/default/XML".parse::<DialString>().unwrap());
    bridged: |_| Dial::to("null/1".parse::<DialString>().unwrap());
    one_after_the_other: |_| Dial::to("null/1|null/2".parse::<DialString>().unwrap());
}

#[tokio::test]
async fn an_eavesdropper() {
    everywhere(|switch| async move {
        let other = answered(&switch, "async full").await;
        given_up(&switch, &["async full"], |_| Eavesdrop::on(other.uuid())).await;
        hung_up(&switch, |_| Eavesdrop::on(other.uuid())).await;
    })
    .await;
}

/// What nothing ends is let be: whatever is to come behind it waits for its end, or that of the call.
#[tokio::test]
async fn what_cannot_be_ended_is_waited_for() {
    everywhere(|switch| async move {
        for words in BOTH {
            let call = answered(&switch, words).await;
            let lot = format!("test-{}", call.uuid());
            let park = || ValetPark::space(&lot, "9501");
            given_up_in_vain(&call, park()).await;
            let next = tokio::spawn({
                let call = call.clone();
                async move { call.playback("silence_stream://20").await }
            });
            tokio::time::sleep(Duration::from_millis(500)).await;
            assert!(!next.is_finished(), "{words}");
            answered(&switch, "async full").await.valet_park(park()).await.unwrap();
            next.await.unwrap().unwrap();
            call.hangup(HangupCause::NormalClearing).await.unwrap();

            let call = answered(&switch, words).await;
            given_up_in_vain(&call, Fifo::waiting_agent(&lot)).await;
            let (next, ()) = tokio::join!(call.playback("silence_stream://20"), async {
                tokio::time::sleep(Duration::from_millis(500)).await;
                switch.client().api(&format!("uuid_kill {}", call.uuid())).await.unwrap();
            });
            assert!(matches!(next, Err(Error::CallEnded(_))), "{words}: {next:?}");
        }
    })
    .await;
}

async fn given_up_in_vain(call: &Call, application: impl Application) {
    assert_eq!(application.cancel(), Cancel::Never);
    let late = call.within(Duration::from_millis(300)).run(application).await;
    assert!(matches!(late, Err(Error::ApplicationTimedOut { .. })));
}

/// A locked application plays to its end, whatever becomes of its future, and what is behind it does not begin before.
#[tokio::test]
async fn what_is_locked_is_not_ended() {
    everywhere(|switch| async move {
        for words in BOTH {
            let call = answered(&switch, words).await;
            let locked =
                call.locked().within(Duration::from_millis(100)).playback("silence_stream://800").await;
            assert!(matches!(locked, Err(Error::ApplicationTimedOut { .. })), "{words}: {locked:?}");
            let mut events = call.events([EventName::ChannelExecuteComplete]).await.unwrap();
            call.set("behind", "it").await.unwrap();
            let Some(Item::Event(first)) = events.next().await else { panic!("{words}: no event") };
            let played = first.get("variable_playback_ms").and_then(|ms| ms.parse::<u64>().ok());
            assert_eq!(first.get("Application").as_deref(), Some("playback"), "{words}");
            assert!(played.is_some_and(|ms| ms >= 750), "{words}: {played:?}");
            call.hangup(HangupCause::NormalClearing).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn what_runs_inside_of_another_is_not_ended_for_it() {
    everywhere(|switch| async move {
        for words in BOTH {
            let call = answered(&switch, words).await;
            let outer = {
                let call = call.clone();
                tokio::spawn(async move {
                    call.within(Duration::from_millis(400)).playback("silence_stream://-1").await
                })
            };
            tokio::time::sleep(Duration::from_millis(200)).await;
            // It runs inside of the other one, and outlasts its being given up.
            let inner = call.run(Raw::new("playback", "silence_stream://900").unwrap());
            let began = std::time::Instant::now();
            let inner = inner.await.unwrap();
            let played = inner.get("variable_playback_ms").and_then(|ms| ms.parse::<u64>().ok());
            assert!(played.is_some_and(|ms| ms >= 850), "{words}: {played:?} after {:?}", began.elapsed());
            assert!(matches!(outer.await.unwrap(), Err(Error::ApplicationTimedOut { .. })));
            call.playback("silence_stream://20").await.unwrap();
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn a_thousand_at_once() {
    everywhere(|switch| async move {
        for words in BOTH {
            let call = answered(&switch, words).await;
            let mut all = tokio::task::JoinSet::new();
            for number in 0..1000 {
                let call = call.clone();
                all.spawn(async move { call.set("number", &number.to_string()).await });
            }
            while let Some(one) = all.join_next().await {
                one.unwrap().unwrap();
            }
            assert!(call.ended_already().is_none());
            call.hangup(HangupCause::NormalClearing).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn given_up_in_the_moment_of_the_end() {
    everywhere(|switch| async move {
        for words in BOTH {
            let call = answered(&switch, words).await;
            for wait in [90, 95, 100, 105, 110, 115, 120, 125, 130, 135, 140] {
                let limit = Duration::from_millis(wait);
                let short = call.within(limit).playback("silence_stream://100").await;
                assert!(matches!(short, Ok(_) | Err(Error::ApplicationTimedOut { .. })), "{short:?}");
                // The break for the one does not end the other.
                let next = call.run(Raw::new("playback", "silence_stream://200").unwrap()).await.unwrap();
                let played = next.get("variable_playback_ms").and_then(|ms| ms.parse::<u64>().ok());
                assert!(played.is_some_and(|ms| ms >= 150), "{words} after {wait} ms: {played:?}");
            }
        }
    })
    .await;
}
