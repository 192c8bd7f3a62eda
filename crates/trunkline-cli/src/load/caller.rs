//! Making calls: each dialled at its time, held, and hung up.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{MissedTickBehavior, interval};
use trunkline::api::UuidKill;
use trunkline::dialstring::Originate;
use trunkline::{ChannelUuid, Client, Originating};

use super::record::{SharedRecord, lock};
use crate::args::LoadArgs;
use crate::failure::Failure;

/// How soon a call that is still being dialled is hung up again.
const AGAIN: Duration = Duration::from_millis(200);
/// What such calls are known by, to those who look at the switch.
const CALLER: &str = "trunkline";

/// Makes the calls, unless it is stopped before.
pub(super) struct Caller {
    record: SharedRecord,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// One call after the other.
struct Line {
    client: Client,
    originate: Originate,
    hold: Duration,
    record: SharedRecord,
    stopped: watch::Receiver<bool>,
}

impl Caller {
    pub(super) fn start(client: Client, options: &LoadArgs) -> Result<Self, Failure> {
        let originate = Originate::new(options.dial.clone())
            .run(options.application.clone())
            .and_then(|originate| originate.variable("origination_caller_id_number", CALLER))
            .map_err(|error| Failure::Usage(error.to_string()))?;
        let record = SharedRecord::default();
        let (stop, stopped) = watch::channel(false);
        let line = Line {
            client,
            originate,
            hold: options.hold,
            record: Arc::clone(&record),
            stopped: stopped.clone(),
        };
        let task = tokio::spawn(make_calls(line, options.calls, options.rate, stopped));
        Ok(Self { record, stop, task })
    }

    pub(super) fn record(&self) -> SharedRecord {
        Arc::clone(&self.record)
    }

    /// No more calls; those that were made are hung up.
    pub(super) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Waits for no call that has not ended.
    pub(super) async fn finish(self) {
        self.task.abort();
        // It ends now; should it have panicked, that has been reported.
        let _ = self.task.await;
    }
}

async fn make_calls(line: Line, calls: u32, rate: f64, mut stopped: watch::Receiver<bool>) {
    let line = Arc::new(line);
    let mut ticks = interval(Duration::from_secs_f64(1.0 / rate));
    // A late one is made up for, so that the rate is kept.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut running = JoinSet::new();
    for _ in 0..calls {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = stopped.wait_for(|stopped| *stopped) => break,
        }
        running.spawn(Arc::clone(&line).one_call());
        // Those that are over need not be kept.
        while running.try_join_next().is_some() {}
    }
    lock(&line.record).all_dialled();
    while running.join_next().await.is_some() {}
    lock(&line.record).all_ended();
}

impl Line {
    async fn one_call(self: Arc<Self>) {
        let call = self.client.originate(self.originate.clone());
        let uuids = call.uuids().to_vec();
        let began = Instant::now();
        lock(&self.record).dial(call.uuid());
        let known_by = call.uuid().clone();
        let mut stopped = self.stopped.clone();
        match self.dial(call, &uuids).await {
            Ok(uuid) => {
                lock(&self.record).answered(&known_by, began.elapsed());
                let hold = tokio::time::sleep(self.hold);
                tokio::select! {
                    () = hold => {}
                    _ = stopped.wait_for(|stopped| *stopped) => {}
                }
                if lock(&self.record).hangs_up(&known_by) {
                    self.hang_up(&uuid).await;
                    lock(&self.record).gone(&known_by);
                }
            }
            Err(error) => {
                // There may be a call, or there may be one yet.
                if !error.is_safe_to_repeat() {
                    self.hang_up_all(&uuids).await;
                }
                lock(&self.record).failed(&known_by, &error);
            }
        }
    }

    /// What comes of a call; all that it dials is hung up if that has to stop before.
    async fn dial(
        &self,
        call: Originating,
        uuids: &[ChannelUuid],
    ) -> Result<ChannelUuid, trunkline::OriginateError> {
        let mut stopped = self.stopped.clone();
        tokio::pin!(call);
        tokio::select! {
            // It is dialled when it is polled first: what is hung up below must be behind that.
            biased;
            outcome = &mut call => return outcome.map(trunkline::Originated::into_uuid),
            _ = stopped.wait_for(|stopped| *stopped) => {}
        }
        loop {
            self.hang_up_all(uuids).await;
            // A leg may not have been there yet, or be dialled after another.
            tokio::select! {
                outcome = &mut call => return outcome.map(trunkline::Originated::into_uuid),
                () = tokio::time::sleep(AGAIN) => {}
            }
        }
    }

    async fn hang_up_all(&self, uuids: &[ChannelUuid]) {
        for uuid in uuids {
            self.hang_up(uuid).await;
        }
    }

    async fn hang_up(&self, uuid: &ChannelUuid) {
        // It may have ended by itself; that is what `-ERR No such channel!` would say.
        let _ = self.client.run(UuidKill::new(uuid.clone())).await;
    }
}
