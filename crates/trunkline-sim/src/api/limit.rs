//! `limit`: how often something is in use, counted by the calls that use it (`switch_limit.c`, `mod_hash.c`,
//! `mod_db.c`, `mod_commands.c`).

use std::collections::BTreeMap;

use trunkline_proto::EventName;

use super::{Command, Invocation, Outcome};
use crate::cause::Cause;
use crate::channel::ChannelId;
use crate::core::Core;
use crate::event::origin::origin as at;
use crate::event::{Draft, Origin, origin};
use crate::log;
use crate::text::{atoi, split_spaces};

pub(super) const COMMANDS: &[(&str, Command)] = &[
    ("limit_usage", limit_usage),
    ("limit_hash_usage", limit_hash_usage),
    ("limit_status", limit_status),
    ("limit_reset", limit_reset),
    ("limit_interval_reset", limit_interval_reset),
    ("uuid_limit", uuid_limit),
    ("uuid_limit_release", uuid_limit_release),
];

/// The backends there are.
const BACKENDS: [&[u8]; 2] = [b"db", b"hash"];

/// Where a call goes that is one too many (`LIMIT_DEF_XFER_EXTEN` in `switch_limit.h`).
const EXCEEDED: &[u8] = b"limit_exceeded";

const NO_BACKEND: Origin = at("switch_limit.c", "switch_limit_incr", 120);
const USAGE: Origin = at("switch_limit.c", "switch_limit_fire_event", 64);

/// The subclass of what tells that something is taken.
const USAGE_EVENT: &str = "limit::usage";

/// Which resource: the backend, its realm and its name.
pub(crate) type Resource = (Vec<u8>, Vec<u8>, Vec<u8>);

/// Who uses what.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    /// Each resource, and the calls that use it.
    users: BTreeMap<Resource, Vec<ChannelId>>,
    rates: BTreeMap<Resource, Rate>,
}

/// How often a resource was taken within an interval.
#[derive(Debug, Default)]
struct Rate {
    taken: u32,
    /// Seconds.
    interval: u64,
    /// When it began, in seconds since 1970.
    since: u64,
}

impl Limits {
    fn usage(&self, resource: &Resource) -> usize {
        self.users.get(resource).map_or(0, Vec::len)
    }

    fn rate(&self, resource: &Resource) -> u32 {
        self.rates.get(resource).map_or(0, |rate| rate.taken)
    }

    /// Takes a resource; `false` if that is more than there may be.
    pub(crate) fn take(&mut self, id: ChannelId, resource: Resource, most: Most, now: u64) -> bool {
        if most.interval > 0 {
            let rate = self.rates.entry(resource.clone()).or_default();
            if rate.since + most.interval <= now {
                *rate = Rate { taken: 0, interval: most.interval, since: now };
            }
            if most.number.is_some_and(|number| rate.taken >= number) {
                return false;
            }
            rate.taken += 1;
        }
        let users = self.users.entry(resource).or_default();
        if users.contains(&id) {
            return true;
        }
        let is_full = |number: u32| usize::try_from(number).is_ok_and(|number| users.len() >= number);
        if most.interval == 0 && most.number.is_some_and(is_full) {
            return false;
        }
        users.push(id);
        true
    }

    /// A call gives up what it uses of a backend: one resource, or all of a realm, or all.
    pub(crate) fn release(
        &mut self,
        id: ChannelId,
        backend: &[u8],
        realm: Option<&[u8]>,
        name: Option<&[u8]>,
    ) {
        for ((of, in_realm, known), users) in &mut self.users {
            let is_it = of == backend
                && realm.is_none_or(|realm| realm == in_realm)
                && name.is_none_or(|name| name == known);
            users.retain(|user| !is_it || *user != id);
        }
        self.users.retain(|_, users| !users.is_empty());
    }

    /// A call is over.
    pub(crate) fn forget(&mut self, id: ChannelId) {
        if self.users.is_empty() {
            return;
        }
        for users in self.users.values_mut() {
            users.retain(|user| *user != id);
        }
        self.users.retain(|_, users| !users.is_empty());
    }

    /// As `hash_dump` shows them.
    pub(super) fn dump(&self, out: &mut Vec<u8>) {
        for ((_, realm, name), users) in self.users.iter().filter(|((backend, ..), _)| backend == b"hash") {
            let resource = (b"hash".to_vec(), realm.clone(), name.clone());
            let rate = self.rates.get(&resource);
            let (taken, interval, since) =
                rate.map_or((0, 0, 0), |rate| (rate.taken, rate.interval, rate.since));
            let (realm, name) = (String::from_utf8_lossy(realm), String::from_utf8_lossy(name));
            let line = format!("L/{realm}_{name}/{}/{taken}/{interval}/{since}\n", users.len());
            out.extend(line.into_bytes());
        }
    }
}

