//! Headers as FreeSWITCH writes them: ordered, repeatable, found without regard to case, over the bytes they
//! came in. Nothing is copied or decoded until it is read.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use memchr::{memchr, memmem};

use crate::{json, percent};

/// How the values of a header block are written on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// As they are: the outer headers of every message but the reply to `connect`.
    Raw,
    /// Percent-encoded: plain events and the reply to `connect`.
    Percent,
    /// JSON strings, or lists of them.
    Json,
}

/// Where one header stands in the bytes of its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub(crate) name: u32,
    pub(crate) value: u32,
    pub(crate) value_len: u32,
    pub(crate) name_len: u16,
    pub(crate) flags: u16,
}

impl Span {
    /// The name holds JSON escapes.
    pub(crate) const ESCAPED_NAME: u16 = 1;
    /// The value is a JSON list; its span includes the brackets.
    pub(crate) const LIST: u16 = 2;
    /// The value holds JSON escapes.
    pub(crate) const ESCAPED_VALUE: u16 = 4;

    /// `None` where a name or an offset is larger than a span can say: such a header block is refused.
    pub(crate) fn new(
        name: usize,
        name_len: usize,
        value: usize,
        value_len: usize,
        flags: u16,
    ) -> Option<Self> {
        Some(Self {
            name: u32::try_from(name).ok()?,
            value: u32::try_from(value).ok()?,
            value_len: u32::try_from(value_len).ok()?,
            name_len: u16::try_from(name_len).ok()?,
            flags,
        })
    }

    fn name_in(self, raw: &[u8]) -> &[u8] {
        let start = self.name as usize;
        raw.get(start..start + usize::from(self.name_len)).unwrap_or_default()
    }

    pub(crate) fn decoded_name_in(self, raw: &[u8]) -> Cow<'_, [u8]> {
        let name = self.name_in(raw);
        if self.flags & Self::ESCAPED_NAME == 0 { Cow::Borrowed(name) } else { json::unescape(name) }
    }

    pub(crate) fn is_named(self, name: &[u8], raw: &[u8]) -> bool {
        if self.flags & Self::ESCAPED_NAME == 0 {
            // The lengths settle most of it; only then are the bytes read.
            usize::from(self.name_len) == name.len() && self.name_in(raw).eq_ignore_ascii_case(name)
        } else {
            self.decoded_name_in(raw).eq_ignore_ascii_case(name)
        }
    }

    pub(crate) fn decoded_json_value_in(self, raw: &[u8]) -> Cow<'_, [u8]> {
        let is_list = self.flags & Self::LIST != 0;
        Value { raw: self.value_in(raw), encoding: Encoding::Json, is_list }.to_bytes()
    }

    fn value_in(self, raw: &[u8]) -> &[u8] {
        let start = self.value as usize;
        raw.get(start..start + self.value_len as usize).unwrap_or_default()
    }
}

/// A header block: ordered, names may repeat, lookups ignore ASCII case and give the first.
///
/// Cloning is cheap: the bytes and the index of the headers in them are shared.
#[derive(Clone)]
pub struct Headers {
    raw: Bytes,
    spans: Arc<[Span]>,
    encoding: Encoding,
}

impl Headers {
    pub(crate) fn new(raw: Bytes, spans: &[Span], encoding: Encoding) -> Self {
        Self { raw, spans: Arc::from(spans), encoding }
    }

    /// A block of `Name: value` lines. Lines without a colon are passed over, as FreeSWITCH does.
    pub(crate) fn from_lines(raw: Bytes, end: usize, encoding: Encoding) -> Self {
        let mut spans = Vec::new();
        let mut at = 0;
        let block = raw.get(..end).unwrap_or_default();
        for line in block.split_inclusive(|&b| b == b'\n') {
            if let Some(span) = span_of_line(at, line) {
                spans.push(span);
            }
            at += line.len();
        }
        Self::new(raw, &spans, encoding)
    }

