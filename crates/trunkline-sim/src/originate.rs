//! Originating: legs are made, the first to answer is sent on, the rest give way
//! (`switch_ivr_originate` in `src/switch_ivr_originate.c`).

mod dial;
mod parse;
mod user;

use std::collections::VecDeque;

use trunkline_proto::{CallState, ChannelState, HangupCause};

use crate::api::CallId;
use crate::app::{Action, RingId};
use crate::cause::Cause;
use crate::channel::{Channel, ChannelId};
use crate::conference::DialId;
use crate::core::{Core, Task};
use crate::endpoint::Request;
use crate::event::origin;
use crate::log;
use crate::text::{is_false, is_true};
pub(crate) use dial::Wanted;
use parse::{LegSpec, Parsed, Refused};
pub(crate) use parse::{Variables, blocks};

/// An originate under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct OriginateId(u64);

#[derive(Debug)]
pub(crate) struct Originate {
    asker: Asker,
    /// Legs still to be tried: those of one group at once, the groups one after the other.
    groups: VecDeque<Vec<LegSpec>>,
    waiting: Vec<ChannelId>,
    /// The first of them that was answered.
    answered: Option<ChannelId>,
    then: Then,
    caller_name: Vec<u8>,
    caller_number: Vec<u8>,
    last_cause: Cause,
    /// Which refusals end it all (`fail_on_single_reject`).
    fatal: Option<Vec<u8>>,
    /// Whether there was one.
    fails: bool,
    /// The legs that are tried together: their uuids, and why they ended.
    tried: Vec<(String, Cause)>,
    /// Whether the caller's variables have what came of the last ones.
    told: bool,
    /// The caller's state before it began to wait.
    before: Option<CallState>,
}

/// Who asked for a call to be made.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asker {
    /// A command, which the outcome answers.
    Call(CallId),
    /// An application of a channel, to be bridged to who answers.
    Bridge { channel: ChannelId, serial: u64 },
    /// An application of a channel, which asks who answers about another one.
    Consultation { channel: ChannelId, serial: u64 },
    /// One of several that a command runs at once; the first that is answered is the command's.
    Part(CallId),
    /// A conference, which who answers comes into.
    Conference(DialId),
    /// A queue, out of which who answers takes somebody.
    Fifo(RingId),
    /// An application of a channel that waits for who answers, and tells nobody.
    Camp { channel: ChannelId, serial: u64 },
}

impl Originate {
    /// Whether a leg that is refused for this ends it all: for any reason, for those in a list, or for those that are
    /// not.
    fn is_fatal(&self, cause: Cause) -> bool {
        let Some(causes) = &self.fatal else { return false };
        let (causes, name) = (causes.to_ascii_uppercase(), cause.name());
        let named = causes.windows(name.len()).any(|part| part == name.as_bytes());
        is_true(&causes) || named != causes.starts_with(b"!")
    }
}

impl Originate {
    /// One of those that are tried together was answered.
    fn all_others_lose(&mut self, uuid: &str) {
        let open =
            self.tried.iter_mut().filter(|(leg, cause)| leg != uuid && *cause == HangupCause::None.into());
        open.for_each(|(_, cause)| *cause = HangupCause::LoseRace.into());
    }

    fn lost(&mut self, uuid: &str, cause: Cause) {
        let leg = self.tried.iter_mut().find(|(leg, _)| leg == uuid);
        if let Some((_, known)) = leg {
            *known = cause;
        }
    }
}

impl Asker {
    pub(crate) fn channel(self) -> Option<ChannelId> {
        match self {
            Self::Call(_) | Self::Part(_) | Self::Conference(_) | Self::Fifo(_) | Self::Camp { .. } => None,
            Self::Bridge { channel, .. } | Self::Consultation { channel, .. } => Some(channel),
        }
    }
}

/// Where the leg that answers goes.
#[derive(Debug, Clone)]
pub(crate) enum Then {
    Application(Action),
    Extension { number: Vec<u8>, dialplan: Vec<u8>, context: Vec<u8> },
}

const USAGE: &str = "-USAGE: <call url> <exten>|&<application_name>(<app_args>) [<dialplan>] [<context>] \
                     [<cid_name>] [<cid_num>] [<timeout_sec>]\n";

impl Core {
    /// Starts one. What cannot even be started is answered at once.
    pub(crate) fn originate(&mut self, call: CallId, arguments: &[u8]) -> Result<(), Vec<u8>> {
        let parts = match parse::parse_all(arguments) {
            Ok(parts) => parts,
            Err(Refused::Usage) => return Err(USAGE.into()),
            Err(Refused::Cause(cause)) => return Err(refusal(cause)),
        };
        let asker = if parts.len() == 1 { Asker::Call(call) } else { Asker::Part(call) };
        for parsed in parts {
            self.start_originate(asker, parsed);
        }
        Ok(())
    }

