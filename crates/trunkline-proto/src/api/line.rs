//! An api command's line, put together from arguments that are each checked for how the switch cuts them off.
//!
//! There are three ways (`mod_commands.c` and the modules that follow it):
//!
//! - most commands cut their arguments with `switch_separate_string`: [`Line::word`] escapes for it, so that anything
//!   but NUL gets through;
//! - some cut at the first blank and know no quotes: [`Line::bare`];
//! - the last argument of others is whatever is left: [`Line::rest`].

use std::fmt::Display;
use std::net::IpAddr;

use crate::command::{check_line, check_not_empty};
use crate::dialstring::{check_uuid, tokenizer};
use crate::error::ApiMisuse;
use crate::ids::ChannelUuid;

/// A line in the making. The first thing that cannot be said is kept, and [`finish`](Self::finish) gives it.
#[derive(Debug)]
pub(crate) struct Line {
    text: String,
    has_arguments: bool,
    misuse: Option<ApiMisuse>,
}

impl Line {
    pub(crate) fn new(verb: &str) -> Self {
        Self { text: verb.to_owned(), has_arguments: false, misuse: None }
    }

    /// The id of a call. Commands cut it off in different ways; one that any of them would misread is refused.
    pub(crate) fn uuid(self, _what: &'static str, uuid: &ChannelUuid) -> Self {
        let checked = check_uuid(uuid.as_str()).map_err(ApiMisuse::from);
        self.put(checked, uuid.as_str())
    }

    /// One token of `switch_separate_string` at blanks, escaped.
    pub(crate) fn word(self, what: &'static str, text: &str) -> Self {
        let checked = check_not_empty(what, text.as_bytes()).and_then(|()| check_no_nul(what, text));
        let mut word = tokenizer::escape_word(text, ' ');
        // At its beginning the switch reads a separator, or takes a blank away.
        if !self.has_arguments && (text.starts_with("^^") || text.starts_with('\u{b}')) {
            word.insert_str(0, "''");
        }
        self.put(checked, &word)
    }

    /// Up to the next blank, as it is.
    pub(crate) fn bare(self, what: &'static str, text: &str) -> Self {
        let checked = check_bare(what, text);
        self.put(checked, text)
    }

    /// A token that is not escaped, for texts with a syntax of their own: it must come through as it is.
    pub(crate) fn plain(self, what: &'static str, text: &str) -> Self {
        let checked = check_bare(what, text).and_then(|()| {
            if text.contains(['\'', '\\']) || (!self.has_arguments && text.starts_with("^^")) {
                let why = "holds a quote or backslash, which the switch would take away";
                return Err(ApiMisuse::Invalid { what, value: text.to_owned(), why });
            }
            Ok(())
        });
        self.put(checked, text)
    }

    /// All that is left of the line, as it is.
    pub(crate) fn rest(self, what: &'static str, text: &str) -> Self {
        let checked = check_rest(what, text);
        self.put(checked, text)
    }

    /// An address of the internet.
    pub(crate) fn address(self, _what: &'static str, address: &IpAddr) -> Self {
        self.put(Ok(()), &address.to_string())
    }

    /// A number.
    pub(crate) fn number(self, _what: &'static str, number: &impl Display) -> Self {
        self.put(Ok(()), &number.to_string())
    }

    /// One of the words the command knows.
    pub(crate) fn choice(self, _what: &'static str, choice: &impl AsRef<str>) -> Self {
        self.keyword(choice.as_ref())
    }

    /// A word of the command's own.
    pub(crate) fn keyword(self, word: &str) -> Self {
        self.put(Ok(()), word)
    }

    /// The same, if it is so.
    pub(crate) fn flag(self, is_so: bool, word: &str) -> Self {
        if is_so { self.keyword(word) } else { self }
    }

