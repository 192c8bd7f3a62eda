//! The client: a method for each command.

use std::net::TcpStream;
#[cfg(unix)]
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::time::{Duration, Instant};

use socket2::SockRef;
use trunkline_proto::{
    ApiMisuse, ApiResponse, ChannelData, CloseReason, Command, CommandReply, Connection, EventBuilder,
    EventFormat, EventName, JobUuid, Permissions, Reply, SubscriptionId,
};

use super::link::Link;
use super::socket::{Socket, dial};
use super::ticket::Ticket;
use crate::config::{Config, ConfigError};
use crate::error::Error;
use crate::job_result::JobResult;
use crate::outcome::{accepted, of_bgapi, printed, taken};
use crate::reconnect::State;
use crate::socket::tune;

/// Connects to a switch: `trunkline::blocking::connect("esl://:ClueCon@127.0.0.1:8021")`.
///
/// # Errors
///
/// A URL that is none; nobody there; no greeting; refused by an access list; wrong credentials; something that is no
/// switch. Each within its deadline, and each saying what to do. Only to look a name up, which is the system's own
/// business, may take longer.
///
/// [`Error::Interrupted`] gives the attempt up.
pub fn connect<C>(config: C) -> Result<Client, Error>
where
    C: TryInto<Config>,
    C::Error: Into<ConfigError>,
{
    Client::connect(config.try_into().map_err(Into::into)?)
}

/// A connection to a switch, owned by one thread at a time. See the [module](super) for what it does and when. One that
/// is lost stays lost until [`reconnect`](Self::reconnect) makes it again.
///
/// Dropping it ends the connection without a word: a command not yet written is not executed, and of one that has no
/// reply nobody can say. [`close`](Self::close) takes its leave. In a process forked off from the one that connected, dropping it closes the
/// copy of the descriptor and does nothing else.
#[derive(Debug)]
pub struct Client {
    pub(super) link: Link,
    pub(super) permissions: Permissions,
    pub(super) events: Option<SubscriptionId>,
    pub(super) logs: Option<SubscriptionId>,
    timeout: Option<Duration>,
    job_timeout: Duration,
    pub(super) format: EventFormat,
    /// Where it was dialled, if it was.
    pub(super) dialled: Option<Box<Config>>,
    /// How many attempts to make it again have failed in a row.
    pub(super) attempts: u32,
}

impl Client {
    /// Connects to the switch of this configuration.
    ///
    /// # Errors
    ///
    /// As [`connect`].
    pub fn connect(config: Config) -> Result<Self, Error> {
        config.connection.credentials.command()?;
        let mut link = Link::new(Socket::connected(dial(&config)?)?, &config, true);
        let permissions = link.wait(|inbox| inbox.permissions.take())?;
        let client = Self::new(link, permissions, &config);
        Ok(Self { dialled: Some(Box::new(config)), ..client })
    }

    /// Speaks over a socket that is connected already: a `TcpStream`, or on Unix any stream socket as an `OwnedFd`,
    /// such as one that was inherited or passed. A descriptor keeps its number, and is closed with the client. It is
    /// made non-blocking, as are all its copies. Of the configuration, where to connect is not used.
    ///
    /// A raw descriptor is owned first, which is the caller's to promise:
    /// `OwnedFd::from_raw_fd(descriptor)`.
    ///
    /// # Errors
    ///
    /// As [`connect`], but for those of connecting. A signal does not interrupt it, since the socket would be lost: it
    /// takes as long as the greeting and the credentials may. Once lost it stays lost: where to connect anew is not known.
    pub fn from_stream(stream: impl Into<TcpStream>, config: Config) -> Result<Self, Error> {
        config.connection.credentials.command()?;
        let mut link = Link::new(Socket::connected(stream.into())?, &config, false);
        let permissions = link.insist(|link| link.wait(|inbox| inbox.permissions.take()))?;
        Ok(Self::new(link, permissions, &config))
    }

    /// Asks for the call that the switch has connected to us for.
    pub(super) fn meet(stream: TcpStream, config: &Config) -> Result<(Self, ChannelData), Error> {
        tune(&SockRef::from(&stream));
        let mut link = Link::meet(Socket::connected(stream)?, config);
        let data = link.insist(|link| link.wait(|inbox| inbox.heard.take_data()))?;
        Ok((Self::new(link, Permissions::default(), config), data.detach()))
    }

