//! Commands about one channel's sound and signalling that have nothing to do here, where there is neither: they say what
//! the real ones say, of a channel that is there and of one that is not (`mod_commands.c`).

use super::{Command, Invocation, Outcome};
use crate::core::Core;
use crate::log;
use crate::text::{atoi, is_number, is_true, split_spaces};

pub(super) const COMMANDS: &[(&str, Command)] = &[
    ("uuid_audio", uuid_audio),
    ("uuid_deflect", |core, invocation| redirect(core, invocation, "+OK:\n")),
    ("uuid_redirect", |core, invocation| redirect(core, invocation, "+OK\n")),
    ("uuid_recovery_refresh", |core, invocation| redirect(core, invocation, "+OK:\n")),
    ("uuid_set_media_stats", uuid_set_media_stats),
    ("uuid_media", uuid_media),
    ("uuid_media_3p", uuid_media),
    ("uuid_loglevel", uuid_loglevel),
    ("uuid_session_heartbeat", uuid_session_heartbeat),
    ("uuid_send_info", uuid_send_info),
    ("uuid_chat", uuid_chat),
    ("uuid_preprocess", |_, _| "-USAGE: <>\n".into()),
    ("uuid_display", |core, invocation| tell(core, invocation, &DISPLAY)),
    ("uuid_simplify", |core, invocation| tell(core, invocation, &SIMPLIFY)),
    ("uuid_phone_event", |core, invocation| tell(core, invocation, &PHONE_EVENT)),
    ("uuid_jitterbuffer", |core, invocation| tell(core, invocation, &JITTERBUFFER)),
    ("uuid_debug_media", |core, invocation| tell(core, invocation, &DEBUG_MEDIA)),
    ("uuid_send_message", |core, invocation| tell(core, invocation, &SEND_MESSAGE)),
    ("uuid_fileman", uuid_fileman),
    ("uuid_outgoing_answer", |core, invocation| tell(core, invocation, &OUTGOING_ANSWER)),
    ("uuid_early_ok", |core, invocation| tell(core, invocation, &EARLY_OK)),
    ("uuid_zombie_exec", |core, invocation| tell(core, invocation, &ZOMBIE_EXEC)),
    ("uuid_xfer_zombie", |core, invocation| tell(core, invocation, &XFER_ZOMBIE)),
    ("uuid_codec_param", |core, invocation| tell(core, invocation, &CODEC_PARAM)),
    ("uuid_codec_debug", |core, invocation| tell(core, invocation, &CODEC_DEBUG)),
    ("uuid_capture_text", |core, invocation| tell(core, invocation, &CAPTURE_TEXT)),
    ("uuid_send_text", |core, invocation| tell(core, invocation, &SEND_TEXT)),
    ("uuid_pause", |core, invocation| tell(core, invocation, &PAUSE)),
    ("uuid_drop_dtmf", |core, invocation| tell(core, invocation, &DROP_DTMF)),
    ("uuid_media_reneg", |core, invocation| tell(core, invocation, &MEDIA_RENEG)),
    ("uuid_video_refresh", |core, invocation| tell(core, invocation, &VIDEO)),
    ("uuid_video_bitrate", |core, invocation| tell(core, invocation, &VIDEO_RATE)),
    ("uuid_video_bandwidth", |core, invocation| tell(core, invocation, &VIDEO_RATE)),
    ("uuid_media_params", |core, invocation| tell(core, invocation, &MEDIA_PARAMS)),
    ("uuid_msrp_send", |core, invocation| tell(core, invocation, &MSRP_SEND)),
];

/// What a command says.
struct Words {
    /// How many words it wants.
    wants: usize,
    /// Of fewer.
    usage: &'static str,
    /// Of a channel that is there.
    done: &'static str,
    /// Of one that is not, whose name stands for `{}`.
    none: &'static str,
}

const FAILED: &str = "-ERR Operation failed\n";
const FAILED_LOUDLY: &str = "-ERR Operation Failed\n";
const NO_SUCH_CHANNEL: &str = "-ERR No such channel!\n";
const SUCCESS: &str = "+OK Success\n";

const DISPLAY: Words = words(2, "-USAGE: <uuid> <display>\n", SUCCESS, FAILED);
const SIMPLIFY: Words = words(1, "-USAGE: <uuid>\n", SUCCESS, FAILED);
const PHONE_EVENT: Words = words(2, "-USAGE: <uuid>\n-ERR Operation failed\n", SUCCESS, FAILED);
const JITTERBUFFER: Words = words(2, "-USAGE: <uuid> [0|<min_msec>[:<max_msec>]]\n", SUCCESS, FAILED);
const DEBUG_MEDIA: Words =
    words(3, "-USAGE: <uuid> <read|write|both|vread|vwrite|vboth|all> <on|off>\n", SUCCESS, FAILED);