    /// How many headers there are, repeated ones counted each time.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// How the values are written in [`raw`](Self::raw).
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The bytes the headers were received in: the whole message.
    #[must_use]
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// The first value of `name` as text; bytes that are not UTF-8 are replaced by U+FFFD.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.value(name).map(|value| value.to_str())
    }

    /// The first value of `name`, decoded, as bytes: exactly what the switch holds.
    #[must_use]
    pub fn get_bytes(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        self.value(name).map(|value| value.to_bytes())
    }

    /// The first value of `name`, not yet decoded.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<Value<'_>> {
        self.spans.iter().find(|span| self.is_named(**span, name)).map(|span| self.value_of(*span))
    }

    /// The last value of `name`: the authoritative one where FreeSWITCH repeats `Event-Name` or
    /// `Content-Length`.
    #[must_use]
    pub fn last(&self, name: &str) -> Option<Value<'_>> {
        self.spans.iter().rfind(|span| self.is_named(**span, name)).map(|span| self.value_of(*span))
    }

    /// Every value of `name`, in order.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Value<'a>> + 'a {
        self.spans.iter().filter(move |span| self.is_named(**span, name)).map(|span| self.value_of(*span))
    }

    /// Every header in order: its name as spelled on the wire, and its value.
    pub fn iter(&self) -> impl Iterator<Item = (Cow<'_, str>, Value<'_>)> + '_ {
        self.spans.iter().map(|span| (lossy(self.name_of(*span)), self.value_of(*span)))
    }

    /// As [`iter`](Self::iter), with names as bytes: they are not always UTF-8.
    pub fn iter_bytes(&self) -> impl Iterator<Item = (Cow<'_, [u8]>, Value<'_>)> + '_ {
        self.spans.iter().map(|span| (self.name_of(*span), self.value_of(*span)))
    }

    /// A copy that shares no memory with the buffer it was received in. Worth it for one that is kept: a
    /// received one holds on to the whole network buffer (up to 256 KiB) around it.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self {
            raw: Bytes::copy_from_slice(&self.raw),
            spans: Arc::clone(&self.spans),
            encoding: self.encoding,
        }
    }

    fn is_named(&self, span: Span, name: &str) -> bool {
        span.is_named(name.as_bytes(), &self.raw)
    }

    fn name_of(&self, span: Span) -> Cow<'_, [u8]> {
        span.decoded_name_in(&self.raw)
    }

    fn value_of(&self, span: Span) -> Value<'_> {
        Value {
            raw: span.value_in(&self.raw),
            encoding: self.encoding,
            is_list: span.flags & Span::LIST != 0,
        }
    }
}

/// One line, at `at` in its block: the name up to the first colon, the value after the spaces that follow.
fn span_of_line(at: usize, line: &[u8]) -> Option<Span> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let colon = memchr(b':', line)?;
    let after = line.get(colon + 1..)?;
    let spaces = after.iter().take_while(|b| **b == b' ').count();
    Span::new(at, colon, at + colon + 1 + spaces, after.len() - spaces, 0)
}

/// Two blocks are equal when they hold the same headers, decoded, in the same order and spelling.
impl PartialEq for Headers {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self.iter_bytes().zip(other.iter_bytes()).all(|((name, value), (other_name, other_value))| {
                name == other_name && value.to_bytes() == other_value.to_bytes()
            })
    }
}

impl Eq for Headers {}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(name, value)| (name, value.to_str()))).finish()
    }
}

/// A header's value, decoded when it is read.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    raw: &'a [u8],
    encoding: Encoding,
    is_list: bool,
}

impl<'a> Value<'a> {
    /// As it stands on the wire, encoded.
    #[must_use]
    pub fn raw(self) -> &'a [u8] {
        self.raw
    }

    /// The decoded bytes. A JSON list becomes FreeSWITCH's own `ARRAY::a|:b` (or its one element), as plain
    /// events write it.
    #[must_use]
    pub fn to_bytes(self) -> Cow<'a, [u8]> {
        match self.encoding {
            Encoding::Raw => Cow::Borrowed(self.raw),
            Encoding::Percent => percent::decode(self.raw),
            Encoding::Json if self.is_list => Cow::Owned(array_text(json::elements(self.raw))),
            Encoding::Json => json::unescape(self.raw),
        }
    }

    /// The decoded value as text; bytes that are not UTF-8 are replaced by U+FFFD.
    #[must_use]
    pub fn to_str(self) -> Cow<'a, str> {
        lossy(self.to_bytes())
    }

    /// Whether it is an array of several values (`ARRAY::…`, or a JSON list).
    #[must_use]
    pub fn is_array(self) -> bool {
        self.is_list || self.to_bytes().starts_with(ARRAY)
    }

    /// Whether it came as a JSON list, of however many elements.
    pub(crate) fn is_list(self) -> bool {
        self.is_list
    }

    /// The elements, for an array; the one value otherwise. An element that itself holds `|:` cannot be told
    /// from two in a plain event; JSON keeps them apart.
    #[must_use]
    pub fn elements(self) -> Vec<Vec<u8>> {
        if self.is_list {
            return json::elements(self.raw).map(Cow::into_owned).collect();
        }
        let whole = self.to_bytes();
        match whole.strip_prefix(ARRAY) {
            Some(list) => split_array(list),
            None => vec![whole.into_owned()],
        }
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_str(), f)
    }
}

