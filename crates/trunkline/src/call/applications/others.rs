//! Others to talk to. For [`bridge`](Call::bridge) there is more to tell.

use trunkline_proto::ChannelUuid;

use crate::application::{
    AttXfer, Conference, Conferenced, Dial, Eavesdrop, Fifo, FifoEnd, Intercept, ThreeWay, ValetPark,
};
use crate::call::{Call, Mode};
use crate::error::Error;

impl<M: Mode> Call<M> {
    /// Has the call be a member of a conference, until it leaves or is removed.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn conference(&self, conference: Conference) -> Result<Conferenced, Error> {
        self.run(conference).await
    }

    /// Has the call hear another one, until either ends.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn eavesdrop(&self, eavesdrop: Eavesdrop) -> Result<(), Error> {
        self.run(eavesdrop).await
    }

    /// Has the call hear another one and be heard by both its ends, until either ends.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// It cannot be cancelled: dropping the future does not end it, and the next application waits for its end.
    pub async fn three_way(&self, uuid: impl Into<ChannelUuid>) -> Result<(), Error> {
        self.run(ThreeWay::with(uuid)).await
    }

    /// Takes another call away from the one it is bridged to, to talk to it instead.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn intercept(&self, intercept: Intercept) -> Result<(), Error> {
        self.run(intercept).await
    }

    /// Has the call wait in a queue, or take the next one of it.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future of a caller has it leave the queue; as [`run`](Self::run). An agent cannot be cancelled: the next
    /// application waits for its end.
    pub async fn fifo(&self, fifo: Fifo) -> Result<FifoEnd, Error> {
        self.run(fifo).await
    }

    /// Parks the call in a space of a lot, or fetches the one there.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// It cannot be cancelled: dropping the future does not end it, and the next application waits for its end.
    pub async fn valet_park(&self, park: ValetPark) -> Result<(), Error> {
        self.run(park).await
    }

    /// Calls somebody for the call it is bridged to to be handed over to them.
    ///
    /// # Errors
    ///
    /// Nobody was reached ([`Error::NotBridged`]); as [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future hangs up whom it has called, and the two who talked before talk again; as [`run`](Self::run).
    pub async fn att_xfer(&self, to: impl Into<Dial>) -> Result<(), Error> {
        self.run(AttXfer::to(to)).await
    }
}
