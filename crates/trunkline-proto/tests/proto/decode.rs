//! Every recording's received bytes, cut in every way, give the messages the oracle counted.

use std::collections::BTreeMap;

use trunkline_proto::{ContentType, Event, EventFormat, Frame, Message};

use crate::recordings::{self, Cut, Oracle};

/// Blank lines between frames, which we pass over and the oracle counts as a message of type "(none)" that is 2
/// bytes long. `getvar` of a value with an empty line and a Content-Length in it makes one: what follows the body
/// this forges is the end of the real reply.
const STRAY_BLANK_LINES: [(&str, u64); 1] = [("out-getvar-breaks-framing", 1)];

fn stray_blank_lines(recording: &str) -> u64 {
    STRAY_BLANK_LINES.iter().find(|(name, _)| *name == recording).map_or(0, |(_, count)| *count)
}

#[test]
fn the_oracle_knows_every_connection() {
    for recording in recordings::all() {
        for connection in &recording.connections {
            let Oracle { messages, left_over, .. } = recordings::oracle(&recording.name, connection.number);
            assert!(left_over == 0, "{}", recording.name);
            assert_eq!(messages.is_empty(), connection.received.is_empty(), "{}", recording.name);
        }
    }
}

#[test]
fn frames_are_as_counted_and_nothing_is_left_over() {
    let mut frames_seen = 0;
    for recording in recordings::all() {
        let strays = stray_blank_lines(&recording.name);
        for connection in &recording.connections {
            let name = format!("{} connection {}", recording.name, connection.number);
            let (frames, left_over) = recordings::frames(&connection.received, Cut::Whole);
            assert_eq!(left_over, 0, "{name}");
            let taken: usize = frames.iter().map(|frame| frame.bytes().len()).sum();
            assert_eq!(taken + 2 * strays as usize, connection.received.len(), "{name}: bytes lost");

            let mut oracle = recordings::oracle(&recording.name, connection.number);
            if strays > 0 {
                *oracle.messages.get_mut("(none)").unwrap() -= strays;
            }
            let types = count(frames.iter().map(type_of));
            assert_eq!(types, oracle.messages, "{name}");
            let events = count(frames.iter().filter_map(event_name));
            assert_eq!(events, oracle.events, "{name}");
            frames_seen += frames.len();
        }
    }
    assert!(frames_seen > 4_000, "only {frames_seen} frames");
}

#[test]
fn frames_do_not_depend_on_how_they_arrive() {
    for (name, connection) in recordings::connections() {
        let (whole, _) = recordings::frames(&connection.received, Cut::Whole);
        for cut in Cut::ALL {
            let (frames, left_over) = recordings::frames(&connection.received, cut);
            assert_eq!(left_over, 0, "{name} {cut:?}");
            assert_eq!(frames.len(), whole.len(), "{name} {cut:?}");
            for (frame, whole) in frames.iter().zip(&whole) {
                assert_eq!(frame.bytes(), whole.bytes(), "{name} {cut:?}");
                assert_eq!(frame.content_type(), whole.content_type(), "{name} {cut:?}");
                assert_eq!(frame.body(), whole.body(), "{name} {cut:?}");
            }
        }
    }
}

#[test]
fn messages_do_not_depend_on_how_they_arrive() {
    for (name, connection) in recordings::connections() {
        let whole = digests(&connection.received, Cut::Whole);
        for cut in Cut::ALL {
            assert_eq!(digests(&connection.received, cut), whole, "{name} {cut:?}");
        }
    }
}

#[test]
fn no_recorded_event_is_undecodable() {
    let mut events = 0;
    for (name, connection) in recordings::connections() {
        for message in recordings::messages(&connection.received) {
            match message {
                Message::Event(_) => events += 1,
                Message::Undecodable { why, .. } => panic!("{name}: {why}"),
                Message::Other(frame) => assert!(no_type_at_all(&name), "{name}: {frame:?}"),
                _ => {}
            }
        }
    }
    assert!(events > 1_750, "only {events} events");
}

