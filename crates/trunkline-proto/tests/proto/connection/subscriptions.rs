//! Events, logs, filters: what is asked of the switch for what its clients want.

use trunkline_proto::{Command, EventFormat, EventSet, LogLevel, SubscriptionId};

use super::world::{SECOND, World, config};

const OK: &str = "+OK event listener enabled plain";
const DENIED: &str = "-ERR permission denied";

impl World {
    pub(crate) fn subscribe(&mut self, words: &str) -> SubscriptionId {
        self.connection.subscribe(EventSet::parse(words), self.now).unwrap()
    }

    pub(crate) fn unsubscribe(&mut self, id: SubscriptionId) {
        self.connection.unsubscribe(id, self.now);
    }

    /// Subscribed, and confirmed.
    pub(crate) fn holds(&mut self, words: &str) -> SubscriptionId {
        let id = self.subscribe(words);
        (0..self.said().len()).for_each(|_| self.answer(OK));
        self.heard();
        id
    }
}

// ---- events

#[test]
fn a_subscription_holds_when_the_switch_says_so() {
    let mut world = World::ready();
    world.subscribe("CHANNEL_ANSWER DTMF CUSTOM sofia::register");
    assert_eq!(world.said(), ["event plain CHANNEL_ANSWER DTMF CUSTOM sofia::register"]);
    assert!(world.heard().is_empty());
    world.answer(OK);
    assert_eq!(world.heard(), ["subscribed 1"]);
}

#[test]
fn the_format_is_the_configured_one() {
    let mut config = config();
    config.format = EventFormat::Json;
    let mut world = World::ready_with(config);
    world.subscribe("DTMF");
    assert_eq!(world.said(), ["event json DTMF"]);
}

#[test]
fn only_what_is_missing_is_asked_for() {
    let mut world = World::ready();
    world.holds("DTMF CUSTOM a::b");
    world.subscribe("DTMF HEARTBEAT CUSTOM a::b c::d");
    assert_eq!(world.said(), ["event plain HEARTBEAT CUSTOM c::d"]);
    world.answer(OK);
    assert_eq!(world.heard(), ["subscribed 2"]);
    world.subscribe("DTMF CUSTOM c::d");
    assert!(world.said().is_empty());
    assert_eq!(world.heard(), ["subscribed 3"]);
}

#[test]
fn one_that_needs_nothing_new_waits_for_what_is_on_its_way() {
    let mut world = World::ready();
    world.subscribe("DTMF");
    world.subscribe("DTMF");
    assert_eq!(world.said(), ["event plain DTMF"]);
    assert!(world.heard().is_empty());
    world.answer(OK);
    assert_eq!(world.heard(), ["subscribed 1", "subscribed 2"]);
}

#[test]
fn what_nobody_wants_any_more_is_taken_back_by_name() {
    let mut world = World::ready();
    let first = world.holds("DTMF HEARTBEAT CUSTOM a::b c::d");
    world.holds("HEARTBEAT CUSTOM c::d");
    world.unsubscribe(first);
    assert_eq!(world.said(), ["nixevent DTMF CUSTOM a::b"]);
    world.answer("+OK events nixed");
    assert!(world.heard().is_empty());
}

#[test]
fn even_the_last_is_not_taken_back_by_noevents() {
    let mut world = World::ready();
    let id = world.holds("DTMF");
    world.unsubscribe(id);
    assert_eq!(world.said(), ["nixevent DTMF"]);
}

#[test]
fn grow_first_then_shrink() {
    // Two changes before the switch has answered any.
    let mut world = World::ready();
    let first = world.holds("DTMF");
    world.subscribe("HEARTBEAT");
    world.unsubscribe(first);
    assert_eq!(world.said(), ["event plain HEARTBEAT", "nixevent DTMF"]);
    world.subscribe("DTMF");
    assert_eq!(world.said(), ["event plain DTMF"], "it is asked for again behind the nixevent");
}

