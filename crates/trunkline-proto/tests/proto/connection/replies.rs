//! Whose reply is whose: late, forgotten, pipelined, with noise between.

use trunkline_proto::{Command, EventName};

use super::world::{SECOND, World, config};

/// Sends `api 0`, `api 1` and so on.
fn many(world: &mut World, count: usize) {
    for n in 0..count {
        world.api(&n.to_string());
    }
}

#[test]
fn noise_between_replies_is_not_taken_for_them() {
    let mut world = World::ready();
    world.api("one");
    world.api("two");
    world.said();
    world.heartbeat();
    world.respond("1");
    world.switch(b"Content-Type: log/data\nContent-Length: 5\nLog-Level: 7\n\nline\n");
    world.switch(b"Content-Type: text/novelty\nContent-Length: 2\n\nhi");
    world.switch(b"Content-Length: 1\nContent-Type: text/event-json\n\n{");
    world.switch(b"Content-Type: text/disconnect-notice\nContent-Disposition: linger\nContent-Length: 0\n\n");
    world.respond("2");
    assert_eq!(
        world.heard(),
        ["event HEARTBEAT", "1: 1", "log line", "unexpected", "unexpected", "notice Linger", "2: 2"]
    );
}

#[test]
fn a_reply_to_nothing_is_unexpected() {
    let mut world = World::ready();
    world.answer("+OK");
    world.respond("what");
    world.api("status");
    // Not yet handed over to anyone: it cannot be this one's.
    assert_eq!(world.said(), ["api status"]);
    world.respond("UP");
    assert_eq!(world.heard(), ["unexpected +OK", "unexpected what", "1: UP"]);
}

#[test]
fn a_late_reply_is_thrown_away() {
    let mut world = World::ready();
    world.api("slow");
    world.api("next");
    world.said();
    world.pass(30 * SECOND);
    assert_eq!(world.heard(), ["1: timed out, executed Unknown"]);
    world.respond("slow at last");
    world.respond("next");
    assert_eq!(world.heard(), ["2: next"]);
}

#[test]
fn time_runs_from_the_head_of_the_line() {
    let mut world = World::ready();
    world.api("slow");
    world.api("patient");
    world.said();
    world.pass(29 * SECOND);
    world.respond("1");
    world.pass(29 * SECOND);
    world.respond("2");
    assert_eq!(world.heard(), ["1: 1", "2: 2"]);
    assert_eq!(world.deadline(), None);
}

#[test]
fn a_timeout_of_ones_own() {
    let mut world = World::ready();
    world.connection.send(Command::api("x").unwrap(), Some(2 * SECOND), world.now);
    world.connection.send(Command::api("y").unwrap(), Some(60 * SECOND), world.now);
    world.said();
    assert_eq!(world.deadline(), Some(world.now + 2 * SECOND));
    world.pass(2 * SECOND);
    assert_eq!(world.heard(), ["1: timed out, executed Unknown"]);
    world.pass(59 * SECOND);
    assert!(world.heard().is_empty());
    world.pass(SECOND);
    assert_eq!(world.heard(), ["2: timed out, executed Unknown"]);
}

#[test]
fn behind_one_that_is_late_nobody_waits_for_ever() {
    let mut world = World::ready();
    world.api("stuck");
    world.api("behind");
    world.said();
    world.pass(30 * SECOND);
    world.api("later");
    world.said();
    world.pass(30 * SECOND);
    assert_eq!(
        world.heard(),
        [
            "1: timed out, executed Unknown",
            "2: timed out, executed Unknown",
            "3: timed out, executed Unknown"
        ]
    );
    // The switch comes back: three replies to throw away, and then the next one's.
    world.api("after");
    assert_eq!(world.said(), ["api after"]);
    for text in ["a", "b", "c", "after"] {
        world.respond(text);
    }
    assert_eq!(world.heard(), ["4: after"]);
    assert_eq!(world.deadline(), None);
}

#[test]
fn when_a_late_one_answers_the_others_have_their_full_time_again() {
    let mut world = World::ready();
    world.api("stuck");
    world.api("behind");
    world.said();
    world.pass(45 * SECOND);
    world.respond("stuck at last");
    world.pass(29 * SECOND);
    world.respond("behind");
    assert_eq!(world.heard(), ["1: timed out, executed Unknown", "2: behind"]);
}

#[test]
fn one_that_is_forgotten_unsent_is_withdrawn() {
    // Nothing can be said before we are let in.
    let mut world = World::with_password();
    let first = world.api("first");
    world.api("second");
    world.connection.forget(first);
    world.switch(&trunkline_proto::listener::auth_request());
    world.answer("+OK accepted");
    assert_eq!(world.said(), ["auth ClueCon", "api second"]);
    world.respond("2");
    assert_eq!(world.heard(), ["ready", "2: 2"]);
}

#[test]
fn one_that_is_forgotten_after_it_was_sent_has_its_reply_thrown_away() {
    let mut world = World::ready();
    let first = world.api("first");
    world.api("second");
    world.said();
    world.connection.forget(first);
    world.connection.forget(first);
    assert_eq!(world.connection.outstanding(), 2);
    world.respond("1");
    world.respond("2");
    assert_eq!(world.heard(), ["2: 2"]);
}

#[test]
fn one_that_is_forgotten_in_the_middle_of_being_written_is_written_to_its_end() {
    let mut world = World::ready();
    let first = world.api("first");
    world.write(3);
    world.connection.forget(first);
    world.api("second");
    assert_eq!(world.said(), ["api first", "api second"]);
    world.respond("1");
    world.respond("2");
    assert_eq!(world.heard(), ["2: 2"]);
}

