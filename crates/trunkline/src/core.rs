//! What the handle and the driver share: the connection, its write half, and who waits for what.
//!
//! Whoever holds the lock may write. A caller finds it free nearly always and writes its command itself, which
//! spares a switch to the driver and back; where it is not free, or commands are on their way already, the command
//! goes to the driver, who writes all there are in one go. Nothing is delivered under the lock.

mod asked;
mod collect;
mod deliver;
mod job_followers;
mod parking;

use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::{Notify, oneshot};
use trunkline_proto::{
    ChannelData, CloseReason, Command, CommandKind, Connection, CoreUuid, Event, EventSet, JobLost, JobUuid,
    LogData, LogLevel, Permissions, SubscriptionId, SubscriptionRefused, Ticket,
};

pub(crate) use asked::{Asker, ReplySender, Submission};
pub(crate) use deliver::Deliveries;
pub(crate) use job_followers::{JobFollowers, JobNews};

use crate::after_connect::Connected;
use crate::calls::Calls;
use crate::halves::Writer;
use crate::lazy_watch::LazyWatch;
use crate::merged::{Outages, Start, Watchers};
use crate::queue::Queue;
use crate::reconnect::State;
use crate::socket::LAST_WORDS;
use crate::tally::{Received, Tally};
use crate::wire_trace;
use asked::Waiter;
use parking::Parking;

// In this order: what every read is concerned with is together, since of a thousand connections none is in the cache.
#[repr(C)]
pub(crate) struct Shared {
    pub(crate) received: Received,
    /// Commands whose callers found the lock taken, or others on their way.
    inbox: Mutex<Vec<Submission>>,
    parking: Parking,
    pub(crate) event_streams: Mutex<Vec<Sink<EventSet, Event>>>,
    pub(crate) log_streams: Mutex<Vec<Sink<LogLevel, LogData>>>,
    /// Wakes the driver.
    pub(crate) wake: Notify,
    core: Mutex<Core>,
    /// The calls that are controlled over this connection.
    pub(crate) calls: Calls,
    /// Those who follow which jobs are begun here.
    pub(crate) job_followers: Arc<JobFollowers>,
    pub(crate) tally: Arc<Tally>,
    /// Nobody looks into the inbox by itself any more.
    abandoned: AtomicBool,
    pub(crate) closed: Mutex<Option<CloseReason>>,
    /// Wakes who waits for that.
    pub(crate) over: Notify,
    pub(crate) state: LazyWatch<State>,
    /// The last connect, once everything is restored; `None` while that is not so.
    pub(crate) connects: LazyWatch<Option<Connected>>,
}

/// Who waits for the connection to be of use.
pub(crate) enum Opening {
    /// We introduce ourselves.
    Inbound(oneshot::Sender<Permissions>),
    /// The switch tells us of a call.
    Outbound(oneshot::Sender<Box<ChannelData>>),
}

/// A consumer, and what it wants.
#[derive(Debug)]
pub(crate) struct Sink<W, T> {
    pub(crate) id: SubscriptionId,
    pub(crate) wants: W,
    pub(crate) queue: Arc<Queue<T>>,
}

/// A job somebody waits for.
pub(crate) struct Running {
    pub(crate) end: oneshot::Sender<Result<Event, JobLost>>,
    /// Of its `bgapi`; `None` where a lane has said it.
    pub(crate) ticket: Option<Ticket>,
    /// Whether a connection was lost since the switch took it.
    pub(crate) crossed: Arc<AtomicBool>,
}

impl Running {
    /// The connection was lost, and these still wait: one whose `bgapi` is among them has not begun.
    fn cross(&self, waiters: &VecDeque<Waiter>) {
        let waits = |ticket| waiters.binary_search_by_key(&ticket, |waiter| waiter.ticket).is_ok();
        if !self.ticket.is_some_and(waits) {
            self.crossed.store(true, Ordering::Relaxed);
        }
    }
}

