//! Sessions lost and begun again.

use trunkline_proto::{ConnectionConfig, EventName, JobUuid, LogLevel};

use super::world::{SECOND, World, config};

pub(crate) const CORE: &str = "11111111-2222-3333-4444-555555555555";
const OTHER: &str = "99999999-2222-3333-4444-555555555555";

fn lasting() -> ConnectionConfig {
    let mut config = config();
    config.lasting = true;
    config
}

/// A lasting connection that is let in and knows whom it talks to.
pub(crate) fn begun() -> World {
    begun_with(lasting())
}

fn begun_with(config: ConnectionConfig) -> World {
    let mut world = World::ready_with(config);
    assert_eq!(world.said(), ["api global_getvar core_uuid"]);
    world.respond(CORE);
    assert_eq!(world.heard(), [""; 0]);
    assert_eq!(world.connection.core_uuid().map(|core| core.as_str()), Some(CORE));
    world
}

/// The switch greets us again, lets us in and says who it is.
pub(crate) fn resume(world: &mut World, core: &str) {
    world.restart();
    assert_eq!(world.said(), ["auth ClueCon"]);
    world.answer("+OK accepted");
    assert_eq!(world.said(), ["api global_getvar core_uuid"]);
    world.respond(core);
}

pub(crate) fn break_off(world: &mut World) {
    world.eof();
    assert!(world.connection.is_broken());
    assert_eq!(world.connection.closed(), None);
}

#[test]
fn a_break_is_not_the_end() {
    let mut world = begun();
    break_off(&mut world);
    assert_eq!(world.heard(), ["broken: eof"]);
    resume(&mut world, CORE);
    assert_eq!(world.heard(), ["ready", "resumed, restarted Some(false)"]);
    world.api("status");
    assert_eq!(world.said(), ["api status"]);
    world.respond("UP");
    assert_eq!(world.heard(), ["1: UP"]);
}

#[test]
fn a_restarted_switch_is_another_one_and_its_jobs_are_gone() {
    let mut world = begun();
    world.job("originate x", "j1", None);
    world.said();
    world.answer("+OK event listener enabled plain");
    world.answer("+OK Job-UUID: j1");
    world.heard();
    break_off(&mut world);
    world.heard();
    resume(&mut world, OTHER);
    assert_eq!(world.heard(), ["ready", "job j1: restarted", "resumed, restarted Some(true)"]);
}

#[test]
fn a_job_lasts_over_a_break() {
    let mut world = begun();
    world.job("originate x", "j1", None);
    world.said();
    world.answer("+OK event listener enabled plain");
    world.answer("+OK Job-UUID: j1");
    world.heard();
    break_off(&mut world);
    world.heard();
    resume(&mut world, CORE);
    assert_eq!(world.said(), ["event plain BACKGROUND_JOB"]);
    world.answer("+OK event listener enabled plain");
    world.heard();
    world.end_job("j1", "+OK done");
    assert_eq!(world.heard(), ["job j1: +OK done", "event BACKGROUND_JOB"]);
}

#[test]
fn what_was_on_its_way_is_unknown_and_what_was_not_waits() {
    let mut config = lasting();
    config.window = 1;
    let mut world = begun_with(config);
    world.connection.subscribe(EventName::Heartbeat.into(), world.now).unwrap();
    world.said();
    world.answer("+OK event listener enabled plain");
    world.heard();
    world.api("one");
    world.api("two");
    assert_eq!(world.said(), ["api one"]);
    break_off(&mut world);
    let heard = world.heard();
    assert_eq!(heard.first().map(String::as_str), Some("1: cut off, executed Unknown"));
    assert_eq!(heard.len(), 2, "{heard:?}");
    // Given while there is no session.
    world.api("three");
    assert_eq!(world.said(), [""; 0]);
    resume(&mut world, CORE);
    // First what was subscribed, then who waited.
    assert_eq!(world.said(), ["event plain HEARTBEAT"]);
    world.answer("+OK event listener enabled plain");
    assert_eq!(world.said(), ["api two"]);
    world.respond("2");
    assert_eq!(world.said(), ["api three"]);
    world.respond("3");
    assert_eq!(world.heard(), ["ready", "resumed, restarted Some(false)", "subscribed 1", "2: 2", "3: 3"]);
}

#[test]
fn nobody_waits_for_a_session_for_ever() {
    let mut world = begun();
    break_off(&mut world);
    world.heard();
    world.api("status");
    world.pass(30 * SECOND);
    assert_eq!(world.heard(), ["1: timed out, executed No"]);
    resume(&mut world, CORE);
    assert_eq!(world.said(), [""; 0]);
}

