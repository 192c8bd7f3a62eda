//! Who is to be told of replies and jobs.

use std::collections::HashMap;
use std::fmt;

use trunkline_proto::{Event, JobUuid, Reply, Ticket, Unanswered};

use super::NoJob;

type OnReply = Box<dyn FnOnce(Result<Reply, Unanswered>) + Send>;
type OnJob = Box<dyn FnOnce(Result<Event, NoJob>) + Send>;

/// A job that is being started: its id, and its command.
pub(super) type Starting = (JobUuid, String);

#[derive(Default)]
pub(super) struct Callbacks {
    replies: HashMap<Ticket, OnReply>,
    jobs: HashMap<JobUuid, OnJob>,
    starting: HashMap<Ticket, Starting>,
}

impl Callbacks {
    pub(super) fn on_reply(
        &mut self,
        ticket: Ticket,
        done: impl FnOnce(Result<Reply, Unanswered>) + Send + 'static,
    ) {
        self.replies.insert(ticket, Box::new(done));
    }

    pub(super) fn on_job(
        &mut self,
        ticket: Ticket,
        id: JobUuid,
        command: &str,
        done: impl FnOnce(Result<Event, NoJob>) + Send + 'static,
    ) {
        self.jobs.insert(id.clone(), Box::new(done));
        self.starting.insert(ticket, (id, command.to_owned()));
    }

    pub(super) fn forget(&mut self, ticket: Ticket) {
        self.replies.remove(&ticket);
    }

    /// Whether it was waited for.
    pub(super) fn forget_job(&mut self, id: &JobUuid) -> bool {
        self.jobs.remove(id).is_some()
    }

    pub(super) fn reply(&mut self, ticket: Ticket, reply: Result<Reply, Unanswered>) {
        if let Some(done) = self.replies.remove(&ticket) {
            done(reply);
        }
    }

    /// The job that was to be started by a command that is answered now.
    pub(super) fn started(&mut self, ticket: Ticket) -> Option<Starting> {
        self.starting.remove(&ticket)
    }

    pub(super) fn end_job(&mut self, id: &JobUuid, result: Result<Event, NoJob>) {
        if let Some(done) = self.jobs.remove(id) {
            done(result);
        }
    }

    /// Whether nothing was said yet of how it ended.
    pub(super) fn waits_for(&self, id: &JobUuid) -> bool {
        self.jobs.contains_key(id)
    }

    pub(super) fn tickets(&self) -> impl Iterator<Item = Ticket> {
        self.replies.keys().copied()
    }

    pub(super) fn jobs(&self) -> impl Iterator<Item = &JobUuid> {
        self.jobs.keys()
    }
}

impl fmt::Debug for Callbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let replies: Vec<&Ticket> = self.replies.keys().collect();
        let jobs: Vec<&JobUuid> = self.jobs.keys().collect();
        f.debug_struct("Callbacks").field("replies", &replies).field("jobs", &jobs).finish()
    }
}
