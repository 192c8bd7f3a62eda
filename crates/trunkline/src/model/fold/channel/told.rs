//! What an event says of a channel, gone through once: it is done for every event there is.

use std::sync::Arc;

use bytes::Bytes;
use trunkline_proto::view::CallerProfile;
use trunkline_proto::{CallState, ChannelState, Event, EventName, HangupCause, Headers, Value};

use super::{sequence, set};
use crate::model::channel::{Channel, Codec};
use crate::model::fold::calls;
use crate::model::standing::Standing;

/// The channel block of an event (`switch_channel_event_set_basic_data` in `switch_channel.c`), and where in its bytes the
/// caller profile begins.
pub(super) struct Told<'e> {
    pub(super) event: &'e Event,
    pub(super) sequence: u64,
    basic: Basic<'e>,
    /// From the value of the first header of the caller profile on.
    profile: &'e [u8],
}

/// The headers before the caller profile.
#[derive(Default)]
struct Basic<'e> {
    state: Option<Value<'e>>,
    call_state: Option<Value<'e>>,
    state_number: Option<Value<'e>>,
    name: Option<Value<'e>>,
    direction: Option<Value<'e>>,
    presence_id: Option<Value<'e>>,
    call_uuid: Option<Value<'e>>,
    answer_state: Option<Value<'e>>,
    hangup_cause: Option<Value<'e>>,
    read: CodecValues<'e>,
    write: CodecValues<'e>,
}

#[derive(Default)]
struct CodecValues<'e> {
    name: Option<Value<'e>>,
    rate: Option<Value<'e>>,
    bit_rate: Option<Value<'e>>,
}

impl<'e> Told<'e> {
    /// `None` if the event is not about a channel.
    pub(super) fn by(event: &'e Event) -> Option<Self> {
        let headers = event.headers();
        let (basic, profile) = match Basic::read(headers.iter_after("Event-Sequence")) {
            (basic, Some(profile)) if basic.call_state.is_some() => (basic, Some(profile)),
            _ => Basic::read(headers.iter_bytes()),
        };
        basic.call_state?;
        let profile = profile.map_or(&[][..], |value| from(headers, value));
        Some(Self { event, sequence: sequence(event), basic, profile })
    }

    /// Whether it tells of another channel that has the id of a known one, whose end was not heard: it was made at another
    /// time. (An id can be given again by `origination_uuid`.)
    pub(super) fn is_of_another(&self, known: &Channel) -> bool {
        if self.sequence < known.sequence || self.has_profile_of(known) {
            return false;
        }
        let made = self.event.caller().and_then(CallerProfile::created);
        made.is_some() && known.times.created.is_some() && made != known.times.created
    }

    /// Whether the caller profile is to the byte what was read last. It mostly is.
    fn has_profile_of(&self, known: &Channel) -> bool {
        !known.profile_read.is_empty() && self.profile.starts_with(&known.profile_read)
    }
}

/// The bytes of a block of headers from a value on.
fn from<'e>(headers: &'e Headers, value: Value<'e>) -> &'e [u8] {
    let start = (value.raw().as_ptr() as usize).checked_sub(headers.raw().as_ptr() as usize);
    start.and_then(|start| headers.raw().get(start..)).unwrap_or_default()
}

impl<'e> Basic<'e> {
    /// Reads the headers up to the caller profile, whose first value is given back, too.
    fn read(
        headers: impl Iterator<Item = (std::borrow::Cow<'e, [u8]>, Value<'e>)>,
    ) -> (Self, Option<Value<'e>>) {
        let mut basic = Self::default();
        for (name, value) in headers {
            let slot = match &*name {
                b"Channel-State" => &mut basic.state,
                b"Channel-Call-State" => &mut basic.call_state,
                b"Channel-State-Number" => &mut basic.state_number,
                b"Channel-Name" => &mut basic.name,
                b"Call-Direction" => &mut basic.direction,
                b"Channel-Presence-ID" => &mut basic.presence_id,
                b"Channel-Call-UUID" => &mut basic.call_uuid,
                b"Answer-State" => &mut basic.answer_state,
                b"Hangup-Cause" => &mut basic.hangup_cause,
                b"Channel-Read-Codec-Name" => &mut basic.read.name,
                b"Channel-Read-Codec-Rate" => &mut basic.read.rate,
                b"Channel-Read-Codec-Bit-Rate" => &mut basic.read.bit_rate,
                b"Channel-Write-Codec-Name" => &mut basic.write.name,
                b"Channel-Write-Codec-Rate" => &mut basic.write.rate,
                b"Channel-Write-Codec-Bit-Rate" => &mut basic.write.bit_rate,
                b"Caller-Direction" => return (basic, Some(value)),
                name if name.starts_with(b"variable_") => break,
                _ => continue,
            };
            *slot = slot.or(Some(value));
        }
        (basic, None)
    }
}