#[test]
fn while_all_is_on_its_way_nothing_is_taken_back_either() {
    let mut world = World::ready();
    let some = world.holds("DTMF");
    world.subscribe("ALL");
    world.unsubscribe(some);
    assert_eq!(world.said(), ["event plain ALL"]);
    // Refused after all: now it is.
    world.answer(DENIED);
    assert_eq!(world.said(), ["nixevent DTMF"]);
    assert_eq!(world.heard(), ["refused 2: ALL: permission denied"]);
}

#[test]
fn any_custom_event_takes_all() {
    let mut world = World::ready();
    world.subscribe("DTMF CUSTOM");
    assert_eq!(world.said(), ["event plain ALL"]);
}

#[test]
fn a_denied_list_is_asked_for_name_by_name() {
    let mut world = World::ready();
    world.subscribe("CHANNEL_CREATE CHANNEL_ANSWER CUSTOM lab::ok sofia::register");
    world.said();
    world.answer(DENIED);
    assert_eq!(
        world.said(),
        [
            "event plain CHANNEL_CREATE",
            "event plain CHANNEL_ANSWER",
            "event plain CUSTOM lab::ok",
            "event plain CUSTOM sofia::register"
        ]
    );
    assert!(world.heard().is_empty());
    for text in [DENIED, OK, OK, DENIED] {
        world.answer(text);
    }
    assert_eq!(world.heard(), ["refused 1: CHANNEL_CREATE CUSTOM sofia::register: permission denied"]);
    // What it was granted, nobody wants.
    assert_eq!(world.said(), ["nixevent CHANNEL_ANSWER CUSTOM lab::ok"]);
}

#[test]
fn only_those_who_asked_for_a_denied_one_are_refused() {
    let mut world = World::with_password();
    world.subscribe("CHANNEL_ANSWER CHANNEL_CREATE");
    world.subscribe("CHANNEL_ANSWER");
    world.subscribe("CHANNEL_CREATE DTMF");
    world.subscribe("DTMF");
    world.switch(&trunkline_proto::listener::auth_request());
    world.answer("+OK accepted");
    assert_eq!(world.said()[1..], ["event plain CHANNEL_CREATE CHANNEL_ANSWER", "event plain DTMF"]);
    world.answer(DENIED);
    world.answer(OK);
    assert_eq!(world.said(), ["event plain CHANNEL_CREATE", "event plain CHANNEL_ANSWER"]);
    world.answer(DENIED);
    world.answer(OK);
    assert_eq!(
        world.heard(),
        [
            "ready",
            "subscribed 4",
            "refused 3: CHANNEL_CREATE: permission denied",
            "refused 1: CHANNEL_CREATE: permission denied",
            "subscribed 2"
        ]
    );
    assert!(world.said().is_empty());
}

#[test]
fn what_was_denied_once_is_not_asked_for_again() {
    let mut world = World::ready();
    world.subscribe("CHANNEL_CREATE");
    world.said();
    world.answer(DENIED);
    world.subscribe("CHANNEL_CREATE DTMF");
    assert_eq!(world.said(), ["event plain DTMF"]);
    world.answer(OK);
    assert_eq!(
        world.heard(),
        ["refused 1: CHANNEL_CREATE: permission denied", "refused 2: CHANNEL_CREATE: permission denied"]
    );
    assert_eq!(world.said(), ["nixevent DTMF"]);
}

#[test]
fn a_name_the_switch_does_not_know_is_refused_when_it_is_alone() {
    let mut world = World::ready();
    world.subscribe("NO_SUCH_THING");
    assert_eq!(world.said(), ["event plain NO_SUCH_THING"]);
    world.answer("-ERR no keywords supplied");
    assert_eq!(world.heard(), ["refused 1: NO_SUCH_THING: no keywords supplied"]);
}

