//! What a program has done after each connect.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::client::Client;
use crate::config::Config;
use crate::reconnect::Gap;

/// A connect, for what is done [after it](Config::after_connect).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Connected {
    /// How many times this client was let in, this one included.
    pub number: u64,
    /// The time without a connection that has ended; `None` for the first connect.
    pub gap: Option<Gap>,
}

impl Connected {
    /// Whether it is the first of this client.
    #[must_use]
    pub fn is_first(&self) -> bool {
        self.gap.is_none()
    }
}

type Running = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What is done after each connect: made by [`Config::after_connect`].
#[derive(Clone)]
pub struct AfterConnect(Arc<dyn Fn(Client, Connected) -> Running + Send + Sync>);

impl AfterConnect {
    pub(crate) fn begin(&self, client: Client, connected: Connected) -> Running {
        (self.0)(client, connected)
    }
}

impl fmt::Debug for AfterConnect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AfterConnect(..)")
    }
}

impl Config {
    /// With something to be done after each connect, the first and every other: say what the switch forgets, look for
    /// calls that ended meanwhile, tell somebody.
    ///
    /// ```
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sim = trunkline_sim::Sim::builder().start().await?;
    /// # let url = sim.url();
    /// use trunkline::{Client, Config, Reconnect};
    ///
    /// let config: Config = url.parse()?;
    /// let config = config.reconnect(Reconnect::default()).after_connect(async |client, connected| {
    ///     match (&connected.gap, client.api("show calls count").await) {
    ///         (Some(gap), Ok(calls)) => println!("back after {}: {}", gap.reason, calls.text()),
    ///         (None, Ok(calls)) => println!("at the start: {}", calls.text()),
    ///         (_, Err(error)) => println!("{error}"),
    ///     }
    /// });
    /// let client = Client::connect(config).await?;
    /// # client.close().await;
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Runtime::new().unwrap().block_on(run()).unwrap();
    /// ```
    ///
    /// - It begins when the filters, the subscriptions and the log level are restored: the switch has answered for what
    ///   is subscribed, and hears whatever is said here after that. Nothing waits for it: streams go on, commands that waited are sent, and [`Client::connect`] returns.
    /// - It runs in a task of its own, on the runtime the client was made on. At most one runs at a time.
    /// - Where the connection is lost while it runs, it is dropped where it waits, since it belongs to a connect that is
    ///   history; after the next connect it begins anew. It is dropped, too, when the connection ends and when the last
    ///   [`Client`] is dropped.
    /// - The `Client` it is given is the same connection, but does not keep it open, nor do streams and jobs made from it.
    /// - A panic in it ends it, is told to `tracing`, and does no other harm.
    ///
    /// A second one takes the place of the first.
    #[must_use]
    pub fn after_connect<F, R>(mut self, hook: F) -> Self
    where
        F: Fn(Client, Connected) -> R + Send + Sync + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        self.after_connect =
            Some(AfterConnect(Arc::new(move |client, connected| Box::pin(hook(client, connected)))));
        self
    }
}
