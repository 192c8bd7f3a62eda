//! A value that may be watched, and for which nothing is set up until it is: connections are many, and few are watched.

use std::sync::Mutex;

use tokio::sync::watch;

use crate::core::lock;

#[derive(Debug)]
pub(crate) struct LazyWatch<T>(Mutex<Value<T>>);

#[derive(Debug)]
enum Value<T> {
    Unwatched(T),
    /// By somebody, now or once.
    Watched(watch::Sender<T>),
}

impl<T> LazyWatch<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(Mutex::new(Value::Unwatched(value)))
    }

    /// Shows the value as it is. What is done with it must not come back to this.
    pub(crate) fn with<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        match &*lock(&self.0) {
            Value::Unwatched(value) => look(value),
            Value::Watched(sender) => look(&sender.borrow()),
        }
    }

    pub(crate) fn get(&self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    pub(crate) fn set(&self, value: T) {
        self.modify(|current| {
            *current = value;
            true
        });
    }

    /// Changes the value, and tells those who watch it if this says so.
    pub(crate) fn modify(&self, change: impl FnOnce(&mut T) -> bool) {
        let mut value = lock(&self.0);
        let sender = match &mut *value {
            Value::Unwatched(value) => {
                change(value);
                return;
            }
            Value::Watched(sender) => sender.clone(),
        };
        // Not under the lock: it wakes who may look.
        drop(value);
        sender.send_if_modified(change);
    }

    /// The changes from now on.
    pub(crate) fn subscribe(&self) -> watch::Receiver<T>
    where
        T: Clone,
    {
        let mut value = lock(&self.0);
        match &*value {
            Value::Watched(sender) => sender.subscribe(),
            Value::Unwatched(current) => {
                let (sender, receiver) = watch::channel(current.clone());
                *value = Value::Watched(sender);
                receiver
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn watched_or_not_it_has_its_value() {
        let watched = LazyWatch::new(1);
        watched.set(2);
        assert_eq!(watched.get(), 2);
        let mut first = watched.subscribe();
        assert!(!first.has_changed().unwrap());
        watched.set(3);
        let second = watched.subscribe();
        assert!(first.has_changed().unwrap() && !second.has_changed().unwrap());
        assert_eq!((*first.borrow_and_update(), *second.borrow(), watched.get()), (3, 3, 3));
        // Unless it says so, nobody is told.
        watched.modify(|_| false);
        assert!(!first.has_changed().unwrap());
        watched.modify(|value| std::mem::replace(value, 4) == 3);
        assert!(first.has_changed().unwrap());
        assert_eq!(watched.with(|value| *value), 4);
    }
}
