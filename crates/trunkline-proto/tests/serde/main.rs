//! Events for serde: the object FreeSWITCH's own JSON is, with each key once. A program of its own, since it needs the
//! feature.

#[expect(dead_code, reason = "shared with tests/proto, which uses all of it")]
#[path = "../proto/recordings.rs"]
mod recordings;

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Map, Value};
use trunkline_proto::{Event, EventBuilder, EventFormat, Message};

fn events(bytes: &[u8], format: EventFormat) -> Vec<Event> {
    let event = |message| match message {
        Message::Event(event) if event.format() == format => Some(event),
        _ => None,
    };
    recordings::messages(bytes).into_iter().filter_map(event).collect()
}

/// Every recorded JSON event that is UTF-8.
fn recorded() -> Vec<Event> {
    let captured = recordings::capture("events-all.json.bin");
    let streams = recordings::connections().map(|(_, connection)| connection.received.clone());
    let events = streams.chain([captured]).flat_map(|bytes| events(&bytes, EventFormat::Json));
    events.filter(|event| std::str::from_utf8(event.payload()).is_ok()).collect()
}

fn keys(event: &Event) -> Vec<String> {
    let headers = event.headers().iter().map(|(name, _)| name.into_owned());
    let body = event.body().map(|_| ["Content-Length".to_owned(), "_body".to_owned()]);
    headers.chain(body.into_iter().flatten()).collect()
}

#[test]
fn an_event_is_the_object_the_switch_sent() {
    let (mut same, mut repeating) = (0, 0);
    for event in recorded() {
        let ours = serde_json::to_string(&event).unwrap();
        let keys = keys(&event);
        if keys.iter().collect::<BTreeSet<_>>().len() == keys.len() {
            assert_eq!(ours, String::from_utf8_lossy(event.payload()));
            same += 1;
        } else {
            // Nothing is lost: as many values, each key once.
            let object: Map<String, Value> = serde_json::from_str(&ours).unwrap();
            let is_once = |key: &String| ours.matches(&format!("\"{key}\":")).count() == 1;
            assert!(object.keys().all(is_once), "{ours}");
            let values = |value: &Value| value.as_array().map_or(1, Vec::len);
            let had = event.headers().iter().map(|(_, value)| value.elements().len()).sum::<usize>();
            let body = if event.body().is_some() { 2 } else { 0 };
            assert_eq!(object.values().map(values).sum::<usize>(), had + body, "{ours}");
            repeating += 1;
        }
    }
    assert!(same > 250 && repeating > 20, "{same} {repeating}");
}

#[test]
fn it_does_not_matter_which_form_it_came_in() {
    let [plain, json, xml] = EventFormat::ALL
        .map(|format| events(&recordings::capture(&format!("events-all.{format}.bin")), format));
    let mut same = 0;
    for ((plain, json), xml) in plain.iter().zip(&json).zip(&xml) {
        let object = serde_json::to_value(json).unwrap();
        if plain.normalised() == json.to_builder() && plain.body().is_some() == json.body().is_some() {
            assert_eq!(serde_json::to_value(plain).unwrap(), object);
            assert_eq!(serde_json::to_value(xml).unwrap(), object);
            same += 1;
        }
    }
    assert!(same > 120, "only {same}");
}

#[test]
fn the_switchs_own_json_is_read_as_the_event_it_is() {
    let recorded = recorded();
    for event in &recorded {
        let read: EventBuilder = serde_json::from_slice(event.payload()).unwrap();
        assert_eq!(read, event.to_builder());
    }
    assert!(recorded.len() > 280, "only {}", recorded.len());
}

