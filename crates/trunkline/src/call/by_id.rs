//! What is done to a call from outside of it, whatever it does: by the api commands that take its id.

use trunkline_proto::ApiMisuse;
use trunkline_proto::api::{
    ApiCommand, BroadcastLeg, Hold, RecordAction, UuidBridge, UuidBroadcast, UuidHold, UuidRecord,
};

use super::Call;
use crate::error::Error;

impl Call {
    /// Runs an api command that is about this call. If it fails and the call has ended, that is why.
    ///
    /// # Errors
    ///
    /// A socket without `full` ([`ApiMisuse::NotFull`]); the call [has ended](Error::CallEnded); as
    /// [`Client::run`](crate::Client::run).
    ///
    /// # Cancel safety
    ///
    /// As [`Client::api`](crate::Client::api).
    pub async fn ask<C: ApiCommand>(&self, command: C) -> Result<C::Output, Error> {
        if !self.is_full() {
            return Err(ApiMisuse::NotFull { what: "api" }.into());
        }
        if let Some(ended) = self.ended_already() {
            return Err(Error::CallEnded(ended));
        }
        match self.handle.client.run(command).await {
            Ok(answer) => Ok(answer.into_value()),
            Err(error) => Err(self.ended_already().map_or(error, Error::CallEnded)),
        }
    }

    /// Joins it to another call, whatever the two do. What they were doing, being bridged to others included, is over; those
    /// others are hung up, or go where their variables say.
    ///
    /// This is also how an attended transfer is completed from outside: the party that was on hold is joined to the one that
    /// was asked.
    ///
    /// # Errors
    ///
    /// One of them is not there, or cannot be bridged; as [`ask`](Self::ask).
    ///
    /// # Cancel safety
    ///
    /// As [`ask`](Self::ask).
    pub async fn bridge_with(&self, other: &Self) -> Result<(), Error> {
        self.ask(UuidBridge::new(self.uuid(), other.uuid())).await.map(drop)
    }

    /// Plays a file to it, to the one it is bridged to, or to both, while they go on talking. It ends by itself; its
    /// CHANNEL_EXECUTE_COMPLETE is among the call's [`events`](Self::events).
    ///
    /// # Errors
    ///
    /// As [`ask`](Self::ask).
    ///
    /// # Cancel safety
    ///
    /// As [`ask`](Self::ask).
    pub async fn broadcast(&self, path: &str, leg: BroadcastLeg) -> Result<(), Error> {
        self.ask(UuidBroadcast::play(self.uuid(), path).leg(leg)).await
    }

    /// Holds it.
    ///
    /// # Errors
    ///
    /// As [`ask`](Self::ask).
    ///
    /// # Cancel safety
    ///
    /// As [`ask`](Self::ask).
    pub async fn hold(&self) -> Result<(), Error> {
        self.ask(UuidHold::new(self.uuid(), Hold::On)).await
    }

    /// Takes it back from hold. Fails if it was not held.
    ///
    /// # Errors
    ///
    /// As [`ask`](Self::ask).
    ///
    /// # Cancel safety
    ///
    /// As [`ask`](Self::ask).
    pub async fn unhold(&self) -> Result<(), Error> {
        self.ask(UuidHold::new(self.uuid(), Hold::Off)).await
    }

    /// Begins to record it into a file, a path on the switch, whatever it does from then on. It ends by
    /// [`stop`](Recording::stop) or with the call; dropping the value changes nothing.
    ///
    /// # Errors
    ///
    /// As [`ask`](Self::ask). That the file cannot be written is told by no event but the lack of RECORD_START.
    ///
    /// # Cancel safety
    ///
    /// As [`ask`](Self::ask).
    pub async fn start_recording(&self, path: &str) -> Result<Recording, Error> {
        let recording = Recording { call: self.clone(), path: path.to_owned() };
        recording.act(RecordAction::Start).await?;
        Ok(recording)
    }
}

/// A recording of a call under way, begun by [`Call::start_recording`].
#[derive(Debug, Clone)]
pub struct Recording {
    call: Call,
    path: String,
}

impl Recording {
    /// The file, on the switch.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Ends it.
    ///
    /// # Errors
    ///
    /// It has ended already; as [`Call::ask`].
    ///
    /// # Cancel safety
    ///
    /// As [`Call::ask`].
    pub async fn stop(&self) -> Result<(), Error> {
        self.act(RecordAction::Stop).await
    }

    /// Has silence take the place of what is said, as for a card's number, until [`unmask`](Self::unmask).
    ///
    /// # Errors
    ///
    /// As [`stop`](Self::stop).
    ///
    /// # Cancel safety
    ///
    /// As [`Call::ask`].
    pub async fn mask(&self) -> Result<(), Error> {
        self.act(RecordAction::Mask).await
    }

    /// Records what is said again.
    ///
    /// # Errors
    ///
    /// As [`stop`](Self::stop).
    ///
    /// # Cancel safety
    ///
    /// As [`Call::ask`].
    pub async fn unmask(&self) -> Result<(), Error> {
        self.act(RecordAction::Unmask).await
    }

    async fn act(&self, action: RecordAction) -> Result<(), Error> {
        self.call.ask(UuidRecord::new(self.call.uuid(), action, &*self.path)).await
    }
}
