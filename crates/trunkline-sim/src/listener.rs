//! One connection to the event socket: who it is, what it listens to, what waits to be sent to it
//! (`listener_t` in `mod_event_socket.c`).

mod acl;
mod auth;
pub(crate) mod bond;
mod filters;
mod sendevent;
mod subscriptions;

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use trunkline_proto::listener::{PacketDecoder, Standing};
use trunkline_proto::{EventFormat, EventName};

use crate::api::CallId;
use crate::app::SocketMode;
use crate::config::{Release, SwitchConfig};
use crate::event::Fired;
use crate::log::{LogLine, parse_level};
use filters::Filters;
use subscriptions::Subscriptions;

pub use acl::{AccessList, AccessRule};
pub(crate) use auth::Rights;
pub(crate) use bond::Bond;

/// The text of a reply.
pub(crate) type Reply = Vec<u8>;

pub(crate) const NOT_FOUND: &str = "-ERR command not found";
pub(crate) const DENIED: &str = "-ERR permission denied";

#[derive(Debug, Default)]
pub(crate) struct Listener {
    pub(crate) input: BytesMut,
    pub(crate) decoder: PacketDecoder,
    pub(crate) authenticated: bool,
    /// Whether a whole packet has come; until then a timer runs.
    pub(crate) spoken: bool,
    /// How the switch dialled it, if it did.
    pub(crate) dialled: Option<SocketMode>,
    /// The channel it is bound to.
    pub(crate) bond: Option<Bond>,
    /// The next reply is not sent: it is that to the first command on a connection the switch made.
    pub(crate) swallows: bool,
    pub(crate) rights: Rights,
    /// The command that runs: nothing else happens on the connection meanwhile.
    pub(crate) blocked_on: Option<CallId>,
    /// The client has closed its half: the connection ends when all it has said is done.
    pub(crate) half_closed: bool,
    /// Jobs that keep it from being closed.
    pub(crate) jobs: usize,
    /// `exit` was said, or credentials were refused.
    pub(crate) leaving: bool,
    /// Its socket takes no more.
    pub(crate) congested: bool,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) filters: Filters,
    pub(crate) format: EventFormat,
    /// Only events of its channel are for it (`myevents`).
    pub(crate) my_events: bool,
    /// The highest level of log lines it takes; -1 takes none, and yet is one.
    pub(crate) log_level: Option<i32>,
    /// Its channel was hung up by a command of its own: it has no time to hear of what comes after.
    pub(crate) deaf: bool,
    /// Events go before the next log line.
    events_turn: bool,
    events: VecDeque<Arc<Fired>>,
    logs: VecDeque<Arc<LogLine>>,
    /// Events and log lines that found their queue full.
    pub(crate) lost: u64,
    lost_events: u64,
    lost_logs: u64,
}

/// What became of something offered to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Offer {
    /// It is not for it.
    NotWanted,
    Queued,
    /// It is the first that found room again after so many that did not.
    Recovered(u64),
    /// It found no room, as so many before it and since the last that did.
    Lost(u64),
}

impl Listener {
    /// One that a client has made.
    pub(crate) fn inbound(config: &SwitchConfig) -> Self {
        let decoder = if config.release.checks_lengths() {
            PacketDecoder::new()
        } else {
            PacketDecoder::of_any_length()
        };
        Self { decoder, ..Self::default() }
    }

    /// One that the switch has made for a channel.
    pub(crate) fn outbound(config: &SwitchConfig, mode: SocketMode, bond: Bond) -> Self {
        Self {
            authenticated: true,
            dialled: Some(mode),
            bond: Some(bond),
            swallows: true,
            ..Self::inbound(config)
        }
    }

    pub(crate) fn standing(&self) -> Standing {
        let mut standing = Standing::inbound(self.authenticated);
        standing.has_session = self.bond.is_some();
        standing.restricted = self.dialled.is_some_and(|mode| !mode.full);
        standing
    }

    /// Queues an event it listens to. `own` is the uuid of the channel it is bound to.
    pub(crate) fn offer_event(&mut self, event: &Arc<Fired>, own: Option<&str>, limit: usize) -> Offer {
        if self.deaf || !self.subscriptions.wants(event) || !self.filters.pass(event) {
            return Offer::NotWanted;
        }
        if self.my_events && !is_of(event, own) {
            return Offer::NotWanted;
        }
        self.push_event(event, limit)
    }

    /// Queues an event that is for it whether it listens to it or not.
    pub(crate) fn push_event(&mut self, event: &Arc<Fired>, limit: usize) -> Offer {
        if self.events.len() < limit {
            self.events.push_back(Arc::clone(event));
        } else {
            self.lost += 1;
            self.lost_events += 1;
            return Offer::Lost(self.lost_events);
        }
        recovered(&mut self.lost_events)
    }

