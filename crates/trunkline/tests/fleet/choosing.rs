//! Who may be chosen, and what is told where nobody may.

use proptest::prelude::*;
use trunkline::model::fleet::{Condition, LeastSessions, Nodes, RoundRobin, Wanted};

use super::support::{Odd, name, odd, policies, ready};

proptest! {
    /// Whatever the policy, none that is drained, stale, down, paused, of weight 0 or without the label; and one is
    /// chosen whenever one may be.
    #[test]
    fn only_those_that_may_be(all in proptest::collection::vec(odd(), 0..8), seed: u64, key in "[a-c]{0,2}") {
        let nodes = Odd::nodes(&all);
        let wanted = Wanted::any().with_label("eu").with_key(key);
        let may_be: Vec<String> =
            all.iter().enumerate().filter(|(_, odd)| odd.may_be_chosen()).map(|(at, _)| name(at)).collect();
        for mut policy in policies(seed) {
            for wanted in [&wanted, &Wanted::any().with_label("eu")] {
                match nodes.choose(&mut policy, wanted) {
                    Ok(chosen) => prop_assert!(may_be.iter().any(|name| name == chosen.node())),
                    Err(none) => {
                        prop_assert!(may_be.is_empty());
                        let passed_over = none.down + none.stale + none.paused + none.drained + none.unlabelled;
                        prop_assert_eq!(passed_over, all.len());
                    }
                }
            }
        }
    }

    /// The same choices, asked the same.
    #[test]
    fn chance_is_seeded(all in proptest::collection::vec(odd(), 1..8), seed: u64) {
        let choices = || {
            let nodes = Odd::nodes(&all);
            let chosen = |policy: &mut _| {
                let choice = nodes.choose(policy, &Wanted::any()).ok()?;
                let node = choice.node().to_owned();
                // Never dropped: the calls stay.
                std::mem::forget(choice);
                Some(node)
            };
            policies(seed).iter_mut().flat_map(|policy| (0..20).map(|_| chosen(policy)).collect::<Vec<_>>()).collect::<Vec<_>>()
        };
        prop_assert_eq!(choices(), choices());
    }
}

#[test]
fn labels_are_asked_for_and_refused() {
    let mut nodes = ready(&["a", "b", "c"]);
    nodes.add("a").label("eu").label("fax");
    nodes.add("b").label("eu");
    let choose = |wanted: Wanted| {
        nodes.choose(&mut RoundRobin::new(), &wanted).map(|chosen| chosen.node().to_owned()).ok()
    };
    assert_eq!(choose(Wanted::any().with_label("eu").with_label("fax")).as_deref(), Some("a"));
    assert_eq!(choose(Wanted::any().with_label("eu").without_label("fax")).as_deref(), Some("b"));
    assert_eq!(choose(Wanted::any().without_label("eu")).as_deref(), Some("c"));
    assert_eq!(choose(Wanted::any().with_label("us")), None);
}

#[test]
fn a_drained_node_comes_back() {
    let mut nodes = ready(&["a"]);
    nodes.add("a").set_drained(true);
    assert!(nodes.choose(&mut RoundRobin::new(), &Wanted::any()).is_err());
    nodes.add("a").set_drained(false);
    assert!(nodes.choose(&mut RoundRobin::new(), &Wanted::any()).is_ok());
}

#[test]
fn it_is_said_why_there_is_none() {
    let said = |nodes: &Nodes, wanted| nodes.choose(&mut RoundRobin::new(), &wanted).unwrap_err().to_string();
    assert_eq!(said(&Nodes::new(), Wanted::any()), "no node takes the call: there is none");
    let mut nodes = ready(&["a", "b", "c", "d", "e"]);
    nodes.add("a").set_drained(true);
    nodes.add("b").set_condition(Condition::Stale);
    nodes.add("c").set_condition(Condition::Paused);
    nodes.add("f");
    assert_eq!(
        said(&nodes, Wanted::any().with_label("eu")),
        "no node takes the call: 1 drained, 5 without the labels wanted or any weight"
    );
    nodes.add("d").set_weight(0);
    nodes.remove("e");
    assert_eq!(
        said(&nodes, Wanted::any()),
        "no node takes the call: 1 out of reach, 1 stale, 1 paused, 1 drained, 1 without the labels wanted or any weight"
    );
}

/// A node tells of a call only after a while; until then it counts here.
#[test]
fn calls_in_flight_count_until_they_are_let_go() {
    let nodes = ready(&["a", "b"]);
    let mut policy = LeastSessions::new();
    let mut choose = || nodes.choose(&mut policy, &Wanted::any()).unwrap();
    let (first, second) = (choose(), choose());
    assert_eq!((first.node(), second.node()), ("a", "b"));
    let held = first.into_in_flight();
    drop(second);
    assert_eq!(nodes.get("a").unwrap().in_flight(), 1);
    let third = choose();
    assert_eq!(third.node(), "b");
    drop((held, third));
    assert_eq!(nodes.get("a").unwrap().in_flight() + nodes.get("b").unwrap().in_flight(), 0);
}
