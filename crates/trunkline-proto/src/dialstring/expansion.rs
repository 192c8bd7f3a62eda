//! `${…}` in application arguments: what the switch does with it, and how to get a text past it.
//!
//! The switch expands the argument of every application before it runs it (`switch_core_session_exec` in
//! `switch_core_session.c`), unless the channel has `app_disable_expand_variables`. `${name}` becomes a variable,
//! `${command(arguments)}` *runs an API command*, and the result is expanded again. `\$`, `\\` and `\'` are escapes
//! of that pass (`switch_channel_expand_variables_check` in `switch_channel.c`); some applications, such as `set`,
//! expand once more, so that no escape of `${` holds everywhere. Hence data with `${` is refused.

use super::error::DialStringError;

/// Whether there is a `$` that only backslashes part from a `{` (`switch_string_var_check_const` in
/// `switch_utils.h`). A variable with such a value the switch mostly refuses to set.
pub(super) fn has_expansion(text: &str) -> bool {
    text.split('$').skip(1).any(|rest| rest.trim_start_matches('\\').starts_with('{'))
}

pub(super) fn check_no_expansion(what: &'static str, text: &str) -> Result<(), DialStringError> {
    if has_expansion(text) { Err(DialStringError::Expansion { what }) } else { Ok(()) }
}

/// Whether the switch looks at the text at all; otherwise it stays as it is, `$$` and backslashes included.
fn is_processed(text: &str) -> bool {
    let has_escape = text.split_inclusive('\\').skip(1).any(|rest| {
        // `split_inclusive` leaves the next backslash at the end of its piece.
        rest.starts_with(['\\', 'n', 's', 't', '\''])
    });
    has_escape || has_expansion(text)
}

/// Writes a text so that one pass of expansion gives it back. It must not hold `${`.
pub(super) fn escape_expansion(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if matches!(c, '\\' | '$') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// What one pass of expansion makes of a text; nothing if it would expand a variable or run a command.
pub(super) fn expand_literal(text: &str) -> Option<String> {
    if !is_processed(text) {
        return Some(text.to_owned());
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('$')) => {
                chars.next();
                // `\$$` is one dollar, too.
                chars.next_if_eq(&'$');
                out.push('$');
            }
            ('\\', Some('\'')) => drop(chars.next()),
            ('\\', Some('\\')) => {
                chars.next();
                out.push('\\');
            }
            ('$', Some(_)) => {
                chars.next_if_eq(&'$');
                if chars.peek() == Some(&'{') {
                    return None;
                }
                out.push('$');
            }
            _ => out.push(c),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_pass() {
        for (text, expanded) in [
            ("plain $5 $$x", Some("plain $5 $$x")),
            (r"a\b", Some(r"a\b")),
            (r"a\\b", Some(r"a\b")),
            (r"a\\b $$x", Some(r"a\b $x")),
            (r"\\\$$x", Some(r"\$x")),
            (r"it\'s", Some("its")),
            (r"\\\$x", Some(r"\$x")),
            (r"\${x}", Some("${x}")),
            ("${x}", None),
            ("$${x}", None),
            (r"\\${x}", None),
            (r"$\{x", Some(r"$\{x")),
            (r"\n", Some(r"\n")),
            ("\\\\$", Some("\\$")),
        ] {
            assert_eq!(expand_literal(text).as_deref(), expanded, "{text}");
        }
    }

    #[test]
    fn what_is_escaped_comes_back() {
        for text in
            ["", "$", "$$", r"\", r"\\", r"$\", r"\$", r"\$$", r"$$\'", r"\n\s", r"a\'b", "$ {x}", "{$}"]
        {
            assert_eq!(expand_literal(&escape_expansion(text)).as_deref(), Some(text), "{text}");
        }
    }

    #[test]
    fn expansions_are_seen() {
        for text in ["${", "a${b}", r"$\{", r"$\\\{", "$$${"] {
            assert!(has_expansion(text), "{text}");
        }
        for text in ["", "$", "{$}", "$ {", "$'{", r"\{"] {
            assert!(!has_expansion(text), "{text}");
        }
    }
}
