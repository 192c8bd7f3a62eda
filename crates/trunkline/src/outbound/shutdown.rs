//! How a server is stopped.

use std::time::Duration;

use trunkline_proto::HangupCause;

/// How a server is stopped: it accepts no more calls, lets those it has end, and after a while makes an end of them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shutdown {
    /// How long calls may go on.
    pub within: Duration,
    /// How those are hung up that are then still there; `None`, they are given back, and go on in their dialplan.
    pub cause: Option<HangupCause>,
}

impl Shutdown {
    /// After this time calls are given back, and go on in their dialplan.
    #[must_use]
    pub fn give_back(within: Duration) -> Self {
        Self { within, cause: None }
    }

    /// After this time calls are hung up. One that cannot be, since it runs what cannot be interrupted and there are no api
    /// commands, is let go as a handler would be after its call's [end](super::Server::after_end).
    #[must_use]
    pub fn hang_up(within: Duration, cause: impl Into<HangupCause>) -> Self {
        Self { within, cause: Some(cause.into()) }
    }
}
