//! Two channels that hear each other (`switch_ivr_multi_threaded_bridge` and `switch_ivr_uuid_bridge` in
//! `src/switch_ivr_bridge.c`).
//!
//! One of them leads: its thread joins the two, and takes them apart when either leaves. The other one waits in
//! `CS_EXCHANGE_MEDIA`.

use trunkline_proto::{ChannelState, HangupCause};

use crate::channel::{Channel, ChannelId, OtherType, Profile};
use crate::core::Core;
use crate::endpoint::Endpoint;
use crate::event::origin;

/// A bridge, as each of its channels has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bridge {
    pub(crate) peer: ChannelId,
    /// Whether this is the one that leads.
    pub(crate) leads: bool,
    /// Whether the leading one has left it, and waits for the other to be gone.
    leaving: bool,
}

impl Bridge {
    pub(crate) fn is_over(&self) -> bool {
        self.leaving
    }
}

impl Channel {
    pub(crate) fn is_bridged_to(&self, peer: ChannelId) -> bool {
        self.bridge.is_some_and(|bridge| bridge.peer == peer)
    }

    /// Whether it is on its way to somewhere else than it was.
    pub(crate) fn is_leaving(&self) -> bool {
        self.hung_up() || self.redirected
    }
}

impl Core {
    /// Whether a channel that leads a bridge has something to do about it.
    pub(crate) fn bridge_moves(&self, channel: &Channel) -> bool {
        let Some(bridge) = channel.bridge.filter(|bridge| bridge.leads) else { return false };
        let peer = self.channels.get(bridge.peer);
        match peer {
            None => true,
            Some(peer) if bridge.leaving => peer.running != ChannelState::ExchangeMedia && peer.is_reported(),
            Some(peer) => channel.is_leaving() || peer.is_leaving() || !peer.is_bridged_to(channel.id),
        }
    }

    /// The leading channel's part in the end of its bridge.
    pub(crate) fn move_bridge(&mut self, id: ChannelId) {
        let Some(bridge) = self.channels.get(id).and_then(|channel| channel.bridge) else { return };
        for leg in [id, bridge.peer] {
            if let Some(channel) = self.channels.get_mut(leg) {
                channel.variables.remove(b"bridge_to");
            }
        }
        if !bridge.leaving {
            for leg in [id, bridge.peer] {
                if let Some(bridge) = self.channels.get_mut(leg).and_then(|channel| channel.bridge.as_mut()) {
                    bridge.leaving = true;
                }
            }
            if self.dismiss(bridge.peer, id) {
                return;
            }
        }
        self.end_bridge(id, bridge.peer);
    }

    /// Sends a channel away that the leading one has left; false if it was going already.
    fn dismiss(&mut self, id: ChannelId, leader: ChannelId) -> bool {
        let stays = |channel: &&Channel| channel.is_bridged_to(leader) && !channel.is_leaving();
        let Some(channel) = self.channels.get(id).filter(stays) else { return false };
        let cause =
            if channel.answered { HangupCause::NormalClearing } else { HangupCause::OriginatorCancel };
        if self.goes_on_after_bridge(id) {
            return false;
        }
        self.hangup(id, cause, &origin::BRIDGE_PEER_HANGUP)
    }

    /// What a channel's variables say it does after a bridge, in place of ending.
    fn goes_on_after_bridge(&mut self, id: ChannelId) -> bool {
        let Some(channel) = self.channels.get(id) else { return false };
        if channel.variables.is_true("park_after_bridge") {
            self.park_session(id);
            return true;
        }
        let Some(whereto) = channel.variables.get("transfer_after_bridge").map(<[u8]>::to_vec) else {
            return false;
        };
        if let Some(channel) = self.channels.get_mut(id) {
            channel.variables.remove(b"transfer_after_bridge");
        }
        let mut parts = whereto.split(|byte| *byte == b':');
        let number = parts.next().unwrap_or_default();
        self.transfer(id, number, parts.next(), parts.next());
        true
    }

