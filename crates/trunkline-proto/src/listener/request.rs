//! Which command a packet is taken for (`parse_command` in `mod_event_socket.c`): prefixes, without case, tried
//! in a fixed order. What follows a prefix is its argument, whatever it is.

use super::Packet;

/// What a connection may do at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Standing {
    /// It has given valid credentials; outbound connections always have.
    pub authenticated: bool,
    /// It is bound to a channel.
    pub has_session: bool,
    /// It was dialled by the switch without the word `full`.
    pub restricted: bool,
}

impl Standing {
    /// An inbound connection.
    #[must_use]
    pub fn inbound(authenticated: bool) -> Self {
        Self { authenticated, has_session: false, restricted: false }
    }
}

/// A packet, understood. Arguments are what follows the prefix on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Request<'a> {
    /// `exit`, `...`
    Exit,
    /// `auth `: the password.
    Auth(&'a [u8]),
    /// `userauth `: the user and password.
    UserAuth(&'a [u8]),
    /// `filter `
    Filter(&'a [u8]),
    /// `resume`
    Resume,
    /// `connect`
    Connect,
    /// `getvar`
    GetVar(&'a [u8]),
    /// `myevents`
    MyEvents(&'a [u8]),
    /// `divert_events`
    DivertEvents(&'a [u8]),
    /// `sendmsg`
    SendMsg(&'a [u8]),
    /// `sendevent`
    SendEvent(&'a [u8]),
    /// `api `
    Api(&'a [u8]),
    /// `bgapi `
    BgApi(&'a [u8]),
    /// `log`
    Log(&'a [u8]),
    /// `linger`
    Linger(&'a [u8]),
    /// `nolinger`
    NoLinger,
    /// `nolog`
    NoLog,
    /// `event`
    Event(&'a [u8]),
    /// `nixevent`
    NixEvent(&'a [u8]),
    /// `noevents`
    NoEvents,
    /// Anything that holds `mod_event_socket` and `unload`: taken for `api bgapi unload mod_event_socket`.
    Unload,
    /// Anything else that holds `mod_event_socket` and `reload`: taken for `api bgapi reload mod_event_socket`.
    Reload,
    /// `-ERR command not found`
    Unknown,
}

impl<'a> Request<'a> {
    /// Reads a packet as the switch would from a connection of this standing.
    #[must_use]
    pub fn parse(packet: &'a Packet, standing: Standing) -> Self {
        let line = packet.line();
        let after = |prefix: &str| {
            let start = line.get(..prefix.len())?;
            start
                .eq_ignore_ascii_case(prefix.as_bytes())
                .then(|| line.get(prefix.len()..).unwrap_or_default())
        };
        // Whatever the command, it is taken for an `api`: one a stranger or a restricted connection may not say.
        if let Some(request) = reload(packet.text()) {
            let may = standing.authenticated && !standing.restricted;
            return if may { request } else { Self::Unknown };
        }
        if after("exit").or_else(|| after("...")).is_some() {
            return Self::Exit;
        }
        if !standing.authenticated {
            return after("auth ")
                .map(Self::Auth)
                .or_else(|| after("userauth ").map(Self::UserAuth))
                .unwrap_or(Self::Unknown);
        }
        after("filter ")
            .map(Self::Filter)
            .or_else(|| session_request(&after, standing))
            .or_else(|| after("divert_events").map(Self::DivertEvents))
            .or_else(|| after("sendmsg").map(Self::SendMsg))
            .or_else(|| if standing.restricted { None } else { full_request(&after) })
            .unwrap_or(Self::Unknown)
    }
}

fn session_request<'a>(after: &impl Fn(&str) -> Option<&'a [u8]>, standing: Standing) -> Option<Request<'a>> {
    if standing.has_session {
        after("resume")
            .map(|_| Request::Resume)
            .or_else(|| after("connect").map(|_| Request::Connect))
            .or_else(|| after("getvar").map(Request::GetVar))
            .or_else(|| after("myevents").map(Request::MyEvents))
    } else {
        after("myevents ").map(Request::MyEvents)
    }
}

fn full_request<'a>(after: &impl Fn(&str) -> Option<&'a [u8]>) -> Option<Request<'a>> {
    after("sendevent")
        .map(Request::SendEvent)
        .or_else(|| after("api ").map(Request::Api))
        .or_else(|| after("bgapi ").map(Request::BgApi))
        .or_else(|| after("log").map(Request::Log))
        .or_else(|| after("linger").map(Request::Linger))
        .or_else(|| after("nolinger").map(|_| Request::NoLinger))
        .or_else(|| after("nolog").map(|_| Request::NoLog))
        .or_else(|| after("event").map(Request::Event))
        .or_else(|| after("nixevent").map(Request::NixEvent))
        .or_else(|| after("noevents").map(|_| Request::NoEvents))
}

fn reload(text: &[u8]) -> Option<Request<'static>> {
    let has = |word: &[u8]| text.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word));
    if !has(b"mod_event_socket") {
        None
    } else if has(b"unload") {
        Some(Request::Unload)
    } else {
        has(b"reload").then_some(Request::Reload)
    }
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;

    use super::*;
    use crate::listener::PacketDecoder;

    fn parse(text: &str, standing: Standing) -> String {
        let packet =
            PacketDecoder::new().decode(&mut BytesMut::from(format!("{text}\n\n").as_bytes())).unwrap();
        let packet = packet.unwrap();
        match Request::parse(&packet, standing) {
            Request::Api(argument) => format!("Api({})", argument.escape_ascii()),
            Request::SendEvent(argument) => format!("SendEvent({})", argument.escape_ascii()),
            Request::Log(argument) => format!("Log({})", argument.escape_ascii()),
            other => format!("{other:?}").split('(').next().unwrap_or_default().to_owned(),
        }
    }

    #[test]
    fn prefixes_in_order_without_case() {
        let inbound = Standing::inbound(true);
        for (text, request) in [
            ("exitfoo", "Exit"),
            ("...", "Exit"),
            ("API status", "Api(status)"),
            ("api  x", "Api( x)"),
            ("api", "Unknown"),
            ("api\tx", "Unknown"),
            (" api x", "Unknown"),
            ("filter", "Unknown"),
            ("filter x", "Filter"),
            ("login", "Log(in)"),
            ("sendeventNOTIFY", "SendEvent(NOTIFY)"),
            ("eventplain ALL", "Event"),
            ("noeventsfoo", "NoEvents"),
            ("nolinger", "NoLinger"),
            ("nolog", "NoLog"),
            ("myevents", "Unknown"),
            ("myevents x", "MyEvents"),
            ("getvar x", "Unknown"),
            ("connect", "Unknown"),
            ("auth x", "Unknown"),
            ("bgapi reload mod_event_socket", "Reload"),
            ("bgapi unload mod_event_socket", "Unload"),
            ("reload mod_event_socket and unload", "Unload"),
            ("exit\nA: Reload\nB: MOD_EVENT_SOCKET", "Reload"),
            ("nosuch", "Unknown"),
        ] {
            assert_eq!(parse(text, inbound), request, "{text}");
        }
        let stranger = Standing::inbound(false);
        for (text, request) in [
            ("AUTH x", "Auth"),
            ("userauth x", "UserAuth"),
            ("api x", "Unknown"),
            ("exit", "Exit"),
            ("exit reload mod_event_socket", "Unknown"),
        ] {
            assert_eq!(parse(text, stranger), request, "{text}");
        }
        let outbound = Standing { authenticated: true, has_session: true, restricted: true };
        for (text, request) in [
            ("connect", "Connect"),
            ("getvar x", "GetVar"),
            ("myevents", "MyEvents"),
            ("sendmsg", "SendMsg"),
            ("linger", "Unknown"),
            ("api x", "Unknown"),
            ("event plain ALL", "Unknown"),
            ("sendmsg\nA: unload mod_event_socket", "Unknown"),
        ] {
            assert_eq!(parse(text, outbound), request, "{text}");
        }
    }
}
