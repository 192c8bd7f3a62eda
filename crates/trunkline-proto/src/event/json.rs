//! `text/event-json`: one object of strings and lists of strings. Keys repeat, bytes need not be UTF-8.

use super::{Body, EventError, EventName, Parts, drop_own_content_length};
use crate::header::Span;
use crate::json;

/// Notes where each header of the object at `at` stands. Values that are neither strings nor lists of strings
/// are passed over, as FreeSWITCH does when it reads an event from JSON.
pub(super) fn index(raw: &[u8], at: usize, spans: &mut Vec<Span>) -> Result<Parts, EventError> {
    let mut parts = Parts { name: None, body: None };
    let mut cursor = at;
    read_object(raw, &mut cursor, spans, &mut parts)
        .ok_or(EventError::Json { at: cursor.min(raw.len()) - at.min(raw.len()) })?;
    Ok(parts)
}

/// `None` where the object breaks off; `cursor` then says where.
fn read_object(raw: &[u8], cursor: &mut usize, spans: &mut Vec<Span>, parts: &mut Parts) -> Option<()> {
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
        at = read_member(raw, at, spans, parts)?;
        at = json::skip_blanks(raw, at);
        match raw.get(at)? {
            b',' => at = json::skip_blanks(raw, at + 1),
            b'}' => return Some(()),
            _ => return None,
        }
    }
}

/// One `"key":value`; gives the offset after it.
fn read_member(raw: &[u8], at: usize, spans: &mut Vec<Span>, parts: &mut Parts) -> Option<usize> {
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
    let key = raw.get(name..name_end)?;
    let mut flags = if name_escaped { Span::ESCAPED_NAME } else { 0 };
    match raw.get(value)? {
        b'"' => {
            value += 1;
            let (end, escaped) = json::string_end(raw, value)?;
            if key == b"_body" {
                drop_own_content_length(raw, spans);
                let start = u32::try_from(value).ok()?;
                parts.body = Some(Body { start, len: u32::try_from(end - value).ok()?, escaped });
            } else {
                if key == b"Event-Name" || (key.len() == 10 && key.eq_ignore_ascii_case(b"Event-Name")) {
                    parts.name = Some(EventName::from_bytes(&json::unescape(raw.get(value..end)?)));
                }
                spans.push(Span::new(name, name_end - name, value, end - value, flags)?);
            }
            Some(end + 1)
        }
        b'[' => {
            flags |= Span::LIST;
            match json::skip_list(raw, value) {
                Some(end) => {
                    spans.push(Span::new(name, name_end - name, value, end - value, flags)?);
                    Some(end)
                }
                // A list of other things than strings.
                None => json::skip_value(raw, value),
            }
        }
        _ => json::skip_value(raw, value),
    }
}
