//! The socket and the connection: what moves the bytes and keeps the deadlines, in whatever call there is.

use std::io;
use std::time::{Duration, Instant};

use trunkline_proto::{
    ApiMisuse, CloseReason, Connection, EventSet, Executed, JobUuid, SubscriptionId, SubscriptionRefused,
    Unanswered,
};

use super::inbox::{Change, Inbox};
use super::received::Received;
use super::socket::Socket;
use super::ticket::Ticket;
use super::wanted::Wanted;
use crate::config::Config;
use crate::error::Error;
use crate::read_buffer::ReadBuffer;
use crate::reconnect::{Gap, State};
use crate::socket::LAST_WORDS;
use crate::wire_trace;

/// Commands without a reply. More must wait until the switch has answered some.
const MOST_OUTSTANDING: usize = 10_000;
/// Reads at most, after having been away, before looking at the clock.
const CATCH_UP: usize = 64;

#[derive(Debug)]
pub(super) struct Link {
    connection: Connection,
    pub(super) inbox: Inbox,
    socket: Socket,
    buffer: ReadBuffer,
    trace: wire_trace::Sent,
    /// When something is due, whether or not anything comes.
    deadline: Option<Instant>,
    /// The socket took less than there was to write.
    blocked: bool,
    write_failed: Option<(io::Error, Instant)>,
    last_read: Instant,
    /// How long the socket may be left alone while the program is busy with what came before.
    pause: Duration,
    /// Signals do not end a wait.
    insists: bool,
}

impl Link {
    /// `lasting`: its loss is not the end, since it can be made again.
    pub(super) fn new(socket: Socket, config: &Config, lasting: bool) -> Self {
        let now = Instant::now();
        let mut as_configured = config.connection.clone();
        as_configured.lasting = lasting;
        // Nobody waits, and nothing is said, while there is no connection.
        as_configured.wait_in_break = false;
        let watched = config.reconnect.as_ref().and_then(|reconnect| reconnect.liveness);
        as_configured.liveness = as_configured.liveness.or(watched);
        Self::of(Connection::inbound(as_configured, now), socket, config)
    }

    /// Over a connection that the switch has made.
    pub(super) fn meet(socket: Socket, config: &Config) -> Self {
        Self::of(Connection::outbound(config.connection.clone(), Instant::now()), socket, config)
    }

    fn of(connection: Connection, socket: Socket, config: &Config) -> Self {
        let mut link = Self {
            connection,
            inbox: Inbox::new(config),
            socket,
            buffer: ReadBuffer::new(),
            trace: wire_trace::Sent::default(),
            deadline: None,
            blocked: false,
            write_failed: None,
            last_read: Instant::now(),
            pause: config.pause,
            insists: false,
        };
        link.work();
        link
    }

    pub(super) fn socket(&self) -> &Socket {
        &self.socket
    }

