//! Commands that decide: `cond`, and `regex` (`mod_commands.c`).

use fancy_regex::{Captures, Regex};

use super::strings::own_separator;
use super::{Command, Invocation, Outcome};
use crate::core::Core;
use crate::text::{is_number, split};

pub(super) const COMMANDS: &[(&str, Command)] = &[("cond", cond), ("regex", regex)];

/// `<text>|<pattern>[|<what is put together>[|n|b]]`
fn regex(_: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let (text, separator) = own_separator(invocation.arguments);
    let words = split(text, separator, 4);
    let [text, pattern, rest @ ..] = words.as_slice() else { return "-ERR".into() };
    let text = String::from_utf8_lossy(text);
    let regex = pattern_of(&String::from_utf8_lossy(pattern));
    let captures = regex.as_ref().and_then(|regex| regex.captures(&text).ok().flatten());
    let flags = rest.get(1).map(Vec::as_slice).unwrap_or_default();
    match (captures, rest.first()) {
        (Some(captures), Some(template)) => Outcome::Done(put_together(template, &captures)),
        (captures, None) => if captures.is_some() { "true" } else { "false" }.into(),
        (None, Some(_)) if flags.contains(&b'n') => "".into(),
        (None, Some(_)) if flags.contains(&b'b') => "false".into(),
        (None, Some(_)) => text.into_owned().into(),
    }
}

/// A pattern, alone or as `/pattern/flags` (`switch_regex_perform` in `switch_regex.c`); one that is wrong fits nothing.
fn pattern_of(pattern: &str) -> Option<Regex> {
    let quoted = pattern.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
    let Some((pattern, options)) = quoted else { return Regex::new(pattern).ok() };
    let flags: String = options.chars().filter(|flag| "imsx".contains(*flag)).collect();
    let pattern = if flags.is_empty() { pattern.to_owned() } else { format!("(?{flags}){pattern}") };
    Regex::new(&pattern).ok()
}

/// `$1` and `%1` are what the groups caught (`switch_perform_substitution` in `switch_regex.c`).
fn put_together(template: &[u8], captures: &Captures<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = template;
    while let Some((first, after)) = rest.split_first() {
        let digits = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !matches!(first, b'$' | b'%') || digits == 0 {
            out.push(if *first == b'%' { b'$' } else { *first });
            rest = after;
            continue;
        }
        let (number, after) = after.split_at(digits);
        let group = std::str::from_utf8(number).ok().and_then(|number| captures.get(number.parse().ok()?));
        out.extend_from_slice(group.map(|group| group.as_str().as_bytes()).unwrap_or_default());
        rest = after;
    }
    out
}

/// `<a> <operator> <b> ? <if so>[ : <if not>]`
fn cond(_: &mut Core, invocation: Invocation<'_>) -> Outcome {
    match decide(invocation.arguments) {
        Some(value) => Outcome::Done(value),
        None => "-ERR".into(),
    }
}

fn decide(text: &[u8]) -> Option<Vec<u8>> {
    let (a, rest) = Operand::parse(text)?;
    let (operator, rest) = match rest {
        [operator @ (b'!' | b'<' | b'>' | b'='), b'=', rest @ ..] => ([*operator, b'='], rest),
        [operator @ (b'<' | b'>'), rest @ ..] => ([*operator, 0], rest),
        _ => return None,
    };
    // What stands after the operator is not looked at.
    let (b, rest) = Operand::parse(rest.get(1..)?.trim_ascii_start())?;
    let answers = split(rest.strip_prefix(b"?")?, b':', 2);
    let is_so = holds(operator, &a, &b);
    match (answers.as_slice(), is_so) {
        ([yes, ..], true) => Some(yes.clone()),
        ([_, no], false) => Some(no.clone()),
        ([_], false) => Some(Vec::new()),
        _ => None,
    }
}

fn holds(operator: [u8; 2], a: &Operand, b: &Operand) -> bool {
    let (x, y) = (a.number(), b.number());
    let both_text = !a.is_number && !b.is_number;
    match operator {
        [b'=', _] if both_text => a.text == b.text,
        [b'=', _] => x == y,
        [b'!', _] if both_text => a.text != b.text,
        [b'!', _] => x != y,
        [b'>', 0] => x > y,
        [b'>', _] => x >= y,
        [b'<', 0] => x < y,
        _ => x <= y,
    }
}

/// What is compared: a number, or a text, which counts as long as it is.
struct Operand {
    text: Vec<u8>,
    is_number: bool,
}

impl Operand {
    /// The operand a text begins with, and what follows it.
    fn parse(text: &[u8]) -> Option<(Self, &[u8])> {
        if let Some(quoted) = text.strip_prefix(b"'") {
            let end = end_of_quoted(quoted)?;
            let (inside, after) = quoted.split_at(end);
            let after = after.get(1..).filter(|after| after.first().is_some_and(u8::is_ascii_whitespace))?;
            return Some((Self { text: inside.to_vec(), is_number: false }, after.trim_ascii_start()));
        }
        let end = text.iter().position(|byte| *byte == b' ')?;
        let (word, after) = text.split_at(end);
        Some((Self { text: word.to_vec(), is_number: is_number(word) }, after.trim_ascii_start()))
    }

    fn number(&self) -> f64 {
        if !self.is_number {
            return f64::from(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        }
        std::str::from_utf8(&self.text).ok().and_then(|text| text.parse().ok()).unwrap_or_default()
    }
}

fn end_of_quoted(text: &[u8]) -> Option<usize> {
    let mut escaped = false;
    text.iter().position(|byte| {
        let ends = *byte == b'\'' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions() {
        for (text, answer) in [
            ("1 < 2 ? yes : no", Some("yes")),
            ("1.5 <= 1.4 ? yes : no", Some("no")),
            ("abc < abd ? yes : no", Some("no")),
            ("a != b ? yes : no", Some("yes")),
            ("'a b' == 'a b' ? yes : no", Some("yes")),
            ("1 > 2 ? yes", Some("")),
            ("1<2 ? yes : no", None),
            ("x", None),
        ] {
            assert_eq!(decide(text.as_bytes()), answer.map(|answer| answer.as_bytes().to_vec()), "{text}");
        }
    }
}
