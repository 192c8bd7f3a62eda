//! Whether the switch is still there.

use trunkline_proto::{ConnectionConfig, Liveness};

use super::world::{SECOND, World, config};

pub(crate) fn watched() -> ConnectionConfig {
    let mut config = config();
    config.liveness = Some(Liveness::default());
    config
}

#[test]
fn silence_is_asked_about_and_any_answer_will_do() {
    let mut world = World::ready_with(watched());
    world.pass(29 * SECOND);
    assert_eq!(world.said(), [""; 0]);
    world.pass(SECOND);
    assert_eq!(world.said(), ["noop"]);
    world.answer("-ERR command not found");
    assert_eq!(world.heard(), [""; 0]);
    world.pass(29 * SECOND);
    assert_eq!(world.said(), [""; 0]);
    world.pass(SECOND);
    assert_eq!(world.said(), ["noop"]);
}

#[test]
fn a_heartbeat_makes_it_needless() {
    let mut world = World::ready_with(watched());
    for _ in 0..5 {
        world.pass(20 * SECOND);
        world.heartbeat();
    }
    assert_eq!(world.said(), [""; 0]);
}

#[test]
fn nothing_is_asked_while_a_reply_is_outstanding() {
    let mut world = World::ready_with(watched());
    world.api("status");
    world.said();
    world.pass(29 * SECOND);
    world.respond("UP");
    world.pass(29 * SECOND);
    assert_eq!(world.said(), [""; 0]);
}

#[test]
fn one_that_sends_events_is_busy_and_not_stalled() {
    let mut world = World::ready_with(watched());
    world.api("originate user/1 &park");
    world.said();
    for _ in 0..10 {
        world.pass(9 * SECOND);
        world.heartbeat();
    }
    let heard = world.heard();
    assert!(!heard.iter().any(|heard| heard == "stalled"), "{heard:?}");
    world.pass(10 * SECOND);
    assert_eq!(world.heard(), ["stalled"]);
    world.heartbeat();
    assert_eq!(world.heard(), ["answers again", "event HEARTBEAT"]);
    world.pass(9 * SECOND);
    assert_eq!(world.heard(), [""; 0]);
}

#[test]
fn in_the_end_it_is_given_up() {
    let mut world = World::ready_with(watched());
    world.pass(40 * SECOND);
    assert_eq!(world.heard(), ["stalled"]);
    world.pass(599 * SECOND);
    assert_eq!(world.heard(), [""; 0]);
    world.pass(SECOND);
    assert_eq!(world.heard(), ["closed: stalled"]);
}

#[test]
fn one_that_is_not_watched_is_left_in_peace() {
    let mut world = World::ready();
    world.pass(3600 * SECOND);
    assert_eq!((world.said(), world.heard()), (vec![], vec![]));
    assert_eq!(world.deadline(), None);
}
