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
use std::time::Instant;

use super::replies::Purpose;
use super::{Connection, JobLost, Output, Unanswered};
use crate::command::Command;
use crate::error::ApiMisuse;
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

/// Stands for a command on its way that changes what is subscribed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step(u64);

#[derive(Debug)]
enum Want {
    Events(EventSet),
    Log(LogLevel),
}

#[derive(Debug)]
struct Subscription {
    want: Want,
    /// Whether it is still to be told that it holds.
    waits: bool,
    /// Whether it was ever told so.
    held: bool,
}

/// What a command on its way is to change.
#[derive(Debug)]
enum Change {
    Add(EventSet),
    Remove(EventSet),
    Log(Option<LogLevel>),
}

#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    subscriptions: BTreeMap<SubscriptionId, Subscription>,
    ids: u64,
    /// A BACKGROUND_JOB must reach us for jobs of our own.
    jobs: bool,
    /// By the replies that have come.
    events: Had,
    log: Option<LogLevel>,
    /// Commands not answered yet, in order.
    on_their_way: Vec<(Step, Change)>,
    steps: u64,
    /// Names of a denied list: to be asked for one by one.
    doubtful: EventSet,
    refused: EventSet,
    refused_why: String,
    log_refused: Option<String>,
}

/// Events the switch has.
#[derive(Debug, Clone, Default)]
struct Had {
    sure: EventSet,
    /// These, and those whose command got no reply or was denied in part.
    maybe: EventSet,
}

impl Had {
    fn add(&mut self, events: &EventSet) {
        self.sure = self.sure.union(events);
        self.maybe = self.maybe.union(events);
    }

    fn doubt(&mut self, events: &EventSet) {
        self.maybe = self.maybe.union(events);
    }

    fn remove(&mut self, events: &EventSet) {
        self.sure = self.sure.minus(events);
        self.maybe = self.maybe.minus(events);
    }
}

impl Subscriptions {
    /// Whether nothing is subscribed, so that no events can be held up.
    pub(super) fn is_idle(&self) -> bool {
        self.events.maybe.is_empty() && self.log.is_none() && self.on_their_way.is_empty()
    }

    /// Whether no command about them is on its way.
    pub(super) fn is_answered(&self) -> bool {
        self.on_their_way.is_empty()
    }

    /// The switch has forgotten them all. They will be asked for again, and each is told again whether it holds.
    pub(super) fn on_break(&mut self) {
        self.events = Had::default();
        self.log = None;
        self.on_their_way.clear();
        self.doubtful = EventSet::new();
        self.refused = EventSet::new();
        self.log_refused = None;
        self.subscriptions.values_mut().for_each(|subscription| subscription.waits = true);
    }

    /// Whether the switch may have `ALL`.
    pub(super) fn has_all(&self) -> bool {
        self.expected().maybe.is_all()
    }

    /// Whether the switch surely has this event, and keeps it.
    pub(super) fn has(&self, event: &EventName) -> bool {
        let had = self.steady();
        had.is_all() || had.has(event)
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
        self.subscriptions.insert(id, Subscription { want, waits: true, held: false });
        id
    }

    pub(super) fn remove(&mut self, id: SubscriptionId) {
        self.subscriptions.remove(&id);
    }

    /// The commands that make the switch's state the wanted one.
    pub(super) fn reconcile(&mut self, format: EventFormat) -> Vec<(Command, Step)> {
        if self.subscriptions.is_empty() && !self.jobs && self.is_idle() {
            // As for most calls: `myevents` is none of them.
            return Vec::new();
        }
        let wanted = self.wanted_events().minus(&self.refused);
        let had = self.expected();
        let mut steps = Vec::new();
        for events in self.missing(&wanted, &had) {
            if let Ok(command) = Command::event(format, &events) {
                steps.push((command, self.begin(Change::Add(events))));
            }
        }
        let stands_all = had.maybe.is_all() || wanted.is_all();
        let extra = if stands_all { EventSet::new() } else { had.maybe.minus(&wanted) };
        if let Ok(command) = Command::nixevent(&extra) {
            steps.push((command, self.begin(Change::Remove(extra))));
        }
        steps.extend(self.reconcile_log());
        steps
    }

    /// The lists to ask for. `ALL` goes alone, since it makes the others needless; so does each doubtful name.
    fn missing(&self, wanted: &EventSet, had: &Had) -> Vec<EventSet> {
        if had.sure.is_all() {
            return Vec::new();
        }
        if wanted.is_all() {
            return vec![EventSet::all()];
        }
        let missing = wanted.minus(&had.sure);
        let singles = missing.intersection(&self.doubtful);
        singles.singles().chain([missing.minus(&self.doubtful)]).collect()
    }

