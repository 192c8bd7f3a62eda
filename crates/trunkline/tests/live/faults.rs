//! Everything that can go wrong between a switch and its clients, during a hundred calls a second, while `show` lags and
//! lists ghosts: the model is what the switch is once it is not stale, and nothing is told twice.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use trunkline::model::live::LiveHealth;
use trunkline::model::{Live, Options};
use trunkline::{Client, Config, EventBuilder, EventName, Reconnect};
use trunkline_sim::{Faults, Sim};

use crate::load::Load;
use crate::once::Told;
use crate::state::{actual, difference, modelled};
use crate::truth::within;

/// How far the tables lag.
const LAG: Duration = Duration::from_millis(250);
/// So many faults are tried at once.
const AT_ONCE: usize = 2;

/// What a fault must show as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shows {
    /// Not at all: whatever it does to the bytes, nothing is lost.
    Not,
    /// As at least one loss of the connection.
    Gap,
    /// It may do, or not; what was lost is found in the end.
    Maybe,
    /// Events are lost without a word. What channels there are is noticed by itself, all else when one asks.
    Silent,
    /// Replies are cut so that what follows is taken for their rest: the model may stay stale for as long as the connection
    /// lasts.
    Misled,
}

/// Orders, in this order, and what they show as. What is ordered stays so for a while, and is then taken back.
const FAULTS: &[(&[&str], Shows)] = &[
    (&[], Shows::Not),
    (&["chunks 500"], Shows::Not),
    (&["chunks 4000 1"], Shows::Not),
    (&["greeting 250", "disconnect"], Shows::Gap),
    (&["greeting withheld", "disconnect"], Shows::Gap),
    (&["accept full", "disconnect"], Shows::Gap),
    (&["replies delay 200 50", "disconnect"], Shows::Gap),
    (&["replies cut 511", "disconnect"], Shows::Misled),
    (&["replies cut 60", "disconnect"], Shows::Misled),
    (&["replies lose uuid_dump", "disconnect"], Shows::Gap),
    (&["replies lose show channels", "disconnect"], Shows::Gap),
    (&["events drop 2"], Shows::Silent),
    (&["events duplicate 20"], Shows::Not),
    (&["events reorder 20"], Shows::Maybe),
    (&["calls kill 20"], Shows::Not),
    (&["stall 1500"], Shows::Maybe),
    (&["half-open"], Shows::Gap),
    (&["disconnect"], Shows::Gap),
    (&["flood 5000"], Shows::Not),
    (&["restart 300"], Shows::Gap),
];

pub(crate) async fn switch() -> Arc<Sim> {
    let sim = Sim::builder().heartbeat(Duration::from_secs(1));
    let sim = sim.configure(|config| config.show_delay = LAG).start().await.unwrap();
    let client = trunkline::connect(sim.url().as_str()).await.unwrap();
    for number in 0..5 {
        // The tables believe whoever says that there is a channel.
        let ghost = EventBuilder::named(&EventName::ChannelCreate)
            .header("Unique-ID", format!("ghost-{number}"))
            .header("Channel-State", "CS_INIT");
        client.sendevent(&EventName::ChannelCreate, &ghost).await.unwrap();
    }
    client.close().await;
    Arc::new(sim)
}

pub(crate) async fn follow(sim: &Sim) -> (Client, Live) {
    let mut config: Config = sim.url().parse().unwrap();
    let mut reconnect = Reconnect::default();
    (reconnect.first, reconnect.most) = (Duration::from_millis(50), Duration::from_millis(200));
    config.connection.greeting_timeout = Duration::from_millis(800);
    config.connection.auth_timeout = Duration::from_millis(800);
    config.connection.command_timeout = Duration::from_secs(4);
    config.job_timeout = Duration::from_secs(4);
    let mut liveness = trunkline::Liveness::default();
    liveness.ask_after = Duration::from_millis(1500);
    liveness.answer_within = Duration::from_millis(500);
    liveness.give_up_after = Duration::from_millis(1500);
    reconnect.liveness = Some(liveness);
    config.reconnect = Some(reconnect);
    let client = trunkline::connect(config).await.unwrap();
    let live = Live::begin(&client, Options::new().with_show_lag(LAG * 2)).await.unwrap();
    live.fresh().await.unwrap();
    (client, live)
}

