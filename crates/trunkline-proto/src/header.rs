//! Headers as FreeSWITCH writes them: ordered, repeatable, found without regard to case, over the bytes they
//! came in. Nothing is copied or decoded until it is read.

mod changed;
mod in_order;
mod pass;
mod value;

use std::borrow::Cow;
use std::fmt;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use bytes::Bytes;
use memchr::{memchr, memchr2, memchr2_iter, memmem, memrchr};

pub use in_order::InOrder;
pub use pass::Reached;
pub use value::Value;
pub(crate) use value::{ARRAY, array_text, lossy, split_array};

use crate::{json, scan, xml};

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
    /// Elements with percent-encoded text: XML events.
    Xml,
}

/// Where a JSON or XML header begins in the bytes of its message: at the first byte of its name. Where the name and the
/// value end is found when they are read, which most never are.
pub(crate) type Mark = u32;

/// Set in a [`Mark`] whose name is not read the short way: in JSON it holds escapes, in XML a `>`. Messages are shorter
/// than 2 GiB by their limits.
pub(crate) const ESCAPED_NAME: Mark = 1 << 31;

/// A header block: ordered, names may repeat, lookups ignore ASCII case and give the first.
///
/// Cloning is cheap: the bytes are shared, and for JSON and XML the index of the headers in them.
#[derive(Clone)]
pub struct Headers {
    raw: Bytes,
    place: Place,
    encoding: Encoding,
}

/// Where the headers stand.
#[derive(Clone)]
enum Place {
    /// In these lines, up to the first empty one.
    Lines(Range<u32>),
    /// At these marks of a JSON object, or an XML event.
    Marks(Arc<[Mark]>),
}

impl Headers {
    /// Those of a JSON object or an XML event that was gone through.
    pub(crate) fn of_marks(raw: Bytes, marks: &[Mark], encoding: Encoding) -> Self {
        Self { raw, place: Place::Marks(Arc::from(marks)), encoding }
    }

    /// The `Name: value` lines in this part of a message, which is shorter than 4 GiB. Lines without a colon are passed
    /// over, as FreeSWITCH does.
    pub(crate) fn of_lines(raw: Bytes, lines: Range<usize>, encoding: Encoding) -> Self {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { raw, place: Place::Lines(offset(lines.start)..offset(lines.end)), encoding }
    }

    /// A block of lines.
    pub(crate) fn from_lines(raw: Bytes, encoding: Encoding) -> Self {
        let lines = 0..raw.len();
        Self::of_lines(raw, lines, encoding)
    }

    /// How many headers there are, repeated ones counted each time.
    #[must_use]
    pub fn len(&self) -> usize {
        self.iter_bytes().count()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter_bytes().next().is_none()
    }

    /// Whether one's name begins so, in whatever case.
    pub(crate) fn has_beginning(&self, prefix: &str) -> bool {
        if self.first_beginning(prefix).is_some() {
            return true;
        }
        // As the switch never writes them, but they are read.
        let begins = |at: usize| {
            let name = self.raw.get(at..at + prefix.len());
            name.is_some_and(|name| name.eq_ignore_ascii_case(prefix.as_bytes()))
        };
        let letter = prefix.bytes().next().unwrap_or_default();
        match &self.place {
            Place::Lines(lines) => {
                let (start, lines) = (lines.start as usize, self.lines(lines));
                let letters = memchr2_iter(letter.to_ascii_lowercase(), letter.to_ascii_uppercase(), lines);
                letters
                    .filter(|at| *at == start || (*at > start && lines.get(at - 1) == Some(&b'\n')))
                    .any(begins)
            }
            Place::Marks(marks) => marks.iter().any(|mark| begins((mark & !ESCAPED_NAME) as usize)),
        }
    }

    /// Which one's name is the first to begin so: how many bytes, or marks, are before it.
    fn first_beginning(&self, prefix: &str) -> Option<usize> {
        let prefix = prefix.as_bytes();
        match &self.place {
            Place::Lines(lines) => {
                let lines = self.lines(lines).get(lines.start as usize..)?;
                let begins_line =
                    |at: &usize| at.checked_sub(1).is_none_or(|before| lines.get(before) == Some(&b'\n'));
                memmem::find_iter(lines, prefix).find(begins_line)
            }
            Place::Marks(marks) => marks.iter().position(|mark| {
                let name = self.raw.get((mark & !ESCAPED_NAME) as usize..);
                name.is_some_and(|name| name.starts_with(prefix))
            }),
        }
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
    #[inline]
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.value(name).map(|value| value.to_str())
    }