    fn reconcile_log(&mut self) -> Option<(Command, Step)> {
        let levels = self.subscriptions.values().filter_map(|subscription| match subscription.want {
            Want::Log(level) => Some(level),
            Want::Events(_) => None,
        });
        let wanted = levels.max().filter(|_| self.log_refused.is_none());
        if wanted == self.levels().last().unwrap_or(self.log) {
            return None;
        }
        let command = wanted.map_or_else(Command::nolog, Command::log);
        Some((command, self.begin(Change::Log(wanted))))
    }

    pub(super) fn on_reply(&mut self, step: Step, refusal: Option<String>) {
        match (self.end(step), refusal) {
            (Some(Change::Add(events)), None) => {
                self.events.add(&events);
                self.doubtful = self.doubtful.minus(&events);
            }
            // The names before the denied one are subscribed all the same.
            (Some(Change::Add(events)), Some(_)) if events.singles().nth(1).is_some() => {
                self.events.doubt(&events);
                self.doubtful = self.doubtful.union(&events);
            }
            (Some(Change::Add(events)), Some(why)) => {
                self.events.remove(&events);
                self.doubtful = self.doubtful.minus(&events);
                self.refused = self.refused.union(&events);
                self.refused_why = why;
            }
            (Some(Change::Remove(events)), _) => self.events.remove(&events),
            (Some(Change::Log(Some(_))), Some(why)) => self.log_refused = Some(why),
            (Some(Change::Log(level)), _) => self.log = level,
            (None, _) => {}
        }
    }

    /// A command got no reply: those whose outcome will not be known. They are withdrawn.
    pub(super) fn on_silence(&mut self, step: Step) -> Vec<SubscriptionId> {
        match self.end(step) {
            Some(Change::Add(events)) => {
                self.events.doubt(&events);
                self.withdraw(|want| match want {
                    Want::Events(wanted) => !asked_as(wanted).intersection(&events).is_empty(),
                    Want::Log(_) => false,
                })
            }
            Some(Change::Remove(events)) => {
                self.events.remove(&events);
                Vec::new()
            }
            Some(Change::Log(level)) => {
                // Taken for done, so that it is taken back.
                self.log = level;
                self.withdraw(|want| matches!(want, Want::Log(wanted) if Some(*wanted) <= level))
            }
            None => Vec::new(),
        }
    }

    /// Those whose outcome is known and was not told yet.
    pub(super) fn settled(&mut self) -> Vec<(SubscriptionId, Result<(), SubscriptionRefused>)> {
        let waiting = self.subscriptions.iter().filter(|(_, subscription)| subscription.waits);
        let settled: Vec<_> =
            waiting.filter_map(|(id, subscription)| Some((*id, self.outcome(&subscription.want)?))).collect();
        for (id, result) in &settled {
            match (result, self.subscriptions.get_mut(id)) {
                (Ok(()), Some(subscription)) => {
                    subscription.waits = false;
                    subscription.held = true;
                }
                _ => self.remove(*id),
            }
        }
        settled
    }

    /// `None` while it is not known.
    fn outcome(&self, want: &Want) -> Option<Result<(), SubscriptionRefused>> {
        match want {
            Want::Log(level) => {
                if let Some(why) = self.log_refused.clone() {
                    return Some(Err(SubscriptionRefused::Log { why }));
                }
                let lowest = self.levels().chain([self.log]).min().flatten();
                (lowest >= Some(*level)).then_some(Ok(()))
            }
            Want::Events(events) => {
                let had = self.steady();
                if had.is_all() {
                    return Some(Ok(()));
                }
                let asked = asked_as(events);
                let refused = asked.intersection(&self.refused);
                if !asked.minus(&refused).minus(&had).is_empty() {
                    return None;
                }
                let (events, why) = (refused.to_string(), self.refused_why.clone());
                Some(if refused.is_empty() {
                    Ok(())
                } else {
                    Err(SubscriptionRefused::Events { events, why })
                })
            }
        }
    }

    /// It is the end. Those that wait for their beginning will have none; the others end with the connection.
    pub(super) fn give_up_waiting(&mut self) -> Vec<SubscriptionId> {
        self.subscriptions.retain(|_, subscription| !subscription.held);
        self.withdraw(|_| true)
    }

