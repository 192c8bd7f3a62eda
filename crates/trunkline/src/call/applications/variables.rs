//! Variables, set by applications.

use trunkline_proto::dialstring::Variables;

use crate::application::{Export, Multiset, Set, Unset};
use crate::call::{Call, Mode};
use crate::error::Error;

impl<M: Mode> Call<M> {
    /// Sets a variable of the call; to nothing unsets it. No value may hold `${`, which the switch would run.
    ///
    /// # Errors
    ///
    /// A name or value that cannot be ([`Error::Misuse`]); as [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn set(&self, name: &str, value: &str) -> Result<(), Error> {
        self.run(Set::new(name, value)).await
    }

    /// Sets variables of the call, all at once.
    ///
    /// # Errors
    ///
    /// None, or more than 255 ([`Error::Misuse`]); as [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn multiset(&self, variables: Variables) -> Result<(), Error> {
        self.run(Multiset::new(variables)).await
    }

    /// Sets a variable of the call, and of those that it is bridged to from now on.
    ///
    /// # Errors
    ///
    /// A name or value that cannot be ([`Error::Misuse`]); as [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn export(&self, name: &str, value: &str) -> Result<(), Error> {
        self.run(Export::new(name, value)).await
    }

    /// Takes a variable of the call away.
    ///
    /// # Errors
    ///
    /// A name that cannot be ([`Error::Misuse`]); as [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn unset(&self, name: &str) -> Result<(), Error> {
        self.run(Unset::new(name)).await
    }
}
