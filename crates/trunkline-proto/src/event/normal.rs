//! What plain, JSON and XML all say of an event. The rules are listed in the documentation of the module above.

use std::borrow::Cow;

use super::{Event, EventBuilder, EventFormat, xml};
use crate::header::{ARRAY, split_array};
use crate::percent;

impl Event {
    /// What every form says of this event; equal for equal events, whichever forms they came in.
    ///
    /// An array becomes several headers of one name, `_undef_` an empty value, `%XX` the byte it stands for, an empty
    /// body none; what an XML event loses of a body that is not UTF-8 is lost.
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
