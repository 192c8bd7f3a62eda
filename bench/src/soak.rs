//! A client under load, and a switch that is killed and comes back, for as long as it takes to believe in it.
//!
//! The switch is the simulated one, in a process of its own. It is killed at random and started again: as another one
//! (another Core-UUID), or as what it was. Every stream must tell of each loss exactly once and be subscribed again
//! after it, every call must come to an end, and the memory must not grow.

mod model;

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use trunkline::{
    Client, Config, Error, Events, Executed, GapCause, Item, JobLost, LogItem, LogLevel, Logs, Reconnect,
    State,
};
use trunkline_sim::Sim;

use crate::measure::rss_kib;

#[derive(Args)]
pub(crate) struct Soak {
    /// How long
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
    /// Calls a second
    #[arg(long, default_value_t = 100)]
    calls: u32,
    /// Seconds between two losses, at most
    #[arg(long, default_value_t = 12.0)]
    hold: f64,
    /// Where chance begins
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The live model of the switch, instead of the streams of a client
    #[arg(long)]
    model: bool,
}

#[derive(Args)]
pub(crate) struct Switch {
    #[arg(long)]
    address: String,
    #[arg(long)]
    seed: u64,
}

/// The switch: until it is killed.
#[tokio::main]
pub(crate) async fn switch(options: &Switch) {
    let sim = Sim::builder().listen(&options.address).seed(options.seed).heartbeat(Duration::from_secs(1));
    let sim = sim.start().await.expect("listen");
    println!("{}", sim.addr());
    std::future::pending::<()>().await;
}

/// The process of the switch, and where it listens.
pub(crate) struct Running {
    child: Child,
    pub(crate) address: String,
}

impl Running {
    pub(crate) fn start(address: &str, seed: u64) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut child = Command::new(program)
            .args(["soak-switch", "--address", address, "--seed", &seed.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the switch");
        let mut line = String::new();
        let output = child.stdout.take().expect("piped");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line).expect("its address");
        Self { child, address: line.trim().to_owned() }
    }

    fn kill(&mut self) {
        self.child.kill().expect("running");
        self.child.wait().expect("killed");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[derive(Default)]
struct Counts {
    calls: AtomicU64,
    ended: AtomicU64,
    not_executed: AtomicU64,
    unknown: AtomicU64,
    timed_out: AtomicU64,
    restarted: AtomicU64,
    lost_in_a_gap: AtomicU64,
    refused: AtomicU64,
}

impl Counts {
    fn under_way(&self) -> u64 {
        let ends = [
            &self.ended,
            &self.not_executed,
            &self.unknown,
            &self.timed_out,
            &self.restarted,
            &self.lost_in_a_gap,
            &self.refused,
        ];
        self.calls.load(Ordering::Relaxed) - ends.iter().map(|end| end.load(Ordering::Relaxed)).sum::<u64>()
    }
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// What a stream has seen.
#[derive(Default)]
struct Seen {
    items: AtomicU64,
    missed: AtomicU64,
    gaps: AtomicU64,
    restarts: AtomicU64,
    /// Since the last gap.
    fresh: AtomicU64,
}

impl Seen {
    fn item(&self) {
        count(&self.items);
        count(&self.fresh);
    }

    fn gap(&self, why: GapCause) {
        count(&self.gaps);
        self.fresh.store(0, Ordering::Relaxed);
        if why == GapCause::Restarted {
            count(&self.restarts);
        }
    }
}

async fn read_events(mut events: Events, seen: Arc<Seen>) {
    while let Some(item) = events.next().await {
        match item {
            Item::Event(_) => seen.item(),
            Item::Gap(gap) => seen.gap(gap.why),
            Item::Missed(missed) => drop(seen.missed.fetch_add(missed.count(), Ordering::Relaxed)),
            Item::Closed(_) => return,
            other => panic!("{other:?}"),
        }
    }
}

async fn read_log(mut log: Logs, seen: Arc<Seen>) {
    while let Some(item) = log.next().await {
        match item {
            LogItem::Line(_) => seen.item(),
            LogItem::Gap(gap) => seen.gap(gap.why),
            LogItem::Missed(missed) => drop(seen.missed.fetch_add(missed.count(), Ordering::Relaxed)),
            LogItem::Closed(_) => return,
            other => panic!("{other:?}"),
        }
    }
}

/// One call: begun in the background, answered, killed.
async fn call(client: Client, number: u64, counts: Arc<Counts>) {
    count(&counts.calls);
    let uuid = format!("soak-{number}");
    let outcome = async {
        let originate = format!("originate {{origination_uuid={uuid}}}null/{number} &park");
        let mut job = client.bgapi(&originate).await?;
        let asked = Instant::now();
        let result = loop {
            match tokio::time::timeout(Duration::from_secs(3), &mut job).await {
                Ok(end) => break Some(end?),
                // Its end may have come while nobody listened.
                Err(_) if job.crossed_gap() => break None,
                Err(_) => assert!(asked.elapsed() < Duration::from_secs(60), "job {number} never ended"),
            }
        };
        let killed = client.api(&format!("uuid_kill {uuid}")).await?;
        Ok::<_, Error>((result.is_some(), killed.error().is_none()))
    };
    match outcome.await {
        Ok((false, _)) => count(&counts.lost_in_a_gap),
        Ok((true, true)) => count(&counts.ended),
        // A switch that was restarted meanwhile knows no such call.
        Ok((true, false)) => count(&counts.refused),
        Err(Error::Disconnected { executed: Executed::No, .. }) => count(&counts.not_executed),
        Err(Error::Disconnected { .. }) => count(&counts.unknown),
        Err(Error::TimedOut { .. }) => count(&counts.timed_out),
        Err(Error::Job(JobLost::Restarted)) => count(&counts.restarted),
        Err(error) => panic!("call {number}: {error:?}"),
    }
}

async fn make_calls(client: Client, rate: u32, counts: Arc<Counts>) {
    let mut every = tokio::time::interval(Duration::from_secs(1) / rate.max(1));
    for number in 0.. {
        every.tick().await;
        tokio::spawn(call(client.clone(), number, Arc::clone(&counts)));
    }
}

/// Ends the program where a promise is broken, whichever task finds out.
fn end_on_panic() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        usual(panic);
        std::process::exit(1);
    }));
}

