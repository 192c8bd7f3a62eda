//! The better of two.

use fastrand::Rng;

use super::{Candidate, Policy, Wanted};

/// Two by chance, and of these the one with fewer channels for its weight. Nearly as even as asking all; and where many
/// programs choose by the same old news, they do not all fall upon the same node.
#[derive(Debug, Clone)]
pub struct TwoChoices {
    random: Rng,
}

impl TwoChoices {
    /// By chance as this seed has it. Programs that choose among the same nodes each want one of their own.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self { random: Rng::with_seed(seed) }
    }
}

impl Policy for TwoChoices {
    fn choose(&mut self, _: &Wanted, candidates: &[Candidate<'_>]) -> Option<usize> {
        let count = candidates.len();
        if count < 2 {
            return count.checked_sub(1);
        }
        let one = self.random.usize(..count);
        // Any but the first.
        let other = (one + self.random.usize(1..count)) % count;
        let sessions = |at: usize| candidates[at].sessions_by_weight();
        Some(if sessions(other) < sessions(one) { other } else { one })
    }
}
