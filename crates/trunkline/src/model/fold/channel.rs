//! Channels: what they are, from their making to their end.

mod told;

use std::borrow::Cow;
use std::sync::Arc;

use trunkline_proto::view::{CallerProfile, CallstateChange, Channel as Block, Record, UuidChange};
use trunkline_proto::{CallState, ChannelState, ChannelUuid, Event, EventName};

use super::{calls, with_channel};
use crate::model::change::{Change, Removal};
use crate::model::channel::Channel;
use crate::model::draft::Draft;
use crate::model::sign::Sign;

use told::Told;

/// What every event about a channel says of it. One that is not known is made.
pub(super) fn block(draft: &mut Draft, event: &Event) {
    block_and(draft, event, |_| ());
}

/// As [`block`], and what else this event does to its channel, as one change: each makes a copy of the channel.
pub(super) fn block_and(draft: &mut Draft, event: &Event, also: impl FnOnce(&mut Channel)) {
    let Some(id) = event.unique_id() else { return };
    let Some(told) = Told::by(event, sequence(draft)) else {
        draft.alter::<Channel>(&id, also);
        return;
    };
    let known = draft.get::<Channel>(&id).cloned();
    match known {
        Some(known) if !told.is_of_another(&known) => update(draft, &known, &told, also),
        Some(known) => {
            draft.note(Sign::Replaced { id: known.id.clone() });
            bury(draft, &known.id, 0, Removal::Unknown);
            draft.graves.forget(&id);
            begin(draft, &id, &told, also);
        }
        None => begin(draft, &id, &told, also),
    }
}

/// A channel that is not known is made, if it may be.
fn begin(draft: &mut Draft, id: &str, told: &Told<'_>, also: impl FnOnce(&mut Channel)) {
    let event = told.event;
    let Some(block) = event.channel().filter(|block| may_begin(draft, event, id, *block)) else { return };
    let standing = draft.standing();
    let mut channel = Channel::new(ChannelUuid::from(id), standing.clone());
    channel.read(told, &standing, draft.options.variables);
    also(&mut channel);
    if begins(event, block) && !event.is(EventName::ChannelData) {
        draft.resync.hear_made(&channel.id);
    }
    calls::join(draft, channel, event);
    hear(draft, event, id);
}

fn update(draft: &mut Draft, known: &Channel, told: &Told<'_>, also: impl FnOnce(&mut Channel)) {
    let (event, id) = (told.event, known.id.as_str());
    hear(draft, event, id);
    // One that comes late, or again, tells nothing new.
    let is_news = told.sequence == u64::MAX || told.sequence > known.sequence;
    let changed_to = if is_news { note_skipped(draft, event, known) } else { None };
    let (standing, keeps_variables) = (draft.standing(), draft.options.variables);
    let changed = draft.alter::<Channel>(id, |channel| {
        if told.sequence >= channel.sequence {
            channel.read(told, &standing, keeps_variables);
        }
        if changed_to.is_some() {
            channel.told_call_state = changed_to;
        }
        also(channel);
    });
    if !known.linked && told.has_variables {
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

/// The number of an event. Without one it counts as the latest.
pub(super) fn sequence(draft: &Draft) -> u64 {
    draft.sequence().unwrap_or(u64::MAX)
}

/// Whether a channel that is not known may be made of this event.
fn may_begin(draft: &mut Draft, event: &Event, id: &str, block: Block<'_>) -> bool {
    // Before it begins its codecs are set, and its id may be taken from it again, when who made it is not known yet.
    if is_being_made(event, block) {
        return false;
    }
    let begins = begins(event, block);
    let name = event.name().cloned().unwrap_or(EventName::Custom);
    let created = event.caller().and_then(CallerProfile::created);
    if let Some(grave) = draft.graves.get(id) {
        let is_another = created.is_some() && grave.created.is_some() && grave.created != created;
        if !is_another && (sequence(draft) < grave.sequence || block.state() == Some(ChannelState::Destroy)) {
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

/// Whether an event tells of a channel that is yet to be told of: CODEC and CHANNEL_UUID before all else.
fn is_being_made(event: &Event, block: Block<'_>) -> bool {
    let is_early = matches!(block.state(), None | Some(ChannelState::New | ChannelState::None));
    is_early && matches!(event.name(), Some(EventName::Codec | EventName::ChannelUuid))
}

/// Whether an event may be the first one of a channel.
fn begins(event: &Event, block: Block<'_>) -> bool {
    use EventName as N;
    matches!(event.name(), Some(N::ChannelOutgoing | N::ChannelCreate | N::ChannelUuid | N::ChannelData))
        || matches!(block.state(), Some(ChannelState::New | ChannelState::Init))
}

/// What a CHANNEL_CALLSTATE says the call has come to. Notes one from a state the channel was not in.
fn note_skipped(draft: &mut Draft, event: &Event, channel: &Channel) -> Option<CallState> {
    let change = CallstateChange::of(event)?;
    if let (Some(known), Some(was)) = (channel.told_call_state.clone(), change.from())
        && known != was
    {
        draft.note(Sign::CallStateSkipped { id: channel.id.clone(), known, was });
    }
    change.to()
}

/// CHANNEL_DESTROY
pub(super) fn destroy(draft: &mut Draft, event: &Event) {
    let Some(id) = event.unique_id().map(ChannelUuid::from) else { return };
    draft.resync.hear(id.as_str());
    let cause = event.channel().and_then(Block::hangup_cause);
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
