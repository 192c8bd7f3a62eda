//! `sim load`: many calls at a steady rate, and what came of them.

mod caller;
mod progress;
mod record;
mod table;

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval};
use trunkline::{Client, CloseReason, EventSet, Events, Item, Reconnect};
use trunkline_sim::Sim;

use crate::args::{ConnectionArgs, LoadArgs};
use crate::failure::Failure;
use crate::{output, signal};
use caller::Caller;
use progress::Progress;
use record::{Record, SharedRecord, lock};

/// What is counted: each call's own few.
const EVENTS: &str = "CHANNEL_CREATE CHANNEL_ANSWER CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE CHANNEL_HANGUP_COMPLETE CHANNEL_DESTROY";
/// How often the progress is drawn.
const FRAME: Duration = Duration::from_millis(100);
/// How long the last calls may take to end, once all were to be hung up.
const LAST_CALLS: Duration = Duration::from_secs(10);
/// How long their last events may take then.
const LAST_EVENTS: Duration = Duration::from_secs(5);
/// The fewest channels a simulated switch of ours takes: FreeSWITCH's own limit in its sample configuration, and more.
const SESSIONS: u64 = 5000;

pub(crate) async fn run(connection: &ConnectionArgs, options: &LoadArgs) -> Result<(), Failure> {
    let (sim, mut config) = if connection.names_a_switch() {
        (None, connection.config()?)
    } else {
        let sim = start(options).await?;
        let config = sim.url().parse().map_err(trunkline::Error::from)?;
        (Some(sim), config)
    };
    // Calls outlive a connection: it is made again, to hang them up.
    config.reconnect = Some(Reconnect::default());
    let place = match &sim {
        Some(sim) => format!("a simulated switch on {}", sim.addr()),
        None => config.to_string(),
    };
    let client = Client::connect(config.lanes(usize::from(options.lanes))).await?;
    let outcome = load(&client, &place, options).await;
    client.close().await;
    if let Some(sim) = sim {
        sim.stop().await;
    }
    outcome
}

async fn start(options: &LoadArgs) -> Result<Sim, Failure> {
    // Each call may have several channels.
    let sessions = SESSIONS.max(u64::from(options.calls) * 4);
    let started = Sim::builder().configure(|config| config.max_sessions = sessions).start().await;
    started.map_err(|error| Failure::Local(format!("cannot listen on loopback: {error}")))
}

async fn load(client: &Client, place: &str, options: &LoadArgs) -> Result<(), Failure> {
    let version = client.api("version").await?.text().lines().next().unwrap_or_default().to_owned();
    output::print(&format!("Connected to {place}\n{version}\n"))?;
    let mut events = client.events(EventSet::parse(EVENTS)).await?;
    let caller = Caller::start(client.clone(), options)?;
    let record = caller.record();
    let began = Instant::now();
    let ended = follow(&mut events, &caller, &record, options, began).await?;
    caller.finish().await;
    table::print(&lock(&record), options, began.elapsed())?;
    match ended {
        Ended::Lost(reason) => Err(reason.into()),
        Ended::Interrupted => Ok(()),
        Ended::Done => lock(&record).verdict(),
    }
}

/// How it came to its end.
enum Ended {
    Done,
    Interrupted,
    Lost(CloseReason),
}

/// Until when is waited for the last calls, and for the last of their events.
struct Limit {
    hold: Duration,
    calls: Option<Instant>,
    events: Option<Instant>,
}

impl Limit {
    fn new(hold: Duration) -> Self {
        Self { hold, calls: None, events: None }
    }

    fn is_reached(&mut self, record: &Record, interrupted: bool) -> bool {
        let now = Instant::now();
        let hold = if interrupted { Duration::ZERO } else { self.hold };
        let past = |end: &mut Option<Instant>, wait| *end.get_or_insert(now + wait) < now;
        record.is_quiet()
            || (record.is_over() && past(&mut self.events, LAST_EVENTS))
            || (record.is_dialled() && past(&mut self.calls, hold + LAST_CALLS))
    }
}

/// Counts events and draws, until all calls have ended or may not be waited for any longer.
async fn follow(
    events: &mut Events,
    caller: &Caller,
    record: &SharedRecord,
    options: &LoadArgs,
    began: Instant,
) -> Result<Ended, Failure> {
    let mut progress = Progress::new(std::io::stdout().is_terminal(), options);
    let mut frames = interval(FRAME);
    frames.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let interrupted = signal::interrupted();
    tokio::pin!(interrupted);
    let (mut limit, mut was_interrupted) = (Limit::new(options.hold), false);
    let ended = loop {
        tokio::select! {
            item = events.next() => match item {
                Some(Item::Closed(reason)) => break Ended::Lost(reason),
                Some(item) => lock(record).note(&item),
                None => break Ended::Done,
            },
            _ = frames.tick() => progress.draw(&lock(record), began.elapsed())?,
            // Once is enough: the rest is bounded in time, and one Ctrl-C may well come twice, by way of a parent.
            () = &mut interrupted, if !was_interrupted => {
                was_interrupted = true;
                caller.stop();
            }
        }
        if limit.is_reached(&lock(record), was_interrupted) {
            break if was_interrupted { Ended::Interrupted } else { Ended::Done };
        }
    };
    progress.draw(&lock(record), began.elapsed())?;
    progress.end()?;
    Ok(ended)
}
