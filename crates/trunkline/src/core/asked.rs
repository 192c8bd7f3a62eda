//! Commands that are to be sent, and who is told what they are answered.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use trunkline_proto::{Command, Reply, Ticket, Unanswered};

use crate::call::CallState;
use crate::command_end::Begun;

pub(crate) type ReplySender = oneshot::Sender<Result<Reply, Unanswered>>;

pub(crate) struct Submission {
    pub(crate) serial: u64,
    pub(crate) command: Command,
    pub(crate) timeout: Option<Duration>,
    pub(crate) asker: Asker,
}

/// Who is told the reply.
pub(crate) enum Asker {
    /// One who waits for it.
    Caller(ReplySender),
    /// A call, of an application of this id, whose caller waits for the end and need not be woken for anything before.
    Call(Arc<CallState>, Arc<str>),
}

impl From<ReplySender> for Asker {
    fn from(sender: ReplySender) -> Self {
        Self::Caller(sender)
    }
}

impl Asker {
    /// Nobody wants to know any more.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self, Self::Caller(sender) if sender.is_closed())
    }

    pub(super) fn tell(self, reply: Result<Reply, Unanswered>) {
        match self {
            // Who has gone meanwhile gets nothing.
            Self::Caller(sender) => drop(sender.send(reply)),
            Self::Call(call, id) => call.on_reply(&id, reply),
        }
    }
}

/// Whose command was handed over.
pub(super) struct Waiter {
    pub(super) serial: u64,
    pub(super) ticket: Ticket,
    pub(super) begun: Begun,
    pub(super) asker: Asker,
}