    /// Whom a call has called before is kept, unless its variables say otherwise.
    fn forget_originated(&mut self, caller: ChannelId) {
        let preserve = self.channel_variable(caller, b"preserve_originated_vars");
        if !preserve.is_some_and(is_false) {
            return;
        }
        if let Some(channel) = self.channels.get_mut(caller) {
            channel.variables.remove(b"originated_legs");
            channel.variables.remove(b"originate_causes");
        }
    }

    fn start_originate(&mut self, asker: Asker, parsed: Parsed) -> OriginateId {
        let Parsed { groups, then, caller_name, caller_number, timeout, fatal } = parsed;
        let asked_by = asker.channel().and_then(|id| self.channels.get(id));
        let fatal =
            fatal.or(asked_by.and_then(|c| c.variables.get("fail_on_single_reject")).map(<[u8]>::to_vec));
        self.originates_made += 1;
        let id = OriginateId(self.originates_made);
        let last_cause = HangupCause::DestinationOutOfOrder.into();
        let before = asker.channel().and_then(|id| self.channels.get(id)).map(|c| c.call_state.clone());
        if let Some(caller) = asker.channel() {
            self.forget_originated(caller);
            self.run_hooks_on(caller, "pre_originate");
            self.set_call_state(caller, CallState::RingWait);
        }
        let groups = groups.into();
        let originate = Originate {
            asker,
            groups,
            waiting: Vec::new(),
            answered: None,
            then,
            caller_name,
            caller_number,
            last_cause,
            fatal,
            fails: false,
            tried: Vec::new(),
            told: false,
            before,
        };
        self.originates.insert(id, originate);
        self.schedule.at(self.now.whole_seconds_later(timeout), Task::OriginateTimeout(id));
        // The asker has to know of it before it can end.
        self.new_originates.push_back(id);
        id
    }

    /// Tries the next legs, until some ring or none are left.
    pub(crate) fn next_group(&mut self, id: OriginateId) {
        loop {
            let Some(originate) = self.originates.get_mut(&id) else { return };
            let tried = std::mem::take(&mut originate.tried);
            if let Some(caller) = originate.asker.channel().filter(|_| !tried.is_empty()) {
                let cause = originate.last_cause;
                self.note_disposition(caller, cause);
                self.note_causes(Some(caller), &tried);
            }
            let Some(originate) = self.originates.get_mut(&id) else { return };
            originate.told = !tried.is_empty();
            let Some(group) = originate.groups.pop_front() else { return self.originate_failed(id) };
            let (name, number) = (originate.caller_name.clone(), originate.caller_number.clone());
            let group = self.without_users(id, group);
            for leg in &group {
                self.try_leg(id, leg, &name, &number);
                if self.originates.get(&id).is_some_and(|originate| originate.fails) {
                    return self.originate_refused(id);
                }
            }
            if self.originates.get(&id).is_none_or(|originate| !originate.waiting.is_empty()) {
                return;
            }
        }
    }

    fn try_leg(&mut self, id: OriginateId, leg: &LegSpec, caller_name: &[u8], caller_number: &[u8]) {
        let Some(asker) = self.originates.get(&id).map(|originate| originate.asker) else { return };
        let caller = asker.channel();
        let request =
            Request { dial: &leg.dial, variables: &leg.variables, caller_name, caller_number, caller };
        let made = self.new_leg(&request);
        let uuid = made.as_ref().map(|leg| self.uuid_of(*leg)).unwrap_or_default();
        let Some(originate) = self.originates.get_mut(&id) else { return };
        match made {
            Ok(channel) => {
                originate.waiting.push(channel);
                originate.tried.push((uuid, HangupCause::None.into()));
                if let Some(seconds) = leg.timeout() {
                    self.schedule.at(self.now.whole_seconds_later(seconds), Task::LegTimeout(channel));
                }
                if let Some(channel) = self.channels.get_mut(channel) {
                    channel.originate = Some(id);
                }
                self.run_hooks_on(channel, "originate");
            }
            Err(cause) => {
                // What is no refusal is none here either.
                let is_none = [HangupCause::None, HangupCause::Success].map(Cause::from).contains(&cause);
                let cause = if is_none { HangupCause::DestinationOutOfOrder.into() } else { cause };
                originate.last_cause = cause;
                originate.fails |= originate.is_fatal(cause);
                let kind = leg.dial.split(|byte| *byte == b'/').next().unwrap_or_default();
                let kind = String::from_utf8_lossy(kind).into_owned();
                let cause = cause.name();
                let text = format!("Cannot create outgoing channel of type [{kind}] cause: [{cause}]");
                self.log(log::NOTICE, &origin::CANNOT_CREATE, &text);
            }
        }
    }

