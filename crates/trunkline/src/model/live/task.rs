//! The task that folds what comes, and asks for what was missed.

use std::future::{poll_fn, ready};
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::sleep_until;
use trunkline_proto::{CloseReason, Event, JobLost};

use super::Progress;
use super::health::Counts;
use super::jobs::Jobs;
use crate::client::Client;
use crate::core::{JobNews, now};
use crate::error::Error;
use crate::events::{Events, Item};
use crate::job;
use crate::model::{Ask, Batch, Reading, StaleCause, Switch};
use crate::reconnect::State;

/// So many questions are on their way at once.
const MOST_ASKS: usize = 16;
/// So many events are folded before the view is published.
const MOST_EVENTS: usize = 512;

pub(super) struct Follower {
    pub(super) client: Client,
    pub(super) switch: Switch,
    pub(super) jobs: Jobs,
    changes: broadcast::Sender<Arc<Batch>>,
    progress: watch::Sender<Progress>,
    counts: Arc<Counts>,
    asks: JoinSet<(Ask, Reading)>,
    /// Events come, as far as is known.
    connected: bool,
    /// They do not, because the switch does not answer.
    silent: bool,
    /// Some were dropped, from between those that still wait: what is to be asked is asked once none waits.
    holes: bool,
}

impl Follower {
    pub(super) fn new(
        client: &Client,
        switch: Switch,
        changes: broadcast::Sender<Arc<Batch>>,
        progress: watch::Sender<Progress>,
        counts: Arc<Counts>,
        jobs: Jobs,
    ) -> Self {
        let client = client.without_life();
        let mut follower = Self {
            client,
            switch,
            jobs,
            changes,
            progress,
            counts,
            asks: JoinSet::new(),
            connected: true,
            silent: false,
            holes: false,
        };
        follower.switch.lose(StaleCause::NotYetRead, now());
        follower.switch.resync(now());
        follower
    }

    pub(super) async fn run(
        mut self,
        mut events: Events,
        mut doubts: mpsc::UnboundedReceiver<oneshot::Sender<()>>,
    ) {
        enum Woken {
            Item(Option<Item>),
            State(Option<State>),
            Answer(Option<(Ask, Reading)>),
            Doubt(oneshot::Sender<()>),
            Job(JobNews),
            /// To see whether an event waits.
            Look,
            Time,
        }
        let mut states = self.client.state_changes();
        let mut states_come = true;
        loop {
            self.ask();
            self.expire_jobs();
            let due = self.due();
            let woken = tokio::select! {
                item = events.next() => Woken::Item(item),
                state = states.next(), if states_come => Woken::State(state),
                answer = self.asks.join_next(), if !self.asks.is_empty() => {
                    Woken::Answer(answer.and_then(Result::ok))
                }
                Some(doubt) = doubts.recv() => Woken::Doubt(doubt),
                news = self.jobs.hear() => Woken::Job(news),
                () = ready(()), if self.holes => Woken::Look,
                () = sleep_until(due.unwrap_or_else(now).into()), if due.is_some() => Woken::Time,
            };
            let woken = match woken {
                Woken::Look => next_of(&mut events).await.map_or(Woken::Look, Woken::Item),
                woken => woken,
            };
            match woken {
                Woken::Look => self.catch_up(),
                Woken::Item(item) => {
                    if let Some(reason) = self.take(item, &mut events).await {
                        return self.close(reason);
                    }
                }
                Woken::State(state) => {
                    states_come = state.is_some();
                    if let Some(state) = state {
                        self.hear_of_connection(&state);
                    }
                }
                Woken::Answer(Some((ask, reading))) => self.answer(&ask, reading),
                Woken::Doubt(doubt) => {
                    self.lose(StaleCause::Suspected);
                    // Whoever asked may have gone.
                    let _ = doubt.send(());
                }
                Woken::Job(news) => self.hear_of_job(news),
                Woken::Answer(None) | Woken::Time => {}
            }
        }
    }

    fn hear_of_connection(&mut self, state: &State) {
        match state {
            State::Connecting { .. } => {
                (self.connected, self.silent) = (false, false);
                self.lose(StaleCause::Gap);
            }
            State::Stale => {
                (self.connected, self.silent) = (false, true);
                self.counts.silences.one();
                self.lose(StaleCause::Silent);
            }
            // After a gap events say so themselves.
            State::Ready if self.silent => (self.connected, self.silent) = (true, false),
            _ => {}
        }
    }

    /// When there is something to do without being told.
    fn due(&self) -> Option<Instant> {
        let due = self.switch.resync_due().or(self.switch.resync_deadline());
        [due.filter(|_| self.may_ask()), self.jobs.deadline()].into_iter().flatten().min()
    }

