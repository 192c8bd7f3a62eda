//! What is known of the calls: from their events alone.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use trunkline::{Event, EventName};

use super::caller::{SharedCalls, lock};

/// Rows kept for calls that are over.
const OVER: usize = 200;

/// Calls and counts.
pub(super) struct Board {
    calls: SharedCalls,
    rows: HashMap<String, Row>,
    over: VecDeque<Row>,
    pub(super) events: u64,
    pub(super) answered: u64,
    pub(super) ended: u64,
    pub(super) missed: u64,
    pub(super) heartbeats: u64,
}

/// One channel of a call of ours.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) uuid: String,
    pub(super) channel: String,
    pub(super) state: String,
    pub(super) app: String,
    pub(super) since: Instant,
    pub(super) ended: Option<(String, Duration)>,
}

/// Something worth a line.
pub(super) enum News {
    Nothing,
    Answered(Row),
    Ended(Row),
}

impl Board {
    pub(super) fn new(calls: SharedCalls) -> Self {
        Self {
            calls,
            rows: HashMap::new(),
            over: VecDeque::new(),
            events: 0,
            answered: 0,
            ended: 0,
            missed: 0,
            heartbeats: 0,
        }
    }

    pub(super) fn apply(&mut self, event: &Event) -> News {
        self.events += 1;
        if event.is(EventName::Heartbeat) {
            self.heartbeats += 1;
            return News::Nothing;
        }
        let Some(uuid) = event.unique_id() else { return News::Nothing };
        // Not a call of ours, or the far side of one.
        if !lock(&self.calls).made.contains(&*uuid) {
            return News::Nothing;
        }
        let row = self.rows.entry(uuid.clone().into_owned()).or_insert_with(|| Row {
            uuid: uuid.into_owned(),
            channel: event.get("Channel-Name").unwrap_or_default().into_owned(),
            state: String::new(),
            app: String::new(),
            since: Instant::now(),
            ended: None,
        });
        if let Some(state) = event.get("Channel-Call-State") {
            row.state = state.into_owned();
        }
        match event.name() {
            Some(EventName::ChannelAnswer) => {
                self.answered += 1;
                News::Answered(row.clone())
            }
            Some(EventName::ChannelExecute) => {
                row.app = event.get("Application").unwrap_or_default().into_owned();
                News::Nothing
            }
            Some(EventName::ChannelHangupComplete) => {
                let cause = event.get("Hangup-Cause").unwrap_or_default().into_owned();
                row.state = "HANGUP".to_owned();
                row.ended = Some((cause, row.since.elapsed()));
                self.ended += 1;
                News::Ended(row.clone())
            }
            Some(EventName::ChannelDestroy) => {
                let uuid = row.uuid.clone();
                lock(&self.calls).made.remove(&uuid);
                self.over.extend(self.rows.remove(&uuid));
                if self.over.len() > OVER {
                    self.over.pop_front();
                }
                News::Nothing
            }
            _ => News::Nothing,
        }
    }

    /// Whether no more calls are made and all are over.
    pub(super) fn is_over(&self) -> bool {
        let calls = lock(&self.calls);
        calls.stopped && calls.pending == 0 && calls.made.is_empty()
    }

    pub(super) fn up(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn originated(&self) -> u64 {
        lock(&self.calls).originated
    }

    pub(super) fn failed(&self) -> (u64, Option<String>) {
        let calls = lock(&self.calls);
        (calls.failed, calls.last_failure.clone())
    }

    /// The newest calls that are up, then those just over.
    pub(super) fn newest(&self, count: usize) -> Vec<Row> {
        let mut up: Vec<&Row> = self.rows.values().collect();
        up.sort_by_key(|row| std::cmp::Reverse(row.since));
        up.into_iter().chain(self.over.iter().rev()).take(count).cloned().collect()
    }
}
