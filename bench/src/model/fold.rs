//! Events folded a second, beside events decoded.

use std::hint::black_box;
use std::time::{Duration, Instant};

use trunkline::model::Switch;

use super::calls::{Calls, decode};
use crate::measure::thread_time;

/// What a driver reads at once.
const READ: usize = 256 * 1024;

/// Processor time spent, and events it was spent on.
#[derive(Default)]
pub(super) struct Spent {
    decoding: Duration,
    folding: Duration,
    count: u64,
    changes: usize,
}

/// A recording, into a model that has nothing else.
pub(super) fn recording(name: &str, duration: Duration) {
    let calls = Calls::recorded(name);
    for batch in [1, 256] {
        let mut switch = Switch::new();
        let spent = spend(&calls, &mut switch, batch, duration);
        spent.print(&format!("{name}, {batch} at once"));
    }
}

/// A recorded call, into a model that has many already.
pub(super) fn among(switch: &mut Switch, duration: Duration) {
    let calls = Calls::recorded("ev-sip-call-plain");
    let channels = switch.view().channels().len();
    for batch in [1, 16, 256] {
        let spent = spend(&calls, switch, batch, duration);
        spent.print(&format!("ev-sip-call-plain, {batch} at once, among {channels} channels"));
    }
}

pub(super) fn spend(calls: &Calls, switch: &mut Switch, batch: usize, duration: Duration) -> Spent {
    let mut spent = Spent::default();
    while spent.decoding + spent.folding < duration {
        let (mut stream, count) = calls.next(READ);
        let began = thread_time();
        let events = black_box(decode(&mut stream));
        let decoded = thread_time();
        let now = Instant::now();
        for events in events.chunks(batch) {
            spent.changes += black_box(switch.apply_all(events, now)).changes().len();
        }
        spent.folding += thread_time() - decoded;
        spent.decoding += decoded - began;
        spent.count += count;
    }
    spent
}

impl Spent {
    /// Events folded in a second of folding.
    pub(super) fn folded(&self) -> f64 {
        self.count as f64 / self.folding.as_secs_f64()
    }

    fn print(&self, what: &str) {
        let rate = |time: Duration| self.count as f64 / time.as_secs_f64();
        println!(
            "{what:<56} decoded {:>9.0}/s folded {:>9.0}/s both {:>9.0}/s ({:.2} changes each)",
            rate(self.decoding),
            rate(self.folding),
            rate(self.decoding + self.folding),
            self.changes as f64 / self.count as f64,
        );
    }
}
