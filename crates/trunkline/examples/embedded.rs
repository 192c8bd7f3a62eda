//! A model of the switch in an event loop of one's own: here a `TcpStream` in one thread, and nothing async.
//!
//! cargo run -p trunkline --features model --example embedded
//! (TRUNKLINE_ADDRESS=HOST:8021 and TRUNKLINE_PASSWORD for a switch of yours)

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use trunkline::model::{Altered, Change, Channel, Embedded, NoJob, Observed};
use trunkline::proto::{ConnectionConfig, Credentials};
use trunkline::{Command, Event};
use trunkline_sim::Sim;

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The simulated switch is async; nothing below is.
    let runtime = tokio::runtime::Runtime::new()?;
    let sim = runtime.block_on(Sim::builder().start())?;
    let address = std::env::var("TRUNKLINE_ADDRESS").unwrap_or_else(|_| sim.addr().to_string());
    let password = std::env::var("TRUNKLINE_PASSWORD").unwrap_or_else(|_| "ClueCon".to_owned());

    let mut socket = TcpStream::connect(address)?;
    let config = ConnectionConfig::new(Credentials::Password(password.as_str().into()));
    let mut switch = Embedded::new(config, Instant::now());

    // Once the model knows all there is, a call is made, and hung up when it is answered.
    let id = format!("embedded-{}", std::process::id());
    loop {
        step(&mut socket, &mut switch)?;
        while let Some(observed) = switch.observe() {
            match observed {
                Observed::Current => {
                    println!("{} channels at first", switch.view().channels().len());
                    let line = format!("originate {{origination_uuid={id}}}null/example &park");
                    let done = |result: Result<Event, NoJob>| match result {
                        Ok(event) => println!("originate: {}", event.body().unwrap_or_default().trim()),
                        Err(why) => println!("originate: {why}"),
                    };
                    switch.start_job(&line, "originate".into(), done, Instant::now())?;
                }
                Observed::Changes(batch) => batch.changes().iter().for_each(print),
                Observed::Closed(reason) => return Err(reason.into()),
                _ => {}
            }
        }
        let view = switch.view();
        match view.channel(&id) {
            Some(channel) if channel.is_answered() && switch.pending_commands().next().is_none() => {
                let kill = Command::api(&format!("uuid_kill {id}"))?;
                switch.send(kill, |reply| println!("uuid_kill: {}", reply.is_ok()), Instant::now());
            }
            None if view.stale().is_none()
                && view.version() > 0
                && switch.pending_jobs().next().is_none() =>
            {
                return Ok(());
            }
            _ => {}
        }
    }
}

/// What has happened to a channel.
fn print(change: &Change) {
    match change.of::<Channel>() {
        Some(Altered::Created { after, .. }) => println!("{} is new", after.id),
        Some(Altered::Updated { after, fields, .. }) => {
            let state = after.call_state.as_ref().map_or("?", |state| state.as_str());
            println!("{}: {fields:?} changed; it is {state}", after.id);
        }
        Some(Altered::Removed { last, cause, .. }) => println!("{} is gone: {cause:?}", last.id),
        _ => {}
    }
}

/// Writes what is to be written, and reads what comes before the next deadline.
fn step(socket: &mut TcpStream, switch: &mut Embedded) -> std::io::Result<()> {
    socket.write_all(switch.transmit())?;
    switch.transmitted(switch.transmit().len(), Instant::now());
    let soon = Duration::from_millis(100);
    let left = switch.deadline().map_or(soon, |due| due.saturating_duration_since(Instant::now()).min(soon));
    socket.set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
    let mut buffer = [0; 65_536];
    match socket.read(&mut buffer) {
        Ok(0) => switch.handle_eof(Instant::now()),
        Ok(read) => switch.handle_bytes(&buffer[..read], Instant::now()),
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
        Err(error) => return Err(error),
    }
    switch.handle_timeout(Instant::now());
    Ok(())
}
