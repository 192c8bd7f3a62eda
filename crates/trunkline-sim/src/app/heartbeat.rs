//! A call's own heartbeat, SESSION_HEARTBEAT (`switch_core_session_enable_heartbeat` in `src/switch_core_session.c`).

use std::time::Duration;

use trunkline_proto::EventName;

use super::{Application, Progress};
use crate::channel::ChannelId;
use crate::core::{Core, Task};
use crate::event::origin::origin;
use crate::event::{ChannelEvent, Origin};
use crate::log;
use crate::text::atoi;

pub(super) const APPLICATIONS: &[(&str, Application)] =
    &[("enable_heartbeat", enable), ("sched_heartbeat", enable)];

const USAGE: Origin = origin("mod_dptools.c", "heartbeat_function", 618);

const HEARTBEAT: ChannelEvent = ChannelEvent {
    name: EventName::SessionHeartbeat,
    origin: origin("switch_core_io.c", "switch_core_session_read_frame", 157),
    variables: true,
};

/// How often, where nobody says so.
const USUAL: Duration = Duration::from_secs(60);

/// What a call was told about its heartbeat.
#[derive(Debug, Default)]
pub(crate) struct Heartbeat {
    every: Duration,
    /// Counts the orders: what was to come of an earlier one does not.
    order: u32,
}

/// `<seconds>`
fn enable(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    match u64::try_from(atoi(data)) {
        Ok(seconds) => core.beat_every(id, Some(Duration::from_secs(seconds))),
        Err(_) => core.log_session(log::ERR, &USAGE, id, |_| "Usage: [0|<seconds>]".into()),
    }
    Progress::Done
}

impl Core {
    /// Has a call tell so often that it is there; no longer with `None`.
    pub(crate) fn beat_every(&mut self, id: ChannelId, every: Option<Duration>) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        channel.heartbeat.order += 1;
        let Some(every) = every else { return };
        channel.heartbeat.every = if every.is_zero() { USUAL } else { every };
        let at_once = channel.variables.is_true("heartbeat_fire_on_set");
        let (after, order) = (channel.heartbeat.every, channel.heartbeat.order);
        let after = if at_once { Duration::ZERO } else { after };
        self.after(after, Task::SessionHeartbeat { channel: id, order });
    }

    /// The time of a heartbeat has come.
    pub(crate) fn session_heartbeat(&mut self, id: ChannelId, order: u32) {
        let is_due =
            |channel: &&crate::channel::Channel| channel.heartbeat.order == order && !channel.hung_up();
        let Some(every) = self.channels.get(id).filter(is_due).map(|channel| channel.heartbeat.every) else {
            return;
        };
        self.fire_channel(id, &HEARTBEAT);
        self.after(every, Task::SessionHeartbeat { channel: id, order });
    }
}
