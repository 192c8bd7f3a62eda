//! Applications about what is to be done later with the call (`mod_dptools.c`).

use trunkline_proto::HangupCause;

use super::{Application, Progress};
use crate::cause::Cause;
use crate::channel::ChannelId;
use crate::core::Core;
use crate::event::origin;
use crate::text::{atoi, split_spaces};

pub(super) const APPLICATIONS: &[(&str, Application)] = &[
    ("sched_hangup", sched_hangup),
    ("sched_transfer", sched_transfer),
    ("sched_broadcast", sched_broadcast),
    ("sched_cancel", sched_cancel),
];

/// `[+]<time> [<cause>] [bleg]`
fn sched_hangup(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = split_spaces(data, 5);
    let Some(when) = words.first().filter(|when| !when.is_empty()) else { return Progress::Done };
    let cause = words.get(1).map_or_else(|| HangupCause::AllottedTimeout.into(), |cause| Cause::parse(cause));
    if atoi(when.get(1..).unwrap_or_default()) == 0 {
        core.hangup(id, cause, &origin::APP_SCHED_HANGUP);
        return Progress::Done;
    }
    let bleg = words.get(2).is_some_and(|which| which.eq_ignore_ascii_case(b"bleg"));
    core.schedule_hangup(id, when, cause, bleg);
    Progress::Done
}

/// `[+]<time> <number> [<dialplan>] [<context>]`
fn sched_transfer(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = split_spaces(data, 4);
    if let [when, to @ ..] = words.as_slice()
        && !to.is_empty()
    {
        let task = core.schedule_transfer(id, when, to);
        note_task(core, id, task);
    }
    Progress::Done
}

/// `[+]<time> <path> [aleg|bleg|both]`
fn sched_broadcast(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = split_spaces(data, 6);
    if let [when, path, legs @ ..] = words.as_slice() {
        let (a, b) = match legs.first().map(Vec::as_slice) {
            None | Some(b"aleg") => (true, false),
            Some(b"both") => (true, true),
            Some(b"bleg") => (false, true),
            Some(_) => (false, false),
        };
        let task = core.schedule_broadcast(id, when, path, (a, b));
        note_task(core, id, task);
    }
    Progress::Done
}

fn note_task(core: &mut Core, id: ChannelId, task: u32) {
    if let Some(channel) = core.channels.get_mut(id) {
        channel.variables.set("last_sched_id", task.to_string());
    }
}

/// `[<task>|<group>]`: this call's own, where it names none.
fn sched_cancel(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let group = if data.is_empty() { core.uuid_of(id).into_bytes() } else { data.to_vec() };
    core.cancel_tasks(&group);
    Progress::Done
}
