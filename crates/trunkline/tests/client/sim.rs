//! Against the simulated switch.

use std::time::Duration;

use trunkline::{Client, Config, EventName, Events, Item, JobLost};
use trunkline_sim::Sim;

use crate::support::within;

async fn sim() -> (Sim, Client) {
    let sim = Sim::builder().start().await.unwrap();
    let config: Config = sim.url().parse().unwrap();
    let client = Client::connect(config).await.unwrap();
    (sim, client)
}

/// The names of the events of a channel, from its beginning to its end.
async fn life(events: &mut Events, uuid: &str) -> Vec<String> {
    let mut names = Vec::new();
    loop {
        let event = match events.next().await {
            Some(Item::Event(event)) => event,
            other => panic!("{names:?}: {other:?}"),
        };
        if event.unique_id().as_deref() == Some(uuid) {
            names.push(event.name().unwrap().to_string());
            if event.is(EventName::ChannelDestroy) {
                return names;
            }
        }
    }
}

#[tokio::test]
async fn commands() {
    within(async {
        let (sim, client) = sim().await;
        assert!(client.api("status").await.unwrap().text().starts_with("UP "));
        assert!(client.api("version").await.unwrap().text().starts_with("FreeSWITCH Version"));
        let unknown = client.api("nosuch").await.unwrap();
        assert_eq!(unknown.error().as_deref(), Some("nosuch Command not found!"));
        client.close().await;
        sim.stop().await;
    })
    .await;
}

#[tokio::test]
async fn calls() {
    within(async {
        let (_sim, client) = sim().await;
        let mut events = client
            .events("CHANNEL_CREATE CHANNEL_ANSWER CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE CHANNEL_DESTROY")
            .await
            .unwrap();
        for (uuid, endpoint) in [("leg-a", "null/test"), ("leg-b", "loopback/9002")] {
            let originate = format!("originate {{origination_uuid={uuid}}}{endpoint} &park");
            let outcome = client.bgapi(&originate).await.unwrap().await.unwrap();
            assert_eq!(outcome.text().trim(), format!("+OK {uuid}"));
            let killed = client.api(&format!("uuid_kill {uuid}")).await.unwrap();
            assert_eq!(killed.text().trim(), "+OK");
            let names = life(&mut events, uuid).await;
            assert_eq!(names.first().unwrap(), "CHANNEL_CREATE", "{names:?}");
            assert!(names.contains(&"CHANNEL_ANSWER".to_owned()), "{names:?}");
            assert!(names.contains(&"CHANNEL_HANGUP_COMPLETE".to_owned()), "{names:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_at_once() {
    within(async {
        let (_sim, client) = sim().await;
        let mut asking = tokio::task::JoinSet::new();
        for task in 0..64 {
            let client = client.clone();
            asking.spawn(async move {
                for time in 0..20 {
                    let text = format!("{task}.{time}");
                    let answer = client.api(&format!("eval {text}")).await.unwrap();
                    assert_eq!(answer.text().trim(), text);
                }
            });
        }
        while let Some(done) = asking.join_next().await {
            done.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn killed() {
    within(async {
        let (sim, client) = sim().await;
        let mut events = client.events("ALL").await.unwrap();
        let job = client.bgapi("msleep 60000").await.unwrap();
        sim.kill_connections();
        assert!(matches!(job.await, Err(trunkline::Error::Job(JobLost::Disconnected(_)))));
        assert!(client.api("status").await.unwrap_err().is_closed());
        let ended = async {
            while let Some(item) = events.next().await {
                if matches!(item, Item::Closed(_)) {
                    return true;
                }
            }
            false
        };
        assert!(tokio::time::timeout(Duration::from_secs(5), ended).await.unwrap());
        // The switch is still there.
        let again = Client::connect(sim.url().parse().unwrap()).await.unwrap();
        assert!(again.api("status").await.is_ok());
    })
    .await;
}