const SEND_MESSAGE: Words =
    words(2, "-USAGE: <uuid> <message>\n", SUCCESS, "-ERR Unable to find session for UUID\n");
const OUTGOING_ANSWER: Words = words(1, "-USAGE: <uuid>\n", "+OK\n", NO_SUCH_CHANNEL);
const EARLY_OK: Words = words(1, "-ERROR\n", "", "-ERROR\n");
const ZOMBIE_EXEC: Words =
    words(1, "-ERR no such session\n", "+OK MMM Brains...\n", "-ERR no such session\n");
const XFER_ZOMBIE: Words = words(1, "-USAGE: <uuid>\n-ERR Operation Failed\n", SUCCESS, FAILED_LOUDLY);
const CODEC_PARAM: Words = words(
    5,
    "-USAGE: <uuid> audio|video read|write <param> <val>\n-ERR Operation Failed [NOT SENT]\n",
    "-ERR Operation Failed [NOT SENT]\n",
    "-ERR Operation Failed [NOT SENT]\n",
);
const CODEC_DEBUG: Words =
    words(3, "-USAGE: <uuid> audio|video <level>\n-ERR Operation Failed\n", SUCCESS, FAILED_LOUDLY);
const CAPTURE_TEXT: Words = words(2, "-USAGE: <uuid> <on|off>\n", "", "-ERR No such channel {}!\n");
const SEND_TEXT: Words = words(2, "-USAGE: <uuid> <text>\n", "+OK\n", "-ERR No such channel {}!\n");
const PAUSE: Words = words(2, "-USAGE: <uuid> <on|off>\n", "", NO_SUCH_CHANNEL);
const DROP_DTMF: Words = words(
    4,
    "-USAGE: <uuid> [on | off ] [ mask_digits <digits> | mask_file <file>]\n",
    "+OK\n",
    "-ERR Cannot locate session!\n",
);
const MEDIA_RENEG: Words =
    words(1, "-USAGE: <uuid>[ <codec_string>]\n-ERR Operation Failed\n", SUCCESS, FAILED_LOUDLY);
const VIDEO: Words =
    words(1, "-USAGE: <uuid> [auto|manual]\n-ERR Operation Failed\n", SUCCESS, FAILED_LOUDLY);
const VIDEO_RATE: Words = Words { wants: 2, ..VIDEO };
const MEDIA_PARAMS: Words = words(2, "-USAGE: <uuid> <json>\n", SUCCESS, FAILED);
const MSRP_SEND: Words = words(
    2,
    "-ERR Usage: uuid_msrp_send <uuid> msg\n",
    "-ERR No msrp_session.\n",
    "-ERR Usage: cannot locate session.\n",
);

const fn words(wants: usize, usage: &'static str, done: &'static str, none: &'static str) -> Words {
    Words { wants, usage, done, none }
}

fn tell(core: &mut Core, invocation: Invocation<'_>, words: &Words) -> Outcome {
    let given = split_spaces(invocation.arguments, words.wants);
    match given.first() {
        Some(uuid) if given.len() == words.wants => {
            if core.channels.locate(uuid).is_some() {
                words.done
            } else {
                words.none
            }
        }
        _ => words.usage,
    }
    .into()
}

fn no_such_channel(uuid: &[u8]) -> Outcome {
    Outcome::Done([b"-ERR No such channel ".as_slice(), uuid, b"!\n"].concat())
}

/// `<uuid> [start [read|write] [mute|level <level>]|stop]`
fn uuid_audio(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    const USAGE: &str = "-USAGE: <uuid> [start [read|write] [mute|level <level>]|stop]\n";
    let words = split_spaces(invocation.arguments, 5);
    let [uuid, action, rest @ ..] = words.as_slice() else { return USAGE.into() };
    let Some(id) = core.channels.locate(uuid) else { return NO_SUCH_CHANNEL.into() };
    let rest: Vec<Vec<u8>> = rest.iter().map(|word| word.to_ascii_lowercase()).collect();
    let rest: Vec<&[u8]> = rest.iter().map(Vec::as_slice).collect();
    match (action.to_ascii_lowercase().as_slice(), rest.as_slice()) {
        (b"stop", _) => core.restore_audio(id),
        (b"start", [way @ (b"read" | b"write"), what @ (b"mute" | b"level"), level]) => {
            core.change_audio(id, *what == b"mute", *way == b"write", atoi(level));
        }
        _ => return USAGE.into(),
    }
    "+OK\n".into()
}

