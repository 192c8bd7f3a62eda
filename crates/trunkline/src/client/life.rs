//! How long a connection is kept open, and what runs beside it for so long.

use std::convert::Infallible;
use std::future::pending;
use std::sync::{Arc, Weak};

use tokio::sync::oneshot;
use tracing::Instrument;

use super::{Client, Handle};
use crate::after_connect::{AfterConnect, Connected};
use crate::contained::contained;
use crate::core::Shared;
use crate::trace;

/// Held by whoever keeps the connection open: it is closed when the last of them goes, whoever else has its handle.
#[derive(Debug)]
pub(super) struct Life {
    handle: Weak<Handle>,
    /// Dropped, it tells that this is over, where anything runs beside it.
    _over: Option<oneshot::Sender<Infallible>>,
}

impl Drop for Life {
    fn drop(&mut self) {
        if let Some(handle) = self.handle.upgrade() {
            handle.main.close();
        }
    }
}

impl Life {
    /// Begins, and has done what is to be done after each connect.
    pub(super) fn begin(handle: &Arc<Handle>) -> Arc<Self> {
        let hook = handle.config.after_connect.clone();
        Arc::new(Self { handle: Arc::downgrade(handle), _over: hook.map(|hook| After::begin(handle, hook)) })
    }
}

struct After {
    handle: Weak<Handle>,
    shared: Arc<Shared>,
    hook: AfterConnect,
}

impl After {
    /// Begins, until what it gives is dropped.
    fn begin(handle: &Arc<Handle>, hook: AfterConnect) -> oneshot::Sender<Infallible> {
        let (sender, over) = oneshot::channel();
        let after = Self { handle: Arc::downgrade(handle), shared: Arc::clone(&handle.main.shared), hook };
        let span = after.shared.tally.span.clone();
        tokio::spawn(after.each_connect(over).instrument(span));
        sender
    }

    async fn each_connect(self, mut over: oneshot::Receiver<Infallible>) {
        let mut connects = self.shared.connects.subscribe();
        loop {
            let connected = connects.borrow_and_update().clone();
            tokio::select! {
                biased;
                _ = &mut over => return,
                _ = self.shared.wait_closed() => return,
                changed = connects.changed() => if changed.is_err() { return },
                () = self.run(connected) => {}
            }
        }
    }

    /// Runs it, and waits to be dropped.
    async fn run(&self, connected: Option<Connected>) {
        if let (Some(connected), Some(handle)) = (connected, self.handle.upgrade()) {
            let client = Client { handle, _life: None, timeout: None };
            let running = Box::pin(async { self.hook.begin(client, connected).await });
            if contained(running).await.is_err() {
                trace::hook_panicked(&self.shared.tally.span);
            }
        }
        pending().await
    }
}
