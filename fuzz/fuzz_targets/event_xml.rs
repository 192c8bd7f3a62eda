//! Any bytes read as XML or say where they do not; and what a builder writes of an event reads as that event. A first
//! byte chooses between the two.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use trunkline_proto::{Event, EventBuilder, EventError, EventFormat};

fuzz_target!(|data: &[u8]| match data.split_first() {
    Some((b'*', pieces)) => write(pieces),
    _ => read(data),
});

fn decode(payload: &[u8]) -> Result<Event, EventError> {
    Event::decode(EventFormat::Xml, Bytes::copy_from_slice(payload))
}

fn read(payload: &[u8]) {
    let event = match decode(payload) {
        Ok(event) => event,
        Err(EventError::Xml { at }) => return assert!(at <= payload.len()),
        Err(other) => panic!("{other}"),
    };
    let _ = format!("{event:?}");
    let mut held = 0;
    for (name, value) in event.headers().iter() {
        assert!(event.headers().get_all(&name).count() > 0 || name.contains('\u{fffd}'));
        held += name.len() + value.raw().len();
        let _ = (value.is_array(), value.elements(), value.to_str());
    }
    assert!(held <= 3 * payload.len(), "U+FFFD takes three bytes, and nothing is there twice");
    let detached = event.detach();
    assert_eq!(detached.payload(), event.payload());
    assert_eq!(detached.headers(), event.headers());
    assert_eq!(detached.body_bytes(), event.body_bytes());

    // A value may hold `%2541`, which reads `%41`, which goes out as it is and reads `A`; a body may have lost
    // something, and its length then is the one of what is left. Each turn is shorter, or the last.
    let mut builder = event.to_builder();
    for _ in 0..3 + payload.len() {
        let again = builder.to_event(EventFormat::Xml).expect("what was read can be written");
        assert_eq!(again.headers().len(), event.headers().len());
        let next = again.to_builder();
        if next == builder {
            return;
        }
        builder = next;
    }
    panic!("it never settles");
}

/// Pieces between 0x1f: names and values by turns, and last the body.
fn write(pieces: &[u8]) {
    let mut pieces: Vec<&[u8]> = pieces.split(|byte| *byte == 0x1f).collect();
    let mut event = EventBuilder::new();
    if pieces.len() % 2 == 1
        && let Some(body) = pieces.pop()
    {
        event.set_body(body);
    }
    for pair in pieces.chunks(2) {
        // Names that would be the lines of other headers.
        let forges = pair[0].windows(3).any(|part| part == b">\n ");
        if !forges {
            event.push(pair[0], pair[1]);
        }
    }
    let read = event.to_event(EventFormat::Xml).expect("our own event");
    assert_eq!(read.normalised(), event.normalised());
    let names = |event: &EventBuilder| event.headers().map(|(name, _)| name.to_vec()).collect::<Vec<_>>();
    assert_eq!(names(&read.to_builder()), names(&event));
    for ((_, read), (_, given)) in read.to_builder().headers().zip(event.headers()) {
        if !given.text().contains(&b'%') {
            assert_eq!(read.text(), given.text());
        }
    }
    let body = event.given_body().unwrap_or_default();
    if std::str::from_utf8(body).is_ok() {
        assert_eq!(read.body_bytes().unwrap_or_default(), body);
    }
}
