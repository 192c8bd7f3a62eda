//! The whole switch: connections on one side, the core on the other, and who is told what.

mod bound;
mod delivery;
mod ending;
mod faults;
mod outbound;
mod requests;
mod shutdown;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use fastrand::Rng;
use trunkline_proto::listener::{auth_request, rude_rejection};

use crate::api::CallId;
use crate::app::Dial;
use crate::channel::ChannelId;
use crate::config::{Programs, SwitchConfig};
use crate::core::Core;
use crate::event::origin;
use crate::fault::Pipe;
use crate::listener::{Kind, Listener};
use crate::log;
use crate::schedule::Schedule;
use crate::time::Time;

/// A connection to a [`Switch`]; never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(u64);

/// What a [`Switch`] wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// Bytes to be written to a connection, after those before.
    #[non_exhaustive]
    Send {
        /// Which.
        to: ConnectionId,
        /// What.
        bytes: Bytes,
    },
    /// A connection to be closed once everything sent to it is written. The switch has forgotten it.
    #[non_exhaustive]
    Close {
        /// Which.
        connection: ConnectionId,
    },
    /// A connection to be closed at once, with whatever has not been written. The switch has forgotten it.
    #[non_exhaustive]
    Cut {
        /// Which.
        connection: ConnectionId,
    },
    /// A connection to be made; what comes of it is to be told by [`Switch::connected`] or
    /// [`Switch::connect_failed`].
    #[non_exhaustive]
    Dial {
        /// What the connection will be called.
        connection: ConnectionId,
        /// A name or an address.
        host: String,
        /// Where there.
        port: u16,
    },
    /// A recording has ended: a WAV file of silence is to be written, of 16 bits a sample and 8000 samples a second.
    /// Folders that are not there are to be made.
    #[non_exhaustive]
    Record {
        /// An absolute path that ends in `.wav`, as the client gave it.
        path: String,
        /// How long it is.
        length: Duration,
        /// One, or two.
        channels: u16,
    },
    /// The socket that clients connect to is to be closed, or to be opened again at the same address.
    #[non_exhaustive]
    Listen {
        /// Which.
        open: bool,
    },
}

/// Seconds in which a connection has to say something (`listener_run` in `mod_event_socket.c`).
const FIRST_PACKET: u64 = 25;

/// A pretend FreeSWITCH as a pure state machine, without sockets or a clock.
///
/// # Driving a switch
///
/// - **connections come and go** by [`connect`](Self::connect) and [`disconnect`](Self::disconnect); those the
///   switch wants made, by [`connected`](Self::connected) and [`connect_failed`](Self::connect_failed);
/// - **bytes come in** by [`handle_input`](Self::handle_input), time by
///   [`handle_timeout`](Self::handle_timeout), to be called at the [`deadline`](Self::deadline);
/// - **what is to be done comes out** by [`poll_effect`](Self::poll_effect), which is to be called until it gives
///   nothing after any of these.
///
/// Every method that takes `now` must get one that never goes back. The same seed and the same inputs at the same
/// times give the same effects, byte for byte.
///
/// # Promises
///
/// A command is answered before any event it causes reaches its own connection. While an `api` command runs, its
/// connection is told nothing else and its later commands wait; while half a command has come, it is told nothing.
#[derive(Debug)]
pub struct Switch {
    core: Core,
    listeners: BTreeMap<ConnectionId, Listener>,
    /// Connections being made.
    dials: BTreeMap<ConnectionId, Dial>,
    /// Connections that may have something to do: to send what is queued, or to see that their channel is hung up.
    stirred: BTreeSet<ConnectionId>,
    /// Connections whose command has ended while others of it may wait.
    resuming: VecDeque<ConnectionId>,
    /// Who is to be told of a call's end.
    waiters: HashMap<CallId, Waiter>,
    timers: Schedule<Timer>,
    /// The ways to clients that are not simply open.
    pipes: BTreeMap<ConnectionId, Pipe>,
    /// Connections the switch knows nothing of yet.
    unaccepted: Vec<(ConnectionId, SocketAddr)>,
    /// Connections to be cut instead of being answered.
    losing: BTreeSet<ConnectionId>,
    /// Nobody is sent anything until then.
    stalled_until: Time,
    /// What chance decides, but for the core's own.
    chance: Rng,
    kills_calls: bool,
    is_down: bool,
    restarts: u64,
    effects: VecDeque<Effect>,
    connections: u64,
}

#[derive(Debug, Clone, Copy)]
enum Waiter {
    /// The connection that runs it in front.
    Api(ConnectionId),
    /// The connection that runs it as a job, and may not be closed before it ends.
    Job(ConnectionId),
    /// The connection whose channel carries out a message of its own.
    Message(ConnectionId),
}

