//! `bridge`, which is over when it has ended, and told of when it has begun.

use trunkline_proto::{ChannelUuid, Event, EventName, EventSet, HangupCause, SendMsg};

use crate::application::{Application, BridgeEnd, Dial};
use crate::call::run::Running;
use crate::call::{Call, Mode};
use crate::error::Error;
use crate::events::Item;

impl<M: Mode> Call<M> {
    /// Calls somebody, and has the two talk. It comes back when they do: to wait for the end of that, or to do other things
    /// with the call meanwhile.
    ///
    /// ```
    /// # async fn run(call: trunkline::Call) -> Result<(), trunkline::Error> {
    /// use trunkline::Error;
    /// use trunkline::application::Dial;
    ///
    /// match call.bridge(Dial::user("1000")).await {
    ///     Ok(bridge) => println!("{:?}", bridge.ended().await?.cause),
    ///     Err(Error::NotBridged { cause, .. }) => println!("nobody is there: {cause}"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// On a socket without `async` it comes back when the bridge has ended.
    ///
    /// # Errors
    ///
    /// Nobody was reached ([`Error::NotBridged`], with the cause for each if the switch tells); a user or number that
    /// cannot be dialled ([`Error::Misuse`]); as [`run`](Self::run). The time that [`within`](Call::within) gives is for
    /// the ringing.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future hangs up those that are called, and the call goes on; as [`run`](Self::run).
    pub async fn bridge(&self, dial: impl Into<Dial>) -> Result<Bridged<M>, Error> {
        let dial = dial.into();
        self.in_time("bridge", std::pin::pin!(self.call_and_bridge(dial))).await
    }

    async fn call_and_bridge(&self, dial: Dial) -> Result<Bridged<M>, Error> {
        let mut events = self.stream(EventSet::new().with(EventName::ChannelBridge));
        let mut running = self.begin(dial.execute()?, dial.cancel()).await?;
        loop {
            tokio::select! {
                biased;
                item = events.next() => match item {
                    Some(Item::Event(event)) => {
                        return Ok(Bridged { call: self.clone(), running, event });
                    }
                    Some(_) => {}
                    None => return Err(running.end().await.err().unwrap_or_else(|| self.lost("bridge"))),
                },
                end = running.end() => {
                    let event = end?;
                    dial.read(&event).map_err(|source| Error::application("bridge".to_owned(), source))?;
                    return Ok(Bridged { call: self.clone(), running, event });
                }
            }
        }
    }
}

/// Two calls that talk, made by [`Call::bridge`]. Dropping it changes nothing: they go on.
#[derive(Debug)]
pub struct Bridged<M: Mode> {
    call: Call<M>,
    running: Running<M>,
    event: Event,
}

impl<M: Mode> Bridged<M> {
    /// The id of the one that answered.
    #[must_use]
    pub fn uuid(&self) -> ChannelUuid {
        let told = ["Bridge-B-Unique-ID", "Other-Leg-Unique-ID", "variable_last_bridge_to"];
        let uuid = told.iter().find_map(|name| self.event.get(name));
        uuid.unwrap_or_default().as_ref().into()
    }

    /// The CHANNEL_BRIDGE that told of it.
    #[must_use]
    pub fn event(&self) -> &Event {
        &self.event
    }

    /// Waits until they talk no more, and the call goes on.
    ///
    /// # Errors
    ///
    /// The call [has ended](Error::CallEnded), and the bridge with it; the connection was lost.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing.
    pub async fn ended(mut self) -> Result<BridgeEnd, Error> {
        self.wait().await
    }

    /// Hangs up the other one, and waits for the end of the bridge.
    ///
    /// # Errors
    ///
    /// As [`ended`](Self::ended), and [`Call::hangup`].
    ///
    /// # Cancel safety
    ///
    /// Once polled it is hung up, whether or not the future is polled again.
    pub async fn hangup(mut self, cause: impl Into<HangupCause>) -> Result<BridgeEnd, Error> {
        if !self.running.is_over() {
            self.call.tell_other(&self.uuid(), SendMsg::hangup(cause)).await?;
        }
        self.wait().await
    }

    async fn wait(&mut self) -> Result<BridgeEnd, Error> {
        let complete = match self.running.is_over() {
            true => self.event.clone(),
            false => self.running.end().await?,
        };
        Ok(BridgeEnd::read(&complete))
    }
}

impl<M: Mode> Drop for Bridged<M> {
    fn drop(&mut self) {
        self.running.let_go();
    }
}
