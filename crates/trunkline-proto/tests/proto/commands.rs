//! What our constructors encode is what was recorded: each recorded command is read back into the arguments of the
//! constructor that would say it, and said again.

use std::collections::BTreeMap;

use trunkline_proto::listener::Packet;
use trunkline_proto::{
    ApiMisuse, Command, EventBuilder, EventFormat, EventName, EventSet, JobUuid, LogLevel,
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
    for (name, connection) in recordings::connections() {
        for sent in recordings::packets(&connection.sent, Cut::Whole).0 {
            let Some((verb, said)) = say_again(&sent.packet) else { continue };
            if is_odd(&sent.wire) {
                continue;
            }
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
    for (verb, least) in [
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
        ("nolog", 5),
        ("exit", 150),
        ("raw", 200),
    ] {
        let exact = checked.get(&(verb, Compared::Exact)).copied().unwrap_or_default();
        assert!(exact >= least, "{verb}: only {exact} compared exactly");
    }
    assert!(checked.contains_key(&("log", Compared::LogByNumber)));
    assert!(checked.contains_key(&("log", Compared::Exact)));
}

type IsOdd = fn(&[u8]) -> bool;

/// Spellings no constructor has, each shown by a recording: what is skipped, and nothing else is.
const ODD: [(&str, IsOdd); 11] = [
    ("CR line ends", |wire| wire.contains(&b'\r')),
    ("NUL", |wire| wire.contains(&0)),
    ("not UTF-8", |wire| std::str::from_utf8(wire).is_err()),
    ("a verb in capitals", |wire| wire.first().is_some_and(u8::is_ascii_uppercase)),
    ("a command line that begins or ends with a blank", |wire| {
        let line = wire.split(|byte| *byte == b'\n').next().unwrap_or_default();
        line.starts_with(b" ") || line.ends_with(b" ")
    }),
    ("the word `add` of a filter, and `delete` in capitals", |wire| {
        [b"filter add ", b"filter DELE", b"filter Dele"].iter().any(|odd| wire.starts_with(*odd))
    }),
    ("the name of an event in small letters", |wire| wire.starts_with(b"sendevent custom")),
    ("a header without a value, or with blanks before it", |wire| {
        let mut lines = wire.split(|byte| *byte == b'\n').skip(1);
        lines.any(|line| {
            line.ends_with(b":") || line.ends_with(b": ") || line.windows(3).any(|part| part == b":  ")
        })
    }),
    ("two blanks before the argument", |wire| {
        let mut words = wire.split(|byte| *byte == b' ');
        words.next().is_some_and(|verb| verb.iter().all(u8::is_ascii_lowercase)) && words.next() == Some(b"")
    }),
    ("headers on a command that takes none", |wire| {
        let verb = wire.split(|byte| matches!(byte, b' ' | b'\n')).next().unwrap_or_default();
        let takes_none: [&[u8]; 7] =
            [b"auth", b"userauth", b"event", b"nixevent", b"filter", b"log", b"exit"];
        takes_none.contains(&verb) && wire.iter().filter(|byte| **byte == b'\n').count() > 2
    }),
    ("words that are not the format's, or no words", |wire| {
        let line = wire.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let line = String::from_utf8_lossy(line);
        let mut words = line.split(' ');
        let verb = words.next();
        verb == Some("event")
            && (!matches!(words.next(), Some("plain" | "json" | "xml")) || words.next().is_none())
            || verb == Some("nixevent") && words.next().is_none()
    }),
];

fn is_odd(wire: &[u8]) -> bool {
    ODD.iter().any(|(_, is)| is(wire))
}

/// How many commands of each connection we refuse to say, since the switch would not take them as meant: no
/// argument where one is needed, a Job-UUID of 400 bytes, a user without a name.
const REFUSED: [(&str, usize); 10] = [
    ("api-bgapi-long-job-uuid connection 1", 1),
    ("filter-replies connection 1", 3),
    ("in-auth-odd connection 2", 1),
    ("in-unknown-command connection 1", 6),
    ("in-userauth-bad connection 6", 1),
    ("in-userauth-bad connection 8", 1),
    ("in-userauth-restricted connection 1", 1),
    ("send-event-json connection 1", 1),
    ("send-event-plain connection 1", 1),
    ("send-event-xml connection 1", 1),
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
        "api" if packet.header("console_execute") == Some(b"true") => ("console", Command::console(rest)),
        "api" if !has_header_lines(packet) => ("api", Command::api(rest)),
        "bgapi" if !has_header_lines(packet) => ("bgapi", Command::bgapi(rest, None)),
        "bgapi" if packet.headers().len() == 1 => {
            let job = packet.headers().iter().find(|(name, _)| name == b"Job-UUID")?;
            let job = JobUuid::from(String::from_utf8(job.1.clone()).ok()?);
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
        _ => ("raw", raw(packet)),
    };
    Some(said)
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
    let (format, words) = rest.split_once(' ')?;
    let format = EventFormat::from_name(format)?;
    Some(Command::event(format, &EventSet::parse(words)))
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
    let headers = packet.headers().iter();
    for (name, value) in headers.filter(|(name, _)| !name.eq_ignore_ascii_case(b"Content-Length")) {
        builder.push(name.clone(), value.clone());
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
        let headers = packet.headers().iter().cloned();
        headers.filter(|(name, _)| !name.eq_ignore_ascii_case(b"Content-Length")).collect::<Vec<_>>()
    };
    let number =
        |packet: &Packet| String::from_utf8_lossy(packet.line()).strip_prefix("log ").map(str::to_owned);
    if packet.headers().is_empty() && line(packet).starts_with("LOG ") {
        return (level(&number(packet)?)? == level(&number(again)?)?).then_some(Compared::LogByNumber);
    }
    if packet.header("Content-Length").is_some() {
        let same = line(packet) == line(again) && but_length(packet) == but_length(again);
        return (same && packet.body() == again.body()).then_some(Compared::ContentLengthLast);
    }
    let is_list = line(packet).starts_with("EVENT ") || line(packet).starts_with("NIXEVENT ");
    (is_list && words(packet) == words(again)).then_some(Compared::NamesInOrder)
}
