//! `demo`: calls at a steady rate, and calls and events live.

mod board;
mod caller;
mod view;

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval};
use trunkline::{Client, CloseReason, EventSet, Item};
use trunkline_sim::Sim;

use crate::args::{ConnectionArgs, DemoArgs};
use crate::failure::Failure;
use crate::{output, signal};
use board::Board;
use caller::Caller;
use view::View;

/// What is watched: a call's whole life, and the switch's pulse.
const EVENTS: &str = "CHANNEL_CREATE CHANNEL_STATE CHANNEL_CALLSTATE CHANNEL_ANSWER CHANNEL_EXECUTE \
                      CHANNEL_EXECUTE_COMPLETE CHANNEL_PARK CHANNEL_UNPARK CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE \
                      CHANNEL_DESTROY HEARTBEAT";
/// How often the view is drawn.
const FRAME: Duration = Duration::from_millis(100);
/// How long the last calls may take to end.
const LAST_CALLS: Duration = Duration::from_secs(5);

pub(crate) async fn run(connection: &ConnectionArgs, options: &DemoArgs) -> Result<(), Failure> {
    let sim = if connection.names_a_switch() {
        None
    } else {
        let started = Sim::builder().start().await;
        Some(started.map_err(|error| Failure::Local(format!("cannot listen on loopback: {error}")))?)
    };
    let client = match &sim {
        Some(sim) => trunkline::connect(sim.url().as_str()).await?,
        None => connection.connect().await?,
    };
    let place = match &sim {
        Some(sim) => format!("a simulated switch on {}", sim.addr()),
        None => connection.config()?.to_string(),
    };
    let endpoints = match (&options.dial, &sim) {
        (Some(endpoint), _) => vec![endpoint.clone()],
        // On a switch that is not ours, only what rings nowhere.
        (None, None) => vec!["null/trunkline-demo".to_owned()],
        (None, Some(_)) => vec!["null/trunkline-demo".to_owned(), "loopback/9001/default".to_owned()],
    };
    let version = client.api("version").await?.text().lines().next().unwrap_or_default().to_owned();
    output::print(&format!("Connected to {place}\n{version}\n"))?;
    let outcome = show(&client, endpoints, options).await;
    client.close().await;
    if let Some(sim) = sim {
        sim.stop().await;
    }
    outcome
}

async fn show(client: &Client, endpoints: Vec<String>, options: &DemoArgs) -> Result<(), Failure> {
    let mut events = client.events(EventSet::parse(EVENTS)).await?;
    let caller = Caller::start(client.clone(), endpoints, options.rate);
    let mut board = Board::new(caller.calls());
    let mut view = View::new(std::io::stdout().is_terminal());
    let started = Instant::now();
    let end = started + Duration::from_secs_f64(options.duration);
    let mut frames = interval(FRAME);
    frames.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let interrupted = signal::interrupted();
    tokio::pin!(interrupted);
    let mut lost = None;
    let mut calling = true;
    loop {
        tokio::select! {
            item = events.next() => match item {
                Some(Item::Event(event)) => view.note(board.apply(&event))?,
                Some(Item::Missed(missed)) => board.missed += missed.count(),
                Some(Item::Closed(reason)) => lost = Some(reason),
                Some(_) => {}
                None => break,
            },
            _ = frames.tick() => view.draw(&board, started.elapsed())?,
            () = &mut interrupted, if calling => {
                calling = false;
                caller.stop();
            }
        }
        if calling && Instant::now() >= end {
            calling = false;
            caller.stop();
        }
        if lost.is_some() || (!calling && board.is_over()) || Instant::now() > end + LAST_CALLS {
            break;
        }
    }
    caller.stop();
    caller.finish().await;
    view.draw(&board, started.elapsed())?;
    view.summary(&board, started.elapsed())?;
    match lost {
        Some(CloseReason::Requested) | None => Ok(()),
        Some(reason) => Err(reason.into()),
    }
}
