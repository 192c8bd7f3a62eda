//! What a client says: commands, checked before they can reach the wire.
//!
//! The wire has no escape for a line break or NUL in a command or a header, so an argument that holds one is
//! refused here. A command is one packet: its line, its headers, an empty line, and a body where there is one.

mod api;
mod auth;
mod events;
mod filter;
mod log;
mod myevents;
mod raw;
mod sendevent;
mod sendmsg;
mod session;
mod shown;

use std::borrow::Cow;
use std::fmt;

use memchr::{memchr_iter, memchr3};

use crate::error::ApiMisuse;

pub use api::MOST_JOB_UUID;
pub use sendmsg::{Execute, SendMsg, Transport, Unicast};

/// The most bytes of command and headers the switch collects before it takes what it has for a whole packet
/// (`read_packet` in `mod_event_socket.c`).
const MOST_PACKET: usize = 10_485_760;
/// The longest body the switch takes.
const MOST_BODY: usize = 16_777_216;

/// What a command is about, as far as the connection must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CommandKind {
    /// `auth` and `userauth`: never shown.
    Auth,
    /// `api`
    Api,
    /// `bgapi`
    BgApi,
    /// `event`, `nixevent`, `noevents`
    Events,
    /// `filter`
    Filter,
    /// `sendevent`
    SendEvent,
    /// `sendmsg`
    SendMsg,
    /// `log`, `nolog`
    Log,
    /// `myevents`
    MyEvents,
    /// `divert_events`
    DivertEvents,
    /// `getvar`: its reply is a value, whatever it looks like.
    GetVar,
    /// `connect`: its reply is a whole channel, in a form of its own.
    Connect,
    /// `linger`, `nolinger`
    Linger,
    /// `resume`
    Resume,
    /// `exit`: the switch closes after its reply.
    Exit,
    /// Any other.
    Other,
}

impl CommandKind {
    /// FreeSWITCH's word for it, the first where there are several; `other` for any other.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Api => "api",
            Self::BgApi => "bgapi",
            Self::Events => "event",
            Self::Filter => "filter",
            Self::SendEvent => "sendevent",
            Self::SendMsg => "sendmsg",
            Self::Log => "log",
            Self::MyEvents => "myevents",
            Self::DivertEvents => "divert_events",
            Self::GetVar => "getvar",
            Self::Connect => "connect",
            Self::Linger => "linger",
            Self::Resume => "resume",
            Self::Exit => "exit",
            Self::Other => "other",
        }
    }
}

/// One command, encoded and known to be one packet. Made by the functions named after FreeSWITCH's verbs.
#[derive(Clone, PartialEq, Eq)]
pub struct Command {
    wire: Vec<u8>,
    kind: CommandKind,
}

impl Command {
    /// `head` is the command's line and headers with the line break of the last, without the empty line.
    fn new(kind: CommandKind, head: Vec<u8>, body: Option<&[u8]>) -> Result<Self, ApiMisuse> {
        let mut wire = head;
        match body {
            Some(body) => {
                check_body(body)?;
                wire.extend_from_slice(format!("Content-Length: {}\n\n", body.len()).as_bytes());
            }
            None => wire.push(b'\n'),
        }
        // The empty line counts, too.
        if wire.len() > MOST_PACKET {
            return Err(ApiMisuse::TooLong { what: "the command", len: wire.len(), limit: MOST_PACKET });
        }
        wire.extend_from_slice(body.unwrap_or_default());
        Ok(Self { wire, kind })
    }

    /// A line without headers.
    fn line(kind: CommandKind, line: &str) -> Result<Self, ApiMisuse> {
        Self::concat(kind, &[line])
    }

    /// The same from its parts.
    fn concat(kind: CommandKind, parts: &[&str]) -> Result<Self, ApiMisuse> {
        let mut head = Vec::with_capacity(parts.iter().map(|part| part.len()).sum::<usize>() + 2);
        parts.iter().for_each(|part| head.extend_from_slice(part.as_bytes()));
        head.push(b'\n');
        Self::new(kind, head, None)
    }

    /// The bytes to send.
    #[must_use]
    pub fn wire(&self) -> &[u8] {
        &self.wire
    }

    /// The bytes to send.
    #[must_use]
    pub fn into_wire(self) -> Vec<u8> {
        self.wire
    }

    /// What it is about.
    #[must_use]
    pub fn kind(&self) -> CommandKind {
        self.kind
    }

    /// The command, fit to be logged: as much of its line as may be [shown](Self::shown), and none of its headers.
    #[must_use]
    pub fn describe(&self) -> Cow<'_, str> {
        let line = self.wire.split(|b| *b == b'\n').next().unwrap_or_default();
        match String::from_utf8_lossy(line) {
            Cow::Borrowed(line) => Self::shown_as(self.kind, line),
            Cow::Owned(line) => Cow::Owned(Self::shown_as(self.kind, &line).into_owned()),
        }
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Command").field(&self.describe()).finish()
    }
}

/// Refuses what would end a line, or the command, early.
pub(crate) fn check_line(what: &'static str, text: &[u8]) -> Result<(), ApiMisuse> {
    let Some(at) = memchr3(b'\n', b'\r', 0, text) else {
        return Ok(());
    };
    let character = match text.get(at) {
        Some(b'\n') => "line feed",
        Some(b'\r') => "carriage return",
        _ => "NUL byte",
    };
    Err(ApiMisuse::Unsendable { what, character })
}

pub(crate) fn check_not_empty(what: &'static str, text: &[u8]) -> Result<(), ApiMisuse> {
    if text.is_empty() { Err(ApiMisuse::Empty { what }) } else { Ok(()) }
}

