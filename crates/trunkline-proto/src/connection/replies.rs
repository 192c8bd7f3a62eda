//! Which reply is whose: one queue, since the switch answers in order and says no more than that.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::CloseReason;
use super::subscriptions::Step;
use crate::command::{Command, CommandKind};
use crate::ids::JobUuid;

/// Stands for a command until its reply has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(u64);

/// Whether the switch can have executed a command that got no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Executed {
    /// Certainly not: not a byte of it was written, and none will be.
    No,
    /// It was written, in part or whole, or was already on its way to be. Nobody can say.
    Unknown,
}

impl std::fmt::Display for Executed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::No => "it was not executed",
            Self::Unknown => "whether it was executed is not known",
        })
    }
}

/// Why a command got no reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unanswered {
    /// The switch took too long. Its reply, if it still comes, is thrown away.
    #[error("the switch did not answer within {after:?} ({executed})")]
    TimedOut {
        /// How long it had, at the head of the line.
        after: Duration,
        /// Whether it can have been executed.
        executed: Executed,
    },
    /// The connection ended first.
    #[error("the connection ended before the switch answered ({executed})")]
    Disconnected {
        /// Whether it can have been executed.
        executed: Executed,
        /// Why the connection ended.
        #[source]
        reason: CloseReason,
    },
}

/// What is done with a reply.
#[derive(Debug)]
pub(super) enum Purpose {
    /// It is thrown away.
    Nobody,
    Caller(Ticket),
    Job(Ticket, JobUuid),
    Subscription(Step),
    /// Who the switch is, asked at the beginning of a session.
    Core,
    Exit,
}

impl Purpose {
    /// Whose it is, if someone waits for it.
    fn ticket(&self) -> Option<Ticket> {
        match self {
            Self::Caller(ticket) | Self::Job(ticket, _) => Some(*ticket),
            Self::Nobody | Self::Subscription(_) | Self::Core | Self::Exit => None,
        }
    }
}

#[derive(Debug)]
struct Pending {
    purpose: Purpose,
    kind: CommandKind,
    /// Until it is handed over.
    wire: Option<Vec<u8>>,
    /// Where in all the bytes ever sent it starts, once it is handed over.
    start: u64,
    timeout: Duration,
    deadline: Option<Instant>,
    /// Since when it waits for a connection.
    stranded: Option<Instant>,
    /// How long it waited for one before that.
    waited: Duration,
}

/// How many commands may be on their way at once.
#[derive(Debug, Clone, Copy)]
pub(super) enum Window {
    /// A new one for each that is answered.
    Sliding(usize),
    /// After so many, new ones only once all are answered.
    Rounds(usize),
}

/// Commands not handed over yet.
#[derive(Debug)]
pub(super) struct Waiting(VecDeque<Pending>);

#[derive(Debug, Default)]
pub(super) struct Replies {
    queue: VecDeque<Pending>,
    /// How many at the front are handed over.
    sent: usize,
    /// How many were handed over since none was unanswered.
    round: usize,
    tickets: u64,
    /// The head of the line is late: everyone's clock runs, not only the head's.
    late: bool,
}

impl Replies {
    /// Gives back what memory is not in use.
    pub(super) fn shrink(&mut self) {
        self.queue.shrink_to_fit();
    }

    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    pub(super) fn next_ticket(&mut self) -> Ticket {
        self.tickets += 1;
        Ticket(self.tickets)
    }

    pub(super) fn push(&mut self, command: Command, timeout: Duration, purpose: Purpose) {
        self.queue.push_back(Pending {
            purpose,
            kind: command.kind(),
            wire: Some(command.into_wire()),
            start: 0,
            timeout,
            deadline: None,
            stranded: None,
            waited: Duration::ZERO,
        });
    }

    /// Whether the switch takes longer than it was given.
    pub(super) fn is_late(&self) -> bool {
        self.late
    }

    /// What the next reply answers.
    pub(super) fn head(&self) -> Option<CommandKind> {
        self.queue.front().filter(|_| self.sent > 0).map(|pending| pending.kind)
    }

