//! When each of several connections to one switch was down, and when all of them were at once.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};
use std::time::{Instant, SystemTime};

use trunkline_proto::CoreUuid;

use crate::core::lock;
use crate::reconnect::{Gap, GapCause};

/// How many outages of a connection are remembered, for when another one turns out to have been down as well.
const MOST_PAST: usize = 64;

/// Shared by the connections, which say how they are, and the stream that merges theirs.
#[derive(Debug, Default)]
pub(crate) struct Outages {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    sources: Vec<Source>,
    /// The run of the switch that was last heard of.
    core: Option<CoreUuid>,
    /// Up to where blind times were told.
    told: Option<Instant>,
    /// Those to be told.
    blind: VecDeque<Blind>,
    consumer: Option<Waker>,
}

#[derive(Debug, Default)]
struct Source {
    /// Which run of the switch it is connected to, or was last.
    core: Option<CoreUuid>,
    /// Since when it vouches for nothing.
    down: Option<Instant>,
    /// For good.
    is_over: bool,
    /// It is let in again, and what its stream was told then; its events are yet to be asked for.
    back: Option<Gap>,
    /// How many gaps its stream was told.
    gaps: u64,
    /// Outages that are over, the oldest first.
    past: VecDeque<Outage>,
}

#[derive(Debug, Clone)]
struct Outage {
    from: Instant,
    to: Instant,
    /// Its gap, and which one of its stream that is, from 1.
    gap: Gap,
    number: u64,
}

/// A time in which no source brought anything.
#[derive(Debug)]
struct Blind {
    gap: Gap,
    /// Which of its gaps stands for it in the stream of each source.
    numbers: Vec<u64>,
}

/// How a source stands when it begins to be watched.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) core: Option<CoreUuid>,
    pub(crate) down: Option<Instant>,
    /// How many gaps are in its stream already.
    pub(crate) gaps: u64,
}

