//! One after the other.

use super::{Candidate, Policy, Wanted};

/// One after the other, in the order of their names. Nodes may come and go: the next is always the first after the last
/// one chosen.
#[derive(Debug, Clone, Default)]
pub struct RoundRobin {
    last: Option<Box<str>>,
}

impl RoundRobin {
    /// Begins with the first.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The first after the last one chosen that is among those meant.
    pub(super) fn next_of(
        &mut self,
        candidates: &[Candidate<'_>],
        is_meant: impl Fn(&Candidate<'_>) -> bool,
    ) -> Option<usize> {
        let last = self.last.as_deref();
        let is_later = |name: &str| last.is_none_or(|last| name > last);
        let later = |candidate: &Candidate<'_>| is_later(candidate.name) && is_meant(candidate);
        let at = candidates.iter().position(later).or_else(|| candidates.iter().position(&is_meant))?;
        self.last = Some(candidates[at].name.into());
        Some(at)
    }
}

impl Policy for RoundRobin {
    fn choose(&mut self, _: &Wanted, candidates: &[Candidate<'_>]) -> Option<usize> {
        self.next_of(candidates, |_| true)
    }
}
