//! What the caller hears, says, and enters.

use crate::application::{
    Digits, Entered, Playback, Played, QueueDtmf, Read, Record, RecordSession, Recorded, Say, SendDtmf,
    Speak, Tone,
};
use crate::call::{Call, Mode};
use crate::error::Error;

impl<M: Mode> Call<M> {
    /// Plays a file, a tone, silence, or a stream.
    ///
    /// # Errors
    ///
    /// There is no such file, or it cannot be played ([`Error::Application`]); as [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn playback(&self, playback: impl Into<Playback>) -> Result<Played, Error> {
        self.run(playback.into()).await
    }

    /// Plays tones.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn tone(&self, tone: Tone) -> Result<Played, Error> {
        self.run(tone).await
    }

    /// Speaks a number, a date, an amount, by the recordings of a language.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn say(&self, say: Say) -> Result<Played, Error> {
        self.run(say).await
    }

    /// Speaks a text by a speech engine.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn speak(&self, speak: Speak) -> Result<Played, Error> {
        self.run(speak).await
    }

    /// Plays a prompt and takes digits, until they are right or there were enough tries.
    ///
    /// # Errors
    ///
    /// Nobody entered what was asked for ([`Error::Application`] with [`NoDigits`](crate::application::NoDigits)); as
    /// [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
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
    /// As [`run`](Self::run).
    pub async fn read(&self, read: Read) -> Result<Entered, Error> {
        self.run(read).await
    }

    /// Records the caller into a file, until a digit, silence, or time ends it.
    ///
    /// # Errors
    ///
    /// A file that cannot be written: the switch hangs up then ([`Error::CallEnded`]); as [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn record(&self, record: Record) -> Result<Recorded, Error> {
        self.run(record).await
    }

    /// Begins, ends or masks a recording of both sides in the background.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn record_session(&self, recording: RecordSession) -> Result<(), Error> {
        self.run(recording).await
    }

    /// Sends digits to the other end.
    ///
    /// # Errors
    ///
    /// Something else than digits ([`Error::Misuse`]); as [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn send_dtmf(&self, digits: &str) -> Result<(), Error> {
        self.run(SendDtmf::new(digits)).await
    }

    /// Has digits heard as if they came from the other end.
    ///
    /// # Errors
    ///
    /// Something else than digits ([`Error::Misuse`]); as [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn queue_dtmf(&self, digits: &str) -> Result<(), Error> {
        self.run(QueueDtmf::new(digits)).await
    }
}
