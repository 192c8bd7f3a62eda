//! Events, log lines and jobs, and what is kept while something else is waited for.

use std::time::{Duration, Instant};

use trunkline::blocking::Received;
use trunkline::proto::listener::command_reply;
use trunkline::{ApiMisuse, Command, Error, JobLost, JobUuid, LogLevel, SubscriptionRefused};

use crate::support::{connected, connected_with, digits, millis, next, within};

#[test]
fn events() {
    within(|| {
        let (mut client, play) = connected(|mut switch| {
            switch.expect("event plain DTMF");
            // In one piece: what comes right behind the confirmation was subscribed, too.
            let mut bytes = command_reply(b"+OK event listener enabled plain");
            bytes.extend(digits(1..2));
            switch.send(bytes);
            // Of another kind, as a switch may send after a change of mind.
            switch.event("TEXT", &[("Number", "2")]);
            switch.subscribe("TEXT");
            switch.event("TEXT", &[("Number", "3")]);
            switch.expect("nixevent DTMF");
            switch.event("DTMF", &[("Number", "4")]);
            switch.reply("+OK event listener disabled");
            switch.event("TEXT", &[("Number", "5")]);
            switch.expect("nixevent TEXT");
            switch.reply("+OK event listener disabled");
            switch.event("TEXT", &[("Number", "6")]);
            switch.answer_api("status", "UP");
            switch.silence();
        });
        client.events("DTMF").unwrap();
        assert_eq!(next(&mut client), "DTMF 1");
        client.events("TEXT").unwrap();
        // Already subscribed: nothing is said.
        client.events("DTMF TEXT").unwrap();
        assert_eq!(next(&mut client), "TEXT 3");
        client.nixevents("DTMF");
        assert_eq!(next(&mut client), "TEXT 5");
        client.nixevents("ALL");
        client.api("status").unwrap();
        assert!(client.try_recv().unwrap().is_none());
        drop(client);
        play.end();
    });
}

/// `ALL` stands on the switch until the end; what is shown is ours to say.
#[test]
fn all_but_some() {
    within(|| {
        let (mut client, play) = connected(|mut switch| {
            switch.subscribe("ALL");
            switch.answer_api("status", "UP");
            switch.send(digits(0..3));
            switch.event("TEXT", &[]);
            switch.answer_api("status", "UP");
            switch.send(digits(3..4));
        });
        client.events("ALL").unwrap();
        client.nixevents("DTMF");
        client.api("status").unwrap();
        assert_eq!(next(&mut client), "TEXT");
        client.events("DTMF").unwrap();
        client.api("status").unwrap();
        assert_eq!(next(&mut client), "DTMF 3");
        play.end();
    });
}

#[test]
fn refused_events() {
    within(|| {
        let (mut client, play) = connected(|mut switch| {
            switch.subscribe("TEXT");
            switch.expect("event plain DTMF HEARTBEAT");
            switch.reply("-ERR permission denied");
            for (name, reply) in
                [("DTMF", "-ERR permission denied"), ("HEARTBEAT", "+OK event listener enabled plain")]
            {
                switch.expect(&format!("event plain {name}"));
                switch.reply(reply);
            }
            switch.expect("nixevent HEARTBEAT");
            switch.event("HEARTBEAT", &[]);
            switch.event("TEXT", &[]);
            switch.reply("+OK event listener disabled");
        });
        client.events("TEXT").unwrap();
        match client.events("DTMF HEARTBEAT") {
            Err(error @ Error::Subscription(SubscriptionRefused::Events { .. })) => {
                assert!(error.is_refused());
                assert!(error.to_string().contains("DTMF"), "{error}");
            }
            other => panic!("{other:?}"),
        }
        // What was subscribed before still is, and nothing of the other.
        assert_eq!(next(&mut client), "TEXT");
        drop(client);
        play.end();
    });
}

#[test]
fn unsayable_events() {
    within(|| {
        let (mut client, play) = connected(|switch| switch.silence());
        let set = trunkline::EventSet::new().with_subclass("a\nb");
        assert!(matches!(client.events(set), Err(Error::Misuse(ApiMisuse::Unsendable { .. }))));
        drop(client);
        play.end();
    });
}

/// A subscription nobody confirms is withdrawn.
#[test]
fn unanswered_events() {
    within(|| {
        let (mut client, play) = connected_with(
            |config| config.connection.command_timeout = millis(30),
            |mut switch| {
                switch.expect("event plain DTMF");
                switch.expect("nixevent DTMF");
                switch.reply("+OK event listener enabled plain");
                switch.event("DTMF", &[]);
                switch.reply("+OK event listener disabled");
                switch.answer_api("status", "UP");
                switch.silence();
            },
        );
        assert!(client.events("DTMF").unwrap_err().is_timeout());
        client.set_command_timeout(Duration::from_secs(30));
        assert_eq!(client.api("status").unwrap().text(), "UP");
        assert!(client.try_recv().unwrap().is_none());
        drop(client);
        play.end();
    });
}

