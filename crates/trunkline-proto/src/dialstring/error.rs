//! What cannot be said to the switch, and why.

/// Something that cannot be written as a dial string, a variable or an argument, or cannot be read as one. Nothing
/// is ever cut, dropped or altered to make it fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DialStringError {
    /// A text that must not be empty is. The switch drops a variable without a value (`switch_event.c`).
    #[error("{what} is empty")]
    Empty {
        /// What is.
        what: &'static str,
    },
    /// A character outside the list that is known to reach its place unharmed.
    #[error(
        "{what} \"{text}\" holds {character:?}, which is not among the characters allowed there ({allowed})"
    )]
    Character {
        /// What holds it.
        what: &'static str,
        /// The text.
        text: String,
        /// The character.
        character: char,
        /// The signs allowed.
        allowed: &'static str,
    },
    /// A character that has no escape here.
    #[error("{what} holds {character:?}, which cannot be escaped there: {why}")]
    Unsayable {
        /// What holds it.
        what: &'static str,
        /// The character.
        character: char,
        /// What the switch would do.
        why: &'static str,
    },
    /// A text the switch takes for something else.
    #[error("{what} \"{text}\" {why}")]
    Reserved {
        /// What it was to be.
        what: &'static str,
        /// The text.
        text: String,
        /// What the switch takes it for.
        why: &'static str,
    },
    /// `${`, or `$`, backslashes and `{`: the switch runs what stands in it as an API command, or refuses the
    /// variable (`switch_channel_expand_variables_check` in `switch_channel.c`).
    #[error(
        "{what} holds \"${{\" (or `$`, backslashes and a `{{`), which the switch would expand, running commands named in it"
    )]
    Expansion {
        /// What holds it.
        what: &'static str,
    },
    /// The block of variables would end too early or never: the switch counts brackets of the block's own kind and
    /// knows no escape for them (`switch_find_end_paren` in `switch_utils.c`).
    #[error(
        "{what} has unbalanced {open}{close}, which would end the {open}{close} block it stands in at the wrong place; \
         another kind of block or `uuid_setvar` can carry it"
    )]
    Unbalanced {
        /// What has them.
        what: &'static str,
        /// The opening one.
        open: char,
        /// The closing one.
        close: char,
    },
    /// More than the switch has room for; the rest would be taken for part of the last.
    #[error("{count} {what} are more than the {limit} the switch takes")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A time that is no whole number of seconds from 1 to 2147483647.
    #[error("a timeout is a whole number of seconds from 1 to 2147483647")]
    Timeout,
    /// A text that the switch could not read, or that means what these types cannot hold.
    #[error("cannot read {what}: {why}")]
    Unreadable {
        /// What it was to be.
        what: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
}

/// Refuses what is empty.
pub(super) fn check_not_empty(what: &'static str, text: &str) -> Result<(), DialStringError> {
    if text.is_empty() { Err(DialStringError::Empty { what }) } else { Ok(()) }
}

/// Refuses NUL, which ends any string in the switch.
pub(super) fn check_no_nul(what: &'static str, text: &str) -> Result<(), DialStringError> {
    check_without(what, text, '\0', "it ends the text")
}

/// Refuses one character.
pub(super) fn check_without(
    what: &'static str,
    text: &str,
    character: char,
    why: &'static str,
) -> Result<(), DialStringError> {
    if text.contains(character) {
        return Err(DialStringError::Unsayable { what, character, why });
    }
    Ok(())
}

/// Refuses characters that are neither ASCII letters and digits nor among `others`; and the empty text.
pub(super) fn check_characters(
    what: &'static str,
    text: &str,
    others: &'static str,
) -> Result<(), DialStringError> {
    check_not_empty(what, text)?;
    let is_allowed = |c: &char| c.is_ascii_alphanumeric() || others.contains(*c);
    match text.chars().find(|c| !is_allowed(c)) {
        Some(character) => {
            Err(DialStringError::Character { what, text: text.to_owned(), character, allowed: others })
        }
        None => Ok(()),
    }
}

/// The signs a number, a user, a domain, a gateway may hold.
pub(super) const NUMBER: &str = "+*#._-";
