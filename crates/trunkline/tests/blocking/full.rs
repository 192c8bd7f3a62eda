//! Both sides full: a switch that does not read because it is stuck writing.

use std::thread;

use trunkline::blocking::Received;
use trunkline::proto::Message;
use trunkline::proto::listener::{api_response, command_reply};
use trunkline::{Command, LogLevel};

use crate::support::{connected, digits, event, log_line, millis, next, within};

/// More than the kernel holds between two sockets, one of which nobody reads from.
const MUCH: usize = 48 * 1024 * 1024;

/// A command with so long a body.
fn long(length: usize) -> Command {
    Command::raw_with_body("sendevent NOTIFY", &vec![b'x'; length]).unwrap()
}

/// A long command to a switch that first writes for long, and reads only then.
#[test]
fn a_long_command_to_a_busy_switch() {
    within(|| {
        const LENGTH: usize = 16 * 1024 * 1024;
        let (mut client, play) = connected(|mut switch| {
            switch.subscribe("DTMF");
            thread::sleep(millis(50));
            let body = "y".repeat(MUCH / 100);
            for number in 0..100 {
                let digit = event("DTMF", &[("Number", &number.to_string())]).body(body.clone());
                switch.send(digit.message(switch.format));
            }
            switch.expect(&format!("sendevent NOTIFY, Content-Length: {LENGTH}"));
            switch.reply("+OK taken");
            switch.silence();
        });
        client.events("DTMF").unwrap();
        let ticket = client.send(long(LENGTH)).unwrap();
        assert!(client.wants_write(), "all of it was taken at once");
        assert_eq!(client.wait(&ticket).unwrap().text(), "+OK taken");
        assert!(!client.wants_write());
        for number in 0..100 {
            assert_eq!(next(&mut client), format!("DTMF {number}"));
        }
        drop(client);
        play.end();
    });
}

/// Many long commands, each with a long answer, to a switch that answers one after the other.
#[test]
fn many_commands_with_long_answers() {
    within(|| {
        const COMMANDS: usize = 64;
        const LENGTH: usize = MUCH / COMMANDS;
        let (mut client, play) = connected(|mut switch| {
            let answer = "y".repeat(LENGTH);
            for _ in 0..COMMANDS {
                switch.expect(&format!("sendevent NOTIFY, Content-Length: {LENGTH}"));
                switch.answer(&answer);
            }
        });
        let tickets: Vec<_> = (0..COMMANDS).map(|_| client.send(long(LENGTH)).unwrap()).collect();
        for ticket in &tickets {
            assert_eq!(client.wait(ticket).unwrap().text().len(), LENGTH);
        }
        play.end();
    });
}

/// An event that is kept while a long answer is waited for does not keep the memory of that answer with it.
#[test]
fn kept_events_hold_no_buffers() {
    within(|| {
        let (mut client, play) = connected(|mut switch| {
            switch.subscribe("DTMF");
            switch.expect("log notice");
            switch.reply("+OK log level notice [5]");
            switch.expect("api show channels");
            let mut bytes = digits(7..8);
            bytes.extend(log_line(LogLevel::Notice, "a line"));
            bytes.extend(b"Content-Type: text/unheard-of\nContent-Length: 3\n\nhuh");
            bytes.extend(api_response(&[b'z'; 4000]));
            // Nobody asked for these.
            bytes.extend(api_response(b"y"));
            bytes.extend(command_reply(b"+OK"));
            switch.send(bytes);
        });
        client.events("DTMF").unwrap();
        client.logs(LogLevel::Notice).unwrap();
        let answer = client.api("show channels").unwrap();
        let Received::Event(kept) = client.recv().unwrap() else { panic!("no event") };
        assert!(kept.headers().raw().is_unique());
        assert_eq!(kept.get("Number").as_deref(), Some("7"));
        let Received::Log(kept) = client.recv().unwrap() else { panic!("no line") };
        assert!(kept.headers().raw().is_unique());
        assert_eq!(kept.text(), "a line");
        for _ in 0..3 {
            match client.recv().unwrap() {
                Received::Unexpected(message) => assert!(holds_no_buffer(*message)),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(answer.bytes().len(), 4000);
        play.end();
    });
}

fn holds_no_buffer(message: Message) -> bool {
    match message {
        Message::Other(frame) => frame.bytes().is_unique(),
        Message::ApiResponse(response) => response.bytes().is_unique(),
        Message::CommandReply(reply) => reply.headers().raw().is_unique(),
        other => panic!("{other:?}"),
    }
}
