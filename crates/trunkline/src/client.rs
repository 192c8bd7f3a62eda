//! The handle: a method for each command.

mod jobs;
mod life;
mod session;

use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;
use trunkline_proto::{
    ApiMisuse, ApiResponse, ChannelData, ChannelUuid, CloseReason, Command, CommandKind, CommandReply,
    Connection, Control, EventBuilder, EventName, EventSet, Executed, LogLevel, Permissions, Reply,
    SocketMode, Ticket, Unanswered,
};

use crate::config::{Config, ConfigError};
use crate::core::{Core, ReplySender, Shared, Submission, lock};
use crate::error::Error;
use crate::events::{Events, Logs};
use crate::halves::{Reader, Writer};
use crate::job::{self, Job};
use crate::lanes::Lanes;
use crate::link::{CallTerms, Link, Role};
use crate::outcome::{accepted, of_api, printed};
use crate::reconnect::{State, StateChanges};
use crate::stream_options::StreamOptions;
use life::Life;

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
///
/// # Lanes
///
/// With [`Config::lanes`] a client has connections for commands alone, beside the one that carries events and log
/// lines, which a long `api` would hold up. `api`, `bgapi` and `sendevent` take the lane with the fewest commands in
/// line, `sendmsg` one that all messages to a channel share; everything else, and whatever finds no lane connected
/// to the same switch, takes the first connection. So commands keep the order in which they are awaited, but not that in which several are
/// given at once. A command that a lost lane had not sent is given to another; one it had sent fails, as ever. A job's
/// end comes over the first connection, and it is the first connection that [`state`](Self::state), gaps and
/// [`closed`](Self::closed) speak of; with its end the lanes are closed.
#[derive(Debug, Clone)]
pub struct Client {
    handle: Arc<Handle>,
    /// `None` for one that does not keep the connection open.
    _life: Option<Arc<Life>>,
    timeout: Option<Duration>,
}

