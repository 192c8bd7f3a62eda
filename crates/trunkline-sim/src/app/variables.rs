//! Applications that set channel variables (`base_set` and others in `mod_dptools.c`). Their values are expanded once
//! more than those of other applications.

use super::{Application, Progress};
use crate::channel::{ChannelId, Variables};
use crate::core::Core;
use crate::text::{is_true, split, trim};

pub(super) const APPLICATIONS: &[(&str, Application)] = &[
    ("set", set),
    ("unset", unset),
    ("multiset", multiset),
    ("multiunset", multiunset),
    ("export", export),
    ("bridge_export", bridge_export),
    ("push", push),
    ("unshift", unshift),
    ("set_global", set_global),
    ("verbose_events", verbose_events),
];

/// `name=value`, trimmed; a name alone has no value.
pub(super) fn pair(data: &[u8]) -> (&[u8], &[u8]) {
    let equals = data.iter().position(|byte| *byte == b'=').unwrap_or(data.len());
    let (name, value) = data.split_at(equals);
    (trim(name), value.get(1..).unwrap_or_default())
}

fn change(core: &mut Core, id: ChannelId, data: &[u8], how: impl Fn(&mut Variables, &str, &[u8])) {
    let (name, value) = pair(data);
    let value = if value == b"_undef_" { Vec::new() } else { core.expand(id, value) };
    if let Some(channel) = core.channels.get_mut(id) {
        how(&mut channel.variables, &String::from_utf8_lossy(name), &value);
    }
}

fn set(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    change(core, id, data, |variables, name, value| variables.set(name, value));
    Progress::Done
}

fn push(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    change(core, id, data, |variables, name, value| variables.append(name, value));
    Progress::Done
}

fn unshift(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    change(core, id, data, |variables, name, value| variables.prepend(name, value));
    Progress::Done
}

fn unset(core: &mut Core, id: ChannelId, name: &[u8]) -> Progress {
    if let Some(channel) = core.channels.get_mut(id) {
        channel.variables.remove(name);
    }
    Progress::Done
}

fn set_global(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let (name, value) = pair(data);
    let value = core.expand(id, value);
    core.set_global(name, &value);
    Progress::Done
}

/// Has every event of the channel carry its variables; `off` ends that.
fn verbose_events(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    if let Some(channel) = core.channels.get_mut(id) {
        channel.verbose = data.is_empty() || is_true(data);
    }
    Progress::Done
}

/// The words of a list: `^^:a=1:b=2`, or with spaces between.
fn words(data: &[u8]) -> Vec<Vec<u8>> {
    if data.starts_with(b"^^") {
        return split(data, b',', MOST);
    }
    data.split(|byte| *byte == b' ').filter(|word| !word.is_empty()).map(<[u8]>::to_vec).collect()
}

const MOST: usize = 256;

fn multiset(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    for word in words(data) {
        set(core, id, &word);
    }
    Progress::Done
}

fn multiunset(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    for word in words(data) {
        unset(core, id, &word);
    }
    Progress::Done
}

/// `[nolocal:]name=value`: set here, unless it says otherwise, and on every leg that is called from now on
/// (`switch_channel_export_variable_printf` in `src/switch_channel.c`).
fn export(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    export_by(core, id, data, "export_vars")
}

/// The same, and on the other leg of every bridge.
fn bridge_export(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    export_by(core, id, data, "bridge_export_vars")
}

/// Sets a variable, and lists its name in another one.
fn export_by(core: &mut Core, id: ChannelId, data: &[u8], list: &str) -> Progress {
    change(core, id, data, |variables, name, value| {
        variables.set(name, value);
        let known = variables.get(list).unwrap_or_default();
        let has = known.split(|byte| *byte == b',').any(|word| word.eq_ignore_ascii_case(name.as_bytes()));
        let names = match known {
            [] => name.as_bytes().to_vec(),
            known if has => known.to_vec(),
            known => [known, b",", name.as_bytes()].concat(),
        };
        variables.set(list, names);
    });
    Progress::Done
}
