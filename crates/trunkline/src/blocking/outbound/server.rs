//! The server: a thread for each call.

use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use trunkline_proto::{Command, HangupCause, SendMsg};

use super::Call;
use super::accepting::{accept, accept_now};
use super::site::{Left, Site};
use crate::config::Config;
use crate::contained::{Panicked, contained_now};
use crate::error::Error;
use crate::outbound::{
    AllowList, Counters, Counts, Fate, IntoOutcome, Listen, Outcome, Shutdown, is_the_connections_own, trace,
};

/// So many calls at once, if nothing else was said.
const MOST_CALLS: usize = 1000;
/// How long a handler may be at it after its call was cut off, if nothing else was said.
const AFTER_END: Duration = Duration::from_secs(60);
/// So many are given back at once, since there are too many; others wait for that, unaccepted.
const MOST_REFUSALS: usize = 64;
/// How long accepting rests when it cannot go on: at first, and at most.
const REST: (Duration, Duration) = (Duration::from_millis(5), Duration::from_secs(1));

/// Listens for calls, and has each handled by a function, in a thread of its own.
///
/// A handler is a function of `&mut` [`Call`]. When it returns, fails or panics, its call goes on in its dialplan, behind
/// `socket`, if it is still up. That the call has ended is no failure.
///
/// A thread cannot be ended from outside: a handler that never returns holds its place, whatever becomes of its call, until
/// the server is stopped. Then its call is ended, and the thread left behind, for the process to end.
///
/// An outbound socket has no password: whoever can connect can pretend to be a switch. Listen on loopback, or
/// [`allow`](Self::allow) the addresses of the switches.
#[derive(Debug)]
pub struct Server {
    listeners: Vec<TcpListener>,
    terms: Terms,
}

/// What holds for every call.
#[derive(Debug)]
struct Terms {
    config: Config,
    allowed: Option<AllowList>,
    most_calls: usize,
    after_end: Duration,
    handle: ServerHandle,
}

/// A hand on a running [`Server`]. Cloning it is cheap.
#[derive(Debug, Clone)]
pub struct ServerHandle {
    counters: Arc<Counters>,
    addresses: Arc<[SocketAddr]>,
    site: Arc<Site>,
}

impl Server {
    /// Listens on this address, or on each of these: `"127.0.0.1:8084"`, `"[::]:8084"` (which is IPv4, too). Of a name
    /// every address is listened on.
    ///
    /// # Errors
    ///
    /// An address that cannot be listened on ([`Error::Listen`]).
    pub fn bind(addresses: impl ToSocketAddrs) -> Result<Self, Error> {
        Self::bind_with(addresses, &Listen::default())
    }

    /// The same, and how.
    ///
    /// # Errors
    ///
    /// As [`bind`](Self::bind).
    pub fn bind_with(addresses: impl ToSocketAddrs, how: &Listen) -> Result<Self, Error> {
        Ok(Self::on(how.on(addresses.to_socket_addrs())?))
    }

    fn on(listeners: Vec<TcpListener>) -> Self {
        let addresses: Arc<[SocketAddr]> =
            listeners.iter().filter_map(|listener| listener.local_addr().ok()).collect();
        let server = addresses.first().map_or_else(String::new, SocketAddr::to_string);
        let counters = Arc::new(Counters::new(&server));
        let handle = ServerHandle { counters, addresses, site: Arc::default() };
        let terms = Terms {
            config: Config::new("", ""),
            allowed: None,
            most_calls: MOST_CALLS,
            after_end: AFTER_END,
            handle,
        };
        Self { listeners, terms }
    }

    /// Only these may connect. Others are closed as soon as they have.
    #[must_use]
    pub fn allow(mut self, addresses: AllowList) -> Self {
        self.terms.allowed = Some(addresses);
        self
    }

    /// At most so many calls, and threads, at once; 1000 if this is not said. One beyond is given back at once.
    #[must_use]
    pub fn most_calls(mut self, most: usize) -> Self {
        self.terms.most_calls = most;
        self
    }

    /// How long a handler may be at it when the server is stopped and its time is over; a minute if this is not said. Its call
    /// is hung up or given back then, its thread left behind, and [`serve`](Self::serve) returns without it.
    #[must_use]
    pub fn after_end(mut self, limit: Duration) -> Self {
        self.terms.after_end = limit;
        self
    }

    /// How connections are driven: the form of events, limits, how long an answer may take (`greeting_timeout` is for the
    /// answer to `connect`).
    #[must_use]
    pub fn config(mut self, config: Config) -> Self {
        self.terms.config = config;
        self
    }

    /// Where it listens. The port is known here, where any was asked for.
    #[must_use]
    pub fn local_addresses(&self) -> &[SocketAddr] {
        self.terms.handle.local_addresses()
    }

    /// To stop it, and to ask it how it is.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        self.terms.handle.clone()
    }

    /// Has each call handled, until the server is stopped by its [handle](Self::handle) and the last handler has returned, or
    /// was [left behind](Self::after_end).
    ///
    /// # Errors
    ///
    /// None today: an error of a connection is that connection's, and where none can be accepted, for want of memory or
    /// descriptors, accepting goes on after a while.
    pub fn serve<H, R>(self, handler: H) -> Result<(), Error>
    where
        H: Fn(&mut Call) -> R + Send + Sync + 'static,
        R: IntoOutcome,
    {
        let Self { listeners, terms } = self;
        trace::warn_if_open(terms.handle.local_addresses(), terms.allowed.as_ref());
        let terms = Arc::new(terms);
        let handler: Handler = Arc::new(move |call| handler(call).into_outcome());
        accept_until_stopped(&listeners, &terms, &handler);
        drop(listeners);
        terms.handle.site.run_down(&terms.handle.counters, terms.after_end);
        Ok(())
    }
}

