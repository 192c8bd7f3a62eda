//! Whether the switch is still there. Silence proves nothing: a switch without calls says nothing by itself. So after
//! some of it, and only while no reply is outstanding, it is asked something it must answer.
//!
//! A switch that does not answer is not gone: it may be stalled, for minutes even (`launch_listener_thread` and the
//! lock of `mod_event_socket.c` it shares with a client that does not read), and then go on as if nothing had been. So
//! this is told, and only much later is the session given up. One that is really gone is found out by TCP.

use std::time::{Duration, Instant};

use super::output::{CloseReason, Output};
use super::replies::Purpose;
use super::{Connection, State};
use crate::command::Command;

/// What is asked: a word the switch does not know. It says so at once, to any user, and nothing else comes of it; an
/// `api` would fire an event each time, and may be refused.
const PING: &str = "noop";

/// How the switch is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Liveness {
    /// After how much silence it is asked for a sign of life; 30 s, so that a HEARTBEAT every 20 s makes it needless.
    pub ask_after: Duration,
    /// How long that may take to be answered before the switch counts as stalled; 10 s.
    pub answer_within: Duration,
    /// How long it may be stalled before the session is given up; 10 minutes.
    pub give_up_after: Duration,
}

impl Default for Liveness {
    fn default() -> Self {
        Self {
            ask_after: Duration::from_secs(30),
            answer_within: Duration::from_secs(10),
            give_up_after: Duration::from_secs(600),
        }
    }
}

/// What is known of it.
#[derive(Debug)]
pub(super) struct Pulse {
    heard: Instant,
    stalled: Option<Instant>,
}

impl Pulse {
    pub(super) fn new(now: Instant) -> Self {
        Self { heard: now, stalled: None }
    }
}

impl Connection {
    /// Whether the switch has not answered for longer than it should, and nothing has come from it since.
    #[must_use]
    pub fn is_stalled(&self) -> bool {
        self.pulse.stalled.is_some()
    }

    /// Something came from the switch.
    pub(super) fn on_sign_of_life(&mut self, now: Instant) {
        self.pulse.heard = now;
        if self.pulse.stalled.take().is_some() {
            self.outputs.push_back(Output::Stalled(false));
        }
    }

    /// When there is something to do about it.
    pub(super) fn pulse_deadline(&self) -> Option<Instant> {
        let liveness = self.config.liveness.filter(|_| self.is_ready())?;
        match self.pulse.stalled {
            Some(since) => since.checked_add(liveness.give_up_after),
            None if self.replies.len() == 0 => self.pulse.heard.checked_add(liveness.ask_after),
            // One that answers late, and sends events meanwhile, is busy.
            None if self.replies.is_late() => self.pulse.heard.checked_add(liveness.answer_within),
            None => None,
        }
    }

    pub(super) fn check_pulse(&mut self, now: Instant) {
        let Some(liveness) = self.config.liveness else { return };
        if self.pulse_deadline().is_none_or(|deadline| deadline > now) {
            return;
        }
        if self.pulse.stalled.is_some() {
            return self.end(CloseReason::Stalled { after: liveness.give_up_after }, now);
        }
        if self.replies.is_late() {
            self.pulse.stalled = Some(now);
            self.outputs.push_back(Output::Stalled(true));
        } else if let (State::Ready, Ok(command)) = (&self.state, Command::raw(PING)) {
            self.queue(command, Some(liveness.answer_within), Purpose::Nobody, now);
        }
    }
}
