//! What plain, JSON and XML all say of an event.

use std::borrow::Cow;

use super::{Event, EventBuilder, EventFormat, xml};
use crate::header::{ARRAY, split_array};
use crate::percent;

impl Event {
    /// What every form says of this event: equal for one event, whichever form it came in.
    ///
    /// JSON is exact: an event read from it is the one the switch fired. Plain and XML leave some of it out, and so
    /// does the normal form:
    ///
    /// 1. **An array is its elements**, one after another under one name: XML writes it so. Any value is parted at
    ///    `|:` and loses an `ARRAY::` before it: plain writes arrays so, and nothing tells them from texts that hold
    ///    these.
    /// 2. **An empty value** and the text `_undef_` are the same: plain writes one for the other.
    /// 3. **`%XX`**, with two digits in capitals, is the byte it stands for: plain and XML let one pass that is in a
    ///    value.
    /// 4. **An empty body** is none: plain and XML leave it out.
    /// 5. **A body that is not UTF-8** has lost what is not, and what the switch drops with it in XML.
    /// 6. **An array of no elements** is no header. The switch makes none, but JSON could say it.
    ///
    /// The Content-Length that the switch writes before a body is no header in any form; one that the event's sender
    /// gave is. Headers keep their order, their spelling, and how often they come.
    ///
    /// It does not hold where the forms say different things: of names with a colon or a line break, where plain ends
    /// them; of names that hold what would be the lines of other headers in XML; of a header called `_body` in an
    /// event without a body, which JSON reads as the body. The switch checks no names, and a channel variable may be
    /// called anything.
    #[must_use]
    pub fn normalised(&self) -> EventBuilder {
        normal(&self.to_builder(), self.format())
    }
}

impl EventBuilder {
    /// What every form will say of this event: the [`normalised`](Event::normalised) of what is read from its
    /// [`payload`](Self::payload) in any of them.
    #[must_use]
    pub fn normalised(&self) -> Self {
        normal(self, EventFormat::Json)
    }
}

/// `read_from` is the form that `event` was read from: plain and XML have lost already what they lose.
fn normal(event: &EventBuilder, read_from: EventFormat) -> EventBuilder {
    let mut normal = EventBuilder::new();
    for (name, values) in event.headers() {
        for value in values.iter() {
            let value = if read_from == EventFormat::Json { as_encoded(value) } else { Cow::Borrowed(value) };
            for element in split_array(&value) {
                normal.push(name, normal_element(element));
            }
        }
    }
    let body = event.given_body().map(|body| normal_body(body, read_from));
    match body.filter(|body| !body.is_empty()) {
        Some(body) => normal.body(body),
        None => normal,
    }
}

/// What is read of a value that was encoded.
fn as_encoded(value: &[u8]) -> Cow<'_, [u8]> {
    if !value.contains(&b'%') {
        return Cow::Borrowed(value);
    }
    let mut encoded = Vec::with_capacity(value.len());
    percent::encode_into(value, &mut encoded);
    Cow::Owned(percent::decode(&encoded).into_owned())
}

fn normal_element(mut element: &[u8]) -> &[u8] {
    while let Some(rest) = element.strip_prefix(ARRAY) {
        element = rest;
    }
    if element == b"_undef_" { b"" } else { element }
}

fn normal_body(body: &[u8], read_from: EventFormat) -> Vec<u8> {
    if read_from == EventFormat::Xml || std::str::from_utf8(body).is_ok() {
        return body.to_vec();
    }
    xml::body_as_read(body)
}
