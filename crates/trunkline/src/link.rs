//! One connection to the switch, from dialling to its end.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::oneshot;
use trunkline_proto::{ChannelData, Connection, ConnectionConfig, Permissions};

use crate::config::Config;
use crate::core::{Opening, Shared, now};
use crate::driver::{self, Driving};
use crate::error::Error;
use crate::halves::{Reader, Writer, halves};
use crate::reconnect::{self, Dial};
use crate::tally::Tally;

/// A connection that is closed when this is dropped.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) shared: Arc<Shared>,
    /// Where it was connected to first, if that is an address.
    pub(crate) peer: Option<SocketAddr>,
}

/// What holds for the connections of any number of calls.
#[derive(Debug)]
pub(crate) struct CallTerms {
    pub(crate) config: Arc<Config>,
    /// Its own part of that, to be shared.
    connection: Arc<ConnectionConfig>,
}

impl CallTerms {
    pub(crate) fn new(config: Config) -> Self {
        Self { connection: Arc::new(config.connection.clone()), config: Arc::new(config) }
    }
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Everything, or what is left where there are lanes.
    Main,
    /// Commands alone.
    Lane,
    /// One call, for which the switch has connected to us.
    Call,
}

impl Role {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Lane => "lane",
            Self::Call => "call",
        }
    }
}

impl Link {
    /// Connects to the switch of this configuration.
    pub(crate) async fn dial(config: &Config, role: Role) -> Result<(Self, Permissions), Error> {
        let stream = reconnect::dial(config).await?;
        let peer = stream.peer_addr().ok();
        let (reader, writer) = halves(stream);
        let again = Arc::new(config.clone());
        let dial: Dial = Arc::new(move || {
            let config = Arc::clone(&again);
            Box::pin(async move { Ok(halves(reconnect::dial(&config).await?)) })
        });
        let (mut link, permissions) = Self::open(reader, writer, config, Some(dial), role).await?;
        link.peer = peer;
        Ok((link, permissions))
    }

    /// Introduces us over what is connected.
    pub(crate) async fn open(
        reader: Reader,
        writer: Writer,
        config: &Config,
        dial: Option<Dial>,
        role: Role,
    ) -> Result<(Self, Permissions), Error> {
        let (sender, ready) = oneshot::channel();
        let reconnect = config.reconnect.clone().zip(dial);
        let mut as_configured = config.connection.clone();
        as_configured.lasting = reconnect.is_some();
        if let Some((reconnect, _)) = &reconnect {
            // What a lane cannot say, another one can.
            as_configured.wait_in_break = reconnect.commands_wait && role == Role::Main;
            as_configured.liveness = reconnect.liveness;
        }
        let connection = Connection::inbound(as_configured, now());
        let tally = Arc::new(Tally::new(&config.address(), role));
        let shared = Arc::new(Shared::new(connection, writer, Opening::Inbound(sender), tally));
        driver::start(reader, Driving::new(Arc::clone(&shared), config.pause), reconnect);
        // Should this future be dropped while it waits, so is the connection.
        let link = Self { shared, peer: None };
        match ready.await {
            Ok(permissions) => Ok((link, permissions)),
            Err(_) => Err(link.shared.wait_closed().await.into()),
        }
    }

    /// Asks for the call that the switch has connected to us for.
    pub(crate) async fn meet(
        reader: Reader,
        writer: Writer,
        terms: &CallTerms,
        peer: Option<SocketAddr>,
    ) -> Result<(Self, ChannelData), Error> {
        let (sender, call) = oneshot::channel();
        let connection = Connection::outbound(Arc::clone(&terms.connection), now());
        let tally = Arc::new(Tally::of_call(peer));
        let shared = Arc::new(Shared::new(connection, writer, Opening::Outbound(sender), tally));
        shared.speak_first();
        driver::start(reader, Driving::new(Arc::clone(&shared), terms.config.pause), None);
        let link = Self { shared, peer };
        match call.await {
            Ok(call) => Ok((link, *call)),
            Err(_) => Err(link.shared.wait_closed().await.into()),
        }
    }

    pub(crate) fn close(&self) {
        self.shared.leave();
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.close();
    }
}
