//! The one that has the most left.

use super::policy::best;
use super::{Candidate, Policy, RoundRobin, Wanted};

/// The one with the most headroom ([`Load::headroom`](super::Load::headroom)) times its weight: nodes of different size
/// fill to the same share. Those that have the same take turns, and one without any is chosen where no other has any: what
/// is known of it may be old.
#[derive(Debug, Clone, Default)]
pub struct Headroom {
    turn: RoundRobin,
}

impl Headroom {
    /// It keeps whose turn it is.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Policy for Headroom {
    fn choose(&mut self, _: &Wanted, candidates: &[Candidate<'_>]) -> Option<usize> {
        best(&mut self.turn, candidates, |candidate| candidate.headroom() * f64::from(candidate.weight))
    }
}
