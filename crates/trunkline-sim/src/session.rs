//! What a channel's thread does in FreeSWITCH: it goes from state to state, each announced
//! (`switch_core_session_run` in `src/switch_core_state_machine.c`).
//!
//! ```text
//! INIT -> ROUTING -> CONSUME_MEDIA (an outbound leg waits to be answered) -> EXECUTE
//!                 -> EXECUTE (an inbound leg has found its extension)
//! any  -> HANGUP -> REPORTING -> DESTROY
//! ```
//!
//! A thread that would run is a channel in the core's ready queue; the queue is served first come, first served,
//! so that two legs take turns.

use trunkline_proto::{CallDirection, CallState, ChannelState, HangupCause};

use crate::cause::Cause;
use crate::channel::{ChannelId, cdr};
use crate::core::{Core, Request};
use crate::endpoint::{Endpoint, Leg, Signal};
use crate::event::{Origin, origin};
use crate::log;

/// What a channel is to do next.
enum Move {
    /// A bridge it leads is to be ended.
    Bridge,
    /// The innermost application is over, or the call is.
    EndApplication,
    Enter(ChannelState),
    TakeMessage,
    NextApplication,
    Rest,
}

impl Core {
    /// Has a channel's thread run.
    pub(crate) fn wake(&mut self, id: ChannelId) {
        self.ready.push_back(id);
    }

    /// One move of a channel's thread.
    pub(crate) fn advance(&mut self, id: ChannelId) {
        match self.next_move(id) {
            Move::Bridge => self.move_bridge(id),
            Move::EndApplication => {
                self.end_application(id);
                self.wake_peer(id);
            }
            Move::TakeMessage => self.take_message(id),
            Move::Enter(ChannelState::Destroy) => return self.destroy(id),
            Move::Enter(state) => self.enter(id, state),
            Move::NextApplication => self.next_application(id),
            Move::Rest => return self.take_digits(id),
        }
        self.wake(id);
    }

    fn next_move(&self, id: ChannelId) -> Move {
        let Some(channel) = self.channels.get(id) else { return Move::Rest };
        let innermost = channel.running_apps.last();
        let leads = channel.at_bridge().is_some_and(|bridge| bridge.leads);
        if leads && self.bridge_moves(channel) {
            Move::Bridge
        } else if leads && channel.is_leaving() {
            // Until the other one is gone.
            Move::Rest
        } else if let Some(running) = innermost.filter(|_| channel.ends_applications()) {
            // A socket may keep the thread of a call that is over.
            if running.outlasts_call() || (running.leaves_soon() && !channel.hung_up()) {
                Move::Rest
            } else {
                Move::EndApplication
            }
        } else if channel.target == ChannelState::Destroy
            && (!channel.control.bound.is_empty() || self.is_held(channel))
        {
            Move::Rest
        } else if channel.running != channel.target {
            Move::Enter(channel.target.clone())
        } else if !channel.executes() {
            Move::Rest
        } else if channel.takes_messages() {
            Move::TakeMessage
        } else {
            match innermost {
                Some(running) if running.is_over() => Move::EndApplication,
                Some(running) if running.has_next() => Move::NextApplication,
                None if channel.running == ChannelState::Execute => Move::NextApplication,
                _ => Move::Rest,
            }
        }
    }

    pub(crate) fn enter(&mut self, id: ChannelId, state: ChannelState) {
        self.leave_state(id, &state);
        let Some(channel) = self.channels.get_mut(id) else { return };
        channel.running = state.clone();
        channel.show_state(&state);
        channel.redirected &= channel.target != state;
        let call_state = channel.call_state_in(&state);
        self.log_channel(log::DEBUG, &origin::STATE_CHANGE, id, |channel| {
            format!("({}) Running State Change {}", channel.shown_name(), channel.running.as_str())
        });
        if let Some(call_state) = call_state {
            self.set_call_state(id, call_state);
        }
        self.fire_channel(id, &origin::STATE);
        match state {
            ChannelState::Init => self.on_init(id),
            ChannelState::Routing => self.on_routing(id),
            ChannelState::ConsumeMedia => self.on_consume_media(id),
            ChannelState::Execute => self.renew_call_uuid(id),
            ChannelState::Park => self.start_parking(id),
            ChannelState::Hibernate => self.on_hibernate(id),
            ChannelState::Reset => self.on_reset(id),
            ChannelState::SoftExecute => self.on_soft_execute(id),
            ChannelState::Hangup => self.on_hangup(id),
            ChannelState::Reporting => self.on_reporting(id),
            _ => {}
        }
    }

