//! Making calls: one after the other at a steady rate, each hung up again after a while.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};
use trunkline::Client;

/// What an answered call does.
const APPS: [&str; 3] = ["park", "echo", "playback(silence_stream://-1)"];
/// How long a call is held, at the least and at the most, in milliseconds.
const HOLD: std::ops::Range<u64> = 800..3000;

/// Calls this program made, by their uuid. The only ones it hangs up.
#[derive(Debug, Default)]
pub(super) struct Calls {
    pub(super) made: HashSet<String>,
    pub(super) originated: u64,
    pub(super) failed: u64,
    pub(super) last_failure: Option<String>,
    /// Answers to `bgapi originate` that are still to come.
    pub(super) pending: u64,
    pub(super) stopped: bool,
}

pub(super) type SharedCalls = Arc<Mutex<Calls>>;

pub(super) fn lock(calls: &SharedCalls) -> MutexGuard<'_, Calls> {
    calls.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes calls until it is stopped.
pub(super) struct Caller {
    calls: SharedCalls,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Caller {
    pub(super) fn start(client: Client, endpoints: Vec<String>, rate: f64) -> Self {
        let calls = SharedCalls::default();
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(make_calls(client, endpoints, rate, Arc::clone(&calls), stopped));
        Self { calls, stop, task }
    }

    pub(super) fn calls(&self) -> SharedCalls {
        Arc::clone(&self.calls)
    }

    /// No more calls; those that are up are hung up.
    pub(super) fn stop(&self) {
        lock(&self.calls).stopped = true;
        self.stop.send_replace(true);
    }

    pub(super) async fn finish(self) {
        // It ends by itself; should it have panicked, that has been reported.
        let _ = self.task.await;
    }
}

async fn make_calls(
    client: Client,
    endpoints: Vec<String>,
    rate: f64,
    calls: SharedCalls,
    mut stopped: watch::Receiver<bool>,
) {
    let mut ticks = interval(Duration::from_secs_f64(1.0 / rate));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut running = tokio::task::JoinSet::new();
    for (endpoint, number) in endpoints.iter().cycle().zip(0usize..) {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = stopped.wait_for(|stopped| *stopped) => break,
        }
        let app = APPS[number % APPS.len()];
        running.spawn(one_call(client.clone(), endpoint.clone(), app, Arc::clone(&calls), stopped.clone()));
        // Those that are over need not be kept.
        while running.try_join_next().is_some() {}
    }
    while running.join_next().await.is_some() {}
}

async fn one_call(
    client: Client,
    endpoint: String,
    app: &'static str,
    calls: SharedCalls,
    mut stopped: watch::Receiver<bool>,
) {
    let uuid = uuid::Uuid::new_v4().to_string();
    {
        let mut calls = lock(&calls);
        calls.originated += 1;
        calls.pending += 1;
        calls.made.insert(uuid.clone());
    }
    let variables = format!("{{origination_uuid={uuid},origination_caller_id_number=trunkline}}");
    let failure = match client.bgapi(&format!("originate {variables}{endpoint} &{app}")).await {
        Ok(job) => match job.await {
            Ok(result) => result.error(),
            Err(error) => Some(error.to_string()),
        },
        Err(error) => Some(error.to_string()),
    };
    {
        let mut calls = lock(&calls);
        calls.pending -= 1;
        if let Some(failure) = failure {
            calls.failed += 1;
            calls.last_failure = Some(failure);
            calls.made.remove(&uuid);
            return;
        }
    }
    let hold = tokio::time::sleep(Duration::from_millis(fastrand::u64(HOLD)));
    tokio::select! {
        () = hold => {}
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
    // It may have ended by itself; that is what `-ERR No such channel!` would say.
    let _ = client.api(&format!("uuid_kill {uuid}")).await;
}
