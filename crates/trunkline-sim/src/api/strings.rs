//! Commands that only work on text (`mod_commands.c`).

use super::{Command, Invocation, Outcome};
use crate::core::Core;
use crate::text::{first_word, md5_hex, split};

pub(super) const COMMANDS: &[(&str, Command)] = &[
    ("echo", |_, invocation| invocation.arguments.into()),
    ("coalesce", coalesce),
    ("replace", replace),
    ("md5", md5_sum),
    ("url_encode", |_, invocation| Outcome::Done(url_encode(invocation.arguments))),
    ("url_decode", |_, invocation| Outcome::Done(url_decode(invocation.arguments))),
    ("toupper", |_, invocation| Outcome::Done(invocation.arguments.to_ascii_uppercase())),
    ("tolower", |_, invocation| Outcome::Done(invocation.arguments.to_ascii_lowercase())),
    ("escape", |_, invocation| invocation.arguments.into()),
    ("quote_shell_arg", quote_shell_arg),
    ("sql_escape", |_, invocation| Outcome::Done(replaced(invocation.arguments, b"'", b"''"))),
    ("xml_wrap", xml_wrap),
];

/// Most arguments `coalesce` looks at.
const MOST_VALUES: usize = 256;

/// The first of several values that is not empty.
fn coalesce(_: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let values = split(invocation.arguments, b',', MOST_VALUES);
    if values.is_empty() {
        return "-USAGE: [^^<delim>]<value1>,<value2>,...\n".into();
    }
    Outcome::Done(values.into_iter().find(|value| !value.is_empty()).unwrap_or_default())
}

/// A text that may begin with `m:` and a separator of its own, and its separator.
pub(super) fn own_separator(text: &[u8]) -> (&[u8], u8) {
    match text {
        [b'm', b':', separator @ (b'|' | b'~' | b'/'), rest @ ..] => (rest, *separator),
        _ => (text, b'|'),
    }
}

/// `<text>|<what>|<by what>`
fn replace(_: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let (text, separator) = own_separator(invocation.arguments);
    match split(text, separator, 3).as_slice() {
        [text, what, with] => Outcome::Done(replaced(text, what, with)),
        _ => "-ERR".into(),
    }
}

fn replaced(text: &[u8], what: &[u8], with: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        match rest.strip_prefix(what).filter(|_| !what.is_empty()) {
            Some(after) => {
                out.extend_from_slice(with);
                rest = after;
            }
            None => {
                out.push(*first);
                rest = after;
            }
        }
    }
    out
}

fn md5_sum(_: &mut Core, invocation: Invocation<'_>) -> Outcome {
    match invocation.arguments {
        [] => "!err!".into(),
        text => md5_hex(text).into(),
    }
}

/// What `url_encode` writes as `%XX` (`SWITCH_URL_UNSAFE` in `switch_utils.h`), besides all that is not ASCII.
const URL_UNSAFE: &[u8] = b"\r\n #%&+:;<=>?@[\\]^`{|}\"";

/// A `%` that begins an escape, of capital digits, is left as it is.
pub(super) fn url_encode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for (at, byte) in text.iter().enumerate() {
        let is_digit =
            |place: usize| text.get(place).is_some_and(|digit| b"0123456789ABCDEF".contains(digit));
        let is_escape = *byte == b'%' && is_digit(at + 1) && is_digit(at + 2);
        if !is_escape && (!(b' '..=b'~').contains(byte) || URL_UNSAFE.contains(byte)) {
            out.extend_from_slice(format!("%{byte:02X}").as_bytes());
        } else {
            out.push(*byte);
        }
    }
    out
}

fn url_decode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                out.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                out.push(*first);
                rest = after;
            }
        }
    }
    out
}

fn quote_shell_arg(_: &mut Core, invocation: Invocation<'_>) -> Outcome {
    Outcome::Done([b"'".as_slice(), &replaced(invocation.arguments, b"'", b"'\\''"), b"'"].concat())
}

/// `[encoded ]<command> <arguments>`
fn xml_wrap(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let (encoded, line) = match invocation.arguments.strip_prefix(b"encoded ") {
        Some(line) => (true, line),
        None => (false, invocation.arguments),
    };
    let (name, arguments) = first_word(line);
    let output = core.run_inner(name, arguments).unwrap_or_else(|| b"INVALID COMMAND!\n".to_vec());
    let output = if encoded { url_encode(&output) } else { output };
    let (before, after) = ("<result>\n  <row id=\"1\">\n    <data>", "</data>\n  </row>\n</result>\n");
    Outcome::Done([before.as_bytes(), &output, after.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        for (text, encoded) in
            [("a b&c=%41%é", "a%20b%26c%3D%41%25%C3%A9"), ("%zz", "%25zz"), ("~'()", "~'()")]
        {
            assert_eq!(url_encode(text.as_bytes()), encoded.as_bytes(), "{text}");
        }
        for (text, decoded) in [("a%20b%41", "a bA"), ("%zz%", "%zz%"), ("%4", "%4")] {
            assert_eq!(url_decode(text.as_bytes()), decoded.as_bytes(), "{text}");
        }
    }

    #[test]
    fn nothing_is_replaced_for_an_empty_text() {
        assert_eq!(replaced(b"aXaX", b"X", b"--"), b"a--a--");
        assert_eq!(replaced(b"a", b"", b"x"), b"a");
    }
}
