//! Connections for commands alone, beside the one that carries events: which of them a command takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::config::Config;
use crate::core::Shared;
use crate::error::Error;
use crate::link::{Link, Role};
use crate::reconnect::State;

#[derive(Debug, Default)]
pub(crate) struct Lanes {
    lanes: Vec<Lane>,
    /// Where to begin looking, so that lanes that are equally free take turns.
    turn: AtomicUsize,
}

#[derive(Debug)]
struct Lane {
    link: Link,
    /// Commands that wait for their reply, or have a place in line.
    load: AtomicUsize,
}

/// A command's place in a lane, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    lane: &'a Lane,
    /// Which lane it is.
    pub(crate) at: usize,
}

impl Lanes {
    /// Connects as many as are configured to the switch of the main connection: one after the other, since it greets few
    /// at once.
    pub(crate) async fn dial(config: &Config, main: &Link) -> Result<Self, Error> {
        let mut config = config.clone();
        if let (None, Some(peer)) = (&config.reconnect, main.peer) {
            // Not to its stand-in. Lanes that are to reconnect say which switch they have found, see `is_fit`.
            (config.host, config.port) = (peer.ip().to_string(), peer.port());
            config.fallbacks.clear();
        }
        let mut lanes = Vec::with_capacity(config.lanes);
        for _ in 0..config.lanes {
            let (link, _) = Link::dial(&config, Role::Lane).await?;
            link.shared.have_jobs_followed_by(&main.shared.job_followers);
            lanes.push(Lane { link, load: AtomicUsize::new(0) });
        }
        Ok(Self { lanes, turn: AtomicUsize::new(0) })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }

    /// The connections, to be closed when the main one is.
    pub(crate) fn shared(&self) -> Vec<Arc<Shared>> {
        self.lanes.iter().map(|lane| Arc::clone(&lane.link.shared)).collect()
    }

    /// A place in the lane with the fewest commands, of those that are connected and were not tried.
    pub(crate) fn freest(&self, main: &Shared, tried: &[usize]) -> Option<Place<'_>> {
        let start = self.turn.fetch_add(1, Ordering::Relaxed);
        let count = self.lanes.len();
        let fit = (0..count)
            .map(|step| start.wrapping_add(step) % count)
            .filter(|at| !tried.contains(at))
            .filter_map(|at| Some((at, self.lanes.get(at).filter(|lane| lane.is_fit(main))?)));
        fit.min_by_key(|(_, lane)| lane.load.load(Ordering::Relaxed)).map(|(at, lane)| lane.enter(at))
    }

    /// A place in the lane that commands with this key share, so that they keep their order; `None` while it is not
    /// connected.
    pub(crate) fn of(&self, main: &Shared, key: u64) -> Option<Place<'_>> {
        let at = usize::try_from(key.checked_rem(u64::try_from(self.lanes.len()).ok()?)?).ok()?;
        self.lanes.get(at).filter(|lane| lane.is_fit(main)).map(|lane| lane.enter(at))
    }

    pub(crate) fn outstanding(&self) -> usize {
        self.lanes.iter().map(|lane| lane.link.shared.outstanding()).sum()
    }
}

impl Lane {
    /// Whether it is connected, and not to another switch than the main connection.
    fn is_fit(&self, main: &Shared) -> bool {
        let shared = &self.link.shared;
        shared.state.with(|state| matches!(state, State::Ready)) && !shared.tally.differs(&main.tally)
    }

    fn enter(&self, at: usize) -> Place<'_> {
        self.load.fetch_add(1, Ordering::Relaxed);
        Place { lane: self, at }
    }
}

impl Place<'_> {
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.lane.link.shared
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.lane.load.fetch_sub(1, Ordering::Relaxed);
    }
}
