//! From a recorded line to the value that says it.

mod conference;
mod uuid;

use std::fmt::Debug;
use std::net::IpAddr;
use std::time::Duration;

use trunkline_proto::api::conference::{
    self as conf, LevelKind, MemberAction, Members, OnMembers, Recording,
};
use trunkline_proto::api::{db, fsctl, hash, sofia, *};
use trunkline_proto::dialstring::tokenizer::separate;
use trunkline_proto::dialstring::{Originate, Variables};
use trunkline_proto::{EventFormat, LogLevel};

/// A command, as this test sees it.
pub(crate) struct Typed {
    pub(crate) line: Result<String, String>,
    pub(crate) read: Read,
}

/// What is read of an output, as text.
type Read = Box<dyn Fn(&[u8]) -> String>;

/// Lines we say in another way, and what we say.
pub(crate) const OTHER_WORDS: &[(&str, &str)] = &[
    ("uptime", "uptime s"),
    (
        "uuid_loglevel ca110001-0000-4000-8000-000000000001 7",
        "uuid_loglevel ca110001-0000-4000-8000-000000000001 DEBUG",
    ),
    ("fsctl loglevel 7", "fsctl loglevel debug"),
    ("fsctl hupall normal_clearing", "fsctl hupall"),
    ("limit_usage db lab realm", "limit_usage db lab realm rate"),
    ("limit_usage hash lab realm", "limit_usage hash lab realm rate"),
    ("limit_usage nosuch lab realm", "limit_usage nosuch lab realm rate"),
    ("sofia profile internal gwlist", "sofia profile internal gwlist up"),
];

fn some<C: ApiCommand + 'static>(command: C) -> Option<Typed>
where
    C::Output: Debug,
{
    let line = command.line().map_err(|misuse| misuse.to_string());
    let read = move |output: &[u8]| match command.read(output) {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("failed: {}", describe(&error)),
    };
    Some(Typed { line, read: Box::new(read) })
}

fn describe(error: &ApiError) -> String {
    match error {
        ApiError::Failed { reason, .. } => format!("Failed {reason:?}"),
        ApiError::Usage { usage, .. } => format!("Usage {usage:?}"),
        other => format!("{other}"),
    }
}

/// As the switch cuts it, the last word with all that is left.
fn cut(text: &str, most: usize) -> Vec<String> {
    let words = separate(text.trim_matches([' ', '\t']).as_bytes(), b' ', most).unwrap_or_default();
    words.into_iter().map(|word| String::from_utf8(word).unwrap()).collect()
}

/// The value that says a line; none if no type can.
pub(crate) fn typed(line: &str) -> Option<Typed> {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    let words = cut(rest, 12);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match verb {
        "conference" => conference::conference(&words, rest),
        "fsctl" => fsctl(&words),
        "show" => show(&words),
        "sofia" => sofia(&words),
        _ if verb.starts_with("uuid_") => uuid::uuid(verb, &words, rest),
        _ => switch(verb, &words, rest)
            .or_else(|| texts(verb, &words, rest))
            .or_else(|| directory(verb, &words, rest))
            .or_else(|| stores(verb, &words, rest))
            .or_else(|| later(verb, &words, rest)),
    }
}

fn show(words: &[&str]) -> Option<Typed> {
    use InterfaceKind::{Chat, Codec, Dialplan, Endpoint, File, Limit, Management, Say, Timer};
    match words {
        ["channels", "as", "json"] => some(Show::channels()),
        ["channels", "like", text, "as", "json"] => some(Show::channels_like(*text)),
        ["calls", "as", "json"] => some(Show::calls()),
        ["bridged_calls", "as", "json"] => some(Show::bridged_calls()),
        ["detailed_calls", "as", "json"] => some(Show::detailed_calls()),
        ["detailed_bridged_calls", "as", "json"] => some(Show::detailed_bridged_calls()),
        ["registrations", "as", "json"] => some(Show::registrations()),
        ["tasks", "as", "json"] => some(Show::tasks()),
        ["modules", "as", "json"] => some(Show::modules()),
        ["interface_types", "as", "json"] => some(Show::interface_types()),
        ["aliases", "as", "json"] => some(Show::aliases()),
        ["complete", "as", "json"] => some(Show::complete()),
        ["nat_map", "as", "json"] => some(Show::nat_map()),
        [kind, "as", "json"] => {
            let kinds = [Chat, Codec, Dialplan, Endpoint, File, Limit, Management, Say, Timer];
            some(Show::interfaces_of(kinds.into_iter().find(|known| known.as_str() == *kind)?))
        }
        ["channels", "count"] => some(ShowCount::new(Counted::Channels)),
        ["calls", "count"] => some(ShowCount::new(Counted::Calls)),
        ["registrations", "count"] => some(ShowCount::new(Counted::Registrations)),
        ["modules", name] => some(ShowDelimited::module(*name)),
        ["api", name] => some(ShowDelimited::api(*name)),
        ["application", name] => some(ShowDelimited::application(*name)),
        [table, "as", "delim", delimiter] => some(ShowDelimited::new(*table).delimiter(*delimiter)),
        [table] if *table != "help" => some(ShowDelimited::new(*table)),
        _ => None,
    }
}

