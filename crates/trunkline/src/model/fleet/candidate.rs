//! A node that may be chosen.

use super::Load;

/// A node that may be chosen for a call, as a [`Policy`](super::Policy) sees it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Candidate<'a> {
    /// Its name.
    pub name: &'a str,
    /// How much of the load it is to have, beside the others; never 0.
    pub weight: u32,
    /// How busy it says it is.
    pub load: Load,
    /// Calls begun here of which it does not tell yet.
    pub in_flight: u32,
}

impl<'a> Candidate<'a> {
    /// An idle one, of weight 1.
    #[must_use]
    pub fn new(name: &'a str) -> Self {
        Self { name, weight: 1, load: Load::default(), in_flight: 0 }
    }

    /// Its channels, with those it does not tell of yet, for each unit of weight.
    #[must_use]
    pub fn sessions_by_weight(&self) -> f64 {
        f64::from(self.load.sessions.saturating_add(self.in_flight)) / f64::from(self.weight.max(1))
    }

    /// The share of it that is free: [`Load::headroom`].
    #[must_use]
    pub fn headroom(&self) -> f64 {
        self.load.headroom(self.in_flight)
    }
}
