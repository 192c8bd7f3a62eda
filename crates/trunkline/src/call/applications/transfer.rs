//! Sending the call elsewhere, now or later.

use crate::application::{
    Deflect, ExecuteExtension, Extension, Redirect, SchedHangup, SchedTransfer, Transfer,
};
use crate::call::{Call, Mode};
use crate::error::Error;

impl<M: Mode> Call<M> {
    /// Has the call go on at another extension. On a socket with `async` it can be told things there, too.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn transfer(&self, to: impl Into<Extension>) -> Result<(), Error> {
        self.run(Transfer::to(to)).await
    }

    /// Has the other end called elsewhere, by a SIP REFER, which ends the call here.
    ///
    /// # Errors
    ///
    /// That the call [has ended](Error::CallEnded), with BLIND_TRANSFER, is what comes of it; as [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn deflect(&self, uri: &str) -> Result<(), Error> {
        self.run(Deflect::to(uri)).await
    }

    /// Has a SIP call that is not answered go elsewhere (302), which ends it here.
    ///
    /// # Errors
    ///
    /// That the call [has ended](Error::CallEnded) is what comes of it; as [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn redirect(&self, uri: &str) -> Result<(), Error> {
        self.run(Redirect::to(uri)).await
    }

    /// Runs the applications of another extension, and comes back.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn execute_extension(&self, extension: impl Into<Extension>) -> Result<(), Error> {
        self.run(ExecuteExtension::new(extension)).await
    }

    /// Ends the call later, whatever it does then.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn sched_hangup(&self, hangup: SchedHangup) -> Result<(), Error> {
        self.run(hangup).await
    }

    /// Has the call go on at another extension later, whatever it does then. Gives the number of the task.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn sched_transfer(&self, transfer: SchedTransfer) -> Result<Option<u32>, Error> {
        self.run(transfer).await
    }
}