pub(crate) struct Core {
    pub(crate) connection: Connection,
    writer: Writer,
    trace: wire_trace::Sent,
    tally: Arc<Tally>,
    /// By ticket, which is also the order of replies.
    waiters: VecDeque<Waiter>,
    pub(crate) jobs: HashMap<JobUuid, Running>,
    /// Those who follow which jobs are begun; of a lane, those of the main connection.
    pub(crate) job_followers: Arc<JobFollowers>,
    /// When something was last heard from the switch.
    pub(crate) heard: Option<Instant>,
    watchers: Watchers,
    /// When the switch let us in, in this session.
    let_in: Option<Instant>,
    /// Which switch it is, as far as the tally was told.
    core_uuid: Option<CoreUuid>,
    /// How long the last session held from then on.
    held_for: Duration,
    /// When and how the connection was lost.
    broken: Option<(SystemTime, CloseReason)>,
    /// We were let in, and are to say so when everything is restored.
    restoring: Option<Box<Connected>>,
    /// How many times we were let in.
    connects: u64,
    /// Why there is no connection, as last heard.
    why: String,
    pub(crate) subscribing: HashMap<SubscriptionId, oneshot::Sender<Result<(), SubscriptionRefused>>>,
    ready: Option<Opening>,
    /// The socket takes no more for now: the driver waits for it.
    pub(crate) blocked: bool,
    write_failed: Option<(io::Error, Instant)>,
    /// When to leave, whatever the call.
    leave_by: Option<Instant>,
    /// When the driver will wake by itself.
    pub(crate) armed: Option<Instant>,
    /// The next deadline.
    deadline: Option<Instant>,
}

/// What the driver must wait for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    /// When to wake by itself.
    pub(crate) armed: Option<Instant>,
    /// Whether the socket took less than there was to write.
    pub(crate) blocked: bool,
    /// Whether the connection is lost, and to be made again.
    pub(crate) broken: bool,
    /// Whether the connection has ended.
    pub(crate) closed: bool,
}

impl Shared {
    pub(crate) fn new(connection: Connection, writer: Writer, ready: Opening, tally: Arc<Tally>) -> Self {
        let job_followers = Arc::<JobFollowers>::default();
        let core = Core {
            connection,
            writer,
            trace: wire_trace::Sent::default(),
            tally: Arc::clone(&tally),
            waiters: VecDeque::new(),
            jobs: HashMap::new(),
            job_followers: Arc::clone(&job_followers),
            heard: None,
            watchers: Watchers::default(),
            let_in: None,
            core_uuid: None,
            held_for: Duration::ZERO,
            broken: None,
            restoring: None,
            connects: 0,
            why: String::new(),
            subscribing: HashMap::new(),
            ready: Some(ready),
            blocked: false,
            write_failed: None,
            leave_by: None,
            armed: None,
            deadline: None,
        };
        Self {
            core: Mutex::new(core),
            received: tally.received(),
            inbox: Mutex::new(Vec::new()),
            abandoned: AtomicBool::new(false),
            wake: Notify::new(),
            event_streams: Mutex::new(Vec::new()),
            log_streams: Mutex::new(Vec::new()),
            closed: Mutex::new(None),
            over: Notify::new(),
            state: LazyWatch::new(State::Ready),
            tally,
            connects: LazyWatch::new(None),
            calls: Calls::default(),
            job_followers,
            parking: Parking::default(),
        }
    }

    /// Writes what a connection begins with, if it can be written at once: by the driver, otherwise.
    pub(crate) fn speak_first(&self) {
        let now = now();
        let core = &mut *lock(&self.core);
        // An error is found again by the driver.
        if let Ok(written) = core.writer.write_first(core.connection.transmit()) {
            core.written(written, now);
        }
    }

    /// Says something, whatever is answered.
    pub(crate) fn say(&self, command: Command) {
        self.with(|core, now| core.connection.send(command, None, now));
    }

    /// Has several said with whatever is said next, or at [`flush`](Self::flush), in one go.
    pub(crate) fn prepare(&self, commands: impl IntoIterator<Item = Command>) {
        let now = now();
        let mut core = lock(&self.core);
        for command in commands {
            core.connection.send(command, None, now);
        }
    }

    /// Writes what was prepared, if it still waits.
    pub(crate) fn flush(&self) {
        let core = lock(&self.core);
        if !core.connection.transmit().is_empty() {
            self.finish(core, now());
        }
    }

    /// Hands a command over: written by this very call if nothing stands in its way.
    pub(crate) fn submit(&self, submission: Submission) {
        let mut core = match self.core.try_lock() {
            Ok(core) => core,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return self.leave_to_driver(submission),
        };
        if core.connection.outstanding() > 0 && (core.blocked || core.connection.transmit().is_empty()) {
            // Others are on their way: the driver writes those that come together in one go. But what was prepared goes
            // with this.
            lock(&self.inbox).push(submission);
            drop(core);
            return self.wake.notify_one();
        }
        let now = now();
        self.take_inbox(&mut core, now);
        core.accept(submission, now);
        self.finish(core, now);
    }

    /// The same of one that is not withdrawn when its caller goes, however early.
    pub(crate) fn insist(&self, submission: Submission) {
        self.with(|core, now| core.accept(submission, now));
    }

