//! What waits for a consumer, within bounds: by count and by bytes, the oldest of the least precious dropped first, and
//! what was dropped told.

use std::collections::{BTreeMap, VecDeque};

use trunkline_proto::{Event, EventName, LogData};

use crate::reconnect::Gap;

/// How many ranks there are.
const RANKS: usize = 4;

/// What waits in a queue.
pub(crate) trait Queued: Sized {
    /// How it is counted when it is dropped.
    fn kind(&self) -> EventName;
    /// 0 is dropped first, the highest last.
    fn rank(&self) -> usize;
    fn bytes(&self) -> usize;
    /// A copy that holds on to no more memory than its own bytes.
    #[cfg(feature = "client")]
    fn detached(self) -> Self;
}

impl Queued for Event {
    fn kind(&self) -> EventName {
        self.name().cloned().unwrap_or(EventName::Other("".into()))
    }

    fn rank(&self) -> usize {
        match self.name() {
            Some(
                EventName::ChannelCreate
                | EventName::ChannelAnswer
                | EventName::ChannelUuid
                | EventName::ChannelHangupComplete
                | EventName::ChannelDestroy
                | EventName::BackgroundJob,
            ) => 2,
            Some(
                EventName::Heartbeat
                | EventName::SessionHeartbeat
                | EventName::ChannelCallstate
                | EventName::Talk
                | EventName::NoTalk
                | EventName::ReSchedule,
            ) => 0,
            _ => 1,
        }
    }

    fn bytes(&self) -> usize {
        self.wire_len()
    }

    #[cfg(feature = "client")]
    fn detached(self) -> Self {
        self.detach()
    }
}

impl Queued for LogData {
    fn kind(&self) -> EventName {
        EventName::Log
    }

    /// Debug and info lines before the graver ones.
    fn rank(&self) -> usize {
        match self.level().number() {
            0..=4 => 2,
            5 => 1,
            _ => 0,
        }
    }

    fn bytes(&self) -> usize {
        self.wire_len()
    }

    #[cfg(feature = "client")]
    fn detached(self) -> Self {
        self.detach()
    }
}

/// What was dropped because the consumer was too slow, since it was last told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Missed {
    by_name: BTreeMap<EventName, u64>,
}

impl Missed {
    /// How many in all.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.by_name.values().sum()
    }

    /// With these, too.
    pub(crate) fn add(&mut self, more: &Self) {
        for (name, count) in more.by_name() {
            *self.by_name.entry(name.clone()).or_default() += count;
        }
    }

    /// How many of each name. Log lines count as `LOG`, events without a name as the empty one.
    pub fn by_name(&self) -> impl Iterator<Item = (&EventName, u64)> {
        self.by_name.iter().map(|(name, count)| (name, *count))
    }
}

/// Items in the order they came, within bounds, and the gaps between them.
#[derive(Debug)]
pub(crate) struct Bounded<T> {
    /// By rank, each with its place in the whole.
    lanes: [VecDeque<(u64, T)>; RANKS],
    places: u64,
    items: usize,
    bytes: usize,
    most_items: usize,
    most_bytes: usize,
    missed: Missed,
    /// Gaps, each with how many items were ever put in before it. They are never dropped.
    gaps: VecDeque<(u64, Gap)>,
}

impl<T: Queued> Bounded<T> {
    pub(crate) fn new(most_items: usize, most_bytes: usize) -> Self {
        Self {
            lanes: Default::default(),
            places: 0,
            items: 0,
            bytes: 0,
            most_items: most_items.max(1),
            most_bytes,
            missed: Missed::default(),
            gaps: VecDeque::new(),
        }
    }

    #[cfg(feature = "client")]
    pub(crate) fn is_empty(&self) -> bool {
        self.items == 0
    }

    pub(crate) fn len(&self) -> usize {
        self.items
    }

    /// Of all that wait.
    #[cfg(feature = "client")]
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// One that is over the bound by itself passes alone.
    #[cfg(feature = "client")]
    pub(crate) fn has_room(&self, item: &T) -> bool {
        let fits = self.bytes.saturating_add(item.bytes()) <= self.most_bytes;
        self.items == 0 || (self.items < self.most_items && fits)
    }

    /// Puts it last, whether there is room or not: see [`trim`](Self::trim).
    pub(crate) fn append(&mut self, item: T) {
        self.places += 1;
        self.items += 1;
        self.bytes += item.bytes();
        let place = self.places;
        if let Some(lane) = self.lanes.get_mut(item.rank()) {
            lane.push_back((place, item));
        }
    }

    /// Has each hold on to no more memory than its own bytes.
    #[cfg(feature = "client")]
    pub(crate) fn detach(&mut self) {
        for lane in &mut self.lanes {
            let detached = |(place, item): (u64, T)| (place, item.detached());
            *lane = std::mem::take(lane).into_iter().map(detached).collect();
        }
    }

    /// What is put in after this was lost for a while before it.
    pub(crate) fn put_gap(&mut self, gap: Gap) {
        self.gaps.push_back((self.places, gap));
    }

    /// The next gap, if no item stands before it.
    pub(crate) fn take_gap(&mut self) -> Option<Gap> {
        let (gap, _) = self.gaps.front()?;
        let next = self.lanes.iter().filter_map(|lane| lane.front()).map(|(place, _)| place).min();
        if next.is_some_and(|next| next <= gap) {
            return None;
        }
        self.gaps.pop_front().map(|(_, gap)| gap)
    }

    pub(crate) fn gaps(&self) -> usize {
        self.gaps.len()
    }

    /// The oldest.
    pub(crate) fn pop(&mut self) -> Option<T> {
        let oldest =
            |(_, lane): &(usize, &mut VecDeque<(u64, T)>)| lane.front().map_or(u64::MAX, |(place, _)| *place);
        let (_, lane) = self.lanes.iter_mut().enumerate().min_by_key(oldest)?;
        let (_, item) = lane.pop_front()?;
        self.taken(&item);
        Some(item)
    }

    /// The oldest of this rank that is the one sought.
    #[cfg(feature = "blocking")]
    pub(crate) fn take(&mut self, rank: usize, is_it: impl Fn(&T) -> bool) -> Option<T> {
        let lane = self.lanes.get_mut(rank)?;
        let at = lane.iter().position(|(_, item)| is_it(item))?;
        let (_, item) = lane.remove(at)?;
        self.taken(&item);
        Some(item)
    }

    /// Drops the oldest of the least precious until the bounds hold; what that was.
    pub(crate) fn trim(&mut self) -> Missed {
        let mut missed = Missed::default();
        while (self.items > self.most_items || (self.bytes > self.most_bytes && self.items > 1))
            && let Some((_, item)) = self.lanes.iter_mut().find_map(VecDeque::pop_front)
        {
            self.taken(&item);
            *missed.by_name.entry(item.kind()).or_default() += 1;
        }
        self.missed.add(&missed);
        missed
    }

    /// What was dropped since this was last asked.
    pub(crate) fn take_missed(&mut self) -> Option<Missed> {
        (self.missed.count() > 0).then(|| std::mem::take(&mut self.missed))
    }

    #[cfg(feature = "blocking")]
    pub(crate) fn has_missed(&self) -> bool {
        self.missed.count() > 0
    }

    fn taken(&mut self, item: &T) {
        self.items -= 1;
        self.bytes -= item.bytes();
    }
}
