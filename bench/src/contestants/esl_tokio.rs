//! freeswitch-esl-tokio, the closest peer. Its event queue waits instead of dropping, so that nothing is missed.

use std::time::{Duration, Instant};

use freeswitch_esl_tokio::{
    EslClient, EslConnectOptions, EslEventStream, EslEventType, EventFormat, EventOverflow, HeaderLookup,
};

use super::TASKS;
use crate::measure::{Measured, Meter};
use crate::{Contestant, Format};

async fn connect(contestant: &Contestant) -> (EslClient, EslEventStream) {
    let (host, port) = contestant.host_and_port();
    let options =
        EslConnectOptions::new().with_event_overflow(EventOverflow::BlockFor(Duration::from_secs(60)));
    EslClient::connect_with_options(host, port, &contestant.password, options).await.expect("connect")
}

#[tokio::main]
pub(crate) async fn stream(contestant: &Contestant) -> Measured {
    let contestant = contestant.clone();
    tokio::spawn(async move { consume(&contestant).await }).await.expect("no panic")
}

async fn consume(contestant: &Contestant) -> Measured {
    let (client, mut events) = connect(contestant).await;
    let format = match contestant.format {
        Format::Plain => EventFormat::Plain,
        Format::Json => EventFormat::Json,
        Format::Xml => EventFormat::Xml,
    };
    client.subscribe_events_raw(format, "ALL").await.expect("subscribe");
    let meter = Meter::start();
    let (mut count, mut seen) = (0u64, 0u64);
    loop {
        let event = events.recv().await.expect("the last event ends the run").expect("an event");
        if event.event_type() == Some(EslEventType::Custom) {
            let sent: u64 = event.header_str("Sent").expect("Sent").parse().expect("a number");
            assert!(seen > count, "the headers were read");
            // It does not say how many bytes an event took.
            return meter.stop(count, 0, sent - count);
        }
        count += 1;
        seen += u64::from(event.event_type().is_some());
        seen += event.unique_id().map_or(0, |id| id.len() as u64);
        seen += event.header_str("Channel-State").map_or(0, |state| state.len() as u64);
    }
}

#[tokio::main]
pub(crate) async fn rtt_spawned(contestant: &Contestant) -> Measured {
    let contestant = contestant.clone();
    tokio::spawn(async move { sequence(&contestant).await }).await.expect("no panic")
}

#[tokio::main]
pub(crate) async fn rtt_main(contestant: &Contestant) -> Measured {
    sequence(contestant).await
}

async fn sequence(contestant: &Contestant) -> Measured {
    let (client, _events) = connect(contestant).await;
    let _ = client.api("uptime").await.expect("a reply");
    let meter = Meter::start();
    let end = Instant::now() + contestant.duration();
    let (mut count, mut bytes) = (0, 0);
    while Instant::now() < end {
        let reply = client.api("uptime").await.expect("a reply");
        bytes += reply.body().map_or(0, |body| body.len() as u64);
        count += 1;
    }
    meter.stop(count, bytes, 0)
}

#[tokio::main]
pub(crate) async fn pipeline(contestant: &Contestant) -> Measured {
    let (client, _events) = connect(contestant).await;
    let _ = client.api("uptime").await.expect("a reply");
    let meter = Meter::start();
    let end = Instant::now() + contestant.duration();
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move {
                let mut count = 0u64;
                while Instant::now() < end {
                    let _ = client.api("uptime").await.expect("a reply");
                    count += 1;
                }
                count
            })
        })
        .collect();
    let mut count = 0;
    for task in tasks {
        count += task.await.expect("no panic");
    }
    meter.stop(count, 0, 0)
}
