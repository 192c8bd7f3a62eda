//! What our constructors encode is what was recorded: each recorded command is read back into the arguments of the
//! constructor that would say it, and said again. Those that only `Command::raw` can say are counted, each by its reason.

use std::collections::BTreeMap;

use trunkline_proto::listener::Packet;
use trunkline_proto::{
    ApiMisuse, ChannelUuid, Command, EventBuilder, EventFormat, EventName, EventSet, Execute, JobUuid,
    LogLevel, SendMsg, Transport, Unicast,
};

use crate::recordings::{self, Cut};

/// How a command said again compares to the recorded one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Compared {
    Exact,
    /// `log 7` is `log debug` to us.
    LogByNumber,
    /// The names of an `event` command go out in the switch's order.
    NamesInOrder,
    /// We write Content-Length last, and so spelled.
    ContentLengthLast,
}

#[test]
fn what_we_say_is_what_was_recorded() {
    let mut checked: BTreeMap<(&str, Compared), usize> = BTreeMap::new();
    let mut differing = Vec::new();
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    let mut only_raw: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, connection) in recordings::connections() {
        for sent in recordings::packets(&connection.sent, Cut::Whole).0 {
            if let Some(reason) = oddity(&sent.wire) {
                *only_raw.entry(reason).or_default() += 1;
                say_raw(&sent.packet, &sent.wire);
                continue;
            }
            let Some((verb, said)) = say_again(&sent.packet) else {
                differing.push(format!("{name}: nothing says {}", sent.wire.escape_ascii()));
                continue;
            };
            if is_refused(&said) {
                *refused.entry(name.clone()).or_default() += 1;
                continue;
            }
            let said = said.unwrap_or_else(|misuse| panic!("{name}: {misuse}: {}", sent.wire.escape_ascii()));
            match compare(&said, &sent.packet, &sent.wire) {
                Some(compared) => *checked.entry((verb, compared)).or_default() += 1,
                None => differing.push(format!("{name}: {said:?} for {}", sent.wire.escape_ascii())),
            }
        }
    }
    assert!(differing.is_empty(), "{differing:#?}");
    let refused: Vec<_> = refused.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    assert_eq!(refused, REFUSED);
    for (reason, count, _) in ODD {
        assert_eq!(only_raw.get(reason).copied().unwrap_or_default(), count, "{reason}: {only_raw:#?}");
    }
    for (verb, least) in LEAST {
        let exact = checked.get(&(verb, Compared::Exact)).copied().unwrap_or_default();
        assert!(exact >= least, "{verb}: only {exact} compared exactly: {checked:#?}");
    }
    assert!(checked.contains_key(&("log", Compared::LogByNumber)));
    // What is not said letter by letter is little: lists in another order, levels by number, bodies.
    let inexact: usize = checked.iter().filter(|((_, how), _)| *how != Compared::Exact).map(|(_, n)| n).sum();
    assert_eq!(inexact, INEXACT, "{checked:#?}");
}

/// How many of each verb are said exactly, at least.
const LEAST: [(&str, usize); 27] = [
    ("auth", 150),
    ("userauth", 8),
    ("api", 1000),
    ("console", 9),
    ("bgapi", 15),
    ("bgapi with Job-UUID", 10),
    ("event", 90),
    ("nixevent", 8),
    ("noevents", 8),
    ("filter", 30),
    ("filter delete", 5),
    ("filter delete all", 5),
    ("sendevent", 40),
    ("log", 5),
    ("nolog", 5),
    ("exit", 150),
    ("connect", 50),
    ("getvar", 50),
    ("linger", 12),
    ("nolinger", 3),
    ("resume", 3),
    ("divert_events", 6),
    ("myevents", 30),
    ("myevents of a channel", 3),
    ("sendmsg execute", 100),
    ("sendmsg hangup", 20),
    ("sendmsg of other kinds", 4),
];

const INEXACT: usize = 102;

/// Says it by `raw`, unless the wire could not carry it in one piece.
fn say_raw(packet: &Packet, wire: &[u8]) {
    if wire.iter().any(|byte| matches!(byte, b'\r' | 0)) || std::str::from_utf8(wire).is_err() {
        return;
    }
    let said = raw(packet).unwrap();
    assert!(compare(&said, packet, wire).is_some(), "{said:?} for {}", wire.escape_ascii());
}

type IsOdd = fn(&[u8]) -> bool;

