//! How FreeSWITCH cuts text at a delimiter: a model of `switch_separate_string`, and its inverse.
//!
//! Nearly every API command and application cuts its arguments with this function of `switch_utils.c`. It works on
//! bytes, as the switch does. The model agrees with the C code on any input but one: a text that ends in a lone
//! backslash, where the C code reads on behind the end.

/// The text ends in a backslash that escapes nothing; the switch would read on behind its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text ends in a backslash that escapes nothing, and the switch would read on behind its end")]
#[non_exhaustive]
pub struct LoneBackslash;

/// Cuts a text into at most `most` tokens, as `switch_separate_string` does; the last takes whatever is left. A
/// space as the delimiter has rules of its own. A text that begins `^^` and any byte is cut at that byte instead.
///
/// # Errors
///
/// [`LoneBackslash`]
///
/// ```
/// # use trunkline_proto::dialstring::tokenizer::{separate, LoneBackslash};
/// assert_eq!(separate(br"'a,b', c\,d ,", b',', 10)?, [b"a,b", b"c,d"]);
/// assert_eq!(separate(br"a\sb   'c d'", b' ', 10)?, [b"a b", b"c d"]);
/// assert_eq!(separate(b"^^:a,b:c", b',', 10)?, [b"a,b".as_slice(), b"c"]);
/// # Ok::<(), LoneBackslash>(())
/// ```
pub fn separate(text: &[u8], delimiter: u8, most: usize) -> Result<Vec<Vec<u8>>, LoneBackslash> {
    let (text, delimiter) = match text {
        [b'^', b'^', other, rest @ ..] if !rest.is_empty() => (rest, *other),
        _ => (text, delimiter),
    };
    let pieces = if delimiter == b' ' { split_blank(text, most)? } else { split(text, delimiter, most)? };
    let delimiter = (delimiter != b' ').then_some(delimiter);
    Ok(pieces.into_iter().map(|piece| clean(piece, delimiter)).collect())
}

/// `separate_string_char_delim`, before it cleans.
fn split(text: &[u8], delimiter: u8, most: usize) -> Result<Vec<&[u8]>, LoneBackslash> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut quoted = false;
    while !rest.is_empty() && pieces.len() + 1 < most {
        let end = find_end(rest, delimiter, &mut quoted, |after| after.contains(&b'\''))?;
        pieces.push(before(rest, end));
        rest = after(rest, end.saturating_add(1));
    }
    if !rest.is_empty() && most > 0 {
        pieces.push(rest);
    }
    Ok(pieces)
}

/// `separate_string_blank_delim`, before it cleans.
fn split_blank(text: &[u8], most: usize) -> Result<Vec<&[u8]>, LoneBackslash> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut quoted = false;
    while !rest.is_empty() && pieces.len() + 1 < most {
        rest = trim_start(rest);
        let end = find_end(rest, b' ', &mut quoted, |_| true)?;
        pieces.push(before(rest, end));
        rest = trim_start(after(rest, end.saturating_add(1)));
    }
    if !rest.is_empty() && most > 0 {
        pieces.push(rest);
    }
    Ok(pieces)
}

/// Where the token at the beginning of `text` ends; `may_open` says whether a quote opens, given what follows it.
fn find_end(
    text: &[u8],
    delimiter: u8,
    quoted: &mut bool,
    may_open: impl Fn(&[u8]) -> bool,
) -> Result<usize, LoneBackslash> {
    let mut bytes = text.iter().enumerate();
    while let Some((at, &byte)) = bytes.next() {
        if byte == b'\\' {
            bytes.next().ok_or(LoneBackslash)?;
        } else if byte == b'\'' && (*quoted || may_open(after(text, at + 1))) {
            *quoted = !*quoted;
        } else if byte == delimiter && !*quoted {
            return Ok(at);
        }
    }
    Ok(text.len())
}

/// `cleanup_separated_string`: takes away quotes, escapes and the spaces around. `delimiter` is none for a space.
fn clean(token: &[u8], delimiter: Option<u8>) -> Vec<u8> {
    let token = trim_start(token);
    let mut out = Vec::with_capacity(token.len());
    // Up to here nothing is a trailing space.
    let mut end = None;
    let mut quoted = false;
    let mut bytes = token.iter().enumerate().peekable();
    while let Some((at, &byte)) = bytes.next() {
        if let Some(escaped) = escaped(byte, bytes.peek().map(|(_, next)| **next), delimiter) {
            bytes.next();
            out.push(escaped);
            end = Some(out.len());
        } else if byte == b'\'' && (quoted || after(token, at + 1).contains(&b'\'')) {
            quoted = !quoted;
            if quoted {
                end = Some(out.len());
            }
        } else {
            out.push(byte);
            if byte != b' ' || quoted {
                end = Some(out.len());
            }
        }
    }
    // The C code leaves a token alone in which it found nothing but spaces; those it has skipped already.
    out.truncate(end.unwrap_or(out.len()));
    out
}

fn escaped(byte: u8, next: Option<u8>, delimiter: Option<u8>) -> Option<u8> {
    match next.filter(|_| byte == b'\\')? {
        next @ (b'\'' | b'"' | b'\\') => Some(next),
        next if Some(next) == delimiter => Some(next),
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        b's' => Some(b' '),
        _ => None,
    }
}

/// Writes a text so that one pass of [`separate`] with this delimiter gives it back as one token, whatever it
/// holds; a NUL ends it all the same.
///
/// For several passes in a row, escape for the innermost first.
///
/// ```
/// # use trunkline_proto::dialstring::tokenizer::escape;
/// assert_eq!(escape(r"O'Brien, \o/", ','), r"O\'Brien\,\s\\o/");
/// assert_eq!(escape("a,b c", ' '), r"a,b\sc");
/// ```
#[must_use]
pub fn escape(text: &str, delimiter: char) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' ' => out.push_str("\\s"),
            c => {
                if c == '\\' || c == '\'' || c == delimiter {
                    out.push('\\');
                }
                out.push(c);
            }
        }
    }
    out
}

/// [`escape`] for a token that may be the last of an API command. The switch takes line breaks, tabs,
/// spaces and vertical tabs off both ends (`switch_strip_whitespace`), and only the last of them has no escape.
pub(crate) fn escape_word(text: &str, delimiter: char) -> String {
    let mut out = escape(text, delimiter);
    if text.ends_with('\u{b}') {
        out.push_str("''");
    }
    out
}

/// Where the bracket at the beginning (after spaces) is closed: `switch_find_end_paren`. It counts brackets of this
/// kind and minds neither quotes nor backslashes.
#[must_use]
pub fn find_close(text: &[u8], open: u8, close: u8) -> Option<usize> {
    let begin = text.len() - trim_start(text).len();
    let mut depth = 0_usize;
    for (at, &byte) in text.iter().enumerate().skip(begin) {
        if byte == open {
            depth += 1;
        } else if byte == close {
            depth = depth.checked_sub(1)?;
        }
        if depth == 0 {
            return (byte == close).then_some(at);
        }
    }
    None
}

pub(super) fn trim_start(text: &[u8]) -> &[u8] {
    let spaces = text.iter().take_while(|byte| **byte == b' ').count();
    after(text, spaces)
}

pub(super) fn before(text: &[u8], at: usize) -> &[u8] {
    text.get(..at).unwrap_or(text)
}

pub(super) fn after(text: &[u8], at: usize) -> &[u8] {
    text.get(at..).unwrap_or_default()
}
