//! Events for ever, across restarts of the switch, and the gaps between.
//!
//! cargo run -p trunkline --example tail            (TRUNKLINE_URL=esl://:PASSWORD@HOST:8021 for a switch of yours)

use std::time::Duration;

use trunkline::{Client, Config, EventName, Item, Reconnect};
use trunkline_sim::Sim;

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (url, show) = match std::env::var("TRUNKLINE_URL") {
        Ok(url) => (url, None),
        Err(_) => {
            // A switch to look at: it lives, is lost, lives again, and is done.
            let sim = heartbeats("127.0.0.1:0", 1).await?;
            (sim.url(), Some(tokio::spawn(live(sim))))
        }
    };
    let mut reconnect = Reconnect::default();
    if show.is_some() {
        reconnect.first = Duration::from_millis(50);
        reconnect.attempts = Some(5);
    }
    let config: Config = url.parse()?;
    let client = Client::connect(config.reconnect(reconnect)).await?;
    let mut events = client.events("ALL").await?;
    while let Some(item) = events.next().await {
        match item {
            Item::Event(event) => {
                let name = event.name().map_or("an event without a name", EventName::as_str);
                println!("{name:<24} {}", event.get("Event-Info").or(event.unique_id()).unwrap_or_default());
            }
            Item::Gap(gap) => {
                let blind = gap.to.duration_since(gap.from).unwrap_or_default();
                println!("-- {:?}: nothing was seen for {blind:.1?} ({})", gap.why, gap.reason);
            }
            Item::Missed(missed) => println!("-- too slow: {} events were dropped", missed.count()),
            Item::Closed(reason) => println!("-- the end: {reason}"),
            other => println!("-- {other:?}"),
        }
    }
    if let Some(show) = show {
        show.await??;
    }
    Ok(())
}

async fn heartbeats(address: &str, seed: u64) -> std::io::Result<Sim> {
    Sim::builder().listen(address).seed(seed).heartbeat(Duration::from_millis(100)).start().await
}

async fn live(sim: Sim) -> std::io::Result<()> {
    let address = sim.addr().to_string();
    tokio::time::sleep(Duration::from_millis(400)).await;
    // Something between cuts the connection.
    sim.kill_connections();
    tokio::time::sleep(Duration::from_millis(400)).await;
    // The switch is restarted, and is another one then.
    sim.stop().await;
    let sim = heartbeats(&address, 2).await?;
    tokio::time::sleep(Duration::from_millis(800)).await;
    sim.stop().await;
    Ok(())
}
