//! How a client is, in one look.

#[cfg(feature = "serde")]
mod serde;

use std::time::{Duration, SystemTime};

use trunkline_proto::CoreUuid;

use crate::bounded::Missed;
use crate::client::Client;
use crate::core::{Shared, lock};
use crate::permission::Permission;
use crate::reconnect::State;

/// How a client is: what it is doing, what it has seen, and what it could not keep. Made by [`Client::health`].
///
/// What is counted is counted from when the client was made, across every reconnect, and over all its connections where it
/// has [lanes](crate::Config::lanes).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// How it stands to the switch: its main connection, where there are lanes.
    pub state: State,
    /// Since when. Attempts to connect that follow each other are one state.
    pub since: SystemTime,
    /// Which run of which switch it is connected to, or was last, if the switch tells this user. Known where the client
    /// is to [reconnect](crate::Config::reconnect).
    pub core: Option<CoreUuid>,
    /// Its connections for commands alone.
    pub lanes: Vec<LaneHealth>,
    /// How many times it tried to connect again.
    pub attempts: u64,
    /// How many times it was let in again.
    pub reconnects: u64,
    /// How many times without a connection the streams were told of, each as one [`Gap`](crate::Gap).
    pub gaps: u64,
    /// What consumers were too slow for, in all streams, those that have ended included. An event that two streams
    /// missed counts twice.
    pub missed: Missed,
    /// How many streams were closed because their consumer was too slow, and they were
    /// [to end](crate::Overflow::Close) then.
    pub overflowed: u64,
    /// What the switch has refused this user, each once, of subscriptions, api commands and jobs; the first 256. (What a
    /// user may do is in [`Client::permissions`].)
    pub refused: Vec<Permission>,
    /// From when the last event was fired to when it was read here. This is a difference of two clocks: the
    /// switch's (`Event-Date-Timestamp`) and ours. Where they are not the same machine's, what they are apart is part of
    /// it; where the switch's is ahead, it is zero. Of events that are read together only the last is looked at.
    ///
    /// `None` before the first event.
    pub lag: Option<Duration>,
    /// When the last event was read.
    pub last_event: Option<SystemTime>,
    /// How many bytes were received.
    pub bytes: u64,
    /// How many events were received, each once, whether a stream wanted it or not.
    pub events: u64,
    /// How many log lines were received.
    pub log_lines: u64,
    /// How many commands the program gave, whatever became of them. Those the client says of its own accord, to
    /// subscribe and to look whether the switch is alive, are not among them.
    pub commands: u64,
    /// How many commands wait for their reply, the client's own included.
    pub outstanding: usize,
    /// How many jobs are waited for.
    pub jobs: usize,
    /// How many streams there are.
    pub streams: usize,
    /// What waits in the fullest queue of a stream: most items, and most bytes, not necessarily the same stream's.
    pub deepest: Backlog,
}

/// How a connection for commands alone is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LaneHealth {
    /// How it stands to the switch.
    pub state: State,
    /// Since when.
    pub since: SystemTime,
    /// How many commands wait for their reply there.
    pub outstanding: usize,
}

/// What waits for the consumer of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Backlog {
    /// How many events or log lines.
    pub items: usize,
    /// How many bytes they had on the wire.
    pub bytes: usize,
}

impl Backlog {
    pub(crate) fn new(items: usize, bytes: usize) -> Self {
        Self { items, bytes }
    }

    /// The greater of each.
    fn max(self, other: Self) -> Self {
        Self { items: self.items.max(other.items), bytes: self.bytes.max(other.bytes) }
    }
}

impl Health {
    /// Whether it is connected, and the switch answers.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.state == State::Ready
    }

    fn add_lane(&mut self, lane: &Shared) {
        let tally = &lane.tally;
        let (state, since, outstanding) = (lane.state.get(), tally.since(), lane.outstanding());
        self.lanes.push(LaneHealth { state, since, outstanding });
        self.attempts += tally.attempts.get();
        self.reconnects += tally.reconnects.get();
        self.bytes += lane.received.bytes.get();
        self.commands += tally.commands.get();
        self.outstanding += outstanding;
    }
}

impl Client {
    /// How it is: what it is doing, what it has seen, and what it could not keep. It asks the switch nothing, waits for
    /// nobody, and may be called as often as one likes.
    ///
    /// ```
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sim = trunkline_sim::Sim::builder().start().await?;
    /// # let url = sim.url();
    /// let client = trunkline::connect(url.as_str()).await?;
    /// client.api("status").await?;
    /// let health = client.health();
    /// assert!(health.is_ready());
    /// println!("{} commands, {} events missed", health.commands, health.missed.count());
    /// # client.close().await;
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Runtime::new().unwrap().block_on(run()).unwrap();
    /// ```
    #[must_use]
    pub fn health(&self) -> Health {
        let mut health = self.shared().health();
        self.lanes().iter().for_each(|lane| health.add_lane(lane));
        health
    }
}

impl Shared {
    fn health(&self) -> Health {
        let tally = &self.tally;
        let (core, jobs) = self.core_and_jobs();
        let (streams, deepest) = self.backlogs();
        let last = self.received.last_event();
        Health {
            state: self.state.get(),
            since: tally.since(),
            core,
            lanes: Vec::new(),
            attempts: tally.attempts.get(),
            reconnects: tally.reconnects.get(),
            gaps: tally.gaps.get(),
            missed: tally.all_missed(),
            overflowed: tally.overflowed.get(),
            refused: tally.refused(),
            lag: last.map(|(_, lag)| lag),
            last_event: last.map(|(at, _)| at),
            bytes: self.received.bytes.get(),
            events: self.received.events.get(),
            log_lines: self.received.log_lines.get(),
            commands: tally.commands.get(),
            outstanding: self.outstanding(),
            jobs,
            streams,
            deepest,
        }
    }

    /// How many streams there are, and what waits in the fullest.
    fn backlogs(&self) -> (usize, Backlog) {
        let events = lock(&self.event_streams);
        let of_events: Vec<_> = events.iter().map(|sink| sink.queue.backlog()).collect();
        drop(events);
        let logs = lock(&self.log_streams);
        let of_logs: Vec<_> = logs.iter().map(|sink| sink.queue.backlog()).collect();
        drop(logs);
        let all = || of_events.iter().chain(&of_logs);
        (all().count(), all().copied().fold(Backlog::default(), Backlog::max))
    }
}
