//! What an event says of a channel, beside what is known of it.

use std::borrow::Cow;
use std::sync::Arc;

use trunkline_proto::view::Moment;
use trunkline_proto::{CallState, ChannelState, EventName, HangupCause, Reached, Value};

use super::passes::{Details, States, Who};
use crate::model::channel::{Channel, ChannelDetails, Codec};
use crate::model::fold::told::Told;
use crate::model::fold::value::{is_as_it_was, number, text, word};
use crate::model::standing::Standing;

/// What an event says of a channel beside its states.
enum Said<'e> {
    /// To the byte what was read last.
    AsBefore,
    /// As before, but for this.
    Changes(Details<'e>),
    /// All of this.
    All(Details<'e>),
}

/// What an event says of a channel.
pub(super) struct Block<'t, 'e> {
    pub(super) told: &'t Told<'e>,
    pub(super) sequence: u64,
    states: States<'e>,
    who: Who<'e>,
    /// What comes behind the states.
    from: Reached,
    /// Whether the headers up to there are in the order in which the switch writes them.
    is_in_order: bool,
    details: Said<'e>,
    /// What comes behind the details.
    behind: Reached,
    /// Whether it carries the channel's variables.
    pub(super) has_variables: bool,
}

impl<'t, 'e> Block<'t, 'e> {
    /// `None` if the event is not about a channel.
    #[inline]
    pub(super) fn of(told: &'t Told<'e>) -> Option<Self> {
        let (headers, mut from) = (told.event.headers(), told.reached);
        let mut states = States::read(headers, &mut from);
        let mut behind = from;
        let mut who = Who::read(headers, &mut behind);
        let all = [states.state, states.call_state, states.number, who.name, who.id];
        let is_in_order = all.iter().all(Option::is_some);
        if !is_in_order {
            (states, who) = (States::look_up(headers), Who::look_up(headers));
        }
        states.call_state?;
        let sequence = told.sequence.unwrap_or(u64::MAX);
        Some(Self {
            told,
            sequence,
            states,
            who,
            from,
            is_in_order,
            details: Said::AsBefore,
            behind,
            has_variables: false,
        })
    }

    /// Reads the rest, beside what is known of the channel it tells of.
    #[inline]
    pub(super) fn read_details(&mut self, known: Option<&Channel>) {
        let headers = self.told.event.headers();
        let read = known.map_or(&[][..], |known| &known.details_read);
        if !self.is_in_order {
            self.details = Said::All(Details::look_up(headers));
        } else if let Some(behind) = Details::skip(headers, self.from, read) {
            self.behind = behind;
        } else if let Some((changes, behind)) = Details::changes(headers, self.from, read)
            && !known.is_some_and(|known| changes.names_first_codec(known))
        {
            (self.details, self.behind) = (Said::Changes(changes), behind);
        } else {
            self.details = Said::All(Details::read(headers, &mut self.behind));
        }
        self.has_variables = self.find_variables();
    }

    /// Whether it carries the channel's variables. They mostly stand right behind the block.
    fn find_variables(&self) -> bool {
        let headers = self.told.event.headers();
        if VARIABLES.iter().any(|name| headers.is_next(self.behind, name)) {
            return true;
        }
        let mut rest = self.rest();
        VARIABLES.iter().any(|name| headers.next(&mut rest, name).is_some())
    }

    /// Where what else it says begins, variables among it. They may be among what was passed by in search of the block.
    fn rest(&self) -> Reached {
        let is_behind = self.is_in_order && !self.behind.has_strays();
        if is_behind { self.behind } else { self.told.event.headers().first() }
    }

    pub(super) fn id(&self) -> Option<Cow<'e, str>> {
        self.who.id.map(Value::to_str)
    }

    /// Whether it tells of another channel that has the id of a known one, whose end was not heard: it was made at another
    /// time. (An id can be given again by `origination_uuid`.)
    pub(super) fn is_of_another(&self, known: &Channel) -> bool {
        let made = self.created();
        self.sequence >= known.sequence
            && made.is_some()
            && known.times.created.is_some()
            && made != known.times.created
    }

    /// When its channel was made, if that is not what is known already.
    pub(super) fn created(&self) -> Option<Moment> {
        match &self.details {
            Said::AsBefore => None,
            Said::Changes(details) | Said::All(details) => details.created(),
        }
    }

    pub(super) fn state(&self) -> Option<ChannelState> {
        self.states.state.map(|state| ChannelState::from(&*state.to_str()))
    }

    /// How far its call has come.
    pub(super) fn call_state(&self) -> Option<CallState> {
        self.states.call_state.map(|state| CallState::from(&*state.to_str()))
    }

    /// How far its call had come before, which CHANNEL_CALLSTATE says.
    pub(super) fn call_state_before(&self) -> Option<CallState> {
        self.states.was.map(|state| CallState::from(&*state.to_str()))
    }
}

/// Whether an event carries its channel's variables, these tell: every channel has them from its making
/// (`switch_core_session_request_uuid` in `switch_core_session.c`).
const VARIABLES: [&str; 2] = ["variable_direction", "variable_uuid"];

impl Channel {
    /// The bytes its caller profile was read from.
    pub(in crate::model) fn profile_read(&self) -> &[u8] {
        const FIRST: &[u8] = b"Caller-Direction";
        let first = self.details_read.windows(FIRST.len()).position(|name| name == FIRST);
        first.and_then(|first| self.details_read.get(first..)).unwrap_or_default()
    }