/// Spellings no constructor has, each shown by a recording, and how many of them there are. The first reason counts.
const ODD: [(&str, usize, IsOdd); 23] = [
    ("CR line ends", 18, |wire| wire.contains(&b'\r')),
    ("NUL", 3, |wire| wire.contains(&0)),
    ("not UTF-8, and not in a header", 2, |wire| {
        std::str::from_utf8(wire).is_err() && !wire.starts_with(b"sendevent")
    }),
    ("a verb in capitals", 10, |wire| wire.first().is_some_and(u8::is_ascii_uppercase)),
    ("a verb the switch does not know", 35, |wire| !VERBS.contains(&&*String::from_utf8_lossy(verb(wire)))),
    ("a command line that begins or ends with a blank", 16, |wire| {
        line(wire).starts_with(b" ") || line(wire).ends_with(b" ")
    }),
    ("two blanks before the argument", 5, |wire| argument(wire).is_some_and(|rest| rest.starts_with(b" "))),
    ("the word `add` of a filter, and `delete` in capitals", 4, |wire| {
        [b"filter add ", b"filter DELE", b"filter Dele"].iter().any(|odd| wire.starts_with(*odd))
    }),
    ("the name of an event in small letters, or none", 7, |wire| {
        wire.starts_with(b"sendevent custom") || wire.starts_with(b"sendevent\n")
    }),
    ("a header without a value, or with blanks before it", 6, |wire| {
        let mut lines = wire.split(|byte| *byte == b'\n').skip(1);
        lines.any(|line| {
            line.ends_with(b":") || line.ends_with(b": ") || line.windows(3).any(|part| part == b":  ")
        })
    }),
    ("headers on a command that takes none", 3, |wire| {
        let takes_none: [&[u8]; 7] =
            [b"auth", b"userauth", b"event", b"nixevent", b"filter", b"log", b"exit"];
        takes_none.contains(&verb(wire)) && wire.iter().filter(|byte| **byte == b'\n').count() > 2
    }),
    ("headers of `api` and `bgapi` that are not theirs", 4, |wire| {
        let theirs: &[u8] = if verb(wire) == b"api" { b"\nconsole_execute: true\n" } else { b"\nJob-UUID: " };
        let more = wire.iter().filter(|byte| **byte == b'\n').count() > 2;
        [&b"api"[..], b"bgapi"].contains(&verb(wire)) && more && !has(wire, theirs)
    }),
    ("no format before the names, or no names", 16, |wire| {
        let line = String::from_utf8_lossy(line(wire));
        let mut words = line.split(' ');
        let verb = words.next();
        verb == Some("event")
            && (!matches!(words.next(), Some("plain" | "json" | "xml")) || words.next().is_none())
            || verb == Some("nixevent") && words.next().is_none()
    }),
    ("the level of a log that is none of ours, or more than one word", 9, |wire| {
        verb(wire) == b"log"
            && argument(wire).and_then(|rest| level(&String::from_utf8_lossy(rest))).is_none()
    }),
    ("an argument of a command that takes none", 1, |wire| {
        [&b"connect"[..], b"resume", b"exit"].contains(&verb(wire)) && argument(wire).is_some()
    }),
    ("`linger` with what is no number of seconds", 2, |wire| {
        let seconds = argument(wire).map(|rest| String::from_utf8_lossy(rest).parse::<u32>());
        verb(wire) == b"linger" && seconds.is_some_and(|seconds| seconds.is_err())
    }),
    ("`divert_events` and `getvar` without an argument, or with one that is none", 6, |wire| {
        verb(wire) == b"divert_events" && !matches!(argument(wire), Some(b"on" | b"off"))
            || verb(wire) == b"getvar" && argument(wire).is_none()
    }),
    ("`myevents` of a channel without a second word", 6, |wire| {
        let last = argument(wire).and_then(|rest| rest.rsplit(|byte| *byte == b' ').next());
        verb(wire) == b"myevents"
            && last.is_some_and(|word| ![&b"plain"[..], b"json", b"xml"].contains(&word))
    }),
    ("a user without a domain, or behind the password", 3, |wire| {
        let user = argument(wire).map(|rest| rest.split(|byte| *byte == b':').next().unwrap_or_default());
        verb(wire) == b"userauth" && !(user.is_some_and(|user| user.contains(&b'@')) && wire.contains(&b':'))
    }),
    ("`sendmsg` with a short argument in its body", 1, |wire| {
        let at = wire.windows(2).position(|pair| pair == b"\n\n").unwrap_or(wire.len());
        let argument = wire.get(at + 2..).unwrap_or_default();
        verb(wire) == b"sendmsg" && has(wire, b"\ncontent-length: ") && !argument.contains(&b'\n')
    }),
    ("`sendmsg` with a hangup cause in small letters", 1, |wire| {
        has(wire, b"\nhangup-cause: call_rejected\n")
    }),
    ("`sendmsg` with `event-lock: false`", 3, |wire| {
        verb(wire) == b"sendmsg" && has(wire, b"\nevent-lock: false\n")
    }),
    ("`sendmsg` without a command, or with headers it does not have", 25, |wire| {
        verb(wire) == b"sendmsg" && !is_plain_sendmsg(wire)
    }),
];

