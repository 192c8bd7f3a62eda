//! JSON strings as FreeSWITCH's cJSON writes them, over bytes that need not be UTF-8.
//!
//! A general JSON parser cannot read these events: keys repeat, and values that are not UTF-8 are copied as
//! they are (`switch_event_serialize_json` in `src/switch_event.c`, `print_string_ptr` in `libs/.../cJSON.c`).

use std::borrow::Cow;

use memchr::{memchr, memchr2};

use crate::scan;

/// What ends a string, or keeps it from ending.
const ENDS: [u8; 2] = [b'"', b'\\'];

/// Where the string that starts at `start` (after its opening quote) ends, and whether it holds escapes.
pub(crate) fn string_end(raw: &[u8], start: usize) -> Option<(usize, bool)> {
    let mut at = start;
    let mut escaped = false;
    loop {
        let rest = raw.get(at..)?;
        let found = at + scan::near(rest, ENDS).or_else(|| memchr2(ENDS[0], ENDS[1], rest))?;
        if raw.get(found) == Some(&b'"') {
            return Some((found, escaped));
        }
        escaped = true;
        at = found + 2;
    }
}

/// The string that begins here, if it is short and holds no escapes. Finding the end of one that is takes less than a call
/// to `memchr2`.
#[inline]
pub(crate) fn short_string(bytes: &[u8]) -> Option<&[u8]> {
    let end = scan::near(bytes, ENDS)?;
    bytes.get(..end).filter(|_| bytes.get(end) == Some(&b'"'))
}

/// The bytes a JSON string stands for. Borrows when there is nothing to unescape; an escape JSON does not know
/// is left as it is.
pub(crate) fn unescape(raw: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memchr(b'\\', raw) else {
        return Cow::Borrowed(raw);
    };
    let (clean, mut rest) = raw.split_at(first);
    let mut out = Vec::with_capacity(raw.len());
    out.extend_from_slice(clean);
    while let Some((&byte, tail)) = rest.split_first() {
        let Some((&escape, after)) = tail.split_first().filter(|_| byte == b'\\') else {
            out.push(byte);
            rest = tail;
            continue;
        };
        rest = after;
        match escape {
            b'"' | b'\\' | b'/' => out.push(escape),
            b'b' => out.push(0x08),
            b'f' => out.push(0x0c),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'u' => match code_point(after) {
                Some((character, used)) => {
                    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                    rest = after.get(used..).unwrap_or_default();
                }
                None => out.extend_from_slice(b"\\u"),
            },
            other => out.extend_from_slice(&[b'\\', other]),
        }
    }
    Cow::Owned(out)
}

/// `XXXX`, or `XXXX\uXXXX` for a surrogate pair: the character and how many bytes it took.
fn code_point(digits: &[u8]) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let digits = std::str::from_utf8(digits.get(at..at + 4)?).ok()?;
        // `from_str_radix` takes a sign; JSON does not.
        digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
    };
    let first = unit(0)?;
    if (0xd800..0xdc00).contains(&first)
        && digits.get(4..6) == Some(b"\\u")
        && let Some(second) = unit(6).filter(|second| (0xdc00..0xe000).contains(second))
    {
        let scalar = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        return Some((char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER), 10));
    }
    Some((char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), 4))
}

