//! The same one for the same key.

use std::hash::Hasher;

use siphasher::sip::SipHasher13;

use super::{Candidate, LeastSessions, Policy, Wanted};

/// The same node for the same [key](Wanted::key), whichever program asks and whenever: a conference's members on one node,
/// a customer's calls on one. Calls without a key go by another policy.
///
/// By rendezvous hashing: each node has a score for the key, and the highest has it. A node that goes (or is drained)
/// leaves its keys to the others by their weight, and no other key moves; when it is back it has them again. A node that
/// comes takes its share from all, and nothing else moves. The scores depend on nothing but the names, the weights and
/// the key, and are the same in every version.
#[derive(Debug, Clone, Default)]
pub struct Sticky<P = LeastSessions> {
    otherwise: P,
}

impl Sticky {
    /// With those without a key to the node with the fewest channels.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl<P: Policy> Sticky<P> {
    /// With another policy for calls without a key.
    #[must_use]
    pub fn or(otherwise: P) -> Self {
        Self { otherwise }
    }
}

impl<P: Policy> Policy for Sticky<P> {
    fn choose(&mut self, wanted: &Wanted, candidates: &[Candidate<'_>]) -> Option<usize> {
        let Some(key) = wanted.key() else { return self.otherwise.choose(wanted, candidates) };
        let score = |at: &usize| score(&candidates[*at], key);
        (0..candidates.len()).max_by(|one, other| score(one).total_cmp(&score(other)))
    }
}

/// Distributed so that the highest of several is a node's with the probability of its share of the weight.
fn score(candidate: &Candidate<'_>, key: &str) -> f64 {
    let mut hasher = SipHasher13::new();
    hasher.write(candidate.name.as_bytes());
    // No text has this byte: `ab` + `c` is not `a` + `bc`.
    hasher.write(&[0xff]);
    hasher.write(key.as_bytes());
    // 53 bits are what a float holds; never 0, never 1.
    let uniform = ((hasher.finish() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
    -f64::from(candidate.weight) / uniform.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Programs of different versions must agree.
    #[test]
    fn scores_never_change() {
        let nodes = ["fs1", "fs2", "fs3", "fs4"].map(Candidate::new);
        let choices = ["3000", "3001", "3002", "3003", "alice@example.net", "bob@example.net", ""]
            .map(|key| Sticky::new().choose(&Wanted::any().with_key(key), &nodes).unwrap());
        assert_eq!(choices, [3, 0, 1, 2, 0, 1, 3]);
    }
}
