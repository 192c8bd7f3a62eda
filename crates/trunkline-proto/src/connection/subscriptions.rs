//! What the connection is subscribed to: the union of what was asked for, kept by as few commands as the switch
//! allows without losing an event.
//!
//! The rules, each for a trap of `mod_event_socket.c`:
//!
//! - what is missing is asked for first, what is too much is taken back after, name by name;
//! - never `noevents`: it throws away the events queued for us;
//! - never `nixevent` while `ALL` stands: it would lose CUSTOM events. `ALL` stays until the connection ends;
//! - "any CUSTOM event" can only be had by `ALL`;
//! - where a list is denied, its names are asked for one by one, and only who asked for a denied one is told.

use std::collections::BTreeMap;

use super::Unanswered;
use crate::command::Command;
use crate::event::{EventFormat, EventName, EventSet};
use crate::message::LogLevel;

/// Stands for a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionId(u64);

/// Why a subscription does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubscriptionRefused {
    /// The switch refused these events.
    #[error("the switch refused the events {events}: {why}")]
    Events {
        /// Which.
        events: String,
        /// Its words, such as `permission denied`.
        why: String,
    },
    /// The switch refused to send its log.
    #[error("the switch refused to send its log: {why}")]
    Log {
        /// Its words.
        why: String,
    },
    /// The switch did not say whether it holds.
    #[error("the switch did not confirm the subscription")]
    Unanswered(#[source] Unanswered),
}

/// What a command on its way is to change.
#[derive(Debug)]
pub(super) enum Step {
    Add { events: EventSet, batch: u64 },
    Remove,
    Log { level: LogLevel, batch: u64 },
    NoLog,
}

#[derive(Debug)]
enum Want {
    Events(EventSet),
    Log(LogLevel),
}

#[derive(Debug)]
struct Subscription {
    want: Want,
    /// The batch after which it holds; `None` once it was announced.
    after: Option<u64>,
}

#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    subscriptions: BTreeMap<SubscriptionId, Subscription>,
    ids: u64,
    /// A BACKGROUND_JOB must reach us for jobs of our own.
    jobs: bool,
    /// What the switch has, when the commands on their way have been executed.
    installed: EventSet,
    /// Of those, the ones whose command got no reply: whoever wants them must ask again.
    unsure: EventSet,
    installed_log: Option<LogLevel>,
    refused: EventSet,
    refused_why: String,
    log_refused: Option<String>,
    /// Steps still unanswered, by batch: all that was asked for at one time, retries included.
    open: BTreeMap<u64, usize>,
    batch: u64,
    /// Single names to be asked for after a denied list.
    retry: Vec<(EventSet, u64)>,
}

impl Subscriptions {
    /// Whether nothing is subscribed, so that no events can be held up.
    pub(super) fn is_idle(&self) -> bool {
        self.installed.is_empty() && self.installed_log.is_none()
    }

    pub(super) fn want_jobs(&mut self) {
        self.jobs = true;
    }

    pub(super) fn jobs_refused(&self) -> bool {
        self.jobs && self.refused.has(&EventName::BackgroundJob)
    }

    pub(super) fn add_events(&mut self, events: EventSet) -> SubscriptionId {
        self.add(Want::Events(events))
    }

    pub(super) fn add_log(&mut self, level: LogLevel) -> SubscriptionId {
        self.add(Want::Log(level))
    }

    fn add(&mut self, want: Want) -> SubscriptionId {
        self.ids += 1;
        let id = SubscriptionId(self.ids);
        // The batch that `reconcile` is about to make, or the last one, if nothing is missing.
        self.subscriptions.insert(id, Subscription { want, after: Some(self.batch + 1) });
        id
    }

    pub(super) fn remove(&mut self, id: SubscriptionId) {
        self.subscriptions.remove(&id);
    }

    /// The commands that make the switch's state the wanted one.
    pub(super) fn reconcile(&mut self, format: EventFormat) -> Vec<(Command, Step)> {
        self.batch += 1;
        let mut steps = Vec::new();
        let wanted = self.wanted_events().minus(&self.refused);
        for (events, batch) in std::mem::take(&mut self.retry) {
            // Whoever asked for it may have gone meanwhile.
            match Command::event(format, &events.intersection(&wanted)) {
                Ok(command) => {
                    self.expect(&events);
                    steps.push((command, Step::Add { events, batch }));
                }
                Err(_) => self.finish(batch),
            }
        }
        let certain = self.installed.minus(&self.unsure);
        let missing = if certain.is_all() { EventSet::new() } else { wanted.minus(&certain) };
        if let Ok(command) = Command::event(format, &missing) {
            self.expect(&missing);
            steps.push((command, Step::Add { events: missing, batch: self.begin() }));
        }
        let extra = if self.installed.is_all() { EventSet::new() } else { self.installed.minus(&wanted) };
        if let Ok(command) = Command::nixevent(&extra) {
            self.forget(&extra);
            steps.push((command, Step::Remove));
        }
        steps.extend(self.reconcile_log());
        steps
    }

