//! A model with its connection, for a program that has an event loop of its own.

mod callbacks;
mod observed;
mod pump;
mod wanted;

use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use bytes::BytesMut;
use trunkline_proto::{
    ApiMisuse, CloseReason, Command, Connection, ConnectionConfig, Event, EventSet, JobUuid, LogLevel,
    Message, Reply, Ticket, Unanswered,
};

pub use observed::{NoJob, Observed};

use super::change::Removal;
use super::options::Options;
use super::snapshot::{Ask, StaleCause};
use super::switch::Switch;
use super::view::Reader;
use callbacks::Callbacks;
use wanted::Wanted;

/// A [`Switch`] and the connection it is fed by, without a socket: bytes come in, bytes go out, and what has happened is
/// observed. It subscribes to the events of the model, asks for what was there before them, and asks again after
/// what looks like a loss.
///
/// It has four kinds of method:
///
/// - **the network comes in**, as bytes by [`handle_bytes`](Self::handle_bytes), or as messages or events that
///   something else has decoded; its end by [`handle_eof`](Self::handle_eof) or
///   [`handle_error`](Self::handle_error), and time by [`handle_timeout`](Self::handle_timeout), which is due at
///   [`deadline`](Self::deadline);
/// - **bytes go out**: [`transmit`](Self::transmit) shows what is to be written after any call,
///   [`transmitted`](Self::transmitted) says how much of it was;
/// - **the application speaks**: [`send`](Self::send) and [`start_job`](Self::start_job) with callbacks,
///   [`watch`](Self::watch) and [`set_log_level`](Self::set_log_level), which say what is wanted from now on;
/// - **what has happened** comes out by [`observe`](Self::observe).
///
/// `now` must never go back.
///
/// ```
/// use std::time::Instant;
/// use trunkline::model::{Embedded, Observed};
/// use trunkline::proto::{ConnectionConfig, Credentials};
/// use trunkline::{EventName, EventSet};
///
/// let config = ConnectionConfig::new(Credentials::Password("ClueCon".into()));
/// let mut switch = Embedded::new(config, Instant::now());
/// switch.watch(EventSet::new().with(EventName::Dtmf), Instant::now())?;
///
/// // The event loop of the program has read this from the socket …
/// switch.handle_bytes(b"Content-Type: auth/request\n\n", Instant::now());
/// // … and is to write this.
/// assert_eq!(switch.transmit(), b"auth ClueCon\n\n");
/// switch.transmitted(switch.transmit().len(), Instant::now());
///
/// switch.handle_bytes(b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n", Instant::now());
/// assert!(switch.is_ready());
/// while let Some(observed) = switch.observe() {
///     if let Observed::Changes(batch) = observed {
///         println!("{:?}", batch.changes());
///     }
/// }
/// assert!(switch.view().channels().is_empty());
/// # Ok::<(), trunkline::ApiMisuse>(())
/// ```
#[derive(Debug)]
pub struct Embedded {
    switch: Switch,
    connection: Connection,
    /// What came in of a message that is not whole yet.
    input: BytesMut,
    wanted: Wanted,
    callbacks: Callbacks,
    /// What the model asks, by the commands that do.
    asks: HashMap<Ticket, Ask>,
    /// Events that came and are not folded yet.
    events: Vec<Event>,
    observed: VecDeque<Observed>,
    /// Whether the events of the model come.
    is_hearing: bool,
    /// Whether the switch has not answered for longer than it should.
    is_stalled: bool,
    /// That of the connection.
    deadline: Option<Instant>,
}

impl Embedded {
    /// One whose connection was just made; the switch is to speak first.
    #[must_use]
    pub fn new(config: ConnectionConfig, now: Instant) -> Self {
        Self::with(config, Options::new(), now)
    }

    /// One whose model is kept so.
    #[must_use]
    pub fn with(config: ConnectionConfig, options: Options, now: Instant) -> Self {
        let mut switch = Switch::with(options);
        switch.lose(StaleCause::NotYetRead, now);
        let mut embedded = Self {
            switch,
            connection: Connection::inbound(config, now),
            input: BytesMut::new(),
            wanted: Wanted::default(),
            callbacks: Callbacks::default(),
            asks: HashMap::new(),
            events: Vec::new(),
            observed: VecDeque::new(),
            is_hearing: false,
            is_stalled: false,
            deadline: None,
        };
        // The names of the model are sayable.
        let _ = embedded.wanted.reconcile(&mut embedded.connection, now);
        embedded.pump(now);
        embedded
    }

    // ---- the network and the clock come in

    /// Bytes of the switch, however they are cut.
    pub fn handle_bytes(&mut self, bytes: &[u8], now: Instant) {
        self.input.extend_from_slice(bytes);
        self.connection.handle_input(&mut self.input, now);
        self.pump(now);
    }

    /// A whole message of the switch, instead of its bytes.
    pub fn handle_message(&mut self, message: Message, now: Instant) {
        self.connection.handle_message(message, now);
        self.pump(now);
    }

    /// An event of the switch, instead of its message.
    pub fn handle_event(&mut self, event: Event, now: Instant) {
        self.handle_message(Message::Event(event), now);
    }

    /// The switch has closed the connection.
    pub fn handle_eof(&mut self, now: Instant) {
        self.connection.handle_eof(self.input.len(), now);
        self.input.clear();
        self.pump(now);
    }

    /// The connection has failed: the reason is told, and otherwise it is as if the switch had closed it.
    pub fn handle_error(&mut self, error: &std::io::Error, now: Instant) {
        self.connection.handle_error(error, now);
        self.input.clear();
        self.pump(now);
    }

