//! Events: what the switch says happened.
//!
//! A received [`Event`] is the bytes of its message. Nothing is decoded, unescaped or copied until it is read, and
//! cloning an event copies no bytes. Headers are found when they are asked for, in JSON and XML by a small index that is
//! made while their syntax is checked.
//!
//! Plain, JSON and XML are all read this way. JSON is exact; what the other two leave out is in the documentation of
//! [`Event::normalised`].

mod builder;
mod json;
mod name;
mod normal;
mod plain;
#[cfg(feature = "serde")]
mod serialize;
mod set;
mod sightings;
mod xml;

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;

pub use builder::{EventBuilder, Priority, Stack, Values};
pub use name::EventName;
pub use set::EventSet;
pub use sightings::Sightings;

use crate::header::{Encoding, Headers, Mark, lossy};

/// The form events are sent in. The form belongs to the connection: asking for another one changes it for
/// everything subscribed before, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum EventFormat {
    /// `Name: percent-encoded value` lines. The fastest to make and to read.
    #[default]
    Plain,
    /// One JSON object. The exact one.
    Json,
    /// Elements named after the headers, with percent-encoded text. Not always XML, and the least exact: an array is
    /// several headers, and a body that is not UTF-8 loses what is not.
    Xml,
}

impl EventFormat {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Plain, Self::Json, Self::Xml];

    /// The format of a word, in any case, as `event` takes it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str().eq_ignore_ascii_case(name))
    }

    /// The word in `event plain …`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Json => "json",
            Self::Xml => "xml",
        }
    }

    /// The Content-Type of its messages.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Plain => "text/event-plain",
            Self::Json => "text/event-json",
            Self::Xml => "text/event-xml",
        }
    }
}

impl fmt::Display for EventFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a payload could not be read as an event. The message around it was whole: the connection goes on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// The payload of a JSON event is not the object it should be.
    #[error("the switch sent a JSON event that breaks off or is malformed at byte {at}")]
    Json {
        /// Where in the payload.
        at: usize,
    },
    /// The payload of an XML event is not as the switch writes one.
    #[error("the switch sent an XML event that breaks off or is malformed at byte {at}")]
    Xml {
        /// Where in the payload.
        at: usize,
    },
    /// The payload is longer than any limit allows.
    #[error("an event of {len} bytes is too long to be read")]
    TooLong {
        /// Its length.
        len: usize,
    },
}

/// Offsets are kept in 31 bits.
const LONGEST: usize = i32::MAX as usize;

/// One event, as received. Cloning it is cheap.
///
/// It reads alike whichever of the three forms it came in, but for what these leave out, which
/// [`normalised`](Self::normalised) lists: an array is one header in plain and JSON, and in XML several of one name.
#[derive(Clone)]
pub struct Event {
    headers: Headers,
    name: Option<EventName>,
    payload_at: usize,
    body: Option<Body>,
}

#[derive(Debug, Clone, Copy)]
struct Body {
    start: usize,
    len: usize,
    escaped: bool,
}

/// What a decoder of one format found in a payload; for JSON and XML, beside the marks it left in the scratch it was lent.
pub(crate) struct Parts {
    name: Option<EventName>,
    body: Option<Body>,
    /// Where the lines of headers end.
    headers_end: usize,
}

impl Event {
    /// Reads a payload: the part of the message its outer Content-Length counts.
    ///
    /// # Errors
    ///
    /// [`EventError`] for JSON that is none, for XML that is not as the switch writes it, or a payload of 2 GiB. Any
    /// other plain payload reads.
    pub fn decode(format: EventFormat, payload: Bytes) -> Result<Self, EventError> {
        let mut marks = Vec::new();
        let parts = Self::index(format, &payload, 0, &mut marks)?;
        Ok(Self::assemble(format, payload, 0, &marks, parts))
    }

    /// Finds what is in a payload that starts at `at` in `raw`, with a scratch to reuse.
    pub(crate) fn index(
        format: EventFormat,
        raw: &[u8],
        at: usize,
        marks: &mut Vec<Mark>,
    ) -> Result<Parts, EventError> {
        if raw.len() > LONGEST {
            return Err(EventError::TooLong { len: raw.len() });
        }
        match format {
            EventFormat::Plain => Ok(plain::outline(raw, at)),
            EventFormat::Json => {
                marks.clear();
                json::index(raw, at, marks)
            }
            EventFormat::Xml => {
                marks.clear();
                xml::index(raw, at, marks)
            }
        }
    }

    /// The event of the payload that was indexed.
    pub(crate) fn assemble(format: EventFormat, raw: Bytes, at: usize, marks: &[Mark], parts: Parts) -> Self {
        let headers = match format {
            EventFormat::Plain => Headers::of_lines(raw, at..parts.headers_end, Encoding::Percent),
            EventFormat::Json => Headers::of_marks(raw, marks, Encoding::Json),
            EventFormat::Xml => Headers::of_marks(raw, marks, Encoding::Xml),
        };
        Self { headers, name: parts.name, payload_at: at, body: parts.body }
    }

