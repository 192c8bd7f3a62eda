//! An event as it is made: headers of its own, and blocks it shares with others.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use trunkline_proto::{EventBuilder, EventFormat, Values};

use super::headers::{Block, Headers, add_to, decimal, write_plain};

/// An event's headers in order, and its body.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    own: Headers,
    /// Blocks, each with how many of its own headers come before it.
    shared: Vec<(usize, Arc<Block>)>,
    body: Option<Vec<u8>>,
}

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
        Self { own: Headers::with_capacity(32, 768), shared: Vec::with_capacity(6), body: None }
    }

    pub(crate) fn push(&mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) {
        self.own.push(name, value);
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
        self.own.push_number(&[name.as_bytes()], value);
    }

    /// [`push`](Self::push), for chains of them.
    pub(crate) fn header(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        self.push(name, value);
        self
    }

    /// A block of headers, as it is now.
    pub(crate) fn share(&mut self, block: &Arc<Block>) {
        self.shared.push((self.own.len(), Arc::clone(block)));
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Names and values in order; an array as its text.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let mut own = self.own.iter();
        let mut taken = 0;
        let before = self.shared.iter().flat_map(move |(until, block)| {
            let some: Vec<_> = own.by_ref().take(until - taken).collect();
            taken = *until;
            some.into_iter().chain(block.headers().iter())
        });
        let after = self.shared.last().map_or(0, |(until, _)| *until);
        before.chain(self.own.iter().skip(after))
    }

    /// The first header of this name in any case, as its text.
    pub(crate) fn first(&self, name: &[u8]) -> Option<Cow<'_, [u8]>> {
        let (_, value) = self.headers().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
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
        let mut out = Vec::with_capacity(self.size_hint());
        self.write_plain(&mut out);
        out
    }

    /// The whole message.
    pub(crate) fn message(&self, format: EventFormat) -> Bytes {
        if format != EventFormat::Plain {
            return self.to_builder().message(format).into();
        }
        // How long it is stands in front and is known last: it is put before the payload, and what room is left
        // in front of that is cut off.
        const ROOM: usize = OUTER.0.len() + 20 + OUTER.1.len();
        let mut out = Vec::with_capacity(ROOM + self.size_hint());
        out.resize(ROOM, 0);
        self.write_plain(&mut out);
        let mut digits = [0; 20];
        let length = decimal(u64::try_from(out.len() - ROOM).unwrap_or_default(), &mut digits);
        let start = ROOM - OUTER.0.len() - length.len() - OUTER.1.len();
        let front = OUTER.0.iter().chain(length).chain(OUTER.1);
        for (place, byte) in out.iter_mut().skip(start).zip(front) {
            *place = *byte;
        }
        Bytes::from(out).slice(start..)
    }

    fn write_plain(&self, out: &mut Vec<u8>) {
        let mut own = self.own.iter();
        let mut taken = 0;
        for (until, block) in &self.shared {
            for (name, value) in own.by_ref().take(until - taken) {
                write_plain(name, value, out);
            }
            taken = *until;
            out.extend_from_slice(block.plain());
        }
        for (name, value) in own {
            write_plain(name, value, out);
        }
        match &self.body {
            Some(body) if !body.is_empty() => {
                let mut digits = [0; 20];
                out.extend_from_slice(b"Content-Length: ");
                out.extend_from_slice(decimal(u64::try_from(body.len()).unwrap_or_default(), &mut digits));
                out.extend_from_slice(b"\n\n");
                out.extend_from_slice(body);
            }
            _ => out.push(b'\n'),
        }
    }

    fn size_hint(&self) -> usize {
        let shared: usize = self.shared.iter().map(|(_, block)| block.plain().len()).sum();
        let body = self.body.as_ref().map_or(0, |body| body.len() + 32);
        shared + self.own.text_len() + self.own.text_len() / 8 + 3 * self.own.len() + body + 16
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
        let block = Arc::new(Block::from(shared));
        let mut draft = Draft::new().header("first", "1");
        draft.share(&block);
        draft.share(&block);
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
