//! The one writer.

use std::sync::Arc;
use std::time::Instant;

use trunkline_proto::{CoreUuid, Event, EventSet, JobUuid};

use super::batch::Batch;
use super::change::Removal;
use super::draft::Draft;
use super::fold;
use super::job::Job;
use super::options::Options;
use super::snapshot::{self, Ask, Reading, Stale, StaleCause};
use super::standing::{Standing, Why};
use super::view::{Reader, View};

/// A job that the switch has taken.
#[derive(Debug)]
pub(in crate::model) struct NewJob {
    pub(in crate::model) id: JobUuid,
    pub(in crate::model) command: Arc<str>,
    /// When it was asked for.
    pub(in crate::model) begun: Instant,
    /// The run of the switch, if it is known.
    pub(in crate::model) core: Option<CoreUuid>,
}

/// A switch as its events tell of it: the one writer of a [`View`]. See the [module](super).
#[derive(Debug)]
pub struct Switch {
    draft: Draft,
    reader: Reader,
}

impl Switch {
    /// One of which nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::with(Options::new())
    }

    /// One that is kept so.
    #[must_use]
    pub fn with(options: Options) -> Self {
        Self { draft: Draft::new(options), reader: Reader::new() }
    }

    /// The events a model is made of: those to subscribe to. Without some of them it knows less, and may take what it was not
    /// told for lost: [`set_partial`](Self::set_partial).
    #[must_use]
    pub fn events() -> EventSet {
        fold::events()
    }

    /// Takes an event in and publishes the view with it. `now` must never go back.
    pub fn apply(&mut self, event: &Event, now: Instant) -> Batch {
        self.apply_all([event], now)
    }

    /// Takes events in, in the order they came, and publishes one view with all of them. Give it as many as there are: to
    /// publish often costs more than to fold.
    ///
    /// If they show that others were lost ([`Batch::signs`]), the view is [`Stale`] from now on, and a
    /// [`resync`](Self::resync) is due.
    pub fn apply_all<'e>(&mut self, events: impl IntoIterator<Item = &'e Event>, now: Instant) -> Batch {
        self.draft.begin(now);
        for event in events {
            fold::event(&mut self.draft, event);
        }
        if let Some(cause) = self.draft.suspicion() {
            self.draft.resync.lose();
            self.draft.set_stale(Some(Stale { since: now, cause }));
        }
        self.publish()
    }

    /// A background job was begun: `bgapi` was answered with this Job-UUID. It is there until its BACKGROUND_JOB comes, the
    /// switch is started anew, or it is taken for [lost](Self::lose_job).
    pub fn begin_job(&mut self, id: JobUuid, command: impl Into<Arc<str>>, now: Instant) -> Batch {
        let core = self.draft.view().core_uuid().cloned();
        self.begin(NewJob { id, command: command.into(), begun: now, core }, now)
    }

    /// The end of a job will not be heard, for this cause: it is there no more. One that is not there is no matter.
    pub fn lose_job(&mut self, id: &JobUuid, cause: Removal, now: Instant) -> Batch {
        self.unheard(now, |draft| drop(draft.remove::<Job>(id, cause)))
    }

    pub(in crate::model) fn begin(&mut self, job: NewJob, now: Instant) -> Batch {
        self.draft.begin(now);
        let since = Standing::new(None, Why::Here);
        self.draft.begin_event(since.clone(), None);
        let NewJob { id, command, begun, core } = job;
        let command = command.into();
        self.draft.create(Job { id, command, crossed_gap: false, since, begun, result: None, core });
        self.publish()
    }

    /// Events were lost: the ends of jobs may have been among them.
    pub(in crate::model) fn doubt_jobs(&mut self, now: Instant) -> Batch {
        self.unheard(now, fold::job::doubt)
    }

    /// The connection has ended for good: the ends of jobs will not be heard.
    pub(in crate::model) fn lose_jobs(&mut self, now: Instant) -> Batch {
        self.unheard(now, fold::job::lose_all)
    }

    /// The switch was started anew, as this run.
    pub(in crate::model) fn lose_jobs_of_others(&mut self, core: &CoreUuid, now: Instant) -> Batch {
        self.unheard(now, |draft| fold::job::lose_all_but(draft, core))
    }

    /// Something has happened that no event told.
    fn unheard(&mut self, now: Instant, happened: impl FnOnce(&mut Draft)) -> Batch {
        self.draft.begin(now);
        self.draft.begin_event(Standing::new(None, Why::Here), None);
        self.draft.while_away = true;
        happened(&mut self.draft);
        self.draft.while_away = false;
        self.publish()
    }

    /// Whether not every channel's events come: there is a filter, or this user may not have them. The switch's own count
    /// of channels means nothing then ([`Sign::Drift`](super::Sign::Drift)).
    pub fn set_partial(&mut self, partial: bool) {
        self.draft.churn.off = partial;
    }

    /// A reader of what this writes. Any number, each for whatever thread.
    #[must_use]
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// The latest view.
    #[must_use]
    pub fn view(&self) -> Arc<View> {
        self.reader.view()
    }

    /// Events were lost, or may have been: the view is [`Stale`] from now on. What was missed is asked for by
    /// [`resync`](Self::resync).
    pub fn lose(&mut self, cause: StaleCause, now: Instant) {
        self.draft.begin(now);
        self.draft.resync.lose();
        if cause == StaleCause::Gap {
            self.draft.forget_what_is_over();
        }
        if self.draft.view().stale().is_none() {
            self.draft.set_stale(Some(Stale { since: now, cause }));
        }
        self.publish();
    }

    /// Events come, from now on without a gap: begins to ask for what was missed. Without a
    /// [`lose`](Self::lose) before it, it is as after [`StaleCause::Suspected`].
    pub fn resync(&mut self, now: Instant) {
        if self.draft.view().stale().is_none() {
            self.lose(StaleCause::Suspected, now);
        }
        let lag = self.draft.options.show_lag;
        self.draft.resync.begin(now, lag);
    }

    /// When a [`resync`](Self::resync) is due: at once or at some time in the past if the view is stale, later if one has
    /// failed of late or was begun just before. `None` if none is needed, or one is under way. After a gap it may
    /// be begun whenever events come again.
    #[must_use]
    pub fn resync_due(&self) -> Option<Instant> {
        let since = self.draft.view().stale()?.since;
        (!self.is_resyncing()).then(|| self.draft.resync.may_begin().map_or(since, |at| at.max(since)))
    }

    /// What is to be asked now, so that no more than `most` are on their way at once. Empty when all are, when the time for it
    /// has not come ([`resync_deadline`](Self::resync_deadline)), or when nothing is left.
    pub fn asks(&mut self, most: usize, now: Instant) -> Vec<Ask> {
        self.draft.resync.asks(most, now)
    }

    /// When there will be something to ask that is not to be asked yet.
    #[must_use]
    pub fn resync_deadline(&self) -> Option<Instant> {
        self.draft.resync.deadline()
    }

    /// Whether there is still something to ask, or to be answered. If not, and the view is still stale, an ask came to
    /// nothing: begin again with [`resync`](Self::resync), after a while.
    #[must_use]
    pub fn is_resyncing(&self) -> bool {
        self.draft.resync.is_under_way()
    }

    /// How many questions are open, as far as is known.
    #[must_use]
    pub fn asks_left(&self) -> usize {
        self.draft.resync.left()
    }

    /// Takes in what was answered, and publishes the view with it. What comes of it is told as having happened
    /// [`while_away`](super::Altered::while_away). An answer to a question that has become void changes nothing.
    pub fn answer(&mut self, ask: &Ask, reading: Reading, now: Instant) -> Batch {
        self.draft.begin(now);
        snapshot::settle::answer(&mut self.draft, ask, reading);
        self.publish()
    }

    fn publish(&mut self) -> Batch {
        let (view, batch) = self.draft.finish();
        if let Some(view) = view {
            self.reader.publish(Arc::new(view));
        }
        batch
    }
}

impl Default for Switch {
    fn default() -> Self {
        Self::new()
    }
}
