//! What a switch said, as lines of a scenario.

use std::time::Duration;

use trunkline_proto::{ContentType, EventFormat, Frame};

use crate::check::{Header, STANDARD, any_event, event_name, list, one_line};
use crate::pattern::{Values, escape, is_time, is_uuid};
use crate::peer::Seen;
use crate::scenario::Extent;

/// When nothing has come for so long, that was all.
pub(crate) const QUIET: Duration = Duration::from_millis(1500);

/// The step that expects what came.
pub(crate) fn lines(peer: &str, seen: &Seen, extent: Extent, values: &Values) -> Vec<String> {
    match seen {
        Seen::Frame(frame) => message(peer, frame, extent, values),
        Seen::Eof => vec![format!("{peer} < eof")],
        Seen::Nothing => vec![format!("# {peer}: nothing came")],
        Seen::Broken(how) => vec![format!("# {peer}: {how}")],
    }
}

fn message(peer: &str, frame: &Frame, extent: Extent, values: &Values) -> Vec<String> {
    let body = frame.body().unwrap_or_default();
    let body_text = || masked(&escape(&body), values);
    match frame.content_type() {
        ContentType::ApiResponse if !body_text().trim_end().contains('\n') => {
            vec![visible(&format!("{peer} < api {}", body_text().replace('\n', "\\n")))]
        }
        ContentType::ApiResponse => block(format!("{peer} < api"), body_text().split('\n')),
        ContentType::CommandReply if frame.bytes().starts_with(b"Content-Type") => {
            let text = masked(&escape(frame.bytes()), values);
            let mut lines = text.trim_end_matches('\n').split('\n').skip(1);
            let reply = lines.next().unwrap_or_default().trim_start_matches("Reply-Text: ");
            block(format!("{peer} < reply {reply}"), lines)
        }
        ContentType::CommandReply => checks(peer, "connect", &list(&frame.headers()), None, extent, values),
        ContentType::LogData => checks(peer, "log", &list(&frame.headers()), Some(&body), extent, values),
        ContentType::DisconnectNotice => {
            checks(peer, "notice", &list(&frame.headers()), Some(&body), extent, values)
        }
        _ => match any_event(frame) {
            Some((format, headers, body)) => {
                let word = match format {
                    EventFormat::Json => "event-json",
                    EventFormat::Xml => "event-xml",
                    _ => "event",
                };
                let step = format!("{word} {}", masked(&event_name(&headers), values));
                checks(peer, &step, &headers, body.as_deref(), extent, values)
            }
            None => block(format!("{peer} < frame"), masked(&escape(frame.bytes()), values).split('\n')),
        },
    }
}

/// The step with its headers: all, or those that say what the message is about.
fn checks(
    peer: &str,
    step: &str,
    headers: &[Header],
    body: Option<&[u8]>,
    extent: Extent,
    values: &Values,
) -> Vec<String> {
    let mut lines = match extent {
        Extent::Whole => whole(headers, values),
        _ => {
            let telling = headers.iter().filter(|header| tells(step, &header.name));
            telling.map(|header| valued(header, values)).collect()
        }
    };
    if let Some(body) = body {
        lines.push(String::new());
        lines.extend(masked(&escape(body), values).split('\n').map(str::to_owned));
    }
    block(format!("{peer} < {step}"), lines.iter().map(String::as_str))
}

/// Every header in its order; of what is a number, only the name.
fn whole(headers: &[Header], values: &Values) -> Vec<String> {
    let mut lines = vec!["exactly".to_owned()];
    for header in headers {
        if STANDARD.contains(&header.name.as_str()) {
            if header.name == "Event-Sequence" {
                lines.push("@std".into());
            }
            continue;
        }
        let counted = header.name.starts_with("variable_") || header.name.ends_with("-Time");
        let number = header.value.iter().all(u8::is_ascii_digit);
        lines.push(if counted && number { header.name.clone() } else { valued(header, values) });
    }
    lines
}

fn valued(header: &Header, values: &Values) -> String {
    format!("{}: {}", header.name, masked(&one_line(&header.value), values))
}

fn tells(step: &str, name: &str) -> bool {
    match name {
        "Channel-State" | "Channel-State-Number" => step.ends_with(" CHANNEL_STATE"),
        "Channel-Call-State" => step.ends_with(" CHANNEL_CALLSTATE"),
        "Answer-State" => step.ends_with(" CHANNEL_ANSWER"),
        "Unique-ID" | "Hangup-Cause" => true,
        "Event-Subclass" => false,
        name => !STANDARD.contains(&name) && !of_channel(name),
    }
}

/// Whether a header is one that every event of a channel has.
fn of_channel(name: &str) -> bool {
    const PREFIXES: [&str; 6] = ["Caller-", "Other-", "variable_", "Channel-", "Presence-", "Call-"];
    name == "Answer-State" || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

fn block<'a>(step: String, lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut block = vec![visible(&step)];
    block.extend(lines.map(|line| format!("  | {}", visible(line)).trim_end().to_owned()));
    block
}

/// A line whose last blanks can be seen.
fn visible(line: &str) -> String {
    let text = line.trim_end_matches(' ');
    text.to_owned() + &"\\s".repeat(line.len() - text.len())
}

/// With the values the scenario has named by their names, and other uuids masked.
fn masked(text: &str, values: &Values) -> String {
    let text = named(text, values);
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let is = |count, kind: fn(&[u8]) -> bool| rest.get(..count).is_some_and(|text| kind(text.as_bytes()));
        let length = if is(36, is_uuid) {
            out.push_str("{{uuid}}");
            36
        } else if is(19, is_time) {
            out.push_str("{{time}}");
            19
        } else if matches!(digits, 10 | 13 | 16) && first == '1' {
            // Seconds, milliseconds or microseconds since the epoch.
            out.push_str("{{int}}");
            digits
        } else {
            let length = digits.max(first.len_utf8());
            out.push_str(&rest[..length]);
            length
        };
        rest = &rest[length..];
    }
    out
}

/// With the scenario's own names for values, the longest first. Short ones could be anything.
fn named(text: &str, values: &Values) -> String {
    let mut longest: Vec<_> = values.iter().filter(|(_, value)| value.len() > 3).collect();
    longest.sort_by_key(|(_, value)| std::cmp::Reverse(value.len()));
    let name = |text: String, (name, value): &(&String, &String)| {
        text.replace(value.as_str(), &format!("{{{{{name}}}}}"))
    };
    longest.iter().fold(text.to_owned(), name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_each_time_is_masked() {
        let values = Values::from([("u".to_owned(), "72c5dd7c-0000-4000-8000-00000000000a".to_owned())]);
        let text =
            "é 72c5dd7c-0000-4000-8000-00000000000a 82c5dd7c-0000-4000-8000-00000000000b! 1795241730 12";
        assert_eq!(masked(text, &values), "é {{u}} {{uuid}}! {{int}} 12");
    }
}
