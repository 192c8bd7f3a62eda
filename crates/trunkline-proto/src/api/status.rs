//! `status`

use std::time::Duration;

use super::ApiError;
use super::command::command;
use super::output::Printed;

command! {
    /// `status`: what the switch says of itself (`status_function` in `mod_commands.c`).
    ///
    /// ```
    /// # use trunkline_proto::api::{ApiCommand, GetStatus};
    /// # use std::time::Duration;
    /// let status = GetStatus::new().read(
    ///     b"UP 0 years, 0 days, 0 hours, 1 minute, 4 seconds, 265 milliseconds, 961 microseconds\n\
    ///       FreeSWITCH (Version 1.10.12 64bit) is ready\n365 session(s) since startup\n\
    ///       1 session(s) - peak 28, last 5min 5 \n\
    ///       2 session(s) per Sec out of max 200, peak 30, last 5min 6 \n1000 session(s) max\n\
    ///       min idle cpu 0.00/48.00\nCurrent Stack Size/Max 240K/8192K\n",
    /// )
    /// .unwrap();
    /// assert_eq!(status.uptime, Duration::from_micros(64_265_961));
    /// assert_eq!((status.sessions, status.sessions_max), (1, 1000));
    /// ```
    GetStatus = "status" => Status, status;
}

/// What [`GetStatus`] gives.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Status {
    /// Since the switch was started; a year is 365 days of it.
    pub uptime: Duration,
    /// Its version: `1.11.3-dev git cc93a68 2026-08-21 14:10:14Z 64bit`.
    pub version: String,
    /// Whether it takes calls. (While it starts, is paused or shuts down it does not.)
    pub ready: bool,
    /// Legs since it was started.
    pub sessions_since_startup: u64,
    /// Legs now.
    pub sessions: u64,
    /// The most legs at a time.
    pub sessions_peak: Option<u64>,
    /// The most legs at a time in the last five minutes.
    pub sessions_peak_five_minutes: Option<u64>,
    /// New legs in the last second.
    pub sessions_per_second: u64,
    /// The most new legs a second it allows.
    pub sessions_per_second_max: u64,
    /// The most new legs there were in a second.
    pub sessions_per_second_peak: Option<u64>,
    /// The most new legs there were in a second of the last five minutes.
    pub sessions_per_second_peak_five_minutes: Option<u64>,
    /// The most legs at a time it allows.
    pub sessions_max: u64,
    /// Below how many percent of idle processor it takes no calls.
    pub min_idle_cpu: f64,
    /// How many percent of the processor are idle.
    pub idle_cpu: f64,
    /// The stack of a new thread, in KiB; not printed by every system.
    pub stack_size: Option<u64>,
    /// The most there may be of it, in KiB.
    pub stack_size_max: Option<u64>,
}

fn status(printed: Printed<'_>) -> Result<Status, ApiError> {
    let printed = printed.or_failed()?;
    Status::parse(&printed.text()).ok_or_else(|| printed.unreadable("a status"))
}

impl Status {
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let uptime = uptime(lines.next()?)?;
        let (version, ready) = lines.next()?.strip_prefix("FreeSWITCH (Version ")?.rsplit_once(") is ")?;
        let [since_startup, ..] = numbers(lines.next()?)[..] else { return None };
        let sessions = numbers(lines.next()?);
        let per_second = numbers(lines.next()?);
        let [sessions_max, ..] = numbers(lines.next()?)[..] else { return None };
        let (min_idle_cpu, idle_cpu) = lines.next()?.strip_prefix("min idle cpu ")?.split_once('/')?;
        let stack = lines.next().map(numbers).unwrap_or_default();
        // `last 5min 6`: the five is one, too.
        Some(Self {
            uptime,
            version: version.to_owned(),
            ready: ready == "ready",
            sessions_since_startup: since_startup,
            sessions: *sessions.first()?,
            sessions_peak: sessions.get(1).copied(),
            sessions_peak_five_minutes: sessions.get(3).copied(),
            sessions_per_second: *per_second.first()?,
            sessions_per_second_max: *per_second.get(1)?,
            sessions_per_second_peak: per_second.get(2).copied(),
            sessions_per_second_peak_five_minutes: per_second.get(4).copied(),
            sessions_max,
            min_idle_cpu: min_idle_cpu.trim().parse().ok()?,
            idle_cpu: idle_cpu.trim().parse().ok()?,
            stack_size: stack.first().copied(),
            stack_size_max: stack.get(1).copied(),
        })
    }
}

