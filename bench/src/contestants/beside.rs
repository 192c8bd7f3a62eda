//! Trunkline's commands, one after the other, beside a stream of all events: none, one that is read, one that is never
//! read. What waits for that one is bounded, and so is the memory.

use std::time::Duration;

use trunkline::{Events, Item};

use super::ours::{ask, connect};
use crate::Contestant;
use crate::measure::{Measured, rss_kib};

#[tokio::main]
pub(crate) async fn unsubscribed(contestant: &Contestant) -> Measured {
    let contestant = contestant.clone();
    let ask = async move { ask(&contestant, &connect(&contestant).await).await };
    tokio::spawn(ask).await.expect("no panic")
}

#[tokio::main]
pub(crate) async fn read(contestant: &Contestant) -> Measured {
    let contestant = contestant.clone();
    let ask = async move {
        let client = connect(&contestant).await;
        let mut events = client.events("ALL").await.expect("subscribe");
        tokio::spawn(async move { while let Some(Item::Event(_)) = events.next().await {} });
        ask(&contestant, &client).await
    };
    tokio::spawn(ask).await.expect("no panic")
}

#[tokio::main]
pub(crate) async fn never_read(contestant: &Contestant) -> Measured {
    let contestant = contestant.clone();
    let ask = async move {
        let client = connect(&contestant).await;
        let events = client.events("ALL").await.expect("subscribe");
        while events.missed().count() == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        report("full", &events);
        let measured = ask(&contestant, &client).await;
        report("after", &events);
        measured
    };
    tokio::spawn(ask).await.expect("no panic")
}

fn report(when: &str, events: &Events) {
    let (waiting, missed) = (events.backlog(), events.missed().count());
    let (items, bytes) = (waiting.items, waiting.bytes / 1024);
    eprintln!("{when:>5}: {items} events of {bytes} KiB wait, {missed} missed; {} KiB resident", rss_kib());
}
