//! Sorts what comes: replies to their tickets, everything else into one bounded queue.

mod session;

use std::collections::{HashMap, VecDeque};
use std::sync::Weak;
use std::time::Instant;

use trunkline_proto::{
    CloseReason, Connection, JobLost, JobUuid, LogLevel, Output, Permissions, Reply, SubscriptionId,
    SubscriptionRefused, Unanswered,
};

use super::outbound::Heard;
use super::received::{JOB_RANK, Received};
use super::ticket::{Slot, Ticket};
use super::wanted::Wanted;
use crate::bounded::Bounded;
use crate::config::Config;
use crate::error::Error;
use crate::job_result::JobResult;
use session::Sessions;

#[derive(Debug)]
pub(super) struct Inbox {
    /// Commands without a reply, by ticket, which is also the order of replies.
    waiters: VecDeque<Waiter>,
    items: Bounded<Received>,
    /// What comes now is not fetched at once: the bounds hold, and nothing keeps a network buffer.
    pub(super) keeps: bool,
    pub(super) wanted: Wanted,
    pub(super) log: Option<LogLevel>,
    /// Jobs of ours that have not ended, and whether the connection was lost since they began.
    running: HashMap<JobUuid, bool>,
    subscribing: Option<Subscribing>,
    pub(super) permissions: Option<Permissions>,
    /// Why there is no connection: it was lost, or has ended.
    pub(super) closed: Option<CloseReason>,
    pub(super) sessions: Sessions,
    /// Of the call it was made for, if it was.
    pub(super) heard: Heard,
}

#[derive(Debug)]
struct Waiter {
    ticket: trunkline_proto::Ticket,
    slot: Weak<Slot>,
    /// The job it starts, if it starts one.
    job: Option<JobUuid>,
}

/// What a subscription changes once it holds.
#[derive(Debug)]
pub(super) enum Change {
    Events(Wanted),
    Log(LogLevel),
}

#[derive(Debug)]
struct Subscribing {
    id: SubscriptionId,
    change: Change,
    result: Option<Result<(), SubscriptionRefused>>,
}