    /// Parks a channel wherever it is (`switch_ivr_park_session` in `src/switch_ivr.c`).
    pub(crate) fn park_session(&mut self, id: ChannelId) {
        self.leave_for(id, ChannelState::Park);
    }

    fn end_bridge(&mut self, a: ChannelId, b: ChannelId) {
        let cause = |core: &Self, id| core.channels.get(id).and_then(|channel| channel.cause);
        let (a_cause, b_cause) = (cause(self, a), cause(self, b));
        for (id, cause) in [(b, a_cause), (a, b_cause)] {
            if let (Some(channel), Some(cause)) = (self.channels.get_mut(id), cause) {
                channel.variables.set("bridge_hangup_cause", cause.name());
            }
        }
        self.renew_call_uuid(b);
        self.fire_bridge(a, b, &origin::UNBRIDGE);
        for (id, other) in [(a, b), (b, a)] {
            if let Some(channel) = self.channels.get_mut(id)
                && channel.bridge.is_some_and(|bridge| bridge.peer == other)
            {
                channel.bridge = None;
            }
        }
        let answered = self.channels.get(b).is_none_or(|peer| peer.answered);
        self.after_bridge(a, answered, b_cause);
        self.application_ends(a);
    }

    /// What the leading channel does next.
    fn after_bridge(&mut self, id: ChannelId, answered: bool, peer_cause: Option<crate::cause::Cause>) {
        let Some(channel) = self.channels.get(id).filter(|channel| !channel.is_leaving()) else { return };
        let hangs_up = answered && channel.variables.is_true("hangup_after_bridge");
        let soft = channel.running == ChannelState::SoftExecute;
        if answered && self.goes_on_after_bridge(id) {
            return;
        }
        if hangs_up {
            let cause = peer_cause.unwrap_or_else(|| HangupCause::NormalClearing.into());
            self.hangup(id, cause, &origin::BRIDGE_HANGUP);
        } else if soft {
            self.set_target(id, ChannelState::Execute);
        }
    }

    /// Ends the bridge a channel has left, if its leader has not seen it yet: nobody is in two bridges at once, or
    /// goes while in one.
    pub(crate) fn tell_leader(&mut self, id: ChannelId) {
        let left = self.channels.get_mut(id).and_then(|channel| channel.left.take());
        if let Some(leader) = left.filter(|leader| self.is_bridged_to(*leader, id)) {
            self.end_bridge(leader, id);
        }
    }

    fn is_bridged_to(&self, id: ChannelId, peer: ChannelId) -> bool {
        self.channels.get(id).is_some_and(|channel| channel.is_bridged_to(peer))
    }

    /// Joins two channels; `a` leads. False if `a` is on its way out.
    pub(crate) fn join(&mut self, a: ChannelId, b: ChannelId) -> bool {
        let up = |core: &Self, id| core.channels.get(id).is_some_and(|channel| !channel.hung_up());
        if !up(self, a) || !up(self, b) {
            return false;
        }
        for id in [a, b] {
            self.tell_leader(id);
        }
        let (a_uuid, b_uuid) = (self.uuid_of(a), self.uuid_of(b));
        for (id, peer, leads) in [(a, b, true), (b, a, false)] {
            let Some(channel) = self.channels.get_mut(id) else { return false };
            channel.bridge = Some(Bridge { peer, leads, leaving: false });
            channel.redirected = false;
            if let Some(profile) = &mut channel.profile {
                profile.times.bridged = self.now;
            }
        }
        if let Some(channel) = self.channels.get_mut(b) {
            channel.variables.set("call_uuid", &a_uuid);
        }
        self.fire_bridge(a, b, &origin::BRIDGE);
        if self.channels.get(b).is_some_and(|channel| channel.running != ChannelState::ConsumeMedia) {
            self.set_target(b, ChannelState::ConsumeMedia);
            self.enter(b, ChannelState::ConsumeMedia);
        }
        self.note_bridge(a, &b_uuid, b);
        self.note_bridge(b, &a_uuid, a);
        self.show_each_other(a, b);
        self.set_target(b, ChannelState::ExchangeMedia);
        self.wake(b);
        true
    }

