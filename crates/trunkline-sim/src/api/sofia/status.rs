//! `sofia status` and `sofia xmlstatus` (`cmd_status` and `cmd_xml_status` in `mod_sofia.c`). The calls of gateways are not
//! counted.

use super::Registration;
use crate::api::show::table::escape;
use crate::core::Core;
use crate::endpoint::SipCalls;

const LINE: &str =
    "=================================================================================================\n";

const XML: &str = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n";

/// A profile, by its name or by another one it has, and its address.
pub(super) struct Profile<'a> {
    pub(super) name: &'a str,
    /// The name it has itself, where it is known by another.
    pub(super) alias_of: Option<&'a str>,
    pub(super) url: String,
    pub(super) ip: &'a str,
    registrations: usize,
    calls: SipCalls,
}

impl<'a> Profile<'a> {
    pub(super) fn own_name(&self) -> &'a str {
        self.alias_of.unwrap_or(self.name)
    }
}

/// By all their names: those that are aliases come before the one that they are of.
pub(super) fn by_all_names<'a>(core: &'a Core) -> Vec<Profile<'a>> {
    let mut all = Vec::new();
    for profile in profiles(core) {
        let aliases = core.config.sip.aliases.iter().filter(|(_, of)| of == profile.name);
        all.extend(aliases.map(|(alias, _)| Profile {
            name: alias,
            alias_of: Some(profile.name),
            url: profile.url.clone(),
            ..profile
        }));
        all.push(profile);
    }
    all
}

/// Each by its own name.
fn profiles<'a>(core: &'a Core) -> Vec<Profile<'a>> {
    let ip = core.config.ipv4.as_str();
    let profile = |(place, name): (usize, &'a String)| Profile {
        name,
        alias_of: None,
        url: format!("sip:mod_sofia@{ip}:{}", core.config.sip.port_of(name)),
        ip,
        calls: core.sip_counts.of(name),
        registrations: if place == 0 { core.config.sip.registrations.len() } else { 0 },
    };
    core.config.sip.profiles.iter().enumerate().map(profile).collect()
}

/// The profile gateways are of: the last.
pub(super) fn gateway_profile(core: &Core) -> &str {
    core.config.sip.profiles.last().map_or("external", String::as_str)
}

pub(super) fn status(core: &Core, words: &[&str]) -> String {
    match words {
        [] => all(core),
        ["profile", name, rest @ ..] => match by_all_names(core).iter().find(|profile| profile.name == *name)
        {
            None => "Invalid Profile!\n".into(),
            Some(profile) if !rest.is_empty() => registrations(core, profile.own_name(), rest),
            Some(profile) => format!("{LINE}{}", rows(&profile_fields(profile), 17)),
        },
        ["gateway", name, ..] => match gateway_fields(core, name) {
            Some(fields) => format!("{LINE}{}{LINE}", rows(&fields, 8)),
            None => "Invalid Gateway!\n".into(),
        },
        _ => gateways(core),
    }
}

fn all(core: &Core) -> String {
    let mut out = format!("{:>25}\t{:>7}\t{:>42}\tState\n{LINE}", "Name", "Type", "Data");
    for profile in by_all_names(core) {
        if let Some(name) = profile.alias_of {
            out.push_str(&format!("{:>25}\t  alias\t{name:>42}\tALIASED\n", profile.name));
            continue;
        }
        out.push_str(&format!("{:>25}\t{:>7}\t{:>42}\tRUNNING (0)\n", profile.name, "profile", profile.url));
        if profile.name == gateway_profile(core) {
            for (name, host) in &core.config.sip.gateways {
                let name = format!("{}::{name}", profile.name);
                out.push_str(&format!("{name:>25}\tgateway\t{:>42}\tNOREG\n", format!("sip:{host}")));
            }
        }
    }
    let count =
        |count: usize, one: &str, more: &str| format!("{count} {}", if count == 1 { one } else { more });
    let profiles = count(core.config.sip.profiles.len(), "profile", "profiles");
    let aliases = count(core.config.sip.aliases.len(), "alias", "aliases");
    out + LINE + &format!("{profiles} {aliases}\n")
}

fn gateways(core: &Core) -> String {
    let mut out = format!(
        "{:>25}\t{:>32}\tState\tPing Time\tIB Calls(F/T)\tOB Calls(F/T)\n{LINE}",
        "Profile::Gateway-Name", "Data    "
    );
    for (name, host) in &core.config.sip.gateways {
        let name = format!("{}::{name}", gateway_profile(core));
        out.push_str(&format!("{name:>25}\t{:>32}\tNOREG\t  0.00\t0/0\t0/0\n", format!("sip:{host}")));
    }
    let count = core.config.sip.gateways.len();
    let plural = if count == 1 { "" } else { "s" };
    out + LINE + &format!("{count} gateway{plural}: Inbound(Failed/Total): 0/0,Outbound(Failed/Total):0/0\n")
}

/// A field: its name in text, its name in XML, its value.
type Field = (&'static str, &'static str, String);

