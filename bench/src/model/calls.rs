//! Recorded calls, each time as another.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use bytes::BytesMut;
use trunkline_proto::{Event, Message, MessageDecoder};

use crate::server;

/// A recording whose ids and events' numbers can be replaced.
pub(super) struct Calls {
    bytes: Vec<u8>,
    /// Where ids are.
    ids: Vec<usize>,
    /// Where the numbers of events are.
    numbers: Vec<usize>,
    /// How many events there are in it.
    pub(super) count: u64,
}

const ID_LEN: usize = 36;

/// No two calls have the same number.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// Events have a number each: one with a lower number would be a late one.
static NUMBER: AtomicU64 = AtomicU64::new(1);
const NUMBER_LEN: usize = 12;
const NUMBER_NAME: &[u8] = b"Event-Sequence";

impl Calls {
    pub(super) fn recorded(name: &str) -> Self {
        Self::of(&server::recorded(name))
    }

    /// The events up to when the call is up, and no further.
    pub(super) fn that_stay(name: &str) -> Self {
        let events = server::recorded(name);
        let is_end = |event: &Vec<u8>| contains(event, b"CHANNEL_HANGUP");
        let end = events.iter().position(is_end).expect("a call that ends");
        Self::of(&events[..end])
    }

    pub(super) fn of(events: &[Vec<u8>]) -> Self {
        let bytes = events.iter().map(|event| with_long_number(event)).collect::<Vec<_>>().concat();
        let core = core_uuid(&bytes).map(|range| bytes[range].to_vec());
        let is_id = |at: &usize| {
            let id = &bytes[*at..*at + ID_LEN];
            is_uuid(id) && core.as_deref() != Some(id)
        };
        let ids = (0..bytes.len().saturating_sub(ID_LEN)).filter(is_id).collect();
        let numbers =
            memchr::memmem::find_iter(&bytes, NUMBER_NAME).map(|name| digits_from(&bytes, name).start);
        Self { ids, numbers: numbers.collect(), count: events.len() as u64, bytes }
    }

    /// As many bytes as a large read brings, and how many events they are.
    pub(super) fn next(&self, size: usize) -> (BytesMut, u64) {
        let (mut stream, mut count) = (BytesMut::new(), 0);
        while stream.len() < size {
            let begin = stream.len();
            stream.extend_from_slice(&self.bytes);
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            for id in &self.ids {
                write_number(&mut stream[begin + id..begin + id + ID_LEN], number);
            }
            for at in &self.numbers {
                let number = NUMBER.fetch_add(1, Ordering::Relaxed);
                let at = begin + at;
                stream[at..at + NUMBER_LEN].copy_from_slice(format!("{number:0NUMBER_LEN$}").as_bytes());
            }
            count += self.count;
        }
        (stream, count)
    }

    /// One more time, as events.
    pub(super) fn events(&self) -> Vec<Event> {
        decode(&mut self.next(1).0)
    }
}

pub(super) fn decode(stream: &mut BytesMut) -> Vec<Event> {
    let (mut decoder, mut events) = (MessageDecoder::default(), Vec::new());
    while let Some(message) = decoder.decode(stream).expect("a recording") {
        if let Message::Event(event) = message {
            events.push(event);
        }
    }
    events
}

pub(super) fn contains(bytes: &[u8], what: &[u8]) -> bool {
    memchr::memmem::find(bytes, what).is_some()
}

/// Ids that differ in their first and last digits stay apart.
fn write_number(id: &mut [u8], number: u32) {
    let digits = format!("{number:08x}");
    id[9..13].copy_from_slice(&digits.as_bytes()[..4]);
    id[19..23].copy_from_slice(&digits.as_bytes()[4..]);
}

/// The message of an event, with as many digits in its number as any has.
fn with_long_number(event: &[u8]) -> Vec<u8> {
    let begin = memchr::memmem::find(event, b"\n\n").expect("a header block") + 2;
    let (head, payload) = event.split_at(begin);
    let Some(name) = memchr::memmem::find(payload, NUMBER_NAME) else { return event.to_vec() };
    let digits = digits_from(payload, name);
    let number = vec![b'0'; NUMBER_LEN];
    let payload = [&payload[..digits.start], &number, &payload[digits.end..]].concat();
    let length = digits_from(head, 0);
    let len = payload.len().to_string();
    [&head[..length.start], len.as_bytes(), &head[length.end..], &payload].concat()
}

/// The first digits from there on.
fn digits_from(bytes: &[u8], from: usize) -> Range<usize> {
    let is_digit = |at: &usize| bytes[*at].is_ascii_digit();
    let begin = (from..bytes.len()).find(is_digit).expect("a number");
    begin..(begin..bytes.len()).find(|at| !is_digit(at)).unwrap_or(bytes.len())
}

fn core_uuid(bytes: &[u8]) -> Option<Range<usize>> {
    let name = memchr::memmem::find(bytes, b"Core-UUID")?;
    let begin = (name..bytes.len()).find(|at| bytes.get(*at..at + ID_LEN).is_some_and(is_uuid))?;
    Some(begin..begin + ID_LEN)
}

fn is_uuid(text: &[u8]) -> bool {
    text.iter().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}
