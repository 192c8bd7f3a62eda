//! HEARTBEAT (`send_heartbeat` in `src/switch_core.c`).

use std::time::Duration;

use trunkline_proto::EventName;

use crate::core::{Core, Task};
use crate::event::origin;

impl Core {
    pub(crate) fn heartbeat(&mut self) {
        let up = self.now.since(self.started);
        let statistics = &self.statistics;
        let values = [
            ("Event-Info", "System Ready".to_owned()),
            ("Up-Time", up_time(up)),
            ("FreeSWITCH-Version", self.config.release.full()),
            ("Uptime-msec", up.as_millis().to_string()),
            ("Session-Count", self.channels.len().to_string()),
            ("Max-Sessions", self.config.max_sessions.to_string()),
            ("Session-Per-Sec", self.config.sessions_per_second.to_string()),
            ("Session-Per-Sec-Last", self.sessions_last_second().to_string()),
            ("Session-Per-Sec-Max", statistics.peak_per_second.to_string()),
            ("Session-Per-Sec-FiveMin", statistics.peak_per_second.to_string()),
            ("Session-Since-Startup", statistics.sessions.to_string()),
            ("Session-Peak-Max", statistics.peak.to_string()),
            ("Session-Peak-FiveMin", statistics.peak_five_minutes.to_string()),
            ("Idle-CPU", "99.000000".to_owned()),
        ];
        let mut event = self.new_event(&EventName::Heartbeat, &origin::HEARTBEAT);
        for (name, value) in values {
            event.push(name, value);
        }
        self.fire(&EventName::Heartbeat, event);
        self.after(self.config.heartbeat, Task::Heartbeat);
        self.reschedule();
    }

    /// The scheduler tells when the task will run again.
    fn reschedule(&mut self) {
        let next = self.now.after(self.config.heartbeat).as_secs();
        let event = self
            .new_event(&EventName::ReSchedule, &origin::RESCHEDULE)
            .header("Task-ID", "1")
            .header("Task-Desc", "heartbeat")
            .header("Task-Group", "core")
            .header("Task-Runtime", next.to_string());
        self.fire(&EventName::ReSchedule, event);
    }
}

/// `0 years, 0 days, 0 hours, 12 minutes, 52 seconds, 506 milliseconds, 76 microseconds`
pub(crate) fn up_time(up: Duration) -> String {
    let count = |number: u64, unit: &str| format!("{number} {unit}{}", if number == 1 { "" } else { "s" });
    let seconds = up.as_secs();
    [
        count(seconds / 31_536_000, "year"),
        count(seconds % 31_536_000 / 86_400, "day"),
        count(seconds % 86_400 / 3600, "hour"),
        count(seconds % 3600 / 60, "minute"),
        count(seconds % 60, "second"),
        count(u64::from(up.subsec_millis()), "millisecond"),
        count(u64::from(up.subsec_micros() % 1000), "microsecond"),
    ]
    .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_times() {
        assert_eq!(
            up_time(Duration::from_micros(90_061_001_002)),
            "0 years, 1 day, 1 hour, 1 minute, 1 second, 1 millisecond, 2 microseconds"
        );
    }
}
