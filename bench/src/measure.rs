//! What a run took, and the one line that says so.

use std::fmt;
use std::time::{Duration, Instant};

/// What a contestant measured of itself.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    pub(crate) rate: f64,
    pub(crate) bytes_per_s: f64,
    pub(crate) cpu_s: f64,
    pub(crate) rss_kib: u64,
    pub(crate) missed: u64,
    pub(crate) latency: Option<Latency>,
}

/// How long things took, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Latency {
    pub(crate) median: f64,
    pub(crate) p99: f64,
    pub(crate) most: f64,
}

impl Latency {
    /// Of at least one.
    pub(crate) fn of(mut millis: Vec<f64>) -> Self {
        millis.sort_by(f64::total_cmp);
        let at = |part: f64| millis[((millis.len() - 1) as f64 * part) as usize];
        Self { median: at(0.5), p99: at(0.99), most: at(1.0) }
    }
}

/// From the start of the measured part.
pub(crate) struct Meter {
    started: Instant,
    cpu: f64,
}

impl Meter {
    pub(crate) fn start() -> Self {
        Self { started: Instant::now(), cpu: cpu_seconds() }
    }

    pub(crate) fn stop(&self, count: u64, bytes: u64, missed: u64) -> Measured {
        let seconds = self.started.elapsed().as_secs_f64();
        Measured {
            rate: count as f64 / seconds,
            bytes_per_s: bytes as f64 / seconds,
            cpu_s: cpu_seconds() - self.cpu,
            rss_kib: peak_rss_kib(),
            missed,
            latency: None,
        }
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rate, bytes_per_s, cpu_s, rss_kib, missed, latency } = self;
        write!(
            f,
            "rate={rate:.0} bytes_per_s={bytes_per_s:.0} cpu_s={cpu_s:.2} rss_kib={rss_kib} missed={missed}"
        )?;
        match latency {
            Some(Latency { median, p99, most }) => {
                write!(f, " median_ms={median:.2} p99_ms={p99:.2} most_ms={most:.2}")
            }
            None => Ok(()),
        }
    }
}

impl Measured {
    /// Reads a line of `key=value`.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let value = |key: &str| -> Option<f64> {
            line.split_whitespace().find_map(|word| word.strip_prefix(key)?.strip_prefix('='))?.parse().ok()
        };
        let latency =
            || Some(Latency { median: value("median_ms")?, p99: value("p99_ms")?, most: value("most_ms")? });
        Some(Self {
            rate: value("rate")?,
            bytes_per_s: value("bytes_per_s")?,
            cpu_s: value("cpu_s")?,
            rss_kib: value("rss_kib")? as u64,
            missed: value("missed")? as u64,
            latency: latency(),
        })
    }
}

/// Processor time of this process, in seconds; in hundredths, as Linux counts it for /proc.
pub(crate) fn cpu_seconds() -> f64 {
    cpu_seconds_of("self")
}

/// Processor time of the process of this number.
pub(crate) fn cpu_seconds_of(process: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: f64 =
        after_name.split_whitespace().skip(11).take(2).filter_map(|t| t.parse::<f64>().ok()).sum();
    ticks / 100.0
}

/// Processor time of this thread: others that use the machine do not count.
pub(crate) fn thread_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

fn status_kib(process: &str, key: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
    line.split_whitespace().find_map(|word| word.parse().ok()).unwrap_or(0)
}

pub(crate) fn peak_rss_kib() -> u64 {
    status_kib("self", "VmHWM:")
}

pub(crate) fn rss_kib() -> u64 {
    rss_kib_of("self")
}

pub(crate) fn rss_kib_of(process: &str) -> u64 {
    status_kib(process, "VmRSS:")
}
