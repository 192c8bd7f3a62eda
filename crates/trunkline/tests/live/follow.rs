//! What was there before, what happens, what was missed.

use std::time::Duration;

use trunkline::model::live::{Seen, Watched};
use trunkline::model::watch::Filter;
use trunkline::model::{Altered, Change, Channel, Coverage, Live, Options, StaleCause};
use trunkline::{Client, Config, Reconnect};
use trunkline_sim::{Sim, User};

use crate::truth::{agrees, within};

async fn simulated() -> (Sim, Client) {
    let sim = Sim::builder().start().await.unwrap();
    let client = trunkline::connect(patient(&sim)).await.unwrap();
    (sim, client)
}

/// One that takes a while to come back.
fn patient(sim: &Sim) -> Config {
    let mut config: Config = sim.url().parse().unwrap();
    let mut reconnect = Reconnect::default();
    (reconnect.first, reconnect.jitter) = (Duration::from_millis(300), 0.0);
    config.reconnect = Some(reconnect);
    config
}

async fn originate(client: &Client, id: &str) {
    let line = format!("originate {{origination_uuid={id}}}null/x &park");
    client.bgapi(&line).await.unwrap().await.unwrap();
}

#[tokio::test]
async fn what_was_there_before_and_what_happens() {
    within(async {
        let (_sim, client) = simulated().await;
        originate(&client, "before").await;
        let live = Live::follow(&client).await.unwrap();
        assert!(live.view().channel("before").unwrap().is_answered());

        let mut changes = live.changes();
        let mut answered = live.watch(Filter::<Channel>::all().becoming(Channel::is_answered));
        originate(&client, "after").await;
        let after = live.until_channel("after", |channel| channel.is_answered()).await.unwrap();
        assert!(after.is_some());
        let Some(Seen::Altered(first)) = answered.next().await else { panic!("no more") };
        assert!(first.object().is_answered() && first.object().id.as_str() == "after");
        client.api("uuid_kill after NO_ANSWER").await.unwrap();
        assert!(live.until_channel("after", |_| false).await.unwrap().is_none());
        agrees(&live, &client).await;

        let mut seen = Vec::new();
        while seen.last() != Some(&"removed") {
            let Some(Watched::Batch(batch)) = changes.next().await else { panic!("no more") };
            seen.extend(batch.changes().iter().filter_map(|change| match change {
                Change::Channel(Altered::Created { .. }) => Some("created"),
                Change::Channel(Altered::Removed { .. }) => Some("removed"),
                _ => None,
            }));
        }
        assert_eq!(seen, ["created", "removed"]);
        // Asked anew though nothing is amiss; and followed no more than it is wanted.
        live.refresh().await.unwrap();
        assert_eq!((live.health().resyncs, live.health().failed), (2, 0));
        drop(live);
        while changes.next().await.is_some() {}
        assert!(client.api("status").await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn what_was_missed_is_asked_for_and_told_once() {
    within(async {
        let (sim, client) = simulated().await;
        for id in ["stays", "goes"] {
            originate(&client, id).await;
        }
        let live = Live::follow(&client).await.unwrap();
        let mut changes = live.changes();
        sim.kill_connections();
        live.until(|view| view.stale().is_some_and(|stale| stale.cause == StaleCause::Gap)).await.unwrap();

        let meanwhile = trunkline::connect(sim.url().as_str()).await.unwrap();
        meanwhile.api("uuid_kill goes").await.unwrap();
        originate(&meanwhile, "comes").await;
        // What is not known yet is not taken for gone.
        assert!(live.until_channel("comes", |channel| channel.is_answered()).await.unwrap().is_some());

        let view = live.fresh().await.unwrap();
        assert!(view.channel("goes").is_none() && view.channel("stays").is_some());
        assert!(view.channel("comes").unwrap().is_answered());
        agrees(&live, &client).await;

        let mut told = Vec::new();
        while told.len() < 2 {
            let Some(Watched::Batch(batch)) = changes.next().await else { panic!("no more") };
            told.extend(batch.changes().iter().filter_map(|change| match change {
                Change::Channel(Altered::Created { after, while_away }) => {
                    Some((after.id.to_string(), "created", *while_away))
                }
                Change::Channel(Altered::Removed { last, while_away, .. }) => {
                    Some((last.id.to_string(), "removed", *while_away))
                }
                _ => None,
            }));
        }
        told.sort();
        let [comes, goes] = ["comes", "goes"].map(str::to_owned);
        assert_eq!(told, [(comes, "created", true), (goes, "removed", true)]);
        let health = live.health();
        assert_eq!((health.gaps, health.resyncs, health.stale), (1, 2, None));
    })
    .await;
}

#[tokio::test]
async fn the_end_is_told_to_all_who_wait() {
    within(async {
        let (sim, _) = simulated().await;
        let client = trunkline::connect(sim.url().as_str()).await.unwrap();
        let live = Live::follow(&client).await.unwrap();
        let mut changes = live.changes();
        let waiting = live.clone();
        let waiting = tokio::spawn(async move { waiting.until(|_| false).await.map(drop) });
        tokio::time::sleep(Duration::from_millis(100)).await;
        client.close().await;
        assert!(waiting.await.unwrap().is_err());
        // What was known is still to be read, and no longer taken for what is so.
        assert!(live.fresh().await.is_err());
        assert_eq!(live.view().stale().unwrap().cause, StaleCause::Gap);
        assert_eq!(live.view().coverage(), Coverage::Complete);
        while changes.next().await.is_some() {}
        assert!(live.changes().next().await.is_none(), "nothing changes any more");
    })
    .await;
}

/// One who may not ask what there is, is told so, and does not wait for ever.
#[tokio::test]
async fn who_may_not_ask_is_told() {
    within(async {
        let user = User::new("1001", "localhost", "pw").api("status uuid_dump");
        let sim = Sim::builder().user(user).start().await.unwrap();
        let mut config: Config = sim.url().parse().unwrap();
        config.set_user("1001@localhost");
        config.set_password("pw");
        let client = trunkline::connect(config).await.unwrap();
        let error = Live::follow(&client).await.map(drop).unwrap_err();
        let lacks = error.permission().map(|permission| permission.to_string());
        assert_eq!(lacks.as_deref(), Some("api show (esl-allowed-api)"), "{error}");
        let live = Live::begin(&client, Options::new()).await.unwrap();
        assert!(live.fresh().await.is_err());
    })
    .await;
}

/// One who may not ask for conferences and gateways, nor hear of all that happens, knows of calls all the same.
#[tokio::test]
async fn who_may_ask_for_channels_alone() {
    within(async {
        let user =
            User::new("1001", "localhost", "pw").api("show uuid_dump").events("CHANNEL_ANSWER HEARTBEAT");
        let sim = Sim::builder().user(user).start().await.unwrap();
        sim.with(|switch, now| switch.api("originate {origination_uuid=up}null/1 &park", now));
        let mut config: Config = sim.url().parse().unwrap();
        config.set_user("1001@localhost");
        config.set_password("pw");
        let client = trunkline::connect(config).await.unwrap();
        let live = Live::follow(&client).await.unwrap();
        assert!(live.view().channel("up").unwrap().is_answered());
        sim.with(|switch, now| switch.api("originate {origination_uuid=new}null/1 &park", now));
        live.until(|view| view.channel("new").is_some_and(|new| new.is_answered())).await.unwrap();
        let health = live.health();
        assert_eq!((health.resyncs, health.failed, health.signs), (1, 0, 0));
    })
    .await;
}