    /// A leg was answered, or can be heard: if an originate waits for it, it goes where that says.
    pub(crate) fn originate_answered(&mut self, channel: ChannelId) {
        let waited = self.channels.get(channel).and_then(|channel| channel.originate);
        if let Some(originate) = waited.and_then(|id| self.originates.get_mut(&id)) {
            originate.answered.get_or_insert(channel);
            self.answered_originates.extend(waited);
        }
    }

    /// Goes on with an originate that has something to do.
    pub(crate) fn advance_originate(&mut self, id: OriginateId) {
        let answered = self.originates.get(&id).and_then(|originate| originate.answered);
        let answered = answered.and_then(|leg| self.channels.get(leg)).filter(|leg| !leg.hung_up());
        let went = |leg: &Channel| leg.transferred && leg.running != ChannelState::ConsumeMedia;
        match answered.map(|leg| (leg.id, went(leg))) {
            Some((leg, false)) => self.take_answer(id, leg),
            Some((leg, true)) => self.lose_answered(id, leg),
            None => self.next_group(id),
        }
    }

    /// The leg that was answered has been sent elsewhere.
    fn lose_answered(&mut self, id: OriginateId, leg: ChannelId) {
        if let Some(originate) = self.originates.get_mut(&id) {
            originate.answered = None;
        }
        self.originate_lost(leg, HangupCause::OriginatorCancel.into());
    }

    fn take_answer(&mut self, id: OriginateId, channel: ChannelId) {
        let Some(mut originate) = self.originates.remove(&id) else { return };
        if let Some(channel) = self.channels.get_mut(channel) {
            channel.originate = None;
        }
        originate.all_others_lose(&self.uuid_of(channel));
        for loser in originate.waiting.iter().copied().filter(|loser| *loser != channel) {
            if let Some(loser) = self.channels.get_mut(loser) {
                loser.originate = None;
                loser.variables.set("group_dial_status", "loser");
            }
            self.hangup(loser, HangupCause::LoseRace, &origin::ORIGINATE_HANGUP);
        }
        self.run_hooks_on(channel, "post_originate");
        match originate.asker {
            Asker::Call(call) | Asker::Part(call) => {
                self.send_on(channel, originate.then);
                self.give_up_parts(call);
                self.finish_call(call, format!("+OK {}\n", self.uuid_of(channel)).into_bytes());
            }
            Asker::Conference(dial) => {
                self.send_on(channel, originate.then);
                self.dialled(dial, Ok(channel));
            }
            Asker::Fifo(ring) => {
                self.member_reached(ring, channel);
                self.send_on(channel, originate.then);
            }
            Asker::Camp { channel: caller, serial } => self.camp_answered(caller, channel, serial),
            Asker::Bridge { channel: caller, serial } => {
                self.note_success(caller, channel, originate.before, &originate.tried);
                self.run_hooks_on(caller, "post_originate");
                self.begin_bridging(caller, channel, serial);
            }
            Asker::Consultation { channel: caller, serial } => {
                self.note_success(caller, channel, originate.before, &originate.tried);
                self.run_hooks_on(caller, "post_originate");
                self.begin_consultation(caller, channel, serial);
            }
        }
        self.wake(channel);
    }

    /// The originates a command still runs at once.
    fn parts(&self, call: CallId) -> Vec<OriginateId> {
        let is_part = |originate: &Originate| matches!(originate.asker, Asker::Part(of) if of == call);
        let parts = self.originates.iter().filter(|(_, originate)| is_part(originate));
        parts.map(|(id, _)| *id).collect()
    }

    fn give_up_parts(&mut self, call: CallId) {
        for part in self.parts(call) {
            self.cancel_originate(part, HangupCause::LoseRace.into());
        }
    }

    fn send_on(&mut self, channel: ChannelId, then: Then) {
        match then {
            Then::Application(action) => self.send_to_application(channel, action),
            Then::Extension { number, dialplan, context } => {
                self.transfer(channel, &number, Some(&dialplan), Some(&context));
            }
        }
    }

