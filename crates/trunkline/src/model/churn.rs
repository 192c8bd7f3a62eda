//! How many channels came and went of late: by so many the switch's own count may differ from the model's.

use std::collections::VecDeque;
use std::time::Duration;

use trunkline_proto::view::Moment;

/// The grace window. A session is counted from before its first event to after its last (`switch_core_session.c`), and a
/// HEARTBEAT waits with the other events until it is sent.
const WINDOW: Duration = Duration::from_secs(3);

/// Channels that came or went within the grace window, by the switch's clock.
#[derive(Debug, Default)]
pub(in crate::model) struct Churn {
    recent: VecDeque<Moment>,
    /// Whether the difference was too large the last time.
    suspected: bool,
    /// The difference that was given as a sign, while it lasts.
    told: Option<i64>,
    /// Whether the model does not hear of every channel.
    pub(in crate::model) off: bool,
}

impl Churn {
    pub(in crate::model) fn add(&mut self, at: Moment) {
        self.trim(at);
        self.recent.push_back(at);
    }

    /// Whether the switch counts so many more channels than are known, or fewer, that what came and went does not explain
    /// it, for the second time running: what is on its way while the switch counts cannot be seen. A difference that is still
    /// there after it was looked into is one that asking does not find: sessions that hang in their end, which the switch
    /// counts and will not tell of.
    pub(in crate::model) fn is_beyond(&mut self, counted: u32, known: u32, at: Moment) -> bool {
        self.trim(at);
        let difference = i64::from(counted) - i64::from(known);
        let is_explained = |difference: i64| {
            usize::try_from(difference.unsigned_abs()).is_ok_and(|channels| channels <= self.recent.len())
        };
        if is_explained(difference) {
            self.told = None;
        }
        let is_known = self.told.is_some_and(|told| is_explained(difference - told));
        let suspected = !self.off && !is_explained(difference) && !is_known;
        let is_beyond = std::mem::replace(&mut self.suspected, suspected) && suspected;
        if is_beyond {
            self.told = Some(difference);
        }
        is_beyond
    }

    pub(in crate::model) fn clear(&mut self) {
        *self = Self { off: self.off, ..Self::default() };
    }

    fn trim(&mut self, now: Moment) {
        while self.recent.front().is_some_and(|at| now.since(*at).is_some_and(|age| age > WINDOW)) {
            self.recent.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: u64) -> Moment {
        Moment::from_micros(secs * 1_000_000)
    }

    #[test]
    fn only_what_lasts_and_nothing_explains_is_beyond() {
        let mut churn = Churn::default();
        for second in [0, 5, 6, 7] {
            churn.add(at(second));
        }
        assert!(!churn.is_beyond(4, 0, at(8)), "for the first time");
        assert!(!churn.is_beyond(0, 0, at(28)));
        assert!(!churn.is_beyond(1, 0, at(48)), "for the first time again");
        assert!(churn.is_beyond(1, 0, at(68)));
        assert!(!churn.is_beyond(1, 0, at(88)), "it was looked into");
        assert!(!churn.is_beyond(3, 0, at(108)), "two more, for the first time");
        assert!(churn.is_beyond(3, 0, at(128)));
        churn.add(at(147));
        assert!(!churn.is_beyond(4, 0, at(148)) && !churn.is_beyond(4, 0, at(149)), "one came just now");
        assert!(!churn.is_beyond(9, 9, at(168)) && !churn.is_beyond(8, 9, at(188)));
        assert!(churn.is_beyond(8, 9, at(208)), "fewer");
        churn.off = true;
        assert!(!churn.is_beyond(9, 0, at(228)) && !churn.is_beyond(9, 0, at(248)));
        churn.clear();
        assert!(churn.off && churn.recent.is_empty());
    }
}
