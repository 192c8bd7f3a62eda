//! How far it is: a line that moves on a terminal, a line a second elsewhere.

use std::io::{Stdout, Write};
use std::time::Duration;

use crossterm::style::Stylize;
use crossterm::{cursor, queue, terminal};

use super::record::Record;
use crate::args::LoadArgs;
use crate::failure::Failure;

/// How often a line is written where none can be drawn over.
const TALLY: Duration = Duration::from_secs(1);
/// Columns of the bar.
const BAR: u64 = 24;

pub(super) struct Progress {
    out: Stdout,
    terminal: bool,
    calls: u64,
    next: Duration,
}

impl Progress {
    pub(super) fn new(terminal: bool, options: &LoadArgs) -> Self {
        Self { out: std::io::stdout(), terminal, calls: u64::from(options.calls), next: TALLY }
    }

    pub(super) fn draw(&mut self, record: &Record, elapsed: Duration) -> Result<(), Failure> {
        let text = self.text(record, elapsed);
        if self.terminal {
            let width = usize::from(terminal::size().map_or(80, |(width, _)| width)).saturating_sub(1);
            let bar = bar(record.dialled, self.calls);
            let room = width.saturating_sub(bar.chars().count() + 1);
            let text: String = text.chars().take(room).collect();
            queue!(self.out, cursor::MoveToColumn(0), terminal::Clear(terminal::ClearType::CurrentLine))?;
            write!(self.out, "{} {text}", bar.green())?;
        } else if elapsed >= self.next {
            self.next = elapsed + TALLY;
            writeln!(self.out, "{text}")?;
        }
        Ok(self.out.flush()?)
    }

    /// What comes next stands below.
    pub(super) fn end(&mut self) -> Result<(), Failure> {
        if self.terminal {
            writeln!(self.out)?;
        }
        Ok(())
    }

    fn text(&self, record: &Record, elapsed: Duration) -> String {
        let (made, calls, up, failed) = (record.dialled, self.calls, record.up, record.failures());
        let (seconds, events, missed) = (elapsed.as_secs_f64(), record.events, record.missed);
        format!(
            "{seconds:5.1} s  {made}/{calls} made  {up} up  {failed} failed  {events} events  {missed} missed"
        )
    }
}

fn bar(done: u64, all: u64) -> String {
    let full = (done * BAR).checked_div(all).unwrap_or(BAR).min(BAR);
    (0..BAR).map(|place| if place < full { '━' } else { '─' }).collect()
}
