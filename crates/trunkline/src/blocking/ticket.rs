//! What stands for a command until its reply is fetched.

use std::sync::{Arc, OnceLock, Weak};

use trunkline_proto::{Reply, Unanswered};

/// Stands for a command that was sent, until [`Client::wait`](super::Client::wait) has its reply. The reply is kept in
/// it, not in the client: one that is dropped leaves nothing behind. Its command is executed all the same, and its
/// reply read and thrown away.
#[derive(Debug)]
pub struct Ticket {
    /// None, where the command was never said.
    pub(super) id: Option<trunkline_proto::Ticket>,
    command: Box<str>,
    slot: Arc<Slot>,
}

/// Where the reply goes.
#[derive(Debug)]
pub(super) struct Slot {
    answer: OnceLock<Result<Reply, Unanswered>>,
}

impl Ticket {
    pub(super) fn new(id: trunkline_proto::Ticket, command: String) -> Self {
        Self { id: Some(id), command: command.into(), slot: Arc::new(Slot { answer: OnceLock::new() }) }
    }

    /// Of a command that cannot be said.
    pub(super) fn unsaid(command: String, why: Unanswered) -> Self {
        let slot = Slot { answer: OnceLock::from(Err(why)) };
        Self { id: None, command: command.into(), slot: Arc::new(slot) }
    }

    /// The command, fit to be logged.
    #[must_use]
    pub fn command(&self) -> &str {
        &self.command
    }

    /// Whether the reply has come, or will not come any more: [`Client::wait`](super::Client::wait) returns at once.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        self.answer().is_some()
    }

    pub(super) fn answer(&self) -> Option<&Result<Reply, Unanswered>> {
        self.slot.answer.get()
    }

    pub(super) fn slot(&self) -> Weak<Slot> {
        Arc::downgrade(&self.slot)
    }

    /// Whether this is its slot.
    pub(super) fn has(&self, slot: &Weak<Slot>) -> bool {
        std::ptr::eq(slot.as_ptr(), Arc::as_ptr(&self.slot))
    }
}

impl Slot {
    pub(super) fn fill(&self, answer: Result<Reply, Unanswered>) {
        // A command has one reply.
        let _ = self.answer.set(answer);
    }
}
