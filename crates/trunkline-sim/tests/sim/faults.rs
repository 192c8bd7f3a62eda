//! Unkindness on demand.

use std::time::Duration;

use trunkline_sim::fault::Greeting;
use trunkline_sim::{ConnectionId, Fault, Faults, SwitchConfig};

use crate::support::{World, read_messages};

fn world_with(change: impl FnOnce(&mut Faults)) -> World {
    let mut config = SwitchConfig::default();
    change(&mut config.faults);
    World::new(config)
}

fn fail(world: &mut World, fault: Fault) {
    let now = world.now;
    world.switch.fail(fault, now);
    world.collect();
}

fn change(world: &mut World, change: impl FnOnce(&mut Faults)) {
    let now = world.now;
    world.switch.change_faults(now, change);
    world.collect();
}

/// Numbers of the flood's events that have come, in the order they came.
fn flood_of(world: &mut World, id: ConnectionId) -> Vec<u32> {
    let said = world.heard(id);
    said.iter().filter_map(|said| said.get("Sim-Flood").parse().ok()).collect()
}

#[test]
fn torn_writes_lose_nothing() {
    let commands = ["event plain ALL", "api echo héllo", "bgapi status", "sendevent NOTIFY\nA: b", "exit"];
    let run = |chunk: usize| {
        let mut world = world_with(|faults| {
            faults.chunk = chunk;
            faults.chunk_delay = Duration::from_micros(u64::from(chunk > 0));
        });
        let client = world.connect();
        world.say(client, "auth ClueCon");
        for command in commands {
            world.say(client, command);
        }
        let pieces = world.pieces;
        world.pass_millis(1000);
        (world.heard(client), world.pieces - pieces, world.closed.clone())
    };
    let (whole, _, closed) = run(0);
    for chunk in [1, 3, 100] {
        let (torn, pieces, closed_after) = run(chunk);
        assert_eq!(torn.len(), whole.len(), "{chunk}");
        assert!(pieces * chunk > 3000, "{chunk}: {pieces}");
        assert_eq!(closed_after, closed, "{chunk}");
    }
}

#[test]
fn greetings_come_late_or_never() {
    let mut world = world_with(|faults| faults.greeting = Greeting::Late(Duration::from_millis(300)));
    let late = world.connect();
    world.say(late, "auth ClueCon");
    world.pass_millis(299);
    assert!(world.heard(late).is_empty());
    world.pass_millis(2);
    assert_eq!(world.heard(late).len(), 2);

    change(&mut world, |faults| faults.greeting = Greeting::Withheld);
    let never = world.connect();
    world.say(never, "auth ClueCon");
    world.say(late, "api hostname");
    world.pass_millis(60_000);
    assert!(world.heard(never).is_empty());
    assert_eq!(world.heard(late).len(), 1);
    // Not even the end of its patience is heard of.
    assert!(world.closed.is_empty());
    world.disconnect(never);
    assert_eq!(world.closed, [never]);
}

#[test]
fn a_full_accept_queue_is_emptied_when_there_is_room() {
    let mut world = world_with(|faults| faults.accept_full = true);
    let (client, gone) = (world.connect(), world.connect());
    world.say(client, "auth ClueCon");
    world.disconnect(gone);
    world.pass_millis(60_000);
    assert!(world.heard(client).is_empty() && world.heard(gone).is_empty());
    change(&mut world, |faults| faults.accept_full = false);
    assert_eq!(world.heard(client).len(), 2);
    assert!(world.heard(gone).is_empty());
}

#[test]
fn replies_come_late_and_in_order() {
    let mut world = world_with(|_| {});
    let client = world.client(&[]);
    change(&mut world, |faults| {
        (faults.reply_delay, faults.delayed_replies) = (Duration::from_millis(100), 50)
    });
    for number in 0..40 {
        world.say(client, &format!("api echo {number}"));
    }
    let at_once = world.heard(client);
    world.pass_millis(100);
    let later = world.heard(client);
    assert!(!later.is_empty());
    let all: Vec<_> = at_once.iter().chain(&later).map(|said| said.body.clone()).collect();
    assert_eq!(all.len(), 40);
}

