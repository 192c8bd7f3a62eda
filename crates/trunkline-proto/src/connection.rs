//! Our half of a connection: what to send, what an answer belongs to, when to give up. It does no I/O and reads
//! no clock.
//!
//! # Driving a connection
//!
//! A [`Connection`] has four kinds of method:
//!
//! - **the network comes in** by [`handle_input`](Connection::handle_input) and
//!   [`handle_eof`](Connection::handle_eof); time by [`handle_timeout`](Connection::handle_timeout);
//! - **the application speaks** by [`send`](Connection::send), [`start_job`](Connection::start_job),
//!   [`subscribe`](Connection::subscribe), [`subscribe_log`](Connection::subscribe_log),
//!   [`filter`](Connection::filter) and [`close`](Connection::close);
//! - **bytes go out**: [`transmit`](Connection::transmit) shows what is to be written,
//!   [`transmitted`](Connection::transmitted) says how much of it was;
//! - **meaning goes out** by [`poll_output`](Connection::poll_output), which is to be called until it gives
//!   [`Output::Idle`] after any of the first two kinds. `Idle` holds the time of the next deadline.
//!
//! Every method that may start or end a wait takes `now`, which must never go back.
//!
//! # Promises
//!
//! Each command owns exactly one reply, in order. One whose caller has gone ([`forget`](Connection::forget)) is
//! withdrawn if it was not yet handed over to be written, and otherwise has its reply read and thrown away, so
//! that no reply is ever taken for another's. When the connection ends, everything that waits is told, and told whether its
//! command can have been executed.

mod auth;
mod config;
mod ending;
mod filters;
mod getvar;
mod jobs;
mod liveness;
mod outbound;
mod output;
mod permissions;
mod replies;
mod session;
mod shown;
mod subscriptions;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Buf, BytesMut};

use crate::command::{Command, CommandKind};
use crate::error::{ApiMisuse, SwitchMisbehaved};
use crate::event::{Event, EventName, EventSet};
use crate::ids::JobUuid;
use crate::message::{DisconnectNotice, Disposition, LogLevel, Message, MessageDecoder};
use crate::reply::Reply;

pub use auth::{Credentials, Secret};
pub use config::ConnectionConfig;
pub use jobs::JobLost;
pub use liveness::Liveness;
pub use outbound::{ChannelData, Control, SocketMode};
pub use output::{CloseReason, Output};
pub use permissions::Permissions;
pub use replies::{Executed, Ticket, Unanswered};
pub use subscriptions::{SubscriptionId, SubscriptionRefused};

use filters::Filters;
use jobs::Jobs;
use liveness::Pulse;
use replies::{Purpose, Replies, Window};
use session::Sessions;
use subscriptions::Subscriptions;

/// Commands on their way at once where no events are subscribed.
const WINDOW_WITHOUT_EVENTS: usize = 1024;
/// Bytes given to be written at once; commands beyond wait where they can still be withdrawn.
const TRANSMIT_AHEAD: usize = 64 * 1024;
/// How long `exit` may take to be answered.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Our half of a connection to a switch. See the [module](self) for how to drive one.
pub struct Connection {
    config: Arc<ConnectionConfig>,
    decoder: MessageDecoder,
    state: State,
    replies: Replies,
    subscriptions: Subscriptions,
    jobs: Jobs,
    outputs: VecDeque<Output>,
    out: BytesMut,
    /// Bytes of `out` ever handed over, and of those the ones ever written.
    offered: u64,
    written: u64,
    filters: Filters,
    sessions: Sessions,
    pulse: Pulse,
    /// What the dialplan lets us do, on an outbound connection.
    control: Control,
    mode: SocketMode,
}

#[derive(Debug)]
enum State {
    /// Waiting for `auth/request`.
    Greeting {
        deadline: Option<Instant>,
    },
    /// Waiting for the answer to `auth`.
    Authenticating {
        deadline: Option<Instant>,
    },
    /// Waiting for the answer to `connect`, on a connection the switch has made.
    Meeting {
        deadline: Option<Instant>,
    },
    /// In.
    Ready,
    /// `exit` is said, or waits in line.
    Leaving {
        deadline: Option<Instant>,
    },
    /// The session is lost; there may be another one.
    Broken(CloseReason),
    Closed(CloseReason),
}

