//! Trunkline with connections for commands alone, and without.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use trunkline::{Client, Config, EventBuilder, EventName, Item};

use super::TASKS;
use crate::Contestant;
use crate::measure::{Latency, Measured, Meter};

/// Jobs under way at once.
const JOBS: usize = 256;

fn config(contestant: &Contestant, lanes: usize) -> Config {
    let (host, port) = contestant.host_and_port();
    let mut config = Config::new(host, &contestant.password).lanes(lanes);
    config.port = port;
    config
}

/// Background jobs begun and ended.
#[tokio::main]
pub(crate) async fn jobs(contestant: &Contestant, lanes: usize) -> Measured {
    let client = Client::connect(config(contestant, lanes)).await.expect("connect");
    client.bgapi("uptime").await.expect("taken").await.expect("an end");
    let meter = Meter::start();
    let end = Instant::now() + contestant.duration();
    let mut tasks = JoinSet::new();
    for _ in 0..JOBS {
        let client = client.clone();
        tasks.spawn(async move {
            let mut count = 0;
            while Instant::now() < end {
                client.bgapi("uptime").await.expect("taken").await.expect("an end");
                count += 1;
            }
            count
        });
    }
    let count = tasks.join_all().await.into_iter().sum();
    meter.stop(count, 0, 0)
}

/// Commands from many tasks, and how long events take meanwhile from being fired, over a connection of their own, to
/// their consumer.
#[tokio::main]
pub(crate) async fn latency(contestant: &Contestant, lanes: usize, window: Option<usize>) -> Measured {
    let mut config = config(contestant, lanes);
    if let Some(window) = window {
        config.connection.window = window;
    }
    let firing = Client::connect(self::config(contestant, 0)).await.expect("connect");
    let client = Client::connect(config).await.expect("connect");
    let mut events = client.events([EventName::Notify]).await.expect("subscribe");
    let meter = Meter::start();
    let start = Instant::now();
    let end = start + contestant.duration();
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let client = client.clone();
        tasks.spawn(async move {
            let mut count = 0;
            while Instant::now() < end {
                client.api("uptime").await.expect("a reply");
                count += 1;
            }
            count
        });
    }
    let fire = tokio::spawn(async move {
        let mut fired = 0;
        while Instant::now() < end {
            let at = start.elapsed().as_nanos().to_string();
            let event = EventBuilder::new().header("Fired-At", at);
            firing.sendevent(&EventName::Notify, &event).await.expect("fired");
            fired += 1;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        fired
    });
    let consume = tokio::spawn(async move {
        let mut millis = Vec::new();
        loop {
            // After the end, so long for those on their way.
            let item = tokio::time::timeout_at((end + Duration::from_secs(10)).into(), events.next());
            let Ok(Some(Item::Event(event))) = item.await else { return millis };
            let Some(at) = event.get("Fired-At") else { continue };
            let at = Duration::from_nanos(at.parse().expect("a number"));
            millis.push((start.elapsed() - at).as_secs_f64() * 1000.0);
            if Instant::now() > end {
                return millis;
            }
        }
    });
    let count = tasks.join_all().await.into_iter().sum();
    let measured = meter.stop(count, 0, 0);
    let (fired, millis): (u64, _) = (fire.await.expect("no panic"), consume.await.expect("no panic"));
    eprintln!("# {} of {fired} events were timed", millis.len());
    Measured { latency: Some(Latency::of(millis)), ..measured }
}