    fn note_bridge(&mut self, id: ChannelId, peer_uuid: &str, peer: ChannelId) {
        let name = self.channels.get(peer).map(|peer| peer.name.clone()).unwrap_or_default();
        let Some(channel) = self.channels.get_mut(id) else { return };
        channel.variables.set("bridge_to", peer_uuid);
        channel.variables.set("last_bridge_to", peer_uuid);
        channel.variables.set("bridge_channel", &name);
        channel.variables.set("bridge_uuid", peer_uuid);
        channel.variables.set("signal_bond", peer_uuid);
    }

    /// Each is told whom it talks to (`switch_ivr_bridge_display`).
    fn show_each_other(&mut self, a: ChannelId, b: ChannelId) {
        let profile = |core: &Self, id| core.channels.get(id).and_then(|c| c.profile.as_deref().cloned());
        let (Some(a_profile), Some(b_profile)) = (profile(self, a), profile(self, b)) else { return };
        let a_shown = (b_profile.callee_name, b_profile.callee_number);
        let b_shown = (a_profile.caller_name, a_profile.caller_number);
        for (id, (name, number)) in [(a, a_shown), (b, b_shown)] {
            let name = if name.is_empty() { number.clone() } else { name };
            let Some(channel) = self.channels.get_mut(id) else { continue };
            channel.variables.set("last_sent_callee_id_name", &name);
            channel.variables.set("last_sent_callee_id_number", &number);
            // A loopback channel passes it on to its other half.
            let Endpoint::Loopback { peer: Some(half), .. } = channel.endpoint else { continue };
            if let Some(profile) = self.channels.get_mut(half).and_then(|half| half.profile.as_mut()) {
                (profile.callee_name, profile.callee_number) = (name, number);
            }
        }
    }

    fn fire_bridge(&mut self, a: ChannelId, b: ChannelId, kind: &crate::event::ChannelEvent) {
        let (a_uuid, b_uuid) = (self.uuid_of(a), self.uuid_of(b));
        let headers: [(&str, &[u8]); 2] =
            [("Bridge-A-Unique-ID", a_uuid.as_bytes()), ("Bridge-B-Unique-ID", b_uuid.as_bytes())];
        self.fire_channel_with(a, kind, &headers, &[]);
    }

    /// The uuid of a channel; of one that is gone, none.
    pub(crate) fn uuid_of(&self, id: ChannelId) -> String {
        self.channels.get(id).map(|channel| channel.uuid.clone()).unwrap_or_default()
    }

    /// Shows a channel whom it was made for as that one is by now.
    pub(crate) fn meet(&mut self, caller: ChannelId, callee: ChannelId) {
        let profile = self.channels.get(callee).and_then(|channel| channel.profile.as_deref().cloned());
        if let (Some(channel), Some(profile)) = (self.channels.get_mut(caller), profile) {
            let (profile_created, times) = (profile.profile_created, profile.times);
            let profile = Profile { profile_created, times, ..profile.as_other_leg() };
            channel.other = Some((OtherType::Originatee, profile.into()));
        }
    }

    /// Makes each of two channels the other leg of the other one.
    pub(crate) fn introduce(&mut self, a: ChannelId, b: ChannelId) {
        for (id, of, kind) in [(b, a, OtherType::Originator), (a, b, OtherType::Originatee)] {
            let profile = self.channels.get(of).and_then(|channel| channel.profile.as_deref().cloned());
            if let (Some(channel), Some(profile)) = (self.channels.get_mut(id), profile) {
                channel.other = Some((kind, profile.as_other_leg().into()));
            }
        }
    }
}

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
        for (leg, peer, kind) in [(a, b, &origin::UUID_BRIDGE_A), (b, a, &origin::UUID_BRIDGE_B)] {
            let uuid = self.uuid_of(peer);
            let headers: [(&str, &[u8]); 2] =
                [("Application", b"uuid_bridge"), ("Application-Data", uuid.as_bytes())];
            self.fire_channel_with(leg, kind, &[], &headers);
        }
        self.join(a, b);
    }
}
