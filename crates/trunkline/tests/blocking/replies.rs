//! Whose reply is whose: late, dropped, out of time, in any order, with everything else in between.

use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use trunkline::proto::listener::api_response;
use trunkline::{ApiMisuse, CloseReason, Command, Error, EventBuilder, EventName, Executed, LogLevel};

use crate::support::{connected, connected_with, digits, event, log_line, millis, next, within};

fn api(words: &str) -> Command {
    Command::api(words).unwrap()
}

#[test]
fn every_kind_of_command() {
    within(|| {
        let (mut client, play) = connected(|mut switch| {
            switch.answer_api("status", "UP\n");
            switch.expect("api status, console_execute: true");
            switch.answer("UP\n");
            switch.answer_api("nosuch", "-ERR nosuch Command not found!\n");
            switch.expect("api hostname");
            switch.reply("-ERR permission denied");
            switch.expect("sendevent NOTIFY, A: b");
            switch.reply("+OK 6a1c");
            switch.expect("filter Unique-ID x");
            switch.reply("+OK filter added. [Unique-ID]=[x]");
            switch.expect("something else");
            switch.reply("-ERR command not found");
            switch.leave();
            switch.expect_end();
        });
        assert_eq!(client.api("status").unwrap().text(), "UP\n");
        assert_eq!(client.console("status").unwrap().text(), "UP\n");
        assert!(client.api("nosuch").unwrap().error().is_some());
        match client.api("hostname") {
            Err(Error::Refused { command, reason }) => {
                assert_eq!((command.as_str(), reason.as_str()), ("api hostname", "permission denied"));
            }
            other => panic!("{other:?}"),
        }
        let event = EventBuilder::new().header("A", "b");
        assert_eq!(client.sendevent(&EventName::Notify, &event).unwrap(), "6a1c");
        let reply = client.send_recv(Command::raw("filter Unique-ID x").unwrap()).unwrap();
        assert_eq!(reply.text(), "+OK filter added. [Unique-ID]=[x]");
        // A refusal is a reply.
        let reply = client.send_recv(Command::raw("something else").unwrap()).unwrap();
        assert_eq!(reply.refusal().as_deref(), Some("command not found"));
        assert!(matches!(client.api("two\nlines"), Err(Error::Misuse(ApiMisuse::Unsendable { .. }))));
        assert_eq!(client.close().unwrap(), CloseReason::Requested);
        assert_eq!(client.close().unwrap(), CloseReason::Requested);
        assert!(!client.connected());
        drop(client);
        play.end();
    });
}

/// Replies are fetched in any order, and more than once.
#[test]
fn in_any_order() {
    within(|| {
        let (mut client, play) = connected(|mut switch| {
            switch.answer_api("first", "first");
            for number in 0..100 {
                switch.expect(&format!("api {number}"));
            }
            for number in 0..100 {
                switch.answer(&number.to_string());
            }
        });
        client.api("first").unwrap();
        let tickets: Vec<_> = (0..100).map(|n| client.send(api(&n.to_string())).unwrap()).collect();
        assert_eq!(client.outstanding(), 100);
        for (number, ticket) in tickets.iter().enumerate().rev() {
            assert_eq!(client.wait(ticket).unwrap().text(), number.to_string());
            assert!(ticket.is_answered());
            assert_eq!(ticket.command(), format!("api {number}"));
            assert_eq!(client.wait(ticket).unwrap().text(), number.to_string());
        }
        assert_eq!(client.outstanding(), 0);
        play.end();
    });
}

