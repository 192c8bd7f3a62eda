//! What a call wants of its node.

use std::collections::BTreeSet;

/// What a call wants of the node that takes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    labels: BTreeSet<Box<str>>,
    unwanted: BTreeSet<Box<str>>,
    key: Option<Box<str>>,
}

impl Wanted {
    /// Any node will do.
    #[must_use]
    pub fn any() -> Self {
        Self::default()
    }

    /// Only one with this label, and any others asked for.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<Box<str>>) -> Self {
        self.labels.insert(label.into());
        self
    }

    /// None with this label.
    #[must_use]
    pub fn without_label(mut self, label: impl Into<Box<str>>) -> Self {
        self.unwanted.insert(label.into());
        self
    }

    /// The one that has the calls with this key, where the policy is [`Sticky`](super::Sticky).
    #[must_use]
    pub fn with_key(mut self, key: impl Into<Box<str>>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Whether a node with these labels will do.
    #[must_use]
    pub fn takes(&self, labels: &BTreeSet<Box<str>>) -> bool {
        self.labels.is_subset(labels) && self.unwanted.is_disjoint(labels)
    }
}
