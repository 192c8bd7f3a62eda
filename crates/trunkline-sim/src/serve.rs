//! A [`Switch`] behind a TCP listener.

mod batch;
mod connection;
mod outbound;
mod wav;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use tokio::task::{AbortHandle, JoinHandle};

use crate::config::{ConfigurationError, SwitchConfig, User};
use crate::switch::{ConnectionId, Effect, Switch};
use crate::time::Time;
use connection::Outbox;

/// A simulated switch that listens on a TCP port. It stops when this is dropped.
#[derive(Debug)]
pub struct Sim {
    address: SocketAddr,
    password: String,
    shared: Arc<Shared>,
    tasks: Vec<JoinHandle<()>>,
}

/// How a [`Sim`] is to be.
#[derive(Debug, Clone)]
pub struct SimBuilder {
    listen: String,
    config: SwitchConfig,
}

/// What the tasks of a simulated switch share.
#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// The switch's deadline may have changed.
    rescheduled: Notify,
    /// Whether clients may connect.
    open: watch::Sender<bool>,
    clock: Clock,
    runtime: Handle,
    me: Weak<Shared>,
}

#[derive(Debug)]
struct State {
    switch: Switch,
    outboxes: HashMap<ConnectionId, Outbox>,
    dials: HashMap<ConnectionId, AbortHandle>,
    /// The deadline the timer sleeps for.
    deadline: Option<Time>,
}

/// Real time that never goes back.
#[derive(Debug)]
struct Clock {
    started: Instant,
    at: Time,
}

impl Clock {
    fn start() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let micros = u64::try_from(since_epoch.as_micros()).unwrap_or_default();
        Self { started: Instant::now(), at: Time::from_micros(micros) }
    }

    fn now(&self) -> Time {
        self.at.after(self.started.elapsed())
    }
}

impl SimBuilder {
    /// Where to listen; `127.0.0.1:0`, that is, any free port.
    #[must_use]
    pub fn listen(mut self, address: &str) -> Self {
        self.listen = address.into();
        self
    }

    /// The password; `ClueCon`.
    #[must_use]
    pub fn password(mut self, password: &str) -> Self {
        self.config.password = password.into();
        self
    }

    /// Someone who may come in by `userauth`.
    #[must_use]
    pub fn user(mut self, user: User) -> Self {
        self.config.users.push(user);
        self
    }

    /// What a command line prints that the api command `system` is told to run; see [`Programs`](crate::Programs).
    #[must_use]
    pub fn system(mut self, line: &str, prints: &str) -> Self {
        self.config.system.prints(line, prints);
        self
    }

    /// What a script writes, with its arguments, that the api command `lua` is told to run; see
    /// [`Programs`](crate::Programs).
    #[must_use]
    pub fn lua(mut self, line: &str, writes: &str) -> Self {
        self.config.lua.prints(line, writes);
        self
    }

    /// How often a HEARTBEAT is fired; 20 s.
    #[must_use]
    pub fn heartbeat(mut self, every: Duration) -> Self {
        self.config.heartbeat = every;
        self
    }

    /// Where every uuid comes from.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.config.seed = seed;
        self
    }

    /// Takes over what FreeSWITCH's configuration in a directory says; see [`SwitchConfig::load`]. What is said before
    /// stands only where the files say nothing of it.
    ///
    /// # Errors
    ///
    /// Where a file cannot be read, or is not XML.
    pub fn conf(mut self, directory: impl AsRef<Path>) -> Result<Self, ConfigurationError> {
        self.config.load(directory)?;
        Ok(self)
    }

    /// Takes the dialplan from a file; see [`SwitchConfig::load_dialplan`].
    ///
    /// # Errors
    ///
    /// Where a file cannot be read, or is not XML.
    pub fn dialplan(mut self, file: impl AsRef<Path>) -> Result<Self, ConfigurationError> {
        self.config.load_dialplan(file)?;
        Ok(self)
    }

    /// Everything else about the switch.
    #[must_use]
    pub fn configure(mut self, change: impl FnOnce(&mut SwitchConfig)) -> Self {
        change(&mut self.config);
        self
    }

    /// Starts it on the runtime this is called from.
    ///
    /// # Errors
    ///
    /// Where the address cannot be listened on.
    pub async fn start(self) -> std::io::Result<Sim> {
        let listener = TcpListener::bind(&self.listen).await?;
        let address = listener.local_addr()?;
        let password = self.config.password.clone();
        let clock = Clock::start();
        let switch = Switch::new(self.config, clock.now());
        let state = State { switch, outboxes: HashMap::new(), dials: HashMap::new(), deadline: None };
        let runtime = Handle::current();
        let shared = Arc::new_cyclic(|me| Shared {
            state: Mutex::new(state),
            rescheduled: Notify::new(),
            open: watch::Sender::new(true),
            clock,
            runtime,
            me: Weak::clone(me),
        });
        let tasks = vec![
            tokio::spawn(accept(listener, address, Arc::clone(&shared))),
            tokio::spawn(keep_time(Arc::clone(&shared))),
        ];
        Ok(Sim { address, password, shared, tasks })
    }
}