fn switch(verb: &str, words: &[&str], rest: &str) -> Option<Typed> {
    use UptimeUnit::{Microseconds, Milliseconds, Seconds};
    match (verb, words) {
        ("status", []) => some(GetStatus::new()),
        ("version", []) => some(Version::new()),
        ("version", ["short"]) => some(VersionShort::new()),
        ("uptime", [] | ["s"]) => some(Uptime::new(Seconds)),
        ("uptime", ["ms"]) => some(Uptime::new(Milliseconds)),
        ("uptime", ["us"]) => some(Uptime::new(Microseconds)),
        ("hostname", []) => some(Hostname::new()),
        ("switchname", []) => some(Switchname::new()),
        ("create_uuid", []) => some(CreateUuid::new()),
        ("getcputime", []) => some(GetCpuTime::new()),
        ("getenv", [name]) => some(Getenv::new(*name)),
        ("host_lookup", [host]) => some(HostLookup::new(*host)),
        ("gethost", [host]) => some(Gethost::new(*host)),
        ("interface_ip", ["auto", interface]) => some(InterfaceIp::new(AddressKind::Auto, *interface)),
        ("is_lan_addr", [address]) => some(IsLanAddr::new(address.parse::<IpAddr>().ok()?)),
        ("acl", [address, list]) => some(Acl::new(address.parse::<IpAddr>().ok()?, *list)),
        ("file_exists", [path]) => some(FileExists::new(*path)),
        ("msleep", [time]) => some(Msleep::new(time.parse().ok()?)),
        ("reloadacl", []) => some(ReloadAcl::new()),
        ("reloadcert", []) => some(ReloadCert::new()),
        ("reloadxml", []) => some(ReloadXml::new()),
        ("system", [_, ..]) => some(System::new(rest)),
        ("bg_system", [_, ..]) => some(BgSystem::new(rest)),
        ("banner", []) => some(Banner::new()),
        ("memory", []) => some(Memory::new()),
        ("db_cache", ["status"]) => some(DbCacheStatus::new()),
        ("time_test", [time, count]) => some(TimeTest::new(time.parse().ok()?, count.parse().ok()?)),
        ("nat_map", ["status"]) => some(NatMapStatus::new()),
        ("strftime", []) => some(Strftime::now()),
        ("strftime", [format]) if !format.contains('|') => some(Strftime::now().format(*format)),
        ("strftime_tz", [zone, ..]) => {
            let (_, format) = rest.split_once(' ')?;
            let strftime = match format.split_once('|') {
                Some((epoch, format)) => Strftime::at(epoch.parse().ok()?).format(format),
                None => Strftime::now().format(format),
            };
            some(strftime.zone(*zone))
        }
        ("strepoch", []) => some(Strepoch::new()),
        ("strepoch", [_, ..]) => some(Strepoch::new().date(rest)),
        ("strmicroepoch", [_, ..]) => some(Strmicroepoch::new().date(rest)),
        ("module_exists", [module]) => some(ModuleExists::new(*module)),
        ("load", [module]) => some(Load::new(*module)),
        ("unload", [module]) => some(Unload::new(*module)),
        ("reload", [module]) => some(Reload::new(*module)),
        ("originate", [_, _, ..]) => some(rest.parse::<Originate>().ok()?),
        ("hupall", [cause]) => some(Hupall::every_call_of_the_switch(*cause)),
        ("hupall", [cause, name, value]) => some(Hupall::matching(*cause, *name, *value)),
        ("chat", _) => {
            let parts: Vec<&str> = rest.split('|').collect();
            match parts[..] {
                [protocol, from, to, text] => some(Chat::new(protocol, from, to, text)),
                [protocol, from, to, text, kind] => {
                    some(Chat::new(protocol, from, to, text).content_type(kind))
                }
                _ => None,
            }
        }
        ("presence", ["in", user, rpid, message]) => some(PresenceIn::new(*user, *rpid, *message)),
        _ => None,
    }
}

