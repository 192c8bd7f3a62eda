//! How busy a node is.

use trunkline_proto::api::Status;
use trunkline_proto::view::Heartbeat;

/// How busy a node is, and how busy it may be. What is not known counts as if there were enough of it.
///
/// ```
/// use trunkline::model::fleet::Load;
///
/// let load = Load::new(500).max_sessions(1000).rate(20).max_rate(100).idle_cpu(80.0);
/// // Of sessions half are free, of new ones a second four fifths, and so much of the processor.
/// assert_eq!(load.headroom(0), 0.5 * 0.8);
/// // A hundred more of one's own, of which the node does not tell yet:
/// assert_eq!(load.headroom(100), 0.0);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[non_exhaustive]
pub struct Load {
    /// Channels that are up.
    pub sessions: u32,
    /// How many may be: `max-sessions` in `switch.conf`.
    pub max_sessions: Option<u32>,
    /// How many begin in a second.
    pub rate: u32,
    /// `sessions-per-second` in `switch.conf`. One less may begin: the last of them is refused already
    /// (`switch_core_session_request_uuid` in `switch_core_session.c`).
    pub max_rate: Option<u32>,
    /// How much of the processor is idle, in percent.
    pub idle_cpu: Option<f64>,
}

impl Load {
    /// So many channels, and nothing else known.
    #[must_use]
    pub fn new(sessions: u32) -> Self {
        Self { sessions, ..Self::default() }
    }

    /// With so many channels at most.
    #[must_use]
    pub fn max_sessions(self, most: u32) -> Self {
        Self { max_sessions: Some(most), ..self }
    }

    /// With so many new ones a second.
    #[must_use]
    pub fn rate(self, rate: u32) -> Self {
        Self { rate, ..self }
    }

    /// With a limit to new ones a second, as configured.
    #[must_use]
    pub fn max_rate(self, most: u32) -> Self {
        Self { max_rate: Some(most), ..self }
    }

    /// With so many percent of the processor idle.
    #[must_use]
    pub fn idle_cpu(self, percent: f64) -> Self {
        Self { idle_cpu: Some(percent), ..self }
    }

    /// As `status` tells it: all of it.
    #[must_use]
    pub fn from_status(status: &Status) -> Self {
        let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        Self {
            sessions: count(status.sessions),
            max_sessions: Some(count(status.sessions_max)),
            rate: count(status.sessions_per_second),
            max_rate: Some(count(status.sessions_per_second_max)),
            idle_cpu: Some(status.idle_cpu),
        }
    }

    /// As a HEARTBEAT tells it. It does not tell the limit to new channels a second: its `Session-Per-Sec-Max` is the
    /// most there ever were, its `Session-Per-Sec` what was left of the limit in that very second (`send_heartbeat` in
    /// `switch_core.c`, `runtime.sps`). What is known of that limit stays: give the load that was known before.
    #[must_use]
    pub fn updated(self, heartbeat: Heartbeat<'_>) -> Self {
        Self {
            sessions: heartbeat.session_count().unwrap_or(self.sessions),
            max_sessions: heartbeat.max_sessions().or(self.max_sessions),
            rate: heartbeat.sessions_per_second_last().unwrap_or(self.rate),
            max_rate: self.max_rate,
            idle_cpu: heartbeat.idle_cpu().or(self.idle_cpu),
        }
    }

    /// The share of it that is free, 0 to 1: of its sessions or of its rate, whichever is scarcer, times the share of the
    /// processor that is idle. `in_flight` are calls it does not tell of yet, each of which is a session and has begun
    /// just now.
    #[must_use]
    pub fn headroom(&self, in_flight: u32) -> f64 {
        let sessions = free(self.sessions.saturating_add(in_flight), self.max_sessions);
        let rate =
            free(self.rate.saturating_add(in_flight), self.max_rate.map(|most| most.saturating_sub(1)));
        sessions.min(rate) * self.idle_cpu.map_or(1.0, |percent| (percent / 100.0).clamp(0.0, 1.0))
    }
}

fn free(taken: u32, most: Option<u32>) -> f64 {
    match most {
        None => 1.0,
        Some(most) if taken >= most => 0.0,
        Some(most) => f64::from(most - taken) / f64::from(most),
    }
}
