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
    /// The difference that was found the last time, where it was too large.
    suspected: bool,
    /// Whether the model does not hear of every channel.
    pub(in crate::model) off: bool,
}

impl Churn {
    pub(in crate::model) fn add(&mut self, at: Moment) {
        self.trim(at);
        self.recent.push_back(at);
    }

    /// Whether a difference is more than what came and went explains, for the second time running: what is on its way
    /// while the switch counts cannot be seen.
    pub(in crate::model) fn is_beyond(&mut self, difference: u32, at: Moment) -> bool {
        self.trim(at);
        let explained = u32::try_from(self.recent.len()).unwrap_or(u32::MAX);
        let suspected_before = std::mem::replace(&mut self.suspected, !self.off && difference > explained);
        self.suspected && suspected_before
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
        assert!(!churn.is_beyond(4, at(8)), "for the first time");
        assert!(!churn.is_beyond(0, at(28)));
        assert!(!churn.is_beyond(1, at(48)), "for the first time again");
        assert!(churn.is_beyond(1, at(68)));
        assert!(churn.is_beyond(1, at(88)));
        churn.add(at(107));
        assert!(!churn.is_beyond(1, at(108)), "one came just now");
        churn.off = true;
        assert!(!churn.is_beyond(9, at(128)) && !churn.is_beyond(9, at(148)));
        churn.clear();
        assert!(churn.off && churn.recent.is_empty());
    }
}
