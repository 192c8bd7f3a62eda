//! Scenario files, read. `conformance/README.md` at the root of the repository describes them.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use trunkline_proto::EventFormat;

/// One file: a conversation and what is known about who holds it.
#[derive(Debug)]
pub(crate) struct Scenario {
    /// The directory it is in.
    pub(crate) family: String,
    /// Its path below `conformance/`.
    pub(crate) path: String,
    /// What the simulator does not do yet.
    pub(crate) pending: Option<String>,
    /// How long it takes, where that is long.
    pub(crate) slow: Option<String>,
    /// Why the real switch does not always do it.
    pub(crate) unsteady: Option<String>,
    /// What it does to others, so that it needs a switch of its own.
    pub(crate) alone: Option<String>,
    pub(crate) steps: Vec<Step>,
}

#[derive(Debug)]
pub(crate) struct Step {
    /// Counted from 1.
    pub(crate) line: usize,
    /// As it stands in the file, its block left out.
    pub(crate) text: String,
    pub(crate) action: Action,
}

#[derive(Debug)]
pub(crate) enum Action {
    /// Fresh uuids by these names.
    Uuids(Vec<String>),
    /// Fresh words, for conferences, keys and files.
    Words(Vec<String>),
    /// A port to be called back on.
    Listen(String),
    Wait(Duration),
    Peer {
        peer: String,
        verb: Verb,
    },
}

#[derive(Debug)]
pub(crate) enum Verb {
    /// Connects and comes in, by password or as this `user@domain:password`.
    Connect(Option<String>),
    /// Connects, perhaps from an address; what is said first is for the scenario to expect.
    Open(Option<IpAddr>),
    /// Takes the connection the switch makes to this listener.
    Accept(String),
    Send(String),
    /// The same, so many times in one write.
    SendMany(usize, String),
    SendRaw(String),
    Expect(Order, Expect),
    /// These very bytes, whatever messages they make.
    ReadRaw(String),
    /// Nothing comes for so long.
    Quiet(Duration),
    /// Whatever comes for so long does not matter.
    Drain(Duration),
    Close,
    HalfClose,
}

/// Which of the messages to come is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// The next.
    Next,
    /// The first that fits; others before it are left out.
    Later,
    /// Any of as many as there are such lines in a row.
    Among,
}

#[derive(Debug)]
pub(crate) enum Expect {
    /// To be filled in by recording.
    Unrecorded(Extent),
    /// A command/reply of exactly this text and these other headers.
    Reply {
        text: String,
        more: Vec<String>,
    },
    /// An api/response of exactly this body.
    Api(String),
    /// A message of exactly these bytes.
    Frame(String),
    /// A message with such headers.
    Message(Message),
    /// The notice at the end of a connection, which may control a channel.
    Bye(Option<String>),
    Eof,
}

/// What is to be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// A message, by what it is about.
    One,
    /// A message with every header.
    Whole,
    /// All that come until it is quiet.
    All,
}

#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) what: What,
    /// Whether it has no other headers, and these in this order.
    pub(crate) exactly: bool,
    pub(crate) checks: Vec<Check>,
    pub(crate) body: Option<String>,
}

#[derive(Debug)]
pub(crate) enum What {
    /// By `Event-Name`, and `Event-Subclass` where there is one.
    Event(EventFormat, String),
    /// The answer to `connect`.
    Connect,
    Log,
    Notice,
}

#[derive(Debug)]
pub(crate) enum Check {
    /// A header of this name, with such a value once decoded.
    Is(String, String),
    /// One with such a value as it stands on the wire.
    Raw(String, String),
    Present(String),
    Absent(String),
    /// The thirteen that begin every event.
    Standard,
}

impl Scenario {
    /// Whether a line says what is known of the scenario.
    fn takes_mark(&mut self, text: &str) -> bool {
        let marks = [
            ("pending: simulator: ", &mut self.pending),
            ("unsteady: real: ", &mut self.unsteady),
            ("slow: ", &mut self.slow),
            ("alone: ", &mut self.alone),
        ];
        for (mark, place) in marks {
            if let Some(reason) = text.strip_prefix(mark) {
                *place = Some(reason.to_owned());
                return true;
            }
        }
        false
    }

    /// Whether something is left to be recorded.
    pub(crate) fn is_open(&self) -> bool {
        let open = |step: &Step| {
            let Action::Peer { verb: Verb::Expect(_, expect), .. } = &step.action else { return false };
            matches!(expect, Expect::Unrecorded(_))
        };
        self.steps.iter().any(open)
    }
}

