//! The last batches, for readers that come by at their own pace.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::model::batch::Batch;

/// The last batches, up to so many changes. Each reader remembers the version it has read up to, and asks for what is
/// [`after`](Self::after) it; one that was too slow is told, and starts anew with the latest view.
///
/// ```
/// use std::time::Instant;
/// use trunkline::model::Switch;
/// use trunkline::model::watch::Journal;
///
/// let (mut switch, mut journal) = (Switch::new(), Journal::new(10_000));
/// # let event = trunkline::EventBuilder::named(&trunkline::EventName::Heartbeat).to_event(Default::default()).unwrap();
/// let seen = switch.view().version();
/// journal.push(switch.apply(&event, Instant::now()));
/// for batch in journal.after(seen)? {
///     println!("{:?}", batch.changes());
/// }
/// # Ok::<(), trunkline::model::watch::Behind>(())
/// ```
#[derive(Debug)]
pub struct Journal {
    batches: VecDeque<Arc<Batch>>,
    /// How many changes there are in them.
    changes: usize,
    most: usize,
    /// The version up to which they were dropped.
    dropped: u64,
}

/// What was asked for is no longer there: take the view as it is, and go on from its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the changes up to version {dropped} were dropped: read the view anew")]
#[non_exhaustive]
pub struct Behind {
    /// Up to which version nothing is left.
    pub dropped: u64,
}

impl Journal {
    /// One that keeps up to so many changes. The last batch is kept, however many it has.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { batches: VecDeque::new(), changes: 0, most, dropped: 0 }
    }

    /// Adds a batch, and drops the oldest if there are too many. One in which nothing has changed is not kept.
    pub fn push(&mut self, batch: impl Into<Arc<Batch>>) {
        let batch = batch.into();
        if batch.changes().is_empty() {
            return;
        }
        self.changes += batch.changes().len();
        self.batches.push_back(batch);
        while self.changes > self.most && self.batches.len() > 1 {
            let Some(oldest) = self.batches.pop_front() else { return };
            self.changes -= oldest.changes().len();
            self.dropped = oldest.version();
        }
    }

    /// The batches after this version, in order.
    ///
    /// # Errors
    ///
    /// [`Behind`] if some of them were dropped.
    pub fn after(&self, version: u64) -> Result<impl Iterator<Item = &Arc<Batch>>, Behind> {
        if version < self.dropped {
            return Err(Behind { dropped: self.dropped });
        }
        let first = self.batches.partition_point(|batch| batch.version() <= version);
        Ok(self.batches.range(first..))
    }

    /// How many changes it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.changes
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes == 0
    }
}
