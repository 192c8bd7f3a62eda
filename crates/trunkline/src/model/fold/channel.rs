//! Channels: what they are, from their making to their end.

mod block;
pub(super) mod passes;

use std::borrow::Cow;
use std::sync::Arc;

use trunkline_proto::view::{Channel as View, Record, UuidChange};
use trunkline_proto::{CallState, ChannelState, ChannelUuid, Event, EventName};

use super::told::Told;
use super::value::text;
use super::{calls, sequence, with_channel};
use crate::model::change::{Change, Removal};
use crate::model::channel::Channel;
use crate::model::draft::Draft;
use crate::model::sign::Sign;

use block::Block;

/// What every event about a channel says of it. One that is not known is made.
pub(super) fn block(draft: &mut Draft, told: &Told<'_>) {
    if let Some(block) = Block::of(told) {
        take(draft, block, |_| ());
    }
}

/// As [`block`], and what else this event does to its channel, as one change: each makes a copy of the channel.
pub(super) fn block_and(draft: &mut Draft, told: &Told<'_>, also: impl FnOnce(&mut Channel)) {
    if let Some(block) = Block::of(told) {
        take(draft, block, also);
    } else if let Some(id) = told.unique_id() {
        draft.alter::<Channel>(&id, also);
    }
}

fn take(draft: &mut Draft, mut block: Block<'_, '_>, also: impl FnOnce(&mut Channel)) {
    let told = block.told;
    let Some(id) = block.id() else { return };
    let known = draft.get::<Channel>(&id).cloned();
    if known.is_none() && is_being_made(told.event, block.state().as_ref()) {
        return;
    }
    block.read_details(known.as_deref());
    match known {
        Some(known) if !block.is_of_another(&known) => update(draft, &known, &block, also),
        Some(known) => {
            draft.note(Sign::Replaced { id: known.id.clone() });
            bury(draft, &known.id, 0, Removal::Unknown);
            draft.graves.forget(&id);
            // What the event says was read beside what was known of that one.
            let Some(mut block) = Block::of(told) else { return };
            block.read_details(None);
            begin(draft, &id, &block, also);
        }
        None => begin(draft, &id, &block, also),
    }
}

/// A channel that is not known is made, if it may be.
fn begin(draft: &mut Draft, id: &str, block: &Block<'_, '_>, also: impl FnOnce(&mut Channel)) {
    if !may_begin(draft, block, id) {
        return;
    }
    let event = block.told.event;
    let standing = draft.standing();
    let mut channel = Channel::new(ChannelUuid::from(id), standing.clone());
    channel.read(block, &standing, draft.options.variables);
    channel.linked = block.has_variables;
    also(&mut channel);
    if begins(event, block.state().as_ref()) && !event.is(EventName::ChannelData) {
        draft.resync.hear_made(&channel.id);
    }
    calls::join(draft, channel, event);
    hear(draft, event, id);
}

fn update(draft: &mut Draft, known: &Channel, block: &Block<'_, '_>, also: impl FnOnce(&mut Channel)) {
    let (event, id) = (block.told.event, known.id.as_str());
    hear(draft, event, id);
    // One that comes late, or again, tells nothing new.
    let is_news = block.sequence == u64::MAX || block.sequence > known.sequence;
    let changed_to = if is_news { note_skipped(draft, block, known) } else { None };
    let (standing, keeps_variables) = (draft.standing(), draft.options.variables);
    let changed = draft.alter::<Channel>(id, |channel| {
        if block.sequence >= channel.sequence {
            channel.read(block, &standing, keeps_variables);
        }
        if changed_to.is_some() {
            channel.told_call_state = changed_to;
        }
        also(channel);
    });
    if !known.linked && block.has_variables {
        calls::link(draft, id, event);
    }
    if changed.is_some_and(calls::depend_on) {
        calls::touch(draft, id);
    }
}

/// Remembers that an event told of a channel.
fn hear(draft: &mut Draft, event: &Event, id: &str) {
    if !event.is(EventName::ChannelData) {
        draft.resync.hear(id);
    }
}

