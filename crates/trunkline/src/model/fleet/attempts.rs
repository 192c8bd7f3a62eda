//! One call, at one node after the other.

use super::{Chosen, Fault, NoNode, Nodes, Policy, Wanted};

/// The attempts at one call: at one node, and at the next where the fault was that node's own.
///
/// **Nothing is dialled twice.** [`next`](Self::next) gives no node while an attempt is under way, nor after one of which
/// nobody knows what became of it, nor after one that failed for the callee.
#[derive(Debug)]
pub struct Attempts {
    wanted: Wanted,
    tried: Vec<Box<str>>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing is dialled, and something may be.
    Open,
    UnderWay,
    Over,
}

impl Attempts {
    /// None made yet.
    #[must_use]
    pub fn new(wanted: Wanted) -> Self {
        Self { wanted, tried: Vec::new(), state: State::Open }
    }

    /// The node for the next attempt: none that was tried.
    ///
    /// # Errors
    ///
    /// [`NoNode`] where none will do; with `over` where there is to be no other attempt.
    pub fn next(&mut self, nodes: &Nodes, policy: &mut impl Policy) -> Result<Chosen, NoNode> {
        if self.state != State::Open {
            return Err(NoNode::over(self.tried.len()));
        }
        let chosen = nodes.choose_but(policy, &self.wanted, &self.tried)?;
        self.tried.push(chosen.node().into());
        self.state = State::UnderWay;
        Ok(chosen)
    }

    /// The attempt that is under way failed. Says whether another node may be tried.
    pub fn failed(&mut self, fault: Fault) -> bool {
        if self.state == State::UnderWay {
            self.state = if fault.is_the_nodes() { State::Open } else { State::Over };
        }
        self.state == State::Open
    }

    /// The nodes that were tried, in order.
    pub fn tried(&self) -> impl Iterator<Item = &str> {
        self.tried.iter().map(|name| &**name)
    }
}
