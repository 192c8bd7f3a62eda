//! Signs of loss: each is counted, each leads to one snapshot, and however many there are they are no storm.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use trunkline::model::live::LiveHealth;
use trunkline::model::{Live, View};
use trunkline::{Client, EventBuilder, EventName};
use trunkline_sim::{Fault, Faults, Sim};

use crate::faults::follow;
use crate::truth::within;

/// What happens to a call that is up (`up`), or to one that is gone (`gone`).
type Happens = (&'static str, fn(&Sim, &mut Vec<EventBuilder>), fn(&LiveHealth) -> u64);

fn micros() -> String {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros().to_string()
}

fn made_now(event: EventBuilder) -> EventBuilder {
    event.header("Caller-Channel-Created-Time", micros())
}

/// An event of a channel, as if the switch had fired it.
fn of(name: EventName, id: &str) -> EventBuilder {
    EventBuilder::named(&name)
        .header("Unique-ID", id)
        .header("Channel-State", "CS_EXECUTE")
        .header("Channel-Call-State", "ACTIVE")
        .header("Caller-Direction", "inbound")
}

const SIGNS: &[Happens] = &[
    (
        "of a channel that was never made",
        |_, events| events.push(made_now(of(EventName::ChannelState, "nobody"))),
        |health| health.signs,
    ),
    (
        "a call state that was skipped",
        |_, events| {
            for was in ["RINGING", "HELD"] {
                let change = of(EventName::ChannelCallstate, "up");
                events.push(change.header("Original-Channel-Call-State", was));
            }
        },
        |health| health.signs,
    ),
    (
        "a channel that is made again",
        |_, events| events.push(made_now(of(EventName::ChannelState, "up"))),
        |health| health.signs,
    ),
    (
        "a channel that is gone does something",
        |_, events| events.push(of(EventName::ChannelState, "gone")),
        |health| health.signs,
    ),
    (
        "another number of channels than the switch counts",
        |sim, _| {
            sim.with(|switch, now| {
                switch.change_faults(now, |faults| faults.dropped_events = 100);
                switch.api("uuid_kill up", now);
            });
        },
        |health| health.drifts,
    ),
    ("a connection that is lost", |sim, _| sim.kill_connections(), |health| health.gaps),
    (
        "a switch that is started anew",
        |sim, _| sim.with(|switch, now| switch.fail(Fault::Restart(Duration::from_millis(100)), now)),
        |health| health.gaps,
    ),
];

async fn started() -> (Arc<Sim>, Client, Live) {
    let sim = Arc::new(Sim::builder().heartbeat(Duration::from_millis(500)).start().await.unwrap());
    sim.with(|switch, now| switch.api("originate {origination_uuid=up}null/1 &park", now));
    let (client, live) = follow(&sim).await;
    sim.with(|switch, now| switch.api("originate {origination_uuid=gone}null/1 &park", now));
    live.until(|view| view.channel("gone").is_some()).await.unwrap();
    sim.with(|switch, now| switch.api("uuid_kill gone", now));
    live.until(|view| view.channel("gone").is_none()).await.unwrap();
    (sim, client, live)
}

async fn send(client: &Client, event: &EventBuilder) {
    let name = event.clone().to_event(trunkline::EventFormat::Plain).unwrap().name().cloned().unwrap();
    client.sendevent(&name, event).await.unwrap();
}

async fn once((about, happens, counted): Happens) {
    let (sim, client, live) = started().await;
    let mut events = Vec::new();
    happens(&sim, &mut events);
    for event in &events {
        send(&client, event).await;
    }
    tokio::time::sleep(Duration::from_millis(400)).await;
    sim.with(|switch, now| switch.change_faults(now, |faults| *faults = Faults::default()));
    while counted(&live.health()) == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    live.fresh().await.unwrap();
    // As long as an attempt may take to follow another, and two HEARTBEATs.
    tokio::time::sleep(Duration::from_millis(3500)).await;
    let health = live.health();
    // One that is made again is one that was never made, too.
    assert!((1..=2).contains(&counted(&health)), "{about}: {health:?}");
    assert_eq!((health.resyncs, health.failed, health.stale.as_ref()), (2, 0, None), "{about}: {health:?}");
    let known: Vec<_> = live.view().channels().iter().map(|channel| channel.id.to_string()).collect();
    let actual = sim.with(|switch, _| switch.channels().map(str::to_owned).collect::<Vec<_>>());
    assert_eq!(known, actual, "{about}");
    client.close().await;
}

#[tokio::test]
async fn each_is_counted_and_leads_to_one_snapshot() {
    let mut runs = tokio::task::JoinSet::new();
    for sign in SIGNS {
        runs.spawn(within(once(*sign)));
    }
    while let Some(run) = runs.join_next().await {
        run.unwrap();
    }
}

/// They go on for seconds, and after each snapshot there is another one at once.
#[tokio::test]
async fn however_many_there_are_they_are_no_storm() {
    within(async {
        let (_sim, client, live) = started().await;
        let begun = Instant::now();
        let mut sent = 0_u64;
        while begun.elapsed() < Duration::from_secs(5) {
            send(&client, &made_now(of(EventName::ChannelState, &format!("nobody-{sent}")))).await;
            sent += 1;
        }
        let only = |view: &View| view.stale().is_none() && view.channels().len() == 1;
        live.until(only).await.unwrap();
        let health = live.health();
        // One every two seconds, and the first.
        let most = begun.elapsed().as_secs() / 2 + 2;
        assert!(sent > most * 10, "{sent}");
        assert!((2..=most).contains(&health.resyncs) && health.signs < most, "{sent} sent: {health:?}");
        client.close().await;
    })
    .await;
}
