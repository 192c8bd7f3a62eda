//! The background jobs of a client in its model: there from when the switch has taken them until they end, in whatever way,
//! and told once.

use std::time::Duration;

use trunkline::model::live::{Changes, Watched};
use trunkline::model::{Altered, Change, Job, JobField, Live, Removal, StaleCause, Why};
use trunkline::{Client, Config, Reconnect};
use trunkline_sim::{Fault, Sim, User};

use crate::truth::within;

fn config(sim: &Sim) -> Config {
    let mut config: Config = sim.url().parse().unwrap();
    let mut reconnect = Reconnect::default();
    (reconnect.first, reconnect.jitter) = (Duration::from_millis(300), 0.0);
    config.reconnect = Some(reconnect);
    config
}

async fn following(config: Config) -> (Client, Live) {
    let client = trunkline::connect(config).await.unwrap();
    let live = Live::follow(&client).await.unwrap();
    (client, live)
}

/// What is told of jobs, a word each, until so much was.
async fn told(changes: &mut Changes, count: usize) -> Vec<String> {
    let mut told = Vec::new();
    while told.len() < count {
        let Some(Watched::Batch(batch)) = changes.next().await else { panic!("no more than {told:?}") };
        told.extend(batch.changes().iter().filter_map(Change::of::<Job>).map(word));
    }
    told
}

fn word(altered: &Altered<Job>) -> String {
    let away = if altered.while_away() { " while away" } else { "" };
    let name = altered.object().command.name().to_owned();
    match altered {
        Altered::Created { .. } => format!("{name} begun{away}"),
        Altered::Updated { fields, .. } => format!("{name} {fields:?}{away}"),
        Altered::Removed { cause, last, .. } => {
            let printed = last.result.as_ref().and_then(|event| event.body()).unwrap_or_default();
            format!("{name} {cause:?}{away} {printed}").trim_end().to_owned()
        }
        other => format!("{other:?}"),
    }
}

async fn until(live: &Live, jobs: &[&str]) {
    let is_so = |view: &trunkline::model::View| {
        let mut running: Vec<&str> = view.jobs().iter().map(|job| job.command.as_str()).collect();
        running.sort_unstable();
        running == jobs
    };
    live.until(is_so).await.unwrap();
}

async fn come_and_go(config: Config) {
    let (client, live) = following(config.clone()).await;
    let mut changes = live.changes();
    let job = client.bgapi("msleep 8000").await.unwrap();
    until(&live, &["msleep 8000"]).await;
    let there = live.view().jobs().get(job.uuid().as_str()).cloned().unwrap();
    assert_eq!((&there.since.why, there.crossed_gap), (&Why::Here, false));
    assert!(there.result.is_none());
    // Nobody waits for it any more, and it runs on.
    drop(job);
    // The model's own questions are none of the program's jobs; what others begin is not told.
    live.refresh().await.unwrap();
    let other = trunkline::connect(config).await.unwrap();
    other.bgapi("echo another's").await.unwrap().await.unwrap();
    until(&live, &[]).await;
    client.bgapi("echo mine").await.unwrap().await.unwrap();
    assert_eq!(
        told(&mut changes, 4).await,
        ["msleep begun", "msleep Ended +OK", "echo begun", "echo Ended mine"]
    );
}

#[tokio::test]
async fn they_are_there_until_they_end() {
    within(async {
        let sim = Sim::builder().start().await.unwrap();
        come_and_go(config(&sim)).await;
    })
    .await;
    match std::env::var("TRUNKLINE_TEST_URL") {
        Ok(url) => within(come_and_go(url.parse().unwrap())).await,
        Err(_) => eprintln!("not tried against a real FreeSWITCH: TRUNKLINE_TEST_URL names none"),
    }
}

/// However soon they end, and over whatever connection they begin, each begins before it ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_that_end_at_once() {
    for lanes in [0, 3] {
        within(async {
            let sim = Sim::builder().start().await.unwrap();
            let mut config = config(&sim);
            config.lanes = lanes;
            let (client, live) = following(config).await;
            let mut changes = live.changes();
            let mut asking = tokio::task::JoinSet::new();
            for number in 0..300 {
                let client = client.clone();
                asking.spawn(
                    async move { client.bgapi(&format!("echo {number}")).await.unwrap().await.unwrap() },
                );
            }
            let (mut begun, mut ended) = (0, 0);
            while ended < 300 {
                let Some(Watched::Batch(batch)) = changes.next().await else { panic!("no more") };
                for altered in batch.changes().iter().filter_map(Change::of::<Job>) {
                    match altered {
                        Altered::Created { .. } => begun += 1,
                        Altered::Removed { cause: Removal::Ended, .. } => ended += 1,
                        other => panic!("{other:?}"),
                    }
                }
                assert!(begun >= ended);
            }
            while let Some(end) = asking.join_next().await {
                end.unwrap();
            }
            assert_eq!((begun, live.view().jobs().len()), (300, 0));
        })
        .await;
    }
}