    pub(super) fn outstanding(&self) -> usize {
        self.connection.outstanding()
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    pub(super) fn is_blocked(&self) -> bool {
        self.blocked
    }

    /// How it stands to the switch.
    pub(super) fn state(&self) -> State {
        match (&self.inbox.closed, self.connection.closed()) {
            (_, Some(reason)) => State::Closed(reason.clone()),
            (Some(reason), None) => State::Lost(reason.clone()),
            (None, None) if self.connection.is_stalled() => State::Stale,
            (None, None) => State::Ready,
        }
    }

    /// Whether it has ended, so that no other session can follow.
    pub(super) fn has_ended(&self) -> bool {
        self.connection.closed().is_some()
    }

    // ---- one session after the other

    /// Leaves a connection that still stands, without a word, having read what has come. In a process that was forked
    /// off, the parent's is left alone.
    ///
    /// # Errors
    ///
    /// It has ended, and no other one can follow.
    pub(super) fn leave(&mut self) -> Result<(), Error> {
        if self.inbox.closed.is_none() && self.socket.is_ours() {
            self.read_all();
        }
        if self.inbox.closed.is_none() {
            self.break_off("left by this program, to connect anew");
        }
        self.socket.shutdown();
        self.connection.closed().map_or(Ok(()), |reason| Err(reason.clone().into()))
    }

    /// Goes on over another socket: how long there was none, once the switch has let us in and said who it is.
    pub(super) fn restart(&mut self, socket: Socket) -> Result<Gap, Error> {
        let now = Instant::now();
        self.socket = socket;
        self.buffer = ReadBuffer::new();
        self.trace = wire_trace::Sent::default();
        self.write_failed = None;
        self.last_read = now;
        self.inbox.begin();
        self.connection.restart(now);
        self.work();
        let gap = self.forever(|inbox| inbox.sessions.take_gap());
        if matches!(gap, Err(Error::Interrupted)) {
            self.break_off("interrupted by a signal");
            self.socket.shutdown();
        }
        gap
    }

    /// What became of a subscription that is asked for again.
    pub(super) fn restored(&mut self, id: SubscriptionId) -> Result<Result<(), SubscriptionRefused>, Error> {
        self.forever(|inbox| inbox.sessions.take_restored(id))
    }

    /// Has signals end no wait meanwhile.
    pub(super) fn insist<T>(&mut self, insists: impl FnOnce(&mut Self) -> T) -> T {
        self.insists = true;
        let result = insists(self);
        self.insists = false;
        result
    }

    fn break_off(&mut self, why: &'static str) {
        self.connection.handle_error(&io::Error::other(why), Instant::now());
        self.deadline = self.inbox.sort(&mut self.connection);
    }

    // ---- what the client waits for

    /// Waits until `done` gives something; `None` if that was not before `end`.
    pub(super) fn wait_until<T>(
        &mut self,
        end: Option<Instant>,
        done: impl FnMut(&mut Inbox) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        self.catch_up();
        self.until(end, done)
    }

    /// The same, however long it takes.
    pub(super) fn wait<T>(&mut self, done: impl FnMut(&mut Inbox) -> Option<T>) -> Result<T, Error> {
        self.catch_up();
        self.forever(done)
    }

    /// The next item; `None` if none has come before `end`.
    pub(super) fn receive_until(&mut self, end: Option<Instant>) -> Result<Option<Received>, Error> {
        self.receiving(|link| link.until(end, Inbox::next))
    }

    /// The next item, however long it takes.
    pub(super) fn receive(&mut self) -> Result<Received, Error> {
        self.receiving(|link| link.forever(Inbox::next))
    }

    fn receiving<T>(&mut self, receive: impl FnOnce(&mut Self) -> T) -> T {
        self.catch_up();
        // Whatever comes now is fetched now.
        self.inbox.keeps = false;
        let received = receive(self);
        self.inbox.keeps = true;
        received
    }

    /// Has a command said; a ticket for its reply. Without a connection it is not said at all, and the ticket tells.
    pub(super) fn give(
        &mut self,
        command: String,
        job: Option<JobUuid>,
        timeout: Option<Duration>,
        say: impl FnOnce(&mut Connection, Instant) -> Result<trunkline_proto::Ticket, ApiMisuse>,
    ) -> Result<Ticket, Error> {
        self.wait(|inbox| (inbox.outstanding() < MOST_OUTSTANDING).then_some(()))?;
        if let Some(reason) = &self.inbox.closed {
            let (executed, reason) = (Executed::No, reason.clone());
            return Ok(Ticket::unsaid(command, Unanswered::Disconnected { executed, reason }));
        }
        let now = Instant::now();
        let id = say(&mut self.connection, now)?;
        if let Some(timeout) = timeout {
            self.connection.set_timeout(id, timeout, now);
        }
        let ticket = self.inbox.expect(id, command, job);
        self.work();
        Ok(ticket)
    }

    /// Asks for these events, and waits until they hold.
    pub(super) fn subscribe_events(&mut self, wanted: Wanted) -> Result<SubscriptionId, Error> {
        let asked = wanted.asked().clone();
        self.subscribe(Change::Events(wanted), |connection, now| connection.subscribe(asked, now))
    }

    /// Asks for a subscription, and waits until it holds. One that is not confirmed is withdrawn.
    pub(super) fn subscribe(
        &mut self,
        change: Change,
        ask: impl FnOnce(&mut Connection, Instant) -> Result<SubscriptionId, ApiMisuse>,
    ) -> Result<SubscriptionId, Error> {
        self.catch_up();
        let id = ask(&mut self.connection, Instant::now())?;
        self.inbox.subscribe(id, change);
        self.work();
        let result = self.forever(Inbox::subscription);
        self.inbox.end_subscribing();
        match result {
            Ok(result) => Ok(result.map(|()| id)?),
            Err(error) => {
                self.withdraw(id);
                Err(error)
            }
        }
    }

    /// Asks for part of what holds already. Without a connection nothing is asked for.
    pub(super) fn keep(&mut self, events: EventSet) -> Option<SubscriptionId> {
        self.catch_up();
        if self.inbox.closed.is_some() {
            return None;
        }
        // It is known that these can be said.
        let id = self.connection.subscribe(events, Instant::now()).ok();
        self.work();
        id
    }

    pub(super) fn withdraw(&mut self, id: SubscriptionId) {
        self.catch_up();
        self.connection.unsubscribe(id, Instant::now());
        self.work();
    }

    /// Says `exit`, and waits for the end. One that is lost is not made again.
    pub(super) fn close(&mut self) -> Result<CloseReason, Error> {
        self.catch_up();
        self.connection.give_up();
        self.connection.close(Instant::now());
        self.work();
        self.forever(|inbox| inbox.closed.clone())
    }

    // ---- how

    fn forever<T>(&mut self, mut done: impl FnMut(&mut Inbox) -> Option<T>) -> Result<T, Error> {
        loop {
            if let Some(found) = self.until(None, &mut done)? {
                return Ok(found);
            }
        }
    }

    fn until<T>(
        &mut self,
        end: Option<Instant>,
        mut done: impl FnMut(&mut Inbox) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        let mut time_left = true;
        loop {
            if let Some(found) = done(&mut self.inbox) {
                return Ok(Some(found));
            }
            if let Some(reason) = &self.inbox.closed {
                return Err(reason.clone().into());
            }
            if !time_left {
                return Ok(None);
            }
            time_left = self.step(end)?;
        }
    }

    /// Waits for the socket, a deadline or `end`, and does what is due then. Whether there is time left.
    fn step(&mut self, end: Option<Instant>) -> Result<bool, Error> {
        let wake = [end, self.deadline].into_iter().flatten().min();
        let timeout = wake.map(|wake| wake.saturating_duration_since(Instant::now()));
        match self.socket.wait(self.blocked, timeout) {
            Ok(true) => {
                self.read();
            }
            Ok(false) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                if !self.insists {
                    return Err(Error::Interrupted);
                }
            }
            Err(error) => self.connection.handle_error(&error, Instant::now()),
        }
        self.work();
        Ok(end.is_none_or(|end| Instant::now() < end))
    }

