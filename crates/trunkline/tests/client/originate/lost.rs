//! The switch's answer is lost, and the call is looked for.

use std::time::Duration;

use tokio::task::JoinSet;
use trunkline::{AnswerState, Error, Executed, HangupCause, JobLost, OriginateError};

use super::{
    ABSENT, CALL, CONSUME_MEDIA, EXECUTE, HANGUP, Outcome, TEXT, back, begin, call, channel, dial, failed,
    is_unknown, line, looked_for,
};
use crate::reconnect::{CORE, OTHER, lasting, lasting_with};
use crate::support::{connected, connected_with, millis, within};

/// A call whose connection is lost when its command was heard, or when it was taken, and what is then answered to those
/// who look for it.
async fn lost(taken: bool, core: &str, answers: &[String]) -> (Outcome, usize) {
    let (port, client, mut switch) = lasting().await;
    let (dialled, _) = dial(call(&client, TEXT), &mut switch, taken).await;
    drop(switch);
    let switch = back(&port, core).await;
    let looking = tokio::spawn(looked_for(switch, answers.to_vec()));
    let outcome = dialled.await.unwrap();
    drop(client);
    (outcome, looking.await.unwrap())
}

pub(super) fn up() -> String {
    channel(CALL, EXECUTE, "answered", &[])
}

/// Sent on in early media, as an `originate` that does not ignore it does.
fn early() -> String {
    channel(CALL, EXECUTE, "early", &[])
}

/// Answered, but not yet sent on: the party may still have to confirm.
fn confirming() -> String {
    channel(CALL, CONSUME_MEDIA, "answered", &[])
}

pub(super) fn ringing() -> String {
    channel(CALL, CONSUME_MEDIA, "ringing", &[])
}

fn hung_up(cause: &str, answered_at: &str) -> String {
    let more = [("Hangup-Cause", cause), ("Caller-Channel-Answered-Time", answered_at)];
    channel(CALL, HANGUP, "hangup", &more)
}

/// All of these at once: where nothing is found each takes some seconds.
async fn at_once<T, F>(cases: impl IntoIterator<Item = T>, test: impl Fn(T) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    within(cases.into_iter().map(test).collect::<JoinSet<()>>().join_all()).await;
}

#[tokio::test]
async fn lost_in_flight_and_found() {
    let ways = || [vec![up()], vec![early()], vec![ringing(), up()], vec![ABSENT.into(), up()]];
    at_once(
        [false, true].into_iter().flat_map(|taken| ways().map(|answers| (taken, answers))),
        lost_and_found,
    )
    .await;
}

async fn lost_and_found((taken, answers): (bool, Vec<String>)) {
    let (outcome, asked) = lost(taken, CORE, &answers).await;
    let call = outcome.unwrap();
    assert_eq!((call.uuid().as_str(), call.was_found(), asked), (CALL, true, answers.len()));
}

#[tokio::test]
async fn lost_in_flight_and_not_found() {
    at_once([(false, CORE), (false, OTHER), (true, CORE), (true, OTHER)], lost_and_not_found).await;
}

async fn lost_and_not_found((taken, core): (bool, &str)) {
    let (outcome, asked) = lost(taken, core, &[ABSENT.into()]).await;
    assert!(is_unknown(&outcome, &[CALL.into()]), "{outcome:?}");
    let error = outcome.unwrap_err();
    assert!(!error.is_safe_to_repeat());
    assert!(asked > 1, "asked but once");
    let OriginateError::Unknown { source, .. } = &error else { unreachable!() };
    match (taken, core == OTHER, source.as_deref()) {
        (_, true, Some(Error::Job(JobLost::Restarted))) => {}
        (false, false, Some(Error::Disconnected { executed: Executed::Unknown, .. })) => {}
        (true, false, None) => {}
        other => panic!("{other:?}"),
    }
}

/// Whoever sees it end knows why; one that was answered did not fail. Of one that was alive, and whose end nobody saw, it
/// is not known.
#[tokio::test]
async fn lost_in_flight_and_seen_to_end() {
    let seen = || {
        [
            (vec![ringing(), hung_up("USER_BUSY", "0"), ABSENT.into()], "failed"),
            (vec![hung_up("NORMAL_CLEARING", "1795216198000000"), ABSENT.into()], "ended"),
            (vec![ringing(), ABSENT.into()], "unknown"),
        ]
    };
    at_once([false, true].into_iter().flat_map(|taken| seen().map(|seen| (taken, seen))), lost_and_seen)
        .await;
}

async fn lost_and_seen((taken, (answers, expected)): (bool, (Vec<String>, &str))) {
    let (outcome, _) = lost(taken, CORE, &answers).await;
    match &outcome {
        Err(error @ OriginateError::Ended { .. }) if expected == "ended" => {
            assert!(!error.is_safe_to_repeat());
        }
        outcome if expected == "failed" => {
            assert_eq!(failed(outcome), Some(&HangupCause::UserBusy), "{outcome:?}");
        }
        outcome => {
            assert!(is_unknown(outcome, &[CALL.into()]) && expected == "unknown", "{expected}: {outcome:?}");
        }
    }
}

