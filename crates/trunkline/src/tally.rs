//! What a client counts of itself, for [`Health`](crate::Health): written as things happen, mostly by the driver and a
//! batch at a time, and read whenever somebody asks.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use trunkline_proto::{Event, LogData};

use crate::bounded::Missed;
use crate::core::lock;
use crate::reconnect::State;

#[derive(Debug)]
pub(crate) struct Tally {
    since: Mutex<SystemTime>,
    pub(crate) bytes: Count,
    pub(crate) events: Count,
    pub(crate) log_lines: Count,
    pub(crate) commands: Count,
    pub(crate) attempts: Count,
    pub(crate) reconnects: Count,
    pub(crate) gaps: Count,
    missed: Mutex<Missed>,
    /// Of the last event: when it was fired, by the switch's clock, and when it was read; µs since 1970, 0 before there
    /// is one.
    fired: AtomicU64,
    read: AtomicU64,
}

/// Counts up, and never back.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn one(&self) {
        self.add(1);
    }

    pub(crate) fn add(&self, more: usize) {
        self.0.fetch_add(u64::try_from(more).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self {
            since: Mutex::new(SystemTime::now()),
            bytes: Count::default(),
            events: Count::default(),
            log_lines: Count::default(),
            commands: Count::default(),
            attempts: Count::default(),
            reconnects: Count::default(),
            gaps: Count::default(),
            missed: Mutex::default(),
            fired: AtomicU64::new(0),
            read: AtomicU64::new(0),
        }
    }

    /// The client goes from one state to another. Another attempt to connect is the same state.
    pub(crate) fn enter(&self, from: &State, to: &State) {
        if std::mem::discriminant(from) != std::mem::discriminant(to) {
            *lock(&self.since) = SystemTime::now();
        }
    }

    /// A batch was read. Of its events only the last is looked at, for its time.
    pub(crate) fn received(&self, events: &VecDeque<Event>, logs: &VecDeque<LogData>) {
        self.events.add(events.len());
        self.log_lines.add(logs.len());
        if let Some(fired) = events.back().and_then(fired) {
            self.fired.store(fired, Ordering::Relaxed);
            self.read.store(micros(SystemTime::now()), Ordering::Relaxed);
        }
    }

    /// A consumer was too slow for these.
    pub(crate) fn missed(&self, missed: &Missed) {
        lock(&self.missed).add(missed);
    }

    pub(crate) fn since(&self) -> SystemTime {
        *lock(&self.since)
    }

    pub(crate) fn all_missed(&self) -> Missed {
        lock(&self.missed).clone()
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
        let tally = Tally::new();
        assert_eq!(tally.last_event(), None);
        let long_ago = (micros(SystemTime::now()) - 5_000_000).to_string();
        tally.received(&VecDeque::from([at("1"), at(&long_ago)]), &VecDeque::new());
        let (_, lag) = tally.last_event().unwrap();
        assert!((5..60).contains(&lag.as_secs()), "{lag:?}");
        // One without a time, and one that says nonsense, leave it as it was.
        tally.received(&VecDeque::from([at("soon")]), &VecDeque::new());
        assert_eq!(tally.last_event().unwrap().1, lag);
        // The switch's clock may be ahead of ours.
        tally.received(&VecDeque::from([at(&u64::MAX.to_string())]), &VecDeque::new());
        assert_eq!(tally.last_event().unwrap().1, Duration::ZERO);
        assert_eq!(tally.events.get(), 4);
    }

    #[test]
    fn attempts_are_one_state() {
        let tally = Tally::new();
        let connecting = |attempt| State::Connecting { attempt, why: String::new() };
        let began = SystemTime::UNIX_EPOCH;
        *lock(&tally.since) = began;
        tally.enter(&connecting(1), &connecting(2));
        assert_eq!(tally.since(), began);
        tally.enter(&connecting(2), &State::Closed(CloseReason::Eof));
        assert!(tally.since() > began);
    }
}