    /// The next command's bytes, if the window has room; they will start at `start`.
    pub(super) fn hand_over(&mut self, window: Window, start: u64) -> Option<Vec<u8>> {
        if self.sent == 0 {
            self.round = 0;
        }
        let is_full = match window {
            Window::Sliding(most) => self.sent >= most,
            Window::Rounds(most) => self.round >= most,
        };
        if is_full {
            return None;
        }
        let next = self.queue.get_mut(self.sent)?;
        let wire = next.wire.take()?;
        next.start = start;
        self.sent += 1;
        self.round += 1;
        Some(wire)
    }

    /// Before everything that waits to be sent.
    pub(super) fn push_front(&mut self, command: Command, timeout: Duration, purpose: Purpose) {
        self.push(command, timeout, purpose);
        if let Some(waiting) = self.queue.make_contiguous().get_mut(self.sent..) {
            waiting.rotate_right(1);
        }
    }

    /// Takes out what was not handed over, to be put back by [`extend`](Self::extend).
    pub(super) fn take_waiting(&mut self) -> Waiting {
        Waiting(self.queue.split_off(self.sent.min(self.queue.len())))
    }

    pub(super) fn extend(&mut self, waiting: Waiting) {
        self.queue.extend(waiting.0);
    }

    /// What was handed over but not written waits again: `unwritten` are the bytes after the first `written`.
    pub(super) fn take_back(&mut self, written: u64, unwritten: &[u8]) {
        let sent = self.queue.iter().take(self.sent);
        self.sent = sent.take_while(|pending| pending.start < written).count();
        let mut end = unwritten.len();
        // From the last one, whose bytes end where all end.
        for pending in self.queue.iter_mut().skip(self.sent).rev().filter(|pending| pending.wire.is_none()) {
            let start = usize::try_from(pending.start - written).unwrap_or(usize::MAX);
            pending.wire = unwritten.get(start..end).map(<[u8]>::to_vec);
            end = start;
        }
    }

    /// Takes out what was handed over: it will not be answered.
    pub(super) fn drain_sent(&mut self) -> Vec<Purpose> {
        let sent = std::mem::take(&mut self.sent);
        self.queue.drain(..sent.min(self.queue.len())).map(|pending| pending.purpose).collect()
    }

    /// The jobs that were not handed over.
    pub(super) fn unsaid_jobs(&self) -> Vec<JobUuid> {
        let job = |pending: &Pending| match &pending.purpose {
            Purpose::Job(_, job) => Some(job.clone()),
            _ => None,
        };
        self.queue.iter().skip(self.sent).filter_map(job).collect()
    }

    /// Of what was not handed over, takes out all that is our own business, and the callers' if they are not to wait.
    pub(super) fn take_unsaid(&mut self, callers_wait: bool) -> Vec<Purpose> {
        let waiting = self.queue.split_off(self.sent.min(self.queue.len()));
        let stays = |pending: &Pending| callers_wait && pending.purpose.ticket().is_some();
        let (stay, go): (VecDeque<_>, VecDeque<_>) = waiting.into_iter().partition(stays);
        self.queue.extend(stay);
        go.into_iter().map(|pending| pending.purpose).collect()
    }

    /// There is no connection: everyone's clock runs, from where the last break stopped it, so that nobody waits for
    /// ever, not even for one that comes and goes.
    pub(super) fn strand(&mut self, now: Instant) {
        self.late = true;
        for pending in &mut self.queue {
            pending.stranded.get_or_insert(now);
            let left = pending.timeout.saturating_sub(pending.waited);
            pending.deadline = pending.deadline.or_else(|| now.checked_add(left));
        }
    }

    /// There is a connection again.
    pub(super) fn rescue(&mut self, now: Instant) {
        for pending in &mut self.queue {
            if let Some(since) = pending.stranded.take() {
                pending.waited += now.saturating_duration_since(since);
            }
        }
    }