/// `<most>[/<seconds>]`: how many there may be, of calls or, with an interval, of calls begun in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Most {
    /// `None` only counts.
    number: Option<u32>,
    interval: u64,
}

impl Most {
    /// How events and variables name it.
    fn shown(self) -> String {
        self.number.map_or_else(|| "-1".to_owned(), |number| number.to_string())
    }

    pub(crate) fn parse(text: Option<&[u8]>) -> Self {
        let Some(text) = text.filter(|text| !text.starts_with(b"-")) else {
            return Self { number: None, interval: 0 };
        };
        let mut parts = text.splitn(2, |byte| *byte == b'/');
        let number = parts.next().map_or(0, |number| u32::try_from(atoi(number)).unwrap_or(0));
        let interval = parts.next().map_or(0, |interval| u64::try_from(atoi(interval)).unwrap_or(0));
        Self { number: Some(number), interval }
    }
}

fn is_backend(name: &[u8]) -> bool {
    BACKENDS.contains(&name)
}

/// `<backend> <realm> <id> [rate]`
fn limit_usage(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let mut words = split_spaces(invocation.arguments, 5);
    if words.len() == 2 {
        words.insert(0, b"db".to_vec());
    }
    let [backend, realm, name, rest @ ..] = words.as_slice() else {
        return "USAGE: limit_usage <backend> <realm> <id> [rate]\n".into();
    };
    let resource = (backend.clone(), realm.clone(), name.clone());
    let (usage, rate) = (core.stores.limits.usage(&resource), core.stores.limits.rate(&resource));
    if rest.first().is_some_and(|word| word.eq_ignore_ascii_case(b"rate")) {
        return format!("{usage}/{rate}").into();
    }
    usage.to_string().into()
}

/// `<realm> <id>`
fn limit_hash_usage(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let arguments = [b"hash ".as_slice(), invocation.arguments].concat();
    limit_usage(core, Invocation { call: invocation.call, arguments: &arguments })
}

fn limit_status(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    match invocation.arguments {
        b"" => "USAGE: limit_status <backend>\n".into(),
        b"hash" => "-ERR not supported yet (locking problems).".into(),
        b"db" => {
            let limits = &core.stores.limits;
            let count: usize = limits
                .users
                .iter()
                .filter(|((backend, ..), _)| backend == b"db")
                .map(|(_, users)| users.len())
                .sum();
            format!("Tracking {count} resources for hostname {}.", core.config.switchname).into()
        }
        _ => "-ERR".into(),
    }
}

fn limit_reset(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    match invocation.arguments {
        b"" => "USAGE: limit_reset <backend>\n".into(),
        b"db" => {
            core.stores.limits.users.retain(|(backend, ..), _| backend != b"db");
            "+OK".into()
        }
        _ => "-ERR".into(),
    }
}

fn limit_interval_reset(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 5);
    let [backend, realm, name, ..] = words.as_slice() else {
        return "USAGE: limit_interval_reset <backend> <realm> <resource>\n".into();
    };
    core.stores.limits.rates.remove(&(backend.clone(), realm.clone(), name.clone()));
    "+OK".into()
}

/// `<uuid> <backend> <realm> <resource> [<max>[/interval]] [number [dialplan [context]]]`
fn uuid_limit(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 8);
    let [uuid, backend, realm, name, rest @ ..] = words.as_slice() else {
        return "USAGE: uuid_limit <uuid> <backend> <realm> <resource> [<max>[/interval]] [number [dialplan [context]]]\n"
            .into();
    };
    let Some(id) = core.channels.locate(uuid) else { return no_session(uuid) };
    let word = |place: usize| rest.get(place).map(Vec::as_slice);
    let resource = (backend.clone(), realm.clone(), name.clone());
    if !core.take_limit(id, resource, Most::parse(word(0))) {
        core.exceed(id, word(1), word(2), word(3));
    }
    "+OK".into()
}

/// `<uuid> <backend> [realm] [resource]`
fn uuid_limit_release(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 5);
    let [uuid, backend, rest @ ..] = words.as_slice() else {
        return "USAGE: uuid_limit_release <uuid> <backend> [realm] [resource]\n".into();
    };
    let Some(id) = core.channels.locate(uuid) else { return no_session(uuid) };
    let word = |place: usize| rest.get(place).map(Vec::as_slice);
    core.stores.limits.release(id, backend, word(0), word(1));
    "+OK".into()
}

fn no_session(uuid: &[u8]) -> Outcome {
    Outcome::Done([b"-ERR Cannot find session with uuid ".as_slice(), uuid, b"\n"].concat())
}

