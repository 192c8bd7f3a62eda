//! Lists of what there is: interfaces of modules, words, tasks, registrations.

use super::table::Table;
use crate::api::interfaces::{INTERFACES, Interface};
use crate::core::Core;
use crate::time::Time;

/// What the loaded modules offer.
fn loaded(core: &Core) -> impl Iterator<Item = &'static Interface> {
    INTERFACES.iter().filter(|interface| core.stores.modules.has(interface.module))
}

/// `show codec`, `show endpoint`, …
pub(super) fn of_kind(core: &Core, kind: &str) -> Table {
    let mut table = Table::new("type,name,ikey");
    for interface in loaded(core).filter(|interface| interface.kind == kind) {
        table.row([interface.kind, interface.name, interface.module]);
    }
    table
}

pub(super) fn interfaces(core: &Core) -> Table {
    let mut table = Table::new("type,name,ikey");
    for interface in loaded(core) {
        table.row([interface.kind, interface.name, interface.module]);
    }
    table
}

/// `show modules [<name>]`
pub(super) fn modules(core: &Core, only: Option<&str>) -> Table {
    let mut table = Table::new("type,name,ikey,filename");
    for interface in loaded(core).filter(|interface| only.is_none_or(|only| only == interface.module)) {
        table.row([interface.kind, interface.name, interface.module, &interface.file()]);
    }
    table.rows.dedup();
    table
}

/// `show api [<name>]`, `show application [<name>]`: those that are described.
pub(super) fn described(core: &Core, kind: &str, only: Option<&str>) -> Table {
    let mut table = Table::new("name,description,syntax,ikey");
    let meant = |interface: &&Interface| {
        interface.kind == kind
            && !interface.description.is_empty()
            && only.is_none_or(|only| only == interface.name)
    };
    for interface in loaded(core).filter(meant) {
        table.row([interface.name, &interface.description, &interface.syntax, interface.module]);
    }
    table
}

pub(super) fn help(core: &Core) -> Table {
    let mut table = Table::new("name,syntax,description,ikey");
    for interface in loaded(core).filter(|interface| interface.kind == "api") {
        table.row([interface.name, &interface.syntax, &interface.description, interface.module]);
    }
    table
}

/// Whether the tables that are written by one of the switch's names and read by the other show anything.
fn has_one_name(core: &Core) -> bool {
    core.config.hostname == core.config.switchname
}

pub(super) fn interface_types(core: &Core) -> Table {
    let mut table = Table::new("type,total");
    let interfaces: Vec<&Interface> = loaded(core).filter(|_| has_one_name(core)).collect();
    for of_kind in interfaces.chunk_by(|a, b| a.kind == b.kind) {
        let kind = of_kind.first().map_or("", |interface| interface.kind);
        table.row([kind, &of_kind.len().to_string()]);
    }
    table
}

pub(super) fn complete(core: &Core) -> Table {
    let mut table = Table::new("sticky,a1,a2,a3,a4,a5,a6,a7,a8,a9,a10,hostname");
    for words in core.stores.words.all().filter(|_| has_one_name(core)) {
        let mut row = vec!["0"];
        row.extend(words.iter().map(String::as_str));
        row.resize(11, "");
        row.push(&core.config.hostname);
        table.row(row);
    }
    table
}

pub(super) fn aliases(core: &Core) -> Table {
    let mut table = Table::new("sticky,alias,command,hostname");
    for (name, alias) in core.stores.aliases.iter() {
        let sticky = if alias.sticky { b"1" } else { b"0" };
        table.row([sticky.as_slice(), name, &alias.command, core.config.switchname.as_bytes()]);
    }
    table
}

/// When the switch next does what it does by itself.
const CLEANUP_EVERY: u64 = 900;

pub(super) fn tasks(core: &Core) -> Table {
    let mut table = Table::new("task_id,task_desc,task_group,task_runtime,task_sql_manager,hostname");
    let host = core.config.hostname.as_bytes();
    let up = core.now.since(core.started).as_secs();
    let next = core.started.as_secs() + (up / CLEANUP_EVERY + 1) * CLEANUP_EVERY;
    let next = next.to_string();
    let lag = u64::try_from(core.config.show_delay.as_micros()).unwrap_or(u64::MAX);
    table.row([b"3", b"limit_hash_cleanup".as_slice(), b"mod_hash", next.as_bytes(), b"0", host]);
    let listed = Time::from_micros(core.now.as_micros().saturating_sub(lag));
    for (id, name, group, at) in core.stores.tasks.rows(listed) {
        let (id, at) = (id.to_string(), at.to_string());
        table.row([id.as_bytes(), name.as_bytes(), group, at.as_bytes(), b"0", host]);
    }
    table
}

pub(super) fn registrations(core: &Core) -> Table {
    let mut table = Table::new(
        "reg_user,realm,token,url,expires,network_ip,network_port,network_proto,hostname,metadata",
    );
    for registration in core.registrations() {
        let expires = registration.expires.as_secs().to_string();
        let url = registration.url();
        table.row([
            registration.user,
            registration.domain,
            &registration.call_id,
            &url,
            &expires,
            registration.ip,
            registration.port,
            "udp",
            &core.config.hostname,
            "",
        ]);
    }
    table
}
