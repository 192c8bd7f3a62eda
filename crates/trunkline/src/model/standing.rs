//! Since when something is as it is, and why.

use std::sync::Arc;

use trunkline_proto::EventName;
use trunkline_proto::view::Moment;

/// Since when an object is in the state it is in, and what brought it there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Standing {
    /// Since when, by the switch's clock: when the event was made that told of it.
    pub since: Option<Moment>,
    /// What told of it.
    pub why: Why,
}

impl Standing {
    pub(in crate::model) fn new(since: Option<Moment>, why: Why) -> Self {
        Self { since, why }
    }
}

/// What told of a state.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// An event of this name.
    Event(EventName),
    /// A CUSTOM event of this subclass, and what it says was done, if it does (a conference's `Action`).
    Custom {
        /// Its subclass.
        subclass: Arc<str>,
        /// Its action.
        action: Option<Arc<str>>,
    },
    /// A snapshot: it was so when it was asked for, and may have been for long.
    Snapshot,
    /// This program: it was begun here.
    Here,
}