    fn reconcile_log(&mut self) -> Option<(Command, Step)> {
        let levels = self.subscriptions.values().filter_map(|subscription| match subscription.want {
            Want::Log(level) => Some(level),
            Want::Events(_) => None,
        });
        let wanted = levels.max().filter(|_| self.log_refused.is_none());
        if wanted == self.installed_log {
            return None;
        }
        self.installed_log = wanted;
        Some(match wanted {
            Some(level) => (Command::log(level), Step::Log { level, batch: self.begin() }),
            None => (Command::nolog(), Step::NoLog),
        })
    }

    pub(super) fn on_reply(&mut self, step: Step, refusal: Option<String>) {
        match (step, refusal) {
            (Step::Remove | Step::NoLog, _) => {}
            (Step::Add { batch, .. } | Step::Log { batch, .. }, None) => self.finish(batch),
            (Step::Add { events, batch }, Some(why)) => {
                self.forget(&events);
                let singles: Vec<EventSet> = events.singles().collect();
                if singles.len() > 1 {
                    for single in singles {
                        *self.open.entry(batch).or_default() += 1;
                        self.retry.push((single, batch));
                    }
                } else {
                    self.refused = self.refused.union(&events);
                    self.refused_why = why;
                }
                self.finish(batch);
            }
            (Step::Log { level, batch }, Some(why)) => {
                if self.installed_log == Some(level) {
                    self.installed_log = None;
                }
                self.log_refused = Some(why);
                self.finish(batch);
            }
        }
    }

    /// Those whose outcome is known and was not told yet.
    pub(super) fn settled(&mut self) -> Vec<(SubscriptionId, Result<(), SubscriptionRefused>)> {
        let oldest_open = self.open.keys().next().copied();
        let retrying = !self.retry.is_empty();
        let mut settled = Vec::new();
        for (id, subscription) in &mut self.subscriptions {
            let Some(after) = subscription.after else { continue };
            if retrying || oldest_open.is_some_and(|open| open <= after) {
                continue;
            }
            subscription.after = None;
            let result = match &subscription.want {
                Want::Log(_) => {
                    self.log_refused.clone().map_or(Ok(()), |why| Err(SubscriptionRefused::Log { why }))
                }
                Want::Events(events) => {
                    let refused = asked_as(events).intersection(&self.refused);
                    let why = self.refused_why.clone();
                    let events = refused.to_string();
                    if refused.is_empty() { Ok(()) } else { Err(SubscriptionRefused::Events { events, why }) }
                }
            };
            settled.push((*id, result));
        }
        for (id, _) in settled.iter().filter(|(_, result)| result.is_err()) {
            self.subscriptions.remove(id);
        }
        settled
    }

    /// A step got no reply. Whether this leaves someone without an answer.
    pub(super) fn on_silence(&mut self, step: Step) -> bool {
        match step {
            Step::Add { events, .. } => {
                self.unsure = self.unsure.union(&events);
                true
            }
            Step::Log { .. } => true,
            Step::Remove | Step::NoLog => false,
        }
    }

    /// Those whose outcome will not be known. They are withdrawn.
    pub(super) fn give_up_waiting(&mut self) -> Vec<SubscriptionId> {
        self.open.clear();
        self.retry.clear();
        let waiting: Vec<_> =
            self.subscriptions.iter().filter(|(_, s)| s.after.is_some()).map(|(id, _)| *id).collect();
        for id in &waiting {
            self.subscriptions.remove(id);
        }
        waiting
    }

    fn wanted_events(&self) -> EventSet {
        let jobs = if self.jobs { EventName::BackgroundJob.into() } else { EventSet::new() };
        self.subscriptions.values().fold(jobs, |union, subscription| match &subscription.want {
            Want::Events(events) => union.union(&asked_as(events)),
            Want::Log(_) => union,
        })
    }

    /// A command is to add these.
    fn expect(&mut self, events: &EventSet) {
        self.installed = self.installed.union(events);
        self.unsure = self.unsure.minus(events);
    }

    /// The switch does not have these, or will not when it has executed what is on its way.
    fn forget(&mut self, events: &EventSet) {
        self.installed = self.installed.minus(events);
        self.unsure = self.unsure.minus(events);
    }

    fn begin(&mut self) -> u64 {
        *self.open.entry(self.batch).or_default() += 1;
        self.batch
    }

    fn finish(&mut self, batch: u64) {
        if let Some(open) = self.open.get_mut(&batch) {
            *open -= 1;
            if *open == 0 {
                self.open.remove(&batch);
            }
        }
    }
}

/// What to ask the switch for: `ALL` where any CUSTOM event is wanted.
fn asked_as(events: &EventSet) -> EventSet {
    if events.is_all() || events.has(&EventName::Custom) { EventSet::all() } else { events.clone() }
}
