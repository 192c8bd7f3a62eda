//! Whatever is read as a JSON event goes out as one that reads the same, and then does not change any more.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use trunkline_proto::{Event, EventFormat};

fuzz_target!(|payload: &[u8]| {
    let Ok(event) = Event::decode(EventFormat::Json, Bytes::copy_from_slice(payload)) else { return };
    let _ = format!("{event:?}");
    for (name, value) in event.headers().iter() {
        assert!(event.headers().get_all(&name).count() > 0 || name.contains('\u{fffd}'));
        let _ = (value.is_array(), value.elements(), value.raw());
    }
    let wire = event.to_builder().payload(EventFormat::Json);
    let again = Event::decode(EventFormat::Json, Bytes::from(wire.clone())).expect("our own event");
    assert_eq!(again.headers(), event.headers(), "{}", wire.escape_ascii());
    assert_eq!(again.body_bytes(), event.body_bytes(), "{}", wire.escape_ascii());
    assert_eq!(again.name(), event.name(), "{}", wire.escape_ascii());
    assert_eq!(again.to_builder().payload(EventFormat::Json), wire);
    let plain = event.to_builder().payload(EventFormat::Plain);
    assert!(Event::decode(EventFormat::Plain, Bytes::from(plain)).is_ok());
});
