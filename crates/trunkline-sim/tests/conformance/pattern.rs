//! Text of a scenario that stands for bytes: escapes, the scenario's own values, and masks for what differs each time.

use std::collections::HashMap;
use std::fmt::Write as _;

/// What a scenario has named so far: uuids, words, ports, and what masks have caught.
pub(crate) type Values = HashMap<String, String>;

/// A stretch of a pattern.
#[derive(Debug, Clone)]
enum Piece {
    Bytes(Vec<u8>),
    Mask {
        kind: Kind,
        name: Option<String>,
    },
    /// What a mask before it has caught.
    Again(String),
}

#[derive(Debug, Clone)]
enum Kind {
    Uuid,
    Int,
    Number,
    Time,
    Word,
    Line,
    Text,
    OneOf(Vec<String>),
    Regex(Box<fancy_regex::Regex>),
}

/// What some bytes are to be.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    pieces: Vec<Piece>,
}

impl Pattern {
    /// Reads a pattern. `{{name}}` is the value of that name, or else a mask; `{{name=mask}}` keeps what it matched.
    pub(crate) fn parse(text: &str, values: &Values) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find("{{") {
            let (before, after) = (&rest[..start], &rest[start + 2..]);
            let end = after.find("}}").ok_or("a {{ without }}")?;
            pieces.push(Piece::Bytes(unescape(before)?));
            let inside = &after[..end];
            let named =
                |piece: &Piece| matches!(piece, Piece::Mask { name: Some(name), .. } if name == inside);
            let again = pieces.iter().any(named);
            pieces.push(if again { Piece::Again(inside.to_owned()) } else { piece(inside, values)? });
            rest = &after[end + 2..];
        }
        pieces.push(Piece::Bytes(unescape(rest)?));
        Ok(Self { pieces })
    }

    /// Whether it is these bytes; what the named masks matched then.
    pub(crate) fn matches(&self, bytes: &[u8]) -> Option<Values> {
        let mut caught = Values::new();
        matches(&self.pieces, bytes, &mut caught).then_some(caught)
    }
}

/// The bytes of a text without masks: what is sent.
pub(crate) fn bytes(text: &str, values: &Values) -> Result<Vec<u8>, String> {
    let pattern = Pattern::parse(text, values)?;
    let bytes = pattern.pieces.into_iter().map(|piece| match piece {
        Piece::Bytes(bytes) => Ok(bytes),
        Piece::Mask { .. } | Piece::Again(_) => {
            Err(format!("nothing has a value for a {{{{}}}} in {text:?}"))
        }
    });
    Ok(bytes.collect::<Result<Vec<_>, _>>()?.concat())
}

fn piece(inside: &str, values: &Values) -> Result<Piece, String> {
    if let Some(value) = values.get(inside) {
        return Ok(Piece::Bytes(value.clone().into_bytes()));
    }
    let (name, mask) = match inside.split_once('=') {
        Some((name, mask)) if name.chars().all(|c| c.is_ascii_alphanumeric()) => {
            (Some(name.to_owned()), mask)
        }
        _ => (None, inside),
    };
    let kind = match mask {
        "uuid" => Kind::Uuid,
        "int" => Kind::Int,
        "number" => Kind::Number,
        "time" => Kind::Time,
        "word" => Kind::Word,
        "line" => Kind::Line,
        "text" => Kind::Text,
        _ if mask.starts_with("re:") => Kind::Regex(Box::new(
            fancy_regex::Regex::new(&format!("^(?s:{})$", &mask[3..])).map_err(|error| error.to_string())?,
        )),
        _ if mask.contains('|') => Kind::OneOf(mask.split('|').map(str::to_owned).collect()),
        _ => return Err(format!("{{{{{inside}}}}} is neither a value nor a mask")),
    };
    Ok(Piece::Mask { kind, name })
}

fn matches(pieces: &[Piece], bytes: &[u8], caught: &mut Values) -> bool {
    match pieces {
        [] => bytes.is_empty(),
        [Piece::Bytes(expected), rest @ ..] => {
            bytes.strip_prefix(expected.as_slice()).is_some_and(|bytes| matches(rest, bytes, caught))
        }
        [Piece::Again(name), rest @ ..] => {
            let before = caught.get(name).map_or(&b""[..], |text| text.as_bytes());
            match bytes.strip_prefix(before) {
                Some(bytes) => matches(rest, bytes, caught),
                None => false,
            }
        }
        [Piece::Mask { kind, name }, rest @ ..] => {
            // A mask takes as little as it can.
            for end in 0..=bytes.len() {
                let (taken, left) = bytes.split_at(end);
                if kind.accepts(taken) {
                    if let Some(name) = name {
                        caught.insert(name.clone(), String::from_utf8_lossy(taken).into_owned());
                    }
                    if matches(rest, left, caught) {
                        return true;
                    }
                }
                if !kind.may_go_on(taken) {
                    return false;
                }
            }
            false
        }
    }
}

impl Kind {
    fn accepts(&self, taken: &[u8]) -> bool {
        match self {
            Self::Uuid => is_uuid(taken),
            Self::Int => {
                let digits = taken.strip_prefix(b"-").unwrap_or(taken);
                !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
            }
            Self::Number => std::str::from_utf8(taken).is_ok_and(|text| text.parse::<f64>().is_ok()),
            Self::Time => is_time(taken),
            Self::Word => !taken.is_empty() && taken.iter().all(u8::is_ascii_graphic),
            Self::Line => !taken.contains(&b'\n'),
            Self::Text => true,
            Self::OneOf(words) => words.iter().any(|word| word.as_bytes() == taken),
            Self::Regex(regex) => {
                std::str::from_utf8(taken).is_ok_and(|text| regex.is_match(text).is_ok_and(|matched| matched))
            }
        }
    }