fn texts(verb: &str, words: &[&str], rest: &str) -> Option<Typed> {
    if words.is_empty() {
        return match verb {
            "global_getvar" => some(GlobalVariables::new()),
            _ => None,
        };
    }
    match verb {
        "echo" => some(Echo::new(rest)),
        "eval" => match rest.strip_prefix("uuid:").and_then(|rest| rest.split_once(' ')) {
            Some((uuid, text)) => some(Eval::new(text).uuid(uuid)),
            None => some(Eval::new(rest)),
        },
        "expand" => match rest.strip_prefix("uuid:").and_then(|rest| rest.split_once(' ')) {
            Some((uuid, text)) => some(Expand::new(text).uuid(uuid)),
            None => some(Expand::new(rest)),
        },
        "regex" if !rest.starts_with("m:") => match rest.split('|').collect::<Vec<_>>()[..] {
            [data, pattern] => some(Regex::new(data, pattern)),
            [data, pattern, substitution, "n"] => some(Regex::new(data, pattern).substitute(substitution)),
            _ => None,
        },
        "cond" => {
            let (expression, rest) = rest.split_once(" ? ")?;
            let (yes, no) = rest.split_once(" : ")?;
            some(Cond::new(expression, yes, no))
        }
        "md5" => some(Md5::new(rest)),
        "expr" => some(Expr::new(rest)),
        "url_encode" => some(UrlEncode::new(rest)),
        "url_decode" => some(UrlDecode::new(rest)),
        "toupper" => some(ToUpper::new(rest)),
        "tolower" => some(ToLower::new(rest)),
        "escape" => some(Escape::new(rest)),
        "quote_shell_arg" => some(QuoteShellArg::new(rest)),
        "sql_escape" => some(SqlEscape::new(rest)),
        "coalesce" if !rest.starts_with("^^") => some(Coalesce::new(rest.split(','))),
        "console_complete" => some(ConsoleComplete::new(rest)),
        "complete" => some(CompleteAdd::new(rest.strip_prefix("add ")?)),
        "alias" => match words {
            ["add", name, ..] => some(Alias::add(*name, rest.split_once(name)?.1.trim())),
            ["del", name] => some(Alias::del(*name)),
            _ => None,
        },
        "log" => {
            let (level, message) = rest.split_once(' ')?;
            some(Log::new(LogLevel::from_name(level)?, message))
        }
        "console" => match words {
            ["loglevel"] => some(ConsoleLoglevel::new()),
            ["loglevel", level] => some(ConsoleLoglevel::new().level(level.parse().ok()?)),
            _ => None,
        },
        "global_getvar" => some(GlobalGetvar::new(rest)),
        "global_setvar" => match rest.splitn(3, '=').collect::<Vec<_>>()[..] {
            [name, value] => some(GlobalSetvar::new(name, value)),
            [name, value, only_if] => some(GlobalSetvar::new(name, value).only_if(only_if)),
            _ => None,
        },
        _ => None,
    }
}

