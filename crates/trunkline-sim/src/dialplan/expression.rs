//! Regular expressions of the dialplan, and what they catch (`switch_regex_perform` and `switch_perform_substitution` in
//! `switch_regex.c`).

use std::sync::OnceLock;

use fancy_regex::Regex;

use crate::expand::needs_expansion;

/// An expression as it is written down.
#[derive(Debug)]
pub(super) struct Expression {
    pub(super) text: String,
    compiled: OnceLock<Option<Regex>>,
}

/// What the groups of an expression caught, the whole first. One that caught nothing is empty.
pub(crate) type Caught = Vec<Vec<u8>>;

impl Expression {
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), compiled: OnceLock::new() }
    }

    /// Whether it has to be expanded for each call.
    pub(super) fn varies(&self) -> bool {
        needs_expansion(self.text.as_bytes())
    }

    /// Looks for it in a text.
    pub(super) fn find_in(&self, text: &[u8]) -> Option<Caught> {
        let regex = self.compiled.get_or_init(|| compile(&self.text));
        caught(regex.as_ref()?, text)
    }
}

/// Looks for an expression in a text; none that cannot be read is found.
pub(crate) fn find(expression: &str, text: &[u8]) -> Option<Caught> {
    caught(&compile(expression)?, text)
}

/// `pattern`, `/pattern/flags` or `_NXX`.
fn compile(expression: &str) -> Option<Regex> {
    let asterisk;
    let expression = match expression.strip_prefix('_') {
        Some(pattern) => {
            asterisk = of_asterisk(pattern);
            asterisk.as_str()
        }
        None => expression,
    };
    let Some(rest) = expression.strip_prefix('/') else { return Regex::new(expression).ok() };
    let (pattern, flags) = rest.rsplit_once('/')?;
    let flags: String = flags.chars().filter(|flag| matches!(flag, 'i' | 's')).collect();
    let pattern = if flags.is_empty() { pattern.to_owned() } else { format!("(?{flags}){pattern}") };
    Regex::new(&pattern).ok()
}

/// A pattern of Asterisk's (`switch_ast2regex` in `switch_utils.c`).
fn of_asterisk(pattern: &str) -> String {
    let parts = pattern.chars().map(|character| match character {
        'N' => "[2-9]".to_owned(),
        'X' => "[0-9]".to_owned(),
        'Z' => "[1-9]".to_owned(),
        '.' => ".*".to_owned(),
        other => other.to_string(),
    });
    format!("^{}$", parts.collect::<String>())
}

fn caught(regex: &Regex, text: &[u8]) -> Option<Caught> {
    let text = String::from_utf8_lossy(text);
    let captures = regex.captures(&text).ok().flatten()?;
    let mut caught: Caught = Vec::new();
    let mut set = 0;
    for (place, group) in captures.iter().enumerate() {
        if group.is_some() {
            set = place + 1;
        }
        caught.push(group.map(|group| group.as_str().as_bytes().to_vec()).unwrap_or_default());
    }
    // Groups after the last one that caught something do not count.
    caught.truncate(set);
    Some(caught)
}

/// A text with what was caught in place of `$1` and `${1}`.
pub(crate) fn substitute(caught: &Caught, text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        let reference = if byte == b'$' { reference(after) } else { None };
        match reference {
            Some((group, more)) => {
                out.extend_from_slice(caught.get(group).map_or(&[], Vec::as_slice));
                rest = more;
            }
            None => {
                out.push(byte);
                rest = after;
            }
        }
    }
    out
}

/// The number of a group after a `$`, and what follows it.
fn reference(text: &[u8]) -> Option<(usize, &[u8])> {
    let braced = text.strip_prefix(b"{");
    let inside = braced.unwrap_or(text);
    let digits = inside.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 {
        return None;
    }
    let (number, rest) = inside.split_at(digits);
    let rest = if braced.is_some() { rest.strip_prefix(b"}")? } else { rest };
    let number = number
        .iter()
        .fold(0usize, |number, digit| number.saturating_mul(10).saturating_add(usize::from(digit - b'0')));
    Some((number, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions() {
        for (expression, text, groups) in [
            ("^s_(\\d+)$", "s_123", Some(vec!["s_123", "123"])),
            ("^s_(\\d+)$", "x_123", None),
            ("9", "19002", Some(vec!["9"])),
            ("/^ABC$/i", "abc", Some(vec!["abc"])),
            ("/^ABC$/", "abc", None),
            ("/open", "open", None),
            ("(", "(", None),
            ("_NXXZ.", "200155", Some(vec!["200155"])),
            ("_NXX", "100", None),
            ("^(a)|(b)$", "b", Some(vec!["b", "", "b"])),
            ("^(a)|(b)$", "a", Some(vec!["a", "a"])),
            ("(?<!x)1", "x1", None),
            ("", "anything", Some(vec![""])),
        ] {
            let shown = find(expression, text.as_bytes());
            let groups = groups.map(|all| all.iter().map(|group| group.as_bytes().to_vec()).collect());
            assert_eq!(shown, groups, "{expression} {text}");
        }
    }

    #[test]
    fn references_to_groups() {
        let caught: Caught = vec![b"s_12".to_vec(), b"12".to_vec()];
        for (text, out) in [
            ("127.0.0.1:$1 full", "127.0.0.1:12 full"),
            ("$0|${1}0|$1x", "s_12|120|12x"),
            ("$2.$10", "."),
            ("${name} $ $x ${1", "${name} $ $x ${1"),
        ] {
            assert_eq!(String::from_utf8_lossy(&substitute(&caught, text.as_bytes())), out, "{text}");
        }
    }
}
