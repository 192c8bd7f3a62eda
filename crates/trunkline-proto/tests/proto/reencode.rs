//! Every recorded event goes out again as it came in.

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

/// Likewise in XML.
const PASSED_THROUGH_IN_XML: [(&str, &str, &str); 4] = [
    ("ev-bgjob-xml connection 1", "Job-Command-Arg", "caf%C3%A9%20%3Cb%3E%26%22'%41"),
    ("ev-odd-values-xml connection 1", "variable_lab_percent", "100%25%20%41%20%25zz%20%25"),
    (
        "events-all.xml.bin",
        "API-Command-Argument",
        "%7Bcap%3DARRAY%3A%3Ax%7C%3Ay,pct%3Da%41b,nl%3Da%5C%5Cnb%7Dloopback/9018/default%20%26park",
    ),
    ("events-all.xml.bin", "variable_pct", "a%41b"),
];

#[test]
fn xml_events_go_out_as_they_came_in_but_for_what_the_encoding_lets_pass_or_loses() {
    let mut events = 0;
    let mut passed = BTreeSet::new();
    let mut lost = Vec::new();
    for (name, event) in recorded(EventFormat::Xml) {
        let again = event.to_builder().payload(EventFormat::Xml).escape_ascii().to_string();
        let mut expected = event.payload().escape_ascii().to_string();
        for (header, value) in event.headers().iter().filter(|(_, value)| normal(value.raw()) != value.raw())
        {
            let element = |value: &[u8]| format!("<{header}>{}</{header}>", value.escape_ascii());
            expected = expected.replace(&element(value.raw()), &element(&normal(value.raw())));
            passed.insert((
                name.clone(),
                header.into_owned(),
                String::from_utf8_lossy(value.raw()).into_owned(),
            ));
        }
        // The body of one is not UTF-8: what was lost cannot be sent again, and the rest is shorter.
        if again != expected {
            lost.push((
                name,
                expected
                    .replace("Length>12</Content-Length>\\n  <body>", "Length>9</Content-Length>\\n  <body>")
                    == again,
            ));
        }
        events += 1;
    }
    let passed: Vec<_> =
        passed.iter().map(|(name, header, value)| (&name[..], &header[..], &value[..])).collect();
    assert_eq!(passed, PASSED_THROUGH_IN_XML);
    assert_eq!(lost, [("ev-invalid-utf8-xml connection 1".to_owned(), true)]);
    assert!(events > 280, "only {events}");
}

#[test]
fn an_event_as_a_message_is_the_message_it_came_in() {
    for (name, event) in recorded(EventFormat::Json) {
        assert_eq!(event.to_builder().message(EventFormat::Json), **event.headers().raw(), "{name}");
    }
}

#[test]
fn what_goes_out_reads_the_same() {
    for format in EventFormat::ALL {
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
    for format in EventFormat::ALL {
        for (name, event) in recorded(format) {
            let detached = event.detach();
            assert_eq!(detached.headers(), event.headers(), "{name}");
            assert_eq!(detached.body_bytes(), event.body_bytes(), "{name}");
            assert_eq!(detached.payload(), event.payload(), "{name}");
        }
    }
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
    let captures = EventFormat::ALL
        .map(|format| format!("events-all.{format}.bin"))
        .map(|name| (name.clone(), recordings::capture(&name)));
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
