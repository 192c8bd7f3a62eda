//! Recorded calls, folded: what changes with each event. The files in `recorded/` say it; `TRUNKLINE_BLESS=1` writes them
//! anew; look at the difference then.

use std::path::Path;
use std::time::Instant;

use bytes::BytesMut;
use trunkline::Event;
use trunkline::model::Switch;
use trunkline::proto::{Message, MessageDecoder};

use crate::describe;
use crate::recording::Recording;

/// The events a connection of a recording received.
pub(crate) fn events(name: &str, connection: u64) -> Vec<Event> {
    let received = Recording::load(name).received();
    let (mut decoder, mut bytes) = (MessageDecoder::default(), BytesMut::from(&received[&connection][..]));
    let mut events = Vec::new();
    while let Some(message) = decoder.decode(&mut bytes).expect("messages") {
        if let Message::Event(event) = message {
            events.push(event);
        }
    }
    events
}

/// Folds a recording, event by event.
fn told(name: &str, connection: u64) -> String {
    let (mut switch, now) = (Switch::new(), Instant::now());
    let mut text = String::new();
    for event in events(name, connection) {
        let batch = switch.apply(&event, now);
        text.push_str(&describe::step(&event, &batch));
    }
    let view = switch.view();
    let mut left: Vec<String> = view.channels().iter().map(|channel| channel.id.to_string()).collect();
    left.sort();
    text.push_str(&format!("left: {left:?}, {} calls\n", view.calls().len()));
    text
}

fn check(name: &str) {
    let told = told(name, 1);
    let file = name.rsplit('/').next().unwrap_or(name);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/model/recorded/{file}.txt"));
    if std::env::var_os("TRUNKLINE_BLESS").is_some() {
        std::fs::write(&path, &told).expect("writable");
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    for (line, (is, should)) in told.lines().zip(known.lines()).enumerate() {
        assert_eq!(is, should, "{name}, line {}", line + 1);
    }
    assert_eq!(told.lines().count(), known.lines().count(), "{name}");
}

#[test]
fn a_call_that_is_bridged() {
    check("ev-dialplan-bridge");
}

#[test]
fn calls_that_are_bridged_held_and_transferred() {
    check("ev-bridge-plain");
}

#[test]
fn a_call_that_is_parked_and_transferred() {
    check("ev-callstate-park");
}

/// One of two who are called at once answers; both legs are parked; one who is called asks a third, and leaves the caller to
/// him.
#[test]
fn calls_that_are_forked_and_transferred_with_both_legs_and_attended() {
    check("../calls/transfers");
}

#[test]
fn the_halves_of_a_loopback() {
    check("ev-call-plain");
}

#[test]
fn a_channel_that_is_renamed() {
    check("ev-channel-uuid");
}

#[test]
fn calls_that_fail() {
    check("ev-originate-fail");
}

#[test]
fn a_sip_call_that_is_held() {
    check("ev-sip-hold");
}

#[test]
fn a_call_whose_media_is_encrypted() {
    check("../calls/secure");
}

#[test]
fn a_conference() {
    check("ev-conference-plain");
}

#[test]
fn a_conference_whose_members_talk() {
    check("ev-conference-talk");
}

#[test]
fn a_conference_in_json() {
    check("ev-conference-json");
}

#[test]
fn a_registration_and_its_gateway() {
    check("ev-sofia-register");
}

#[test]
fn a_valet_lot() {
    check("ev-fifo-valet-callcenter");
}

#[test]
fn recordings() {
    check("ev-playback-record-plain");
}

#[test]
fn the_switch_itself() {
    check("ev-heartbeat");
}
