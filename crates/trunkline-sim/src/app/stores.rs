//! Applications that keep something for other calls: `hash` (`mod_hash.c`), `db` and `group` (`mod_db.c`), `limit`
//! (`limit_function` in `mod_dptools.c`).

use super::{Application, Progress};
use crate::api::Most;
use crate::channel::ChannelId;
use crate::core::Core;
use crate::event::Origin;
use crate::event::origin::origin;
use crate::log;
use crate::text::{split, split_spaces};

pub(super) const APPLICATIONS: &[(&str, Application)] = &[
    ("hash", hash),
    ("db", db),
    ("group", group),
    ("limit", limit),
    ("limit_hash", |core, id, _| deprecated(core, id, "limit_hash", &LIMIT_HASH)),
    ("limit_hash_execute", |core, id, _| deprecated(core, id, "limit_hash_execute", &LIMIT_HASH_EXECUTE)),
];

const NO_LIMIT: Origin = origin("mod_dptools.c", "limit_function", 4766);
const LIMIT_HASH: Origin = origin("mod_dptools.c", "limit_hash_function", 4835);
const LIMIT_HASH_EXECUTE: Origin = origin("mod_dptools.c", "limit_hash_execute_function", 4926);

const LIMIT_USAGE: &str =
    "USAGE: limit <backend> <realm> <id> [<max>[/interval]] [number [dialplan [context]]]";

/// Has the command of the same name do what the application may.
fn by_command(core: &mut Core, name: &str, data: &[u8], separator: u8, actions: &[&str]) {
    let words = split(data, separator, 4);
    let action = words.first().map(|word| word.to_ascii_lowercase()).unwrap_or_default();
    if words.len() > 2 && actions.iter().any(|known| known.as_bytes() == action) {
        core.run_at_once(name.as_bytes(), data);
    }
}

/// `insert|insert_ifempty|delete|delete_ifmatch/<realm>/<key>[/<value>]`
fn hash(core: &mut Core, _: ChannelId, data: &[u8]) -> Progress {
    by_command(core, "hash", data, b'/', &["insert", "insert_ifempty", "delete", "delete_ifmatch"]);
    Progress::Done
}

/// `insert|delete/<realm>/<key>[/<value>]`
fn db(core: &mut Core, _: ChannelId, data: &[u8]) -> Progress {
    by_command(core, "db", data, b'/', &["insert", "delete"]);
    Progress::Done
}

/// `insert|delete:<group>:<url>`
fn group(core: &mut Core, _: ChannelId, data: &[u8]) -> Progress {
    by_command(core, "group", data, b':', &["insert", "delete"]);
    Progress::Done
}

/// `<backend> <realm> <resource> [<most>[/<seconds>]] [<number> [<dialplan> [<context>]]]`
fn limit(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = split_spaces(data, 7);
    let [backend, realm, name, rest @ ..] = words.as_slice() else {
        core.log_session(log::ERR, &NO_LIMIT, id, |_| LIMIT_USAGE.into());
        return Progress::Done;
    };
    let word = |place: usize| rest.get(place).map(Vec::as_slice);
    let resource = (backend.clone(), realm.clone(), name.clone());
    if !core.take_limit(id, resource, Most::parse(word(0))) {
        core.exceed(id, word(1), word(2), word(3));
    }
    Progress::Done
}

fn deprecated(core: &mut Core, id: ChannelId, name: &str, origin: &Origin) -> Progress {
    let text = format!("'{name}' (deprecated) is only available after loading mod_limit.");
    core.log_session(log::ERR, origin, id, |_| text.clone());
    Progress::Done
}
