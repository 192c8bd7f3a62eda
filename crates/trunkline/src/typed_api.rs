//! Api commands as values: run, and their answers read.

#[cfg(feature = "client")]
mod background;
#[cfg(feature = "blocking")]
mod blocking;
#[cfg(feature = "client")]
mod client;

use std::borrow::Cow;
use std::ops::Deref;

use trunkline_proto::ApiResponse;
use trunkline_proto::api::ApiCommand;

#[cfg(feature = "client")]
pub use background::ApiJob;

use crate::error::Error;

/// What an api command gave, and the text it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiAnswer<T> {
    value: T,
    response: ApiResponse,
}

impl<T> ApiAnswer<T> {
    pub(crate) fn read<C: ApiCommand<Output = T>>(
        command: &C,
        line: &str,
        response: ApiResponse,
    ) -> Result<Self, Error> {
        match command.read(response.bytes()) {
            Ok(value) => Ok(Self { value, response }),
            Err(source) => Err(Error::api(line, source)),
        }
    }

    /// What it gave.
    #[must_use]
    pub fn value(&self) -> &T {
        &self.value
    }

    /// What it gave.
    #[must_use]
    pub fn into_value(self) -> T {
        self.value
    }

    /// What the command printed; bytes that are not UTF-8 are replaced by U+FFFD.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        self.response.text()
    }

    /// What the command printed.
    #[must_use]
    pub fn response(&self) -> &ApiResponse {
        &self.response
    }
}

impl<T> Deref for ApiAnswer<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
