//! A stream of events: one call, from its creation to its end.
//!
//! cargo run -p trunkline --example events          (TRUNKLINE_URL=esl://:PASSWORD@HOST:8021 for a switch of yours)

use trunkline::{EventName, Item};
use trunkline_sim::Sim;

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sim = Sim::builder().start().await?;
    let url = std::env::var("TRUNKLINE_URL").unwrap_or_else(|_| sim.url());
    let client = trunkline::connect(url.as_str()).await?;

    let mut events = client
        .events([
            EventName::ChannelCreate,
            EventName::ChannelAnswer,
            EventName::ChannelHangupComplete,
            EventName::ChannelDestroy,
        ])
        .await?;

    let uuid = format!("example-{}", std::process::id());
    let call = client.bgapi(&format!("originate {{origination_uuid={uuid}}}null/example &park")).await?;
    println!("originate: {}", call.await?.text().trim());
    client.api(&format!("uuid_kill {uuid}")).await?;

    while let Some(item) = events.next().await {
        match item {
            // Other calls may be up on that switch.
            Item::Event(event) if event.unique_id().as_deref() == Some(uuid.as_str()) => {
                let name = event.name().map_or("an event without a name", EventName::as_str);
                let state = event.get("Channel-Call-State").unwrap_or_default();
                println!("{name:<24} {state}");
                if event.is(EventName::ChannelHangupComplete) {
                    println!("  because of {}", event.get("Hangup-Cause").unwrap_or_default());
                    println!("  it took {} s", event.variable("duration").unwrap_or_default());
                }
                if event.is(EventName::ChannelDestroy) {
                    break;
                }
            }
            Item::Missed(missed) => println!("too slow: {} events were dropped", missed.count()),
            Item::Closed(reason) => println!("the connection ended: {reason}"),
            _ => {}
        }
    }
    client.close().await;
    sim.stop().await;
    Ok(())
}
