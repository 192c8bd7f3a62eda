//! What came and what was expected, for people to read.

use trunkline_proto::{ContentType, Frame};

use crate::check::{any_event, event_name, list, one_line};
use crate::peer::Seen;
use crate::scenario::{Expect, What};

/// A message that differs: how, and the whole of it.
pub(crate) fn difference(mut lines: Vec<String>, frame: &Frame) -> Vec<String> {
    let whole = message(frame);
    // A difference by line has it already.
    if !lines.iter().any(|line| line.starts_with("+ Content-Type") || line.starts_with("  Content-")) {
        lines.push("in:".into());
        lines.extend(whole);
    }
    lines
}

pub(crate) fn seen(seen: &Seen) -> Vec<String> {
    match seen {
        Seen::Frame(frame) => message(frame),
        Seen::Eof => vec!["+ eof".into()],
        Seen::Nothing => vec!["+ nothing, for as long as we waited".into()],
        Seen::Broken(how) => vec![format!("+ {how}")],
    }
}

/// The headers of a message that say what it is about, and its body.
fn message(frame: &Frame) -> Vec<String> {
    let (headers, body) = match any_event(frame) {
        Some((_, headers, body)) => (headers, body),
        None => (list(&frame.headers()), frame.body().map(|body| body.to_vec())),
    };
    let shown = headers.iter().filter(|header| !header.name.starts_with("Caller-"));
    let mut lines: Vec<_> =
        shown.map(|header| format!("+ {}: {}", header.name, one_line(&header.value))).collect();
    if let Some(body) = body {
        lines.push("+".into());
        lines.extend(crate::pattern::escape(&body).split('\n').map(|line| format!("+ {line}")));
    }
    lines
}

/// Messages in a few words, those that are alike together.
pub(crate) fn briefly(frames: &[Frame]) -> String {
    let words: Vec<_> = frames.iter().map(brief).collect();
    let runs = words.chunk_by(|one, next| one == next).map(|run| match run {
        [one] => one.clone(),
        run => format!("{} ({} times)", run[0], run.len()),
    });
    runs.collect::<Vec<_>>().join(", ")
}

fn brief(frame: &Frame) -> String {
    match any_event(frame) {
        Some((_, headers, _)) => event_name(&headers),
        None if frame.content_type() == ContentType::CommandReply => {
            frame.headers().get("Reply-Text").unwrap_or_default().into_owned()
        }
        None => frame.headers().get("Content-Type").unwrap_or_default().into_owned(),
    }
}

pub(crate) fn expected(expect: &Expect) -> String {
    match expect {
        Expect::Unrecorded(_) => "?".into(),
        Expect::Reply { text, .. } => format!("reply {text}"),
        Expect::Api(body) => format!("api {body}"),
        Expect::Frame(text) => text.clone(),
        Expect::Bye(_) => "bye".into(),
        Expect::Eof => "eof".into(),
        Expect::Message(message) => match &message.what {
            What::Event(_, name) => name.clone(),
            What::Connect => "the answer to connect".into(),
            What::Log => "a log line".into(),
            What::Notice => "a disconnect notice".into(),
        },
    }
}
