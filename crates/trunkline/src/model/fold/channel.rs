//! Channels: what they are, from their making to their end.

use std::borrow::Cow;
use std::sync::Arc;

use trunkline_proto::view::{CallerProfile, Channel as Block, Record, UuidChange};
use trunkline_proto::{CallState, ChannelState, ChannelUuid, Event, EventName, HangupCause};

use super::{caller_lines, calls, with_channel};
use crate::model::change::{Change, Removal};
use crate::model::channel::{Channel, Codec};
use crate::model::draft::Draft;
use crate::model::sign::Sign;
use crate::model::standing::Standing;

/// What every event about a channel says of it. One that is not known is made.
pub(super) fn block(draft: &mut Draft, event: &Event) {
    let head = event.before_variables();
    let Some(block) = Block::of(&head) else { return };
    let Some(id) = block.unique_id() else { return };
    let (standing, keeps_variables) = (draft.standing(), draft.options.variables);
    bury_namesake(draft, event, block, &id);
    if draft.get::<Channel>(&id).is_none() {
        if !may_begin(draft, event, &id, block) {
            return;
        }
        let mut channel = Channel::new(ChannelUuid::from(&*id), standing.clone());
        channel.read(event, block, &standing, keeps_variables);
        calls::join(draft, channel, event);
        hear(draft, event, &id);
        return;
    }
    hear(draft, event, &id);
    note_skipped(draft, event, &id);
    let sequence = sequence(event);
    draft.alter::<Channel>(&id, |channel| {
        if sequence >= channel.sequence {
            channel.read(event, block, &standing, keeps_variables);
        }
    });
    calls::link(draft, &id, event);
    calls::touch(draft, &id);
}

/// Remembers that an event told of a channel.
fn hear(draft: &mut Draft, event: &Event, id: &str) {
    if !event.is(EventName::ChannelData) {
        draft.resync.hear(id);
    }
}

/// The known channel of an id may be another one, whose end was not heard: it was made at another time. (The same id can be
/// given again by `origination_uuid`.)
fn bury_namesake(draft: &mut Draft, event: &Event, block: Block<'_>, id: &str) {
    let Some(known) = draft.get::<Channel>(id) else { return };
    let made = block.caller().and_then(CallerProfile::created);
    if known.times.created.is_none() || made.is_none() || sequence(event) < known.sequence {
        return;
    }
    if known.times.created != made {
        let id = known.id.clone();
        draft.note(Sign::Replaced { id: id.clone() });
        bury(draft, &id, 0, Removal::Unknown);
        draft.graves.forget(id.as_str());
    }
}

/// The number of an event. Without one it counts as the latest.
pub(super) fn sequence(event: &Event) -> u64 {
    event.standard().sequence().unwrap_or(u64::MAX)
}

/// Whether a channel that is not known may be made of this event.
fn may_begin(draft: &mut Draft, event: &Event, id: &str, block: Block<'_>) -> bool {
    // Its codecs are set before all else, under an id that may be taken from it again (CHANNEL_UUID).
    if event.is(EventName::Codec) && block.target_state() == Some(ChannelState::New) {
        return false;
    }
    let begins = begins(event, block);
    let name = event.name().cloned().unwrap_or(EventName::Custom);
    let created = event.caller().and_then(CallerProfile::created);
    if let Some(grave) = draft.graves.get(id) {
        let is_another = created.is_some() && grave.created.is_some() && grave.created != created;
        if !is_another && (sequence(event) < grave.sequence || block.state() == Some(ChannelState::Destroy)) {
            return false;
        }
        if !is_another && !begins {
            draft.note(Sign::Undead { id: ChannelUuid::from(id), event: name });
            return false;
        }
        draft.graves.forget(id);
    }
    // One that is older than what was heard first is no surprise.
    if !begins && created >= draft.begun && !draft.churn.off {
        draft.note(Sign::UnknownChannel { id: ChannelUuid::from(id), event: name, created });
    }
    // There is nothing left of one whose end is told.
    !matches!(event.name(), Some(EventName::ChannelDestroy)) && block.state() != Some(ChannelState::Destroy)
}

