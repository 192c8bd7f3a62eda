//! A switch for the examples to be tried on, and callers in it: the one `TRUNKLINE_URL` names, on this machine, or a
//! simulated one.

use std::net::SocketAddr;
use std::time::Duration;

use trunkline::api::{UuidKill, UuidRecvDtmf};
use trunkline::outbound::{FromSession, IntoOutcome, Server, Shutdown};
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

    /// Has a caller call whoever listens there.
    pub(crate) async fn call(&self, server: SocketAddr) -> Result<ChannelUuid, Error> {
        let uuid = ChannelUuid::from(format!("example-{:016x}", fastrand::u64(..)));
        let variables = format!("origination_uuid={uuid},origination_caller_id_number=1000");
        let socket = format!("'socket:{server} async full' inline");
        self.client.bgapi(&format!("originate {{{variables}}}null/caller {socket}")).await?.await?;
        Ok(uuid)
    }

    /// Has a caller press digits, one after the other, after a while each.
    pub(crate) async fn press(&self, caller: &ChannelUuid, digits: &str) -> Result<(), Error> {
        for digit in digits.chars() {
            tokio::time::sleep(Duration::from_millis(400)).await;
            self.client.run(UuidRecvDtmf::new(caller, digit)).await?;
        }
        Ok(())
    }

    /// Waits until two talk, and then has one of them hang up.
    pub(crate) async fn hang_up_when_bridged(&self) -> Result<(), Error> {
        let mut bridges = self.client.events([EventName::ChannelBridge]).await?;
        if let Some(Item::Event(event)) = bridges.next().await {
            tokio::time::sleep(Duration::from_millis(500)).await;
            self.client.run(UuidKill::new(event.unique_id().unwrap_or_default())).await?;
        }
        Ok(())
    }

    /// Has one caller call, press these digits, and be served to the end.
    pub(crate) async fn serve<C, H, F>(
        &self,
        digits: &str,
        handler: H,
    ) -> Result<(), Box<dyn std::error::Error>>
    where
        C: FromSession,
        H: FnOnce(C) -> F + Clone + Send + 'static,
        F: Future<Output: IntoOutcome> + Send + 'static,
    {
        let server = Server::bind("127.0.0.1:0").await?;
        let handle = server.handle();
        let serving = tokio::spawn(server.serve(handler));
        let caller = self.call(handle.local_addresses()[0]).await?;
        self.press(&caller, digits).await?;
        while handle.counts().over() < 1 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        println!("{:?}", handle.counts());
        handle.shutdown(Shutdown::give_back(Duration::from_secs(1)));
        Ok(serving.await??)
    }
}
