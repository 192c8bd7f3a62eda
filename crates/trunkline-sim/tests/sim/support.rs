//! Recorded conversations, played at a switch, and what it says made comparable.

mod masks;
mod recording;

pub(crate) use masks::{Said, read_messages};
pub(crate) use recording::{Direction, Recording};

use std::collections::BTreeMap;

use bytes::BytesMut;
use trunkline_sim::{ConnectionId, Effect, Switch, SwitchConfig, Time, User};

/// When the recordings begin, near enough: late in a second, as the one of the first packet's timeout did.
pub(crate) const START: Time = Time::from_micros(1_795_216_000_790_000);

/// The switch of the recordings.
pub(crate) fn pbx1() -> SwitchConfig {
    let mut config = SwitchConfig::default();
    config.hostname = "pbx1".into();
    config.switchname = "pbx1".into();
    config.max_sessions = 1000;
    config.sessions_per_second = 200;
    let domain = "pbx1.example.net";
    config.users = vec![
        User::new("ops", domain, "ops-secret").events("ALL"),
        User::new("plain", domain, "plain-secret"),
        User::new("nopass", domain, ""),
        User::new("monitor", domain, "monitor-secret")
            .events("CHANNEL_ANSWER CHANNEL_HANGUP BACKGROUND_JOB CUSTOM conference::maintenance lab::ok")
            .api("status version uptime eval bgapi")
            .log(false),
    ];
    config
}

/// A switch, and what it has sent to each connection.
pub(crate) struct World {
    pub(crate) switch: Switch,
    pub(crate) sent: BTreeMap<ConnectionId, Vec<u8>>,
    pub(crate) closed: Vec<ConnectionId>,
    pub(crate) now: Time,
}

impl World {
    pub(crate) fn new(config: SwitchConfig) -> Self {
        // It has been up for a moment when the first client comes.
        let up = Time::from_micros(START.as_micros() - 200_000);
        let switch = Switch::new(config, up);
        Self { switch, sent: BTreeMap::new(), closed: Vec::new(), now: START }
    }

    /// Lets time pass, deadline by deadline.
    pub(crate) fn pass_until(&mut self, time: Time) {
        while let Some(deadline) = self.switch.deadline().filter(|deadline| *deadline <= time) {
            self.now = self.now.max(deadline);
            self.switch.handle_timeout(self.now);
            self.collect();
        }
        self.now = self.now.max(time);
    }

    pub(crate) fn pass_millis(&mut self, millis: u64) {
        self.pass_until(self.now.after(std::time::Duration::from_millis(millis)));
    }

    pub(crate) fn connect(&mut self) -> ConnectionId {
        let id = self.switch.connect(([127, 0, 0, 1], 40000).into(), self.now);
        self.collect();
        id
    }

    pub(crate) fn input(&mut self, id: ConnectionId, bytes: &[u8]) {
        self.switch.handle_input(id, &mut BytesMut::from(bytes), self.now);
        self.collect();
    }

    pub(crate) fn disconnect(&mut self, id: ConnectionId) {
        self.switch.disconnect(id, self.now);
        self.collect();
    }

    /// Connects, comes in, and says these commands; what is sent from then on counts.
    pub(crate) fn client(&mut self, commands: &[&str]) -> ConnectionId {
        let id = self.connect();
        self.say(id, "auth ClueCon");
        for command in commands {
            self.say(id, command);
        }
        self.sent.insert(id, Vec::new());
        id
    }

    pub(crate) fn say(&mut self, id: ConnectionId, command: &str) {
        self.input(id, format!("{command}\n\n").as_bytes());
    }

    /// What was sent to a connection since it was asked last.
    pub(crate) fn heard(&mut self, id: ConnectionId) -> Vec<Said> {
        read_messages(&std::mem::take(self.sent.entry(id).or_default()))
    }

    pub(crate) fn collect(&mut self) {
        while let Some(effect) = self.switch.poll_effect() {
            match effect {
                Effect::Send { to, bytes, .. } => self.sent.entry(to).or_default().extend_from_slice(&bytes),
                Effect::Close { connection, .. } => self.closed.push(connection),
                _ => {}
            }
        }
    }
}

/// Plays the client's part of a recording; what the switch said on each of its connections. Before a command that
/// holds one of `others`' texts, the call beside it is made, as somebody else made it while the recording was taken.
pub(crate) fn play(
    recording: &Recording,
    config: SwitchConfig,
    others: &[(&str, &str)],
) -> BTreeMap<u64, Vec<u8>> {
    let mut world = World::new(config);
    let mut ids = BTreeMap::new();
    let mut others = others.to_vec();
    for step in &recording.steps {
        world.pass_until(START.after(step.at));
        match (&step.direction, ids.get(&step.connection).copied()) {
            (Direction::Open, _) => {
                ids.insert(step.connection, world.connect());
            }
            (Direction::Sent(bytes), Some(id)) => {
                let text = String::from_utf8_lossy(bytes);
                others.retain(|(command, call)| {
                    let now = world.now;
                    let is_due = text.contains(command);
                    if is_due {
                        world.switch.api(call, now);
                        world.collect();
                    }
                    !is_due
                });
                world.input(id, bytes);
            }
            (Direction::HalfClosed, Some(id)) => world.disconnect(id),
            (Direction::ClosedByUs, Some(id)) => {
                // What the switch says to a closed socket nobody hears.
                let heard = world.sent.get(&id).cloned().unwrap_or_default();
                world.disconnect(id);
                world.sent.insert(id, heard);
            }
            _ => {}
        }
    }
    ids.into_iter().map(|(number, id)| (number, world.sent.remove(&id).unwrap_or_default())).collect()
}
