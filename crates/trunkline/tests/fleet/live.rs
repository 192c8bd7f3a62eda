//! Several simulated switches that are followed: calls that go to the next node, and all of them as one view.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use trunkline::dialstring::{Endpoint, Originate};
use trunkline::model::fleet::{
    Fault, FleetWatched, LeastSessions, LiveFleet, OnNode, PlacingError, RoundRobin, Wanted,
};
use trunkline::model::{Altered, Change, Channel, Job, Live};
use trunkline::{Config, HangupCause, OriginateError, Reconnect};
use trunkline_sim::{Sim, SwitchConfig};

async fn within<T>(test: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), test).await.expect("the test hangs")
}

async fn sim(configure: impl FnOnce(&mut SwitchConfig)) -> Sim {
    Sim::builder().configure(configure).start().await.unwrap()
}

async fn follow(sim: &Sim) -> Live {
    let mut config: Config = sim.url().parse().unwrap();
    let mut reconnect = Reconnect::default();
    reconnect.first = Duration::from_millis(50);
    config.reconnect = Some(reconnect);
    config.job_timeout = Duration::from_secs(2);
    let client = trunkline::connect(config).await.unwrap();
    Live::follow(&client).await.unwrap()
}

fn call() -> Originate {
    Originate::new(Endpoint::null("1000").unwrap())
}

/// How many calls a switch was ever asked to make, by the number of its next session.
fn dialled(sim: &Sim) -> String {
    let printed = sim.with(|switch, now| switch.api("status", now)).unwrap();
    let printed = String::from_utf8(printed).unwrap();
    let line = printed.lines().find(|line| line.contains("since startup")).unwrap();
    line.split_whitespace().next().unwrap().to_owned()
}

fn tried(failed: &[OnNode<OriginateError>]) -> Vec<String> {
    failed.iter().map(|failed| format!("{} {}", failed.node, failed.what)).collect()
}

/// One is dead, one has as many sessions as it may have, one is fine.
#[tokio::test]
async fn a_call_goes_to_the_node_that_can() {
    within(async {
        let (dead, full, fine) =
            (sim(|_| ()).await, sim(|config| config.max_sessions = 1).await, sim(|_| ()).await);
        let fleet = LiveFleet::new(RoundRobin::new());
        for (name, sim) in [("a-dead", &dead), ("b-full", &full), ("c-fine", &fine)] {
            fleet.join(name, follow(sim).await);
        }
        // The one that it may have.
        fleet.node("b-full").unwrap().client().originate(call()).await.unwrap();
        let gone = fleet.node("a-dead").unwrap();
        dead.stop().await;
        gone.until(|view| view.stale().is_some()).await.unwrap();
        let mut passed = 0;
        for _ in 0..4 {
            let placed = fleet.originate(Wanted::any(), call()).await.unwrap();
            assert_eq!(placed.node(), "c-fine");
            for failed in placed.failed() {
                passed += 1;
                assert_eq!(&*failed.node, "b-full", "{:?}", failed.what);
                assert_eq!(failed.what.hangup_cause(), Some(&HangupCause::DestinationOutOfOrder));
            }
            let uuid = placed.call().uuid().clone();
            let there = fleet.node("c-fine").unwrap();
            assert!(
                there.until_channel(uuid.as_str(), |channel| channel.is_answered()).await.unwrap().is_some()
            );
        }
        assert!(passed > 0, "the one that is full was never asked");
        assert_eq!((dialled(&full).as_str(), dialled(&fine).as_str()), ("1", "4"));
        // Each is told of by its node: none is in flight.
        let in_flight = fleet.set("c-fine", |node| node.in_flight());
        assert_eq!(in_flight, Some(0));
        assert!(fleet.leave("b-full").is_some() && fleet.leave("c-fine").is_some());
        let error = fleet.originate(Wanted::any(), call()).await.unwrap_err();
        assert_eq!(error.to_string(), "no call: no node takes the call: 1 out of reach");
    })
    .await;
}

#[tokio::test]
async fn where_nobody_can_it_is_said_why_of_each() {
    within(async {
        let sims = [sim(|config| config.max_sessions = 0).await, sim(|config| config.max_sessions = 0).await];
        let fleet = LiveFleet::new(RoundRobin::new());
        fleet.join("one", follow(&sims[0]).await);
        fleet.join("two", follow(&sims[1]).await);
        fleet.set("two", |node| node.set_drained(true).label("old").set_weight(3).is_drained()).unwrap();
        let error = fleet.originate(Wanted::any(), call()).await.unwrap_err();
        assert!(error.is_safe_to_repeat());
        assert_eq!(
            error.to_string(),
            "no call: no node takes the call: 1 drained, 1 tried; one: the call failed: DESTINATION_OUT_OF_ORDER"
        );
    })
    .await;
}

