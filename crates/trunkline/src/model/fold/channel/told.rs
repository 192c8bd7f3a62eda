//! What an event says of a channel, gone through once: it is done for every event there is.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use memchr::memmem;
use trunkline_proto::view::{CallerProfile, Moment};
use trunkline_proto::{CallState, ChannelState, Event, EventFormat, EventName, HangupCause, Headers, Value};

use super::set;
use crate::model::channel::{Channel, Codec, Times};
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
    /// Whether it carries the channel's variables.
    pub(super) has_variables: bool,
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
    pub(super) fn by(event: &'e Event, sequence: u64) -> Option<Self> {
        let headers = event.headers();
        let (basic, profile) = match Basic::read(headers.iter_after("Event-Sequence")) {
            (basic, Some(profile)) if basic.call_state.is_some() => (basic, Some(profile)),
            _ => Basic::read(headers.iter_bytes()),
        };
        basic.call_state?;
        let profile = profile.map_or(&[][..], |value| from(headers, value));
        let has_variables = has_variables(event, profile);
        Some(Self { event, sequence, basic, profile, has_variables })
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

/// Whether an event carries its channel's variables: they begin behind the caller profiles.
fn has_variables(event: &Event, profile: &[u8]) -> bool {
    if profile.is_empty() || event.format() != EventFormat::Plain || event.body_bytes().is_some() {
        return calls::has_variables(event);
    }
    let Some(at) = memmem::find(profile, b"\nvariable_") else { return false };
    let first = profile.get(at..).unwrap_or_default();
    first.starts_with(b"\nvariable_direction:") || calls::has_variables(event)
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

/// The names and numbers of a caller profile.
#[derive(Default)]
struct Names<'e> {
    caller_id_name: Option<Value<'e>>,
    caller_id_number: Option<Value<'e>>,
    callee_id_name: Option<Value<'e>>,
    callee_id_number: Option<Value<'e>>,
    destination_number: Option<Value<'e>>,
    context: Option<Value<'e>>,
    dialplan: Option<Value<'e>>,
    network_addr: Option<Value<'e>>,
}

impl<'e> Names<'e> {
    fn slot(&mut self, name: &[u8]) -> Option<&mut Option<Value<'e>>> {
        Some(match name {
            b"Caller-Caller-ID-Name" => &mut self.caller_id_name,
            b"Caller-Caller-ID-Number" => &mut self.caller_id_number,
            b"Caller-Callee-ID-Name" => &mut self.callee_id_name,
            b"Caller-Callee-ID-Number" => &mut self.callee_id_number,
            b"Caller-Destination-Number" => &mut self.destination_number,
            b"Caller-Context" => &mut self.context,
            b"Caller-Dialplan" => &mut self.dialplan,
            b"Caller-Network-Addr" => &mut self.network_addr,
            _ => return None,
        })
    }
}

impl Times {
    fn slot(&mut self, name: &[u8]) -> Option<&mut Option<Moment>> {
        Some(match name {
            b"Caller-Channel-Created-Time" => &mut self.created,
            b"Caller-Channel-Progress-Time" => &mut self.progress,
            b"Caller-Channel-Progress-Media-Time" => &mut self.progress_media,
            b"Caller-Channel-Answered-Time" => &mut self.answered,
            b"Caller-Channel-Bridged-Time" => &mut self.bridged,
            b"Caller-Channel-Last-Hold" => &mut self.last_hold,
            b"Caller-Channel-Transfer-Time" => &mut self.transferred,
            b"Caller-Channel-Hangup-Time" => &mut self.hung_up,
            _ => return None,
        })
    }
}

/// Microseconds since the epoch; 0 is never.
fn moment(value: Value<'_>) -> Option<Moment> {
    number(Some(value)).filter(|micros| *micros != 0).map(Moment::from_micros)
}

impl Channel {
    /// Reads the channel block.
    pub(super) fn read(&mut self, told: &Told<'_>, standing: &Standing, keeps_variables: bool) {
        let (event, basic) = (told.event, &told.basic);
        if told.sequence != u64::MAX {
            self.sequence = told.sequence;
        }
        self.read_states(basic, standing);
        word(&mut self.direction, basic.direction, |direction| direction.as_str());
        text(&mut self.name, basic.name);
        text(&mut self.call_uuid, basic.call_uuid);
        text(&mut self.presence_id, basic.presence_id);
        word(&mut self.hangup_cause, basic.hangup_cause, HangupCause::as_str);
        self.hangup_cause = self.hangup_cause.take().filter(|cause| *cause != HangupCause::None);
        read_codec(&mut self.read_codec, &basic.read);
        read_codec(&mut self.write_codec, &basic.write);
        if !told.profile.is_empty() && !told.has_profile_of(self) {
            self.read_profile(told);
        }
        if told.has_variables {
            if !self.linked || event.is(EventName::ChannelAnswer) {
                self.read_gateway(event);
            }
            self.last_event = keeps_variables.then(|| event.detach());
        }
        if event.is(EventName::ChannelData) {
            self.told_call_state = None;
            // It may have been taken back meanwhile.
            self.held = self.call_state == Some(CallState::Held);
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

    /// Reads the caller profile (`switch_caller_profile_event_set_data` in `switch_caller.c`), and remembers its bytes.
    fn read_profile(&mut self, told: &Told<'_>) {
        let headers = told.event.headers();
        let mut names = Names::default();
        let mut times = Times::default();
        for (name, value) in headers.iter_after("Caller-Direction") {
            if let Some(slot) = names.slot(&name) {
                *slot = slot.or(Some(value));
            } else if let Some(slot) = times.slot(&name) {
                *slot = moment(value);
            } else if *name == *b"Caller-Channel-Hold-Accum" {
                times.hold_accum = number(Some(value)).map(Duration::from_micros).unwrap_or_default();
            } else if *name == *b"Caller-Privacy-Hide-Number" {
                let rest = from(headers, value).len() - value.raw().len();
                let read = told.profile.len().checked_sub(rest).and_then(|len| told.profile.get(..=len));
                self.profile_read = read.map(Bytes::copy_from_slice).unwrap_or_default();
                break;
            }
        }
        self.times = times;
        self.read_names(&names);
    }

    fn read_names(&mut self, names: &Names<'_>) {
        text(&mut self.caller_id_name, names.caller_id_name);
        text(&mut self.caller_id_number, names.caller_id_number);
        text(&mut self.callee_id_name, names.callee_id_name);
        text(&mut self.callee_id_number, names.callee_id_number);
        text(&mut self.destination_number, names.destination_number);
        text(&mut self.context, names.context);
        text(&mut self.dialplan, names.dialplan);
        text(&mut self.network_addr, names.network_addr);
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
        (Some(known), Some(value)) => value.is(known.as_bytes()),
        (known, value) => known.is_none() && value.is_none(),
    }
}

fn number<T: TryFrom<u64> + std::str::FromStr>(value: Option<Value<'_>>) -> Option<T> {
    let value = value?;
    match digits(value.raw()) {
        Some(number) => T::try_from(number).ok(),
        None => value.to_str().parse().ok(),
    }
}

/// A number written with digits alone, and not so many that it may be too large.
fn digits(raw: &[u8]) -> Option<u64> {
    let is_short = (1..=19).contains(&raw.len());
    let add = |number: u64, digit: &u8| digit.is_ascii_digit().then(|| number * 10 + u64::from(digit - b'0'));
    is_short.then(|| raw.iter().try_fold(0, add)).flatten()
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