const ARRAY: &[u8] = b"ARRAY::";
const ARRAY_SEPARATOR: &[u8] = b"|:";

pub(crate) fn split_array(list: &[u8]) -> Vec<Vec<u8>> {
    let mut elements = Vec::new();
    let mut start = 0;
    for at in memmem::find_iter(list, ARRAY_SEPARATOR) {
        elements.push(list.get(start..at).unwrap_or_default().to_vec());
        start = at + ARRAY_SEPARATOR.len();
    }
    elements.push(list.get(start..).unwrap_or_default().to_vec());
    elements
}

/// `ARRAY::a|:b`; one element alone prints as itself (`switch_event_add_header_string` in `switch_event.c`).
pub(crate) fn array_text<T: AsRef<[u8]>>(elements: impl Iterator<Item = T>) -> Vec<u8> {
    let elements: Vec<T> = elements.collect();
    let joined = elements.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(ARRAY_SEPARATOR);
    if elements.len() < 2 { joined } else { [ARRAY, &joined].concat() }
}

/// Text from any bytes, without a copy where they are UTF-8.
pub(crate) fn lossy(bytes: Cow<'_, [u8]>) -> Cow<'_, str> {
    match bytes {
        Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
        Cow::Owned(bytes) => Cow::Owned(
            String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, encoding: Encoding) -> Headers {
        Headers::from_lines(Bytes::copy_from_slice(text.as_bytes()), text.len(), encoding)
    }

    #[test]
    fn lookups_ignore_case_and_give_the_first() {
        let headers = lines("Foo: a\nfoo: b\nBar:c\nno colon\nBaz:   spaced \n", Encoding::Raw);
        assert_eq!(headers.len(), 4);
        assert_eq!(headers.get("FOO").as_deref(), Some("a"));
        assert_eq!(headers.last("FOO").map(Value::to_str).as_deref(), Some("b"));
        assert_eq!(headers.get_all("foo").count(), 2);
        assert_eq!(headers.get("Bar").as_deref(), Some("c"));
        assert_eq!(headers.get("baz").as_deref(), Some("spaced "));
        assert_eq!(headers.get("nope"), None);
    }

    #[test]
    fn crlf_is_not_part_of_a_value() {
        let headers = lines("Foo: a\r\nBar: b\r\n", Encoding::Raw);
        assert_eq!(headers.get("foo").as_deref(), Some("a"));
        assert_eq!(headers.get("bar").as_deref(), Some("b"));
    }

    #[test]
    fn values_are_decoded_when_read() {
        let headers = lines("A: a%20b\nN: M%C3%BCller\nBad: %E9\n", Encoding::Percent);
        assert_eq!(headers.get("A").as_deref(), Some("a b"));
        assert_eq!(headers.get("N").as_deref(), Some("Müller"));
        assert_eq!(headers.get("Bad").as_deref(), Some("\u{fffd}"));
        assert_eq!(headers.get_bytes("Bad").as_deref(), Some(&b"\xe9"[..]));
        assert_eq!(headers.value("A").map(Value::raw), Some(&b"a%20b"[..]));
    }

    #[test]
    fn arrays_are_split() {
        let headers = lines("Arr: ARRAY%3A%3Aone%7C%3Atwo%7C%3Athree\nOne: single\n", Encoding::Percent);
        let arr = headers.value("Arr").unwrap();
        assert!(arr.is_array());
        assert_eq!(arr.to_str(), "ARRAY::one|:two|:three");
        assert_eq!(arr.elements(), [b"one".to_vec(), b"two".to_vec(), b"three".to_vec()]);
        assert_eq!(headers.value("One").unwrap().elements(), [b"single".to_vec()]);
        assert!(!headers.value("One").unwrap().is_array());
    }

    #[test]
    fn detaching_keeps_the_headers() {
        let headers = lines("Foo: a\nBar: b\n", Encoding::Raw);
        assert_eq!(headers.detach(), headers);
    }
}
