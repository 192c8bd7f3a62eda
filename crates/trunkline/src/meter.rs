//! What is counted, as metrics: for whatever recorder of the crate `metrics` the program has installed.
//!
//! The names and labels are a promise, and stand in the guide. Labels are the address of the switch, and words from lists
//! that are known when this is compiled; nothing that comes from a call, or from whoever makes one.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, SharedString, Unit, counter, gauge, histogram};
use trunkline_proto::{CommandKind, EventName};

use crate::bounded::Missed;
use crate::command_end::Outcome;
use crate::core::lock;
use crate::link::Role;
use crate::reconnect::State;

#[derive(Debug)]
pub(crate) struct Meter {
    switch: SharedString,
    role: Role,
    outstanding: Gauge,
    lag: Gauge,
    /// As what state this connection is counted.
    state: Mutex<Option<Gauge>>,
    commands: Mutex<HashMap<(CommandKind, Outcome), Counter>>,
    seconds: Mutex<HashMap<CommandKind, Histogram>>,
}

impl Meter {
    pub(crate) fn new(switch: &str, role: Role) -> Self {
        describe();
        let switch = SharedString::from(switch.to_owned());
        Self {
            outstanding: gauge!("trunkline_outstanding", "switch" => switch.clone()),
            lag: gauge!("trunkline_lag_seconds", "switch" => switch.clone()),
            state: Mutex::default(),
            commands: Mutex::default(),
            seconds: Mutex::default(),
            switch,
            role,
        }
    }

    pub(crate) fn counter(&self, name: &'static str) -> Counter {
        counter!(name, "switch" => self.switch.clone())
    }

    /// Counts the connection as one in this state, and no more as one in the last.
    pub(crate) fn enter(&self, state: &State) {
        let state = match state {
            State::Ready => Some("ready"),
            State::Stale => Some("stale"),
            State::Connecting { .. } => Some("connecting"),
            // The first of them is of the blocking client.
            State::Lost(_) | State::Closed(_) => None,
        };
        let (switch, role) = (&self.switch, self.role.as_str());
        let now = state.map(
            |state| gauge!("trunkline_state", "switch" => switch.clone(), "role" => role, "state" => state),
        );
        let mut counted = lock(&self.state);
        if let Some(before) = std::mem::replace(&mut *counted, now.clone()) {
            before.decrement(1);
        }
        if let Some(now) = now {
            now.increment(1);
        }
    }

    pub(crate) fn missed(&self, missed: &Missed) {
        for (name, count) in missed.by_name() {
            let event = match name {
                // Whatever name the switch has come up with.
                EventName::Other(_) => SharedString::const_str("other"),
                name => SharedString::from(name.to_string()),
            };
            counter!("trunkline_missed_total", "switch" => self.switch.clone(), "event" => event)
                .increment(count);
        }
    }

    pub(crate) fn lag(&self) -> Gauge {
        self.lag.clone()
    }

    pub(crate) fn command_begins(&self) {
        self.outstanding.increment(1);
    }

    pub(crate) fn command_ends(&self, kind: CommandKind, outcome: Outcome, took: Duration) {
        self.outstanding.decrement(1);
        let switch = || self.switch.clone();
        let labels = || [("kind", kind.as_str()), ("outcome", outcome.as_str())];
        lock(&self.commands)
            .entry((kind, outcome))
            .or_insert_with(|| {
                let [kind, outcome] = labels();
                counter!("trunkline_commands_total", "switch" => switch(), kind.0 => kind.1, outcome.0 => outcome.1)
            })
            .increment(1);
        lock(&self.seconds)
            .entry(kind)
            .or_insert_with(
                || histogram!("trunkline_command_seconds", "switch" => switch(), "kind" => kind.as_str()),
            )
            .record(took.as_secs_f64());
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        if let Some(counted) = lock(&self.state).take() {
            counted.decrement(1);
        }
    }
}

/// Tells the recorder what each is. A recorder may be another one than the last time.
pub(crate) fn describe() {
    for (name, unit, what) in COUNTERS {
        metrics::describe_counter!(name, unit, what);
    }
    for (name, unit, what) in GAUGES {
        metrics::describe_gauge!(name, unit, what);
    }
    for (name, unit, what) in HISTOGRAMS {
        metrics::describe_histogram!(name, unit, what);
    }
}

type Row = (&'static str, Unit, &'static str);

const COUNTERS: [Row; 11] = [
    ("trunkline_received_bytes_total", Unit::Bytes, "Bytes received from the switch"),
    ("trunkline_events_total", Unit::Count, "Events received, each once, whether a stream wanted it or not"),
    ("trunkline_log_lines_total", Unit::Count, "Log lines received"),
    ("trunkline_commands_total", Unit::Count, "Commands the program gave that have come to an end"),
    ("trunkline_missed_total", Unit::Count, "Events and log lines dropped because a consumer was too slow"),
    ("trunkline_overflowed_total", Unit::Count, "Streams closed because their consumer was too slow"),
    ("trunkline_connect_attempts_total", Unit::Count, "Attempts to make a lost connection again"),
    ("trunkline_reconnects_total", Unit::Count, "Lost connections that were made again"),
    ("trunkline_gaps_total", Unit::Count, "Times without a connection that streams were told of"),
    ("trunkline_calls_total", Unit::Count, "Connections made to a server of calls, by what became of them"),
    ("trunkline_accept_errors_total", Unit::Count, "Connections that could not be accepted"),
];

const GAUGES: [Row; 4] = [
    ("trunkline_outstanding", Unit::Count, "Commands the program gave that wait for their reply"),
    (
        "trunkline_lag_seconds",
        Unit::Seconds,
        "From when the last event was fired, by the switch's clock, to when it was read, by ours",
    ),
    ("trunkline_state", Unit::Count, "Connections in this state"),
    ("trunkline_calls", Unit::Count, "Calls a server has open"),
];

const HISTOGRAMS: [Row; 1] = [(
    "trunkline_command_seconds",
    Unit::Seconds,
    "From giving a command to its reply, time in line included",
)];
