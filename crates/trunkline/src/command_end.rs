//! A command under way, as it is told to `tracing` and to the metrics: what kind it is of, how it ends, how long that
//! took. Never what it says.

use std::time::Instant;

use trunkline_proto::{CommandKind, Reply, Unanswered};

/// A command that was given.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Begun {
    pub(crate) kind: CommandKind,
    pub(crate) at: Instant,
}

/// What became of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Outcome {
    Answered,
    Refused,
    TimedOut,
    Disconnected,
    /// Its caller did not wait.
    Dropped,
}

impl Outcome {
    pub(crate) fn of(kind: CommandKind, reply: &Result<Reply, Unanswered>) -> Self {
        match reply {
            // The value may look like a refusal.
            Ok(_) if kind == CommandKind::GetVar => Self::Answered,
            Ok(reply) if reply.refusal().is_some() => Self::Refused,
            Ok(_) => Self::Answered,
            Err(Unanswered::TimedOut { .. }) => Self::TimedOut,
            Err(_) => Self::Disconnected,
        }
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Refused => "refused",
            Self::TimedOut => "timed_out",
            Self::Disconnected => "disconnected",
            Self::Dropped => "dropped",
        }
    }
}