#[test]
fn or_nobody_waits_at_all() {
    let mut config = lasting();
    config.wait_in_break = false;
    let mut world = begun_with(config);
    break_off(&mut world);
    world.heard();
    world.api("status");
    assert_eq!(world.heard(), ["1: cut off, executed No"]);
}

#[test]
fn a_subscription_made_in_a_break_holds_after_it() {
    let mut world = begun();
    break_off(&mut world);
    world.heard();
    world.connection.subscribe(EventName::Dtmf.into(), world.now).unwrap();
    assert_eq!(world.said(), [""; 0]);
    resume(&mut world, CORE);
    assert_eq!(world.said(), ["event plain DTMF"]);
    world.answer("+OK event listener enabled plain");
    assert_eq!(world.heard().last(), Some(&"subscribed 1".to_owned()));
}

#[test]
fn a_subscription_the_switch_no_longer_grants_is_told_so() {
    let mut world = begun();
    world.connection.subscribe(EventName::Dtmf.into(), world.now).unwrap();
    world.said();
    world.answer("+OK event listener enabled plain");
    assert_eq!(world.heard(), ["subscribed 1"]);
    break_off(&mut world);
    world.heard();
    resume(&mut world, CORE);
    world.said();
    world.answer("-ERR permission denied");
    let heard = world.heard();
    assert!(heard.last().unwrap().starts_with("refused 1"), "{heard:?}");
}

#[test]
fn one_that_may_not_ask_goes_on_without_knowing() {
    let mut world = World::ready_with(lasting());
    world.said();
    world.answer("-ERR permission denied");
    assert_eq!(world.connection.core_uuid(), None);
    break_off(&mut world);
    world.heard();
    world.restart();
    world.said();
    world.answer("+OK accepted");
    world.said();
    world.answer("-ERR permission denied");
    assert_eq!(world.heard(), ["ready", "resumed, restarted None"]);
}

#[test]
fn an_attempt_that_fails_is_a_break_too() {
    let mut world = begun();
    break_off(&mut world);
    world.heard();
    world.connection.restart(world.now);
    world.pass(5 * SECOND);
    assert!(world.connection.is_broken());
    let heard = world.heard();
    assert!(heard[0].starts_with("broken: no greeting"), "{heard:?}");
    resume(&mut world, CORE);
    assert_eq!(world.heard(), ["ready", "resumed, restarted Some(false)"]);
}

#[test]
fn giving_up_is_the_end_for_the_reason_of_the_break() {
    let mut world = begun();
    world.connection.start_job("x", JobUuid::from("j1"), None, world.now).unwrap();
    world.said();
    world.answer("+OK event listener enabled plain");
    world.answer("+OK Job-UUID: j1");
    break_off(&mut world);
    world.api("waits");
    world.heard();
    world.connection.give_up();
    assert_eq!(world.heard(), ["2: cut off, executed No", "job j1: cut off", "closed: eof"]);
}

#[test]
fn closing_in_a_break_is_the_end() {
    let mut world = begun();
    break_off(&mut world);
    world.heard();
    world.connection.close(world.now);
    assert_eq!(world.heard(), ["closed: requested"]);
    world.connection.restart(world.now);
    assert!(world.connection.closed().is_some());
}

#[test]
fn a_job_that_was_not_yet_said_outlives_a_restart() {
    let mut world = begun();
    break_off(&mut world);
    world.job("originate x", "j1", None);
    world.heard();
    resume(&mut world, OTHER);
    assert_eq!(world.heard(), ["ready", "resumed, restarted Some(true)"]);
    assert_eq!(world.said(), ["event plain BACKGROUND_JOB", "bgapi originate x, Job-UUID: j1"]);
    world.answer("+OK event listener enabled plain");
    world.answer("+OK Job-UUID: j1");
    world.end_job("j1", "+OK done");
    assert_eq!(world.heard(), ["1: +OK Job-UUID: j1", "job j1: +OK done", "event BACKGROUND_JOB"]);
}

