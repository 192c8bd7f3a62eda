//! What can be done to a channel of a model.

use std::sync::Arc;

use trunkline_proto::api::{
    BroadcastLeg, Hold, RecordAction, UuidBridge, UuidBroadcast, UuidHold, UuidKill, UuidPark, UuidRecord,
    UuidSendDtmf, UuidSetvar, UuidTransfer,
};
use trunkline_proto::{ChannelUuid, HangupCause};

use super::{Live, Order};
use crate::call::Call;
use crate::error::Error;
use crate::model::{Channel, View};

/// A channel, to have things done to it: made by [`Live::channel`]. It may be gone.
#[derive(Debug, Clone)]
pub struct OnChannel {
    live: Live,
    id: ChannelUuid,
}

impl Live {
    /// The channel of this id, to have things done to it, whether it is there or not.
    ///
    /// ```no_run
    /// # async fn run(live: trunkline::model::Live) -> Result<(), trunkline::Error> {
    /// use std::time::Duration;
    /// live.channel("ca11").hold().seen(Duration::from_secs(2)).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn channel(&self, id: impl Into<ChannelUuid>) -> OnChannel {
        OnChannel { live: self.clone(), id: id.into() }
    }
}

impl OnChannel {
    /// As it is; `None` if it is not there.
    #[must_use]
    pub fn get(&self) -> Option<Arc<Channel>> {
        self.live.view().channel(self.id.as_str()).cloned()
    }

    /// Waits until this is so of it, as [`Live::until_channel`].
    ///
    /// # Errors
    ///
    /// As [`Live::until`].
    ///
    /// # Cancel safety
    ///
    /// As [`Live::until`].
    pub async fn until(&self, is_so: impl FnMut(&Channel) -> bool) -> Result<Option<Arc<Channel>>, Error> {
        self.live.until_channel(self.id.as_str(), is_so).await
    }

    /// The same as a [`Call`], to run applications.
    ///
    /// # Errors
    ///
    /// As [`Client::call`](crate::Client::call).
    ///
    /// # Cancel safety
    ///
    /// As [`Client::call`](crate::Client::call).
    pub async fn call(&self) -> Result<Call, Error> {
        self.live.client().call(&self.id).await
    }

    /// Hangs it up. It shows when it is gone.
    pub fn hangup(&self, cause: impl Into<HangupCause>) -> Order<UuidKill> {
        let id = self.id.clone();
        let command = UuidKill::new(&self.id).cause(cause.into().as_str());
        Order::new(&self.live, command, move |view| view.channel(id.as_str()).is_none())
    }

    /// Sends it to an extension of its own dialplan and context. It shows when that is its destination, or it is gone.
    pub fn transfer(&self, extension: &str) -> Order<UuidTransfer> {
        let destination = extension.to_owned();
        self.order(UuidTransfer::new(&self.id, extension), move |channel| {
            channel.is_none_or(|channel| channel.destination_number.as_deref() == Some(&*destination))
        })
    }

    /// Sends it, the one it is [bridged to](UuidTransfer::bleg), or [both](UuidTransfer::both), anywhere. It shows when
    /// what it was bridged to is not what it is bridged to now.
    pub fn transfer_by(&self, command: UuidTransfer) -> Order<UuidTransfer> {
        let before = self.get().and_then(|channel| channel.bridged_to.clone());
        self.order(command, move |channel| channel.is_none_or(|channel| channel.bridged_to != before))
    }

    /// Bridges it to another channel.
    pub fn bridge(&self, other: impl Into<ChannelUuid>) -> Order<UuidBridge> {
        let other = other.into();
        let command = UuidBridge::new(&self.id, &other);
        self.order(command, move |channel| {
            channel.is_some_and(|channel| channel.bridged_to.as_ref() == Some(&other))
        })
    }

    /// Holds it. A channel whose endpoint does not hold (`null/`, `loopback/`) is said to be held all the same.
    pub fn hold(&self) -> Order<UuidHold> {
        let command = UuidHold::new(&self.id, Hold::On);
        self.order(command, |channel| channel.is_some_and(|channel| channel.held))
    }

    /// Takes it back from hold. Refused where the call state is not HELD, as of one whose endpoint does not hold
    /// (`switch_ivr_unhold` in `switch_ivr.c`).
    pub fn unhold(&self) -> Order<UuidHold> {
        let command = UuidHold::new(&self.id, Hold::Off);
        self.order(command, |channel| channel.is_some_and(|channel| !channel.held))
    }

    /// Parks it, and the one it is bridged to.
    pub fn park(&self) -> Order<UuidPark> {
        let id = self.id.clone();
        let shows = move |view: &View| view.parked().get(id.as_str()).is_some();
        Order::new(&self.live, UuidPark::new(&self.id), shows)
    }

    /// Begins to record it into a file, a path on the switch.
    pub fn record(&self, path: &str) -> Order<UuidRecord> {
        let file = path.to_owned();
        let command = UuidRecord::new(&self.id, RecordAction::Start, path);
        self.order(command, move |channel| channel.is_some_and(|channel| is_recorded_to(channel, &file)))
    }

    /// Ends a recording.
    pub fn stop_recording(&self, path: &str) -> Order<UuidRecord> {
        let file = path.to_owned();
        let command = UuidRecord::new(&self.id, RecordAction::Stop, path);
        self.order(command, move |channel| channel.is_none_or(|channel| !is_recorded_to(channel, &file)))
    }

    /// Plays something to it, to the one it is bridged to, or to both. It shows at once: what is played is not in the model.
    pub fn play(&self, path: &str, leg: BroadcastLeg) -> Order<UuidBroadcast> {
        self.order(UuidBroadcast::play(&self.id, path).leg(leg), |_| true)
    }

    /// Sends it digits. They show in no model.
    pub fn send_dtmf(&self, digits: &str) -> Order<UuidSendDtmf> {
        self.order(UuidSendDtmf::new(&self.id, digits), |_| true)
    }

    /// Sets a variable. It shows with the next event of the channel that carries its variables, which may be long after.
    pub fn set(&self, name: &str, value: &str) -> Order<UuidSetvar> {
        let (wanted, variable) = (value.to_owned(), name.to_owned());
        let command = UuidSetvar::new(&self.id, name, value);
        self.order(command, move |channel| {
            let now = channel.and_then(|channel| channel.variable(&variable).map(|now| now == wanted));
            now == Some(true)
        })
    }

    fn order<C, F>(&self, command: C, mut shows: F) -> Order<C>
    where
        C: trunkline_proto::api::ApiCommand,
        F: FnMut(Option<&Channel>) -> bool + Send + 'static,
    {
        let id = self.id.clone();
        let order = Order::new(&self.live, command, move |view| {
            shows(view.channel(id.as_str()).map(|channel| &**channel))
        });
        order.of_channel(self.id.clone())
    }
}

fn is_recorded_to(channel: &Channel, file: &str) -> bool {
    channel.recordings.iter().any(|recording| &**recording == file)
}
