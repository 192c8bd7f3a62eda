//! What all of the switch shares: its clock, its uuids, its channels, what is to happen later, and the bus that
//! events and log lines go out by. It knows nothing of sockets.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use trunkline_proto::{EventName, EventSet};

use crate::api::{CallId, Calls, Stores, TimerTest};
use crate::app::{Dial, Fifos, Lots, Presses};
use crate::channel::{ChannelId, Channels};
use crate::conference::{Conferences, Due};
use crate::config::SwitchConfig;
use crate::dtmf::Digit;
use crate::endpoint::{Signal, SipCounts};
use crate::event::{ChannelEvent, Draft, Fired, Standard};
use crate::fault::Fault;
use crate::log::LogLine;
use crate::originate::{Originate, OriginateId};
use crate::schedule::Schedule;
use crate::time::Time;

#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) config: SwitchConfig,
    /// The time of the input being handled.
    pub(crate) now: Time,
    pub(crate) started: Time,
    pub(crate) core_uuid: String,
    /// The last Event-Sequence given out.
    pub(crate) sequence: u64,
    pub(crate) channels: Channels,
    pub(crate) statistics: Statistics,
    pub(crate) globals: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) schedule: Schedule<Task>,
    /// Channels whose thread, in FreeSWITCH, would run now.
    pub(crate) ready: VecDeque<ChannelId>,
    pub(crate) calls: Calls,
    pub(crate) stores: Stores,
    pub(crate) originates: BTreeMap<OriginateId, Originate>,
    pub(crate) originates_made: u64,
    /// Those whose first legs are yet to be made.
    pub(crate) new_originates: VecDeque<OriginateId>,
    /// Those that have been answered. They go on when no channel can.
    pub(crate) answered_originates: VecDeque<OriginateId>,
    pub(crate) conferences: Conferences,
    pub(crate) lots: Lots,
    pub(crate) fifos: Fifos,
    pub(crate) sip_counts: SipCounts,
    pub(crate) interest: Interest,
    pub(crate) standard: Standard,
    /// What it asks of the connections' side.
    pub(crate) requests: VecDeque<Request>,
    bus: VecDeque<Announced>,
    rng: Rng,
}

/// What is to be done at a time.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Task {
    Heartbeat,
    /// The application a channel runs is over, if it is still that one.
    ApplicationOver {
        channel: ChannelId,
        serial: u64,
    },
    /// A signal of a SIP call gets to a channel.
    Signal {
        to: ChannelId,
        signal: Signal,
    },
    /// A digit gets to a channel.
    Digit {
        to: ChannelId,
        digit: Digit,
    },
    /// An application that asks for digits has waited long enough.
    Gather {
        channel: ChannelId,
        serial: u64,
        step: u64,
    },
    /// Digits that may be bound to actions have waited for others.
    DigitAction {
        channel: ChannelId,
        presses: Presses,
        turn: u64,
    },
    /// Queues look whether they have to call somebody.
    FifoRound,
    Conference(Due),
    /// A channel hears the one it is bridged to.
    BridgeBegun(ChannelId),
    /// One who wants to listen in looks for whom.
    Eavesdrop {
        channel: ChannelId,
        serial: u64,
    },
    /// A call has been parked for as long as it may be.
    ParkTimeout(ChannelId),
    /// A channel's thread sees what has become of another one.
    Wake(ChannelId),
    /// A leg of an originate has rung long enough.
    LegTimeout(ChannelId),
    /// A channel's thread looks for what others want of it.
    Frame(ChannelId),
    /// A call tells that it is there, if that is still the order it has.
    SessionHeartbeat {
        channel: ChannelId,
        order: u32,
    },
    /// A recording has reached its limit.
    RecordingOver {
        channel: ChannelId,
        number: u64,
    },
    /// What is played in place of a call's sound is over.
    BugOver {
        channel: ChannelId,
        number: u64,
    },
    /// An originate has rung long enough.
    OriginateTimeout(OriginateId),
    /// An api command that waited for a time may answer.
    CallOver(CallId),
    TimerTest(TimerTest),
    /// The switch may end, if there are no calls; who asked for that waits.
    LookForEnd(CallId),
    /// The time of what `sched_…` asked for has come.
    Scheduler(Time),
}

