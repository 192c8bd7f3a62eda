//! Two channels that hear each other (`switch_ivr_multi_threaded_bridge` and `switch_ivr_uuid_bridge` in
//! `src/switch_ivr_bridge.c`).
//!
//! One of them leads: its thread joins the two, and takes them apart when either leaves. The other one waits in
//! `CS_EXCHANGE_MEDIA`. A channel in a bridge may lead another one within it.

mod hooks;
mod uuid;

use std::time::Duration;

use trunkline_proto::{ChannelState, HangupCause};

use crate::cause::Cause;
use crate::channel::{Channel, ChannelId, OtherType, Profile};
use crate::core::Core;
use crate::endpoint::Endpoint;
use crate::event::origin;
use crate::text::is_true;
use crate::time::Time;

/// A bridge, as each of its channels has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bridge {
    pub(crate) peer: ChannelId,
    /// Whether this is the one that leads.
    pub(crate) leads: bool,
    since: Time,
    /// Whether the leading one has left it, and waits for the other to be gone.
    leaving: bool,
    /// How many applications the channel ran when it began: those above them run beside it.
    depth: usize,
    /// Whether it ends because one of the two was in another bridge meanwhile.
    broken: bool,
    /// Whether what it is within goes on after it, untouched (`CF_INNER_BRIDGE`).
    inner: bool,
    /// Whether the channel has run what it is to run when it leaves.
    left: bool,
}

impl Bridge {
    pub(crate) fn is_over(&self) -> bool {
        self.leaving
    }

    /// When its legs look about them: once so much sound has gone by.
    pub(crate) fn begun(&self, frame: Duration) -> Time {
        self.since.after(frame * (hooks::LEAD_FRAMES + 1))
    }

    pub(crate) fn is_inner(&self) -> bool {
        self.inner
    }
}

/// How two channels are joined.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Joint {
    /// How many applications of the leading one are part of it, or without it.
    pub(crate) depth: usize,
    /// Whether it is within a bridge that goes on afterwards.
    pub(crate) inner: bool,
}

impl Channel {
    /// The bridges it is in, the innermost first.
    pub(crate) fn bridges(&self) -> impl Iterator<Item = &Bridge> {
        self.bridge.iter().chain(self.outer.iter().rev())
    }

    fn bridge_to(&self, peer: ChannelId) -> Option<&Bridge> {
        self.bridges().find(|bridge| bridge.peer == peer)
    }

    /// The bridge its thread is in and looks after: nothing else runs beside it.
    pub(crate) fn at_bridge(&self) -> Option<&Bridge> {
        self.bridge.as_ref().filter(|bridge| self.running_apps.len() <= bridge.depth)
    }

    /// Whether it is on its way to somewhere else than it was.
    pub(crate) fn is_leaving(&self) -> bool {
        self.hung_up() || self.redirected
    }

    /// Whether its thread is about to go from the bridge to another state.
    fn is_on_its_way(&self) -> bool {
        self.running == ChannelState::ExchangeMedia && self.target != self.running
    }

    /// Whether it cannot be sent out of its bridge yet: it does something else beside it, or is on its way already.
    fn is_busy_in(&self, leader: ChannelId) -> bool {
        let here = self.at_bridge().is_some_and(|bridge| bridge.peer == leader);
        self.bridge_to(leader).is_some() && !self.is_leaving() && (!here || self.is_on_its_way())
    }
}

impl Core {
    /// Whether a channel that leads a bridge has something to do about it.
    pub(crate) fn bridge_moves(&self, channel: &Channel) -> bool {
        let Some(bridge) = channel.at_bridge().filter(|bridge| bridge.leads) else { return false };
        let Some(peer) = self.channels.get(bridge.peer) else { return true };
        let theirs = peer.bridge_to(channel.id);
        if !bridge.leaving {
            let broken = bridge.broken || theirs.is_none_or(|theirs| theirs.broken);
            return channel.is_leaving() || peer.is_leaving() || broken;
        }
        if theirs.is_none() || peer.is_leaving() {
            return peer.running != ChannelState::ExchangeMedia && peer.is_reported();
        }
        !peer.is_busy_in(channel.id)
    }

