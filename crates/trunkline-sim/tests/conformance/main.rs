//! The scenarios of `conformance/` at the root of the repository, which describes them in its README, played against the
//! simulator, and where `TRUNKLINE_TEST_URL` names one, against a real switch, which is the judge of what they say.
//!
//! - `TRUNKLINE_CONFORMANCE=events/` plays those whose path has this in it;
//! - `TRUNKLINE_CONFORMANCE_PENDING=1` tells where those end that the simulator does not keep to yet;
//! - `TRUNKLINE_CONFORMANCE_BLESS=1` takes the `pending:` line out of those the simulator keeps to by now;
//! - `TRUNKLINE_CONFORMANCE_SLOW=1` plays those, too, that take half a minute;
//! - `TRUNKLINE_CONFORMANCE_ALONE=` an address, and `TRUNKLINE_CONFORMANCE_START=` a command: a real switch nobody else
//!   uses, and how it is started, for scenarios that others would feel;
//! - `TRUNKLINE_CONFORMANCE_RECORD=1` fills in, from the real switch, what a scenario leaves open.

/// Whether a message is the one expected.
mod check;
/// Whether the scenarios cover what is simulated.
mod coverage;
/// Text that stands for bytes, with masks.
mod pattern;
/// A connection.
mod peer;
/// A scenario, played.
mod play;
/// What a switch said, as lines of a scenario.
mod record;
/// What came of all of them, by family.
mod report;
/// Scenario files.
mod scenario;
/// Messages, for people to read.
mod show;
/// The switch that is talked to.
mod target;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use report::{Outcome, Report};
use scenario::Scenario;
use target::Target;
use tokio::task::JoinSet;

/// What a scenario that is known not to work yet waits at most for what does not come.
const PENDING_PATIENCE: Duration = Duration::from_secs(4);
/// How many of those are played at once.
const PENDING_AT_ONCE: usize = 160;
/// How many are recorded at once.
const AT_ONCE: usize = 8;
/// How often one that the simulator fails is played again: it lives in real time, and on a machine that is busy with
/// something else, what is said in between may come too late.
const AGAIN: usize = 2;
/// No scenario takes longer, whatever it waits for.
const LONGEST: Duration = Duration::from_secs(120);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance")
}

fn scenarios() -> Vec<Scenario> {
    let wanted = std::env::var("TRUNKLINE_CONFORMANCE").unwrap_or_default();
    let read: Result<Vec<_>, _> = scenario::all(&root()).into_iter().collect();
    let mut scenarios = read.unwrap_or_else(|error| panic!("{error}"));
    let slowly = std::env::var_os("TRUNKLINE_CONFORMANCE_SLOW").is_some();
    scenarios.retain(|scenario| scenario.path.contains(&wanted) && (slowly || scenario.slow.is_none()));
    assert!(!scenarios.is_empty(), "no scenario has {wanted:?} in its path");
    scenarios
}

/// Plays one, and says what came of it.
async fn judge(scenario: &Scenario, target: &Target, real: bool) -> Outcome {
    let pending = scenario.pending.is_some() && !real;
    let patience = if pending { PENDING_PATIENCE } else { target.patience };
    let played = tokio::time::timeout(LONGEST, play::play(scenario, target, patience)).await;
    let played = played.unwrap_or_else(|_| {
        Err(play::Failure { line: 1, text: "(all of it)".into(), lines: vec![format!("took {LONGEST:?}")] })
    });
    match (played, &scenario.unsteady) {
        (Ok(()), _) if pending && std::env::var_os("TRUNKLINE_CONFORMANCE_BLESS").is_some() => {
            bless(scenario);
            Outcome::Passed
        }
        (Ok(()), _) if pending => Outcome::NoLongerPending,
        (Ok(()), _) => Outcome::Passed,
        (Err(failure), _) if pending => Outcome::Pending(failure),
        (Err(_), Some(reason)) if real => Outcome::Unsteady(reason.clone()),
        (Err(failure), _) => Outcome::Failed(failure),
    }
}

/// Takes the line out that says it does not work yet.
fn bless(scenario: &Scenario) {
    let path = root().join(&scenario.path);
    let text = std::fs::read_to_string(&path).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with("pending: "));
    std::fs::write(&path, lines.map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    report::say(&format!("no longer pending: conformance/{}", scenario.path));
}