    /// The first value of `name`, decoded, as bytes: exactly what the switch holds.
    #[must_use]
    #[inline]
    pub fn get_bytes(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        self.value(name).map(|value| value.to_bytes())
    }

    /// The first value of `name`, not yet decoded.
    #[must_use]
    #[inline]
    pub fn value(&self, name: &str) -> Option<Value<'_>> {
        self.next_named(&mut self.start(), name)
    }

    /// The last value of `name`: the authoritative one where FreeSWITCH repeats `Event-Name` or
    /// `Content-Length`.
    #[must_use]
    pub fn last(&self, name: &str) -> Option<Value<'_>> {
        let mut at = self.start();
        std::iter::from_fn(|| self.next_named(&mut at, name)).last()
    }

    /// As [`last`](Self::last), sought from the end: quick where it is among the last, as what the switch says of an
    /// application is, behind all of its call.
    #[must_use]
    pub fn last_backwards(&self, name: &str) -> Option<Value<'_>> {
        match &self.place {
            Place::Lines(lines) => self.last_line_named(lines, name.as_bytes()),
            Place::Marks(marks) if self.encoding == Encoding::Xml => {
                marks.iter().rev().find_map(|mark| self.element_if_named(*mark, name.as_bytes()))
            }
            Place::Marks(marks) => marks.iter().rev().find_map(|mark| {
                let may_be = self.raw.get(*mark as usize + name.len()) == Some(&b'"');
                (may_be || mark & ESCAPED_NAME != 0).then(|| self.value_if_named(*mark, name.as_bytes()))?
            }),
        }
    }

    /// Every header from the last one back, as [`iter_bytes`](Self::iter_bytes).
    pub fn backwards(&self) -> impl Iterator<Item = (Cow<'_, [u8]>, Value<'_>)> + '_ {
        let ends = |byte: &u8| !matches!(byte, b'\r' | b'\n');
        let (mut lines, marks) = match &self.place {
            Place::Lines(lines) => (self.raw.get(lines.start as usize..lines.end as usize), &[][..]),
            Place::Marks(marks) => (None, &**marks),
        };
        lines = lines.and_then(|block| block.get(..=block.iter().rposition(ends)?));
        let lines = std::iter::from_fn(move || {
            let rest = lines?;
            let feed = memrchr(b'\n', rest);
            lines = feed.and_then(|feed| rest.get(..feed));
            rest.get(feed.map_or(0, |feed| feed + 1)..)
        });
        let lines = lines.filter_map(|line| self.encoded_header(line));
        lines.chain(marks.iter().rev().filter_map(|mark| self.read(*mark)))
    }

    fn last_line_named(&self, lines: &Range<u32>, name: &[u8]) -> Option<Value<'_>> {
        let block = self.raw.get(lines.start as usize..lines.end as usize)?;
        let ends = |byte: &u8| !matches!(byte, b'\r' | b'\n');
        let mut rest = block.get(..=block.iter().rposition(ends)?)?;
        while memchr2(b':', b'\n', name).is_none() {
            let feed = memrchr(b'\n', rest);
            let line = rest.get(feed.map_or(0, |feed| feed + 1)..)?;
            if let Some((here, value)) = line.split_at_checked(name.len())
                && let Some(value) = value.strip_prefix(b":")
                && here.eq_ignore_ascii_case(name)
            {
                return Some(self.line_value(value));
            }
            rest = rest.get(..feed?)?;
        }
        None
    }

    /// Every value of `name`, in order.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Value<'a>> + 'a {
        let mut at = self.start();
        std::iter::from_fn(move || self.next_named(&mut at, name))
    }

    /// Every header in order: its name as spelled on the wire, and its value.
    pub fn iter(&self) -> impl Iterator<Item = (Cow<'_, str>, Value<'_>)> + '_ {
        self.iter_bytes().map(|(name, value)| (lossy(name), value))
    }

    /// As [`iter`](Self::iter), with names as bytes: they are not always UTF-8.
    pub fn iter_bytes(&self) -> impl Iterator<Item = (Cow<'_, [u8]>, Value<'_>)> + '_ {
        self.iter_at(self.start())
    }

    fn iter_at(&self, mut at: usize) -> impl Iterator<Item = (Cow<'_, [u8]>, Value<'_>)> + '_ {
        std::iter::from_fn(move || self.next_at(&mut at))
    }

    /// The header at `at`, or the next one; then `at` is behind it.
    #[inline]
    fn next_at(&self, at: &mut usize) -> Option<(Cow<'_, [u8]>, Value<'_>)> {
        loop {
            let header = match &self.place {
                Place::Lines(lines) => self.next_line(self.lines(lines), at)?,
                Place::Marks(marks) => {
                    let mark = *marks.get(*at)?;
                    *at += 1;
                    self.read(mark)
                }
            };
            if header.is_some() {
                return header;
            }
        }
    }

    /// The header of the line at `at`, which then is behind it; `Some(None)` for a line that is none.
    #[inline]
    #[expect(clippy::option_option, reason = "the end, and a line to pass over")]
    fn next_line(&self, lines: &[u8], at: &mut usize) -> Option<Option<(Cow<'_, [u8]>, Value<'_>)>> {
        let start = *at;
        let rest = lines.get(start..)?;
        if matches!(rest.first(), None | Some(b'\n')) {
            return None;
        }
        if self.encoding == Encoding::Percent {
            let len = memchr(b'\n', rest).unwrap_or(rest.len());
            *at = start + len + 1;
            return Some(self.raw.get(start..start + len).and_then(|line| self.encoded_header(line)));
        }
        let end = memchr2(b':', b'\n', rest).unwrap_or(rest.len());
        *at = start + end;
        let header = match rest.get(end) {
            Some(b':') => self.raw.get(start..start + end).zip(self.value_after(start + end)),
            _ => None,
        };
        if let Some((_, value)) = &header {
            // A blank or a carriage return more may stand around the value; the line feed is at once behind it.
            *at += value.raw.len();
        }
        *at += memchr(b'\n', lines.get(*at..)?).map_or(lines.len(), |feed| feed + 1);
        Some(header.map(|(name, value)| (Cow::Borrowed(name), value)))
    }

    /// The header of a line of an event, if it is one. There is nothing around its value.
    #[inline]
    fn encoded_header<'a>(&self, line: &'a [u8]) -> Option<(Cow<'a, [u8]>, Value<'a>)> {
        let colon = memchr(b':', line)?;
        Some((Cow::Borrowed(line.get(..colon)?), self.line_value(line.get(colon + 1..)?)))
    }

    /// A copy that shares no memory with the buffer it was received in. Worth it for one that is kept: a
    /// received one holds on to the whole network buffer (up to 256 KiB) around it.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self { raw: Bytes::copy_from_slice(&self.raw), place: self.place.clone(), encoding: self.encoding }
    }

    /// Where going through begins: the offset of the first line, or the number of the first mark.
    fn start(&self) -> usize {
        match &self.place {
            Place::Lines(lines) => lines.start as usize,
            Place::Marks(_) => 0,
        }
    }

    /// The bytes the lines may stand in.
    fn lines(&self, lines: &Range<u32>) -> &[u8] {
        self.raw.get(..lines.end as usize).unwrap_or(&self.raw)
    }

    /// The next header of this name from `at` on, which then is behind it.
    #[inline]
    fn next_named(&self, at: &mut usize, name: &str) -> Option<Value<'_>> {
        match &self.place {
            Place::Lines(lines) => self.next_line_named(self.lines(lines), at, name.as_bytes()),
            Place::Marks(marks) if self.encoding == Encoding::Xml => {
                let rest = marks.get(*at..)?.iter().map(|mark| self.element_if_named(*mark, name.as_bytes()));
                let (place, value) = rest.enumerate().find_map(|(place, value)| Some((place, value?)))?;
                *at += place + 1;
                Some(value)
            }
            Place::Marks(marks) => {
                let raw = &*self.raw;
                // The quote before it, for an empty one.
                let last = name.as_bytes().last().unwrap_or(&b'"').to_ascii_lowercase();
                let ends = |byte: &u8| byte.to_ascii_lowercase() == last;
                for (place, mark) in marks.get(*at..)?.iter().enumerate() {
                    // One byte settles whether the name can be as long, and most are not; of the rest most end otherwise.
                    let end = *mark as usize + name.len();
                    let may_be =
                        raw.get(end) == Some(&b'"') && raw.get(end.wrapping_sub(1)).is_some_and(ends);
                    if (may_be || mark & ESCAPED_NAME != 0)
                        && let Some(value) = self.value_if_named(*mark, name.as_bytes())
                    {
                        *at += place + 1;
                        return Some(value);
                    }
                }
                None
            }
        }
    }

    #[inline]
    fn next_line_named(&self, lines: &[u8], at: &mut usize, name: &[u8]) -> Option<Value<'_>> {
        // A header without a name begins with its colon.
        let first = *name.first().unwrap_or(&b':');
        if *at >= lines.len() {
            return None;
        }
        let mut found = None;
        scan::beginning_with(lines, *at, first, name.len(), |line| {
            if lines.get(line..line + name.len()).is_some_and(|here| here.eq_ignore_ascii_case(name)) {
                found = Some(line);
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
        // A name holds no colon, and does not go on in the next line.
        let line =
            found.filter(|_| !name.iter().fold(false, |ends, byte| ends | matches!(byte, b':' | b'\n')))?;
        let value = self.value_after(line + name.len())?;
        *at = line + name.len() + value.raw.len();
        *at += memchr(b'\n', lines.get(*at..)?).map_or(lines.len(), |feed| feed + 1);
        Some(value)
    }

    /// The value of the JSON header at `mark`, if that is its name.
    fn value_if_named(&self, mark: Mark, name: &[u8]) -> Option<Value<'_>> {
        if mark & ESCAPED_NAME != 0 {
            let (here, value) = self.read(mark)?;
            return here.eq_ignore_ascii_case(name).then_some(value);
        }
        let start = mark as usize;
        let is_it = self.raw.get(start..start + name.len())?.eq_ignore_ascii_case(name);
        // A name without escapes holds no quote.
        (is_it && !holds(name, b'"')).then(|| self.value_after(start + name.len()))?
    }

    /// The name and value of the JSON or XML header at `mark`.
    fn read(&self, mark: Mark) -> Option<(Cow<'_, [u8]>, Value<'_>)> {
        if self.encoding == Encoding::Xml {
            return self.read_element(mark);
        }
        let start = (mark & !ESCAPED_NAME) as usize;
        let end = json::string_end(&self.raw, start)?.0;
        let name = self.raw.get(start..end)?;
        let name = if mark & ESCAPED_NAME == 0 { Cow::Borrowed(name) } else { json::unescape(name) };
        Some((name, self.value_after(end)?))
    }

    /// The value behind a name that ends at `end`.
    fn value_after(&self, end: usize) -> Option<Value<'_>> {
        if self.encoding == Encoding::Json {
            if let Some(value) = self.raw.get(end..).and_then(|rest| rest.strip_prefix(b"\":\""))
                && let Some(raw) = json::short_string(value)
            {
                return Some(Value { raw, encoding: Encoding::Raw, is_list: false });
            }
            return self.json_value_after(end);
        }
        let rest = self.raw.get(end..)?.strip_prefix(b":")?;
        Some(self.line_value(rest.get(..memchr(b'\n', rest).unwrap_or(rest.len()))?))
    }

    /// The value of a JSON header, however it is written.
    fn json_value_after(&self, end: usize) -> Option<Value<'_>> {
        let colon = json::skip_blanks(&self.raw, end + 1);
        let at = json::skip_blanks(&self.raw, colon + 1);
        if self.raw.get(at) == Some(&b'[') {
            let raw = self.raw.get(at..json::skip_list(&self.raw, at)?)?;
            return Some(Value { raw, encoding: Encoding::Json, is_list: true });
        }
        let (end, escaped) = json::string_end(&self.raw, at + 1)?;
        // Without escapes it is as it stands.
        let encoding = if escaped { Encoding::Json } else { Encoding::Raw };
        Some(Value { raw: self.raw.get(at + 1..end)?, encoding, is_list: false })
    }

    /// The value in what stands between a line's colon and its end.
    #[inline]
    fn line_value<'a>(&self, behind_colon: &'a [u8]) -> Value<'a> {
        let raw = if self.encoding == Encoding::Percent {
            // FreeSWITCH writes one space after the colon; a value that begins with one has it encoded.
            behind_colon.strip_prefix(b" ").unwrap_or(behind_colon)
        } else {
            let spaces = behind_colon.iter().take_while(|byte| **byte == b' ').count();
            let value = behind_colon.get(spaces..).unwrap_or_default();
            value.strip_suffix(b"\r").unwrap_or(value)
        };
        Value { raw, encoding: self.encoding, is_list: false }
    }

    /// The value of the XML header at `mark`, if that is its name.
    fn element_if_named(&self, mark: Mark, name: &[u8]) -> Option<Value<'_>> {
        if mark & ESCAPED_NAME == 0 {
            // One byte settles whether the name can be as long, and most are not.
            let start = mark as usize;
            let may_be = self.raw.get(start + name.len()) == Some(&b'>');
            if !may_be || !self.raw.get(start..start + name.len())?.eq_ignore_ascii_case(name) {
                return None;
            }
        }
        let (here, value) = self.read_element(mark)?;
        here.eq_ignore_ascii_case(name).then_some(value)
    }

    /// The name and value of the XML header at `mark`.
    #[inline(never)]
    fn read_element(&self, mark: Mark) -> Option<(Cow<'_, [u8]>, Value<'_>)> {
        let (name, text) =
            xml::read_element(&self.raw, (mark & !ESCAPED_NAME) as usize, mark & ESCAPED_NAME != 0)?;
        // The text of an element is encoded as a value in plain is.
        Some((Cow::Borrowed(name), Value { raw: text, encoding: Encoding::Percent, is_list: false }))
    }
}

