//! A queue: callers hear music until an agent is free, who is then called and connected.
//!
//! cargo run -p trunkline --example queue     (TRUNKLINE_URL=esl://:PASSWORD@HOST:8021 for a switch on this machine)

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, mpsc};
use trunkline::application::Dial;
use trunkline::dialstring::Endpoint;
use trunkline::outbound::Server;
use trunkline::{Call, Error, HangupCause};

#[path = "support/switch.rs"]
mod switch;

/// The agents who are free. Whoever waits longest gets the next.
#[derive(Clone)]
pub(crate) struct Agents {
    free: Arc<Mutex<mpsc::UnboundedReceiver<Endpoint>>>,
    frees: mpsc::UnboundedSender<Endpoint>,
}

impl Agents {
    pub(crate) fn new(agents: impl IntoIterator<Item = Endpoint>) -> Self {
        let (frees, free) = mpsc::unbounded_channel();
        agents.into_iter().for_each(|agent| drop(frees.send(agent)));
        Self { free: Arc::new(Mutex::new(free)), frees }
    }

    async fn next(&self) -> Endpoint {
        // The lock is fair, and held while one waits: that is the queue.
        let next = self.free.lock().await.recv().await;
        next.unwrap_or_else(|| unreachable!("this holds a sender"))
    }
}

/// Plays music until an agent is free; then the caller talks to him. An agent who does not answer goes to the end.
pub(crate) async fn wait(call: Call, agents: Agents) -> Result<(), Error> {
    call.answer().await?;
    loop {
        let agent = tokio::select! {
            // Music is for those who have to wait.
            biased;
            agent = agents.next() => agent,
            // It ends with the call only.
            music = call.playback("tone_stream://%(500,500,440);loops=-1") => return music.map(drop),
        };
        let bridged = call.bridge(Dial::to(agent.clone()).timeout(Duration::from_secs(20))).await;
        let talked = match bridged {
            Ok(bridge) => bridge.ended().await.map(Some),
            Err(Error::NotBridged { .. }) => Ok(None),
            Err(error) => Err(error),
        };
        // Whatever came of it, he is free again.
        drop(agents.frees.send(agent));
        if let Some(end) = talked? {
            println!("{} was served: {:?}", call.uuid(), end.cause);
            return call.hangup(HangupCause::NormalClearing).await.map(drop);
        }
    }
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let switch = switch::Switch::find().await?;
    // In a dialplan: <action application="socket" data="127.0.0.1:8084 async full"/>
    let server = Server::bind("127.0.0.1:0").await?;
    switch.caller(server.handle(), "");
    switch.hang_up_when_bridged();
    // Telephones would be `Endpoint::user("1000")?`.
    let agents = Agents::new([Endpoint::error("USER_BUSY")?, Endpoint::null("agent")?]);
    Ok(server.serve(move |call: Call| wait(call, agents)).await?)
}