    fn new(link: Link, permissions: Permissions, config: &Config) -> Self {
        tracing::debug!(switch = %config, "connected");
        let (job_timeout, format) = (config.job_timeout, config.connection.format);
        Self {
            link,
            permissions,
            events: None,
            logs: None,
            timeout: None,
            job_timeout,
            format,
            dialled: None,
            attempts: 0,
        }
    }

    /// Another timeout for the commands given from now on: the time from when one reaches the head of the line. Of a
    /// background job it is the time to be taken, not to end. Subscriptions keep that of the configuration.
    pub fn set_command_timeout(&mut self, timeout: Duration) {
        self.timeout = Some(timeout);
    }

    // ---- how it is

    /// What the switch lets this user do.
    #[must_use]
    pub fn permissions(&self) -> &Permissions {
        &self.permissions
    }

    /// How many commands wait for their reply, those whose tickets were dropped included, and what the client asks for
    /// itself: at first, who the switch is.
    #[must_use]
    pub fn outstanding(&self) -> usize {
        self.link.outstanding()
    }

    /// How it stands to the switch, as far as is known: that is found out in the calls that wait, and in
    /// [`try_recv`](Self::try_recv). Never [`State::Connecting`]: see [`reconnect`](Self::reconnect).
    #[must_use]
    pub fn state(&self) -> State {
        self.link.state()
    }

    /// Whether the connection stands, as far as is known: its end is found in the calls that wait, and in
    /// [`try_recv`](Self::try_recv).
    #[must_use]
    pub fn connected(&self) -> bool {
        self.close_reason().is_none()
    }

    /// Why the connection has ended or is lost, if it is known to be: what was last heard of it.
    #[must_use]
    pub fn close_reason(&self) -> Option<&CloseReason> {
        self.link.inbox.closed.as_ref()
    }

    // ---- commands

    /// Sends a command; [`wait`](Self::wait) gives its reply. Any number may be on their way at once, and are answered
    /// in order. What the socket does not take at once, and what is more than the switch should be given at once (16
    /// commands while events are subscribed: [`ConnectionConfig::window`](crate::proto::ConnectionConfig::window)), is
    /// written in the calls that follow. With 10,000 commands not answered yet it waits until some are.
    ///
    /// Changing subscriptions or the event format this way, behind the back of [`events`](Self::events), is asking for
    /// trouble; what would lose their events is refused.
    ///
    /// # Errors
    ///
    /// [`ApiMisuse::WouldLoseEvents`]. Where it has to wait: connection lost, or interrupted; nothing is sent then. Whatever else goes wrong, the
    /// ticket tells.
    pub fn send(&mut self, command: Command) -> Result<Ticket, Error> {
        let text = command.describe().into_owned();
        self.give(text, None, |connection, now| {
            connection.check(&command)?;
            Ok(connection.send(command, None, now))
        })
    }

    /// As [`send`](Self::send), with its own patience.
    pub(super) fn send_within(
        &mut self,
        command: Command,
        timeout: Option<Duration>,
    ) -> Result<Ticket, Error> {
        let text = command.describe().into_owned();
        let timeout = timeout.or(self.timeout);
        self.link.give(text, None, timeout, |connection, now| Ok(connection.send(command, None, now)))
    }

    /// Waits for the reply to a command, refusals included. Items that come meanwhile are for [`recv`](Self::recv),
    /// other replies for their own `wait`. It may be called again, and gives the same.
    ///
    /// # Errors
    ///
    /// Not answered in time, or connection lost; interrupted, whereupon it can be called again. A ticket of another
    /// client is refused.
    pub fn wait(&mut self, ticket: &Ticket) -> Result<Reply, Error> {
        self.check(ticket)?;
        let answer = self.link.wait(|_| ticket.answer().cloned())?;
        answer.map_err(|why| Error::unanswered(ticket.command(), why))
    }