fn rows(fields: &[Field], width: usize) -> String {
    let rows = fields.iter().filter(|(name, ..)| !name.is_empty());
    rows.map(|(name, _, value)| format!("{name:<width$}\t{value}\n")).collect()
}

fn profile_fields(profile: &Profile<'_>) -> Vec<Field> {
    let fixed = |name, xml, value: &str| (name, xml, value.to_owned());
    let calls = profile.calls;
    vec![
        fixed("Name", "name", profile.name),
        fixed("Domain Name", "domain-name", "N/A"),
        // Without an alias there is no such line.
        (if profile.alias_of.is_some() { "Alias Of" } else { "" }, "", profile.own_name().to_owned()),
        fixed("Auto-NAT", "auto-nat", "false"),
        ("DBName", "db-name", format!("sofia_reg_{}", profile.own_name())),
        fixed("Pres Hosts", "pres-hosts", ""),
        fixed("Dialplan", "dialplan", "XML"),
        fixed("Context", "context", "default"),
        fixed("Challenge Realm", "challenge-realm", "auto_to"),
        fixed("RTP-IP", "rtp-ip", profile.ip),
        fixed("SIP-IP", "sip-ip", profile.ip),
        fixed("URL", "url", &profile.url),
        ("BIND-URL", "bind-url", format!("{};transport=udp,tcp", profile.url)),
        fixed("HOLD-MUSIC", "hold-music", "N/A"),
        fixed("OUTBOUND-PROXY", "outbound-proxy", "N/A"),
        fixed("CODECS IN", "inbound-codecs", "PCMU,PCMA,L16"),
        fixed("CODECS OUT", "outbound-codecs", "PCMU,PCMA,L16"),
        fixed("TEL-EVENT", "tel-event", "101"),
        fixed("DTMF-MODE", "dtmf-mode", "rfc2833"),
        fixed("CNG", "cng", "13"),
        fixed("SESSION-TO", "session-to", "0"),
        fixed("MAX-DIALOG", "max-dialog", "0"),
        fixed("MAX-RECV-RPS", "max-recv-rps", "1000"),
        fixed("NOMEDIA", "nomedia", "false"),
        fixed("LATE-NEG", "late-neg", "false"),
        fixed("PROXY-MEDIA", "proxy-media", "false"),
        fixed("AGGRESSIVENAT", "aggressive-nat", "false"),
        ("CALLS-IN", "calls-in", calls.taken.to_string()),
        // In XML they stand in another order.
        ("FAILED-CALLS-IN", "", calls.taken_in_vain.to_string()),
        ("CALLS-OUT", "calls-out", calls.made.to_string()),
        ("", "failed-calls-in", calls.taken_in_vain.to_string()),
        ("FAILED-CALLS-OUT", "failed-calls-out", calls.made_in_vain.to_string()),
        ("REGISTRATIONS", "registrations", profile.registrations.to_string()),
    ]
}

fn gateway_fields(core: &Core, name: &str) -> Option<Vec<Field>> {
    let (_, host) = core.config.sip.gateways.iter().find(|(known, _)| known == name)?;
    let up = core.now.since(core.started);
    let fixed = |name, xml, value: &str| (name, xml, value.to_owned());
    let contact = format!("<sip:gw+{name}@{host};transport=udp;gw={name}>");
    Some(vec![
        fixed("Name", "name", name),
        fixed("Profile", "profile", gateway_profile(core)),
        fixed("Scheme", "scheme", "Digest"),
        fixed("Realm", "realm", host),
        fixed("Username", "username", name),
        fixed("Password", "password", "yes"),
        ("From", "from", format!("<sip:{name}@{host}>")),
        ("Contact", "contact", contact),
        fixed("Exten", "exten", name),
        ("To", "to", format!("sip:{name}@{host}")),
        ("Proxy", "proxy", format!("sip:{host}")),
        fixed("Context", "context", "default"),
        fixed("Expires", "expires", "3600"),
        fixed("Freq", "freq", "3600"),
        fixed("Ping", "ping", "0"),
        fixed("PingFreq", "pingfreq", "0"),
        fixed("", "pingmin", "0"),
        fixed("", "pingcount", "0"),
        fixed("", "pingmax", "0"),
        fixed("PingTime", "pingtime", "0.00"),
        fixed("", "pinging", "0"),
        fixed("PingState", "", "0/0/0"),
        fixed("State", "state", "NOREG"),
        fixed("Status", "status", "UP"),
        ("Uptime", "", format!("{}s", up.as_secs())),
        ("", "uptime-usec", up.as_micros().to_string()),
        fixed("CallsIN", "calls-in", "0"),
        fixed("CallsOUT", "calls-out", "0"),
        fixed("FailedCallsIN", "failed-calls-in", "0"),
        fixed("FailedCallsOUT", "failed-calls-out", "0"),
    ])
}

