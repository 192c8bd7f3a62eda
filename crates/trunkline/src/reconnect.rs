//! Staying connected: when to try again, and what is said of it.

#[cfg(feature = "client")]
mod dial;

use std::time::{Duration, SystemTime};

#[cfg(feature = "client")]
use tokio::sync::watch;
use trunkline_proto::{CloseReason, CoreUuid, Liveness};

#[cfg(feature = "client")]
pub(crate) use dial::{Dial, dial};

/// A session that held so long from when we were let in was a good one: the next loss is a new story.
pub(crate) const STEADY: Duration = Duration::from_secs(5);

/// How often, and how patiently, a lost connection is made again.
///
/// The first attempt comes after [`first`](Self::first), each further one after twice the time, up to
/// [`most`](Self::most); a part of each wait is left to chance, so that a thousand clients of a switch that was
/// restarted do not come back in the same moment. A session that held for five seconds from when the switch let us in
/// starts the count anew. Whatever an attempt fails of, a refused password included, it is not the last.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Reconnect {
    /// How long to wait before the first attempt; 250 ms.
    pub first: Duration,
    /// How long at most between two; 30 s.
    pub most: Duration,
    /// How much of each wait is left to chance, from 0 (nothing) to 1 (all of it); 0.5.
    pub jitter: f64,
    /// How many attempts in a row may fail before the connection is given up; `None`, no limit.
    pub attempts: Option<u32>,
    /// Whether and how a switch that says nothing is asked for a sign of life, and when one that gives none is given up.
    /// On.
    pub liveness: Option<Liveness>,
    /// Whether commands that are given while there is no connection, or were not yet sent when it was lost, wait for the
    /// next one, as long as their timeout allows; otherwise they fail at once. On.
    pub commands_wait: bool,
}

impl Default for Reconnect {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(250),
            most: Duration::from_secs(30),
            jitter: 0.5,
            attempts: None,
            liveness: Some(Liveness::default()),
            commands_wait: true,
        }
    }
}

impl Reconnect {
    /// How long to wait before this attempt, counted from 0, when chance gives `chance`, from 0 to 1.
    #[must_use]
    pub fn wait(&self, attempt: u32, chance: f64) -> Duration {
        let doubled = 2u32.checked_pow(attempt).and_then(|factor| self.first.checked_mul(factor));
        let whole = doubled.unwrap_or(self.most).min(self.most);
        let part = 1.0 - self.jitter.clamp(0.0, 1.0) * chance.clamp(0.0, 1.0);
        // Too long to be counted, or no number: the whole of it.
        Duration::try_from_secs_f64(whole.as_secs_f64() * part).unwrap_or(whole).min(whole)
    }
}

/// How a client stands to its switch.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// Connected and let in.
    Ready,
    /// Connected, but the switch has not answered for longer than it should. It may be stalled, for minutes even, and
    /// then go on as if nothing had been; or stopped.
    Stale,
    /// The connection is lost, and is being made again.
    Connecting {
        /// The attempt that is waited for or under way, from 1.
        attempt: u32,
        /// Why the last connection, or the last attempt, came to nothing.
        why: String,
    },
    /// The connection is lost, and nobody makes it again but the program, by `reconnect` of the `blocking` client.
    Lost(CloseReason),
    /// The end.
    Closed(CloseReason),
}

/// The changes of a client's [`State`], made by [`Client::state_changes`](crate::Client::state_changes).
#[cfg(feature = "client")]
#[derive(Debug, Clone)]
pub struct StateChanges {
    pub(crate) receiver: watch::Receiver<State>,
}

#[cfg(feature = "client")]
impl StateChanges {
    /// The next state, once it is another one than the last one seen. Of states that follow each other faster than
    /// this is called, only the last is seen. `None` after [`State::Closed`].
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<State> {
        let is_over = matches!(*self.receiver.borrow(), State::Closed(_));
        // The sender outlives the connection, as the client does.
        if is_over && !self.receiver.has_changed().is_ok_and(|unseen| unseen) {
            return None;
        }
        self.receiver.changed().await.ok()?;
        Some(self.receiver.borrow_and_update().clone())
    }
}

/// A time without a connection. Whatever happened in it was not seen.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gap {
    /// When the loss was noticed. Events that were on their way then are lost, too.
    pub from: SystemTime,
    /// When the switch had let us in again.
    pub to: SystemTime,
    /// What became of the switch meanwhile.
    pub why: GapCause,
    /// How the connection was lost.
    pub reason: CloseReason,
    /// Which run of which switch it is now, if the switch tells this user.
    pub core: Option<CoreUuid>,
}

impl Gap {
    /// Of a connection that was lost then, and has now been taken up again.
    pub(crate) fn until_now(
        (from, reason): (SystemTime, CloseReason),
        core: Option<CoreUuid>,
        restarted: Option<bool>,
    ) -> Self {
        let why = match restarted {
            Some(true) => GapCause::Restarted,
            Some(false) => GapCause::Disconnected,
            None => GapCause::Unknown,
        };
        Self { from, to: SystemTime::now(), why, reason, core }
    }
}

/// What a [`Gap`] means for what was known of the switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GapCause {
    /// The same switch runs on: calls that were up may still be.
    Disconnected,
    /// The switch was restarted, or it is another one: every call and job of the old one is gone.
    Restarted,
    /// The switch does not tell this user which of the two.
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_most() {
        let reconnect = Reconnect::default();
        let waits: Vec<u128> = (0..10).map(|attempt| reconnect.wait(attempt, 0.0).as_millis()).collect();
        assert_eq!(waits, [250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
        assert_eq!(reconnect.wait(u32::MAX, 0.0), Duration::from_secs(30));
    }

    #[test]
    fn chance_takes_its_part() {
        let reconnect = Reconnect { jitter: 0.5, ..Reconnect::default() };
        assert_eq!(reconnect.wait(2, 1.0), Duration::from_millis(500));
        assert_eq!(reconnect.wait(2, 0.5), Duration::from_millis(750));
        let none = Reconnect { jitter: 0.0, ..Reconnect::default() };
        assert_eq!(none.wait(2, 1.0), Duration::from_secs(1));
        // Nonsense is taken for the nearest sense.
        let nonsense = Reconnect { jitter: f64::NAN, first: Duration::MAX, ..Reconnect::default() };
        assert_eq!(nonsense.wait(3, 0.7), Duration::from_secs(30));
        let ages = Reconnect { first: Duration::MAX, most: Duration::MAX, ..Reconnect::default() };
        assert_eq!(ages.wait(0, 0.0), Duration::MAX);
    }
}