#[test]
fn one_withdrawn_before_its_answer_is_not_retried() {
    let mut world = World::ready();
    let id = world.subscribe("CHANNEL_CREATE DTMF");
    world.said();
    world.unsubscribe(id);
    assert_eq!(world.said(), ["nixevent CHANNEL_CREATE DTMF"]);
    world.answer(DENIED);
    world.answer("+OK events nixed");
    assert!(world.said().is_empty());
    assert!(world.heard().is_empty());
}

#[test]
fn a_subscription_without_an_answer_is_refused_and_taken_back() {
    let mut world = World::ready();
    world.holds("HEARTBEAT");
    world.subscribe("DTMF");
    assert_eq!(world.said(), ["event plain DTMF"]);
    world.pass(30 * SECOND);
    assert_eq!(world.heard(), ["refused 2: timed out, executed Unknown"]);
    assert_eq!(world.said(), ["nixevent DTMF"], "it may have been executed");
    // Asked for again, it is asked for again, whatever became of the first.
    world.subscribe("DTMF");
    assert_eq!(world.said(), ["event plain DTMF"]);
    for text in [OK, "+OK events nixed", OK] {
        world.answer(text);
    }
    assert_eq!(world.heard(), ["subscribed 3"]);
}

#[test]
fn to_take_back_without_an_answer_harms_nobody_else() {
    let mut world = World::ready();
    let id = world.holds("DTMF");
    world.unsubscribe(id);
    world.said();
    world.pass(29 * SECOND);
    world.subscribe("HEARTBEAT");
    world.said();
    world.pass(SECOND);
    assert!(world.heard().is_empty());
    world.answer("+OK events nixed");
    world.answer(OK);
    assert_eq!(world.heard(), ["subscribed 2"]);
}

#[test]
fn what_was_subscribed_before_we_were_let_in_is_said_then() {
    let mut world = World::with_password();
    world.subscribe("DTMF");
    assert!(world.said().is_empty());
    world.switch(&trunkline_proto::listener::auth_request());
    world.answer("+OK accepted");
    assert_eq!(world.said(), ["auth ClueCon", "event plain DTMF"]);
}

#[test]
fn names_that_cannot_be_said_are_refused_at_once() {
    let mut world = World::ready();
    for bad in [EventSet::new(), EventSet::new().with_subclass("a b"), EventSet::new().with_subclass("a\nb")]
    {
        assert!(world.connection.subscribe(bad, world.now).is_err());
    }
    assert!(world.said().is_empty());
}

#[test]
fn none_holds_once_the_connection_ends() {
    let mut world = World::ready();
    world.holds("HEARTBEAT");
    world.subscribe("DTMF");
    world.eof();
    assert_eq!(world.heard(), ["refused 2: cut off, executed Unknown", "closed: eof"]);
    world.subscribe("DTMF");
    world.connection.subscribe_log(LogLevel::Info, world.now);
    assert_eq!(world.heard(), ["refused 3: cut off, executed No", "refused 4: cut off, executed No"]);
    assert!(world.said().is_empty());
}

// ---- logs

#[test]
fn the_loudest_log_level_wins() {
    let mut world = World::ready();
    world.connection.subscribe_log(LogLevel::Warning, world.now);
    let debug = world.connection.subscribe_log(LogLevel::Debug, world.now);
    let info = world.connection.subscribe_log(LogLevel::Info, world.now);
    assert_eq!(world.said(), ["log warning", "log debug"]);
    world.answer("+OK log level warning [4]");
    assert_eq!(world.heard(), ["subscribed 1"]);
    world.answer("+OK log level debug [7]");
    assert_eq!(world.heard(), ["subscribed 2", "subscribed 3"]);
    world.unsubscribe(debug);
    world.unsubscribe(info);
    assert_eq!(world.said(), ["log info", "log warning"]);
}

#[test]
fn the_last_log_is_taken_back_by_nolog() {
    let mut world = World::ready();
    let id = world.connection.subscribe_log(LogLevel::Err, world.now);
    world.said();
    world.answer("+OK log level err [3]");
    world.unsubscribe(id);
    assert_eq!(world.said(), ["nolog"]);
    world.answer("+OK no longer logging");
    assert_eq!(world.heard(), ["subscribed 1"]);
}