/// The whole numbers of a line.
fn numbers(line: &str) -> Vec<u64> {
    line.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect()
}

/// `UP 0 years, 0 days, 0 hours, 1 minute, 4 seconds, 265 milliseconds, 961 microseconds`
fn uptime(line: &str) -> Option<Duration> {
    const UNITS: [(&str, u64); 7] = [
        ("year", 365 * 24 * 60 * 60 * 1_000_000),
        ("day", 24 * 60 * 60 * 1_000_000),
        ("hour", 60 * 60 * 1_000_000),
        ("minute", 60 * 1_000_000),
        ("second", 1_000_000),
        ("millisecond", 1000),
        ("microsecond", 1),
    ];
    let mut micros: u64 = 0;
    for part in line.strip_prefix("UP ")?.split(", ") {
        let (number, unit) = part.trim().split_once(' ')?;
        let (_, scale) = UNITS.iter().find(|(name, _)| *name == unit.trim_end_matches('s'))?;
        micros = micros.checked_add(number.parse::<u64>().ok()?.checked_mul(*scale)?)?;
    }
    Some(Duration::from_micros(micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "UP 1 year, 2 days, 3 hours, 4 minutes, 5 seconds, 6 milliseconds, 7 microseconds\n\
        FreeSWITCH (Version 1.11.3-dev git cc93a68 2026-08-21 14:10:14Z 64bit) is not ready\n\
        365 session(s) since startup\n1 session(s) - peak 28, last 5min 5 \n\
        2 session(s) per Sec out of max 200, peak 30, last 5min 6 \n1000 session(s) max\n\
        min idle cpu 0.50/48.25\nCurrent Stack Size/Max 240K/8192K\n";

    #[test]
    fn reads_every_number() {
        let status = Status::parse(WHOLE).unwrap();
        let seconds = (365 + 2) * 86_400 + 3 * 3600 + 4 * 60 + 5;
        assert_eq!(status.uptime, Duration::from_micros(seconds * 1_000_000 + 6_007));
        assert_eq!(status.version, "1.11.3-dev git cc93a68 2026-08-21 14:10:14Z 64bit");
        assert!(!status.ready);
        assert_eq!(status.sessions_since_startup, 365);
        assert_eq!((status.sessions, status.sessions_peak), (1, Some(28)));
        assert_eq!(status.sessions_peak_five_minutes, Some(5));
        assert_eq!((status.sessions_per_second, status.sessions_per_second_max), (2, 200));
        assert_eq!(status.sessions_per_second_peak, Some(30));
        assert_eq!(status.sessions_per_second_peak_five_minutes, Some(6));
        assert_eq!(status.sessions_max, 1000);
        assert_eq!((status.min_idle_cpu, status.idle_cpu), (0.5, 48.25));
        assert_eq!((status.stack_size, status.stack_size_max), (Some(240), Some(8192)));
    }

    #[test]
    fn the_stack_may_be_missing_and_nothing_else() {
        let (without, _) = WHOLE.split_once("Current").unwrap();
        assert_eq!(Status::parse(without).unwrap().stack_size, None);
        let lines: Vec<&str> = WHOLE.lines().collect();
        for count in 0..7 {
            assert_eq!(Status::parse(&lines[..count].join("\n")), None, "{count} lines");
        }
    }
}