/// Appends `value` as a JSON string, quotes included, escaped exactly as cJSON 1.7.12 does: `/`, DEL and
/// everything from 0x80 up go out as they are.
pub(crate) fn quote_into(value: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = value;
    while let Some(at) = rest.iter().position(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\')) {
        let (clean, escaped) = rest.split_at(at);
        out.extend_from_slice(clean);
        let Some((byte, after)) = escaped.split_first() else { break };
        quote_byte(*byte, out);
        rest = after;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

fn quote_byte(byte: u8, out: &mut Vec<u8>) {
    match byte {
        b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
        0x08 => out.extend_from_slice(b"\\b"),
        0x0c => out.extend_from_slice(b"\\f"),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\t' => out.extend_from_slice(b"\\t"),
        _ => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
    }
}

/// The strings of a JSON list, unescaped. `raw` is the list with its brackets, as [`skip_list`] accepted it.
pub(crate) fn elements(raw: &[u8]) -> impl Iterator<Item = Cow<'_, [u8]>> {
    let mut at = 1;
    std::iter::from_fn(move || {
        let open = at + memchr(b'"', raw.get(at..)?)?;
        let (end, _) = string_end(raw, open + 1)?;
        at = end + 1;
        raw.get(open + 1..end).map(unescape)
    })
}

/// The offset after the list that opens at `at`, if it is a list of nothing but strings.
pub(crate) fn skip_list(raw: &[u8], at: usize) -> Option<usize> {
    let mut at = skip_blanks(raw, at + 1);
    if raw.get(at) == Some(&b']') {
        return Some(at + 1);
    }
    loop {
        if raw.get(at) != Some(&b'"') {
            return None;
        }
        let (end, _) = string_end(raw, at + 1)?;
        at = skip_blanks(raw, end + 1);
        match raw.get(at)? {
            b',' => at = skip_blanks(raw, at + 1),
            b']' => return Some(at + 1),
            _ => return None,
        }
    }
}

/// The offset after any other value: a number, a word, or an object or list with whatever is inside.
pub(crate) fn skip_value(raw: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0usize;
    loop {
        match raw.get(at)? {
            b'"' => at = string_end(raw, at + 1)?.0,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return Some(at),
            b'}' | b']' => depth -= 1,
            b',' if depth == 0 => return Some(at),
            _ => {}
        }
        at += 1;
    }
}

pub(crate) fn skip_blanks(raw: &[u8], mut at: usize) -> usize {
    while matches!(raw.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unescapes() {
        let cases: [(&[u8], &[u8]); 10] = [
            (b"plain", b"plain"),
            (br#"a\"b\\c\/d"#, b"a\"b\\c/d"),
            (br"\b\f\n\r\t", b"\x08\x0c\n\r\t"),
            (br"\u0001\u001f", b"\x01\x1f"),
            (br"\u00e9", "é".as_bytes()),
            (br"\ud83d\ude00", "😀".as_bytes()),
            (br"\ud83d", "\u{fffd}".as_bytes()),
            (br"\uzz", br"\uzz"),
            (br"\x", br"\x"),
            (b"\xe9\\n", b"\xe9\n"),
        ];
        for (raw, plain) in cases {
            assert_eq!(*unescape(raw), *plain, "{}", raw.escape_ascii());
        }
    }

    #[test]
    fn short_strings() {
        for len in 0..80 {
            let value = "v".repeat(len);
            let string = format!("{value}\",\"next\":\"of the name\\\"");
            let found = short_string(string.as_bytes());
            assert!(found.is_none_or(|found| found == value.as_bytes()), "{len}");
            assert_eq!(found.is_some(), len < scan::NEAR, "{len}");
            assert_eq!(short_string(format!("{value}\\\"\"           ").as_bytes()), None, "{len}");
        }
        assert_eq!(short_string(b"no end"), None);
    }

    #[test]
    fn quotes_as_cjson() {
        let mut out = Vec::new();
        quote_into(b"\"\\\x08\x0c\n\r\t\x01\x1f/\x7f\xe9", &mut out);
        assert_eq!(out, b"\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f/\x7f\xe9\"");
    }

    #[test]
    fn lists() {
        let list = br#"["one", "t\"wo" ,"]"]"#;
        assert_eq!(skip_list(list, 0), Some(list.len()));
        assert_eq!(elements(list).collect::<Vec<_>>(), [&b"one"[..], b"t\"wo", b"]"]);
        assert_eq!(skip_list(b"[]", 0), Some(2));
        for bad in [&b"["[..], b"[1]", b"[\"a\"", b"[\"a\" \"b\"]", b"[\"a\",]", b"[\"a\\"] {
            assert_eq!(skip_list(bad, 0), None, "{}", bad.escape_ascii());
        }
    }

    /// Byte by byte.
    fn string_end_slowly(raw: &[u8], start: usize) -> Option<(usize, bool)> {
        let (mut at, mut escaped) = (start, false);
        loop {
            match raw.get(at)? {
                b'"' => return Some((at, escaped)),
                b'\\' => (at, escaped) = (at + 2, true),
                _ => at += 1,
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn strings_end(
            parts in proptest::collection::vec(proptest::sample::select(vec!["\"", "\\", "a", "any text of some length"]), 0..20),
        ) {
            let raw = parts.concat().into_bytes();
            for start in 0..=raw.len() + 1 {
                proptest::prop_assert_eq!(string_end(&raw, start), string_end_slowly(&raw, start));
            }
        }

        #[test]
        fn round_trips(value in proptest::collection::vec(0u8.., 0..64)) {
            let mut out = Vec::new();
            quote_into(&value, &mut out);
            let (end, _) = string_end(&out, 1).unwrap();
            proptest::prop_assert_eq!(end, out.len() - 1);
            proptest::prop_assert_eq!(unescape(&out[1..end]).into_owned(), value);
        }
    }
}
