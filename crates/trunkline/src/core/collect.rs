//! What has come of the connection, sorted by who is to be told.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use trunkline_proto::{CommandKind, Disposition, Output, Reply, Ticket, Unanswered};

use super::asked::Waiter;
use super::{Core, Deliveries, JobNews, Opening, now};
use crate::after_connect::Connected;
use crate::halves::Writer;
use crate::reconnect::Gap;
use crate::trace;

impl Core {
    pub(super) fn collect(&mut self, deliveries: &mut Deliveries) {
        loop {
            match self.connection.poll_output() {
                Output::Event(event) => deliveries.events.push_back(event),
                Output::Reply { ticket, reply } => {
                    if let Some(waiter) = self.take_waiter(ticket) {
                        self.tally.command_ends(&waiter.begun, &reply);
                        self.follow_job(&waiter, &reply, deliveries);
                        deliveries.replies.push((waiter.asker, reply));
                    }
                }
                Output::Log(line) => deliveries.logs.push_back(line),
                Output::Job { job, result } => {
                    if let Some(running) = self.jobs.remove(&job) {
                        deliveries.rare().jobs.push((running.end, result));
                    }
                }
                Output::Subscribed { id, result } => match (self.subscribing.remove(&id), result) {
                    (Some(sender), result) => deliveries.rare().subscribed.push((sender, result)),
                    // Asked for again after a break.
                    (None, Ok(())) => self.watchers.holds(id, now()),
                    (None, Err(refused)) => deliveries.rare().refused.push((id, refused)),
                },
                Output::Stalled(stalled) => deliveries.rare().stalled = Some(stalled),
                Output::Broken(reason) => {
                    if self.ready.is_some() {
                        // There never was a connection.
                        self.connection.give_up();
                        continue;
                    }
                    trace::lost(&self.tally.span, &reason);
                    self.why = reason.to_string();
                    self.restoring = None;
                    deliveries.rare().connects = Some(None);
                    let let_in = self.let_in.take();
                    self.held_for =
                        let_in.map_or(Duration::ZERO, |since| now().saturating_duration_since(since));
                    self.jobs.values().for_each(|job| job.cross(&self.waiters));
                    self.writer = Writer::None;
                    self.write_failed = None;
                    self.watchers.lost(self.last_heard(), now());
                    self.broken.get_or_insert_with(|| (SystemTime::now(), reason));
                }
                Output::Resumed { core, restarted } => {
                    if let Some(broken) = self.broken.take() {
                        let gap = Gap::until_now(broken, core, restarted);
                        self.connects += 1;
                        self.restoring =
                            Some(Connected { number: self.connects, gap: Some(gap.clone()) }.into());
                        self.watchers.back(&gap);
                        deliveries.rare().gap = Some(gap);
                    }
                }
                Output::Ready(permissions) => {
                    self.let_in = Some(now());
                    if let Some(Opening::Inbound(sender)) = self.ready.take() {
                        deliveries.rare().ready = Some((sender, permissions));
                        self.connects = 1;
                        self.restoring = Some(Connected { number: 1, gap: None }.into());
                    }
                }
                Output::Call(mut call) => {
                    self.let_in = Some(now());
                    // It is kept: in memory of its own.
                    *call = call.detach();
                    if let Some(Opening::Outbound(sender)) = self.ready.take() {
                        deliveries.rare().call = Some((sender, call));
                    }
                }
                Output::Notice(notice) => {
                    trace::notice(&self.tally.span, &notice);
                    if notice.disposition() == Disposition::Linger {
                        deliveries.rare().lingers = true;
                    }
                }
                Output::Unexpected(message) => trace::unexpected(&self.tally.span, &message),
                Output::Closed(reason) => {
                    self.ready = None;
                    self.watchers.lost(self.last_heard(), now());
                    deliveries.rare().closed = Some(reason);
                }
                Output::Idle { deadline } => {
                    if self.connection.core_uuid() != self.core_uuid.as_ref() {
                        self.core_uuid = self.connection.core_uuid().cloned();
                        self.tally.met(self.core_uuid.as_ref());
                    }
                    if self.restoring.is_some() && self.connection.is_restored() {
                        deliveries.rare().connects = Some(self.restoring.take().map(|connected| *connected));
                    }
                    let last_words = self.write_failed.as_ref().map(|(_, deadline)| *deadline);
                    self.deadline = [deadline, last_words, self.leave_by].into_iter().flatten().min();
                    let mut wake = self.watchers.take_wake();
                    if !wake.is_empty() {
                        deliveries.rare().wake.append(&mut wake);
                    }
                    return;
                }
                other => tracing::warn!(?other, "an output this version does not know"),
            }
        }
    }

    /// Has those who follow the jobs be told of one that the switch has taken.
    fn follow_job(&self, waiter: &Waiter, reply: &Result<Reply, Unanswered>, deliveries: &mut Deliveries) {
        if waiter.begun.kind != CommandKind::BgApi || !self.job_followers.any() {
            return;
        }
        if let Ok(Reply::Command(reply)) = reply
            && reply.is_ok()
            && let Some(id) = reply.job_uuid()
        {
            let core = self.connection.core_uuid().cloned();
            deliveries.rare().followed.push((Arc::clone(&self.job_followers), JobNews::Taken { id, core }));
        }
    }

    fn last_heard(&self) -> Instant {
        self.heard.unwrap_or_else(now)
    }

    fn take_waiter(&mut self, ticket: Ticket) -> Option<Waiter> {
        if self.waiters.front().is_some_and(|waiter| waiter.ticket == ticket) {
            return self.waiters.pop_front();
        }
        let at = self.waiters.binary_search_by_key(&ticket, |waiter| waiter.ticket).ok()?;
        self.waiters.remove(at)
    }
}
