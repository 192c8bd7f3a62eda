//! The model of a switch that is killed under calls: what is not stale is so.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::task::JoinSet;
use trunkline::api::{Show, UuidExists};
use trunkline::model::Live;
use trunkline::{Client, Executed};

use super::{Switch, say};

/// So many calls are kept up.
const CALLS: usize = 200;

/// Keeps that many calls up, each for a while, some of them bridged.
async fn keep_up(client: Client) {
    let mut calls = JoinSet::new();
    loop {
        while calls.len() < CALLS {
            let client = client.clone();
            calls.spawn(async move {
                let hold = fastrand::u64(8000..16000);
                let line = match fastrand::bool() {
                    true => format!("originate null/load &sleep({hold})"),
                    false => format!(
                        "originate {{execute_on_answer='sched_hangup +{}'}}null/a &bridge(null/b)",
                        hold / 1000
                    ),
                };
                match client.bgapi(&line).await {
                    Ok(job) => drop(job.await),
                    Err(trunkline::Error::Disconnected { executed: Executed::No, .. }) => {}
                    Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                }
                tokio::time::sleep(Duration::from_millis(hold)).await;
            });
        }
        calls.join_next().await;
    }
}

/// Of each channel that the switch lists, whether it lives; with what the model has, and of what it should not have, why it has it.
async fn compare(live: &Live, client: &Client) -> Result<usize, String> {
    let before: BTreeSet<String> = ids(live);
    let listed = client.run(Show::channels()).await.map_err(|error| error.to_string())?;
    let mut living = BTreeSet::new();
    for row in listed.iter() {
        let exists = client.run(UuidExists::new(&row.uuid)).await.map_err(|error| error.to_string())?;
        if *exists.value() {
            living.insert(row.uuid.to_string());
        }
    }
    // Those that came or went while we asked are nobody's mistake.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let after = ids(live);
    let missing: Vec<_> = living.iter().filter(|id| !before.contains(*id) && !after.contains(*id)).collect();
    let mut ghosts: Vec<_> = before.intersection(&after).filter(|id| !living.contains(*id)).collect();
    // Those just made are in no table yet, and one that is hung up is there until it is destroyed, though it can be asked for no
    // more. Every call here is over within half a minute, and what the model still has then it has wrongly.
    for _ in 0..300 {
        let now = ids(live);
        ghosts.retain(|id| now.contains(*id));
        if ghosts.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for id in std::mem::take(&mut ghosts) {
        let exists = client.run(UuidExists::new(id.as_str())).await.map_err(|error| error.to_string())?;
        if !*exists.value() {
            ghosts.push(id);
        }
    }
    let view = live.view();
    let known =
        |id: &String| view.channel(id).map(|it| (it.id.clone(), it.state.clone(), it.state_since.clone()));
    let ghosts: Vec<_> = ghosts.into_iter().filter_map(known).collect();
    if missing.is_empty() && ghosts.is_empty() {
        return Ok(living.len());
    }
    Err(format!("missing {missing:?}, ghosts {ghosts:?}"))
}

fn ids(live: &Live) -> BTreeSet<String> {
    live.view().channels().iter().map(|channel| channel.id.to_string()).collect()
}

/// Killed and started again, 20 times, with 200 calls up.
#[tokio::test(flavor = "multi_thread")]
async fn a_model_of_a_switch_that_is_killed_20_times() {
    let Some(switch) = Switch::own("a_model_of_a_switch_that_is_killed_20_times").await else { return };
    let mut config = switch.config.clone().lanes(1);
    config.reconnect.as_mut().unwrap().most = Duration::from_secs(2);
    config.job_timeout = Duration::from_secs(20);
    let client = Client::connect(config.clone()).await.unwrap();
    let live = Live::follow(&client).await.unwrap();
    let calls = tokio::spawn(keep_up(Client::connect(config).await.unwrap()));
    for round in 0..20 {
        tokio::time::sleep(Duration::from_millis(fastrand::u64(2500..4500))).await;
        let up = live.view().channels().len();
        switch.kill().await;
        live.until(|view| view.stale().is_some()).await.unwrap();
        switch.start().await;
        live.fresh().await.unwrap();
        tokio::time::sleep(Duration::from_millis(1500)).await;
        let compared = compare(&live, &client).await;
        say(&format!("round {round}: {up} channels up when it was killed; then {compared:?}"));
        assert!(compared.is_ok(), "{compared:?}");
    }
    say(&format!("{:?}", live.health()));
    calls.abort();
    client.close().await;
}
