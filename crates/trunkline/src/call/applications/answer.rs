//! Taking a call: `answer`, `pre_answer`, `ring_ready`.

use trunkline_proto::Execute;

use crate::call::{Call, Mode};
use crate::error::Error;

impl<M: Mode> Call<M> {
    /// Answers it. Nothing is wrong if it was answered already.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute).
    ///
    /// # Cancel safety
    ///
    /// As [`execute`](Self::execute).
    pub async fn answer(&self) -> Result<(), Error> {
        self.execute(Execute::new("answer", "")).await.map(drop)
    }

    /// Has media flow before the call is answered: what is played then is heard, and costs the caller nothing.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute).
    ///
    /// # Cancel safety
    ///
    /// As [`execute`](Self::execute).
    pub async fn pre_answer(&self) -> Result<(), Error> {
        self.execute(Execute::new("pre_answer", "")).await.map(drop)
    }

    /// Has the caller's phone say that it rings.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute).
    ///
    /// # Cancel safety
    ///
    /// As [`execute`](Self::execute).
    pub async fn ring_ready(&self) -> Result<(), Error> {
        self.execute(Execute::new("ring_ready", "")).await.map(drop)
    }
}
