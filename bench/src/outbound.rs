//! Servers of outbound sockets, beside one another: this process is the switch, each server has one of its own.

mod call;
mod measured;
mod program;
mod recorded;
mod switch;
mod template;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use tokio::task::JoinSet;

use crate::measure::{Latency, cpu_seconds};
use call::Times;
use measured::{Figures, Held};
use program::{CONTESTANTS, Program, Server};
use switch::Switch;

/// `cargo run --release -p trunkline-bench -- outbound`
///
/// A call: the switch dials; the server connects, listens to the call's events, lingers; answers; plays 200 ms; collects
/// one digit; hangs up; and goes when it has heard of the hangup's completion. A call that lacks any of it counts as lost.
/// The switch is a generator that says what a real one said in a recorded SIP call (fixtures/transcripts/out-ivr.ndjson:
/// 17 events, 116 kB). Its times are a tenth of the real ones, lest anything but sleeping be measured.
///
/// `calls_per_cpu_s` is of the server's processor time; `ratio` is of that, ours to theirs. `first_ms` is from dialling to
/// the server's first command, at a moderate pace. `kib_N` is what the server's resident memory grew by for each of N
/// calls that wait for their digit.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Options {
    /// Seconds for each contestant and round
    #[arg(long, default_value_t = 4.0)]
    seconds: f64,
    /// Rounds; the median is printed
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Calls at once
    #[arg(long, default_value_t = 500)]
    calls: usize,
    /// Calls a second where the first command is timed
    #[arg(long, default_value_t = 100)]
    pace: u32,
    /// Calls to hold
    #[arg(long, value_delimiter = ',', default_value = "1000,10000")]
    held: Vec<u64>,
    /// How long things take, as a part of what they really do
    #[arg(long, default_value_t = 0.1)]
    time: f64,
    /// Only these contestants
    names: Vec<String>,
}

impl Options {
    fn times(&self) -> Times {
        let millis = |real: u64| Duration::from_millis(real).mul_f64(self.time);
        Times { park: millis(20), answer: millis(20), playback: millis(200), press: Some(millis(100)) }
    }

    fn duration(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn run(options: &Options) {
    let is_named =
        |program: &&Program| options.names.is_empty() || options.names.iter().any(|it| it == program.name);
    let programs: Vec<&Program> =
        CONTESTANTS.iter().filter(is_named).filter(|program| program.is_installed()).collect();
    let mut rounds: Vec<Vec<Figures>> = programs.iter().map(|_| Vec::new()).collect();
    for _ in 0..options.rounds.max(1) {
        for (program, figures) in programs.iter().zip(&mut rounds) {
            figures.push(figures_of(program, options).await);
        }
    }
    let medians: Vec<Figures> = rounds.into_iter().map(Figures::median).collect();
    let ours = medians.first().map_or(f64::NAN, |ours| ours.calls_per_cpu_s);
    for (program, median) in programs.iter().zip(medians) {
        println!("name={} {median} ratio={:.2}", program.name, ours / median.calls_per_cpu_s);
    }
    for program in programs {
        println!("name={} {}", program.name, held(program, options).await);
    }
}

/// As many calls as there may be at once for a while, and some at a moderate pace.
async fn figures_of(program: &Program, options: &Options) -> Figures {
    let server = Server::start(program);
    let switch = Switch::new(options.times());
    let mut figures = under_load(&server, &switch, options).await;
    switch.tally.take_first_commands();
    paced(&server, &switch, options).await;
    figures.first_command = Some(Latency::of(switch.tally.take_first_commands()));
    figures.lost = switch.tally.lost.load(Ordering::Relaxed);
    figures
}

async fn under_load(server: &Server, switch: &Arc<Switch>, options: &Options) -> Figures {
    let going = Arc::new(AtomicBool::new(true));
    let mut calls = JoinSet::new();
    // Not all in one moment: more than a listener has room for would never be accepted.
    for _ in 0..options.calls {
        calls.spawn(one_after_another(Arc::clone(switch), server.address, Arc::clone(&going)));
        tokio::time::sleep((options.duration() / 2).div_f64(options.calls as f64)).await;
    }
    tokio::time::sleep(options.duration() / 2).await;
    let look =
        || (switch.tally.well.load(Ordering::Relaxed), server.cpu_seconds(), cpu_seconds(), Instant::now());
    let before = look();
    tokio::time::sleep(options.duration()).await;
    let after = look();
    going.store(false, Ordering::Relaxed);
    while calls.join_next().await.is_some() {}
    let seconds = (after.3 - before.3).as_secs_f64();
    let (count, cpu) = ((after.0 - before.0) as f64, after.1 - before.1);
    Figures {
        calls_per_s: count / seconds,
        calls_per_cpu_s: count / cpu.max(0.01),
        server_cpus: cpu / seconds,
        switch_cpus: (after.2 - before.2) / seconds,
        first_command: None,
        lost: 0,
    }
}

async fn one_after_another(switch: Arc<Switch>, server: SocketAddr, going: Arc<AtomicBool>) {
    while going.load(Ordering::Relaxed) {
        switch.call(server).await;
    }
}

async fn paced(server: &Server, switch: &Arc<Switch>, options: &Options) {
    let mut every = tokio::time::interval(Duration::from_secs(1) / options.pace.max(1));
    let mut calls = JoinSet::new();
    let end = Instant::now() + options.duration();
    while Instant::now() < end {
        every.tick().await;
        let (switch, address) = (Arc::clone(switch), server.address);
        calls.spawn(async move { switch.call(address).await });
    }
    while calls.join_next().await.is_some() {}
}

/// Calls whose callers wait before they press a digit, more and more of them; in the end all do.
async fn held(program: &Program, options: &Options) -> Held {
    /// Calls that may be on their way to where they hold on.
    const AT_ONCE: u64 = 100;
    let server = Server::start(program);
    let warm = Switch::new(options.times());
    for _ in 0..20 {
        warm.call(server.address).await;
    }
    let mut times = options.times();
    times.press = None;
    let switch = Switch::new(times);
    let tally = &switch.tally;
    let of = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
    let mut calls = JoinSet::new();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let empty = server.rss_kib();
    let mut grown = Vec::new();
    for count in &options.held {
        while of(&tally.held) + tally.ended() < *count {
            while calls.len() < *count as usize
                && calls.len() as u64 - of(&tally.held) - of(&tally.lost) < AT_ONCE
            {
                let (switch, address) = (Arc::clone(&switch), server.address);
                calls.spawn(async move { switch.call(address).await });
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
        let rss = server.rss_kib().saturating_sub(empty);
        grown.push((*count, rss as f64 / *count as f64));
    }
    switch.release(Duration::from_secs(10));
    while calls.join_next().await.is_some() {}
    Held { grown, at_once: of(&tally.held), well: of(&tally.well), lost: of(&tally.lost) }
}
