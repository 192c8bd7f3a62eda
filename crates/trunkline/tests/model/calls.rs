//! Which legs are one call, through all that calls go through.

use std::time::Instant;

use trunkline::model::{Change, Switch, View};

use crate::simulated::World;
use crate::stories::{STORIES, Story};

/// The legs of each call.
fn calls(view: &View) -> Vec<Vec<String>> {
    let legs = |call: &trunkline::model::Call| -> Vec<String> {
        let mut legs: Vec<String> = call.legs.iter().map(ToString::to_string).collect();
        legs.sort();
        legs
    };
    let mut calls: Vec<Vec<String>> = view.calls().iter().map(|call| legs(call)).collect();
    calls.sort();
    calls
}

fn play(story: &Story) {
    let (mut world, mut switch, now) = (World::new(5), Switch::new(), Instant::now());
    let (mut merged, mut split) = (0, 0);
    for (command, expected) in story.steps {
        world.say(&command.replace('%', ""));
        world.pass_millis(3000);
        for event in world.events() {
            let batch = switch.apply(&event, now);
            assert!(batch.signs().is_empty(), "{}: {:?}", story.name, batch.signs());
            merged += batch.changes().iter().filter(|it| matches!(it, Change::Merged { .. })).count();
            split += batch.changes().iter().filter(|it| matches!(it, Change::Split { .. })).count();
        }
        assert_eq!(calls(&switch.view()), *expected, "{}, after {command}", story.name);
    }
    assert_eq!((merged, split), (story.merged, story.split), "{}", story.name);
}

#[test]
fn legs_that_belong_together_are_a_call() {
    STORIES.iter().for_each(play);
}

#[test]
fn a_call_keeps_its_name_whoever_leaves() {
    let (mut world, mut switch, now) = (World::new(5), Switch::new(), Instant::now());
    for id in ["a", "b"] {
        world.say(&format!("bgapi originate {{origination_uuid={id},park_after_bridge=true}}null/1 &park"));
        world.pass_millis(1000);
    }
    world.say("api uuid_bridge b a");
    world.pass_millis(1000);
    switch.apply_all(&world.events(), now);
    let id = switch.view().call_of("b").expect("a call").id.clone();
    assert_eq!(id.as_str(), "a");
    world.say("api uuid_transfer a -both park: inline");
    world.pass_millis(1000);
    world.say("api uuid_kill a");
    world.pass_millis(1000);
    switch.apply_all(&world.events(), now);
    let call = switch.view().call_of("b").expect("still up").clone();
    assert_eq!((call.id.as_str(), call.legs.len()), ("a", 1));
}
