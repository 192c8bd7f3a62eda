//! Applications that answer, hold and end calls (`mod_dptools.c`).

use std::time::Duration;

use super::{Activity, Application, Progress, Running};
use crate::cause::Cause;
use crate::channel::ChannelId;
use crate::core::{Core, Task};
use crate::endpoint::{Endpoint, Leg};
use crate::event::origin;
use crate::log;

pub(super) const APPLICATIONS: &[(&str, Application)] = &[
    ("answer", answer),
    ("pre_answer", pre_answer),
    ("hold", hold),
    ("unhold", unhold),
    ("break", stop),
    ("ring_ready", ring_ready),
    ("park", park),
    ("sleep", sleep),
    ("hangup", hangup),
];

/// The calling leg of a loopback call, if this is the called one: what happens to one happens to the other first.
fn caller(core: &Core, id: ChannelId) -> Option<ChannelId> {
    match core.channels.get(id)?.endpoint {
        Endpoint::Loopback { leg: Leg::B, peer } => peer,
        _ => None,
    }
}

fn answer(core: &mut Core, id: ChannelId, _: &[u8]) -> Progress {
    core.answer_leg(id);
    Progress::Done
}

impl Core {
    /// Answers a channel, and the one it was called by.
    pub(crate) fn answer_leg(&mut self, id: ChannelId) {
        if let Some(peer) = caller(self, id) {
            self.mark_answered(peer, &origin::LOOPBACK_ANSWERED);
        }
        self.mark_answered(id, &origin::APP_ANSWERED);
    }

    /// Has a channel be heard, and the one it was called by.
    pub(crate) fn pre_answer_leg(&mut self, id: ChannelId) {
        if let Some(peer) = caller(self, id) {
            self.mark_early(peer, &origin::LOOPBACK_EARLY);
        }
        self.mark_early(id, &origin::APP_EARLY);
    }
}

pub(super) fn pre_answer(core: &mut Core, id: ChannelId, _: &[u8]) -> Progress {
    core.pre_answer_leg(id);
    Progress::Done
}

fn ring_ready(core: &mut Core, id: ChannelId, _: &[u8]) -> Progress {
    if let Some(peer) = caller(core, id) {
        core.mark_ringing(peer, &origin::LOOPBACK_RINGING);
    }
    core.mark_ringing(id, &origin::APP_RINGING);
    Progress::Done
}

fn park(core: &mut Core, id: ChannelId, _: &[u8]) -> Progress {
    if core.channels.get(id).is_some_and(|channel| channel.running_apps.iter().any(Running::is_parked)) {
        let text = "Cannot park channels that are under control already.";
        core.log_session(log::ERR, &origin::PARKED_ALREADY, id, |_| text.into());
        return Progress::Done;
    }
    core.fire_channel(id, &origin::PARK);
    Progress::Waits(Activity::Park)
}

fn sleep(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let milliseconds = String::from_utf8_lossy(data).trim().parse().unwrap_or(0);
    if milliseconds == 0 {
        return Progress::Done;
    }
    let serial = core.current_serial(id);
    core.after(Duration::from_millis(milliseconds), Task::ApplicationOver { channel: id, serial });
    Progress::Waits(Activity::Sleep)
}

fn hold(core: &mut Core, id: ChannelId, _: &[u8]) -> Progress {
    core.hold(id);
    Progress::Done
}

fn unhold(core: &mut Core, id: ChannelId, _: &[u8]) -> Progress {
    core.unhold(id);
    Progress::Done
}

/// `break`: stops what is played beside this.
fn stop(core: &mut Core, id: ChannelId, _: &[u8]) -> Progress {
    core.break_playback(id, false);
    Progress::Done
}

fn hangup(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    core.hangup(id, Cause::parse(data), &origin::APP_HANGUP);
    Progress::Done
}