/// Where the switch itself breaks the framing, what follows is a message without a type.
fn no_type_at_all(connection: &str) -> bool {
    ["api-bgapi-long-job-uuid", "out-getvar-breaks-framing"].iter().any(|name| connection.starts_with(name))
}

#[test]
fn captures_are_read_whole() {
    for (name, messages, events, logs) in [
        ("events-all.plain.bin", None, 161, 0),
        ("events-all.json.bin", None, 161, 0),
        ("events-all.xml.bin", None, 161, 0),
        ("log-debug.bin", None, 0, 389),
        ("outbound-async-full.bin", Some(()), 0, 0),
        ("outbound-sync.bin", Some(()), 0, 0),
        ("inbound-basic.bin", Some(()), 0, 0),
    ] {
        let bytes = recordings::capture(name);
        let whole = digests(&bytes, Cut::Whole);
        for cut in Cut::ALL {
            assert_eq!(digests(&bytes, cut), whole, "{name} {cut:?}");
            assert_eq!(recordings::frames(&bytes, cut).1, 0, "{name} {cut:?}");
        }
        let decoded = recordings::messages(&bytes);
        if messages.is_none() {
            let count = |is: fn(&Message) -> bool| decoded.iter().filter(|message| is(message)).count();
            assert_eq!(count(|message| matches!(message, Message::Event(_))), events, "{name}");
            assert_eq!(count(|message| matches!(message, Message::LogData(_))), logs, "{name}");
        }
        assert!(!decoded.is_empty(), "{name}");
    }
}

fn count(names: impl Iterator<Item = String>) -> BTreeMap<String, u64> {
    names.fold(BTreeMap::new(), |mut counts, name| {
        *counts.entry(name).or_default() += 1;
        counts
    })
}

/// As the oracle names it: the Content-Type, or "(none)".
fn type_of(frame: &Frame) -> String {
    match frame.content_type() {
        ContentType::AuthRequest => "auth/request",
        ContentType::CommandReply => "command/reply",
        ContentType::ApiResponse => "api/response",
        ContentType::EventPlain => "text/event-plain",
        ContentType::EventJson => "text/event-json",
        ContentType::EventXml => "text/event-xml",
        ContentType::LogData => "log/data",
        ContentType::DisconnectNotice => "text/disconnect-notice",
        ContentType::RudeRejection => "text/rude-rejection",
        _ => "(none)",
    }
    .to_owned()
}

/// The event's name as the oracle took it: the first of several, where we take the last.
fn event_name(frame: &Frame) -> Option<String> {
    let format = match frame.content_type() {
        ContentType::EventPlain => EventFormat::Plain,
        ContentType::EventJson => EventFormat::Json,
        ContentType::EventXml => EventFormat::Xml,
        _ => return None,
    };
    let event = Event::decode(format, frame.body().unwrap()).unwrap();
    Some(event.get("Event-Name").map_or("(none)".to_owned(), |name| name.into_owned()))
}

/// What is read from each message, short enough to compare thousands of them.
fn digests(bytes: &[u8], cut: Cut) -> Vec<String> {
    recordings::messages_cut(bytes, cut).iter().map(digest).collect()
}

fn digest(message: &Message) -> String {
    match message {
        Message::AuthRequest => "greeting".to_owned(),
        Message::CommandReply(reply) => format!("reply {} {:?}", reply.headers().len(), reply.text()),
        Message::ApiResponse(response) => {
            format!("response {} {:?}", response.bytes().len(), response.error())
        }
        Message::Event(event) => format!(
            "event {:?} {} {:?} {:?}",
            event.name(),
            event.headers().len(),
            event.headers().value("Event-Sequence").map(|value| value.to_bytes()),
            event.body_bytes().map(|body| body.len()),
        ),
        Message::LogData(log) => format!("log {:?} {}", log.level(), log.text()),
        Message::DisconnectNotice(notice) => format!("notice {:?} {}", notice.disposition(), notice.text()),
        Message::RudeRejection(text) => format!("rejection {text}"),
        Message::Undecodable { why, .. } => format!("undecodable {why}"),
        Message::Other(frame) => format!("other {}", frame.bytes().len()),
        other => panic!("{other:?}"),
    }
}
