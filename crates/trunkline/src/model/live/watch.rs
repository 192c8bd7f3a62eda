//! Those changes of a model that one wants.

use std::collections::VecDeque;

use super::{Changes, Live, Watched};
use crate::model::change::{Altered, Change};
use crate::model::object::Object;
use crate::model::watch::Filter;

impl Live {
    /// What happens to objects of one kind from now on, in order, as far as the filter wants it.
    ///
    /// ```
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sim = trunkline_sim::Sim::builder().start().await?;
    /// # let client = trunkline::connect(sim.url().as_str()).await?;
    /// use trunkline::model::live::Seen;
    /// use trunkline::model::watch::Filter;
    /// use trunkline::model::{Channel, Live};
    ///
    /// let live = Live::follow(&client).await?;
    /// let mut answered = live.watch(Filter::<Channel>::all().becoming(Channel::is_answered));
    /// # client.bgapi("originate null/1000 &park").await?.await?;
    /// while let Some(Seen::Altered(altered)) = answered.next().await {
    ///     println!("{} is answered", altered.object().id);
    /// #   return Ok(());
    /// }
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Runtime::new().unwrap().block_on(run()).unwrap();
    /// ```
    #[must_use]
    pub fn watch<T: Object>(&self, filter: Filter<T>) -> Watch<T> {
        Watch { changes: self.changes(), filter, waiting: VecDeque::new() }
    }
}

/// What happens to objects of one kind, made by [`Live::watch`].
#[derive(Debug)]
pub struct Watch<T: Object> {
    changes: Changes,
    filter: Filter<T>,
    /// Those of the last batch that were not given yet.
    waiting: VecDeque<Altered<T>>,
}

/// What one who watches is told.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Seen<T: Object> {
    /// This has happened to an object.
    Altered(Altered<T>),
    /// The watcher was too slow, and so many batches of changes are gone, wanted or not: the view, read now, has what was
    /// in them.
    Missed(u64),
}

impl<T: Object> Watch<T> {
    /// The next that is wanted; `None` once the connection has ended, or the model is not followed any more.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Seen<T>> {
        loop {
            if let Some(altered) = self.waiting.pop_front() {
                return Some(Seen::Altered(altered));
            }
            match self.changes.next().await? {
                Watched::Batch(batch) => {
                    let of_kind = batch.changes().iter().filter_map(Change::of::<T>);
                    let wanted = of_kind.filter(|altered| self.filter.matches(altered));
                    self.waiting.extend(wanted.cloned());
                }
                Watched::Missed(missed) => return Some(Seen::Missed(missed)),
            }
        }
    }
}