/// Those that are asked for: `reg [<part of the contact>]`, `user <user@domain>`.
fn asked<'a>(core: &'a Core, profile: &str, words: &[&str]) -> Vec<Registration<'a>> {
    let of_profile = core.registrations().filter(|registration| registration.profile == profile);
    match words {
        ["reg"] => of_profile.collect(),
        ["reg", part, ..] => of_profile.filter(|registration| registration.contact.contains(part)).collect(),
        ["user", address, ..] => of_profile.filter(|registration| registration.is_of(address)).collect(),
        _ => Vec::new(),
    }
}

fn registration_fields(core: &Core, registration: &Registration<'_>, expires: [&str; 2]) -> Vec<Field> {
    let user = format!("{}@{}", registration.user, registration.domain);
    let left = registration.expires.since(core.now).as_secs();
    let [at, after] = expires;
    let until = registration.expires.date();
    vec![
        ("Call-ID:    ", "call-id", registration.call_id.clone()),
        ("User:       ", "user", user.clone()),
        ("Contact:    ", "contact", format!("\"\" <sip:{}>", registration.contact)),
        ("Agent:      ", "agent", format!("FreeSWITCH-mod_sofia/{}", core.config.release.full())),
        ("Status:     ", "status", format!("Registered(UDP)(unknown) {at}({until}) {after}({left})")),
        ("Ping-Status:", "ping-status", "Reachable".into()),
        ("Ping-Time:", "ping-time", "0.00".into()),
        ("Host:       ", "host", core.config.hostname.clone()),
        ("IP:         ", "network-ip", registration.ip.into()),
        ("Port:       ", "network-port", registration.port.into()),
        ("Auth-User:  ", "sip-auth-user", "unknown".into()),
        ("Auth-Realm: ", "sip-auth-realm", registration.domain.into()),
        ("MWI-Account:", "mwi-account", user),
    ]
}

fn registrations(core: &Core, profile: &str, words: &[&str]) -> String {
    let asked = asked(core, profile, words);
    let mut out = format!("\nRegistrations:\n{LINE}");
    for registration in &asked {
        out.push_str(&rows(&registration_fields(core, registration, ["EXP", "EXPSECS"]), 0));
        out.push('\n');
    }
    out + &format!("Total items returned: {}\n{LINE}", asked.len())
}

fn elements(fields: &[Field], indent: &str) -> String {
    let fields = fields.iter().filter(|(_, name, _)| !name.is_empty());
    let element = |(_, name, value): &Field| {
        let value = escape(value).replace('"', "&quot;");
        format!("{indent}<{name}>{value}</{name}>\n")
    };
    fields.map(element).collect()
}

pub(super) fn xml_status(core: &Core, words: &[&str]) -> String {
    match words {
        ["profile", name, rest @ ..] => match by_all_names(core).iter().find(|profile| profile.name == *name)
        {
            None => "Invalid Profile!\n".into(),
            Some(profile) if !rest.is_empty() => xml_registrations(core, profile.own_name(), rest),
            Some(profile) => {
                let fields = elements(&profile_fields(profile), "    ");
                format!("{XML}<profile>\n  <profile-info>\n{fields}  </profile-info>\n</profile>\n")
            }
        },
        ["gateway", name, ..] => match gateway_fields(core, name) {
            Some(fields) => format!("{XML}{}", gateway_element(&fields)),
            None => "Invalid Gateway!\n".into(),
        },
        ["gateway"] => {
            let names = core.config.sip.gateways.iter().map(|(name, _)| name);
            let fields = names.filter_map(|name| gateway_fields(core, name));
            let gateways: String = fields.map(|fields| gateway_element(&fields)).collect();
            format!("{XML}<gateways>\n{gateways}</gateways>\n")
        }
        _ => xml_all(core),
    }
}

fn gateway_element(fields: &[Field]) -> String {
    format!("  <gateway>\n{}  </gateway>\n", elements(fields, "    "))
}

fn xml_registrations(core: &Core, profile: &str, words: &[&str]) -> String {
    let registration = |registration: &Registration<'_>| {
        let fields = elements(&registration_fields(core, registration, ["exp", "expsecs"]), "        ");
        format!("    <registration>\n{fields}    </registration>\n")
    };
    let all: String = asked(core, profile, words).iter().map(registration).collect();
    format!("{XML}<profile>\n  <registrations>\n{all}  </registrations>\n</profile>\n")
}

fn xml_all(core: &Core) -> String {
    let mut out = format!("{XML}<profiles>\n");
    let entry = |kind: &str, name: &str, data: &str, state: &str| {
        format!(
            "<{kind}>\n<name>{name}</name>\n<type>{kind}</type>\n<data>{data}</data>\n<state>{state}</state>\n</{kind}>\n"
        )
    };
    for profile in by_all_names(core) {
        if let Some(name) = profile.alias_of {
            out.push_str(&entry("alias", profile.name, name, "ALIASED"));
            continue;
        }
        out.push_str(&entry("profile", profile.name, &profile.url, "RUNNING (0)"));
        if profile.name == gateway_profile(core) {
            for (name, host) in &core.config.sip.gateways {
                out.push_str(&entry("gateway", name, &format!("sip:{host}"), "NOREG"));
                out.push('\n');
            }
        }
    }
    out + "</profiles>\n"
}