/// What goes out by the bus.
#[derive(Debug)]
pub(crate) enum Announced {
    Event(Arc<Fired>),
    /// An event of a session, for the connection bound to it alone.
    Diverted(ChannelId, Arc<Fired>),
    Log(Arc<LogLine>),
}

/// What the core cannot do itself.
#[derive(Debug)]
pub(crate) enum Request {
    Dial(Dial),
    /// A channel that connections are bound to is hung up.
    Look(ChannelId),
    /// `shutdown`
    ShutDown,
    /// `fsctl shutdown now`
    Halt,
    /// The rules of unkindness are others.
    RulesChanged,
    Fail(Fault),
    /// A recording is to be written.
    Record {
        path: String,
        length: Duration,
        channels: u16,
    },
}

/// What anybody listens for: the rest need not be written down.
#[derive(Debug, Default)]
pub(crate) struct Interest {
    pub(crate) events: EventSet,
    /// The highest log level anyone takes.
    pub(crate) log: Option<u8>,
}

impl Interest {
    pub(crate) fn wants(&self, name: &EventName) -> bool {
        self.events.is_all() || self.events.has(name)
    }
}

/// What `status` and HEARTBEAT tell.
#[derive(Debug, Default)]
pub(crate) struct Statistics {
    pub(crate) sessions: u64,
    pub(crate) peak: usize,
    pub(crate) peak_five_minutes: usize,
    /// The second `this_second` counts sessions of.
    pub(crate) second: u64,
    pub(crate) this_second: u64,
    pub(crate) last_second: u64,
    pub(crate) peak_per_second: u64,
}

impl Core {
    pub(crate) fn new(config: SwitchConfig, now: Time) -> Self {
        let mut rng = Rng::with_seed(config.seed);
        let core_uuid = random_uuid(&mut rng);
        let globals = globals(&config, &core_uuid);
        let mut core = Self {
            now,
            started: now,
            sequence: 0,
            channels: Channels::default(),
            statistics: Statistics::default(),
            globals,
            schedule: Schedule::default(),
            ready: VecDeque::new(),
            calls: Calls::default(),
            stores: Stores::new(&config, now),
            originates: BTreeMap::new(),
            originates_made: 0,
            new_originates: VecDeque::new(),
            answered_originates: VecDeque::new(),
            conferences: Conferences::default(),
            lots: Lots::default(),
            fifos: Fifos::default(),
            sip_counts: SipCounts::default(),
            interest: Interest::default(),
            standard: Standard::new(&config, &core_uuid),
            requests: VecDeque::new(),
            bus: VecDeque::new(),
            rng,
            core_uuid,
            config,
        };
        core.schedule.at(now.after(core.config.heartbeat), Task::Heartbeat);
        core
    }

    /// A random uuid from the seed.
    pub(crate) fn new_uuid(&mut self) -> String {
        random_uuid(&mut self.rng)
    }

    /// Sets the variables that files set, each behind all others.
    pub(crate) fn take_globals(&mut self, set: &[(String, String)]) {
        for (name, value) in set {
            self.set_global(name.as_bytes(), value.as_bytes());
        }
    }

    /// Where what is random comes from.
    pub(crate) fn rng(&mut self) -> &mut Rng {
        &mut self.rng
    }

    pub(crate) fn after(&mut self, delay: Duration, task: Task) {
        self.schedule.at(self.now.after(delay), task);
    }

    pub(crate) fn announce(&mut self, announced: Announced) {
        self.bus.push_back(announced);
    }

    pub(crate) fn take_announced(&mut self) -> Option<Announced> {
        self.bus.pop_front()
    }

    /// Fires an event of this name and no subclass.
    pub(crate) fn fire(&mut self, name: &EventName, content: Draft) {
        if self.interest.wants(name) {
            self.announce(Announced::Event(Fired::new(name.clone(), None, content).into()));
        }
    }

