//! Accepting connections, and handling their calls.

mod attend;

use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use super::counts::{Counters, Fate};
use super::from_session::FromSession;
use super::handle::Stop;
use super::handler::{IntoOutcome, Outcome};
use super::listen::is_the_connections_own;
use super::{Accept, AllowList, Session};
use crate::outbound::trace;

/// So many calls are given back at once; others wait for that, unaccepted.
const MOST_REFUSALS: usize = 256;
/// How often what calls leave behind is cleared away. For each to be waited for as it ends would cost a wake-up.
const CLEAR: Duration = Duration::from_secs(1);
/// How long accepting rests when it cannot go on: at first, and at most.
const REST: (Duration, Duration) = (Duration::from_millis(5), Duration::from_secs(1));

/// What holds for every call of a server.
#[derive(Debug)]
pub(super) struct Terms {
    pub(super) accept: Accept,
    pub(super) allowed: Option<AllowList>,
    pub(super) most_calls: usize,
    pub(super) after_end: Duration,
    pub(super) counters: Arc<Counters>,
    pub(super) stop: watch::Sender<Option<Stop>>,
}

type Running = Pin<Box<dyn Future<Output = Outcome> + Send>>;
/// A handler for one call.
pub(super) type Handler = Box<dyn FnOnce(Session) -> Result<Running, Session> + Send>;

/// Makes a handler for each call, whatever it is made of.
pub(super) struct Handlers(Box<dyn FnMut() -> Handler + Send>);

impl Handlers {
    pub(super) fn of<C, H, F>(handler: H) -> Self
    where
        C: FromSession,
        H: FnOnce(C) -> F + Clone + Send + 'static,
        F: Future<Output: IntoOutcome> + Send + 'static,
    {
        Self(Box::new(move || {
            let handler = handler.clone();
            Box::new(move |session| {
                let call = C::from_session(session)?;
                Ok(Box::pin(async move { handler(call).await.into_outcome() }))
            })
        }))
    }
}

/// A server at work.
pub(super) struct Serving {
    listeners: Vec<TcpListener>,
    terms: Arc<Terms>,
    handlers: Handlers,
    calls: JoinSet<()>,
    /// Calls that are being given back, since there are too many.
    refusals: JoinSet<()>,
}

impl Serving {
    pub(super) fn new(listeners: Vec<TcpListener>, terms: Terms, handlers: Handlers) -> Self {
        Self { listeners, terms: Arc::new(terms), handlers, calls: JoinSet::new(), refusals: JoinSet::new() }
    }

    /// Until it was stopped and the last call has ended.
    pub(super) async fn run(mut self) {
        self.accept_until_stopped().await;
        // Who is connected already is not to be turned away.
        while let Some(Ok((stream, peer))) = self.waiting() {
            self.take(stream, peer);
        }
        self.listeners.clear();
        while self.calls.join_next().await.is_some() {}
        while self.refusals.join_next().await.is_some() {}
    }

    async fn accept_until_stopped(&mut self) {
        let mut stop = self.terms.stop.subscribe();
        let mut rest = REST.0;
        let mut clear = interval(CLEAR);
        clear.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let accepted = tokio::select! {
                biased;
                _ = stop.wait_for(Option::is_some) => return,
                _ = clear.tick(), if !self.calls.is_empty() => {
                    self.clear();
                    continue;
                }
                Some(_) = self.refusals.join_next() => continue,
                accepted = poll_fn(|cx| poll_accept(&self.listeners, cx)),
                    if self.refusals.len() < MOST_REFUSALS => accepted,
            };
            match accepted {
                Ok((stream, peer)) => {
                    rest = REST.0;
                    self.take(stream, peer);
                }
                Err(error) if is_the_connections_own(&error) => trace::not_accepted(&error, None),
                Err(error) => {
                    self.terms.counters.accept_error();
                    trace::not_accepted(&error, Some(rest));
                    tokio::select! {
                        _ = stop.wait_for(Option::is_some) => return,
                        () = tokio::time::sleep(rest) => {}
                    }
                    rest = (rest * 2).min(REST.1);
                }
            }
        }
    }

    /// Clears away the calls that have ended.
    fn clear(&mut self) {
        while self.calls.try_join_next().is_some() {}
    }

    /// A connection that can be accepted now.
    fn waiting(&self) -> Option<io::Result<(TcpStream, SocketAddr)>> {
        match poll_accept(&self.listeners, &mut Context::from_waker(std::task::Waker::noop())) {
            Poll::Ready(accepted) => Some(accepted),
            Poll::Pending => None,
        }
    }

    fn take(&mut self, stream: TcpStream, peer: SocketAddr) {
        let counters = &self.terms.counters;
        if self.terms.allowed.as_ref().is_some_and(|allowed| !allowed.allows(peer.ip())) {
            counters.count(Fate::NotAllowed);
            return trace::turned_away(peer, "its address is not allowed");
        }
        let open = counters.open(self.terms.most_calls);
        let terms = Arc::clone(&self.terms);
        let Some(open) = open else {
            trace::turned_away(peer, "as many calls are open as may be");
            self.refusals.spawn(async move { attend::give_back(&terms, stream).await });
            return;
        };
        let handler = (self.handlers.0)();
        self.clear();
        self.calls.spawn(async move {
            let _open = open;
            attend::connection(&terms, stream, peer, handler).await;
        });
    }
}

/// The next connection, on whichever listener.
fn poll_accept(listeners: &[TcpListener], cx: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
    let mut polled = listeners.iter().map(|listener| listener.poll_accept(cx));
    polled.find(Poll::is_ready).unwrap_or(Poll::Pending)
}