    /// The name. `None` for an event that has none: one that was queued to a session and comes back without
    /// its standard headers. Of several (`sendevent` with a forged one, PRIVATE_COMMAND) the last is the
    /// real one.
    #[must_use]
    #[inline]
    pub fn name(&self) -> Option<&EventName> {
        self.name.as_ref()
    }

    /// Whether it has this name.
    #[must_use]
    #[inline]
    pub fn is(&self, name: EventName) -> bool {
        self.name == Some(name)
    }

    /// The subclass of a CUSTOM event, such as `conference::maintenance`.
    #[must_use]
    pub fn subclass(&self) -> Option<Cow<'_, str>> {
        self.get("Event-Subclass")
    }

    /// The channel it is about (`Unique-ID`). Usually a UUID; `origination_uuid` can make it any text.
    #[must_use]
    #[inline]
    pub fn unique_id(&self) -> Option<Cow<'_, str>> {
        self.get("Unique-ID")
    }

    /// The job a BACKGROUND_JOB event ends (`Job-UUID`).
    #[must_use]
    pub fn job_uuid(&self) -> Option<Cow<'_, str>> {
        self.get("Job-UUID")
    }

    /// The first value of a header, decoded, as text. Case does not matter; bytes that are not UTF-8 are
    /// replaced by U+FFFD.
    #[must_use]
    #[inline]
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.headers.get(name)
    }

    /// The first value of a header, decoded, exactly.
    #[must_use]
    #[inline]
    pub fn get_bytes(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        self.headers.get_bytes(name)
    }

    /// A channel variable: the header `variable_NAME`.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<Cow<'_, str>> {
        self.variables().get(name).map(|value| value.to_str())
    }

    /// All headers, in order, without the Content-Length the serialiser puts before a body.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The body, exactly. In plain and XML an empty one cannot be told from none, and XML loses what is not UTF-8.
    #[must_use]
    pub fn body_bytes(&self) -> Option<Cow<'_, [u8]>> {
        let body = self.body?;
        let raw = self.headers.raw().get(body.start..body.start + body.len)?;
        Some(match self.headers.encoding() {
            Encoding::Xml if body.escaped => crate::xml::unescape(raw),
            _ if body.escaped => crate::json::unescape(raw),
            _ => Cow::Borrowed(raw),
        })
    }

    /// The body as text; bytes that are not UTF-8 are replaced by U+FFFD.
    #[must_use]
    pub fn body(&self) -> Option<Cow<'_, str>> {
        self.body_bytes().map(lossy)
    }

    /// The form it was received in.
    #[must_use]
    pub fn format(&self) -> EventFormat {
        match self.headers.encoding() {
            Encoding::Json => EventFormat::Json,
            Encoding::Xml => EventFormat::Xml,
            Encoding::Raw | Encoding::Percent => EventFormat::Plain,
        }
    }

    /// The bytes of the payload as received.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        self.headers.raw().get(self.payload_at..).unwrap_or_default()
    }

    /// How many bytes its message took on the wire; what a queue of events counts.
    #[must_use]
    #[inline]
    pub fn wire_len(&self) -> usize {
        self.headers.raw().len()
    }

    /// A copy that shares no memory with the network buffer, for one that is kept: a received event holds on to
    /// the up to 256 KiB around it.
    #[must_use]
    pub fn detach(&self) -> Self {
        let Self { headers, name, payload_at, body } = self;
        Self { headers: headers.detach(), name: name.clone(), payload_at: *payload_at, body: *body }
    }

    /// A copy to change and send again. Its [`payload`](EventBuilder::payload) in the form it was received in is the
    /// one received, but for plain and XML values that hold a `%XX` the encoding would not have made, and for the
    /// length of a body that came as XML and had lost something.
    #[must_use]
    pub fn to_builder(&self) -> EventBuilder {
        let mut builder = EventBuilder::new();
        for (name, value) in self.headers.iter_bytes() {
            // `ARRAY::` in a JSON string is a value that looks like an array, and with one element it is no array.
            if value.is_list() || (value.is_array() && self.format() == EventFormat::Plain) {
                let elements = value.elements();
                if value.is_list() || elements.len() > 1 {
                    builder.push_list(name, elements);
                    continue;
                }
            }
            builder.push(name, value.to_bytes());
        }
        match self.body_bytes() {
            Some(body) => builder.body(body.into_owned()),
            None => builder,
        }
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("name", &self.name)
            .field("headers", &self.headers)
            .field("body", &self.body())
            .finish()
    }
}

/// Whether this is the name at `start`. `end` ends a name.
fn is_content_length(raw: &[u8], start: usize, end: u8) -> bool {
    const NAME: &[u8] = b"Content-Length";
    raw.get(start + NAME.len()) == Some(&end)
        && raw.get(start..start + NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME))
}