fn directory(verb: &str, words: &[&str], rest: &str) -> Option<Typed> {
    let part = |word: &str| match word {
        "var" => Some(DirectoryPart::Variable),
        "param" => Some(DirectoryPart::Parameter),
        "attr" => Some(DirectoryPart::Attribute),
        _ => None,
    };
    match (verb, words) {
        ("user_exists", [key, user, domain]) => some(UserExists::new(*key, *user, *domain)),
        ("domain_exists", [domain]) => some(DomainExists::new(*domain)),
        ("user_data", [user, kind, name]) => some(UserData::new(*user, part(kind)?, *name)),
        ("domain_data", [domain, kind, name]) => some(DomainData::new(*domain, part(kind)?, *name)),
        ("find_user_xml", [key, user, domain]) => some(FindUserXml::new(*key, *user, *domain)),
        ("xml_locate", [section, tag, key, value]) => some(XmlLocate::new(*section, *tag, *key, *value)),
        ("xml_flush_cache", []) => some(XmlFlushCache::new()),
        ("xml_flush_cache", [key, user, domain]) => {
            some(XmlFlushCache::new().key(*key).user(*user).domain(*domain))
        }
        ("list_users", []) => some(ListUsers::new()),
        ("list_users", ["group", group]) => some(ListUsers::new().group(*group)),
        ("list_users", ["domain", domain]) => some(ListUsers::new().domain(*domain)),
        ("list_users", ["user", user]) => some(ListUsers::new().user(*user)),
        ("group_call", [_]) => {
            let (rest, order) = match rest.split_once('+') {
                Some((rest, "A")) => (rest, Some(GroupCallOrder::All)),
                Some((rest, "F")) => (rest, Some(GroupCallOrder::First)),
                _ => (rest, None),
            };
            let mut call = match rest.split_once('@') {
                Some((group, domain)) => GroupCall::new(group).domain(domain),
                None => GroupCall::new(rest),
            };
            if let Some(order) = order {
                call = call.order(order);
            }
            some(call)
        }
        ("sofia_contact", [user]) => some(sofia::Contact::new(*user)),
        ("reg_url", [user]) => some(sofia::RegUrl::new(*user)),
        ("sofia_count_reg", [user]) => some(sofia::CountReg::new(*user)),
        ("sofia_username_of", [user]) => some(sofia::UsernameOf::new(*user)),
        ("sofia_presence_data", ["status", user]) => {
            some(sofia::GetPresenceData::new(sofia::PresenceData::Status, *user))
        }
        ("sofia_gateway_data", [gateway, "var", name]) => {
            some(sofia::GatewayData::new(*gateway, sofia::GatewayVariable::Any, *name))
        }
        _ => None,
    }
}

fn stores(verb: &str, words: &[&str], rest: &str) -> Option<Typed> {
    let parts: Vec<&str> = rest.split('/').collect();
    match (verb, &parts[..]) {
        ("hash", ["insert", realm, key, value]) => return some(hash::Insert::new(*realm, *key, *value)),
        ("hash", ["insert_ifempty", realm, key, value]) => {
            return some(hash::InsertIfEmpty::new(*realm, *key, *value));
        }
        ("hash", ["select", realm, key]) => return some(hash::Select::new(*realm, *key)),
        ("hash", ["delete", realm, key]) => return some(hash::Delete::new(*realm, *key)),
        ("hash", ["delete_ifmatch", realm, key, value]) => {
            return some(hash::DeleteIfMatch::new(*realm, *key, *value));
        }
        ("db", ["insert", realm, key, value]) => return some(db::Insert::new(*realm, *key, *value)),
        ("db", ["delete", realm, key]) => return some(db::Delete::new(*realm, *key)),
        ("db", ["select", realm, key]) => return some(db::Select::new(*realm, *key)),
        ("db", ["exists", realm, key]) => return some(db::Exists::new(*realm, *key)),
        ("db", ["count"]) => return some(db::Count::new()),
        ("db", ["count", realm]) => return some(db::CountIn::new(*realm)),
        ("db", ["list"]) => return some(db::List::new()),
        ("db", ["list", realm]) => return some(db::ListIn::new(*realm)),
        _ => {}
    }
    match (verb, words) {
        ("hash_dump", ["all"]) => some(hash::Dump::all()),
        ("hash_dump", ["limit"]) => some(hash::Dump::limits()),
        ("hash_dump", ["db"]) => some(hash::Dump::values()),
        ("hash_remote", ["list"]) => some(hash::RemoteList::new()),
        ("limit_usage", [backend, realm, resource]) => some(LimitUsage::new(*backend, *realm, *resource)),
        ("limit_hash_usage", [realm, resource]) => some(LimitHashUsage::new(*realm, *resource)),
        ("limit_status", [backend]) => some(LimitStatus::new(*backend)),
        ("limit_reset", [backend]) => some(LimitReset::new(*backend)),
        ("limit_interval_reset", [backend, realm, resource]) => {
            some(LimitIntervalReset::new(*backend, *realm, *resource))
        }
        _ => None,
    }
}

