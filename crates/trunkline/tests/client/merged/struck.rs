//! Two connections to the simulated switch, reset again and again, never both at once.

use std::time::Duration;

use trunkline::{Client, EventBuilder, EventName, EventSet, Events, Item, State};
use trunkline_sim::Sim;

use super::ever_soon;
use crate::faults::proxy::Proxy;
use crate::support::within;

const SUBCLASS: &str = "test::struck";

/// Resets this one's connection, and waits until its events come again.
async fn strike(proxy: &Proxy, client: &Client) {
    let mut states = client.state_changes();
    proxy.strike();
    while !matches!(states.next().await, Some(State::Ready)) {}
    // Behind its subscription; in a state that has changed again it waits.
    client.api("status").await.unwrap();
}

#[tokio::test]
async fn nothing_is_lost_while_one_of_two_is_there() {
    within(async {
        let sim = Sim::builder().start().await.unwrap();
        let (first, second) = (Proxy::before(sim.addr(), None).await, Proxy::before(sim.addr(), None).await);
        let mut clients = Vec::new();
        let mut streams = Vec::new();
        for proxy in [&first, &second] {
            let client = Client::connect(proxy.config().reconnect(ever_soon())).await.unwrap();
            streams.push(client.events(EventSet::new().with_subclass(SUBCLASS)).await.unwrap());
            clients.push(client);
        }
        let mut merged = Events::merge(streams);
        let sender = Client::connect(sim.url().parse().unwrap()).await.unwrap();
        let count = 1500;
        let sending = tokio::spawn(async move {
            for number in 0..count {
                let event = EventBuilder::new()
                    .header("Event-Subclass", SUBCLASS)
                    .header("Number", number.to_string());
                sender.sendevent(&EventName::Custom, &event).await.unwrap();
                if number % 10 == 0 {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }
        });
        let striking = tokio::spawn(async move {
            let mut strikes = 0;
            while !sending.is_finished() {
                strike(&first, &clients[0]).await;
                clients[1].api("status").await.unwrap();
                strike(&second, &clients[1]).await;
                clients[0].api("status").await.unwrap();
                strikes += 2;
            }
            sending.await.unwrap();
            // They stay until all has come.
            (strikes, first, second, clients)
        });
        let mut seen = vec![false; count];
        for _ in 0..count {
            let event = match merged.next().await {
                Some(Item::Event(event)) => event,
                other => panic!("{other:?}"),
            };
            let number: usize = event.get("Number").unwrap().parse().unwrap();
            assert!(!std::mem::replace(&mut seen[number], true), "{number} twice");
        }
        let (strikes, ..) = striking.await.unwrap();
        assert!(strikes > 2, "{strikes}");
    })
    .await;
}
