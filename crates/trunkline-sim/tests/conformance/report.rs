//! What came of the scenarios.

use std::collections::BTreeMap;
use std::io::Write as _;

use crate::play::Failure;
use crate::scenario::Scenario;

#[derive(Debug)]
pub(crate) enum Outcome {
    Passed,
    /// Known not to work yet, and it does not: where it ends.
    Pending(Failure),
    /// Said not to work yet, but it does.
    NoLongerPending,
    /// Known to differ from run to run, and it did.
    Unsteady(String),
    Failed(Failure),
}

#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    passed: usize,
    pending: usize,
    unsteady: usize,
    failed: usize,
}

/// The outcomes, by family.
#[derive(Debug)]
pub(crate) struct Report {
    of: &'static str,
    families: BTreeMap<String, Counts>,
    /// What is to be read, by path.
    said: BTreeMap<String, String>,
    good: bool,
}

impl Report {
    pub(crate) fn new(of: &'static str) -> Self {
        Self { of, families: BTreeMap::new(), said: BTreeMap::new(), good: true }
    }

    pub(crate) fn add(&mut self, scenario: &Scenario, outcome: Outcome) {
        let path = &scenario.path;
        let counts = self.families.entry(scenario.family.clone()).or_default();
        let said = match outcome {
            Outcome::Passed => {
                counts.passed += 1;
                return;
            }
            Outcome::Pending(failure) => {
                counts.pending += 1;
                if std::env::var_os("TRUNKLINE_CONFORMANCE_PENDING").is_none() {
                    return;
                }
                explained("PENDING", path, &failure)
            }
            Outcome::Unsteady(reason) => {
                counts.unsteady += 1;
                format!("NOT AS WRITTEN THIS TIME: conformance/{path}: {reason}")
            }
            Outcome::NoLongerPending => {
                counts.failed += 1;
                format!("NO LONGER PENDING: conformance/{path}: take its `pending:` line out")
            }
            Outcome::Failed(failure) => {
                counts.failed += 1;
                failed(path, &failure)
            }
        };
        self.good = self.families.values().all(|counts| counts.failed == 0);
        self.said.insert(path.clone(), said);
    }

    /// Whether all did as they were known to.
    pub(crate) fn is_good(&self) -> bool {
        self.good
    }

    /// What failed, and the table of all families.
    pub(crate) fn print(&self) {
        let mut text = String::new();
        for said in self.said.values() {
            text += &format!("{said}\n\n");
        }
        text += &format!("conformance of {:<19} passed  pending  unsteady  FAILED\n", self.of);
        let mut all = Counts::default();
        for (family, counts) in &self.families {
            text += &row(family, counts);
            all.passed += counts.passed;
            all.pending += counts.pending;
            all.unsteady += counts.unsteady;
            all.failed += counts.failed;
        }
        text += &row("all", &all);
        say(&text);
    }
}

fn row(family: &str, counts: &Counts) -> String {
    let Counts { passed, pending, unsteady, failed } = counts;
    format!("  {family:<32} {passed:>6}  {pending:>7}  {unsteady:>8}  {failed:>6}\n")
}

pub(crate) fn failed(path: &str, failure: &Failure) -> String {
    explained("FAILED", path, failure)
}

/// A failure as it is read: the place, the step, what was expected (-) and what came (+).
fn explained(what: &str, path: &str, failure: &Failure) -> String {
    let mut text = format!("{what}: conformance/{path}:{}: {}", failure.line, failure.text);
    for line in &failure.lines {
        text += &format!("\n    {line}");
    }
    text
}

/// Past the test harness, which keeps what passing tests print to itself.
pub(crate) fn say(text: &str) {
    let mut stderr = std::io::stderr().lock();
    writeln!(stderr, "{text}").unwrap();
}
