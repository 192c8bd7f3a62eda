//! What came of some events.

use super::change::Change;
use super::sign::Sign;

/// What came of the events that were applied at once: their changes, in order.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    pub(in crate::model) version: u64,
    pub(in crate::model) changes: Vec<Change>,
    pub(in crate::model) signs: Vec<Sign>,
}

impl Batch {
    /// The version of the view that has these changes and no later ones: [`View::version`](super::View::version).
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// What has changed, in order.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Signs that events were lost.
    #[must_use]
    pub fn signs(&self) -> &[Sign] {
        &self.signs
    }

    /// Whether nothing has changed and nothing seems lost.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.signs.is_empty()
    }
}