#[test]
fn the_log() {
    within(|| {
        let (mut client, play) = connected(|mut switch| {
            switch.expect("log notice");
            switch.reply("+OK log level NOTICE [5]");
            switch.log(LogLevel::Notice, "one");
            switch.log(LogLevel::Debug, "not asked for");
            switch.log(LogLevel::Err, "two");
            switch.expect("log debug");
            switch.reply("+OK log level DEBUG [7]");
            switch.log(LogLevel::Debug, "three");
            switch.expect("log err");
            switch.log(LogLevel::Debug, "too late");
            switch.reply("+OK log level ERR [3]");
            switch.log(LogLevel::Err, "four");
            switch.expect("nolog");
            switch.log(LogLevel::Err, "too late");
            switch.reply("+OK no longer logging");
            switch.answer_api("status", "UP");
            switch.silence();
        });
        client.logs(LogLevel::Notice).unwrap();
        assert_eq!(next(&mut client), "NOTICE: one");
        assert_eq!(next(&mut client), "ERR: two");
        client.logs(LogLevel::Debug).unwrap();
        assert_eq!(next(&mut client), "DEBUG: three");
        client.logs(LogLevel::Err).unwrap();
        assert_eq!(next(&mut client), "ERR: four");
        client.nologs();
        client.api("status").unwrap();
        assert!(client.try_recv().unwrap().is_none());
        drop(client);
        play.end();
    });
}

#[test]
fn filters() {
    within(|| {
        let (mut client, play) = connected(|mut switch| {
            for filter in ["Event-Name BACKGROUND_JOB", "Event-Name HEARTBEAT", "Unique-ID x"] {
                switch.expect(&format!("filter {filter}"));
                switch.reply("+OK filter added.");
            }
            switch.expect("filter delete Unique-ID");
            switch.reply("+OK filter deleted.");
            for filter in ["Event-Name BACKGROUND_JOB", "Event-Name HEARTBEAT"] {
                switch.expect(&format!("filter delete {filter}"));
                switch.reply("+OK filter deleted.");
            }
            switch.expect("filter delete all");
            switch.reply("-ERR invalid syntax");
        });
        client.filter("Unique-ID", "x").unwrap();
        client.filter_delete("Unique-ID", None).unwrap();
        match client.filter_delete_all() {
            Err(Error::Refused { command, .. }) => assert_eq!(command, "filter delete all"),
            other => panic!("{other:?}"),
        }
        play.end();
    });
}

/// What comes while a reply is waited for is kept, all of it in order.
#[test]
fn kept_while_waiting() {
    within(|| {
        let (mut client, play) = connected(|mut switch| {
            switch.subscribe("DTMF");
            switch.expect("log debug");
            switch.reply("+OK log level DEBUG [7]");
            switch.expect("api status");
            switch.send(digits(0..5000));
            switch.log(LogLevel::Debug, "a line");
            switch.send(digits(5000..5001));
            switch.answer("UP");
            switch.send(digits(5001..5002));
            switch.goodbye();
        });
        client.events("DTMF").unwrap();
        client.logs(LogLevel::Debug).unwrap();
        assert_eq!(client.api("status").unwrap().text(), "UP");
        assert!(client.has_pending());
        assert!(client.pending() >= 5002);
        for number in 0..5000 {
            assert_eq!(next(&mut client), format!("DTMF {number}"));
        }
        assert_eq!(next(&mut client), "DEBUG: a line");
        assert_eq!(next(&mut client), "DTMF 5000");
        assert_eq!(next(&mut client), "DTMF 5001");
        assert_eq!(next(&mut client), "notice: Disconnected, goodbye.");
        assert!(next(&mut client).starts_with("error: the switch closed the connection"));
        play.end();
    });
}

/// Time that is up is not the end of the connection.
#[test]
fn nothing_comes() {
    within(|| {
        let (mut client, play) = connected(|mut switch| {
            switch.subscribe("DTMF");
            switch.answer_api("status", "UP");
            // Half of one, and later the rest.
            let event = digits(1..2);
            switch.send(&event[..20]);
            switch.answer_half_later(&event[20..]);
        });
        client.events("DTMF").unwrap();
        let started = Instant::now();
        assert!(client.recv_timeout(millis(50)).unwrap().is_none());
        assert!(started.elapsed() >= millis(50));
        assert!(client.recv_timeout(Duration::ZERO).unwrap().is_none());
        assert!(client.connected());
        client.api("status").unwrap();
        assert!(client.recv_timeout(millis(50)).unwrap().is_none());
        // Half of a message makes nothing pending.
        assert!(!client.has_pending());
        drop(client.send(Command::api("go on").unwrap()).unwrap());
        assert_eq!(next(&mut client), "DTMF 1");
        assert!(client.recv_timeout(Duration::MAX).unwrap_err().is_closed());
        play.end();
    });
}

