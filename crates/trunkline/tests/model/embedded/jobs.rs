//! Jobs whose connection ends before they do: each is told of once, and what is told is true.

use std::sync::mpsc::{self, Receiver, TryRecvError};

use trunkline::Event;
use trunkline::model::{Altered, Change, Job, NoJob, Observed};
use trunkline::proto::{ConnectionConfig, Credentials, JobLost, Unanswered};
use trunkline_sim::{Switch, SwitchConfig, User};

use super::Loop;

/// How far its `bgapi` came before the bytes ended.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Come {
    /// Nothing of it was written.
    Unwritten,
    /// Some of its bytes were.
    HalfWritten,
    /// The switch has it, and what it answered was not read.
    Unanswered,
    /// The switch has taken it.
    Taken,
}

/// What comes after.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Then {
    /// Nothing: the connection is not one that lasts.
    Nothing,
    /// The program says that it has had enough.
    Close,
    /// Another connection, and later the job's end, if it was begun.
    Back,
    /// The job's end, which nobody hears, and another connection.
    EndedBefore,
    /// Another connection, to another run of the switch.
    Anew,
}

/// It takes that long in the switch.
const JOB: &str = "msleep 5000";

fn ask(all: &mut Loop, id: &str) -> Receiver<Result<Event, NoJob>> {
    let (done, result) = mpsc::channel();
    let now = all.instant();
    let done = move |it| done.send(it).expect("waited for");
    all.model.start_job(JOB, id.into(), done, now).expect("sayable");
    result
}

fn begin(all: &mut Loop, come: Come) -> Receiver<Result<Event, NoJob>> {
    let result = ask(all, "job");
    match come {
        Come::Unwritten => {}
        Come::HalfWritten => drop(all.say(all.model.transmit().len() - 3)),
        Come::Unanswered => {
            all.say(usize::MAX);
            while all.sim.poll_effect().is_some() {}
        }
        Come::Taken => all.exchange(),
    }
    result
}

fn go_on(all: &mut Loop, then: Then) {
    all.end();
    match then {
        Then::Nothing => {}
        Then::Close => all.model.close(all.instant()),
        Then::Back => all.connect(),
        Then::EndedBefore => {
            all.pass_millis(10_000);
            all.connect();
        }
        Then::Anew => {
            let mut config = SwitchConfig::default();
            config.seed = 7;
            all.sim = Switch::new(config, all.now);
            all.connect();
        }
    }
    all.pass_millis(20_000);
}

/// What the program was told of it.
fn told(result: &Receiver<Result<Event, NoJob>>) -> String {
    let told = match result.try_recv() {
        Err(TryRecvError::Empty) => return "waits".to_owned(),
        Err(TryRecvError::Disconnected) => "dropped".to_owned(),
        Ok(Ok(event)) => event.body().unwrap_or_default().trim().to_owned(),
        Ok(Err(NoJob::Unanswered(Unanswered::Disconnected { executed, .. }))) => {
            format!("executed: {executed:?}")
        }
        Ok(Err(NoJob::Lost(JobLost::Disconnected(_)))) => "disconnected".to_owned(),
        Ok(Err(NoJob::Lost(lost))) => format!("{lost:?}"),
        Ok(Err(other)) => other.to_string(),
    };
    assert!(result.try_recv().is_err(), "told twice");
    told
}

/// What the model has told of it.
fn changes(all: &Loop) -> String {
    let batches = all.observed.iter().filter_map(|it| match it {
        Observed::Changes(batch) => Some(batch),
        _ => None,
    });
    let changes = batches.flat_map(|batch| batch.changes()).filter_map(Change::of::<Job>);
    let words: Vec<String> = changes
        .map(|altered| {
            let away = if altered.while_away() { " while away" } else { "" };
            match altered {
                Altered::Created { .. } => format!("begun{away}"),
                Altered::Updated { fields, .. } => format!("{fields:?}{away}"),
                Altered::Removed { cause, .. } => format!("{cause:?}{away}"),
                other => format!("{other:?}"),
            }
        })
        .collect();
    words.join(" ")
}

/// How many callbacks wait, and how many jobs the model has.
fn running(all: &Loop) -> (usize, usize) {
    (all.model.pending_jobs().count(), all.model.view().jobs().len())
}

