//! `text/event-json`: one object of strings and lists of strings. Keys repeat, bytes need not be UTF-8.

#[cfg(target_arch = "x86_64")]
mod members;

use std::borrow::Cow;

use super::{Body, EventError, EventName, Parts, is_content_length};
use crate::header::{ESCAPED_NAME, Mark, array_text};
use crate::json;

/// Notes where each header of the object at `at` stands. Values that are neither strings nor lists of strings
/// are passed over, as FreeSWITCH does when it reads an event from JSON.
pub(super) fn index(raw: &[u8], at: usize, marks: &mut Vec<Mark>) -> Result<Parts, EventError> {
    #[cfg(target_arch = "x86_64")]
    if members::can_be_noted() {
        #[expect(unsafe_code, reason = "the hot loop of every JSON event; measured by `bench decode`")]
        // SAFETY: the processor can do it, as was asked.
        let note = |at, marks: &mut _| unsafe { members::note(raw, at, marks) };
        return index_by(raw, at, marks, note);
    }
    index_by(raw, at, marks, |at, _| at)
}

/// `note` may note members from one on, and gives where the next begins, which then is read.
fn index_by(
    raw: &[u8],
    at: usize,
    marks: &mut Vec<Mark>,
    note: impl Fn(usize, &mut Vec<Mark>) -> usize,
) -> Result<Parts, EventError> {
    let mut found = Found { name: None, body: None };
    let mut cursor = at;
    read_object(raw, &mut cursor, marks, &mut found, note)
        .ok_or(EventError::Json { at: cursor.min(raw.len()) - at.min(raw.len()) })?;
    let body = found.body.map(|(place, body)| {
        // It is no header, and neither is the Content-Length the serialiser put before it.
        marks.remove(place);
        if let Some(before) = place.checked_sub(1)
            && marks.get(before).is_some_and(|mark| is_content_length(raw, *mark as usize, b'"'))
        {
            marks.remove(before);
        }
        body
    });
    Ok(Parts { name: found.name, body, headers_end: raw.len() })
}

/// What was met beside headers.
struct Found {
    name: Option<EventName>,
    /// The last `_body`, and its place among the headers: earlier ones are headers that a sender called so.
    body: Option<(usize, Body)>,
}

/// `None` where the object breaks off; `cursor` then says where.
fn read_object(
    raw: &[u8],
    cursor: &mut usize,
    marks: &mut Vec<Mark>,
    found: &mut Found,
    note: impl Fn(usize, &mut Vec<Mark>) -> usize,
) -> Option<()> {
    let mut at = json::skip_blanks(raw, *cursor);
    if raw.get(at)? != &b'{' {
        return None;
    }
    at = json::skip_blanks(raw, at + 1);
    if raw.get(at) == Some(&b'}') {
        return Some(());
    }
    loop {
        at = json::skip_blanks(raw, note(at, marks));
        *cursor = at;
        at = read_member(raw, at, marks, found)?;
        at = json::skip_blanks(raw, at);
        match raw.get(at)? {
            b',' => at = json::skip_blanks(raw, at + 1),
            b'}' => return Some(()),
            _ => return None,
        }
    }
}

/// One `"key":value`; gives the offset after it.
fn read_member(raw: &[u8], at: usize, marks: &mut Vec<Mark>, found: &mut Found) -> Option<usize> {
    if raw.get(at)? != &b'"' {
        return None;
    }
    let name = at + 1;
    let (name_end, name_escaped) = json::string_end(raw, name)?;
    let colon = json::skip_blanks(raw, name_end + 1);
    if raw.get(colon)? != &b':' {
        return None;
    }
    let value = json::skip_blanks(raw, colon + 1);
    let key = raw.get(name..name_end)?;
    let key = if name_escaped { json::unescape(key) } else { Cow::Borrowed(key) };
    let mark = Mark::try_from(name).ok()? | if name_escaped { ESCAPED_NAME } else { 0 };
    match raw.get(value)? {
        b'"' => {
            let start = value + 1;
            let (end, escaped) = json::string_end(raw, start)?;
            if *key == *BODY {
                found.body = Some((marks.len(), Body { start, len: end - start, escaped }));
            } else if is_name(&key) {
                found.name = Some(EventName::from_bytes(&json::unescape(raw.get(start..end)?)));
            }
            marks.push(mark);
            Some(end + 1)
        }
        b'[' => match json::skip_list(raw, value) {
            Some(end) => {
                if is_name(&key) {
                    let list = json::elements(raw.get(value..end)?);
                    found.name = Some(EventName::from_bytes(&array_text(list)));
                }
                marks.push(mark);
                Some(end)
            }
            // A list of other things than strings.
            None => json::skip_value(raw, value),
        },
        _ => json::skip_value(raw, value),
    }
}

/// The members that are no header, or more than one.
const BODY: &[u8] = b"_body";
const NAME: &[u8] = b"Event-Name";

fn is_name(key: &[u8]) -> bool {
    key.len() == NAME.len() && key.eq_ignore_ascii_case(NAME)
}

#[cfg(test)]
mod tests;
