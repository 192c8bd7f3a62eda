//! What the threads of a server share: the calls there are, and how they are made an end of.

use std::collections::HashMap;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use trunkline_proto::{ChannelUuid, Command, HangupCause, SendMsg};

use crate::outbound::{Counters, Fate, trace};

/// How often it is looked whether those that were cut off have gone.
const LOOK: Duration = Duration::from_millis(100);

#[derive(Debug, Default)]
pub(super) struct Site {
    state: Mutex<State>,
    pub(super) changed: Condvar,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) stop: Option<(Instant, Option<HangupCause>)>,
    /// The calls that are handled.
    calls: HashMap<u64, Handled>,
    numbers: u64,
    pub(super) refusals: usize,
    /// Handlers that are not waited for any more.
    behind: usize,
    /// When calls were cut off, first.
    cut_off: Option<Instant>,
    pub(super) over: bool,
}

#[derive(Debug)]
struct Handled {
    stream: TcpStream,
    peer: SocketAddr,
    uuid: ChannelUuid,
    is_cut_off: bool,
}

/// How a handler is done with its call.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// Its time was not over.
    ByItself,
    /// It was cut off, and the call is to be hung up.
    ToHangUp(HangupCause),
    /// Nobody waits for it.
    Behind,
}

impl Site {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // What is behind it is whole at every point where a panic could be.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the last call is gone, and cuts off those that are there when their time is over; those that are there so
    /// long after that are left behind.
    pub(super) fn run_down(&self, counters: &Counters, after_end: Duration) {
        let mut state = self.lock();
        while counters.now().open > state.behind || state.refusals > 0 {
            let now = Instant::now();
            let due = state.stop.as_ref().map_or(now, |(at, _)| *at);
            let mut wait = due.saturating_duration_since(now);
            if wait.is_zero() {
                state.cut_off();
                wait = LOOK;
            }
            if state.cut_off.is_some_and(|at| now.duration_since(at) >= after_end) {
                state.leave_behind(counters);
                wait = Duration::from_millis(1);
            }
            state = self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.over = true;
        drop(state);
        self.changed.notify_all();
    }

    /// A call is there, to be cut off.
    pub(super) fn enter(&self, stream: TcpStream, peer: SocketAddr, uuid: ChannelUuid) -> u64 {
        let mut state = self.lock();
        state.numbers += 1;
        let number = state.numbers;
        state.calls.insert(number, Handled { stream, peer, uuid, is_cut_off: false });
        number
    }

    /// Its handler has returned.
    pub(super) fn leave(&self, number: u64) -> Left {
        let mut state = self.lock();
        let cause = || state.stop.as_ref().and_then(|(_, cause)| cause.clone());
        match state.calls.get(&number).map(|call| call.is_cut_off.then(cause)) {
            None => {
                state.behind -= 1;
                Left::Behind
            }
            Some(cut_off) => {
                let left = cut_off.flatten().map_or(Left::ByItself, Left::ToHangUp);
                state.calls.remove(&number);
                left
            }
        }
    }
}

impl State {
    /// Their threads see the end of the connection, and unwind.
    fn cut_off(&mut self) {
        for call in self.calls.values_mut().filter(|call| !call.is_cut_off) {
            call.is_cut_off = true;
            let _ = call.stream.shutdown(std::net::Shutdown::Read);
        }
        self.cut_off.get_or_insert_with(Instant::now);
    }

    /// Their threads cannot be ended, but their calls can.
    fn leave_behind(&mut self, counters: &Counters) {
        let cause = self.stop.as_ref().and_then(|(_, cause)| cause.clone());
        for (_, call) in self.calls.drain() {
            self.behind += 1;
            counters.count(Fate::Aborted);
            trace::call(call.peer, &call.uuid).in_scope(trace::handler_left_behind);
            call.end(cause.clone());
        }
    }
}

impl Handled {
    fn end(mut self, cause: Option<HangupCause>) {
        let hangup = cause.and_then(|cause| Command::sendmsg(&SendMsg::hangup(cause)).ok());
        if let Some(command) = hangup
            && self.stream.set_nonblocking(true).is_ok()
        {
            // Where there is no room for it the switch has not read for long.
            let _ = self.stream.write_all(&command.into_wire());
        }
        let _ = self.stream.shutdown(std::net::Shutdown::Both);
    }
}
