//! CHANNEL_BRIDGE and CHANNEL_UNBRIDGE (`switch_ivr_bridge.c`).

use trunkline_proto::ChannelUuid;
use trunkline_proto::view::Bridge;

use super::calls;
use super::sequence;
use super::told::Told;
use crate::model::channel::Channel;
use crate::model::draft::Draft;
use crate::model::links::Link;

/// CHANNEL_BRIDGE
pub(super) fn bridge(draft: &mut Draft, told: &Told<'_>) {
    let Some((a, b)) = sides(draft, told) else { return };
    if [&a, &b].into_iter().all(|one| is_news(draft, one)) {
        join(draft, &a, &b);
        tell(draft, [&a, &b]);
    }
}

/// Two channels are bridged now, and to none else.
pub(super) fn join(draft: &mut Draft, a: &ChannelUuid, b: &ChannelUuid) {
    for (one, other) in [(a, b), (b, a)] {
        if let Some(before) = bridged_to(draft, one).filter(|before| before != other) {
            part(draft, &before, one);
        }
    }
    for (one, other) in [(a, b), (b, a)] {
        draft.alter::<Channel>(one.as_str(), |channel| channel.bridged_to = Some(other.clone()));
    }
    calls::bridge(draft, a, b);
}

/// CHANNEL_UNBRIDGE
pub(super) fn unbridge(draft: &mut Draft, told: &Told<'_>) {
    let Some((a, b)) = sides(draft, told) else { return };
    for (one, other) in [(&a, &b), (&b, &a)] {
        if bridged_to(draft, one).as_ref() == Some(other) && is_news(draft, one) {
            draft.alter::<Channel>(one.as_str(), |channel| channel.bridged_to = None);
        }
        calls::touch(draft, one.as_str());
    }
    tell(draft, [&a, &b]);
    if matches!(draft.links.between(a.as_str(), b.as_str()), Some(Link::Bridged | Link::Originated)) {
        draft.links.link(&a, &b, Link::Past);
    }
}

/// A channel is no longer bridged to another one that is gone or gone elsewhere.
pub(super) fn part(draft: &mut Draft, one: &ChannelUuid, other: &ChannelUuid) {
    if bridged_to(draft, one).as_ref() == Some(other) {
        draft.alter::<Channel>(one.as_str(), |channel| channel.bridged_to = None);
        calls::touch(draft, one.as_str());
    }
    if draft.links.between(one.as_str(), other.as_str()) == Some(Link::Bridged) {
        draft.links.link(one, other, Link::Past);
    }
}

fn bridged_to(draft: &Draft, id: &ChannelUuid) -> Option<ChannelUuid> {
    draft.get::<Channel>(id.as_str())?.bridged_to.clone()
}

/// Whether no later event has told to whom a channel is bridged. Either leg's thread may tell.
fn is_news(draft: &Draft, id: &ChannelUuid) -> bool {
    draft.get::<Channel>(id.as_str()).is_none_or(|channel| sequence(draft) >= channel.bridge_sequence)
}

/// Remembers that this event told to whom they are bridged.
fn tell(draft: &mut Draft, both: [&ChannelUuid; 2]) {
    let sequence = draft.sequence().unwrap_or_default();
    for one in both {
        draft.resync.hear_bridged(one);
        draft.alter::<Channel>(one.as_str(), |channel| {
            channel.bridge_sequence = channel.bridge_sequence.max(sequence);
        });
    }
}

/// The two channels. Where an unbridge leaves the ids out, they are its own and the one that is bridged to.
fn sides(draft: &Draft, told: &Told<'_>) -> Option<(ChannelUuid, ChannelUuid)> {
    let bridge = Bridge::of(told.event)?;
    if let (Some(a), Some(b)) = (bridge.a(), bridge.b()) {
        return Some((a.into(), b.into()));
    }
    let own = ChannelUuid::from(told.unique_id()?);
    let other = bridged_to(draft, &own)?;
    Some((own, other))
}
