//! Commands about the switch itself (`mod_commands.c`).

use trunkline_proto::EventName;

use super::{Command, Invocation, Outcome};
use crate::core::Core;
use crate::event::origin;
use crate::heartbeat::up_time;
use crate::log;
use crate::time::Time;

pub(super) const COMMANDS: &[(&str, Command)] = &[
    ("status", status),
    ("version", version),
    ("uptime", uptime),
    ("hostname", hostname),
    ("switchname", switchname),
    ("create_uuid", create_uuid),
    ("strepoch", strepoch),
    ("reloadxml", reloadxml),
    ("log", log_command),
];

const VERSION: &str = "FreeSWITCH Version 1.11.3-dev+git~20260821T141014Z~cc93a683ca~64bit (git cc93a68 2026-08-21 14:10:14Z 64bit)\n";

fn status(core: &mut Core, _: Invocation<'_>) -> Outcome {
    let statistics = &core.statistics;
    let (up, config) = (up_time(core.now.since(core.started)), &core.config);
    let (sessions, peak) = (statistics.sessions, statistics.peak);
    let (count, recent) = (core.channels.len(), statistics.peak_five_minutes);
    let (per_second, most) = (core.sessions_last_second(), statistics.peak_per_second);
    let (limit, most_sessions) = (config.sessions_per_second, config.max_sessions);
    format!(
        "UP {up}\nFreeSWITCH (Version 1.11.3-dev git cc93a68 2026-08-21 14:10:14Z 64bit) is ready\n\
         {sessions} session(s) since startup\n\
         {count} session(s) - peak {peak}, last 5min {recent} \n\
         {per_second} session(s) per Sec out of max {limit}, peak {most}, last 5min {most} \n\
         {most_sessions} session(s) max\nmin idle cpu 0.00/99.00\nCurrent Stack Size/Max 240K/8192K\n"
    )
    .into()
}

fn version(_: &mut Core, invocation: Invocation<'_>) -> Outcome {
    if invocation.text().eq_ignore_ascii_case("short") { "1.11.3-dev\n" } else { VERSION }.into()
}

fn uptime(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let up = core.now.since(core.started);
    let number = match invocation.text().as_str() {
        "ms" => up.as_millis(),
        "us" => up.as_micros(),
        _ => up.as_secs().into(),
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

fn strepoch(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let time = match invocation.arguments {
        [] => core.now,
        _ => Time::parse(&invocation.text()).unwrap_or_default(),
    };
    time.as_secs().to_string().into()
}

fn reloadxml(core: &mut Core, _: Invocation<'_>) -> Outcome {
    let event = core.new_event(&EventName::ReloadXml, &origin::RELOADXML);
    core.fire(&EventName::ReloadXml, event);
    "+OK [Success]\n".into()
}

/// `log <level> <text>`
fn log_command(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let text = invocation.text();
    let (level, text) = text.split_once(' ').unwrap_or((text.as_str(), ""));
    let level = log::parse_level(level).and_then(|level| u8::try_from(level).ok());
    match level {
        Some(level) if !text.is_empty() => {
            core.log(level, &origin::LOG_COMMAND, text);
            "+OK\n".into()
        }
        _ => "-USAGE: <level> <message>\n".into(),
    }
}
