//! What a client counts of itself, for [`Health`](crate::Health) and for the metrics: written as things happen, mostly by
//! the driver and a batch at a time, and read whenever somebody asks. What is counted is told to `tracing` from here, too.

use std::collections::{BTreeSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use tracing::Span;
use trunkline_proto::{CommandKind, CoreUuid, Event, LogData, Reply, Unanswered};

use crate::bounded::Missed;
use crate::command_end::{Begun, Outcome};
use crate::core::lock;
#[cfg(feature = "metrics")]
use crate::core::now;
use crate::link::Role;
#[cfg(feature = "metrics")]
use crate::meter::Meter;
use crate::permission::Permission;
use crate::reconnect::{Gap, State};
use crate::trace;

/// So many permissions that are lacking are kept in mind: a program may ask for any number of commands.
const MOST_REFUSED: usize = 256;

#[derive(Debug)]
pub(crate) struct Tally {
    role: Role,
    since: Mutex<SystemTime>,
    /// Given by the program.
    pub(crate) commands: Count,
    pub(crate) attempts: Count,
    pub(crate) reconnects: Count,
    pub(crate) gaps: Count,
    pub(crate) overflowed: Count,
    /// Stands for the Core-UUID of the switch; 0 while that is not known.
    core: AtomicU64,
    missed: Mutex<Missed>,
    refused: Mutex<BTreeSet<Permission>>,
    /// The connection's, through all sessions.
    pub(crate) span: Span,
    /// Not of a call's connection: there are many, and short ones.
    #[cfg(feature = "metrics")]
    meter: Option<Meter>,
}

/// What is counted with every read: apart, so that it can be where the rest is that every read is concerned with.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) bytes: Count,
    pub(crate) events: Count,
    pub(crate) log_lines: Count,
    /// Of the last event: when it was fired, by the switch's clock, and when it was read; µs since 1970, 0 before there
    /// is one.
    fired: AtomicU64,
    read: AtomicU64,
    #[cfg(feature = "metrics")]
    lag: Option<metrics::Gauge>,
}

/// Counts up, and never back.
#[derive(Default)]
pub(crate) struct Count {
    count: AtomicU64,
    #[cfg(feature = "metrics")]
    metric: Option<metrics::Counter>,
}

impl Count {
    #[cfg(feature = "metrics")]
    fn of(meter: Option<&Meter>, name: &'static str) -> Self {
        Self { metric: meter.map(|meter| meter.counter(name)), ..Self::default() }
    }

    pub(crate) fn one(&self) {
        self.add(1);
    }

    pub(crate) fn add(&self, more: usize) {
        if more == 0 {
            return;
        }
        let more = u64::try_from(more).unwrap_or(u64::MAX);
        self.count.fetch_add(more, Ordering::Relaxed);
        #[cfg(feature = "metrics")]
        if let Some(metric) = &self.metric {
            metric.increment(more);
        }
    }

    pub(crate) fn get(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}

impl std::fmt::Debug for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.get().fmt(f)
    }
}

impl Tally {
    /// The switch has said which run of which switch it is.
    pub(crate) fn met(&self, core: Option<&CoreUuid>) {
        let stands_for = core.map_or(0, |core| {
            let mut hasher = DefaultHasher::new();
            core.hash(&mut hasher);
            hasher.finish()
        });
        self.core.store(stands_for, Ordering::Relaxed);
    }

    /// Whether both are known to be connected to different switches, or runs of one.
    pub(crate) fn differs(&self, other: &Self) -> bool {
        let (one, other) = (self.core.load(Ordering::Relaxed), other.core.load(Ordering::Relaxed));
        one != other && one != 0 && other != 0
    }

    /// Of a connection that the switch has made from this address, for a call.
    pub(crate) fn of_call(switch: Option<SocketAddr>) -> Self {
        let role = Role::Call;
        let span = || trace::connection(&switch.map_or_else(String::new, |switch| switch.to_string()), role);
        let span = if trace::connections_are_shown() { span() } else { Span::none() };
        Self::with(
            role,
            span,
            #[cfg(feature = "metrics")]
            None,
        )
    }

