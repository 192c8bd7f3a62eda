//! A server one level up: each call's connection is filtered and subscribed before anything is done with the call; what is
//! to happen at an event stands by its name; calls that stay too long are cut off; everything is counted.
//!
//! cargo run -p trunkline --example call_server     (TRUNKLINE_URL=esl://:PASSWORD@HOST:8021 for a switch on this machine)

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use trunkline::outbound::{Server, Shutdown};
use trunkline::{Call, Error, Event, EventName, HangupCause, Item};
use trunkline_sim::Sim;

/// What is done at an event, with all it says of its channel at hand.
type Reaction = Box<dyn Fn(&Call, &Event) + Send + Sync>;

#[derive(Default)]
struct CallServer {
    reactions: HashMap<EventName, Reaction>,
    events: AtomicUsize,
}

impl CallServer {
    fn on(mut self, name: EventName, reaction: impl Fn(&Call, &Event) + Send + Sync + 'static) -> Self {
        self.reactions.insert(name, Box::new(reaction));
        self
    }

    /// Sees a call through. That it is connected, and lingers, is the library's doing.
    async fn attend(&self, call: Call) -> Result<(), Error> {
        call.client().filter("Unique-ID", call.uuid().as_str()).await?;
        let mut events = call.events("ALL").await?;
        call.answer().await?;
        let mut too_long = std::pin::pin!(tokio::time::sleep(Duration::from_millis(500)));
        loop {
            let item = tokio::select! {
                item = events.next() => item,
                () = too_long.as_mut(), if call.ended_already().is_none() => {
                    call.hangup(HangupCause::AllottedTimeout).await?;
                    continue;
                }
            };
            let Some(Item::Event(event)) = item else { return Ok(()) };
            self.events.fetch_add(1, Ordering::Relaxed);
            if let Some(reaction) = event.name().and_then(|name| self.reactions.get(name)) {
                reaction(&call, &event);
            }
            if event.is(EventName::ChannelHangupComplete) {
                return Ok(());
            }
        }
    }
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let calls = CallServer::default()
        .on(EventName::ChannelExecuteComplete, |call, event| {
            if event.get("Application").as_deref() == Some("answer") {
                let call = call.clone();
                tokio::spawn(async move { call.playback("silence_stream://-1").await });
            }
        })
        .on(EventName::ChannelHangupComplete, |call, event| {
            println!("{} took {} s", call.uuid(), event.variable("billsec").unwrap_or_default());
        });
    let calls = Arc::new(calls);
    let server = Server::bind("127.0.0.1:0").await?;
    let (handle, attending) = (server.handle(), Arc::clone(&calls));
    let serving = tokio::spawn(server.serve(|call: Call| async move { attending.attend(call).await }));

    let sim = Sim::builder().start().await?;
    let url = std::env::var("TRUNKLINE_URL").unwrap_or_else(|_| sim.url());
    let client = trunkline::connect(url.as_str()).await?;
    let socket = format!("'socket:{} async full' inline", handle.local_addresses()[0]);
    for _ in 0..3 {
        client.bgapi(&format!("originate null/example {socket}")).await?.await?;
    }
    while handle.counts().over() < 3 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    handle.shutdown(Shutdown::give_back(Duration::from_secs(1)));
    serving.await??;
    println!("{} events, {:?}", calls.events.load(Ordering::Relaxed), handle.counts());
    Ok(())
}
