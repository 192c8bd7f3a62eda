//! Whether a message is the one expected, and if not, how it differs.

use trunkline_proto::{ContentType, Event, EventFormat, Frame, Headers};

use crate::pattern::{Pattern, Values, escape};
use crate::scenario::{Check, Expect, Message, What};
use crate::show;

/// What every event begins with (`switch_event_prep_for_delivery_detailed` in `switch_event.c`).
pub(crate) const STANDARD: [&str; 13] = [
    "Event-Name",
    "Core-UUID",
    "FreeSWITCH-Hostname",
    "FreeSWITCH-Switchname",
    "FreeSWITCH-IPv4",
    "FreeSWITCH-IPv6",
    "Event-Date-Local",
    "Event-Date-GMT",
    "Event-Date-Timestamp",
    "Event-Calling-File",
    "Event-Calling-Function",
    "Event-Calling-Line-Number",
    "Event-Sequence",
];

const GOODBYE: &str = "Disconnected, goodbye.\\nSee you at ClueCon! http://www.cluecon.com/\\n";

/// A header of a message: its name, its value decoded, its value as it stands.
pub(crate) struct Header {
    pub(crate) name: String,
    pub(crate) value: Vec<u8>,
    pub(crate) raw: Vec<u8>,
}

/// What the masks of `expect` caught in `frame`, or the lines of a difference.
pub(crate) fn check(expect: &Expect, frame: &Frame, values: &Values) -> Result<Values, Vec<String>> {
    let kind = match expect {
        Expect::Reply { .. } => ContentType::CommandReply,
        Expect::Api(_) => ContentType::ApiResponse,
        Expect::Bye(_) => ContentType::DisconnectNotice,
        _ => frame.content_type(),
    };
    if kind != frame.content_type() {
        return Err(vec![format!("- {}", show::expected(expect))]);
    }
    match expect {
        Expect::Reply { text, more } => {
            let mut lines = vec!["Content-Type: command/reply".to_owned(), format!("Reply-Text: {text}")];
            lines.extend(more.iter().cloned());
            whole(&(lines.join("\\n") + "\\n\\n"), frame, values)
        }
        Expect::Api(body) => api(body, frame, values),
        Expect::Frame(text) => whole(text, frame, values),
        Expect::Bye(channel) => {
            let about = channel.as_ref().map_or_else(String::new, |uuid| {
                format!("Controlled-Session-UUID: {uuid}\\nContent-Disposition: disconnect\\n")
            });
            let text =
                format!("Content-Type: text/disconnect-notice\\n{about}Content-Length: 67\\n\\n{GOODBYE}");
            whole(&text, frame, values)
        }
        Expect::Message(message) => headers(message, frame, values),
        Expect::Eof | Expect::Unrecorded(_) => Err(vec!["no message was expected".into()]),
    }
}

/// All bytes of a message.
fn whole(text: &str, frame: &Frame, values: &Values) -> Result<Values, Vec<String>> {
    bytes(text, frame.bytes(), values)
}

fn bytes(text: &str, got: &[u8], values: &Values) -> Result<Values, Vec<String>> {
    let pattern = Pattern::parse(text, values).map_err(|error| vec![error])?;
    pattern.matches(got).ok_or_else(|| by_line(text, got, values))
}

/// The lines of what was expected and of what came, side by side as far as they are alike.
pub(crate) fn by_line(text: &str, got: &[u8], values: &Values) -> Vec<String> {
    let expected: Vec<&str> = text.split("\\n").collect();
    let got = escape(got);
    let got: Vec<&str> = got.split('\n').collect();
    let mut lines = Vec::new();
    for at in 0..expected.len().max(got.len()) {
        match (expected.get(at), got.get(at)) {
            (Some(expected), Some(got)) if alike(expected, got, values) => lines.push(format!("  {got}")),
            (expected, got) => {
                lines.extend(expected.map(|line| format!("- {line}")));
                lines.extend(got.map(|line| format!("+ {line}")));
            }
        }
    }
    lines
}

fn alike(expected: &str, got: &str, values: &Values) -> bool {
    let Ok(got) = crate::pattern::bytes(&got.replace("{{", "{\\x7b"), values) else { return false };
    Pattern::parse(expected, values).is_ok_and(|pattern| pattern.matches(&got).is_some())
}

/// An api/response: two headers in their order, and a body of the length they say.
fn api(body: &str, frame: &Frame, values: &Values) -> Result<Values, Vec<String>> {
    let got = frame.body().unwrap_or_default();
    let head = format!("Content-Type: api/response\\nContent-Length: {}\\n\\n", got.len());
    let text = head.clone() + body;
    let head_len = frame.bytes().len() - got.len();
    bytes(&head, &frame.bytes()[..head_len], values).map_err(|_| by_line(&text, frame.bytes(), values))?;
    bytes(body, &got, values)
}

