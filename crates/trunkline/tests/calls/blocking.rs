//! The server without async: a thread a call.

use std::io::{Read, Write};
use std::time::Duration;

use trunkline::application::{Dial, Digits, Playback};
use trunkline::blocking::Received;
use trunkline::blocking::outbound::{Call, Counts, EndedBy, Server, ServerHandle, Shutdown};
use trunkline::dialstring::DialString;
use trunkline::{ChannelUuid, Error, EventName, Events, HangupCause, Item, SocketMode};

use crate::notes;
use crate::strangers::call_data;
use crate::support::{Switch, everywhere, within};

/// A server in a thread of its own.
struct Serving {
    handle: ServerHandle,
    thread: std::thread::JoinHandle<Result<(), Error>>,
}

impl Serving {
    fn begin<R: trunkline::outbound::IntoOutcome>(
        set_up: impl FnOnce(Server) -> Server,
        handler: impl Fn(&mut Call) -> R + Send + Sync + 'static,
    ) -> Self {
        let server = set_up(Server::bind("127.0.0.1:0").unwrap());
        let handle = server.handle();
        Self { handle, thread: std::thread::spawn(move || server.serve(handler)) }
    }

    fn port(&self) -> u16 {
        self.handle.local_addresses()[0].port()
    }

    async fn until(&self, done: impl Fn(&Counts) -> bool) {
        while !done(&self.handle.counts()) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Once so many are over.
    async fn after(self, over: u64) -> Counts {
        self.until(|counts| counts.over() >= over && counts.open == 0).await;
        self.handle.shutdown(Shutdown::give_back(Duration::ZERO));
        self.thread.join().unwrap().unwrap();
        self.handle.wait_stopped();
        self.handle.counts()
    }
}

fn as_is(server: Server) -> Server {
    server
}

#[tokio::test]
async fn in_every_mode() {
    everywhere(|switch| async move {
        let serving = Serving::begin(as_is, |call| {
            call.answer()?;
            call.events([EventName::ChannelExecuteComplete])?;
            let played = call.playback("silence_stream://50")?;
            assert_eq!(played.terminator(), None);
            let mut told = Vec::new();
            while let Some(Received::Event(event)) = call.recv_timeout(Duration::ZERO)? {
                told.push(event.get("Application").unwrap_or_default().into_owned());
            }
            assert_eq!(told, ["playback"]);
            let silent = call.run(Digits::silently().timeout(Duration::from_secs(1)));
            assert!(silent.is_err() && call.ended_already().is_none(), "{silent:?}");
            let ended = call.hangup(HangupCause::CallRejected)?;
            assert_eq!(ended.by, EndedBy::Program);
            assert!(ended.cause.is_none_or(|cause| cause == HangupCause::CallRejected));
            assert!(matches!(call.answer(), Err(Error::CallEnded(_))));
            Ok::<_, Error>(())
        });
        for words in ["async full", "async", "full", ""] {
            switch.dial(serving.port(), words, "", "park").await;
        }
        let counts = serving.after(4).await;
        assert_eq!(counts.ended, 4, "{counts:?}");
    })
    .await;
}

#[tokio::test]
async fn each_handler_ends_its_own_call() {
    everywhere(|switch| async move {
        let serving = Serving::begin(as_is, |call| {
            match call.data().variable("what").as_deref() {
                Some("panic") => panic!("on purpose"),
                Some("fail") => Err("on purpose")?,
                Some("be hung up") => drop(call.playback("silence_stream://-1")?),
                _ => {}
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
        });
        let mut calls = Vec::new();
        for words in ["async full", "async", "full"] {
            for what in ["panic", "fail", "return"] {
                calls.push(switch.dial(serving.port(), words, &format!("what='{what}'"), "hangup").await);
            }
        }
        let hung_up = switch.dial(serving.port(), "async full", "what='be hung up'", "hangup").await;
        serving.until(|counts| counts.over() == 9).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        switch.client().api(&format!("uuid_kill {hung_up}")).await.unwrap();
        let counts = serving.after(10).await;
        let fates = [counts.panicked, counts.failed, counts.given_back, counts.ended];
        assert_eq!(fates, [3, 3, 3, 1], "{counts:?}");
        // They went on in their dialplan, to its end.
        for uuid in calls {
            while switch.client().api(&format!("uuid_exists {uuid}")).await.unwrap().text() == "true" {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_application_that_takes_too_long_is_ended() {
    everywhere(|switch| async move {
        let serving = Serving::begin(as_is, |call| {
            call.answer()?;
            for limit in [0, 1, 100] {
                let limit = Duration::from_millis(limit);
                let played = call.run_within(Playback::new("silence_stream://-1"), limit);
                if call.data().mode() == SocketMode::Async {
                    assert!(matches!(played, Err(Error::ApplicationTimedOut { .. })), "{played:?}");
                } else {
                    assert!(matches!(played, Err(Error::Misuse(_))), "{played:?}");
                }
            }
            call.playback("silence_stream://50")?;
            call.hangup(HangupCause::NormalClearing)
        });
        for words in ["async full", "async", "full"] {
            switch.dial(serving.port(), words, "", "park").await;
        }
        let counts = serving.after(3).await;
        assert_eq!(counts.ended, 3, "{counts:?}");
    })
    .await;
}

#[tokio::test]
async fn bridged_by_a_value() {
    everywhere(|switch| async move {
        let serving = Serving::begin(as_is, |call| {
            call.answer()?;
            call.set("note", "it's mine")?;
            call.info()?;
            let busy = call.bridge(to("error/USER_BUSY"));
            let Err(Error::NotBridged { cause, .. }) = &busy else { panic!("{busy:?}") };
            assert_eq!(*cause, HangupCause::UserBusy);
            let end = call.bridge(to("{execute_on_answer='hangup NO_ANSWER'}null/1"));
            assert!(end.is_ok() || matches!(end, Err(Error::NotBridged { .. })), "{end:?}");
            call.playback("silence_stream://20")?;
            call.hangup(HangupCause::NormalClearing)
        });
        for words in ["async full", "full"] {
            switch.dial(serving.port(), words, "", "park").await;
        }
        let counts = serving.after(2).await;
        assert_eq!(counts.ended, 2, "{counts:?}");
    })
    .await;
}

fn to(dial: &str) -> Dial {
    Dial::to(dial.parse::<DialString>().unwrap())
}

#[tokio::test]
async fn one_too_many_is_given_back() {
    everywhere(|switch| async move {
        for words in ["async full", "full"] {
            let set_up = |server: Server| server.most_calls(1);
            let serving = Serving::begin(set_up, |call| call.wait_ended().map(drop));
            let mut calls = Vec::new();
            for _ in 0..3 {
                calls.push(switch.dial(serving.port(), words, "", "park").await);
            }
            serving.until(|counts| counts.busy == 2 && counts.open == 1).await;
            for uuid in calls {
                switch.client().api(&format!("uuid_kill {uuid}")).await.unwrap();
            }
            assert_eq!(serving.after(3).await.ended, 1);
        }
    })
    .await;
}

async fn cause_after(switch: &Switch, words: &str, how: Shutdown) -> Option<String> {
    let serving = Serving::begin(as_is, |call| {
        call.answer()?;
        call.wait_ended()
    });
    let mut events = switch.client().events([EventName::ChannelHangupComplete]).await.unwrap();
    let uuid = switch.dial(serving.port(), words, "", "hangup:USER_BUSY").await;
    serving.until(|counts| counts.open == 1).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    serving.handle.shutdown(how);
    serving.after(1).await;
    cause_of(&mut events, &uuid).await
}

async fn cause_of(events: &mut Events, uuid: &ChannelUuid) -> Option<String> {
    while let Some(Item::Event(event)) = events.next().await {
        if event.unique_id().is_some_and(|id| id == uuid.as_str()) {
            return event.get("Hangup-Cause").map(|cause| cause.into_owned());
        }
    }
    None
}

/// Its thread cannot be ended, but its call is, and the server comes to its end.
#[tokio::test]
async fn a_handler_that_never_returns_is_left_behind() {
    everywhere(|switch| async move {
        let hang_up = || Shutdown::hang_up(Duration::ZERO, HangupCause::SystemShutdown);
        for (words, how, cause) in [
            ("async full", hang_up(), "SYSTEM_SHUTDOWN"),
            ("full", hang_up(), "SYSTEM_SHUTDOWN"),
            ("async full", Shutdown::give_back(Duration::ZERO), "USER_BUSY"),
            ("full", Shutdown::give_back(Duration::ZERO), "USER_BUSY"),
        ] {
            let server = Server::bind("127.0.0.1:0").unwrap().after_end(Duration::from_millis(100));
            let handle = server.handle();
            let serving = tokio::task::spawn_blocking(|| {
                notes::begin();
                let served = server.serve(|call: &mut Call| {
                    call.answer().unwrap();
                    loop {
                        std::thread::park();
                    }
                    #[expect(unreachable_code, reason = "what the block is of")]
                    ()
                });
                served.unwrap();
                notes::end()
            });
            let mut events = switch.client().events([EventName::ChannelHangupComplete]).await.unwrap();
            let uuid = switch.dial(handle.local_addresses()[0].port(), words, "", "hangup:USER_BUSY").await;
            while handle.counts().open < 1 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
            handle.shutdown(how);
            let told = serving.await.unwrap();
            let counts = handle.counts();
            assert_eq!((counts.aborted, counts.over(), counts.open), (1, 1, 1), "{words}: {counts:?}");
            assert!(
                told.contains("WARN call message=handler did not return after its call was cut off"),
                "{told}"
            );
            assert_eq!(cause_of(&mut events, &uuid).await.as_deref(), Some(cause), "{words}");
        }
    })
    .await;
}

#[tokio::test]
async fn stopped_calls_are_hung_up_or_go_on() {
    everywhere(|switch| async move {
        for words in ["async full", "full"] {
            let soon = Duration::from_millis(50);
            let hang_up = Shutdown::hang_up(soon, HangupCause::SystemShutdown);
            assert_eq!(
                cause_after(&switch, words, hang_up).await.as_deref(),
                Some("SYSTEM_SHUTDOWN"),
                "{words}"
            );
            let cause = cause_after(&switch, words, Shutdown::give_back(soon)).await;
            assert_eq!(cause.as_deref(), Some("USER_BUSY"), "{words}");
        }
    })
    .await;
}

/// Whoever is no switch, and one that is lost: each ends its own call.
#[tokio::test]
async fn strangers_and_losses() {
    let set_up = |server: Server| {
        let mut config = trunkline::Config::new("", "");
        config.connection.greeting_timeout = Duration::from_millis(200);
        server.config(config)
    };
    let serving = Serving::begin(set_up, |call| {
        let ended = call.wait_ended()?;
        assert!(matches!(ended.by, EndedBy::Lost(_)), "{ended:?}");
        Ok::<_, Error>(())
    });
    let address = serving.handle.local_addresses()[0];
    let peers = std::thread::spawn(move || {
        let data = call_data("lost", "async", "full");
        for says in ["", "GET / HTTP/1.1\r\n\r\n", &data[..data.len() - 1], &data] {
            let mut stream = std::net::TcpStream::connect(address).unwrap();
            stream.write_all(says.as_bytes()).unwrap();
            if says == data {
                // Until it is begun.
                stream.read_exact(&mut [0; 27]).unwrap();
                continue;
            }
            let _ = stream.read_to_end(&mut Vec::new());
        }
    });
    let counts = within(serving.after(4)).await;
    peers.join().unwrap();
    assert_eq!((counts.no_call, counts.ended), (3, 1), "{counts:?}");
}

/// A connection that somebody else has accepted.
#[cfg(unix)]
#[tokio::test]
async fn from_a_descriptor() {
    everywhere(|switch| async move {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let uuid = switch.dial(listener.local_addr().unwrap().port(), "async full", "", "hangup").await;
        let handled = tokio::task::spawn_blocking(move || {
            let (stream, _) = listener.accept().unwrap();
            let mut call = Call::from_stream(std::os::fd::OwnedFd::from(stream)).unwrap();
            call.answer().unwrap();
            (call.uuid(), call.hangup(HangupCause::UserBusy).unwrap())
        });
        let (handled, ended) = handled.await.unwrap();
        assert_eq!((handled, ended.cause), (uuid, Some(HangupCause::UserBusy)));
    })
    .await;
}