/// All scenarios below a directory, by path.
pub(crate) fn all(root: &Path) -> Vec<Result<Scenario, String>> {
    let mut found = Vec::new();
    let mut families: Vec<_> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    families.sort();
    for family in families.iter().filter(|path| path.is_dir()) {
        let mut files: Vec<_> =
            std::fs::read_dir(family).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "txt")) {
            let path = file.strip_prefix(root).unwrap().display().to_string();
            let text = std::fs::read_to_string(file).unwrap();
            found.push(parse(&path, &text).map_err(|error| format!("conformance/{path}:{error}")));
        }
    }
    found
}

/// Reads a scenario; an error begins with the line it is on.
pub(crate) fn parse(path: &str, text: &str) -> Result<Scenario, String> {
    let family = path.split('/').next().unwrap_or_default().to_owned();
    let mut scenario = Scenario {
        family,
        path: path.to_owned(),
        pending: None,
        slow: None,
        unsteady: None,
        alone: None,
        steps: Vec::new(),
    };
    if !text.starts_with("# ") {
        return Err("1: the first line says what is shown: # …".into());
    }
    let mut lines = text.lines().enumerate().peekable();
    while let Some((at, text)) = lines.next() {
        let text = text.trim_start();
        if text.is_empty() || text.starts_with('#') || scenario.takes_mark(text) {
            continue;
        }
        let mut block = Vec::new();
        while let Some((_, line)) = lines.next_if(|(_, line)| line.trim_start().starts_with('|')) {
            let line = &line.trim_start()[1..];
            block.push(line.strip_prefix(' ').unwrap_or(line));
        }
        let line = at + 1;
        let action = action(text, &block).map_err(|error| format!("{line}: {error}: {text}"))?;
        scenario.steps.push(Step { line, text: text.to_owned(), action });
    }
    if scenario.alone.is_none() {
        scenario.steps.iter().try_for_each(harmless)?;
    }
    Ok(scenario)
}

fn action(text: &str, block: &[&str]) -> Result<Action, String> {
    let (first, rest) = text.split_once(' ').ok_or("half a step")?;
    let names = || rest.split_whitespace().map(str::to_owned).collect();
    Ok(match first {
        "uuid" => Action::Uuids(names()),
        "word" => Action::Words(names()),
        "listen" => Action::Listen(rest.to_owned()),
        "wait" => Action::Wait(duration(rest)?),
        _ if !first.starts_with(|c: char| c.is_ascii_uppercase()) => return Err("no such step".into()),
        _ => Action::Peer { peer: first.to_owned(), verb: verb(rest, block)? },
    })
}

fn verb(text: &str, block: &[&str]) -> Result<Verb, String> {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    Ok(match word {
        "connect" if rest.is_empty() => Verb::Connect(None),
        "connect" => Verb::Connect(Some(rest.to_owned())),
        "open" if rest.is_empty() => Verb::Open(None),
        "open" => {
            let address = rest.strip_prefix("from ").and_then(|address| address.parse().ok());
            Verb::Open(Some(address.ok_or("from where?")?))
        }
        "accept" => Verb::Accept(rest.to_owned()),
        "close" => Verb::Close,
        "half-close" => Verb::HalfClose,
        "quiet" => Verb::Quiet(duration(rest)?),
        "drain" => Verb::Drain(duration(rest)?),
        ">" => Verb::Send(packet(rest, block)),
        _ if word.starts_with(">x") => {
            let times = word[2..].parse().map_err(|_| "how many times?")?;
            Verb::SendMany(times, packet(rest, block))
        }
        ">>" => Verb::SendRaw(rest.to_owned()),
        "<<" => Verb::ReadRaw(rest.to_owned()),
        "<" => Verb::Expect(Order::Next, expect(rest, block)?),
        "<*" => Verb::Expect(Order::Later, expect(rest, block)?),
        "<&" => Verb::Expect(Order::Among, expect(rest, block)?),
        _ => return Err("no such step".into()),
    })
}

/// What would be felt by others who use the switch.
const FORBIDDEN: [&str; 7] =
    ["hupall", "shutdown", "reload ", "fsctl loglevel", "fsctl pause", "fsctl crash", "send_sighup"];

/// Whether what is said would not be felt by others.
fn harmless(step: &Step) -> Result<(), String> {
    let Action::Peer { verb: Verb::Send(text) | Verb::SendMany(_, text) | Verb::SendRaw(text), .. } =
        &step.action
    else {
        return Ok(());
    };
    match FORBIDDEN.iter().find(|word| text.contains(*word)) {
        Some(word) => Err(format!("{}: {word:?} is for a switch of one's own: say `alone: why`", step.line)),
        None => Ok(()),
    }
}

/// A command: its line, its headers, the empty line; and where that stands in the block, a body.
fn packet(line: &str, block: &[&str]) -> String {
    let lines = [&[line], block].concat();
    let ended = if block.contains(&"") { "" } else { "\\n\\n" };
    lines.join("\\n") + ended
}