type Handler = Arc<dyn Fn(&mut Call) -> Outcome + Send + Sync>;

impl ServerHandle {
    /// Stops the server. What was said last counts: a second word can make it faster.
    pub fn shutdown(&self, how: Shutdown) {
        let now = Instant::now();
        let at = now.checked_add(how.within).unwrap_or(now + Duration::from_secs(365 * 24 * 3600));
        self.site.lock().stop = Some((at, how.cause));
        self.site.changed.notify_all();
    }

    /// Waits until the server has stopped, and its last handler has returned or was left behind.
    pub fn wait_stopped(&self) {
        let state = self.site.lock();
        drop(
            self.site.changed.wait_while(state, |state| !state.over).unwrap_or_else(PoisonError::into_inner),
        );
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

fn accept_until_stopped(listeners: &[TcpListener], terms: &Arc<Terms>, handler: &Handler) {
    let site = &terms.handle.site;
    let mut rest = REST.0;
    while site.lock().stop.is_none() {
        if site.lock().refusals >= MOST_REFUSALS {
            thread::sleep(REST.0);
            continue;
        }
        match accept(listeners) {
            Ok(None) => {}
            Ok(Some((stream, peer))) => {
                rest = REST.0;
                take(terms, handler, stream, peer);
            }
            Err(error) if is_the_connections_own(&error) => trace::not_accepted(&error, None),
            Err(error) => {
                terms.handle.counters.accept_error();
                trace::not_accepted(&error, Some(rest));
                thread::sleep(rest);
                rest = (rest * 2).min(REST.1);
            }
        }
    }
    // Who is connected already is not to be turned away.
    while let Some(Ok((stream, peer))) = accept_now(listeners) {
        take(terms, handler, stream, peer);
    }
}

fn take(terms: &Arc<Terms>, handler: &Handler, stream: TcpStream, peer: SocketAddr) {
    let counters = &terms.handle.counters;
    if terms.allowed.as_ref().is_some_and(|allowed| !allowed.allows(peer.ip())) {
        counters.count(Fate::NotAllowed);
        return trace::turned_away(peer, "its address is not allowed");
    }
    let (open, ours, handler) = (counters.open(terms.most_calls), Arc::clone(terms), Arc::clone(handler));
    let thread = thread::Builder::new().name(format!("call from {peer}"));
    let started = match open {
        Some(open) => thread.spawn(move || {
            if let Some(fate) = connection(&ours, stream, peer, &handler) {
                ours.handle.counters.count(fate);
            }
            drop(open);
            ours.handle.site.changed.notify_all();
        }),
        None => {
            trace::turned_away(peer, "as many calls are open as may be");
            terms.handle.site.lock().refusals += 1;
            thread.spawn(move || {
                // One that is merely hung up on would be parked for ever.
                drop(Call::from_stream_with(stream, &ours.config));
                ours.handle.counters.count(Fate::Busy);
                ours.handle.site.lock().refusals -= 1;
                ours.handle.site.changed.notify_all();
            })
        }
    };
    if let Err(error) = started {
        counters.accept_error();
        trace::not_accepted(&error, None);
    }
}

/// What became of it, unless that was told already, of a handler that was left behind.
fn connection(terms: &Terms, stream: TcpStream, peer: SocketAddr, handler: &Handler) -> Option<Fate> {
    let ours = stream.try_clone();
    let mut call = match Call::from_stream_with(stream, &terms.config) {
        Ok(call) => call,
        Err(error) => {
            trace::no_call(peer, &error);
            return Some(Fate::NoCall);
        }
    };
    let _span = trace::call(peer, &call.uuid()).entered();
    let site = &terms.handle.site;
    let number = ours.ok().map(|ours| site.enter(ours, peer, call.uuid()));
    trace::handler_begins();
    let ended = contained_now(|| handler(&mut call)).map(|outcome| match call.ended_already() {
        Some(_) if call.client().close_reason().is_some() => outcome.without_connection(),
        _ => outcome,
    });
    let left = number.map_or(Left::ByItself, |number| site.leave(number));
    if left == Left::Behind {
        return None;
    }
    let fate = fate(&call, &ended);
    trace::handler_ends(call.ended_already(), fate, Some(ended));
    if let Left::ToHangUp(cause) = left {
        hang_up(&mut call, cause);
    }
    Some(fate)
}

fn fate(call: &Call, ended: &Result<Outcome, Panicked>) -> Fate {
    match ended {
        Ok(Outcome::Done) if call.ended_already().is_none() => Fate::GivenBack,
        Ok(Outcome::Done | Outcome::CallEnded) => Fate::Ended,
        Ok(Outcome::Failed(_)) => Fate::Failed,
        Err(_) => Fate::Panicked,
    }
}

/// A call that was cut off: our half of its connection still stands.
fn hang_up(call: &mut Call, cause: HangupCause) {
    if let Ok(command) = Command::sendmsg(&SendMsg::hangup(cause)) {
        let _ = call.client().link.socket().stream().write_all(&command.into_wire());
    }
}