    /// Folds an item, and those that have come with it; the end, if that is what came.
    async fn take(&mut self, first: Option<Item>, events: &mut Events) -> Option<CloseReason> {
        let mut batch: Vec<Event> = Vec::new();
        let mut next = first;
        loop {
            match next {
                Some(Item::Event(event)) => batch.push(event),
                other => {
                    self.fold(&mut batch);
                    match other {
                        Some(Item::Gap(gap)) => {
                            self.connected = true;
                            self.counts.gaps.one();
                            self.lose(StaleCause::Gap);
                            self.jobs_cross(&gap);
                            if !self.holes {
                                self.resync();
                            }
                        }
                        Some(Item::Missed(_)) => {
                            self.counts.overflows.one();
                            self.holes = true;
                            self.lose(StaleCause::Overflow);
                            self.doubt_jobs();
                        }
                        Some(Item::Closed(reason)) => return Some(reason),
                        Some(Item::Refused(refused)) => {
                            return Some(CloseReason::Refused { text: refused.to_string() });
                        }
                        _ => return Some(CloseReason::Requested),
                    }
                }
            }
            if batch.len() >= MOST_EVENTS {
                break;
            }
            next = match next_of(events).await {
                Some(item) => item,
                None => break,
            };
        }
        self.fold(&mut batch);
        None
    }

    fn fold(&mut self, events: &mut Vec<Event>) {
        // What ends has begun.
        self.hear_of_jobs();
        if !events.is_empty() {
            self.begin_jobs_that_end(events);
            let batch = self.switch.apply_all(events.iter(), now());
            events.clear();
            self.publish(batch);
        }
    }

    pub(super) fn publish(&mut self, batch: Batch) {
        // The view is stale for them already.
        self.counts.signs(batch.signs());
        if !batch.changes().is_empty() {
            // Nobody may be watching.
            let _ = self.changes.send(Arc::new(batch));
        }
        self.tell();
    }

    fn tell(&self) {
        let version = self.switch.view().version();
        self.progress.send_if_modified(|progress| {
            let is_new = progress.version != version;
            progress.version = version;
            is_new
        });
    }

    fn lose(&mut self, cause: StaleCause) {
        self.switch.lose(cause, now());
        self.tell();
    }

    /// No event waits: those that come from now on are whole.
    fn catch_up(&mut self) {
        self.holes = false;
        self.lose(StaleCause::Overflow);
    }

    /// Whether it would be known which events came after what is answered, and all of them.
    fn may_ask(&self) -> bool {
        self.connected && !self.holes
    }

    fn resync(&mut self) {
        self.asks.abort_all();
        self.switch.resync(now());
    }

    /// Says what is to be asked by now.
    fn ask(&mut self) {
        if !self.may_ask() {
            return;
        }
        if self.switch.resync_due().is_some_and(|due| due <= now()) {
            self.resync();
        }
        for ask in self.switch.asks(MOST_ASKS, now()) {
            let client = self.client.clone();
            self.asks.spawn(async move {
                let reading = answer(&client, &ask).await;
                (ask, reading.unwrap_or_else(|_| Reading::none()))
            });
        }
    }

    fn answer(&mut self, ask: &Ask, reading: Reading) {
        let was_under_way = self.switch.is_resyncing();
        let batch = self.switch.answer(ask, reading, now());
        self.publish(batch);
        if !was_under_way || self.switch.is_resyncing() {
            return;
        }
        if self.switch.view().stale().is_none() {
            self.counts.resyncs.one();
        } else {
            self.counts.failed.one();
        }
    }

    /// The connection has ended, and is not made again.
    fn close(&mut self, reason: CloseReason) {
        self.lose(StaleCause::Gap);
        self.lose_jobs();
        self.progress.send_modify(|progress| progress.closed = Some(reason));
    }
}

/// The next item, if there is one by now.
async fn next_of(events: &mut Events) -> Option<Option<Item>> {
    match poll_fn(|cx| Poll::Ready(events.poll_item(cx))).await {
        Poll::Ready(item) => Some(item),
        Poll::Pending => None,
    }
}

/// What the switch answers. A long list goes by a job, which does not keep events from coming meanwhile.
async fn answer(client: &Client, ask: &Ask) -> Result<Reading, Error> {
    let line = ask.line();
    if line.starts_with("show ") {
        match client.start_unfollowed_job(job::new_uuid(), &line).await?.await {
            Ok(end) => return Ok(ask.read(&end.bytes())),
            Err(Error::Job(JobLost::NotPermitted)) => {}
            Err(error) => return Err(error),
        }
    }
    match client.api(&line).await {
        // This user may not ask that: what he may is enough.
        Err(Error::Refused { .. }) => Ok(ask.read(b"-ERR permission denied\n")),
        answer => Ok(ask.read(answer?.bytes())),
    }
}
