//! The server: a thread for each call.

use std::collections::HashMap;
use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use trunkline_proto::{Command, HangupCause, SendMsg};

use super::Call;
use super::accepting::{accept, accept_now};
use crate::config::Config;
use crate::contained::{Panicked, contained_now};
use crate::error::Error;
use crate::outbound::{
    AllowList, Counters, Counts, Fate, IntoOutcome, Listen, Outcome, Shutdown, is_the_connections_own, trace,
};

/// So many calls at once, if nothing else was said.
const MOST_CALLS: usize = 1000;
/// So many are given back at once, since there are too many; others wait for that, unaccepted.
const MOST_REFUSALS: usize = 64;
/// How long accepting rests when it cannot go on: at first, and at most.
const REST: (Duration, Duration) = (Duration::from_millis(5), Duration::from_secs(1));

/// Listens for calls, and has each handled by a function, in a thread of its own.
///
/// A handler is a function of `&mut` [`Call`]. When it returns, fails or panics, its call goes on in its dialplan, behind
/// `socket`, if it is still up. That the call has ended is no failure. A thread cannot be ended from outside: a handler that
/// never returns holds its place.
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
    handle: ServerHandle,
}

/// A hand on a running [`Server`]. Cloning it is cheap.
#[derive(Debug, Clone)]
pub struct ServerHandle {
    counters: Arc<Counters>,
    addresses: Arc<[SocketAddr]>,
    site: Arc<Site>,
}

/// What the threads of a server share.
#[derive(Debug, Default)]
struct Site {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    stop: Option<(Instant, Option<HangupCause>)>,
    /// The calls there are, to be cut off.
    calls: HashMap<u64, TcpStream>,
    numbers: u64,
    refusals: usize,
    /// They were cut off, to be hung up.
    hang_up: Option<HangupCause>,
    over: bool,
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
        let config = Config::new("", "");
        Self { listeners, terms: Terms { config, allowed: None, most_calls: MOST_CALLS, handle } }
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

    /// Has each call handled, until the server is stopped by its [handle](Self::handle) and the last handler has returned.
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
        terms.handle.site.run_down(&terms.handle.counters);
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

    /// Waits until the server has stopped, and its last handler has returned.
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

impl Site {
    fn lock(&self) -> MutexGuard<'_, State> {
        // What is behind it is whole at every point where a panic could be.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the last call is gone, and cuts off those that are there when their time is over.
    fn run_down(&self, counters: &Counters) {
        let mut state = self.lock();
        while counters.now().open > 0 || state.refusals > 0 {
            let now = Instant::now();
            let due = state.stop.as_ref().map_or(now, |(at, _)| *at);
            if due <= now {
                state.hang_up = state.stop.as_ref().and_then(|(_, cause)| cause.clone());
                // Their threads see the end of the connection, and unwind.
                for (_, stream) in state.calls.drain() {
                    let _ = stream.shutdown(std::net::Shutdown::Read);
                }
            }
            let wait = if due <= now { Duration::from_millis(100) } else { due - now };
            state = self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.over = true;
        drop(state);
        self.changed.notify_all();
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
            let fate = connection(&ours, stream, peer, &handler);
            ours.handle.counters.count(fate);
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

fn connection(terms: &Terms, stream: TcpStream, peer: SocketAddr, handler: &Handler) -> Fate {
    let ours = stream.try_clone();
    let mut call = match Call::from_stream_with(stream, &terms.config) {
        Ok(call) => call,
        Err(error) => {
            trace::no_call(peer, &error);
            return Fate::NoCall;
        }
    };
    let _span = trace::call(peer, &call.uuid()).entered();
    let site = &terms.handle.site;
    let number = ours.ok().map(|ours| site.enter(ours));
    trace::handler_begins();
    let ended = contained_now(|| handler(&mut call)).map(|outcome| match call.ended_already() {
        Some(_) if call.client().close_reason().is_some() => outcome.without_connection(),
        _ => outcome,
    });
    let cut_off = number.and_then(|number| site.leave(number));
    let fate = fate(&call, &ended);
    trace::handler_ends(call.ended_already(), fate, Some(ended));
    if let Some(cause) = cut_off {
        hang_up(&mut call, cause);
    }
    fate
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
    let commands = Command::sendmsg(&SendMsg::hangup(cause));
    if let Ok(command) = commands {
        let _ = call.client().link.socket().stream().write_all(&command.into_wire());
    }
}

impl Site {
    /// A call is there, to be cut off.
    fn enter(&self, stream: TcpStream) -> u64 {
        let mut state = self.lock();
        state.numbers += 1;
        let number = state.numbers;
        state.calls.insert(number, stream);
        number
    }

    /// It is there no more; how to hang it up if it was cut off.
    fn leave(&self, number: u64) -> Option<HangupCause> {
        let mut state = self.lock();
        match state.calls.remove(&number) {
            Some(_) => None,
            None => state.hang_up.clone(),
        }
    }
}