    /// A deadline may have passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.connection.handle_timeout(now);
        self.pump(now);
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let resync = self.may_ask().then(|| self.switch.resync_due().or(self.switch.resync_deadline()));
        [self.deadline, resync.flatten()].into_iter().flatten().min()
    }

    /// There is a new connection, of which nothing was read yet. Only of a
    /// [lasting](ConnectionConfig::lasting) one, after [`Observed::Broken`].
    pub fn restart(&mut self, now: Instant) {
        self.input.clear();
        self.connection.restart(now);
        self.pump(now);
    }

    // ---- bytes go out

    /// What is to be written next.
    #[must_use]
    pub fn transmit(&self) -> &[u8] {
        self.connection.transmit()
    }

    /// That many bytes of it were written.
    pub fn transmitted(&mut self, written: usize, now: Instant) {
        self.connection.transmitted(written, now);
        self.pump(now);
    }

    // ---- the application speaks

    /// Sends a command. `done` is called once, with its reply or why there is none, from within one of the methods that
    /// take `now`.
    pub fn send(
        &mut self,
        command: Command,
        done: impl FnOnce(Result<Reply, Unanswered>) + Send + 'static,
        now: Instant,
    ) -> Ticket {
        let ticket = self.connection.send(command, None, now);
        self.callbacks.on_reply(ticket, done);
        self.pump(now);
        ticket
    }

    /// Nobody waits for a command's reply any more: its callback is dropped. Whether the command was not yet sent, and is not
    /// sent now.
    pub fn forget(&mut self, ticket: Ticket) -> bool {
        self.callbacks.forget(ticket);
        self.connection.forget(ticket)
    }

    /// Runs an api command by `bgapi`, under this id, which must not be in use. `done` is called once: with the
    /// BACKGROUND_JOB event, or why there is none. From when the switch has taken it until then the model has it as a
    /// [`Job`](super::Job). It is waited for until the connection has ended for good, or it is [forgotten](Self::forget_job).
    ///
    /// # Errors
    ///
    /// As [`Command::bgapi`].
    pub fn start_job(
        &mut self,
        command: &str,
        id: JobUuid,
        done: impl FnOnce(Result<Event, NoJob>) + Send + 'static,
        now: Instant,
    ) -> Result<(), ApiMisuse> {
        let ticket = self.connection.start_job(command, id.clone(), None, now)?;
        self.callbacks.on_job(ticket, id, command, done);
        self.pump(now);
        Ok(())
    }

    /// Nobody waits for a job's end any more: its callback is dropped, and the model has it no more
    /// ([`Removal::TimedOut`]). It runs on in the switch. Whether it was waited for.
    pub fn forget_job(&mut self, id: &JobUuid, now: Instant) -> bool {
        self.connection.forget_job(id);
        let batch = self.switch.lose_job(id, Removal::TimedOut, now);
        self.tell(batch);
        self.callbacks.forget_job(id)
    }

    /// Wants these events, beside those of the model: each comes as [`Observed::Event`]. It takes the place of what was
    /// wanted before.
    ///
    /// # Errors
    ///
    /// A name or subclass that cannot be said on the wire; what was wanted before still is.
    pub fn watch(&mut self, events: EventSet, now: Instant) -> Result<(), ApiMisuse> {
        let before = std::mem::replace(&mut self.wanted.events, events);
        let result = self.wanted.reconcile(&mut self.connection, now);
        if result.is_err() {
            self.wanted.events = before;
        }
        self.pump(now);
        result
    }

    /// What is wanted beside the events of the model.
    #[must_use]
    pub fn watched(&self) -> &EventSet {
        &self.wanted.events
    }

    /// Wants log lines of this level and the graver ones, or none.
    pub fn set_log_level(&mut self, level: Option<LogLevel>, now: Instant) {
        self.wanted.set_log_level(level, &mut self.connection, now);
        self.pump(now);
    }

    /// Which log lines are wanted.
    #[must_use]
    pub fn log_level(&self) -> Option<LogLevel> {
        self.wanted.log_level()
    }

    /// Says `exit`.
    pub fn close(&mut self, now: Instant) {
        self.connection.close(now);
        self.pump(now);
    }

    // ---- what has happened

    /// The next thing that has happened. To be called until there is none.
    pub fn observe(&mut self) -> Option<Observed> {
        self.observed.pop_front()
    }

    /// Whether the switch may be asked what there is: what follows is heard, and it answers.
    fn may_ask(&self) -> bool {
        self.is_ready() && self.is_hearing && !self.is_stalled
    }

    /// Whether the switch has let us in.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.connection.is_ready()
    }

    /// Why the connection has ended, once it has.
    #[must_use]
    pub fn closed(&self) -> Option<&CloseReason> {
        self.connection.closed()
    }

    /// The commands whose callbacks were not called yet.
    pub fn pending_commands(&self) -> impl Iterator<Item = Ticket> {
        self.callbacks.tickets()
    }

    /// The jobs whose callbacks were not called yet.
    pub fn pending_jobs(&self) -> impl Iterator<Item = &JobUuid> {
        self.callbacks.jobs()
    }

    /// The model.
    #[must_use]
    pub fn switch(&self) -> &Switch {
        &self.switch
    }

    /// The latest view.
    #[must_use]
    pub fn view(&self) -> std::sync::Arc<super::View> {
        self.switch.view()
    }

    /// A reader, for any thread.
    #[must_use]
    pub fn reader(&self) -> Reader {
        self.switch.reader()
    }
}
