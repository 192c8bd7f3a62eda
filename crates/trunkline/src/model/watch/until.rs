//! Waiting for an object to be as one wants it.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use trunkline_proto::ChannelUuid;

use crate::model::batch::Batch;
use crate::model::change::{Altered, Change, Removal};
use crate::model::object::Object;
use crate::model::view::View;

type Condition<T> = Box<dyn Fn(&T) -> bool + Send + Sync>;

/// A condition an object is to fulfil. It is looked at with each batch, so that a state it was in for a moment only is not
/// missed; a channel that is given another id is followed.
///
/// ```
/// use trunkline::model::watch::{Outcome, Until};
/// use trunkline::model::{Channel, Switch};
///
/// let switch = Switch::new();
/// let mut answered = Until::<Channel>::new("ca11".into(), Channel::is_answered);
/// match answered.look(&switch.view()) {
///     Outcome::Met(channel) => println!("{} is answered", channel.id),
///     Outcome::Gone { cause, .. } => println!("it ended: {cause:?}"),
///     // Not yet, or not there yet: go on with `answered.follow(&batch)` for every batch after this view.
///     _ => {}
/// }
/// ```
pub struct Until<T: Object> {
    id: T::Id,
    condition: Condition<T>,
    version: u64,
}

/// How a condition stands.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Outcome<T: Object> {
    /// It is not fulfilled.
    Pending,
    /// The object fulfils it, or did at this point of the batch.
    Met(Arc<T>),
    /// The object is gone without having fulfilled it.
    Gone {
        /// As it was last.
        last: Arc<T>,
        /// Why it is gone.
        cause: Removal,
    },
}

impl<T: Object> Outcome<T> {
    /// Whether there is nothing more to wait for.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        !matches!(self, Self::Pending)
    }
}

impl<T: Object> Until<T> {
    /// That the object of this id fulfils this.
    #[must_use]
    pub fn new(id: T::Id, condition: impl Fn(&T) -> bool + Send + Sync + 'static) -> Self {
        Self { id, condition: Box::new(condition), version: 0 }
    }

    /// Whom it waits for: the id the object has by now.
    #[must_use]
    pub fn id(&self) -> &T::Id {
        &self.id
    }

    /// How it stands in a view. [`follow`](Self::follow) goes on from there. An object that is not there may still come.
    pub fn look(&mut self, view: &View) -> Outcome<T> {
        self.version = self.version.max(view.version());
        match T::of(view).get(&self.id) {
            Some(object) if (self.condition)(object) => Outcome::Met(object.clone()),
            _ => Outcome::Pending,
        }
    }

    /// How it stands after a batch. Batches that are older than the view it was looked for in change nothing.
    pub fn follow(&mut self, batch: &Batch) -> Outcome<T> {
        if batch.version() <= self.version {
            return Outcome::Pending;
        }
        self.version = batch.version();
        for change in batch.changes() {
            self.rename(change);
            let Some(altered) = change.of::<T>().filter(|altered| *altered.object().id() == self.id) else {
                continue;
            };
            if let Altered::Removed { last, cause, .. } = altered {
                return Outcome::Gone { last: last.clone(), cause: cause.clone() };
            }
            if (self.condition)(altered.object()) {
                return Outcome::Met(altered.object().clone());
            }
        }
        Outcome::Pending
    }

    fn rename(&mut self, change: &Change) {
        let Change::Renamed { from, to } = change else { return };
        let own: &mut dyn Any = &mut self.id;
        if let Some(own) = own.downcast_mut::<ChannelUuid>().filter(|own| **own == *from) {
            *own = to.id.clone();
        }
    }
}

impl<T: Object> fmt::Debug for Until<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Until").field("kind", &T::KIND).field("id", &self.id).finish_non_exhaustive()
    }
}