    /// Of a connection to the switch at this address.
    pub(crate) fn new(switch: &str, role: Role) -> Self {
        Self::with(
            role,
            trace::connection(switch, role),
            #[cfg(feature = "metrics")]
            Some(Meter::new(switch, role)),
        )
    }

    fn with(role: Role, span: Span, #[cfg(feature = "metrics")] meter: Option<Meter>) -> Self {
        #[cfg(feature = "metrics")]
        let counted_as = |name| Count::of(meter.as_ref(), name);
        #[cfg(not(feature = "metrics"))]
        let counted_as = |_: &str| Count::default();
        Self {
            role,
            since: Mutex::new(SystemTime::now()),
            // The metric counts them when they have come to an end.
            commands: Count::default(),
            attempts: counted_as("trunkline_connect_attempts_total"),
            reconnects: counted_as("trunkline_reconnects_total"),
            gaps: counted_as("trunkline_gaps_total"),
            overflowed: counted_as("trunkline_overflowed_total"),
            core: AtomicU64::new(0),
            missed: Mutex::default(),
            refused: Mutex::default(),
            span,
            #[cfg(feature = "metrics")]
            meter,
        }
    }

    /// What will be received over the connection.
    pub(crate) fn received(&self) -> Received {
        #[cfg(feature = "metrics")]
        let counted_as = |name| Count::of(self.meter.as_ref(), name);
        #[cfg(not(feature = "metrics"))]
        let counted_as = |_: &str| Count::default();
        Received {
            bytes: counted_as("trunkline_received_bytes_total"),
            events: counted_as("trunkline_events_total"),
            log_lines: counted_as("trunkline_log_lines_total"),
            fired: AtomicU64::new(0),
            read: AtomicU64::new(0),
            #[cfg(feature = "metrics")]
            lag: self.meter.as_ref().map(Meter::lag),
        }
    }

    /// The switch has let us in for the first time.
    pub(crate) fn connected(&self) {
        trace::connected(&self.span);
        *lock(&self.since) = SystemTime::now();
        #[cfg(feature = "metrics")]
        if let Some(meter) = &self.meter {
            meter.enter(&State::Ready);
        }
    }

    /// The switch has let us in again.
    pub(crate) fn connected_again(&self, gap: &Gap) {
        trace::connected_again(&self.span, gap);
        self.reconnects.one();
        // Streams are told of the main connection's.
        if self.role == Role::Main {
            self.gaps.one();
        }
    }

    /// The client goes from one state to another. Another attempt to connect is the same state.
    pub(crate) fn enter(&self, from: &State, to: &State) {
        if std::mem::discriminant(from) != std::mem::discriminant(to) {
            *lock(&self.since) = SystemTime::now();
            #[cfg(feature = "metrics")]
            if let Some(meter) = &self.meter {
                meter.enter(to);
            }
        }
    }

    /// A command of the program's gets in line.
    pub(crate) fn command_begins(&self, kind: CommandKind, at: Instant) -> Begun {
        let begun = Begun { kind, at };
        trace::command_begins(&self.span, &begun);
        self.commands.one();
        #[cfg(feature = "metrics")]
        if let Some(meter) = &self.meter {
            meter.command_begins();
        }
        begun
    }

    /// It has its reply, or will have none.
    pub(crate) fn command_ends(&self, begun: &Begun, reply: &Result<Reply, Unanswered>) {
        if cfg!(feature = "metrics") || trace::listens_to_commands() {
            self.end_command(begun, Outcome::of(begun.kind, reply));
        }
    }

    /// Nobody waits for it any more.
    pub(crate) fn command_dropped(&self, begun: &Begun) {
        if cfg!(feature = "metrics") || trace::listens_to_commands() {
            self.end_command(begun, Outcome::Dropped);
        }
    }

    fn end_command(&self, begun: &Begun, outcome: Outcome) {
        trace::command_ends(&self.span, begun, outcome);
        #[cfg(feature = "metrics")]
        if let Some(meter) = &self.meter {
            meter.command_ends(begun.kind, outcome, now().saturating_duration_since(begun.at));
        }
    }