    /// Whether it may accept something longer than `taken`. Keeps the search short.
    fn may_go_on(&self, taken: &[u8]) -> bool {
        match self {
            Self::Uuid => taken.len() < 36,
            Self::Int => {
                taken.iter().enumerate().all(|(at, byte)| byte.is_ascii_digit() || (at, *byte) == (0, b'-'))
            }
            Self::Number => taken.len() < 30,
            Self::Time => taken.len() < 26,
            Self::Word => taken.iter().all(u8::is_ascii_graphic),
            Self::Line => taken.last() != Some(&b'\n'),
            Self::Text | Self::Regex(_) => true,
            Self::OneOf(words) => words.iter().any(|word| word.len() > taken.len()),
        }
    }
}

pub(crate) fn is_uuid(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// `2026-11-20 21:41:37`, with microseconds or without.
pub(crate) fn is_time(text: &[u8]) -> bool {
    let digits = |at: usize| !matches!(at, 4 | 7 | 10 | 13 | 16 | 19);
    (text.len() == 19 || text.len() == 26)
        && text.iter().enumerate().all(|(at, byte)| byte.is_ascii_digit() == digits(at))
}

/// `\n`, `\r`, `\t`, `\0`, `\xNN`, `\\`, and `\s` for a blank that would be overlooked.
fn unescape(text: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        bytes.push(match rest.next() {
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b's') => b' ',
            Some(b'0') => 0,
            Some(b'\\') => b'\\',
            Some(b'x') => {
                let pair = [rest.next().unwrap_or_default(), rest.next().unwrap_or_default()];
                let pair = std::str::from_utf8(&pair).map_err(|error| error.to_string())?;
                u8::from_str_radix(pair, 16).map_err(|_| format!("\\x{pair} is no byte"))?
            }
            other => return Err(format!("\\{} is no escape", other.map_or(' ', char::from))),
        });
    }
    Ok(bytes)
}

/// Bytes as [`unescape`] reads them, newlines left as they are.
pub(crate) fn escape(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' => text.push_str("\\\\"),
                '\r' => text.push_str("\\r"),
                '\t' => text.push_str("\\t"),
                '\0' => text.push_str("\\0"),
                c if c.is_ascii_control() && c != '\n' => {
                    let _ = write!(text, "\\x{:02x}", u32::from(c));
                }
                c => text.push(c),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caught(pattern: &str, text: &str) -> Option<Values> {
        let values = Values::from([("u".to_owned(), "abc".to_owned())]);
        Pattern::parse(pattern, &values).unwrap().matches(text.as_bytes())
    }

    #[test]
    fn a_pattern_is_all_of_the_bytes() {
        assert!(caught("+OK {{u}}\\n", "+OK abc\n").is_some());
        for wrong in ["+OK abc", "+OK abd\n", "+OK abc\n ", ""] {
            assert!(caught("+OK {{u}}\\n", wrong).is_none(), "{wrong:?}");
        }
    }

    #[test]
    fn a_mask_takes_what_it_is_named_for() {
        let uuid = "72c5dd7c-0000-4000-8000-00000000000a";
        assert_eq!(caught("{{job=uuid}}!", &format!("{uuid}!")).unwrap()["job"], uuid);
        assert!(caught("{{uuid}}", &uuid[1..]).is_none());
        assert_eq!(caught("{{a=int}}{{b=int}}x", "-123x").unwrap()["b"], "23");
        assert_eq!(caught("{{a=word}} {{a}}", "ab ab").unwrap()["a"], "ab");
        assert!(caught("{{a=word}} {{a}}", "ab ac").is_none());
        assert!(caught("{{int}}", "12a").is_none());
        assert!(caught("{{number}} {{time}}", "89.63 2026-11-20 21:41:37.547981").is_some());
        assert!(caught("a {{line}}\\nb", "a x y\nb").is_some());
        assert!(caught("a {{line}}b", "a x\ny b").is_none());
        assert!(caught("a {{text}}b", "a x\ny b").is_some());
        assert!(caught("{{yes|no}}", "no").is_some());
        assert!(caught("{{yes|no}}", "maybe").is_none());
        assert!(caught("{{re:[a-c]+}}d", "abcd").is_some());
        assert!(caught("{{re:[a-c]+}}d", "abxd").is_none());
    }

    #[test]
    fn what_is_escaped_is_read_back() {
        for bytes in [&b"a\\b\r\t\0\x01\x7f\xff\xc3\xa9"[..], b"{}", b""] {
            let text = escape(bytes);
            assert_eq!(unescape(&text).unwrap(), bytes, "{text}");
        }
        assert!(unescape("\\q").is_err() && unescape("\\xg0").is_err() && unescape("\\").is_err());
    }

    #[test]
    fn what_is_sent_has_no_masks() {
        assert!(bytes("{{uuid}}", &Values::new()).is_err());
        assert!(Pattern::parse("{{nonsense}}", &Values::new()).is_err());
        assert!(Pattern::parse("{{uuid", &Values::new()).is_err());
    }
}
