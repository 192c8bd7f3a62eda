//! What becomes of the connections a server is made.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// What has become of the connections made to a [`Server`](super::Server), since it was bound. Each connection is counted
/// in one of `not_allowed`, `busy` and `accepted`; each accepted one, once it is over, in one of the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Connections open now.
    pub open: usize,
    /// Refused: their address is not on the list.
    pub not_allowed: u64,
    /// Refused: as many calls were there as may be.
    pub busy: u64,
    /// Not refused.
    pub accepted: u64,
    /// No call came of it: no switch, one that said nothing, or a call that was gone before it could be asked for.
    pub no_call: u64,
    /// Given back at once: the handler takes another mode than the dialplan's line has asked for.
    pub wrong_mode: u64,
    /// The handler was done, and the call went on in its dialplan.
    pub given_back: u64,
    /// The call ended, and the handler with it or before.
    pub ended: u64,
    /// The handler failed.
    pub failed: u64,
    /// The handler panicked.
    pub panicked: u64,
    /// The handler did not return after its call had ended, and was ended.
    pub aborted: u64,
}

/// What became of one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    NotAllowed,
    Busy,
    NoCall,
    WrongMode,
    GivenBack,
    Ended,
    Failed,
    Panicked,
    Aborted,
}

impl Fate {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::NotAllowed => "not_allowed",
            Self::Busy => "busy",
            Self::NoCall => "no_call",
            Self::WrongMode => "wrong_mode",
            Self::GivenBack => "given_back",
            Self::Ended => "ended",
            Self::Failed => "failed",
            Self::Panicked => "panicked",
            Self::Aborted => "aborted",
        }
    }
}

const FATES: usize = 9;

#[derive(Debug, Default)]
pub(crate) struct Counters {
    open: AtomicUsize,
    accepted: AtomicU64,
    fates: [AtomicU64; FATES],
}

impl Counters {
    pub(crate) fn count(&self, fate: Fate) {
        if let Some(count) = self.fates.get(fate as usize) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn of(&self, fate: Fate) -> u64 {
        self.fates.get(fate as usize).map_or(0, |count| count.load(Ordering::Relaxed))
    }

    /// One more connection is open, if there may be so many.
    pub(crate) fn open(self: &std::sync::Arc<Self>, most: usize) -> Option<Open> {
        let open = |open| (open < most).then_some(open + 1);
        self.open.fetch_update(Ordering::Relaxed, Ordering::Relaxed, open).ok()?;
        self.accepted.fetch_add(1, Ordering::Relaxed);
        Some(Open { counters: std::sync::Arc::clone(self) })
    }

    pub(crate) fn now(&self) -> Counts {
        Counts {
            open: self.open.load(Ordering::Relaxed),
            not_allowed: self.of(Fate::NotAllowed),
            busy: self.of(Fate::Busy),
            accepted: self.accepted.load(Ordering::Relaxed),
            no_call: self.of(Fate::NoCall),
            wrong_mode: self.of(Fate::WrongMode),
            given_back: self.of(Fate::GivenBack),
            ended: self.of(Fate::Ended),
            failed: self.of(Fate::Failed),
            panicked: self.of(Fate::Panicked),
            aborted: self.of(Fate::Aborted),
        }
    }
}

/// A connection that is open as long as this lives.
#[derive(Debug)]
pub(crate) struct Open {
    counters: std::sync::Arc<Counters>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.counters.open.fetch_sub(1, Ordering::Relaxed);
    }
}
