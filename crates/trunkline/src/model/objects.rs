//! All objects of one kind.

use std::borrow::Borrow;
use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use super::object::Object;

/// Ids come from the network: which of them meet in a map is not to be foreseen, for each map has a seed of its own.
type Seed = foldhash::quality::RandomState;

type ById<T> = imbl::GenericHashMap<<T as Object>::Id, Arc<T>, Seed, imbl::shared_ptr::DefaultSharedPtr>;

/// A map that the writer keeps for himself.
pub(in crate::model) type Known<K, V> = std::collections::HashMap<K, V, Seed>;

/// All objects of one kind that there are, by their ids. Cloning it is cheap: what two clones have in common they share.
pub struct Objects<T: Object> {
    by_id: ById<T>,
}

impl<T: Object> Objects<T> {
    /// The object of this id.
    #[must_use]
    pub fn get<Q>(&self, id: &Q) -> Option<&Arc<T>>
    where
        Q: Hash + Eq + ?Sized,
        T::Id: Borrow<Q>,
    {
        self.by_id.get(id)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<T>> {
        self.by_id.values()
    }

    /// Those for which this is true, in no order.
    pub fn filter(&self, mut wanted: impl FnMut(&T) -> bool) -> impl Iterator<Item = &Arc<T>> {
        self.iter().filter(move |object| wanted(object))
    }

    pub(in crate::model) fn get_mut<Q>(&mut self, id: &Q) -> Option<&mut Arc<T>>
    where
        Q: Hash + Eq + ?Sized,
        T::Id: Borrow<Q>,
    {
        self.by_id.get_mut(id)
    }

    pub(in crate::model) fn insert(&mut self, object: Arc<T>) -> Option<Arc<T>> {
        self.by_id.insert(object.id().clone(), object)
    }

    pub(in crate::model) fn remove(&mut self, id: &T::Id) -> Option<Arc<T>> {
        self.by_id.remove(id)
    }
}

impl<T: Object> Clone for Objects<T> {
    fn clone(&self) -> Self {
        Self { by_id: self.by_id.clone() }
    }
}

impl<T: Object> Default for Objects<T> {
    fn default() -> Self {
        Self { by_id: ById::<T>::default() }
    }
}

impl<T: Object> fmt::Debug for Objects<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
