//! The live model of a switch that is killed and restarted, and of what else goes wrong: it must be what the switch is
//! each time it says that it is, tell of every change once, and not grow.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::time::MissedTickBehavior;
use trunkline::model::{Live, StaleCause};
use trunkline::{Client, Config, Reconnect};

use super::{Running, Soak, end_on_panic};
use crate::measure::rss_kib;
use calls::Calls;
use once::Told;
use truth::agrees;

#[path = "../../../crates/trunkline/tests/live/calls.rs"]
mod calls;
#[path = "../../../crates/trunkline/tests/live/once.rs"]
mod once;
#[path = "../../../crates/trunkline/tests/live/truth.rs"]
#[allow(dead_code, reason = "the tests need more of it")]
mod truth;

/// So many calls are up.
const UP: usize = 200;
/// What else goes wrong, at random; and for how long it is left so.
const FAULTS: &[&str] = &[
    "disconnect",
    "flood 5000",
    "stall 1500",
    "events reorder 20",
    "events duplicate 20",
    "replies delay 50 50",
    "calls kill 20",
    "chunks 700",
    "replies lose uuid_dump",
];
/// Memory is settled after this part of the run, and may grow by that factor from there.
const SETTLED: f64 = 0.3;
const GROWTH: f64 = 1.15;

/// What has been done, and what came of it.
#[derive(Default)]
struct Counts {
    commands: AtomicU64,
    unanswered: AtomicU64,
    paused: AtomicBool,
}

async fn connect(address: &str) -> Client {
    let mut reconnect = Reconnect::default();
    reconnect.most = Duration::from_secs(1);
    let config: Config = format!("esl://:ClueCon@{address}").parse().expect("a URL");
    let mut config = config.reconnect(reconnect);
    config.job_timeout = Duration::from_secs(5);
    Client::connect(config).await.expect("connect")
}

/// Makes calls until it is dropped.
async fn keep_busy(client: Client, rate: u32, seed: u64, counts: Arc<Counts>) {
    let mut every = tokio::time::interval(Duration::from_secs(1) / rate.max(1));
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut calls = Calls::new(seed, "soak", UP);
    loop {
        every.tick().await;
        if counts.paused.load(Ordering::Relaxed) {
            continue;
        }
        for command in calls.next() {
            counts.commands.fetch_add(1, Ordering::Relaxed);
            let (client, counts) = (client.clone(), Arc::clone(&counts));
            tokio::spawn(async move {
                if client.api(&command).await.is_err() {
                    counts.unanswered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    }
}

/// Fails where something was told twice, or did not fit.
async fn follow(live: Live) -> Told {
    let (changes, view) = (live.changes(), live.view());
    drop(live);
    let told = Told::of(&view).follow(changes, view.version()).await;
    told.unwrap_or_else(|why| panic!("{why}"))
}

struct Rounds {
    random: fastrand::Rng,
    switch: Option<Running>,
    switch_seed: u64,
    client: Client,
    live: Live,
    kills: u64,
    faults: u64,
}

impl Rounds {
    /// Something goes wrong, and is over.
    async fn round(&mut self) {
        if self.random.u8(0..10) < 6 {
            self.kill().await;
            self.kills += 1;
        } else {
            let fault = *self.random.choice(FAULTS).expect("some");
            // It may cut the connection it comes by.
            let _ = self.client.api(&format!("sim fault {fault}")).await;
            tokio::time::sleep(Duration::from_secs_f64(self.random.f64() * 3.0)).await;
            while self.client.api("sim fault clear").await.is_err() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            self.faults += 1;
        }
    }

    /// As another run of the switch.
    async fn kill(&mut self) {
        let address = self.switch.as_ref().map(|switch| switch.address.clone()).unwrap_or_default();
        drop(self.switch.take());
        self.live.until(|view| view.stale().is_some()).await.expect("it reconnects");
        self.switch_seed += 1;
        tokio::time::sleep(Duration::from_secs_f64(self.random.f64() * 2.0)).await;
        self.switch = Some(Running::start(&address, self.switch_seed));
    }

    /// While calls stand still, the model is what the switch is.
    async fn check(&self, counts: &Counts) {
        counts.paused.store(true, Ordering::Relaxed);
        let fresh = tokio::time::timeout(Duration::from_secs(150), self.live.fresh()).await;
        fresh.unwrap_or_else(|_| panic!("stale for ever: {:?}", self.live.health())).expect("it reconnects");
        agrees(&self.live, &self.client).await;
        counts.paused.store(false, Ordering::Relaxed);
    }

    fn report(&self, started: Instant, counts: &Counts) {
        let (view, health) = (self.live.view(), self.live.health());
        println!(
            "{:>4.1} min: {} kills, {} other faults; {} commands, {} unanswered; {} channels, {} calls, {} members; \
             {} resyncs, {} failed, {} gaps, {} overflows, {} signs; {} KiB resident",
            started.elapsed().as_secs_f64() / 60.0,
            self.kills,
            self.faults,
            counts.commands.load(Ordering::Relaxed),
            counts.unanswered.load(Ordering::Relaxed),
            view.channels().len(),
            view.calls().len(),
            view.members().len(),
            health.resyncs,
            health.failed,
            health.gaps,
            health.overflows,
            health.signs,
            rss_kib(),
        );
    }
}

/// Runs until the time is over, or something is not as it must be.
pub(super) async fn run(options: &Soak) {
    end_on_panic();
    let switch = Running::start("127.0.0.1:0", options.seed);
    let (client, load) = (connect(&switch.address).await, connect(&switch.address).await);
    let live = Live::follow(&client).await.expect("follow");
    let told = tokio::spawn(follow(live.clone()));
    let counts = Arc::new(Counts::default());
    let busy = tokio::spawn(keep_busy(load.clone(), options.calls, options.seed, Arc::clone(&counts)));
    let random = fastrand::Rng::with_seed(options.seed);
    let mut rounds =
        Rounds { random, switch: Some(switch), switch_seed: options.seed, client, live, kills: 0, faults: 0 };
    let (started, mut reported, mut settled) = (Instant::now(), 0, None);
    loop {
        let hold = rounds.random.f64() * options.hold;
        tokio::time::sleep(Duration::from_secs_f64(hold)).await;
        rounds.round().await;
        rounds.check(&counts).await;
        let part = started.elapsed().as_secs_f64() / (options.minutes * 60.0);
        if part >= SETTLED {
            settled.get_or_insert_with(rss_kib);
        }
        let minutes = started.elapsed().as_secs() / 60;
        if minutes > reported || part >= 1.0 {
            reported = minutes;
            rounds.report(started, &counts);
        }
        if part >= 1.0 {
            break;
        }
    }
    busy.abort();
    end(rounds, told, settled.unwrap_or_default()).await;
}

async fn end(rounds: Rounds, told: tokio::task::JoinHandle<Told>, settled: u64) {
    let now = rss_kib();
    rounds.check(&Counts::default()).await;
    let stale = rounds.live.view().stale().map(|stale| stale.cause);
    assert_eq!(stale, None::<StaleCause>);
    assert_eq!(rounds.client.close().await, trunkline::CloseReason::Requested);
    let told = told.await.expect("it ends");
    told.is(&rounds.live.view()).unwrap_or_else(|why| panic!("{why}"));
    println!("          every change was told once, {} of them as missed", told.while_away);
    println!("          {settled} KiB resident when it had settled, {now} at the end");
    assert!(now as f64 <= settled as f64 * GROWTH, "memory grows");
}
