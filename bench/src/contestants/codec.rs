//! Events without a socket: decoding a recorded stream, encoding, and finding headers in events decoded before.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Instant;

use bytes::BytesMut;
use memchr::memchr_iter;
use trunkline_proto::{Event, EventBuilder, EventFormat, Message, MessageDecoder};

use crate::measure::{Measured, Meter};
use crate::{Contestant, Format, server};

/// Whole messages, as many as a large read brings.
fn stream(contestant: &Contestant) -> (Vec<u8>, u64) {
    let recorded = match contestant.format {
        // That call was not recorded in XML.
        Format::Xml => server::recorded_events(Format::Json).iter().map(|message| in_xml(message)).collect(),
        format => server::recorded_events(format),
    };
    let mut stream = Vec::new();
    let mut count = 0;
    while stream.len() < 256 * 1024 {
        stream.extend(recorded.iter().flatten());
        count += recorded.len() as u64;
    }
    (stream, count)
}

fn in_xml(message: &[u8]) -> Vec<u8> {
    let events = decoded(message);
    events.iter().flat_map(|event| event.to_builder().message(EventFormat::Xml)).collect()
}

fn events(contestant: &Contestant) -> Vec<Event> {
    decoded(&stream(contestant).0)
}

fn decoded(stream: &[u8]) -> Vec<Event> {
    let mut decoder = MessageDecoder::default();
    let mut buffer = BytesMut::from(stream);
    let mut events = Vec::new();
    while let Some(message) = decoder.decode(&mut buffer).expect("a recording") {
        if let Message::Event(event) = message {
            events.push(event);
        }
    }
    events
}

/// Does it over and over; `once` tells how often it did it, and with how many bytes.
fn measure(contestant: &Contestant, mut once: impl FnMut() -> (u64, u64)) -> Measured {
    let meter = Meter::start();
    let end = Instant::now() + contestant.duration();
    let (mut count, mut bytes) = (0, 0);
    while Instant::now() < end {
        let (times, through) = once();
        count += times;
        bytes += through;
    }
    meter.stop(count, bytes, 0)
}

/// From bytes in the read buffer to events with their names.
pub(crate) fn decode(contestant: &Contestant) -> Measured {
    let (stream, count) = stream(contestant);
    let mut decoder = MessageDecoder::default();
    let mut buffer = BytesMut::new();
    measure(contestant, || {
        buffer.extend_from_slice(&stream);
        let mut seen = 0;
        while let Some(message) = decoder.decode(&mut buffer).expect("a recording") {
            if let Message::Event(event) = black_box(message) {
                seen += u64::from(event.name().is_some());
            }
        }
        assert_eq!(seen, count);
        (seen, stream.len() as u64)
    })
}

/// The same bytes copied to the same buffer, and their newlines counted.
pub(crate) fn decode_floor(contestant: &Contestant) -> Measured {
    let (stream, count) = stream(contestant);
    let mut buffer = BytesMut::new();
    measure(contestant, || {
        buffer.extend_from_slice(&stream);
        assert!(black_box(memchr_iter(b'\n', &buffer).count()) > 0);
        buffer.clear();
        (count, stream.len() as u64)
    })
}

/// From an event that was built to its payload.
pub(crate) fn encode(contestant: &Contestant) -> Measured {
    let builders: Vec<EventBuilder> = events(contestant).iter().map(Event::to_builder).collect();
    let format = contestant.format.of_events();
    measure(contestant, || {
        let bytes: usize = builders.iter().map(|builder| black_box(builder.payload(format)).len()).sum();
        (builders.len() as u64, bytes as u64)
    })
}

/// Early, late and missing ones; the way the names are written, and another.
const SOUGHT: [&str; 8] = [
    "Unique-ID",
    "Channel-State",
    "Caller-Caller-ID-Number",
    "caller-destination-number",
    "variable_uuid",
    "variable_sip_call_id",
    "Hangup-Cause",
    "variable_no_such_thing",
];

/// Finding and reading headers of events that were received.
pub(crate) fn lookup(contestant: &Contestant) -> Measured {
    let events = events(contestant);
    measure(contestant, || {
        let read = |event: &Event| {
            SOUGHT
                .iter()
                .filter_map(|name| event.get(name))
                .map(|value| black_box(value).len())
                .sum::<usize>()
        };
        let bytes: usize = events.iter().map(read).sum();
        ((events.len() * SOUGHT.len()) as u64, bytes as u64)
    })
}

/// The same in maps of text, which took decoding every header to make; that is not counted here.
pub(crate) fn lookup_map(contestant: &Contestant) -> Measured {
    let map = |event: &Event| -> HashMap<String, String> {
        event
            .headers()
            .iter()
            .map(|(name, value)| (name.to_lowercase(), value.to_str().into_owned()))
            .collect()
    };
    let maps: Vec<_> = events(contestant).iter().map(map).collect();
    measure(contestant, || {
        let read = |map: &HashMap<String, String>| {
            SOUGHT
                .iter()
                .filter_map(|name| map.get(&name.to_lowercase()))
                .map(|value| black_box(value).len())
                .sum::<usize>()
        };
        let bytes: usize = maps.iter().map(read).sum();
        ((maps.len() * SOUGHT.len()) as u64, bytes as u64)
    })
}
