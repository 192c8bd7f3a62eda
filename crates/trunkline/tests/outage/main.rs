//! What becomes of a client when a real switch is stopped, killed, or asked for more than it can take. For a switch of
//! one's own that nobody else uses, told by three variables:
//!
//! - `TRUNKLINE_TEST_OUTAGE_URL`: where it is, as in `esl://:ClueCon@127.0.0.1:8022`;
//! - `TRUNKLINE_TEST_OUTAGE_PID`: the file that holds its process id;
//! - `TRUNKLINE_TEST_OUTAGE_START`: a command that starts it, writes that file, and returns once it answers.
//!
//! Where they are missing the tests say that they were not run. They take some minutes: `cargo test -p trunkline --test
//! outage -- --nocapture`.

#[cfg(feature = "model")]
mod model;

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, MutexGuard};
use tokio::task::JoinSet;
use trunkline::{
    Client, Config, Error, EventBuilder, EventName, Events, Executed, GapCause, Item, JobLost, LogItem,
    LogLevel, Reconnect, State,
};

/// One at a time: each has the switch for itself.
static ALONE: Mutex<()> = Mutex::const_new(());

struct Switch {
    config: Config,
    pid_file: String,
    start: String,
    _alone: MutexGuard<'static, ()>,
}

impl Switch {
    async fn own(test: &str) -> Option<Self> {
        let variable = |name: &str| std::env::var(format!("TRUNKLINE_TEST_OUTAGE_{name}")).ok();
        let (Some(url), Some(pid_file), Some(start)) = (variable("URL"), variable("PID"), variable("START"))
        else {
            say(&format!(
                "NOT RUN: {test}: TRUNKLINE_TEST_OUTAGE_URL, _PID and _START do not name a switch to break"
            ));
            return None;
        };
        let config =
            url.parse::<Config>().expect("TRUNKLINE_TEST_OUTAGE_URL").reconnect(Reconnect::default());
        Some(Self { config, pid_file, start, _alone: ALONE.lock().await })
    }

    fn signal(&self, signal: &str) {
        let pid = std::fs::read_to_string(&self.pid_file).expect("the file with its process id");
        assert!(send(signal, &pid), "kill {signal} {pid}");
    }

    /// Ends it without a word, and waits until it is gone.
    async fn kill(&self) {
        let pid = std::fs::read_to_string(&self.pid_file).expect("the file with its process id");
        assert!(send("-KILL", &pid), "kill -KILL {pid}");
        while send("-0", &pid) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn start(&self) {
        let done = tokio::process::Command::new(&self.start).status().await.expect("the start command");
        assert!(done.success(), "{} failed", self.start);
    }
}

/// Whether there was such a process.
fn send(signal: &str, pid: &str) -> bool {
    let quiet = Stdio::null();
    Command::new("kill").args([signal, pid.trim()]).stderr(quiet).status().expect("kill").success()
}

/// Past the test harness, which keeps what passing tests print to itself.
fn say(line: &str) {
    writeln!(std::io::stderr().lock(), "{line}").unwrap();
}

/// The next event of ours with this number; what else comes meanwhile is counted.
async fn until_number(events: &mut Events, number: &str) -> BTreeMap<&'static str, u64> {
    let mut others = BTreeMap::new();
    loop {
        let kind = match events.next().await.expect("the stream goes on") {
            Item::Event(event) if event.get("Number").as_deref() == Some(number) => return others,
            Item::Event(_) => "events",
            Item::Gap(_) => "gaps",
            Item::Missed(_) => "missed",
            other => panic!("{other:?}"),
        };
        *others.entry(kind).or_default() += 1;
    }
}

async fn fire(client: &Client, number: &str) {
    let event = EventBuilder::new().header("Number", number);
    client.sendevent(&EventName::Notify, &event).await.unwrap();
}

/// Stopped for 90 seconds: late, not gone. No gap, no connection anew; what was asked meanwhile is given up in its time,
/// and afterwards every reply is its own command's.
#[tokio::test(flavor = "multi_thread")]
async fn a_switch_that_is_stopped_for_90_seconds() {
    let Some(switch) = Switch::own("a_switch_that_is_stopped_for_90_seconds").await else { return };
    let client = Client::connect(switch.config.clone()).await.unwrap();
    let mut events = client.events([EventName::Notify]).await.unwrap();
    let mut logs = client.logs(LogLevel::Debug).await.unwrap();
    let mut states = client.state_changes();
    let began = Instant::now();
    let watch = tokio::spawn(async move {
        let mut seen = Vec::new();
        while let Some(state) = states.next().await {
            say(&format!("{:>6.1} s: {state:?}", began.elapsed().as_secs_f64()));
            seen.push(state.clone());
            if state == State::Ready {
                break;
            }
        }
        seen
    });
    switch.signal("-STOP");
    let in_flight = client.api("echo in flight").await;
    say(&format!("{:>6.1} s: {in_flight:?}", began.elapsed().as_secs_f64()));
    assert!(matches!(in_flight, Err(Error::TimedOut { executed: Executed::Unknown, .. })), "{in_flight:?}");
    tokio::time::sleep_until((began + Duration::from_secs(90)).into()).await;
    switch.signal("-CONT");
    let answer = client.api("echo in step").await.unwrap();
    assert_eq!(answer.text(), "in step");
    assert_eq!(watch.await.unwrap(), [State::Stale, State::Ready]);
    fire(&client, "after").await;
    assert_eq!(until_number(&mut events, "after").await.get("gaps"), None);
    client.api("log warning after").await.unwrap();
    while let Some(item) = logs.next().await {
        match item {
            LogItem::Line(line) if line.text().contains("after") => break,
            LogItem::Line(_) => {}
            other => panic!("{other:?}"),
        }
    }
    client.close().await;
    say("90 seconds stopped: no gap, no new connection, in step afterwards");
}

