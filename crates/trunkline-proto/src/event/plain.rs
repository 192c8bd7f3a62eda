//! `text/event-plain`: lines of `Name: percent-encoded value`, an empty line, and the body as it is.

use memchr::memchr;

use super::{Body, EventName, Parts, drop_own_content_length};
use crate::percent;
use crate::scan::{self, End, Marks};

/// Notes where each header of the payload at `at` begins. The body is everything after the first empty line: an inner
/// Content-Length may be the sender's, not the serialiser's.
pub(super) fn index(raw: &[u8], at: usize, marks: &mut Marks) -> Parts {
    let body = match scan::lines(raw, at, marks) {
        End::Body(start) if start < raw.len() => Some(Body { start, len: raw.len() - start, escaped: false }),
        End::Body(_) | End::Bytes => None,
    };
    if body.is_some() {
        drop_own_content_length(raw, marks, b':');
    }
    // Of several the last is the real one. One byte settles nearly every line.
    let names = marks.as_slice().iter().filter(|mark| raw.get(**mark as usize + NAME.len()) == Some(&b':'));
    Parts { name: names.rev().find_map(|mark| name_at(raw, *mark as usize)), body }
}

const NAME: &[u8] = b"Event-Name";

/// The name, if that is what the header at `start` is. Its colon stands where it should.
fn name_at(raw: &[u8], start: usize) -> Option<EventName> {
    if !raw.get(start..start + NAME.len())?.eq_ignore_ascii_case(NAME) {
        return None;
    }
    let value = raw.get(start + NAME.len() + 1..)?;
    let value = value.get(..memchr(b'\n', value).unwrap_or(value.len()))?;
    Some(EventName::from_bytes(&percent::decode(value.strip_prefix(b" ").unwrap_or(value))))
}
