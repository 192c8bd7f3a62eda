//! `fsctl`: settings of the running switch (`ctl_function` in `mod_commands.c`, `switch_core_session_ctl` in
//! `switch_core.c`).

use super::{Command, Invocation, Outcome};
use crate::core::Core;
use crate::event::origin;
use crate::log;
use crate::text::{atoi, is_true};

pub(super) const COMMANDS: &[(&str, Command)] = &[("fsctl", fsctl)];

const SYNTAX: &str = "[api_expansion [on|off]|recover|send_sighup|hupall|pause [inbound|outbound]|\
resume [inbound|outbound]|shutdown [cancel|elegant|asap|now|restart]|uuid_version [4|7]|sps|sps_peak_reset|\
sync_clock|sync_clock_when_idle|reclaim_mem|max_sessions|min_dtmf_duration [num]|max_dtmf_duration [num]|\
default_dtmf_duration [num]|min_idle_cpu|loglevel [level]|debug_level [level]|mdns_resolve [enable|disable]]";

/// What `fsctl` sets, and nothing else here looks at.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Whether new calls from outside are refused.
    pub(crate) paused_inbound: bool,
    /// Whether no call is made.
    pub(crate) paused_outbound: bool,
    /// Whether it is to end once there are no calls.
    pub(crate) ends: bool,
    /// Whether sessions are counted each second, and those that are too many refused: once a number was set.
    pub(crate) throttles: bool,
    numbers: [(&'static str, i32); 5],
    flags: [(&'static str, bool); 3],
    min_idle_cpu: f64,
    log_level: i32,
    debugs_sql: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            paused_inbound: false,
            paused_outbound: false,
            ends: false,
            throttles: false,
            numbers: [
                ("min_dtmf_duration", 400),
                ("max_dtmf_duration", 192_000),
                ("default_dtmf_duration", 2000),
                ("debug_level", 0),
                ("uuid_version", 4),
            ],
            flags: [("verbose_events", false), ("api_expansion", true), ("threaded_system_exec", false)],
            min_idle_cpu: 0.0,
            log_level: -1,
            debugs_sql: false,
        }
    }
}

impl Settings {
    /// Whether it takes or makes calls.
    pub(crate) fn is_ready(&self) -> bool {
        !(self.paused_inbound && self.paused_outbound)
    }

    /// Whether it neither takes nor makes calls, from now on.
    pub(crate) fn pause_all(&mut self, paused: bool) {
        (self.paused_inbound, self.paused_outbound) = (paused, paused);
    }

    /// Whether every event of a channel carries its variables.
    pub(crate) fn is_verbose(&self) -> bool {
        self.flags.iter().any(|(name, flag)| *name == "verbose_events" && *flag)
    }

    /// A number, which is set first if that is asked; zero asks only.
    fn number(&mut self, name: &str, set: Option<i32>) -> i32 {
        let Some((_, number)) = self.numbers.iter_mut().find(|(known, _)| *known == name) else { return 0 };
        if let Some(set) = set.filter(|set| *set > 0) {
            *number = set;
        }
        *number
    }

    fn flag(&mut self, name: &str, set: Option<bool>) -> bool {
        let Some((_, flag)) = self.flags.iter_mut().find(|(known, _)| *known == name) else { return false };
        *flag = set.unwrap_or(*flag);
        *flag
    }
}

type Setting = fn(&mut Core, &[&str]) -> String;

/// What each word does, given those after it.
const SETTINGS: &[(&str, Setting)] = &[
    ("hupall", hupall),
    ("recover", |_, _| "+OK 0 session(s) recovered in total\n".into()),
    ("flush_db_handles", done),
    ("pause", |core, words| pause(core, words, true)),
    ("resume", |core, words| pause(core, words, false)),
    ("pause_check", pause_check),
    ("ready_check", |core, _| core.stores.settings.is_ready().to_string()),
    ("shutdown_check", |core, _| core.stores.settings.ends.to_string()),
    ("send_sighup", done),
    ("calibrate_clock", done),
    ("save_history", done),
    ("reclaim_mem", done),
    ("sync_clock", |_, _| "+OK clock synchronized\n".into()),
    ("sync_clock_when_idle", sync_clock_when_idle),
    ("verbose_events", |core, words| flag(core, "verbose_events", words, ["off", "on"])),
    ("api_expansion", |core, words| flag(core, "api_expansion", words, ["off", "on"])),
    ("threaded_system_exec", |core, words| flag(core, "threaded_system_exec", words, ["false", "true"])),
    ("debug_sql", debug_sql),
    ("max_sessions", max_sessions),
    ("sps", sps),
    ("last_sps", |core, _| format!("+OK last sessions per second: {}\n", core.sessions_last_second())),
    ("sps_peak_reset", sps_peak_reset),
    ("min_idle_cpu", min_idle_cpu),
    ("max_dtmf_duration", |core, words| number(core, "max_dtmf_duration", "max dtmf duration", words)),
    ("min_dtmf_duration", |core, words| number(core, "min_dtmf_duration", "min dtmf duration", words)),
    ("default_dtmf_duration", |core, words| {
        number(core, "default_dtmf_duration", "default dtmf duration", words)
    }),
    ("debug_level", |core, words| number(core, "debug_level", "DEBUG level", words)),
    ("uuid_version", |core, words| number(core, "uuid_version", "set uuid version", words)),
    ("loglevel", log_level),
    ("mdns_resolve", mdns_resolve),
];

fn fsctl(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let text = invocation.text();
    let words: Vec<&str> = text.split_whitespace().collect();
    let Some((name, rest)) = words.split_first() else { return format!("-USAGE: {SYNTAX}\n").into() };
    if name.eq_ignore_ascii_case("shutdown") {
        return super::shutdown::fsctl(core, invocation.call, rest);
    }
    match SETTINGS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
        Some((_, setting)) => setting(core, rest).into(),
        None => wrong().into(),
    }
}