/// A command out of time, and the next: the late answer is not taken for the next one's. Among events, log lines and
/// things unheard of, cut into single bytes.
#[test]
fn a_late_answer_is_nobodys() {
    within(|| {
        let (mut client, play) = connected(|mut switch| {
            switch.subscribe("DTMF");
            // All are on their way before any is answered.
            for command in ["slow", "one", "two"] {
                switch.expect(&format!("api {command}"));
            }
            let mut bytes = Vec::new();
            for (number, answer) in ["slow", "one", "two"].into_iter().enumerate() {
                bytes.extend(event("DTMF", &[("Number", &number.to_string())]).message(switch.format));
                bytes.extend(log_line(LogLevel::Notice, "a line\n\nContent-Type: api/response\n"));
                bytes.extend(b"Content-Type: text/unheard-of\nContent-Length: 3\n\nhuh");
                bytes.extend(api_response(answer.as_bytes()));
            }
            switch.send_in_pieces(bytes, 1);
            switch.silence();
        });
        client.events("DTMF").unwrap();
        client.set_command_timeout(millis(30));
        match client.api("slow") {
            Err(error @ Error::TimedOut { executed: Executed::Unknown, .. }) => {
                assert!(error.is_timeout());
                assert!(error.to_string().contains("`api slow`"), "{error}");
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(client.outstanding(), 1);
        client.set_command_timeout(Duration::from_secs(30));
        let one = client.send(api("one")).unwrap();
        assert_eq!(client.api("two").unwrap().text(), "two");
        assert_eq!(client.wait(&one).unwrap().text(), "one");
        for number in 0..3 {
            assert_eq!(next(&mut client), format!("DTMF {number}"));
            // Log lines were not asked for.
            assert!(next(&mut client).starts_with("Unexpected"));
        }
        assert_eq!(client.outstanding(), 0);
        assert!(client.try_recv().unwrap().is_none());
        drop(client);
        play.end();
    });
}

/// A dropped ticket: its command is executed, its reply nobody's, and nothing is left of it.
#[test]
fn dropped_tickets() {
    within(|| {
        let (mut client, play) = connected(|mut switch| {
            for number in 0..1000 {
                switch.answer_api(&format!("dropped {number}"), "dropped");
            }
            switch.answer_api("next", "next");
        });
        for number in 0..1000 {
            drop(client.send(api(&format!("dropped {number}"))).unwrap());
        }
        assert_eq!(client.api("next").unwrap().text(), "next");
        assert_eq!(client.outstanding(), 0);
        assert_eq!(client.pending(), 0);
        play.end();
    });
}

/// To wait no longer is not to give up.
#[test]
fn waiting_a_while() {
    within(|| {
        let (waited, until_waited) = channel();
        let (mut client, play) = connected(move |mut switch| {
            switch.expect("api slow");
            until_waited.recv().unwrap();
            switch.answer("slow");
        });
        let ticket = client.send(api("slow")).unwrap();
        for _ in 0..3 {
            assert!(client.wait_timeout(&ticket, millis(10)).unwrap().is_none());
        }
        waited.send(()).unwrap();
        assert_eq!(client.wait_timeout(&ticket, Duration::MAX).unwrap().unwrap().text(), "slow");
        assert!(client.wait_timeout(&ticket, Duration::ZERO).unwrap().is_some());
        play.end();
    });
}

/// The program was elsewhere while the answer came, and the time of the command passed: the answer counts.
#[test]
fn away_for_longer_than_the_timeout() {
    within(|| {
        let (answered, until_answered) = channel();
        let (mut client, play) = connected(move |mut switch| {
            switch.subscribe("DTMF");
            switch.send(digits(0..2000));
            switch.answer_api("status", "UP");
            answered.send(()).unwrap();
            switch.expect("api more");
            switch.answer("more");
        });
        client.events("DTMF").unwrap();
        client.set_command_timeout(millis(40));
        let ticket = client.send(api("status")).unwrap();
        until_answered.recv().unwrap();
        thread::sleep(millis(60));
        client.set_command_timeout(Duration::from_secs(30));
        // Whatever is called first.
        let more = client.send(api("more")).unwrap();
        assert_eq!(client.wait(&ticket).unwrap().text(), "UP");
        assert_eq!(client.wait(&more).unwrap().text(), "more");
        play.end();
    });
}

#[test]
fn every_command_has_the_clients_timeout() {
    within(|| {
        let (mut client, play) = connected(crate::support::Peer::silence);
        client.set_command_timeout(millis(20));
        let event = EventBuilder::new();
        let errors = [
            client.api("a").unwrap_err(),
            client.console("a").unwrap_err(),
            client.bgapi("a").unwrap_err(),
            client.send_recv(Command::raw("a").unwrap()).unwrap_err(),
            client.sendevent(&EventName::Notify, &event).unwrap_err(),
            client.filter("a", "b").unwrap_err(),
            client.filter_delete("a", None).unwrap_err(),
            client.filter_delete_all().unwrap_err(),
        ];
        for error in errors {
            assert!(matches!(error, Error::TimedOut { after, .. } if after == millis(20)), "{error:?}");
        }
        drop(client);
        play.end();
    });
}

/// A switch that never answers does not make the line grow for ever.
#[test]
fn too_many_at_once() {
    within(|| {
        let (mut client, play) = connected(crate::support::Peer::silence);
        client.set_command_timeout(millis(100));
        let started = Instant::now();
        let tickets: Vec<_> = (0..10_500).map(|_| client.send(api("a")).unwrap()).collect();
        assert!(started.elapsed() >= millis(100));
        // What is in line never was more than that.
        assert!(tickets.iter().filter(|ticket| ticket.is_answered()).count() >= 500);
        assert!(client.wait(&tickets[0]).unwrap_err().is_timeout());
        drop(client);
        play.end();
    });
}

#[test]
fn a_ticket_of_another_client() {
    within(|| {
        let answer = |mut switch: crate::support::Peer| {
            switch.answer_api("mine", "mine");
            switch.silence();
        };
        let (mut one, play_one) = connected(answer);
        let (mut other, play_other) = connected(answer);
        let ticket = one.send(api("mine")).unwrap();
        let same_number = other.send(api("mine")).unwrap();
        assert!(matches!(other.wait(&ticket), Err(Error::Misuse(ApiMisuse::Invalid { .. }))));
        assert!(other.wait_timeout(&ticket, millis(1)).is_err());
        assert_eq!(one.wait(&ticket).unwrap().text(), "mine");
        assert_eq!(other.wait(&same_number).unwrap().text(), "mine");
        drop((one, other));
        play_one.end();
        play_other.end();
    });
}

/// A lost connection says of each command whether it can have been executed.
#[test]
fn cut_off_with_commands_in_line() {
    within(|| {
        let (mut client, play) = connected_with(
            |config| config.connection.window = 2,
            |mut switch| {
                switch.subscribe("DTMF");
                switch.expect("api 1");
                switch.expect("api 2");
                switch.answer("1");
                switch.event("DTMF", &[]);
                // The third is said once both are answered.
                switch.send("Content-Type: api/response\nContent-Length: 5\n\nha");
            },
        );
        client.events("DTMF").unwrap();
        let tickets: Vec<_> = (1..=4).map(|n| client.send(api(&n.to_string())).unwrap()).collect();
        assert_eq!(client.wait(&tickets[0]).unwrap().text(), "1");
        for (ticket, expected) in tickets[1..].iter().zip([Executed::Unknown, Executed::No, Executed::No]) {
            match client.wait(ticket) {
                Err(Error::Disconnected { executed, .. }) => assert_eq!(executed, expected),
                other => panic!("{other:?}"),
            }
        }
        // What had come is still there; then the end, as often as one asks.
        assert_eq!(next(&mut client), "DTMF");
        for _ in 0..2 {
            assert!(client.recv().unwrap_err().is_closed());
            assert!(client.try_recv().unwrap_err().is_closed());
        }
        assert!(client.has_pending());
        assert!(!client.connected());
        // Those of before keep their replies, those that come later are told.
        assert_eq!(client.wait(&tickets[0]).unwrap().text(), "1");
        let late = client.api("5");
        assert!(matches!(late, Err(Error::Disconnected { executed: Executed::No, .. })), "{late:?}");
        assert!(client.events("TEXT").is_err());
        assert!(client.bgapi("a").is_err());
        client.nixevents("ALL");
        client.nologs();
        client.close().unwrap();
        play.end();
    });
}

/// A reply to nothing is told, and the connection goes on.
#[test]
fn a_reply_to_nothing() {
    within(|| {
        let (mut client, play) = connected(|mut switch| {
            switch.reply("+OK who asked");
            switch.answer_api("status", "UP");
        });
        assert!(next(&mut client).contains("who asked"));
        assert_eq!(client.api("status").unwrap().text(), "UP");
        play.end();
    });
}

#[test]
fn a_long_answer() {
    within(|| {
        let long = "0123456789abcdef".repeat(640 * 1024);
        let sent = long.clone();
        let (mut client, play) = connected(move |mut switch| {
            switch.answer_api("show channels", &sent);
            switch.answer_api("status", "UP");
        });
        assert!(client.api("show channels").unwrap().text() == long);
        assert_eq!(client.api("status").unwrap().text(), "UP");
        play.end();
    });
}
