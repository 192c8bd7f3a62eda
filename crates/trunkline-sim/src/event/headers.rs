//! Headers in one piece of memory, as plain events have them.

use std::ops::{Add, Range};

use trunkline_proto::{EventBuilder, percent};

/// What begins a value that is an array (`switch_event_base_add_header` in `src/switch_event.c`).
const ARRAY: &[u8] = b"ARRAY::";

/// Names and values in order. An array is its text, `ARRAY::a|:b`.
///
/// They are kept as the lines a plain event has of them, which is what they are mostly wanted for; only the few values
/// that are encoded there are kept a second time, as they are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Headers {
    /// `name: value\n`, one after the other.
    plain: Vec<u8>,
    lines: Vec<Line>,
    /// The values that are encoded in their lines, each and a byte that says nothing.
    raw: Vec<u8>,
}

/// Where a header is, and how long.
#[derive(Debug, Clone, Copy)]
struct Line {
    start: u32,
    name: u32,
    /// The value in the line.
    value: u32,
    /// What stands in `raw`; nothing where the value is in the line as it is.
    raw: u32,
}

/// What stands in a line beside the name and the value.
const COLON: &[u8] = b": ";
const AROUND: usize = COLON.len() + 1;

impl Line {
    fn length(self) -> usize {
        size(self.name) + size(self.value) + AROUND
    }

    fn range(self) -> Range<usize> {
        size(self.start)..size(self.start) + self.length()
    }
}

fn size(length: u32) -> usize {
    usize::try_from(length).unwrap_or_default()
}

fn length(text: usize) -> u32 {
    u32::try_from(text).unwrap_or(u32::MAX)
}

/// What memory headers take.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Size {
    pub(crate) lines: usize,
    /// Bytes of the lines.
    pub(crate) plain: usize,
    /// Bytes of the values that are encoded in them.
    pub(crate) raw: usize,
}

impl Add for Size {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { lines: self.lines + other.lines, plain: self.plain + other.plain, raw: self.raw + other.raw }
    }
}

impl Headers {
    pub(crate) fn with_capacity(size: Size) -> Self {
        Self {
            plain: Vec::with_capacity(size.plain),
            lines: Vec::with_capacity(size.lines),
            raw: Vec::with_capacity(size.raw),
        }
    }

    pub(crate) fn size(&self) -> Size {
        Size { lines: self.lines.len(), plain: self.plain.len(), raw: self.raw.len() }
    }

    /// All of them as in a plain event.
    pub(crate) fn plain(&self) -> &[u8] {
        &self.plain
    }

    pub(crate) fn push(&mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) {
        let start = self.plain.len();
        self.plain.extend_from_slice(name.as_ref());
        self.push_value(start, value.as_ref());
    }

    /// A header whose name comes in parts.
    pub(crate) fn push_joined(&mut self, name: &[&[u8]], value: &[u8]) {
        let start = self.push_name(name);
        self.push_value(start, value);
    }

    /// A header whose value is a number.
    pub(crate) fn push_number(&mut self, name: &[&[u8]], value: u64) {
        let start = self.push_name(name);
        let mut digits = itoa::Buffer::new();
        // Digits are never encoded.
        self.push_clean(start, digits.format(value).as_bytes());
    }

    /// Begins a line; where that is.
    fn push_name(&mut self, name: &[&[u8]]) -> usize {
        let start = self.plain.len();
        for part in name {
            self.plain.extend_from_slice(part);
        }
        start
    }

    /// The rest of a line that begins with its name.
    fn push_value(&mut self, start: usize, value: &[u8]) {
        if percent::is_clean(value) && !value.is_empty() {
            return self.push_clean(start, value);
        }
        let name = self.plain.len() - start;
        self.plain.extend_from_slice(COLON);
        encode_value(value, &mut self.plain);
        let written = self.plain.len() - start - name - COLON.len();
        self.plain.push(b'\n');
        self.raw.extend_from_slice(value);
        self.raw.push(0);
        self.push_line(start, name, written, value.len() + 1);
    }