    /// Reads the channel block.
    pub(super) fn read(&mut self, block: &Block<'_, '_>, standing: &Standing, keeps_variables: bool) {
        let event = block.told.event;
        if block.sequence != u64::MAX {
            self.sequence = block.sequence;
        }
        self.read_states(block, standing);
        self.read_said(block);
        if block.has_variables {
            if !self.linked || event.is(EventName::ChannelAnswer) {
                self.read_gateway(block);
            }
            self.last_event = keeps_variables.then(|| Arc::new(event.detach()));
        }
        if event.is(EventName::ChannelData) {
            self.told_call_state = None;
            // It may have been taken back meanwhile.
            self.held = self.call_state == Some(CallState::Held);
        }
    }

    fn read_states(&mut self, block: &Block<'_, '_>, standing: &Standing) {
        if word(&mut self.state, block.states.state, ChannelState::as_str) {
            self.state_since = standing.clone();
        }
        if word(&mut self.call_state, block.states.call_state, CallState::as_str) {
            self.held = self.call_state == Some(CallState::Held);
            self.call_state_since = standing.clone();
        }
        self.target_state = number(block.states.number).and_then(ChannelState::from_number);
    }

    fn read_said(&mut self, block: &Block<'_, '_>) {
        let headers = block.told.event.headers();
        let (said, is_whole, read) = match &block.details {
            Said::AsBefore => return,
            Said::Changes(said) => (said, false, headers.raw_between(block.from, block.behind)),
            Said::All(said) if block.is_in_order => {
                (said, true, said.bytes(headers, block.from, block.behind))
            }
            Said::All(said) => (said, true, &[][..]),
        };
        let has_caller = !is_whole || said.caller.is_some();
        self.read_progress(said, is_whole);
        if has_caller {
            said.read_times(&mut self.times, is_whole);
        }
        if is_whole || said.tells_details() || !is_as_it_was(self.name.as_deref(), block.who.name) {
            let details = Arc::make_mut(&mut self.details);
            text(&mut details.name, block.who.name);
            details.read(said, is_whole);
            if has_caller {
                details.read_caller(said, is_whole);
            }
        }
        self.details_read = Arc::from(read);
    }

    /// Reads how far it has come: all of that, or what is there.
    fn read_progress(&mut self, said: &Details<'_>, is_whole: bool) {
        if is_whole || said.answer_state.is_some() {
            word(&mut self.answer_state, said.answer_state, |state| state.as_str());
        }
        if is_whole || said.hangup_cause.is_some() {
            word(&mut self.hangup_cause, said.hangup_cause, HangupCause::as_str);
            self.hangup_cause = self.hangup_cause.take().filter(|cause| *cause != HangupCause::None);
        }
    }

    /// What it goes through (`mod_sofia.c`, `sofia.c`), which stays the same.
    fn read_gateway(&mut self, block: &Block<'_, '_>) {
        let headers = block.told.event.headers();
        let value = |name| headers.next(&mut block.rest(), name);
        let profile = value("variable_sofia_profile_name");
        let gateway = value("variable_sip_gateway_name").or_else(|| value("variable_sip_gateway"));
        let known = [self.profile.as_deref(), self.gateway.as_deref()];
        if known.into_iter().zip([profile, gateway]).any(|(known, value)| !is_as_it_was(known, value)) {
            let details = Arc::make_mut(&mut self.details);
            text(&mut details.profile, profile);
            text(&mut details.gateway, gateway);
        }
    }
}

impl ChannelDetails {
    /// Reads what is beside the caller profile: all of that, or what is there.
    fn read(&mut self, said: &Details<'_>, is_whole: bool) {
        if is_whole || said.direction.is_some() {
            word(&mut self.direction, said.direction, |direction| direction.as_str());
        }
        read_texts(
            is_whole,
            [(&mut self.call_uuid, said.call_uuid), (&mut self.presence_id, said.presence_id)],
        );
        read_codec(&mut self.read_codec, [said.read_codec, said.read_rate, said.read_bit_rate], is_whole);
        read_codec(&mut self.write_codec, [said.write_codec, said.write_rate, said.write_bit_rate], is_whole);
    }

    /// Reads the caller profile: all of it, or what is there.
    fn read_caller(&mut self, said: &Details<'_>, is_whole: bool) {
        read_texts(
            is_whole,
            [
                (&mut self.caller_id_name, said.caller_id_name),
                (&mut self.caller_id_number, said.caller_id_number),
                (&mut self.callee_id_name, said.callee_id_name),
                (&mut self.callee_id_number, said.callee_id_number),
                (&mut self.destination_number, said.destination_number),
                (&mut self.context, said.context),
                (&mut self.dialplan, said.dialplan),
                (&mut self.network_addr, said.network_addr),
            ],
        );
    }
}

fn read_texts<'v, const N: usize>(is_whole: bool, texts: [(&mut Option<Arc<str>>, Option<Value<'v>>); N]) {
    for (field, value) in texts {
        if is_whole || value.is_some() {
            text(field, value);
        }
    }
}

/// Its name and rates: all, or those that are there.
fn read_codec(field: &mut Option<Codec>, [name, rate, bit_rate]: [Option<Value<'_>>; 3], is_whole: bool) {
    if is_whole || name.is_some() {
        match (&mut *field, name) {
            (Some(known), Some(name)) if is_as_it_was(Some(&*known.name), Some(name)) => {}
            (Some(known), Some(name)) => known.name = Arc::from(name.to_str()),
            (None, Some(name)) => {
                *field = Some(Codec { name: Arc::from(name.to_str()), rate: None, bit_rate: None });
            }
            (_, None) => *field = None,
        }
    }
    let Some(codec) = field else { return };
    if is_whole || rate.is_some() {
        codec.rate = number(rate);
    }
    if is_whole || bit_rate.is_some() {
        codec.bit_rate = number(bit_rate);
    }
}
