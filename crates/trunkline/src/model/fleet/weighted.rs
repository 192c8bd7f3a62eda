//! One after the other, the heavier more often.

use std::collections::BTreeMap;

use super::{Candidate, Policy, Wanted};

/// One after the other, each as often as its weight says, and as evenly: with weights 3 and 1 it is `a a b a`, not
/// `a a a b`. (The smooth weighted round robin of nginx.) In any run of as many calls as the weights are together each
/// node has exactly its share, as long as the same nodes are there.
#[derive(Debug, Clone, Default)]
pub struct Weighted {
    /// How much each has saved up.
    credit: BTreeMap<Box<str>, i64>,
}

impl Weighted {
    /// All begin even.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Policy for Weighted {
    fn choose(&mut self, _: &Wanted, candidates: &[Candidate<'_>]) -> Option<usize> {
        // One that is not there saves nothing up, nor does it come back with what it had.
        self.credit.retain(|name, _| candidates.iter().any(|candidate| candidate.name == &**name));
        let mut chosen: Option<(usize, i64)> = None;
        let mut total = 0;
        for (at, candidate) in candidates.iter().enumerate() {
            let weight = i64::from(candidate.weight);
            let credit = self.credit.entry(candidate.name.into()).or_default();
            *credit += weight;
            total += weight;
            if chosen.is_none_or(|(_, most)| *credit > most) {
                chosen = Some((at, *credit));
            }
        }
        let (at, _) = chosen?;
        if let Some(credit) = self.credit.get_mut(candidates[at].name) {
            *credit -= total;
        }
        Some(at)
    }
}
