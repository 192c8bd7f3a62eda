//! The variables of a call, asked for and set beside whatever it does.

use std::borrow::Cow;

use trunkline_proto::api::{UuidDump, UuidGetvar, UuidSetvar, UuidSetvarMulti};
use trunkline_proto::dialstring::Variables;
use trunkline_proto::{ApiMisuse, Command, Headers};

use super::{Call, Mode};
use crate::application::Multiset;
use crate::error::Error;

/// How variables are named in events.
const PREFIX: &str = "variable_";

impl<M: Mode> Call<M> {
    /// Who calls, by number, as the switch told when it connected to us; `None` if it did not, and of a call that is
    /// controlled by its id.
    #[must_use]
    pub fn caller_number(&self) -> Option<Cow<'_, str>> {
        self.data()?.caller_number()
    }

    /// Who calls, by name; likewise.
    #[must_use]
    pub fn caller_name(&self) -> Option<Cow<'_, str>> {
        self.data()?.caller_name()
    }

    /// Whom they have called; likewise.
    #[must_use]
    pub fn destination(&self) -> Option<Cow<'_, str>> {
        self.data()?.destination()
    }

    /// A variable of the call as it is now; `None` if it is not set. By `uuid_getvar` where there are api commands,
    /// elsewhere from a new picture of the call (`connect`); never by `getvar`, whose answer a caller's text could break.
    ///
    /// # Errors
    ///
    /// A name that cannot be ([`Error::Misuse`]); the call [has ended](Error::CallEnded); as
    /// [`Client::api`](crate::Client::api).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing.
    pub async fn variable(&self, name: &str) -> Result<Option<String>, Error> {
        if self.is_full() {
            let asked = self.handle.client.run(UuidGetvar::new(self.uuid(), name)).await;
            return asked.map(|answer| answer.into_value()).map_err(|error| self.or_ended(error));
        }
        let picture = self.picture().await?;
        Ok(picture.get(&[PREFIX, name].concat()).map(|value| value.into_owned()))
    }

    /// All variables of the call as they are now, in the switch's order.
    ///
    /// # Errors
    ///
    /// As [`variable`](Self::variable).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing.
    pub async fn variables(&self) -> Result<Vec<(String, String)>, Error> {
        let list = |headers: &Headers| {
            let all = headers.iter();
            all.filter_map(|(name, value)| {
                Some((name.strip_prefix(PREFIX)?.to_owned(), value.to_str().into_owned()))
            })
            .collect()
        };
        if !self.is_full() {
            return Ok(list(&self.picture().await?));
        }
        let dump = self.handle.client.run(UuidDump::new(self.uuid())).await;
        Ok(list(dump.map_err(|error| self.or_ended(error))?.value().headers()))
    }

    /// Sets variables of the call, all at once, whatever it does: by `uuid_setvar_multi` where there are api commands,
    /// elsewhere by [`multiset`](Self::multiset), inside of what runs.
    ///
    /// # Errors
    ///
    /// None, or more than 64 ([`Error::Misuse`]); as [`variable`](Self::variable).
    ///
    /// # Cancel safety
    ///
    /// Once polled they are set, whether or not the future is polled again.
    pub async fn set_variables(&self, variables: Variables) -> Result<(), Error> {
        if !self.is_full() {
            return self.run(Multiset::new(variables)).await;
        }
        let set = self.handle.client.run(UuidSetvarMulti::new(self.uuid(), variables)).await;
        set.map(drop).map_err(|error| self.or_ended(error))
    }

    /// Sets a variable of the call that this one is bridged to; an empty value unsets it. For those it will be bridged to
    /// there is [`export`](Self::export), and [`Dial::variable`](crate::application::Dial::variable).
    ///
    /// # Errors
    ///
    /// A socket without `full` ([`ApiMisuse::NotFull`]); it is bridged to none ([`ApiMisuse::Invalid`]); as
    /// [`variable`](Self::variable).
    ///
    /// # Cancel safety
    ///
    /// Once it has been found to be bridged, and the future polled since, it is set.
    pub async fn set_peer_variable(&self, name: &str, value: &str) -> Result<(), Error> {
        if !self.is_full() {
            return Err(ApiMisuse::NotFull { what: "api" }.into());
        }
        let Some(peer) = self.variable("bridge_uuid").await? else {
            let (what, value, why) = ("the call", self.uuid().as_str().to_owned(), "is bridged to none");
            return Err(ApiMisuse::Invalid { what, value, why }.into());
        };
        let set = self.handle.client.run(UuidSetvar::new(peer, name, value)).await;
        set.map(drop).map_err(|error| self.or_ended(error))
    }

    /// The call as it is now, by its own connection.
    async fn picture(&self) -> Result<Headers, Error> {
        Ok(self.ask_for(Command::connect()).await?.headers().clone())
    }

    /// That the call has ended, if it has: then nothing else is wrong.
    pub(super) fn or_ended(&self, error: Error) -> Error {
        self.ended_already().map_or(error, Error::CallEnded)
    }
}
