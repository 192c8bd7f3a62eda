//! What decoding costs in allocations, counted over recorded streams. A program of its own, since it counts what the
//! whole thread allocates.

#[expect(dead_code, reason = "shared with tests/proto, which uses all of it")]
#[path = "../proto/recordings.rs"]
mod recordings;

use allocation_counter::measure;
use bytes::BytesMut;
use trunkline_proto::{ContentType, Event, EventBuilder, Frame, Message, MessageDecoder, Sightings};

/// The events of a capture, as they came, without the reply before them.
fn events_of(capture: &str) -> Vec<u8> {
    let (frames, _) = recordings::frames(&recordings::capture(capture), recordings::Cut::Whole);
    let is_event = |frame: &&Frame| {
        matches!(
            frame.content_type(),
            ContentType::EventPlain | ContentType::EventJson | ContentType::EventXml
        )
    };
    let events = frames.iter().filter(is_event);
    events.flat_map(|frame| frame.bytes().to_vec()).collect()
}

fn decode(decoder: &mut MessageDecoder, buffer: &mut BytesMut, events: &mut Vec<Event>) {
    while let Some(message) = decoder.decode(buffer).unwrap() {
        if let Message::Event(event) = message {
            events.push(event);
        }
    }
}

/// Allocations per event: in plain none, in JSON and XML the index of its headers, whatever their number. The buffer is shared,
/// and counted once.
#[test]
fn an_event_is_no_allocation_or_one() {
    for (name, each) in [("events-all.plain.bin", 0), ("events-all.json.bin", 1), ("events-all.xml.bin", 1)] {
        let bytes = events_of(name);
        let mut decoder = MessageDecoder::default();
        let mut events = Vec::with_capacity(1000);
        // The decoder's scratch grows to the largest event, once.
        decode(&mut decoder, &mut BytesMut::from(&bytes[..]), &mut events);
        events.clear();

        let mut buffer = BytesMut::from(&bytes[..]);
        let counted = measure(|| decode(&mut decoder, &mut buffer, &mut events));
        assert_eq!(events.len(), 161, "{name}");
        let headers: usize = events.iter().map(|event| event.headers().len()).sum();
        assert!(headers > 10_000, "{name}: {headers}");
        // One more: that the buffer becomes shared.
        assert_eq!(counted.count_total, 161 * each + 1, "{name}");
    }
}

#[test]
fn looking_up_a_plain_or_xml_header_allocates_nothing() {
    for capture in ["events-all.plain.bin", "events-all.xml.bin"] {
        looking_up_allocates_nothing(&longest(capture));
    }
}

fn looking_up_allocates_nothing(event: &Event) {
    let counted = measure(|| {
        assert!(event.get("Unique-ID").is_some());
        assert!(event.get("unique-id").is_some());
        assert!(event.get("no such header").is_none());
        assert!(event.get_bytes("Core-UUID").is_some());
        assert!(event.name().is_some());
        assert!(event.variable("direction").is_some());
        assert_eq!(event.headers().get_all("Event-Name").count(), 1);
        let _ = event.headers().iter().map(|(name, value)| name.len() + value.raw().len()).sum::<usize>();
        drop(event.clone());
    });
    assert_eq!(counted.count_total, 0);
}

#[test]
fn an_encoded_value_is_one_allocation() {
    let event = longest("events-all.plain.bin");
    let counted = measure(|| assert!(event.get("Event-Date-Local").unwrap().contains(' ')));
    assert_eq!(counted.count_total, 1);
}

#[test]
fn looking_up_in_json_allocates_nothing_where_nothing_is_escaped() {
    let event = longest("events-all.json.bin");
    let counted = measure(|| {
        assert!(event.get("Unique-ID").is_some());
        assert!(event.get("Event-Date-Local").unwrap().contains(' '));
        assert!(event.variable("direction").is_some());
    });
    assert_eq!(counted.count_total, 0);
}

#[test]
fn telling_events_apart_allocates_nothing() {
    for capture in ["events-all.plain.bin", "events-all.json.bin"] {
        let event = longest(capture);
        let mut sightings = Sightings::new();
        assert!(sightings.is_new(0, &event));
        let counted = measure(|| {
            assert!(!sightings.is_new(1, &event));
            assert!(sightings.is_new(0, &event));
        });
        assert_eq!(counted.count_total, 0, "{capture}");
    }
}

/// Words and numbers that nothing is encoded in are read where they stand.
#[test]
fn reading_by_type_allocates_nothing() {
    let event = longest("events-all.json.bin");
    let counted = measure(|| {
        let (channel, caller) = (event.channel().unwrap(), event.caller().unwrap());
        assert!(channel.state().is_some() && channel.call_state().is_some());
        assert!(channel.unique_id().is_some() && channel.read_codec().is_some());
        assert!(caller.created().is_some() && caller.destination_number().is_some());
        assert!(event.standard().sequence().is_some());
        assert!(event.variables().iter().count() > 10);
        let _ = event.view();
    });
    assert_eq!(counted.count_total, 0);
}

#[test]
fn a_frame_that_comes_in_pieces_costs_no_more() {
    let bytes = events_of("events-all.plain.bin");
    let mut decoder = MessageDecoder::default();
    let mut events = Vec::with_capacity(1000);
    decode(&mut decoder, &mut BytesMut::from(&bytes[..]), &mut events);
    events.clear();
    // Room for all, so that what is counted is not the buffer growing.
    let mut buffer = BytesMut::with_capacity(bytes.len());
    let counted = measure(|| {
        for piece in bytes.chunks(100) {
            buffer.extend_from_slice(piece);
            decode(&mut decoder, &mut buffer, &mut events);
        }
    });
    assert_eq!(events.len(), 161);
    assert_eq!(counted.count_total, 1);
}

fn longest(capture: &str) -> Event {
    let events = recordings::messages(&recordings::capture(capture)).into_iter();
    let events = events.filter_map(|message| match message {
        Message::Event(event) => Some(event),
        _ => None,
    });
    events.filter(|event| event.get("Unique-ID").is_some()).max_by_key(|event| event.headers().len()).unwrap()
}

/// An event is kept in queues by the thousand.
#[test]
fn an_event_is_small() {
    assert_eq!(size_of::<Event>(), 112);
    assert_eq!(size_of::<Message>(), 112);
}

/// Two that grow, with the text and with the list of headers, however many headers there are.
#[test]
fn building_an_event_allocates_little() {
    let event = longest("events-all.json.bin").to_builder();
    let headers: Vec<_> =
        event.headers().map(|(name, values)| (name.to_vec(), values.text().into_owned())).collect();
    assert!(headers.len() > 100, "{}", headers.len());
    let counted = measure(|| {
        let mut event = EventBuilder::new();
        headers.iter().for_each(|(name, value)| event.push(name, value));
        drop(event);
    });
    assert!(counted.count_total < 25, "{}", counted.count_total);
}
