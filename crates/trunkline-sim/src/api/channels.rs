//! Commands about one channel (`mod_commands.c`).

use trunkline_proto::{EventFormat, EventName, HangupCause};

use super::{Command, Invocation, Outcome};
use crate::cause::Cause;
use crate::core::Core;
use crate::event::{Draft, array_elements, origin};
use crate::expand::has_reference;
use crate::text::{atoi, first_word, split, split_spaces};

pub(super) const COMMANDS: &[(&str, Command)] = &[
    ("uuid_kill", uuid_kill),
    ("uuid_exists", uuid_exists),
    ("uuid_getvar", uuid_getvar),
    ("uuid_setvar", uuid_setvar),
    ("uuid_setvar_multi", uuid_setvar_multi),
    ("uuid_dump", uuid_dump),
];

const NO_SUCH_CHANNEL: &str = "-ERR No such channel!\n";

fn uuid_kill(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let (uuid, cause) = first_word(invocation.arguments);
    if uuid.is_empty() {
        return "-USAGE: <uuid> [cause]\n".into();
    }
    let cause = if cause.is_empty() { HangupCause::NormalClearing.into() } else { Cause::parse(cause) };
    match core.channels.locate(uuid) {
        Some(id) => {
            if core.hangup(id, cause, &origin::KILL) {
                core.caller_hears_no_more(id);
            }
            "+OK\n".into()
        }
        None => NO_SUCH_CHANNEL.into(),
    }
}

fn uuid_exists(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    if core.channels.locate(invocation.arguments).is_some() { "true" } else { "false" }.into()
}

fn uuid_getvar(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 4);
    let [uuid, name, ..] = words.as_slice() else { return "-USAGE: <uuid> <var>\n".into() };
    let Some(channel) = core.channels.locate(uuid).and_then(|id| core.channels.get(id)) else {
        return NO_SUCH_CHANNEL.into();
    };
    let bracket = name.iter().position(|byte| *byte == b'[');
    let value = match bracket.map(|at| name.split_at(at)) {
        Some((name, index)) => {
            let index = usize::try_from(atoi(index.get(1..).unwrap_or_default())).unwrap_or(usize::MAX);
            let elements = channel.variables.get(name).and_then(array_elements).unwrap_or_default();
            elements.into_iter().nth(index)
        }
        None => core.channel_variable(channel.id, name).map(<[u8]>::to_vec),
    };
    Outcome::Done(value.unwrap_or_else(|| b"_undef_".to_vec()))
}

fn uuid_setvar(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 3);
    let [uuid, name, value @ ..] = words.as_slice() else {
        return "-USAGE: <uuid> <var> [value]\n".into();
    };
    let value = value.first().map(Vec::as_slice).unwrap_or_default();
    let Some(channel) = core.channels.locate(uuid).and_then(|id| core.channels.get_mut(id)) else {
        return NO_SUCH_CHANNEL.into();
    };
    channel.variables.set(name.as_slice(), value);
    "+OK\n".into()
}

/// `<uuid> <name>=<value>;<name>=<value>…`
fn uuid_setvar_multi(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    const USAGE: &str = "-USAGE: <uuid> <var>=<value>;<var>=<value>...\n";
    let (uuid, pairs) = first_word(invocation.arguments);
    if uuid.is_empty() {
        return USAGE.into();
    }
    if pairs.is_empty() {
        return "".into();
    }
    let Some(channel) = core.channels.locate(uuid).and_then(|id| core.channels.get_mut(id)) else {
        return format!("{NO_SUCH_CHANNEL}{USAGE}").into();
    };
    for pair in split(pairs, b';', MOST_PAIRS) {
        let equals = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        let (name, value) = pair.split_at(equals);
        // What would have to be expanded is refused.
        let value = value.get(1..).unwrap_or_default();
        if !has_reference(value) {
            channel.variables.set(name, value);
        }
    }
    "+OK\n".into()
}

/// Most pairs that are looked at.
const MOST_PAIRS: usize = 64;

/// `uuid_dump <uuid> [text|plain|json|xml]`
fn uuid_dump(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let (uuid, format) = first_word(invocation.arguments);
    if uuid.is_empty() {
        return "-USAGE: <uuid> [format]\n".into();
    }
    if core.channels.locate(uuid).is_none() {
        return NO_SUCH_CHANNEL.into();
    }
    let mut event = core.new_event(&EventName::ChannelData, &origin::UUID_DUMP);
    if let Some(channel) = core.channels.locate(uuid).and_then(|id| core.channels.get(id)) {
        channel.write_basic(&mut event);
        channel.write_variables(&mut event);
    }
    let output = match format.to_ascii_lowercase().as_slice() {
        b"json" => event.payload(EventFormat::Json),
        b"xml" => event.payload(EventFormat::Xml),
        b"plain" => bracketed(&event),
        _ => event.payload(EventFormat::Plain),
    };
    Outcome::Done(output)
}

/// What `plain` means here: nothing encoded, and every value in brackets.
fn bracketed(event: &Draft) -> Vec<u8> {
    let lines = event.headers().map(|(name, value)| [name, b": [", value, b"]\n"].concat());
    let mut text = lines.collect::<Vec<_>>().concat();
    text.push(b'\n');
    text
}