    /// What the caller's variables say of legs tried together, once that is over.
    fn note_causes(&mut self, caller: Option<ChannelId>, tried: &[(String, Cause)]) {
        let Some(channel) = caller.and_then(|caller| self.channels.get_mut(caller)) else { return };
        for (uuid, cause) in tried {
            channel.variables.append("originate_causes", format!("{uuid};{}", cause.name()));
        }
    }

    /// What the caller's variables say of a call that was answered.
    fn note_success(
        &mut self,
        caller: ChannelId,
        callee: ChannelId,
        before: Option<CallState>,
        tried: &[(String, Cause)],
    ) {
        let Some(peer) = self.channels.get(callee) else { return };
        let (uuid, answered) = (peer.uuid.clone(), peer.answered);
        let shown = peer.profile.as_deref().map(|p| (p.callee_name.clone(), p.callee_number.clone()));
        let Some(channel) = self.channels.get_mut(caller) else { return };
        channel.variables.set("originate_disposition", "SUCCESS");
        channel.variables.set("DIALSTATUS", "SUCCESS");
        self.note_causes(Some(caller), tried);
        let Some(channel) = self.channels.get_mut(caller) else { return };
        channel.variables.set("signal_bond", uuid);
        channel.variables.remove(b"originate_signal_bond");
        if let (Some(profile), Some((name, number))) = (channel.profile.as_deref_mut(), shown) {
            (profile.callee_name, profile.callee_number) = (name, number);
        }
        self.meet(caller, callee);
        if let Some(before) = before {
            self.set_call_state(caller, before);
        }
        if answered {
            self.mark_answered(caller, &origin::BRIDGE_ANSWERED);
        }
    }

    /// Nobody was reached.
    fn originate_failed(&mut self, id: OriginateId) {
        let Some(originate) = self.originates.remove(&id) else { return };
        let cause = originate.last_cause;
        if let Some(caller) = originate.asker.channel().filter(|_| !originate.told) {
            self.note_disposition(caller, cause);
        }
        match originate.asker {
            Asker::Call(call) => self.finish_call(call, refusal(cause)),
            // The last one that fails decides.
            Asker::Part(call) if self.parts(call).is_empty() => self.finish_call(call, refusal(cause)),
            Asker::Part(_) => {}
            Asker::Conference(dial) => self.dialled(dial, Err(cause)),
            Asker::Fifo(ring) => self.members_unreached(ring, cause),
            Asker::Camp { channel, serial } => self.camp_failed(channel, serial, cause),
            Asker::Bridge { channel, serial } => {
                self.stop_waiting(channel, originate.before);
                self.run_hooks_on(channel, "post_originate");
                self.bridge_failed(channel, cause);
                self.application_over(channel, serial);
            }
            Asker::Consultation { channel, serial } => {
                self.stop_waiting(channel, originate.before);
                self.run_hooks_on(channel, "post_originate");
                self.consultation_failed(channel, serial);
            }
        }
    }

    /// A leg could not even be made, and that is enough: those already made are forgotten as they are.
    fn originate_refused(&mut self, id: OriginateId) {
        let waiting = self.originates.get_mut(&id).map(|originate| std::mem::take(&mut originate.waiting));
        for leg in waiting.unwrap_or_default() {
            if let Some(leg) = self.channels.get_mut(leg) {
                leg.originate = None;
            }
        }
        self.originate_failed(id);
    }

    /// What the caller's variables say of a call nobody took.
    fn note_disposition(&mut self, caller: ChannelId, cause: Cause) {
        let Some(channel) = self.channels.get_mut(caller) else { return };
        let name = cause.name();
        let status = match name.as_str() {
            "ORIGINATOR_CANCEL" => "CANCEL",
            "USER_BUSY" => "BUSY",
            "NO_ANSWER" => "NOANSWER",
            "DESTINATION_OUT_OF_ORDER" | "INVALID_PROFILE" => "INVALIDARGS",
            "CALL_REJECTED" => "DONTCALL",
            other => other,
        };
        channel.variables.set("originate_disposition", &name);
        channel.variables.set("DIALSTATUS", status);
    }

    fn stop_waiting(&mut self, caller: ChannelId, before: Option<CallState>) {
        if let Some(before) = before {
            self.set_call_state(caller, before);
        }
    }

    /// Who asked for it is gone: the legs are given up.
    pub(crate) fn cancel_originate(&mut self, id: OriginateId, cause: Cause) {
        let Some(originate) = self.originates.remove(&id) else { return };
        for leg in originate.waiting {
            if let Some(leg) = self.channels.get_mut(leg) {
                leg.originate = None;
            }
            self.hangup(leg, cause, &origin::ORIGINATE_HANGUP);
        }
        if let Some(caller) = originate.asker.channel() {
            self.note_disposition(caller, HangupCause::OriginatorCancel.into());
            self.note_causes(Some(caller), &originate.tried);
            self.stop_waiting(caller, originate.before);
        }
    }

