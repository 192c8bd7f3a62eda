//! The same node for the same key, and what moves when nodes come and go.

use proptest::prelude::*;
use trunkline::model::fleet::{Condition, Nodes, RoundRobin, Sticky, Wanted};

use super::support::{name, ready, weighing};

const KEYS: usize = 400;

/// Where each of the keys is.
fn places(nodes: &Nodes) -> Vec<String> {
    let place = |key: usize| {
        let wanted = Wanted::any().with_key(format!("conference-{key}"));
        nodes.choose(&mut Sticky::new(), &wanted).unwrap().node().to_owned()
    };
    (0..KEYS).map(place).collect()
}

proptest! {
    /// Only the keys of the one that goes move; when it is back, all are where they were.
    #[test]
    fn a_node_that_goes_takes_only_its_own_keys(count in 2..9_usize, gone in any::<prop::sample::Index>()) {
        let mut nodes = weighing(&vec![1; count]);
        let gone = name(gone.index(count));
        let before = places(&nodes);
        nodes.add(&*gone).set_drained(true);
        let meanwhile = places(&nodes);
        for (before, meanwhile) in before.iter().zip(&meanwhile) {
            prop_assert_ne!(meanwhile, &gone);
            prop_assert!(*before == gone || before == meanwhile);
        }
        nodes.add(&*gone).set_drained(false);
        prop_assert_eq!(places(&nodes), before);
    }

    /// Keys move only to the one that comes, and no more than its share of them, chance allowed for.
    #[test]
    fn a_node_that_comes_takes_its_share_and_nothing_else_moves(count in 1..8_usize) {
        let mut nodes = weighing(&vec![1; count]);
        let before = places(&nodes);
        nodes.add("new").set_condition(Condition::Ready);
        let after = places(&nodes);
        let moved = before.iter().zip(&after).filter(|(before, after)| before != after);
        prop_assert!(moved.clone().all(|(_, after)| after == "new"));
        let (share, moved) = (KEYS as f64 / (count + 1) as f64, moved.count() as f64);
        // Five standard deviations.
        prop_assert!((moved - share).abs() < 5.0 * share.sqrt(), "{moved} of {share} due");
    }

    /// More weight draws keys to a node, and moves none between the others.
    #[test]
    fn a_heavier_node_only_gains(weights in proptest::collection::vec(1..5_u32, 2..6), heavier in any::<prop::sample::Index>()) {
        let mut nodes = weighing(&weights);
        let before = places(&nodes);
        let at = heavier.index(weights.len());
        nodes.add(name(at)).set_weight(weights[at] + 3);
        for (before, after) in before.iter().zip(places(&nodes)) {
            prop_assert!(*before == after || after == name(at));
        }
    }

    /// Keys are spread by weight.
    #[test]
    fn weights_are_shares(weights in proptest::collection::vec(1..5_u32, 1..5)) {
        let places = places(&weighing(&weights));
        let total: u32 = weights.iter().sum();
        for (at, weight) in weights.iter().enumerate() {
            let due = KEYS as f64 * f64::from(*weight) / f64::from(total);
            let has = places.iter().filter(|place| **place == name(at)).count() as f64;
            prop_assert!((has - due).abs() < 5.0 * due.sqrt(), "{has} of {due} due");
        }
    }
}

#[test]
fn calls_without_a_key_go_by_the_other_policy() {
    let nodes = ready(&["a", "b"]);
    let mut policy = Sticky::or(RoundRobin::new());
    let mut choose = |wanted: Wanted| nodes.choose(&mut policy, &wanted).unwrap().node().to_owned();
    assert_eq!([choose(Wanted::any()), choose(Wanted::any()), choose(Wanted::any())], ["a", "b", "a"]);
    let sticky = choose(Wanted::any().with_key("3000"));
    assert!((0..5).all(|_| choose(Wanted::any().with_key("3000")) == sticky));
}
