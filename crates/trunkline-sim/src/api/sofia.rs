//! `sofia` and its like: profiles, gateways and registrations, as the configuration tells of them (`mod_sofia.c`).

mod json_status;
mod status;
mod usage;

use md5::{Digest, Md5};

use super::{Command, Invocation, Outcome};
use crate::core::Core;
use crate::text::split_spaces;
use crate::time::Time;

pub(super) use json_status::json_status;

pub(super) const COMMANDS: &[(&str, Command)] = &[
    ("sofia", sofia),
    ("sofia_contact", sofia_contact),
    ("sofia_count_reg", sofia_count_reg),
    ("sofia_username_of", |core, invocation| {
        if core.registration(&invocation.text()).is_some() { "unknown" } else { "" }.into()
    }),
    ("reg_url", sofia_contact),
    ("sofia_dig", |_, _| "usage: sofia_dig [OPTIONS] [@dnsserver] uri\n".into()),
    ("sofia_gateway_data", sofia_gateway_data),
    ("sofia_presence_data", sofia_presence_data),
];

/// Somebody who is registered.
pub(super) struct Registration<'a> {
    pub(super) user: &'a str,
    pub(super) domain: &'a str,
    profile: &'a str,
    /// What calls to it go to, without `sip:`.
    contact: &'a str,
    pub(super) ip: &'a str,
    pub(super) port: &'a str,
    pub(super) call_id: String,
    pub(super) expires: Time,
}

impl Registration<'_> {
    /// What calls it.
    pub(super) fn url(&self) -> String {
        format!("sofia/{}/sip:{}", self.profile, self.contact)
    }

    fn is_of(&self, address: &str) -> bool {
        address.split_once('@') == Some((self.user, self.domain))
    }
}

/// How long registrations hold, in seconds.
const EXPIRES: u64 = 3600;

impl Core {
    pub(super) fn registrations(&self) -> impl Iterator<Item = Registration<'_>> {
        let sip = &self.config.sip;
        let profile = sip.profiles.first().map_or("internal", String::as_str);
        sip.registrations.iter().map(move |(address, contact)| {
            let (user, domain) = address.split_once('@').unwrap_or((address, ""));
            let host = contact.rsplit('@').next().unwrap_or_default();
            let host = host.split(';').next().unwrap_or_default();
            let (ip, port) = host.split_once(':').unwrap_or((host, "5060"));
            let digest = Md5::digest(address.as_bytes());
            let call_id = uuid::Builder::from_md5_bytes(digest.into()).into_uuid().hyphenated().to_string();
            let up = self.now.since(self.started).as_secs();
            let expires = self.started.as_secs() + (up / EXPIRES + 1) * EXPIRES;
            let expires = Time::from_micros(expires * 1_000_000);
            Registration { user, domain, profile, contact, ip, port, call_id, expires }
        })
    }

    fn registration(&self, address: &str) -> Option<Registration<'_>> {
        self.registrations().find(|registration| registration.is_of(address))
    }
}

fn sofia(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 10);
    let words: Vec<String> = words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let Some((name, rest)) = words.split_first() else { return usage::USAGE.into() };
    match name.to_ascii_lowercase().as_str() {
        "help" => usage::USAGE.into(),
        "status" => status::status(core, rest).into(),
        "xmlstatus" => status::xml_status(core, rest).into(),
        "jsonstatus" => format!("{}\n", super::json::pretty(&json_status(core, true))).into(),
        "profile" => profile(core, rest).into(),
        "global" => global(rest).into(),
        "loglevel" => log_level(rest).into(),
        "tracelevel" => trace_level(rest).into(),
        "recover" => "No calls to recover.\n".into(),
        _ => format!("Unknown Command [{name}]\n").into(),
    }
}

fn global(words: &[&str]) -> String {
    match words {
        [what @ ("siptrace" | "capture" | "watchdog" | "standby"), "on"] => format!("+OK Global {what} on"),
        [what @ ("siptrace" | "capture" | "watchdog" | "standby"), "off"] => format!("+OK Global {what} off"),
        _ => {
            "-ERR Usage: siptrace <on|off>|capture <on|off>|watchdog <on|off>|debug <sla|presence|none".into()
        }
    }
}

fn log_level(words: &[&str]) -> String {
    const PARTS: [&str; 12] = [
        "all",
        "default",
        "tport",
        "iptsec",
        "nea",
        "nta",
        "nth_client",
        "nth_server",
        "nua",
        "soa",
        "sresolv",
        "stun",
    ];
    match words {
        [part, level, ..] if PARTS.contains(part) => {
            let level: i32 = level.parse().unwrap_or(0);
            format!("Sofia log level for component [{part}] has been set to [{level}]")
        }
        _ => usage::USAGE.into(),
    }
}

