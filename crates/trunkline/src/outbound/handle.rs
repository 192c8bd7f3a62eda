//! Stopping a server, and asking it how it is.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use trunkline_proto::HangupCause;

use super::counts::{Counters, Counts};
use super::shutdown::Shutdown;

/// A hand on a running [`Server`](super::Server). Cloning it is cheap.
#[derive(Debug, Clone)]
pub struct ServerHandle {
    pub(super) counters: Arc<Counters>,
    pub(super) addresses: Arc<[SocketAddr]>,
    pub(super) stop: watch::Sender<Option<Stop>>,
    pub(super) over: watch::Receiver<()>,
}

/// When and how the calls that are left end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stop {
    pub(super) at: Instant,
    pub(super) cause: Option<HangupCause>,
}

impl ServerHandle {
    /// Stops the server. What was said last counts: a second word can make it faster.
    pub fn shutdown(&self, how: Shutdown) {
        let now = Instant::now();
        let at = now.checked_add(how.within).unwrap_or(now + Duration::from_secs(365 * 24 * 3600));
        self.stop.send_replace(Some(Stop { at, cause: how.cause }));
    }

    /// Waits until the server is to stop, or is gone: for handlers, and whoever else is to know of it.
    pub fn stopping(&self) -> impl Future<Output = ()> + Send + 'static {
        let (mut stop, gone) = (self.stop.subscribe(), self.stopped());
        async move {
            tokio::select! {
                _ = stop.wait_for(Option::is_some) => {}
                () = gone => {}
            }
        }
    }

    /// Waits until the server has stopped, and its last call has ended.
    pub fn stopped(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut over = self.over.clone();
        async move { while over.changed().await.is_ok() {} }
    }

    /// What has become of the connections made to it.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counters.now()
    }

    /// Where it listens, or has listened.
    #[must_use]
    pub fn local_addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }
}
