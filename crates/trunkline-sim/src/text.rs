//! The core's tokenizer (`switch_separate_string` in `src/switch_utils.c`), which almost every command uses.

use md5::{Digest, Md5};

/// Splits at spaces: a run of them is one separator, quotes group, backslashes escape. The last of `most` tokens
/// takes the rest.
pub(crate) fn split_spaces(text: &[u8], most: usize) -> Vec<Vec<u8>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_ascii_start();
    while !rest.is_empty() && tokens.len() < most {
        let end = if tokens.len() + 1 == most { rest.len() } else { end_of_token(rest, b' ', true) };
        let (token, after) = rest.split_at(end);
        tokens.push(clean(token, None));
        let blanks = after.iter().take_while(|byte| **byte == b' ').count();
        rest = after.get(blanks..).unwrap_or_default();
    }
    tokens
}

/// Splits at another separator: two in a row make an empty token, one at the end none. `^^c` in front chooses the
/// separator.
pub(crate) fn split(text: &[u8], separator: u8, most: usize) -> Vec<Vec<u8>> {
    let (mut rest, separator) = match text {
        [b'^', b'^', chosen, rest @ ..] if !rest.is_empty() => (rest, *chosen),
        _ => (text, separator),
    };
    let mut tokens = Vec::new();
    while !rest.is_empty() && tokens.len() < most {
        let last = tokens.len() + 1 == most;
        let end = if last { rest.len() } else { end_of_token(rest, separator, false) };
        let (token, after) = rest.split_at(end);
        tokens.push(clean(token, Some(separator)));
        rest = after.get(1..).unwrap_or_default();
    }
    tokens
}