/// The end of its job comes over the next connection, whether the `bgapi` was answered or not.
#[tokio::test]
async fn the_switch_says_it_late() {
    within(async {
        for (taken, found) in
            [(false, ringing()), (true, ringing()), (false, confirming()), (true, confirming())]
        {
            for said in ["+OK call-1\n", "-ERR NO_ANSWER\n"] {
                let (port, client, mut switch) = lasting().await;
                let (dialled, job) = dial(call(&client, TEXT), &mut switch, taken).await;
                drop(switch);
                let mut switch = back(&port, CORE).await;
                // It is waited for, and asked for again.
                for _ in 0..2 {
                    switch.expect("api uuid_dump call-1 json").await;
                    switch.answer(&found).await;
                }
                switch.end_job(&job, said).await;
                let outcome = dialled.await.unwrap();
                match said.starts_with("+OK") {
                    true => assert!(!outcome.unwrap().was_found()),
                    false => assert_eq!(failed(&outcome), Some(&HangupCause::NoAnswer)),
                }
                drop(client);
                looked_for(switch, vec![ABSENT.into()]).await;
            }
        }
    })
    .await;
}

/// Lost and found, and lost again.
#[tokio::test]
async fn lost_twice() {
    within(async {
        for taken in [false, true] {
            let (port, client, mut switch) = lasting().await;
            let (dialled, _) = dial(call(&client, TEXT), &mut switch, taken).await;
            for answer in [ringing(), ABSENT.to_owned(), ringing()] {
                drop(switch);
                switch = back(&port, CORE).await;
                switch.expect("api uuid_dump call-1 json").await;
                switch.answer(&answer).await;
            }
            // The third connection is lost while it is asked.
            switch.expect("api uuid_dump call-1 json").await;
            drop(switch);
            let looking = tokio::spawn(looked_for(back(&port, CORE).await, vec![up()]));
            assert!(dialled.await.unwrap().unwrap().was_found());
            drop(client);
            looking.await.unwrap();
        }
    })
    .await;
}

/// One that rings on when patience ends is told to do so.
#[tokio::test]
async fn found_ringing_and_never_answered() {
    within(async {
        let (port, client, mut switch) = lasting_with(|config| config.job_timeout = millis(400)).await;
        let (dialled, _) = dial(call(&client, TEXT), &mut switch, true).await;
        drop(switch);
        let looking = tokio::spawn(looked_for(back(&port, CORE).await, vec![ringing()]));
        match dialled.await.unwrap() {
            Err(OriginateError::Ringing { uuid, answer_state, .. }) => {
                assert_eq!((uuid.as_str(), answer_state), (CALL, Some(AnswerState::Ringing)));
            }
            other => panic!("{other:?}"),
        }
        drop(client);
        looking.await.unwrap();
    })
    .await;
}

/// The `bgapi` is not answered in time, and later it is.
#[tokio::test]
async fn a_timeout_with_late_success() {
    within(async {
        for said in [true, false] {
            let (client, mut switch) = connected().await;
            let call = call(&client.with_timeout(millis(50)), TEXT);
            let line = line(&call, TEXT);
            let (outcome, ()) = tokio::join!(call, async {
                let job = begin(&mut switch, &line).await;
                // Looked for behind the command that has no answer.
                switch.expect("api uuid_dump call-1 json").await;
                switch.take_job(&job).await;
                switch.answer(ABSENT).await;
                if said {
                    switch.end_job(&job, "+OK call-1\n").await;
                } else {
                    switch.expect("api uuid_dump call-1 json").await;
                    switch.answer(&up()).await;
                }
            });
            assert_eq!(outcome.unwrap().was_found(), !said);
            drop(client);
            looked_for(switch, vec![ABSENT.into()]).await;
        }
    })
    .await;
}

/// The job takes longer than it may.
#[tokio::test]
async fn a_job_that_times_out() {
    at_once([(up(), "up"), (ringing(), "ringing"), (ABSENT.into(), "unknown")], timed_out).await;
}

async fn timed_out((answer, expected): (String, &str)) {
    let (client, mut switch) = connected_with(|config| config.job_timeout = millis(100)).await;
    let (dialled, _) = dial(call(&client, TEXT), &mut switch, true).await;
    let looking = tokio::spawn(looked_for(switch, vec![answer]));
    let outcome = dialled.await.unwrap();
    let timed_out =
        |source: &Option<Box<Error>>| matches!(source.as_deref(), Some(Error::Job(JobLost::TimedOut)));
    match (&outcome, expected) {
        (Ok(call), "up") => assert!(call.was_found()),
        (Err(OriginateError::Ringing { source, .. }), "ringing") => assert!(timed_out(source)),
        (Err(OriginateError::Unknown { source, .. }), "unknown") => assert!(timed_out(source)),
        other => panic!("{other:?}"),
    }
    drop(client);
    looking.await.unwrap();
}

/// Without another connection nothing can be asked.
#[tokio::test]
async fn the_end_of_the_connection() {
    within(async {
        for taken in [false, true] {
            let (client, mut switch) = connected().await;
            let call = call(&client, TEXT).look_for(Duration::from_secs(3600));
            let (dialled, _) = dial(call, &mut switch, taken).await;
            drop(switch);
            let outcome = dialled.await.unwrap();
            assert!(is_unknown(&outcome, &[CALL.into()]), "{outcome:?}");
            assert!(Error::from(outcome.unwrap_err()).is_closed());
            drop(client);
        }
    })
    .await;
}

/// Nor is anything known of a call while the connection does not come back.
#[tokio::test]
async fn a_connection_that_does_not_come_back() {
    within(async {
        let (port, client, mut switch) =
            lasting_with(|config| config.reconnect.as_mut().unwrap().first = Duration::from_secs(3600)).await;
        let call = call(&client, TEXT).look_for(millis(300));
        let (dialled, _) = dial(call, &mut switch, true).await;
        drop(switch);
        let outcome = dialled.await.unwrap();
        assert!(is_unknown(&outcome, &[CALL.into()]), "{outcome:?}");
        drop((client, port));
    })
    .await;
}