const VERBS: [&str; 20] = [
    "auth",
    "userauth",
    "api",
    "bgapi",
    "event",
    "nixevent",
    "noevents",
    "filter",
    "sendevent",
    "sendmsg",
    "log",
    "nolog",
    "exit",
    "connect",
    "getvar",
    "linger",
    "nolinger",
    "resume",
    "divert_events",
    "myevents",
];

fn line(wire: &[u8]) -> &[u8] {
    wire.split(|byte| *byte == b'\n').next().unwrap_or_default()
}

fn verb(wire: &[u8]) -> &[u8] {
    line(wire).split(|byte| *byte == b' ').next().unwrap_or_default()
}

/// What follows the first blank of the line.
fn argument(wire: &[u8]) -> Option<&[u8]> {
    let line = line(wire);
    line.iter().position(|byte| *byte == b' ').map(|at| &line[at + 1..])
}

fn has(wire: &[u8], part: &[u8]) -> bool {
    wire.windows(part.len()).any(|window| window == part)
}

/// One target at most, a command of ours, and no header but its own, in our spelling.
fn is_plain_sendmsg(wire: &[u8]) -> bool {
    const OURS: [&str; 20] = [
        "call-command",
        "execute-app-name",
        "execute-app-arg",
        "Event-UUID",
        "event-lock",
        "loops",
        "hold-bleg",
        "lead-frames",
        "async",
        "hangup-cause",
        "nomedia-uuid",
        "local-ip",
        "local-port",
        "remote-ip",
        "remote-port",
        "transport",
        "flags",
        "application",
        "content-type",
        "content-length",
    ];
    let end = wire.windows(2).position(|pair| pair == b"\n\n").unwrap_or(wire.len());
    let head = String::from_utf8_lossy(&wire[..end]);
    let names: Vec<&str> = head.lines().skip(1).filter_map(|line| line.split(':').next()).collect();
    // An argument in a header is no text for a body.
    let text = names.contains(&"content-type") && names.contains(&"execute-app-arg");
    ["execute", "hangup", "nomedia", "unicast", "xferext"]
        .iter()
        .any(|command| head.contains(&format!("\ncall-command: {command}")))
        && names.iter().all(|name| OURS.contains(name))
        && !text
        && line(wire).iter().filter(|byte| **byte == b' ').count() < 2
}

fn oddity(wire: &[u8]) -> Option<&'static str> {
    ODD.iter().find(|(_, _, is)| is(wire)).map(|(reason, _, _)| *reason)
}

/// How many commands of each connection we refuse to say, since the switch would not take them as meant: no
/// argument where one is needed, a Job-UUID of 400 bytes, a user without a name.
const REFUSED: [(&str, usize); 8] = [
    ("api-bgapi-long-job-uuid connection 1", 1),
    ("filter-replies connection 1", 3),
    ("in-auth-odd connection 2", 1),
    ("in-unknown-command connection 1", 5),
    ("in-userauth-bad connection 6", 1),
    ("in-userauth-bad connection 8", 1),
    ("in-userauth-restricted connection 1", 1),
    ("msg-errors connection 1", 1),
];

fn is_refused(said: &Result<Command, ApiMisuse>) -> bool {
    matches!(
        said,
        Err(ApiMisuse::Empty { .. }
            | ApiMisuse::Invalid { .. }
            | ApiMisuse::TooLong { .. }
            | ApiMisuse::WouldReload { .. })
    )
}

