//! `limit`: how often something is in use, counted by the calls that use it (`switch_limit.c`, `mod_hash.c`,
//! `mod_db.c`, `mod_commands.c`).

use std::collections::BTreeMap;

use super::{Command, Invocation, Outcome};
use crate::cause::Cause;
use crate::channel::ChannelId;
use crate::core::Core;
use crate::event::origin;
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

/// Which resource: the backend, its realm and its name.
type Resource = (Vec<u8>, Vec<u8>, Vec<u8>);

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
            format!("Tracking {count} resources for hostname {}.", core.config.hostname).into()
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
    let Some(id) = core.channels.find(uuid) else { return no_session(uuid) };
    let word = |place: usize| rest.get(place).map(Vec::as_slice);
    let resource = (backend.clone(), realm.clone(), name.clone());
    let now = core.now.as_secs();
    if is_backend(backend) && !core.stores.limits.take(id, resource, Most::parse(word(0)), now) {
        core.exceed(id, word(1).unwrap_or(EXCEEDED), word(2), word(3));
    }
    "+OK".into()
}

/// `<uuid> <backend> [realm] [resource]`
fn uuid_limit_release(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 5);
    let [uuid, backend, rest @ ..] = words.as_slice() else {
        return "USAGE: uuid_limit_release <uuid> <backend> [realm] [resource]\n".into();
    };
    let Some(id) = core.channels.find(uuid) else { return no_session(uuid) };
    let word = |place: usize| rest.get(place).map(Vec::as_slice);
    core.stores.limits.release(id, backend, word(0), word(1));
    "+OK".into()
}

fn no_session(uuid: &[u8]) -> Outcome {
    Outcome::Done([b"-ERR Cannot find session with uuid ".as_slice(), uuid, b"\n"].concat())
}

impl Core {
    /// A call is one too many: it is sent elsewhere, or with `!<cause>` ended.
    pub(crate) fn exceed(
        &mut self,
        id: ChannelId,
        number: &[u8],
        dialplan: Option<&[u8]>,
        context: Option<&[u8]>,
    ) {
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
