//! What becomes of the connections a server is made.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

#[cfg(feature = "metrics")]
use metrics::{Counter, Gauge, SharedString, counter, gauge};

/// What has become of the connections made to a [`Server`](super::Server), since it was bound. Each is counted, once it is
/// over, in one of those that are no `open`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Connections open now, those under `busy` not among them.
    pub open: usize,
    /// How often none could be accepted, for want of descriptors or memory.
    pub accept_errors: u64,
    /// Closed at once: their address is not on the list.
    pub not_allowed: u64,
    /// Given back at once: as many calls were there as may be.
    pub busy: u64,
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
    /// The handler did not return after its call had ended, and was dropped.
    pub aborted: u64,
}

impl Counts {
    /// How many connections there have been that are over.
    #[must_use]
    pub fn over(&self) -> u64 {
        let turned_away = self.not_allowed + self.busy + self.no_call + self.wrong_mode;
        turned_away + self.given_back + self.ended + self.failed + self.panicked + self.aborted
    }
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
    const ALL: [Self; 9] = [
        Self::NotAllowed,
        Self::Busy,
        Self::NoCall,
        Self::WrongMode,
        Self::GivenBack,
        Self::Ended,
        Self::Failed,
        Self::Panicked,
        Self::Aborted,
    ];

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

    /// Its own, of one for each.
    fn pick<T>(self, all: &[T; Self::ALL.len()]) -> &T {
        let [not_allowed, busy, no_call, wrong_mode, given_back, ended, failed, panicked, aborted] = all;
        match self {
            Self::NotAllowed => not_allowed,
            Self::Busy => busy,
            Self::NoCall => no_call,
            Self::WrongMode => wrong_mode,
            Self::GivenBack => given_back,
            Self::Ended => ended,
            Self::Failed => failed,
            Self::Panicked => panicked,
            Self::Aborted => aborted,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Counters {
    open: AtomicUsize,
    accept_errors: AtomicU64,
    fates: [AtomicU64; Fate::ALL.len()],
    #[cfg(feature = "metrics")]
    meter: Meter,
}

impl Counters {
    /// Of the server that listens there.
    pub(crate) fn new(server: &str) -> Self {
        #[cfg(not(feature = "metrics"))]
        let _ = server;
        Self {
            open: AtomicUsize::new(0),
            accept_errors: AtomicU64::new(0),
            fates: Default::default(),
            #[cfg(feature = "metrics")]
            meter: Meter::new(server),
        }
    }

    pub(crate) fn count(&self, fate: Fate) {
        self.of(fate).fetch_add(1, Ordering::Relaxed);
        #[cfg(feature = "metrics")]
        self.meter.of(fate).increment(1);
    }

    pub(crate) fn accept_error(&self) {
        self.accept_errors.fetch_add(1, Ordering::Relaxed);
        #[cfg(feature = "metrics")]
        self.meter.accept_errors.increment(1);
    }

    fn of(&self, fate: Fate) -> &AtomicU64 {
        fate.pick(&self.fates)
    }

    /// One more connection is open, if there may be so many.
    pub(crate) fn open(self: &Arc<Self>, most: usize) -> Option<Open> {
        let more = |open| (open < most).then_some(open + 1);
        self.open.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        #[cfg(feature = "metrics")]
        self.meter.open.increment(1);
        Some(Open { counters: Arc::clone(self) })
    }

    pub(crate) fn now(&self) -> Counts {
        let of = |fate| self.of(fate).load(Ordering::Relaxed);
        Counts {
            open: self.open.load(Ordering::Relaxed),
            accept_errors: self.accept_errors.load(Ordering::Relaxed),
            not_allowed: of(Fate::NotAllowed),
            busy: of(Fate::Busy),
            no_call: of(Fate::NoCall),
            wrong_mode: of(Fate::WrongMode),
            given_back: of(Fate::GivenBack),
            ended: of(Fate::Ended),
            failed: of(Fate::Failed),
            panicked: of(Fate::Panicked),
            aborted: of(Fate::Aborted),
        }
    }
}

/// A connection that is open as long as this lives.
#[derive(Debug)]
pub(crate) struct Open {
    counters: Arc<Counters>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.counters.open.fetch_sub(1, Ordering::Relaxed);
        #[cfg(feature = "metrics")]
        self.counters.meter.open.decrement(1);
    }
}

/// The same, for the recorder of the program.
#[cfg(feature = "metrics")]
#[derive(Debug)]
struct Meter {
    open: Gauge,
    accept_errors: Counter,
    /// In the order of [`Fate::ALL`].
    fates: [Counter; Fate::ALL.len()],
}

#[cfg(feature = "metrics")]
impl Meter {
    fn new(server: &str) -> Self {
        crate::meter::describe();
        let server = SharedString::from(server.to_owned());
        Self {
            open: gauge!("trunkline_calls", "server" => server.clone()),
            accept_errors: counter!("trunkline_accept_errors_total", "server" => server.clone()),
            fates: Fate::ALL.map(
                |fate| counter!("trunkline_calls_total", "server" => server.clone(), "outcome" => fate.as_str()),
            ),
        }
    }

    fn of(&self, fate: Fate) -> &Counter {
        fate.pick(&self.fates)
    }
}
