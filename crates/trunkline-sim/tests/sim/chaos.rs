//! Connections that come, talk and go in any order: what holds all the same.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::BytesMut;
use fastrand::Rng;
use trunkline_sim::{ConnectionId, Effect, Fault, Switch, SwitchConfig, Time};

use crate::support::START;

/// What clients say; `{u}` is one of a few uuids.
const COMMANDS: &[&str] = &[
    "auth ClueCon",
    "connect",
    "exit",
    "resume",
    "linger",
    "linger 1",
    "linger 0",
    "nolinger",
    "noevents",
    "nolog",
    "log 7",
    "event plain ALL",
    "event json ALL",
    "nixevent CHANNEL_STATE",
    "filter Unique-ID {u}",
    "filter delete all",
    "myevents",
    "myevents {u}",
    "divert_events on",
    "divert_events off",
    "getvar uuid",
    "api uuid_kill {u}",
    "api uuid_exists {u}",
    "api msleep 30",
    "bgapi msleep 200",
    "bgapi originate {origination_uuid={u}}null/1 '&socket(127.0.0.1:8084 async full)'",
    "bgapi originate {origination_uuid={u}}null/1 '&socket(127.0.0.1:8084 full)'",
    "bgapi originate {origination_uuid={u}}null/1 'socket:127.0.0.1:8084|127.0.0.1:8085 full,set:a=b,park' inline",
    "bgapi originate {origination_uuid={u}}loopback/9001/default &park",
    "api originate {origination_uuid={u}}loopback/9014/default &park",
    "sendevent CUSTOM\nEvent-Subclass: a::b\nUnique-ID: {u}",
    "sendmsg\ncall-command: execute\nexecute-app-name: playback\nexecute-app-arg: silence_stream://70",
    "sendmsg\ncall-command: execute\nexecute-app-name: playback\nexecute-app-arg: silence_stream://600\nloops: 2",
    "sendmsg {u}\ncall-command: execute\nexecute-app-name: set\nexecute-app-arg: a=b\nevent-lock: true",
    "sendmsg {u}\ncall-command: execute\nexecute-app-name: park",
    "sendmsg\ncall-command: hangup",
    "sendmsg {u}\ncall-command: xferext\napplication: answer\napplication: park",
    "sendmsg {u}\ncall-command: execute\nexecute-app-name: nosuch",
];

const FAULTS: &[Fault] = &[
    Fault::Flood(5),
    Fault::Stall(Duration::from_millis(40)),
    Fault::Disconnect,
    Fault::HalfOpen,
    Fault::Restart(Duration::ZERO),
];

/// How many worlds there are; more are only slow.
const SEEDS: u64 = 25;

/// A switch, what is known of its connections, and all it has wanted done, in order.
struct Chaos {
    switch: Switch,
    now: Time,
    rng: Rng,
    open: Vec<ConnectionId>,
    ended: BTreeSet<ConnectionId>,
    dials: Vec<ConnectionId>,
    transcript: Vec<Effect>,
}

impl Chaos {
    fn new(seed: u64, faults: bool) -> Self {
        let mut config = SwitchConfig::default();
        config.seed = seed;
        let mut rng = Rng::with_seed(seed);
        if faults {
            config.faults.chunk = rng.usize(100..1000);
            config.faults.chunk_delay = Duration::from_micros(rng.u64(0..20));
            config.faults.dropped_events = rng.u8(0..20);
            config.faults.reordered_events = rng.u8(0..20);
            (config.faults.delayed_replies, config.faults.reply_delay) = (20, Duration::from_millis(15));
            config.faults.killed_calls = 10;
        }
        let switch = Switch::new(config, START);
        let (open, dials, transcript) = (Vec::new(), Vec::new(), Vec::new());
        Self { switch, now: START, rng, open, ended: BTreeSet::new(), dials, transcript }
    }

    fn collect(&mut self) {
        while let Some(effect) = self.switch.poll_effect() {
            match &effect {
                Effect::Send { to, .. } => {
                    assert!(!self.ended.contains(to), "bytes for a connection that has ended: {effect:?}");
                }
                Effect::Close { connection, .. } | Effect::Cut { connection, .. } => {
                    assert!(self.ended.insert(*connection), "a connection ends twice: {effect:?}");
                    self.open.retain(|id| id != connection);
                }
                Effect::Dial { connection, .. } => self.dials.push(*connection),
                _ => {}
            }
            self.transcript.push(effect);
        }
    }

