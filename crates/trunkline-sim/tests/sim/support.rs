//! Recorded conversations, played at a switch, and what it says made comparable.

mod masks;
mod recording;

pub(crate) use masks::{Said, read_messages};
pub(crate) use recording::{Direction, Recording, START};

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::BytesMut;
use trunkline_sim::{ConferenceProfile, ConnectionId, Effect, Switch, SwitchConfig, Time, User};

/// The switch of the recordings.
pub(crate) fn pbx1() -> SwitchConfig {
    let mut config = SwitchConfig::default();
    config.hostname = "pbx1".into();
    config.switchname = "pbx1".into();
    config.max_sessions = 1000;
    config.sessions_per_second = 200;
    config.missing_files = vec!["/no/such/".into()];
    config.lua.prints("hello.lua *", "hello from lua: $1\n");
    let domain = "pbx1.example.net";
    config.globals = vec![("domain".into(), domain.into())];
    config.sip.gateways = vec![("provider".into(), "127.0.0.1:5060".into())];
    config.sip.registrations = vec![(format!("1000@{domain}"), "9196@127.0.0.1:5060".into())];
    let (mut loud, mut quiet) = (ConferenceProfile::default(), ConferenceProfile::empty("quiet"));
    for profile in [&mut loud, &mut quiet] {
        profile.domain = domain.into();
        profile.caller_id_name = "Lab PBX".into();
        profile.controls.push(("77".into(), "event".into(), "lab".into()));
    }
    let tones = "tone_stream://%";
    loud.enter_sound = format!("{tones}(200,0,500,600,700)");
    loud.exit_sound = format!("{tones}(500,0,300,200,100,50,25)");
    loud.muted_sound = format!("{tones}(100,0,400)");
    loud.unmuted_sound = format!("{tones}(100,0,600)");
    config.conferences.profiles = vec![loud, quiet];
    config.users = vec![
        User::new("1001", domain, ""),
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
    /// Connections the switch wants made, and where to.
    pub(crate) dials: VecDeque<(ConnectionId, String, u16)>,
    /// Whether clients could connect, each time that changed.
    pub(crate) listening: Vec<bool>,
    /// How many pieces the switch has sent.
    pub(crate) pieces: usize,
    pub(crate) now: Time,
    /// When the first client comes.
    start: Time,
}

/// The ports of the recordings that something listens on.
const LISTENING: [u16; 2] = [8084, 8085];

impl World {
    pub(crate) fn new(config: SwitchConfig) -> Self {
        Self::begun(config, Duration::ZERO, START)
    }

    /// One that has been up for so long, and a moment, when the first client comes.
    fn begun(config: SwitchConfig, earlier: Duration, start: Time) -> Self {
        let micros = u64::try_from(earlier.as_micros()).expect("a short time") + 200_000;
        let up = Time::from_micros(start.as_micros() - micros);
        let switch = Switch::new(config, up);
        Self {
            switch,
            sent: BTreeMap::new(),
            closed: Vec::new(),
            dials: VecDeque::new(),
            listening: Vec::new(),
            pieces: 0,
            now: if earlier.is_zero() { start } else { up },
            start,
        }
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
        self.pass_until(self.now.after(Duration::from_millis(millis)));
    }

    pub(crate) fn connect(&mut self) -> ConnectionId {
        self.now = self.now.max(self.start);
        let id = self.switch.connect(([127, 0, 0, 1], 40000).into(), self.now);
        self.collect();
        id
    }

    /// Takes the connection the switch wants made; those nobody listens for are refused. A call by SIP is a moment on
    /// its way.
    pub(crate) fn accept(&mut self) -> Option<ConnectionId> {
        let latest = self.now.after(Duration::from_millis(50));
        while self.dials.is_empty() {
            let deadline = self.switch.deadline().filter(|deadline| *deadline <= latest)?;
            self.pass_until(deadline);
        }
        while let Some((id, _, port)) = self.dials.pop_front() {
            if LISTENING.contains(&port) {
                self.switch.connected(id, self.now);
                self.collect();
                return Some(id);
            }
            self.switch.connect_failed(id, "Connection refused", self.now);
            self.collect();
        }
        None
    }

    fn others(
        &mut self,
        others: &mut Vec<Other>,
        ids: &BTreeMap<u64, ConnectionId>,
        due: impl Fn(&When) -> bool,
    ) {
        let (now, rest) = std::mem::take(others).into_iter().partition(|(when, _)| due(when));
        *others = rest;
        for (_, call) in now {
            let call = ids.iter().fold(call, |call: String, (number, id)| {
                let uuid = self.sent.get(id).and_then(|sent| channel_of(sent)).unwrap_or_default();
                call.replace(&format!("@{number} "), &format!("{uuid} "))
            });
            match call.as_str() {
                "SIGTERM" => self.switch.shut_down(self.now),
                call => drop(self.switch.api(call, self.now)),
            }
            self.collect();
        }
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
                Effect::Send { to, bytes, .. } => {
                    self.pieces += 1;
                    self.sent.entry(to).or_default().extend_from_slice(&bytes);
                }
                Effect::Listen { open, .. } => self.listening.push(open),
                Effect::Close { connection, .. } | Effect::Cut { connection, .. } => {
                    self.closed.push(connection);
                }
                Effect::Dial { connection, host, port, .. } => self.dials.push_back((connection, host, port)),
                _ => {}
            }
        }
    }
}

