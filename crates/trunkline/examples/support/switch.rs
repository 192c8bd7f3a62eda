//! A switch for the examples to be tried on, and callers in it: the one `TRUNKLINE_URL` names, on this machine, or a
//! simulated one.

use std::time::Duration;

use trunkline::api::{UuidKill, UuidRecvDtmf};
use trunkline::outbound::{ServerHandle, Shutdown};
use trunkline::{ChannelUuid, Client, Error, EventName, Item};
use trunkline_sim::Sim;

/// A switch to try things on.
pub(crate) struct Switch {
    pub(crate) client: Client,
    _sim: Option<Sim>,
}

#[allow(dead_code, reason = "no example needs all of it")]
impl Switch {
    pub(crate) async fn find() -> Result<Self, Box<dyn std::error::Error>> {
        let (url, sim) = match std::env::var("TRUNKLINE_URL") {
            Ok(url) => (url, None),
            Err(_) => {
                let sim = Sim::builder().start().await?;
                (sim.url(), Some(sim))
            }
        };
        Ok(Self { client: trunkline::connect(url.as_str()).await?, _sim: sim })
    }

    /// Has a caller call a server, and press these digits, one after the other, after a while each. When he has been served
    /// the server is stopped.
    pub(crate) fn caller(&self, server: ServerHandle, digits: &'static str) {
        let client = self.client.clone();
        tokio::spawn(async move {
            if let Err(error) = try_out(&client, &server, digits).await {
                eprintln!("the caller: {error}");
            }
            println!("{:?}", server.counts());
            server.shutdown(Shutdown::give_back(Duration::from_secs(1)));
        });
    }

    /// Has a caller press digits, one after the other, after a while each.
    pub(crate) async fn press(&self, caller: &ChannelUuid, digits: &str) -> Result<(), Error> {
        press(&self.client, caller, digits).await
    }

    /// Waits until two talk, and then has one of them hang up.
    pub(crate) fn hang_up_when_bridged(&self) {
        let client = self.client.clone();
        tokio::spawn(async move {
            let mut bridges = client.events([EventName::ChannelBridge]).await?;
            if let Some(Item::Event(event)) = bridges.next().await {
                tokio::time::sleep(Duration::from_millis(500)).await;
                client.run(UuidKill::new(event.unique_id().unwrap_or_default())).await?;
            }
            Ok::<_, Error>(())
        });
    }
}

async fn press(client: &Client, caller: &ChannelUuid, digits: &str) -> Result<(), Error> {
    for digit in digits.chars() {
        tokio::time::sleep(Duration::from_millis(400)).await;
        client.run(UuidRecvDtmf::new(caller, digit)).await?;
    }
    Ok(())
}

async fn try_out(client: &Client, server: &ServerHandle, digits: &str) -> Result<(), Error> {
    let uuid = ChannelUuid::from(format!("example-{:016x}", fastrand::u64(..)));
    let socket = format!("'socket:{} async full' inline", server.local_addresses()[0]);
    // Whom the switch has dialled is the one who calls, once it goes to the dialplan.
    client.bgapi(&format!("originate {{origination_uuid={uuid}}}null/1000 {socket}")).await?.await?;
    press(client, &uuid, digits).await?;
    while server.counts().over() < 1 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}
