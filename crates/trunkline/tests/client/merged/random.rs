//! Losses in random order, against a model: a table of who vouches for which step.

use std::collections::HashSet;

use trunkline::{Events, Merged};

use super::{CORE, Line, fire, next};
use crate::support::within;

const LINES: usize = 3;

/// For each step, which lines vouch for it.
struct Model {
    steps: Vec<[bool; LINES]>,
    up: [bool; LINES],
    /// The step after the one in which it was last heard.
    heard: [usize; LINES],
    /// Where blind times that were told ended.
    told: HashSet<usize>,
}

impl Model {
    fn new() -> Self {
        Self { steps: vec![[true; LINES]], up: [true; LINES], heard: [1; LINES], told: HashSet::new() }
    }

    /// Something happens: a line that is back then was not while it did.
    fn step(&mut self) {
        let before = self.steps.last().copied().unwrap_or_default();
        self.steps.push(std::array::from_fn(|line| before[line] && self.up[line]));
        self.steps.push(self.up);
    }

    fn hear(&mut self, line: usize) {
        self.heard[line] = self.steps.len();
    }

    fn lose(&mut self, line: usize) {
        self.up[line] = false;
        self.steps[self.heard[line]..].iter_mut().for_each(|step| step[line] = false);
    }

    /// How many blind times have ended that were not told.
    fn gaps(&mut self) -> usize {
        let is_blind = |step: usize| self.steps[step] == [false; LINES];
        let ends = (1..self.steps.len()).filter(|step| is_blind(step - 1) && !is_blind(*step));
        let ends: Vec<usize> = ends.collect();
        ends.into_iter().filter(|end| self.told.insert(*end)).count()
    }
}

async fn expect_gaps(merged: &mut Merged, model: &mut Model) -> usize {
    let gaps = model.gaps();
    for _ in 0..gaps {
        assert_eq!(next(merged).await, "gap: Disconnected");
    }
    gaps
}

/// How many events came, and how many gaps.
async fn play(seed: u64, steps: usize) -> (usize, usize) {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut lines = Vec::new();
    let mut streams = Vec::new();
    for _ in 0..LINES {
        let (line, events) = Line::open(|_| {}).await;
        lines.push(line);
        streams.push(events);
    }
    let mut merged = Events::merge(streams);
    let mut model = Model::new();
    let (mut came, mut gaps) = (0, 0);
    for number in 0..steps {
        let at = random.usize(..LINES);
        match (random.u8(..5), lines[at].switch.is_some()) {
            (0 | 1, true) => {
                lines[at].lose().await;
                model.lose(at);
                model.step();
            }
            (0 | 1, false) => {
                lines[at].back(CORE).await;
                model.up[at] = true;
                model.step();
                model.hear(at);
            }
            (2, _) => {
                lines[at].speak().await;
                model.step();
                if model.up[at] {
                    model.hear(at);
                }
            }
            _ => {
                let all: &mut [&mut Line] = &mut lines.iter_mut().collect::<Vec<_>>();
                fire(all, "DTMF", CORE, number).await;
                model.step();
                (0..LINES)
                    .filter(|line| model.up[*line])
                    .collect::<Vec<_>>()
                    .into_iter()
                    .for_each(|line| model.hear(line));
                if model.up.contains(&true) {
                    came += 1;
                    assert_eq!(next(&mut merged).await, format!("DTMF {number}"), "seed {seed}");
                }
            }
        }
        gaps += expect_gaps(&mut merged, &mut model).await;
    }
    (came, gaps)
}

#[tokio::test]
async fn each_event_once_and_each_blind_time_once() {
    let first = 1;
    let (mut came, mut gaps) = (0, 0);
    for seed in first..first + 8 {
        let (events, told) = within(play(seed, 120)).await;
        came += events;
        gaps += told;
    }
    // The plays do what they are for.
    assert!(came > 20 && gaps > 5, "seed {first}: {came} events, {gaps} gaps");
}
