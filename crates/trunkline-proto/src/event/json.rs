//! `text/event-json`: one object of strings and lists of strings. Keys repeat, bytes need not be UTF-8.

use super::{Body, EventError, EventName, Parts, is_content_length};
use crate::header::Span;
use crate::json;

/// Notes where each header of the object at `at` stands. Values that are neither strings nor lists of strings
/// are passed over, as FreeSWITCH does when it reads an event from JSON.
pub(super) fn index(raw: &[u8], at: usize, spans: &mut Vec<Span>) -> Result<Parts, EventError> {
    let mut found = Found { name: None, has_body: false, too_long: false };
    let mut cursor = at;
    if read_object(raw, &mut cursor, spans, &mut found).is_none() {
        let at = cursor.min(raw.len()) - at.min(raw.len());
        return Err(if found.too_long { EventError::HeaderTooLong { at } } else { EventError::Json { at } });
    }
    let body = if found.has_body { take_body(raw, spans) } else { None };
    Ok(Parts { name: found.name, body })
}

/// What was met beside headers.
struct Found {
    name: Option<EventName>,
    /// Whether there was a `_body`. All but the last are headers that a sender called so.
    has_body: bool,
    too_long: bool,
}

/// Takes the last `_body` from among the headers, with the Content-Length the serialiser put before it.
fn take_body(raw: &[u8], spans: &mut Vec<Span>) -> Option<Body> {
    let at = spans.iter().rposition(|span| is_body(*span, raw))?;
    let span = spans.remove(at);
    if let Some(before) = at.checked_sub(1)
        && spans.get(before).is_some_and(|span| is_content_length(*span, raw))
    {
        spans.remove(before);
    }
    Some(Body { start: span.value, len: span.value_len, escaped: span.flags & Span::ESCAPED_VALUE != 0 })
}

/// The case of the name counts, as it does to the switch.
fn is_body(span: Span, raw: &[u8]) -> bool {
    span.flags & Span::LIST == 0 && span.is_named(b"_body", raw) && span.decoded_name_in(raw) == &b"_body"[..]
}

/// `None` where the object breaks off; `cursor` then says where.
fn read_object(raw: &[u8], cursor: &mut usize, spans: &mut Vec<Span>, found: &mut Found) -> Option<()> {
    let mut at = json::skip_blanks(raw, *cursor);
    if raw.get(at)? != &b'{' {
        return None;
    }
    at = json::skip_blanks(raw, at + 1);
    if raw.get(at) == Some(&b'}') {
        return Some(());
    }
    loop {
        *cursor = at;
        at = read_member(raw, at, spans, found)?;
        at = json::skip_blanks(raw, at);
        match raw.get(at)? {
            b',' => at = json::skip_blanks(raw, at + 1),
            b'}' => return Some(()),
            _ => return None,
        }
    }
}

/// One `"key":value`; gives the offset after it.
fn read_member(raw: &[u8], at: usize, spans: &mut Vec<Span>, found: &mut Found) -> Option<usize> {
    if raw.get(at)? != &b'"' {
        return None;
    }
    let name = at + 1;
    let (name_end, name_escaped) = json::string_end(raw, name)?;
    let mut value = json::skip_blanks(raw, name_end + 1);
    if raw.get(value)? != &b':' {
        return None;
    }
    value = json::skip_blanks(raw, value + 1);
    let mut flags = if name_escaped { Span::ESCAPED_NAME } else { 0 };
    let (end, next) = match raw.get(value)? {
        b'"' => {
            value += 1;
            let (end, escaped) = json::string_end(raw, value)?;
            flags |= if escaped { Span::ESCAPED_VALUE } else { 0 };
            (end, end + 1)
        }
        b'[' => match json::skip_list(raw, value) {
            Some(end) => {
                flags |= Span::LIST;
                (end, end)
            }
            // A list of other things than strings.
            None => return json::skip_value(raw, value),
        },
        _ => return json::skip_value(raw, value),
    };
    let span = Span::new(name, name_end - name, value, end - value, flags);
    found.too_long |= span.is_none();
    let span = span?;
    if is_body(span, raw) {
        found.has_body = true;
    } else if span.is_named(b"Event-Name", raw) {
        found.name = Some(EventName::from_bytes(&span.decoded_json_value_in(raw)));
    }
    spans.push(span);
    Some(next)
}
