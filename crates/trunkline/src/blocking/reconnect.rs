//! Making a lost connection again, when the program says so.

use trunkline_proto::{EventSet, SubscriptionId, SubscriptionRefused};

use super::client::Client;
use super::received::Received;
use super::socket::{Socket, dial, pause};
use super::wanted::Wanted;
use crate::error::Error;
use crate::reconnect::Gap;

impl Client {
    /// Makes the connection again: one attempt, now, at the addresses of the configuration in their order, with its
    /// timeouts and credentials. Whether [`Config::reconnect`](crate::Config::reconnect) is set does not matter.
    ///
    /// As soon as the switch has let us in it is asked who it is, and then for everything it has forgotten: filters,
    /// events, the log. They hold when this returns. How long there was no connection is said by what is returned, and
    /// again by [`Received::Gap`] in its place, after all that came before the loss. Events or a log that are not granted
    /// any more are told by [`Received::Refused`], and the rest goes on. What was said past the client by
    /// [`send`](Self::send), and [`myevents`](Self::myevents), is not asked for again.
    ///
    /// Commands that were on their way when the connection was lost have failed
    /// ([`Error::Disconnected`]), and those given since; none is said again. Jobs that ran are kept until their time is
    /// up, and say that they [crossed a gap](Self::crossed_gap); where the switch was restarted they have ended
    /// ([`JobLost::Restarted`](crate::JobLost)).
    ///
    /// A connection that still stands is left first, without a word, after what has come was read. In a process that was
    /// forked off it is the parent's, and left alone altogether: the child has one of its own then. The descriptor is
    /// another one afterwards.
    ///
    /// # Errors
    ///
    /// [`Error::NotDialled`] where the socket was handed over. [`Error::Closed`] after [`close`](Self::close). Whatever
    /// [`connect`](super::connect) may fail of; lost again at once; the connection is lost as before then, and this can be
    /// called again.
    ///
    /// [`Error::Interrupted`] gives the attempt up. Once the switch has said who it is, a signal does not interrupt it any
    /// more: at most for as long as the subscriptions may take to be answered.
    pub fn reconnect(&mut self) -> Result<Gap, Error> {
        let config = self.dialled.as_deref().ok_or(Error::NotDialled)?;
        self.link.leave()?;
        let socket = Socket::connected(dial(config)?)?;
        let gap = self.link.restart(socket)?;
        self.permissions = self.link.inbox.permissions.take().unwrap_or_default();
        self.restore()?;
        Ok(gap)
    }

    /// As [`reconnect`](Self::reconnect), again and again: waits before each attempt as
    /// [`Config::reconnect`](crate::Config::reconnect) says, or as [`Reconnect`](crate::Reconnect) does by itself where
    /// that is not set: a quarter of a second at first, then ever longer, up to half a minute, and for as many attempts as
    /// it takes.
    ///
    /// A session that held for five seconds from when it was let in starts the count anew; one that did not goes on
    /// with it.
    ///
    /// # Errors
    ///
    /// That of the last attempt, where their number is limited. [`Error::NotDialled`], [`Error::Closed`] after
    /// [`close`](Self::close), and [`Error::Interrupted`] at once; after the latter this can be called again, and goes on
    /// where it was.
    pub fn reconnect_patiently(&mut self) -> Result<Gap, Error> {
        let config = self.dialled.as_deref().ok_or(Error::NotDialled)?;
        let reconnect = config.reconnect.clone().unwrap_or_default();
        // Forked processes have the same memory, and the same chances, but for this.
        let mut chance = fastrand::Rng::with_seed(fastrand::u64(..) ^ u64::from(std::process::id()));
        if self.link.inbox.sessions.was_steady() {
            self.attempts = 0;
        }
        loop {
            let wait = reconnect.wait(self.attempts, chance.f64());
            tracing::info!(attempt = self.attempts.saturating_add(1), ?wait, "connecting again");
            pause(wait)?;
            self.attempts = self.attempts.saturating_add(1);
            let error = match self.reconnect() {
                Err(error) if !matches!(error, Error::Interrupted) && !self.link.has_ended() => error,
                settled => return settled,
            };
            tracing::info!(%error, "not connected");
            if reconnect.attempts.is_some_and(|most| self.attempts >= most) {
                self.attempts = 0;
                return Err(error);
            }
        }
    }

    /// Waits until everything that was subscribed holds again, or is known not to.
    fn restore(&mut self) -> Result<(), Error> {
        if let Some(id) = self.logs
            && let Err(refused) = self.restored(id)?
        {
            self.logs = None;
            self.link.inbox.log = None;
            self.link.inbox.put(Received::Refused(refused));
        }
        if let Some(id) = self.events
            && let Err(refused) = self.restored(id)?
        {
            self.events = None;
            self.give_up(refused);
        }
        self.link.inbox.sessions.end_restoring();
        while self.events.is_none() && !self.link.inbox.wanted.asked().is_empty() {
            let wanted = self.link.inbox.wanted.clone();
            match self.link.insist(|link| link.subscribe_events(wanted)) {
                Ok(id) => self.events = Some(id),
                Err(Error::Subscription(refused)) => self.give_up(refused),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn restored(&mut self, id: SubscriptionId) -> Result<Result<(), SubscriptionRefused>, Error> {
        self.link.insist(|link| link.restored(id))
    }

    /// Goes on without what is not granted any more.
    fn give_up(&mut self, refused: SubscriptionRefused) {
        let inbox = &mut self.link.inbox;
        let left = match &refused {
            SubscriptionRefused::Events { events, .. } => inbox.wanted.without(&EventSet::parse(events)),
            _ => Wanted::default(),
        };
        // Of what cannot be told apart nothing is left.
        inbox.wanted = if left.asked() == inbox.wanted.asked() { Wanted::default() } else { left };
        inbox.put(Received::Refused(refused));
    }
}
