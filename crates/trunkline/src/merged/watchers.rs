//! Whom a connection tells how it is.

use std::sync::{Arc, Weak};
use std::task::Waker;
use std::time::Instant;

use trunkline_proto::SubscriptionId;

use super::outages::{Outages, Start};
use crate::reconnect::Gap;

/// The merged streams that have one of a connection's own.
#[derive(Debug, Default)]
pub(crate) struct Watchers {
    watchers: Vec<Watcher>,
    /// Who is to be woken, but not under a lock.
    wake: Vec<Waker>,
}

#[derive(Debug)]
struct Watcher {
    outages: Weak<Outages>,
    source: usize,
    id: SubscriptionId,
}

impl Watchers {
    pub(crate) fn add(&mut self, outages: &Arc<Outages>, id: SubscriptionId, start: Start) {
        let source = outages.add(start);
        self.watchers.push(Watcher { outages: Arc::downgrade(outages), source, id });
    }

    /// The connection is lost, and was last heard from then.
    pub(crate) fn lost(&mut self, heard: Instant, now: Instant) {
        self.tell(|_, outages, source| outages.lost(source, heard, now));
    }

    /// We are let in again, and the streams are told this gap. One that is refused then stays down.
    pub(crate) fn back(&mut self, gap: &Gap) {
        self.tell(|_, outages, source| {
            outages.back(source, gap);
            None
        });
    }

    /// This subscription holds again.
    pub(crate) fn holds(&mut self, held: SubscriptionId, now: Instant) {
        self.tell(|id, outages, source| (id == held).then(|| outages.holds(source, now)).flatten());
    }

    pub(crate) fn take_wake(&mut self) -> Vec<Waker> {
        std::mem::take(&mut self.wake)
    }

    fn tell(&mut self, tell: impl Fn(SubscriptionId, &Outages, usize) -> Option<Waker>) {
        self.watchers.retain(|watcher| {
            let Some(outages) = watcher.outages.upgrade() else { return false };
            self.wake.extend(tell(watcher.id, &outages, watcher.source));
            true
        });
    }
}