    fn withdraw(&mut self, who: impl Fn(&Want) -> bool) -> Vec<SubscriptionId> {
        let waiting = self.subscriptions.iter().filter(|(_, s)| s.waits && who(&s.want));
        let waiting: Vec<_> = waiting.map(|(id, _)| *id).collect();
        waiting.iter().for_each(|id| self.remove(*id));
        waiting
    }

    fn wanted_events(&self) -> EventSet {
        let jobs = if self.jobs { EventName::BackgroundJob.into() } else { EventSet::new() };
        self.subscriptions.values().fold(jobs, |union, subscription| match &subscription.want {
            Want::Events(events) => union.union(&asked_as(events)),
            Want::Log(_) => union,
        })
    }

    /// What the switch has when it has granted what is on its way.
    fn expected(&self) -> Had {
        let mut had = self.events.clone();
        for (_, change) in &self.on_their_way {
            match change {
                Change::Add(events) => had.add(events),
                Change::Remove(events) => had.remove(events),
                Change::Log(_) => {}
            }
        }
        had
    }

    /// What it surely has, and nothing on its way takes back.
    fn steady(&self) -> EventSet {
        self.on_their_way.iter().fold(self.events.sure.clone(), |sure, (_, change)| match change {
            Change::Remove(events) => sure.minus(events),
            Change::Add(_) | Change::Log(_) => sure,
        })
    }

    /// The log levels on their way.
    fn levels(&self) -> impl DoubleEndedIterator<Item = Option<LogLevel>> {
        self.on_their_way.iter().filter_map(|(_, change)| match change {
            Change::Log(level) => Some(*level),
            Change::Add(_) | Change::Remove(_) => None,
        })
    }

    fn begin(&mut self, change: Change) -> Step {
        self.steps += 1;
        let step = Step(self.steps);
        self.on_their_way.push((step, change));
        step
    }

    fn end(&mut self, step: Step) -> Option<Change> {
        let at = self.on_their_way.iter().position(|(there, _)| *there == step)?;
        Some(self.on_their_way.remove(at).1)
    }
}

impl Connection {
    /// Whether a command changes subscriptions behind the back of those made by [`subscribe`](Self::subscribe) in a
    /// way that loses their events: `noevents` while anything is subscribed, and `nixevent` while `ALL` is, after
    /// which CUSTOM events come only of those subclasses that were known when it was asked for.
    ///
    /// # Errors
    ///
    /// [`ApiMisuse::WouldLoseEvents`]; [`ApiMisuse::NotFull`] on an outbound connection that was not given `full`, for a
    /// command that needs it.
    pub fn check(&self, command: &Command) -> Result<(), ApiMisuse> {
        self.check_control(command.kind())?;
        let what = command.takes_back_events();
        let harms = match what {
            Some("nixevent") => self.subscriptions.has_all(),
            Some(_) => !self.subscriptions.is_idle(),
            None => false,
        };
        match what.filter(|_| harms) {
            Some(what) => Err(ApiMisuse::WouldLoseEvents { what }),
            None => Ok(()),
        }
    }

    pub(super) fn reconcile(&mut self, now: Instant) {
        // In a break it is put off until the switch is back.
        let later = self.sessions.had_one() && (!self.can_talk() || self.sessions.is_asking());
        if self.too_late().is_none() && !later {
            for (command, step) in self.subscriptions.reconcile(self.config.format) {
                self.queue(command, None, Purpose::Subscription(step), now);
            }
        }
        self.announce_subscriptions(now);
    }

    pub(super) fn announce_subscriptions(&mut self, now: Instant) {
        let settled = self.subscriptions.settled();
        // One that is refused gives up the rest of what it asked for.
        let refused = settled.iter().any(|(_, result)| result.is_err());
        for (id, result) in settled {
            self.outputs.push_back(Output::Subscribed { id, result });
        }
        if refused {
            self.reconcile(now);
        }
        if self.subscriptions.jobs_refused() {
            for job in self.jobs.drain() {
                self.outputs.push_back(Output::Job { job, result: Err(JobLost::NotPermitted) });
            }
        }
    }

    /// Whether these subscriptions hold will not be known.
    pub(super) fn refuse(&mut self, subscriptions: Vec<SubscriptionId>, why: &Unanswered) {
        for id in subscriptions {
            let result = Err(SubscriptionRefused::Unanswered(why.clone()));
            self.outputs.push_back(Output::Subscribed { id, result });
        }
    }
}

/// What to ask the switch for: `ALL` where any CUSTOM event is wanted.
fn asked_as(events: &EventSet) -> EventSet {
    if events.is_all() || events.has(&EventName::Custom) { EventSet::all() } else { events.clone() }
}
