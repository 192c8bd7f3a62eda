//! Making events: for `sendevent`, and for whoever plays the switch.

use bytes::Bytes;

use super::{Event, EventError, EventFormat, EventName};
use crate::header::array_text;
use crate::{json, percent};

/// An event to be sent, header by header in the order given. Nothing is added on its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventBuilder {
    headers: Vec<(Vec<u8>, Field)>,
    body: Option<Vec<u8>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Field {
    One(Vec<u8>),
    List(Vec<Vec<u8>>),
}

impl EventBuilder {
    /// No headers, no body.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins with `Event-Name`.
    #[must_use]
    pub fn named(name: &EventName) -> Self {
        Self::new().header("Event-Name", name.as_str())
    }

    /// Adds a header after those there are, even if one of that name is among them.
    #[must_use]
    pub fn header(mut self, name: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) -> Self {
        self.push(name, value);
        self
    }

    /// Adds an array of values under one name.
    #[must_use]
    pub fn list(
        mut self,
        name: impl Into<Vec<u8>>,
        values: impl IntoIterator<Item = impl Into<Vec<u8>>>,
    ) -> Self {
        self.headers.push((name.into(), Field::List(values.into_iter().map(Into::into).collect())));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// [`header`](Self::header) in place, for loops.
    pub fn push(&mut self, name: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.headers.push((name.into(), Field::One(value.into())));
    }

    /// The headers in order, each with its values: one, or more for an array.
    pub fn headers(&self) -> impl Iterator<Item = (&[u8], &[Vec<u8>])> {
        self.headers.iter().map(|(name, field)| (name.as_slice(), field.values()))
    }

    /// The body given, if one was.
    #[must_use]
    pub fn given_body(&self) -> Option<&[u8]> {
        self.body.as_deref()
    }

    /// The payload in this form, byte for byte as FreeSWITCH serialises it.
    #[must_use]
    pub fn payload(&self, format: EventFormat) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.size_hint());
        match format {
            EventFormat::Plain => self.write_plain(&mut out),
            EventFormat::Json => self.write_json(&mut out),
        }
        out
    }

    /// The whole message: the outer Content-Length and Content-Type, in FreeSWITCH's order, and the payload.
    #[must_use]
    pub fn message(&self, format: EventFormat) -> Vec<u8> {
        let payload = self.payload(format);
        let mut out =
            format!("Content-Length: {}\nContent-Type: {}\n\n", payload.len(), format.content_type())
                .into_bytes();
        out.extend_from_slice(&payload);
        out
    }

    /// The event a client would read from [`payload`](Self::payload).
    ///
    /// # Errors
    ///
    /// [`EventError::TooLong`] for one of 2 GiB.
    pub fn to_event(&self, format: EventFormat) -> Result<Event, EventError> {
        Event::decode(format, Bytes::from(self.payload(format)))
    }

    /// Headers as `sendevent` wants them: names and values as they are, arrays as `ARRAY::a|:b`.
    pub(crate) fn raw_headers(&self) -> impl Iterator<Item = (&[u8], Vec<u8>)> {
        self.headers.iter().map(|(name, field)| (name.as_slice(), field.text()))
    }

    /// The name of an array that the switch would read as a longer one: an element of it holds the separator.
    pub(crate) fn ambiguous_list(&self) -> Option<&[u8]> {
        let is_ambiguous = |field: &Field| match field {
            Field::One(_) => false,
            Field::List(values) => values.iter().any(|value| value.windows(2).any(|pair| pair == b"|:")),
        };
        self.headers.iter().find(|(_, field)| is_ambiguous(field)).map(|(name, _)| name.as_slice())
    }

    fn size_hint(&self) -> usize {
        let headers: usize = self.headers.iter().map(|(name, field)| name.len() + field.len() + 16).sum();
        headers + self.body.as_ref().map_or(2, |body| body.len() + 64)
    }

    fn write_plain(&self, out: &mut Vec<u8>) {
        for (name, field) in &self.headers {
            out.extend_from_slice(name);
            out.extend_from_slice(b": ");
            match field {
                Field::One(value) if value.is_empty() => out.extend_from_slice(b"_undef_"),
                Field::One(value) => percent::encode_into(value, out),
                Field::List(_) => percent::encode_into(&field.text(), out),
            }
            out.push(b'\n');
        }
        if let Some(body) = self.body.as_ref().filter(|body| !body.is_empty()) {
            out.extend_from_slice(format!("Content-Length: {}\n\n", body.len()).as_bytes());
            out.extend_from_slice(body);
        } else {
            out.push(b'\n');
        }
    }

    fn write_json(&self, out: &mut Vec<u8>) {
        out.push(b'{');
        for (at, (name, field)) in self.headers.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            json::quote_into(name, out);
            out.push(b':');
            match field {
                Field::One(value) => json::quote_into(value, out),
                Field::List(values) => write_list(values, out),
            }
        }
        if let Some(body) = &self.body {
            if !self.headers.is_empty() {
                out.push(b',');
            }
            out.extend_from_slice(format!("\"Content-Length\":\"{}\",\"_body\":", body.len()).as_bytes());
            json::quote_into(body, out);
        }
        out.push(b'}');
    }
}

impl Field {
    fn values(&self) -> &[Vec<u8>] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::List(values) => values,
        }
    }

    fn text(&self) -> Vec<u8> {
        match self {
            Self::One(value) => value.clone(),
            Self::List(values) => array_text(values.iter()),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::One(value) => value.len(),
            Self::List(values) => values.iter().map(|value| value.len() + 4).sum(),
        }
    }
}

fn write_list(values: &[Vec<u8>], out: &mut Vec<u8>) {
    out.push(b'[');
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        json::quote_into(value, out);
    }
    out.push(b']');
}
