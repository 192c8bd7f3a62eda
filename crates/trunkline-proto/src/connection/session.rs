//! What outlives a session: a connection that is meant to last, its breaks, and how it takes up again.
//!
//! The switch keeps nothing of a client that has gone. So after each break everything that was asked of it is asked
//! again: first who it is (another Core-UUID means that it was restarted, and that its jobs and channels are gone), then
//! the filters, then what is subscribed, and only then come the commands that waited.

use std::time::Instant;

use super::jobs::JobLost;
use super::liveness::Pulse;
use super::output::{CloseReason, Output};
use super::replies::{Executed, Purpose};
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
    /// Who it was when it last said so.
    core: Option<CoreUuid>,
    /// It said so in the last session.
    known: bool,
    /// How the last session was lost, until we are let in again.
    lost: Option<CloseReason>,
}

impl Sessions {
    /// Whether it was let in before.
    pub(super) fn had_one(&self) -> bool {
        self.count > 0
    }

    /// How the last session was lost, where there is no other one yet.
    pub(super) fn lost(&self) -> Option<&CloseReason> {
        self.lost.as_ref()
    }

    /// Takes down who the switch is now; whether that is another one than in the last session, if that can be known.
    fn meet(&mut self, core: Option<CoreUuid>) -> Option<bool> {
        let was_known = std::mem::replace(&mut self.known, core.is_some());
        let core = core?;
        let before = self.core.replace(core.clone())?;
        match before == core {
            // No other one has its id: it was the same all the time.
            true => Some(false),
            false => was_known.then_some(true),
        }
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

    /// Whether we are let in, and the switch has answered for everything that it had forgotten: the filters, the events and
    /// the log level.
    #[must_use]
    pub fn is_restored(&self) -> bool {
        self.is_ready() && !self.sessions.is_asking() && self.subscriptions.is_answered()
    }

    /// The Core-UUID of the switch as it last said it, where this is a [lasting](super::ConnectionConfig::lasting)
    /// connection and the switch tells this user.
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
        self.replies.take_back(self.written, &self.out);
        for purpose in self.replies.drain_sent() {
            self.cut_off(purpose, Executed::Unknown, &reason);
        }
        for purpose in self.replies.take_unsaid(self.config.wait_in_break) {
            self.cut_off(purpose, Executed::No, &reason);
        }
        self.subscriptions.on_break();
        self.filters.on_break();
        self.out.clear();
        self.offered = self.written;
        self.sessions.lost = Some(reason.clone());
        self.outputs.push_back(Output::Broken(reason));
        self.replies.strand(now);
    }

    /// We are let in.
    pub(super) fn on_session(&mut self, now: Instant) {
        if !self.config.lasting {
            return self.pump(now);
        }
        self.sessions.lost = None;
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
        self.replies.rescue(now);
        let core = answer.and_then(core_uuid);
        let restarted = self.sessions.meet(core.clone());
        if self.sessions.count > 1 {
            if restarted == Some(true) {
                // Those that were not yet said will be, to the switch as it is now.
                for job in self.jobs.drain_but(&self.replies.unsaid_jobs()) {
                    self.outputs.push_back(Output::Job { job, result: Err(JobLost::Restarted) });
                }
            }
            self.outputs.push_back(Output::Resumed { core, restarted });
        }
        let waiting = self.replies.take_waiting();
        if self.sessions.count > 1 {
            // In the first session those there are wait in line to be set.
            self.restore_filters(now);
        }
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
