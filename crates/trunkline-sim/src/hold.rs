//! Putting calls on hold (`switch_ivr_hold` and `switch_ivr_unhold` in `src/switch_ivr.c`).

use trunkline_proto::CallState;

use crate::app::Broadcast;
use crate::channel::ChannelId;
use crate::core::Core;
use crate::endpoint::{Endpoint, Signal};
use crate::event::{ChannelEvent, origin};

/// What is played to the other leg, unless its variable `hold_music` says something else.
const MUSIC: &[u8] = b"local_stream://moh";

impl Core {
    /// Puts a channel on hold; false if it is already.
    pub(crate) fn hold(&mut self, id: ChannelId) -> bool {
        let Some(channel) = self.channels.get(id) else { return false };
        if channel.call_state == CallState::Held {
            return false;
        }
        let music = self.channel_variable(id, b"hold_music").unwrap_or(MUSIC).to_vec();
        self.note_hold(id);
        if let Some(peer) = self.partner(id).filter(|_| music != b"silence") {
            self.broadcast(peer, &Broadcast { loops: true, ..Broadcast::parse(&music) });
        }
        self.fire_channel(id, &origin::HOLD);
        self.signal(id, Signal::Hold);
        true
    }

    /// Takes a channel off hold; false if it is not held. Only what speaks SIP can tell.
    pub(crate) fn unhold(&mut self, id: ChannelId) -> bool {
        if self.channels.get(id).is_none_or(|channel| channel.call_state != CallState::Held) {
            return false;
        }
        self.note_unhold(id);
        if let Some(peer) = self.partner(id) {
            self.break_playback(peer, false);
        }
        self.finish_unhold(id, &origin::UNHOLD);
        self.signal(id, Signal::Unhold);
        true
    }

    /// The other end says that it holds the call, or goes on with it (`switch_channel_mark_hold` in
    /// `src/switch_channel.c`).
    pub(crate) fn mark_held(&mut self, id: ChannelId, held: bool) {
        if held {
            self.note_hold(id);
            self.fire_channel(id, &origin::HELD);
        } else {
            self.note_unhold(id);
            self.finish_unhold(id, &origin::UNHELD);
        }
    }

    pub(crate) fn toggle_hold(&mut self, id: ChannelId) -> bool {
        match self.channels.get(id).map(|channel| channel.call_state.clone()) {
            Some(CallState::Active | CallState::Unheld) => self.hold(id),
            Some(CallState::Held) => self.unhold(id),
            _ => true,
        }
    }

    fn note_hold(&mut self, id: ChannelId) {
        let now = self.now;
        let Some(channel) = self.channels.get_mut(id) else { return };
        // Others than SIP channels do not know of it.
        if !matches!(channel.endpoint, Endpoint::Sip { .. }) {
            return;
        }
        if let Some(profile) = &mut channel.profile {
            profile.times.last_hold = now;
        }
        self.set_call_state(id, CallState::Held);
    }

    fn note_unhold(&mut self, id: ChannelId) {
        let now = self.now;
        if let Some(profile) = self.channels.get_mut(id).and_then(|channel| channel.profile.as_mut()) {
            let held = u64::try_from(now.since(profile.times.last_hold).as_micros()).unwrap_or_default();
            profile.times.held += held;
        }
        self.set_call_state(id, CallState::Unheld);
    }

    fn finish_unhold(&mut self, id: ChannelId, kind: &ChannelEvent) {
        self.fire_channel(id, kind);
        self.set_call_state(id, CallState::Active);
    }

    /// The channel another one is bridged to.
    pub(crate) fn partner(&self, id: ChannelId) -> Option<ChannelId> {
        Some(self.channels.get(id)?.bridge.filter(|bridge| !bridge.is_over())?.peer)
    }
}
