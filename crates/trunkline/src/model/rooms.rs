//! Who is in which conference, for whom the fold looks by other things than their number.

use std::collections::BTreeSet;
use std::sync::Arc;

use trunkline_proto::ChannelUuid;

use super::objects::Known;
use super::over::Over;

/// Who is in which conference.
#[derive(Debug, Default)]
pub(in crate::model) struct Rooms {
    of_conference: Known<Arc<str>, BTreeSet<u32>>,
    of_channel: Known<ChannelUuid, u32>,
    place: Known<u32, (Arc<str>, Option<ChannelUuid>)>,
    left: Over<u32>,
    /// Conferences that are over, by `Conference-Unique-ID`: the next one of a name has another.
    pub(in crate::model) over: Over<Arc<str>>,
}

impl Rooms {
    pub(in crate::model) fn enter(&mut self, conference: &Arc<str>, id: u32, channel: Option<&ChannelUuid>) {
        self.of_conference.entry(conference.clone()).or_default().insert(id);
        if let Some(channel) = channel {
            self.of_channel.insert(channel.clone(), id);
        }
        self.place.insert(id, (conference.clone(), channel.cloned()));
    }

    /// He need not be known. `sequence` is that of the event that tells, if one does.
    pub(in crate::model) fn leave(&mut self, id: u32, sequence: u64) {
        self.left.end(id, sequence);
        let Some((conference, channel)) = self.place.remove(&id) else { return };
        if let Some(members) = self.of_conference.get_mut(&conference) {
            members.remove(&id);
            if members.is_empty() {
                self.of_conference.remove(&conference);
            }
        }
        if let Some(channel) = channel {
            self.of_channel.remove(&channel);
        }
    }

    /// Whether an event of this number about this member is from before he left.
    pub(in crate::model) fn had_left(&self, id: u32, sequence: u64) -> bool {
        self.left.had_ended(&id, sequence)
    }

    /// Those in a conference.
    pub(in crate::model) fn members(&self, conference: &str) -> Vec<u32> {
        self.of_conference.get(conference).into_iter().flatten().copied().collect()
    }

    /// The one with this channel.
    pub(in crate::model) fn member(&self, channel: &str) -> Option<u32> {
        self.of_channel.get(channel).copied()
    }

    /// A channel has another id; the member it is of, if it is of one.
    pub(in crate::model) fn rename(&mut self, from: &ChannelUuid, to: &ChannelUuid) -> Option<u32> {
        let id = self.of_channel.remove(from)?;
        self.of_channel.insert(to.clone(), id);
        if let Some((_, channel)) = self.place.get_mut(&id) {
            *channel = Some(to.clone());
        }
        Some(id)
    }

    /// Events that come next do not come late.
    pub(in crate::model) fn forget_what_is_over(&mut self) {
        self.left.clear();
        self.over.clear();
    }

    pub(in crate::model) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_leave_are_nowhere() {
        let mut rooms = Rooms::default();
        let (room, channel) = (Arc::from("3000"), ChannelUuid::from("a"));
        rooms.enter(&room, 1, Some(&channel));
        rooms.enter(&room, 2, None);
        assert_eq!((rooms.members("3000"), rooms.member("a")), (vec![1, 2], Some(1)));
        rooms.leave(1, 7);
        rooms.leave(1, 9);
        assert_eq!((rooms.members("3000"), rooms.member("a")), (vec![2], None));
        assert!(rooms.had_left(1, 8) && !rooms.had_left(1, 9) && !rooms.had_left(2, 6));
        rooms.leave(2, 0);
        assert!(rooms.of_conference.is_empty() && rooms.place.is_empty());
    }
}
