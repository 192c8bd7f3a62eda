//! Waiting for something to be so.

use std::sync::Arc;

use tokio::sync::oneshot;

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
    /// This user may not ask what there is ([`Error::Refused`]): `show` and `uuid_dump` are needed; as
    /// [`until`](Self::until). While the switch fails to answer it is asked again, and this waits.
    ///
    /// # Cancel safety
    ///
    /// As [`until`](Self::until).
    pub async fn fresh(&self) -> Result<Arc<View>, Error> {
        let is_fresh = |view: &View| view.stale().is_none();
        if !is_fresh(&self.view()) {
            self.may_ask()?;
        }
        self.until(is_fresh).await
    }

    /// Has the switch asked for everything anew, and waits until it is known: for a program that doubts what it sees, or that
    /// wants to make sure every so often. The view is [stale](View::stale) meanwhile. However often this is called, the
    /// switch is asked no more than once in two seconds.
    ///
    /// Where events were lost without any [sign](crate::model::Sign) of it, this is what finds out.
    ///
    /// # Errors
    ///
    /// As [`fresh`](Self::fresh).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the wait, not the questions.
    pub async fn refresh(&self) -> Result<Arc<View>, Error> {
        let (doubted, taken) = oneshot::channel();
        // There is nobody to take it after the end of the connection, which `fresh` knows of.
        if self.inner.doubts.send(doubted).is_ok() {
            let _ = taken.await;
        }
        self.fresh().await
    }

    fn may_ask(&self) -> Result<(), Error> {
        let permissions = self.client().permissions();
        match ["show", "uuid_dump"].into_iter().find(|command| permissions.allows_api(command) == Some(false))
        {
            Some(command) => Err(Error::refused(&format!("api {command}"), "permission denied".to_owned())),
            None => Ok(()),
        }
    }

    /// Waits until this is so of a channel; `None` if it is gone before, or not there. Until the model is
    /// [fresh](Self::fresh) it is not taken for gone.
    ///
    /// ```no_run
    /// # async fn run(live: trunkline::model::Live) -> Result<(), trunkline::Error> {
    /// if let Some(channel) = live.until_channel("ca11", |channel| channel.is_answered()).await? {
    ///     println!("answered: {:?}", channel.state_since);
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
