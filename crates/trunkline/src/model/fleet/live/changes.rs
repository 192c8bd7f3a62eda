//! The changes of several switches, as a stream.

use std::sync::Arc;

use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::model::Change;
use crate::model::fleet::OnNode;

/// The changes of several switches from when it was made by [`LiveFleet::changes`](super::LiveFleet::changes), of each in
/// order.
#[derive(Debug)]
pub struct FleetChanges {
    batches: Receiver<Arc<[OnNode<Change>]>>,
}

/// What a watcher of several switches is told.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum FleetWatched {
    /// What has changed at once, in one switch.
    Changes(Arc<[OnNode<Change>]>),
    /// The watcher was too slow, and so many batches are gone: the view, read now, has what was in them.
    Missed(u64),
}

impl FleetChanges {
    pub(super) fn new(batches: Receiver<Arc<[OnNode<Change>]>>) -> Self {
        Self { batches }
    }

    /// The next that has changed in one of them; `None` once the fleet is dropped. What is seen in a node's own view right
    /// before that may not be told any more.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<FleetWatched> {
        match self.batches.recv().await {
            Ok(changes) => Some(FleetWatched::Changes(changes)),
            Err(RecvError::Lagged(missed)) => Some(FleetWatched::Missed(missed)),
            Err(RecvError::Closed) => None,
        }
    }
}