    /// Whether a channel that is over is still held by one that was bridged to it and has not seen it.
    pub(crate) fn is_held(&self, channel: &Channel) -> bool {
        channel.bridges().any(|bridge| self.is_bridged_to(bridge.peer, channel.id))
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
            for (leg, peer) in [(id, bridge.peer), (bridge.peer, id)] {
                if let Some(bridge) = self.bridge_mut(leg, peer) {
                    bridge.leaving = true;
                }
            }
            self.run_leaving_hooks(id);
            self.stop_broadcast(bridge.peer);
        }
        let is_busy = |core: &Self| core.channels.get(bridge.peer).is_some_and(|peer| peer.is_busy_in(id));
        if !is_busy(self) && !self.dismiss(bridge.peer, id) && !is_busy(self) {
            self.end_bridge(id, bridge.peer);
        }
    }

    /// Has the leading channel leave a bridge.
    pub(crate) fn break_bridge(&mut self, id: ChannelId) {
        if let Some(bridge) = self.channels.get_mut(id).and_then(|channel| channel.bridge.as_mut()) {
            bridge.broken = true;
        }
        self.wake(id);
    }

    fn bridge_mut(&mut self, id: ChannelId, peer: ChannelId) -> Option<&mut Bridge> {
        let channel = self.channels.get_mut(id)?;
        channel.bridge.iter_mut().chain(channel.outer.iter_mut()).find(|bridge| bridge.peer == peer)
    }

    /// Sends a channel away that the leading one has left; false if it goes somewhere else.
    fn dismiss(&mut self, id: ChannelId, leader: ChannelId) -> bool {
        let stays = |channel: &&Channel| channel.bridge_to(leader).is_some() && !channel.is_leaving();
        if self.channels.get(id).filter(stays).is_none() {
            return false;
        }
        self.run_leaving_hooks(id);
        let Some(channel) = self.channels.get(id).filter(stays) else { return false };
        let inner = channel.bridge_to(leader).is_some_and(|bridge| bridge.inner);
        let answered = channel.answered;
        if channel.is_on_its_way() || (!inner && self.goes_on_after_bridge(id)) {
            return false;
        }
        let kept = inner || self.is_kept_by(leader, id);
        if kept || (!answered && self.run_hooks_on(id, "orphaned_bleg")) {
            self.park_orphan(id);
            return false;
        }
        let cause = if answered { HangupCause::NormalClearing } else { HangupCause::OriginatorCancel };
        self.hangup(id, cause, &origin::BRIDGE_PEER_HANGUP)
    }

    /// Leaves a channel to itself that has nobody to be bridged to any more.
    fn park_orphan(&mut self, id: ChannelId) {
        if let Some(channel) = self.channels.get_mut(id).filter(|channel| !channel.is_leaving()) {
            channel.variables.set("park_timeout", "3");
        }
        self.set_target(id, ChannelState::Park);
        self.wake(id);
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
        self.forget_bridge(b, a);
        let Some(ended) = self.forget_bridge(a, b) else { return };
        let answered = self.channels.get(b).is_none_or(|peer| peer.answered);
        if ended.inner {
            self.consultation_over(a, b);
        } else {
            self.after_bridge(a, b, answered, b_cause);
        }
        self.application_ends(a, ended.depth);
        self.wake(b);
    }

    /// Takes a channel out of a bridge. One that it was within is broken by that, unless it goes on.
    fn forget_bridge(&mut self, id: ChannelId, peer: ChannelId) -> Option<Bridge> {
        let channel = self.channels.get_mut(id)?;
        if let Some(ended) = channel.bridge.take_if(|bridge| bridge.peer == peer) {
            channel.bridge = channel.outer.pop();
            let outer = channel.bridge.as_mut().map(|outer| {
                outer.broken |= !ended.inner;
                outer.peer
            });
            if let Some(peer) = outer {
                self.wake(peer);
            }
            return Some(ended);
        }
        let place = channel.outer.iter().position(|bridge| bridge.peer == peer)?;
        Some(channel.outer.remove(place))
    }

    /// What the leading channel does next.
    fn after_bridge(&mut self, id: ChannelId, peer: ChannelId, answered: bool, peer_cause: Option<Cause>) {
        let Some(channel) = self.channels.get_mut(id).filter(|channel| !channel.hung_up()) else { return };
        if channel.redirected {
            if channel.target == ChannelState::Hibernate {
                // It is sent on before it gets there.
                channel.target = ChannelState::Reset;
            }
            return;
        }
        if self.is_kept_by(peer, id) {
            return;
        }
        let cause = peer_cause.unwrap_or_else(|| HangupCause::NormalClearing.into());
        if !answered {
            self.handle_cause(id, cause);
        }
        let Some(channel) = self.channels.get(id).filter(|channel| !channel.is_leaving()) else { return };
        let says = self.channel_variable(id, b"hangup_after_bridge");
        let explicit = says.is_some_and(|says| says.eq_ignore_ascii_case(b"explicit"));
        let hangs_up = explicit || (answered && says.is_some_and(is_true));
        let soft = channel.running == ChannelState::SoftExecute && channel.bridge.is_none();
        if !explicit && answered && self.goes_on_after_bridge(id) {
            return;
        }
        if hangs_up {
            self.hangup(id, cause, &origin::BRIDGE_HANGUP);
        } else if soft {
            self.set_target(id, ChannelState::Execute);
        }
    }

    /// A channel goes from its bridge to something else; whoever leads that will see.
    pub(crate) fn leave_bridge(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        channel.left = channel.bridge.take().map(|bridge| bridge.peer);
        channel.variables.remove(b"bridge_to");
        if let Some(leader) = channel.left {
            self.wake(leader);
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
        self.channels.get(id).is_some_and(|channel| channel.bridge_to(peer).is_some())
    }

    /// Joins two channels; `a` leads, within the bridge it may be in. False if it is on its way out.
    pub(crate) fn join(&mut self, a: ChannelId, b: ChannelId, joint: Joint) -> bool {
        let goes = self.channels.get(a).is_none_or(Channel::is_leaving);
        if goes || self.channels.get(b).is_none_or(Channel::hung_up) {
            return false;
        }
        for id in [a, b] {
            self.tell_leader(id);
        }
        let (a_uuid, b_uuid) = (self.uuid_of(a), self.uuid_of(b));
        for (id, peer, leads) in [(a, b, true), (b, a, false)] {
            let Some(channel) = self.channels.get_mut(id) else { return false };
            channel.redirected = false;
            channel.outer.extend(channel.bridge.take());
            let depth = if leads { joint.depth } else { 0 };
            let inner = joint.inner;
            channel.bridge = Some(Bridge {
                peer,
                leads,
                since: self.now,
                leaving: false,
                depth,
                broken: false,
                inner,
                left: false,
            });
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
        self.prepare_bridge_hooks(a, b);
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
        self.show_leader(b, a);
        self.show_other(a, b, OtherType::Originatee);
    }

    /// Makes the one who calls the other leg of the one who is called.
    pub(crate) fn show_leader(&mut self, id: ChannelId, leader: ChannelId) {
        self.show_other(id, leader, OtherType::Originator);
    }

    fn show_other(&mut self, id: ChannelId, of: ChannelId, kind: OtherType) {
        let profile = self.channels.get(of).and_then(|channel| channel.profile.as_deref().cloned());
        if let (Some(channel), Some(profile)) = (self.channels.get_mut(id), profile) {
            channel.other = Some((kind, profile.as_other_leg().into()));
        }
    }
}
