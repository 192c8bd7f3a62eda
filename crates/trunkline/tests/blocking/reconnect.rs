//! Connections that are lost, and made again when the program says so.

use std::sync::mpsc::channel;
use std::time::Duration;

use trunkline::blocking::Received;
use trunkline::{CloseReason, Command, Error, Executed, GapCause, JobLost, LogLevel, State};

use crate::support::{CORE, OTHER, digits, lose, millis, next, sessions, sessions_with, within};

fn api(words: &str) -> Command {
    Command::api(words).unwrap()
}

#[test]
fn what_was_asked_for_is_asked_for_again() {
    within(|| {
        let (mut client, play) = sessions(|port| {
            let mut switch = port.let_in_as(CORE);
            switch.subscribe("DTMF");
            switch.expect("log info");
            switch.reply("+OK log level info [6]");
            for filter in ["Event-Name BACKGROUND_JOB", "Event-Name HEARTBEAT", "Number 1"] {
                switch.expect(&format!("filter {filter}"));
                switch.reply("+OK filter added");
            }
            switch.send(digits(0..1));
            drop(switch);
            for core in [CORE, OTHER] {
                let mut switch = port.let_in_as(core);
                // All of it before anything else.
                for filter in ["Event-Name BACKGROUND_JOB", "Event-Name HEARTBEAT", "Number 1"] {
                    switch.expect(&format!("filter {filter}"));
                    switch.reply("+OK filter added");
                }
                switch.subscribe("DTMF");
                switch.send(digits(1..2));
                switch.expect("log info");
                switch.reply("+OK log level info [6]");
                switch.log(LogLevel::Notice, "a line");
                switch.answer_api("status", "UP");
            }
        });
        client.events("DTMF").unwrap();
        client.logs(LogLevel::Info).unwrap();
        client.filter("Number", "1").unwrap();
        for why in [GapCause::Disconnected, GapCause::Restarted] {
            // What came before the loss is there before the gap.
            if why == GapCause::Disconnected {
                assert_eq!(next(&mut client), "DTMF 0");
            }
            lose(&mut client);
            assert!(matches!(client.state(), State::Lost(CloseReason::Eof)), "{:?}", client.state());
            assert!(!client.connected());
            let gap = client.reconnect().unwrap();
            assert_eq!((gap.why, &gap.reason), (why, &CloseReason::Eof));
            let core = if why == GapCause::Restarted { OTHER } else { CORE };
            assert_eq!(gap.core.as_ref().map(|core| core.as_str()), Some(core));
            assert!(gap.from <= gap.to);
            assert_eq!(client.state(), State::Ready);
            assert!(client.connected() && client.close_reason().is_none());
            assert_eq!(client.api("status").unwrap().text(), "UP");
            match client.recv().unwrap() {
                Received::Gap(again) => assert_eq!(again, gap),
                other => panic!("{other:?}"),
            }
            assert_eq!(next(&mut client), "DTMF 1");
            assert!(next(&mut client).contains("a line"));
        }
        play.end();
    });
}

/// What had come and was not fetched stands before the gap, what comes after it behind; a full queue drops no gap.
#[test]
fn the_gap_stands_in_its_place() {
    within(|| {
        for most in [usize::MAX, 3] {
            let (mut client, play) = sessions_with(
                |config| config.queue_items = most,
                |port| {
                    for session in 0..3 {
                        let mut switch = port.let_in_as(CORE);
                        switch.subscribe("DTMF");
                        switch.send(digits(session * 2..session * 2 + 2));
                        switch.answer_api("status", "UP");
                    }
                },
            );
            client.events("DTMF").unwrap();
            client.api("status").unwrap();
            for _ in 0..2 {
                client.reconnect().unwrap();
                client.api("status").unwrap();
            }
            let pending = client.pending();
            let seen: Vec<_> = (0..pending + usize::from(most == 3)).map(|_| next(&mut client)).collect();
            let all: &[&str] = match most {
                3 => &["missed 3", "gap", "DTMF 3", "gap", "DTMF 4", "DTMF 5"],
                _ => &["DTMF 0", "DTMF 1", "gap", "DTMF 2", "DTMF 3", "gap", "DTMF 4", "DTMF 5"],
            };
            assert_eq!(seen, all);
            play.end();
        }
    });
}