#[derive(Debug)]
struct Handle {
    main: Link,
    lanes: Lanes,
    config: Arc<Config>,
    permissions: Permissions,
    /// Of an outbound socket without `full` or `async`.
    is_limited: bool,
    serials: AtomicU64,
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
        let (main, permissions) = Link::dial(&config, Role::Main).await?;
        let lanes = Lanes::dial(&config, &main).await?;
        if !lanes.is_empty() {
            // The end of a job is told to every connection that asked for it: one is enough.
            main.shared.with(|core, now| core.connection.hear_jobs(now));
            close_together(&main, &lanes);
        }
        Ok(Self::new(main, lanes, config.into(), permissions))
    }

    /// Speaks over a stream that is connected already: TLS, a tunnel, a Unix socket. Of the configuration, where to
    /// connect, how to reconnect and the lanes are not used.
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
        let (main, permissions) =
            Link::open(Reader::other(reader), Writer::other(writer), &config, None, Role::Main).await?;
        Ok(Self::new(main, Lanes::default(), config.into(), permissions))
    }

    /// Asks for the call that the switch has connected to us for.
    pub(crate) async fn meet(
        reader: Reader,
        writer: Writer,
        terms: &CallTerms,
        peer: Option<SocketAddr>,
    ) -> Result<(Self, ChannelData), Error> {
        let (main, call) = Link::meet(reader, writer, terms, peer).await?;
        let handle = Handle {
            main,
            lanes: Lanes::default(),
            config: Arc::clone(&terms.config),
            permissions: Permissions::default(),
            is_limited: call.control() != Control::Full || call.mode() != SocketMode::Async,
            serials: AtomicU64::new(0),
        };
        Ok((Self::of(handle), call))
    }

    fn new(main: Link, lanes: Lanes, config: Arc<Config>, permissions: Permissions) -> Self {
        let serials = AtomicU64::new(0);
        Self::of(Handle { main, lanes, config, permissions, is_limited: false, serials })
    }

    fn of(handle: Handle) -> Self {
        let handle = Arc::new(handle);
        let life = Life::begin(&handle);
        Self { handle, _life: Some(life), timeout: None }
    }

    /// The same connection, with another timeout for the commands given through this handle: the time from when one
    /// reaches the head of the line. Of a background job it is the time to be taken, not to end. Subscriptions are the
    /// connection's own, and keep its timeout.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self.clone() }
    }

    /// The same, for one who does not keep the connection open.
    pub(crate) fn without_life(&self) -> Self {
        Self { _life: None, ..self.clone() }
    }

    /// What the switch lets this user do.
    #[must_use]
    pub fn permissions(&self) -> &Permissions {
        &self.handle.permissions
    }

    /// How many commands wait for their reply.
    #[must_use]
    pub fn outstanding(&self) -> usize {
        self.handle.main.shared.outstanding() + self.handle.lanes.outstanding()
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
        self.permit(&command)?;
        match self.reply(command).await {
            Ok(reply) => printed(text, reply).map_err(|refused| self.note_refusal(refused)),
            Err(why) => Err(Error::unanswered(&of_api(text), why)),
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
        self.start_job(job::new_uuid(), command).await
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
        Events::subscribe(self.clone(), events.into(), &StreamOptions::default()).await
    }

    /// As [`events`](Self::events), with bounds of its own, or to end where its consumer is too slow.
    ///
    /// # Errors
    ///
    /// As [`events`](Self::events).
    ///
    /// # Cancel safety
    ///
    /// As [`events`](Self::events).
    pub async fn events_with(
        &self,
        events: impl Into<EventSet>,
        options: StreamOptions,
    ) -> Result<Events, Error> {
        Events::subscribe(self.clone(), events.into(), &options).await
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
        Logs::subscribe(self.clone(), level, &StreamOptions::default()).await
    }

    /// As [`logs`](Self::logs), with bounds of its own, or to end where its consumer is too slow.
    ///
    /// # Errors
    ///
    /// As [`events`](Self::events).
    ///
    /// # Cancel safety
    ///
    /// As [`events`](Self::events).
    pub async fn logs_with(&self, level: LogLevel, options: StreamOptions) -> Result<Logs, Error> {
        Logs::subscribe(self.clone(), level, &options).await
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
        self.permit(&command)?;
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
        let shared = self.shared();
        shared.with(|core, now| {
            let ticket = change(&mut core.connection, now)?;
            self.wait(core, serial, CommandKind::Filter, ticket, sender, now);
            Ok::<_, ApiMisuse>(())
        })?;
        let reply = Waiting { shared, serial, receiver: Some(receiver) }.reply().await;
        accepted(&text, reply.map_err(|why| Error::unanswered(&text, why))?).map(drop)
    }

    /// Leaves: says `exit` after the commands in line, and waits for the end, at most 5 s.
    ///
    /// On the connection of a call that was hung up it waits for what else the switch tells of that, at most 100 ms; if that has
    /// come it leaves without `exit`.
    ///
    /// # Cancel safety
    ///
    /// Once polled the connection closes, whether or not the future is polled again.
    pub async fn close(&self) -> CloseReason {
        self.handle.main.close();
        self.closed().await
    }

    /// Waits for the end of the connection, whoever ends it.
    pub fn closed(&self) -> impl Future<Output = CloseReason> + Send + 'static {
        let shared = Arc::clone(self.shared());
        async move { shared.wait_closed().await }
    }

    /// How it stands to the switch now.
    #[must_use]
    pub fn state(&self) -> State {
        self.shared().state.get()
    }

    /// The changes of its state from now on.
    #[must_use]
    pub fn state_changes(&self) -> StateChanges {
        StateChanges { receiver: self.shared().state.subscribe() }
    }

    /// Why the connection has ended, if it has.
    #[must_use]
    pub fn close_reason(&self) -> Option<CloseReason> {
        self.shared().closed_why()
    }

    /// A command that is to be answered by `+OK`.
    async fn command(&self, command: Command) -> Result<CommandReply, Error> {
        self.permit(&command)?;
        let text = command.describe().into_owned();
        accepted(&text, self.reply(command).await.map_err(|why| Error::unanswered(&text, why))?)
    }

    /// Refuses what an outbound socket without `full` or `async` cannot do.
    fn permit(&self, command: &Command) -> Result<(), ApiMisuse> {
        if self.handle.is_limited { self.check(command) } else { Ok(()) }
    }

    /// The reply to a command, over whatever connection is for it.
    async fn reply(&self, command: Command) -> Result<Reply, Unanswered> {
        if !self.handle.lanes.is_empty()
            && fits_any_lane(command.kind())
            && let Some(outcome) = self.reply_by_lane(&command).await
        {
            return outcome;
        }
        self.reply_over(self.shared(), command).await
    }

    /// The same over the freest lane; `None` if none has said it.
    async fn reply_by_lane(&self, command: &Command) -> Option<Result<Reply, Unanswered>> {
        let mut tried = Vec::new();
        while let Some(place) = self.handle.lanes.freest(self.shared(), &tried) {
            match self.reply_over(place.shared(), command.clone()).await {
                Err(Unanswered::Disconnected { executed: Executed::No, .. }) => tried.push(place.at),
                outcome => return Some(outcome),
            }
        }
        None
    }

    async fn reply_over(&self, shared: &Shared, command: Command) -> Result<Reply, Unanswered> {
        let (sender, receiver) = oneshot::channel();
        let serial = self.serial();
        shared.submit(Submission { serial, command, timeout: self.timeout, asker: sender.into() });
        Waiting { shared, serial, receiver: Some(receiver) }.reply().await
    }

    /// Waits for a reply with the patience of this handle.
    fn wait(
        &self,
        core: &mut Core,
        serial: u64,
        kind: CommandKind,
        ticket: Ticket,
        sender: ReplySender,
        now: Instant,
    ) {
        if let Some(timeout) = self.timeout {
            core.connection.set_timeout(ticket, timeout, now);
        }
        core.wait(serial, kind, ticket, sender.into(), now);
    }

    /// Over what connection a channel's messages go, so that they keep their order.
    pub(crate) fn line_of(&self, channel: &ChannelUuid) -> Arc<Shared> {
        self.lane_of(channel).map_or_else(|| Arc::clone(self.shared()), |lane| Arc::clone(lane.shared()))
    }

    pub(crate) fn serial(&self) -> u64 {
        self.handle.serials.fetch_add(1, Ordering::Relaxed)
    }

    /// Keeps in mind what this user may not do.
    fn note_refusal(&self, error: Error) -> Error {
        if let Some(permission) = error.permission() {
            self.shared().tally.not_permitted(permission);
        }
        error
    }

    /// The connection that carries events, or the only one.
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.handle.main.shared
    }

    /// The connections for commands alone.
    pub(crate) fn lanes(&self) -> Vec<Arc<Shared>> {
        self.handle.lanes.shared()
    }

    pub(crate) fn config(&self) -> &Config {
        &self.handle.config
    }
}

/// Whether a command is about the switch, and not about its connection or in order with others.
fn fits_any_lane(kind: CommandKind) -> bool {
    matches!(kind, CommandKind::Api | CommandKind::BgApi | CommandKind::SendEvent)
}

/// The end of the main connection is that of the lanes.
fn close_together(main: &Link, lanes: &Lanes) {
    let (main, lanes) = (Arc::clone(&main.shared), lanes.shared());
    tokio::spawn(async move {
        main.wait_closed().await;
        lanes.iter().for_each(|lane| lane.with(|core, now| core.connection.close(now)));
    });
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
    pub(crate) async fn wait_closed(&self) -> CloseReason {
        loop {
            let mut over = pin!(self.over.notified());
            over.as_mut().enable();
            if let Some(reason) = self.closed_why() {
                return reason;
            }
            over.await;
        }
    }

    fn closed_why(&self) -> Option<CloseReason> {
        lock(&self.closed).clone()
    }

    /// For one whose sender vanished, as at the end of a runtime.
    fn gone(&self) -> Unanswered {
        let reason = self.closed_why().unwrap_or(CloseReason::Requested);
        Unanswered::Disconnected { executed: Executed::Unknown, reason }
    }
}
