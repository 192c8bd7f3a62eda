//! Taking a call.

use crate::application::{Answer, PreAnswer, RingReady};
use crate::call::{Call, Mode};
use crate::error::Error;

impl<M: Mode> Call<M> {
    /// Answers it. Nothing is wrong if it was answered already.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn answer(&self) -> Result<(), Error> {
        self.run(Answer::new()).await
    }

    /// Has media flow before the call is answered: what is played then is heard, and costs the caller nothing.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn pre_answer(&self) -> Result<(), Error> {
        self.run(PreAnswer::new()).await
    }

    /// Has the caller's phone say that it rings.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn ring_ready(&self) -> Result<(), Error> {
        self.run(RingReady::new()).await
    }
}