/// The constructor for a packet, called; `None` where it is left to none.
fn say_again(packet: &Packet) -> Option<(&'static str, Result<Command, ApiMisuse>)> {
    let line = std::str::from_utf8(packet.line()).ok()?;
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    let said = match verb {
        "auth" => ("auth", Command::auth(rest)),
        "userauth" => ("userauth", userauth(rest)?),
        "api" if packet.header("console_execute").as_deref() == Some(b"true") => {
            ("console", Command::console(rest))
        }
        "api" if !has_header_lines(packet) => ("api", Command::api(rest)),
        "bgapi" if !has_header_lines(packet) => ("bgapi", Command::bgapi(rest, None)),
        "bgapi" if packet.headers().count() == 1 => {
            let (_, job) = packet.headers().find(|(name, _)| name == b"Job-UUID")?;
            let job = JobUuid::from(String::from_utf8(job.text().into_owned()).ok()?);
            ("bgapi with Job-UUID", Command::bgapi(rest, Some(&job)))
        }
        "event" => ("event", event(rest)?),
        "nixevent" => ("nixevent", Command::nixevent(&EventSet::parse(rest))),
        "noevents" => ("noevents", Ok(Command::noevents())),
        "filter" => filter(rest),
        "sendevent" => ("sendevent", sendevent(rest, packet)),
        "log" => ("log", Ok(Command::log(level(rest)?))),
        "nolog" => ("nolog", Ok(Command::nolog())),
        "exit" => ("exit", Ok(Command::exit())),
        "connect" => ("connect", Ok(Command::connect())),
        "getvar" => ("getvar", Command::getvar(rest)),
        "linger" => ("linger", Ok(Command::linger(rest.parse().ok()))),
        "nolinger" => ("nolinger", Ok(Command::nolinger())),
        "resume" => ("resume", Ok(Command::resume())),
        "divert_events" => ("divert_events", Ok(Command::divert_events(rest == "on"))),
        "myevents" => myevents(rest)?,
        "sendmsg" => sendmsg(rest, packet)?,
        _ => return None,
    };
    Some(said)
}

fn myevents(rest: &str) -> Option<(&'static str, Result<Command, ApiMisuse>)> {
    match rest.split_once(' ') {
        Some((uuid, word)) => {
            Some(("myevents of a channel", Command::myevents_of(&uuid.into(), EventFormat::from_name(word)?)))
        }
        None if rest.is_empty() => Some(("myevents", Ok(Command::myevents(None)))),
        None => Some(("myevents", Ok(Command::myevents(Some(EventFormat::from_name(rest)?))))),
    }
}

fn sendmsg(rest: &str, packet: &Packet) -> Option<(&'static str, Result<Command, ApiMisuse>)> {
    let text = |name: &str| packet.header(name).map(|value| String::from_utf8(value.to_vec()).unwrap());
    let (verb, mut message) = match text("call-command")?.as_str() {
        "execute" => ("sendmsg execute", execute(&text, packet).into()),
        "hangup" => {
            let message = text("hangup-cause")
                .map_or_else(SendMsg::hangup_normally, |cause| SendMsg::hangup(cause.as_str()));
            ("sendmsg hangup", message)
        }
        "nomedia" => ("sendmsg of other kinds", SendMsg::nomedia(&text("nomedia-uuid")?.into())),
        "unicast" => ("sendmsg of other kinds", SendMsg::unicast(unicast(&text)?)),
        "xferext" => ("sendmsg of other kinds", xferext(packet)),
        _ => return None,
    };
    if !rest.is_empty() {
        message = message.to(&ChannelUuid::from(rest));
    }
    if text("event-lock").as_deref() == Some("true") {
        message = message.event_lock();
    }
    if text("async").as_deref() == Some("true") {
        message = message.queued();
    }
    if let Some(frames) = text("lead-frames") {
        message = message.lead_frames(frames.parse().ok()?);
    }
    Some((verb, Command::sendmsg(&message)))
}

fn execute(text: &impl Fn(&str) -> Option<String>, packet: &Packet) -> Execute {
    let body = packet.body().map(|body| String::from_utf8(body.to_vec()).unwrap());
    let argument = text("execute-app-arg").or(body).unwrap_or_default();
    let mut execute = Execute::new(&text("execute-app-name").unwrap_or_default(), &argument);
    if let Some(times) = text("loops").and_then(|times| times.parse().ok()) {
        execute = execute.loops(times);
    }
    if let Some(uuid) = text("Event-UUID") {
        execute = execute.event_uuid(&uuid);
    }
    if text("hold-bleg").is_some() { execute.hold_bleg() } else { execute }
}

fn unicast(text: &impl Fn(&str) -> Option<String>) -> Option<Unicast> {
    let address = |ip: &str, port: &str| format!("{}:{}", text(ip)?, text(port)?).parse().ok();
    let unicast = Unicast::default()
        .local(address("local-ip", "local-port")?)
        .remote(address("remote-ip", "remote-port")?)
        .transport(if text("transport")? == "tcp" { Transport::Tcp } else { Transport::Udp });
    Some(if text("flags").is_some() { unicast.native() } else { unicast })
}

