//! What goes with a channel, or changes its id with it: its place in a conference or lot, its recordings.

use trunkline_proto::ChannelUuid;

use super::conference;
use crate::model::change::Removal;
use crate::model::channel::Channel;
use crate::model::draft::Draft;
use crate::model::member::Member;
use crate::model::parked::Parked;
use crate::model::recording::{Recording, RecordingId};

/// A channel is gone.
pub(super) fn ends(draft: &mut Draft, id: &ChannelUuid, cause: &Removal) {
    draft.remove::<Parked>(id, cause.clone());
    if let Some(member) = draft.rooms.member(id.as_str()) {
        conference::member_leaves(draft, member, 0, cause.clone());
    }
    for recording in recordings(draft, id) {
        draft.remove::<Recording>(&recording, cause.clone());
    }
}

/// A channel has another id.
pub(super) fn is_renamed(draft: &mut Draft, from: &ChannelUuid, to: &ChannelUuid) {
    if let Some(parked) = draft.get::<Parked>(from.as_str()).cloned() {
        draft.rename(from, Parked { id: to.clone(), ..(*parked).clone() });
    }
    if let Some(member) = draft.rooms.rename(from, to) {
        draft.alter_by::<Member, u32>(&member, |member| member.channel = Some(to.clone()));
    }
    for id in recordings(draft, from) {
        if let Some(recording) = draft.view().recordings().get(&id).cloned() {
            let renamed = RecordingId { channel: to.clone(), path: id.path.clone() };
            draft.rename(&id, Recording { id: renamed, ..(*recording).clone() });
        }
    }
}

fn recordings(draft: &Draft, channel: &ChannelUuid) -> Vec<RecordingId> {
    let paths = draft.get::<Channel>(channel.as_str()).map(|channel| channel.recordings.clone());
    let id = |path| RecordingId { channel: channel.clone(), path };
    paths.into_iter().flatten().map(id).collect()
}
