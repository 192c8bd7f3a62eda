//! What was found, and the lines that say so.

use std::fmt;

use crate::measure::Latency;

/// A server under load.
pub(super) struct Figures {
    pub(super) calls_per_s: f64,
    /// By second of the server's processor time.
    pub(super) calls_per_cpu_s: f64,
    /// Processors in use.
    pub(super) server_cpus: f64,
    pub(super) switch_cpus: f64,
    /// From dialling to the first command.
    pub(super) first_command: Option<Latency>,
    pub(super) lost: u64,
}

impl Figures {
    /// Of at least one.
    pub(super) fn median(mut rounds: Vec<Self>) -> Self {
        let lost = rounds.iter().map(|round| round.lost).sum();
        rounds.sort_by(|a, b| a.calls_per_cpu_s.total_cmp(&b.calls_per_cpu_s));
        Self { lost, ..rounds.swap_remove(rounds.len() / 2) }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { calls_per_s, calls_per_cpu_s, server_cpus, switch_cpus, first_command, lost } = self;
        write!(f, "calls_per_s={calls_per_s:.0} calls_per_cpu_s={calls_per_cpu_s:.0} ")?;
        write!(f, "server_cpus={server_cpus:.2} switch_cpus={switch_cpus:.2} lost={lost}")?;
        match first_command {
            Some(first) => write!(f, " first_ms={:.2} first_p99_ms={:.2}", first.median, first.p99),
            None => Ok(()),
        }
    }
}

/// A server whose calls wait.
pub(super) struct Held {
    /// So many calls, and the KiB the server grew by for each.
    pub(super) grown: Vec<(u64, f64)>,
    pub(super) at_once: u64,
    pub(super) well: u64,
    pub(super) lost: u64,
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (count, kib) in &self.grown {
            write!(f, "kib_{count}={kib:.1} ")?;
        }
        write!(f, "held={} ended_well={} lost={}", self.at_once, self.well, self.lost)
    }
}
