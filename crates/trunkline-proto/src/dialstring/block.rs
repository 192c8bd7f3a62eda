//! Blocks of variables: `{…}`, `<…>`, `[…]`.
//!
//! Read by `switch_event_create_brackets` in `switch_event.c`: the closing bracket by counting, then a pass of the
//! tokenizer for the separator and one for `=`.

use super::error::{DialStringError, check_without};
use super::tokenizer::{after, before, escape, find_close, separate};
use super::variables::{VALUE, Variables};

/// The kinds of block, by what they are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    /// `<…>`: all legs of all groups
    Ultra,
    /// `{…}`: all legs of the group
    Group,
    /// `[…]`: one leg
    Leg,
}

/// The most variables in one block (`var_array` in `switch_event_create_brackets`).
const MOST_VARIABLES: usize = 1024;

impl Block {
    pub(super) fn open(self) -> u8 {
        match self {
            Self::Ultra => b'<',
            Self::Group => b'{',
            Self::Leg => b'[',
        }
    }

    pub(super) fn close(self) -> u8 {
        match self {
            Self::Ultra => b'>',
            Self::Group => b'}',
            Self::Leg => b']',
        }
    }

    /// Sets a variable that is to stand in such a block.
    pub(super) fn set(
        self,
        variables: &mut Variables,
        name: &str,
        value: &str,
    ) -> Result<(), DialStringError> {
        let (open, close) = (char::from(self.open()), char::from(self.close()));
        if !is_balanced(value, open, close) {
            return Err(DialStringError::Unbalanced { what: VALUE, open, close });
        }
        if self == Self::Leg {
            check_without("a leg's variable", value, '\u{1}', "the switch makes a comma of it")?;
        }
        variables.set(name, value)?;
        if variables.len() > MOST_VARIABLES {
            let (what, count, limit) = ("variables in a block", variables.len(), MOST_VARIABLES);
            return Err(DialStringError::TooMany { what, count, limit });
        }
        Ok(())
    }

    /// Writes the block as it is to stand in a dial string; nothing for no variables.
    pub(super) fn write(self, variables: &Variables, out: &mut String) {
        if variables.is_empty() {
            return;
        }
        out.push(char::from(self.open()));
        // The commas of a `[…]` go through a scan that minds quotes wrongly, except after `^^`.
        let (begin, separator) = if self == Self::Leg { ("^^;", ';') } else { ("", ',') };
        out.push_str(begin);
        for (at, (name, value)) in variables.iter().enumerate() {
            if at > 0 {
                out.push(separator);
            }
            let mut value = escape(&escape(value, '='), separator);
            if self == Self::Leg {
                // It passes the two cuts that part the legs as well.
                value = escape(&escape(&value, ','), '|');
            }
            out.push_str(name);
            out.push('=');
            out.push_str(&hide_enterprise(&value));
        }
        out.push(char::from(self.close()));
    }

    /// Reads the blocks of this kind at the beginning, into `variables`; what follows them. The switch loses its way at
    /// `{a=1}{{`; here a name that begins with a bracket is refused as any.
    pub(super) fn read<'a>(
        self,
        mut text: &'a [u8],
        separator: u8,
        variables: &mut Variables,
    ) -> Result<&'a [u8], DialStringError> {
        while text.first() == Some(&self.open()) {
            let close = find_close(text, self.open(), self.close())
                .ok_or_else(|| unreadable("a block of variables is not closed"))?;
            self.read_content(after(before(text, close), 1), separator, variables)?;
            text = after(text, close + 1);
        }
        Ok(text)
    }

    fn read_content(
        self,
        content: &[u8],
        separator: u8,
        variables: &mut Variables,
    ) -> Result<(), DialStringError> {
        let (content, separator) = match content {
            [b'^', b'^', other, rest @ ..] => (rest, *other),
            [b'^', b'^'] => return Err(unreadable("a block ends where its separator should stand")),
            _ => (content, separator),
        };
        for token in separate(content, separator, MOST_VARIABLES).map_err(lone_backslash)? {
            if token.is_empty() {
                continue;
            }
            match separate(&token, b'=', 2).map_err(lone_backslash)?.as_slice() {
                [name, value] => self.set(variables, &text_of(name)?, &text_of(value)?)?,
                _ => return Err(unreadable("a variable has no value, so that the switch would drop it")),
            }
        }
        Ok(())
    }
}

pub(super) fn is_balanced(text: &str, open: char, close: char) -> bool {
    let mut depth = 0_usize;
    for c in text.chars() {
        if c == open {
            depth += 1;
        } else if c == close {
            match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            }
        }
    }
    depth == 0
}

/// Puts quotes into each `:_:`, at which the switch would cut, wherever it stands (`strstr` at the top of
/// `switch_ivr_originate`), and into one that what follows might complete; the next pass of the tokenizer takes them
/// away.
pub(super) fn hide_enterprise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut last = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '_' && last == Some(':') && chars.peek().is_none_or(|next| *next == ':') {
            out.push_str("'_'");
        } else {
            out.push(c);
        }
        last = Some(c);
    }
    out
}

pub(super) fn unreadable(why: &'static str) -> DialStringError {
    DialStringError::Unreadable { what: "a dial string", why }
}

pub(super) fn lone_backslash<E>(_: E) -> DialStringError {
    unreadable("it ends in a lone backslash, and the switch would read on behind its end")
}

pub(super) fn text_of(bytes: &[u8]) -> Result<String, DialStringError> {
    String::from_utf8(bytes.to_vec()).map_err(|_| unreadable("it is cut in the middle of a character"))
}