#[tokio::test]
async fn those_that_are_refused_never_were() {
    within(async {
        let user =
            User::new("1001", "localhost", "pw").api("show uuid_dump conference sofia uuid_buglist echo");
        let sim = Sim::builder().user(user.events("ALL")).start().await.unwrap();
        let mut config = config(&sim);
        config.set_user("1001@localhost");
        config.set_password("pw");
        let (client, live) = following(config).await;
        let mut changes = live.changes();
        assert!(client.bgapi("originate null/x &park").await.unwrap_err().is_refused());
        assert!(client.bgapi("echo a\nb").await.is_err(), "it cannot be said");
        // Withdrawn before it was said, or its answer thrown away: nobody knows of it.
        drop(client.bgapi("status"));
        client.bgapi("echo this").await.unwrap().await.unwrap();
        assert_eq!(told(&mut changes, 2).await, ["echo begun", "echo Ended this"]);
    })
    .await;
}

/// A job that ends when its call is hung up.
async fn rings(client: &Client, id: &str) -> trunkline::Job {
    client.bgapi(&format!("originate {{origination_uuid={id}}}loopback/6003 &park")).await.unwrap()
}

fn hang_up(sim: &Sim, id: &str) {
    let killed = sim.with(|switch, now| switch.api(&format!("uuid_kill {id}"), now)).unwrap();
    assert!(killed.starts_with(b"+OK"), "{id}");
}

#[tokio::test]
async fn of_those_that_cross_a_gap_the_end_may_not_have_been_heard() {
    within(async {
        let sim = Sim::builder().start().await.unwrap();
        let mut config = config(&sim);
        config.job_timeout = Duration::from_secs(20);
        let (client, live) = following(config).await;
        let mut changes = live.changes();
        let (unheard, heard) = (rings(&client, "unheard").await, rings(&client, "heard").await);
        live.until(|view| view.jobs().len() == 2 && view.channels().len() == 4).await.unwrap();
        sim.kill_connections();
        live.until(|view| view.stale().is_some()).await.unwrap();
        hang_up(&sim, "unheard");
        live.fresh().await.unwrap();
        assert!(live.view().jobs().iter().all(|job| job.crossed_gap));
        hang_up(&sim, "heard");
        assert!(heard.await.unwrap().crossed_gap());
        assert!(unheard.await.is_err(), "nobody can say");
        let crossed = format!("originate {{{:?}}} while away", JobField::CrossedGap);
        let ended = "originate Ended -ERR NORMAL_CLEARING";
        let given_up = "originate TimedOut while away";
        assert_eq!(
            told(&mut changes, 6).await,
            ["originate begun", "originate begun", &crossed, &crossed, ended, given_up]
        );
        assert_eq!(live.view().jobs().len(), 0);
    })
    .await;
}

/// Once the connection has ended for good no end of a job will be heard, and nothing of the switch either.
#[tokio::test]
async fn of_those_whose_connection_has_ended_no_end_will_be_heard() {
    for is_asked in [true, false] {
        within(async {
            let sim = Sim::builder().start().await.unwrap();
            let (client, live) = following(sim.url().parse().unwrap()).await;
            let mut changes = live.changes();
            let job = client.bgapi("msleep 600000").await.unwrap();
            until(&live, &["msleep 600000"]).await;
            if is_asked {
                client.close().await;
            } else {
                sim.kill_connections();
            }
            assert!(job.await.is_err());
            assert_eq!(told(&mut changes, 2).await, ["msleep begun", "msleep Unknown while away"]);
            assert!(changes.next().await.is_none());
            let view = live.view();
            assert_eq!((view.jobs().len(), view.stale().unwrap().cause), (0, StaleCause::Gap));
            assert!(live.refresh().await.is_err(), "it cannot be asked");
        })
        .await;
    }
}

/// With it everything ends that ran in it, and nothing that runs in the next.
#[tokio::test]
async fn a_switch_that_is_started_anew() {
    within(async {
        let sim = Sim::builder().start().await.unwrap();
        let (client, live) = following(config(&sim)).await;
        let mut changes = live.changes();
        let former = client.bgapi("msleep 600000").await.unwrap();
        until(&live, &["msleep 600000"]).await;
        sim.with(|switch, now| switch.fail(Fault::Restart(Duration::from_millis(100)), now));
        live.until(|view| view.stale().is_some()).await.unwrap();
        // It waits for the switch to be back, and is the first thing it is told.
        let first = rings(&client, "first").await;
        assert!(former.await.is_err());
        live.fresh().await.unwrap();
        // What tells that it is another run, where nothing else has.
        live.until(|view| view.channel("first").is_some()).await.unwrap();
        assert_eq!(live.view().jobs().len(), 1);
        hang_up(&sim, "first");
        first.await.unwrap();
        let mut told = told(&mut changes, 4).await;
        // It may begin before it is heard that the others have ended.
        told[1..3].sort();
        let ended = "originate Ended -ERR NORMAL_CLEARING";
        assert_eq!(told, ["msleep begun", "msleep Restarted while away", "originate begun", ended]);
    })
    .await;
}