/// What kind of message it is, its headers, and its body.
fn headers(message: &Message, frame: &Frame, values: &Values) -> Result<Values, Vec<String>> {
    let Some((got, body)) = read(&message.what, frame) else {
        return Err(vec![format!("another kind of message: {:?}", frame.content_type())]);
    };
    let mut found = vec![name(&message.what, &got, values)];
    let mut at = 0;
    for check in &message.checks {
        let checked = checked(check, &got, at, values);
        if let Ok((next, _)) = checked {
            let expected = if matches!(check, Check::Standard | Check::Absent(_)) { next } else { at + 1 };
            if message.exactly && next != expected {
                found.push(Err(surplus(&got[at..next - 1])));
            }
            at = next;
        }
        found.push(checked.map(|(_, caught)| caught));
    }
    if message.exactly && at < got.len() {
        found.push(Err(surplus(&got[at..])));
    }
    if let Some(expected) = &message.body {
        found.push(bytes(expected, &body.unwrap_or_default(), values));
    }
    together(found)
}

/// What was caught everywhere, or everything that is wrong.
fn together(found: Vec<Result<Values, Vec<String>>>) -> Result<Values, Vec<String>> {
    let mut caught = Values::new();
    let mut wrong = Vec::new();
    for one in found {
        match one {
            Ok(more) => caught.extend(more),
            Err(lines) => wrong.extend(lines),
        }
    }
    if wrong.is_empty() { Ok(caught) } else { Err(wrong) }
}

fn surplus(headers: &[Header]) -> Vec<String> {
    headers.iter().map(|header| format!("+ {}", shown(header))).collect()
}

/// Whether an event is the one by name.
fn name(what: &What, got: &[Header], values: &Values) -> Result<Values, Vec<String>> {
    let What::Event(_, name) = what else { return Ok(Values::new()) };
    let event = event_name(got);
    let pattern = Pattern::parse(name, values).map_err(|error| vec![error])?;
    pattern.matches(event.as_bytes()).ok_or_else(|| vec![format!("- {name}"), format!("+ {event}")])
}

/// Where the header that fits stands, not before `from`: the checks are in the order of the message.
fn checked(
    check: &Check,
    got: &[Header],
    from: usize,
    values: &Values,
) -> Result<(usize, Values), Vec<String>> {
    let named = |name: &str| {
        let here = got.iter().enumerate().skip(from).find(|(_, header)| header.name == name);
        here.ok_or_else(|| match got.iter().any(|header| header.name == name) {
            true => vec![format!("- {name} after {}", got[..from].last().map_or("", |header| &header.name))],
            false => vec![format!("- {name}")],
        })
    };
    let valued = |name: &str, text: &str, raw: bool| {
        let (at, header) = named(name)?;
        let value = if raw { &header.raw } else { &header.value };
        let pattern = Pattern::parse(text, values).map_err(|error| vec![error])?;
        let wrong = || vec![format!("- {name}: {text}"), format!("+ {name}: {}", one_line(value))];
        pattern.matches(value).map(|caught| (at + 1, caught)).ok_or_else(wrong)
    };
    match check {
        Check::Is(name, text) => valued(name, text, false),
        Check::Raw(name, text) => valued(name, text, true),
        Check::Present(name) => named(name).map(|(at, _)| (at + 1, Values::new())),
        Check::Absent(name) => match got.iter().find(|header| header.name.eq_ignore_ascii_case(name)) {
            None => Ok((from, Values::new())),
            Some(header) => Err(vec![format!("- !{name}"), format!("+ {}", shown(header))]),
        },
        Check::Standard => {
            let standard = STANDARD.iter().filter(|name| has(got, name) || !name.contains("-IPv"));
            let wrong = standard.clone().zip(got.iter().skip(from)).find(|(name, got)| **name != got.name);
            match wrong {
                None => Ok((from + standard.count(), Values::new())),
                Some((name, got)) => Err(vec![format!("- {name}"), format!("+ {}", shown(got))]),
            }
        }
    }
}

fn has(got: &[Header], name: &str) -> bool {
    got.iter().any(|header| header.name == name)
}

/// The headers and the body of a message of this kind.
fn read(what: &What, frame: &Frame) -> Option<(Vec<Header>, Option<Vec<u8>>)> {
    let outer = || (list(&frame.headers()), frame.body().map(|body| body.to_vec()));
    match (what, frame.content_type()) {
        (What::Event(format, _), _) => event(*format, frame),
        (What::Log, ContentType::LogData) | (What::Notice, ContentType::DisconnectNotice) => Some(outer()),
        (What::Connect, ContentType::CommandReply) if !frame.bytes().starts_with(b"Content-Type") => {
            Some(outer())
        }
        _ => None,
    }
}

/// An event, whose frame has two headers in their order.
fn event(format: EventFormat, frame: &Frame) -> Option<(Vec<Header>, Option<Vec<u8>>)> {
    let payload = frame.body()?;
    let head = format!("Content-Length: {}\nContent-Type: {}\n\n", payload.len(), format.content_type());
    frame.bytes().starts_with(head.as_bytes()).then_some(())?;
    let event = Event::decode(format, payload).ok()?;
    Some((list(event.headers()), event.body_bytes().map(|body| body.to_vec())))
}

