//! Getting in: the greeting, `auth` or `userauth`, and what the answer allows.

use std::fmt;
use std::time::Instant;

use bytes::{Bytes, BytesMut};

use super::{CloseReason, Connection, Output, Permissions, State};
use crate::command::Command;
use crate::error::{ApiMisuse, SwitchMisbehaved};
use crate::frame::{EXCERPT, excerpt};
use crate::header::{Encoding, Headers};
use crate::message::Message;
use crate::reply::CommandReply;

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<str>);

impl Secret {
    /// The text.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl<T: Into<Box<str>>> From<T> for Secret {
    fn from(secret: T) -> Self {
        Self(secret.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Who we are to the switch.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credentials {
    /// The password of `event_socket.conf.xml`.
    Password(Secret),
    /// A user of the directory.
    User {
        /// `name@domain`
        user: String,
        /// Its `esl-password`.
        password: Secret,
    },
}

impl Credentials {
    /// The command that says so.
    ///
    /// # Errors
    ///
    /// As [`Command::auth`] and [`Command::userauth`].
    pub fn command(&self) -> Result<Command, ApiMisuse> {
        match self {
            Self::Password(password) => Command::auth(password.reveal()),
            Self::User { user, password } => Command::userauth(user, password.reveal()),
        }
    }
}

impl Connection {
    /// Takes the first message, which must be a greeting (where we have dialled, `auth/request`; where the switch has, the
    /// answer to `connect`) or a refusal. False where there is none yet, or it is
    /// neither and the connection has ended.
    pub(super) fn greet(&mut self, input: &mut BytesMut, now: Instant) -> bool {
        // Of one byte more it is seen that there is more.
        let beginning = Bytes::copy_from_slice(input.get(..input.len().min(EXCERPT + 1)).unwrap_or_default());
        let stranger = || SwitchMisbehaved::NotASwitch { received: excerpt(&beginning) };
        if is_no_switch(input) {
            self.end(stranger().into(), now);
            return false;
        }
        match self.decoder.decode(input) {
            Ok(Some(message)) => self.on_greeting(message, stranger, now),
            Ok(None) => return false,
            Err(misbehaved) => self.end(misbehaved.into(), now),
        }
        true
    }

    fn on_greeting(&mut self, message: Message, stranger: impl FnOnce() -> SwitchMisbehaved, now: Instant) {
        match message {
            Message::AuthRequest if matches!(self.state, State::Greeting { .. }) => self.authenticate(now),
            Message::CommandReply(reply) if matches!(self.state, State::Meeting { .. }) => {
                if !self.meet(reply, now) {
                    self.end(stranger().into(), now);
                }
            }
            // A call may be gone before we ask for it.
            message @ (Message::RudeRejection(_) | Message::DisconnectNotice(_)) => {
                self.on_message(message, now)
            }
            _ => self.end(stranger().into(), now),
        }
    }

    /// Takes a message that another decoder has read: as [`handle_input`](Self::handle_input) takes the bytes of one.
    pub fn handle_message(&mut self, message: Message, now: Instant) {
        self.on_sign_of_life(now);
        match (&self.state, message) {
            (State::Closed(_) | State::Broken(_), _) => {}
            (State::Greeting { .. } | State::Meeting { .. }, message) => {
                let stranger = || SwitchMisbehaved::NotASwitch { received: String::new() };
                self.on_greeting(message, stranger, now);
            }
            (_, Message::Event(event)) => {
                self.end_job(&event);
                self.outputs.push_back(Output::Event(event));
            }
            (_, message) => self.on_message(message, now),
        }
    }

    fn authenticate(&mut self, now: Instant) {
        let command = match self.config.credentials.command() {
            Ok(command) => command,
            // Refused where they were configured; nothing to send is the same as wrong.
            Err(misuse) => {
                return self
                    .end(CloseReason::AuthRejected { text: misuse.to_string(), user: self.has_user() }, now);
            }
        };
        self.offered += u64::try_from(command.wire().len()).unwrap_or(u64::MAX);
        self.out.extend_from_slice(command.wire());
        self.state = State::Authenticating { deadline: now.checked_add(self.config.auth_timeout) };
    }

    pub(super) fn on_auth_reply(&mut self, reply: &CommandReply, cut: bool, now: Instant) {
        if reply.is_ok() {
            self.state = State::Ready;
            self.outputs.push_back(Output::Ready(Permissions::from_reply(reply, cut)));
            self.on_session(now);
        } else {
            let text = reply.text().into_owned();
            self.end(CloseReason::AuthRejected { text, user: self.has_user() }, now);
        }
    }

    fn has_user(&self) -> bool {
        matches!(self.config.credentials, Credentials::User { .. })
    }
}

/// A reply to `userauth` that the switch cut at 511 bytes, empty line and all: it is recognised by its length,
/// and by what follows it: nothing, since we have said nothing more, or the notice that all is over. (`parse_command`
/// writes it into 512 bytes; the first of them, `~`, is not sent, and the Content-Type is.)
pub(super) fn cut_reply(input: &mut BytesMut) -> Option<CommandReply> {
    const TYPE: &[u8] = b"Content-Type: command/reply\n";
    const ACCEPTED: &[u8] = b"Reply-Text: +OK accepted\nAllowed-";
    const CUT: usize = TYPE.len() + 510;
    let whole = input.get(..CUT)?;
    let text = whole.strip_prefix(TYPE)?;
    if !text.starts_with(ACCEPTED) || text.windows(2).any(|pair| pair == b"\n\n") {
        return None;
    }
    // A switch with more room for its replies would go on in the middle of the line.
    let next = input.get(CUT..).unwrap_or_default();
    if !next.starts_with(b"Content-") && !next.is_empty() {
        return None;
    }
    let raw: Bytes = input.split_to(CUT).freeze();
    Some(CommandReply::from_headers(Headers::from_lines(raw, Encoding::Raw)))
}

/// Whether the first bytes of a connection cannot be a greeting: a line without a colon, or bytes no header has.
fn is_no_switch(input: &[u8]) -> bool {
    let input = input.trim_ascii_start();
    let line = input.split(|b| *b == b'\n').next().unwrap_or_default();
    let ended = line.len() < input.len();
    let odd = line.iter().any(|b| *b < 0x20 && !matches!(b, b'\r' | b'\t'));
    odd || (ended && !line.contains(&b':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_a_switch_from_others() {
        for other in [
            &b"SSH-2.0-OpenSSH_9.2\r\n"[..],
            b"220 mail.example.com ESMTP\r\n",
            b"Asterisk Call Manager/5.0\r\n",
            b"J\0\0\0\n5.5.5",
            b"\x15\x03\x01\0\x02",
        ] {
            assert!(is_no_switch(other), "{}", other.escape_ascii());
        }
        for maybe in
            [&b""[..], b"Cont", b"Content-Type: auth/request", b"Content-Type: auth/request\n", b"\n"]
        {
            assert!(!is_no_switch(maybe), "{}", maybe.escape_ascii());
        }
    }

    #[test]
    fn a_cut_reply_is_known_by_its_length() {
        let text = format!(
            "Reply-Text: +OK accepted\nAllowed-Events: all\nAllowed-API: {}\n",
            "status ".repeat(100)
        );
        let wire = format!("Content-Type: command/reply\n{}", &text[..510]);
        assert!(cut_reply(&mut BytesMut::from(&wire.as_bytes()[..537])).is_none());
        let mut input = BytesMut::from(wire.as_bytes());
        let reply = cut_reply(&mut input).unwrap();
        assert_eq!(reply.text(), "+OK accepted");
        assert!(input.is_empty());
        // A whole one of exactly that length is left to the decoder, as is one that goes on.
        let whole = format!("Content-Type: command/reply\n{}\n\n", &text[..508]);
        assert!(cut_reply(&mut BytesMut::from(whole.as_bytes())).is_none());
        let longer = format!("Content-Type: command/reply\n{text}Allowed-LOG: true\n\n");
        assert!(cut_reply(&mut BytesMut::from(longer.as_bytes())).is_none());
        // The notice may come behind it.
        let mut input = BytesMut::from(format!("{wire}Content-Type: text/disconnect-notice\n\n").as_bytes());
        assert!(cut_reply(&mut input).is_some());
        assert!(input.starts_with(b"Content-Type: text/disconnect-notice"));
    }
}
