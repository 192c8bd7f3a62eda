//! The whole switch: connections on one side, the core on the other, and who is told what.

mod requests;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::SocketAddr;

use bytes::{Bytes, BytesMut};
use trunkline_proto::EventSet;
use trunkline_proto::listener::{GOODBYE, SHUTTING_DOWN, api_response, auth_request, disconnect_notice};

use crate::api::CallId;
use crate::config::SwitchConfig;
use crate::core::{Announced, Core, Task};
use crate::listener::Listener;
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
}

/// Seconds in which a connection has to say something (`listener_run` in `mod_event_socket.c`).
const FIRST_PACKET: u64 = 25;

/// A pretend FreeSWITCH as a pure state machine, without sockets or a clock.
///
/// # Driving a switch
///
/// - **connections come and go** by [`connect`](Self::connect) and [`disconnect`](Self::disconnect);
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
    /// Who is to be told of a call's end.
    waiters: HashMap<CallId, Waiter>,
    effects: VecDeque<Effect>,
    connections: u64,
}

#[derive(Debug, Clone, Copy)]
enum Waiter {
    /// The connection that runs it in front.
    Api(ConnectionId),
    /// The connection that runs it as a job, and may not be closed before it ends.
    Job(ConnectionId),
}

impl Switch {
    /// A switch that starts now.
    #[must_use]
    pub fn new(config: SwitchConfig, now: Time) -> Self {
        Self {
            core: Core::new(config, now),
            listeners: BTreeMap::new(),
            waiters: HashMap::new(),
            effects: VecDeque::new(),
            connections: 0,
        }
    }

    // ---- connections, bytes and time come in

    /// A client has connected; it is greeted.
    pub fn connect(&mut self, _peer: SocketAddr, now: Time) -> ConnectionId {
        self.catch_up(now);
        self.connections += 1;
        let id = ConnectionId(self.connections);
        self.listeners.insert(id, Listener::default());
        self.send(id, auth_request());
        let deadline = now.whole_seconds_later(FIRST_PACKET);
        self.core.schedule.at(deadline, Task::FirstPacket(id));
        self.deliver();
        id
    }

    /// Bytes from a client. All are taken; those of commands that have to wait are kept.
    pub fn handle_input(&mut self, id: ConnectionId, input: &mut BytesMut, now: Time) {
        self.catch_up(now);
        if let Some(listener) = self.listeners.get_mut(&id) {
            if listener.input.is_empty() {
                std::mem::swap(&mut listener.input, input);
            } else {
                listener.input.extend_from_slice(input);
            }
        }
        input.clear();
        self.handle_packets(id);
        self.deliver();
    }

    /// A client has closed its connection, or its sending half: the switch says goodbye and closes. Half a command
    /// is lost; its jobs go on.
    pub fn disconnect(&mut self, id: ConnectionId, now: Time) {
        self.catch_up(now);
        if self.listeners.contains_key(&id) {
            self.say_goodbye(id);
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
        self.core.schedule.next()
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

    /// A call comes in by SIP, from nobody the switch knows; its uuid.
    pub fn call_in(&mut self, name: &str, number: &str, destination: &str, now: Time) -> String {
        self.catch_up(now);
        let uuid = self.core.incoming_call(name, number, destination);
        self.deliver();
        uuid
    }

    // ---- inside

    /// Does everything due up to now, each at its own time.
    fn catch_up(&mut self, now: Time) {
        while let Some((due, task)) = self.core.schedule.pop_due(now) {
            self.core.now = self.core.now.max(due);
            match task {
                Task::FirstPacket(id) => self.first_packet_timeout(id),
                task => self.core.perform(task),
            }
            self.deliver();
        }
        self.core.now = self.core.now.max(now);
    }

    fn first_packet_timeout(&mut self, id: ConnectionId) {
        if self.listeners.get(&id).is_some_and(|listener| !listener.spoken) {
            self.say_goodbye(id);
        }
    }

    fn send(&mut self, to: ConnectionId, bytes: impl Into<Bytes>) {
        self.effects.push_back(Effect::Send { to, bytes: bytes.into() });
    }

    /// Says goodbye, and forgets the connection.
    fn say_goodbye(&mut self, id: ConnectionId) {
        self.close_with(id, GOODBYE);
    }

    fn close_with(&mut self, id: ConnectionId, notice: &str) {
        if self.listeners.remove(&id).is_some() {
            self.send(id, disconnect_notice(notice));
            self.effects.push_back(Effect::Close { connection: id });
            self.note_interest();
        }
    }

    /// Closes every connection, as when the module is unloaded.
    fn shut_listeners_down(&mut self) {
        for id in self.connections().collect::<Vec<_>>() {
            self.close_with(id, SHUTTING_DOWN);
        }
    }

    /// Tells the core what anybody listens for.
    fn note_interest(&mut self) {
        let listeners = self.listeners.values();
        self.core.interest.events =
            listeners.fold(EventSet::new(), |all, listener| all.union(listener.subscriptions.names()));
        self.core.interest.log = self.listeners.values().filter_map(|listener| listener.log_level).max();
    }

    /// Hands over what the core has come up with: answers to commands, which let their connections go on, then
    /// events and log lines to every connection that may be told.
    fn deliver(&mut self) {
        loop {
            while let Some((call, output)) = self.core.take_finished() {
                self.answer(call, &output);
            }
            self.distribute();
            let Some(id) = self.next_unblocked() else { break };
            self.handle_packets(id);
        }
        self.flush();
    }

    /// A connection whose command has ended while others of it wait.
    fn next_unblocked(&self) -> Option<ConnectionId> {
        let waits = |listener: &Listener| listener.resumes && listener.blocked_on.is_none();
        self.listeners.iter().find(|(_, listener)| waits(listener)).map(|(id, _)| *id)
    }

    fn answer(&mut self, call: CallId, output: &[u8]) {
        match self.waiters.remove(&call) {
            Some(Waiter::Api(id)) => {
                let Some(listener) = self.listeners.get_mut(&id) else { return };
                listener.blocked_on = None;
                listener.resumes = true;
                let output = if output.is_empty() { b"-ERR no reply\n" } else { output };
                self.send(id, api_response(output));
            }
            Some(Waiter::Job(id)) => {
                let Some(listener) = self.listeners.get_mut(&id) else { return };
                listener.jobs = listener.jobs.saturating_sub(1);
                if listener.leaving && listener.jobs == 0 {
                    self.say_goodbye(id);
                }
            }
            None => {}
        }
    }

    /// Puts what is on the bus into the queues of those who listen.
    fn distribute(&mut self) {
        let limit = self.core.config.queue_limit;
        while let Some(announced) = self.core.take_announced() {
            for listener in self.listeners.values_mut() {
                match &announced {
                    Announced::Event(event) => listener.offer_event(event, limit),
                    Announced::Log(line) => listener.offer_log(line, limit),
                }
            }
        }
    }

    /// Sends what is queued to every connection that may be told.
    fn flush(&mut self) {
        for (id, listener) in &mut self.listeners {
            if !listener.has_queued() || !listener.may_send() {
                continue;
            }
            while let Some(bytes) = listener.next_message() {
                self.effects.push_back(Effect::Send { to: *id, bytes });
            }
        }
    }
}
