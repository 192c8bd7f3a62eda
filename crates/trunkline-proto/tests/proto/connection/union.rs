//! Random plays of subscribing, against a model of what the switch then has: whoever is told that its subscription
//! holds gets its events, and nothing is kept that nobody wants.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use proptest::prelude::*;
use trunkline_proto::{EventSet, Output, SubscriptionId, SubscriptionRefused};

use super::world::{World, config};

/// What is asked for. `CUSTOM` alone means any, which takes `ALL`.
const WANTS: [&str; 7] = [
    "DTMF",
    "DTMF HEARTBEAT",
    "HEARTBEAT CUSTOM a::b",
    "CUSTOM a::b c::d",
    "DTMF CHANNEL_CREATE",
    "HEARTBEAT CUSTOM x::denied",
    "API CUSTOM",
];

#[derive(Debug, Clone)]
enum Step {
    Subscribe(prop::sample::Index),
    Unsubscribe(prop::sample::Index),
    /// The switch reads what there is, and answers so many.
    Answer(u8),
    /// Seconds.
    Pass(u8),
}

fn step(pauses: bool) -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => any::<prop::sample::Index>().prop_map(Step::Subscribe),
        4 => any::<prop::sample::Index>().prop_map(Step::Unsubscribe),
        5 => (1u8..4).prop_map(Step::Answer),
        u32::from(pauses) => (1u8..40).prop_map(Step::Pass),
    ]
}

/// The switch's side: what is subscribed, and to whom what is forbidden.
struct Switch {
    has: BTreeSet<String>,
    forbids: BTreeSet<&'static str>,
}

impl Switch {
    /// As `mod_event_socket.c` does it: word by word, and what stands before a denied one is granted.
    fn execute(&mut self, line: &str) -> &'static str {
        let mut words = line.split(' ');
        let removes = match words.next() {
            Some("nixevent") => true,
            Some("event") => {
                assert_eq!(words.next(), Some("plain"));
                false
            }
            _ => panic!("{line}"),
        };
        assert!(!(removes && self.has.contains("ALL")), "nixevent while ALL stands");
        let mut custom = false;
        for word in words {
            let name = if custom { format!("CUSTOM {word}") } else { word.to_owned() };
            if word == "CUSTOM" && !custom {
                custom = true;
            } else if removes {
                self.has.remove(&name);
            } else if self.forbids.contains(word) {
                return "-ERR permission denied";
            } else {
                self.has.insert(name);
            }
        }
        if removes { "+OK events nixed" } else { "+OK event listener enabled plain" }
    }

    fn gives(&self, events: &EventSet) -> bool {
        self.has.contains("ALL") || names(events).is_subset(&self.has)
    }
}

/// The words of a set, subclasses marked as such; `ALL` where any CUSTOM event is wanted.
fn names(events: &EventSet) -> BTreeSet<String> {
    if events.names().any(|name| name.as_str() == "CUSTOM") {
        return ["ALL".to_owned()].into();
    }
    let names = events.names().map(ToString::to_string);
    names.chain(events.subclasses().map(|subclass| format!("CUSTOM {subclass}"))).collect()
}

struct Play {
    world: World,
    switch: Switch,
    unanswered: VecDeque<&'static str>,
    /// What is wanted, and whether it was told that it holds.
    wanted: BTreeMap<SubscriptionId, (EventSet, bool)>,
    stalled: bool,
}

impl Play {
    fn new(window: usize, forbids: &[&'static str]) -> Self {
        let mut config = config();
        config.window = window;
        Self {
            world: World::ready_with(config),
            switch: Switch { has: BTreeSet::new(), forbids: forbids.iter().copied().collect() },
            unanswered: VecDeque::new(),
            wanted: BTreeMap::new(),
            stalled: false,
        }
    }

    fn run(&mut self, step: &Step) {
        match step {
            Step::Subscribe(which) => {
                let events = EventSet::parse(WANTS[which.index(WANTS.len())]);
                let id = self.world.connection.subscribe(events.clone(), self.world.now).unwrap();
                self.wanted.insert(id, (events, false));
            }
            Step::Unsubscribe(which) => {
                let ids: Vec<_> = self.wanted.keys().copied().collect();
                if !ids.is_empty() {
                    let id = *which.get(&ids);
                    self.check();
                    self.world.connection.unsubscribe(id, self.world.now);
                    self.wanted.remove(&id);
                }
            }
            Step::Answer(count) => (0..*count).for_each(|_| self.answer()),
            Step::Pass(seconds) => {
                self.stalled = true;
                self.world.pass(Duration::from_secs(u64::from(*seconds)));
            }
        }
        self.check();
    }

    fn answer(&mut self) {
        for line in self.world.said() {
            let reply = self.switch.execute(&line);
            self.unanswered.push_back(reply);
        }
        if let Some(reply) = self.unanswered.pop_front() {
            self.world.answer(reply);
        }
    }

    fn check(&mut self) {
        for output in self.world.outputs() {
            let Output::Subscribed { id, result } = output else { panic!("{output:?}") };
            match result {
                Ok(()) => {
                    let (events, holds) = self.wanted.get_mut(&id).expect("told after it was withdrawn");
                    assert!(!std::mem::replace(holds, true), "told twice");
                    assert!(self.switch.gives(events), "{events} holds, with {:?}", self.switch.has);
                }
                Err(why) => {
                    let Some((events, holds)) = self.wanted.remove(&id) else { continue };
                    assert!(!holds, "told twice");
                    let asked = names(&events);
                    let forbidden = |name: &&'static str| asked.iter().any(|asked| asked.ends_with(*name));
                    let is_forbidden = self.switch.forbids.iter().any(&forbidden);
                    assert!(
                        is_forbidden || matches!(why, SubscriptionRefused::Unanswered(_)),
                        "{events}: {why}"
                    );
                }
            }
        }
    }

    fn finish(&mut self) {
        loop {
            self.answer();
            self.check();
            if self.unanswered.is_empty() && self.world.connection.outstanding() == 0 {
                break;
            }
        }
        let mut union = BTreeSet::new();
        for (events, holds) in self.wanted.values() {
            assert!(holds, "{events} was told nothing");
            assert!(self.switch.gives(events), "{events} holds, with {:?}", self.switch.has);
            union.extend(names(events));
        }
        // What was withdrawn without an answer may be left over.
        if !self.stalled && !self.switch.has.contains("ALL") {
            assert_eq!(self.switch.has, union);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn who_is_told_that_it_holds_gets_its_events(
        window in 1usize..5,
        forbid_all in any::<bool>(),
        steps in prop::collection::vec(step(false), 1..60),
    ) {
        let forbids: &[&str] = if forbid_all { &["ALL", "CHANNEL_CREATE", "x::denied"] } else { &["CHANNEL_CREATE", "x::denied"] };
        let mut play = Play::new(window, forbids);
        steps.iter().for_each(|step| play.run(step));
        play.finish();
    }

    #[test]
    fn that_is_so_with_a_switch_that_stalls_too(
        window in 1usize..5,
        steps in prop::collection::vec(step(true), 1..60),
    ) {
        let mut play = Play::new(window, &["ALL", "CHANNEL_CREATE", "x::denied"]);
        steps.iter().for_each(|step| play.run(step));
        play.finish();
    }
}
