//! A simulated switch in virtual time, and a client that hears its events.

use std::time::Duration;

use bytes::BytesMut;
use trunkline::api::{ApiCommand, Show, UuidDump};
use trunkline::proto::{Message, MessageDecoder};
use trunkline::{ChannelUuid, Event};
use trunkline_sim::{ConnectionId, Effect, SipPeer, Switch, SwitchConfig, Time};

const START: Time = Time::from_micros(1_795_216_000_000_000);

pub(crate) struct World {
    pub(crate) switch: Switch,
    pub(crate) now: Time,
    listener: ConnectionId,
    speaker: ConnectionId,
    heard: BytesMut,
    decoder: MessageDecoder,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        Self::with_lag(seed, Duration::ZERO)
    }

    /// One whose tables lag.
    pub(crate) fn with_lag(seed: u64, lag: Duration) -> Self {
        let mut config = SwitchConfig::default();
        config.seed = seed;
        config.show_delay = lag;
        config.sip.peers = vec![
            SipPeer::new("100").answers(Duration::from_millis(200)),
            SipPeer::new("200").answers(Duration::from_millis(50)),
            SipPeer::new("300").refuses(Duration::from_millis(300), trunkline_sim::HangupCause::CallRejected),
        ];
        let mut switch = Switch::new(config, START);
        let peer = ([127, 0, 0, 1], 40000).into();
        let (listener, speaker) = (switch.connect(peer, START), switch.connect(peer, START));
        let mut world = Self {
            switch,
            now: START,
            listener,
            speaker,
            heard: BytesMut::new(),
            decoder: MessageDecoder::default(),
        };
        world.input(listener, "auth ClueCon");
        world.input(speaker, "auth ClueCon");
        world.input(listener, "event plain ALL");
        world
    }

    /// Says a command on a connection that hears no events.
    pub(crate) fn say(&mut self, command: &str) {
        self.input(self.speaker, command);
    }

    fn input(&mut self, id: ConnectionId, command: &str) {
        let mut bytes = BytesMut::from(format!("{command}\n\n").as_bytes());
        self.switch.handle_input(id, &mut bytes, self.now);
        self.collect();
    }

    pub(crate) fn pass_millis(&mut self, millis: u64) {
        let end = self.now.after(Duration::from_millis(millis));
        while let Some(deadline) = self.switch.deadline().filter(|deadline| *deadline <= end) {
            self.now = self.now.max(deadline);
            self.switch.handle_timeout(self.now);
            self.collect();
        }
        self.now = self.now.max(end);
    }

    /// The events that were sent since the last time.
    pub(crate) fn events(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(message) = self.decoder.decode(&mut self.heard).expect("messages") {
            if let Message::Event(event) = message {
                events.push(event);
            }
        }
        events
    }

    /// What the switch prints.
    pub(crate) fn print(&mut self, line: &str) -> Vec<u8> {
        let printed = self.switch.api(line, self.now).expect("a command");
        self.collect();
        printed
    }

    /// What an api command answers.
    pub(crate) fn run<C: ApiCommand>(&mut self, command: &C) -> Option<C::Output> {
        let printed = self.print(&command.line().expect("sayable"));
        command.read(&printed).ok()
    }

    /// What the live session says.
    pub(crate) fn dump(&mut self, id: &ChannelUuid) -> Option<Event> {
        self.run(&UuidDump::new(id))
    }

    /// Who is bridged to whom, by the switch's tables.
    pub(crate) fn bridged(&mut self) -> Vec<(ChannelUuid, ChannelUuid)> {
        let rows = self.run(&Show::bridged_calls()).expect("rows");
        rows.into_iter().filter_map(|row| Some((row.a.uuid, row.b?.uuid))).collect()
    }

    fn collect(&mut self) {
        while let Some(effect) = self.switch.poll_effect() {
            if let Effect::Send { to, bytes, .. } = effect
                && to == self.listener
            {
                self.heard.extend_from_slice(&bytes);
            }
        }
    }
}

const UUIDS: [&str; 6] = ["u0", "u1", "u2", "u3", "u4", "u5"];

/// `%u` and `%v` stand for uuids.
const COMMANDS: &[&str] = &[
    "bgapi originate {origination_uuid=%u}null/1 &park",
    "bgapi originate {origination_uuid=%u}null/1 &echo",
    "bgapi originate {origination_uuid=%u}null/1 &bridge(null/2)",
    "bgapi originate {origination_uuid=%u}null/1 &bridge(loopback/9002/default)",
    "bgapi originate {origination_uuid=%u}null/1 &bridge(error/user_busy)",
    "bgapi originate {origination_uuid=%u}null/1 &bridge(sofia/internal/100@far,sofia/internal/200@far)",
    "bgapi originate {origination_uuid=%u}null/1 6013",
    "bgapi originate {origination_uuid=%u}loopback/9002/default &park",
    "bgapi originate {origination_uuid=%u}loopback/9014/default &park",
    "bgapi originate {origination_uuid=%u}null/1 'set:park_after_bridge=true,bridge:null/2' inline",
    "bgapi originate {origination_uuid=%u}sofia/internal/100@far &park",
    "bgapi originate {origination_uuid=%u}sofia/internal/200@far &bridge(sofia/internal/100@far)",
    "bgapi originate {origination_uuid=%u}null/1 &bridge(sofia/internal/300@far)",
    "api uuid_kill %u",
    "api uuid_kill %u USER_BUSY",
    "api uuid_bridge %u %v",
    "api uuid_bridge %u %v",
    "api uuid_bridge %u %v",
    "api uuid_transfer %u 9002",
    "api uuid_transfer %u -bleg 9020",
    "api uuid_transfer %u -both 9001",
    "api uuid_park %u",
    "api uuid_hold %u",
    "api uuid_hold off %u",
    "api uuid_broadcast %u tone_stream://%(300,100,440) both",
    "api uuid_record %u start /tmp/a.wav",
    "api uuid_record %u stop all",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: playback\nexecute-app-arg: silence_stream://400",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: bridge\nexecute-app-arg: null/5",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: intercept\nexecute-app-arg: %v",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: transfer\nexecute-app-arg: 9020 XML default",
    "sendmsg %u\ncall-command: hangup\nhangup-cause: CALL_REJECTED",
];

/// Some command about some call.
pub(crate) fn command(random: &mut fastrand::Rng) -> String {
    let command = random.choice(COMMANDS).expect("commands");
    let mut uuid = || random.choice(UUIDS.iter()).expect("uuids");
    command.replace("%u", uuid()).replace("%v", uuid())
}

/// The CHANNEL_CREATE of a channel that was not simulated.
pub(crate) fn create(id: &str) -> Event {
    let event = trunkline::EventBuilder::named(&trunkline::EventName::ChannelCreate)
        .header("Channel-State", "CS_INIT")
        .header("Channel-Call-State", "DOWN")
        .header("Unique-ID", id);
    event.to_event(trunkline::EventFormat::Plain).expect("an event")
}
