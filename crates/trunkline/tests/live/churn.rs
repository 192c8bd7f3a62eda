//! Calls come and go, connections are lost, the switch is restarted: what is not stale is so.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use trunkline::model::live::Watched;
use trunkline::model::{Altered, Change, Live};
use trunkline::{Client, Config, Reconnect};
use trunkline_sim::Sim;

use crate::truth::{agrees, within};

/// Makes calls, some bridged, and lets them go, until it is told to stop.
async fn churn(url: String, stop: Arc<AtomicBool>) {
    let mut config: Config = url.parse().unwrap();
    config.reconnect = Some(Reconnect::default());
    let client = trunkline::connect(config).await.unwrap();
    let mut number = 0_u32;
    while !stop.load(Ordering::Relaxed) {
        number += 1;
        let line = match number % 3 {
            0 => "originate null/a &park".to_owned(),
            1 => "originate null/a &bridge(null/b)".to_owned(),
            _ => "originate {originate_timeout=1}error/USER_BUSY &park".to_owned(),
        };
        // What comes of it is not waited for, nor whether it came to anything.
        if let Ok(job) = client.bgapi(&line).await {
            let client = client.clone();
            tokio::spawn(async move {
                if let Ok(end) = job.await
                    && let Some(uuid) = end.text().trim().strip_prefix("+OK ")
                {
                    tokio::time::sleep(Duration::from_millis(fastrand::u64(100..2000))).await;
                    let _ = client.api(&format!("uuid_kill {uuid}")).await;
                }
            });
        }
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
}

/// Nothing is created twice, or gone without having been there.
async fn watch(mut changes: trunkline::model::live::Changes, mut there: HashSet<String>) -> HashSet<String> {
    while let Some(Watched::Batch(batch)) = changes.next().await {
        for change in batch.changes() {
            match change {
                Change::Channel(Altered::Created { after, .. }) => {
                    assert!(there.insert(after.id.to_string()), "{} created twice", after.id);
                }
                Change::Channel(Altered::Updated { after, .. }) => {
                    assert!(there.contains(after.id.as_str()), "{} changed, but is not there", after.id);
                }
                Change::Channel(Altered::Removed { last, .. }) => {
                    assert!(there.remove(last.id.as_str()), "{} gone twice", last.id);
                }
                _ => {}
            }
        }
    }
    there
}

fn quick(sim: &Sim) -> Config {
    let mut config: Config = sim.url().parse().unwrap();
    let mut reconnect = Reconnect::default();
    reconnect.first = Duration::from_millis(50);
    config.reconnect = Some(reconnect);
    config
}

async fn settled(client: &Client, live: &Live) {
    // Calls that were let go are given the time to go.
    for _ in 0..100 {
        if live.fresh().await.unwrap().channels().is_empty() {
            break;
        }
        let _ = client.api("hupall").await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_lost_under_calls() {
    within(async {
        let sim = Sim::builder().start().await.unwrap();
        let client = trunkline::connect(quick(&sim)).await.unwrap();
        let live = Live::follow(&client).await.unwrap();
        let watching = tokio::spawn(watch(live.changes(), HashSet::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let churning = tokio::spawn(churn(sim.url(), Arc::clone(&stop)));
        for _ in 0..8 {
            tokio::time::sleep(Duration::from_millis(500)).await;
            sim.kill_connections();
            live.until(|view| view.stale().is_some()).await.unwrap();
            live.fresh().await.unwrap();
        }
        stop.store(true, Ordering::Relaxed);
        churning.await.unwrap();
        agrees(&live, &client).await;
        settled(&client, &live).await;
        agrees(&live, &client).await;
        assert!(live.view().calls().is_empty(), "calls without channels: {:?}", live.view().calls());
        client.close().await;
        drop(live);
        assert!(watching.await.unwrap().is_empty());
    })
    .await;
}
