//! Commands that tell one channel what to do (`mod_commands.c`).

use super::{Command, Invocation, Outcome};
use crate::app::{Broadcast, Bug};
use crate::channel::ChannelId;
use crate::core::Core;
use crate::dtmf::are_digits;
use crate::event::origin;
use crate::text::{atoi, first_word, split_spaces};

pub(super) const COMMANDS: &[(&str, Command)] = &[
    ("uuid_answer", |core, invocation| marked(core, invocation, Core::answer_leg)),
    ("uuid_pre_answer", |core, invocation| marked(core, invocation, Core::pre_answer_leg)),
    ("uuid_ring_ready", |core, invocation| {
        marked(core, invocation, |core, id| core.mark_ringing(id, &origin::APP_RINGING))
    }),
    ("uuid_bridge", uuid_bridge),
    ("uuid_transfer", uuid_transfer),
    ("uuid_dual_transfer", uuid_dual_transfer),
    ("uuid_park", uuid_park),
    ("uuid_hold", uuid_hold),
    ("uuid_broadcast", uuid_broadcast),
    ("uuid_break", uuid_break),
    ("break", uuid_break),
    ("uuid_record", uuid_record),
    ("uuid_displace", uuid_displace),
    ("uuid_buglist", uuid_buglist),
    ("uuid_recv_dtmf", uuid_recv_dtmf),
    ("uuid_send_dtmf", uuid_send_dtmf),
    ("uuid_flush_dtmf", uuid_flush_dtmf),
];

const NO_SUCH_CHANNEL: &str = "-ERR No such channel!\n";

fn marked(core: &mut Core, invocation: Invocation<'_>, mark: impl Fn(&mut Core, ChannelId)) -> Outcome {
    match core.channels.locate(invocation.arguments) {
        Some(id) => {
            mark(core, id);
            "+OK\n".into()
        }
        None => "-ERROR\n".into(),
    }
}

/// `uuid_bridge <uuid> <other uuid>`
fn uuid_bridge(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 4);
    let [a, b] = words.as_slice() else { return "-USAGE: <uuid> <other_uuid>\n".into() };
    let (a_id, b_id) = (core.channels.locate(a), core.channels.locate(b));
    match (a_id, b_id) {
        (Some(a_id), Some(b_id)) if core.uuid_bridge(a_id, b_id) => {
            Outcome::Done([b"+OK ".as_slice(), b, b"\n"].concat())
        }
        _ => "-ERR Invalid uuid\n".into(),
    }
}

/// `uuid_transfer <uuid> [-bleg|-both] <number> [<dialplan>] [<context>]`
fn uuid_transfer(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 5);
    let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    let (uuid, which, rest) = match words.as_slice() {
        [uuid, which @ (b"-bleg" | b"-both"), rest @ ..] => (*uuid, *which, rest),
        [uuid, rest @ ..] => (*uuid, b"".as_slice(), rest),
        [] => (b"".as_slice(), b"".as_slice(), words.as_slice()),
    };
    let [number, rest @ ..] = rest else { return TRANSFER_USAGE.into() };
    let Some(id) = core.channels.locate(uuid) else { return NO_SUCH_CHANNEL.into() };
    let (dialplan, context) = (rest.first().copied(), rest.get(1).copied());
    let legs = match (which, core.partner(id)) {
        (b"-bleg", Some(peer)) => vec![peer],
        (b"-both", Some(peer)) => vec![peer, id],
        (b"-bleg", None) => Vec::new(),
        _ => vec![id],
    };
    for leg in legs {
        core.transfer(leg, number, dialplan, context);
    }
    "+OK\n".into()
}

const TRANSFER_USAGE: &str = "-USAGE: <uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]\n";