/// An event in whatever format.
pub(crate) fn any_event(frame: &Frame) -> Option<(EventFormat, Vec<Header>, Option<Vec<u8>>)> {
    let format = match frame.content_type() {
        ContentType::EventPlain => EventFormat::Plain,
        ContentType::EventJson => EventFormat::Json,
        ContentType::EventXml => EventFormat::Xml,
        _ => return None,
    };
    event(format, frame).map(|(headers, body)| (format, headers, body))
}

/// `Event-Name`, and `Event-Subclass` where the switch put it first; `(none)` where there is none.
pub(crate) fn event_name(headers: &[Header]) -> String {
    let value = |header: &Header| String::from_utf8_lossy(&header.value).into_owned();
    // A client may have sent one of its own, which stands before.
    let name = headers.iter().rfind(|header| header.name == "Event-Name").map_or("(none)".to_owned(), value);
    match headers.first() {
        Some(first) if first.name == "Event-Subclass" => format!("{name} {}", value(first)),
        _ => name,
    }
}

pub(crate) fn list(headers: &Headers) -> Vec<Header> {
    let header = |(name, value): (std::borrow::Cow<'_, [u8]>, trunkline_proto::Value<'_>)| Header {
        name: String::from_utf8_lossy(&name).into_owned(),
        value: value.to_bytes().into_owned(),
        raw: value.raw().to_vec(),
    };
    headers.iter_bytes().map(header).collect()
}

pub(crate) fn one_line(value: &[u8]) -> String {
    escape(value).replace('\n', "\\n")
}

fn shown(header: &Header) -> String {
    format!("{}: {}", header.name, one_line(&header.value))
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;
    use trunkline_proto::{FrameDecoder, Limits};

    use super::*;
    use crate::scenario::{Action, Verb, parse};

    const EVENT: &str = "Content-Length: 66\nContent-Type: text/event-plain\n\n\
                         Event-Name: NOTIFY\nA: a%20b\nB: 1\nB: 2\nC: 3\nContent-Length: 4\n\nbody";
    const REPLY: &str = "Content-Type: command/reply\nReply-Text: +OK x\nJob-UUID: j\n\n";
    const API: &str = "Content-Type: api/response\nContent-Length: 4\n\nyes\n";

    fn frame(text: &str) -> Frame {
        let mut buffer = BytesMut::from(text);
        FrameDecoder::new(Limits::default()).decode(&mut buffer).unwrap().unwrap()
    }

    /// What is wrong with a message, by the step that expects it.
    fn wrong(step: &str, message: &str) -> Vec<String> {
        let scenario = parse("x/x.txt", &format!("# x\nA < {step}\n")).unwrap();
        let Action::Peer { verb: Verb::Expect(_, expect), .. } = &scenario.steps[0].action else {
            panic!("{step}")
        };
        check(expect, &frame(message), &Values::new()).err().unwrap_or_default()
    }

    #[test]
    fn what_is_as_expected_is_right() {
        for (step, message) in [
            ("event NOTIFY", EVENT),
            ("event NOTIFY\n| A: a b\n| !D", EVENT),
            ("event NOTIFY\n| raw A: a%20b", EVENT),
            ("event NOTIFY\n| B: 1\n| B: 2\n| C\n|\n| body", EVENT),
            ("event NOTIFY\n| exactly\n| Event-Name: NOTIFY\n| A\n| B\n| B\n| C\n|\n| body", EVENT),
            ("reply +OK {{word}}\n| Job-UUID: j", REPLY),
            ("api yes\\n", API),
            ("api\n| yes\n|", API),
        ] {
            assert_eq!(wrong(step, message), [""; 0], "{step}");
        }
    }

    #[test]
    fn what_is_not_as_expected_is_said() {
        for (step, message, said) in [
            ("event HEARTBEAT", EVENT, "- HEARTBEAT"),
            ("event-json NOTIFY", EVENT, "another kind of message: EventPlain"),
            ("event NOTIFY\n| A: ab", EVENT, "+ A: a b"),
            ("event NOTIFY\n| C\n| B", EVENT, "- B after C"),
            ("event NOTIFY\n| D", EVENT, "- D"),
            ("event NOTIFY\n| !A", EVENT, "- !A"),
            ("event NOTIFY\n|\n| bod", EVENT, "- bod"),
            ("event NOTIFY\n| exactly\n| Event-Name\n| A\n| C", EVENT, "+ B: 2"),
            ("event NOTIFY\n| exactly\n| Event-Name\n| A\n| B\n| B", EVENT, "+ C: 3"),
            ("event NOTIFY\n| @std", EVENT, "- Core-UUID"),
            ("reply +OK x", REPLY, "+ Job-UUID: j"),
            ("reply +OK\n| Job-UUID: j", REPLY, "- Reply-Text: +OK"),
            ("reply yes\\n", API, "- reply yes\\n"),
            ("api yes", API, "+ "),
            ("bye", REPLY, "- bye"),
            ("connect", REPLY, "another kind of message: CommandReply"),
        ] {
            assert!(
                wrong(step, message).iter().any(|line| line == said),
                "{step}: {:?}",
                wrong(step, message)
            );
        }
    }
}
