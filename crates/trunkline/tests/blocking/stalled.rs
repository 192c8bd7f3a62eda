//! Switches that say nothing, and are asked whether they are still there.

use std::thread;

use trunkline::blocking::{Client, Received};
use trunkline::{CloseReason, Error, Liveness, State};

use crate::support::{CORE, Play, Port, millis, sessions_with, within};

/// Sessions with a switch that is asked soon, and has this many milliseconds to answer, and to come back.
fn watched(answer: u64, give_up: u64, parts: impl FnOnce(&Port) + Send + 'static) -> (Client, Play) {
    let mut liveness = Liveness::default();
    liveness.ask_after = millis(20);
    (liveness.answer_within, liveness.give_up_after) = (millis(answer), millis(give_up));
    sessions_with(move |config| config.connection.liveness = Some(liveness), parts)
}

/// A switch that says nothing is asked for a sign of life by those who wait, and is told of; only much later it counts as
/// gone.
#[test]
fn stalled_and_back_and_gone() {
    within(|| {
        let (mut client, play) = watched(50, 2000, |port| {
            let mut switch = port.let_in_as(CORE);
            switch.expect("noop");
            thread::sleep(millis(150));
            switch.reply("-ERR command not found");
            switch.silence();
            port.let_in_as(CORE).answer_api("status", "UP");
        });
        let mut seen = Vec::new();
        let reason = loop {
            match client.recv() {
                Ok(Received::Stalled(stalled)) => {
                    assert_eq!(client.state(), if stalled { State::Stale } else { State::Ready });
                    seen.push(stalled);
                }
                Err(Error::Closed(reason)) => break reason,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(seen, [true, false, true]);
        assert!(matches!(reason, CloseReason::Stalled { .. }), "{reason:?}");
        client.reconnect().unwrap();
        assert_eq!(client.state(), State::Ready);
        assert_eq!(client.api("status").unwrap().text(), "UP");
        play.end();
    });
}

/// One whose program was elsewhere for longer than its answer may take is not stalled: the answer had come.
#[test]
fn away_while_it_answered() {
    within(|| {
        let (mut client, play) = watched(500, 600_000, |port| {
            let mut switch = port.let_in_as(CORE);
            while let Some(heard) = switch.hear() {
                assert_eq!(heard, "noop");
                switch.reply("-ERR command not found");
            }
        });
        // Long enough to be asked.
        assert!(client.recv_timeout(millis(60)).unwrap().is_none());
        thread::sleep(millis(700));
        assert!(client.try_recv().unwrap().is_none());
        assert_eq!(client.state(), State::Ready);
        drop(client);
        play.end();
    });
}
