//! What has ended of late, so that an event that comes late does not bring it back.

use std::borrow::Borrow;
use std::collections::VecDeque;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};

use super::objects::Known;

/// So much is remembered of each kind.
const MOST: usize = 1024;

/// What has ended, and the numbers of the events that told so: one with a lower number is from before.
#[derive(Debug)]
pub(in crate::model) struct Over<K> {
    when: Known<K, u64>,
    order: VecDeque<(K, u64)>,
}

impl<K> Default for Over<K> {
    fn default() -> Self {
        Self { when: Known::default(), order: VecDeque::new() }
    }
}

impl<K: Clone + Eq + Hash> Over<K> {
    /// It has ended, as the event of this number told.
    pub(in crate::model) fn end(&mut self, id: K, sequence: u64) {
        if self.when.insert(id.clone(), sequence) == Some(sequence) {
            return;
        }
        self.order.push_back((id, sequence));
        if self.order.len() > MOST
            && let Some((oldest, sequence)) = self.order.pop_front()
            // Unless it has ended once more since.
            && self.when.get(&oldest) == Some(&sequence)
        {
            self.when.remove(&oldest);
        }
    }

    /// Whether an event of this number is from before it ended.
    pub(in crate::model) fn had_ended<Q>(&self, id: &Q, sequence: u64) -> bool
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.when.get(id).is_some_and(|ended| sequence < *ended)
    }

    pub(in crate::model) fn clear(&mut self) {
        *self = Self::default();
    }
}

/// The number of the last event that told of something: what has a lower one is late, and is not taken.
///
/// It changes with each event, where mostly nothing else does. Nobody but the writer reads or sets it: so it is set in the
/// object that readers have, too, which need not be copied for it.
#[derive(Debug, Default)]
pub(in crate::model) struct Last(AtomicU64);

impl Last {
    /// Whether what the event of this number tells is to be taken. One without a number always is.
    pub(in crate::model) fn takes(&self, sequence: Option<u64>) -> bool {
        let takes = !self.is_late(sequence);
        if takes && let Some(sequence) = sequence {
            self.0.store(sequence, Ordering::Relaxed);
        }
        takes
    }

    pub(in crate::model) fn is_late(&self, sequence: Option<u64>) -> bool {
        sequence.is_some_and(|sequence| sequence < self.0.load(Ordering::Relaxed))
    }

    /// What comes next is not late, whatever its number.
    pub(in crate::model) fn forget(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

impl Clone for Last {
    fn clone(&self) -> Self {
        Self(AtomicU64::new(self.0.load(Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ended_is_remembered_for_a_while() {
        let mut over = Over::default();
        over.end(0, 7);
        over.end(0, 7);
        over.end(1, 8);
        over.end(0, 9);
        assert!(
            over.had_ended(&0, 8)
                && !over.had_ended(&0, 9)
                && !over.had_ended(&1, 8)
                && !over.had_ended(&2, 0)
        );
        for id in 2..MOST {
            over.end(id, 10);
        }
        assert!(over.had_ended(&0, 8), "it has ended twice");
        assert_eq!((over.when.len(), over.order.len()), (MOST, MOST));
        over.end(MOST, 11);
        assert!(!over.had_ended(&1, 7) && over.had_ended(&0, 8));
        over.end(MOST + 1, 12);
        assert!(!over.had_ended(&0, 8));
        assert_eq!((over.when.len(), over.order.len()), (MOST, MOST));
    }

    #[test]
    fn what_comes_late_is_not_taken() {
        let last = Last::default();
        for (sequence, takes) in [
            (Some(5), true),
            (Some(4), false),
            (None, true),
            (Some(5), true),
            (Some(6), true),
            (Some(5), false),
        ] {
            assert_eq!(last.takes(sequence), takes, "{sequence:?}");
        }
    }
}