fn end_of_token(text: &[u8], separator: u8, any_quote_opens: bool) -> usize {
    let mut quoted = false;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\'' if quoted => quoted = false,
            b'\'' => quoted = any_quote_opens || has_quote(text.get(at + 1..)),
            _ if byte == separator && !quoted => return at,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

fn has_quote(text: Option<&[u8]>) -> bool {
    text.is_some_and(|text| text.contains(&b'\''))
}

/// Takes quotes and escapes out of a token, and blanks off its ends.
fn clean(token: &[u8], separator: Option<u8>) -> Vec<u8> {
    let start = token.iter().take_while(|byte| **byte == b' ').count();
    let token = token.get(start..).unwrap_or_default();
    let mut out = Vec::with_capacity(token.len());
    let mut quoted = false;
    // Bytes of `out` that blanks at the end may not be taken from.
    let mut kept = 0;
    let mut at = 0;
    while let Some(&byte) = token.get(at) {
        let escaped = token.get(at + 1).and_then(|next| unescape(*next, separator)).filter(|_| byte == b'\\');
        if let Some(escaped) = escaped {
            out.push(escaped);
            kept = out.len();
            at += 2;
            continue;
        }
        if byte == b'\'' && (quoted || has_quote(token.get(at + 1..))) {
            quoted = !quoted;
        } else {
            out.push(byte);
            if quoted || byte != b' ' {
                kept = out.len();
            }
        }
        at += 1;
    }
    out.truncate(kept);
    out
}

fn unescape(byte: u8, separator: Option<u8>) -> Option<u8> {
    match byte {
        b'\'' | b'"' | b'\\' => Some(byte),
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        b's' => Some(b' '),
        _ => separator.filter(|separator| *separator == byte),
    }
}

/// A digest, as MD5 is written.
pub(crate) fn md5_hex(text: &[u8]) -> String {
    Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Blanks as the core trims them off a command and its arguments.
pub(crate) fn trim(text: &[u8]) -> &[u8] {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x0b);
    let start = text.iter().take_while(|byte| is_blank(byte)).count();
    let text = text.get(start..).unwrap_or_default();
    let end = text.iter().rev().take_while(|byte| is_blank(byte)).count();
    text.get(..text.len() - end).unwrap_or_default()
}

/// `switch_true` in `src/include/switch_utils.h`.
pub(crate) fn is_true(text: &[u8]) -> bool {
    const WORDS: [&[u8]; 7] = [b"yes", b"on", b"true", b"t", b"enabled", b"active", b"allow"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) || (is_number(text) && atoi(text) != 0)
}

/// `switch_false` in `src/include/switch_utils.h`.
pub(crate) fn is_false(text: &[u8]) -> bool {
    const WORDS: [&[u8]; 7] = [b"no", b"off", b"false", b"f", b"disabled", b"inactive", b"disallow"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) || (is_number(text) && atoi(text) == 0)
}

/// `switch_is_number` in `src/switch_utils.c`: digits and full stops, however many, after at most one sign.
pub(crate) fn is_number(text: &[u8]) -> bool {
    let unsigned = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    unsigned.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
}

/// `atoi`, but for numbers that have no room: they are the greatest there is.
pub(crate) fn atoi(text: &[u8]) -> i32 {
    let text = text.trim_ascii_start();
    let (sign, digits) = match text.split_first() {
        Some((b'-', rest)) => (-1, rest),
        Some((b'+', rest)) => (1, rest),
        _ => (1, text),
    };
    let digits = digits.iter().take_while(|byte| byte.is_ascii_digit());
    let number =
        digits.fold(0_i64, |number, digit| number.saturating_mul(10).saturating_add((digit - b'0').into()));
    i32::try_from(sign * number).unwrap_or(i32::MAX)
}

/// What comes before the first space, and what comes after it.
pub(crate) fn first_word(text: &[u8]) -> (&[u8], &[u8]) {
    match text.iter().position(|byte| *byte == b' ') {
        Some(end) => {
            let (word, rest) = text.split_at(end);
            (word, rest.get(1..).unwrap_or_default())
        }
        None => (text, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(tokens: &[Vec<u8>]) -> String {
        tokens.iter().map(|token| format!("<{}>", token.escape_ascii())).collect()
    }

    /// Checked against the real library.
    #[test]
    fn other_separators() {
        for (text, separator, most, tokens) in [
            ("a,b,,c,", b',', 10, "<a><b><><c>"),
            (",a", b',', 10, "<><a>"),
            ("", b',', 10, ""),
            ("  a b , c ", b',', 10, "<a b><c>"),
            ("'a,b',c", b',', 10, "<a,b><c>"),
            ("a'b,c'd,e", b',', 10, "<ab,cd><e>"),
            ("O'Brien,x", b',', 10, "<O\\'Brien><x>"),
            ("O'Brien,D'Arcy,z", b',', 10, "<OBrien,DArcy><z>"),
            ("a\\,b,c", b',', 10, "<a,b><c>"),
            ("a\\\\,b", b',', 10, "<a\\\\><b>"),
            ("a\\nb\\sc\\td\\re", b',', 10, "<a\\nb c\\td\\re>"),
            ("a\\xb", b',', 10, "<a\\\\xb>"),
            ("' x ',y", b',', 10, "< x ><y>"),
            ("''", b',', 10, "<>"),
            ("a=b=c", b'=', 2, "<a><b=c>"),
            ("a=", b'=', 2, "<a>"),
            ("a\\=b=c", b'=', 2, "<a=b><c>"),
            ("^^:a,b:c", b',', 10, "<a,b><c>"),
            ("^^:", b',', 10, "<^^:>"),
            ("\"a,b\",c", b',', 10, "<\\\"a><b\\\"><c>"),
        ] {
            assert_eq!(joined(&split(text.as_bytes(), separator, most)), tokens, "{text}");
        }
    }

    #[test]
    fn spaces() {
        for (text, most, tokens) in [
            ("a b  c", 10, "<a><b><c>"),
            ("'a b' c", 10, "<a b><c>"),
            ("O'Brien x y", 10, "<O\\'Brien x y>"),
            ("a\\ b c", 10, "<a\\\\ b><c>"),
            ("a\\sb c", 10, "<a b><c>"),
            ("x 'a\\'b c' d", 10, "<x><a\\'b c><d>"),
            ("a b c d", 2, "<a><b c d>"),
            ("  ", 10, ""),
        ] {
            assert_eq!(joined(&split_spaces(text.as_bytes(), most)), tokens, "{text}");
        }
    }

    #[test]
    fn numbers() {
        for (text, number, truth) in [
            ("", true, false),
            ("12", true, true),
            ("-1", true, true),
            ("+0", true, false),
            ("1.5", true, true),
            ("5x", false, false),
            (" 5", false, false),
            ("YES", false, true),
            ("true ", false, false),
        ] {
            assert_eq!((is_number(text.as_bytes()), is_true(text.as_bytes())), (number, truth), "{text}");
        }
        for (text, number) in [("5x", 5), (" -7", -7), ("abc", 0), ("99999999999", i32::MAX)] {
            assert_eq!(atoi(text.as_bytes()), number, "{text}");
        }
    }

    #[test]
    fn words() {
        assert_eq!(first_word(b"a b c"), (&b"a"[..], &b"b c"[..]));
        assert_eq!(first_word(b"a"), (&b"a"[..], &b""[..]));
        assert_eq!(trim(b" \t a \n"), b"a");
    }
}
