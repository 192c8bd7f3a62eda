//! How applications fail.

use trunkline_proto::{ChannelUuid, HangupCause};

/// What an application says of its failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApplicationError {
    /// There is no such file, or nothing that could read it.
    #[error("there is no file `{path}`, or no module that reads it")]
    FileNotFound {
        /// Which, as it was asked for.
        path: String,
    },
    /// A file was begun, and could not be played to its end.
    #[error("`{path}` could not be played")]
    Playback {
        /// Which, as it was asked for.
        path: String,
    },
    /// Nobody entered what was asked for.
    #[error(transparent)]
    NoDigits(#[from] super::NoDigits),
    /// The call was not bridged.
    #[error("nobody was reached: {cause}")]
    NotBridged {
        /// Why.
        cause: HangupCause,
        /// Why each of those that were called was not, as far as the switch tells.
        legs: Vec<(ChannelUuid, HangupCause)>,
    },
    /// It answered something that this version takes for no success.
    #[error("it answered \"{0}\"")]
    Answered(String),
}
