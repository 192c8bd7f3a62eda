//! Calls in a simulated switch, made by the switch itself, so that nothing which is done to its connections keeps them from
//! being made.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;
use trunkline_sim::Sim;

use crate::calls::Calls;

/// A call every so often: 100 a second.
const EVERY: Duration = Duration::from_millis(10);
/// So many calls are up.
const UP: usize = 120;

/// Makes calls until it is paused or dropped.
pub(crate) struct Load {
    paused: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Load {
    pub(crate) fn begin(sim: Arc<Sim>, seed: u64) -> Self {
        let paused = Arc::new(AtomicBool::new(false));
        let task = tokio::spawn(run(sim, Calls::new(seed, "load", UP), Arc::clone(&paused)));
        Self { paused, task }
    }

    /// While it is paused, calls stay as they are, as far as that is up to whoever makes them.
    pub(crate) fn pause(&self, paused: bool) {
        self.paused.store(paused, Ordering::Relaxed);
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(sim: Arc<Sim>, mut calls: Calls, paused: Arc<AtomicBool>) {
    let mut every = tokio::time::interval(EVERY);
    // A machine that is too slow makes fewer.
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        if paused.load(Ordering::Relaxed) {
            continue;
        }
        let commands = calls.next();
        sim.with(|switch, now| commands.iter().for_each(|command| drop(switch.api(command, now))));
    }
}