/// Let in, and lost again at once, all the time: the time without a connection adds up.
#[test]
fn nobody_waits_for_ever_for_a_connection_that_comes_and_goes() {
    for answers_core in [false, true] {
        let mut config = lasting();
        config.window = 1;
        let mut world = begun_with(config);
        world.connection.subscribe(EventName::Heartbeat.into(), world.now).unwrap();
        world.said();
        world.answer("+OK event listener enabled plain");
        world.heard();
        break_off(&mut world);
        world.api("status");
        let mut heard = world.heard();
        for _ in 0..40 {
            world.pass(SECOND);
            world.restart();
            world.said();
            world.answer("+OK accepted");
            world.said();
            if answers_core {
                // The subscription goes first, and `status` waits behind it.
                world.respond(CORE);
            }
            break_off(&mut world);
            heard.extend(world.heard());
        }
        let ends = heard.iter().filter(|heard| *heard == "1: timed out, executed No").count();
        assert_eq!(ends, 1, "{heard:?}");
        resume(&mut world, CORE);
        assert_eq!(world.said(), ["event plain HEARTBEAT"]);
    }
}

#[test]
fn what_was_not_written_waits_as_what_was_not_handed_over_does() {
    let mut world = begun();
    for name in ["one", "two", "three"] {
        world.api(name);
    }
    // The socket takes the first, and a piece of the second.
    world.write("api one\n\nap".len());
    world.connection.send(trunkline_proto::Command::api("four").unwrap(), None, world.now);
    break_off(&mut world);
    assert_eq!(
        world.heard(),
        ["1: cut off, executed Unknown", "2: cut off, executed Unknown", "broken: eof"]
    );
    resume(&mut world, CORE);
    assert_eq!(world.said(), ["api three", "api four"]);
    world.respond("3");
    world.respond("4");
    assert_eq!(world.heard(), ["ready", "resumed, restarted Some(false)", "3: 3", "4: 4"]);
}

#[test]
fn what_was_not_written_fails_where_nobody_is_to_wait() {
    let mut config = lasting();
    config.wait_in_break = false;
    let mut world = begun_with(config);
    world.api("one");
    world.api("two");
    world.write(3);
    break_off(&mut world);
    assert_eq!(world.heard(), ["1: cut off, executed Unknown", "2: cut off, executed No", "broken: eof"]);
    // Nor while another connection is greeted and let in.
    world.restart();
    world.api("three");
    assert_eq!(world.heard(), ["3: cut off, executed No"]);
    assert_eq!(world.said(), ["auth ClueCon"]);
    world.answer("+OK accepted");
    world.said();
    world.respond(CORE);
    world.api("four");
    assert_eq!(world.said(), ["api four"]);
}

#[test]
fn exit_in_a_break_is_the_end() {
    let mut world = begun();
    break_off(&mut world);
    world.api("status");
    world.heard();
    world.connection.send(trunkline_proto::Command::exit(), None, world.now);
    assert_eq!(world.heard(), ["1: cut off, executed No", "closed: requested", "2: cut off, executed No"]);
}

/// One that held is not told that it was refused, only that all is over.
#[test]
fn giving_up_refuses_only_what_never_held() {
    let mut world = begun();
    world.connection.subscribe(EventName::Dtmf.into(), world.now).unwrap();
    world.connection.subscribe_log(LogLevel::Info, world.now);
    world.said();
    world.answer("+OK event listener enabled plain");
    world.answer("+OK log level info [6]");
    assert_eq!(world.heard(), ["subscribed 1", "subscribed 2"]);
    break_off(&mut world);
    world.connection.subscribe(EventName::Heartbeat.into(), world.now).unwrap();
    world.heard();
    world.connection.give_up();
    assert_eq!(world.heard(), ["refused 3: cut off, executed Unknown", "closed: eof"]);
}

/// That the switch did not say who it is once does not make it another one.
#[test]
fn who_the_switch_is_is_not_forgotten() {
    let mut world = begun();
    for (answer, restarted) in [
        ("-ERR permission denied", "None"),
        (CORE, "Some(false)"),
        ("", "None"),
        (OTHER, "None"),
        (OTHER, "Some(false)"),
        (CORE, "Some(true)"),
    ] {
        break_off(&mut world);
        resume(&mut world, answer);
        let heard = world.heard();
        assert_eq!(heard.last(), Some(&format!("resumed, restarted {restarted}")), "{answer}");
    }
}

/// Given before the switch has said who it is, in the first session, it is set once.
#[test]
fn a_filter_given_at_once_is_set_once() {
    let mut world = World::ready_with(lasting());
    world.connection.filter("Unique-ID", "u1", world.now).unwrap();
    assert_eq!(world.said(), ["api global_getvar core_uuid"]);
    world.respond(CORE);
    let filters = ["Event-Name BACKGROUND_JOB", "Event-Name HEARTBEAT", "Unique-ID u1"];
    assert_eq!(world.said(), filters.map(|filter| format!("filter {filter}")));
}
