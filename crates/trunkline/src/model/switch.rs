//! The one writer.

use std::sync::Arc;
use std::time::Instant;

use trunkline_proto::{Event, JobUuid};

use super::batch::Batch;
use super::draft::Draft;
use super::fold;
use super::view::{Reader, View};

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
        Self { draft: Draft::default(), reader: Reader::new() }
    }

    /// Takes an event in and publishes the view with it. `now` must never go back.
    pub fn apply(&mut self, event: &Event, now: Instant) -> Batch {
        self.apply_all([event], now)
    }

    /// Takes events in, in the order they came, and publishes one view with all of them. Give it as many as there are: to
    /// publish often costs more than to fold.
    pub fn apply_all<'e>(&mut self, events: impl IntoIterator<Item = &'e Event>, now: Instant) -> Batch {
        self.draft.begin(now);
        for event in events {
            self.draft.begin_event();
            fold::event(&mut self.draft, event);
        }
        self.publish()
    }

    /// A background job was begun: `bgapi` was answered with this Job-UUID. It is there until its BACKGROUND_JOB comes.
    pub fn begin_job(&mut self, id: JobUuid, command: impl Into<Arc<str>>, now: Instant) -> Batch {
        self.draft.begin(now);
        self.draft.begin_event();
        fold::job::begin(&mut self.draft, id, command.into());
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