/// What is to be done about connections at a time.
#[derive(Debug, Clone, Copy)]
enum Timer {
    /// It has not said anything yet.
    FirstPacket(ConnectionId),
    /// It has lingered.
    Linger(ConnectionId),
    /// `connect` was said a moment ago.
    Park(ChannelId),
    /// Something on its way to it goes on.
    Pipe(ConnectionId),
    /// Some calls are hung up.
    KillCalls,
    /// The switch has started again.
    Up,
    /// It is ending.
    ShutDown(shutdown::Step),
}

impl Switch {
    /// A switch that starts now.
    #[must_use]
    pub fn new(config: SwitchConfig, now: Time) -> Self {
        let chance = Rng::with_seed(config.seed ^ faults::ANOTHER_SEED);
        let mut switch = Self {
            core: Core::new(config, now),
            listeners: BTreeMap::new(),
            dials: BTreeMap::new(),
            timers: Schedule::default(),
            stirred: BTreeSet::new(),
            resuming: VecDeque::new(),
            pipes: BTreeMap::new(),
            unaccepted: Vec::new(),
            losing: BTreeSet::new(),
            stalled_until: Time::default(),
            chance,
            kills_calls: false,
            is_down: false,
            restarts: 0,
            waiters: HashMap::new(),
            effects: VecDeque::new(),
            connections: 0,
        };
        switch.obey_rules();
        switch
    }

    // ---- connections, bytes and time come in

    /// A client has connected. It is greeted, or turned away for where it comes from.
    pub fn connect(&mut self, peer: SocketAddr, now: Time) -> ConnectionId {
        self.catch_up(now);
        let id = self.new_connection();
        if self.is_down {
            self.cut(id);
            return id;
        }
        self.listeners.insert(id, Listener::inbound(&self.core.config));
        if self.core.config.faults.accept_full {
            self.unaccepted.push((id, peer));
        } else {
            self.accept(id, peer);
        }
        self.deliver();
        id
    }

    fn accept(&mut self, id: ConnectionId, peer: SocketAddr) {
        let refusing = self.core.config.access.iter().find(|list| !list.lets_in(peer.ip()));
        if let Some(list) = refusing {
            let text = format!("IP {} Rejected by acl \"{}\"", peer.ip(), list.name);
            self.core.log(log::WARNING, &origin::ACL, &text);
            self.send(id, Kind::Greeting, rude_rejection());
            self.say_goodbye(id);
        } else {
            self.greet(id);
        }
    }

    /// Bytes from a client. All are taken; those of commands that have to wait are kept.
    pub fn handle_input(&mut self, id: ConnectionId, input: &mut BytesMut, now: Time) {
        self.catch_up(now);
        if let Some(listener) = self.listeners.get_mut(&id).filter(|_| !is_dead(&self.pipes, id)) {
            if listener.input.is_empty() {
                std::mem::swap(&mut listener.input, input);
            } else {
                listener.input.extend_from_slice(input);
            }
        }
        input.clear();
        self.stirred.insert(id);
        self.handle_packets(id);
        self.deliver();
    }

    /// A client has closed its connection, or its sending half. What it has said is done and answered; then the switch
    /// says goodbye and closes. Half a command is lost.
    pub fn disconnect(&mut self, id: ConnectionId, now: Time) {
        self.catch_up(now);
        if is_dead(&self.pipes, id) || self.unaccepted.iter().any(|(waiting, _)| *waiting == id) {
            self.drop_connection(id);
        } else if let Some(listener) = self.listeners.get_mut(&id) {
            listener.half_closed = true;
            self.stirred.insert(id);
            self.handle_packets(id);
        }
        self.deliver();
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Time) {
        self.catch_up(now);
        self.deliver();
    }

    /// Says whether a connection's socket takes more. While it does not, events and log lines wait, up to
    /// [`SwitchConfig::queue_limit`], and then are lost.
    pub fn set_writable(&mut self, id: ConnectionId, writable: bool, now: Time) {
        self.catch_up(now);
        if let Some(listener) = self.listeners.get_mut(&id) {
            listener.congested = !writable;
            self.stirred.insert(id);
        }
        self.deliver();
    }

    // ---- what is to be done comes out

    /// The next thing to be done.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called.
    #[must_use]
    pub fn deadline(&self) -> Option<Time> {
        [self.core.schedule.next(), self.timers.next()].into_iter().flatten().min()
    }

    // ---- for whoever looks on

    /// What the switch is like.
    #[must_use]
    pub fn config(&self) -> &SwitchConfig {
        &self.core.config
    }

    /// The Core-UUID.
    #[must_use]
    pub fn core_uuid(&self) -> &str {
        &self.core.core_uuid
    }

    /// The uuids of the channels that are up, oldest first.
    pub fn channels(&self) -> impl Iterator<Item = &str> {
        self.core.channels.iter().map(|channel| channel.uuid.as_str())
    }

    /// The connections there are, oldest first.
    pub fn connections(&self) -> impl Iterator<Item = ConnectionId> {
        self.listeners.keys().copied()
    }