    /// Queues a log line of a level it takes.
    pub(crate) fn offer_log(&mut self, line: &Arc<LogLine>, limit: usize) -> Offer {
        if self.log_level.is_none_or(|most| i32::from(line.level) > most) {
            return Offer::NotWanted;
        }
        if self.logs.len() < limit {
            self.logs.push_back(Arc::clone(line));
        } else {
            self.lost += 1;
            self.lost_logs += 1;
            return Offer::Lost(self.lost_logs);
        }
        recovered(&mut self.lost_logs)
    }

    /// Events, and log lines, that wait.
    pub(crate) fn queued(&self) -> (usize, usize) {
        (self.events.len(), self.logs.len())
    }

    /// Whether it looks at its queues and its channel at all: not while a command runs.
    pub(crate) fn is_idle(&self) -> bool {
        self.blocked_on.is_none() && !self.leaving && !self.decoder.awaits_body()
    }

    /// Whether what is queued may be sent: not while half a command has come, either.
    pub(crate) fn may_send(&self) -> bool {
        self.is_idle() && !self.congested && !self.decoder.is_partial(&self.input)
    }

    /// The next queued message, in the form the connection takes now.
    pub(crate) fn next_message(&mut self) -> Option<(Kind, Bytes)> {
        if std::mem::take(&mut self.events_turn) {
            return self.next_event().or_else(|| self.next_line());
        }
        self.next_line().or_else(|| self.next_event())
    }

    /// One log line; then the events have their turn, all of them.
    fn next_line(&mut self) -> Option<(Kind, Bytes)> {
        self.log_level?;
        let line = self.logs.pop_front()?;
        self.events_turn = true;
        Some((Kind::Log, line.message.clone()))
    }

    fn next_event(&mut self) -> Option<(Kind, Bytes)> {
        if !self.subscriptions.are_on() {
            return None;
        }
        let event = self.events.pop_front()?;
        self.events_turn = true;
        Some((Kind::Event, event.message(self.format)))
    }

    /// `myevents`
    pub(crate) fn listen_to_own(&mut self, packet: &[u8]) {
        self.subscriptions.add_names(&EventName::MYEVENTS);
        self.my_events = true;
        let has = |word: &[u8]| packet.windows(word.len()).any(|part| part == word);
        if has(b"xml") || has(b"XML") {
            self.format = EventFormat::Xml;
        }
        if has(b"json") || has(b"JSON") {
            self.format = EventFormat::Json;
        }
    }

    /// `event [plain|json|xml] <name>…`
    pub(crate) fn event(&mut self, arguments: &[u8], release: Release) -> Reply {
        let mut words = subscriptions::words(arguments);
        if let Some((first, rest)) = words.split_first()
            && let Some(format) = std::str::from_utf8(first).ok().and_then(EventFormat::from_name)
        {
            // Even if the rest is refused.
            self.format = format;
            words = rest.to_vec();
        }
        match self.subscriptions.add(&words, &self.rights, release) {
            Ok(()) => format!("+OK event listener enabled {}", self.format).into_bytes(),
            Err(refusal) => refusal.into(),
        }
    }

    /// `nixevent <name>…`
    pub(crate) fn nixevent(&mut self, arguments: &[u8], release: Release) -> Reply {
        match self.subscriptions.remove(&subscriptions::words(arguments), release) {
            Ok(()) => "+OK events nixed".into(),
            Err(refusal) => refusal.into(),
        }
    }

    /// `noevents`
    pub(crate) fn noevents(&mut self) -> Reply {
        if self.subscriptions.clear() {
            self.events.clear();
            "+OK no longer listening for events".into()
        } else {
            "-ERR not listening for events".into()
        }
    }

    /// `log [level]`
    pub(crate) fn log(&mut self, arguments: &[u8]) -> Reply {
        if !self.rights.log {
            return DENIED.into();
        }
        let arguments = String::from_utf8_lossy(arguments).into_owned();
        let word = arguments.trim_start_matches(' ').split(' ').next().unwrap_or_default();
        let level = if word.is_empty() { Some(7) } else { parse_level(word) };
        let Some(level) = level else { return "-ERR invalid log level".into() };
        self.log_level = Some(level);
        format!("+OK log level {word} [{level}]").into_bytes()
    }

    /// `nolog`
    pub(crate) fn nolog(&mut self) -> Reply {
        self.logs.clear();
        match self.log_level.take() {
            Some(_) => "+OK no longer logging".into(),
            None => "-ERR not loging".into(),
        }
    }
}

/// What is sent to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Greeting,
    Reply,
    Event,
    Log,
    Notice,
}

fn recovered(lost: &mut u64) -> Offer {
    match std::mem::take(lost) {
        0 => Offer::Queued,
        lost => Offer::Recovered(lost),
    }
}

/// Whether an event is one of a channel's own, or of a job begun for it; without a channel, of any.
fn is_of(event: &Fired, own: Option<&str>) -> bool {
    let has = |name: &str| event.first(name.as_bytes());
    match own {
        Some(own) => ["Unique-ID", "Job-Owner-UUID"]
            .iter()
            .any(|name| has(name).is_some_and(|uuid| *uuid == *own.as_bytes())),
        None => has("Unique-ID").is_some(),
    }
}
