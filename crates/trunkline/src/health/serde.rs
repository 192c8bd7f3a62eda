//! Health as data, for a program's own health check.

use std::time::{Duration, SystemTime};

use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

use super::{Backlog, Health, LaneHealth};
use crate::bounded::Missed;
use crate::reconnect::State;

/// By its fields' names. The state is a word (`ready`, `stale`, `connecting`, `lost`, `closed`), and what led to it is in `why`, or
/// null; points in time are seconds since 1970, `lag` is in seconds, `missed` a count by name, `refused` texts.
impl Serialize for Health {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut health = serializer.serialize_struct("Health", 21)?;
        let (state, why) = in_words(&self.state);
        health.serialize_field("state", state)?;
        health.serialize_field("why", &why)?;
        health.serialize_field("since", &seconds(self.since))?;
        health.serialize_field("core", &self.core.as_ref().map(|core| core.as_str()))?;
        health.serialize_field("lanes", &self.lanes)?;
        health.serialize_field("attempts", &self.attempts)?;
        health.serialize_field("reconnects", &self.reconnects)?;
        health.serialize_field("gaps", &self.gaps)?;
        health.serialize_field("missed", &Counts(&self.missed))?;
        health.serialize_field("overflowed", &self.overflowed)?;
        health
            .serialize_field("refused", &self.refused.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        health.serialize_field("lag", &self.lag.map(|lag| lag.as_secs_f64()))?;
        health.serialize_field("last_event", &self.last_event.map(seconds))?;
        health.serialize_field("bytes", &self.bytes)?;
        health.serialize_field("events", &self.events)?;
        health.serialize_field("log_lines", &self.log_lines)?;
        health.serialize_field("commands", &self.commands)?;
        health.serialize_field("outstanding", &self.outstanding)?;
        health.serialize_field("jobs", &self.jobs)?;
        health.serialize_field("streams", &self.streams)?;
        health.serialize_field("deepest", &self.deepest)?;
        health.end()
    }
}

/// As in [`Health`].
impl Serialize for LaneHealth {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut lane = serializer.serialize_struct("LaneHealth", 4)?;
        let (state, why) = in_words(&self.state);
        lane.serialize_field("state", state)?;
        lane.serialize_field("why", &why)?;
        lane.serialize_field("since", &seconds(self.since))?;
        lane.serialize_field("outstanding", &self.outstanding)?;
        lane.end()
    }
}

/// `items` and `bytes`.
impl Serialize for Backlog {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut backlog = serializer.serialize_struct("Backlog", 2)?;
        backlog.serialize_field("items", &self.items)?;
        backlog.serialize_field("bytes", &self.bytes)?;
        backlog.end()
    }
}

struct Counts<'a>(&'a Missed);

impl Serialize for Counts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut counts = serializer.serialize_map(None)?;
        for (name, count) in self.0.by_name() {
            counts.serialize_entry(name.as_str(), &count)?;
        }
        counts.end()
    }
}

/// A state, and what led to it.
fn in_words(state: &State) -> (&'static str, Option<String>) {
    match state {
        State::Ready => ("ready", None),
        State::Stale => ("stale", None),
        State::Connecting { why, .. } => ("connecting", Some(why.clone())),
        State::Lost(reason) => ("lost", Some(reason.to_string())),
        State::Closed(reason) => ("closed", Some(reason.to_string())),
    }
}

fn seconds(time: SystemTime) -> f64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs_f64()
}