    /// Bytes of commands a connection has sent that wait for their turn: reading its socket may wait, too.
    #[must_use]
    pub fn buffered(&self, id: ConnectionId) -> usize {
        self.listeners.get(&id).map_or(0, |listener| listener.input.len())
    }

    /// Events and log lines a connection has lost because it did not read.
    #[must_use]
    pub fn lost(&self, id: ConnectionId) -> u64 {
        self.listeners.get(&id).map_or(0, |listener| listener.lost)
    }

    /// Runs an api command as if from the console, and gives its output; `None` if it does not end at once.
    pub fn api(&mut self, line: &str, now: Time) -> Option<Vec<u8>> {
        self.catch_up(now);
        let call = self.core.new_call();
        self.core.run_call(call, line.as_bytes());
        let mut output = None;
        let mut others = Vec::new();
        while let Some((finished, text)) = self.core.take_finished() {
            if finished == call {
                output = Some(text);
            } else {
                others.push((finished, text));
            }
        }
        for (finished, text) in others {
            self.answer(finished, &text);
        }
        self.deliver();
        output
    }

    /// What programs of the host print from now on, for `system` and the like.
    ///
    /// ```
    /// # use trunkline_sim::{Switch, SwitchConfig, Time};
    /// let now = Time::from_micros(1_700_000_000_000_000);
    /// let mut switch = Switch::new(SwitchConfig::default(), now);
    /// switch.system_mut().prints("uname *", "Linux\n");
    /// assert_eq!(switch.api("system uname -s", now).as_deref(), Some(b"Linux\n".as_slice()));
    /// ```
    pub fn system_mut(&mut self) -> &mut Programs {
        &mut self.core.config.system
    }

    /// What scripts write from now on, for `lua`.
    pub fn lua_mut(&mut self) -> &mut Programs {
        &mut self.core.config.lua
    }

    /// A call comes in by SIP, from nobody the switch knows; its uuid. `None` if it is refused with 503: where incoming
    /// calls are paused, or there are too many.
    ///
    /// ```
    /// # use trunkline_sim::{Switch, SwitchConfig, Time};
    /// let now = Time::from_micros(1_700_000_000_000_000);
    /// let mut switch = Switch::new(SwitchConfig::default(), now);
    /// let uuid = switch.call_in("Alice", "1000", "9002", now);
    /// assert!(switch.channels().eq(uuid.as_deref()));
    /// ```
    pub fn call_in(&mut self, name: &str, number: &str, destination: &str, now: Time) -> Option<String> {
        self.catch_up(now);
        let uuid = self.core.incoming_call(name, number, destination);
        self.deliver();
        uuid
    }

    // ---- inside

    fn new_connection(&mut self) -> ConnectionId {
        self.connections += 1;
        ConnectionId(self.connections)
    }

    fn greet(&mut self, id: ConnectionId) {
        self.send(id, Kind::Greeting, auth_request());
        self.await_first_packet(id);
    }

    fn await_first_packet(&mut self, id: ConnectionId) {
        let deadline = self.core.now.whole_seconds_later(FIRST_PACKET);
        self.timers.at(deadline, Timer::FirstPacket(id));
    }

    /// Does everything due up to now, each at its own time.
    fn catch_up(&mut self, now: Time) {
        while let Some(due) = self.deadline().filter(|due| *due <= now) {
            self.core.now = self.core.now.max(due);
            if let Some((_, task)) = self.core.schedule.pop_due(due) {
                self.core.perform(task);
            } else if let Some((_, timer)) = self.timers.pop_due(due) {
                self.perform(timer);
            }
            self.deliver();
        }
        self.core.now = self.core.now.max(now);
    }

    fn perform(&mut self, timer: Timer) {
        match timer {
            Timer::FirstPacket(id) => self.first_packet_timeout(id),
            Timer::Linger(id) => self.linger_timeout(id),
            Timer::Park(channel) => self.core.park_socket(channel),
            Timer::Pipe(id) => self.pump_again(id),
            Timer::KillCalls => self.kill_calls(),
            Timer::Up => self.come_up(),
            Timer::ShutDown(step) => self.shut_down_further(step),
        }
    }

    fn first_packet_timeout(&mut self, id: ConnectionId) {
        let Some(listener) = self.listeners.get(&id) else { return };
        if listener.spoken || listener.decoder.awaits_body() {
            return;
        }
        if let Some(bond) = listener.bond.as_ref() {
            self.core.log_session(log::CRIT, &origin::FIRST_PACKET, bond.channel, |_| "Socket Error!".into());
        }
        self.say_goodbye(id);
    }
}

/// Whether nothing passes on a connection any more.
fn is_dead(pipes: &BTreeMap<ConnectionId, Pipe>, id: ConnectionId) -> bool {
    pipes.get(&id).is_some_and(|pipe| pipe.dead)
}