/// Whether an event may be the first one of a channel.
fn begins(event: &Event, block: Block<'_>) -> bool {
    use EventName as N;
    matches!(event.name(), Some(N::ChannelOutgoing | N::ChannelCreate | N::ChannelUuid | N::ChannelData))
        || matches!(block.state(), Some(ChannelState::New | ChannelState::Init))
}

/// Notes a CHANNEL_CALLSTATE from a state the channel was not in.
fn note_skipped(draft: &mut Draft, event: &Event, id: &str) {
    let Some(change) = trunkline_proto::view::CallstateChange::of(event) else { return };
    let known = draft.get::<Channel>(id).and_then(|channel| channel.told_call_state.clone());
    if let (Some(known), Some(was)) = (known, change.from())
        && known != was
    {
        draft.note(Sign::CallStateSkipped { id: ChannelUuid::from(id), known, was });
    }
    if let Some(to) = change.to() {
        draft.alter::<Channel>(id, |channel| channel.told_call_state = Some(to));
    }
}

/// CHANNEL_DESTROY
pub(super) fn destroy(draft: &mut Draft, event: &Event) {
    let Some(id) = event.unique_id().map(ChannelUuid::from) else { return };
    draft.resync.hear(id.as_str());
    let cause = event.channel().and_then(Block::hangup_cause);
    bury(draft, &id, sequence(event), cause.map_or(Removal::Ended, Removal::Hangup));
}

/// Takes a channel away, and remembers that it is gone.
pub(in crate::model) fn bury(draft: &mut Draft, id: &ChannelUuid, sequence: u64, cause: Removal) {
    with_channel::ends(draft, id, &cause);
    let last = draft.remove::<Channel>(id, cause.clone());
    if let Some(now) = draft.now() {
        let created = last.as_ref().and_then(|last| last.times.created);
        draft.graves.dig(id.clone(), sequence, created, now);
    }
    if let Some(last) = last {
        if let Some(other) = &last.bridged_to {
            super::bridge::part(draft, other, id);
        }
        calls::leave(draft, &last, cause);
    }
}

/// CHANNEL_UUID
pub(super) fn rename(draft: &mut Draft, event: &Event) {
    let Some(change) = UuidChange::of(event) else { return };
    let (Some(from), Some(to)) =
        (change.old().map(ChannelUuid::from), change.new_id().map(ChannelUuid::from))
    else {
        return;
    };
    let Some(channel) = draft.get::<Channel>(from.as_str()).cloned() else { return };
    bury(draft, &to, 0, Removal::Unknown);
    draft.graves.forget(to.as_str());
    with_channel::is_renamed(draft, &from, &to);
    draft.resync.hear(from.as_str());
    let renamed = Channel { id: to.clone(), ..(*channel).clone() };
    let renamed = draft.rename(&from, renamed);
    draft.tell(Change::Renamed { from: from.clone(), to: renamed });
    calls::rename(draft, &channel, &to);
}

/// CHANNEL_HOLD
pub(super) fn hold(draft: &mut Draft, event: &Event) {
    set_held(draft, event, true);
}

/// CHANNEL_UNHOLD
pub(super) fn unhold(draft: &mut Draft, event: &Event) {
    set_held(draft, event, false);
}

fn set_held(draft: &mut Draft, event: &Event, held: bool) {
    if let Some(id) = event.unique_id() {
        draft.alter::<Channel>(&id, |channel| channel.held = held);
    }
}

/// RECORD_START
pub(super) fn record_start(draft: &mut Draft, event: &Event) {
    let (Some(id), Some(path)) = (event.unique_id(), Record::of(event).and_then(Record::path)) else {
        return;
    };
    draft.alter::<Channel>(&id, |channel| {
        if !channel.recordings.iter().any(|known| **known == *path) {
            channel.recordings.push(Arc::from(path));
        }
    });
}

