//! What is shown: a small table that moves on a terminal, plain lines elsewhere.

use std::io::{Stdout, Write};
use std::time::{Duration, Instant};

use crossterm::style::Stylize;
use crossterm::{cursor, queue, terminal};

use super::board::{Board, News, Row};
use crate::failure::Failure;

/// Calls in the table.
const ROWS: u16 = 12;
/// How often a line says how it stands, where there is no table.
const TALLY: Duration = Duration::from_secs(1);

pub(super) enum View {
    Table(Table),
    Lines(Lines),
}

pub(super) struct Table {
    out: Stdout,
    drawn: u16,
    /// For events a second.
    last: (Instant, u64),
    rate: f64,
}

pub(super) struct Lines {
    out: Stdout,
    next: Duration,
    events: u64,
}

impl View {
    pub(super) fn new(terminal: bool) -> Self {
        let out = std::io::stdout();
        if terminal {
            Self::Table(Table { out, drawn: 0, last: (Instant::now(), 0), rate: 0.0 })
        } else {
            Self::Lines(Lines { out, next: TALLY, events: 0 })
        }
    }

    pub(super) fn note(&mut self, news: News) -> Result<(), Failure> {
        let Self::Lines(lines) = self else { return Ok(()) };
        match news {
            News::Nothing => Ok(()),
            News::Answered(row) => {
                Ok(writeln!(lines.out, "answered  {}  {}", short(&row.uuid), row.channel)?)
            }
            News::Ended(row) => {
                let (cause, after) = row.ended.unwrap_or_default();
                let (uuid, channel) = (short(&row.uuid), row.channel);
                Ok(writeln!(
                    lines.out,
                    "ended     {uuid}  {channel}  {cause} after {:.1} s",
                    after.as_secs_f64()
                )?)
            }
        }
    }

    pub(super) fn draw(&mut self, board: &Board, elapsed: Duration) -> Result<(), Failure> {
        match self {
            Self::Table(table) => table.draw(board, elapsed),
            Self::Lines(lines) => lines.tally(board, elapsed),
        }
    }

    pub(super) fn summary(&mut self, board: &Board, elapsed: Duration) -> Result<(), Failure> {
        let mut out = std::io::stdout();
        let seconds = elapsed.as_secs_f64();
        let (failed, why) = board.failed();
        let (calls, answered, ended, up) = (board.originated(), board.answered, board.ended, board.up());
        writeln!(out)?;
        writeln!(
            out,
            "{seconds:.1} s: {calls} calls made, {answered} answered, {ended} ended, {failed} failed"
        )?;
        if let Some(why) = why {
            writeln!(out, "the last failure: {why}")?;
        }
        if up > 0 {
            writeln!(out, "{up} calls had not ended when time was up")?;
        }
        let (events, missed) = (board.events, board.missed);
        writeln!(out, "{events} events, {:.0} events/s, missed: {missed}", events as f64 / seconds)?;
        Ok(out.flush()?)
    }
}

impl Lines {
    fn tally(&mut self, board: &Board, elapsed: Duration) -> Result<(), Failure> {
        if elapsed < self.next {
            return Ok(());
        }
        let new = board.events - self.events;
        self.events = board.events;
        self.next += TALLY;
        let (calls, up, events, missed) = (board.originated(), board.up(), board.events, board.missed);
        let seconds = elapsed.as_secs_f64();
        writeln!(
            self.out,
            "{seconds:5.1} s    {calls} calls made, {up} up; {events} events, {new} in the last second; missed: {missed}"
        )?;
        Ok(self.out.flush()?)
    }
}

impl Table {
    fn draw(&mut self, board: &Board, elapsed: Duration) -> Result<(), Failure> {
        let (at, events) = self.last;
        if at.elapsed() >= Duration::from_millis(500) {
            self.rate = (board.events - events) as f64 / at.elapsed().as_secs_f64();
            self.last = (Instant::now(), board.events);
        }
        let (width, height) = terminal::size().unwrap_or((80, 24));
        let mut lines = vec![self.head(board, elapsed), String::new(), titles()];
        let rows = board.newest(usize::from(ROWS.min(height.saturating_sub(5))));
        lines.extend(rows.iter().map(shown));
        if self.drawn > 0 {
            queue!(self.out, cursor::MoveUp(self.drawn))?;
        }
        queue!(self.out, cursor::MoveToColumn(0), terminal::Clear(terminal::ClearType::FromCursorDown))?;
        for (place, line) in lines.iter().enumerate() {
            let line: String = line.chars().take(usize::from(width.saturating_sub(1))).collect();
            match place {
                0 => writeln!(self.out, "{}", line.bold())?,
                2 => writeln!(self.out, "{}", line.dim())?,
                _ if line.contains("ACTIVE") => writeln!(self.out, "{}", line.green())?,
                _ if line.contains("HANGUP") => writeln!(self.out, "{}", line.dark_grey())?,
                _ => writeln!(self.out, "{line}")?,
            }
        }
        self.drawn = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        Ok(self.out.flush()?)
    }

    fn head(&self, board: &Board, elapsed: Duration) -> String {
        format!(
            "{:5.1} s   calls made {}   up {}   ended {}   events {}   events/s {:.0}   missed {}",
            elapsed.as_secs_f64(),
            board.originated(),
            board.up(),
            board.ended,
            board.events,
            self.rate,
            board.missed,
        )
    }
}

fn titles() -> String {
    format!("{:<10}{:<34}{:<10}{:<12}{:>6}  {}", "uuid", "channel", "state", "runs", "age", "ended by")
}

fn shown(row: &Row) -> String {
    let (cause, age) = match &row.ended {
        Some((cause, age)) => (cause.as_str(), *age),
        None => ("", row.since.elapsed()),
    };
    let channel: String = row.channel.chars().take(32).collect();
    format!(
        "{:<10}{channel:<34}{:<10}{:<12}{:>5.1}s  {cause}",
        short(&row.uuid),
        row.state,
        row.app,
        age.as_secs_f64()
    )
}

fn short(uuid: &str) -> &str {
    uuid.get(..8).unwrap_or(uuid)
}
