//! Which changes are wanted.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use crate::model::batch::Batch;
use crate::model::change::Altered;
use crate::model::object::Object;

type Predicate<T> = Arc<dyn Fn(&Altered<T>) -> bool + Send + Sync>;

/// Which changes of one kind of object are wanted: all, but for what the methods leave out. Cloning it is cheap.
///
/// ```
/// use trunkline::model::watch::Filter;
/// use trunkline::model::{Altered, Batch, Channel, ChannelField};
///
/// // Answered or hung up, of calls that came in.
/// let filter = Filter::<Channel>::all()
///     .with_field(ChannelField::AnswerState)
///     .with(|altered| altered.object().direction == Some(trunkline::CallDirection::Inbound));
/// # let batch = Batch::default();
/// for altered in filter.of(&batch) {
///     println!("{}", altered.object().id);
/// }
/// ```
pub struct Filter<T: Object> {
    ids: Option<Arc<HashSet<T::Id>>>,
    fields: Vec<T::Field>,
    predicates: Vec<Predicate<T>>,
}

impl<T: Object> Filter<T> {
    /// Every change of an object of this kind.
    #[must_use]
    pub fn all() -> Self {
        Self { ids: None, fields: Vec::new(), predicates: Vec::new() }
    }

    /// Only those of these objects.
    #[must_use]
    pub fn with_ids(self, ids: impl IntoIterator<Item = T::Id>) -> Self {
        Self { ids: Some(Arc::new(ids.into_iter().collect())), ..self }
    }

    /// Only those in which this field, or another one asked for like this, is different; and that an object is new or gone.
    #[must_use]
    pub fn with_field(mut self, field: T::Field) -> Self {
        self.fields.push(field);
        self
    }

    /// Only those for which this holds.
    #[must_use]
    pub fn with(mut self, predicate: impl Fn(&Altered<T>) -> bool + Send + Sync + 'static) -> Self {
        self.predicates.push(Arc::new(predicate));
        self
    }

    /// Only those by which an object comes to be like this: it was not before, or was not there.
    ///
    /// ```
    /// use trunkline::model::Channel;
    /// use trunkline::model::watch::Filter;
    ///
    /// let put_on_hold = Filter::<Channel>::all().becoming(|channel| channel.held);
    /// ```
    #[must_use]
    pub fn becoming(self, is_so: impl Fn(&T) -> bool + Send + Sync + 'static) -> Self {
        self.with(move |altered| {
            altered.after().is_some_and(|after| is_so(after))
                && !altered.before().is_some_and(|before| is_so(before))
        })
    }

    /// Whether a change is wanted.
    #[must_use]
    pub fn matches(&self, altered: &Altered<T>) -> bool {
        let is_update = matches!(altered, Altered::Updated { .. });
        self.ids.as_ref().is_none_or(|ids| ids.contains(altered.object().id()))
            && (!is_update
                || self.fields.is_empty()
                || self.fields.iter().any(|field| altered.has_changed(*field)))
            && self.predicates.iter().all(|predicate| predicate(altered))
    }

    /// Those of a batch that are wanted, in order.
    pub fn of<'b>(&self, batch: &'b Batch) -> impl Iterator<Item = &'b Altered<T>> {
        batch.changes().iter().filter_map(|change| change.of::<T>()).filter(|altered| self.matches(altered))
    }
}

impl<T: Object> Clone for Filter<T> {
    fn clone(&self) -> Self {
        Self { ids: self.ids.clone(), fields: self.fields.clone(), predicates: self.predicates.clone() }
    }
}

impl<T: Object> fmt::Debug for Filter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filter")
            .field("kind", &T::KIND)
            .field("ids", &self.ids)
            .field("fields", &self.fields)
            .field("predicates", &self.predicates.len())
            .finish()
    }
}
