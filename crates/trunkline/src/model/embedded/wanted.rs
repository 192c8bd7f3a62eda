//! Which events and log lines are wanted.

use std::time::Instant;

use trunkline_proto::{ApiMisuse, Connection, EventSet, LogLevel, SubscriptionId, SubscriptionRefused};

use crate::model::switch::Switch;

/// What is wanted, and the subscriptions that stand for it.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// Beside those of the model.
    pub(super) events: EventSet,
    /// Of all that is wanted, what the switch does not let this user have.
    refused: EventSet,
    subscription: Option<SubscriptionId>,
    log: Option<(LogLevel, SubscriptionId)>,
}

impl Wanted {
    /// Has the connection want what is wanted: first what is new, then no more what is not.
    pub(super) fn reconcile(&mut self, connection: &mut Connection, now: Instant) -> Result<(), ApiMisuse> {
        let wanted = self.events.union(&Switch::events()).minus(&self.refused);
        let id = connection.subscribe(wanted, now)?;
        if let Some(before) = self.subscription.replace(id) {
            connection.unsubscribe(before, now);
        }
        Ok(())
    }

    /// Wants what was refused no more; whether there is something left.
    pub(super) fn forgo(&mut self, refused: &SubscriptionRefused) -> bool {
        let SubscriptionRefused::Events { events, .. } = refused else { return false };
        self.refused = self.refused.union(&EventSet::parse(events));
        !self.events.union(&Switch::events()).minus(&self.refused).is_empty()
    }

    /// Whether this is the subscription that has the model's events.
    pub(super) fn is_model(&self, id: SubscriptionId) -> bool {
        self.subscription == Some(id)
    }

    pub(super) fn log_level(&self) -> Option<LogLevel> {
        self.log.map(|(level, _)| level)
    }

    pub(super) fn set_log_level(
        &mut self,
        level: Option<LogLevel>,
        connection: &mut Connection,
        now: Instant,
    ) {
        if level == self.log_level() {
            return;
        }
        let new = level.map(|level| (level, connection.subscribe_log(level, now)));
        if let Some((_, before)) = std::mem::replace(&mut self.log, new) {
            connection.unsubscribe(before, now);
        }
    }
}
