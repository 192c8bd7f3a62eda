//! What comes by itself: events, log lines, jobs that end.

use std::time::{Duration, Instant};

use trunkline_proto::{Connection, EventSet, LogLevel, SubscriptionId};

use super::client::Client;
use super::inbox::Change;
use super::received::Received;
use crate::error::Error;

impl Client {
    /// Subscribes to events, beside those subscribed already: `client.events([EventName::ChannelAnswer])`,
    /// `client.events("ALL")`, `client.events("DTMF CUSTOM sofia::register")`. It holds when this returns.
    ///
    /// # Errors
    ///
    /// Refused (a restricted user), not answered in time, connection lost, interrupted, or a name that cannot be sent.
    /// What was subscribed before still is; nothing of this is.
    pub fn events(&mut self, events: impl Into<EventSet>) -> Result<(), Error> {
        let wanted = self.link.inbox.wanted.with(&events.into());
        let id = self.link.subscribe_events(wanted)?;
        self.replace_events(Some(id));
        Ok(())
    }

    /// Takes events back: what comes from now on is none of these, and the switch is told. `ALL` takes back all of
    /// them. Where `ALL` stands, the switch goes on sending those that are taken back by name; they are not shown.
    pub fn nixevents(&mut self, events: impl Into<EventSet>) {
        let wanted = self.link.inbox.wanted.without(&events.into());
        let asked = wanted.asked().clone();
        self.link.inbox.wanted = wanted;
        // What could not be asked for now, `reconnect` asks for.
        let id = if asked.is_empty() { None } else { self.link.keep(asked) };
        self.replace_events(id);
    }

    /// Subscribes to the switch's log: lines of this level and the graver ones, instead of what was before.
    ///
    /// # Errors
    ///
    /// As [`events`](Self::events).
    pub fn logs(&mut self, level: LogLevel) -> Result<(), Error> {
        let ask = |connection: &mut Connection, now| Ok(connection.subscribe_log(level, now));
        let id = self.link.subscribe(Change::Log(level), ask)?;
        if let Some(old) = self.logs.replace(id) {
            self.link.withdraw(old);
        }
        Ok(())
    }

    /// No more of the log.
    pub fn nologs(&mut self) {
        self.link.inbox.log = None;
        if let Some(old) = self.logs.take() {
            self.link.withdraw(old);
        }
    }

    /// Waits for the next item, however long. Those that came while something else was waited for are first.
    ///
    /// # Errors
    ///
    /// Connection lost, once all that had come was given. Interrupted, whereupon it can be called again.
    pub fn recv(&mut self) -> Result<Received, Error> {
        self.link.receive()
    }

    /// Waits for the next item, at most this long; `None` if none has come.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub fn recv_timeout(&mut self, timeout: Duration) -> Result<Option<Received>, Error> {
        self.link.receive_until(Instant::now().checked_add(timeout))
    }

    /// The next item that is there; does what is due, and does not wait.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub fn try_recv(&mut self) -> Result<Option<Received>, Error> {
        self.recv_timeout(Duration::ZERO)
    }

    // ---- for a poll loop of one's own

    /// Whether [`recv`](Self::recv) returns at once without looking at the socket: an item is there, or the connection
    /// has ended. To be asked before waiting for the descriptor, which knows nothing of what was read already.
    #[must_use]
    pub fn has_pending(&self) -> bool {
        self.link.inbox.has_items() || !self.connected()
    }

    /// How many items are there.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.link.inbox.len()
    }

    /// Whether the socket took less than there was to write: to wait for room in it, too.
    #[must_use]
    pub fn wants_write(&self) -> bool {
        self.link.is_blocked()
    }

    /// When [`try_recv`](Self::try_recv) is to be called at the latest, for something is due then: a command may be
    /// out of time.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.link.deadline()
    }

    pub(super) fn replace_events(&mut self, id: Option<SubscriptionId>) {
        if let Some(old) = std::mem::replace(&mut self.events, id) {
            self.link.withdraw(old);
        }
    }
}