#[test]
fn what_comes_several_times_is_one_list() {
    let event = EventBuilder::new;
    for (event, json) in [
        (event().header("A", "1").header("B", "2").header("A", "3"), r#"{"A":["1","3"],"B":"2"}"#),
        (event().header("A", "1").header("a", "2"), r#"{"A":"1","a":"2"}"#),
        (event().list("A", ["1"]), r#"{"A":["1"]}"#),
        (event().header("A", "1").list("A", ["2", "3"]), r#"{"A":["1","2","3"]}"#),
        (event().list("A", [""; 0]), r#"{"A":[]}"#),
        (event().header("A", b"\xff\n"), "{\"A\":\"\u{fffd}\\n\"}"),
        (event().header(b"\xfe", "1").header(b"\xff", "2"), "{\"\u{fffd}\":[\"1\",\"2\"]}"),
        (event().body(""), r#"{"Content-Length":"0","_body":""}"#),
        (event().body("é"), r#"{"Content-Length":"2","_body":"é"}"#),
        (
            event().header("Content-Length", "2").header("A", "1").body("ab"),
            r#"{"Content-Length":["2","2"],"A":"1","_body":"ab"}"#,
        ),
        (event().header("_body", "x").body("x"), r#"{"_body":["x","x"],"Content-Length":"1"}"#),
    ] {
        assert_eq!(serde_json::to_string(&event).unwrap(), json);
    }
}

#[test]
fn reading() {
    let event = EventBuilder::new;
    for (json, event) in [
        (r#"{"A":"1","A":"2"}"#, event().header("A", "1").header("A", "2")),
        (r#"{"A":["1","2"],"B":[]}"#, event().list("A", ["1", "2"]).list("B", [""; 0])),
        (r#"{"_body":"x","A":"1"}"#, event().header("A", "1").body("x")),
        (r#"{"Content-Length":"1","_body":"x"}"#, event().body("x")),
        (r#"{"_body":"x","Content-Length":"1"}"#, event().body("x")),
        (r#"{"Content-Length":["1","1"],"_body":"x"}"#, event().header("Content-Length", "1").body("x")),
        (r#"{"Content-Length":"2","_body":"x"}"#, event().header("Content-Length", "2").body("x")),
        (r#"{"Content-Length":["1"],"_body":"x"}"#, event().body("x")),
        (r#"{"Content-Length":"1"}"#, event().header("Content-Length", "1")),
        (r#"{"_body":["x","y"]}"#, event().header("_body", "x").body("y")),
        ("{}", event()),
    ] {
        assert_eq!(serde_json::from_str::<EventBuilder>(json).unwrap(), event, "{json}");
    }
    for bad in [r#"{"A":1}"#, r#"{"A":null}"#, r#"{"A":{}}"#, r#"{"A":["1",2]}"#, r#"["A"]"#] {
        let error = serde_json::from_str::<EventBuilder>(bad).unwrap_err().to_string();
        assert!(error.contains("expected a"), "{bad}: {error}");
    }
}

/// Headers under few names, so that they repeat.
fn event() -> impl Strategy<Value = EventBuilder> {
    let name = prop::sample::select(vec!["A", "a", "B", "Content-Length"]);
    let values = prop_oneof![
        ".{0,3}".prop_map(|value: String| (vec![value], false)),
        prop::collection::vec(".{0,3}", 0..3).prop_map(|values| (values, true)),
        Just((vec!["1".to_owned()], false)),
    ];
    (prop::collection::vec((name, values), 0..6), prop::option::of(".{0,2}")).prop_map(|(headers, body)| {
        let mut event = EventBuilder::new();
        for (name, (values, is_list)) in headers {
            if is_list {
                event.push_list(name, values);
            } else {
                event.push(name, &values[0]);
            }
        }
        if let Some(body) = body {
            event.set_body(body);
        }
        event
    })
}

/// The values of each name, in the order names come.
fn gathered(event: &EventBuilder) -> Vec<(Vec<u8>, Vec<Vec<u8>>)> {
    let mut gathered: Vec<(Vec<u8>, Vec<Vec<u8>>)> = Vec::new();
    for (name, values) in event.headers() {
        let values = values.iter().map(<[u8]>::to_vec);
        match gathered.iter_mut().find(|(known, _)| known == name) {
            Some((_, all)) => all.extend(values),
            None => gathered.push((name.to_vec(), values.collect())),
        }
    }
    gathered
}

proptest! {
    #[test]
    fn nothing_is_lost_on_the_way_there_and_back(event in event()) {
        let json = serde_json::to_string(&event).unwrap();
        let read: EventBuilder = serde_json::from_str(&json).unwrap();
        // An array of no lengths is none any more once the body's own joined it.
        let gathered = |event| {
            let mut gathered = gathered(event);
            gathered.retain(|(name, values)| name != b"Content-Length" || !values.is_empty());
            gathered
        };
        prop_assert_eq!(gathered(&read), gathered(&event));
        prop_assert_eq!(read.given_body(), event.given_body());
        let again: EventBuilder = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
        prop_assert_eq!(again, read);
    }
}
