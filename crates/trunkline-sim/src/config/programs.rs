//! Programs and scripts of the host: none is ever run, so what they print is written down.

use std::collections::BTreeMap;

/// What command lines print.
///
/// A line with a `*` at its end stands for all that begin so; the one that says most of a line is taken. In what is printed,
/// `$1` to `$9` are the words of the line after the first, and `$$` is a `$`.
///
/// ```
/// let mut programs = trunkline_sim::Programs::default();
/// programs.prints("hello.lua", "hello, nobody\n");
/// programs.prints("hello.lua *", "hello, $1\n");
/// assert_eq!(programs.output("hello.lua world").as_deref(), Some("hello, world\n"));
/// assert_eq!(programs.output("other.lua"), None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Programs(BTreeMap<String, String>);

impl Programs {
    /// Says what a command line prints; what was said of it before no longer counts.
    pub fn prints(&mut self, line: &str, output: &str) {
        self.0.insert(line.to_owned(), output.to_owned());
    }

    /// What a command line prints, if anything was said of it.
    #[must_use]
    pub fn output(&self, line: &str) -> Option<String> {
        let known = self.0.get(line).or_else(|| {
            let beginnings = self.0.iter().filter_map(|(known, output)| {
                let beginning = known.strip_suffix('*').filter(|beginning| line.starts_with(beginning))?;
                Some((beginning.len(), output))
            });
            beginnings.max_by_key(|(length, _)| *length).map(|(_, output)| output)
        })?;
        let words: Vec<&str> = line.split_whitespace().collect();
        Some(filled_in(known, &words))
    }
}

/// Puts words in the place of `$1` to `$9`.
fn filled_in(text: &str, words: &[&str]) -> String {
    let mut pieces = text.split('$');
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    while let Some(piece) = pieces.next() {
        let number = piece.chars().next().and_then(|first| first.to_digit(10)).filter(|number| *number > 0);
        match number.and_then(|number| usize::try_from(number).ok()) {
            Some(place) => {
                filled.push_str(words.get(place).unwrap_or(&""));
                filled.push_str(piece.get(1..).unwrap_or_default());
            }
            None if piece.is_empty() => {
                filled.push('$');
                filled.push_str(pieces.next().unwrap_or_default());
            }
            None => filled.extend(["$", piece]),
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_says_most_is_taken() {
        let mut programs = Programs::default();
        programs.prints("ls*", "all");
        programs.prints("ls -l *", "long $2");
        programs.prints("ls -l", "here");
        for (line, output) in [
            ("ls", Some("all")),
            ("lsof", Some("all")),
            ("ls -l", Some("here")),
            ("ls -l /tmp", Some("long /tmp")),
            ("cat", None),
        ] {
            assert_eq!(programs.output(line).as_deref(), output, "{line}");
        }
    }

    #[test]
    fn words_are_filled_in() {
        for (text, filled) in [
            ("$1-$2$1", "a-ba"),
            ("$9.", "."),
            ("5 $", "5 $"),
            ("$$1 $0 $x", "$1 $0 $x"),
            ("$$$1", "$a"),
            ("", ""),
        ] {
            assert_eq!(filled_in(text, &["p", "a", "b"]), filled, "{text}");
        }
    }
}
