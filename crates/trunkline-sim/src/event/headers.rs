//! Headers in one piece of memory, and blocks of them that many events share.

use std::sync::OnceLock;

use trunkline_proto::{EventBuilder, percent};

/// What begins a value that is an array (`switch_event_base_add_header` in `src/switch_event.c`).
const ARRAY: &[u8] = b"ARRAY::";

/// Names and values in order, as they are before any format encodes them. An array is its text, `ARRAY::a|:b`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Headers {
    /// Each name and its value, one after the other.
    text: Vec<u8>,
    lengths: Vec<Lengths>,
}

#[derive(Debug, Clone, Copy)]
struct Lengths {
    name: u32,
    value: u32,
}

impl Lengths {
    fn name(self) -> usize {
        usize::try_from(self.name).unwrap_or_default()
    }

    fn both(self) -> usize {
        self.name() + usize::try_from(self.value).unwrap_or_default()
    }
}

fn length(text: usize) -> u32 {
    u32::try_from(text).unwrap_or(u32::MAX)
}

impl Headers {
    pub(crate) fn with_capacity(headers: usize, text: usize) -> Self {
        Self { text: Vec::with_capacity(text), lengths: Vec::with_capacity(headers) }
    }

    pub(crate) fn len(&self) -> usize {
        self.lengths.len()
    }

    /// Bytes of all names and values.
    pub(crate) fn text_len(&self) -> usize {
        self.text.len()
    }

    pub(crate) fn push(&mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) {
        self.push_joined(&[name.as_ref()], value.as_ref());
    }

    /// A header whose name comes in parts.
    pub(crate) fn push_joined(&mut self, name: &[&[u8]], value: &[u8]) {
        let start = self.text.len();
        for part in name {
            self.text.extend_from_slice(part);
        }
        let name = length(self.text.len() - start);
        self.text.extend_from_slice(value);
        self.lengths.push(Lengths { name, value: length(value.len()) });
    }

    /// A header whose value is a number.
    pub(crate) fn push_number(&mut self, name: &[&[u8]], value: u64) {
        let mut digits = [0; 20];
        self.push_joined(name, decimal(value, &mut digits));
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let mut rest = self.text.as_slice();
        self.lengths.iter().map(move |lengths| {
            let (header, after) = rest.split_at_checked(lengths.both()).unwrap_or_default();
            rest = after;
            header.split_at_checked(lengths.name()).unwrap_or_default()
        })
    }

    /// Takes out the first header of which this holds; whether there was one.
    pub(crate) fn remove(&mut self, is_meant: impl Fn(&[u8]) -> bool) -> bool {
        let Some(place) = self.iter().position(|(name, _)| is_meant(name)) else { return false };
        let start = self.lengths.iter().take(place).map(|lengths| lengths.both()).sum::<usize>();
        let end = start + self.lengths.remove(place).both();
        self.text.drain(start..end);
        true
    }

    /// Gives the first header of which this holds another value.
    pub(crate) fn replace(&mut self, is_meant: impl Fn(&[u8]) -> bool, value: &[u8]) {
        let Some(place) = self.iter().position(|(name, _)| is_meant(name)) else { return };
        let before = self.lengths.iter().take(place).map(|lengths| lengths.both()).sum::<usize>();
        if let Some(lengths) = self.lengths.get_mut(place) {
            let (start, end) = (before + lengths.name(), before + lengths.both());
            lengths.value = length(value.len());
            self.text.splice(start..end, value.iter().copied());
        }
    }
}

/// The digits of a number.
pub(crate) fn decimal(mut value: u64, digits: &mut [u8; 20]) -> &[u8] {
    let mut start = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(value % 10).unwrap_or_default();
        value /= 10;
        start -= 1;
        if value == 0 {
            break;
        }
    }
    digits.get(start..).unwrap_or_default()
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

/// Appends a header as plain events have it.
pub(crate) fn write_plain(name: &[u8], value: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
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
    out.push(b'\n');
}

/// Appends a header to an event of the protocol's.
pub(crate) fn add_to(builder: &mut EventBuilder, name: &[u8], value: &[u8]) {
    match array_elements(value) {
        Some(elements) => builder.push_list(name, elements),
        None => builder.push(name, value),
    }
}

/// Headers that do not change, with what plain events say of them once it was needed.
#[derive(Debug, Default)]
pub(crate) struct Block {
    headers: Headers,
    plain: OnceLock<Box<[u8]>>,
}

impl From<Headers> for Block {
    fn from(headers: Headers) -> Self {
        Self { headers, plain: OnceLock::new() }
    }
}

impl Clone for Block {
    fn clone(&self) -> Self {
        self.headers.clone().into()
    }
}

impl Block {
    pub(crate) fn headers(&self) -> &Headers {
        &self.headers
    }

    /// Its headers to be changed.
    pub(crate) fn change(&mut self) -> &mut Headers {
        self.plain.take();
        &mut self.headers
    }

    /// All of it as in a plain event.
    pub(crate) fn plain(&self) -> &[u8] {
        self.plain.get_or_init(|| {
            let mut out = Vec::with_capacity(self.headers.text_len() * 5 / 4 + 3 * self.headers.len());
            for (name, value) in self.headers.iter() {
                write_plain(name, value, &mut out);
            }
            out.into()
        })
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
        headers.push("a", "1");
        headers.push_joined(&[b"b", b"-", b"c"], b"two");
        headers.push_number(&[b"n"], 1_234_567_890_123);
        headers.push_number(&[b"z"], 0);
        assert_eq!(shown(&headers), "a=1;b-c=two;n=1234567890123;z=0;");
        assert!(headers.remove(|name| name == b"a"));
        assert!(!headers.remove(|name| name == b"a"));
        assert_eq!(shown(&headers), "b-c=two;n=1234567890123;z=0;");
        headers.replace(|name| name == b"b-c", b"longer");
        assert_eq!(shown(&headers), "b-c=longer;n=1234567890123;z=0;");
        assert_eq!(headers.len(), 3);
    }

    #[test]
    fn a_changed_block_is_written_anew() {
        let mut headers = Headers::default();
        for (name, value) in [("n", "a b"), ("e", ""), ("one", "ARRAY::x"), ("two", "ARRAY::x|:y")] {
            headers.push(name, value);
        }
        let mut block = Block::from(headers);
        let plain = |block: &Block| String::from_utf8(block.plain().to_vec()).unwrap();
        assert_eq!(plain(&block), "n: a%20b\ne: _undef_\none: x\ntwo: ARRAY%3A%3Ax%7C%3Ay\n");
        block.change().push("late", "1");
        assert!(plain(&block).ends_with("late: 1\n"));
    }

    #[test]
    fn arrays() {
        assert_eq!(array_elements(b"x"), None);
        assert_eq!(array_elements(b"ARRAY::a|:b|:"), Some(vec![b"a".to_vec(), b"b".to_vec(), b"".to_vec()]));
    }
}
