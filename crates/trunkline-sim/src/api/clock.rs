//! Times, told and read (`mod_commands.c`). The time zone is UTC, and no other is known.

use super::{Command, Invocation, Outcome};
use crate::core::Core;
use crate::text::{atoi, first_word};
use crate::time::Time;

pub(super) const COMMANDS: &[(&str, Command)] = &[
    ("strftime", strftime),
    ("strftime_tz", strftime_tz),
    ("strepoch", strepoch),
    ("strmicroepoch", strmicroepoch),
];

const DEFAULT_FORMAT: &str = "%Y-%m-%d %T";

/// `[<seconds>|]<format>`
fn strftime(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    match invocation.text().as_str() {
        "" => core.now.formatted(DEFAULT_FORMAT).into(),
        text => match text.split_once('|') {
            // The first letter of the format is lost.
            Some((seconds, format)) => {
                let seconds = u64::try_from(atoi(seconds.as_bytes())).unwrap_or(0);
                let skipped = format.chars().next().map_or(0, char::len_utf8);
                Time::from_micros(seconds * 1_000_000)
                    .formatted(format.get(skipped..).unwrap_or_default())
                    .into()
            }
            None => core.now.formatted(text).into(),
        },
    }
}

/// `<zone> [<seconds>|]<format>`; without a zone, the time is local.
fn strftime_tz(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    if !invocation.arguments.is_empty() {
        return "-ERR Invalid timezone/format\n".into();
    }
    core.now.formatted(DEFAULT_FORMAT).into()
}

fn read(core: &Core, invocation: &Invocation<'_>) -> Time {
    match first_word(invocation.arguments).0 {
        b"" => core.now,
        _ => Time::parse(&invocation.text()).unwrap_or_default(),
    }
}

fn strepoch(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    read(core, &invocation).as_secs().to_string().into()
}

fn strmicroepoch(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    read(core, &invocation).as_micros().to_string().into()
}