    /// As [`wait`](Self::wait), but not for longer than this; `None` if the reply has not come by then. The command's
    /// own deadline holds as well, and is an error.
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait).
    pub fn wait_timeout(&mut self, ticket: &Ticket, timeout: Duration) -> Result<Option<Reply>, Error> {
        self.check(ticket)?;
        let end = Instant::now().checked_add(timeout);
        let answer = self.link.wait_until(end, |_| ticket.answer().cloned())?;
        answer.transpose().map_err(|why| Error::unanswered(ticket.command(), why))
    }

    /// Sends a command and waits for its reply, refusals included.
    ///
    /// # Errors
    ///
    /// Not answered in time, or connection lost. Interrupted: the command may have been sent, and its reply is thrown
    /// away; where that matters, [`send`](Self::send) and [`wait`](Self::wait).
    pub fn send_recv(&mut self, command: Command) -> Result<Reply, Error> {
        let ticket = self.send(command)?;
        self.wait(&ticket)
    }

    /// Runs an api command and waits for what it prints: `client.api("status")`. What it prints is given as it is;
    /// [`ApiResponse::error`] tells whether it is a failure by FreeSWITCH's custom.
    ///
    /// The switch does nothing else on this connection meanwhile, and sends no events: anything slow, such as
    /// `originate`, is for [`bgapi`](Self::bgapi).
    ///
    /// # Errors
    ///
    /// Refused (a restricted user), a command that cannot be sent, and as [`send_recv`](Self::send_recv).
    pub fn api(&mut self, command: &str) -> Result<ApiResponse, Error> {
        let reply = self.send_recv(Command::api(command)?)?;
        printed(command, reply)
    }

    /// As [`api`](Self::api), the way `fs_cli` does it: aliases are expanded, and `;;` separates several commands.
    ///
    /// # Errors
    ///
    /// As [`api`](Self::api).
    pub fn console(&mut self, command: &str) -> Result<ApiResponse, Error> {
        let reply = self.send_recv(Command::console(command)?)?;
        printed(command, reply)
    }

    /// Fires an event in the switch; gives its Event-UUID. See [`Command::sendevent`] for what the switch makes of it.
    ///
    /// # Errors
    ///
    /// Refused, an event that cannot be sent, and as [`send_recv`](Self::send_recv).
    pub fn sendevent(&mut self, name: &EventName, event: &EventBuilder) -> Result<String, Error> {
        let reply = self.command(Command::sendevent(name, event)?)?;
        Ok(reply.text().trim_start_matches("+OK").trim().to_owned())
    }

    /// Lets only events through that match a filter. See [`Command::filter`] for how they combine. With the first one,
    /// BACKGROUND_JOB and HEARTBEAT are let through.
    ///
    /// # Errors
    ///
    /// Refused, a filter that cannot be sent, and as [`send_recv`](Self::send_recv).
    pub fn filter(&mut self, header: &str, value: &str) -> Result<(), Error> {
        let text = format!("filter {header} {value}");
        self.filters(text, |connection, now| connection.filter(header, value, now))
    }

    /// Takes back the filters on a header, or the one with this value. With the last one everything passes again.
    ///
    /// # Errors
    ///
    /// As [`filter`](Self::filter).
    pub fn filter_delete(&mut self, header: &str, value: Option<&str>) -> Result<(), Error> {
        let text = format!("filter delete {header} {}", value.unwrap_or_default()).trim_end().to_owned();
        self.filters(text, |connection, now| connection.filter_delete(header, value, now))
    }

    /// Takes back every filter.
    ///
    /// # Errors
    ///
    /// As [`filter`](Self::filter).
    pub fn filter_delete_all(&mut self) -> Result<(), Error> {
        self.command(Command::filter_delete_all()).map(drop)
    }

    // ---- jobs

    /// Runs an api command in the background. This says that the switch has taken it; what came of it is given by
    /// [`wait_job`](Self::wait_job), or by [`recv`](Self::recv), whichever is called first.
    ///
    /// # Errors
    ///
    /// As [`api`](Self::api).
    pub fn bgapi(&mut self, command: &str) -> Result<JobUuid, Error> {
        self.bgapi_as(command, JobUuid::from(uuid::Uuid::new_v4().to_string()))
    }

    /// As [`bgapi`](Self::bgapi), with an id of one's own. So an interrupted one can be waited for all the same.
    ///
    /// # Errors
    ///
    /// As [`bgapi`](Self::bgapi); an id that is in use, or over
    /// [`MOST_JOB_UUID`](crate::proto::MOST_JOB_UUID) bytes.
    pub fn bgapi_as(&mut self, command: &str, job: JobUuid) -> Result<JobUuid, Error> {
        if self.link.inbox.runs(&job) {
            let value = job.to_string();
            return Err(ApiMisuse::Invalid { what: "the Job-UUID", value, why: "is in use" }.into());
        }
        let end = Some(self.job_timeout);
        let start = |connection: &mut Connection, now| connection.start_job(command, job.clone(), end, now);
        let ticket = self.give(of_bgapi(command), Some(job.clone()), start)?;
        taken(command, &self.wait(&ticket)?)?;
        Ok(job)
    }

    /// Waits for the end of a job, at most as long as it may take ([`Config::job_timeout`], one hour).
    ///
    /// # Errors
    ///
    /// The end is not known: out of time, the switch was restarted, or this user may not see it. No such job.
    ///
    /// Interrupted, whereupon it can be called again. Connection lost ([`JobLost::Disconnected`](crate::JobLost)),
    /// whereupon it can be called again after [`reconnect`](Self::reconnect): the job runs on in the switch, and is kept.
    pub fn wait_job(&mut self, job: &JobUuid) -> Result<JobResult, Error> {
        self.link.wait(|inbox| inbox.end_of(job))?
    }

    /// As [`wait_job`](Self::wait_job), but not for longer than this; `None` if it has not ended by then.
    ///
    /// # Errors
    ///
    /// As [`wait_job`](Self::wait_job).
    pub fn wait_job_timeout(&mut self, job: &JobUuid, timeout: Duration) -> Result<Option<JobResult>, Error> {
        let end = Instant::now().checked_add(timeout);
        self.link.wait_until(end, |inbox| inbox.end_of(job))?.transpose()
    }

    /// Whether the connection was lost since this job began, which has not ended yet as far as is known. Its end can have
    /// come then, and nobody heard it: it is waited for until the job's own timeout.
    #[must_use]
    pub fn crossed_gap(&self, job: &JobUuid) -> bool {
        self.link.inbox.crossed_gap(job)
    }

    // ---- the end

    /// Leaves: says `exit` after the commands in line, and waits for the end, at most 5 s. What had come can still be
    /// fetched. One that was lost is given up, and the reason is that of the loss. There is no reconnecting after it.
    ///
    /// # Errors
    ///
    /// Interrupted, whereupon it can be called again.
    pub fn close(&mut self) -> Result<CloseReason, Error> {
        self.link.close()
    }

    // ---- inside

    fn give(
        &mut self,
        text: String,
        job: Option<JobUuid>,
        say: impl FnOnce(&mut Connection, Instant) -> Result<trunkline_proto::Ticket, ApiMisuse>,
    ) -> Result<Ticket, Error> {
        self.link.give(text, job, self.timeout, say)
    }

    /// Refuses to wait for what will not come here.
    fn check(&self, ticket: &Ticket) -> Result<(), Error> {
        if ticket.is_answered() || self.link.inbox.expects(ticket) {
            return Ok(());
        }
        let (what, value, why) = ("the ticket", ticket.command().to_owned(), "is of another connection");
        Err(ApiMisuse::Invalid { what, value, why }.into())
    }

    /// A command that is to be answered by `+OK`.
    pub(super) fn command(&mut self, command: Command) -> Result<CommandReply, Error> {
        let text = command.describe().into_owned();
        accepted(&text, self.send_recv(command)?)
    }

    fn filters(
        &mut self,
        text: String,
        change: impl FnOnce(&mut Connection, Instant) -> Result<trunkline_proto::Ticket, ApiMisuse>,
    ) -> Result<(), Error> {
        let ticket = self.give(text.clone(), None, change)?;
        accepted(&text, self.wait(&ticket)?).map(drop)
    }
}

/// The descriptor, for a poll loop of one's own. Nothing is to be read from it or written to it.
#[cfg(unix)]
impl AsFd for Client {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.link.socket().stream().as_fd()
    }
}

/// As [`AsFd`].
#[cfg(unix)]
impl AsRawFd for Client {
    fn as_raw_fd(&self) -> RawFd {
        self.link.socket().stream().as_raw_fd()
    }
}

/// The socket, for a loop of one's own. Nothing is to be read from it or written to it.
#[cfg(windows)]
impl std::os::windows::io::AsSocket for Client {
    fn as_socket(&self) -> std::os::windows::io::BorrowedSocket<'_> {
        self.link.socket().stream().as_socket()
    }
}