    /// Who asked for it is gone: the first leg is left to another call, the others are given up.
    pub(crate) fn hand_over(&mut self, id: OriginateId, to: ChannelId) {
        let first = self.originates.get_mut(&id).filter(|originate| !originate.waiting.is_empty());
        let Some(leg) = first.map(|originate| originate.waiting.remove(0)) else {
            return self.cancel_originate(id, HangupCause::OriginatorCancel.into());
        };
        if let Some(leg) = self.channels.get_mut(leg) {
            leg.originate = None;
        }
        self.uuid_bridge(to, leg);
        self.cancel_originate(id, HangupCause::OriginatorCancel.into());
    }

    /// A leg is lost: the others go on, then the next ones.
    pub(crate) fn originate_lost(&mut self, channel: ChannelId, cause: Cause) {
        let waited = self.channels.get_mut(channel).and_then(|channel| channel.originate.take());
        let Some(id) = waited else { return };
        let uuid = self.uuid_of(channel);
        let Some(originate) = self.originates.get_mut(&id) else { return };
        originate.lost(&uuid, cause);
        originate.waiting.retain(|waiting| *waiting != channel);
        originate.last_cause = cause;
        if originate.is_fatal(cause) {
            return self.originate_timeout(id);
        }
        if !originate.waiting.is_empty() {
            return;
        }
        if originate.groups.is_empty() {
            self.next_group(id);
        } else if let Some(channel) = self.channels.get_mut(channel) {
            // The next leg may want this one's uuid.
            channel.retry = Some(id);
        }
    }

    /// The channel that waits to be bridged to a leg.
    pub(crate) fn who_dials(&self, leg: ChannelId) -> Option<ChannelId> {
        self.originates.get(&self.channels.get(leg)?.originate?)?.asker.channel()
    }

    /// A leg was not answered in its own time.
    pub(crate) fn leg_timeout(&mut self, leg: ChannelId) {
        if self.channels.get(leg).is_some_and(|leg| leg.originate.is_some()) {
            self.hangup(leg, HangupCause::AllottedTimeout, &origin::ORIGINATE_HANGUP);
        }
    }

    pub(crate) fn originate_timeout(&mut self, id: OriginateId) {
        let Some(originate) = self.originates.get_mut(&id) else { return };
        originate.groups.clear();
        if originate.waiting.is_empty() {
            return self.next_group(id);
        }
        for channel in originate.waiting.clone() {
            self.hangup(channel, HangupCause::NoAnswer, &origin::ORIGINATE_HANGUP);
        }
    }

    fn send_to_application(&mut self, id: ChannelId, action: Action) {
        self.flip_caller_id(id);
        if let Some(channel) = self.channels.get_mut(id) {
            channel.extension.push_back(action);
        }
        self.set_target(id, ChannelState::Execute);
    }

    /// Makes the called party of an outbound leg its caller, as it is once the leg executes something
    /// (`switch_channel_flip_cid` in `src/switch_channel.c`).
    pub(crate) fn flip_caller_id(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        channel.hit_dialplan = true;
        channel.show_parties();
        let Some(profile) = channel.profile.as_deref_mut() else { return };
        let before = (profile.caller_name.clone(), profile.caller_number.clone());
        std::mem::swap(&mut profile.caller_name, &mut profile.callee_name);
        std::mem::swap(&mut profile.caller_number, &mut profile.callee_number);
        let after = (profile.caller_name.clone(), profile.caller_number.clone());
        channel.variables.set("pre_transfer_caller_id_name", before.0.as_slice());
        channel.variables.set("pre_transfer_caller_id_number", before.1.as_slice());
        channel.variables.set("channel_cid_flipped", "yes");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        self.fire_channel_with(id, &origin::CALL_UPDATE, &[("Direction", b"RECV")], &[]);
        self.log_session(log::INFO, &origin::FLIP_CID, id, |channel| {
            format!(
                "{} Flipping CID from \"{}\" <{}> to \"{}\" <{}>",
                channel.shown_name(),
                text(&before.0),
                text(&before.1),
                text(&after.0),
                text(&after.1)
            )
        });
    }
}

fn refusal(cause: Cause) -> Vec<u8> {
    format!("-ERR {}\n", cause.name()).into_bytes()
}