    /// Everyone has the full time again, from the head of the line.
    pub(super) fn stop_clocks(&mut self) {
        self.late = false;
        self.queue.iter_mut().for_each(|pending| pending.deadline = None);
    }

    /// Lets the clock of the head run; of everyone, where the head is late.
    pub(super) fn start_clocks(&mut self, now: Instant) {
        let reach = if self.late { self.queue.len() } else { 1 };
        for pending in self.queue.iter_mut().take(reach) {
            if pending.deadline.is_none() {
                pending.deadline = now.checked_add(pending.timeout);
            }
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        let reach = if self.late { self.queue.len() } else { 1 };
        self.queue.iter().take(reach).filter_map(|pending| pending.deadline).min()
    }

    /// The reply of the head of the line has come: what to do with it.
    pub(super) fn pop(&mut self) -> Option<Purpose> {
        if self.sent == 0 {
            return None;
        }
        self.sent -= 1;
        let head = self.queue.pop_front();
        if std::mem::take(&mut self.late) {
            // The switch answers again: the others have their full time from the head of the line.
            self.stop_clocks();
        }
        head.map(|pending| pending.purpose)
    }

    /// Another timeout for one that waits; from now, if its clock runs.
    pub(super) fn set_timeout(&mut self, ticket: Ticket, timeout: Duration, now: Instant) {
        let is_it = |pending: &&mut Pending| pending.purpose.ticket() == Some(ticket);
        if let Some(pending) = self.queue.iter_mut().rev().find(is_it) {
            pending.timeout = timeout;
            if pending.deadline.is_some() {
                pending.deadline = now.checked_add(timeout);
            }
        }
    }

    /// What the command was for, if it was still waiting, and whether it will not be sent.
    pub(super) fn forget(&mut self, ticket: Ticket) -> (Option<Purpose>, bool) {
        let is_it = |pending: &Pending| pending.purpose.ticket() == Some(ticket);
        let Some(at) = self.queue.iter().position(is_it) else { return (None, false) };
        if at >= self.sent {
            return (self.queue.remove(at).map(|pending| pending.purpose), true);
        }
        // Its clock runs on: should the answer be late, those behind must not wait for ever.
        let pending = self.queue.get_mut(at);
        (pending.map(|pending| std::mem::replace(&mut pending.purpose, Purpose::Nobody)), false)
    }

    /// Those whose time is up. One that was handed over stays in line without a caller, so that its reply, should
    /// it come, is not taken for the next one's.
    pub(super) fn expire(&mut self, now: Instant) -> Vec<(Purpose, Unanswered)> {
        let reach = if self.late { self.queue.len() } else { 1 };
        let is_due = |pending: &Pending| pending.deadline.is_some_and(|deadline| deadline <= now);
        if !self.queue.iter().take(reach).any(is_due) {
            return Vec::new();
        }
        self.late = true;
        let sent = self.sent;
        let mut expired = Vec::new();
        let mut at = 0;
        self.queue.retain_mut(|pending| {
            let place = at;
            at += 1;
            if !is_due(pending) {
                return true;
            }
            pending.deadline = None;
            let in_line = place < sent;
            // One that was handed over is out of our hands: the socket may take it any time after this.
            let executed = if in_line { Executed::Unknown } else { Executed::No };
            let why = Unanswered::TimedOut { after: pending.timeout, executed };
            let purpose = std::mem::replace(&mut pending.purpose, Purpose::Nobody);
            if !matches!(purpose, Purpose::Nobody) {
                expired.push((purpose, why));
            }
            in_line
        });
        expired
    }

    /// Everything that waits, with where it starts if it was handed over.
    pub(super) fn drain(&mut self) -> Vec<(Purpose, Option<u64>)> {
        let sent = std::mem::take(&mut self.sent);
        let in_line =
            |(at, pending): (usize, Pending)| (pending.purpose, (at < sent).then_some(pending.start));
        self.queue.drain(..).enumerate().map(in_line).collect()
    }
}