impl Outages {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        lock(&self.inner)
    }

    /// One more source; its number, from 0.
    pub(crate) fn add(&self, start: Start) -> usize {
        let mut inner = self.lock();
        if inner.core.is_none() {
            inner.core.clone_from(&start.core);
        }
        let Start { core, down, gaps } = start;
        inner.sources.push(Source { core, down, gaps, ..Source::default() });
        inner.sources.len() - 1
    }

    /// A connection is lost, and was last heard from then. Whoever is to be woken is returned, here and below.
    pub(crate) fn lost(&self, source: usize, heard: Instant, now: Instant) -> Option<Waker> {
        let mut inner = self.lock();
        inner.lost(source, heard, now);
        inner.take_consumer()
    }

    /// Its stream has ended, whatever becomes of its connection. Who takes from this knows.
    pub(crate) fn ended(&self, source: usize, now: Instant) {
        let mut inner = self.lock();
        inner.lost(source, now, now);
        if let Some(source) = inner.sources.get_mut(source) {
            source.is_over = true;
        }
    }

    /// It is let in again, and its stream is told this gap.
    pub(crate) fn back(&self, source: usize, gap: &Gap) {
        if let Some(source) = self.lock().sources.get_mut(source) {
            source.gaps += 1;
            source.back = Some(gap.clone());
        }
    }

    /// Its events come again from now on.
    pub(crate) fn holds(&self, source: usize, now: Instant) -> Option<Waker> {
        let mut inner = self.lock();
        inner.holds(source, now);
        inner.take_consumer()
    }

    /// Whether a source's stream was told this many gaps, and from here on.
    pub(crate) fn knows(&self, source: usize, number: u64) -> bool {
        self.lock().sources.get(source).is_some_and(|source| number <= source.gaps)
    }

    /// Where a blind time waits to be told: for each source, which of its gaps stands for it.
    pub(crate) fn waiting(&self) -> Option<Vec<u64>> {
        self.lock().blind.front().map(|blind| blind.numbers.clone())
    }

    /// Takes a blind time to tell; pending while there is none.
    pub(crate) fn poll_take(&self, cx: &Context<'_>) -> Poll<Gap> {
        let mut inner = self.lock();
        match inner.blind.pop_front() {
            Some(blind) => Poll::Ready(blind.gap),
            None => {
                inner.consumer = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Inner {
    fn lost(&mut self, at: usize, heard: Instant, now: Instant) {
        let Some(source) = self.sources.get_mut(at) else { return };
        source.back = None;
        if source.down.is_some() {
            return;
        }
        source.down = Some(heard);
        // It did not cover these after all.
        let mut uncovered: Vec<_> = self
            .sources
            .iter()
            .enumerate()
            .flat_map(|(other, source)| {
                source
                    .past
                    .iter()
                    .filter(|outage| outage.to > heard)
                    .map(move |outage| (other, outage.clone()))
            })
            .collect();
        uncovered.sort_by_key(|(_, outage)| outage.to);
        for (other, outage) in uncovered {
            self.judge(other, &outage, now);
        }
    }

    fn holds(&mut self, at: usize, now: Instant) {
        let Some(source) = self.sources.get_mut(at) else { return };
        let Some(gap) = source.back.take() else { return };
        let Some(from) = source.down.take_if(|_| !source.is_over) else { return };
        if gap.core.is_some() {
            source.core.clone_from(&gap.core);
        }
        let outage = Outage { from, to: now, gap, number: source.gaps };
        if source.past.len() == MOST_PAST {
            source.past.pop_front();
        }
        source.past.push_back(outage.clone());
        self.judge(at, &outage, now);
    }

    /// At the end of one's outage: whether all were down, and since when.
    fn judge(&mut self, at: usize, outage: &Outage, now: Instant) {
        let was_told = self.told.is_some_and(|told| outage.to <= told);
        let others = self.sources.iter().enumerate().map(|(other, source)| {
            if other == at { Some((outage.from, outage.number)) } else { source.down_at(outage) }
        });
        let Some(downs) = others.collect::<Option<Vec<_>>>().filter(|_| !was_told) else { return };
        let from = downs.iter().map(|(from, _)| *from).max().unwrap_or(outage.from);
        let gap = Gap {
            from: wall(from, now),
            to: wall(outage.to, now),
            why: self.why(&outage.gap),
            ..outage.gap.clone()
        };
        if gap.core.is_some() {
            self.core.clone_from(&gap.core);
        }
        self.told = Some(outage.to);
        self.blind.push_back(Blind { gap, numbers: downs.into_iter().map(|(_, number)| number).collect() });
    }

    /// What a source's gap means for all: it may be back after the others know of the restart.
    fn why(&self, gap: &Gap) -> GapCause {
        match (&self.core, &gap.core) {
            (Some(known), Some(core)) if known == core => GapCause::Disconnected,
            (Some(_), Some(_)) => GapCause::Restarted,
            _ => gap.why,
        }
    }

    fn take_consumer(&mut self) -> Option<Waker> {
        if self.blind.is_empty() { None } else { self.consumer.take() }
    }
}

impl Source {
    /// Since when it was down at the end of another's outage, and which of its gaps stands for that.
    fn down_at(&self, other: &Outage) -> Option<(Instant, u64)> {
        if let Some(down) = self.down.filter(|down| *down < other.to) {
            let next = if self.back.is_some() { self.gaps } else { self.gaps + 1 };
            return Some((down, next));
        }
        let covers = |outage: &&Outage| outage.from < other.to && other.to <= outage.to;
        if let Some(outage) = self.past.iter().rev().find(covers) {
            return Some((outage.from, outage.number));
        }
        // Connected as it may seem to be, that switch is no more.
        let is_of_another =
            matches!((&self.core, &other.gap.core), (Some(core), Some(other)) if core != other);
        is_of_another.then_some((other.from, self.gaps + 1))
    }
}

fn wall(at: Instant, now: Instant) -> SystemTime {
    SystemTime::now().checked_sub(now.saturating_duration_since(at)).unwrap_or(SystemTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use trunkline_proto::CloseReason;

    use super::*;

    /// What happens to a source, at which second.
    enum Now {
        /// Lost; last heard from at this second.
        Lost(usize, u64),
        /// Let in again, to this run of the switch.
        Back(usize, &'static str),
        /// Its events come again.
        Holds(usize),
    }
    use Now::{Back, Holds, Lost};

    fn gap(core: &str, why: GapCause) -> Gap {
        let (from, to) = (SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH);
        Gap { from, to, why, reason: CloseReason::Eof, core: (!core.is_empty()).then(|| core.into()) }
    }

    /// The blind times, in seconds: when told, and how long; after them what their gaps stand for.
    fn told(cores: &[&str], story: &[(u64, Now)]) -> Vec<(u64, u64, GapCause, Vec<u64>)> {
        let begin = Instant::now();
        let at = |second: u64| begin + Duration::from_secs(second);
        let outages = Outages::default();
        for core in cores {
            let core = (!core.is_empty()).then(|| CoreUuid::from(*core));
            outages.add(Start { core, down: None, gaps: 0 });
        }
        let mut told = Vec::new();
        for (second, now) in story {
            let _ = match now {
                Lost(source, heard) => outages.lost(*source, at(*heard), at(*second)),
                Back(source, core) => {
                    outages.back(*source, &gap(core, GapCause::Unknown));
                    None
                }
                Holds(source) => outages.holds(*source, at(*second)),
            };
            while let Some(numbers) = outages.waiting()
                && let Poll::Ready(gap) = outages.poll_take(&Context::from_waker(Waker::noop()))
            {
                let blind = gap.to.duration_since(gap.from).unwrap().as_secs_f64().round();
                told.push((*second, blind as u64, gap.why, numbers));
            }
        }
        told
    }

    const SAME: GapCause = GapCause::Disconnected;

    #[test]
    fn what_one_covers_is_no_gap() {
        let story = [
            (1, Lost(0, 1)),
            (3, Back(0, "x")),
            (4, Holds(0)),
            (9, Lost(1, 5)),
            (11, Back(1, "x")),
            (12, Holds(1)),
            (13, Lost(0, 13)),
        ];
        assert_eq!(told(&["x", "x"], &story), []);
    }

    #[test]
    fn the_time_all_were_down_is_told_when_the_first_is_back() {
        let story = [
            (1, Lost(0, 1)),
            (5, Lost(1, 4)),
            (6, Lost(2, 6)),
            (8, Back(1, "x")),
            (9, Holds(1)),
            (10, Back(0, "x")),
            (11, Holds(0)),
            (12, Back(2, "x")),
            (13, Holds(2)),
            (14, Lost(1, 14)),
        ];
        assert_eq!(told(&["x", "x", "x"], &story), [(9, 3, SAME, vec![1, 1, 1])]);
    }

    #[test]
    fn one_whose_events_were_not_asked_for_yet_is_still_down() {
        // The other one is lost between the two.
        let story = [(1, Lost(0, 1)), (3, Back(0, "x")), (4, Lost(1, 4)), (6, Holds(0))];
        assert_eq!(told(&["x", "x"], &story), [(6, 2, SAME, vec![1, 1])]);
        // The other one is faster.
        let story = [
            (1, Lost(0, 1)),
            (2, Lost(1, 2)),
            (3, Back(0, "x")),
            (4, Back(1, "x")),
            (5, Holds(1)),
            (6, Holds(0)),
        ];
        assert_eq!(told(&["x", "x"], &story), [(5, 3, SAME, vec![1, 1])]);
        // It is lost again before they were.
        let story = [
            (1, Lost(0, 1)),
            (3, Back(0, "x")),
            (4, Lost(0, 3)),
            (5, Lost(1, 5)),
            (7, Back(0, "x")),
            (8, Holds(0)),
            (9, Back(1, "x")),
            (10, Holds(1)),
        ];
        assert_eq!(told(&["x", "x"], &story), [(8, 3, SAME, vec![2, 1])]);
    }

    #[test]
    fn one_that_was_dead_before_it_was_lost_covered_nothing_since() {
        let story = [
            (2, Lost(0, 2)),
            (3, Back(0, "x")),
            (4, Holds(0)),
            (6, Lost(0, 6)),
            (8, Back(0, "x")),
            (9, Holds(0)),
            // Twice what it seemed to cover, the first time in part.
            (20, Lost(1, 3)),
            (25, Back(1, "x")),
            (26, Holds(1)),
        ];
        assert_eq!(told(&["x", "x"], &story), [(20, 1, SAME, vec![1, 1]), (20, 3, SAME, vec![2, 1])]);
    }

    #[test]
    fn a_restart_is_told_once() {
        let restarted = GapCause::Restarted;
        // Both notice.
        let story = [
            (1, Lost(0, 1)),
            (2, Lost(1, 2)),
            (5, Back(0, "y")),
            (6, Holds(0)),
            (7, Back(1, "y")),
            (8, Holds(1)),
            (9, Lost(0, 9)),
            (9, Lost(1, 9)),
            (10, Back(1, "y")),
            (11, Holds(1)),
        ];
        assert_eq!(told(&["x", "x"], &story), [(6, 4, restarted, vec![1, 1]), (11, 2, SAME, vec![2, 2])]);
        // One does later.
        let story = [
            (1, Lost(0, 1)),
            (5, Back(0, "y")),
            (6, Holds(0)),
            (9, Lost(1, 0)),
            (10, Back(1, "y")),
            (11, Holds(1)),
        ];
        assert_eq!(told(&["x", "x"], &story), [(6, 5, restarted, vec![1, 1])]);
        // The switch does not say.
        let story = [(1, Lost(0, 1)), (2, Lost(1, 2)), (5, Back(0, "")), (6, Holds(0))];
        assert_eq!(told(&["", ""], &story), [(6, 4, GapCause::Unknown, vec![1, 1])]);
    }

    #[test]
    fn a_stream_that_has_ended_covers_nothing_though_its_connection_goes_on() {
        let outages = Outages::default();
        (0..2).for_each(|_| {
            outages.add(Start { core: None, down: None, gaps: 0 });
        });
        let begin = Instant::now();
        outages.ended(1, begin);
        for second in [2, 4] {
            let now = begin + Duration::from_secs(second);
            for source in [1, 0] {
                outages.lost(source, now, now);
                outages.back(source, &gap("x", SAME));
                outages.holds(source, now + Duration::from_secs(1));
            }
            assert!(outages.poll_take(&Context::from_waker(Waker::noop())).is_ready(), "{second}");
        }
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let outages = Outages::default();
        let begin = Instant::now();
        (0..2).for_each(|_| {
            outages.add(Start { core: None, down: None, gaps: 0 });
        });
        for second in 0..3 * MOST_PAST as u64 {
            let now = begin + Duration::from_secs(second);
            outages.lost(0, now, now);
            outages.back(0, &gap("x", SAME));
            outages.holds(0, now);
        }
        assert_eq!(outages.lock().sources[0].past.len(), MOST_PAST);
    }
}