/// What became of the calls asked for.
#[derive(Debug, Default)]
struct Load {
    made: u64,
    not_done: u64,
    unknown: u64,
    restarted: u64,
    other: BTreeMap<String, u64>,
}

impl Load {
    fn count(&mut self, outcome: Result<trunkline::JobResult, Error>) {
        match outcome {
            Ok(_) => self.made += 1,
            // Of those that waited for the switch to come back, some waited too long.
            Err(Error::Disconnected { executed, .. } | Error::TimedOut { executed, .. }) => match executed {
                Executed::No => self.not_done += 1,
                _ => self.unknown += 1,
            },
            Err(Error::Job(JobLost::Restarted)) => self.restarted += 1,
            Err(other) => *self.other.entry(other.to_string()).or_default() += 1,
        }
    }
}

/// 100 calls a second, by lanes, until told to stop.
async fn load(client: Client, mut stop: tokio::sync::oneshot::Receiver<()>) -> Load {
    let mut calls = JoinSet::new();
    let mut tick = tokio::time::interval(Duration::from_millis(10));
    let mut load = Load::default();
    loop {
        tokio::select! {
            _ = &mut stop => break,
            _ = tick.tick() => {
                let client = client.clone();
                calls.spawn(async move { client.bgapi("originate null/load &sleep(500)").await?.await });
            }
            Some(done) = calls.join_next(), if !calls.is_empty() => load.count(done.unwrap()),
        }
    }
    while let Some(done) = calls.join_next().await {
        load.count(done.unwrap());
    }
    load
}

/// Killed and started again, 20 times, under 100 calls a second over lanes.
#[tokio::test(flavor = "multi_thread")]
async fn a_switch_that_is_killed_20_times() {
    let Some(switch) = Switch::own("a_switch_that_is_killed_20_times").await else { return };
    let mut config = switch.config.clone().lanes(2);
    // One whose end falls into a gap.
    config.job_timeout = Duration::from_secs(60);
    config.reconnect.as_mut().unwrap().most = Duration::from_secs(2);
    let client = Client::connect(config).await.unwrap();
    let mut events = client.events("NOTIFY CHANNEL_CREATE CHANNEL_DESTROY").await.unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let calls = tokio::spawn(load(client.clone(), stopped));
    for round in 0..20 {
        tokio::time::sleep(Duration::from_millis(fastrand::u64(200..1500))).await;
        switch.kill().await;
        switch.start().await;
        let mut gaps = Vec::new();
        let number = round.to_string();
        // A lane may be back before the connection that carries events: once is not enough.
        let again = tokio::spawn({
            let (client, number) = (client.with_timeout(Duration::from_secs(60)), number.clone());
            async move {
                loop {
                    let event = EventBuilder::new().header("Number", &number);
                    let _ = client.sendevent(&EventName::Notify, &event).await;
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        });
        loop {
            match events.next().await.expect("the stream goes on") {
                Item::Event(event) if event.get("Number").as_deref() == Some(&*number) => break,
                Item::Event(_) => {}
                Item::Gap(gap) => gaps.push(gap),
                other => panic!("{other:?}"),
            }
        }
        again.abort();
        let [gap] = &gaps[..] else { panic!("round {round}: {gaps:?}") };
        assert_eq!(gap.why, GapCause::Restarted, "round {round}");
        let lasted = gap.to.duration_since(gap.from).unwrap_or_default();
        say(&format!("round {round}: one gap of {:.1} s: {}", lasted.as_secs_f64(), gap.reason));
    }
    stop.send(()).unwrap();
    let load = calls.await.unwrap();
    say(&format!("20 times killed: 20 gaps; calls: {load:?}"));
    assert!(load.made > 0 && load.other.is_empty(), "{load:?}");
    client.close().await;
}

/// 300 connections at once: more than its accept queue holds. Some are never greeted; each of those is told so in its
/// time, and none hangs.
#[tokio::test(flavor = "multi_thread")]
async fn three_hundred_connections_at_once() {
    let Some(switch) = Switch::own("three_hundred_connections_at_once").await else { return };
    let mut dialling = JoinSet::new();
    for _ in 0..300 {
        let config = switch.config.clone();
        dialling.spawn(async move { Client::connect(config).await });
    }
    let mut clients = Vec::new();
    let mut failed: BTreeMap<String, u64> = BTreeMap::new();
    while let Some(outcome) = dialling.join_next().await {
        match outcome.unwrap() {
            Ok(client) => clients.push(client),
            Err(error) => *failed.entry(error.to_string()).or_default() += 1,
        }
    }
    say(&format!("{} of 300 were let in; the others: {failed:?}", clients.len()));
    for client in &clients {
        assert_eq!(client.api("echo here").await.unwrap().text(), "here");
    }
    // Those that were not have only to ask again.
    for _ in clients.len()..300 {
        clients.push(Client::connect(switch.config.clone()).await.unwrap());
    }
    for client in clients {
        client.close().await;
    }
}
