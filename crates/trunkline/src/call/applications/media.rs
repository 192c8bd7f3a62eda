//! What the caller hears, and enters.

use crate::application::{Digits, Entered, Playback, Played, Read};
use crate::call::{Call, Mode};
use crate::error::Error;

impl<M: Mode> Call<M> {
    /// Plays a file, a tone, silence, or a stream.
    ///
    /// # Errors
    ///
    /// There is no such file, or it cannot be played ([`Error::Application`]); as [`execute`](Self::execute).
    ///
    /// # Cancel safety
    ///
    /// As [`execute`](Self::execute).
    pub async fn playback(&self, playback: impl Into<Playback>) -> Result<Played, Error> {
        self.run(playback.into()).await
    }

    /// Plays a prompt and takes digits, until they are right or there were enough tries.
    ///
    /// # Errors
    ///
    /// Nobody entered what was asked for ([`Error::Application`] with
    /// [`NoDigits`](crate::application::NoDigits)); as [`execute`](Self::execute).
    ///
    /// # Cancel safety
    ///
    /// As [`execute`](Self::execute).
    pub async fn play_and_get_digits(&self, digits: impl Into<Digits>) -> Result<Entered, Error> {
        self.run(digits.into()).await
    }

    /// Plays a prompt and takes digits, once.
    ///
    /// # Errors
    ///
    /// As [`play_and_get_digits`](Self::play_and_get_digits).
    ///
    /// # Cancel safety
    ///
    /// As [`execute`](Self::execute).
    pub async fn read(&self, read: Read) -> Result<Entered, Error> {
        self.run(read).await
    }
}
