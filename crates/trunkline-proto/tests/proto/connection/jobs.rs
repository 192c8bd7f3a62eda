//! `bgapi` and its BACKGROUND_JOB.

use super::session::{CORE, begun, break_off, resume};
use super::world::{SECOND, World};

/// A connection with one job on its way and its event subscribed.
fn with_job(timeout: Option<std::time::Duration>) -> World {
    let mut world = World::ready();
    world.job("originate x", "j1", timeout);
    assert_eq!(world.said(), ["event plain BACKGROUND_JOB", "bgapi originate x, Job-UUID: j1"]);
    world.answer("+OK event listener enabled plain");
    world
}

fn accept(world: &mut World, job: &str) {
    world.answer(&format!("~Reply-Text: +OK Job-UUID: {job}\nJob-UUID: {job}\n\n"));
}

#[test]
fn a_job_ends_with_its_event() {
    let mut world = with_job(None);
    accept(&mut world, "j1");
    world.end_job("other", "not ours");
    world.end_job("j1", "+OK done");
    assert_eq!(
        world.heard(),
        ["1: +OK Job-UUID: j1", "event BACKGROUND_JOB", "job j1: +OK done", "event BACKGROUND_JOB"]
    );
    // Once.
    world.end_job("j1", "+OK again");
    assert_eq!(world.heard(), ["event BACKGROUND_JOB"]);
}

#[test]
fn the_event_is_subscribed_once() {
    let mut world = with_job(None);
    world.job("second", "j2", None);
    assert_eq!(world.said(), ["bgapi second, Job-UUID: j2"]);
}

#[test]
fn a_job_may_be_over_before_its_reply_is_read() {
    let mut world = with_job(None);
    world.end_job("j1", "quick");
    accept(&mut world, "j1");
    assert_eq!(world.heard(), ["job j1: quick", "event BACKGROUND_JOB", "1: +OK Job-UUID: j1"]);
}

#[test]
fn the_switch_may_name_the_job_itself() {
    let mut world = with_job(None);
    accept(&mut world, "named-by-the-switch");
    world.end_job("named-by-the-switch", "done");
    assert_eq!(
        world.heard(),
        ["1: +OK Job-UUID: named-by-the-switch", "job j1: done", "event BACKGROUND_JOB"]
    );
}

#[test]
fn an_id_that_looks_encoded_ends_its_job_too() {
    // As recorded: a plain event says `%41`, which reads `A`.
    let mut world = World::ready();
    world.job("uptime", "not a uuid é %41", None);
    world.said();
    world.answer("+OK event listener enabled plain");
    accept(&mut world, "not a uuid é %41");
    world.end_job("not a uuid é %41", "0");
    assert_eq!(world.heard()[1..], ["job not a uuid é %41: 0", "event BACKGROUND_JOB"]);
}

#[test]
fn a_job_that_takes_too_long_is_given_up() {
    let mut world = with_job(Some(10 * SECOND));
    accept(&mut world, "j1");
    world.heard();
    world.pass(10 * SECOND);
    assert_eq!(world.heard(), ["job j1: timed out"]);
    assert_eq!(world.deadline(), None);
    world.end_job("j1", "late");
    assert_eq!(world.heard(), ["event BACKGROUND_JOB"]);
}

#[test]
fn a_bgapi_that_is_refused_ends_its_job_by_its_reply() {
    let mut world = with_job(Some(10 * SECOND));
    world.answer("-ERR permission denied");
    assert_eq!(world.heard(), ["1: -ERR permission denied"]);
    world.pass(60 * SECOND);
    assert!(world.heard().is_empty());
}

#[test]
fn a_bgapi_without_an_answer_ends_its_job_by_that() {
    let mut world = with_job(None);
    world.pass(30 * SECOND);
    assert_eq!(world.heard(), ["1: timed out, executed Unknown"]);
    accept(&mut world, "j1");
    world.end_job("j1", "late");
    assert_eq!(world.heard(), ["event BACKGROUND_JOB"]);
}

#[test]
fn where_the_event_is_forbidden_the_job_is_lost() {
    let mut world = World::ready();
    world.job("status", "j1", None);
    world.said();
    world.answer("-ERR permission denied");
    accept(&mut world, "j1");
    assert_eq!(world.heard(), ["job j1: not permitted", "1: +OK Job-UUID: j1"]);
    // The next one knows already.
    world.job("status", "j2", None);
    assert_eq!(world.said(), ["bgapi status, Job-UUID: j2"]);
    assert_eq!(world.heard(), ["job j2: not permitted"]);
}

