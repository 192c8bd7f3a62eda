//! `text/event-plain`: lines of `Name: percent-encoded value`, an empty line, and the body as it is.

use std::ops::ControlFlow;

use memchr::{memchr, memrchr};

use super::{Body, EventName, Parts, is_content_length};
use crate::percent;
use crate::scan::{self, End};

/// Finds the name and the body of the payload at `at`. The body is everything after the first empty line: an inner
/// Content-Length may be the sender's, not the serialiser's.
pub(super) fn outline(raw: &[u8], at: usize) -> Parts {
    let mut name = None;
    let end = scan::outline(raw, at, NAME.len(), |line| {
        if is_name(raw, line) {
            // Of several the last is the real one.
            name = Some(line);
        }
        ControlFlow::Continue(())
    });
    let name = name.and_then(|line| name_at(raw, line));
    match end {
        End::Body(start) if start < raw.len() => {
            let body = Body { start, len: raw.len() - start, escaped: false };
            Parts { name, body: Some(body), headers_end: without_content_length(raw, at, start - 1) }
        }
        End::Body(_) | End::Bytes | End::Enough => Parts { name, body: None, headers_end: raw.len() },
    }
}

/// Where the headers end without the Content-Length the serialiser wrote last, in front of the body it announces.
fn without_content_length(raw: &[u8], at: usize, end: usize) -> usize {
    let lines = raw.get(at..end).unwrap_or_default();
    let last = memrchr(b'\n', lines.strip_suffix(b"\n").unwrap_or(lines)).map_or(at, |feed| at + feed + 1);
    if is_content_length(raw, last, b':') { last } else { end }
}

const NAME: &[u8] = b"Event-Name";

fn is_name(raw: &[u8], line: usize) -> bool {
    raw.get(line..line + NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME))
}

fn name_at(raw: &[u8], line: usize) -> Option<EventName> {
    let value = raw.get(line + NAME.len() + 1..)?;
    let value = value.get(..memchr(b'\n', value).unwrap_or(value.len()))?;
    Some(EventName::from_bytes(&percent::decode(value.strip_prefix(b" ").unwrap_or(value))))
}
