//! Switches that say nothing, and are asked whether they are still there.

use std::thread;

use trunkline::blocking::Received;
use trunkline::{CloseReason, Config, Error, Liveness, State};

use crate::support::{CORE, millis, sessions_with, within};

/// A switch that says nothing is asked for a sign of life by those who wait, and is told of; only much later it counts as
/// gone.
#[test]
fn stalled_and_back_and_gone() {
    within(|| {
        let change = |config: &mut Config| {
            let mut liveness = Liveness::default();
            (liveness.ask_after, liveness.answer_within) = (millis(40), millis(40));
            liveness.give_up_after = millis(200);
            config.connection.liveness = Some(liveness);
        };
        let (mut client, play) = sessions_with(change, |port| {
            let mut switch = port.let_in_as(CORE);
            switch.expect("noop");
            thread::sleep(millis(120));
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
        let change = |config: &mut Config| {
            let mut liveness = Liveness::default();
            (liveness.ask_after, liveness.answer_within) = (millis(20), millis(20));
            config.connection.liveness = Some(liveness);
        };
        let (mut client, play) = sessions_with(change, |port| {
            let mut switch = port.let_in_as(CORE);
            while let Some(heard) = switch.hear() {
                assert_eq!(heard, "noop");
                switch.reply("-ERR command not found");
            }
        });
        for _ in 0..3 {
            assert!(client.recv_timeout(millis(25)).unwrap().is_none());
            thread::sleep(millis(80));
            assert!(client.try_recv().unwrap().is_none());
            assert_eq!(client.state(), State::Ready);
        }
        drop(client);
        play.end();
    });
}
