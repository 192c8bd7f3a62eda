//! The server: what becomes of calls, by what their handlers do.

use std::time::Duration;

use trunkline::outbound::{Counts, Server, ServerHandle, Session, Shutdown};
use trunkline::{Call, Error, HangupCause, SyncCall};

use crate::support::{Switch, everywhere};

/// A server on loopback.
async fn server() -> Server {
    Server::bind("127.0.0.1:0").await.unwrap()
}

/// Waits until so many connections are over, and stops.
async fn after(handle: &ServerHandle, over: u64) -> Counts {
    loop {
        let counts = handle.counts();
        if counts.open == 0 && counts.over() >= over {
            handle.shutdown(Shutdown::give_back(Duration::ZERO));
            return counts;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn until(handle: &ServerHandle, done: impl Fn(&Counts) -> bool) {
    while !done(&handle.counts()) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn ended(session: &Session) {
    match session {
        Session::Async(call) => drop(call.ended().await),
        Session::Sync(call) => drop(call.ended().await),
        _ => {}
    }
}

async fn dial(switch: &Switch, handle: &ServerHandle, words: &str) {
    switch.dial(handle.local_addresses()[0].port(), words, "", "hangup").await;
}

#[tokio::test]
async fn answered_played_and_hung_up() {
    everywhere(|switch| async move {
        let server = server().await;
        let handle = server.handle();
        let serving = server.serve(|call: Call| async move {
            call.answer().await?;
            call.playback("silence_stream://50").await?;
            call.hangup(HangupCause::NormalClearing).await
        });
        let (served, counts) = tokio::join!(serving, async {
            for _ in 0..3 {
                dial(&switch, &handle, "async full").await;
            }
            after(&handle, 3).await
        });
        served.unwrap();
        assert_eq!((counts.over(), counts.ended), (3, 3), "{counts:?}");
    })
    .await;
}

#[tokio::test]
async fn each_handler_ends_its_own_call() {
    everywhere(|switch| async move {
        let server = server().await;
        let handle = server.handle();
        let serving = server.serve(|call: Call| async move {
            call.answer().await?;
            match call.data().and_then(|data| data.variable("what")).as_deref() {
                Some("panic") => panic!("on purpose"),
                Some("fail") => Err("on purpose")?,
                Some("hang up") => drop(call.hangup(HangupCause::UserBusy).await?),
                Some("be hung up") => drop(call.playback("silence_stream://-1").await?),
                _ => {}
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
        });
        let (served, counts) = tokio::join!(serving, async {
            let to = handle.local_addresses()[0].port();
            for what in ["panic", "fail", "hang up", "return"] {
                switch.dial(to, "async full", &format!("what='{what}'"), "hangup").await;
            }
            let uuid = switch.dial(to, "async full", "what='be hung up'", "hangup").await;
            while handle.counts().over() < 4 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
            switch.client().api(&format!("uuid_kill {uuid}")).await.unwrap();
            after(&handle, 5).await
        });
        served.unwrap();
        let fates = [counts.panicked, counts.failed, counts.ended, counts.given_back];
        assert_eq!((counts.over(), fates), (5, [1, 1, 2, 1]), "{counts:?}");
    })
    .await;
}

#[tokio::test]
async fn the_wrong_mode_is_given_back() {
    everywhere(|switch| async move {
        let server = server().await;
        let handle = server.handle();
        let serving = server.serve(|call: SyncCall| async move {
            call.answer().await?;
            Ok::<_, Error>(())
        });
        let (served, counts) = tokio::join!(serving, async {
            dial(&switch, &handle, "full").await;
            dial(&switch, &handle, "async").await;
            after(&handle, 2).await
        });
        served.unwrap();
        assert_eq!((counts.wrong_mode, counts.given_back), (1, 1), "{counts:?}");
    })
    .await;
}

/// With `async` the switch parks a call behind the answer to `connect`: one that is left before is never let go.
#[tokio::test]
async fn a_call_that_is_left_at_once_goes_on() {
    everywhere(|switch| async move {
        let server = server().await;
        let handle = server.handle();
        let serving = server.serve(|_: Session| async {});
        let (served, ()) = tokio::join!(serving, async {
            let mut calls = Vec::new();
            for words in ["async full", "async", "full", ""].repeat(5) {
                calls.push(switch.dial(handle.local_addresses()[0].port(), words, "", "hangup").await);
            }
            let counts = after(&handle, 20).await;
            assert_eq!(counts.given_back, 20, "{counts:?}");
            for uuid in calls {
                while switch.client().api(&format!("uuid_exists {uuid}")).await.unwrap().text() == "true" {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        });
        served.unwrap();
    })
    .await;
}

#[tokio::test]
async fn one_too_many_is_given_back() {
    everywhere(|switch| async move {
        for words in ["async full", "async", "full"] {
            let server = server().await.most_calls(2);
            let handle = server.handle();
            let serving = server.serve(|session: Session| async move { ended(&session).await });
            let (served, ()) = tokio::join!(serving, async {
                let port = handle.local_addresses()[0].port();
                let mut calls = Vec::new();
                for _ in 0..4 {
                    calls.push(switch.dial(port, words, "", "park").await);
                }
                until(&handle, |counts| counts.busy == 2 && counts.open == 2).await;
                for uuid in calls {
                    switch.client().api(&format!("uuid_kill {uuid}")).await.unwrap();
                }
                assert_eq!(after(&handle, 4).await.ended, 2);
            });
            served.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_is_not_allowed_is_not_heard() {
    everywhere(|switch| async move {
        let server = server().await.allow("10.0.0.0/8".parse().unwrap());
        let handle = server.handle();
        let serving = server.serve(|_: Session| async { unreachable!() as Result<(), Error> });
        let (served, ()) = tokio::join!(serving, async {
            dial(&switch, &handle, "full").await;
            assert_eq!(after(&handle, 1).await.not_allowed, 1);
        });
        served.unwrap();
    })
    .await;
}
