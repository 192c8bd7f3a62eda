//! Nodes to choose among.

use proptest::prelude::*;
use trunkline::model::fleet::{
    Condition, Headroom, LeastSessions, Load, Nodes, Policy, RoundRobin, Sticky, TwoChoices, Weighted,
};

/// Ready, and of weight 1.
pub(crate) fn ready(names: &[&str]) -> Nodes {
    let mut nodes = Nodes::new();
    for name in names {
        nodes.add(*name).set_condition(Condition::Ready);
    }
    nodes
}

/// `n0`, `n1` …, ready, with these weights.
pub(crate) fn weighing(weights: &[u32]) -> Nodes {
    let mut nodes = Nodes::new();
    for (at, weight) in weights.iter().enumerate() {
        nodes.add(name(at)).set_condition(Condition::Ready).set_weight(*weight);
    }
    nodes
}

pub(crate) fn name(at: usize) -> String {
    format!("n{at}")
}

/// Each of the policies there are.
pub(crate) fn policies(seed: u64) -> Vec<Box<dyn Policy>> {
    vec![
        Box::new(RoundRobin::new()),
        Box::new(Weighted::new()),
        Box::new(LeastSessions::new()),
        Box::new(Headroom::new()),
        Box::new(TwoChoices::seeded(seed)),
        Box::new(Sticky::new()),
        Box::new(Sticky::or(RoundRobin::new())),
    ]
}

/// A node that is not as others are.
#[derive(Debug, Clone)]
pub(crate) struct Odd {
    pub(crate) condition: Condition,
    pub(crate) drained: bool,
    pub(crate) weight: u32,
    pub(crate) label: bool,
    pub(crate) load: Load,
}

impl Odd {
    pub(crate) fn may_be_chosen(&self) -> bool {
        self.condition == Condition::Ready && !self.drained && self.weight > 0 && self.label
    }

    /// `n0`, `n1` …; those labelled have the label `eu`.
    pub(crate) fn nodes(all: &[Self]) -> Nodes {
        let mut nodes = Nodes::new();
        for (at, odd) in all.iter().enumerate() {
            let node = nodes.add(name(at));
            node.set_condition(odd.condition)
                .set_drained(odd.drained)
                .set_weight(odd.weight)
                .set_load(odd.load);
            if odd.label {
                node.label("eu");
            }
        }
        nodes
    }
}

pub(crate) fn odd() -> impl Strategy<Value = Odd> {
    let condition = prop_oneof![
        4 => Just(Condition::Ready),
        1 => Just(Condition::Stale),
        1 => Just(Condition::Down),
        1 => Just(Condition::Paused),
    ];
    let load = (0..2000_u32, proptest::option::of(0..2000_u32), 0..50_u32, 0.0..100.0).prop_map(
        |(sessions, most, rate, idle)| {
            let load = Load::new(sessions).rate(rate).max_rate(40).idle_cpu(idle);
            most.map_or(load, |most| load.max_sessions(most))
        },
    );
    (condition, any::<bool>(), 0..4_u32, any::<bool>(), load)
        .prop_map(|(condition, drained, weight, label, load)| Odd { condition, drained, weight, label, load })
}
