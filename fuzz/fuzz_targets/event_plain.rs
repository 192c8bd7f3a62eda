//! Any payload is a plain event; sent again it reads the same, once its values are in their normal encoding.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use trunkline_proto::{Event, EventFormat, EventSet};

fuzz_target!(|payload: &[u8]| {
    let event = Event::decode(EventFormat::Plain, Bytes::copy_from_slice(payload)).expect("a plain event");
    read(&event);

    // A value may hold `%2541`, which reads `%41`, which goes out as it is and reads `A`: each turn is shorter.
    let mut wire = event.to_builder().payload(EventFormat::Plain);
    loop {
        let again = Event::decode(EventFormat::Plain, Bytes::from(wire.clone())).expect("our own event");
        let next = again.to_builder().payload(EventFormat::Plain);
        if next == wire {
            break;
        }
        assert!(next.len() < wire.len(), "{}", wire.escape_ascii());
        wire = next;
    }

    // JSON carries what was read exactly. A header called `_body` at the end would be taken for the body there.
    if event.headers().iter().all(|(name, _)| name != "_body") {
        let json = event.to_builder().to_event(EventFormat::Json).expect("our own event");
        assert_eq!(json.headers(), event.headers());
        assert_eq!(json.body_bytes(), event.body_bytes());
        assert_eq!(json.name(), event.name());
    }
});

fn read(event: &Event) {
    let _ = format!("{event:?}");
    for (name, value) in event.headers().iter() {
        assert!(event.headers().get_all(&name).count() > 0 || name.contains('\u{fffd}'));
        let _ = (value.is_array(), value.elements(), value.to_str(), value.raw());
    }
    let _ = (event.subclass(), event.unique_id(), event.job_uuid(), event.variable("x"), event.body());
    let detached = event.detach();
    assert_eq!(detached.payload(), event.payload());
    assert_eq!(detached.headers(), event.headers());
    let _ = EventSet::parse("DTMF CUSTOM a::b").matches(event);
}
