//! What is to happen later, in the order of time and, within one instant, of being asked for.

use std::collections::BTreeMap;

use crate::time::Time;

#[derive(Debug)]
pub(crate) struct Schedule<T> {
    tasks: BTreeMap<(Time, u64), T>,
    serial: u64,
}

impl<T> Default for Schedule<T> {
    fn default() -> Self {
        Self { tasks: BTreeMap::new(), serial: 0 }
    }
}

impl<T> Schedule<T> {
    pub(crate) fn at(&mut self, time: Time, task: T) {
        self.serial += 1;
        self.tasks.insert((time, self.serial), task);
    }

    /// The first task that is due, and the time it was due at.
    pub(crate) fn pop_due(&mut self, now: Time) -> Option<(Time, T)> {
        let entry = self.tasks.first_entry()?;
        let (time, _) = *entry.key();
        (time <= now).then(|| (time, entry.remove()))
    }

    pub(crate) fn next(&self) -> Option<Time> {
        self.tasks.first_key_value().map(|((time, _), _)| *time)
    }
}
