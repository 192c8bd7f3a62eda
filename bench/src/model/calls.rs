//! Recorded calls, each time as another.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::BytesMut;
use trunkline_proto::{Event, Message, MessageDecoder};

use crate::server;

/// A recording whose ids can be replaced.
pub(super) struct Calls {
    bytes: Vec<u8>,
    /// Where ids are.
    ids: Vec<usize>,
    /// How many events there are in it.
    pub(super) count: u64,
}

const ID_LEN: usize = 36;

/// No two calls have the same number.
static NEXT: AtomicU32 = AtomicU32::new(0);

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
        let bytes = events.concat();
        let core = core_uuid(&bytes).map(|range| bytes[range].to_vec());
        let is_id = |at: &usize| {
            let id = &bytes[*at..*at + ID_LEN];
            is_uuid(id) && core.as_deref() != Some(id)
        };
        let ids = (0..bytes.len().saturating_sub(ID_LEN)).filter(is_id).collect();
        Self { ids, count: events.len() as u64, bytes }
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