#[test]
fn all_jobs_are_told_of_the_end() {
    let mut world = with_job(None);
    accept(&mut world, "j1");
    world.job("second", "j2", None);
    world.said();
    world.job("third", "j3", None);
    world.heard();
    world.eof();
    assert_eq!(
        world.heard(),
        ["2: cut off, executed Unknown", "3: cut off, executed No", "job j1: cut off", "closed: eof"]
    );
}

#[test]
fn a_forgotten_job_is_nobodys() {
    let mut world = with_job(Some(10 * SECOND));
    accept(&mut world, "j1");
    world.heard();
    world.connection.forget_job(&"j1".into());
    world.end_job("j1", "done");
    world.pass(60 * SECOND);
    assert_eq!(world.heard(), ["event BACKGROUND_JOB"]);
}

#[test]
fn to_forget_a_bgapi_is_to_forget_its_job() {
    // Sent: its reply is thrown away. Not sent: it is withdrawn.
    let mut world = with_job(None);
    let mut unsent = World::with_password();
    let first = world.job("x", "j2", Some(SECOND));
    world.said();
    let second = unsent.job("x", "j2", Some(SECOND));
    world.connection.forget(first);
    unsent.connection.forget(second);
    accept(&mut world, "j1");
    accept(&mut world, "j2");
    world.end_job("j2", "done");
    world.pass(5 * SECOND);
    assert_eq!(world.heard(), ["1: +OK Job-UUID: j1", "event BACKGROUND_JOB"]);
    unsent.pass(2 * SECOND);
    unsent.eof();
    assert_eq!(unsent.heard(), ["closed: eof"]);
}

#[test]
fn where_the_subscription_went_unanswered_the_next_job_asks_again() {
    let mut world = World::ready();
    world.job("one", "j1", None);
    world.said();
    world.pass(30 * SECOND);
    world.pass(30 * SECOND);
    assert_eq!(world.heard(), ["1: timed out, executed Unknown"]);
    let asked = world.said();
    assert!(asked.iter().all(|said| said == "event plain BACKGROUND_JOB") && !asked.is_empty(), "{asked:?}");
}

/// The `bgapi` had no answer, but was executed.
#[test]
fn one_without_an_answer_can_be_awaited_all_the_same() {
    let mut world = with_job(None);
    world.pass(30 * SECOND);
    world.heard();
    world.connection.await_job("j1".into(), Some(20 * SECOND), world.now);
    accept(&mut world, "j1");
    world.end_job("j1", "late");
    assert_eq!(world.heard(), ["job j1: late", "event BACKGROUND_JOB"]);
    world.connection.await_job("j2".into(), Some(20 * SECOND), world.now);
    world.pass(20 * SECOND);
    assert_eq!(world.heard(), ["job j2: timed out"]);
}

#[test]
fn one_that_is_awaited_goes_the_way_of_the_others() {
    for (core, ends) in [(CORE, false), ("99999999-2222-3333-4444-555555555555", true)] {
        let mut world = begun();
        world.job("originate x", "j1", None);
        world.said();
        break_off(&mut world);
        assert_eq!(world.heard(), ["1: cut off, executed Unknown", "broken: eof"]);
        world.connection.await_job("j1".into(), None, world.now);
        resume(&mut world, core);
        // It is asked for again before anything else, and not said again.
        assert_eq!(world.said(), ["event plain BACKGROUND_JOB"]);
        world.answer("+OK event listener enabled plain");
        world.end_job("j1", "done");
        let heard = world.heard();
        assert_eq!(heard.contains(&"job j1: restarted".to_owned()), ends, "{heard:?}");
        assert_eq!(heard.contains(&"job j1: done".to_owned()), !ends, "{heard:?}");
    }
}

#[test]
fn to_await_one_is_no_promise() {
    let mut forbidden = World::ready();
    forbidden.connection.await_job("j1".into(), None, forbidden.now);
    assert_eq!(forbidden.said(), ["event plain BACKGROUND_JOB"]);
    forbidden.answer("-ERR permission denied");
    assert_eq!(forbidden.heard(), ["job j1: not permitted"]);
    let mut ended = World::ready();
    ended.eof();
    ended.heard();
    ended.connection.await_job("j1".into(), None, ended.now);
    assert_eq!(ended.heard(), ["job j1: cut off"]);
}
