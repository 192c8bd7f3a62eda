//! Several switches as one view and one stream of changes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use trunkline::model::fleet::{Condition, Fleet, FleetView, Load, Nodes, OnNode};
use trunkline::model::{
    Altered, Call, Change, Channel, Conference, Kind, Member, Object, Parked, Removal, Switch, View,
};
use trunkline::proto::view::Heartbeat;
use trunkline::{EventBuilder, EventFormat, EventName};

use crate::simulated::{self, World};

type Known = BTreeMap<(Arc<str>, String), String>;

/// The channels, calls and parked ones of all, put together from changes alone.
#[derive(Default)]
struct Followed(Known);

impl Followed {
    fn follow(&mut self, changes: &[OnNode<Change>], about: &str) {
        for OnNode { node, what, .. } in changes {
            match what {
                Change::Channel(altered) => self.altered(node, altered, about),
                Change::Call(altered) => self.altered(node, altered, about),
                Change::Parked(altered) => self.altered(node, altered, about),
                Change::Renamed { from, to } => {
                    let before = self.0.remove(&key::<Channel>(node, from));
                    assert!(before.is_some(), "{about}: {from}");
                    self.0.insert(key::<Channel>(node, &to.id), told(&**to));
                    if let Some(parked) = self.0.remove(&key::<Parked>(node, from)) {
                        self.0.insert(key::<Parked>(node, &to.id), parked);
                    }
                }
                _ => {}
            }
        }
    }

    fn altered<T: Object>(&mut self, node: &Arc<str>, altered: &Altered<T>, about: &str) {
        let key = key::<T>(node, altered.object().id());
        let before = altered.before().map(|before| told(&**before));
        match altered.after() {
            Some(after) => assert_eq!(self.0.insert(key.clone(), told(&**after)), before, "{about}: {key:?}"),
            None => assert_eq!(self.0.remove(&key), before, "{about}: {key:?}"),
        }
    }
}

fn key<T: Object>(node: &Arc<str>, id: &T::Id) -> (Arc<str>, String) {
    (node.clone(), format!("{:?} {id:?}", T::KIND))
}

fn told<T: Object>(object: &T) -> String {
    use trunkline::model::Field;
    T::Field::ALL.iter().map(|field| format!("{field:?}: {:?}\n", object.value(*field))).collect()
}

fn all(view: &FleetView) -> Known {
    fn of<T: Object>(view: &FleetView) -> impl Iterator<Item = ((Arc<str>, String), String)> {
        view.all::<T>().map(|object| (key::<T>(&object.node, object.what.id()), told(&**object.what)))
    }
    of::<Channel>(view).chain(of::<Call>(view)).chain(of::<Parked>(view)).collect()
}

#[test]
fn one_view_and_one_stream_of_whatever_is_said_to_several() {
    let (mut random, now) = (fastrand::Rng::with_seed(7), Instant::now());
    let names = ["a", "b", "c"];
    let mut nodes: Vec<(World, Switch)> = (0..3).map(|seed| (World::new(seed), Switch::new())).collect();
    let (mut fleet, mut followed) = (Fleet::new(), Followed::default());
    let reader = fleet.reader();
    let mut per_node = [(); 3].map(|()| Vec::new());
    for step in 0..120 {
        let at = random.usize(..3);
        let about = format!("step {step}, {}", names[at]);
        let (world, switch) = &mut nodes[at];
        world.say(&simulated::command(&mut random));
        world.pass_millis(random.u64(0..400));
        for event in world.events() {
            let batch = switch.apply(&event, now);
            let joins = fleet.view().node(names[at]).is_none();
            let changes = fleet.take(names[at], switch.view(), &batch);
            assert!(changes.iter().all(|change| &*change.node == names[at]), "{about}");
            if !joins {
                assert_eq!(changes.len(), batch.changes().len(), "{about}");
            }
            per_node[at].extend(changes.iter().map(|change| change.what.kind()));
            followed.follow(&changes, &about);
        }
        if step % 40 == 30 {
            followed.follow(&fleet.leave(names[at]), &about);
            followed.follow(&fleet.join(names[at], switch.view()), &about);
        }
        assert_eq!(followed.0, all(&reader.view()), "{about}");
    }
    assert!(per_node.iter().all(|kinds| kinds.contains(&Kind::Channel)));
    let view = fleet.view();
    let total: usize = nodes.iter().map(|(_, switch)| switch.view().channels().len()).sum();
    assert_eq!((view.count::<Channel>(), view.nodes().count()), (total, 3));
    for name in names {
        followed.follow(&fleet.leave(name), "the end");
    }
    assert!(followed.0.is_empty() && fleet.view().nodes().next().is_none());
    assert!(fleet.leave("a").is_empty());
}

