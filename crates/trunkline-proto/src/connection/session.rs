//! What outlives a session: a connection that is meant to last, its breaks, and how it takes up again.
//!
//! The switch keeps nothing of a client that has gone. So after each break everything that was asked of it is asked
//! again: first who it is (another Core-UUID means that it was restarted, and that its jobs and channels are gone), then
//! the filters, then what is subscribed, and only then come the commands that waited.

use std::time::Instant;

use super::jobs::JobLost;
use super::liveness::Pulse;
use super::output::{CloseReason, Output};
use super::replies::{Executed, Purpose, Unanswered};
use super::{Connection, State};
use crate::command::Command;
use crate::ids::CoreUuid;
use crate::message::MessageDecoder;
use crate::reply::Reply;

/// What a lasting connection knows about its sessions.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    /// How many were let in.
    count: u64,
    /// The switch is asked who it is; everything else waits.
    asking: bool,
    /// Who it was when last asked.
    core: Option<CoreUuid>,
}

impl Sessions {
    /// Whether it was let in before.
    pub(super) fn had_one(&self) -> bool {
        self.count > 0
    }

    /// Whether commands must wait for the switch to say who it is.
    pub(super) fn is_asking(&self) -> bool {
        self.asking
    }
}

impl Connection {
    /// Whether the session is lost, and [`restart`](Self::restart) or [`give_up`](Self::give_up) is awaited.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        matches!(self.state, State::Broken(_))
    }

    /// A new TCP connection to the switch was made: it is to greet us. Only for one that
    /// [is broken](Self::is_broken); otherwise nothing happens.
    pub fn restart(&mut self, now: Instant) {
        if self.is_broken() {
            self.decoder = MessageDecoder::new(self.config.limits);
            self.state = State::Greeting { deadline: now.checked_add(self.config.greeting_timeout) };
        }
    }

    /// There will be no other session: the end, for the reason the last one was lost.
    pub fn give_up(&mut self) {
        if let State::Broken(reason) = &self.state {
            let reason = reason.clone();
            self.finish(reason);
        }
    }

    /// The Core-UUID of the switch, where this is a [lasting](super::ConnectionConfig::lasting) connection and the
    /// switch tells this user.
    #[must_use]
    pub fn core_uuid(&self) -> Option<&CoreUuid> {
        self.sessions.core.as_ref()
    }

    /// Whether a loss now is a break and not the end.
    pub(super) fn survives(&self) -> bool {
        self.config.lasting && !matches!(self.state, State::Leaving { .. } | State::Closed(_))
    }

    /// The session is lost, and there may be another one.
    pub(super) fn break_off(&mut self, reason: CloseReason, now: Instant) {
        if self.is_broken() {
            return;
        }
        self.state = State::Broken(reason.clone());
        self.sessions.asking = false;
        self.pulse = Pulse::new(now);
        for (purpose, start) in self.replies.drain_sent() {
            let executed = if start < self.written { Executed::Unknown } else { Executed::No };
            self.cut_off(purpose, executed, &reason);
        }
        for purpose in self.replies.take_unsaid(self.config.wait_in_break) {
            self.cut_off(purpose, Executed::No, &reason);
        }
        self.subscriptions.on_break();
        self.filters.on_break();
        self.out.clear();
        self.offered = self.written;
        self.outputs.push_back(Output::Broken(reason));
        self.replies.start_all_clocks(now);
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

    /// We are let in.
    pub(super) fn on_session(&mut self, now: Instant) {
        self.replies.stop_clocks();
        if !self.config.lasting {
            return self.pump(now);
        }
        self.sessions.count += 1;
        self.sessions.asking = true;
        if let Ok(command) = Command::api("global_getvar core_uuid") {
            self.replies.push_front(command, self.config.command_timeout, Purpose::Core);
        }
        self.pump(now);
    }

    /// The switch has said who it is, or will not.
    pub(super) fn on_core(&mut self, answer: Option<&Reply>, now: Instant) {
        self.sessions.asking = false;
        let core = answer.and_then(core_uuid);
        let before = std::mem::replace(&mut self.sessions.core, core.clone());
        if self.sessions.count > 1 {
            let restarted = before.zip(core.as_ref()).map(|(before, now)| before != *now);
            if restarted == Some(true) {
                for job in self.jobs.drain() {
                    self.outputs.push_back(Output::Job { job, result: Err(JobLost::Restarted) });
                }
            }
            self.outputs.push_back(Output::Resumed { core, restarted });
        }
        let waiting = self.replies.take_waiting();
        self.restore_filters(now);
        self.reconcile(now);
        self.replies.extend(waiting);
        self.pump(now);
    }
}

/// The answer, if it is an id: a restricted user is refused, and a relay may answer anything.
fn core_uuid(answer: &Reply) -> Option<CoreUuid> {
    let Reply::Api(response) = answer else { return None };
    let text = response.text();
    let is_id = text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_id.then(|| CoreUuid::from(&*text))
}
