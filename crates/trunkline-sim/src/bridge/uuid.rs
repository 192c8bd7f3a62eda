//! Bridging two channels that are up already (`switch_ivr_uuid_bridge` in `switch_ivr_bridge.c`).

use trunkline_proto::{ChannelState, HangupCause};

use super::Joint;
use crate::channel::{Channel, ChannelId};
use crate::core::Core;
use crate::event::origin;

impl Core {
    /// Takes two channels out of what they do and bridges them; false if neither is answered, or the first one is
    /// over.
    pub(crate) fn uuid_bridge(&mut self, a: ChannelId, b: ChannelId) -> bool {
        let state = |core: &Self, id| core.channels.get(id).map(|c| (c.has_media(), c.hung_up()));
        let (Some((a_media, a_over)), Some((b_media, b_over))) = (state(self, a), state(self, b)) else {
            return false;
        };
        if a_over || b_over || !(a_media || b_media) {
            return false;
        }
        if a == b {
            // It goes, with nobody to be joined to.
            self.hangup(a, HangupCause::DestinationOutOfOrder, &origin::BRIDGE_PEER_HANGUP);
            return true;
        }
        let (a, b) = if a_media { (a, b) } else { (b, a) };
        self.flip_unless_in_dialplan(a);
        if let Some(channel) = self.channels.get_mut(b).filter(|channel| channel.is_outbound()) {
            channel.hit_dialplan = false;
        }
        let b_uuid = self.uuid_of(b);
        if let Some(channel) = self.channels.get_mut(a) {
            channel.variables.set("uuid_bridge", b_uuid);
        }
        for (id, peer) in [(a, b), (b, a)] {
            self.note_uuid_bridge(id, peer);
        }
        for id in [b, a] {
            self.note_original(id);
        }
        self.introduce(a, b);
        self.meet(a, b);
        self.exchange_ids(a, b);
        for (id, peer) in [(a, b), (b, a)] {
            self.note_transfer(id, &format!("uuid_br:{}", self.uuid_of(peer)));
            self.leave_for(id, ChannelState::Hibernate);
        }
        if let Some(channel) = self.channels.get_mut(a) {
            channel.joins = Some(b);
        }
        if let Some(channel) = self.channels.get_mut(b) {
            channel.joined_by = Some(a);
        }
        true
    }

    /// Takes a call away from whoever has it (`switch_ivr_intercept_session`).
    pub(crate) fn intercept(&mut self, id: ChannelId, target: ChannelId) {
        let other = self.partner(target).filter(|other| *other != id);
        self.answer_leg(id);
        self.answer_leg(target);
        if self.uuid_bridge(id, target)
            && let Some(other) = other
        {
            self.hangup(other, HangupCause::PickedOff, &origin::INTERCEPT_HANGUP);
        }
    }

    /// Flips the caller id of an outbound leg that is not in the dialplan yet.
    pub(crate) fn flip_unless_in_dialplan(&mut self, id: ChannelId) {
        if self.channels.get(id).is_some_and(|channel| channel.is_outbound() && !channel.hit_dialplan) {
            self.flip_caller_id(id);
        }
    }

    fn note_uuid_bridge(&mut self, id: ChannelId, peer: ChannelId) {
        let Some(other) = self.channels.get(peer) else { return };
        let (name, uuid) = (other.name.clone(), other.uuid.clone());
        let Some(channel) = self.channels.get_mut(id) else { return };
        channel.variables.set("bridge_channel", name);
        channel.variables.set("bridge_uuid", &uuid);
        channel.variables.set("signal_bond", &uuid);
    }

    fn note_original(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        let Some(profile) = &mut channel.profile else { return };
        let variables = &mut channel.variables;
        variables.set("original_destination_number", &profile.destination);
        variables.set("original_caller_id_name", &profile.caller_name);
        variables.set("original_caller_id_number", &profile.caller_number);
        self.step_profile(id);
    }

    /// Begins a new caller profile, like the one before it (`switch_channel_step_caller_profile` in
    /// `src/switch_channel.c`).
    pub(crate) fn step_profile(&mut self, id: ChannelId) {
        let now = self.now;
        let Some(channel) = self.channels.get_mut(id) else { return };
        let logical_direction = channel.logical_direction();
        let Some(profile) = &mut channel.profile else { return };
        profile.index += 1;
        profile.logical_direction = logical_direction;
        profile.profile_created = now;
    }

    fn exchange_ids(&mut self, a: ChannelId, b: ChannelId) {
        let profile = |core: &Self, id| core.channels.get(id).and_then(|c| c.profile.as_deref().cloned());
        let (Some(a_profile), Some(b_profile)) = (profile(self, a), profile(self, b)) else { return };
        for leg in [a, b] {
            if let Some(channel) = self.channels.get_mut(leg) {
                channel.keep_shown_parties();
            }
        }
        if let Some(profile) = self.channels.get_mut(a).and_then(|channel| channel.profile.as_mut()) {
            profile.callee_name = b_profile.callee_name;
            profile.callee_number = b_profile.callee_number;
        }
        if let Some(profile) = self.channels.get_mut(b).and_then(|channel| channel.profile.as_mut()) {
            profile.caller_name = a_profile.caller_name;
            profile.caller_number = a_profile.caller_number;
        }
    }

    /// Entering `CS_SOFT_EXECUTE`, a channel that is to be joined waits for the other one to get there, too.
    pub(crate) fn on_soft_execute(&mut self, id: ChannelId) {
        let ready = |channel: &Channel| {
            let there = channel.running == ChannelState::SoftExecute && channel.target == channel.running;
            there && channel.bridge.is_none()
        };
        let Some(channel) = self.channels.get(id) else { return };
        let follows = channel.joined_by.map(|leader| (leader, id));
        let Some((a, b)) = channel.joins.map(|peer| (id, peer)).or(follows) else { return };
        if !self.channels.get(a).is_some_and(ready) || !self.channels.get(b).is_some_and(ready) {
            return;
        }
        for leg in [a, b] {
            if let Some(channel) = self.channels.get_mut(leg) {
                (channel.joins, channel.joined_by) = (None, None);
                channel.variables.remove(b"uuid_bridge");
            }
        }
        if self.channels.get(b).is_some_and(|channel| !channel.has_media()) {
            // Nobody waits for an answer here.
            self.hangup(b, HangupCause::DestinationOutOfOrder, &origin::UUID_BRIDGE_PEER_HANGUP);
            self.hangup(a, HangupCause::OriginatorCancel, &origin::UUID_BRIDGE_HANGUP);
            return;
        }
        for (leg, peer, kind) in [(a, b, &origin::UUID_BRIDGE_A), (b, a, &origin::UUID_BRIDGE_B)] {
            let uuid = self.uuid_of(peer);
            let headers: [(&str, &[u8]); 2] =
                [("Application", b"uuid_bridge"), ("Application-Data", uuid.as_bytes())];
            self.fire_channel_with(leg, kind, &[], &headers);
            if let Some(channel) = self.channels.get_mut(leg) {
                channel.show_app("uuid_bridge", uuid.as_bytes());
            }
        }
        self.join(a, b, Joint::default());
    }
}