    /// An argument that may be missing. One behind a missing one cannot be said.
    pub(crate) fn optional<T: ?Sized, O: std::borrow::Borrow<T>>(
        self,
        what: &'static str,
        argument: Option<&O>,
        write: impl FnOnce(Self, &'static str, &T) -> Self,
    ) -> Self {
        match argument {
            Some(argument) => write(self, what, argument.borrow()),
            None => self,
        }
    }

    /// Refuses the line, unless it is so.
    pub(crate) fn require(mut self, is_so: bool, misuse: impl FnOnce() -> ApiMisuse) -> Self {
        if !is_so {
            self.misuse.get_or_insert_with(misuse);
        }
        self
    }

    /// Refuses a text the command would take for a word of its own.
    pub(crate) fn reserve(self, what: &'static str, text: &str, words: &[&str]) -> Self {
        let is_free = !words.iter().any(|word| text.eq_ignore_ascii_case(word));
        let why = "is a word the command knows, and would be taken for it";
        self.require(is_free, || ApiMisuse::Invalid { what, value: text.to_owned(), why })
    }

    pub(crate) fn put(mut self, checked: Result<(), ApiMisuse>, text: &str) -> Self {
        if let Err(misuse) = checked {
            self.misuse.get_or_insert(misuse);
        }
        self.text.push(' ');
        self.text.push_str(text);
        self.has_arguments = true;
        self
    }

    pub(crate) fn finish(self) -> Result<String, ApiMisuse> {
        match self.misuse {
            Some(misuse) => Err(misuse),
            None => Ok(self.text),
        }
    }
}

/// Refuses what does not reach its place as one word that is cut off at a blank.
pub(crate) fn check_bare(what: &'static str, text: &str) -> Result<(), ApiMisuse> {
    check_not_empty(what, text.as_bytes())?;
    check_line(what, text.as_bytes())?;
    if text.contains([' ', '\t', '\u{b}']) {
        let why = "holds a blank, which would end it";
        return Err(ApiMisuse::Invalid { what, value: text.to_owned(), why });
    }
    Ok(())
}

/// Refuses what would not get through as the end of a line: the switch takes the blanks off both ends
/// (`switch_strip_whitespace` in `switch_utils.c`).
pub(crate) fn check_rest(what: &'static str, text: &str) -> Result<(), ApiMisuse> {
    const BLANKS: [char; 3] = [' ', '\t', '\u{b}'];
    check_line(what, text.as_bytes())?;
    check_not_empty(what, text.as_bytes())?;
    if text.starts_with(BLANKS) || text.ends_with(BLANKS) {
        let why = "begins or ends with a blank, which the switch would take away";
        return Err(ApiMisuse::Invalid { what, value: text.to_owned(), why });
    }
    Ok(())
}

/// Refuses what would be cut off at one of these characters.
pub(crate) fn check_without(what: &'static str, text: &str, characters: &[char]) -> Result<(), ApiMisuse> {
    if text.contains(characters) {
        let why = "holds a character at which the command would cut it";
        return Err(ApiMisuse::Invalid { what, value: text.to_owned(), why });
    }
    Ok(())
}

fn check_no_nul(what: &'static str, text: &str) -> Result<(), ApiMisuse> {
    if text.contains('\0') {
        return Err(ApiMisuse::Unsendable { what, character: "NUL byte" });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialstring::tokenizer::separate;

    #[test]
    fn words_are_escaped_and_the_rest_is_not() {
        let line =
            Line::new("x").uuid("uuid", &"a-1".into()).word("text", "it's a\nb").rest("end", "c  d 'e");
        assert_eq!(line.finish().unwrap(), r"x a-1 it\'s\sa\nb c  d 'e");
        assert_eq!(Line::new("x").word("text", "^^;a").finish().unwrap(), "x ''^^;a");
        assert_eq!(Line::new("x").flag(false, "all").flag(true, "both").finish().unwrap(), "x both");
    }

    #[test]
    fn what_cannot_be_said_is_refused() {
        for bad in ["", "a\0"] {
            assert!(Line::new("x").word("it", bad).finish().is_err(), "{bad:?}");
        }
        for bad in ["", "a b", "a\tb", "a\nb", "a\rb", "a\0"] {
            assert!(Line::new("x").bare("it", bad).finish().is_err(), "{bad:?}");
            assert!(Line::new("x").plain("it", bad).finish().is_err(), "{bad:?}");
        }
        for bad in ["", " a", "a ", "a\t", "\u{b}a", "a\nb", "a\rb", "a\0"] {
            assert!(Line::new("x").rest("it", bad).finish().is_err(), "{bad:?}");
        }
        for bad in ["", "a b", "a'b", "a\\b", "^^a", "a\n"] {
            assert!(Line::new("x").uuid("it", &bad.into()).finish().is_err(), "{bad:?}");
        }
        assert!(Line::new("x").plain("it", "a'b").finish().is_err());
        assert!(Line::new("x").reserve("it", "OFF", &["off"]).finish().is_err());
    }

    proptest::proptest! {
        /// What goes in as words comes out of the switch's tokenizer.
        #[test]
        fn words_come_back(words in proptest::collection::vec("[^\0]{1,12}", 1..5)) {
            let line = words.iter().fold(Line::new("x"), |line, word| line.word("it", word)).finish().unwrap();
            let arguments = line.strip_prefix("x ").unwrap();
            // As the core hands them over.
            let arguments = arguments.trim_matches([' ', '\t', '\r', '\n', '\u{b}']);
            let read = separate(arguments.as_bytes(), b' ', 10).unwrap();
            let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
            proptest::prop_assert_eq!(read, words);
        }
    }
}
