//! A switch under load that is restarted, cut off and worse, again and again, by chance: a short form of
//! `trunkline-bench soak --model`, which does it for as long as one likes and looks at memory, too. Each time the model says
//! that it is fresh it is what the switch is; nothing stays, nothing is told twice.

use std::sync::Arc;
use std::time::Duration;

use trunkline_sim::{Faults, Sim};

use crate::faults::{Shows, follow, settled, switch};
use crate::load::Load;
use crate::once::Told;
use crate::truth::within;

/// What goes wrong. The first two do so as often as all others.
const WRONG: &[&str] = &[
    "restart 300",
    "disconnect",
    "flood 2000",
    "stall 700",
    "events reorder 20",
    "events duplicate 20",
    "calls kill 20",
    "replies delay 50 50",
];

/// `TRUNKLINE_FAULTS_SEED` has other things go wrong, or the same as in a run that failed.
fn seed() -> u64 {
    let seed = std::env::var("TRUNKLINE_FAULTS_SEED").ok();
    seed.map_or(1, |seed| seed.parse().expect("TRUNKLINE_FAULTS_SEED is a number"))
}

async fn goes_wrong(sim: &Sim, random: &mut fastrand::Rng) -> &'static str {
    let place = if random.bool() { random.usize(0..2) } else { random.usize(2..WRONG.len()) };
    let order = WRONG[place];
    sim.with(|switch, now| switch.api(&format!("sim fault {order}"), now));
    tokio::time::sleep(Duration::from_millis(random.u64(200..700))).await;
    sim.with(|switch, now| switch.change_faults(now, |faults| *faults = Faults::default()));
    order
}

async fn soak(seed: u64) -> Result<(), String> {
    let mut random = fastrand::Rng::with_seed(seed);
    let sim: Arc<Sim> = switch().await;
    let load = Load::begin(Arc::clone(&sim), seed);
    let (client, live) = follow(&sim).await;
    let (changes, view) = (live.changes(), live.view());
    let told = tokio::spawn(async move { Told::of(&view).follow(changes, view.version()).await });
    for round in 0..6 {
        load.pause(false);
        tokio::time::sleep(Duration::from_millis(random.u64(200..800))).await;
        let wrong = goes_wrong(&sim, &mut random).await;
        load.pause(true);
        let settled = settled(&live, &sim, Shows::Maybe).await;
        settled.map_err(|why| format!("round {round}, {wrong}: {why}"))?;
    }
    client.close().await;
    told.await.unwrap()?.is(&live.view())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_stays_and_nothing_is_told_twice() {
    let seed = seed();
    eprintln!("TRUNKLINE_FAULTS_SEED={seed}");
    let outcome = within(soak(seed)).await;
    assert!(outcome.is_ok(), "TRUNKLINE_FAULTS_SEED={seed}: {}", outcome.unwrap_err());
}