/// A callee who is busy is busy whoever calls; a call of which nothing is known is not made again.
#[tokio::test]
async fn nothing_is_dialled_twice() {
    within(async {
        let sims = [sim(|_| ()).await, sim(|_| ()).await];
        let fleet = LiveFleet::new(RoundRobin::new());
        for (name, sim) in ["one", "two"].into_iter().zip(&sims) {
            fleet.join(name, follow(sim).await);
        }
        let busy = Originate::new(Endpoint::error("USER_BUSY").unwrap());
        let error = fleet.originate(Wanted::any(), busy).await.unwrap_err();
        let PlacingError::Failed { node, fault, failed, .. } = &error else { panic!("{error}") };
        assert_eq!((&**node, *fault, tried(failed)), ("one", Fault::Callee, vec![]));

        // It is dialled, and nobody hears of it: the switch is restarted.
        let sim = &sims[1];
        sim.with(|switch, now| {
            switch.change_faults(now, |faults| assert!(faults.order("replies lose originate")))
        });
        let lost = fleet.originate(Wanted::any(), Originate::new(Endpoint::null("1").unwrap()));
        let restart = async {
            let gone = fleet.node("two").unwrap();
            gone.until(|view| view.stale().is_some()).await.unwrap();
            sim.with(|switch, now| {
                switch.fail(trunkline_sim::Fault::Restart(Duration::from_millis(100)), now)
            });
        };
        let (error, ()) = tokio::join!(lost, restart);
        let error = error.unwrap_err();
        let PlacingError::Failed { node, fault, .. } = &error else { panic!("{error}") };
        assert_eq!((&**node, *fault, error.is_safe_to_repeat()), ("two", Fault::Unknown, false), "{error}");
        assert_eq!(dialled(&sims[0]), "0", "the other was asked");
    })
    .await;
}

/// Follows what is told until so many channels are there.
async fn until(
    changes: &mut trunkline::model::fleet::FleetChanges,
    there: &mut BTreeMap<String, String>,
    count: usize,
) {
    while there.len() != count {
        let Some(FleetWatched::Changes(changes)) = changes.next().await else { panic!("no more") };
        for OnNode { node, what, .. } in changes.iter() {
            match what {
                Change::Channel(Altered::Created { after, .. }) => {
                    let known = there.insert(after.id.to_string(), node.to_string());
                    assert_eq!(known, None, "{} created twice", after.id);
                }
                Change::Channel(Altered::Removed { last, .. }) => {
                    assert_eq!(there.remove(last.id.as_str()).as_deref(), Some(&**node));
                }
                _ => {}
            }
        }
    }
}

/// Whether its node tells of it already or not, each call counts once.
#[tokio::test(flavor = "multi_thread")]
async fn calls_are_level_however_soon_they_are_told_of() {
    within(async {
        let sims = [sim(|_| ()).await, sim(|_| ()).await, sim(|_| ()).await];
        let fleet = LiveFleet::new(LeastSessions::new());
        for (name, sim) in ["one", "two", "three"].into_iter().zip(&sims) {
            fleet.join(name, follow(sim).await);
        }
        let mut made = BTreeMap::new();
        for round in 1..=40 {
            let calls: Vec<_> = (0..3)
                .map(|_| {
                    let fleet = fleet.clone();
                    tokio::spawn(async move { fleet.originate(Wanted::any(), call()).await.unwrap() })
                })
                .collect();
            for call in calls {
                *made.entry(call.await.unwrap().node().to_owned()).or_insert(0) += 1;
            }
            assert!(made.values().all(|count| *count == round), "{made:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn all_are_one_view_and_one_stream() {
    within(async {
        let sims = [sim(|_| ()).await, sim(|_| ()).await, sim(|_| ()).await];
        let fleet = LiveFleet::new(LeastSessions::new());
        let (mut changes, mut there) = (fleet.changes(), BTreeMap::new());
        for (name, sim) in ["one", "two", "three"].into_iter().zip(&sims) {
            fleet.join(name, follow(sim).await);
        }
        for _ in 0..9 {
            let placed = fleet.originate(Wanted::any(), call()).await.unwrap();
            let node = fleet.node(placed.node()).unwrap();
            node.until_channel(placed.call().uuid().as_str(), |_| true).await.unwrap();
        }
        until(&mut changes, &mut there, 9).await;
        let view = fleet.view();
        assert_eq!((view.count::<Channel>(), view.nodes().count(), view.stale().count()), (9, 3, 0));
        for name in ["one", "two", "three"] {
            assert_eq!(there.values().filter(|node| *node == name).count(), 3, "{there:?}");
        }
        // One whose connection is lost is stale, and still there; it is seen without any change.
        sims[0].kill_connections();
        fleet.until(|view| view.stale().eq(["one"])).await;
        let view = fleet.until(|view| view.stale().count() == 0).await;
        assert_eq!(view.count::<Channel>(), 9);
        // What runs, on each.
        for name in ["one", "two", "three"] {
            let node = fleet.node(name).unwrap();
            drop(node.client().bgapi("msleep 600000").await.unwrap());
            node.until(|view| view.jobs().len() == 1).await.unwrap();
        }
        let view = fleet.until(|view| view.count::<Job>() == 3).await;
        let jobs: Vec<String> =
            view.all::<Job>().map(|on| format!("{} {}", on.node, on.what.command.name())).collect();
        assert_eq!(jobs, ["one msleep", "three msleep", "two msleep"]);
        // One that leaves takes its channels along, as one does whose client is closed.
        assert!(fleet.leave("two").is_some() && fleet.leave("two").is_none());
        until(&mut changes, &mut there, 6).await;
        fleet.node("three").unwrap().client().close().await;
        until(&mut changes, &mut there, 3).await;
        assert!(fleet.node("three").is_none());
        let view = fleet.until(|view| view.nodes().count() == 1).await;
        assert!(view.nodes().all(|one| &*one.node == "one"));
    })
    .await;
}