/// Whether a byte is among these, which are few: to look at every one is quicker than to ask after each whether to go on.
fn holds(bytes: &[u8], sought: u8) -> bool {
    bytes.iter().fold(false, |found, byte| found | (*byte == sought))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, encoding: Encoding) -> Headers {
        Headers::from_lines(Bytes::copy_from_slice(text.as_bytes()), encoding)
    }

    #[test]
    fn lookups_ignore_case_and_give_the_first() {
        let headers = lines("Foo: a\nfoo: b\nBar:c\nno colon\nBaz:   spaced \n", Encoding::Raw);
        assert_eq!(headers.len(), 4);
        assert_eq!(headers.get("FOO").as_deref(), Some("a"));
        assert_eq!(headers.last("FOO").map(Value::to_str).as_deref(), Some("b"));
        assert_eq!(headers.last_backwards("FOO").map(Value::to_str).as_deref(), Some("b"));
        assert_eq!(headers.get_all("foo").count(), 2);
        assert_eq!(headers.get("Bar").as_deref(), Some("c"));
        assert_eq!(headers.get("baz").as_deref(), Some("spaced "));
        assert_eq!(headers.get("nope"), None);
        assert_eq!(headers.get("no colon\nBaz"), None);
    }

    #[test]
    fn a_colon_in_a_value_is_no_end_of_a_name() {
        let headers = lines("a: b: c\nno colon at all\nx: y", Encoding::Raw);
        assert_eq!(headers.get("a").as_deref(), Some("b: c"));
        assert_eq!(headers.get("a: b"), None);
        assert_eq!(headers.get("x").as_deref(), Some("y"));
        assert_eq!(headers.len(), 2);
    }

    #[test]
    fn a_header_may_have_no_name() {
        let headers = lines(&format!("a: b\n: c\n{}", "long: line\n".repeat(30)), Encoding::Raw);
        assert_eq!(headers.get("").as_deref(), Some("c"));
        assert_eq!(headers.get_all("").count(), 1);
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
        assert!(headers.value("A").unwrap().is(b"a b") && !headers.value("A").unwrap().is(b"a%20b"));
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