    fn pass(&mut self, millis: u64) {
        let until = self.now.after(Duration::from_millis(millis));
        while let Some(deadline) = self.switch.deadline().filter(|deadline| *deadline <= until) {
            self.now = self.now.max(deadline);
            self.switch.handle_timeout(self.now);
            self.collect();
        }
        self.now = until;
    }

    fn step(&mut self, faults: bool) {
        match self.rng.u8(..100) {
            0..10 => {
                let id = self.switch.connect(([127, 0, 0, 1], 4000).into(), self.now);
                self.open.push(id);
                self.input(id, b"auth ClueCon\n\nevent plain ALL\n\n");
            }
            10..70 => self.say_something(),
            70..80 => self.answer_dial(),
            80..85 => {
                if let Some(id) = self.someone() {
                    self.switch.disconnect(id, self.now);
                }
            }
            85..87 => {
                if let Some(id) = self.someone() {
                    self.switch.set_writable(id, self.rng.bool(), self.now);
                }
            }
            87 if faults => {
                let fault = FAULTS[self.rng.usize(..FAULTS.len())];
                self.switch.fail(fault, self.now);
                if matches!(fault, Fault::Restart(_)) {
                    // Whoever was being called hears of it from the operating system.
                    self.dials.clear();
                }
            }
            _ => {
                let millis = self.rng.u64(..60);
                self.pass(millis);
            }
        }
        self.collect();
    }

    fn someone(&mut self) -> Option<ConnectionId> {
        (!self.open.is_empty()).then(|| self.open[self.rng.usize(..self.open.len())])
    }

    fn say_something(&mut self) {
        let Some(id) = self.someone() else { return };
        let command = COMMANDS[self.rng.usize(..COMMANDS.len())];
        let text = command.replace("{u}", ["x", "y", "z"][self.rng.usize(..3)]) + "\n\n";
        // Now and then in two pieces, with something else between.
        let cut = if self.rng.u8(..4) == 0 { self.rng.usize(..text.len()) } else { text.len() };
        self.input(id, &text.as_bytes()[..cut]);
        if cut < text.len() {
            let millis = self.rng.u64(..30);
            self.pass(millis);
            self.input(id, &text.as_bytes()[cut..]);
        }
    }

    fn answer_dial(&mut self) {
        let Some(id) = self.dials.pop() else { return };
        if self.rng.u8(..4) == 0 {
            self.switch.connect_failed(id, "Connection refused", self.now);
        } else {
            self.open.push(id);
            self.switch.connected(id, self.now);
            self.collect();
            if self.rng.bool() {
                self.input(id, b"connect\n\n");
            }
        }
    }

    fn input(&mut self, id: ConnectionId, bytes: &[u8]) {
        self.switch.handle_input(id, &mut BytesMut::from(bytes), self.now);
        self.collect();
    }

    /// Everybody goes, and every call is hung up.
    fn end(&mut self) {
        while !self.dials.is_empty() {
            for id in std::mem::take(&mut self.dials) {
                self.switch.connect_failed(id, "Connection refused", self.now);
                self.collect();
            }
        }
        for _ in 0..3 {
            self.switch.api("hupall", self.now);
            self.collect();
            for id in self.open.clone() {
                self.switch.disconnect(id, self.now);
                self.collect();
            }
            self.pass(5000);
            for id in std::mem::take(&mut self.dials) {
                self.switch.connect_failed(id, "Connection refused", self.now);
                self.collect();
            }
        }
    }
}

fn run(seed: u64, faults: bool) -> Vec<Effect> {
    let mut chaos = Chaos::new(seed, faults);
    for _ in 0..250 {
        chaos.step(faults);
    }
    chaos.end();
    let channels: Vec<_> = chaos.switch.channels().collect();
    assert!(channels.is_empty(), "seed {seed}: {channels:?} never end");
    assert_eq!(chaos.switch.connections().count(), 0, "seed {seed}: {:?} never end", chaos.open);
    assert!(chaos.open.is_empty(), "seed {seed}: {:?} are never closed", chaos.open);
    chaos.transcript
}

#[test]
fn every_call_and_every_connection_ends_once() {
    for seed in 0..SEEDS {
        run(seed, false);
    }
}

#[test]
fn they_do_in_an_unkind_world_too() {
    for seed in 0..SEEDS {
        run(seed, true);
    }
}

#[test]
fn the_same_seed_gives_the_same_effects() {
    for faults in [false, true] {
        assert!(run(7, faults) == run(7, faults));
        assert!(run(7, faults) != run(8, faults));
    }
}