/// `<uuid> <cmd>:<val>`: what is played may be told something, and plays on as it was.
fn uuid_fileman(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 4);
    let [uuid, _, ..] = words.as_slice() else { return "-USAGE: <uuid> <cmd>:<val>\n".into() };
    match core.channels.locate(uuid).and_then(|id| core.channels.get(id)) {
        Some(channel) if channel.plays() => "+OK\n".into(),
        Some(_) => "-ERR No file handle!\n".into(),
        None => NO_SUCH_CHANNEL.into(),
    }
}

/// `<uuid> <uri>`
fn redirect(core: &mut Core, invocation: Invocation<'_>, done: &'static str) -> Outcome {
    match split_spaces(invocation.arguments, 2).as_slice() {
        [uuid, _] if core.channels.locate(uuid).is_some() => done.into(),
        [uuid, _] => no_such_channel(uuid),
        _ => "-USAGE: <uuid> <uri>\n".into(),
    }
}

fn uuid_set_media_stats(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    match invocation.arguments {
        b"" => "-USAGE: <uuid>\n".into(),
        uuid if core.channels.locate(uuid).is_some() => "+OK:\n".into(),
        uuid => no_such_channel(uuid),
    }
}

/// `[off] <uuid>`: sound can be sent past the switch, but there is no way back here.
fn uuid_media(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 4);
    match words.iter().map(Vec::as_slice).collect::<Vec<_>>().as_slice() {
        [] => "-USAGE: [off] <uuid>\n-ERR Operation failed\n",
        [b"off", uuid, ..] if core.channels.locate(uuid).is_some() => SUCCESS,
        _ => FAILED,
    }
    .into()
}

/// `<uuid> <level>`
fn uuid_loglevel(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 2);
    let [uuid, level] = words.as_slice() else { return "-USAGE: <uuid> <level>\n".into() };
    let level = String::from_utf8_lossy(level);
    let is_number = level.starts_with(|first: char| first.is_ascii_digit());
    if core.channels.locate(uuid).is_none() {
        return no_such_channel(uuid);
    }
    if is_number || log::parse_level(&level).is_some() { "+OK\n" } else { "-ERR Invalid log level!\n" }.into()
}

/// `<uuid> [sched] [0|<seconds>]`
fn uuid_session_heartbeat(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    const USAGE: &str = "USAGE: uuid_session_heartbeat <uuid> [sched] [0|<seconds>]\n";
    let words = split_spaces(invocation.arguments, 3);
    let [uuid, rest @ ..] = words.as_slice() else { return format!("-{USAGE}").into() };
    let (scheduled, word) = match rest {
        [] => return format!("-{USAGE}").into(),
        [sched, word, ..] if sched.eq_ignore_ascii_case(b"sched") => (true, word),
        [word, ..] => (false, word),
    };
    let Some(id) = core.channels.locate(uuid) else {
        return format!("-ERR Cannot locate session. {USAGE}").into();
    };
    // What is not a number and not true ends it; 0 is the usual time.
    if !is_number(word) && !is_true(word) {
        core.disable_heartbeat(id);
    } else if scheduled {
        core.sched_heartbeat(id);
    } else {
        core.enable_heartbeat(id, u64::try_from(atoi(word)).unwrap_or(0));
    }
    "+OK\n".into()
}

/// `<uuid> [<mime_type> <mime_subtype>] <message>`
fn uuid_send_info(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 4);
    match words.as_slice() {
        [] | [_, _, _] => "-USAGE: <uuid> [<mime_type> <mime_subtype>] <message>\n-ERR Operation Failed\n",
        [uuid, ..] if core.channels.locate(uuid).is_some() => SUCCESS,
        _ => FAILED_LOUDLY,
    }
    .into()
}

/// `<uuid> <text>`; no channel here takes any.
fn uuid_chat(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    match split_spaces(invocation.arguments, 2).as_slice() {
        [uuid, _] if core.channels.locate(uuid).is_some() => "-ERR Send failed\n".into(),
        [uuid, _] => no_such_channel(uuid),
        _ => "-USAGE: <uuid> <text>\n".into(),
    }
}