#[test]
fn a_reply_is_lost_with_its_connection_though_the_command_was_carried_out() {
    for command in
        ["api originate {origination_uuid=x}null/1 &park", "bgapi originate {origination_uuid=x}null/1 &park"]
    {
        let mut world = world_with(|_| {});
        let (client, other) = (world.client(&[]), world.client(&[]));
        world.say(other, "api sim fault replies lose originate {");
        assert_eq!(world.heard(other)[0].body, "+OK\n");
        world.say(client, "api hostname");
        assert_eq!(world.heard(client).len(), 1);
        world.say(client, command);
        assert!(world.heard(client).is_empty());
        assert_eq!(world.closed, [client]);
        assert_eq!(world.switch.channels().collect::<Vec<_>>(), ["x"]);
        world.say(other, command);
        assert_eq!(world.heard(other).len(), 1, "it happens once");
    }
}

#[test]
fn replies_may_be_cut_anywhere() {
    let mut world = world_with(|_| {});
    let client = world.client(&[]);
    world.say(client, "api sim fault replies cut 20");
    world.sent.insert(client, Vec::new());
    world.say(client, "api hostname");
    assert_eq!(world.sent[&client], b"Content-Type: api/re");
}

#[test]
fn events_are_dropped_doubled_and_out_of_order() {
    let run = |percent: [u8; 3]| {
        let mut world = world_with(|faults| {
            [faults.dropped_events, faults.duplicated_events, faults.reordered_events] = percent;
        });
        let client = world.client(&["event plain CUSTOM sim::flood"]);
        fail(&mut world, Fault::Flood(1000));
        world.pass_millis(100);
        flood_of(&mut world, client)
    };
    let in_order: Vec<u32> = (1..=1000).collect();
    assert_eq!(run([0, 0, 0]), in_order);
    let dropped = run([20, 0, 0]);
    assert!((700..900).contains(&dropped.len()) && dropped.is_sorted());
    let doubled = run([0, 20, 0]);
    assert!((1100..1300).contains(&doubled.len()) && doubled.is_sorted());
    let mut shuffled = run([0, 0, 20]);
    assert!(!shuffled.is_sorted());
    shuffled.sort_unstable();
    assert_eq!(shuffled, in_order);
    assert_eq!(run([20, 20, 20]), run([20, 20, 20]), "it is the same again");
}

#[test]
fn a_stall_holds_everyone_and_loses_nothing() {
    let mut world = world_with(|_| {});
    let (client, other) = (world.client(&["event plain CUSTOM sim::flood"]), world.client(&[]));
    fail(&mut world, Fault::Stall(Duration::from_millis(500)));
    fail(&mut world, Fault::Flood(3));
    world.say(other, "api hostname");
    world.pass_millis(499);
    assert!(world.heard(client).is_empty() && world.heard(other).is_empty());
    world.pass_millis(1);
    assert_eq!(flood_of(&mut world, client), [1, 2, 3]);
    assert_eq!(world.heard(other).len(), 1);
}

#[test]
fn half_open_connections_are_open_and_silent() {
    let mut world = world_with(|_| {});
    let (victim, asking) = (world.client(&["event plain ALL"]), world.client(&[]));
    world.say(asking, "api sim fault half-open");
    world.say(victim, "api hostname");
    world.pass_millis(60_000);
    assert!(world.heard(victim).is_empty());
    assert_eq!(world.heard(asking).len(), 1);
    assert!(world.closed.is_empty());
    world.disconnect(victim);
    assert_eq!(world.closed, [victim]);
}

#[test]
fn connections_may_be_cut_without_a_word() {
    let mut world = world_with(|_| {});
    let (victim, asking) = (world.client(&[]), world.client(&[]));
    world.say(asking, "api sim fault disconnect");
    assert!(world.heard(victim).is_empty());
    assert_eq!(world.closed, [victim]);
    world.say(asking, "api hostname");
    assert_eq!(world.heard(asking).len(), 2);
}

