//! Applications that answer, hold and end calls (`mod_dptools.c`).

use std::time::Duration;

use trunkline_proto::HangupCause;

use super::{Activity, Application, Progress, Running};
use crate::cause::Cause;
use crate::channel::ChannelId;
use crate::core::{Core, Task};
use crate::endpoint::{Endpoint, Leg};
use crate::event::origin;
use crate::log;
use crate::text::atoi;

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
    core.start_parking(id);
    Progress::Waits(Activity::Park)
}

impl Core {
    /// A call is parked: until it is wanted, or for as long as its variable `park_timeout`, `seconds[:cause]`, says
    /// (`switch_ivr_park` in `switch_ivr.c`).
    pub(crate) fn start_parking(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        if let Some(timeout) = channel.variables.get("park_timeout").map(<[u8]>::to_vec) {
            let mut parts = timeout.splitn(2, |byte| *byte == b':');
            let seconds = u64::try_from(atoi(parts.next().unwrap_or_default()));
            let cause = parts.next().map_or_else(|| HangupCause::NormalClearing.into(), Cause::parse);
            channel.variables.remove(b"park_timeout");
            channel.variables.remove(b"park_after_bridge");
            if let Ok(seconds) = seconds {
                let expires = self.now.whole_seconds_later(seconds);
                channel.park_expires = Some((expires, cause));
                self.schedule.at(expires, Task::ParkTimeout(id));
            }
        }
        self.fire_channel(id, &origin::PARK);
    }

    pub(crate) fn stop_parking(&mut self, id: ChannelId) {
        if let Some(channel) = self.channels.get_mut(id) {
            channel.park_expires = None;
        }
        self.fire_channel(id, &origin::UNPARK);
    }

    /// A call may have been parked for as long as it may be.
    pub(crate) fn park_timeout(&mut self, id: ChannelId) {
        let expires = self.channels.get(id).and_then(|channel| channel.park_expires);
        if let Some((_, cause)) = expires.filter(|(expires, _)| *expires <= self.now) {
            self.hangup(id, cause, &origin::PARK_TIMEOUT);
        }
    }
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