/// Waits for the connection, and for every stream to say that there was a gap and to go on.
async fn back_again(client: &Client, streams: &[(&str, Arc<Seen>)], losses: u64) {
    let patience = Instant::now() + Duration::from_secs(30);
    let settled =
        |seen: &Seen| seen.gaps.load(Ordering::Relaxed) >= losses && seen.fresh.load(Ordering::Relaxed) > 0;
    while client.state() != State::Ready || !streams.iter().all(|(_, seen)| settled(seen)) {
        let late = streams.iter().filter(|(_, seen)| !settled(seen)).map(|(name, _)| *name);
        assert!(
            Instant::now() < patience,
            "{:?}: {:?} did not go on",
            client.state(),
            late.collect::<Vec<_>>()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn report(started: Instant, client: &Client, counts: &Counts, streams: &[(&str, Arc<Seen>)], losses: u64) {
    let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    println!(
        "{:>4.1} min: {} losses; {} calls: {} ended, {} not executed, {} unknown, {} timed out, {} ended by a \
         restart, {} jobs lost in a gap, {} gone; {} commands wait; {} KiB resident",
        started.elapsed().as_secs_f64() / 60.0,
        losses,
        of(&counts.calls),
        of(&counts.ended),
        of(&counts.not_executed),
        of(&counts.unknown),
        of(&counts.timed_out),
        of(&counts.restarted),
        of(&counts.lost_in_a_gap),
        of(&counts.refused),
        client.outstanding(),
        rss_kib(),
    );
    for (name, seen) in streams {
        println!(
            "           {name}: {} items, {} missed, {} gaps, {} of them restarts",
            of(&seen.items),
            of(&seen.missed),
            of(&seen.gaps),
            of(&seen.restarts)
        );
        assert_eq!(of(&seen.gaps), losses, "{name}: each loss is one gap");
    }
}

#[tokio::main]
pub(crate) async fn run(options: &Soak) {
    match options.model {
        true => model::run(options).await,
        false => streams(options).await,
    }
}

async fn streams(options: &Soak) {
    end_on_panic();
    let mut random = fastrand::Rng::with_seed(options.seed);
    let mut switch_seed = options.seed;
    let mut switch = Running::start("127.0.0.1:0", switch_seed);
    let url = format!("esl://:ClueCon@{}?job_timeout=60000", switch.address);
    let mut reconnect = Reconnect::default();
    reconnect.most = Duration::from_secs(1);
    let config: Config = url.parse().expect("a URL");
    let client = Client::connect(config.reconnect(reconnect)).await.expect("connect");

    let mut streams = Vec::new();
    for (name, events) in
        [("ALL", "ALL"), ("calls", "CHANNEL_CREATE CHANNEL_DESTROY"), ("HEARTBEAT", "HEARTBEAT CUSTOM a::b")]
    {
        let seen = Arc::new(Seen::default());
        tokio::spawn(read_events(client.events(events).await.expect("subscribe"), Arc::clone(&seen)));
        streams.push((name, seen));
    }
    let seen = Arc::new(Seen::default());
    tokio::spawn(read_log(client.logs(LogLevel::Info).await.expect("subscribe"), Arc::clone(&seen)));
    streams.push(("log", seen));
    let counts = Arc::new(Counts::default());
    let calling = tokio::spawn(make_calls(client.clone(), options.calls, Arc::clone(&counts)));

    let started = Instant::now();
    let mut reported = 0;
    for losses in 1.. {
        tokio::time::sleep(Duration::from_secs_f64(random.f64() * options.hold)).await;
        switch.kill();
        if random.bool() {
            switch_seed += 1;
        }
        tokio::time::sleep(Duration::from_secs_f64(random.f64() * 2.0)).await;
        let address = switch.address.clone();
        switch = Running::start(&address, switch_seed);
        back_again(&client, &streams, losses).await;
        let minutes = started.elapsed().as_secs() / 60;
        let over = started.elapsed().as_secs_f64() >= options.minutes * 60.0;
        if minutes > reported || over {
            reported = minutes;
            report(started, &client, &counts, &streams, losses);
        }
        if over {
            break;
        }
    }
    calling.abort();
    let over = Instant::now() + Duration::from_secs(120);
    while counts.under_way() > 0 {
        assert!(Instant::now() < over, "{} calls never came to an end", counts.under_way());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    println!("          every call came to an end");
    assert_eq!(client.close().await, trunkline::CloseReason::Requested);
}