    /// The rest of a line whose value is written as it is.
    fn push_clean(&mut self, start: usize, value: &[u8]) {
        let name = self.plain.len() - start;
        self.plain.reserve(value.len() + AROUND);
        self.plain.extend_from_slice(COLON);
        self.plain.extend_from_slice(value);
        self.plain.push(b'\n');
        self.push_line(start, name, value.len(), 0);
    }

    fn push_line(&mut self, start: usize, name: usize, value: usize, raw: usize) {
        let [start, name, value, raw] = [start, name, value, raw].map(length);
        self.lines.push(Line { start, name, value, raw });
    }

    /// Appends others.
    pub(crate) fn append(&mut self, others: &Self) {
        let before = length(self.plain.len());
        self.plain.extend_from_slice(&others.plain);
        self.lines.extend(others.lines.iter().map(|line| Line { start: before + line.start, ..*line }));
        self.raw.extend_from_slice(&others.raw);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let mut raw = self.raw.as_slice();
        self.lines.iter().map(move |line| {
            let header = (self.name(line), self.value(line, raw));
            raw = raw.get(size(line.raw)..).unwrap_or_default();
            header
        })
    }

    fn name(&self, line: &Line) -> &[u8] {
        self.plain.get(size(line.start)..size(line.start) + size(line.name)).unwrap_or_default()
    }

    /// The value of a line, where so much of `raw` is left.
    fn value<'a>(&'a self, line: &Line, raw: &'a [u8]) -> &'a [u8] {
        let value = match size(line.raw).checked_sub(1) {
            Some(length) => raw.get(..length),
            None => {
                let start = size(line.start) + size(line.name) + COLON.len();
                self.plain.get(start..start + size(line.value))
            }
        };
        value.unwrap_or_default()
    }

    /// The value of the first header of this name, in any case; so many bytes in front of the names do not count.
    pub(crate) fn find(&self, prefix: usize, name: &[u8]) -> Option<&[u8]> {
        let place = self.position(prefix, name)?;
        Some(self.value(self.lines.get(place)?, self.raw.get(self.raw_before(place)..)?))
    }

    /// Which line that header is.
    fn position(&self, prefix: usize, name: &[u8]) -> Option<usize> {
        let whole = length(prefix + name.len());
        let first = name.first().map(u8::to_ascii_lowercase);
        let is_it = |line: &Line| {
            line.name == whole && {
                let known = self.name(line).get(prefix..).unwrap_or_default();
                // Of those as long, most differ at once.
                known.first().map(u8::to_ascii_lowercase) == first && known.eq_ignore_ascii_case(name)
            }
        };
        self.lines.iter().position(is_it)
    }

    /// Where in `raw` stands what is of this line and those after it.
    fn raw_before(&self, place: usize) -> usize {
        self.lines.iter().take(place).map(|line| size(line.raw)).sum()
    }

    /// Takes that header out.
    pub(crate) fn remove(&mut self, prefix: usize, name: &[u8]) {
        if let Some(place) = self.position(prefix, name) {
            self.splice(place, &Self::default());
        }
    }

    /// Gives that header another value.
    pub(crate) fn replace(&mut self, prefix: usize, name: &[u8], value: &[u8]) {
        let Some(place) = self.position(prefix, name) else { return };
        let mut other = Self::default();
        other.push(self.lines.get(place).map_or(&[][..], |line| self.name(line)), value);
        self.splice(place, &other);
    }

    /// Puts others in the place of a header.
    fn splice(&mut self, place: usize, others: &Self) {
        let Some(line) = self.lines.get(place).copied() else { return };
        let raw = self.raw_before(place);
        self.plain.splice(line.range(), others.plain.iter().copied());
        self.raw.splice(raw..raw + size(line.raw), others.raw.iter().copied());
        let moved = others.lines.iter().map(|other| Line { start: line.start + other.start, ..*other });
        self.lines.splice(place..=place, moved);
        let (gone, come) = (length(line.length()), length(others.plain.len()));
        for line in self.lines.iter_mut().skip(place + others.lines.len()) {
            line.start = line.start - gone + come;
        }
    }
}

