//! The handle: a method for each command.

mod session;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;
use trunkline_proto::{
    ApiMisuse, ApiResponse, CloseReason, Command, CommandKind, CommandReply, Connection, EventBuilder,
    EventName, EventSet, Executed, JobUuid, LogLevel, Permissions, Reply, Ticket, Unanswered,
};

use crate::config::{Config, ConfigError};
use crate::core::{Core, ReplySender, Running, Shared, Submission, now};
use crate::driver::{self, Driving};
use crate::error::Error;
use crate::events::{Events, Logs};
use crate::job::Job;
use crate::outcome::{accepted, printed};
use crate::reconnect::{self, Dial, Reader, State, StateChanges, Writer};

/// Connects to a switch.
///
/// ```
/// # tokio_test(async {
/// # let sim = trunkline_sim::Sim::builder().start().await?;
/// # let url = sim.url();
/// let client = trunkline::connect(url.as_str()).await?;
/// println!("{}", client.api("status").await?.text());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # });
/// # fn tokio_test(f: impl std::future::Future<Output = Result<(), Box<dyn std::error::Error>>>) {
/// #     tokio::runtime::Runtime::new().unwrap().block_on(f).unwrap();
/// # }
/// ```
///
/// # Errors
///
/// A URL that is none; nobody there; no greeting; refused by an access list; wrong credentials; something that is no
/// switch. Each within its deadline, and each saying what to do.
pub async fn connect<C>(config: C) -> Result<Client, Error>
where
    C: TryInto<Config>,
    C::Error: Into<ConfigError>,
{
    Client::connect(config.try_into().map_err(Into::into)?).await
}

/// A connection to a switch. Cloning it is cheap; every clone is the same connection, and commands from any number
/// of tasks may be on their way at once. The connection is closed when the last clone is dropped, and the last
/// stream and job made from it.
#[derive(Debug, Clone)]
pub struct Client {
    handle: Arc<Handle>,
    timeout: Option<Duration>,
}

#[derive(Debug)]
struct Handle {
    shared: Arc<Shared>,
    config: Config,
    permissions: Permissions,
    serials: AtomicU64,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shared.with(|core, now| core.connection.close(now));
    }
}

impl Client {
    /// Connects to the switch of this configuration.
    ///
    /// # Errors
    ///
    /// As [`connect`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives the connection up.
    pub async fn connect(config: Config) -> Result<Self, Error> {
        config.connection.credentials.command()?;
        let (reader, writer) = reconnect::halves(reconnect::dial(&config).await?);
        let again = Arc::new(config.clone());
        let dial: Dial = Arc::new(move || {
            let config = Arc::clone(&again);
            Box::pin(async move { Ok(reconnect::halves(reconnect::dial(&config).await?)) })
        });
        Self::start(reader, writer, config, Some(dial)).await
    }

