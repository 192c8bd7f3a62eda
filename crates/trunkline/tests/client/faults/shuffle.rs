//! Many tasks that ask, drop, subscribe and lose patience, while the connection is cut and the switch restarted at
//! random: each reply is its own command's, nothing is said twice, every stream sees the same gaps, and all come to an
//! end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use fastrand::Rng;
use trunkline::{
    Client, CoreUuid, Error, EventBuilder, EventName, Events, Executed, Gap, GapCause, Item, JobLost, State,
};
use trunkline_sim::Sim;

use super::proxy::Proxy;
use crate::reconnect::soon;
use crate::support::{millis, within};

/// Seeds: `TRUNKLINE_FAULTS_SEED=N` runs just that one.
const SEED: &str = "TRUNKLINE_FAULTS_SEED";
const TASKS: usize = 20;
const TIMES: usize = 40;
/// The event every stream is given at last.
const LAST: &str = "shuffle::last";

struct World {
    client: Client,
    proxy: Proxy,
    restarts: AtomicUsize,
    closing: AtomicBool,
    answered: AtomicUsize,
    lost: AtomicUsize,
}

fn seeds(usual: std::ops::Range<u64>) -> std::ops::Range<u64> {
    match std::env::var(SEED) {
        Ok(seed) => {
            let seed = seed.parse().unwrap();
            seed..seed + 1
        }
        Err(_) => usual,
    }
}

/// Cuts the connection, or restarts the switch, now and then.
async fn trouble(world: Arc<World>, mut sim: Sim, mut random: Rng, done: Arc<AtomicBool>) -> Sim {
    let address = sim.addr().to_string();
    while !done.load(Ordering::SeqCst) {
        tokio::time::sleep(Duration::from_micros(random.u64(500..12_000))).await;
        match random.u8(..10) {
            0..6 => world.proxy.strike(),
            6..8 => sim.kill_connections(),
            _ => {
                world.restarts.fetch_add(1, Ordering::SeqCst);
                sim.stop().await;
                let seed = random.u64(..);
                sim = Sim::builder().listen(&address).seed(seed).start().await.unwrap();
            }
        }
    }
    sim
}

/// One of many.
async fn ask(world: Arc<World>, task: usize, mut random: Rng) {
    for time in 0..TIMES {
        let text = format!("eval t{task}.{time}-");
        let client = match random.u8(..10) {
            0 => world.client.with_timeout(millis(random.u64(1..20))),
            _ => world.client.clone(),
        };
        let patience = match random.u8(..8) {
            0 => Duration::from_micros(random.u64(..4000)),
            _ => Duration::from_secs(3600),
        };
        let asked = tokio::time::timeout(patience, ask_once(&world, &client, &text, random.u8(..10)));
        match asked.await {
            Ok(Ok(())) => world.answered.fetch_add(1, Ordering::Relaxed),
            Ok(Err(error)) => {
                judge(&world, &text, &error);
                world.lost.fetch_add(1, Ordering::Relaxed)
            }
            Err(_) => 0,
        };
        assert!(seen(&world, &text) <= 1, "{text} was said twice");
    }
}

fn seen(world: &World, text: &str) -> usize {
    let records = world.proxy.records();
    records.iter().map(|record| String::from_utf8_lossy(&record.said).matches(text).count()).sum()
}

async fn ask_once(world: &World, client: &Client, text: &str, kind: u8) -> Result<(), Error> {
    let answer = match kind {
        0..6 => client.api(text).await?.text().into_owned(),
        6 => {
            // A stream that comes and goes.
            drop(client.events([EventName::Dtmf, EventName::Heartbeat]).await);
            client.api(text).await?.text().into_owned()
        }
        7 => {
            // One that is not waited for.
            let _ = tokio::time::timeout(millis(1), client.events(EventName::ChannelCreate)).await;
            return Ok(());
        }
        _ => {
            let mut job = client.bgapi(text).await?;
            loop {
                // Its end may be lost in a gap, and then it says that there was one.
                match tokio::time::timeout(millis(250), &mut job).await {
                    Ok(end) => break end?.text().into_owned(),
                    Err(_) if job.crossed_gap() => return Ok(()),
                    Err(_) => {
                        assert!(!world.closing.load(Ordering::SeqCst), "{text} neither ended nor was lost")
                    }
                }
            }
        }
    };
    assert_eq!(format!("eval {}", answer.trim()), text);
    Ok(())
}

fn judge(world: &World, text: &str, error: &Error) {
    match error {
        Error::Disconnected { executed, .. } | Error::TimedOut { executed, .. } => {
            let unsent = *executed == Executed::No;
            assert!(!unsent || seen(world, text) == 0, "{text} is said not to be executed, and was sent");
        }
        Error::Job(JobLost::Restarted) => assert!(world.restarts.load(Ordering::SeqCst) > 0),
        Error::Job(JobLost::Disconnected(_)) => {
            assert!(world.closing.load(Ordering::SeqCst), "{text}: {error}")
        }
        other => panic!("{text}: {other:?}"),
    }
}

