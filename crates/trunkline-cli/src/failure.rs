//! How a run can fail, and the exit status that says so.

use trunkline::{CloseReason, Error};

#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The switch answered, and the answer was no.
    #[error("{0}")]
    Refused(String),
    /// The command line makes no sense.
    #[error("{0}")]
    Usage(String),
    /// The connection could not be made, or was lost.
    #[error("{0}")]
    Connection(String),
    /// The switch did not answer in time.
    #[error("{0}")]
    Timeout(String),
    /// Something on this side.
    #[error("{0}")]
    Local(String),
    /// Whoever read our output has gone.
    #[error("nobody reads the output any more")]
    NobodyReads,
}

impl Failure {
    /// The exit status; the help lists them.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Refused(_) => 1,
            Self::Usage(_) => 2,
            Self::Connection(_) | Self::Local(_) => 3,
            Self::Timeout(_) => 4,
            // As for a program ended by SIGPIPE.
            Self::NobodyReads => 141,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::Config(_) | Error::Misuse(_) => Self::Usage(text),
            error if error.is_refused() => Self::Refused(text),
            error if error.is_timeout() => Self::Timeout(text),
            _ => Self::Connection(text),
        }
    }
}

impl From<CloseReason> for Failure {
    fn from(reason: CloseReason) -> Self {
        Error::from(reason).into()
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            Self::NobodyReads
        } else {
            Self::Local(format!("cannot write the output: {error}"))
        }
    }
}