    /// Speaks over a stream that is connected already: TLS, a tunnel, a Unix socket. Of the configuration, where to
    /// connect and how to reconnect is not used.
    ///
    /// # Errors
    ///
    /// As [`connect`], but for those of connecting.
    pub async fn from_stream<S>(stream: S, config: Config) -> Result<Self, Error>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        config.connection.credentials.command()?;
        let (reader, writer) = tokio::io::split(stream);
        Self::start(Box::new(reader), Box::new(writer), config, None).await
    }

    async fn start(
        reader: Reader,
        writer: Writer,
        config: Config,
        dial: Option<Dial>,
    ) -> Result<Self, Error> {
        let (sender, ready) = oneshot::channel();
        let reconnect = config.reconnect.clone().zip(dial);
        let mut as_configured = config.connection.clone();
        as_configured.lasting = reconnect.is_some();
        if let Some((reconnect, _)) = &reconnect {
            as_configured.wait_in_break = reconnect.commands_wait;
            as_configured.liveness = reconnect.liveness;
        }
        let connection = Connection::inbound(as_configured, now());
        let shared = Arc::new(Shared::new(connection, writer, sender));
        tokio::spawn(driver::drive(reader, Driving::new(Arc::clone(&shared), config.pause), reconnect));
        // Should this future be dropped while it waits, so is the connection.
        let mut handle =
            Handle { shared, config, permissions: Permissions::default(), serials: AtomicU64::new(0) };
        match ready.await {
            Ok(permissions) => handle.permissions = permissions,
            Err(_) => return Err(handle.shared.wait_closed().await.into()),
        }
        tracing::debug!(switch = %handle.config, "connected");
        Ok(Self { handle: Arc::new(handle), timeout: None })
    }

    /// The same connection, with another timeout for the commands given through this handle: the time from when one
    /// reaches the head of the line. Of a background job it is the time to be taken, not to end. Subscriptions are the
    /// connection's own, and keep its timeout.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        Self { handle: Arc::clone(&self.handle), timeout: Some(timeout) }
    }

    /// What the switch lets this user do.
    #[must_use]
    pub fn permissions(&self) -> &Permissions {
        &self.handle.permissions
    }

    /// How many commands wait for their reply.
    #[must_use]
    pub fn outstanding(&self) -> usize {
        self.handle.shared.outstanding()
    }

    /// Runs an api command and waits for what it prints: `client.api("status")`. What it prints is given as it is;
    /// [`ApiResponse::error`] tells whether it is a failure by FreeSWITCH's custom.
    ///
    /// The switch does nothing else on this connection meanwhile, and sends no events: anything slow, such as
    /// `originate`, is for [`bgapi`](Self::bgapi).
    ///
    /// # Errors
    ///
    /// Refused (a restricted user), not answered in time, connection lost, or a command that cannot be sent.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future withdraws the command if nothing of it was written yet; otherwise it is executed, and its
    /// reply is read and thrown away.
    pub async fn api(&self, command: &str) -> Result<ApiResponse, Error> {
        self.api_reply(command, Command::api(command)?).await
    }

    /// As [`api`](Self::api), the way `fs_cli` does it: aliases are expanded, and `;;` separates several commands.
    ///
    /// # Errors
    ///
    /// As [`api`](Self::api).
    pub async fn console(&self, command: &str) -> Result<ApiResponse, Error> {
        self.api_reply(command, Command::console(command)?).await
    }

    async fn api_reply(&self, text: &str, command: Command) -> Result<ApiResponse, Error> {
        match self.reply(command).await {
            Ok(reply) => printed(text, reply),
            Err(why) => Err(Error::unanswered(&format!("api {text}"), why)),
        }
    }

    /// Runs an api command in the background. The first `await` says that the switch has taken it, the second one
    /// what came of it:
    ///
    /// ```no_run
    /// # async fn example(client: trunkline::Client) -> Result<(), trunkline::Error> {
    /// let job = client.bgapi("originate null/test &park").await?;
    /// println!("{} has begun", job.uuid());
    /// println!("it ended with {}", job.await?.text());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Its id is chosen here and known before the command is sent, so its end cannot be missed.
    ///
    /// # Errors
    ///
    /// As [`api`](Self::api).
    ///
    /// # Cancel safety
    ///
    /// As [`api`](Self::api).
    pub async fn bgapi(&self, command: &str) -> Result<Job, Error> {
        let uuid = JobUuid::from(uuid::Uuid::new_v4().to_string());
        let (sender, reply) = oneshot::channel();
        let (end_sender, end) = oneshot::channel();
        let crossed = Arc::new(AtomicBool::new(false));
        let serial = self.serial();
        let shared = &self.handle.shared;
        shared.with(|core, now| {
            let timeout = Some(self.handle.config.job_timeout);
            let ticket = core.connection.start_job(command, uuid.clone(), timeout, now)?;
            let running = Running { end: end_sender, ticket, crossed: Arc::clone(&crossed) };
            core.jobs.insert(uuid.clone(), running);
            self.wait(core, serial, ticket, sender, now);
            Ok::<_, ApiMisuse>(())
        })?;
        let job = Job::new(self.clone(), uuid, command, end, crossed);
        let waiting = Waiting { shared, serial, receiver: Some(reply) };
        let command = || format!("bgapi {command}");
        match waiting.reply().await {
            Ok(reply) => match reply.refusal() {
                None => Ok(job),
                Some(reason) => Err(Error::refused(&command(), reason)),
            },
            Err(why) => Err(Error::unanswered(&command(), why)),
        }
    }

    /// Subscribes to events: `client.events([EventName::ChannelAnswer])`, `client.events("ALL")`,
    /// `client.events("DTMF CUSTOM sofia::register")`. The stream begins once the switch has confirmed.
    ///
    /// Any number of streams share the connection; the switch is asked for the union of what they want.
    ///
    /// # Errors
    ///
    /// Refused (a restricted user), not answered in time, connection lost, or a name that cannot be sent.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future withdraws the subscription.
    pub async fn events(&self, events: impl Into<EventSet>) -> Result<Events, Error> {
        Events::subscribe(self.clone(), events.into()).await
    }

    /// Subscribes to the switch's log: lines of this level and the graver ones.
    ///
    /// # Errors
    ///
    /// As [`events`](Self::events).
    ///
    /// # Cancel safety
    ///
    /// As [`events`](Self::events).
    pub async fn logs(&self, level: LogLevel) -> Result<Logs, Error> {
        Logs::subscribe(self.clone(), level).await
    }

    /// Sends any command and gives its reply as it is, refusals included. [`Reply::answer`] says what it means.
    ///
    /// Changing subscriptions or the event format this way, behind the back of the streams, is asking for trouble.
    ///
    /// # Errors
    ///
    /// Not answered in time, or connection lost; `noevents` while anything is subscribed, and `nixevent` while `ALL` is,
    /// which would lose events ([`ApiMisuse::WouldLoseEvents`]).
    ///
    /// # Cancel safety
    ///
    /// As [`api`](Self::api).
    pub async fn send(&self, command: Command) -> Result<Reply, Error> {
        if command.kind() == CommandKind::Events {
            self.check(&command)?;
        }
        let text = command.describe().into_owned();
        self.reply(command).await.map_err(|why| Error::unanswered(&text, why))
    }

    /// Fires an event in the switch; gives its Event-UUID. See [`Command::sendevent`] for what the switch makes of
    /// it.
    ///
    /// # Errors
    ///
    /// Refused, not answered in time, connection lost, or an event that cannot be sent.
    ///
    /// # Cancel safety
    ///
    /// As [`api`](Self::api).
    pub async fn sendevent(&self, name: &EventName, event: &EventBuilder) -> Result<String, Error> {
        let reply = self.command(Command::sendevent(name, event)?).await?;
        Ok(reply.text().trim_start_matches("+OK").trim().to_owned())
    }

    /// Lets only events through that match a filter. Filters are the whole connection's, of every stream on it; see
    /// [`Command::filter`] for how they combine. With the first one, BACKGROUND_JOB and HEARTBEAT are let through.
    ///
    /// # Errors
    ///
    /// Refused, not answered in time, connection lost, or a filter that cannot be sent.
    ///
    /// # Cancel safety
    ///
    /// Once polled the filter is set, whether or not the future is polled again.
    pub async fn filter(&self, header: &str, value: &str) -> Result<(), Error> {
        let text = format!("filter {header} {value}");
        self.filters(text, |connection, now| connection.filter(header, value, now)).await
    }

    /// Takes back the filters on a header, or the one with this value. With the last one everything passes again.
    ///
    /// # Errors
    ///
    /// As [`filter`](Self::filter).
    ///
    /// # Cancel safety
    ///
    /// As [`filter`](Self::filter).
    pub async fn filter_delete(&self, header: &str, value: Option<&str>) -> Result<(), Error> {
        let text = format!("filter delete {header} {}", value.unwrap_or_default()).trim_end().to_owned();
        self.filters(text, |connection, now| connection.filter_delete(header, value, now)).await
    }

    /// Takes back every filter.
    ///
    /// # Errors
    ///
    /// Refused, not answered in time, or connection lost.
    ///
    /// # Cancel safety
    ///
    /// As [`api`](Self::api).
    pub async fn filter_delete_all(&self) -> Result<(), Error> {
        self.command(Command::filter_delete_all()).await.map(drop)
    }

    async fn filters(
        &self,
        text: String,
        change: impl FnOnce(&mut Connection, Instant) -> Result<Ticket, ApiMisuse>,
    ) -> Result<(), Error> {
        let (sender, receiver) = oneshot::channel();
        let serial = self.serial();
        let shared = &self.handle.shared;
        shared.with(|core, now| {
            let ticket = change(&mut core.connection, now)?;
            self.wait(core, serial, ticket, sender, now);
            Ok::<_, ApiMisuse>(())
        })?;
        let reply = Waiting { shared, serial, receiver: Some(receiver) }.reply().await;
        accepted(&text, reply.map_err(|why| Error::unanswered(&text, why))?).map(drop)
    }

    /// Leaves: says `exit` after the commands in line, and waits for the end, at most 5 s.
    ///
    /// # Cancel safety
    ///
    /// Once polled the connection closes, whether or not the future is polled again.
    pub async fn close(&self) -> CloseReason {
        self.handle.shared.with(|core, now| core.connection.close(now));
        self.closed().await
    }

    /// Waits for the end of the connection, whoever ends it.
    pub fn closed(&self) -> impl Future<Output = CloseReason> + Send + 'static {
        let shared = Arc::clone(&self.handle.shared);
        async move { shared.wait_closed().await }
    }

    /// How it stands to the switch now.
    #[must_use]
    pub fn state(&self) -> State {
        self.handle.shared.state.borrow().clone()
    }

    /// The changes of its state from now on.
    #[must_use]
    pub fn state_changes(&self) -> StateChanges {
        let mut receiver = self.handle.shared.state.subscribe();
        receiver.mark_unchanged();
        StateChanges { receiver }
    }

    /// Why the connection has ended, if it has.
    #[must_use]
    pub fn close_reason(&self) -> Option<CloseReason> {
        self.handle.shared.closed.borrow().clone()
    }

    /// A command that is to be answered by `+OK`.
    async fn command(&self, command: Command) -> Result<CommandReply, Error> {
        let text = command.describe().into_owned();
        accepted(&text, self.reply(command).await.map_err(|why| Error::unanswered(&text, why))?)
    }

    async fn reply(&self, command: Command) -> Result<Reply, Unanswered> {
        let (sender, receiver) = oneshot::channel();
        let serial = self.serial();
        let shared = &self.handle.shared;
        shared.submit(Submission { serial, command, timeout: self.timeout, sender });
        Waiting { shared, serial, receiver: Some(receiver) }.reply().await
    }

    /// Waits for a reply with the patience of this handle.
    fn wait(&self, core: &mut Core, serial: u64, ticket: Ticket, sender: ReplySender, now: Instant) {
        if let Some(timeout) = self.timeout {
            core.connection.set_timeout(ticket, timeout, now);
        }
        core.wait(serial, ticket, sender);
    }

    fn serial(&self) -> u64 {
        self.handle.serials.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.handle.shared
    }

    pub(crate) fn config(&self) -> &Config {
        &self.handle.config
    }
}

/// A caller that waits for its reply. Dropped before, it withdraws.
struct Waiting<'a> {
    shared: &'a Shared,
    serial: u64,
    receiver: Option<oneshot::Receiver<Result<Reply, Unanswered>>>,
}

impl Waiting<'_> {
    async fn reply(mut self) -> Result<Reply, Unanswered> {
        let Some(receiver) = self.receiver.as_mut() else { return Err(self.shared.gone()) };
        let reply = receiver.await;
        self.receiver = None;
        reply.unwrap_or_else(|_| Err(self.shared.gone()))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.receiver.is_some() {
            self.shared.forget(self.serial);
        }
    }
}

impl Shared {
    async fn wait_closed(&self) -> CloseReason {
        let mut closed = self.closed.subscribe();
        match closed.wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or(CloseReason::Eof),
            Err(_) => CloseReason::Eof,
        }
    }

    /// For one whose sender vanished, as at the end of a runtime.
    fn gone(&self) -> Unanswered {
        let reason = self.closed.borrow().clone().unwrap_or(CloseReason::Requested);
        Unanswered::Disconnected { executed: Executed::Unknown, reason }
    }
}
