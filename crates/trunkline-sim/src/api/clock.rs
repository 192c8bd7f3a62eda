//! Times, told and read (`mod_commands.c`). The time zone is UTC, and no other is known.

use super::{Command, Invocation, Outcome};
use crate::core::Core;
use crate::text::first_word;
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
        text => {
            let (time, format) = timed(core, text);
            time.formatted(format).into()
        }
    }
}

fn timed<'a>(core: &Core, text: &'a str) -> (Time, &'a str) {
    match text.split_once('|') {
        Some((seconds, format)) => {
            let seconds: u64 = seconds.trim().parse().unwrap_or(0);
            // Zero is now.
            let time =
                if seconds == 0 { core.now } else { Time::from_micros(seconds.saturating_mul(1_000_000)) };
            (time, format)
        }
        None => (core.now, text),
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