    /// Fires a CUSTOM event.
    pub(crate) fn fire_custom(&mut self, subclass: &str, content: Draft) {
        if self.interest.wants(&EventName::Custom) {
            let subclass = Some(subclass.into());
            self.announce(Announced::Event(Fired::new(EventName::Custom, subclass, content).into()));
        }
    }

    /// Fires an event about a channel: the headers `before`, the channel's own, the headers `after`.
    pub(crate) fn fire_channel_with(
        &mut self,
        id: ChannelId,
        kind: &ChannelEvent,
        before: &[(&str, &[u8])],
        after: &[(&str, &[u8])],
    ) {
        self.fire_channel_with_body(id, kind, before, after, Vec::new());
    }

    /// The same with a body, if that is not empty.
    pub(crate) fn fire_channel_with_body(
        &mut self,
        id: ChannelId,
        kind: &ChannelEvent,
        before: &[(&str, &[u8])],
        after: &[(&str, &[u8])],
        body: Vec<u8>,
    ) {
        if !self.interest.wants(&kind.name) {
            self.sequence += 1;
            return;
        }
        let verbose = kind.variables || self.stores.settings.is_verbose();
        let draft = self.channels.get(id).map(|channel| channel.draft(verbose || channel.verbose));
        let mut event =
            self.add_standard_headers(draft.unwrap_or_default(), kind.name.as_str(), &kind.origin);
        for (name, value) in before {
            event.push(*name, *value);
        }
        if let Some(channel) = self.channels.get(id) {
            channel.write_basic(&mut event);
            if verbose || channel.verbose {
                channel.write_variables(&mut event);
            }
        }
        for (name, value) in after {
            event.push(*name, *value);
        }
        let event = if body.is_empty() { event } else { event.body(body) };
        self.fire(&kind.name, event);
    }

    /// Fires an event about a channel that has no headers of its own.
    pub(crate) fn fire_channel(&mut self, id: ChannelId, kind: &ChannelEvent) {
        self.fire_channel_with(id, kind, &[], &[]);
    }

    /// Lets every channel that can go on do so, until none can.
    pub(crate) fn settle(&mut self) {
        loop {
            if let Some(id) = self.new_originates.pop_front() {
                self.next_group(id);
            } else if let Some(id) = self.ready.pop_front() {
                self.advance(id);
            } else if let Some(id) = self.answered_originates.pop_front() {
                self.advance_originate(id);
            } else {
                return;
            }
        }
    }

    /// Does what was due.
    pub(crate) fn perform(&mut self, task: Task) {
        match task {
            Task::Heartbeat => self.heartbeat(),
            Task::ApplicationOver { channel, serial } => self.application_over(channel, serial),
            Task::Signal { to, signal } => self.receive_signal(to, signal),
            Task::Digit { to, digit } => self.receive_digit(to, digit),
            Task::Gather { channel, serial, step } => self.gather_timeout(channel, serial, step),
            Task::DigitAction { channel, presses, turn } => self.actions_wait(channel, presses, turn),
            Task::FifoRound => self.fifo_round(),
            Task::Conference(due) => self.conference_due(due),
            Task::SessionHeartbeat { channel, order } => self.session_heartbeat(channel, order),
            Task::RecordingOver { channel, number } => self.recording_over(channel, number),
            Task::Eavesdrop { channel, serial } => self.eavesdropper_looks(channel, serial),
            Task::BridgeBegun(id) => self.bridge_begun(id),
            Task::ParkTimeout(id) => self.park_timeout(id),
            Task::BugOver { channel, number } => self.bug_over(channel, number),
            Task::Wake(id) => self.wake(id),
            Task::LegTimeout(id) => self.leg_timeout(id),
            Task::Frame(id) => self.next_frame(id),
            Task::OriginateTimeout(id) => self.originate_timeout(id),
            Task::Scheduler(round) => self.scheduler_round(round),
            Task::LookForEnd(id) => self.look_for_end(id),
            Task::CallOver(id) => self.call_over(id),
            Task::TimerTest(test) => self.timer_goes_off(test),
        }
        self.settle();
    }