    /// A consumer was too slow for these.
    pub(crate) fn missed(&self, missed: &Missed) {
        trace::missed(&self.span, missed);
        lock(&self.missed).add(missed);
        #[cfg(feature = "metrics")]
        if let Some(meter) = &self.meter {
            meter.missed(missed);
        }
    }

    /// The switch does not permit this. Said the first time.
    pub(crate) fn not_permitted(&self, permission: Permission) {
        let mut refused = lock(&self.refused);
        if refused.len() < MOST_REFUSED && !refused.contains(&permission) {
            refused.insert(permission.clone());
            drop(refused);
            trace::not_permitted(&self.span, &permission);
        }
    }

    pub(crate) fn refused(&self) -> Vec<Permission> {
        lock(&self.refused).iter().cloned().collect()
    }

    pub(crate) fn since(&self) -> SystemTime {
        *lock(&self.since)
    }

    pub(crate) fn all_missed(&self) -> Missed {
        lock(&self.missed).clone()
    }
}

impl Received {
    /// A batch was read. Of its events only the last is looked at, for its time.
    pub(crate) fn batch(&self, events: &VecDeque<Event>, logs: &VecDeque<LogData>) {
        self.events.add(events.len());
        self.log_lines.add(logs.len());
        if let Some(fired) = events.back().and_then(fired) {
            self.fired.store(fired, Ordering::Relaxed);
            self.read.store(micros(SystemTime::now()), Ordering::Relaxed);
            #[cfg(feature = "metrics")]
            if let (Some(gauge), Some((_, lag))) = (&self.lag, self.last_event()) {
                gauge.set(lag.as_secs_f64());
            }
        }
    }

    /// When the last event was read, and how long after it was fired.
    pub(crate) fn last_event(&self) -> Option<(SystemTime, Duration)> {
        let (fired, read) = (self.fired.load(Ordering::Relaxed), self.read.load(Ordering::Relaxed));
        let at = SystemTime::UNIX_EPOCH.checked_add(Duration::from_micros(read)).filter(|_| read != 0)?;
        Some((at, Duration::from_micros(read.saturating_sub(fired))))
    }
}

/// The event's own time, by the switch's clock, in µs since 1970.
fn fired(event: &Event) -> Option<u64> {
    std::str::from_utf8(&event.get_bytes("Event-Date-Timestamp")?).ok()?.parse().ok()
}

fn micros(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use trunkline_proto::{CloseReason, EventBuilder, EventFormat, EventName};

    use super::*;

    fn at(timestamp: &str) -> Event {
        let event = EventBuilder::named(&EventName::Dtmf).header("Event-Date-Timestamp", timestamp);
        event.to_event(EventFormat::Plain).unwrap()
    }

    #[test]
    fn the_last_event_of_a_batch_gives_the_lag() {
        let received = Tally::new("nowhere:8021", Role::Main).received();
        assert_eq!(received.last_event(), None);
        let long_ago = (micros(SystemTime::now()) - 5_000_000).to_string();
        received.batch(&VecDeque::from([at("1"), at(&long_ago)]), &VecDeque::new());
        let (_, lag) = received.last_event().unwrap();
        assert!((5..60).contains(&lag.as_secs()), "{lag:?}");
        // One without a time, and one that says nonsense, leave it as it was.
        received.batch(&VecDeque::from([at("soon")]), &VecDeque::new());
        assert_eq!(received.last_event().unwrap().1, lag);
        // The switch's clock may be ahead of ours.
        received.batch(&VecDeque::from([at(&u64::MAX.to_string())]), &VecDeque::new());
        assert_eq!(received.last_event().unwrap().1, Duration::ZERO);
        assert_eq!(received.events.get(), 4);
    }

    #[test]
    fn attempts_are_one_state() {
        let tally = Tally::new("nowhere:8021", Role::Main);
        let connecting = |attempt| State::Connecting { attempt, why: String::new() };
        let began = SystemTime::UNIX_EPOCH;
        *lock(&tally.since) = began;
        tally.enter(&connecting(1), &connecting(2));
        assert_eq!(tally.since(), began);
        tally.enter(&connecting(2), &State::Closed(CloseReason::Eof));
        assert!(tally.since() > began);
    }
}