/// `<uuid> <number>[/<dialplan>[/<context>]] <number of the other>[/<dialplan>[/<context>]]`
fn uuid_dual_transfer(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 5);
    let [uuid, to, others_to] = words.as_slice() else {
        return "-USAGE: <uuid> <A-dest-exten>[/<A-dialplan>][/<A-context>] \
                <B-dest-exten>[/<B-dialplan>][/<B-context>]\n"
            .into();
    };
    let Some(id) = core.channels.locate(uuid) else { return NO_SUCH_CHANNEL.into() };
    let legs = [(core.partner(id), others_to), (Some(id), to)];
    for (leg, to) in legs {
        let (number, dialplan, context) = destination(to);
        if let Some(leg) = leg {
            core.transfer(leg, number, dialplan, context);
        }
    }
    "+OK\n".into()
}

/// The number, the dialplan and the context of one word. Where the dialplan is `inline`, the number may have slashes.
fn destination(text: &[u8]) -> (&[u8], Option<&[u8]>, Option<&[u8]>) {
    if let Some(number) = text.strip_suffix(b"/inline") {
        return (number, Some(b"inline"), None);
    }
    let mut parts = text.splitn(3, |byte| *byte == b'/');
    (parts.next().unwrap_or_default(), parts.next(), parts.next())
}

fn uuid_park(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let Some(id) = core.channels.locate(invocation.arguments) else { return NO_SUCH_CHANNEL.into() };
    core.park_session(id);
    "+OK\n".into()
}

/// `uuid_hold [off|toggle] <uuid> [<display>]`
fn uuid_hold(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 4);
    let find = |core: &Core, place: usize| words.get(place).and_then(|uuid| core.channels.locate(uuid));
    // One that is not there is held without a word.
    let done = match words.first().map(Vec::as_slice) {
        None => return "-USAGE: [off|toggle] <uuid> [<display>]\n-ERR Operation failed\n".into(),
        Some(b"off") => find(core, 1).is_none_or(|id| core.unhold(id)),
        Some(b"toggle") => find(core, 1).is_none_or(|id| core.toggle_hold(id)),
        Some(_) => find(core, 0).is_none_or(|id| core.hold(id)),
    };
    if done { "+OK Success\n" } else { "-ERR Operation failed\n" }.into()
}

/// `uuid_broadcast <uuid> <path> [aleg|bleg|holdb|both]`
fn uuid_broadcast(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 4);
    let [uuid, path, legs @ ..] = words.as_slice() else {
        return "-USAGE: <uuid> <path> [aleg|bleg|holdb|both]\n".into();
    };
    let Some(id) = core.channels.locate(uuid) else { return "-ERR invalid uuid\n".into() };
    let (a, b, holds) = match legs.first().map(|legs| legs.to_ascii_lowercase()) {
        None => (true, false, true),
        Some(legs) => {
            let says = |word: &[u8]| legs.windows(word.len()).any(|part| part == word);
            let holds = says(b"holdb");
            (says(b"both") || says(b"aleg"), (says(b"both") || says(b"bleg")) && !holds, holds)
        }
    };
    core.broadcast_legs(id, &Broadcast { holds, ..Broadcast::parse(path) }, a, b);
    "+OK Message sent\n".into()
}

/// `uuid_break <uuid> [all]`
fn uuid_break(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let (uuid, flags) = first_word(invocation.arguments);
    if uuid.is_empty() {
        return "-USAGE: <uuid> [all]\n".into();
    }
    let Some(id) = core.channels.locate(uuid) else { return NO_SUCH_CHANNEL.into() };
    core.break_playback(id, flags.windows(3).any(|word| word == b"all"));
    "+OK\n".into()
}

const RECORD_USAGE: &str = "-USAGE: <uuid> [start|stop|mask|unmask] <path> [<limit>] [<recording_vars>]\n";

/// `uuid_record <uuid> start|stop|mask|unmask|pause|resume <path> [<seconds at most>] [{<variables>}]`
fn uuid_record(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 5);
    let [uuid, action, path, rest @ ..] = words.as_slice() else { return RECORD_USAGE.into() };
    let Some(id) = core.channels.locate(uuid) else { return "-ERR Cannot locate session!\n".into() };
    let (done, what) = match action.to_ascii_lowercase().as_slice() {
        b"start" => {
            let limit = rest.first().map_or(0, |limit| atoi(limit));
            let variables = rest.get(1).map(Vec::as_slice).unwrap_or_default();
            (core.start_recording(id, path, limit, variables), "record")
        }
        b"stop" => (core.stop_recording(id, path), "stop record"),
        b"pause" => (core.pause_recording(id, path, true), "pause recording"),
        b"resume" => (core.pause_recording(id, path, false), "resume recording"),
        b"mask" => (core.mask_recording(id, path, true), "mask recording"),
        b"unmask" => (core.mask_recording(id, path, false), "unmask recording"),
        _ => return RECORD_USAGE.into(),
    };
    if done { "+OK Success\n".into() } else { format!("-ERR Cannot {what} session!\n").into() }
}

