//! What a model has been through.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::model::{Sign, Stale};

/// How a [`Live`](super::Live) model is, and what it has been through since it began.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LiveHealth {
    /// Whether the view may be wrong now.
    pub stale: Option<Stale>,
    /// How many times the switch was asked for what was missed, and answered; the first time included.
    pub resyncs: u64,
    /// How many times it did not answer all of it, and was asked again.
    pub failed: u64,
    /// Losses of the connection.
    pub gaps: u64,
    /// Times that the switch did not answer for longer than it should.
    pub silences: u64,
    /// Times that this side was too slow, and events were dropped.
    pub overflows: u64,
    /// [Signs](Sign) that events were lost.
    pub signs: u64,
    /// Of these, HEARTBEATs that count other channels than the model has ([`Sign::Drift`]).
    pub drifts: u64,
}

/// Counts up.
#[derive(Debug, Default)]
pub(super) struct Count(AtomicU64);

impl Count {
    pub(super) fn one(&self) {
        self.add(1);
    }

    fn add(&self, more: usize) {
        self.0.fetch_add(u64::try_from(more).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) resyncs: Count,
    pub(super) failed: Count,
    pub(super) gaps: Count,
    pub(super) silences: Count,
    pub(super) overflows: Count,
    signs: Count,
    drifts: Count,
}

impl Counts {
    pub(super) fn signs(&self, signs: &[Sign]) {
        self.signs.add(signs.len());
        self.drifts.add(signs.iter().filter(|sign| matches!(sign, Sign::Drift { .. })).count());
    }

    pub(super) fn read(&self, stale: Option<Stale>) -> LiveHealth {
        LiveHealth {
            stale,
            resyncs: self.resyncs.get(),
            failed: self.failed.get(),
            gaps: self.gaps.get(),
            silences: self.silences.get(),
            overflows: self.overflows.get(),
            signs: self.signs.get(),
            drifts: self.drifts.get(),
        }
    }
}
