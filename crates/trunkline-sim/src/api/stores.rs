//! What calls and commands keep for each other: `hash` (`mod_hash.c`), `db` and `group` (`mod_db.c`).

use std::collections::BTreeMap;

use super::{Command, Invocation, Outcome};
use crate::core::Core;
use crate::text::{split, split_spaces};

pub(super) const COMMANDS: &[(&str, Command)] =
    &[("hash", hash), ("hash_dump", hash_dump), ("hash_remote", hash_remote), ("db", db), ("group", group)];

/// Values by realm and key.
#[derive(Debug, Default)]
pub(crate) struct Realms(BTreeMap<(Vec<u8>, Vec<u8>), Vec<u8>>);

impl Realms {
    pub(crate) fn insert(&mut self, realm: &[u8], key: &[u8], value: &[u8]) {
        self.0.insert((realm.to_vec(), key.to_vec()), value.to_vec());
    }

    pub(crate) fn select(&self, realm: &[u8], key: &[u8]) -> Option<&[u8]> {
        self.0.get(&(realm.to_vec(), key.to_vec())).map(Vec::as_slice)
    }

    /// Whether it was there.
    pub(crate) fn delete(&mut self, realm: &[u8], key: &[u8]) -> bool {
        self.0.remove(&(realm.to_vec(), key.to_vec())).is_some()
    }

    fn realms(&self) -> Vec<&[u8]> {
        let mut realms: Vec<&[u8]> = self.0.keys().map(|(realm, _)| realm.as_slice()).collect();
        realms.dedup();
        realms
    }

    fn keys(&self, realm: &[u8]) -> Vec<&[u8]> {
        self.0.keys().filter(|(known, _)| known == realm).map(|(_, key)| key.as_slice()).collect()
    }
}

const HASH_USAGE: &str =
    "-ERR Usage: hash insert|insert_ifempty|select|delete|delete_ifmatch/realm/key[/value]\n";

fn hash(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let hash = &mut core.stores.hash;
    let words = split(invocation.arguments, b'/', 4);
    let [action, realm, key, value @ ..] = words.as_slice() else { return HASH_USAGE.into() };
    let there = hash.select(realm, key);
    match (action.to_ascii_lowercase().as_slice(), value) {
        (b"insert_ifempty", [_]) if there.is_some() => "-ERR key already exists\n".into(),
        (b"insert" | b"insert_ifempty", [value]) => {
            hash.insert(realm, key, value);
            "+OK\n".into()
        }
        (b"select", _) => there.unwrap_or_default().into(),
        (b"delete_ifmatch", [value]) if there.is_some_and(|there| there != value) => {
            "-ERR Doesn't match\n".into()
        }
        (b"delete", _) | (b"delete_ifmatch", [_]) => {
            if hash.delete(realm, key) { "+OK\n" } else { "-ERR Not found\n" }.into()
        }
        _ => HASH_USAGE.into(),
    }
}

/// `all|limit|db [<realm>]`
fn hash_dump(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 4);
    let (limits, values) = match words.first().map(Vec::as_slice) {
        Some(b"all") => (true, true),
        Some(b"limit") => (true, false),
        Some(b"db") => (false, true),
        _ => return "Usage: all|limit|db [<realm>]\n".into(),
    };
    let mut out = Vec::new();
    if limits {
        core.stores.limits.dump(&mut out);
    }
    let realm = words.get(1).map(|realm| [realm.as_slice(), b"_"].concat()).unwrap_or_default();
    for ((of, key), value) in core.stores.hash.0.iter().filter(|_| values) {
        let key = [of.as_slice(), b"_", key].concat();
        if realm.is_empty() || key.windows(realm.len()).any(|part| part == realm) {
            out.extend([b"D/".as_slice(), &key, b"/", value, b"\n"].concat());
        }
    }
    Outcome::Done(out)
}

fn hash_remote(_: &mut Core, invocation: Invocation<'_>) -> Outcome {
    match invocation.arguments {
        b"list" => "Remote connections:\nName\t\t\tState\n+OK\n".into(),
        b"rescan" => "+OK\n".into(),
        _ => "-ERR Usage: list|kill [name]|rescan\n".into(),
    }
}

/// What is said of a `db` or a `group` that is not understood.
const WRONG: &str = "!err!";

fn db(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let db = &mut core.stores.db;
    let words = split(invocation.arguments, b'/', 4);
    let Some((action, words)) = words.split_first() else { return WRONG.into() };
    let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    match (action.to_ascii_lowercase().as_slice(), words.as_slice()) {
        (b"insert", [realm, key, value]) => {
            db.insert(realm, key, value);
            "+OK".into()
        }
        (b"delete", [realm, rest @ ..]) => {
            db.delete(realm, rest.first().unwrap_or(&b"".as_slice()));
            "+OK".into()
        }
        (b"select", [realm, key, ..]) => db.select(realm, key).unwrap_or_default().into(),
        (b"exists", [realm, key, ..]) => {
            let there = db.select(realm, key).is_some_and(|value| !value.is_empty());
            if there { "true" } else { "false" }.into()
        }
        (b"count", []) => db.realms().len().to_string().into(),
        (b"count", [realm]) => db.keys(realm).len().to_string().into(),
        (b"list", []) => Outcome::Done(db.realms().join(&b','.to_owned())),
        (b"list", [realm]) => Outcome::Done(db.keys(realm).join(&b','.to_owned())),
        _ => WRONG.into(),
    }
}

/// `insert:<group>:<url>`, `delete:<group>:<url>|*`, `call:<group>[:order|:multi]`
fn group(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let groups = &mut core.stores.groups;
    let words = split(invocation.arguments, b':', 4);
    let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    let [action, group, rest @ ..] = words.as_slice() else { return WRONG.into() };
    let is_it = |(known, of): &(Vec<u8>, Vec<u8>), url: &[u8]| known == group && (url == b"*" || of == url);
    match (action.to_ascii_lowercase().as_slice(), rest) {
        (b"insert", [url, ..]) => {
            groups.retain(|row| !is_it(row, url));
            groups.push((group.to_vec(), url.to_vec()));
            "+OK".into()
        }
        (b"delete", [url, ..]) => {
            groups.retain(|row| !is_it(row, url));
            "+OK".into()
        }
        (b"call", how) => {
            let between: &[u8] = match how.first().map(|how| how.to_ascii_lowercase()).as_deref() {
                Some(b"order") => b"|",
                Some(b"multi") => b":_:",
                _ => b",",
            };
            let urls: Vec<&[u8]> =
                groups.iter().filter(|(known, _)| known == group).map(|(_, url)| url.as_slice()).collect();
            Outcome::Done(urls.join(between))
        }
        _ => WRONG.into(),
    }
}