fn check_body(body: &[u8]) -> Result<(), ApiMisuse> {
    if body.len() > MOST_BODY {
        return Err(ApiMisuse::TooLong { what: "the body", len: body.len(), limit: MOST_BODY });
    }
    if body.contains(&0) {
        return Err(ApiMisuse::Unsendable { what: "the body", character: "NUL byte" });
    }
    Ok(())
}

/// Refuses a name the switch would read as something else (`switch_event_add_header` in `switch_event.c`).
fn check_header_name(name: &[u8]) -> Result<(), ApiMisuse> {
    let what = "a header's name";
    check_line(what, name)?;
    check_not_empty(what, name)?;
    let refuse =
        |why| Err(ApiMisuse::Invalid { what, value: String::from_utf8_lossy(name).into_owned(), why });
    if name.contains(&b':') {
        refuse("holds a colon, which would end it")
    } else if name.contains(&b'[') {
        refuse("holds a `[`, which makes the switch assign an array element")
    } else if name == b"_body" {
        refuse("would set the body")
    } else {
        Ok(())
    }
}

/// Refuses a value that would break the packet or vanish.
fn check_header_value(value: &[u8]) -> Result<(), ApiMisuse> {
    let what = "a header's value";
    check_line(what, value)?;
    // The switch would delete earlier headers of that name and add none; or add an array of nothing.
    if value.is_empty() || value == b"ARRAY::" {
        return Err(ApiMisuse::Empty { what });
    }
    let refuse =
        |why| Err(ApiMisuse::Invalid { what, value: String::from_utf8_lossy(value).into_owned(), why });
    if value.starts_with(b" ") {
        return refuse("begins with a blank, which the switch would drop");
    }
    // An array of one is that one, without the word.
    if value.starts_with(b"ARRAY::") && !value.windows(2).any(|pair| pair == b"|:") {
        return refuse("begins with `ARRAY::`, which the switch would drop");
    }
    Ok(())
}

/// Refuses what would be taken for two words, or for none.
fn check_word(what: &'static str, word: &str) -> Result<(), ApiMisuse> {
    check_line(what, word.as_bytes())?;
    check_not_empty(what, word.as_bytes())?;
    if word.contains(' ') {
        return Err(ApiMisuse::Invalid { what, value: word.to_owned(), why: "is not one word" });
    }
    Ok(())
}

const MODULE: &[u8] = b"mod_event_socket";

/// Refuses what would make the switch reload its event socket. It looks for the words in the whole packet, so one
/// header may hold the one and another the other.
fn check_reload(what: &'static str, text: &[u8]) -> Result<(), ApiMisuse> {
    let has = |word: &[u8]| text.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word));
    // Its underscores are rarer than its letters, and say where it could be.
    let mut underscores = memchr_iter(b'_', text);
    let names_module = underscores.any(|at| {
        let start = at.saturating_sub(b"mod".len());
        text.get(start..start + MODULE.len()).is_some_and(|part| part.eq_ignore_ascii_case(MODULE))
    });
    if names_module && (has(b"reload") || has(b"unload")) {
        return Err(ApiMisuse::WouldReload { what });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_and_nul_are_refused_everywhere() {
        for bad in ["a\nb", "a\rb", "a\0b"] {
            let refusals = [
                Command::auth(bad),
                Command::userauth("u@d", bad),
                Command::userauth(&format!("{bad}@d"), "p"),
                Command::api(bad),
                Command::bgapi(bad, None),
                Command::bgapi("status", Some(&bad.into())),
                Command::filter(bad, "v"),
                Command::filter("h", bad),
                Command::filter_delete("h", Some(bad)),
                Command::event(crate::EventFormat::Plain, &crate::EventSet::new().with_subclass(bad)),
                Command::sendevent(
                    &crate::EventName::Notify,
                    &crate::EventBuilder::new().header("h", bad.as_bytes()),
                ),
                Command::getvar(bad),
                Command::myevents_of(&bad.into(), crate::EventFormat::Plain),
                Command::sendmsg(&SendMsg::hangup(bad)),
                Command::sendmsg(&SendMsg::nomedia(&bad.into())),
                Command::sendmsg(&SendMsg::xferext([(bad, "")])),
                Command::sendmsg(&SendMsg::xferext([("log", bad)])),
                Command::sendmsg(&SendMsg::execute(bad, "")),
                Command::sendmsg(&Execute::new("park", "").event_uuid(bad).into()),
                Command::sendmsg(&Execute::new("park", "").event_uuid_name(bad).into()),
                Command::sendmsg(&SendMsg::hangup("USER_BUSY").to(&bad.into())),
            ];
            for refusal in refusals {
                assert!(
                    matches!(refusal, Err(ApiMisuse::Unsendable { .. } | ApiMisuse::Invalid { .. })),
                    "{refusal:?}"
                );
            }
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let command = Command::auth("hunter2").unwrap();
        assert_eq!(format!("{command:?}"), "Command(\"auth [redacted]\")");
        for text in [
            "auth hunter2",
            "AUTH hunter2",
            "userauth a@b:hunter2",
            "api originate {sip_auth_password=hunter2}null/1 &park",
            "bgapi uuid_setvar ca11 pin hunter2\nJob-UUID: 1",
            "sendmsg\ncall-command: execute\nexecute-app-name: set\nexecute-app-arg: pin=hunter2",
            "sendevent NOTIFY\npassword: hunter2",
            "whatever hunter2",
        ] {
            assert!(!format!("{:?}", Command::raw(text).unwrap()).contains("hunter2"));
        }
        let refused = Command::raw("auth hunter2\n\nevent plain ALL").unwrap_err();
        assert!(!format!("{refused} {refused:?}").contains("hunter2"));
    }
}