#[test]
fn a_restart_is_another_switch() {
    let mut world = world_with(|_| {});
    let client = world.client(&[]);
    let first = world.switch.core_uuid().to_owned();
    world.say(client, "api originate {origination_uuid=x}null/1 &park");
    fail(&mut world, Fault::Restart(Duration::from_secs(2)));
    assert_eq!(world.closed, [client]);
    assert_eq!(world.switch.channels().count(), 0);
    assert_ne!(world.switch.core_uuid(), first);
    assert_eq!(world.listening, [false]);
    let early = world.connect();
    assert!(world.heard(early).is_empty() && world.closed.contains(&early));
    world.pass_millis(2000);
    assert_eq!(world.listening, [false, true]);
    let client = world.client(&[]);
    world.say(client, "api uuid_exists x");
    assert_eq!(world.heard(client)[0].body, "false");
    let second = world.switch.core_uuid().to_owned();
    fail(&mut world, Fault::Restart(Duration::ZERO));
    assert!(world.switch.core_uuid() != second && world.switch.core_uuid() != first);
    world.client(&[]);
}

#[test]
fn calls_are_killed_at_random() {
    let mut world = world_with(|faults| faults.killed_calls = 10);
    let client = world.client(&["event plain CHANNEL_HANGUP"]);
    for _ in 0..100 {
        world.say(client, "api originate null/1 &park");
    }
    world.heard(client);
    world.pass_millis(3000);
    let left = world.switch.channels().count();
    assert!((50..95).contains(&left), "{left}");
    let hung_up = world.heard(client);
    assert_eq!(hung_up.len(), 100 - left);
    assert!(hung_up.iter().all(|said| said.get("Hangup-Cause") == "NORMAL_TEMPORARY_FAILURE"));
    change(&mut world, |faults| faults.killed_calls = 0);
    world.pass_millis(5000);
    assert_eq!(world.switch.channels().count(), left);
}

#[test]
fn the_rules_are_told() {
    let mut world = world_with(|faults| faults.dropped_events = 5);
    let client = world.client(&[]);
    for (order, answer) in [
        ("api sim fault", "events drop 5\n"),
        ("api sim fault clear", "+OK\n"),
        ("api sim fault", "no faults\n"),
        ("api sim fault chunks none", "-USAGE: sim fault chunks <bytes> [<ms>]\n"),
        ("api sim", "-USAGE: sim fault clear\n-USAGE: sim fault chunks"),
    ] {
        world.say(client, order);
        let body = world.heard(client).remove(0).body;
        assert!(body.starts_with(answer), "{order}: {body}");
    }
}

/// What a client cut off for what it lost does to all others.
#[test]
fn a_killed_listener_may_stall_the_switch() {
    let mut config = SwitchConfig::default();
    (config.queue_limit, config.most_missed) = (10, 5);
    config.faults.stall_on_kill = Duration::from_secs(600);
    let mut world = World::new(config);
    let (deaf, other) = (world.client(&["event plain CUSTOM sim::flood"]), world.client(&[]));
    let now = world.now;
    world.switch.set_writable(deaf, false, now);
    fail(&mut world, Fault::Flood(100));
    assert_eq!(world.closed, [deaf]);
    world.say(other, "api hostname");
    world.pass_millis(599_000);
    assert!(world.heard(other).is_empty());
    world.pass_millis(1000);
    assert_eq!(world.heard(other).len(), 1);
}

/// With everything at once, whatever arrives is still whole messages, but for what is cut on purpose.
#[test]
fn whatever_happens_messages_stay_whole() {
    let mut world = world_with(|_| {});
    let client = world.client(&["event json ALL", "log 7"]);
    change(&mut world, |faults| {
        (faults.chunk, faults.chunk_delay) = (7, Duration::from_micros(3));
        (faults.reply_delay, faults.delayed_replies) = (Duration::from_millis(5), 30);
        (faults.dropped_events, faults.duplicated_events, faults.reordered_events) = (10, 10, 10);
        faults.killed_calls = 5;
    });
    for _ in 0..8 {
        world.say(client, "bgapi originate loopback/9001/default &park");
        world.pass_millis(30);
    }
    world.pass_millis(5000);
    let bytes = world.sent.remove(&client).unwrap();
    let messages = read_messages(&bytes);
    assert!(messages.len() > 200);
    assert!(messages.iter().all(|said| said.content_type != "unfinished" && !said.content_type.is_empty()));
}