impl Channel {
    /// Reads the channel block.
    pub(super) fn read(&mut self, told: &Told<'_>, standing: &Standing, keeps_variables: bool) {
        let (event, basic) = (told.event, &told.basic);
        self.sequence = event.standard().sequence().unwrap_or(self.sequence);
        self.read_states(basic, standing);
        word(&mut self.direction, basic.direction, |direction| direction.as_str());
        text(&mut self.name, basic.name);
        text(&mut self.call_uuid, basic.call_uuid);
        text(&mut self.presence_id, basic.presence_id);
        word(&mut self.hangup_cause, basic.hangup_cause, HangupCause::as_str);
        self.hangup_cause = self.hangup_cause.take().filter(|cause| *cause != HangupCause::None);
        read_codec(&mut self.read_codec, &basic.read);
        read_codec(&mut self.write_codec, &basic.write);
        if !told.has_profile_of(self) {
            self.read_profile(told);
        }
        if calls::has_variables(event) {
            if !self.linked || event.is(EventName::ChannelAnswer) {
                self.read_gateway(event);
            }
            self.last_event = keeps_variables.then(|| event.detach());
        }
        if event.is(EventName::ChannelData) {
            self.told_call_state = None;
        }
    }

    fn read_states(&mut self, basic: &Basic<'_>, standing: &Standing) {
        if word(&mut self.state, basic.state, ChannelState::as_str) {
            self.state_since = standing.clone();
        }
        if word(&mut self.call_state, basic.call_state, CallState::as_str) {
            self.held = self.call_state == Some(CallState::Held);
            self.call_state_since = standing.clone();
        }
        self.target_state = number(basic.state_number).and_then(ChannelState::from_number);
        word(&mut self.answer_state, basic.answer_state, |state| state.as_str());
    }

    fn read_profile(&mut self, told: &Told<'_>) {
        let Some(caller) = told.event.caller() else { return };
        self.read_caller(caller);
        // Up to its last header.
        let last = told.event.headers().value("Caller-Privacy-Hide-Number");
        let rest = last.map(|last| from(told.event.headers(), last).len() - last.raw().len());
        let read = rest.and_then(|rest| told.profile.get(..told.profile.len().checked_sub(rest)? + 1));
        self.profile_read = read.map(Bytes::copy_from_slice).unwrap_or_default();
    }

    fn read_caller(&mut self, caller: CallerProfile<'_>) {
        set(&mut self.caller_id_name, caller.caller_id_name());
        set(&mut self.caller_id_number, caller.caller_id_number());
        set(&mut self.callee_id_name, caller.callee_id_name());
        set(&mut self.callee_id_number, caller.callee_id_number());
        set(&mut self.destination_number, caller.destination_number());
        set(&mut self.context, caller.context());
        set(&mut self.dialplan, caller.dialplan());
        set(&mut self.network_addr, caller.network_addr());
        self.times.created = caller.created();
        self.times.progress = caller.progress();
        self.times.progress_media = caller.progress_media();
        self.times.answered = caller.answered();
        self.times.bridged = caller.bridged();
        self.times.last_hold = caller.last_hold();
        self.times.hold_accum = caller.hold_accum().unwrap_or_default();
        self.times.transferred = caller.transferred();
        self.times.hung_up = caller.hung_up();
    }

    /// What it goes through (`mod_sofia.c`, `sofia.c`), which stays the same.
    fn read_gateway(&mut self, event: &Event) {
        set(&mut self.profile, event.get("variable_sofia_profile_name"));
        let gateway = event.get("variable_sip_gateway_name").or_else(|| event.get("variable_sip_gateway"));
        set(&mut self.gateway, gateway);
    }
}

/// Sets a text; mostly it is as it was.
fn text(field: &mut Option<Arc<str>>, value: Option<Value<'_>>) {
    if !is_as_it_was(field.as_deref(), value) {
        *field = value.map(|value| Arc::from(value.to_str()));
    }
}

/// Sets a word of a vocabulary; whether it is another one.
fn word<T: for<'w> From<&'w str>>(
    field: &mut Option<T>,
    value: Option<Value<'_>>,
    as_str: impl Fn(&T) -> &str,
) -> bool {
    if is_as_it_was(field.as_ref().map(as_str), value) {
        return false;
    }
    *field = value.map(|value| T::from(&*value.to_str()));
    true
}

fn is_as_it_was(known: Option<&str>, value: Option<Value<'_>>) -> bool {
    match (known, value) {
        (Some(known), Some(value)) => *value.to_bytes() == *known.as_bytes(),
        (known, value) => known.is_none() && value.is_none(),
    }
}

fn number<T: std::str::FromStr>(value: Option<Value<'_>>) -> Option<T> {
    value?.to_str().parse().ok()
}

fn read_codec(field: &mut Option<Codec>, values: &CodecValues<'_>) {
    let Some(name) = values.name else {
        *field = None;
        return;
    };
    let (rate, bit_rate) = (number(values.rate), number(values.bit_rate));
    match field {
        Some(known) if is_as_it_was(Some(&*known.name), Some(name)) => {
            (known.rate, known.bit_rate) = (rate, bit_rate);
        }
        _ => *field = Some(Codec { name: Arc::from(name.to_str()), rate, bit_rate }),
    }
}