    fn leave_to_driver(&self, submission: Submission) {
        lock(&self.inbox).push(submission);
        self.wake.notify_one();
        // Either we see that it is gone, or it finds this when it looks a last time.
        if self.abandoned.load(Ordering::SeqCst) {
            self.with(|_, _| {});
        }
    }

    /// Does something with the connection, then writes and delivers what came of it.
    pub(crate) fn with<R>(&self, act: impl FnOnce(&mut Core, Instant) -> R) -> R {
        let now = now();
        let mut core = lock(&self.core);
        self.take_inbox(&mut core, now);
        let result = act(&mut core, now);
        self.finish(core, now);
        result
    }

    /// The driver's turn: as [`with`](Self::with), but what is to be delivered is left to it, and so are the
    /// deadlines.
    pub(crate) fn turn(
        &self,
        deliveries: &mut Deliveries,
        act: impl FnOnce(&mut Core, &mut VecDeque<Event>, Instant),
    ) -> Turn {
        let now = now();
        let mut core = lock(&self.core);
        self.take_inbox(&mut core, now);
        act(&mut core, &mut deliveries.events, now);
        if core.deadline.is_some_and(|deadline| deadline <= now) {
            core.on_deadline(now);
        }
        core.write(&mut Context::from_waker(Waker::noop()), now);
        core.collect(deliveries);
        // A timer that rings too early does no harm; setting it for each command would cost more than the command.
        core.armed = match (core.armed.filter(|armed| *armed > now), core.deadline) {
            (Some(armed), Some(deadline)) => Some(armed.min(deadline)),
            (armed, deadline) => armed.or(deadline),
        };
        Turn {
            armed: core.armed,
            blocked: core.blocked,
            broken: core.connection.is_broken(),
            closed: core.connection.closed().is_some(),
        }
    }

    /// The driver is gone: at the end of the connection, with its runtime, or by a panic. Whoever still waits is
    /// told, and our half of the socket is closed.
    pub(crate) fn abandon(&self, deliveries: &mut Deliveries) {
        let reason = self.with(|core, now| {
            if core.connection.closed().is_none() {
                let error = io::Error::other("the runtime that drove it was shut down");
                core.connection.handle_error(&error, now);
                // Nobody is left to make another connection.
                core.connection.give_up();
            }
            core.connection.closed().cloned()
        });
        self.deliver(deliveries);
        if lock(&self.closed).is_none() {
            let mut end = Deliveries::default();
            end.rare().closed = reason;
            self.deliver(&mut end);
        }
        self.abandoned.store(true, Ordering::SeqCst);
        // Whoever found the lock taken meanwhile relied on the driver.
        self.with(|_, _| {});
        let writer = std::mem::replace(&mut lock(&self.core).writer, Writer::None);
        writer.close();
    }

    /// The switch is connected to again.
    pub(crate) fn restart(&self, deliveries: &mut Deliveries, writer: Writer) -> Turn {
        self.turn(deliveries, |core, _, now| {
            core.writer = writer;
            core.trace = wire_trace::Sent::default();
            core.write_failed = None;
            core.connection.restart(now);
        })
    }

    /// Jobs that are begun here are followed by those who follow another connection's.
    pub(crate) fn have_jobs_followed_by(&self, followers: &Arc<JobFollowers>) {
        lock(&self.core).job_followers = Arc::clone(followers);
    }

    /// Gives back memory that is not in use.
    pub(crate) fn shrink(&self) {
        let mut core = lock(&self.core);
        core.connection.shrink();
        core.waiters.shrink_to_fit();
        lock(&self.inbox).shrink_to_fit();
    }

    /// How the connection, or the last attempt at it, was lost.
    pub(crate) fn broken_why(&self) -> String {
        lock(&self.core).why.clone()
    }

    /// After the end comes nothing, though a caller may bring it about while the driver is connecting.
    pub(crate) fn set_state(&self, state: State) {
        self.state.modify(|current| {
            let goes_on = !matches!(current, State::Closed(_));
            if goes_on {
                self.tally.enter(current, &state);
                *current = state;
            }
            goes_on
        });
    }

    /// How long the last session held, from when we were let in.
    pub(crate) fn held_for(&self) -> Duration {
        lock(&self.core).held_for
    }

    /// Writes on as the socket has room; pending while it has none.
    pub(crate) fn poll_write(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut core = lock(&self.core);
        core.write(cx, now());
        if core.blocked { Poll::Pending } else { Poll::Ready(()) }
    }

