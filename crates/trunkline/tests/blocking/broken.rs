//! Bytes that are no protocol, and conversations cut at every byte.

use trunkline::blocking::Client;
use trunkline::proto::listener::{api_response, auth_request, command_reply, disconnect_notice};
use trunkline::{CloseReason, Error, SwitchMisbehaved};

use crate::support::{CORE, connected, connected_with, digits, meet, next, within, words};

#[test]
fn a_length_that_is_none() {
    within(|| {
        let (mut client, play) = connected(|mut switch| {
            switch.expect("api status");
            switch.send("Content-Type: api/response\nContent-Length: many\n\n");
            switch.silence();
        });
        match client.api("status") {
            Err(Error::Disconnected { reason: CloseReason::Misbehaved(misbehaved), .. }) => {
                assert!(matches!(misbehaved, SwitchMisbehaved::ContentLength { .. }));
            }
            other => panic!("{other:?}"),
        }
        drop(client);
        play.end();
    });
}

#[test]
fn a_body_over_the_limit() {
    within(|| {
        let (mut client, play) = connected_with(
            |config| config.connection.limits.body = 100,
            |mut switch| {
                switch.answer_api("status", &"x".repeat(101));
                switch.silence();
            },
        );
        assert!(client.api("status").unwrap_err().is_closed());
        assert!(matches!(
            client.close_reason(),
            Some(CloseReason::Misbehaved(SwitchMisbehaved::BodyTooLong { limit: 100, .. }))
        ));
        drop(client);
        play.end();
    });
}

/// Closed in the middle of a frame, after half of a conversation.
#[test]
fn cut_within_a_frame() {
    within(|| {
        let (mut client, play) = connected(|mut switch| {
            switch.subscribe("DTMF");
            switch.send(digits(0..2));
            switch.send(&digits(2..3)[..30]);
            switch.fin();
            switch.silence();
        });
        client.events("DTMF").unwrap();
        assert_eq!(next(&mut client), "DTMF 0");
        assert_eq!(next(&mut client), "DTMF 1");
        match client.recv() {
            Err(Error::Closed(CloseReason::Misbehaved(SwitchMisbehaved::CutOff { received: 30 }))) => {}
            other => panic!("{other:?}"),
        }
        drop(client);
        play.end();
    });
}

/// A whole conversation, in pieces of every size, and cut off at every byte: never stuck, never anything but what was
/// said.
#[test]
fn in_pieces_and_cut_off() {
    const ALL: &str = "events UP [DTMF 0, notice: The system is being shut down.]";
    within(|| {
        for size in [1, 2, 3, 7, 31, 1000] {
            assert_eq!(converse(usize::MAX, size).0, ALL);
        }
        let (_, length) = converse(usize::MAX, 1000);
        for most in 0..=length {
            let (said, _) = converse(most, 1000);
            assert!(ALL.starts_with(said.trim_end_matches(']')), "{most}: {said}");
            assert_eq!(said == ALL, most == length, "{most}: {said}");
        }
    });
}

/// What a client makes of a switch that says at most so many bytes, in pieces of this size; how many those were.
fn converse(most: usize, size: usize) -> (String, usize) {
    let (client, play) = meet(
        |_| {},
        move |mut switch| {
            let mut left = most;
            for words in script() {
                let said = words.get(..left).unwrap_or(&words);
                switch.send_in_pieces(said, size);
                left -= said.len();
                if left == 0 || switch.hear().is_none() {
                    break;
                }
            }
            switch.fin();
            switch.silence();
        },
    );
    let said = client.map_or_else(|_| String::new(), talk);
    play.end();
    (said, script().iter().map(Vec::len).sum())
}

/// What is said first, and upon each command.
fn script() -> [Vec<u8>; 5] {
    let granted = command_reply(b"+OK event listener enabled plain");
    let notice = disconnect_notice("The system is being shut down.\n");
    [
        auth_request(),
        command_reply(b"+OK accepted"),
        api_response(CORE.as_bytes()),
        [granted, digits(0..1)].concat(),
        [api_response(b"UP"), notice].concat(),
    ]
}

fn talk(mut client: Client) -> String {
    let mut said = String::new();
    if client.events("DTMF").is_err() {
        return said;
    }
    said.push_str("events ");
    if let Ok(reply) = client.api("status") {
        let items: Vec<_> = std::iter::from_fn(|| client.recv().ok()).map(|item| words(&item)).collect();
        said.push_str(&format!("{} [{}]", reply.text(), items.join(", ")));
    }
    said
}
