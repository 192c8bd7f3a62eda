//! `text/event-plain`: lines of `Name: percent-encoded value`, an empty line, and the body as it is.

use memchr::memchr;

use super::{Body, EventName, Parts, drop_own_content_length};
use crate::percent;
use crate::scan::{self, End, Marks};

/// Notes where each header of the payload at `at` begins. The body is everything after the first empty line: an inner
/// Content-Length may be the sender's, not the serialiser's.
pub(super) fn index(raw: &[u8], at: usize, marks: &mut Marks) -> Parts {
    let mut name = None;
    let note_name = |line: usize| {
        if is_name(raw, line) {
            // Of several the last is the real one.
            name = Some(line);
        }
    };
    let body = match scan::lines(raw, at, marks, note_name) {
        End::Body(start) if start < raw.len() => Some(Body { start, len: raw.len() - start, escaped: false }),
        End::Body(_) | End::Bytes => None,
    };
    if body.is_some() {
        drop_own_content_length(raw, marks, b':');
    }
    Parts { name: name.and_then(|line| name_at(raw, line)), body }
}

const NAME: &[u8] = b"Event-Name";

fn is_name(raw: &[u8], line: usize) -> bool {
    raw.get(line + NAME.len()) == Some(&b':')
        && raw.get(line..line + NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME))
}

fn name_at(raw: &[u8], line: usize) -> Option<EventName> {
    let value = raw.get(line + NAME.len() + 1..)?;
    let value = value.get(..memchr(b'\n', value).unwrap_or(value.len()))?;
    Some(EventName::from_bytes(&percent::decode(value.strip_prefix(b" ").unwrap_or(value))))
}
