//! An event as it is made.

use std::borrow::Cow;

use bytes::Bytes;
use trunkline_proto::{EventBuilder, EventFormat, Values};

use super::headers::{Headers, Size, add_to};

/// An event's headers in order, and its body.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    headers: Headers,
    body: Option<Vec<u8>>,
}

/// What most events take that are about nothing in particular.
const OWN: Size = Size { lines: 24, plain: 896, raw: 160 };

impl From<EventBuilder> for Draft {
    fn from(builder: EventBuilder) -> Self {
        let mut draft = Self::default();
        for (name, values) in builder.headers() {
            draft.push_values(name, values);
        }
        draft.body = builder.given_body().map(<[u8]>::to_vec);
        draft
    }
}

impl Draft {
    pub(crate) fn new() -> Self {
        Self::with_room(Size::default())
    }

    /// One with room for others beside its own headers.
    pub(crate) fn with_room(others: Size) -> Self {
        Self { headers: Headers::with_capacity(OWN + others), body: None }
    }

    pub(crate) fn push(&mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) {
        self.headers.push(name, value);
    }

    /// A header of one value, or an array.
    pub(crate) fn push_values(&mut self, name: impl AsRef<[u8]>, values: Values<'_>) {
        match values.text() {
            text if values.is_list() && !text.starts_with(b"ARRAY::") => {
                self.push(name, [b"ARRAY::".as_slice(), &text].concat());
            }
            text => self.push(name, text),
        }
    }

    pub(crate) fn push_number(&mut self, name: &str, value: u64) {
        self.headers.push_number(&[name.as_bytes()], value);
    }

    /// [`push`](Self::push), for chains of them.
    pub(crate) fn header(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        self.push(name, value);
        self
    }

    /// Headers that were made before, as they are now.
    pub(crate) fn append(&mut self, headers: &Headers) {
        self.headers.append(headers);
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Names and values in order; an array as its text.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.headers.iter()
    }

    /// The first header of this name in any case, as its text.
    pub(crate) fn first(&self, name: &[u8]) -> Option<Cow<'_, [u8]>> {
        let value = self.headers.find(0, name)?;
        Some(match value.strip_prefix(b"ARRAY::") {
            Some(only) if !only.windows(2).any(|pair| pair == b"|:") => only.into(),
            _ => value.into(),
        })
    }

    /// As an event of the protocol's.
    pub(crate) fn to_builder(&self) -> EventBuilder {
        let mut builder = EventBuilder::new();
        for (name, value) in self.headers() {
            add_to(&mut builder, name, value);
        }
        if let Some(body) = &self.body {
            builder.set_body(body.as_slice());
        }
        builder
    }

    /// What is in it, without an envelope.
    pub(crate) fn payload(&self, format: EventFormat) -> Vec<u8> {
        if format != EventFormat::Plain {
            return self.to_builder().payload(format);
        }
        let mut digits = itoa::Buffer::new();
        [self.headers.plain(), &self.between(&mut digits).concat(), self.given_body()].concat()
    }

    /// The whole message.
    pub(crate) fn message(&self, format: EventFormat) -> Bytes {
        if format != EventFormat::Plain {
            return self.to_builder().message(format).into();
        }
        let (mut outer, mut inner) = (itoa::Buffer::new(), itoa::Buffer::new());
        let (headers, between, body) = (self.headers.plain(), self.between(&mut inner), self.given_body());
        let between_length: usize = between.iter().map(|part| part.len()).sum();
        let length = headers.len() + between_length + body.len();
        let digits = outer.format(length);
        let mut out = Vec::with_capacity(OUTER.0.len() + digits.len() + OUTER.1.len() + length);
        out.extend_from_slice(OUTER.0);
        out.extend_from_slice(digits.as_bytes());
        out.extend_from_slice(OUTER.1);
        out.extend_from_slice(headers);
        between.iter().for_each(|part| out.extend_from_slice(part));
        out.extend_from_slice(body);
        out.into()
    }

    fn given_body(&self) -> &[u8] {
        self.body.as_deref().unwrap_or_default()
    }

    /// What stands between the headers and the body of a plain event.
    fn between<'a>(&self, digits: &'a mut itoa::Buffer) -> [&'a [u8]; 3] {
        match self.given_body().len() {
            0 => [b"\n", b"", b""],
            length => [b"Content-Length: ", digits.format(length).as_bytes(), b"\n\n"],
        }
    }
}

/// What stands around the length in front of a plain event.
const OUTER: (&[u8], &[u8]) = (b"Content-Length: ", b"\nContent-Type: text/event-plain\n\n");

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Draft {
        let mut shared = Headers::default();
        shared.push("s1", "a b");
        shared.push("s2", "ARRAY::x|:y");
        let mut draft = Draft::new().header("first", "1");
        draft.append(&shared);
        draft.append(&shared);
        draft.push("list", "ARRAY::only");
        draft.push_number("last", 42);
        draft
    }

    #[test]
    fn it_is_written_as_the_protocol_crate_writes_it() {
        for draft in [sample(), sample().body("text"), sample().body(""), Draft::new()] {
            for format in EventFormat::ALL {
                assert_eq!(draft.message(format), draft.to_builder().message(format), "{format}");
                assert_eq!(draft.payload(format), draft.to_builder().payload(format), "{format}");
            }
            let again = Draft::from(draft.to_builder());
            assert!(again.headers().eq(draft.headers()), "{again:?}");
        }
    }

    #[test]
    fn headers_are_found_in_any_case() {
        let draft = sample();
        assert_eq!(draft.first(b"LAST").as_deref(), Some(b"42".as_slice()));
        assert_eq!(draft.first(b"list").as_deref(), Some(b"only".as_slice()));
        assert_eq!(draft.first(b"s2").as_deref(), Some(b"ARRAY::x|:y".as_slice()));
        assert_eq!(draft.first(b"nosuch"), None);
        assert_eq!(draft.headers().count(), 7);
    }
}