fn later(verb: &str, words: &[&str], rest: &str) -> Option<Typed> {
    let when = |word: &str| match word.strip_prefix('+') {
        Some(seconds) => Some(When::After(Duration::from_secs(seconds.parse().ok()?))),
        None => Some(When::At(word.parse().ok()?)),
    };
    match (verb, words) {
        ("sched_api", [time, group, _, ..]) => {
            let command = rest.splitn(3, ' ').nth(2)?;
            match time.strip_prefix('@') {
                Some(period) => {
                    some(SchedApi::every(Duration::from_secs(period.parse().ok()?), *group, command))
                }
                None => some(SchedApi::once(when(time)?, *group, command)),
            }
        }
        ("unsched_api", [id]) => some(UnschedApi::new(id.parse().ok()?)),
        ("sched_del", [what]) => match what.parse() {
            Ok(id) => some(SchedDel::task(id)),
            Err(_) => some(SchedDel::group(*what)),
        },
        ("sched_hangup", [time, u]) => some(SchedHangup::new(when(time)?, *u)),
        ("sched_hangup", [time, u, cause]) => some(SchedHangup::new(when(time)?, *u).cause(*cause)),
        ("sched_transfer", [time, u, ext, dialplan, context]) => {
            some(SchedTransfer::new(when(time)?, *u, *ext).place(*dialplan, *context))
        }
        ("sched_broadcast", [time, u, path]) => some(SchedBroadcast::play(when(time)?, *u, *path)),
        ("sched_broadcast", [time, u, path, "aleg"]) => {
            some(SchedBroadcast::play(when(time)?, *u, *path).leg(BroadcastLeg::Aleg))
        }
        _ => None,
    }
}

fn fsctl(words: &[&str]) -> Option<Typed> {
    use fsctl::Calls::{Inbound, Outbound};
    use fsctl::*;
    match words {
        ["pause"] => some(Pause::new()),
        ["pause", "inbound"] => some(Pause::new().calls(Inbound)),
        ["resume"] => some(Resume::new()),
        ["resume", "inbound"] => some(Resume::new().calls(Inbound)),
        ["pause_check"] => some(PauseCheck::new()),
        ["pause_check", "inbound"] => some(PauseCheck::new().calls(Inbound)),
        ["pause_check", "outbound"] => some(PauseCheck::new().calls(Outbound)),
        ["ready_check"] => some(ReadyCheck::new()),
        ["shutdown_check"] => some(ShutdownCheck::new()),
        ["shutdown"] => some(ShutdownTheSwitch::new(Shutdown::EndingEveryCall)),
        ["shutdown", "cancel"] => some(ShutdownCancel::new()),
        ["hupall"] | ["hupall", "normal_clearing"] => some(HupallEveryCall::new()),
        ["recover"] => some(Recover::new()),
        ["send_sighup"] => some(SendSighup::new()),
        ["reclaim_mem"] => some(ReclaimMem::new()),
        ["save_history"] => some(SaveHistory::new()),
        ["flush_db_handles"] => some(FlushDbHandles::new()),
        ["calibrate_clock"] => some(CalibrateClock::new()),
        ["sync_clock"] => some(SyncClock::new()),
        ["sync_clock_when_idle"] => some(SyncClockWhenIdle::new()),
        ["max_sessions"] => some(MaxSessions::get()),
        ["max_sessions", value] => some(MaxSessions::set(value.parse().ok()?)),
        ["sps"] => some(SessionsPerSecond::get()),
        ["sps", value] => some(SessionsPerSecond::set(value.parse().ok()?)),
        ["last_sps"] => some(LastSps::new()),
        ["sps_peak_reset"] => some(SpsPeakReset::new()),
        ["debug_level"] => some(DebugLevel::get()),
        ["debug_level", value] => some(DebugLevel::set(value.parse().ok()?)),
        ["default_dtmf_duration"] => some(DefaultDtmfDuration::get()),
        ["default_dtmf_duration", value] => some(DefaultDtmfDuration::set(value.parse().ok()?)),
        ["min_dtmf_duration"] => some(MinDtmfDuration::get()),
        ["max_dtmf_duration"] => some(MaxDtmfDuration::get()),
        ["uuid_version"] => some(UuidVersion::get()),
        ["min_idle_cpu"] => some(MinIdleCpu::get()),
        ["min_idle_cpu", value] => some(MinIdleCpu::set(value.parse().ok()?)),
        ["verbose_events"] => some(VerboseEvents::get()),
        ["verbose_events", how] => some(VerboseEvents::set(*how == "on")),
        ["api_expansion", how] => some(ApiExpansion::set(*how == "on")),
        ["threaded_system_exec"] => some(ThreadedSystemExec::get()),
        ["debug_sql"] => some(DebugSqlToggle::new()),
        ["mdns_resolve", how] => some(MdnsResolve::new(*how == "enable")),
        ["loglevel"] => some(Loglevel::silence()),
        ["loglevel", "7"] => some(Loglevel::set(LogLevel::Debug)),
        ["loglevel", level] => some(Loglevel::set(LogLevel::from_name(level)?)),
        _ => None,
    }
}