impl Inbox {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            waiters: VecDeque::new(),
            items: Bounded::new(config.queue_items, config.queue_bytes),
            keeps: true,
            wanted: Wanted::default(),
            log: None,
            running: HashMap::new(),
            subscribing: None,
            permissions: None,
            closed: None,
            sessions: Sessions::default(),
            heard: Heard::default(),
        }
    }

    /// Takes all there is; the connection's next deadline.
    pub(super) fn sort(&mut self, connection: &mut Connection) -> Option<Instant> {
        loop {
            let output = connection.poll_output();
            if let Output::Event(event) = &output {
                self.heard.on_event(event);
            }
            match output {
                Output::Call(data) => self.heard.on_call(data),
                Output::Event(event) if self.wanted.matches(&event) => self.put(Received::Event(event)),
                Output::Log(line) if self.log.is_some_and(|wanted| line.level() <= wanted) => {
                    self.put(Received::Log(line));
                }
                // Meant for what was taken back meanwhile.
                Output::Event(_) | Output::Log(_) => {}
                Output::Reply { ticket, reply } => self.answer(ticket, reply),
                Output::Job { job, result } => {
                    if let Some(crossed) = self.running.remove(&job) {
                        let result = result.map(|event| JobResult::new(event).across(crossed));
                        self.put(Received::Job { job, result });
                    }
                }
                Output::Subscribed { id, result } => self.subscribed(id, result),
                Output::Ready(permissions) => self.ready(permissions),
                Output::Stalled(stalled) => self.put(Received::Stalled(stalled)),
                Output::Broken(reason) => self.broken(reason),
                Output::Resumed { core, restarted } => self.resumed(core, restarted),
                Output::Notice(notice) => self.put(Received::Notice(notice)),
                Output::Unexpected(message) => self.put(Received::Unexpected(Box::new(message))),
                Output::Closed(reason) => {
                    tracing::debug!(%reason, "connection closed");
                    self.closed = Some(reason);
                }
                Output::Idle { deadline } => {
                    if self.keeps {
                        // The items themselves say what was missed.
                        let _ = self.items.trim();
                    }
                    return deadline;
                }
                other => tracing::warn!(?other, "an output this version does not know"),
            }
        }
    }

    pub(super) fn put(&mut self, item: Received) {
        self.items.append(if self.keeps { item.detach() } else { item });
    }

    // ---- items

    /// The next item, what was dropped before it first.
    pub(super) fn next(&mut self) -> Option<Received> {
        let missed = self.items.take_missed().map(Received::Missed);
        missed.or_else(|| self.items.take_gap().map(Received::Gap)).or_else(|| self.items.pop())
    }

    /// Whether there is a next item.
    pub(super) fn has_items(&self) -> bool {
        self.len() > 0 || self.items.has_missed()
    }

    pub(super) fn len(&self) -> usize {
        self.items.len() + self.items.gaps()
    }

    /// The end of a job, if it has come; why it will not, or not in this session, if so.
    pub(super) fn end_of(&mut self, job: &JobUuid) -> Option<Result<JobResult, Error>> {
        if self.runs(job) {
            let lost = |reason: &CloseReason| Err(JobLost::Disconnected(reason.clone()).into());
            return self.closed.as_ref().map(lost);
        }
        let is_it = |item: &Received| matches!(item, Received::Job { job: ended, .. } if ended == job);
        match self.items.take(JOB_RANK, is_it) {
            Some(Received::Job { result, .. }) => Some(result.map_err(Error::from)),
            _ => Some(Err(Error::NoSuchJob { job: job.clone() })),
        }
    }

    pub(super) fn runs(&self, job: &JobUuid) -> bool {
        self.running.contains_key(job)
    }

    /// Whether the connection was lost since this job began, which has not ended.
    pub(super) fn crossed_gap(&self, job: &JobUuid) -> bool {
        self.running.get(job).is_some_and(|crossed| *crossed)
    }

    // ---- replies

    /// A command was given; a ticket for its reply.
    pub(super) fn expect(
        &mut self,
        id: trunkline_proto::Ticket,
        command: String,
        job: Option<JobUuid>,
    ) -> Ticket {
        let ticket = Ticket::new(id, command);
        self.running.extend(job.clone().map(|job| (job, false)));
        self.waiters.push_back(Waiter { ticket: id, slot: ticket.slot(), job });
        ticket
    }

    /// How many replies are still to come.
    pub(super) fn outstanding(&self) -> usize {
        self.waiters.len()
    }

    /// Whether the reply to this ticket is still to come, and to come here.
    pub(super) fn expects(&self, ticket: &Ticket) -> bool {
        let at = self.waiters.binary_search_by_key(&ticket.id, |waiter| Some(waiter.ticket));
        at.ok().and_then(|at| self.waiters.get(at)).is_some_and(|waiter| ticket.has(&waiter.slot))
    }

    fn answer(&mut self, id: trunkline_proto::Ticket, reply: Result<Reply, Unanswered>) {
        let Ok(at) = self.waiters.binary_search_by_key(&id, |waiter| waiter.ticket) else { return };
        let Some(waiter) = self.waiters.remove(at) else { return };
        if let Some(job) = &waiter.job {
            let is_taken = matches!(&reply, Ok(Reply::Command(reply)) if reply.is_ok());
            if !is_taken {
                self.running.remove(job);
            }
        }
        if let Some(slot) = waiter.slot.upgrade() {
            slot.fill(reply);
        }
    }

    // ---- subscriptions

    /// A subscription was asked for, and is to change this.
    pub(super) fn subscribe(&mut self, id: SubscriptionId, change: Change) {
        self.subscribing = Some(Subscribing { id, change, result: None });
    }

    /// What became of it, if that is known.
    pub(super) fn subscription(&mut self) -> Option<Result<(), SubscriptionRefused>> {
        self.subscribing.as_mut().and_then(|subscribing| subscribing.result.take())
    }

    /// Nobody waits for it any more.
    pub(super) fn end_subscribing(&mut self) {
        self.subscribing = None;
    }

    /// At once, so that the very next event is seen.
    fn subscribed(&mut self, id: SubscriptionId, result: Result<(), SubscriptionRefused>) {
        let Some(subscribing) = self.subscribing.as_mut().filter(|subscribing| subscribing.id == id) else {
            return self.sessions.restored(id, result);
        };
        if result.is_ok() {
            match &subscribing.change {
                Change::Events(wanted) => self.wanted = wanted.clone(),
                Change::Log(level) => self.log = Some(*level),
            }
        }
        subscribing.result = Some(result);
    }
}