#[test]
fn commands_are_not_said_again() {
    within(|| {
        let (mut client, play) = sessions(|port| {
            let mut switch = port.let_in_as(CORE);
            switch.answer_api("one", "1");
            switch.expect("api two");
            switch.expect("api three");
            switch.answer("2");
            drop(switch);
            let mut switch = port.let_in_as(CORE);
            switch.answer_api("five", "5");
            switch.expect_end();
        });
        let tickets = ["one", "two", "three"].map(|words| client.send(api(words)).unwrap());
        assert_eq!(client.wait(&tickets[0]).unwrap().text(), "1");
        match client.wait(&tickets[2]) {
            Err(Error::Disconnected { executed, command, .. }) => {
                assert_eq!((executed, command.as_str()), (Executed::Unknown, "api three"));
            }
            other => panic!("{other:?}"),
        }
        // Nothing waits for the next connection.
        let four = client.send(api("four")).unwrap();
        assert!(four.is_answered());
        for error in [client.wait(&four).unwrap_err(), client.api("four").unwrap_err()] {
            match error {
                Error::Disconnected { executed, .. } => assert_eq!(executed, Executed::No),
                other => panic!("{other:?}"),
            }
        }
        assert!(client.events("DTMF").unwrap_err().is_closed());
        assert!(client.logs(LogLevel::Debug).unwrap_err().is_closed());
        assert!(client.filter("Number", "1").unwrap_err().is_closed());
        assert!(client.bgapi("x").unwrap_err().is_closed());
        client.reconnect().unwrap();
        assert_eq!(client.outstanding(), 0);
        assert_eq!(client.api("five").unwrap().text(), "5");
        // Those of the session before are what they were.
        assert_eq!(client.wait(&tickets[1]).unwrap().text(), "2");
        assert!(client.wait(&tickets[2]).unwrap_err().is_closed());
        drop(client);
        play.end();
    });
}

#[test]
fn jobs_are_kept_and_say_that_they_crossed_a_gap() {
    within(|| {
        let (mut client, play) = sessions(|port| {
            let mut switch = port.let_in_as(CORE);
            switch.subscribe("BACKGROUND_JOB");
            let jobs = ["before", "across", "never"].map(|words| {
                let id = switch.expect_job(words);
                switch.take_job(&id);
                id
            });
            switch.end_job(&jobs[0], "before");
            switch.expect_job("not taken");
            drop(switch);
            let mut switch = port.let_in_as(CORE);
            switch.subscribe("BACKGROUND_JOB");
            switch.end_job(&jobs[1], "across");
            let id = switch.expect_job("after");
            switch.take_job(&id);
            switch.end_job(&id, "after");
            drop(switch);
            port.let_in_as(OTHER).subscribe("BACKGROUND_JOB");
        });
        let [before, across, never] = ["before", "across", "never"].map(|words| client.bgapi(words).unwrap());
        let not_taken = "not-taken".into();
        let cut_off = client.bgapi_as("not taken", trunkline::JobUuid::clone(&not_taken));
        assert!(matches!(cut_off, Err(Error::Disconnected { executed: Executed::Unknown, .. })));
        // It had come.
        assert!(!client.wait_job(&before).unwrap().crossed_gap());
        assert!(client.crossed_gap(&across));
        for _ in 0..2 {
            assert!(matches!(client.wait_job(&across), Err(Error::Job(JobLost::Disconnected(_)))));
        }
        client.reconnect().unwrap();
        let ended = client.wait_job(&across).unwrap();
        assert_eq!((&*ended.text(), ended.crossed_gap()), ("across", true));
        let after = client.bgapi("after").unwrap();
        assert!(!client.crossed_gap(&after) && client.crossed_gap(&never));
        assert!(!client.wait_job(&after).unwrap().crossed_gap());
        assert!(matches!(client.wait_job(&not_taken), Err(Error::NoSuchJob { .. })));
        assert!(client.wait_job_timeout(&never, Duration::MAX).unwrap_err().is_closed());
        assert_eq!(client.reconnect().unwrap().why, GapCause::Restarted);
        assert!(matches!(client.wait_job(&never), Err(Error::Job(JobLost::Restarted))));
        play.end();
    });
}

/// A job that ends in the queue, not waited for, says so as well, and its time runs on without a connection.
#[test]
fn jobs_that_come_by_themselves() {
    within(|| {
        let (mut client, play) = sessions_with(
            |config| config.job_timeout = millis(1500),
            |port| {
                let mut switch = port.let_in_as(CORE);
                switch.subscribe("BACKGROUND_JOB");
                let jobs = ["one", "two"].map(|words| {
                    let id = switch.expect_job(words);
                    switch.take_job(&id);
                    id
                });
                drop(switch);
                let mut switch = port.let_in_as(CORE);
                switch.subscribe("BACKGROUND_JOB");
                switch.end_job(&jobs[0], "1");
                switch.answer_api("status", "UP");
                switch.silence();
            },
        );
        let [one, two] = ["one", "two"].map(|words| client.bgapi(words).unwrap());
        lose(&mut client);
        client.reconnect().unwrap();
        client.api("status").unwrap();
        assert!(matches!(client.recv().unwrap(), Received::Gap(_)));
        match client.recv().unwrap() {
            Received::Job { job, result: Ok(result) } => assert!(job == one && result.crossed_gap()),
            other => panic!("{other:?}"),
        }
        match client.recv().unwrap() {
            Received::Job { job, result: Err(JobLost::TimedOut) } => assert_eq!(job, two),
            other => panic!("{other:?}"),
        }
        drop(client);
        play.end();
    });
}