/// The elements of `ARRAY::a|:b`; `None` of what is no array.
pub(crate) fn array_elements(value: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut rest = value.strip_prefix(ARRAY)?;
    let mut elements = Vec::new();
    while let Some(end) = rest.windows(2).position(|pair| pair == b"|:") {
        let (element, after) = rest.split_at(end);
        elements.push(element.to_vec());
        rest = after.get(2..).unwrap_or_default();
    }
    elements.push(rest.to_vec());
    Some(elements)
}

/// Appends a value as plain events have it.
fn encode_value(value: &[u8], out: &mut Vec<u8>) {
    let value = match value.strip_prefix(ARRAY) {
        // An array of one is its element.
        Some(only) if !only.windows(2).any(|pair| pair == b"|:") => only,
        _ => value,
    };
    if value.is_empty() {
        out.extend_from_slice(b"_undef_");
    } else {
        percent::encode_into(value, out);
    }
}

/// Appends a header to an event of the protocol's.
pub(crate) fn add_to(builder: &mut EventBuilder, name: &[u8], value: &[u8]) {
    match array_elements(value) {
        Some(elements) => builder.push_list(name, elements),
        None => builder.push(name, value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(headers: &Headers) -> String {
        let pairs =
            headers.iter().map(|(name, value)| format!("{}={};", name.escape_ascii(), value.escape_ascii()));
        pairs.collect()
    }

    #[test]
    fn headers_keep_their_order_whatever_is_taken_out() {
        let mut headers = Headers::default();
        headers.push("a", "1 ");
        headers.push_joined(&[b"b", b"-", b"c"], b"two");
        headers.push_number(&[b"n"], 1_234_567_890_123);
        headers.push("e", "x=y");
        headers.push_number(&[b"z"], 0);
        assert_eq!(shown(&headers), "a=1 ;b-c=two;n=1234567890123;e=x=y;z=0;");
        headers.remove(0, b"A");
        headers.remove(0, b"a");
        assert_eq!(shown(&headers), "b-c=two;n=1234567890123;e=x=y;z=0;");
        assert_eq!(headers.find(0, b"E"), Some(b"x=y".as_slice()));
        headers.replace(0, b"b-c", b"long er");
        headers.replace(0, b"e", b"short");
        headers.replace(0, b"nosuch", b"1");
        assert_eq!(shown(&headers), "b-c=long er;n=1234567890123;e=short;z=0;");
        let mut twice = headers.clone();
        twice.append(&headers);
        assert_eq!(shown(&twice), shown(&headers).repeat(2));
        assert_eq!(twice.find(2, b"C"), Some(b"long er".as_slice()));
        assert_eq!(twice.find(1, b"C"), None);
    }

    #[test]
    fn lines_are_those_of_plain_events_and_values_stay_what_they_are() {
        let values = ["a b", "", "ARRAY::x", "ARRAY::", "_undef_", "ARRAY::x|:y", "%41", "100%", "\0", "1"];
        let mut headers = Headers::default();
        for value in values {
            headers.push("n", value);
        }
        let lines = "n: a%20b\nn: _undef_\nn: x\nn: _undef_\nn: _undef_\nn: ARRAY%3A%3Ax%7C%3Ay\n\
                     n: %41\nn: 100%25\nn: %00\nn: 1\n";
        assert_eq!(headers.plain().escape_ascii().to_string(), lines.escape_default().to_string());
        assert!(headers.iter().map(|(_, value)| value).eq(values.map(str::as_bytes)));
    }

    #[test]
    fn arrays() {
        assert_eq!(array_elements(b"x"), None);
        assert_eq!(array_elements(b"ARRAY::a|:b|:"), Some(vec![b"a".to_vec(), b"b".to_vec(), b"".to_vec()]));
    }
}