fn wrong() -> String {
    format!("-ERR Invalid command\nUSAGE: fsctl {SYNTAX}\n")
}

fn done(_: &mut Core, _: &[&str]) -> String {
    "+OK\n".into()
}

/// Which calls, and why, is not looked at.
fn hupall(core: &mut Core, _: &[&str]) -> String {
    let all: Vec<_> = core.channels.iter().map(|channel| channel.id).collect();
    for id in all {
        core.hangup(id, trunkline_proto::HangupCause::ManagerRequest, &origin::HUPALL);
    }
    "+OK\n".into()
}

fn pause(core: &mut Core, words: &[&str], paused: bool) -> String {
    let settings = &mut core.stores.settings;
    let which = words.first().map(|word| word.to_ascii_lowercase());
    if which.as_deref() != Some("outbound") {
        settings.paused_inbound = paused;
    }
    if which.as_deref() != Some("inbound") {
        settings.paused_outbound = paused;
    }
    "+OK\n".into()
}

fn pause_check(core: &mut Core, words: &[&str]) -> String {
    let settings = &core.stores.settings;
    let (inbound, outbound) = (settings.paused_inbound, settings.paused_outbound);
    match words.first().map(|word| word.to_ascii_lowercase()).as_deref() {
        Some("inbound") => inbound,
        Some("outbound") => outbound,
        _ => inbound && outbound,
    }
    .to_string()
}

fn sync_clock_when_idle(core: &mut Core, _: &[&str]) -> String {
    if core.channels.len() == 0 {
        return "+OK clock synchronized\n".into();
    }
    "+OK clock will synchronize when there are no more calls\n".into()
}

fn flag(core: &mut Core, name: &str, words: &[&str], values: [&str; 2]) -> String {
    let set = words.first().map(|word| is_true(word.as_bytes()));
    let [off, on] = values;
    let value = if core.stores.settings.flag(name, set) { on } else { off };
    format!("+OK {name} is {value} \n")
}

/// Turns over, whatever is asked.
fn debug_sql(core: &mut Core, _: &[&str]) -> String {
    let debugs = &mut core.stores.settings.debugs_sql;
    *debugs = !*debugs;
    format!("+OK SQL DEBUG [{}]\n", if *debugs { "on" } else { "off" })
}

/// A number above nothing.
fn positive(words: &[&str]) -> Option<u64> {
    words.first().and_then(|word| u64::try_from(atoi(word.as_bytes())).ok()).filter(|number| *number > 0)
}

fn max_sessions(core: &mut Core, words: &[&str]) -> String {
    let most = positive(words).unwrap_or(core.config.max_sessions);
    core.config.max_sessions = most;
    format!("+OK max sessions: {most}\n")
}

fn sps(core: &mut Core, words: &[&str]) -> String {
    core.stores.settings.throttles |= positive(words).is_some();
    let most = positive(words).unwrap_or(core.config.sessions_per_second);
    core.config.sessions_per_second = most;
    format!("+OK sessions per second: {most}\n")
}

fn sps_peak_reset(core: &mut Core, _: &[&str]) -> String {
    core.statistics.peak_per_second = 0;
    "+OK max sessions per second counter reset\n".into()
}

fn min_idle_cpu(core: &mut Core, words: &[&str]) -> String {
    let idle = &mut core.stores.settings.min_idle_cpu;
    if let Some(set) = words.first().and_then(|word| word.parse().ok()) {
        *idle = set;
    }
    if *idle > 0.0 {
        format!("+OK min idle cpu: {idle:.2}%\n")
    } else {
        "+OK min idle cpu: DISABLED\n".into()
    }
}

fn number(core: &mut Core, name: &str, shown: &str, words: &[&str]) -> String {
    let set = words.first().map(|word| atoi(word.as_bytes()));
    format!("+OK {shown}: {}\n", core.stores.settings.number(name, set))
}

/// Asking for it is turning the log off, as long as no level is given; here, lines go on.
fn log_level(core: &mut Core, words: &[&str]) -> String {
    let level = match words.first() {
        None => Some(-1),
        Some(word) if word.starts_with(|first: char| first.is_ascii_digit()) => Some(atoi(word.as_bytes())),
        Some(word) => log::parse_level(word),
    };
    let Some(level) = level else { return "-ERR syntax error, log level not set!\n".into() };
    core.stores.settings.log_level = level;
    let name = u8::try_from(level).map_or("DISABLE", log::level_name);
    format!("+OK log level: {name} [{level}]\n")
}

fn mdns_resolve(_: &mut Core, words: &[&str]) -> String {
    match words.first().map(|word| word.to_ascii_lowercase()).as_deref() {
        Some("enable" | "disable") => "+OK\n".into(),
        _ => wrong(),
    }
}
