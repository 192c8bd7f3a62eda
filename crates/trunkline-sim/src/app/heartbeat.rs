//! A call's own heartbeat, SESSION_HEARTBEAT (`switch_core_session_enable_heartbeat` in `src/switch_core_session.c`).
//!
//! The call's thread counts the packets it reads; where it reads none, the scheduler does it by the clock.

use std::time::Duration;

use trunkline_proto::EventName;

use super::{Application, Progress};
use crate::channel::ChannelId;
use crate::core::{Core, Task};
use crate::event::origin::origin;
use crate::event::{ChannelEvent, Origin};
use crate::log;
use crate::scheduler::What;
use crate::text::atoi;

pub(super) const APPLICATIONS: &[(&str, Application)] =
    &[("enable_heartbeat", enable), ("sched_heartbeat", schedule)];

const USAGE: Origin = origin("mod_dptools.c", "heartbeat_function", 618);
const SCHED_USAGE: Origin = origin("mod_dptools.c", "sched_heartbeat_function", 582);
const BY_SCHEDULER: Origin = origin("switch_core_session.c", "switch_core_session_enable_heartbeat", 1688);
const SETTING: Origin = origin("switch_core_session.c", "switch_core_session_enable_heartbeat", 1702);

const HEARTBEAT: ChannelEvent = ChannelEvent {
    name: EventName::SessionHeartbeat,
    origin: origin("switch_core_io.c", "switch_core_session_read_frame", 157),
    variables: true,
};

const SCHEDULED: ChannelEvent =
    ChannelEvent { origin: origin("switch_core_session.c", "sch_heartbeat_callback", 1636), ..HEARTBEAT };

/// How often, in seconds, where nobody says so.
const USUAL: u64 = 60;

/// Variables that have the scheduler do it.
const LEFT_TO_SCHEDULER: [&str; 3] = ["heartbeat_use_scheduler", "bypass_media", "bypass_media_after_bridge"];

/// What a call was told about its heartbeat.
#[derive(Debug, Default)]
pub(crate) struct Heartbeat {
    /// In seconds (`track_duration`).
    every: u64,
    /// What the scheduler was given (`track_id`). The call's thread leaves it to that.
    task: Option<u32>,
    /// Counts the orders: what was to come of an earlier one does not.
    order: u32,
}

/// `<seconds>`
fn enable(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    match u64::try_from(atoi(data)) {
        Ok(seconds) => core.enable_heartbeat(id, seconds),
        Err(_) => core.log_session(log::ERR, &USAGE, id, |_| "Usage: [0|<seconds>]".into()),
    }
    Progress::Done
}

/// `<seconds>`, which are not heeded: those of `enable_heartbeat` are.
fn schedule(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    if atoi(data) >= 0 {
        core.sched_heartbeat(id);
    } else {
        core.log_session(log::ERR, &SCHED_USAGE, id, |_| "Usage: [0|<seconds>]".into());
    }
    Progress::Done
}

impl Core {
    /// Has a call tell every so many seconds that it is there; of 0, the usual time.
    pub(crate) fn enable_heartbeat(&mut self, id: ChannelId, seconds: u64) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        let every = if seconds == 0 { USUAL } else { seconds };
        channel.heartbeat.every = every;
        let variables = &channel.variables;
        if !channel.has_media() || LEFT_TO_SCHEDULER.iter().any(|name| variables.is_true(name)) {
            self.log_session(log::WARNING, &BY_SCHEDULER, id, |channel| {
                let name = channel.shown_name();
                format!("{name} using scheduler due to bypass media or media is not established.")
            });
            return self.sched_heartbeat(id);
        }
        let at_once = variables.is_true("heartbeat_fire_on_set");
        let after = if at_once { Duration::ZERO } else { Duration::from_secs(every) };
        let order = self.unsched_heartbeat(id);
        self.after(after, Task::SessionHeartbeat { channel: id, order });
        self.log_session(log::INFO, &SETTING, id, |channel| {
            format!("{} setting session heartbeat to {every} second(s).", channel.shown_name())
        });
    }

    /// Has the scheduler tell that a call is there, as often as it was told before; but once, if it was not.
    pub(crate) fn sched_heartbeat(&mut self, id: ChannelId) {
        self.unsched_heartbeat(id);
        let Some(channel) = self.channels.get(id) else { return };
        let later =
            if channel.variables.is_true("heartbeat_fire_on_set") { 0 } else { channel.heartbeat.every };
        let uuid = self.uuid_of(id).into_bytes();
        let task = self.add_task(self.now.as_secs() + later, &uuid.clone(), What::Heartbeat { uuid });
        if let Some(channel) = self.channels.get_mut(id) {
            channel.heartbeat.task = Some(task);
        }
    }

    pub(crate) fn disable_heartbeat(&mut self, id: ChannelId) {
        self.unsched_heartbeat(id);
        if let Some(channel) = self.channels.get_mut(id) {
            channel.heartbeat.every = 0;
        }
    }

    /// Takes back what a call was told about its heartbeat; the number of the next order.
    fn unsched_heartbeat(&mut self, id: ChannelId) -> u32 {
        let Some(channel) = self.channels.get_mut(id) else { return 0 };
        let heartbeat = &mut channel.heartbeat;
        heartbeat.order += 1;
        let (order, task) = (heartbeat.order, heartbeat.task.take());
        if let Some(task) = task {
            self.cancel_task(task);
        }
        order
    }

    /// The time of a heartbeat has come, by the packets that were read.
    pub(crate) fn session_heartbeat(&mut self, id: ChannelId, order: u32) {
        let is_due =
            |channel: &&crate::channel::Channel| channel.heartbeat.order == order && !channel.hung_up();
        let Some(every) = self.channels.get(id).filter(is_due).map(|channel| channel.heartbeat.every) else {
            return;
        };
        self.fire_channel(id, &HEARTBEAT);
        self.after(Duration::from_secs(every), Task::SessionHeartbeat { channel: id, order });
    }

    /// The scheduler's part in it.
    pub(crate) fn scheduled_heartbeat(&mut self, uuid: &[u8]) {
        if let Some(id) = self.channels.locate(uuid) {
            self.fire_channel(id, &SCHEDULED);
        }
    }

    /// How often the scheduler is to tell that a call is there, in seconds; 0 when that is over.
    pub(crate) fn heartbeat_period(&self, uuid: &[u8]) -> u64 {
        let channel = self.channels.locate(uuid).and_then(|id| self.channels.get(id));
        channel.map_or(0, |channel| channel.heartbeat.every)
    }
}
