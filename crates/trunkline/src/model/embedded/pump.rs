//! What comes out of the connection, to where it belongs.

use std::time::Instant;

use trunkline_proto::{
    Command, JobLost, JobUuid, Output, Reply, SubscriptionId, SubscriptionRefused, Ticket, Unanswered,
};

use super::{Embedded, NoJob, Observed};
use crate::model::batch::Batch;
use crate::model::change::Removal;
use crate::model::snapshot::{Reading, StaleCause};
use crate::model::switch::NewJob;

/// How many questions of the model are on their way at once. The switch sends no events while it answers one.
const ASKS: usize = 8;

impl Embedded {
    /// Takes everything that has come out of the connection to where it belongs, and asks what the model wants to know.
    pub(super) fn pump(&mut self, now: Instant) {
        loop {
            match self.connection.poll_output() {
                Output::Idle { deadline } => {
                    self.deadline = deadline;
                    self.fold(now);
                    if !self.ask(now) {
                        return;
                    }
                }
                Output::Event(event) => {
                    if self.wanted.events.matches(&event) {
                        self.observed.push_back(Observed::Event(event.clone()));
                    }
                    self.events.push(event);
                }
                output => {
                    self.fold(now);
                    self.take(output, now);
                }
            }
        }
    }

    fn take(&mut self, output: Output, now: Instant) {
        match output {
            Output::Ready(permissions) => self.observed.push_back(Observed::Ready(permissions)),
            Output::Reply { ticket, reply } => self.reply(ticket, reply, now),
            Output::Job { job, result } => {
                if let Err(JobLost::NotPermitted) = &result {
                    let batch = self.switch.lose_job(&job, Removal::Unknown, now);
                    self.tell(batch);
                }
                self.callbacks.end_job(&job, result.map_err(NoJob::Lost));
            }
            Output::Subscribed { id, result } => self.subscribed(id, result, now),
            Output::Log(line) => self.observed.push_back(Observed::Log(line)),
            Output::Notice(notice) => self.observed.push_back(Observed::Notice(notice)),
            Output::Unexpected(message) => self.observed.push_back(Observed::Unknown(message)),
            Output::Stalled(stalled) => self.stalled(stalled, now),
            Output::Broken(reason) => {
                (self.is_hearing, self.is_stalled) = (false, false);
                self.switch.lose(StaleCause::Gap, now);
                self.observed.push_back(Observed::Broken(reason));
            }
            Output::Resumed { core, restarted } => {
                let batch = match (&core, restarted) {
                    (Some(core), Some(true)) => self.switch.lose_jobs_of_others(core, now),
                    _ => self.switch.doubt_jobs(now),
                };
                self.tell(batch);
                self.observed.push_back(Observed::Resumed { core, restarted });
            }
            Output::Closed(reason) => {
                self.is_hearing = false;
                self.switch.lose(StaleCause::Gap, now);
                let batch = self.switch.lose_jobs(now);
                self.tell(batch);
                self.observed.push_back(Observed::Closed(reason));
            }
            // Not of a connection of this kind, or not known.
            _ => {}
        }
    }

    /// What happens in a switch that does not answer is not known; it is asked for once it does.
    fn stalled(&mut self, stalled: bool, now: Instant) {
        self.is_stalled = stalled;
        if stalled {
            self.switch.lose(StaleCause::Silent, now);
        }
        self.observed.push_back(Observed::Stalled(stalled));
    }

    /// Folds the events that have come, in one batch.
    fn fold(&mut self, now: Instant) {
        if self.events.is_empty() {
            return;
        }
        let batch = self.switch.apply_all(&self.events, now);
        self.events.clear();
        self.tell(batch);
    }

    pub(super) fn tell(&mut self, batch: Batch) {
        if !batch.is_empty() {
            self.observed.push_back(Observed::Changes(batch));
        }
    }

    fn subscribed(&mut self, id: SubscriptionId, result: Result<(), SubscriptionRefused>, now: Instant) {
        if let Err(refused) = result {
            self.switch.set_partial(true);
            // A subscription that is refused in part is refused as a whole: the rest is asked for by itself.
            if self.wanted.is_model(id) && self.wanted.forgo(&refused) {
                // What was said before is sayable.
                let _ = self.wanted.reconcile(&mut self.connection, now);
            }
            self.observed.push_back(Observed::Refused(refused));
        } else if self.wanted.is_model(id) && !std::mem::replace(&mut self.is_hearing, true) {
            self.switch.resync(now);
        }
    }

    fn reply(&mut self, ticket: Ticket, reply: Result<Reply, Unanswered>, now: Instant) {
        if let Some(ask) = self.asks.remove(&ticket) {
            let reading = match reply {
                Ok(Reply::Api(response)) => ask.read(response.bytes()),
                Ok(Reply::Command(reply)) => ask.read(reply.text().as_bytes()),
                Ok(_) => Reading::none(),
                Err(why) => {
                    self.observed.push_back(Observed::AskFailed(why));
                    Reading::none()
                }
            };
            let batch = self.switch.answer(&ask, reading, now);
            self.tell(batch);
            if self.switch.view().stale().is_none() {
                self.observed.push_back(Observed::Current);
            }
            return;
        }
        if let Some((job, command)) = self.callbacks.started(ticket) {
            self.started(job, command, reply, now);
            return;
        }
        self.callbacks.reply(ticket, reply);
    }

    /// The `bgapi` of a job was answered.
    fn started(&mut self, job: JobUuid, command: String, reply: Result<Reply, Unanswered>, now: Instant) {
        let refusal = match reply {
            Ok(Reply::Command(reply)) => reply.error().map(NoJob::Refused),
            Ok(_) => None,
            Err(why) => Some(NoJob::Unanswered(why)),
        };
        match refusal {
            Some(why) => self.callbacks.end_job(&job, Err(why)),
            // It may be known already that its end will not be heard.
            None if self.callbacks.waits_for(&job) => {
                // Of a switch that was started anew no event may have told yet.
                let core = self.connection.core_uuid().or(self.switch.view().core_uuid()).cloned();
                let job = NewJob { id: job, command: command.into(), begun: now, core };
                let batch = self.switch.begin(job, now);
                self.tell(batch);
            }
            None => {}
        }
    }

    /// Asks what the model wants to know; whether there was anything.
    fn ask(&mut self, now: Instant) -> bool {
        if !self.may_ask() {
            return false;
        }
        if self.switch.resync_due().is_some_and(|due| due <= now) {
            self.switch.resync(now);
        }
        let mut asked = false;
        for ask in self.switch.asks(ASKS, now) {
            let Ok(command) = Command::api(&ask.line()) else { continue };
            let ticket = self.connection.send(command, None, now);
            self.asks.insert(ticket, ask);
            asked = true;
        }
        asked
    }
}
