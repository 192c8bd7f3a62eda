//! Commands about the switch itself (`mod_commands.c`).

use super::{Command, Invocation, Outcome};
use crate::core::Core;
use crate::event::origin;
use crate::heartbeat::up_time;
use crate::log;

pub(super) const COMMANDS: &[(&str, Command)] = &[
    ("status", status),
    ("version", version),
    ("uptime", uptime),
    ("hostname", hostname),
    ("switchname", switchname),
    ("create_uuid", create_uuid),
    ("banner", banner),
    ("file_exists", file_exists),
    ("getenv", getenv),
    ("console", console),
    ("getcputime", |_, _| "0, 0".into()),
    ("pool_stats", |_, _| {
        "Unable to get core pool statictics. Please rebuild FreeSWITCH with --enable-pool-debug".into()
    }),
    ("log", log_command),
];

fn status(core: &mut Core, _: Invocation<'_>) -> Outcome {
    let statistics = &core.statistics;
    let (up, config) = (up_time(core.now.since(core.started)), &core.config);
    let (sessions, peak) = (statistics.sessions, statistics.peak);
    let (count, recent) = (core.channels.len(), statistics.peak_five_minutes);
    let (per_second, most) = (core.sessions_last_second(), statistics.peak_per_second);
    let (number, revision) = (config.release.number(), config.release.revision_for_people());
    let ready = if core.stores.settings.is_ready() { "ready" } else { "not ready" };
    let (limit, most_sessions) = (config.sessions_per_second, config.max_sessions);
    format!(
        "UP {up}\nFreeSWITCH (Version {number} {revision}) is {ready}\n\
         {sessions} session(s) since startup\n\
         {count} session(s) - peak {peak}, last 5min {recent} \n\
         {per_second} session(s) per Sec out of max {limit}, peak {most}, last 5min {most} \n\
         {most_sessions} session(s) max\nmin idle cpu 0.00/99.00\nCurrent Stack Size/Max 240K/8192K\n"
    )
    .into()
}

fn version(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let release = core.config.release;
    let (full, revision) = (release.full(), release.revision_for_people());
    match invocation.text().split_whitespace().next() {
        None => format!("FreeSWITCH Version {full} ({revision})\n").into(),
        // Any part of the word will do.
        Some(word) if "short".contains(&word.to_ascii_lowercase()) => {
            format!("{}\n", release.number()).into()
        }
        Some(_) => format!("FreeSWITCH Version {full} ({} {revision})\n", release.number()).into(),
    }
}

fn uptime(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let up = core.now.since(core.started);
    let seconds = up.as_secs();
    let number = match invocation.text().as_str() {
        "us" | "microseconds" => up.as_micros(),
        "ms" | "milliseconds" => up.as_millis(),
        "" | "s" | "seconds" => seconds.into(),
        "m" | "minutes" => (seconds / 60).into(),
        "h" | "hours" => (seconds / 3600).into(),
        "d" | "days" => (seconds / 86_400).into(),
        _ => {
            return "-USAGE: [us|ms|s|m|h|d|microseconds|milliseconds|seconds|minutes|hours|days]\n".into();
        }
    };
    format!("{number}\n").into()
}

fn hostname(core: &mut Core, _: Invocation<'_>) -> Outcome {
    core.config.hostname.as_str().into()
}

fn switchname(core: &mut Core, _: Invocation<'_>) -> Outcome {
    core.config.switchname.as_str().into()
}

fn create_uuid(core: &mut Core, _: Invocation<'_>) -> Outcome {
    core.new_uuid().into()
}

/// Files are those that are not said to be missing, where FreeSWITCH has its own.
fn file_exists(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let path = invocation.text();
    let missing = core.config.missing_files.iter().any(|start| path.starts_with(start));
    (path.starts_with("/usr/local/freeswitch/") && !missing).to_string().into()
}

fn banner(_: &mut Core, _: Invocation<'_>) -> Outcome {
    BANNER.into()
}

const BANNER: &str = r"
.=============================================================.
|   _____              ______        _____ _____ ____ _   _   |
|  |  ___| __ ___  ___/ ___\ \      / /_ _|_   _/ ___| | | |  |
|  | |_ | '__/ _ \/ _ \___ \\ \ /\ / / | |  | || |   | |_| |  |
|  |  _|| | |  __/  __/___) |\ V  V /  | |  | || |___|  _  |  |
|  |_|  |_|  \___|\___|____/  \_/\_/  |___| |_| \____|_| |_|  |
|                                                             |
.=============================================================.
|   Anthony Minessale II, Michael Jerris, Brian West, Others  |
|   FreeSWITCH (http://www.freeswitch.org)                    |
|   Paypal Donations Appreciated: paypal@freeswitch.org       |
|   Brought to you by ClueCon http://www.cluecon.com/         |
.=============================================================.

";

/// `log <level> <text>`; a level nobody knows is no mistake.
fn log_command(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let text = invocation.text();
    let (level, text) = text.split_once(' ').unwrap_or((text.as_str(), ""));
    let level = log::parse_level(level).and_then(|level| u8::try_from(level).ok());
    if let Some(level) = level.filter(|_| !text.is_empty()) {
        core.log(level, &origin::LOG_COMMAND, text);
    }
    "+OK\n".into()
}

const CONSOLE_USAGE: &str = "\
USAGE:
--------------------------------------------------------------------------------
console help
console loglevel [[0-7] | <loglevel_string>]
console uuid [on|off|toggle]
console json [on|off|toggle]
console colorize [on|off|toggle]
--------------------------------------------------------------------------------
";

/// The console has a level, which is WARNING until it is set.
fn console(_: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let text = invocation.text();
    let words: Vec<&str> = text.split_whitespace().collect();
    let level = match words.as_slice() {
        ["loglevel"] => Some(log::WARNING),
        ["loglevel", level] => log::parse_level(level).and_then(|level| u8::try_from(level).ok()),
        _ => None,
    };
    match level {
        Some(level) => format!("+OK console log level set to {}\n", log::level_name(level)).into(),
        None => CONSOLE_USAGE.into(),
    }
}

fn getenv(_: &mut Core, invocation: Invocation<'_>) -> Outcome {
    if invocation.arguments == b"HOME" { "/usr/local/freeswitch" } else { "_undef_" }.into()
}
