//! CHANNEL_BRIDGE and CHANNEL_UNBRIDGE (`switch_ivr_bridge.c`).

use trunkline_proto::view::Bridge;
use trunkline_proto::{ChannelUuid, Event};

use super::calls;
use crate::model::channel::Channel;
use crate::model::draft::Draft;
use crate::model::links::Link;

/// CHANNEL_BRIDGE
pub(super) fn bridge(draft: &mut Draft, event: &Event) {
    let Some((a, b)) = sides(draft, event) else { return };
    for (one, other) in [(&a, &b), (&b, &a)] {
        draft.alter::<Channel>(one.as_str(), |channel| channel.bridged_to = Some(other.clone()));
    }
    calls::bridge(draft, &a, &b, event);
}

/// CHANNEL_UNBRIDGE
pub(super) fn unbridge(draft: &mut Draft, event: &Event) {
    let Some((a, b)) = sides(draft, event) else { return };
    for (one, other) in [(&a, &b), (&b, &a)] {
        draft.alter::<Channel>(one.as_str(), |channel| {
            if channel.bridged_to.as_ref() == Some(other) {
                channel.bridged_to = None;
            }
        });
        calls::touch(draft, one.as_str());
    }
    if matches!(draft.links.between(a.as_str(), b.as_str()), Some(Link::Bridged | Link::Originated)) {
        draft.links.link(&a, &b, Link::Past);
    }
}

/// The two channels. Where an unbridge leaves the ids out, they are its own and the one that is bridged to.
fn sides(draft: &Draft, event: &Event) -> Option<(ChannelUuid, ChannelUuid)> {
    let bridge = Bridge::of(event)?;
    if let (Some(a), Some(b)) = (bridge.a(), bridge.b()) {
        return Some((a.into(), b.into()));
    }
    let own = ChannelUuid::from(event.unique_id()?);
    let other = draft.get::<Channel>(own.as_str())?.bridged_to.clone()?;
    Some((own, other))
}