/// `uuid_displace <uuid> start|stop <path> [<seconds at most>] [<flags>]`
fn uuid_displace(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    const USAGE: &str = "-USAGE: <uuid> [start|stop] <path> [<limit>] [mux]\n";
    let words = split_spaces(invocation.arguments, 5);
    let [uuid, action, path, rest @ ..] = words.as_slice() else { return USAGE.into() };
    let Some(id) = core.channels.locate(uuid) else { return "-ERR Cannot locate session!\n".into() };
    let limit = rest.first().map_or(0, |limit| atoi(limit));
    let flags = rest.get(1).map(Vec::as_slice).unwrap_or_default();
    let (done, what) = match action.to_ascii_lowercase().as_slice() {
        b"start" => (core.displace(id, path, limit, flags), "displace"),
        b"stop" => (core.stop_displacing(id, path), "stop displace"),
        _ => return USAGE.into(),
    };
    if done { "+OK Success\n".into() } else { format!("-ERR Cannot {what} session!\n").into() }
}

/// What listens to a call, or changes what it hears.
fn uuid_buglist(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    if invocation.arguments.is_empty() {
        return "-USAGE: <uuid>\n".into();
    }
    let id = core.channels.locate(first_word(invocation.arguments).0);
    let Some(channel) = id.and_then(|id| core.channels.get(id)) else { return "".into() };
    let recorded = channel.recordings.iter().map(|recording| ("session_record", recording.path()));
    let others = channel.bugs.iter().map(Bug::shown);
    let bug = |(function, target): (&str, &[u8])| {
        let target = String::from_utf8_lossy(target).into_owned();
        format!(
            " <media-bug>\n  <function>{function}</function>\n  <target>{target}</target>\n  \
             <thread-locked>0</thread-locked>\n </media-bug>\n"
        )
    };
    let bugs: String = recorded.chain(others).map(bug).collect();
    format!("<media-bugs>\n{bugs}</media-bugs>\n").into()
}

/// The channel and the digits of `<uuid> <digits>[@<milliseconds>]`.
fn digits<'a>(core: &Core, invocation: &Invocation<'a>) -> Result<(ChannelId, &'a [u8], &'a [u8]), Outcome> {
    let (uuid, digits) = first_word(invocation.arguments);
    if uuid.is_empty() || !are_digits(digits) {
        return Err("-USAGE: <uuid> <dtmf_data>\n".into());
    }
    let id = core.channels.locate(uuid).ok_or_else(|| Outcome::from("-ERR Cannot locate session!\n"))?;
    Ok((id, uuid, digits))
}

/// Digits as if the far end had pressed them.
fn uuid_recv_dtmf(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    match digits(core, &invocation) {
        Ok((id, uuid, digits)) => {
            core.press(id, digits);
            Outcome::Done([b"+OK ".as_slice(), uuid, b" received DTMF ", digits, b".\n"].concat())
        }
        Err(refusal) => refusal,
    }
}

fn uuid_send_dtmf(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    match digits(core, &invocation) {
        Ok((id, uuid, digits)) => {
            core.send_digits(id, digits);
            Outcome::Done([b"+OK ".as_slice(), uuid, b" sent DTMF ", digits, b".\n"].concat())
        }
        Err(refusal) => refusal,
    }
}

fn uuid_flush_dtmf(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    match core.channels.locate(invocation.arguments) {
        Some(id) => {
            core.forget_digits(id);
            "+OK\n".into()
        }
        None => "-ERR No such session\n".into(),
    }
}
