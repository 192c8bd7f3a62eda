//! Calls that are dialled at most once, whatever becomes of the connection.

use std::error::Error as _;
use std::time::Duration;

use trunkline::dialstring::Originate;
use trunkline::{
    AnswerState, ChannelUuid, Client, Error, EventFormat, Executed, HangupCause, JobLost, OriginateError,
    Originated, Originating, Refusal,
};

use crate::reconnect::{CORE, OTHER, Switch, accept, lasting, lasting_with};
use crate::support::{Port, connected, connected_with, event, millis, within};

mod simulated;
mod walk;

type Outcome = Result<Originated, OriginateError>;

const ABSENT: &str = "-ERR No such channel!\n";

fn parse(text: &str) -> Originate {
    text.parse().unwrap()
}

fn call(client: &Client, text: &str) -> Originating {
    client.originate(parse(text)).look_for(millis(300))
}

/// What is dialled by it.
fn line(call: &Originating, text: &str) -> String {
    let mut uuids = call.uuids().iter().filter(|uuid| !text.contains(&format!("={uuid}"))).cloned();
    parse(text).with_leg_uuids(|| uuids.next().unwrap()).unwrap().0.command()
}

/// The first job of a connection is begun.
async fn begin(switch: &mut Switch, line: &str) -> String {
    switch.expect("event plain BACKGROUND_JOB").await;
    let job = switch.expect_job(line).await;
    switch.reply("+OK event listener enabled plain").await;
    job
}

/// The same, and taken.
async fn take(switch: &mut Switch, line: &str) -> String {
    let job = begin(switch, line).await;
    switch.take_job(&job).await;
    job
}

/// Connected to again, and subscribed again.
async fn back(port: &Port, core: &str) -> Switch {
    let mut switch = accept(port, core).await;
    switch.expect("event plain BACKGROUND_JOB").await;
    switch.reply("+OK event listener enabled plain").await;
    switch
}

/// A channel as `uuid_dump` shows it.
fn channel(uuid: &str, state: u8, answer_state: &str, more: &[(&str, &str)]) -> String {
    let number = state.to_string();
    let headers = [
        ("Channel-Call-State", "-"),
        ("Channel-State-Number", &*number),
        ("Unique-ID", uuid),
        ("Answer-State", answer_state),
        ("Caller-Direction", "outbound"),
    ];
    let event = event("CHANNEL_DATA", &[&headers, more].concat());
    String::from_utf8(event.to_event(EventFormat::Json).unwrap().payload().to_vec()).unwrap()
}

const EXECUTE: u8 = 4;
const CONSUME_MEDIA: u8 = 7;
const HANGUP: u8 = 10;

/// Is asked for a call until the client leaves, and how often; each answer as given, the last one again and again.
async fn looked_for(mut switch: Switch, answers: Vec<String>) -> usize {
    let mut asked = 0;
    while let Some(heard) = switch.hear_or_end().await.filter(|heard| heard != "exit") {
        assert_eq!(heard, format!("api uuid_dump {CALL} json"), "nothing but looking");
        switch.answer(answers.get(asked).or(answers.last()).unwrap()).await;
        asked += 1;
    }
    asked
}

fn failed(outcome: &Outcome) -> Option<&HangupCause> {
    outcome.as_ref().err().and_then(OriginateError::hangup_cause)
}

fn is_unknown(outcome: &Outcome, uuids: &[ChannelUuid]) -> bool {
    matches!(outcome, Err(OriginateError::Unknown { uuids: of, .. }) if of == uuids)
}

