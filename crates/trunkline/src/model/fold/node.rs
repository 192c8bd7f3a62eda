//! HEARTBEAT and what the switch tells of its own beginning and end (`switch_core.c`).

use std::sync::Arc;

use trunkline_proto::view::{Heartbeat, Lifecycle, Moment};
use trunkline_proto::{Event, EventName};

use super::told::Told;
use super::{registration, set, standing};
use crate::model::draft::Draft;
use crate::model::node::{Node, NodeStage};
use crate::model::sign::Sign;

/// HEARTBEAT
pub(super) fn heartbeat(draft: &mut Draft, told: &Told<'_>) {
    let event = told.event;
    let Some(heartbeat) = Heartbeat::of(event) else { return };
    let Some(name) = known(draft, event) else { return };
    draft.alter::<Node>(&name, |node| node.read(heartbeat, event));
    let Some(at) = told.date else { return };
    registration::forget_expired(draft, at);
    let Some(told) = heartbeat.session_count() else { return };
    let known = u32::try_from(draft.view().channels().len()).unwrap_or(u32::MAX);
    if draft.churn.is_beyond(told, known, at) {
        draft.note(Sign::Drift { told, known });
    }
}

/// STARTUP, SHUTDOWN_REQUESTED, SHUTDOWN
pub(super) fn lifecycle(draft: &mut Draft, told: &Told<'_>) {
    let event = told.event;
    let stage = match Lifecycle::of(event).and_then(Lifecycle::what) {
        Some(EventName::ShutdownRequested) => NodeStage::ShuttingDown,
        Some(EventName::Shutdown) => NodeStage::Down,
        _ => NodeStage::Ready,
    };
    let Some(name) = known(draft, event) else { return };
    draft.alter::<Node>(&name, |node| {
        if node.stage != stage {
            node.stage = stage;
            node.since = standing(event);
        }
    });
}

/// A channel was made or has gone: it is not to be wondered at if the switch counts another number.
pub(super) fn churn(draft: &mut Draft, told: &Told<'_>) {
    if let Some(at) = told.date {
        draft.churn.add(at);
    }
}

/// The switch, made if need be.
fn known(draft: &mut Draft, event: &Event) -> Option<Arc<str>> {
    let name: Arc<str> = event.standard().switchname().or_else(|| event.standard().hostname())?.into();
    if draft.get::<Node>(&name).is_none() {
        draft.create(Node::new(name.clone(), standing(event)));
    }
    Some(name)
}

impl Node {
    fn read(&mut self, heartbeat: Heartbeat<'_>, event: &Event) {
        let standard = event.standard();
        set(&mut self.hostname, standard.hostname());
        set(&mut self.version, heartbeat.version());
        self.last_heartbeat = standard.date();
        if self.started.is_none() {
            self.started = standard.date().zip(heartbeat.uptime()).and_then(|(now, uptime)| {
                let micros = u64::try_from(uptime.as_micros()).ok()?;
                now.as_micros().checked_sub(micros).map(Moment::from_micros)
            });
        }
        self.sessions = heartbeat.session_count().unwrap_or(self.sessions);
        self.max_sessions = heartbeat.max_sessions().or(self.max_sessions);
        self.rate = heartbeat.sessions_per_second_last().unwrap_or(self.rate);
        // It is a signed number, printed as if it had no sign.
        self.rate_left = heartbeat.sessions_per_second().map(u32::cast_signed).or(self.rate_left);
        self.max_rate = self.rate_left.and_then(|left| u32::try_from(left).ok()).max(self.max_rate);
        self.peak_rate = heartbeat.sessions_per_second_max().or(self.peak_rate);
        self.peak_sessions = heartbeat.session_peak_max().or(self.peak_sessions);
        self.since_startup = heartbeat.sessions_since_startup().or(self.since_startup);
        self.idle_cpu = heartbeat.idle_cpu().or(self.idle_cpu);
    }
}