impl Core {
    /// A call takes a resource, which its variables tell; `false` if that is more than there may be, or nobody counts
    /// such (`switch_limit_incr` in `src/switch_limit.c`).
    pub(crate) fn take_limit(&mut self, id: ChannelId, resource: Resource, most: Most) -> bool {
        let (backend, realm, name) = &resource;
        if !is_backend(backend) {
            let text = format!("Limit subsystem {} not found!", String::from_utf8_lossy(backend));
            self.log_session(log::ERR, &NO_BACKEND, id, |_| text.clone());
            return false;
        }
        let by_hash = backend == b"hash";
        let key = [realm.as_slice(), b"_", name].concat();
        let of_key = |what: &str| [format!("limit_{what}_").as_bytes(), &key].concat();
        let (usage_name, rate_name) = (of_key("usage"), of_key("rate"));
        if let Some(channel) = self.channels.get_mut(id).filter(|_| !by_hash) {
            channel.variables.set("limit_realm", realm);
            channel.variables.set("limit_id", name);
            channel.variables.set("limit_max", most.shown());
        }
        let before = self.stores.limits.usage(&resource);
        if !self.stores.limits.take(id, resource.clone(), most, self.now.as_secs()) {
            return false;
        }
        let (usage, rate) = (self.stores.limits.usage(&resource), self.stores.limits.rate(&resource));
        if usage > before {
            self.tell_of_limit(&resource, usage, rate, most);
        }
        let Some(channel) = self.channels.get_mut(id) else { return true };
        channel.variables.set("limit_usage", usage.to_string());
        channel.variables.set(usage_name, usage.to_string());
        if by_hash {
            channel.variables.set("limit_rate", rate.to_string());
            channel.variables.set(rate_name, rate.to_string());
        }
        let known = channel.variables.get("limit_backend").unwrap_or_default();
        let backend = &resource.0;
        let list = match known {
            [] => backend.clone(),
            known if known.windows(backend.len()).any(|part| part == backend) => return true,
            known => [known, b",", backend].concat(),
        };
        channel.variables.set("limit_backend", list);
        true
    }

    fn tell_of_limit(&mut self, resource: &Resource, usage: usize, rate: u32, most: Most) {
        let by_hash = resource.0 == b"hash";
        let draft = Draft::new().header("Event-Subclass", USAGE_EVENT);
        let ratemax = most.number.filter(|_| by_hash).unwrap_or(0).to_string();
        let event = self
            .add_standard_headers(draft, EventName::Custom.as_str(), &USAGE)
            .header("backend", &resource.0)
            .header("realm", &resource.1)
            .header("key", &resource.2)
            .header("usage", usage.to_string())
            .header("rate", rate.to_string())
            .header("max", most.shown())
            .header("ratemax", ratemax);
        self.fire_custom(USAGE_EVENT, event);
    }

    /// A call that is over, or is sent elsewhere, uses nothing any longer (`limit_state_handler`).
    pub(crate) fn release_limits(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        let stays = !channel.hung_up() && channel.variables.is_true("limit_ignore_transfer");
        if !stays && channel.variables.get("limit_backend").is_some() {
            channel.variables.remove(b"limit_backend");
            self.stores.limits.forget(id);
        }
    }

    /// A call is one too many: it is sent elsewhere, or with `!<cause>` ended.
    pub(crate) fn exceed(
        &mut self,
        id: ChannelId,
        number: Option<&[u8]>,
        dialplan: Option<&[u8]>,
        context: Option<&[u8]>,
    ) {
        let number = number.unwrap_or(EXCEEDED);
        match number.strip_prefix(b"!") {
            Some(cause) => {
                self.hangup(id, Cause::parse(cause), &origin::LIMIT_HANGUP);
            }
            None => self.transfer(id, number, dialplan, context),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::Channels;

    #[test]
    fn what_is_taken_is_counted_and_given_back() {
        let mut channels = Channels::default();
        let (a, b) = (channels.next_id(), channels.next_id());
        let resource = || (b"hash".to_vec(), b"r".to_vec(), b"n".to_vec());
        let mut limits = Limits::default();
        let one = Most::parse(Some(b"1"));
        assert!(limits.take(a, resource(), one, 0) && limits.take(a, resource(), one, 0));
        assert!(!limits.take(b, resource(), one, 0));
        assert!(limits.take(b, resource(), Most::parse(Some(b"-1")), 0));
        assert_eq!(limits.usage(&resource()), 2);
        limits.forget(a);
        limits.release(b, b"hash", Some(b"r"), None);
        assert_eq!(limits.usage(&resource()), 0);
    }

    #[test]
    fn rates_begin_anew_with_each_interval() {
        let mut channels = Channels::default();
        let resource = || (b"hash".to_vec(), b"r".to_vec(), b"n".to_vec());
        let mut limits = Limits::default();
        let most = Most::parse(Some(b"2/10"));
        let taken = [100, 101, 102, 110].map(|now| limits.take(channels.next_id(), resource(), most, now));
        assert_eq!(taken, [true, true, false, true]);
    }
}
