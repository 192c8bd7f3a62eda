//! The application `bridge` (`audio_bridge_function` in `mod_dptools.c`).

use trunkline_proto::HangupCause;

use super::{Activity, Application, Progress, Running};
use crate::bridge::Joint;
use crate::cause::Cause;
use crate::channel::{Channel, ChannelId};
use crate::core::Core;
use crate::event::origin;
use crate::log;
use crate::originate::{Asker, OriginateId};

pub(super) const APPLICATIONS: &[(&str, Application)] = &[("bridge", bridge)];

/// What the application waits for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bridging {
    /// An answer.
    Dialing(OriginateId),
    /// The end of the bridge.
    Talking,
}

fn bridge(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    if !data.is_empty() && core.camps_on(id) {
        return core.camp_on(id, data);
    }
    let asker = Asker::Bridge { channel: id, serial: core.current_serial(id) };
    match core.dial_for(asker, data) {
        Ok(originate) => Progress::Waits(Activity::Bridge(Bridging::Dialing(originate))),
        Err(cause) => {
            core.bridge_failed(id, cause);
            Progress::Done
        }
    }
}

impl Running {
    /// Whether it is over when its bridge is.
    fn bridges(&self) -> bool {
        matches!(self.activity, Activity::Bridge(_) | Activity::AttXfer(_))
    }

    /// The originate it waits for.
    fn dialing(&self) -> Option<OriginateId> {
        match &self.activity {
            Activity::Bridge(Bridging::Dialing(originate)) => Some(*originate),
            Activity::AttXfer(consultation) => consultation.dialing(),
            _ => None,
        }
    }
}

impl Core {
    /// Somebody has answered an application `bridge`.
    pub(crate) fn begin_bridging(&mut self, id: ChannelId, peer: ChannelId, serial: u64) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        let place = channel.running_apps.iter().position(|running| running.started.serial == serial);
        let Some((place, running)) = place.and_then(|at| Some((at, channel.running_apps.get_mut(at)?)))
        else {
            return;
        };
        running.activity = Activity::Bridge(Bridging::Talking);
        let joint = Joint { depth: place + 1, inner: false };
        if !self.join(id, peer, joint) {
            self.hangup(peer, HangupCause::OriginatorCancel, &origin::ORIGINATE_HANGUP);
            self.application_ends(id, joint.depth);
        }
    }

    /// A digit of somebody who waits for an answer: one of them, by the variable `origination_cancel_key`, gives up.
    pub(crate) fn dialing_hears(&mut self, id: ChannelId, digit: u8) -> bool {
        let Some(channel) = self.channels.get(id) else { return false };
        let originate = channel.running_apps.last().and_then(Running::dialing);
        let key = channel.variables.get("origination_cancel_key").and_then(|key| key.first().copied());
        if let Some(originate) = originate.filter(|_| key == Some(digit)) {
            self.originate_timeout(originate);
        }
        originate.is_some() && key.is_some()
    }

    /// A bridge the channel led has ended, and with it the application that began it, if one did.
    pub(crate) fn application_ends(&mut self, id: ChannelId, depth: usize) {
        self.consumer_bridge_ends(id);
        let Some(channel) = self.channels.get_mut(id) else { return };
        let bridge = depth.checked_sub(1).and_then(|place| channel.running_apps.get_mut(place));
        if let Some(bridge) = bridge.filter(|running| running.bridges()) {
            bridge.over = true;
        }
        self.wake(id);
    }

    /// Nobody was reached: what becomes of the caller (`switch_channel_handle_cause` in `src/switch_channel.c`).
    pub(crate) fn bridge_failed(&mut self, id: ChannelId, cause: Cause) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        channel.variables.set("originate_failed_cause", cause.name());
        self.log_session(log::INFO, &origin::BRIDGE_FAILED, id, |_| {
            format!("Originate Failed.  Cause: {}", cause.name())
        });
        self.handle_cause(id, cause);
    }

    /// What a channel's variables have it do when the one it called failed for this reason.
    pub(crate) fn handle_cause(&mut self, id: ChannelId, cause: Cause) {
        if self.channels.get(id).is_none_or(Channel::hung_up) {
            return;
        }
        let get = |name: &str| self.channel_variable(id, name.as_bytes());
        if cause != HangupCause::AttendedTransfer.into() {
            let harmless = get("failure_causes").is_some_and(|causes| !names(causes, cause));
            let goes_on =
                get("continue_on_fail").is_some_and(|on| crate::text::is_true(on) || names(on, cause));
            let listed = get("continue_on_fail").or(get("failure_causes")).is_some();
            let usual = !listed && CONTINUES.contains(&cause.number());
            if harmless || goes_on || usual {
                return;
            }
            if let Some(to) = get("transfer_on_fail").map(<[u8]>::to_vec)
                && self.transfer_on_fail(id, &to, cause)
            {
                return;
            }
        }
        self.hangup(id, cause, &origin::BRIDGE_FAILED_HANGUP);
    }

    /// `<causes> [<number>|auto_cause [<dialplan> [<context>]]]`: without a number it is the name of the cause. False
    /// if the cause is none of those.
    fn transfer_on_fail(&mut self, id: ChannelId, to: &[u8], cause: Cause) -> bool {
        let words = crate::text::split(to, b' ', 4);
        let word = |place: usize| words.get(place).map(Vec::as_slice).filter(|word| !word.is_empty());
        let causes = word(0).unwrap_or_default();
        if crate::text::is_true(causes) {
            return true;
        }
        if !names(causes, cause) {
            return false;
        }
        let name = cause.name();
        let number = word(1).filter(|number| !number.eq_ignore_ascii_case(b"auto_cause"));
        self.transfer(id, number.unwrap_or(name.as_bytes()), word(2), word(3));
        true
    }
}

/// Causes that end no caller, unless its variables list others: NO_USER_RESPONSE, NO_ANSWER, ORIGINATOR_CANCEL.
const CONTINUES: [u16; 3] = [18, 19, 487];

/// Whether a list of causes, by name or number, has this one.
fn names(list: &[u8], cause: Cause) -> bool {
    let (name, number) = (cause.name(), cause.number().to_string());
    crate::text::split(list, b',', 256)
        .iter()
        .any(|word| word.eq_ignore_ascii_case(name.as_bytes()) || word == number.as_bytes())
}
