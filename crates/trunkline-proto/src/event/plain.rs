//! `text/event-plain`: lines of `Name: percent-encoded value`, an empty line, and the body as it is.

use memchr::memchr2_iter;

use super::{Body, EventError, EventName, Parts, drop_own_content_length};
use crate::header::Span;

/// Notes where each header of the payload at `at` stands. Lines without a colon are passed over. The body is
/// everything after the first empty line: an inner Content-Length may be the sender's, not the serialiser's.
pub(super) fn index(raw: &[u8], at: usize, spans: &mut Vec<Span>) -> Result<Parts, EventError> {
    let payload = raw.get(at..).unwrap_or_default();
    let mut name = None;
    let mut body = None;
    let mut line = 0;
    let mut colon = None;
    let mut header = |line: usize, colon: Option<usize>, end: usize| {
        let Some(colon) = colon else { return Ok(()) };
        // FreeSWITCH writes one space after the colon; a value that begins with one has it encoded.
        let value = if payload.get(colon + 1) == Some(&b' ') { colon + 2 } else { colon + 1 };
        let value = value.min(end);
        let span = Span::new(at + line, colon - line, at + value, end - value, 0)
            .ok_or(EventError::HeaderTooLong { at: line })?;
        if colon - line == "Event-Name".len()
            && payload.get(line..colon).is_some_and(|name| name.eq_ignore_ascii_case(b"Event-Name"))
        {
            let value = crate::percent::decode(payload.get(value..end).unwrap_or_default());
            name = Some(EventName::from_bytes(&value));
        }
        spans.push(span);
        Ok(())
    };
    // Values have their colons encoded, so nearly every hit is the one colon or the one end of a line.
    for hit in memchr2_iter(b':', b'\n', payload) {
        if payload.get(hit) == Some(&b':') {
            colon = colon.or(Some(hit));
            continue;
        }
        if hit == line {
            body = Some(hit + 1).filter(|start| *start < payload.len());
            line = payload.len();
            break;
        }
        header(line, colon, hit)?;
        line = hit + 1;
        colon = None;
    }
    if line < payload.len() {
        header(line, colon, payload.len())?;
    }
    let body = body.map(|start| Body {
        // Offsets fit: the spans before them did, and a message is shorter than 4 GiB by its limit.
        start: u32::try_from(at + start).unwrap_or(u32::MAX),
        len: u32::try_from(payload.len() - start).unwrap_or(0),
        escaped: false,
    });
    if body.is_some() {
        drop_own_content_length(raw, spans);
    }
    Ok(Parts { name, body })
}
