//! Why the switch refuses a command.

use std::fmt;

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $words:literal,)*) => {
        /// Why the event socket refused a command: what follows `-ERR` in its reply, spelled as
        /// `mod_event_socket.c` spells it. What an `api` command printed is none, whatever it says.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Refusal {
            $($(#[$doc])* $name,)*
            /// `invalid session id [UUID]`: `sendmsg` to a channel that does not exist, or to none on a connection that is
            /// bound to none.
            InvalidSessionId(Box<str>),
            /// Words this version does not know.
            Other(Box<str>),
        }

        impl Refusal {
            /// Those that are always in the same words.
            pub const KNOWN: &[Self] = &[$(Self::$name,)*];

            fn fixed(&self) -> Option<&'static str> {
                match self {
                    $(Self::$name => Some($words),)*
                    Self::InvalidSessionId(_) | Self::Other(_) => None,
                }
            }
        }
    };
}

refusals! {
    /// A command the switch does not know; one that a connection bound to no channel, or an outbound one
    /// without `full`, does not have; a variable that is not set, for `getvar`.
    CommandNotFound = "command not found",
    /// A restricted user may not: the api command, the event, the log.
    PermissionDenied = "permission denied",
    /// The password is wrong, or the user; the connection ends.
    InvalidCredentials = "invalid",
    /// No event the switch knows was named by `event` or `nixevent`.
    NoKeywordsSupplied = "no keywords supplied",
    /// `noevents` where none were subscribed.
    NotListeningForEvents = "not listening for events",
    /// A `filter` without header or value.
    InvalidSyntax = "invalid syntax",
    /// `log` with a level that is none.
    InvalidLogLevel = "invalid log level",
    /// `nolog` where nothing was logged.
    NotLogging = "not loging",
    /// `myevents` the second time.
    AlreadyEnabled = "aready enabled.",
    /// `myevents` of a channel that does not exist.
    InvalidUuid = "invalid uuid",
    /// `linger` or `nolinger` on a connection that is bound to no channel.
    NotControllingASession = "not controlling a session",
    /// `divert_events` on a connection that is bound to no channel; here with a full stop.
    NotControllingASessionToDivert = "not controlling a session.",
    /// `divert_events` without `on` or `off`.
    MissingValue = "missing value.",
    /// The switch is out of memory.
    MemoryError = "memory error",
    /// A packet without a command.
    CommandParseError = "command parse error.",
}

impl Refusal {
    /// Whether the connection lacks the channel that the command is about. (`connect`, `resume` and `getvar` say
    /// [`CommandNotFound`](Self::CommandNotFound) of that.)
    #[must_use]
    pub fn is_without_session(&self) -> bool {
        match self {
            Self::NotControllingASession | Self::NotControllingASessionToDivert => true,
            Self::InvalidSessionId(uuid) => uuid.is_empty(),
            _ => false,
        }
    }
}

/// Reads what follows `-ERR `.
impl From<&str> for Refusal {
    fn from(words: &str) -> Self {
        if let Some(known) = Self::KNOWN.iter().find(|known| known.fixed() == Some(words)) {
            return known.clone();
        }
        match words.strip_prefix("invalid session id [") {
            // A long one is cut at 511 bytes, and has no bracket.
            Some(uuid) => Self::InvalidSessionId(uuid.strip_suffix(']').unwrap_or(uuid).into()),
            None => Self::Other(words.into()),
        }
    }
}

/// The switch's words.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidSessionId(uuid) => write!(f, "invalid session id [{uuid}]"),
            Self::Other(words) => f.write_str(words),
            known => f.write_str(known.fixed().unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_and_written() {
        for known in Refusal::KNOWN {
            assert_eq!(Refusal::from(&*known.to_string()), *known);
            assert!(!matches!(known, Refusal::Other(_)));
        }
        for (words, refusal) in [
            ("invalid session id [x]", Refusal::InvalidSessionId("x".into())),
            ("invalid session id []", Refusal::InvalidSessionId("".into())),
            ("invalid session id [a]b]", Refusal::InvalidSessionId("a]b".into())),
            ("Permission denied", Refusal::Other("Permission denied".into())),
            ("", Refusal::Other("".into())),
        ] {
            assert_eq!(Refusal::from(words), refusal);
            assert_eq!(refusal.to_string(), words);
        }
    }

    #[test]
    fn without_a_session() {
        for (words, is) in [
            ("not controlling a session", true),
            ("not controlling a session.", true),
            ("invalid session id []", true),
            ("invalid session id [x]", false),
            ("command not found", false),
        ] {
            assert_eq!(Refusal::from(words).is_without_session(), is, "{words}");
        }
    }
}
