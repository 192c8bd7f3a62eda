//! One call at one node after the other, and never twice.

use proptest::prelude::*;
use trunkline::HangupCause;
use trunkline::model::fleet::{Attempts, Fault, RoundRobin, Wanted};

use super::support::{Odd, odd, policies, ready};

const FAULTS: [Fault; 5] = [Fault::Node, Fault::Callee, Fault::Request, Fault::Ended, Fault::Unknown];

proptest! {
    /// However attempts end, no node is asked twice, none while one is asked, and none after anything but a node's own
    /// failure.
    #[test]
    fn no_second_try_but_for_the_nodes_own_fault(
        all in proptest::collection::vec(odd(), 0..6),
        ends in proptest::collection::vec(proptest::option::weighted(0.8, prop::sample::select(&FAULTS[..])), 0..12),
        seed: u64,
    ) {
        let nodes = Odd::nodes(&all);
        for mut policy in policies(seed) {
            let mut attempts = Attempts::new(Wanted::any());
            // What the last node asked came to; `None` while that is not known.
            let mut last = Some(Fault::Node);
            let mut asked: Vec<String> = Vec::new();
            for end in &ends {
                match attempts.next(&nodes, &mut policy) {
                    Ok(chosen) => {
                        prop_assert_eq!(last, Some(Fault::Node));
                        prop_assert!(!asked.iter().any(|name| name == chosen.node()));
                        asked.push(chosen.node().to_owned());
                        last = None;
                    }
                    Err(none) => prop_assert_eq!(none.over, last != Some(Fault::Node)),
                }
                // Sometimes the next is asked for without a word of what became of the last.
                if let Some(fault) = end {
                    last = last.or(Some(*fault));
                    prop_assert_eq!(attempts.failed(*fault), last == Some(Fault::Node));
                }
            }
            prop_assert_eq!(attempts.tried().map(str::to_owned).collect::<Vec<_>>(), asked);
        }
    }
}

#[test]
fn each_cause_once() {
    for cause in HangupCause::KNOWN {
        let nodes = ready(&["a", "b"]);
        let mut attempts = Attempts::new(Wanted::any());
        let mut policy = RoundRobin::new();
        let first = attempts.next(&nodes, &mut policy).unwrap();
        assert_eq!(first.node(), "a");
        let again = attempts.failed(Fault::of(cause));
        assert_eq!(again, Fault::of(cause) == Fault::Node, "{cause}");
        assert_eq!(attempts.next(&nodes, &mut policy).is_ok(), again, "{cause}");
    }
}

#[test]
fn it_is_said_that_all_were_tried() {
    let nodes = ready(&["a", "b"]);
    let (mut attempts, mut policy) = (Attempts::new(Wanted::any()), RoundRobin::new());
    for _ in 0..2 {
        let _chosen = attempts.next(&nodes, &mut policy).unwrap();
        assert!(attempts.failed(Fault::Node));
    }
    let none = attempts.next(&nodes, &mut policy).unwrap_err();
    assert_eq!(none.to_string(), "no node takes the call: 2 tried");
    // A failure that is of no attempt changes nothing.
    assert!(attempts.failed(Fault::Callee));
    let mut attempts = Attempts::new(Wanted::any());
    let _chosen = attempts.next(&nodes, &mut policy).unwrap();
    let none = attempts.next(&nodes, &mut policy).unwrap_err();
    assert_eq!(
        none.to_string(),
        "no node takes the call: 1 tried, and after the last there is to be no other"
    );
}