#[test]
fn one_whose_time_is_up_before_it_is_written_may_still_be_executed() {
    // The socket takes nothing for 30 s, and then everything.
    let mut world = World::ready();
    world.api("unwritten");
    world.pass(30 * SECOND);
    assert_eq!(world.heard(), ["1: timed out, executed Unknown"]);
    assert_eq!(world.said(), ["api unwritten"]);
}

#[test]
fn one_that_waits_behind_the_window_is_certainly_not_executed() {
    let mut config = config();
    config.window = 1;
    let mut world = World::ready_with(config);
    world.connection.subscribe(EventName::Heartbeat.into(), world.now).unwrap();
    world.said();
    world.answer("+OK event listener enabled plain");
    world.heard();
    world.api("stuck");
    world.api("behind the window");
    assert_eq!(world.said(), ["api stuck"]);
    world.pass(60 * SECOND);
    assert_eq!(world.heard(), ["1: timed out, executed Unknown", "2: timed out, executed No"]);
    world.respond("stuck at last");
    assert!(world.said().is_empty(), "it was withdrawn");
    assert!(world.heard().is_empty());
}

#[test]
fn while_events_are_subscribed_commands_leave_the_switch_time_for_them() {
    let mut world = World::ready();
    world.connection.subscribe(EventName::Heartbeat.into(), world.now).unwrap();
    many(&mut world, 40);
    let said = world.said();
    assert_eq!(said.len(), 16);
    assert_eq!(said[0], "event plain HEARTBEAT");
    world.answer("+OK event listener enabled plain");
    let mut rounds = Vec::new();
    for n in 0..40 {
        assert!(world.said().is_empty(), "none before all are answered, or at once");
        world.respond(&n.to_string());
        if [14, 30].contains(&n) {
            rounds.push(world.said().len());
        }
    }
    assert_eq!(rounds, [16, 9]);
    let expected: Vec<String> = (0..40).map(|n| format!("{}: {n}", n + 1)).collect();
    assert_eq!(world.heard()[1..], expected);
}

#[test]
fn a_round_takes_commands_until_it_is_full() {
    let mut world = World::ready();
    world.connection.subscribe(EventName::Heartbeat.into(), world.now).unwrap();
    world.said();
    world.answer("+OK event listener enabled plain");
    // Two callers who overlap: one command is always on its way.
    world.api("0");
    let mut said = world.said().len();
    for n in 1..40 {
        world.api(&n.to_string());
        said += world.said().len();
        if n < 16 {
            world.respond("x");
        }
    }
    assert_eq!(said, 16);
    world.respond("x");
    assert_eq!(world.said().len(), 16);
}

#[test]
fn the_window_is_wide_where_no_events_can_be_held_up() {
    let mut world = World::ready();
    many(&mut world, 1100);
    assert_eq!(world.said().len(), 1024);
    world.respond("0");
    assert_eq!(world.said(), ["api 1024"]);
}

#[test]
fn no_more_is_handed_over_than_can_be_withdrawn() {
    // 64 KiB ahead, whatever the window: what is behind them can still be taken back.
    let mut world = World::ready();
    let long = "x".repeat(10_000);
    let tickets: Vec<_> = (0..20).map(|_| world.api(&long)).collect();
    assert!(world.connection.transmit().len() < 80_000);
    for ticket in tickets {
        world.connection.forget(ticket);
    }
    assert_eq!(world.said().len(), 7);
}

#[test]
fn pieces_of_any_size_are_written() {
    let mut world = World::ready();
    many(&mut world, 50);
    for count in 1..40 {
        world.write(count);
    }
    assert_eq!(world.said().len(), 50);
}

#[test]
fn a_reply_in_pieces_is_one_reply() {
    let mut world = World::ready();
    world.api("status");
    world.said();
    for byte in b"Content-Type: api/response\nContent-Length: 4\n\n\n\n\n\n" {
        assert!(world.heard().is_empty());
        world.switch(&[*byte]);
    }
    assert_eq!(world.heard(), ["1: "]);
}

/// Another timeout, given while the command waits: at the head of the line, and behind.
#[test]
fn another_timeout() {
    let mut world = World::ready();
    let (first, second) = (world.api("first"), world.api("second"));
    world.connection.set_timeout(first, SECOND, world.now);
    world.connection.set_timeout(second, 2 * SECOND, world.now);
    assert_eq!(world.said(), ["api first", "api second"]);
    world.pass(SECOND);
    assert_eq!(world.heard().len(), 1);
    world.pass(2 * SECOND);
    assert_eq!(world.heard().len(), 1);
}

/// As recorded: a value that begins with `~` is glued to the reply of the next command. Nobody gets another's reply.
#[test]
fn a_getvar_whose_value_breaks_its_reply_ends_the_connection() {
    let glued = b"Content-Type: command/reply\ntilde: value";
    for pieces in [1, 5, glued.len()] {
        let mut world = World::ready();
        world.connection.send(Command::getvar("x").unwrap(), None, world.now);
        world.api("hostname");
        world.said();
        world.heartbeat();
        glued.chunks(pieces).for_each(|piece| world.switch(piece));
        world.respond("pbx1");
        assert_eq!(
            world.heard(),
            [
                "event HEARTBEAT",
                "1: cut off, executed Unknown",
                "2: cut off, executed Unknown",
                "closed: unframed"
            ],
            "in pieces of {pieces}"
        );
    }
}

/// The same bytes are the answer of any other command, odd as they are.
#[test]
fn what_would_break_a_getvar_is_a_reply_to_others() {
    let mut world = World::ready();
    world.connection.send(Command::linger(None), None, world.now);
    world.connection.send(Command::getvar("x").unwrap(), None, world.now);
    world.said();
    world.switch(b"Content-Type: command/reply\ntilde: value\n\n");
    world.answer("a value");
    assert_eq!(world.heard(), ["1: ", "2: a value"]);
}
