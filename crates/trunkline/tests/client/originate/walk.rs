//! The same call made again and again, its connection cut at one byte after the other. However it goes, the switch hears
//! of it once at most, and what is told of it is true.

use std::time::Duration;

use trunkline::dialstring::Originate;
use trunkline::{Client, HangupCause, OriginateError};
use trunkline_sim::Sim;

use crate::faults::proxy::{Direction, Plan, Proxy};
use crate::faults::walk::{all, cuts};
use crate::reconnect::soon;
use crate::support::millis;

/// What came of a call, and how many bytes it took.
#[derive(Debug, Default)]
struct Told {
    outcome: &'static str,
    dialled: usize,
    to_switch: usize,
    to_client: usize,
}

/// How many sessions the switch has made.
async fn sessions(sim: &Sim) -> usize {
    let client = trunkline::connect(&*sim.url()).await.unwrap();
    let status = client.api("status").await.unwrap().text().into_owned();
    let line = status.lines().find(|line| line.contains("session(s) since startup")).unwrap();
    line.split(' ').next().unwrap().parse().unwrap()
}

async fn exists(sim: &Sim, uuid: &str) -> bool {
    let client = trunkline::connect(&*sim.url()).await.unwrap();
    client.api(&format!("uuid_exists {uuid}")).await.unwrap().text() == "true"
}

/// As a rule a call is not looked for much longer than it takes to be found.
const SHORT: Duration = millis(150);
/// On a machine that is busy that may not be enough.
const LONG: Duration = Duration::from_secs(25);

/// One call, through a proxy that does this to its first connection.
async fn talk(plan: Option<Plan>, dial: &str) -> Told {
    let told = try_to_talk(plan, dial, SHORT).await;
    if told.outcome != MISSED {
        return told;
    }
    let told = try_to_talk(plan, dial, LONG).await;
    assert_ne!(told.outcome, MISSED);
    told
}

/// It is not known, though it is there.
const MISSED: &str = "missed";

async fn try_to_talk(plan: Option<Plan>, dial: &str, look_for: Duration) -> Told {
    let sim = Sim::builder().heartbeat(Duration::from_secs(3600)).start().await.unwrap();
    let proxy = Proxy::before(sim.addr(), plan).await;
    let Ok(client) = Client::connect(proxy.config().reconnect(soon())).await else {
        assert!(proxy.has_struck());
        return Told { outcome: "never connected", ..Told::default() };
    };
    let originate: Originate = dial.parse().unwrap();
    let call = client.originate(originate).look_for(look_for);
    let uuid = call.uuid().to_string();
    let outcome = call.await;
    let heard = |record: &crate::faults::proxy::Record| {
        String::from_utf8_lossy(&record.said).matches("bgapi originate").count()
    };
    let records = proxy.records();
    let lines: usize = records.iter().map(heard).sum();
    let dialled = sessions(&sim).await;
    assert!(lines <= 1 && dialled <= 1, "it was said {lines} times, and dialled {dialled} times");
    let outcome = match outcome {
        Ok(call) => {
            assert!(exists(&sim, call.uuid().as_str()).await && call.uuid().as_str() == uuid);
            if call.was_found() { "found" } else { "up" }
        }
        Err(OriginateError::Failed { cause }) => {
            assert_eq!((cause, lines), (HangupCause::UserBusy, 1));
            "failed"
        }
        Err(OriginateError::NotDialled { .. }) => {
            assert_eq!((lines, dialled), (0, 0));
            "not dialled"
        }
        Err(OriginateError::Unknown { .. }) => {
            assert!(plan.is_some() && proxy.has_struck());
            // Nobody has hung it up: had there been one it would have been found.
            if exists(&sim, &uuid).await { MISSED } else { "unknown" }
        }
        Err(other) => panic!("{other:?}"),
    };
    Told { outcome, dialled, to_switch: records[0].said_count, to_client: records[0].heard_count }
}

async fn walk(dial: &'static str, sure: &str) {
    let whole = talk(None, dial).await;
    assert_eq!(whole.outcome, sure);
    let mut plans = cuts(Direction::ToSwitch, whole.to_switch, 1);
    plans.extend(cuts(Direction::ToClient, whole.to_client, 1));
    let count = plans.len();
    let told = all(plans, Duration::from_secs(90), |plan| talk(Some(plan), dial)).await;
    let mut outcomes = std::collections::BTreeMap::new();
    told.iter().for_each(|told| *outcomes.entry(told.outcome).or_insert(0) += 1);
    let dialled: usize = told.iter().map(|told| told.dialled).sum();
    println!(
        "{dial}: {count} calls, cut at every byte of {} and {}: {outcomes:?}; {dialled} dialled",
        whole.to_switch, whole.to_client
    );
    for expected in [sure, "never connected", "unknown"] {
        assert!(outcomes.contains_key(expected), "{outcomes:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_call_that_is_answered() {
    walk("null/1 &park", "up").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_call_that_fails() {
    walk("error/USER_BUSY &park", "failed").await;
}