#[tokio::test]
async fn what_the_switch_says() {
    within(async {
        for (said, expected) in [
            ("+OK {}\n", "ok"),
            ("-ERR USER_BUSY\n", "failed USER_BUSY"),
            ("-ERR SOMETHING_NEW\n", "failed SOMETHING_NEW"),
            ("-ERR permission denied\n", "refused"),
            ("-ERR originate Command not found!\n", "refused"),
            ("-USAGE: <call url> <exten>|&<application_name>(<app_args>)\n", "refused"),
        ] {
            let (client, mut switch) = connected().await;
            let call = call(&client, "null/1 &park");
            let (line, uuid) = (line(&call, "null/1 &park"), call.uuid().clone());
            assert_eq!(call.uuids(), [uuid.clone()]);
            let (outcome, ()) = tokio::join!(call, async {
                let job = take(&mut switch, &line).await;
                switch.end_job(&job, &said.replace("{}", uuid.as_str())).await;
            });
            let told = match &outcome {
                Ok(call) if *call.uuid() == uuid && !call.was_found() => "ok".to_owned(),
                Err(OriginateError::Failed { cause }) => format!("failed {cause}"),
                Err(OriginateError::Refused { source }) => {
                    assert!(source.api_error().is_some());
                    "refused".to_owned()
                }
                other => panic!("{said}: {other:?}"),
            };
            assert_eq!(told, expected);
            assert!(outcome.is_ok() || outcome.unwrap_err().is_safe_to_repeat());
            drop(client);
            switch.leave().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_call_under_another_id() {
    within(async {
        let (client, mut switch) = connected().await;
        let text = "{origination_uuid=call-1}null/1 &park";
        let call = call(&client, text);
        assert_eq!(call.uuid().as_str(), "call-1");
        let line = line(&call, text);
        let (outcome, ()) = tokio::join!(call, async {
            let job = take(&mut switch, &line).await;
            switch.end_job(&job, "+OK another\n").await;
        });
        let error = outcome.unwrap_err();
        let OriginateError::OtherUuid { asked, uuid } = &error else { panic!("{error:?}") };
        assert_eq!((&asked[..], uuid.as_str()), (&["call-1".into()][..], "another"));
        assert!(!error.is_safe_to_repeat());
        let told = error.to_string();
        assert!(told.contains("another") && told.contains("call-1") && told.contains("hang one"), "{told}");
        drop(client);
        switch.leave().await;
    })
    .await;
}

/// Any of its legs may be the call.
#[tokio::test]
async fn of_several_legs_one_is_the_call() {
    within(async {
        let text = "{origination_uuid=a}null/1,null/2|[origination_uuid=c]null/3:_:null/4 &park";
        for which in 0..4 {
            let (client, mut switch) = connected().await;
            let call = call(&client, text);
            let uuids = call.uuids().to_vec();
            assert_eq!((uuids.len(), uuids[0].as_str(), uuids[2].as_str()), (4, "a", "c"));
            let line = line(&call, text);
            let (outcome, ()) = tokio::join!(call, async {
                let job = take(&mut switch, &line).await;
                switch.end_job(&job, &format!("+OK {}\n", uuids[which])).await;
            });
            assert_eq!(*outcome.unwrap().uuid(), uuids[which]);
            drop(client);
            switch.leave().await;
        }
    })
    .await;
}

#[tokio::test]
async fn refused() {
    within(async {
        let (client, mut switch) = connected().await;
        let call = call(&client, "null/1 &park");
        let line = line(&call, "null/1 &park");
        let (outcome, ()) = tokio::join!(call, async {
            begin(&mut switch, &line).await;
            switch.reply("-ERR permission denied").await;
        });
        let error = outcome.unwrap_err();
        let OriginateError::Refused { source } = &error else { panic!("{error:?}") };
        assert_eq!(source.reason(), Some(Refusal::PermissionDenied));
        assert!(error.source().is_some() && error.is_safe_to_repeat());
        assert!(matches!(Error::from(error), Error::Originate(OriginateError::Refused { .. })));
        // Nothing is looked for.
        drop(client);
        switch.leave().await;
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_sent_is_not_dialled() {
    within(async {
        let (client, mut switch) = connected().await;
        for text in [r"{origination_uuid=a\sb}null/1 &park", "{origination_uuid=a[}null/1 &park"] {
            match call(&client, text).await {
                Err(OriginateError::NotDialled { source }) => {
                    assert!(matches!(*source, Error::Misuse(_)), "{source}");
                }
                other => panic!("{text}: {other:?}"),
            }
        }
        // Nor is one that nobody waits for.
        drop(call(&client, "null/1 &park"));
        tokio::join!(client.close(), switch.leave());
        match call(&client, "null/1 &park").await {
            Err(error @ OriginateError::NotDialled { .. }) => assert!(error.is_safe_to_repeat()),
            other => panic!("{other:?}"),
        }
    })
    .await;
}

/// Given in a break it waits, and is dialled on the next connection.
#[tokio::test]
async fn one_that_was_not_written_is_dialled_later() {
    within(async {
        let (port, client, switch) = lasting().await;
        let mut states = client.state_changes();
        drop(switch);
        states.next().await.unwrap();
        let call = call(&client, "null/1 &park");
        let (line, uuid) = (line(&call, "null/1 &park"), call.uuid().clone());
        let (outcome, _switch) = tokio::join!(call, async {
            let mut switch = accept(&port, CORE).await;
            let job = take(&mut switch, &line).await;
            switch.end_job(&job, &format!("+OK {uuid}\n")).await;
            switch
        });
        assert_eq!(outcome.unwrap().uuid(), &uuid);
    })
    .await;
}

#[tokio::test]
async fn one_that_waits_too_long_is_not_dialled() {
    within(async {
        let (port, client, switch) = lasting_with(|config| {
            config.connection.command_timeout = millis(50);
            config.reconnect.as_mut().unwrap().first = Duration::from_secs(3600);
        })
        .await;
        let mut states = client.state_changes();
        drop(switch);
        states.next().await.unwrap();
        match call(&client, "null/1 &park").await {
            Err(OriginateError::NotDialled { source }) => {
                assert!(matches!(*source, Error::TimedOut { executed: Executed::No, .. }), "{source}");
            }
            other => panic!("{other:?}"),
        }
        drop((client, port));
    })
    .await;
}

const CALL: &str = "call-1";
const TEXT: &str = "{origination_uuid=call-1}null/1 &park";

/// A call whose connection is lost when its command was heard, or when it was taken, and what is then answered to those
/// who look for it.
async fn lost(taken: bool, core: &str, answers: &[String]) -> (Outcome, usize) {
    let (port, client, mut switch) = lasting().await;
    let call = call(&client, TEXT);
    let line = line(&call, TEXT);
    let dialled = tokio::spawn(call);
    let job = begin(&mut switch, &line).await;
    if taken {
        switch.take_job(&job).await;
    }
    drop(switch);
    let switch = back(&port, core).await;
    let looking = tokio::spawn(looked_for(switch, answers.to_vec()));
    let outcome = dialled.await.unwrap();
    drop(client);
    (outcome, looking.await.unwrap())
}

fn up() -> String {
    channel(CALL, EXECUTE, "answered", &[])
}

fn ringing() -> String {
    channel(CALL, CONSUME_MEDIA, "ringing", &[])
}

fn hung_up(cause: &str, answered_at: &str) -> String {
    let more = [("Hangup-Cause", cause), ("Caller-Channel-Answered-Time", answered_at)];
    channel(CALL, HANGUP, "hangup", &more)
}

#[tokio::test]
async fn lost_in_flight_and_found() {
    within(async {
        for taken in [false, true] {
            for (answers, looks) in
                [(vec![up()], 1), (vec![ringing(), up()], 2), (vec![ABSENT.into(), up()], 2)]
            {
                let (outcome, asked) = lost(taken, CORE, &answers).await;
                let call = outcome.unwrap();
                assert_eq!((call.uuid().as_str(), call.was_found(), asked), (CALL, true, looks));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn lost_in_flight_and_not_found() {
    within(async {
        for taken in [false, true] {
            for core in [CORE, OTHER] {
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
        }
    })
    .await;
}

/// Whoever sees it end knows why; one that was answered did not fail.
#[tokio::test]
async fn lost_in_flight_and_seen_to_end() {
    within(async {
        for taken in [false, true] {
            let answers = [ringing(), hung_up("USER_BUSY", "0"), ABSENT.into()];
            let (outcome, _) = lost(taken, CORE, &answers).await;
            assert_eq!(failed(&outcome), Some(&HangupCause::UserBusy), "{outcome:?}");
            let answers = [hung_up("NORMAL_CLEARING", "1795216198000000"), ABSENT.into()];
            match lost(taken, CORE, &answers).await.0 {
                Err(error @ OriginateError::Ended { .. }) => assert!(!error.is_safe_to_repeat()),
                other => panic!("{other:?}"),
            }
            // It was alive, and how it ended nobody saw.
            let (outcome, _) = lost(taken, CORE, &[ringing(), ABSENT.into()]).await;
            assert!(is_unknown(&outcome, &[CALL.into()]), "{outcome:?}");
        }
    })
    .await;
}

/// The end of its job comes over the next connection, whether the `bgapi` was answered or not.
#[tokio::test]
async fn the_switch_says_it_late() {
    within(async {
        for (taken, core) in [(false, CORE), (true, CORE)] {
            for said in ["+OK call-1\n", "-ERR NO_ANSWER\n"] {
                let (port, client, mut switch) = lasting().await;
                let call = call(&client, TEXT);
                let line = line(&call, TEXT);
                let dialled = tokio::spawn(call);
                let job = begin(&mut switch, &line).await;
                if taken {
                    switch.take_job(&job).await;
                }
                drop(switch);
                let mut switch = back(&port, core).await;
                switch.expect("api uuid_dump call-1 json").await;
                switch.answer(&ringing()).await;
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

/// One that rings on when patience ends is told to do so.
#[tokio::test]
async fn found_ringing_and_never_answered() {
    within(async {
        let (port, client, mut switch) = lasting_with(|config| config.job_timeout = millis(400)).await;
        let call = call(&client, TEXT);
        let line = line(&call, TEXT);
        let dialled = tokio::spawn(call);
        take(&mut switch, &line).await;
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
            let call =
                client.with_timeout(millis(50)).originate(parse(TEXT)).look_for(Duration::from_secs(20));
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
    within(async {
        for (answer, expected) in [(up(), "up"), (ringing(), "ringing"), (ABSENT.into(), "unknown")] {
            let (client, mut switch) = connected_with(|config| config.job_timeout = millis(100)).await;
            let call = call(&client, TEXT);
            let line = line(&call, TEXT);
            let dialled = tokio::spawn(call);
            take(&mut switch, &line).await;
            let looking = tokio::spawn(looked_for(switch, vec![answer]));
            let outcome = dialled.await.unwrap();
            let timed_out = |source: &Option<Box<Error>>| {
                matches!(source.as_deref(), Some(Error::Job(JobLost::TimedOut)))
            };
            match (&outcome, expected) {
                (Ok(call), "up") => assert!(call.was_found()),
                (Err(OriginateError::Ringing { source, .. }), "ringing") => assert!(timed_out(source)),
                (Err(OriginateError::Unknown { source, .. }), "unknown") => assert!(timed_out(source)),
                other => panic!("{other:?}"),
            }
            drop(client);
            looking.await.unwrap();
        }
    })
    .await;
}

/// Without another connection nothing can be asked.
#[tokio::test]
async fn the_end_of_the_connection() {
    within(async {
        for taken in [false, true] {
            let (client, mut switch) = connected().await;
            let call = call(&client, TEXT).look_for(Duration::from_secs(3600));
            let line = line(&call, TEXT);
            let dialled = tokio::spawn(call);
            let job = begin(&mut switch, &line).await;
            if taken {
                switch.take_job(&job).await;
            }
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
        let call = call(&client, TEXT);
        let line = line(&call, TEXT);
        let dialled = tokio::spawn(call);
        take(&mut switch, &line).await;
        drop(switch);
        let outcome = dialled.await.unwrap();
        assert!(is_unknown(&outcome, &[CALL.into()]), "{outcome:?}");
        drop((client, port));
    })
    .await;
}

/// What the switch prints is no answer to an originate: it may have dialled.
#[tokio::test]
async fn an_answer_nobody_understands() {
    within(async {
        let (client, mut switch) = connected().await;
        let call = call(&client, TEXT);
        let line = line(&call, TEXT);
        let dialled = tokio::spawn(call);
        let job = take(&mut switch, &line).await;
        switch.end_job(&job, "+OK\n").await;
        let looking = tokio::spawn(looked_for(switch, vec![up()]));
        assert!(dialled.await.unwrap().unwrap().was_found());
        drop(client);
        looking.await.unwrap();
    })
    .await;
}

/// Dropped once it was polled: it is dialled, and not asked for.
#[tokio::test]
async fn dropped() {
    within(async {
        let (client, mut switch) = connected().await;
        let mut call = Box::pin(call(&client, TEXT));
        let line = line(&call, TEXT);
        let job = tokio::select! {
            job = take(&mut switch, &line) => job,
            outcome = &mut call => panic!("{outcome:?}"),
        };
        drop(call);
        switch.end_job(&job, "+OK call-1\n").await;
        drop(client);
        assert_eq!(looked_for(switch, vec![ABSENT.into()]).await, 0);
    })
    .await;
}