/// Plays all, so many at once. Those known not to work yet come last and more at once: they mostly wait.
async fn judge_all(mut scenarios: Vec<Scenario>, target: Target, real: bool) -> Report {
    let target = Arc::new(target);
    let mut report = Report::new(if real { "the real switch" } else { "the simulator" });
    let mut running = JoinSet::new();
    scenarios.sort_by_key(|scenario| scenario.pending.is_some() && !real);
    for scenario in scenarios {
        let pending = scenario.pending.is_some() && !real;
        let at_once = if pending { PENDING_AT_ONCE } else { target.at_once };
        if running.len() >= at_once
            && let Some(done) = running.join_next().await
        {
            let (scenario, outcome): (Scenario, Outcome) = done.unwrap();
            report.add(&scenario, outcome);
        }
        let target = Arc::clone(&target);
        running.spawn(async move {
            let mut outcome = judge(&scenario, &target, real).await;
            for _ in 0..AGAIN {
                if let Outcome::Failed(why) = &outcome
                    && !real
                {
                    eprintln!("{} is played again: line {}: {}", scenario.path, why.line, why.text);
                    outcome = judge(&scenario, &target, real).await;
                }
            }
            (scenario, outcome)
        });
    }
    for (scenario, outcome) in running.join_all().await {
        report.add(&scenario, outcome);
    }
    report
}

/// Those that others would not feel, and those that need a switch of their own.
fn shared_and_alone() -> (Vec<Scenario>, Vec<Scenario>) {
    scenarios().into_iter().partition(|scenario| scenario.alone.is_none())
}

fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

#[test]
fn the_simulator_keeps_to_them() {
    let report = run(async {
        let sim = target::simulator().start().await.unwrap();
        let (shared, alone) = shared_and_alone();
        let mut report = judge_all(shared, Target::simulated(&sim), false).await;
        sim.stop().await;
        for scenario in alone {
            let sim = target::simulator().start().await.unwrap();
            let outcome = judge(&scenario, &Target::simulated(&sim), false).await;
            report.add(&scenario, outcome);
            sim.stop().await;
        }
        report
    });
    report.print();
    assert!(report.is_good(), "the simulator does not keep to the scenarios: see above");
}

#[test]
fn the_real_switch_keeps_to_them() {
    let Some(target) = Target::real() else {
        report::say("NOT RUN: conformance of a real switch: TRUNKLINE_TEST_URL does not say where one is");
        return;
    };
    if std::env::var_os("TRUNKLINE_CONFORMANCE_RECORD").is_some() {
        return run(fill_in(target));
    }
    let report = run(async {
        let (shared, alone) = shared_and_alone();
        let mut report = judge_all(shared, target, true).await;
        for scenario in &alone {
            match Target::alone() {
                Some(target) => report.add(scenario, judge(scenario, &target, true).await),
                None => report::say(&format!(
                    "NOT RUN: conformance/{}: it needs a switch of its own, and TRUNKLINE_CONFORMANCE_ALONE does not say \
                     where one is",
                    scenario.path
                )),
            }
        }
        report
    });
    report.print();
    assert!(report.is_good(), "the real switch does not keep to the scenarios: see above");
}

/// Writes what the switch says into the scenarios that leave it open.
async fn fill_in(target: Target) {
    let target = Arc::new(target);
    let mut running = JoinSet::new();
    let (shared, alone) = shared_and_alone();
    for scenario in alone.into_iter().filter(Scenario::is_open) {
        if let Some(target) = Target::alone() {
            fill_in_one(&scenario, &target).await;
        }
    }
    for scenario in shared.into_iter().filter(Scenario::is_open) {
        let target = Arc::clone(&target);
        running.spawn(async move { fill_in_one(&scenario, &target).await });
        if running.len() >= AT_ONCE {
            running.join_next().await;
        }
    }
    running.join_all().await;
}

async fn fill_in_one(scenario: &Scenario, target: &Target) {
    let path = root().join(&scenario.path);
    match play::record(scenario, target, target.patience).await {
        Ok(recorded) => {
            let text = std::fs::read_to_string(&path).unwrap();
            let lines = text.lines().enumerate().flat_map(|(at, line)| {
                recorded.get(&(at + 1)).cloned().unwrap_or_else(|| vec![line.to_owned()])
            });
            std::fs::write(&path, lines.map(|line| line + "\n").collect::<String>()).unwrap();
            report::say(&format!("recorded: {}", scenario.path));
        }
        Err(failure) => report::say(&report::failed(&scenario.path, &failure)),
    }
}
