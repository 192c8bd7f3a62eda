//! Without async: one call, from its creation to its end, in one thread.
//!
//! cargo run -p trunkline --features blocking --example blocking
//! (TRUNKLINE_URL=esl://:PASSWORD@HOST:8021 for a switch of yours)

use std::time::{Duration, Instant};

use trunkline::blocking::{self, Received};
use trunkline::{Command, EventName};
use trunkline_sim::Sim;

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The simulated switch is async; nothing below is.
    let runtime = tokio::runtime::Runtime::new()?;
    let sim = runtime.block_on(Sim::builder().start())?;
    let url = std::env::var("TRUNKLINE_URL").unwrap_or_else(|_| sim.url());
    let mut client = blocking::connect(url.as_str())?;

    // A command, and what it prints.
    println!("{}", client.api("status")?.text());

    // Several at once, their replies in any order.
    let tickets = [
        client.send(Command::api("version")?)?,
        client.send(Command::api("hostname")?)?,
        client.send(Command::api("uptime")?)?,
    ];
    for ticket in tickets.iter().rev() {
        println!("{}: {}", ticket.command(), client.wait(ticket)?.text().trim());
    }

    // A call. Its events are kept while the job is waited for.
    client.events("CHANNEL_CREATE CHANNEL_ANSWER CHANNEL_HANGUP_COMPLETE CHANNEL_DESTROY")?;
    let uuid = format!("blocking-{}", std::process::id());
    let job = client.bgapi(&format!("originate {{origination_uuid={uuid}}}null/example &park"))?;
    println!("originate: {}", client.wait_job(&job)?.text().trim());
    client.api(&format!("uuid_kill {uuid}"))?;

    let end = Instant::now() + Duration::from_secs(10);
    while let Some(received) = client.recv_timeout(end.saturating_duration_since(Instant::now()))? {
        match received {
            // Other calls may be up on that switch.
            Received::Event(event) if event.unique_id().as_deref() == Some(uuid.as_str()) => {
                println!("{}", event.name().map_or("an event without a name", EventName::as_str));
                if event.is(EventName::ChannelDestroy) {
                    break;
                }
            }
            Received::Missed(missed) => println!("too slow: {} items were dropped", missed.count()),
            _ => {}
        }
    }
    println!("{}", client.close()?);
    runtime.block_on(sim.stop());
    Ok(())
}
