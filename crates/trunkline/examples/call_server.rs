//! A server one level up: each call's connection is filtered and subscribed before anything is done with the call; what is
//! to happen at an event stands by its name; calls that stay too long are cut off; everything is counted.
//!
//! cargo run -p trunkline --example call_server     (TRUNKLINE_URL=esl://:PASSWORD@HOST:8021 for a switch on this machine)

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use trunkline::outbound::Server;
use trunkline::{Call, Error, Event, EventName, HangupCause, Item};

#[path = "support/switch.rs"]
mod switch;

/// What is done at an event, with all it says of its channel at hand.
type Reaction = Box<dyn Fn(&Call, &Event) + Send + Sync>;

#[derive(Default)]
pub(crate) struct CallServer {
    reactions: HashMap<EventName, Reaction>,
    events: AtomicUsize,
}

impl CallServer {
    fn on(mut self, name: EventName, reaction: impl Fn(&Call, &Event) + Send + Sync + 'static) -> Self {
        self.reactions.insert(name, Box::new(reaction));
        self
    }

    /// Sees a call through. That it is connected, and lingers, is the library's doing.
    pub(crate) async fn attend(self: Arc<Self>, call: Call) -> Result<(), Error> {
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

/// Plays to each call once it is answered, and tells how long it took.
pub(crate) fn calls() -> CallServer {
    CallServer::default()
        .on(EventName::ChannelAnswer, |call, _| {
            let call = call.clone();
            tokio::spawn(async move { call.playback("silence_stream://-1").await });
        })
        .on(EventName::ChannelHangupComplete, |call, event| {
            println!("{} took {} s", call.uuid(), event.variable("billsec").unwrap_or_default());
        })
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (switch, calls) = (switch::Switch::find().await?, Arc::new(calls()));
    let server = Server::bind("127.0.0.1:0").await?;
    switch.caller(server.handle(), "");
    let attending = Arc::clone(&calls);
    server.serve(move |call: Call| attending.attend(call)).await?;
    println!("{} events", calls.events.load(Ordering::Relaxed));
    Ok(())
}