/// Reads to the last event, or the end; the gaps on the way.
async fn watch(mut events: Events) -> Vec<Gap> {
    let mut gaps = Vec::new();
    loop {
        match events.next().await {
            Some(Item::Event(event)) if event.get("Event-Subclass").as_deref() == Some(LAST) => return gaps,
            Some(Item::Event(_)) => {}
            Some(Item::Gap(gap)) => gaps.push(gap),
            Some(Item::Closed(_)) => return gaps,
            other => panic!("{other:?}"),
        }
    }
}

fn check_gaps(gaps: &[Gap], mut core: Option<CoreUuid>, connections: usize) {
    assert!(gaps.len() < connections, "{} gaps in {connections} connections", gaps.len());
    assert!(gaps.windows(2).all(|pair| pair[0].to <= pair[1].from));
    for gap in gaps {
        assert!(gap.from <= gap.to);
        match gap.why {
            GapCause::Unknown => continue,
            GapCause::Restarted => assert!(core.is_none() || core != gap.core, "{gap:?}"),
            GapCause::Disconnected => assert!(core.is_none() || core == gap.core, "{gap:?}"),
            _ => panic!("{gap:?}"),
        }
        core = gap.core.clone();
    }
}

async fn shuffle(seed: u64, closes: bool) {
    let mut random = Rng::with_seed(seed);
    let sim = Sim::builder().seed(seed).start().await.unwrap();
    let core = CoreUuid::from(sim.with(|switch, _| switch.core_uuid().to_owned()));
    let proxy = Proxy::before(sim.addr(), None).await;
    let mut reconnect = soon();
    // No session holds for long.
    reconnect.most = millis(10);
    let mut config = proxy.config().reconnect(reconnect);
    config.connection.window = random.usize(1..20);
    config.lanes = random.usize(0..4);
    let client = Client::connect(config).await.unwrap();
    let counts = || AtomicUsize::new(0);
    let (restarts, answered, lost, closing) = (counts(), counts(), counts(), AtomicBool::new(false));
    let world = Arc::new(World { client, proxy, restarts, closing, answered, lost });
    let mut watching = tokio::task::JoinSet::new();
    for names in ["CUSTOM", "CUSTOM shuffle::last HEARTBEAT", "CUSTOM shuffle::last"] {
        watching.spawn(watch(world.client.events(names).await.unwrap()));
    }
    let done = Arc::new(AtomicBool::new(false));
    let trouble = tokio::spawn(trouble(Arc::clone(&world), sim, random.fork(), Arc::clone(&done)));
    let mut asking = tokio::task::JoinSet::new();
    for task in 0..TASKS {
        asking.spawn(ask(Arc::clone(&world), task, random.fork()));
    }
    if closes {
        tokio::time::sleep(millis(random.u64(..150))).await;
        world.closing.store(true, Ordering::SeqCst);
        world.client.close().await;
    }
    while let Some(asked) = asking.join_next().await {
        asked.unwrap();
    }
    done.store(true, Ordering::SeqCst);
    // The switch, to be kept until the end.
    let _sim = trouble.await.unwrap();
    if !closes {
        last_event(&world).await;
    }
    let connections = world.proxy.records().len();
    let mut gaps: Vec<Vec<Gap>> = Vec::new();
    while let Some(seen) = watching.join_next().await {
        gaps.push(seen.unwrap());
    }
    assert!(gaps.iter().all(|seen| *seen == gaps[0]), "{gaps:?}");
    check_gaps(&gaps[0], Some(core), connections);
    world.client.close().await;
    assert!(matches!(world.client.state(), State::Closed(_)));
    let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
    println!(
        "seed {seed}: {} answered, {} lost, {} gaps, {connections} connections, {} restarts",
        count(&world.answered),
        count(&world.lost),
        gaps[0].len(),
        count(&world.restarts)
    );
    assert!(closes || (count(&world.answered) > 0 && !gaps[0].is_empty()));
}

/// What all streams wait for: fired until it has come to one that was subscribed last.
async fn last_event(world: &World) {
    let mut confirmed = world.client.events(format!("CUSTOM {LAST}").as_str()).await.unwrap();
    let event = EventBuilder::named(&EventName::Custom).header("Event-Subclass", LAST);
    loop {
        let _ = world.client.sendevent(&EventName::Custom, &event).await;
        let heard = tokio::time::timeout(millis(100), confirmed.next()).await;
        if matches!(heard, Ok(Some(Item::Event(_)))) {
            return;
        }
    }
}

fn run(seed: u64, closes: bool) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let shuffled = std::panic::catch_unwind(|| runtime.block_on(within(shuffle(seed, closes))));
    assert!(shuffled.is_ok(), "run it alone by {SEED}={seed}");
}

#[test]
fn at_random() {
    for seed in seeds(0..8) {
        run(seed, false);
    }
}

#[test]
fn and_closed_at_random() {
    for seed in seeds(100..112) {
        run(seed, true);
    }
}
