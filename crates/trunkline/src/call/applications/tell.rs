//! What others are told.

use trunkline_proto::LogLevel;

use crate::application::{FireEvent, Info, Log};
use crate::call::{Call, Mode};
use crate::error::Error;

impl<M: Mode> Call<M> {
    /// Writes a line into the switch's log.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn log(&self, level: LogLevel, text: &str) -> Result<(), Error> {
        self.run(Log::new(level, text)).await
    }

    /// Writes all that is known of the call into the switch's log.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn info(&self) -> Result<(), Error> {
        self.run(Info::default()).await
    }

    /// Fires an event with headers of your own, and all that is known of the call.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn event(&self, event: FireEvent) -> Result<(), Error> {
        self.run(event).await
    }
}