#[test]
fn a_forbidden_log_is_refused_and_not_asked_for_again() {
    let mut world = World::ready();
    world.connection.subscribe_log(LogLevel::Err, world.now);
    world.said();
    world.answer(DENIED);
    world.connection.subscribe_log(LogLevel::Debug, world.now);
    assert_eq!(world.heard(), ["refused 1: log: permission denied", "refused 2: log: permission denied"]);
    assert!(world.said().is_empty());
}

#[test]
fn a_log_without_an_answer_is_refused_and_taken_back() {
    let mut world = World::ready();
    world.connection.subscribe_log(LogLevel::Err, world.now);
    world.said();
    world.pass(30 * SECOND);
    assert_eq!(world.heard(), ["refused 1: timed out, executed Unknown"]);
    assert_eq!(world.said(), ["nolog"]);
}

// ---- filters

#[test]
fn the_first_filter_brings_its_companions() {
    let mut world = World::ready();
    world.connection.filter("Unique-ID", "abc", world.now).unwrap();
    world.connection.filter("Unique-ID", "def", world.now).unwrap();
    assert_eq!(
        world.said(),
        [
            "filter Event-Name BACKGROUND_JOB",
            "filter Event-Name HEARTBEAT",
            "filter Unique-ID abc",
            "filter Unique-ID def"
        ]
    );
    for header in ["Event-Name", "Event-Name", "Unique-ID", "Unique-ID"] {
        world.answer(&format!("+OK filter added. [{header}]=[…]"));
    }
    assert_eq!(
        world.heard(),
        ["1: +OK filter added. [Unique-ID]=[…]", "2: +OK filter added. [Unique-ID]=[…]"]
    );
}

#[test]
fn after_a_filter_was_deleted_the_companions_come_again() {
    let mut world = World::ready();
    world.connection.filter("Unique-ID", "abc", world.now).unwrap();
    world.connection.send(Command::filter_delete_all(), None, world.now);
    world.said();
    world.connection.filter("Unique-ID", "def", world.now).unwrap();
    assert_eq!(
        world.said(),
        ["filter Event-Name BACKGROUND_JOB", "filter Event-Name HEARTBEAT", "filter Unique-ID def"]
    );
}

/// Left alone they would keep everything else out.
#[test]
fn the_companions_go_with_the_last_filter() {
    let mut world = World::ready();
    world.connection.filter("Unique-ID", "abc", world.now).unwrap();
    world.connection.filter("unique-id", "def", world.now).unwrap();
    world.connection.filter("Event-Name", "DTMF", world.now).unwrap();
    world.said();
    world.connection.filter_delete("Unique-ID", Some("abc"), world.now).unwrap();
    assert_eq!(world.said(), ["filter delete Unique-ID abc"]);
    // Deleting by the name of the event takes them along, and they come again.
    world.connection.filter_delete("Event-Name", None, world.now).unwrap();
    assert_eq!(
        world.said(),
        ["filter delete Event-Name", "filter Event-Name BACKGROUND_JOB", "filter Event-Name HEARTBEAT"]
    );
    world.connection.filter_delete("Unique-ID", None, world.now).unwrap();
    assert_eq!(
        world.said(),
        [
            "filter delete Unique-ID",
            "filter delete Event-Name BACKGROUND_JOB",
            "filter delete Event-Name HEARTBEAT"
        ]
    );
    world.connection.filter_delete("Unique-ID", None, world.now).unwrap();
    assert_eq!(world.said(), ["filter delete Unique-ID"]);
}

#[test]
fn a_filter_that_cannot_be_said_brings_nothing() {
    let mut world = World::ready();
    assert!(world.connection.filter("a b", "c", world.now).is_err());
    assert!(world.said().is_empty());
}