impl Sim {
    /// One with the defaults, to be changed.
    #[must_use]
    pub fn builder() -> SimBuilder {
        SimBuilder { listen: "127.0.0.1:0".into(), config: SwitchConfig::default() }
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// How to connect to it: `esl://:ClueCon@127.0.0.1:40123`. The password stands in it as it is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("esl://:{}@{}", self.password, self.address)
    }

    /// Lets the switch itself be looked at and worked on. What it wants sent is sent.
    pub fn with<T>(&self, work: impl FnOnce(&mut Switch, Time) -> T) -> T {
        self.shared.with(work)
    }

    /// Cuts every connection, without a word to the clients.
    pub fn kill_connections(&self) {
        self.shared.kill_connections();
    }

    /// Stops listening and cuts every connection.
    pub async fn stop(mut self) {
        for task in self.tasks.drain(..) {
            task.abort();
            // It ends by being cancelled.
            let _ = task.await;
        }
        self.shared.kill_connections();
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
        self.shared.kill_connections();
    }
}

impl Shared {
    /// The state is never left half changed by a panic: every change to the switch is whole or not begun.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, work: impl FnOnce(&mut Switch, Time) -> T) -> T {
        let mut state = self.lock();
        let result = work(&mut state.switch, self.clock.now());
        self.carry_out(&mut state);
        result
    }

    /// Does what the switch wants done.
    fn carry_out(&self, state: &mut State) {
        while let Some(effect) = state.switch.poll_effect() {
            match effect {
                Effect::Send { to, bytes } => {
                    if let Some(outbox) = state.outboxes.get(&to)
                        && outbox.push(bytes)
                    {
                        state.switch.set_writable(to, false, self.clock.now());
                    }
                }
                Effect::Close { connection } => {
                    if let Some(outbox) = state.outboxes.remove(&connection) {
                        outbox.close();
                    }
                }
                Effect::Cut { connection } => {
                    if let Some(outbox) = state.outboxes.remove(&connection) {
                        outbox.cut();
                    }
                }
                Effect::Dial { connection, host, port } => {
                    if let Some(me) = self.me.upgrade() {
                        let task = self.runtime.spawn(outbound::dial(me, connection, host, port));
                        state.dials.insert(connection, task.abort_handle());
                    }
                }
                Effect::Record { path, length, channels } => {
                    wav::write(&path, length, channels);
                }
                Effect::Listen { open } => {
                    self.open.send_replace(open);
                }
            }
        }
        let deadline = state.switch.deadline();
        if deadline != state.deadline {
            state.deadline = deadline;
            self.rescheduled.notify_one();
        }
    }

    /// Serves a connection that was made, one way or the other.
    fn serve(self: &Arc<Self>, stream: TcpStream, id: ConnectionId, outbox: Outbox) {
        // Without it replies would only come later.
        let _ = stream.set_nodelay(true);
        self.runtime.spawn(connection::run(stream, id, outbox, Arc::clone(self)));
    }

    fn kill_connections(&self) {
        let mut state = self.lock();
        for dial in std::mem::take(&mut state.dials).into_values() {
            dial.abort();
        }
        for (id, outbox) in std::mem::take(&mut state.outboxes) {
            outbox.cut();
            state.switch.disconnect(id, self.clock.now());
        }
        self.carry_out(&mut state);
    }
}

async fn accept(listener: TcpListener, address: SocketAddr, shared: Arc<Shared>) {
    let mut open = shared.open.subscribe();
    let mut listener = Some(listener);
    loop {
        let accepted = async {
            match &listener {
                Some(listener) => listener.accept().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            accepted = accepted => match accepted {
                Ok((stream, peer)) => greet(&shared, stream, peer),
                // Out of descriptors, most likely; some may be given back.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            changed = open.changed() => {
                let is_open = changed.is_ok() && *open.borrow_and_update();
                listener = if is_open { listen_again(listener, address).await } else { None };
            }
        }
    }
}

/// Listens where it did before; whoever has taken the address meanwhile is waited for, as FreeSWITCH does.
async fn listen_again(listener: Option<TcpListener>, address: SocketAddr) -> Option<TcpListener> {
    if listener.is_some() {
        return listener;
    }
    loop {
        if let Ok(listener) = TcpListener::bind(address).await {
            return Some(listener);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn greet(shared: &Arc<Shared>, stream: TcpStream, peer: SocketAddr) {
    let mut state = shared.lock();
    let id = state.switch.connect(peer, shared.clock.now());
    let outbox = Outbox::default();
    state.outboxes.insert(id, outbox.clone());
    shared.carry_out(&mut state);
    drop(state);
    shared.serve(stream, id, outbox);
}

/// Tells the switch when its next deadline has come.
async fn keep_time(shared: Arc<Shared>) {
    loop {
        let deadline = shared.lock().deadline;
        let now = shared.clock.now();
        let wait = deadline.map_or(Duration::from_secs(3600), |deadline| deadline.since(now));
        if wait.is_zero() {
            shared.with(|switch, now| switch.handle_timeout(now));
            continue;
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = shared.rescheduled.notified() => {}
        }
    }
}
