//! Originating: legs are made, the first to answer is sent on, the rest give way
//! (`switch_ivr_originate` in `src/switch_ivr_originate.c`).

mod parse;

use std::collections::VecDeque;

use trunkline_proto::{ChannelState, HangupCause};

use crate::api::CallId;
use crate::app::Action;
use crate::cause::Cause;
use crate::channel::ChannelId;
use crate::core::{Core, Task};
use crate::endpoint::Request;
use crate::event::origin;
use crate::log;
use parse::{LegSpec, Parsed, Refused};

/// An originate under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct OriginateId(u64);

#[derive(Debug)]
pub(crate) struct Originate {
    call: CallId,
    /// Legs still to be tried: those of one group at once, the groups one after the other.
    groups: VecDeque<Vec<LegSpec>>,
    waiting: Vec<ChannelId>,
    then: Then,
    caller_name: Vec<u8>,
    caller_number: Vec<u8>,
    last_cause: Cause,
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
        let parsed = match parse::parse(arguments) {
            Ok(parsed) => parsed,
            Err(Refused::Usage) => return Err(USAGE.into()),
            Err(Refused::Cause(cause)) => return Err(refusal(cause)),
        };
        let Parsed { groups, then, caller_name, caller_number, timeout } = parsed;
        let id = OriginateId(call.0);
        let last_cause = HangupCause::DestinationOutOfOrder.into();
        let originate = Originate {
            call,
            groups: groups.into(),
            waiting: Vec::new(),
            then,
            caller_name,
            caller_number,
            last_cause,
        };
        self.originates.insert(id, originate);
        self.schedule.at(self.now.whole_seconds_later(timeout), Task::OriginateTimeout(id));
        self.next_group(id);
        Ok(())
    }

    /// Tries the next legs, until some ring or none are left.
    pub(crate) fn next_group(&mut self, id: OriginateId) {
        loop {
            let Some(originate) = self.originates.get_mut(&id) else { return };
            let Some(group) = originate.groups.pop_front() else {
                let (call, cause) = (originate.call, originate.last_cause);
                self.originates.remove(&id);
                return self.finish_call(call, refusal(cause));
            };
            let (name, number) = (originate.caller_name.clone(), originate.caller_number.clone());
            for leg in &group {
                self.try_leg(id, leg, &name, &number);
            }
            if self.originates.get(&id).is_none_or(|originate| !originate.waiting.is_empty()) {
                return;
            }
        }
    }

    fn try_leg(&mut self, id: OriginateId, leg: &LegSpec, caller_name: &[u8], caller_number: &[u8]) {
        let request = Request { dial: &leg.dial, variables: &leg.variables, caller_name, caller_number };
        let made = self.new_leg(&request);
        let Some(originate) = self.originates.get_mut(&id) else { return };
        match made {
            Ok(channel) => {
                originate.waiting.push(channel);
                if let Some(channel) = self.channels.get_mut(channel) {
                    channel.originate = Some(id);
                }
            }
            Err(cause) => {
                originate.last_cause = cause;
                let kind = leg.dial.split(|byte| *byte == b'/').next().unwrap_or_default();
                let kind = String::from_utf8_lossy(kind).into_owned();
                let cause = cause.name();
                let text = format!("Cannot create outgoing channel of type [{kind}] cause: [{cause}]");
                self.log(log::NOTICE, &origin::CANNOT_CREATE, &text);
            }
        }
    }

    /// A leg was answered: if an originate waits for it, it goes where that says.
    pub(crate) fn originate_answered(&mut self, channel: ChannelId) {
        let waited = self.channels.get_mut(channel).and_then(|channel| channel.originate.take());
        let Some(originate) = waited.and_then(|id| self.originates.remove(&id)) else { return };
        for loser in originate.waiting.into_iter().filter(|loser| *loser != channel) {
            if let Some(loser) = self.channels.get_mut(loser) {
                loser.originate = None;
            }
            self.hangup(loser, HangupCause::LoseRace, &origin::ORIGINATE_HANGUP);
        }
        match originate.then {
            Then::Application(action) => self.send_to_application(channel, action),
            Then::Extension { number, dialplan, context } => {
                self.transfer(channel, &number, &dialplan, &context);
            }
        }
        let uuid = self.channels.get(channel).map(|channel| channel.uuid.clone()).unwrap_or_default();
        self.finish_call(originate.call, format!("+OK {uuid}\n").into_bytes());
        self.wake(channel);
    }

    /// A leg is lost: the others go on, then the next ones.
    pub(crate) fn originate_lost(&mut self, channel: ChannelId, cause: Cause) {
        let waited = self.channels.get_mut(channel).and_then(|channel| channel.originate.take());
        let Some(id) = waited else { return };
        let Some(originate) = self.originates.get_mut(&id) else { return };
        originate.waiting.retain(|waiting| *waiting != channel);
        originate.last_cause = cause;
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

    /// Sends a channel to an extension (`switch_ivr_session_transfer` in `src/switch_ivr.c`).
    fn transfer(&mut self, id: ChannelId, number: &[u8], dialplan: &[u8], context: &[u8]) {
        let transfer_uuid = self.new_uuid();
        let now = self.now;
        let Some(channel) = self.channels.get_mut(id) else { return };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (shown_number, shown_dialplan, shown_context) = (text(number), text(dialplan), text(context));
        let source = format!(
            "{}:{transfer_uuid}:bl_xfer:{shown_number}/{shown_context}/{shown_dialplan}",
            now.as_secs()
        );
        if let Some(profile) = &mut channel.profile {
            profile.rdnis = std::mem::replace(&mut profile.destination, number.to_vec());
            profile.dialplan = dialplan.to_vec();
            profile.context = context.to_vec();
            profile.transfer_source = source.clone().into_bytes();
            profile.index += 1;
            profile.profile_created = now;
        }
        channel.variables.set("max_forwards", "70");
        channel.variables.set("transfer_history", source.as_str());
        channel.variables.set("transfer_source", source);
        channel.transferred = true;
        self.log_session(log::NOTICE, &origin::TRANSFER, id, |channel| {
            format!("Transfer {} to {shown_dialplan}[{shown_number}@{shown_context}]", channel.shown_name())
        });
        self.set_target(id, ChannelState::Routing);
    }

    /// Makes the called party of an outbound leg its caller, as it is once the leg executes something
    /// (`switch_channel_flip_cid` in `src/switch_channel.c`).
    pub(crate) fn flip_caller_id(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        channel.hit_dialplan = true;
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