/// It stays what it is.
fn trace_level(words: &[&str]) -> String {
    match words.first() {
        Some(level) => format!("+OK tracelevel is {}", level.to_ascii_uppercase()),
        None => "+OK tracelevel is CONSOLE".into(),
    }
}

/// `<name> <what to do> …`
fn profile(core: &mut Core, words: &[&str]) -> String {
    let [name, action, rest @ ..] = words else { return "Invalid Args!\n".into() };
    let known = core.config.sip.profile(name).is_some();
    match (*action, known) {
        ("start", true) => format!("Reload XML [Success]\n{name} started successfully\n"),
        ("start", false) => format!("Reload XML [Success]\nFailure starting {name}\n"),
        (_, false) => format!("Invalid Profile [{name}]"),
        ("rescan", _) => {
            let own = core.config.sip.profile(name).unwrap_or(name).to_owned();
            core.sip_counts.forget(&own);
            "Reload XML [Success]\n+OK scan complete\n".to_owned()
        }
        ("restart", _) => format!("Reload XML [Success]\nrestarting: {name}"),
        ("stop", _) => format!("stopping: {name}"),
        ("siptrace", _) => {
            let on = rest.first().is_some_and(|word| *word == "on");
            format!("{} sip debugging on {name}", if on { "Enabled" } else { "Disabled" })
        }
        ("flush_inbound_reg", _) if rest.is_empty() => "+OK flushing all registrations\n".into(),
        ("flush_inbound_reg", _) => "+OK flushing all registrations matching specified call_id\n".into(),
        ("gwlist", _) => gateway_names(core, rest),
        ("killgw", _) => killgw(core, rest),
        ("register" | "unregister", _) => register(core, rest),
        _ => "-ERR Unknown command!\n".to_owned(),
    }
}

/// Gateways that are up, or down: none are.
fn gateway_names(core: &Core, words: &[&str]) -> String {
    if words.first() == Some(&"down") {
        return String::new();
    }
    core.config.sip.gateways.iter().map(|(name, _)| format!("{name} ")).collect()
}

fn killgw(core: &mut Core, words: &[&str]) -> String {
    let Some(name) = words.first() else { return "-ERR missing gw name\n".into() };
    let gateways = &mut core.config.sip.gateways;
    let before = gateways.len();
    gateways.retain(|(known, _)| known != name && *name != "_all_");
    if gateways.len() < before { "+OK gateway marked for deletion.\n" } else { "-ERR no such gateway.\n" }
        .into()
}

fn register(core: &Core, words: &[&str]) -> String {
    match words.first() {
        Some(name) if *name == "all" || core.config.sip.gateways.iter().any(|(known, _)| known == name) => {
            "+OK\n".into()
        }
        Some(_) => "Invalid gateway!\n".into(),
        None => "No gateway name provided!\n".into(),
    }
}

/// `[<profile>/]<user>@<domain>`
fn sofia_contact(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let text = invocation.text();
    let (profile, address) = text.split_once('/').unwrap_or(("*", &text));
    let is_it = |registration: &Registration<'_>| {
        registration.is_of(address)
            && (profile == "*" || profile == registration.profile || profile == registration.domain)
    };
    match core.registrations().find(is_it) {
        Some(registration) => registration.url().into(),
        None => "error/user_not_registered".into(),
    }
}

fn sofia_count_reg(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let text = invocation.text();
    let (profile, address) = match text.split_once('/') {
        Some((profile, address)) => (profile, address),
        // Without a profile, the domain is to be one.
        None => (text.split_once('@').map_or("", |(_, domain)| domain), text.as_str()),
    };
    if core.config.sip.profile(profile).is_none() {
        return "-1".into();
    }
    core.registrations().filter(|registration| registration.is_of(address)).count().to_string().into()
}

/// `<gateway> [ivar|ovar|var] <name>`; gateways here have no variables.
fn sofia_gateway_data(_: &mut Core, invocation: Invocation<'_>) -> Outcome {
    if invocation.arguments.is_empty() { "-ERR Parameter missing\n" } else { "" }.into()
}

/// `<list|status|rpid|user_agent> [<profile>/]<user>@<domain>`
fn sofia_presence_data(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let text = invocation.text();
    let Some(("status" | "rpid", address)) = text.split_once(' ') else { return "".into() };
    let address = address.rsplit('/').next().unwrap_or_default();
    if core.registration(address).is_some() { "unknown" } else { "" }.into()
}
