//! The server: listens, and has each call handled.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, ToSocketAddrs};
use tokio::sync::watch;
use trunkline_proto::CloseReason;

use super::counts::Counters;
use super::from_session::FromSession;
use super::handler::IntoOutcome;
use super::serving::{Handlers, Serving, Terms};
use super::{Accept, AllowList, Listen, ServerHandle, trace};
use crate::config::Config;
use crate::error::Error;

/// Listens for calls, and has each handled by a function of its own.
///
/// ```no_run
/// use trunkline::outbound::Server;
/// use trunkline::{Call, HangupCause};
///
/// # async fn run() -> Result<(), trunkline::Error> {
/// // <action application="socket" data="127.0.0.1:8084 async full"/>
/// Server::bind("127.0.0.1:8084")
///     .await?
///     .serve(|call: Call| async move {
///         call.answer().await?;
///         call.playback("ivr/ivr-welcome.wav").await?;
///         call.hangup(HangupCause::NormalClearing).await
///     })
///     .await
/// # }
/// ```
///
/// # Handlers
///
/// A handler is a function of a [`Call`](crate::Call), of a [`SyncCall`](crate::SyncCall), or of a
/// [`Session`](super::Session), which is either. A call whose dialplan asks for the other mode is given back at once, and
/// the log says how the line should read.
///
/// When the handler returns, the call is not this program's any more: if it is still up it goes on in its dialplan, behind
/// `socket`, as FreeSWITCH has it. (An application that still runs goes on to its end before.) To end the call, hang it up.
///
/// A handler's error is told to `tracing`, and its call goes on in its dialplan, too. That the call has ended is no error.
/// A handler that panics ends nothing but itself. One that is still at it a minute after its call has ended
/// ([`after_end`](Self::after_end)) is dropped.
///
/// # Who may connect
///
/// An outbound socket has no password: whoever can connect can pretend to be a switch. Listen on loopback, or
/// [`allow`](Self::allow) the addresses of the switches.
#[derive(Debug)]
pub struct Server {
    listeners: Vec<TcpListener>,
    accept: Accept,
    allowed: Option<AllowList>,
    most_calls: usize,
    after_end: Duration,
    handle: ServerHandle,
    over: watch::Sender<()>,
}

impl Server {
    /// Listens on this address, or on each of these: `"127.0.0.1:8084"`, `"[::]:8084"` (which is IPv4, too),
    /// `&["10.0.0.1:8084".parse()?, …][..]`. Of a name every address is listened on.
    ///
    /// # Errors
    ///
    /// An address that cannot be listened on ([`Error::Listen`]).
    pub async fn bind(addresses: impl ToSocketAddrs) -> Result<Self, Error> {
        Self::bind_with(addresses, Listen::default()).await
    }

    /// The same, and how.
    ///
    /// # Errors
    ///
    /// As [`bind`](Self::bind).
    pub async fn bind_with(addresses: impl ToSocketAddrs, how: Listen) -> Result<Self, Error> {
        let listeners = how.on(tokio::net::lookup_host(addresses).await)?;
        let ours = listeners.into_iter().map(TcpListener::from_std).collect::<Result<_, _>>();
        Ok(Self::on(ours.map_err(|error| CloseReason::Io(error.to_string()))?))
    }

    /// On listeners that were made elsewhere, such as by whoever has started this program.
    #[must_use]
    pub fn on(listeners: Vec<TcpListener>) -> Self {
        listeners.iter().for_each(|listener| crate::socket::tune(&socket2::SockRef::from(listener)));
        let addresses: Arc<[SocketAddr]> =
            listeners.iter().filter_map(|listener| listener.local_addr().ok()).collect();
        let server = addresses.first().map_or_else(String::new, SocketAddr::to_string);
        let (over, is_over) = watch::channel(());
        let handle = ServerHandle {
            counters: Arc::new(Counters::new(&server)),
            addresses,
            stop: watch::Sender::new(None),
            over: is_over,
        };
        Self {
            listeners,
            accept: Accept::default(),
            allowed: None,
            most_calls: usize::MAX,
            after_end: Duration::from_secs(60),
            handle,
            over,
        }
    }

    /// Only these may connect. Others are closed as soon as they have.
    #[must_use]
    pub fn allow(mut self, addresses: AllowList) -> Self {
        self.allowed = Some(addresses);
        self
    }

    /// At most so many calls at once; no bound if this is not said. One beyond is given back at once, and goes on in its
    /// dialplan, behind `socket`, where another `socket` may stand. (The switch tries the next address of the same one only
    /// where it cannot connect.)
    #[must_use]
    pub fn most_calls(mut self, most: usize) -> Self {
        self.most_calls = most;
        self
    }

    /// How long a handler may be at it after its call has ended; a minute if this is not said.
    #[must_use]
    pub fn after_end(mut self, limit: Duration) -> Self {
        self.after_end = limit;
        self
    }

    /// How connections are driven: the form of events, limits, how long an answer may take. Of the configuration, where to
    /// connect, the credentials, how to reconnect and the lanes are not used; `greeting_timeout` is for the answer to
    /// `connect`.
    #[must_use]
    pub fn config(mut self, config: Config) -> Self {
        self.accept = Accept::new(config);
        self
    }

    /// Where it listens. The port is known here, where any was asked for.
    #[must_use]
    pub fn local_addresses(&self) -> &[SocketAddr] {
        self.handle.local_addresses()
    }

    /// To stop it, and to ask it how it is.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        self.handle.clone()
    }

    /// Has each call handled, in a task of its own, until the server is stopped by its [handle](Self::handle).
    ///
    /// # Errors
    ///
    /// None today: an error of a connection is that connection's, and where none can be accepted, for want of memory or
    /// descriptors, accepting goes on after a while.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends every handler where it stands, and its call goes on in its dialplan.
    pub async fn serve<C, H, F>(self, handler: H) -> Result<(), Error>
    where
        C: FromSession,
        H: FnOnce(C) -> F + Clone + Send + 'static,
        F: Future<Output: IntoOutcome> + Send + 'static,
    {
        trace::warn_if_open(self.handle.local_addresses(), self.allowed.as_ref());
        let terms = Terms {
            accept: self.accept,
            allowed: self.allowed,
            most_calls: self.most_calls,
            after_end: self.after_end,
            counters: Arc::clone(&self.handle.counters),
            stop: self.handle.stop.clone(),
        };
        let over = self.over;
        Serving::new(self.listeners, terms, Handlers::of(handler)).run().await;
        drop(over);
        Ok(())
    }
}
