//! Waiting for something to be so.

use std::sync::Arc;

use super::Live;
use crate::error::Error;
use crate::model::{Channel, View};

impl Live {
    /// Waits until this is so of the view, which is looked at each time it changes. What was so only for a moment, between
    /// two batches of events, is not seen: for that there are the [changes](Self::changes).
    ///
    /// # Errors
    ///
    /// The connection ended before it was so.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing.
    pub async fn until(&self, mut is_so: impl FnMut(&View) -> bool) -> Result<Arc<View>, Error> {
        let mut progress = self.inner.progress.clone();
        loop {
            let closed = progress.borrow_and_update().closed.clone();
            let view = self.view();
            if is_so(&view) {
                return Ok(view);
            }
            if let Some(reason) = closed {
                return Err(reason.into());
            }
            if progress.changed().await.is_err() {
                return Err(trunkline_proto::CloseReason::Requested.into());
            }
        }
    }

    /// Waits until the view is not stale.
    ///
    /// # Errors
    ///
    /// As [`until`](Self::until).
    ///
    /// # Cancel safety
    ///
    /// As [`until`](Self::until).
    pub async fn fresh(&self) -> Result<Arc<View>, Error> {
        self.until(|view| view.stale().is_none()).await
    }

    /// Waits until this is so of a channel; `None` if it is gone before, or not there. Until the model is
    /// [fresh](Self::fresh) it is not taken for gone.
    ///
    /// ```no_run
    /// # async fn run(live: trunkline::model::Live) -> Result<(), trunkline::Error> {
    /// if let Some(channel) = live.until_channel("ca11", |channel| channel.is_answered()).await? {
    ///     println!("answered: {:?}", channel.standing);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`until`](Self::until).
    ///
    /// # Cancel safety
    ///
    /// As [`until`](Self::until).
    pub async fn until_channel(
        &self,
        id: &str,
        mut is_so: impl FnMut(&Channel) -> bool,
    ) -> Result<Option<Arc<Channel>>, Error> {
        let decided = |view: &View| match view.channel(id) {
            Some(channel) => is_so(channel),
            None => view.stale().is_none(),
        };
        Ok(self.until(decided).await?.channel(id).cloned())
    }
}
