//! Commands that measure how well the switch sleeps (`mod_commands.c`): to the microsecond, here.

use std::time::Duration;

use super::{CallId, Command, Invocation, Outcome};
use crate::core::{Core, Task};
use crate::event::origin;
use crate::log;
use crate::text::{atoi, split};

pub(super) const COMMANDS: &[(&str, Command)] = &[("time_test", time_test), ("timer_test", timer_test)];

/// Longest sleep of `time_test`, in microseconds, and most of them.
const LONGEST: u32 = 1_000_000;
const MOST: u32 = 100;

/// `<microseconds> [<times>]`
fn time_test(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    if invocation.arguments.is_empty() {
        return "parameter missing\n".into();
    }
    let text = invocation.text();
    let sleep = atoi(text.as_bytes()).min(LONGEST.cast_signed());
    let times = text.split_once(' ').and_then(|(_, times)| u32::try_from(atoi(times.as_bytes())).ok());
    let times = times.filter(|times| *times > 0).unwrap_or(10).min(MOST);
    let slept = u32::try_from(sleep).unwrap_or(0);
    let mut told: String = (1..=times).map(|turn| format!("test {turn} sleep {sleep} {slept}\n")).collect();
    told.push_str(&format!("avg {slept}\n"));
    let whole = Duration::from_micros(slept.into()) * times;
    core.answer_after(invocation.call, whole, told)
}

/// A timer that is tried.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimerTest {
    call: CallId,
    /// Milliseconds.
    interval: u32,
    turn: u32,
    turns: u32,
}

/// Intervals a timer can have, in milliseconds.
const INTERVALS: [i32; 7] = [10, 20, 30, 32, 40, 60, 120];
/// Most turns; beyond, there are as many as usual.
const MOST_TURNS: i32 = 400;
/// How long it waits once it is through.
const REST: Duration = Duration::from_millis(250);

/// `<milliseconds> [<times> [<timer>]]`
fn timer_test(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split(invocation.arguments, b' ', 5);
    let number = |place: usize| words.get(place).map(|word| atoi(word));
    let interval = number(0).unwrap_or(20);
    let turns = number(1).filter(|turns| (1..=MOST_TURNS).contains(turns)).unwrap_or(50);
    if !INTERVALS.contains(&interval) {
        return "parameter missing: <10|20|40|60|120> [<1..200>] [<timer_name>]\n".into();
    }
    if words.get(2).is_some_and(|timer| timer != b"soft") {
        return "Timer Error!\n".into();
    }
    let (interval, turns) = (interval.unsigned_abs(), turns.unsigned_abs());
    core.await_timer(TimerTest { call: invocation.call, interval, turn: 1, turns });
    Outcome::Waits
}

impl Core {
    /// Answers a command once a time has passed.
    pub(super) fn answer_after(&mut self, call: CallId, time: Duration, output: String) -> Outcome {
        self.calls.answers.insert(call, output.into_bytes());
        self.after(time, Task::CallOver(call));
        Outcome::Waits
    }

    fn await_timer(&mut self, test: TimerTest) {
        self.after(Duration::from_millis(test.interval.into()), Task::TimerTest(test));
    }

    /// The timer that is tried has gone off.
    pub(crate) fn timer_goes_off(&mut self, test: TimerTest) {
        let TimerTest { call, interval, turn, turns } = test;
        let text = format!("Timer Test: {turn} sleep {interval} {}", interval * 1000);
        self.log(log::CONSOLE, &origin::TIMER_TEST, &text);
        if turn < turns {
            return self.await_timer(TimerTest { turn: turn + 1, ..test });
        }
        let told = format!("Avg: {interval}.000ms Total Time: {}.000ms\n", interval * turns);
        self.answer_after(call, REST, told);
    }
}