    /// The caller of a command has gone. Whether it will not be sent.
    pub(crate) fn forget(&self, serial: u64) -> bool {
        let mut core = lock(&self.core);
        let mut inbox = lock(&self.inbox);
        let before = inbox.len();
        inbox.retain(|submission| submission.serial != serial);
        if inbox.len() < before {
            return true;
        }
        let at = core.waiters.iter().position(|waiter| waiter.serial == serial);
        let Some(waiter) = at.and_then(|at| core.waiters.remove(at)) else { return false };
        self.tally.command_dropped(&waiter.begun);
        core.connection.forget(waiter.ticket)
    }

    pub(crate) fn outstanding(&self) -> usize {
        let core = lock(&self.core);
        core.connection.outstanding() + lock(&self.inbox).len()
    }

    /// Which switch it is, and how many jobs are waited for.
    pub(crate) fn core_and_jobs(&self) -> (Option<CoreUuid>, usize) {
        let core = lock(&self.core);
        (core.connection.core_uuid().cloned(), core.jobs.len())
    }

    fn take_inbox(&self, core: &mut Core, now: Instant) {
        let mut inbox = lock(&self.inbox);
        // Nearly always there is nothing.
        if !inbox.is_empty() {
            inbox.drain(..).for_each(|submission| core.accept(submission, now));
        }
    }

    fn finish(&self, mut core: MutexGuard<'_, Core>, now: Instant) {
        core.write(&mut Context::from_waker(Waker::noop()), now);
        let mut deliveries = Deliveries::default();
        core.collect(&mut deliveries);
        // The driver sleeps at most until then; later deadlines are its business when it wakes.
        let too_late = match (core.deadline, core.armed) {
            (Some(deadline), Some(armed)) => deadline < armed,
            (deadline, None) => deadline.is_some(),
            (None, Some(_)) => false,
        };
        let driver = too_late || core.blocked || core.write_failed.is_some();
        drop(core);
        if driver || deliveries.is_end() {
            self.wake.notify_one();
        }
        self.deliver(&mut deliveries);
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("closed", &*lock(&self.closed)).finish_non_exhaustive()
    }
}

impl Core {
    fn accept(&mut self, submission: Submission, now: Instant) {
        let Submission { serial, command, timeout, asker } = submission;
        if asker.is_gone() {
            return;
        }
        let kind = command.kind();
        let ticket = self.connection.send(command, timeout, now);
        self.wait(serial, kind, ticket, asker, now);
    }

    /// Has the reply to this ticket sent there.
    pub(crate) fn wait(
        &mut self,
        serial: u64,
        kind: CommandKind,
        ticket: Ticket,
        asker: Asker,
        now: Instant,
    ) {
        let begun = self.tally.command_begins(kind, now);
        self.waiters.push_back(Waiter { serial, ticket, begun, asker });
    }

    /// Has these told how one of our streams stands, in which there are so many gaps already.
    pub(crate) fn watch(&mut self, outages: &Arc<Outages>, id: SubscriptionId, gaps: u64, now: Instant) {
        let is_down = self.broken.is_some() || self.connection.closed().is_some();
        let start = Start { core: self.connection.core_uuid().cloned(), down: is_down.then_some(now), gaps };
        self.watchers.add(outages, id, start);
    }

    fn write(&mut self, cx: &mut Context<'_>, now: Instant) {
        self.blocked = false;
        if self.write_failed.is_some() {
            return;
        }
        while !self.connection.transmit().is_empty() {
            match self.writer.poll_write(cx, self.connection.transmit()) {
                Poll::Ready(Ok(0)) => return self.on_write_error(io::ErrorKind::WriteZero.into(), now),
                Poll::Ready(Ok(written)) => self.written(written, now),
                Poll::Ready(Err(error)) => return self.on_write_error(error, now),
                Poll::Pending => {
                    self.blocked = true;
                    return;
                }
            }
        }
        match self.writer.poll_flush(cx) {
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(error)) => self.on_write_error(error, now),
            Poll::Pending => self.blocked = true,
        }
    }

    fn written(&mut self, written: usize, now: Instant) {
        self.trace.trace(self.connection.transmit().get(..written).unwrap_or_default());
        self.connection.transmitted(written, now);
    }

    fn on_write_error(&mut self, error: io::Error, now: Instant) {
        self.write_failed = Some((error, now + LAST_WORDS));
    }

    fn on_deadline(&mut self, now: Instant) {
        self.connection.handle_timeout(now);
        if let Some((error, _)) = self.write_failed.as_ref().filter(|(_, deadline)| *deadline <= now) {
            self.connection.handle_error(error, now);
        }
        if self.leave_by.take_if(|leave_by| *leave_by <= now).is_some() {
            self.connection.close(now);
        }
    }
}

/// The runtime's clock, which stands still where a test has paused it.
pub(crate) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is behind these locks is whole at every point where a panic could be.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