#[test]
fn each_is_told_of_once_whenever_the_bytes_end() {
    use Come::{HalfWritten, Taken, Unanswered, Unwritten};
    use Then::{Anew, Back, Close, EndedBefore, Nothing};
    let (never, maybe) = ("executed: No", "executed: Unknown");
    let lost = "begun Unknown while away";
    for (come, thens, expected, model) in [
        (Unwritten, &[Nothing, Close][..], never, ""),
        // It is said to the next connection, whoever that is.
        (Unwritten, &[Back, EndedBefore, Anew], "+OK", "begun Ended"),
        (HalfWritten, &[Nothing, Close, Back, EndedBefore, Anew], maybe, ""),
        (Unanswered, &[Nothing, Close, Back, EndedBefore, Anew], maybe, ""),
        (Taken, &[Nothing, Close], "disconnected", lost),
        (Taken, &[Back], "+OK", "begun {CrossedGap} while away Ended"),
        // Nobody can say.
        (Taken, &[EndedBefore], "waits", "begun {CrossedGap} while away"),
        (Taken, &[Anew], "Restarted", "begun Restarted while away"),
    ] {
        for &then in thens {
            let mut connection = ConnectionConfig::new(Credentials::Password("ClueCon".into()));
            connection.lasting = then != Nothing;
            let mut all = Loop::connected(65_536, SwitchConfig::default(), connection);
            all.pass_millis(2000);
            let result = begin(&mut all, come);
            go_on(&mut all, then);
            assert_eq!((&*told(&result), &*changes(&all)), (expected, model), "{come:?}, {then:?}");
            let waits = usize::from(expected == "waits");
            assert_eq!(running(&all), (waits, waits), "{come:?}, {then:?}");
            // That it is said no more is the end of those that still wait.
            all.model.close(all.instant());
            all.exchange();
            if waits == 1 {
                assert_eq!(told(&result), "disconnected");
                assert_eq!(changes(&all), format!("{model} Unknown while away"));
            }
            assert_eq!(running(&all), (0, 0), "{come:?}, {then:?}");
            assert!(matches!(all.observed.last(), Some(Observed::Closed(_))), "{come:?}, {then:?}");
            assert!(all.model.view().stale().is_some());
        }
    }
}

/// What is run may hold a password.
#[test]
fn what_it_runs_is_not_shown() {
    let mut all = Loop::new(65_536);
    all.pass_millis(2000);
    let now = all.instant();
    let line = "originate {sip_auth_password=hunter2}loopback/6003 &park";
    all.model.start_job(line, "job".into(), |_| {}, now).expect("sayable");
    let before = format!("{:?}", all.model);
    // It rings: the call has told nothing of itself but where to.
    all.exchange();
    let job = all.model.view().jobs().get("job").cloned().expect("it runs");
    assert_eq!((job.command.as_str(), format!("{:?}", job.command)), (line, "originate …".to_owned()));
    assert!(!format!("{before} {job:?}").contains("hunter2"), "{before}");
}

/// One may have had enough of a job, whether or not the switch has taken it.
#[test]
fn one_that_is_forgotten_is_told_of_no_more() {
    for (come, expected) in
        [(Come::Unwritten, ""), (Come::Unanswered, ""), (Come::Taken, "begun TimedOut while away")]
    {
        let mut all = Loop::new(65_536);
        all.pass_millis(2000);
        let result = begin(&mut all, come);
        let now = all.instant();
        assert!(all.model.forget_job(&"job".into(), now));
        assert!(!all.model.forget_job(&"job".into(), now));
        all.pass_millis(20_000);
        assert_eq!(
            (&*told(&result), &*changes(&all), running(&all)),
            ("dropped", expected, (0, 0)),
            "{come:?}"
        );
    }
}

/// One that is begun before an event tells that the switch is another one is that one's all the same.
#[test]
fn one_that_is_begun_after_the_switch_is_not_taken_for_one_of_before() {
    let mut all = Loop::new(65_536);
    all.pass_millis(2000);
    // Which run it is the model has from events.
    all.sim.api("uuid_kill old", all.now);
    all.pass_millis(1000);
    let former = begin(&mut all, Come::Taken);
    all.end();
    let next = ask(&mut all, "next");
    let mut config = SwitchConfig::default();
    config.seed = 7;
    all.sim = Switch::new(config, all.now);
    all.connect();
    all.sim.api("originate {origination_uuid=new}null/1 &park", all.now);
    all.pass_millis(2000);
    assert_eq!(all.channels(), ["new"]);
    assert_eq!((&*told(&former), &*told(&next)), ("Restarted", "waits"));
    assert_eq!(all.model.view().jobs().len(), 1);
    all.pass_millis(20_000);
    assert_eq!((&*told(&next), &*changes(&all)), ("+OK", "begun Restarted while away begun Ended"));
}

/// Who may not have BACKGROUND_JOB, or not run that, is told so, and the model keeps nothing of it.
#[test]
fn those_that_cannot_be_heard_of() {
    let refused = "the switch did not start the job: permission denied";
    for (events, api, expected) in [("CHANNEL_CREATE", "msleep", "NotPermitted"), ("ALL", "status", refused)]
    {
        let mut config = SwitchConfig::default();
        config.users = vec![User::new("ops", "pbx", "secret").events(events).api(api)];
        let credentials = Credentials::User { user: "ops@pbx".into(), password: "secret".into() };
        let mut all = Loop::with(65_536, config, credentials);
        all.pass_millis(2000);
        let result = begin(&mut all, Come::Taken);
        all.pass_millis(10_000);
        assert_eq!((&*told(&result), &*changes(&all)), (expected, ""), "{events}");
        assert_eq!(running(&all), (0, 0));
    }
}
