//! Anything else, as long as it is one packet.

use super::{Command, CommandKind};
use crate::error::ApiMisuse;

impl Command {
    /// A command as it is to be sent, with headers on lines of their own if it has any. The empty line at the
    /// end is added. What it says is not looked at: `reload mod_event_socket` anywhere in it will do so.
    ///
    /// # Errors
    ///
    /// Refused if it would break framing: an empty line within it, a carriage return or NUL, or a
    /// Content-Length, whose body is for [`raw_with_body`](Self::raw_with_body) to add.
    pub fn raw(text: &str) -> Result<Self, ApiMisuse> {
        let text = checked(text)?;
        Self::line(kind_of(text), text)
    }

    /// As [`raw`](Self::raw), with a body; its Content-Length is added.
    ///
    /// # Errors
    ///
    /// As [`raw`](Self::raw); a NUL in the body, which would end it; a body over 16 MiB.
    pub fn raw_with_body(text: &str, body: &[u8]) -> Result<Self, ApiMisuse> {
        let text = checked(text)?;
        Self::new(kind_of(text), format!("{text}\n").into_bytes(), Some(body))
    }
}

fn checked(text: &str) -> Result<&str, ApiMisuse> {
    let what = "the command";
    let text = text.trim_matches('\n');
    if text.is_empty() {
        return Err(ApiMisuse::Empty { what });
    }
    if text.contains("\n\n") {
        let value = Command::shown(text.lines().next().unwrap_or_default()).into_owned();
        return Err(ApiMisuse::Invalid { what, value, why: "holds an empty line, which would end it early" });
    }
    if text.contains('\r') {
        return Err(ApiMisuse::Unsendable { what, character: "carriage return" });
    }
    if text.contains('\0') {
        return Err(ApiMisuse::Unsendable { what, character: "NUL byte" });
    }
    let has_length = |line: &str| {
        line.split_once(':').is_some_and(|(name, _)| name.eq_ignore_ascii_case("Content-Length"))
    };
    if text.lines().skip(1).any(has_length) {
        let why = "would make the switch wait for a body";
        return Err(ApiMisuse::Invalid { what: "the header", value: "Content-Length".to_owned(), why });
    }
    Ok(text)
}

/// By prefix, without case, as the switch takes it.
pub(super) fn kind_of(text: &str) -> CommandKind {
    const PREFIXES: [(&str, CommandKind); 21] = [
        ("exit", CommandKind::Exit),
        ("...", CommandKind::Exit),
        ("auth ", CommandKind::Auth),
        ("userauth ", CommandKind::Auth),
        ("filter ", CommandKind::Filter),
        ("resume", CommandKind::Resume),
        ("connect", CommandKind::Connect),
        ("getvar", CommandKind::GetVar),
        ("myevents", CommandKind::MyEvents),
        ("divert_events", CommandKind::DivertEvents),
        ("sendmsg", CommandKind::SendMsg),
        ("sendevent", CommandKind::SendEvent),
        ("api ", CommandKind::Api),
        ("bgapi ", CommandKind::BgApi),
        ("log", CommandKind::Log),
        ("linger", CommandKind::Linger),
        ("nolinger", CommandKind::Linger),
        ("nolog", CommandKind::Log),
        ("event", CommandKind::Events),
        ("nixevent", CommandKind::Events),
        ("noevents", CommandKind::Events),
    ];
    PREFIXES
        .iter()
        .find(|(prefix, _)| text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)))
        .map_or(CommandKind::Other, |(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_packet_or_refused() {
        assert_eq!(Command::raw("\nsendmsg x\nA: b\n\n").unwrap().wire(), b"sendmsg x\nA: b\n\n");
        for bad in ["", "\n\n", "a\n\nb", "a\rb", "a\0b", "a\nContent-length: 5"] {
            assert!(Command::raw(bad).is_err(), "{bad:?}");
        }
        assert_eq!(
            Command::raw_with_body("sendevent NOTIFY", "hé\n".as_bytes()).unwrap().wire(),
            "sendevent NOTIFY\nContent-Length: 4\n\nhé\n".as_bytes()
        );
        assert!(Command::raw_with_body("sendevent NOTIFY", b"\0").is_err());
    }

    #[test]
    fn a_body_has_a_limit_of_its_own() {
        let body = vec![b'x'; 16_777_216];
        assert!(Command::raw_with_body("sendevent NOTIFY", &body).is_ok());
        let too_long = Command::raw_with_body("sendevent NOTIFY", &[&body[..], b"x"].concat());
        assert!(matches!(too_long, Err(ApiMisuse::TooLong { what: "the body", .. })), "{too_long:?}");
        // The last of the two line breaks may be the last byte the switch collects.
        assert!(Command::raw(&"x".repeat(10_485_758)).is_ok());
        assert!(matches!(Command::raw(&"x".repeat(10_485_759)), Err(ApiMisuse::TooLong { .. })));
    }

    #[test]
    fn knows_what_it_is_about() {
        assert_eq!(Command::raw("exiting").unwrap().kind(), CommandKind::Exit);
        assert_eq!(Command::raw("API status").unwrap().kind(), CommandKind::Api);
        assert_eq!(Command::raw("linger 3").unwrap().kind(), Command::linger(Some(3)).kind());
        assert_eq!(Command::raw("Nolinger").unwrap().kind(), Command::nolinger().kind());
        assert_eq!(Command::raw("getvar x").unwrap().kind(), Command::getvar("x").unwrap().kind());
        assert_eq!(Command::raw("connecting").unwrap().kind(), Command::connect().kind());
        assert_eq!(Command::raw("resume").unwrap().kind(), Command::resume().kind());
        assert_eq!(Command::raw("divert_events on").unwrap().kind(), Command::divert_events(true).kind());
        assert_eq!(Command::raw("sendmsg").unwrap().kind(), CommandKind::SendMsg);
        assert_eq!(Command::raw("myevents").unwrap().kind(), CommandKind::MyEvents);
        assert_eq!(Command::raw("nosuch").unwrap().kind(), CommandKind::Other);
        assert_eq!(Command::raw("nolog").unwrap().kind(), Command::nolog().kind());
        assert_eq!(Command::raw("NOEVENTS").unwrap().kind(), Command::noevents().kind());
        assert_eq!(Command::raw("é").unwrap().kind(), CommandKind::Other);
    }
}