impl crate::support::Peer {
    fn answer_half_later(&mut self, rest: &[u8]) {
        self.expect("api go on");
        self.send(rest);
        self.answer("went on");
    }
}

// ---- jobs

#[test]
fn jobs() {
    within(|| {
        let (mut client, play) = connected(|mut switch| {
            switch.subscribe("BACKGROUND_JOB");
            let jobs: Vec<_> = (0..4)
                .map(|number| {
                    let id = switch.expect_job(&format!("job {number}"));
                    switch.take_job(&id);
                    id
                })
                .collect();
            switch.end_job("somebody else's", "nothing of ours");
            for number in [2, 0, 1] {
                switch.end_job(&jobs[number], &number.to_string());
            }
            switch.answer_api("status", "UP");
        });
        let jobs: Vec<_> = (0..4).map(|n| client.bgapi(&format!("job {n}")).unwrap()).collect();
        let first = client.wait_job(&jobs[0]).unwrap();
        assert_eq!(first.text(), "0");
        assert_eq!(first.event().job_uuid().as_deref(), Some(jobs[0].as_str()));
        // Given once.
        assert!(matches!(client.wait_job(&jobs[0]), Err(Error::NoSuchJob { .. })));
        // Those not waited for come by themselves, in the order they ended.
        assert_eq!(next(&mut client), format!("job {}: 2", jobs[2]));
        assert_eq!(next(&mut client), format!("job {}: 1", jobs[1]));
        assert!(matches!(client.wait_job(&jobs[1]), Err(Error::NoSuchJob { .. })));
        assert!(client.wait_job_timeout(&jobs[3], millis(10)).unwrap().is_none());
        assert_eq!(client.api("status").unwrap().text(), "UP");
        play.end();
        // The connection ends first.
        match client.wait_job(&jobs[3]) {
            Err(Error::Job(JobLost::Disconnected(_))) => {}
            other => panic!("{other:?}"),
        }
        let never = JobUuid::from("never");
        assert!(matches!(client.wait_job(&never), Err(Error::NoSuchJob { job }) if job == never));
    });
}

#[test]
fn a_job_takes_too_long() {
    within(|| {
        let (mut client, play) = connected_with(
            |config| config.job_timeout = millis(50),
            |mut switch| {
                switch.subscribe("BACKGROUND_JOB");
                for _ in 0..2 {
                    let id = switch.expect_job("sleep");
                    switch.take_job(&id);
                }
                switch.silence();
            },
        );
        let (one, other) = (client.bgapi("sleep").unwrap(), client.bgapi("sleep").unwrap());
        assert!(matches!(client.wait_job(&one), Err(Error::Job(JobLost::TimedOut))));
        assert_eq!(next(&mut client), format!("job {other} lost: TimedOut"));
        drop(client);
        play.end();
    });
}

#[test]
fn a_job_is_refused() {
    within(|| {
        let (mut client, play) = connected(|mut switch| {
            switch.subscribe("BACKGROUND_JOB");
            switch.expect_job("nosuch");
            switch.reply("-ERR permission denied");
            for reply in ["-ERR permission denied", "~Reply-Text: +OK\nJob-UUID: my-id\n\n"] {
                assert_eq!(switch.expect_job("mine"), "my-id");
                switch.reply(reply);
            }
            switch.silence();
        });
        match client.bgapi("nosuch") {
            Err(Error::Refused { command, reason }) => {
                assert_eq!((command.as_str(), reason.as_str()), ("bgapi nosuch", "permission denied"));
            }
            other => panic!("{other:?}"),
        }
        let mine = JobUuid::from("my-id");
        assert!(client.bgapi_as("mine", mine.clone()).unwrap_err().is_refused());
        assert!(matches!(client.wait_job(&mine), Err(Error::NoSuchJob { .. })));
        let mine = client.bgapi_as("mine", mine).unwrap();
        let again = client.bgapi_as("mine", mine);
        assert!(matches!(again, Err(Error::Misuse(ApiMisuse::Invalid { .. }))), "{again:?}");
        assert!(matches!(client.bgapi("two\nlines"), Err(Error::Misuse(_))));
        drop(client);
        play.end();
    });
}

/// Whoever subscribed to BACKGROUND_JOB gets the event as well.
#[test]
fn a_job_as_an_event() {
    within(|| {
        let (mut client, play) = connected(|mut switch| {
            switch.subscribe("BACKGROUND_JOB");
            let id = switch.expect_job("status");
            switch.take_job(&id);
            switch.end_job(&id, "UP");
        });
        client.events("BACKGROUND_JOB").unwrap();
        let job = client.bgapi("status").unwrap();
        assert_eq!(client.wait_job(&job).unwrap().text(), "UP");
        match client.recv().unwrap() {
            Received::Event(event) => assert_eq!(event.job_uuid().as_deref(), Some(job.as_str())),
            other => panic!("{other:?}"),
        }
        play.end();
    });
}