    /// Counts a new session.
    pub(crate) fn count_session(&mut self) {
        let (now, up) = (self.now.as_secs(), self.channels.len());
        let statistics = &mut self.statistics;
        statistics.sessions += 1;
        statistics.peak = statistics.peak.max(up);
        statistics.peak_five_minutes = statistics.peak_five_minutes.max(up);
        if statistics.second != now {
            statistics.last_second = if statistics.second + 1 == now { statistics.this_second } else { 0 };
            statistics.second = now;
            statistics.this_second = 0;
        }
        statistics.this_second += 1;
        statistics.peak_per_second = statistics.peak_per_second.max(statistics.this_second);
    }

    /// Sessions made in this second.
    pub(crate) fn sessions_this_second(&self) -> u64 {
        if self.statistics.second == self.now.as_secs() { self.statistics.this_second } else { 0 }
    }

    /// Sessions made in the second before this one.
    pub(crate) fn sessions_last_second(&self) -> u64 {
        match self.now.as_secs().checked_sub(self.statistics.second) {
            Some(0) => self.statistics.last_second,
            Some(1) => self.statistics.this_second,
            _ => 0,
        }
    }
}

fn random_uuid(rng: &mut Rng) -> String {
    let uuid = uuid::Builder::from_random_bytes(rng.u128(..).to_be_bytes()).into_uuid();
    uuid.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()).to_owned()
}

/// Where a FreeSWITCH has its files that was built by hand.
const DIRECTORIES: [(&str, &str); 20] = [
    ("base_dir", "/usr/local/freeswitch"),
    ("recordings_dir", "/usr/local/freeswitch/recordings"),
    ("sound_prefix", "/usr/local/freeswitch/sounds"),
    ("sounds_dir", "/usr/local/freeswitch/sounds"),
    ("conf_dir", "/usr/local/freeswitch/conf"),
    ("log_dir", "/usr/local/freeswitch/log"),
    ("run_dir", "/usr/local/freeswitch/run"),
    ("db_dir", "/usr/local/freeswitch/db"),
    ("mod_dir", "/usr/local/freeswitch/mod"),
    ("htdocs_dir", "/usr/local/freeswitch/htdocs"),
    ("script_dir", "/usr/local/freeswitch/scripts"),
    ("temp_dir", "/tmp"),
    ("grammar_dir", "/usr/local/freeswitch/grammar"),
    ("fonts_dir", "/usr/local/freeswitch/fonts"),
    ("images_dir", "/usr/local/freeswitch/images"),
    ("certs_dir", "/usr/local/freeswitch/certs"),
    ("storage_dir", "/usr/local/freeswitch/storage"),
    ("cache_dir", "/usr/local/freeswitch/cache"),
    ("data_dir", "/usr/local/freeswitch"),
    ("localstate_dir", "/usr/local/freeswitch"),
];

/// Those a switch sets itself before it reads its files.
pub(crate) fn own_globals(config: &SwitchConfig) -> Vec<(String, String)> {
    let own = [
        ("hostname", config.hostname.as_str()),
        ("local_ip_v4", &config.ipv4),
        ("local_mask_v4", "255.255.255.0"),
        ("local_ip_v6", &config.ipv6),
    ];
    let own = own.into_iter().chain(DIRECTORIES);
    own.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// In the order of `global_getvar`: its own, those that its configuration sets, and its id.
fn globals(config: &SwitchConfig, core_uuid: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut all = own_globals(config);
    if !config.has_files() {
        all.push(("domain".to_owned(), config.hostname.clone()));
    }
    let is_given = |name: &str| config.globals.iter().any(|(given, _)| given == name);
    all.retain(|(name, _)| !is_given(name));
    all.extend(config.globals.iter().cloned());
    all.push(("core_uuid".to_owned(), core_uuid.to_owned()));
    all.into_iter().map(|(name, value)| (name.into_bytes(), value.into_bytes())).collect()
}
