//! The one with the fewest calls.

use super::policy::best;
use super::{Candidate, Policy, RoundRobin, Wanted};

/// The one with the fewest channels for its weight, calls begun here of which it does not tell yet
/// ([`InFlight`](super::InFlight)) included. Those that have the same take turns.
#[derive(Debug, Clone, Default)]
pub struct LeastSessions {
    turn: RoundRobin,
}

impl LeastSessions {
    /// It keeps whose turn it is.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Policy for LeastSessions {
    fn choose(&mut self, _: &Wanted, candidates: &[Candidate<'_>]) -> Option<usize> {
        best(&mut self.turn, candidates, |candidate| -candidate.sessions_by_weight())
    }
}
