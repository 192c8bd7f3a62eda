//! `att_xfer`: somebody else is called while the bridge waits, and given the call when who called hangs up
//! (`att_xfer_function` in `mod_dptools.c`).

use trunkline_proto::{ChannelState, HangupCause};

use super::{Action, Activity, Application, Progress, Running};
use crate::bridge::Joint;
use crate::channel::{Channel, ChannelId};
use crate::core::Core;
use crate::event::origin;
use crate::originate::{Asker, OriginateId};

pub(super) const APPLICATIONS: &[(&str, Application)] = &[("att_xfer", att_xfer)];

/// Who is asked, and about whom.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Consultation {
    /// Whom the channel is bridged to, who waits.
    bond: Option<ChannelId>,
    stage: Stage,
}

impl Consultation {
    /// The originate it waits for.
    pub(super) fn dialing(&self) -> Option<OriginateId> {
        match self.stage {
            Stage::Dialing(originate) => Some(originate),
            Stage::Talking { .. } => None,
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Stage {
    Dialing(OriginateId),
    Talking { hangup: u8, cancel: u8, conference: u8 },
}

/// The one who waits, as a variable of the one who asks.
const HOLDING: &str = "soft_holding_uuid";
/// Two calls that are bridged when the channel that has this hangs up, or goes elsewhere.
const XFER_UUIDS: &str = "xfer_uuids";

fn att_xfer(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let bond = core.partner(id);
    let uuid = bond.map(|bond| core.uuid_of(bond)).unwrap_or_default();
    if let Some(channel) = core.channels.get_mut(id) {
        channel.variables.set(HOLDING, uuid);
    }
    let asker = Asker::Consultation { channel: id, serial: core.current_serial(id) };
    match core.dial_for(asker, data) {
        Ok(originate) => {
            Progress::Waits(Activity::AttXfer(Consultation { bond, stage: Stage::Dialing(originate) }))
        }
        Err(_) => {
            core.end_consultation(id);
            Progress::Done
        }
    }
}

impl Running {
    fn consultation(&self) -> Option<&Consultation> {
        match &self.activity {
            Activity::AttXfer(consultation) => Some(consultation),
            _ => None,
        }
    }
}

impl Channel {
    fn consultation(&self) -> Option<&Consultation> {
        self.running_apps.iter().rev().find_map(Running::consultation)
    }
}

impl Core {
    /// Whether a channel that leaves asks somebody about another one, which is kept for that.
    pub(crate) fn is_kept_by(&self, id: ChannelId, bond: ChannelId) -> bool {
        let leaves = |channel: &&Channel| channel.hung_up() || channel.target == ChannelState::Routing;
        let asks = self.channels.get(id).filter(leaves).and_then(Channel::consultation);
        asks.is_some_and(|consultation| consultation.bond == Some(bond))
    }

    /// Who was called has answered: the two talk, within the bridge that waits.
    pub(crate) fn begin_consultation(&mut self, id: ChannelId, peer: ChannelId, serial: u64) {
        let [hangup, cancel, conference] =
            [("attxfer_hangup_key", b'*'), ("attxfer_cancel_key", b'#'), ("attxfer_conf_key", b'0')]
                .map(|(name, usual)| self.key(id, name).or_else(|| self.key(peer, name)).unwrap_or(usual));
        let Some(channel) = self.channels.get_mut(id) else { return };
        let place = channel.running_apps.iter().position(|running| running.started.serial == serial);
        let Some((place, running)) = place.and_then(|at| Some((at, channel.running_apps.get_mut(at)?)))
        else {
            return;
        };
        if let Activity::AttXfer(consultation) = &mut running.activity {
            consultation.stage = Stage::Talking { hangup, cancel, conference };
        }
        let joint = Joint { depth: place + 1, inner: true };
        if !self.join(id, peer, joint) {
            self.hangup(peer, HangupCause::OriginatorCancel, &origin::ORIGINATE_HANGUP);
            self.application_ends(id, joint.depth);
        }
    }

    fn key(&self, id: ChannelId, name: &str) -> Option<u8> {
        self.channels.get(id)?.variables.get(name)?.first().copied()
    }

    /// Nobody was reached: all is as it was.
    pub(crate) fn consultation_failed(&mut self, id: ChannelId, serial: u64) {
        self.end_consultation(id);
        self.application_over(id, serial);
    }

    /// The two have talked. Whoever is left of them is bridged to the one who waits.
    pub(crate) fn consultation_over(&mut self, id: ChannelId, peer: ChannelId) {
        let bond = self.channels.get(id).and_then(Channel::consultation).and_then(|asks| asks.bond);
        let gone = |core: &Self, id| core.channels.get(id).is_none_or(Channel::hung_up);
        let (peer_gone, left) = (gone(self, peer), self.channels.get(id).is_none_or(Channel::is_leaving));
        self.end_consultation(id);
        let Some(bond) = bond else { return };
        if !peer_gone && left {
            let bridged = self.uuid_bridge(peer, bond);
            return self.note_result(peer, bridged);
        }
        if !peer_gone && !gone(self, bond) {
            let [us, them, waits] = [id, peer, bond].map(|id| self.uuid_of(id));
            for (leg, other) in [(bond, us), (id, waits)] {
                if let Some(channel) = self.channels.get_mut(leg) {
                    channel.variables.set(XFER_UUIDS, format!("{them} {other}"));
                    channel.xfer_hook = true;
                }
            }
        }
        let bridged = !gone(self, bond) && self.uuid_bridge(id, bond);
        self.note_result(id, bridged);
    }

    fn note_result(&mut self, id: ChannelId, bridged: bool) {
        if let Some(channel) = self.channels.get_mut(id) {
            channel.variables.set("att_xfer_result", if bridged { "success" } else { "failure" });
        }
    }

    fn end_consultation(&mut self, id: ChannelId) {
        let bond =
            self.channels.get(id).and_then(|channel| channel.variables.get(HOLDING)).map(<[u8]>::to_vec);
        if let (Some(channel), Some(bond)) = (self.channels.get_mut(id), bond) {
            channel.variables.remove(HOLDING.as_bytes());
            channel.variables.set("signal_bond", bond);
        }
    }

    /// The application was left: who hangs up while it still rings leaves the one who waits to the one who is called.
    pub(super) fn consultation_left(&mut self, id: ChannelId, consultation: Consultation) {
        self.end_consultation(id);
        let Stage::Dialing(originate) = consultation.stage else { return };
        let over = self.channels.get(id).is_none_or(Channel::hung_up);
        match consultation.bond.filter(|_| over) {
            Some(bond) => self.hand_over(originate, bond),
            None => self.cancel_originate(originate, HangupCause::OriginatorCancel.into()),
        }
    }

    /// A call is over, or goes elsewhere: those it has left to each other are bridged.
    pub(crate) fn run_xfer_hook(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get_mut(id).filter(|channel| channel.xfer_hook) else { return };
        channel.xfer_hook = false;
        if let Some(uuids) = channel.variables.get(XFER_UUIDS).map(<[u8]>::to_vec) {
            self.run_inner(b"uuid_bridge", &uuids);
        }
    }

    /// A digit of who asks, while the two talk; false if it means nothing.
    pub(crate) fn consultation_hears(&mut self, id: ChannelId, digit: u8) -> bool {
        let Some(channel) = self.channels.get(id) else { return false };
        let Some(peer) = channel.at_bridge().filter(|bridge| bridge.leads).map(|bridge| bridge.peer) else {
            return false;
        };
        let consultation = channel.running_apps.last().and_then(Running::consultation).copied();
        let Some(Consultation { bond, stage: Stage::Talking { hangup, cancel, conference } }) = consultation
        else {
            return false;
        };
        let cause = HangupCause::NormalClearing;
        if digit == hangup {
            self.hangup(id, cause, &origin::ATT_XFER_HANGUP);
        } else if digit == cancel {
            self.hangup(peer, cause, &origin::ATT_XFER_CANCEL);
        } else if digit == conference {
            self.have_all_three_talk(id, peer, bond);
        }
        [hangup, cancel, conference].contains(&digit)
    }

    /// All three are to hear each other: who was called comes in by `three_way`.
    fn have_all_three_talk(&mut self, id: ChannelId, peer: ChannelId, bond: Option<ChannelId>) {
        let waits = bond.and_then(|bond| self.channels.get(bond)).is_none_or(|bond| !bond.is_leaving());
        let action = Action::new(if waits { "three_way" } else { "intercept" }, self.uuid_of(id).as_bytes());
        if let Some(channel) = self.channels.get_mut(peer) {
            channel.extension = [action].into();
        }
        if self.channels.get(peer).and_then(|channel| channel.bridge).is_some_and(|bridge| bridge.peer != id)
        {
            // It asks somebody itself, whom it leaves first.
            self.leave_for(peer, ChannelState::Execute);
        } else {
            self.enter(peer, ChannelState::Reset);
            self.set_target(peer, ChannelState::Execute);
            self.wake(peer);
        }
        if let Some(channel) = self.channels.get_mut(id) {
            channel.variables.remove(b"hangup_after_bridge");
        }
        self.break_bridge(id);
    }
}
