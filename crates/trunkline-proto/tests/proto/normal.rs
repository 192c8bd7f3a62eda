//! Plain, JSON and XML of one event say the same, once what each leaves out is left out of all.

use proptest::prelude::*;
use trunkline_proto::{Event, EventBuilder, EventFormat, Message};

use crate::recordings;

/// 161 events that three connections received at once.
#[test]
fn one_event_in_three_forms_has_one_normal_form() {
    let [plain, json, xml] =
        EventFormat::ALL.map(|format| events_in(&recordings::capture(&format!("events-all.{format}.bin"))));
    assert_eq!((plain.len(), json.len(), xml.len()), (161, 161, 161));
    let mut differ = [0; 3];
    for ((plain, json), xml) in plain.iter().zip(&json).zip(&xml) {
        let normal = json.normalised();
        assert_eq!(plain.normalised(), normal, "{plain:?}");
        assert_eq!(xml.normalised(), normal, "{xml:?}");
        assert_eq!((plain.name(), xml.name()), (json.name(), json.name()));
        // The normal form is not simply what was received.
        for (count, event) in differ.iter_mut().zip([plain, json, xml]) {
            *count += usize::from(event.to_builder() != normal);
        }
        assert_eq!(json.to_builder().normalised(), normal);
        // What was lost once is not lost again, but for a `%25` that then is a `%`.
        if !json.payload().windows(3).any(|part| part == b"%25") {
            assert_eq!(normal.normalised(), normal);
        }
    }
    assert!(differ.iter().all(|count| *count > 0), "{differ:?}");
}

/// The same was done in three conversations, one in each form.
#[test]
fn the_same_call_in_three_forms_has_one_normal_form() {
    for (scenario, count) in [
        ("ev-arrays-", 9),
        ("ev-bgjob-", 7),
        ("ev-invalid-utf8-", 1),
        ("ev-odd-values-", 5),
        ("send-event-", 22),
    ] {
        let [plain, json, xml] = EventFormat::ALL.map(|format| {
            let name = format!("{scenario}{format}");
            events_in(&recordings::connection(&name, 1).received)
        });
        assert_eq!((plain.len(), json.len(), xml.len()), (count, count, count), "{scenario}");
        for ((plain, json), xml) in plain.iter().zip(&json).zip(&xml) {
            assert_eq!(masked(plain), masked(json), "{scenario}");
            assert_eq!(masked(xml), masked(json), "{scenario}");
        }
    }
}

/// The normal form, without what is different each time.
fn masked(event: &Event) -> Vec<(String, String)> {
    let normal = event.normalised();
    let body = normal.given_body().map(|body| (&b"_body"[..], body.to_vec()));
    let headers = normal.headers().map(|(name, values)| (name, values.text().into_owned()));
    let text = |bytes: &[u8]| bytes.escape_ascii().to_string();
    headers.chain(body).map(|(name, value)| (text(name), mask(&text(&value)))).collect()
}

/// Numbers are times and counts, and what looks like a uuid is one.
fn mask(value: &str) -> String {
    let is_id = |word: &str| {
        let is_hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
        word.len() == 36 && word.split('-').count() == 5 && word.split('-').all(is_hex)
    };
    if is_id(value) {
        return "<id>".into();
    }
    let mut masked = String::new();
    for character in value.chars() {
        match character {
            '0'..='9' if masked.ends_with('#') => {}
            '0'..='9' => masked.push('#'),
            other => masked.push(other),
        }
    }
    masked
}

fn events_in(bytes: &[u8]) -> Vec<Event> {
    let event = |message| match message {
        Message::Event(event) => Some(event),
        _ => None,
    };
    recordings::messages(bytes).into_iter().filter_map(event).collect()
}

/// Pieces of values that one of the forms reads more into.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let piece = |piece: &'static [u8]| Just(piece.to_vec());
    let piece = prop_oneof![
        piece(b"|:"),
        piece(b"ARRAY::"),
        piece(b"_undef_"),
        piece(b"%41"),
        piece(b"%25"),
        piece(b"%7C:"),
        piece(b"%"),
        piece(b"a"),
        piece("é".as_bytes()),
        piece(b"\n"),
        piece(b" "),
        piece(b"<&>\""),
        any::<u8>().prop_map(|byte| vec![byte]),
    ];
    prop::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

/// Names that plain and XML can carry.
fn name() -> impl Strategy<Value = Vec<u8>> {
    let odd = prop::collection::vec(prop::sample::select(b"ab<>/ &%\"\\\xe9[".to_vec()), 1..8);
    prop_oneof![Just(b"Event-Name".to_vec()), Just(b"Content-Length".to_vec()), Just(b"A".to_vec()), odd]
}

fn body() -> impl Strategy<Value = Option<Vec<u8>>> {
    let piece = |piece: &'static [u8]| Just(piece.to_vec());
    let piece = prop_oneof![
        piece(b"\n"),
        piece(b"\n  "),
        piece(b"<!"),
        piece(b"</body>\n</event>\n"),
        piece(b"&amp;"),
        piece("汉😀".as_bytes()),
        piece(b"\xe6\xb1"),
        piece(b"\r"),
        any::<u8>().prop_map(|byte| vec![byte]),
    ];
    prop::option::of(prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat()))
}

fn event() -> impl Strategy<Value = EventBuilder> {
    let values = prop_oneof![
        3 => value().prop_map(|value| (vec![value], false)),
        1 => prop::collection::vec(value(), 0..4).prop_map(|values| (values, true)),
    ];
    (prop::collection::vec((name(), values), 0..8), body()).prop_map(|(headers, body)| {
        let mut event = EventBuilder::new();
        for (name, (values, is_list)) in headers {
            if is_list {
                event.push_list(name, values);
            } else {
                event.push(name, &values[0]);
            }
        }
        body.map_or(event.clone(), |body| event.body(body))
    })
}

proptest! {
    #[test]
    fn any_event_is_read_from_any_form_as_the_same(event in event()) {
        let normal = event.normalised();
        for format in EventFormat::ALL {
            let read = event.to_event(format).unwrap();
            prop_assert_eq!(read.normalised(), normal.clone(), "{}", format);
        }
        prop_assert!(normal.headers().all(|(_, values)| !values.is_list()));
    }

    #[test]
    fn json_is_exact(event in event()) {
        prop_assert_eq!(event.to_event(EventFormat::Json).unwrap().to_builder(), event);
    }

    #[test]
    fn what_is_read_goes_out_as_it_came_in(event in event()) {
        for format in [EventFormat::Plain, EventFormat::Xml] {
            let read = event.to_event(format).unwrap().to_builder();
            let again = read.to_event(format).unwrap().to_builder();
            if read.given_body() == Some(b"") {
                // All of the body was lost.
                continue;
            }
            // A `%25` in a value is a `%` next time.
            if !event.payload(format).windows(3).any(|part| part == b"%25") {
                prop_assert_eq!(again, read, "{}", format);
            }
        }
    }
}