fn sofia(words: &[&str]) -> Option<Typed> {
    use sofia::*;
    match words {
        ["status"] => some(Status::new()),
        ["status", "gateway"] => some(Gateways::new()),
        ["status", "gateway", name] => some(StatusOf::gateway(*name)),
        ["status", "profile", name] => some(StatusOf::profile(*name)),
        ["status", "profile", name, "reg"] => some(Registrations::all(*name)),
        ["status", "profile", name, "reg", contact] => some(Registrations::contact(*name, *contact)),
        ["status", "profile", name, "user", user] => some(Registrations::user(*name, *user)),
        ["profile", name, "start"] => some(Profile::start(*name)),
        ["profile", name, "rescan"] => some(Profile::rescan(*name)),
        ["profile", name, "killgw", gateway] => some(Profile::killgw(*name, *gateway)),
        ["profile", name, "register", gateway] => some(Profile::register(*name, *gateway)),
        ["profile", name, "unregister", gateway] => some(Profile::unregister(*name, *gateway)),
        ["profile", name, "flush_inbound_reg", id] => some(Profile::flush_inbound_reg(*name, *id)),
        ["profile", name, "siptrace", how] => some(Profile::trace(*name, Trace::Siptrace, *how == "on")),
        ["profile", name, "gwlist"] | ["profile", name, "gwlist", "up"] => some(GatewayList::up(*name)),
        ["profile", name, "gwlist", "down"] => some(GatewayList::down(*name)),
        ["global", "siptrace", how] => some(Global::new(Trace::Siptrace, *how == "on")),
        ["tracelevel"] => some(Tracelevel::new()),
        ["loglevel", component, level] => some(Loglevel::new(*component, level.parse().ok()?)),
        ["recover"] => some(Recover::new()),
        _ => None,
    }
}

/// Why a line of a command that has a type cannot be said by it.
pub(crate) fn misuse(line: &str) -> Option<&'static str> {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    if rest.contains("as xml") {
        return Some("as XML: JSON says the same");
    }
    const OTHER_FORMS: &[&str] = &[
        "console_complete_xml",
        "xml_wrap",
        "help",
        "bgapi",
        "pool_stats",
        "interface_allowlist_dump",
        "say_string",
        "replace",
    ];
    if OTHER_FORMS.contains(&verb) {
        return Some("another form of something that has a type, or text for people");
    }
    const OTHER: &[&str] = &[
        "conference json_list",
        "conference xml_list",
        "conference list delim |",
        "conference list count",
        "conference help",
        "sofia xmlstatus",
        "sofia jsonstatus",
        "sofia help",
        "show help",
        "show channels as",
        "show channels count as json",
        "show channels like",
        "strftime 0|",
        "regex abc",
        "regex m:",
        "uuid_dump ca110001-0000-4000-8000-000000000001 ",
        "conference 3100 relate",
    ];
    let in_conference = ["json_list", "xml_list", "list count", "list summary", "list delim |"]
        .iter()
        .any(|end| verb == "conference" && line.ends_with(end));
    if OTHER.iter().any(|known| line.starts_with(*known)) || in_conference {
        return Some("another form of something that has a type, or text for people");
    }
    Some("wrong on purpose: arguments missing, too many, or unknown")
}