/// Two switches, each with a conference of the same name and a call of the same id.
#[test]
fn the_same_id_may_be_on_several() {
    let (mut fleet, now) = (Fleet::new(), Instant::now());
    let mut views: Vec<Arc<View>> = Vec::new();
    for (seed, name) in ["a", "b"].iter().enumerate() {
        let (mut world, mut switch) = (World::new(seed as u64), Switch::new());
        world.say("bgapi originate {origination_uuid=u0}null/1 &conference(3000@default)");
        world.pass_millis(500);
        switch.apply_all(&world.events(), now);
        fleet.join(name, switch.view());
        views.push(switch.view());
    }
    let view = fleet.view();
    let on: Vec<String> = view
        .find::<Conference>(&"3000".into())
        .map(|found| format!("{} {}", found.node, found.what.size))
        .collect();
    assert_eq!(on, ["a 1", "b 1"]);
    assert_eq!(view.find::<Channel>(&"u0".into()).count(), 2);
    assert_eq!(view.find::<Channel>(&"u1".into()).count(), 0);
    assert_eq!(view.count::<Member>(), 2);
    let gone = fleet.leave("a");
    let is_unknown = |change: &OnNode<Change>| match &change.what {
        Change::Member(Altered::Removed { cause, while_away, .. }) => {
            *cause == Removal::Unknown && *while_away
        }
        _ => false,
    };
    assert_eq!(gone.iter().filter(|change| is_unknown(change)).count(), 1);
    // A batch of before it joined has nothing new.
    assert!(fleet.take("b", views[1].clone(), &trunkline::model::Batch::default()).is_empty());
}

/// What a model knows of its node says whether the node can be chosen.
#[test]
fn a_model_tells_whether_its_node_can_be_relied_on() {
    let (mut nodes, now) = (Nodes::new(), Instant::now());
    let (mut world, mut switch) = (World::new(1), Switch::new());
    world.say("bgapi originate {origination_uuid=u0}null/1 &park");
    world.pass_millis(25_000);
    switch.apply_all(&world.events(), now);
    let node = nodes.add("a").observe(&switch.view());
    assert_eq!((node.condition(), node.load().sessions), (Condition::Ready, 1));
    assert_eq!(node.load().max_sessions, Some(5000));
    assert!(node.load().max_rate.is_some() && node.load().idle_cpu.is_some());
    let name = switch.view().nodes().iter().next().unwrap().id.to_string();
    // What is called a maximum is a peak; the limit is what was ever left of it, or what is known of it.
    let heartbeat = EventBuilder::named(&EventName::Heartbeat)
        .header("FreeSWITCH-Switchname", &name)
        .header("Session-Count", "7")
        .header("Session-Per-Sec", "4000")
        .header("Session-Per-Sec-Last", "5")
        .header("Session-Per-Sec-Max", "9000");
    let heartbeat = heartbeat.to_event(EventFormat::Plain).unwrap();
    switch.apply(&heartbeat, now);
    let view = switch.view();
    let known = view.nodes().iter().next().unwrap();
    assert_eq!((known.peak_rate, known.load().max_rate), (Some(9000), Some(4000)));
    let told = Load::new(1).max_rate(30).updated(Heartbeat::of(&heartbeat).unwrap());
    assert_eq!((told.sessions, told.rate, told.max_rate), (7, 5, Some(30)));
    // Until all channels are known the switch's own count is, if it is higher.
    let node = nodes.add("a").observe(&view);
    assert_eq!((node.load().sessions, node.load().rate, node.load().max_rate), (7, 5, Some(4000)));
    let node = nodes.add("b").set_load(Load::new(1).max_rate(5000)).observe(&view);
    assert_eq!(node.load().max_rate, Some(5000));
    switch.resync(now);
    while switch.is_resyncing() {
        for ask in switch.asks(4, now + Duration::from_secs(10)) {
            let reading = ask.read(&world.print(&ask.line()));
            switch.answer(&ask, reading, now);
        }
    }
    assert_eq!(nodes.add("a").observe(&switch.view()).load().sessions, 1);
    let event = EventBuilder::named(&EventName::ShutdownRequested).header("FreeSWITCH-Switchname", name);
    switch.apply(&event.to_event(EventFormat::Plain).unwrap(), now);
    assert_eq!(nodes.add("a").observe(&switch.view()).condition(), Condition::Paused);
    switch.lose(trunkline::model::StaleCause::Gap, now);
    assert_eq!(nodes.add("a").observe(&switch.view()).condition(), Condition::Stale);
}