/// Waits until the model is what the switch is; what is different if it never is.
pub(crate) async fn settled(live: &Live, sim: &Sim, shows: Shows) -> Result<(), String> {
    let mut last = "something is on its way all the time".to_owned();
    let patience = Instant::now() + Duration::from_secs(90);
    while Instant::now() < patience {
        tokio::time::sleep(Duration::from_millis(100)).await;
        // Not all is noticed at once.
        if shows == Shows::Gap && live.health().gaps == 0 {
            continue;
        }
        let view = live.view();
        let (Some(actual), None) = (actual(sim), view.stale()) else { continue };
        let mut model = modelled(&view);
        if shows == Shows::Silent && model.keys().filter(is_channel).eq(actual.keys().filter(is_channel)) {
            let view = live.refresh().await.map_err(|error| error.to_string())?;
            model = modelled(&view);
        }
        last = difference(&model, &actual);
        if last.is_empty() {
            return Ok(());
        }
    }
    Err(format!("{last}\n{:?}", live.health()))
}

fn is_channel(key: &&String) -> bool {
    key.starts_with("channel")
}

fn order(sim: &Sim, order: &str) {
    let done = sim.with(|switch, now| switch.api(&format!("sim fault {order}"), now));
    let done = done.map(|done| String::from_utf8_lossy(&done).into_owned()).unwrap_or_default();
    assert!(!done.contains("USAGE"), "{order}: {done}");
}

async fn under(orders: &[&str], shows: Shows, seed: u64) -> Result<LiveHealth, String> {
    let sim = switch().await;
    let load = Load::begin(Arc::clone(&sim), seed);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let (client, live) = follow(&sim).await;
    let (changes, view) = (live.changes(), live.view());
    // The view may be newer than the first changes: those are in it.
    let told = tokio::spawn(async move { Told::of(&view).follow(changes, view.version()).await });
    for one in orders {
        order(&sim, one);
    }
    tokio::time::sleep(Duration::from_millis(1500)).await;
    sim.with(|switch, now| switch.change_faults(now, |faults| *faults = Faults::default()));
    tokio::time::sleep(Duration::from_millis(500)).await;
    load.pause(true);
    if shows == Shows::Misled {
        order(&sim, "disconnect");
    }
    settled(&live, &sim, shows).await?;
    let health = live.health();
    client.close().await;
    told.await.unwrap()?.is(&live.view())?;
    Ok(health)
}

fn check(shows: Shows, health: &LiveHealth) -> Result<(), String> {
    let fits = match shows {
        Shows::Not => (health.gaps, health.signs) == (0, 0),
        Shows::Gap | Shows::Misled => health.gaps > 0,
        Shows::Maybe | Shows::Silent => true,
    };
    // The first, one for each thing that was noticed, and those that were wanted.
    let wanted = if shows == Shows::Silent { 3 } else { 0 };
    let most = 1 + health.gaps + health.overflows + health.signs + health.silences + wanted;
    match fits && health.resyncs <= most && health.failed <= 4 {
        true => Ok(()),
        false => Err(format!("{health:?}")),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_model_is_the_switch_after_every_fault() {
    let (mut runs, at_once) = (JoinSet::new(), Arc::new(Semaphore::new(AT_ONCE)));
    for (seed, (orders, shows)) in (1..).zip(FAULTS) {
        let at_once = Arc::clone(&at_once);
        runs.spawn(async move {
            let _permit = at_once.acquire().await;
            let health = within(under(orders, *shows, seed)).await;
            (orders, health.and_then(|health| check(*shows, &health).map(|()| health)))
        });
    }
    let mut failures = Vec::new();
    while let Some(run) = runs.join_next().await {
        let (orders, outcome) = run.unwrap();
        eprintln!("{orders:?}: {outcome:?}");
        if let Err(why) = outcome {
            failures.push(format!("{orders:?}: {why}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
