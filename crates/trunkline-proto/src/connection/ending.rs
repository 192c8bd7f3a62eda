//! How it ends: who still waits is told, and told what is known of his command.

use std::time::Instant;

use super::jobs::JobLost;
use super::output::{CloseReason, Output};
use super::replies::{Executed, Purpose, Unanswered};
use super::{Connection, State};

impl Connection {
    /// The session is over: the end, or a break.
    pub(super) fn end(&mut self, reason: CloseReason, now: Instant) {
        if self.survives() && reason != CloseReason::Requested {
            self.break_off(reason, now);
        } else {
            self.finish(reason);
        }
    }

    /// The end: everything that waits is told.
    pub(super) fn finish(&mut self, reason: CloseReason) {
        if matches!(self.state, State::Closed(_)) {
            return;
        }
        self.state = State::Closed(reason.clone());
        for (purpose, start) in self.replies.drain() {
            let executed = match start {
                Some(start) if start < self.written => Executed::Unknown,
                _ => Executed::No,
            };
            self.cut_off(purpose, executed, &reason);
        }
        for job in self.jobs.drain() {
            self.outputs.push_back(Output::Job { job, result: Err(JobLost::Disconnected(reason.clone())) });
        }
        let waiting = self.subscriptions.give_up_waiting();
        let why = Unanswered::Disconnected { executed: Executed::Unknown, reason: reason.clone() };
        self.refuse(waiting, &why);
        self.out.clear();
        self.outputs.push_back(Output::Closed(reason));
    }

    /// A command will have no reply.
    pub(super) fn cut_off(&mut self, purpose: Purpose, executed: Executed, reason: &CloseReason) {
        let why = Unanswered::Disconnected { executed, reason: reason.clone() };
        match purpose {
            Purpose::Caller(ticket) => self.outputs.push_back(Output::Reply { ticket, reply: Err(why) }),
            Purpose::Job(ticket, job) => {
                self.jobs.finish(&job);
                self.outputs.push_back(Output::Reply { ticket, reply: Err(why) });
            }
            Purpose::Nobody | Purpose::Subscription(_) | Purpose::Core | Purpose::Exit => {}
        }
    }
}