/// RECORD_STOP
pub(super) fn record_stop(draft: &mut Draft, event: &Event) {
    let (Some(id), Some(path)) = (event.unique_id(), Record::of(event).and_then(Record::path)) else {
        return;
    };
    draft.alter::<Channel>(&id, |channel| channel.recordings.retain(|known| **known != *path));
}

/// CALL_SECURE
pub(super) fn secure(draft: &mut Draft, event: &Event) {
    let (Some(id), Some(how)) = (event.unique_id(), event.get("secure_type")) else { return };
    draft.alter::<Channel>(&id, |channel| set(&mut channel.secure, Some(how)));
}

/// Replaces a text if it is another.
pub(super) fn set(field: &mut Option<Arc<str>>, text: Option<Cow<'_, str>>) {
    if field.as_deref() != text.as_deref() {
        *field = text.map(Arc::from);
    }
}

impl Channel {
    /// Reads the channel block.
    fn read(&mut self, event: &Event, block: Block<'_>, standing: &Standing, keeps_variables: bool) {
        self.sequence = event.standard().sequence().unwrap_or(self.sequence);
        self.read_states(block, standing);
        self.direction = block.direction();
        set(&mut self.name, block.name());
        set(&mut self.call_uuid, block.call_uuid());
        set(&mut self.presence_id, block.presence_id());
        self.hangup_cause = block.hangup_cause().filter(|cause| *cause != HangupCause::None);
        read_codec(&mut self.read_codec, block.read_codec());
        read_codec(&mut self.write_codec, block.write_codec());
        let lines = caller_lines::of(event.headers());
        if !self.has_caller_lines(lines) {
            self.caller_is_of_last_event = false;
            if let Some(caller) = block.caller() {
                self.read_caller(caller);
            }
        }
        if calls::has_variables(event) {
            self.read_variables(event);
            self.last_event = keeps_variables.then(|| event.detach());
            self.caller_is_of_last_event = keeps_variables && lines.is_some();
        }
        if event.is(EventName::ChannelData) {
            self.told_call_state = None;
        }
    }

    /// Whether its caller profile is as in these lines already.
    fn has_caller_lines(&self, lines: Option<&[u8]>) -> bool {
        let last = self.last_event.as_ref().filter(|_| self.caller_is_of_last_event);
        lines.is_some() && last.and_then(|last| caller_lines::of(last.headers())) == lines
    }

    fn read_states(&mut self, block: Block<'_>, standing: &Standing) {
        let (state, call_state) = (block.state(), block.call_state());
        if self.state != state {
            self.state = state;
            self.state_since = standing.clone();
        }
        if self.call_state != call_state {
            self.held = call_state == Some(CallState::Held);
            self.call_state = call_state;
            self.call_state_since = standing.clone();
        }
        self.target_state = block.target_state();
        self.answer_state = block.answer_state();
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

    fn read_variables(&mut self, event: &Event) {
        // No other endpoint has these.
        if !self.name.as_ref().is_some_and(|name| name.starts_with("sofia/")) {
            return;
        }
        set(&mut self.profile, event.variable("sofia_profile_name"));
        set(&mut self.gateway, event.variable("sip_gateway_name").or_else(|| event.variable("sip_gateway")));
    }
}

fn read_codec(field: &mut Option<Codec>, codec: Option<trunkline_proto::view::Codec<'_>>) {
    let Some((codec, name)) = codec.and_then(|codec| Some((codec, codec.name()?))) else {
        *field = None;
        return;
    };
    let (rate, bit_rate) = (codec.rate(), codec.bit_rate());
    match field {
        Some(known) if *known.name == *name => (known.rate, known.bit_rate) = (rate, bit_rate),
        _ => *field = Some(Codec { name: Arc::from(name), rate, bit_rate }),
    }
}