impl State {
    fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Greeting { deadline }
            | Self::Authenticating { deadline }
            | Self::Meeting { deadline }
            | Self::Leaving { deadline } => *deadline,
            Self::Ready | Self::Broken(_) | Self::Closed(_) => None,
        }
    }
}

impl Connection {
    /// A connection just made by us; the switch is to speak first. Of very many one configuration may be shared.
    #[must_use]
    pub fn inbound(config: impl Into<Arc<ConnectionConfig>>, now: Instant) -> Self {
        let config = config.into();
        let deadline = now.checked_add(config.greeting_timeout);
        Self {
            decoder: MessageDecoder::new(config.limits),
            replies: Replies::default(),
            subscriptions: Subscriptions::default(),
            jobs: Jobs::default(),
            state: State::Greeting { deadline },
            outputs: VecDeque::new(),
            out: BytesMut::new(),
            offered: 0,
            written: 0,
            filters: Filters::default(),
            sessions: Sessions::default(),
            pulse: Pulse::new(now),
            control: Control::Full,
            mode: SocketMode::Async,
            config,
        }
    }

    /// Whether we are let in and not on our way out.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        matches!(self.state, State::Ready)
    }

    /// Why it ended, if it has.
    #[must_use]
    pub fn closed(&self) -> Option<&CloseReason> {
        match &self.state {
            State::Closed(reason) => Some(reason),
            _ => None,
        }
    }

    /// How many commands wait for their reply, those without a caller included.
    #[must_use]
    pub fn outstanding(&self) -> usize {
        self.replies.len()
    }

    /// How many more bytes the message under way is known to need: what to make room for.
    #[must_use]
    pub fn missing(&self, buffered: usize) -> usize {
        self.decoder.missing(buffered)
    }

    // ---- the network and the clock come in

    /// Takes every whole message off `input`; what is left is the beginning of one.
    pub fn handle_input(&mut self, input: &mut BytesMut, now: Instant) {
        self.read(input, now, |outputs, event| outputs.push_back(Output::Event(event)));
    }

    /// As [`handle_input`](Self::handle_input), but events are put straight into `events` instead of being an
    /// [`Output`] each: cheaper where they come by the hundred, at the price of their order among other outputs.
    pub fn handle_input_into(&mut self, input: &mut BytesMut, events: &mut VecDeque<Event>, now: Instant) {
        self.read(input, now, |_, event| events.push_back(event));
    }

    fn read(
        &mut self,
        input: &mut BytesMut,
        now: Instant,
        mut deliver: impl FnMut(&mut VecDeque<Output>, Event),
    ) {
        self.on_sign_of_life(now);
        loop {
            if matches!(self.state, State::Closed(_) | State::Broken(_)) {
                input.clear();
                return;
            }
            if matches!(self.state, State::Greeting { .. } | State::Meeting { .. }) {
                if self.greet(input, now) {
                    continue;
                }
                return;
            }
            if let (State::Authenticating { .. }, Some(reply)) = (&self.state, auth::cut_reply(input)) {
                self.decoder.reset();
                self.on_auth_reply(&reply, true, now);
                continue;
            }
            if self.replies.head() == Some(CommandKind::GetVar) && getvar::is_unframed(input) {
                return self.end(SwitchMisbehaved::Unframed.into(), now);
            }
            match self.decoder.decode(input) {
                Ok(Some(Message::Event(event))) => {
                    self.end_job(&event);
                    deliver(&mut self.outputs, event);
                }
                Ok(Some(message)) => self.on_message(message, now),
                Ok(None) => return,
                Err(misbehaved) => return self.end(misbehaved.into(), now),
            }
        }
    }

    /// The peer has closed; `left` bytes of an unfinished message remain.
    pub fn handle_eof(&mut self, left: usize, now: Instant) {
        let reason = match (&self.state, left) {
            (State::Leaving { .. }, _) => CloseReason::Requested,
            (_, 0) => CloseReason::Eof,
            (_, received) => SwitchMisbehaved::CutOff { received }.into(),
        };
        self.end(reason, now);
    }

    /// The socket failed.
    pub fn handle_error(&mut self, error: &std::io::Error, now: Instant) {
        self.end(CloseReason::Io(error.to_string()), now);
    }

    /// A deadline may have passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.state.deadline().is_some_and(|deadline| deadline <= now) {
            match &self.state {
                State::Greeting { .. } => {
                    self.end(CloseReason::NoGreeting { after: self.config.greeting_timeout }, now)
                }
                State::Authenticating { .. } => {
                    self.end(CloseReason::NoAuthReply { after: self.config.auth_timeout }, now);
                }
                State::Meeting { .. } => self.on_no_call(now),
                _ => self.end(CloseReason::Requested, now),
            }
        }
        for (purpose, why) in self.replies.expire(now) {
            self.settle(purpose, Err(why), now);
        }
        for job in self.jobs.expire(now) {
            self.outputs.push_back(Output::Job { job, result: Err(JobLost::TimedOut) });
        }
        self.check_pulse(now);
        self.pump(now);
    }

    // ---- the application speaks

    /// Queues a command. Its reply comes as [`Output::Reply`] with this ticket, exactly once.
    ///
    /// `timeout` instead of the configured one, if given: the time from when it reaches the head of the line.
    pub fn send(&mut self, command: Command, timeout: Option<Duration>, now: Instant) -> Ticket {
        let ticket = self.replies.next_ticket();
        if command.deletes_filters() {
            self.filters.on_delete(&command);
        }
        self.queue(command, timeout, Purpose::Caller(ticket), now);
        ticket
    }

    /// Another timeout for a command that waits, as [`send`](Self::send) takes it; from now, if it is at the head
    /// of the line already.
    pub fn set_timeout(&mut self, ticket: Ticket, timeout: Duration, now: Instant) {
        self.replies.set_timeout(ticket, timeout, now);
    }

    /// Gives back memory that is not in use, for a connection that rests. It is taken again as it is needed.
    pub fn shrink(&mut self) {
        self.replies.shrink();
        self.outputs.shrink_to_fit();
        if self.out.is_empty() {
            self.out = BytesMut::new();
        }
    }

    /// The caller of a command has gone: withdrawn if [`transmit`](Self::transmit) has not shown it yet, otherwise
    /// its reply will be read and thrown away. No [`Output::Reply`] comes for it, and where it was to start a job,
    /// no [`Output::Job`] either. Whether it was withdrawn.
    pub fn forget(&mut self, ticket: Ticket) -> bool {
        let (purpose, withdrawn) = self.replies.forget(ticket);
        if let Some(Purpose::Job(_, job)) = purpose {
            self.jobs.finish(&job);
        }
        withdrawn
    }

    /// Runs `command` by `bgapi` under this id, which must not be in use, and has its BACKGROUND_JOB event
    /// subscribed. The reply to the `bgapi` itself comes by the ticket, the job's end as [`Output::Job`]. A
    /// `bgapi` that is refused or unanswered ends its job without an [`Output::Job`].
    ///
    /// # Errors
    ///
    /// As [`Command::bgapi`].
    pub fn start_job(
        &mut self,
        command: &str,
        job: JobUuid,
        timeout: Option<Duration>,
        now: Instant,
    ) -> Result<Ticket, ApiMisuse> {
        self.check_control(CommandKind::BgApi)?;
        let command = Command::bgapi(command, Some(&job))?;
        self.subscriptions.want_jobs();
        self.reconcile(now);
        let ticket = self.replies.next_ticket();
        self.jobs.start(job.clone(), timeout.and_then(|timeout| now.checked_add(timeout)));
        self.queue(command, None, Purpose::Job(ticket, job), now);
        self.announce_subscriptions(now);
        Ok(ticket)
    }

    /// Nobody waits for this job any more. It runs on in the switch.
    pub fn forget_job(&mut self, job: &JobUuid) {
        self.jobs.finish(job);
    }

    /// Subscribes to these events, beside those of the other subscriptions. [`Output::Subscribed`] says when it
    /// holds.
    ///
    /// # Errors
    ///
    /// A name or subclass that cannot be said on the wire; an outbound connection without `full`.
    pub fn subscribe(&mut self, events: EventSet, now: Instant) -> Result<SubscriptionId, ApiMisuse> {
        self.check_control(CommandKind::Events)?;
        Command::event(self.config.format, &events)?;
        let id = self.subscriptions.add_events(events);
        self.subscribed(id, now);
        Ok(id)
    }

    /// Subscribes to log lines of this level and the graver ones.
    pub fn subscribe_log(&mut self, level: LogLevel, now: Instant) -> SubscriptionId {
        let id = self.subscriptions.add_log(level);
        self.subscribed(id, now);
        id
    }

    fn subscribed(&mut self, id: SubscriptionId, now: Instant) {
        match self.too_late() {
            None => self.reconcile(now),
            Some(why) => {
                self.subscriptions.remove(id);
                let result = Err(SubscriptionRefused::Unanswered(why));
                self.outputs.push_back(Output::Subscribed { id, result });
            }
        }
    }

    /// Withdraws a subscription; what no other one wants is taken back from the switch.
    pub fn unsubscribe(&mut self, id: SubscriptionId, now: Instant) {
        self.subscriptions.remove(id);
        self.reconcile(now);
    }

    /// Says `exit` after the commands already in line. [`Output::Closed`] follows within 5 s.
    pub fn close(&mut self, now: Instant) {
        match self.state {
            State::Closed(_) => {}
            // `exit` may have been said as a command, with its own patience.
            State::Leaving { deadline } => {
                let soon = now.checked_add(CLOSE_TIMEOUT);
                self.state = State::Leaving { deadline: deadline.into_iter().chain(soon).min() };
            }
            State::Ready => {
                self.queue(Command::exit(), None, Purpose::Exit, now);
                self.state = State::Leaving { deadline: now.checked_add(CLOSE_TIMEOUT) };
            }
            State::Greeting { .. }
            | State::Authenticating { .. }
            | State::Meeting { .. }
            | State::Broken(_) => self.abort(),
        }
    }

    /// Ends it at once, without a word to the switch.
    pub fn abort(&mut self) {
        self.finish(CloseReason::Requested);
    }

    // ---- bytes go out

    /// What is to be written next.
    #[must_use]
    pub fn transmit(&self) -> &[u8] {
        &self.out
    }

    /// That many bytes of [`transmit`](Self::transmit) were written.
    pub fn transmitted(&mut self, written: usize, now: Instant) {
        let written = written.min(self.out.len());
        self.out.advance(written);
        self.written += u64::try_from(written).unwrap_or(u64::MAX);
        self.pump(now);
    }

    // ---- meaning goes out

    /// What has happened. To be called until it gives [`Output::Idle`].
    pub fn poll_output(&mut self) -> Output {
        match self.outputs.pop_front() {
            Some(output) => output,
            None => Output::Idle { deadline: self.deadline() },
        }
    }

    fn deadline(&self) -> Option<Instant> {
        let commands = self.clocks_run().then(|| self.replies.deadline()).flatten();
        let deadlines = [self.state.deadline(), commands, self.jobs.deadline(), self.pulse_deadline()];
        deadlines.into_iter().flatten().min()
    }

    // ---- inside

    fn queue(&mut self, command: Command, timeout: Option<Duration>, purpose: Purpose, now: Instant) {
        if let Some(why) = self.too_late() {
            return self.settle(purpose, Err(why), now);
        }
        if command.kind() == CommandKind::Exit {
            if !self.can_talk() && self.sessions.had_one() {
                // As close(): there is nothing to leave.
                self.abort();
                return self.queue(command, timeout, purpose, now);
            }
            if self.is_ready() {
                self.state = State::Leaving { deadline: now.checked_add(self.config.command_timeout) };
            }
        }
        self.replies.push(command, timeout.unwrap_or(self.config.command_timeout), purpose);
        if !self.can_talk() && self.sessions.had_one() {
            self.replies.strand(now);
        }
        self.pump(now);
    }

    /// Why no command can be said any more, if so.
    fn too_late(&self) -> Option<Unanswered> {
        let reason = match &self.state {
            State::Closed(reason) => reason.clone(),
            // The switch reads nothing after `exit`.
            State::Leaving { .. } => CloseReason::Requested,
            State::Broken(reason) if !self.config.wait_in_break => reason.clone(),
            State::Greeting { .. } | State::Authenticating { .. } if !self.config.wait_in_break => {
                self.sessions.lost()?.clone()
            }
            State::Greeting { .. }
            | State::Authenticating { .. }
            | State::Meeting { .. }
            | State::Ready
            | State::Broken(_) => return None,
        };
        Some(Unanswered::Disconnected { executed: Executed::No, reason })
    }

    /// Hands over as many commands as the window allows.
    fn pump(&mut self, now: Instant) {
        if self.can_talk() {
            let window = if self.sessions.is_asking() {
                Window::Sliding(1)
            } else if self.subscriptions.is_idle() {
                Window::Sliding(WINDOW_WITHOUT_EVENTS)
            } else {
                // The switch sends events only when it has read, and answered, all that we said: a window that is
                // always filled up would starve them however small it is (`read_packet` in `mod_event_socket.c`).
                Window::Rounds(self.config.window.max(1))
            };
            while self.out.len() < TRANSMIT_AHEAD
                && let Some(wire) = self.replies.hand_over(window, self.offered)
            {
                self.offered += u64::try_from(wire.len()).unwrap_or(u64::MAX);
                // Most are no longer.
                self.out.reserve(wire.len().max(256));
                self.out.extend_from_slice(&wire);
            }
            self.replies.start_clocks(now);
        }
    }

    /// Between two sessions everyone's clock runs, so that nobody waits for ever.
    fn clocks_run(&self) -> bool {
        self.can_talk() || self.sessions.had_one()
    }

    fn can_talk(&self) -> bool {
        matches!(self.state, State::Ready | State::Leaving { .. })
    }

    fn on_message(&mut self, message: Message, now: Instant) {
        match message {
            Message::CommandReply(reply) => self.on_reply(Reply::Command(reply), now),
            Message::ApiResponse(response) => self.on_reply(Reply::Api(response), now),
            Message::LogData(line) => self.outputs.push_back(Output::Log(line)),
            Message::RudeRejection(text) => self.end(CloseReason::AccessDenied { text }, now),
            Message::DisconnectNotice(notice) => self.on_notice(notice, now),
            other => self.outputs.push_back(Output::Unexpected(other)),
        }
    }

    /// Tells a job its end, if that is what an event is.
    fn end_job(&mut self, event: &Event) {
        if event.is(EventName::BackgroundJob)
            && let Some(job) = event.job_uuid().and_then(|id| self.jobs.finish_by_text(&id))
        {
            self.outputs.push_back(Output::Job { job, result: Ok(event.clone()) });
        }
    }

    fn on_notice(&mut self, notice: DisconnectNotice, now: Instant) {
        let ends = notice.disposition() == Disposition::Disconnect;
        let text = notice.text().trim().replace('\n', " ");
        self.outputs.push_back(Output::Notice(notice));
        if ends {
            let leaving = matches!(self.state, State::Leaving { .. });
            self.end(if leaving { CloseReason::Requested } else { CloseReason::Notice { text } }, now);
        }
    }

    fn on_reply(&mut self, reply: Reply, now: Instant) {
        if let (State::Authenticating { .. }, Reply::Command(reply)) = (&self.state, &reply) {
            let reply = reply.clone();
            return self.on_auth_reply(&reply, false, now);
        }
        match self.replies.pop() {
            Some(purpose) => {
                self.settle(purpose, Ok(reply), now);
                self.pump(now);
            }
            None => {
                let message = match reply {
                    Reply::Command(reply) => Message::CommandReply(reply),
                    Reply::Api(response) => Message::ApiResponse(response),
                };
                self.outputs.push_back(Output::Unexpected(message));
            }
        }
    }

    /// A command has its one outcome.
    fn settle(&mut self, purpose: Purpose, outcome: Result<Reply, Unanswered>, now: Instant) {
        match purpose {
            Purpose::Nobody => {}
            Purpose::Caller(ticket) => self.outputs.push_back(Output::Reply { ticket, reply: outcome }),
            Purpose::Job(ticket, job) => {
                match &outcome {
                    Ok(reply) => self.job_answered(&job, reply),
                    Err(_) => self.forget_job(&job),
                }
                self.outputs.push_back(Output::Reply { ticket, reply: outcome });
            }
            Purpose::Subscription(step) => {
                match outcome {
                    Ok(reply) => self.subscriptions.on_reply(step, reply.refusal()),
                    Err(why) => {
                        let unheard = self.subscriptions.on_silence(step);
                        self.refuse(unheard, &why);
                    }
                }
                self.reconcile(now);
            }
            Purpose::Core => self.on_core(outcome.as_ref().ok(), now),
            Purpose::Exit => {
                if outcome.is_ok() {
                    self.end(CloseReason::Requested, now);
                }
            }
        }
    }
}
