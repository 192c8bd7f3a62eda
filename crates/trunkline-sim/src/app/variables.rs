//! Applications that set channel variables (`mod_dptools.c`).

use super::{Application, Progress};
use crate::channel::ChannelId;
use crate::core::Core;

pub(super) const APPLICATIONS: &[(&str, Application)] = &[("set", set), ("unset", unset)];

fn set(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let equals = data.iter().position(|byte| *byte == b'=').unwrap_or(data.len());
    let (name, value) = data.split_at(equals);
    if let Some(channel) = core.channels.get_mut(id) {
        channel.variables.set(name, value.get(1..).unwrap_or_default());
    }
    Progress::Done
}

fn unset(core: &mut Core, id: ChannelId, name: &[u8]) -> Progress {
    if let Some(channel) = core.channels.get_mut(id) {
        channel.variables.remove(name);
    }
    Progress::Done
}
