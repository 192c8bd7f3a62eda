//! Commands of a connection that is bound to a channel, and `exit`.

use super::{Command, CommandKind, check_line, check_not_empty, check_reload};
use crate::error::ApiMisuse;

impl Command {
    /// `exit`: leave.
    ///
    /// Reply: `+OK bye`; then, when the background jobs of this connection have ended, a disconnect notice and
    /// the end.
    #[must_use]
    pub fn exit() -> Self {
        Self::word(CommandKind::Exit, "exit")
    }

    /// `connect`: the channel as it is now, with all its variables. An outbound connection begins with it; it may be
    /// said again, for a fresh picture.
    ///
    /// Reply: the headers of a CHANNEL_DATA event, percent-encoded, and among them `Content-Type: command/reply`
    /// and `Reply-Text: +OK`; `-ERR command not found` on a connection bound to no channel.
    #[must_use]
    pub fn connect() -> Self {
        Self::word(CommandKind::Connect, "connect")
    }

    /// `linger`: keep the connection when its channel hangs up, for so many seconds or until we leave. With a number
    /// it ends more than that many and at most one second more after the hangup. (Over 2,147,483,647, the most the
    /// switch reads, counts as that.)
    ///
    /// Reply: `+OK will linger` or `+OK will linger 30 seconds`; `-ERR not controlling a session` on a connection
    /// bound to no channel; `-ERR command not found` on an outbound one without `full`.
    #[must_use]
    pub fn linger(seconds: Option<u32>) -> Self {
        const MOST: u32 = i32::MAX.unsigned_abs();
        match seconds {
            Some(seconds) => Self::word(CommandKind::Linger, &format!("linger {}", seconds.min(MOST))),
            None => Self::word(CommandKind::Linger, "linger"),
        }
    }

    /// `nolinger`: take [`linger`](Self::linger) back.
    ///
    /// Reply: `+OK will not linger`, or a refusal as for `linger`.
    #[must_use]
    pub fn nolinger() -> Self {
        Self::word(CommandKind::Linger, "nolinger")
    }

    /// `resume`: have the call go on in its dialplan when the connection ends, even from the midst of an application.
    /// (It sets the channel's variable `socket_resume`.) On an outbound connection without `async` the call would not go
    /// on, and be left hanging: there it is refused before it is sent
    /// ([`ApiMisuse::NotAsync`](crate::ApiMisuse::NotAsync)).
    ///
    /// Reply: `+OK`, or `-ERR command not found` on a connection bound to no channel.
    #[must_use]
    pub fn resume() -> Self {
        Self::word(CommandKind::Resume, "resume")
    }

    /// `divert_events on` or `off`: have what the core queues to the channel (DTMF, detected speech, a `sendevent`
    /// with its Unique-ID) come to this connection, and to nobody else.
    ///
    /// Reply: `+OK events diverted` or `+OK events not diverted`; `-ERR not controlling a session.` on a connection
    /// bound to no channel.
    #[must_use]
    pub fn divert_events(on: bool) -> Self {
        let line = if on { "divert_events on" } else { "divert_events off" };
        Self::word(CommandKind::DivertEvents, line)
    }

    /// `getvar NAME`: a variable of the channel. **Not for a value that others can influence**: the switch writes it
    /// raw into the reply. A value that begins with `~` leaves the reply without an end, and one with a line
    /// `Content-Length: …` swallows what follows: a [`Connection`](crate::Connection) closes when it sees either. Other
    /// line breaks add headers to the reply, and with an empty line a value can forge the reply to the next command.
    /// `api uuid_getvar` has none of this.
    ///
    /// Reply: the value, cut at 511 bytes; `-ERR command not found` for one that is not set, and on a connection
    /// bound to no channel. A value may itself begin with `-ERR`.
    ///
    /// # Errors
    ///
    /// No name, or a line break or NUL in it; the words that would make the switch reload its event socket.
    pub fn getvar(name: &str) -> Result<Self, ApiMisuse> {
        let what = "the variable's name";
        check_line(what, name.as_bytes())?;
        check_not_empty(what, name.as_bytes())?;
        check_reload(what, name.as_bytes())?;
        Self::concat(CommandKind::GetVar, &["getvar ", name])
    }

    /// A line that is known to be one.
    pub(super) fn word(kind: CommandKind, line: &str) -> Self {
        Self { wire: [line.as_bytes(), b"\n\n"].concat(), kind }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes() {
        for (command, wire) in [
            (Command::exit(), "exit\n\n"),
            (Command::connect(), "connect\n\n"),
            (Command::linger(None), "linger\n\n"),
            (Command::linger(Some(0)), "linger 0\n\n"),
            (Command::linger(Some(30)), "linger 30\n\n"),
            // `atoi` would make it negative, and the connection end at once.
            (Command::linger(Some(u32::MAX)), "linger 2147483647\n\n"),
            (Command::nolinger(), "nolinger\n\n"),
            (Command::resume(), "resume\n\n"),
            (Command::divert_events(true), "divert_events on\n\n"),
            (Command::divert_events(false), "divert_events off\n\n"),
            (Command::getvar("caller id").unwrap(), "getvar caller id\n\n"),
        ] {
            assert_eq!(command.wire(), wire.as_bytes());
        }
    }

    #[test]
    fn refuses_names_that_are_none() {
        assert!(matches!(Command::getvar(""), Err(ApiMisuse::Empty { .. })));
        assert!(matches!(Command::getvar("reload mod_event_socket"), Err(ApiMisuse::WouldReload { .. })));
    }
}
