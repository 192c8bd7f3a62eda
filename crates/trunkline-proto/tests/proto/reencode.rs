//! Every recorded event goes out again as it came in, and the plain and the JSON form of one event say the same.

use std::borrow::Cow;
use std::collections::BTreeSet;

use trunkline_proto::{Event, EventFormat, Message, percent};

use crate::recordings;

/// Plain values on the wire that hold a `%XX` the encoding would not have made: the switch takes a `%XX` in a value
/// for one already made and lets it pass. Read, they are something else, and encoded again they look different.
const PASSED_THROUGH: [(&str, &str, &str); 5] = [
    ("api-bgapi connection 1", "Job-UUID", "not%20a%20uuid%20%C3%A9%20%41"),
    ("ev-bgjob-plain connection 1", "Job-Command-Arg", "caf%C3%A9%20%3Cb%3E%26%22'%41"),
    ("ev-odd-values-plain connection 1", "variable_lab_percent", "100%25%20%41%20%25zz%20%25"),
    (
        "events-all.plain.bin",
        "API-Command-Argument",
        "%7Bcap%3DARRAY%3A%3Ax%7C%3Ay,pct%3Da%41b,nl%3Da%5C%5Cnb%7Dloopback/9018/default%20%26park",
    ),
    ("events-all.plain.bin", "variable_pct", "a%41b"),
];

#[test]
fn json_events_go_out_as_they_came_in() {
    let mut events = 0;
    for (name, event) in recorded(EventFormat::Json) {
        let again = event.to_builder().payload(EventFormat::Json);
        assert_eq!(again.escape_ascii().to_string(), event.payload().escape_ascii().to_string(), "{name}");
        events += 1;
    }
    assert!(events > 300, "only {events}");
}

#[test]
fn plain_events_go_out_as_they_came_in_but_for_what_the_encoding_lets_pass() {
    let mut events = 0;
    let mut passed = BTreeSet::new();
    for (name, event) in recorded(EventFormat::Plain) {
        let again = event.to_builder().payload(EventFormat::Plain);
        for (header, value) in event.headers().iter() {
            if normal(value.raw()) != value.raw() {
                passed.insert((
                    name.clone(),
                    header.into_owned(),
                    String::from_utf8_lossy(value.raw()).into_owned(),
                ));
            }
        }
        let expected = with_normal_values(&event);
        assert_eq!(again.escape_ascii().to_string(), expected.escape_ascii().to_string(), "{name}");
        events += 1;
    }
    let passed: Vec<_> =
        passed.iter().map(|(name, header, value)| (&name[..], &header[..], &value[..])).collect();
    assert_eq!(passed, PASSED_THROUGH);
    assert!(events > 1_200, "only {events}");
}

#[test]
fn an_event_as_a_message_is_the_message_it_came_in() {
    for (name, event) in recorded(EventFormat::Json) {
        assert_eq!(event.to_builder().message(EventFormat::Json), **event.headers().raw(), "{name}");
    }
}

#[test]
fn what_goes_out_reads_the_same() {
    for format in [EventFormat::Plain, EventFormat::Json] {
        for (name, event) in recorded(format) {
            let again = event.to_builder().to_event(format).unwrap();
            assert_eq!(again.headers(), event.headers(), "{name}");
            assert_eq!(again.body_bytes(), event.body_bytes(), "{name}");
            assert_eq!(again.name(), event.name(), "{name}");
        }
    }
}

#[test]
fn detached_events_are_the_same() {
    for format in [EventFormat::Plain, EventFormat::Json] {
        for (name, event) in recorded(format) {
            let detached = event.detach();
            assert_eq!(detached.headers(), event.headers(), "{name}");
            assert_eq!(detached.body_bytes(), event.body_bytes(), "{name}");
            assert_eq!(detached.payload(), event.payload(), "{name}");
        }
    }
}

/// 161 events that three connections received at once.
#[test]
fn plain_and_json_say_the_same() {
    let plain = events_in(&recordings::capture("events-all.plain.bin"));
    let json = events_in(&recordings::capture("events-all.json.bin"));
    assert_eq!((plain.len(), json.len()), (161, 161));
    for (plain, json) in plain.iter().zip(&json) {
        assert_eq!(headers(plain), normalised(headers(json)), "{plain:?}");
        assert_eq!(plain.name(), json.name());
        // An empty body is missing in plain.
        let body = json.body_bytes().filter(|body| !body.is_empty());
        assert_eq!(plain.body_bytes(), body, "{plain:?}");
    }
}

/// Plain is what JSON would be if it were encoded and read again: `_undef_` for an empty value, and any `%XX` in it
/// decoded.
fn normalised(headers: Vec<(String, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    let value = |value: Vec<u8>| {
        if value.is_empty() { b"_undef_".to_vec() } else { percent::decode(&encoded(&value)).into_owned() }
    };
    headers.into_iter().map(|(name, raw)| (name, value(raw))).collect()
}

fn headers(event: &Event) -> Vec<(String, Vec<u8>)> {
    event.headers().iter().map(|(name, value)| (name.into_owned(), value.to_bytes().into_owned())).collect()
}

fn encoded(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    percent::encode_into(value, &mut out);
    out
}

/// The encoding of what an encoded value says.
fn normal(raw: &[u8]) -> Cow<'_, [u8]> {
    Cow::Owned(encoded(&percent::decode(raw)))
}

/// The payload with each value in its normal encoding.
fn with_normal_values(event: &Event) -> Vec<u8> {
    let payload = event.payload();
    let end = payload.windows(2).position(|pair| pair == b"\n\n").unwrap() + 1;
    let mut out = Vec::new();
    for line in payload[..end].split_inclusive(|byte| *byte == b'\n') {
        let colon = line.windows(2).position(|pair| pair == b": ").unwrap() + 2;
        out.extend_from_slice(&line[..colon]);
        out.extend_from_slice(&normal(&line[colon..line.len() - 1]));
        out.push(b'\n');
    }
    out.extend_from_slice(&payload[end..]);
    out
}

/// Every event of that form in every recording and capture.
fn recorded(format: EventFormat) -> impl Iterator<Item = (String, Event)> {
    let connections = recordings::connections().map(|(name, connection)| (name, connection.received.clone()));
    let captures = ["events-all.plain.bin", "events-all.json.bin"]
        .map(|name| (name.to_owned(), recordings::capture(name)));
    let streams = connections.chain(captures);
    let events = streams
        .flat_map(|(name, bytes)| events_in(&bytes).into_iter().map(move |event| (name.clone(), event)));
    events.filter(move |(_, event)| event.format() == format)
}

fn events_in(bytes: &[u8]) -> Vec<Event> {
    let event = |message| match message {
        Message::Event(event) => Some(event),
        _ => None,
    };
    recordings::messages(bytes).into_iter().filter_map(event).collect()
}
