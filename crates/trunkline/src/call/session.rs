//! What a call can be told that is no application.

use trunkline_proto::{ApiMisuse, ApiResponse, ChannelUuid, Command, SendMsg, Unicast};

use super::{Async, Call, Mode};
use crate::error::Error;
use crate::job::Job;

impl<M: Mode> Call<M> {
    /// Runs an api command, about this call or anything else.
    ///
    /// # Errors
    ///
    /// An outbound socket without `full`
    /// ([`ApiMisuse::NotFull`], which says what to write into the dialplan); as
    /// [`Client::api`](crate::Client::api).
    ///
    /// # Cancel safety
    ///
    /// As [`Client::api`](crate::Client::api).
    pub async fn api(&self, line: &str) -> Result<ApiResponse, Error> {
        self.check_full("api")?;
        self.client().api(line).await.map_err(|error| self.or_ended(error))
    }

    /// Runs an api command in the background: the first `await` says that the switch has taken it, the second one what came
    /// of it.
    ///
    /// # Errors
    ///
    /// As [`api`](Self::api); as [`Client::bgapi`](crate::Client::bgapi).
    ///
    /// # Cancel safety
    ///
    /// As [`Client::bgapi`](crate::Client::bgapi).
    pub async fn bgapi(&self, line: &str) -> Result<Job, Error> {
        self.check_full("bgapi")?;
        self.client().bgapi(line).await.map_err(|error| self.or_ended(error))
    }

    fn check_full(&self, what: &'static str) -> Result<(), ApiMisuse> {
        if self.is_full() { Ok(()) } else { Err(ApiMisuse::NotFull { what }) }
    }

    /// Exchanges the call's audio with a program, raw, over a socket, for as long as the call is parked, as that of an
    /// outbound socket with `async` is between applications.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute). Whether it works the switch does not say.
    ///
    /// # Cancel safety
    ///
    /// Once polled the call is told, whether or not the future is polled again.
    pub async fn unicast(&self, unicast: Unicast) -> Result<(), Error> {
        self.tell(SendMsg::unicast(unicast)).await
    }

    /// Takes the media of this call, and of the one it is bridged to, past the switch: the telephone of each is told to send
    /// to where the other one listens. Both are [asleep](trunkline_proto::ChannelState::Hibernate) in the switch from then
    /// on (`switch_ivr_nomedia` in `switch_ivr.c`): their bridge has ended, as far as this library tells of it, who hangs up
    /// still ends the other one, and what is run on either waits until their media comes through the switch again
    /// ([`UuidMedia`](trunkline_proto::api::UuidMedia)).
    ///
    /// For SIP calls. Others that are bridged sleep, too, and hear nobody any more; one that is bridged to nobody goes on as
    /// it was. The switch says no more than that it was told, and the simulated one does nothing.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute).
    ///
    /// # Cancel safety
    ///
    /// Once polled the call is told, whether or not the future is polled again.
    pub async fn nomedia(&self) -> Result<(), Error> {
        let uuid: ChannelUuid = self.uuid();
        self.tell(SendMsg::nomedia(&uuid)).await
    }
}

impl Call<Async> {
    /// Has the call go on in its dialplan at once when the connection ends, even from the midst of an application, which is
    /// left. Without it such a one goes on to its end before. Of the call of an outbound socket only.
    ///
    /// # Errors
    ///
    /// A call that is controlled by its id ([`Error::Refused`]); as [`execute`](Self::execute).
    ///
    /// # Cancel safety
    ///
    /// Once polled the switch is told, whether or not the future is polled again.
    pub async fn resume(&self) -> Result<(), Error> {
        self.ask_for(Command::resume()).await.map(drop)
    }

    /// Has what the core queues to the call come to this connection and to nobody else: to no application, and to none of
    /// those who listen to all events. Such an event has lost its name, and is among [`events`](Self::events) whatever was
    /// asked for. DTMF is diverted, too; applications hear the digits all the same. Of the call of an outbound socket only.
    ///
    /// # Errors
    ///
    /// A call that is controlled by its id ([`Error::Refused`]); as [`execute`](Self::execute).
    ///
    /// # Cancel safety
    ///
    /// Once polled the switch is told, whether or not the future is polled again.
    pub async fn divert_events(&self, on: bool) -> Result<(), Error> {
        self.ask_for(Command::divert_events(on)).await.map(drop)
    }
}