/// What is not granted any more is told; the rest of it goes on.
#[test]
fn not_granted_any_more() {
    within(|| {
        let (mut client, play) = sessions(|port| {
            let mut switch = port.let_in_as(CORE);
            switch.subscribe("DTMF HEARTBEAT");
            switch.expect("log info");
            switch.reply("+OK log level info [6]");
            drop(switch);
            let mut switch = port.let_in_as(CORE);
            switch.expect("event plain DTMF HEARTBEAT");
            switch.expect("log info");
            switch.reply("-ERR permission denied");
            switch.reply("-ERR permission denied");
            for _ in 0..2 {
                match switch.hear().unwrap().as_str() {
                    "event plain DTMF" => switch.reply("-ERR permission denied"),
                    "event plain HEARTBEAT" => switch.reply("+OK event listener enabled plain"),
                    other => panic!("{other}"),
                }
            }
            switch.expect("nixevent HEARTBEAT");
            switch.expect("event plain HEARTBEAT");
            switch.reply("+OK event listener disabled");
            switch.reply("+OK event listener enabled plain");
            switch.event("HEARTBEAT", &[]);
            switch.answer_api("status", "UP");
            drop(switch);
            let mut switch = port.let_in_as(CORE);
            // Not asked for again.
            switch.subscribe("HEARTBEAT");
            switch.answer_api("status", "UP");
        });
        client.events("DTMF HEARTBEAT").unwrap();
        client.logs(LogLevel::Info).unwrap();
        lose(&mut client);
        client.reconnect().unwrap();
        client.api("status").unwrap();
        assert!(matches!(client.recv().unwrap(), Received::Gap(_)));
        for _ in 0..2 {
            match client.recv().unwrap() {
                Received::Refused(refused) => {
                    assert!(Error::from(refused).is_refused());
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(next(&mut client), "HEARTBEAT");
        lose(&mut client);
        client.reconnect().unwrap();
        client.api("status").unwrap();
        assert_eq!(next(&mut client), "gap");
        play.end();
    });
}

/// What is taken back while there is no connection is not asked for again, whether that is known then or just found out.
#[test]
fn taken_back_in_a_break() {
    within(|| {
        for known in [true, false] {
            let (left, until_left) = channel();
            let (mut client, play) = sessions_with(
                |config| config.pause = millis(0),
                move |port| {
                    let mut switch = port.let_in_as(CORE);
                    switch.subscribe("DTMF TEXT");
                    switch.expect("log info");
                    switch.reply("+OK log level info [6]");
                    drop(switch);
                    left.send(()).unwrap();
                    let mut switch = port.let_in_as(CORE);
                    switch.subscribe("TEXT");
                    switch.answer_api("status", "UP");
                },
            );
            client.events("DTMF TEXT").unwrap();
            client.logs(LogLevel::Info).unwrap();
            if known {
                lose(&mut client);
            } else {
                until_left.recv().unwrap();
                assert!(client.connected());
            }
            client.nixevents("DTMF");
            assert!(!client.connected());
            client.nologs();
            client.reconnect().unwrap();
            client.api("status").unwrap();
            play.end();
        }
    });
}

/// One that still stands is left, having been read.
#[test]
fn a_connection_that_stands_is_left() {
    within(|| {
        let (said, until_said) = channel();
        let (mut client, play) = sessions(move |port| {
            let mut switch = port.let_in_as(CORE);
            switch.subscribe("DTMF");
            switch.expect("api slow");
            switch.send(digits(0..3));
            said.send(()).unwrap();
            switch.expect_end();
            let mut switch = port.let_in_as(CORE);
            switch.subscribe("DTMF");
            switch.answer_api("status", "UP");
        });
        client.events("DTMF").unwrap();
        let slow = client.send(api("slow")).unwrap();
        until_said.recv().unwrap();
        let gap = client.reconnect().unwrap();
        assert!(gap.reason.to_string().contains("left by this program"), "{}", gap.reason);
        match client.wait(&slow) {
            Err(Error::Disconnected { executed, .. }) => assert_eq!(executed, Executed::Unknown),
            other => panic!("{other:?}"),
        }
        client.api("status").unwrap();
        let seen: Vec<_> = (0..4).map(|_| next(&mut client)).collect();
        assert_eq!(seen, ["DTMF 0", "DTMF 1", "DTMF 2", "gap"]);
        play.end();
    });
}