/// Something others did while a recording was taken: when, and the api command it was, in which `@1` is the channel of
/// connection 1; or `SIGTERM`.
pub(crate) type Other = (When, String);

/// When others did something.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum When {
    /// Before the command that holds this was sent.
    Before(&'static str),
    /// So many milliseconds after the recording was begun.
    At(u64),
    /// Before this connection was made.
    Opening(u64),
    /// So many milliseconds before the recording was begun.
    Earlier(u64),
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).expect("a short time")
}

fn next_time(others: &[Other]) -> Option<Duration> {
    let time = |(when, _): &Other| match when {
        When::At(millis) => Some(Duration::from_millis(*millis)),
        _ => None,
    };
    others.iter().filter_map(time).min()
}

/// The channel a connection was made for, by what it was told first.
fn channel_of(sent: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(sent).into_owned();
    let (_, rest) = text.split_once("\nUnique-ID: ")?;
    Some(rest.chars().take(36).collect())
}

/// The uuids the switch chose for the channels of its connections, then and now.
fn names(
    recording: &Recording,
    ids: &BTreeMap<u64, ConnectionId>,
    sent: &BTreeMap<ConnectionId, Vec<u8>>,
) -> Vec<(String, String)> {
    let uuid = |bytes: &[u8]| channel_of(bytes).filter(|uuid| !uuid.starts_with("ca11"));
    let received = recording.received();
    let pair =
        |(number, id): (&u64, &ConnectionId)| Some((uuid(received.get(number)?)?, uuid(sent.get(id)?)?));
    ids.iter().filter_map(pair).collect()
}

fn renamed(bytes: &[u8], names: &[(String, String)]) -> Vec<u8> {
    if names.is_empty() {
        return bytes.to_vec();
    }
    let text = String::from_utf8_lossy(bytes).into_owned();
    names.iter().fold(text, |text, (then, now)| text.replace(then, now)).into_bytes()
}

/// Plays the client's part of a recording, and that of the others; what the switch said on each of its connections.
pub(crate) fn play(recording: &Recording, config: SwitchConfig, others: &[Other]) -> BTreeMap<u64, Vec<u8>> {
    let earlier = |(when, _): &Other| match when {
        When::Earlier(millis) => Some(Duration::from_millis(*millis)),
        _ => None,
    };
    let first = others.iter().filter_map(earlier).max().unwrap_or_default();
    let start = recording.start;
    let mut world = World::begun(config, first, start);
    let mut ids = BTreeMap::new();
    let mut others = others.to_vec();
    for wait in others.clone().iter().filter_map(earlier) {
        let micros = u64::try_from(wait.as_micros()).expect("a short time");
        world.pass_until(Time::from_micros(start.as_micros() - micros));
        world.others(&mut others, &ids, |when| *when == When::Earlier(millis(wait)));
    }
    let mut heard = BTreeMap::new();
    for step in &recording.steps {
        while let Some(at) = next_time(&others).filter(|at| *at <= step.at) {
            world.pass_until(start.after(at));
            world.others(&mut others, &ids, |when| *when == When::At(millis(at)));
        }
        world.pass_until(start.after(step.at));
        world.others(&mut others, &ids, |when| {
            *when == When::Opening(step.connection) && !ids.contains_key(&step.connection)
        });
        match (&step.direction, ids.get(&step.connection).copied()) {
            (Direction::Open, _) => {
                ids.insert(step.connection, world.connect());
            }
            (Direction::Accepted, _) => {
                ids.insert(step.connection, world.accept().expect("the switch dials"));
            }
            (Direction::Sent(bytes), Some(id)) => {
                let text = String::from_utf8_lossy(bytes).into_owned();
                world.others(
                    &mut others,
                    &ids,
                    |when| matches!(when, When::Before(command) if text.contains(command)),
                );
                let bytes = renamed(bytes, &names(recording, &ids, &world.sent));
                world.input(id, &bytes);
            }
            (Direction::HalfClosed, Some(id)) => world.disconnect(id),
            (Direction::ClosedByUs, Some(id)) => {
                // What the switch says to a closed socket nobody hears.
                heard.insert(step.connection, world.sent.get(&id).cloned().unwrap_or_default());
                world.disconnect(id);
            }
            _ => {}
        }
    }
    for (number, id) in ids {
        heard.entry(number).or_insert_with(|| world.sent.remove(&id).unwrap_or_default());
    }
    heard
}
