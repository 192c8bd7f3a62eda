//! How a node is chosen.

use super::{Candidate, Wanted};

/// How a node is chosen for a call.
///
/// A policy is a plain value: it reads no clock, keeps no connection, and makes the same choices when it is asked the
/// same again from the start (those that use chance are seeded). Which nodes may be chosen at all is not its matter.
///
/// ```
/// use trunkline::model::fleet::{Candidate, Policy, Wanted};
///
/// /// Whichever has the longest name.
/// struct Longest;
///
/// impl Policy for Longest {
///     fn choose(&mut self, _: &Wanted, candidates: &[Candidate<'_>]) -> Option<usize> {
///         (0..candidates.len()).max_by_key(|at| candidates[*at].name.len())
///     }
/// }
/// ```
pub trait Policy {
    /// Which of the candidates takes the call: its place among them; `None` if there are none. They are in the order of
    /// their names.
    fn choose(&mut self, wanted: &Wanted, candidates: &[Candidate<'_>]) -> Option<usize>;
}

impl<P: Policy + ?Sized> Policy for Box<P> {
    fn choose(&mut self, wanted: &Wanted, candidates: &[Candidate<'_>]) -> Option<usize> {
        (**self).choose(wanted, candidates)
    }
}

impl<P: Policy + ?Sized> Policy for &mut P {
    fn choose(&mut self, wanted: &Wanted, candidates: &[Candidate<'_>]) -> Option<usize> {
        (**self).choose(wanted, candidates)
    }
}

/// The one for which `worth` is greatest; of several the one whose turn it is.
pub(super) fn best(
    turn: &mut super::RoundRobin,
    candidates: &[Candidate<'_>],
    worth: impl Fn(&Candidate<'_>) -> f64,
) -> Option<usize> {
    let greatest = candidates.iter().map(&worth).max_by(f64::total_cmp)?;
    turn.next_of(candidates, |candidate| worth(candidate).total_cmp(&greatest).is_eq())
}