fn xferext(packet: &Packet) -> SendMsg {
    let applications = packet.headers().filter(|(name, _)| name == b"application");
    SendMsg::xferext(applications.map(|(_, value)| {
        let value = String::from_utf8_lossy(&value.text()).into_owned();
        let (name, argument) = value.split_once(' ').unwrap_or((&value, ""));
        (name.to_owned(), argument.to_owned())
    }))
}

fn has_header_lines(packet: &Packet) -> bool {
    packet.text().trim_ascii_end().contains(&b'\n')
}

fn userauth(rest: &str) -> Option<Result<Command, ApiMisuse>> {
    // `user:password@domain` is the other spelling, which we do not use.
    let (user, password) = rest.split_once(':')?;
    user.contains('@').then(|| Command::userauth(user, password))
}

fn event(rest: &str) -> Option<Result<Command, ApiMisuse>> {
    let (word, words) = rest.split_once(' ')?;
    Some(Command::event(EventFormat::from_name(word)?, &EventSet::parse(words)))
}

fn filter(rest: &str) -> (&'static str, Result<Command, ApiMisuse>) {
    if rest == "delete all" {
        return ("filter delete all", Ok(Command::filter_delete_all()));
    }
    match rest.strip_prefix("delete ") {
        Some(rest) => {
            let (header, value) =
                rest.split_once(' ').map_or((rest, None), |(header, value)| (header, Some(value)));
            ("filter delete", Command::filter_delete(header, value))
        }
        None => {
            let rest = rest.strip_prefix("add ").unwrap_or(rest);
            let (header, value) = rest.split_once(' ').unwrap_or((rest, ""));
            ("filter", Command::filter(header, value))
        }
    }
}

fn sendevent(rest: &str, packet: &Packet) -> Result<Command, ApiMisuse> {
    let mut builder = EventBuilder::new();
    for (name, values) in packet.headers().filter(|(name, _)| !name.eq_ignore_ascii_case(b"Content-Length")) {
        builder.push_values(name, values);
    }
    if let Some(body) = packet.body() {
        builder = builder.body(body);
    }
    Command::sendevent(&EventName::from(rest), &builder)
}

fn level(rest: &str) -> Option<LogLevel> {
    match rest.parse::<u8>() {
        Ok(number @ 0..=7) => Some(LogLevel::from_number(number)),
        _ => LogLevel::from_name(rest),
    }
}

fn raw(packet: &Packet) -> Result<Command, ApiMisuse> {
    let is_length = |line: &&str| line.to_ascii_lowercase().starts_with("content-length:");
    let text = String::from_utf8_lossy(packet.text());
    let lines: Vec<&str> = text.trim_end_matches('\n').split('\n').filter(|line| !is_length(line)).collect();
    match packet.body() {
        Some(body) => Command::raw_with_body(&lines.join("\n"), body),
        None => Command::raw(&lines.join("\n")),
    }
}

fn compare(said: &Command, packet: &Packet, wire: &[u8]) -> Option<Compared> {
    if said.wire() == wire {
        return Some(Compared::Exact);
    }
    let (again, rest, _) = recordings::packets(said.wire(), Cut::Whole);
    let [again] = &again[..] else { return None };
    if !rest.is_empty() {
        return None;
    }
    let again = &again.packet;
    let line = |packet: &Packet| String::from_utf8_lossy(packet.line()).to_ascii_uppercase();
    let words = |packet: &Packet| {
        let line = line(packet);
        let mut words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        words.sort();
        words.dedup();
        words
    };
    let but_length = |packet: &Packet| {
        let headers = packet.headers().map(|(name, values)| (name.to_vec(), values.text().into_owned()));
        headers.filter(|(name, _)| !name.eq_ignore_ascii_case(b"Content-Length")).collect::<Vec<_>>()
    };
    let number =
        |packet: &Packet| String::from_utf8_lossy(packet.line()).strip_prefix("log ").map(str::to_owned);
    if packet.headers().next().is_none() && line(packet).starts_with("LOG ") {
        return (level(&number(packet)?)? == level(&number(again)?)?).then_some(Compared::LogByNumber);
    }
    if packet.header("Content-Length").is_some() {
        let same = line(packet) == line(again) && but_length(packet) == but_length(again);
        return (same && packet.body() == again.body()).then_some(Compared::ContentLengthLast);
    }
    let is_list = line(packet).starts_with("EVENT ") || line(packet).starts_with("NIXEVENT ");
    (is_list && words(packet) == words(again)).then_some(Compared::NamesInOrder)
}
