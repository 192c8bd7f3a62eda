//! Channels that are gone, remembered for a while: a late event, or a table that lags, must not bring them back.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use trunkline_proto::ChannelUuid;

use super::objects::Known;
use trunkline_proto::view::Moment;

/// How long one is remembered. Events come later than that only if the connection stood still, and rows of `show` lag by
/// less than a second.
const REMEMBERED: Duration = Duration::from_secs(600);
/// How many are.
const MOST: usize = 100_000;

/// A channel that is gone.
#[derive(Debug, Clone, Copy)]
pub(in crate::model) struct Grave {
    dug: Instant,
    /// The number of the event that told of the end; what has a lower one is merely late.
    pub(in crate::model) sequence: u64,
    /// When the channel was made: another one of the same id was made at another time.
    pub(in crate::model) created: Option<Moment>,
}

/// The graves, and in what order they were dug.
#[derive(Debug, Default)]
pub(in crate::model) struct Graves {
    since: Known<ChannelUuid, Grave>,
    order: VecDeque<(ChannelUuid, Instant)>,
}

impl Graves {
    pub(in crate::model) fn dig(
        &mut self,
        id: ChannelUuid,
        sequence: u64,
        created: Option<Moment>,
        now: Instant,
    ) {
        self.since.insert(id.clone(), Grave { dug: now, sequence, created });
        self.order.push_back((id, now));
        while self.order.len() > MOST {
            self.fill_oldest();
        }
    }

    /// That of this id.
    pub(in crate::model) fn get(&self, id: &str) -> Option<Grave> {
        self.since.get(id).copied()
    }

    /// An id that is in use again.
    pub(in crate::model) fn forget(&mut self, id: &str) {
        self.since.remove(id);
    }

    pub(in crate::model) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(in crate::model) fn expire(&mut self, now: Instant) {
        while self.order.front().is_some_and(|(_, dug)| now.saturating_duration_since(*dug) > REMEMBERED) {
            self.fill_oldest();
        }
    }

    /// Forgets the oldest, unless its id was buried a second time since.
    fn fill_oldest(&mut self) {
        let Some((id, dug)) = self.order.pop_front() else { return };
        if self.since.get(&id).is_some_and(|grave| grave.dug == dug) {
            self.since.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dead_are_remembered_for_a_while() {
        let start = Instant::now();
        let at = |secs| start + Duration::from_secs(secs);
        let mut graves = Graves::default();
        graves.dig("a".into(), 1, None, at(0));
        graves.dig("b".into(), 1, None, at(300));
        graves.dig("a".into(), 1, None, at(400));
        graves.forget("b");
        graves.expire(at(700));
        assert!(graves.get("a").is_some() && graves.get("b").is_none());
        graves.expire(at(1001));
        assert!(graves.get("a").is_none());
        assert!(graves.order.is_empty());
    }

    #[test]
    fn no_more_than_so_many_are_remembered() {
        let now = Instant::now();
        let mut graves = Graves::default();
        for number in 0..=MOST {
            graves.dig(number.to_string().into(), 1, None, now);
        }
        assert_eq!((graves.since.len(), graves.order.len()), (MOST, MOST));
        assert!(graves.get("0").is_none() && graves.get("1").is_some());
    }
}
