//! Waiting, and ending what runs.

use std::time::Duration;

use crate::application::{Break, Echo, Park, Sleep};
use crate::call::{Call, Mode};
use crate::error::Error;

impl<M: Mode> Call<M> {
    /// Waits.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn sleep(&self, time: Duration) -> Result<(), Error> {
        self.run(Sleep::new(time)).await
    }

    /// Has the caller hear themselves, until it is cancelled.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn echo(&self) -> Result<(), Error> {
        self.run(Echo::new()).await
    }

    /// Has the call wait for commands; of one that does already, as that of an outbound socket with `async`, it is over at
    /// once.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn park(&self) -> Result<(), Error> {
        self.run(Park::new()).await
    }

    /// Ends what runs: one of the applications of this call, or what another program plays.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn break_application(&self) -> Result<(), Error> {
        self.run(Break::new()).await
    }
}
