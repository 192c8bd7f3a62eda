//! The channels that are up.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::Channel;
use crate::time::Time;

/// A channel by the number of its session, which is never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ChannelId {
    /// The number of the session, from 1.
    pub(crate) number: u64,
    /// Its place in the table, which others may have had before.
    slot: usize,
}

/// The channels that are up, by session number and by uuid.
#[derive(Debug, Default)]
pub(crate) struct Channels {
    slots: Vec<Option<Box<Channel>>>,
    free: Vec<usize>,
    by_uuid: HashMap<String, ChannelId>,
    made: u64,
    /// Those that are gone, and until when they are listed.
    gone: VecDeque<(Time, Box<Channel>)>,
}

impl Channels {
    /// An id for a channel that is to be put in.
    pub(crate) fn next_id(&mut self) -> ChannelId {
        self.made += 1;
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() - 1
        });
        ChannelId { number: self.made, slot }
    }

    pub(crate) fn insert(&mut self, channel: Channel) {
        self.by_uuid.insert(channel.uuid.clone(), channel.id);
        let slot = channel.id.slot;
        if let Some(place) = self.slots.get_mut(slot) {
            *place = Some(Box::new(channel));
        }
    }

    /// Takes a channel out; it is listed until a time.
    pub(crate) fn remove(&mut self, id: ChannelId, listed_until: Time) {
        if self.get(id).is_none() {
            return;
        }
        if let Some(channel) = self.slots.get_mut(id.slot).and_then(Option::take) {
            self.by_uuid.remove(&channel.uuid);
            self.free.push(id.slot);
            self.gone.push_back((listed_until, channel));
        }
    }

    /// Forgets those whose time in the list is over.
    pub(crate) fn forget(&mut self, now: Time) {
        while self.gone.front().is_some_and(|(until, _)| *until <= now) {
            self.gone.pop_front();
        }
    }

    /// Every channel as `show` lists them, oldest first: it learns of what is new, and of what is gone, a while
    /// later.
    pub(crate) fn listed(&self, now: Time, delay: Duration) -> impl Iterator<Item = &Channel> {
        let is_known = |channel: &&Channel| channel.made.after(delay) <= now;
        let up = self.slots.iter().flatten().map(|channel| &**channel);
        let gone = self.gone.iter().filter(|(until, _)| *until > now).map(|(_, channel)| &**channel);
        let mut all: Vec<&Channel> = up.chain(gone).filter(is_known).collect();
        all.sort_unstable_by_key(|channel| channel.id);
        all.into_iter()
    }

    pub(crate) fn rename(&mut self, id: ChannelId, uuid: &str) {
        let Some(channel) = self.get_mut(id) else { return };
        let before = std::mem::replace(&mut channel.uuid, uuid.to_owned());
        self.by_uuid.remove(&before);
        self.by_uuid.insert(uuid.to_owned(), id);
    }

    pub(crate) fn get(&self, id: ChannelId) -> Option<&Channel> {
        self.slots.get(id.slot)?.as_deref().filter(|channel| channel.id == id)
    }

    pub(crate) fn get_mut(&mut self, id: ChannelId) -> Option<&mut Channel> {
        self.slots.get_mut(id.slot)?.as_deref_mut().filter(|channel| channel.id == id)
    }

    /// The channel of this uuid, unless it is on its way out (`switch_core_session_locate` in
    /// `src/switch_core_session.c`): an api command sees no channel that somebody holds in its end.
    pub(crate) fn locate(&self, uuid: &[u8]) -> Option<ChannelId> {
        self.find(uuid).filter(|id| self.get(*id).is_some_and(|channel| !channel.hung_up()))
    }

    /// The channel of this uuid.
    pub(crate) fn find(&self, uuid: &[u8]) -> Option<ChannelId> {
        self.by_uuid.get(std::str::from_utf8(uuid).ok()?).copied()
    }

    /// Every channel, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Channel> {
        let mut all: Vec<&Channel> = self.slots.iter().flatten().map(|channel| &**channel).collect();
        all.sort_unstable_by_key(|channel| channel.id);
        all.into_iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.by_uuid.len()
    }
}
