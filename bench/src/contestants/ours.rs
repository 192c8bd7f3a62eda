//! Trunkline, by its public client, with the default runtime and overflow policy.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use trunkline::{Client, Config, EventName, Item};

use super::TASKS;
use crate::Contestant;
use crate::measure::{Measured, Meter, rss_kib};

pub(super) async fn connect(contestant: &Contestant) -> Client {
    let (host, port) = contestant.host_and_port();
    let mut config = Config::new(host, &contestant.password).format(contestant.format.of_events());
    config.port = port;
    Client::connect(config).await.expect("connect")
}

#[tokio::main]
pub(crate) async fn stream(contestant: &Contestant) -> Measured {
    let contestant = contestant.clone();
    tokio::spawn(async move { consume(&contestant, |_| {}).await }).await.expect("no panic")
}

#[tokio::main]
pub(crate) async fn memory(contestant: &Contestant) -> Measured {
    let contestant = contestant.clone();
    let report = |events| {
        if events % 1_000_000 == 0 {
            eprintln!("after {:>3} million events: {} KiB resident", events / 1_000_000, rss_kib());
        }
    };
    tokio::spawn(async move { consume(&contestant, report).await }).await.expect("no panic")
}

/// Reads each event's name, Unique-ID and Channel-State.
async fn consume(contestant: &Contestant, report: impl Fn(u64)) -> Measured {
    let client = connect(contestant).await;
    let mut events = client.events("ALL").await.expect("subscribe");
    let meter = Meter::start();
    let (mut count, mut bytes, mut missed, mut seen) = (0, 0, 0, 0);
    loop {
        match events.next().await.expect("the last event ends the run") {
            Item::Event(event) => {
                if event.is(EventName::Custom) {
                    let sent: u64 = event.get("Sent").expect("the last event").parse().expect("a number");
                    assert_eq!(sent, count + missed);
                    assert!(seen > count, "the headers were read");
                    return meter.stop(count, bytes, missed);
                }
                count += 1;
                bytes += event.wire_len() as u64;
                seen += u64::from(event.name().is_some());
                seen += event.get("Unique-ID").map_or(0, |id| id.len() as u64);
                seen += event.get("Channel-State").map_or(0, |state| state.len() as u64);
                report(count);
            }
            Item::Missed(lost) => missed += lost.count(),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::main]
pub(crate) async fn rtt_spawned(contestant: &Contestant) -> Measured {
    let contestant = contestant.clone();
    tokio::spawn(async move { sequence(&contestant).await }).await.expect("no panic")
}

#[tokio::main]
pub(crate) async fn rtt_main(contestant: &Contestant) -> Measured {
    sequence(contestant).await
}

async fn sequence(contestant: &Contestant) -> Measured {
    let client = connect(contestant).await;
    client.api("uptime").await.expect("a reply");
    ask(contestant, &client).await
}

/// Commands one after the other.
pub(super) async fn ask(contestant: &Contestant, client: &Client) -> Measured {
    let meter = Meter::start();
    let end = Instant::now() + contestant.duration();
    let (mut count, mut bytes) = (0, 0);
    while Instant::now() < end {
        bytes += client.api("uptime").await.expect("a reply").bytes().len() as u64;
        count += 1;
    }
    meter.stop(count, bytes, client.health().missed.count())
}

#[tokio::main]
pub(crate) async fn pipeline(contestant: &Contestant) -> Measured {
    let client = connect(contestant).await;
    client.api("uptime").await.expect("a reply");
    let bytes = Arc::new(AtomicU64::new(0));
    let meter = Meter::start();
    let end = Instant::now() + contestant.duration();
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let (client, bytes) = (client.clone(), Arc::clone(&bytes));
            tokio::spawn(async move {
                let mut count = 0u64;
                while Instant::now() < end {
                    let reply = client.api("uptime").await.expect("a reply");
                    bytes.fetch_add(reply.bytes().len() as u64, Ordering::Relaxed);
                    count += 1;
                }
                count
            })
        })
        .collect();
    let mut count = 0;
    for task in tasks {
        count += task.await.expect("no panic");
    }
    meter.stop(count, bytes.load(Ordering::Relaxed), 0)
}