/// Whether a channel that is not known may be made of this event.
fn may_begin(draft: &mut Draft, block: &Block<'_, '_>, id: &str) -> bool {
    let (event, state) = (block.told.event, block.state());
    // Before it begins its codecs are set, and its id may be taken from it again, when who made it is not known yet.
    if is_being_made(event, state.as_ref()) {
        return false;
    }
    let begins = begins(event, state.as_ref());
    let name = event.name().cloned().unwrap_or(EventName::Custom);
    let created = block.created();
    if let Some(grave) = draft.graves.get(id) {
        let is_another = created.is_some() && grave.created.is_some() && grave.created != created;
        if !is_another && (sequence(draft) < grave.sequence || state == Some(ChannelState::Destroy)) {
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
    !matches!(event.name(), Some(EventName::ChannelDestroy)) && state != Some(ChannelState::Destroy)
}

/// Whether an event tells of a channel that is yet to be told of: CODEC and CHANNEL_UUID before all else.
fn is_being_made(event: &Event, state: Option<&ChannelState>) -> bool {
    let is_early = matches!(state, None | Some(ChannelState::New | ChannelState::None));
    is_early && matches!(event.name(), Some(EventName::Codec | EventName::ChannelUuid))
}

/// Whether an event may be the first one of a channel.
fn begins(event: &Event, state: Option<&ChannelState>) -> bool {
    use EventName as N;
    matches!(event.name(), Some(N::ChannelOutgoing | N::ChannelCreate | N::ChannelUuid | N::ChannelData))
        || matches!(state, Some(ChannelState::New | ChannelState::Init))
}

/// What a CHANNEL_CALLSTATE says the call has come to. Notes one from a state the channel was not in.
fn note_skipped(draft: &mut Draft, block: &Block<'_, '_>, channel: &Channel) -> Option<CallState> {
    if !block.told.event.is(EventName::ChannelCallstate) {
        return None;
    }
    if let (Some(known), Some(was)) = (channel.told_call_state.clone(), block.call_state_before())
        && known != was
    {
        draft.note(Sign::CallStateSkipped { id: channel.id.clone(), known, was });
    }
    block.call_state()
}

/// CHANNEL_DESTROY
pub(super) fn destroy(draft: &mut Draft, told: &Told<'_>) {
    let Some(id) = told.unique_id().map(ChannelUuid::from) else { return };
    draft.resync.hear(id.as_str());
    let cause = told.event.channel().and_then(View::hangup_cause);
    bury(draft, &id, sequence(draft), cause.map_or(Removal::Ended, Removal::Hangup));
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
pub(super) fn rename(draft: &mut Draft, told: &Told<'_>) {
    let Some(change) = UuidChange::of(told.event) else { return };
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
    if let Some(other) = &channel.bridged_to {
        draft.alter::<Channel>(other.as_str(), |other| other.bridged_to = Some(to.clone()));
    }
    calls::rename(draft, &channel, &to);
}

/// CHANNEL_HOLD
pub(super) fn hold(draft: &mut Draft, told: &Told<'_>) {
    set_held(draft, told, true);
}

/// CHANNEL_UNHOLD
pub(super) fn unhold(draft: &mut Draft, told: &Told<'_>) {
    set_held(draft, told, false);
}

fn set_held(draft: &mut Draft, told: &Told<'_>, held: bool) {
    if let Some(id) = told.unique_id() {
        draft.alter::<Channel>(&id, |channel| channel.held = held);
    }
}

/// RECORD_START
pub(super) fn record_start(draft: &mut Draft, told: &Told<'_>) {
    let (Some(id), Some(path)) = (told.unique_id(), Record::of(told.event).and_then(Record::path)) else {
        return;
    };
    draft.alter::<Channel>(&id, |channel| {
        if !channel.recordings.iter().any(|known| **known == *path) {
            channel.recordings.push(Arc::from(path));
        }
    });
}

/// RECORD_STOP
pub(super) fn record_stop(draft: &mut Draft, told: &Told<'_>) {
    let (Some(id), Some(path)) = (told.unique_id(), Record::of(told.event).and_then(Record::path)) else {
        return;
    };
    draft.alter::<Channel>(&id, |channel| channel.recordings.retain(|known| **known != *path));
}

/// CALL_SECURE, which has no channel block, and names its channel as nothing else does (`switch_rtp_add_crypto_key` in
/// `switch_rtp.c`).
pub(super) fn secure(draft: &mut Draft, told: &Told<'_>) {
    let value = |name| told.event.headers().value(name);
    let (Some(id), Some(how)) = (value("caller-unique-id"), value("secure_type")) else { return };
    draft.alter::<Channel>(&id.to_str(), |channel| {
        text(&mut Arc::make_mut(&mut channel.details).secure, Some(how))
    });
}

/// Replaces a text if it is another.
pub(super) fn set(field: &mut Option<Arc<str>>, text: Option<Cow<'_, str>>) {
    if field.as_deref() != text.as_deref() {
        *field = text.map(Arc::from);
    }
}
