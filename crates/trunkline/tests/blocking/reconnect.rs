//! Connections that are lost, and made again when the program says so.

use std::thread;
use std::time::Duration;

use trunkline::blocking::{Client, Received};
use trunkline::proto::listener::auth_request;
use trunkline::{
    CloseReason, Command, Config, Error, Executed, GapCause, JobLost, Liveness, LogLevel, Reconnect, State,
};

use crate::support::{CORE, OTHER, Peer, Play, Port, connected, digits, meet_all, millis, next, within};

/// A client, and a switch that plays one part after the other, each in a session of its own.
fn sessions(parts: impl FnOnce(&Port) + Send + 'static) -> (Client, Play) {
    sessions_with(|_| {}, parts)
}

fn sessions_with(
    change: impl FnOnce(&mut Config),
    parts: impl FnOnce(&Port) + Send + 'static,
) -> (Client, Play) {
    let (client, play) = meet_all(change, parts);
    (client.unwrap(), play)
}

fn soon(config: &mut Config) {
    let mut reconnect = Reconnect::default();
    reconnect.first = millis(5);
    reconnect.jitter = 0.0;
    config.reconnect = Some(reconnect);
}

/// Waits until it is known that the connection is lost.
fn lose(client: &mut Client) -> CloseReason {
    match client.recv() {
        Err(Error::Closed(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

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
            |config| config.job_timeout = millis(300),
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

/// What is taken back while there is no connection is not asked for again.
#[test]
fn taken_back_in_a_break() {
    within(|| {
        let (mut client, play) = sessions(|port| {
            let mut switch = port.let_in_as(CORE);
            switch.subscribe("DTMF TEXT");
            switch.expect("log info");
            switch.reply("+OK log level info [6]");
            drop(switch);
            let mut switch = port.let_in_as(CORE);
            switch.subscribe("TEXT");
            switch.answer_api("status", "UP");
        });
        client.events("DTMF TEXT").unwrap();
        client.logs(LogLevel::Info).unwrap();
        lose(&mut client);
        client.nixevents("DTMF");
        client.nologs();
        client.reconnect().unwrap();
        client.api("status").unwrap();
        play.end();
    });
}

/// An attempt that fails leaves all as it was, whatever it fails of.
#[test]
fn attempts_that_fail() {
    within(|| {
        let (mut client, play) = sessions_with(
            |config| config.connection.greeting_timeout = millis(50),
            |port| {
                port.let_in_as(CORE).subscribe("DTMF");
                drop(port.accept());
                let mut switch = port.accept();
                switch.send(auth_request());
                switch.expect("auth ClueCon");
                switch.reply("-ERR invalid");
                drop(switch);
                port.accept().silence();
                let mut switch = port.accept();
                switch.accept_password();
                switch.expect("api global_getvar core_uuid");
                drop(switch);
                let mut switch = port.let_in_as(CORE);
                switch.expect("event plain DTMF");
                drop(switch);
                let mut switch = port.let_in_as(CORE);
                switch.subscribe("DTMF");
                switch.send(digits(0..1));
            },
        );
        client.events("DTMF").unwrap();
        assert_eq!(lose(&mut client), CloseReason::Eof);
        // How it is reported that somebody closes at once is the system's choice.
        assert!(client.reconnect().unwrap_err().is_closed());
        assert!(client.reconnect().unwrap_err().is_refused());
        assert!(matches!(client.state(), State::Lost(CloseReason::AuthRejected { .. })));
        assert!(client.reconnect().unwrap_err().is_timeout());
        assert!(client.reconnect().unwrap_err().is_closed());
        // The switch had said who it is: that was a session, and this one is lost, too.
        assert!(client.reconnect().unwrap_err().is_closed());
        assert_eq!(client.reconnect().unwrap().why, GapCause::Disconnected);
        assert_eq!([next(&mut client), next(&mut client), next(&mut client)], ["gap", "gap", "DTMF 0"]);
        play.end();
    });
}

/// A switch that does not say who it is is taken to be any.
#[test]
fn one_that_may_not_ask_who_it_is() {
    within(|| {
        let (mut client, play) = sessions(|port| {
            for _ in 0..2 {
                let mut switch = port.accept();
                switch.accept_password();
                switch.expect("api global_getvar core_uuid");
                switch.reply("-ERR permission denied");
                switch.answer_api("status", "UP");
            }
        });
        client.api("status").unwrap();
        let gap = client.reconnect().unwrap();
        assert_eq!((gap.why, gap.core), (GapCause::Unknown, None));
        client.api("status").unwrap();
        play.end();
    });
}

/// One that still stands is left, having been read.
#[test]
fn a_connection_that_stands_is_left() {
    within(|| {
        let (mut client, play) = sessions(|port| {
            let mut switch = port.let_in_as(CORE);
            switch.subscribe("DTMF");
            switch.expect("api slow");
            switch.send(digits(0..3));
            thread::sleep(millis(20));
            switch.expect_end();
            let mut switch = port.let_in_as(CORE);
            switch.subscribe("DTMF");
            switch.answer_api("status", "UP");
        });
        client.events("DTMF").unwrap();
        let slow = client.send(api("slow")).unwrap();
        thread::sleep(millis(30));
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

#[test]
fn after_the_end_there_is_none() {
    within(|| {
        let (mut client, play) = connected(|mut switch| switch.leave());
        assert_eq!(client.close().unwrap(), CloseReason::Requested);
        assert_eq!(client.state(), State::Closed(CloseReason::Requested));
        for result in [client.reconnect(), client.reconnect_patiently()] {
            assert!(matches!(result, Err(Error::Closed(CloseReason::Requested))), "{result:?}");
        }
        play.end();
        // One that was lost is given up by closing it.
        let (mut client, play) = connected(drop);
        lose(&mut client);
        assert!(matches!(client.close(), Ok(CloseReason::Eof | CloseReason::Io(_))));
        assert!(matches!(client.state(), State::Closed(_)));
        assert!(client.reconnect().unwrap_err().is_closed());
        play.end();
    });
}

/// Patience: waits that grow, refusals and closed ports and all; and the count, which is kept where sessions do not hold.
#[test]
fn patiently() {
    within(|| {
        let (mut client, play) = sessions_with(soon, |port| {
            port.let_in_as(CORE).subscribe("DTMF");
            for _ in 0..2 {
                drop(port.accept());
            }
            let mut switch = port.accept();
            switch.send(auth_request());
            switch.expect("auth ClueCon");
            switch.reply("-ERR invalid");
            drop(switch);
            let mut switch = port.let_in_as(CORE);
            switch.subscribe("DTMF");
            switch.send(digits(0..1));
            switch.silence();
        });
        client.events("DTMF").unwrap();
        lose(&mut client);
        assert_eq!(client.reconnect_patiently().unwrap().reason, CloseReason::Eof);
        assert_eq!([next(&mut client), next(&mut client)], ["gap", "DTMF 0"]);
        drop(client);
        play.end();
    });
}

#[test]
fn patience_may_be_limited() {
    within(|| {
        let change = |config: &mut Config| {
            soon(config);
            if let Some(reconnect) = &mut config.reconnect {
                reconnect.attempts = Some(3);
            }
        };
        let (mut client, play) = sessions_with(change, |port| {
            port.let_in_as(CORE);
            // Three of the first time, and three of the second.
            for _ in 0..6 {
                drop(port.accept());
            }
            port.let_in_as(CORE).silence();
        });
        lose(&mut client);
        for _ in 0..2 {
            assert!(client.reconnect_patiently().unwrap_err().is_closed());
            assert!(matches!(client.state(), State::Lost(_)));
        }
        client.reconnect_patiently().unwrap();
        drop(client);
        play.end();
    });
}

/// A stand-in is tried where the first is not there, by the first connection as well.
#[test]
fn a_stand_in() {
    within(|| {
        let (first, second) = (Port::open(), Port::open());
        let stand_in = second.config().port;
        let mut config = first.config().fallback("127.0.0.1", stand_in);
        let play = thread::spawn(move || {
            first.let_in_as(CORE);
            drop(first);
            second.let_in_as(OTHER).answer_api("status", "UP");
            second.let_in_as(OTHER).silence();
        });
        let mut client = Client::connect(config.clone()).unwrap();
        lose(&mut client);
        // The first listens a moment longer than its connection lasts.
        let gap = loop {
            match client.reconnect() {
                Ok(gap) => break gap,
                Err(error) => assert!(error.is_closed(), "{error}"),
            }
        };
        assert_eq!(gap.why, GapCause::Restarted);
        assert_eq!(client.api("status").unwrap().text(), "UP");
        config.connect_timeout = millis(2000);
        drop(Client::connect(config).unwrap());
        play.join().unwrap();
    });
}

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

/// `?reconnect=on` does nothing by itself but watch for signs of life.
#[test]
fn nothing_is_made_again_by_itself() {
    within(|| {
        let (mut client, play) = sessions_with(soon, |port| {
            port.let_in_as(CORE);
        });
        lose(&mut client);
        assert!(client.recv_timeout(millis(50)).unwrap_err().is_closed());
        assert!(client.api("status").unwrap_err().is_closed());
        assert!(client.deadline().is_none());
        play.end();
    });
}

/// Where to connect anew is not known of a socket that was handed over.
#[cfg(unix)]
#[test]
fn one_that_was_handed_over() {
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;
    within(|| {
        let (near, far) = UnixStream::pair().unwrap();
        let mut switch = Peer::new(OwnedFd::from(far).into());
        let play = thread::spawn(move || {
            switch.accept_password();
            switch.answer_api("status", "UP");
        });
        let mut config = Config::new("127.0.0.1", "ClueCon");
        soon(&mut config);
        config.connection.lasting = true;
        let mut client = Client::from_stream(OwnedFd::from(near), config).unwrap();
        let refused = client.reconnect().unwrap_err();
        assert!(matches!(refused, Error::NotDialled), "{refused}");
        assert!(matches!(client.reconnect_patiently(), Err(Error::NotDialled)));
        // It is as it was.
        assert_eq!(client.api("status").unwrap().text(), "UP");
        let reason = lose(&mut client);
        assert_eq!(client.state(), State::Closed(reason));
        assert!(matches!(client.reconnect(), Err(Error::NotDialled)));
        play.join().unwrap();
    });
}
