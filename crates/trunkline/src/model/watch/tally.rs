//! Counts that keep themselves up to date.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;

use crate::model::batch::Batch;
use crate::model::change::Change;
use crate::model::object::Object;
use crate::model::view::View;

type KeyOf<T, K> = Box<dyn Fn(&T) -> Option<K> + Send + Sync>;

/// How many objects of a kind there are of each sort. What it costs to keep depends on what changes, not on how many there are.
///
/// What sorts them must depend on fields whose change is told ([`Field`](crate::model::Field)) and on nothing else.
///
/// ```
/// use trunkline::model::watch::Tally;
/// use trunkline::model::{Channel, Switch};
///
/// let switch = Switch::new();
/// // Calls by the gateway they go through.
/// let mut by_gateway = Tally::new(|channel: &Channel| channel.gateway.clone());
/// by_gateway.reset(&switch.view());
/// // And for each batch after that: by_gateway.follow(&batch);
/// assert_eq!(by_gateway.count("provider"), 0);
/// assert_eq!(by_gateway.total(), 0);
/// ```
pub struct Tally<T: Object, K> {
    key_of: KeyOf<T, K>,
    counts: HashMap<K, usize>,
    version: u64,
}

impl<T: Object, K: Eq + Hash> Tally<T, K> {
    /// Counts by what this makes of an object; those of which it makes nothing are not counted.
    #[must_use]
    pub fn new(key_of: impl Fn(&T) -> Option<K> + Send + Sync + 'static) -> Self {
        Self { key_of: Box::new(key_of), counts: HashMap::new(), version: 0 }
    }

    /// Counts what is in a view.
    pub fn reset(&mut self, view: &View) {
        self.counts.clear();
        self.version = view.version();
        for object in T::of(view).iter() {
            self.add(object);
        }
    }

    /// Goes on by what has changed. Batches that are older than the view it began with change nothing; none after it may
    /// be left out.
    pub fn follow(&mut self, batch: &Batch) {
        if batch.version() <= self.version {
            return;
        }
        self.version = batch.version();
        for altered in batch.changes().iter().filter_map(Change::of::<T>) {
            if let Some(before) = altered.before() {
                self.take(before);
            }
            if let Some(after) = altered.after() {
                self.add(after);
            }
        }
    }

    /// How many there are of this sort.
    #[must_use]
    pub fn count<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> usize
    where
        K: std::borrow::Borrow<Q>,
    {
        self.counts.get(key).copied().unwrap_or_default()
    }

    /// How many are counted in all.
    #[must_use]
    pub fn total(&self) -> usize {
        self.counts.values().sum()
    }

    /// Each sort of which there are any, and how many.
    pub fn iter(&self) -> impl Iterator<Item = (&K, usize)> {
        self.counts.iter().map(|(key, count)| (key, *count))
    }

    fn add(&mut self, object: &T) {
        if let Some(key) = (self.key_of)(object) {
            *self.counts.entry(key).or_default() += 1;
        }
    }

    fn take(&mut self, object: &T) {
        let Some(key) = (self.key_of)(object) else { return };
        if let Some(count) = self.counts.get_mut(&key) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.counts.remove(&key);
            }
        }
    }
}

impl<T: Object, K: fmt::Debug> fmt::Debug for Tally<T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tally").field("kind", &T::KIND).field("counts", &self.counts).finish_non_exhaustive()
    }
}