    /// Having been away, reads what has come meanwhile: it would wrongly be taken to be late, and a switch must not be
    /// left to fill its queues for long.
    fn catch_up(&mut self) {
        let now = Instant::now();
        let is_due = self.deadline.is_some_and(|deadline| deadline <= now);
        if !is_due && now.saturating_duration_since(self.last_read) < self.pause {
            return;
        }
        self.read_all();
        self.work();
    }

    fn read_all(&mut self) {
        for _ in 0..CATCH_UP {
            if self.inbox.closed.is_some() || !self.read() {
                break;
            }
            self.deadline = self.inbox.sort(&mut self.connection);
        }
    }

    /// Reads once. Whether there may be more.
    fn read(&mut self) -> bool {
        let read = self.buffer.read_now(&mut self.socket);
        let now = Instant::now();
        self.last_read = now;
        match read {
            Ok(0) => self.connection.handle_eof(self.buffer.bytes.len(), now),
            Ok(_) => {
                self.connection.handle_input(&mut self.buffer.bytes, now);
                self.buffer.missing = self.connection.missing(self.buffer.bytes.len());
                return true;
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
            Err(error) => self.connection.handle_error(&error, now),
        }
        false
    }

    /// Does what is due, writes what can be written, and sorts what has come.
    fn work(&mut self) {
        let now = Instant::now();
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            self.connection.handle_timeout(now);
            if let Some((error, _)) = self.write_failed.as_ref().filter(|(_, deadline)| *deadline <= now) {
                self.connection.handle_error(error, now);
            }
        }
        self.write(now);
        let deadline = self.inbox.sort(&mut self.connection);
        if self.inbox.closed.is_some() {
            self.write_failed = None;
        }
        let last_words = self.write_failed.as_ref().map(|(_, deadline)| *deadline);
        self.deadline = [deadline, last_words].into_iter().flatten().min();
    }

    fn write(&mut self, now: Instant) {
        self.blocked = false;
        while self.write_failed.is_none() && !self.connection.transmit().is_empty() {
            match self.socket.write(self.connection.transmit()) {
                Ok(0) => self.write_failed = Some((io::ErrorKind::WriteZero.into(), now + LAST_WORDS)),
                Ok(written) => {
                    self.trace.trace(self.connection.transmit().get(..written).unwrap_or_default());
                    self.connection.transmitted(written, now);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.blocked = true;
                    return;
                }
                Err(error) => self.write_failed = Some((error, now + LAST_WORDS)),
            }
        }
    }
}