fn expect(text: &str, block: &[&str]) -> Result<Expect, String> {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let joined = || if block.is_empty() { rest.to_owned() } else { block.join("\\n") };
    let message = |what| message(what, block);
    Ok(match word {
        "?" => Expect::Unrecorded(Extent::One),
        "?!" => Expect::Unrecorded(Extent::Whole),
        "?*" => Expect::Unrecorded(Extent::All),
        "reply" => Expect::Reply {
            text: rest.to_owned(),
            more: block.iter().map(|line| (*line).to_owned()).collect(),
        },
        "api" => Expect::Api(joined()),
        "frame" => Expect::Frame(joined()),
        "event" => message(What::Event(EventFormat::Plain, rest.to_owned()))?,
        "event-json" => message(What::Event(EventFormat::Json, rest.to_owned()))?,
        "event-xml" => message(What::Event(EventFormat::Xml, rest.to_owned()))?,
        "connect" => message(What::Connect)?,
        "log" => message(What::Log)?,
        "notice" => message(What::Notice)?,
        "bye" => Expect::Bye((!rest.is_empty()).then(|| rest.to_owned())),
        "eof" => Expect::Eof,
        _ => return Err("no such message".into()),
    })
}

fn message(what: What, block: &[&str]) -> Result<Expect, String> {
    let (head, body) = match block.iter().position(|line| line.is_empty()) {
        Some(empty) => (&block[..empty], Some(block[empty + 1..].join("\\n"))),
        None => (block, None),
    };
    let (exactly, head) = match head {
        ["exactly", head @ ..] => (true, head),
        _ => (false, head),
    };
    let checks = head.iter().map(|line| check(line)).collect::<Result<_, _>>()?;
    Ok(Expect::Message(Message { what, exactly, checks, body }))
}

fn check(line: &str) -> Result<Check, String> {
    if line == "@std" {
        return Ok(Check::Standard);
    }
    if let Some(name) = line.strip_prefix('!') {
        return Ok(Check::Absent(name.to_owned()));
    }
    let (raw, line) = line.strip_prefix("raw ").map_or((false, line), |line| (true, line));
    Ok(match line.split_once(": ") {
        Some((name, value)) if raw => Check::Raw(name.to_owned(), value.to_owned()),
        Some((name, value)) => Check::Is(name.to_owned(), value.to_owned()),
        None if raw || line.contains(' ') => return Err(format!("no check: {line}")),
        None => Check::Present(line.to_owned()),
    })
}

fn duration(text: &str) -> Result<Duration, String> {
    let number = |text: &str| text.trim().parse::<u64>().map_err(|error| error.to_string());
    match text.strip_suffix("ms") {
        Some(text) => Ok(Duration::from_millis(number(text)?)),
        None => Ok(Duration::from_secs(number(text.strip_suffix('s').ok_or("ms or s?")?)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_is_read() {
        let text = "# Shows it.\npending: simulator: x y\n\nuuid a b\nA > sendevent NOTIFY\n  | Content-Length: 2\n  |\n  \
                    | hi\nA < reply +OK {{uuid}}\nA < event CUSTOM x::y\n  | exactly\n  | @std\n  | !Foo\n  | raw Bar: %20\n";
        let scenario = parse("events/x.txt", text).unwrap();
        assert_eq!((scenario.family.as_str(), scenario.pending.as_deref()), ("events", Some("x y")));
        let [uuids, send, reply, event] = scenario.steps.as_slice() else { panic!("{scenario:?}") };
        assert!(matches!(&uuids.action, Action::Uuids(names) if names == &["a", "b"]));
        let Action::Peer { verb: Verb::Send(packet), .. } = &send.action else { panic!("{send:?}") };
        assert_eq!(packet, "sendevent NOTIFY\\nContent-Length: 2\\n\\nhi");
        assert_eq!(reply.line, 9);
        let Action::Peer { verb: Verb::Expect(Order::Next, Expect::Message(event)), .. } = &event.action
        else {
            panic!("{event:?}")
        };
        assert!(event.exactly && event.checks.len() == 3 && event.body.is_none());
    }

    #[test]
    fn a_command_without_a_body_is_ended() {
        assert_eq!(packet("api status", &[]), "api status\\n\\n");
        assert_eq!(packet("sendevent X", &["A: b"]), "sendevent X\\nA: b\\n\\n");
    }

    #[test]
    fn nonsense_is_refused_with_its_line() {
        for (text, line) in [
            ("uuid a", "1:"),
            ("# x\n\nA nod", "3:"),
            ("# x\nA open from here", "2:"),
            ("# x\nA < nod", "2:"),
            ("# x\nwait 3", "2:"),
            ("# x\nA > api hupall", "2:"),
        ] {
            assert!(parse("x/x.txt", text).unwrap_err().starts_with(line), "{text}");
        }
    }
}
