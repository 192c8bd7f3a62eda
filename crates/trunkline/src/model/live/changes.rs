//! The changes of a model, as a stream.

use std::sync::Arc;

use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::model::Batch;

/// The changes of a model from when it was made by [`Live::changes`](super::Live::changes), in order.
#[derive(Debug)]
pub struct Changes {
    batches: Receiver<Arc<Batch>>,
}

/// What a watcher is told.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Watched {
    /// What has changed at once. [`Batch::version`] tells of which view it is.
    Batch(Arc<Batch>),
    /// The watcher was too slow, and so many batches are gone: the view, read now, has what was in them.
    Missed(u64),
}

impl Changes {
    pub(super) fn new(batches: Receiver<Arc<Batch>>) -> Self {
        Self { batches }
    }

    /// The next batch that changes anything; `None` once the connection has ended, or the model is not followed any more.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Watched> {
        match self.batches.recv().await {
            Ok(batch) => Some(Watched::Batch(batch)),
            Err(RecvError::Lagged(missed)) => Some(Watched::Missed(missed)),
            Err(RecvError::Closed) => None,
        }
    }
}
