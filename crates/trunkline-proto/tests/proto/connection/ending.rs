//! How it ends, and who is told what.

use trunkline_proto::listener::{GOODBYE, SHUTTING_DOWN};
use trunkline_proto::{CloseReason, Command, Output};

use super::world::{SECOND, World};

#[test]
fn exit_is_said_behind_what_is_in_line() {
    let mut world = World::ready();
    world.api("status");
    world.connection.close(world.now);
    assert!(!world.connection.is_ready());
    assert_eq!(world.said(), ["api status", "exit"]);
    world.respond("UP");
    world.answer("+OK bye");
    world.notice(GOODBYE);
    world.eof();
    assert_eq!(world.heard(), ["1: UP", "closed: requested"]);
    assert_eq!(world.connection.closed(), Some(&CloseReason::Requested));
    assert_eq!(world.deadline(), None);
}

#[test]
fn nothing_is_taken_behind_exit() {
    let mut world = World::ready();
    world.connection.close(world.now);
    world.connection.close(world.now);
    world.api("too late");
    world.job("too late", "j1", Some(SECOND));
    assert_eq!(world.said(), ["exit"]);
    assert_eq!(world.heard(), ["1: cut off, executed No", "2: cut off, executed No"]);
    world.answer("+OK bye");
    assert_eq!(world.heard(), ["closed: requested"]);
}

#[test]
fn an_exit_without_an_answer_ends_after_5_s() {
    let mut world = World::ready();
    world.api("slow");
    world.connection.close(world.now);
    world.said();
    world.pass(5 * SECOND);
    assert_eq!(world.heard(), ["1: cut off, executed Unknown", "closed: requested"]);
}

#[test]
fn an_eof_on_the_way_out_is_what_we_asked_for() {
    let mut world = World::ready();
    world.connection.close(world.now);
    world.said();
    world.eof();
    assert_eq!(world.heard(), ["closed: requested"]);
}

#[test]
fn a_notice_on_the_way_out_is_what_we_asked_for() {
    let mut world = World::ready();
    world.connection.send(Command::exit(), None, world.now);
    assert_eq!(world.said(), ["exit"]);
    world.answer("+OK bye");
    world.notice(GOODBYE);
    assert_eq!(world.heard(), ["1: +OK bye", "notice Disconnect", "closed: requested"]);
}

#[test]
fn to_close_before_we_are_let_in_is_to_hang_up() {
    let mut world = World::with_password();
    world.api("never");
    world.connection.close(world.now);
    assert_eq!(world.heard(), ["1: cut off, executed No", "closed: requested"]);
    assert!(world.said().is_empty());
}

#[test]
fn the_switch_stops() {
    let mut world = World::ready();
    world.api("status");
    world.said();
    world.notice(SHUTTING_DOWN);
    let ends = world.outputs();
    let [Output::Notice(_), Output::Reply { .. }, Output::Closed(CloseReason::Notice { text })] = &ends[..]
    else {
        panic!("{ends:?}")
    };
    assert_eq!(text, "The system is being shut down.");
    // What may still come is nobody's.
    world.respond("UP");
    world.eof();
    assert!(world.heard().is_empty());
}

#[test]
fn what_is_asked_after_the_end_is_refused_with_its_reason() {
    let mut world = World::ready();
    world.eof();
    world.heard();
    world.api("status");
    world.connection.filter("a", "b", world.now).unwrap();
    world.job("status", "j1", None);
    assert_eq!(
        world.heard(),
        ["1: cut off, executed No", "2: cut off, executed No", "3: cut off, executed No"]
    );
    assert!(world.said().is_empty());
    assert_eq!(world.deadline(), None);
}

#[test]
fn a_linger_notice_is_not_the_end() {
    let mut world = World::ready();
    world.switch(
        b"Content-Type: text/disconnect-notice\nControlled-Session-UUID: u\nContent-Disposition: linger\n\
          Channel-Name: loopback/1\nLinger-Time: 5\nContent-Length: 0\n\n",
    );
    assert_eq!(world.heard(), ["notice Linger"]);
    assert!(world.connection.is_ready());
}

#[test]
fn a_broken_stream_is_the_end() {
    let mut world = World::ready();
    world.api("status");
    world.said();
    world.switch(b"Content-Type: api/response\nContent-Length: nonsense\n\n");
    assert_eq!(world.heard(), ["1: cut off, executed Unknown", "closed: content length"]);
}

#[test]
fn to_abort_says_nothing() {
    let mut world = World::ready();
    world.api("status");
    world.connection.abort();
    assert!(world.said().is_empty());
    assert_eq!(world.heard(), ["1: cut off, executed No", "closed: requested"]);
}

/// `exit` as a command of its own has the time of a command; `close` after it does not.
#[test]
fn closing_after_exit() {
    let mut world = World::ready();
    world.connection.send(Command::exit(), None, world.now);
    assert_eq!(world.said(), ["exit"]);
    world.connection.close(world.now);
    world.pass(5 * SECOND);
    assert_eq!(world.heard(), ["1: cut off, executed Unknown", "closed: requested"]);
}
