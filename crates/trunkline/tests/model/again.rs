//! A connection that is lost and made again: what has ended before is not mistaken for what is there after.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use trunkline::api::conference::JsonList;
use trunkline::model::{Options, StaleCause, Switch, View};

use crate::simulated::World;

const ROOM: &str = "3000";

fn enters(world: &mut World, id: &str) {
    world.say(&format!("bgapi originate {{origination_uuid={id}}}null/1 &conference({ROOM}@default)"));
    world.pass_millis(500);
}

fn leaves(world: &mut World, id: &str) {
    world.say(&format!("api uuid_kill {id}"));
    world.pass_millis(500);
}

fn resync(switch: &mut Switch, world: &mut World, now: Instant) {
    switch.resync(now);
    while switch.is_resyncing() {
        for ask in switch.asks(4, now) {
            let reading = ask.read(&world.print(&ask.line()));
            switch.answer(&ask, reading, now);
        }
    }
    assert_eq!(switch.view().stale(), None);
}

fn known(view: &View) -> BTreeMap<u32, String> {
    let channel = |member: &trunkline::model::Member| member.channel.as_ref().map(ToString::to_string);
    view.members().iter().map(|member| (member.id, channel(member).unwrap_or_default())).collect()
}

fn listed(world: &mut World) -> BTreeMap<u32, String> {
    let rooms = world.run(&JsonList::all()).expect("conferences");
    let members = rooms.iter().flat_map(|room| &room.members);
    let callers = members.filter(|member| member.kind == "caller");
    callers
        .map(|one| (one.id.expect("a number"), one.uuid.as_ref().expect("a channel").to_string()))
        .collect()
}

/// Some come and go and are heard of; then some are missed, and some are heard of again. Where the switch is another one,
/// it counts its members and its events from the beginning.
fn across_a_gap(is_another: bool) {
    let now = Instant::now();
    let mut switch = Switch::with(Options::new().with_show_lag(Duration::ZERO));
    let mut world = World::new(7);
    for id in ["a", "b", "c", "d"] {
        enters(&mut world, id);
    }
    for id in ["b", "c", "d"] {
        leaves(&mut world, id);
    }
    switch.apply_all(&world.events(), now);
    assert_eq!(known(&switch.view()), listed(&mut world));
    if is_another {
        leaves(&mut world, "a");
        switch.apply_all(&world.events(), now);
    }

    let core = switch.view().core_uuid().cloned();
    switch.lose(StaleCause::Gap, now);
    if is_another {
        world = World::new(7);
    } else {
        enters(&mut world, "missed");
        leaves(&mut world, "a");
    }
    enters(&mut world, "e");
    drop(world.events());
    resync(&mut switch, &mut world, now);
    assert_eq!(known(&switch.view()), listed(&mut world), "another: {is_another}");
    for id in ["f", "g", "h"] {
        enters(&mut world, id);
        switch.apply_all(&world.events(), now);
        assert_eq!(known(&switch.view()), listed(&mut world), "{id}, another: {is_another}");
    }
    assert_eq!(switch.view().core_uuid(), core.as_ref());
}

#[test]
fn members_who_come_after_a_gap() {
    across_a_gap(false);
}

/// One who is there before and after: what is told of him counts, though its number is lower than what was told last.
#[test]
fn a_member_of_a_switch_that_was_set_back() {
    let now = Instant::now();
    let mut switch = Switch::with(Options::new().with_show_lag(Duration::ZERO));
    let mut world = World::new(7);
    enters(&mut world, "a");
    for _ in 0..20 {
        world.say(&format!("api conference {ROOM} unlock"));
        world.say(&format!("api conference {ROOM} unmute all"));
    }
    switch.apply_all(&world.events(), now);
    switch.lose(StaleCause::Gap, now);
    world = World::new(7);
    enters(&mut world, "a");
    drop(world.events());
    resync(&mut switch, &mut world, now);
    let a = *known(&switch.view()).keys().next().expect("a member");
    for (word, may_speak) in [("mute", false), ("unmute", true), ("mute", false)] {
        world.say(&format!("api conference {ROOM} {word} {a}"));
        world.say(&format!("api conference {ROOM} {}lock", if may_speak { "un" } else { "" }));
        switch.apply_all(&world.events(), now);
        let view = switch.view();
        assert_eq!(view.members().get(&a).expect("a member").speak, may_speak, "{word}");
        assert_eq!(view.conference(ROOM).expect("a conference").locked, !may_speak, "{word}");
    }
}

/// One whose Core-UUID is the same, as that of a machine that was set back to what it was.
#[test]
fn members_of_a_switch_that_was_set_back() {
    across_a_gap(true);
}
