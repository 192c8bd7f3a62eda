//! One session after the other: what is noted of their ends and beginnings.

use std::time::{Duration, Instant, SystemTime};

use trunkline_proto::{CloseReason, CoreUuid, Permissions, SubscriptionId, SubscriptionRefused};

use super::Inbox;
use crate::reconnect::{Gap, STEADY};

/// What is known of the sessions there were.
#[derive(Debug, Default)]
pub(in crate::blocking) struct Sessions {
    /// When the switch let us in, in this one.
    let_in: Option<Instant>,
    /// How long the last one held from then on.
    held_for: Duration,
    /// When and how the connection was lost, until it is taken up again.
    broken: Option<(SystemTime, CloseReason)>,
    /// It was, and nobody was told yet but by the item.
    gap: Option<Gap>,
    /// What became of the subscriptions that are asked for again, while somebody wants to know.
    restored: Option<Vec<(SubscriptionId, Result<(), SubscriptionRefused>)>>,
}

impl Sessions {
    /// Whether the last session, or the one there is, held for long. Said once of each.
    pub(in crate::blocking) fn was_steady(&mut self) -> bool {
        let held_for = std::mem::take(&mut self.held_for);
        held_for >= STEADY || self.let_in.is_some_and(|since| since.elapsed() >= STEADY)
    }

    /// The gap that has just ended.
    pub(in crate::blocking) fn take_gap(&mut self) -> Option<Gap> {
        self.gap.take()
    }

    /// What became of this subscription in this session.
    pub(in crate::blocking) fn take_restored(
        &mut self,
        id: SubscriptionId,
    ) -> Option<Result<(), SubscriptionRefused>> {
        let restored = self.restored.as_mut()?;
        let at = restored.iter().position(|(of, _)| *of == id)?;
        Some(restored.swap_remove(at).1)
    }

    /// Nobody wants to know any more.
    pub(in crate::blocking) fn end_restoring(&mut self) {
        self.restored = None;
    }

    pub(super) fn restored(&mut self, id: SubscriptionId, result: Result<(), SubscriptionRefused>) {
        if let Some(restored) = &mut self.restored {
            restored.push((id, result));
        }
    }
}

impl Inbox {
    /// Another connection is being made.
    pub(in crate::blocking) fn begin(&mut self) {
        self.closed = None;
        self.permissions = None;
        self.sessions.restored = None;
    }

    pub(super) fn ready(&mut self, permissions: Permissions) {
        self.permissions = Some(permissions);
        self.sessions.let_in = Some(Instant::now());
    }

    pub(super) fn broken(&mut self, reason: CloseReason) {
        tracing::debug!(%reason, "connection lost");
        self.closed = Some(reason.clone());
        if let Some(since) = self.sessions.let_in.take() {
            self.sessions.held_for = since.elapsed();
        }
        self.sessions.broken.get_or_insert_with(|| (SystemTime::now(), reason));
        // Those whose `bgapi` was not answered have been told, and do not run.
        self.running.values_mut().for_each(|crossed| *crossed = true);
    }

    pub(super) fn resumed(&mut self, core: Option<CoreUuid>, restarted: Option<bool>) {
        let Some(broken) = self.sessions.broken.take() else { return };
        let gap = Gap::until_now(broken, core, restarted);
        tracing::info!(why = ?gap.why, reason = %gap.reason, "connected again");
        self.items.put_gap(gap.clone());
        self.sessions.gap = Some(gap);
        self.sessions.restored = Some(Vec::new());
    }
}