    /// What ends with the state a channel is in.
    fn leave_state(&mut self, id: ChannelId, next: &ChannelState) {
        match self.channels.get(id).map(|channel| channel.running.clone()) {
            Some(ChannelState::ExchangeMedia) => {
                self.run_leaving_hooks(id);
                if *next < ChannelState::Hangup {
                    self.leave_bridge(id);
                }
            }
            Some(ChannelState::Park) => self.stop_parking(id),
            // It was over before its thread began.
            Some(ChannelState::None) if *next == ChannelState::Hangup => {
                self.fire_channel(id, &origin::CREATE);
            }
            _ => {}
        }
    }

    /// Sends a channel's thread to a state, unless the call is over.
    pub(crate) fn set_target(&mut self, id: ChannelId, state: ChannelState) {
        if let Some(channel) = self.channels.get_mut(id).filter(|channel| !channel.hung_up()) {
            channel.target = state;
        }
    }

    pub(crate) fn set_call_state(&mut self, id: ChannelId, state: CallState) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        let before = std::mem::replace(&mut channel.call_state, state.clone());
        if before != state {
            let number = state.number().unwrap_or_default().to_string();
            let headers: [(&str, &[u8]); 2] = [
                ("Original-Channel-Call-State", before.as_str().as_bytes()),
                ("Channel-Call-State-Number", number.as_bytes()),
            ];
            self.fire_channel_with(id, &origin::CALLSTATE, &headers, &[]);
        }
    }

    fn on_init(&mut self, id: ChannelId) {
        self.endpoint_on_init(id);
        self.set_target(id, ChannelState::Routing);
        self.fire_channel(id, &origin::CREATE);
        let outbound = self.channels.get(id).is_some_and(|c| c.direction == CallDirection::Outbound);
        if outbound {
            self.fire_channel(id, &origin::ORIGINATE);
        }
    }

    fn on_routing(&mut self, id: ChannelId) {
        self.release_limits(id);
        let Some(channel) = self.channels.get(id) else { return };
        if channel.direction == CallDirection::Outbound && !channel.transferred {
            self.set_target(id, ChannelState::ConsumeMedia);
        } else {
            self.hunt(id);
        }
    }

    fn on_consume_media(&mut self, id: ChannelId) {
        if self.channels.get(id).is_some_and(|channel| matches!(channel.endpoint, Endpoint::Null)) {
            self.mark_answered(id, &origin::NULL_ANSWERED);
        }
    }

    /// Sets `call_uuid` again, which puts it last: on entering the dialplan, and on beginning to execute.
    pub(crate) fn renew_call_uuid(&mut self, id: ChannelId) {
        if let Some(channel) = self.channels.get_mut(id) {
            let uuid = channel.uuid.clone();
            channel.variables.set("call_uuid", uuid);
        }
    }

    /// The far end, or the application `answer`, has taken the call.
    pub(crate) fn mark_answered(&mut self, id: ChannelId, origin: &Origin) {
        let now = self.now;
        let Some(channel) = self.channels.get_mut(id) else { return };
        if channel.answered || channel.hung_up() {
            return;
        }
        channel.answered = true;
        let early = channel.early;
        if let Some(profile) = &mut channel.profile {
            profile.times.answered = now;
        }
        self.sip_opens(id, false);
        self.fire_channel(id, &origin::ANSWER);
        if let Some(channel) = self.channels.get_mut(id) {
            channel.variables.set("endpoint_disposition", "ANSWER");
        }
        self.log_channel(log::NOTICE, origin, id, |channel| {
            format!("Channel [{}] has been answered", channel.shown_name())
        });
        self.run_answer_hooks(id, early);
        self.set_call_state(id, CallState::Active);
        self.sip_is_acknowledged(id);
        self.signal(id, Signal::Answered);
        self.originate_answered(id);
    }

    /// The call rings.
    pub(crate) fn mark_ringing(&mut self, id: ChannelId, origin: &Origin) {
        let now = self.now;
        let Some(channel) = self.channels.get_mut(id) else { return };
        let Some(profile) = &mut channel.profile else { return };
        if channel.answered || profile.times.progress != crate::Time::default() {
            return;
        }
        profile.times.progress = now;
        self.log_channel(log::NOTICE, origin, id, |channel| format!("Ring-Ready {}!", channel.shown_name()));
        self.sip_rings(id);
        self.fire_channel(id, &origin::PROGRESS);
        self.run_hooks_on(id, "ring");
        self.set_call_state(id, CallState::Ringing);
        self.signal(id, Signal::Ringing);
        if self.channels.get(id).is_some_and(|channel| channel.variables.is_true("return_ring_ready")) {
            self.originate_answered(id);
        }
        self.pass_on(id, |core, caller| core.mark_ringing(caller, &origin::BRIDGE_ANSWERED));
    }

    /// The call can be heard, though it is not answered.
    pub(crate) fn mark_early(&mut self, id: ChannelId, origin: &Origin) {
        let now = self.now;
        let Some(channel) = self.channels.get_mut(id).filter(|channel| !channel.hung_up()) else { return };
        if channel.answered || channel.early {
            return;
        }
        channel.early = true;
        if let Some(profile) = &mut channel.profile {
            profile.times.progress_media = now;
        }
        let waits = channel.variables.is_true("ignore_early_media");
        self.log_channel(log::NOTICE, origin, id, |channel| format!("Pre-Answer {}!", channel.shown_name()));
        self.sip_opens(id, true);
        if let Some(channel) = self.channels.get_mut(id) {
            channel.variables.set("endpoint_disposition", "EARLY MEDIA");
        }
        self.fire_channel(id, &origin::PROGRESS_MEDIA);
        self.run_early_hooks(id);
        self.set_call_state(id, CallState::Early);
        self.signal(id, Signal::Early);
        if !waits {
            self.originate_answered(id);
        }
    }

    /// Has what happens to a leg happen to the channel it is to be bridged to.
    fn pass_on(&mut self, leg: ChannelId, what: impl Fn(&mut Self, ChannelId)) {
        if let Some(caller) = self.who_dials(leg) {
            what(self, caller);
        }
    }

    /// Hangs a call up; its thread then ends what it does. False if it was over already.
    pub(crate) fn hangup(&mut self, id: ChannelId, cause: impl Into<Cause>, origin: &Origin) -> bool {
        let cause = cause.into();
        let Some(channel) = self.channels.get_mut(id) else { return false };
        if channel.hung_up() {
            return false;
        }
        channel.target = ChannelState::Hangup;
        channel.cause = Some(cause);
        if !channel.control.bound.is_empty() {
            self.requests.push_back(Request::Look(id));
        }
        self.log_channel(log::NOTICE, origin, id, |channel| {
            format!("Hangup {} [{}] [{}]", channel.shown_name(), channel.running.as_str(), cause.name())
        });
        self.note_hangup(id, cause);
        self.fire_channel(id, &origin::HANGUP);
        self.run_xfer_hook(id);
        self.originate_lost(id, cause);
        self.wake_peer(id);
        self.wake(id);
        true
    }

    /// A channel that is to be bridged to another one goes on; others wait to be joined.
    fn on_hibernate(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get(id) else { return };
        if channel.joins.is_some() || channel.joined_by.is_some() {
            self.set_target(id, ChannelState::Reset);
        } else {
            self.hibernates(id);
        }
    }

    fn on_reset(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get(id) else { return };
        let (leads, follows) = (channel.joins.is_some(), channel.joined_by.is_some());
        if !leads {
            self.renew_call_uuid(id);
        }
        if leads || follows {
            self.set_target(id, ChannelState::SoftExecute);
        }
    }

    /// What a call that ends says of its bridge, here and at the other end.
    fn note_hangup(&mut self, id: ChannelId, cause: Cause) {
        let Some(channel) = self.channels.get(id) else { return };
        let bridge = channel.bridge;
        // Whom it is bridged to, calls, or is called by.
        let bond =
            ["signal_bond", "originate_signal_bond"].iter().find_map(|bond| channel.variables.get(bond));
        let partner = bond.and_then(|uuid| self.channels.locate(uuid));
        if let Some(partner) = partner.and_then(|partner| self.channels.get_mut(partner)) {
            partner.variables.set("last_bridge_hangup_cause", cause.name());
        }
        let Some(bridge) = bridge.filter(|bridge| !bridge.is_over()) else { return };
        if let Some(channel) = self.channels.get_mut(id) {
            let role = if bridge.leads { "originator" } else { "originatee" };
            channel.variables.set("last_bridge_role", role);
        }
    }

    fn wake_peer(&mut self, id: ChannelId) {
        let peers =
            self.channels.get(id).map(|channel| channel.bridges().map(|bridge| bridge.peer).collect());
        let peers: Vec<_> = peers.unwrap_or_default();
        for peer in peers {
            self.wake(peer);
        }
    }

    fn on_hangup(&mut self, id: ChannelId) {
        self.untrack_member(id);
        self.release_limits(id);
        self.tell_leader(id);
        let now = self.now;
        if let Some(profile) = self.channels.get_mut(id).and_then(|channel| channel.profile.as_mut()) {
            profile.times.hung_up = now;
        }
        self.set_call_state(id, CallState::Hangup);
        self.dismiss_eavesdroppers(id);
        self.end_recordings(id);
        let Some(channel) = self.channels.get_mut(id) else { return };
        channel.set_report();
        if matches!(channel.endpoint, Endpoint::Loopback { leg: Leg::A | Leg::B, .. }) {
            channel.variables.set("is_loopback", "1");
        }
        channel.target = ChannelState::Reporting;
        let cause = channel.cause.unwrap_or_else(|| HangupCause::NormalClearing.into());
        if let Endpoint::Loopback { peer: Some(peer), .. } = channel.endpoint {
            self.hangup(peer, cause, &origin::LOOPBACK_HANGUP);
        }
        self.report_sip(id);
        self.signal(id, Signal::HungUp(cause));
        self.run_hook(id, "api_hangup_hook");
    }

    fn on_reporting(&mut self, id: ChannelId) {
        self.run_hook(id, "api_reporting_hook");
        let Some(channel) = self.channels.get_mut(id) else { return };
        let cause = channel.cause.unwrap_or_else(|| HangupCause::NormalClearing.into()).name();
        self.fire_hangup_complete(id, &cause);
        if let Some(channel) = self.channels.get_mut(id) {
            channel.target = ChannelState::Destroy;
        }
        self.wake_peer(id);
    }

    /// With the call's record where its variables ask for it.
    fn fire_hangup_complete(&mut self, id: ChannelId, cause: &str) {
        let before = [("Hangup-Cause", cause.as_bytes())];
        let asks = self.channels.get(id).filter(|channel| channel.variables.is_true(cdr::ASKS));
        match asks.map(|channel| channel.record(&self.core_uuid, &self.config.switchname)) {
            Some(record) => {
                let after: [(&str, &[u8]); 1] = [("CDR-Attached", b"xml")];
                self.fire_channel_with_body(
                    id,
                    &origin::HANGUP_COMPLETE,
                    &before,
                    &after,
                    record.to_xml().into_bytes(),
                );
            }
            None => self.fire_channel_with(id, &origin::HANGUP_COMPLETE, &before, &[]),
        }
    }

    fn destroy(&mut self, id: ChannelId) {
        self.fire_channel(id, &origin::DESTROY);
        let Some(channel) = self.channels.get_mut(id) else { return };
        channel.running = ChannelState::Destroy;
        let retry = channel.retry;
        let uuid = channel.uuid.clone();
        self.stores.limits.forget(id);
        self.delete_tasks_of(uuid.as_bytes());
        self.fire_channel(id, &origin::STATE);
        self.log_session(log::NOTICE, &origin::SESSION_ENDED, id, |channel| {
            format!("Session {} ({}) Ended", id.number, channel.shown_name())
        });
        self.log_channel(log::NOTICE, &origin::CLOSE_CHANNEL, id, |channel| {
            format!("Close Channel {} [{}]", channel.shown_name(), ChannelState::Destroy.as_str())
        });
        self.channels.forget(self.now);
        self.channels.remove(id, self.now.after(self.config.show_delay));
        if let Some(originate) = retry {
            self.next_group(originate);
        }
    }
}
