//! What the reader of the connection and the handles of a call share: which applications run, who waits for them, how it
//! ended.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::sync::{Notify, oneshot};
use trunkline_proto::{ChannelUuid, CloseReason, Event, EventName, EventSet, Reply, Unanswered};

use super::{Ended, EndedBy};
use crate::calls::Hangup;
use crate::core::lock;
use crate::queue::{Ending, Queue};
use crate::reconnect::Gap;

/// So many applications of a call may wait in the switch, which drops the connection at the 257th
/// (`switch_core_session_queue_private_event` in `switch_core_session.c`). Messages that are none come on top.
const MOST_RUNS: usize = 128;

#[derive(Debug)]
pub(crate) struct CallState {
    inner: Mutex<Inner>,
    /// An application has ended, or the call.
    changed: Notify,
    /// The call has ended: apart, since that is nearly always waited for.
    over: Notify,
}

#[derive(Debug)]
struct Inner {
    uuid: ChannelUuid,
    runs: Vec<Run>,
    /// This program has asked for its end.
    asked: Option<EndedBy>,
    ended: Option<Ended>,
    /// How far its hangup was told.
    hangup: Option<Hangup>,
    streams: Vec<CallStream>,
    /// Why none of its events will come any more.
    over: Option<CloseReason>,
    serials: u64,
    /// How many applications have begun.
    begun: u64,
}

/// An application that was sent.
#[derive(Debug)]
struct Run {
    /// Its Event-UUID.
    id: Arc<str>,
    /// It has begun, after so many others.
    began: Option<u64>,
    /// `None` once nobody waits for it any more.
    complete: Option<oneshot::Sender<Told>>,
    /// It is to be ended.
    cancelled: bool,
}

/// What became of an application.
#[derive(Debug)]
pub(super) enum Told {
    /// It has ended.
    Complete(Event),
    /// The switch has not taken it.
    NotTaken(Box<Result<Reply, Unanswered>>),
}

#[derive(Debug)]
struct CallStream {
    serial: u64,
    wants: EventSet,
    queue: Arc<Queue<Event>>,
}

impl CallState {
    pub(crate) fn new(uuid: ChannelUuid) -> Self {
        let inner = Inner {
            uuid,
            runs: Vec::new(),
            asked: None,
            ended: None,
            hangup: None,
            streams: Vec::new(),
            over: None,
            serials: 0,
            begun: 0,
        };
        Self { inner: Mutex::new(inner), changed: Notify::new(), over: Notify::new() }
    }

    pub(crate) fn uuid(&self) -> ChannelUuid {
        lock(&self.inner).uuid.clone()
    }

    /// Whether this is its id.
    pub(crate) fn is(&self, uuid: &str) -> bool {
        lock(&self.inner).uuid.as_str() == uuid
    }

    pub(crate) fn rename(&self, uuid: ChannelUuid) {
        lock(&self.inner).uuid = uuid;
    }

    pub(crate) fn ended(&self) -> Option<Ended> {
        lock(&self.inner).ended.clone()
    }

    /// How far its hangup was told, if it was hung up and nobody listens to its events.
    pub(crate) fn hangup(&self) -> Option<Hangup> {
        let inner = lock(&self.inner);
        inner.hangup.filter(|_| inner.streams.is_empty())
    }

    /// Waits for the end.
    pub(crate) async fn wait_ended(&self) -> Ended {
        wait(&self.over, || self.ended()).await
    }

    /// What the next end is this program's doing of.
    pub(crate) fn ask(&self, by: EndedBy) {
        lock(&self.inner).asked = Some(by);
    }

    /// It is not, after all.
    pub(crate) fn unask(&self) {
        lock(&self.inner).asked = None;
    }

    /// Waits until another application may be sent: those that were given up have ended, and not too many wait. From then on
    /// it counts as sent, under this id. The receiver's sender is gone once the call has ended.
    pub(super) async fn begin(&self, id: &Arc<str>) -> Result<oneshot::Receiver<Told>, Ended> {
        self.wait_for(|inner| {
            if let Some(ended) = &inner.ended {
                return Some(Err(ended.clone()));
            }
            let cancelled = inner.runs.iter().any(|run| run.cancelled);
            (!cancelled && inner.runs.len() < MOST_RUNS).then(|| Ok(inner.begin(id)))
        })
        .await
    }

    /// The same of what is not held up by what runs.
    pub(super) fn begin_now(&self, id: &Arc<str>) -> oneshot::Receiver<Told> {
        let mut inner = lock(&self.inner);
        let complete = inner.begin(id);
        if inner.ended.is_some() {
            inner.runs.clear();
        }
        complete
    }

    async fn wait_for<T>(&self, mut done: impl FnMut(&mut Inner) -> Option<T>) -> T {
        wait(&self.changed, || done(&mut lock(&self.inner))).await
    }

    /// It was not sent, or refused.
    pub(crate) fn remove(&self, id: &str) {
        lock(&self.inner).runs.retain(|run| &*run.id != id);
        self.changed.notify_waiters();
    }

    /// Nobody waits for it any more; if it is `cancelled`, those behind it wait for its end. False if it is over.
    pub(crate) fn give_up(&self, id: &str, cancelled: bool) -> bool {
        let mut inner = lock(&self.inner);
        let Some(run) = inner.runs.iter_mut().find(|run| &*run.id == id) else { return false };
        run.complete = None;
        run.cancelled = cancelled;
        true
    }

    /// Waits until it has begun, and nothing runs inside it if it is to be the `innermost`. False if it is over.
    pub(crate) async fn runs(&self, id: &str, innermost: bool) -> bool {
        self.wait_for(|inner| {
            let Some(run) = inner.runs.iter().find(|run| &*run.id == id) else { return Some(false) };
            let is_last = inner.runs.iter().all(|other| other.began <= run.began);
            (run.began.is_some() && (is_last || !innermost)).then_some(true)
        })
        .await
    }

    /// Waits until it is over.
    pub(crate) async fn gone(&self, id: &str) {
        self.wait_for(|inner| inner.runs.iter().all(|run| &*run.id != id).then_some(())).await;
    }

    pub(crate) fn on_event(&self, event: &Event) {
        // One that was queued to the session, and is diverted, has lost its name.
        let Some(name) = event.name() else { return self.share(event) };
        match name {
            EventName::ChannelExecute => self.on_execute(event),
            EventName::ChannelExecuteComplete => self.on_complete(event),
            EventName::ChannelHangup => self.on_hangup(event, Hangup::Begun),
            EventName::ChannelHangupComplete | EventName::ChannelDestroy => {
                self.on_hangup(event, Hangup::Told);
            }
            _ => {}
        }
        self.share(event);
        if *name == EventName::ChannelDestroy {
            self.close_streams(&CloseReason::Requested);
        }
    }

    fn on_execute(&self, event: &Event) {
        let Some(id) = application(event) else { return };
        let mut inner = lock(&self.inner);
        inner.begun += 1;
        let begun = inner.begun;
        let Some(run) = inner.runs.iter_mut().find(|run| *run.id == *id) else { return };
        run.began = Some(begun);
        let cancelled = run.cancelled;
        drop(inner);
        if cancelled {
            self.changed.notify_waiters();
        }
    }

    fn on_complete(&self, event: &Event) {
        let Some(id) = application(event) else { return };
        let mut inner = lock(&self.inner);
        let Some(at) = inner.runs.iter().position(|run| *run.id == *id) else { return };
        let run = inner.runs.swap_remove(at);
        drop(inner);
        if let Some(sender) = run.complete {
            // Who has gone meanwhile gets nothing. A copy: what the connection reads into is soon needed again.
            let _ = sender.send(Told::Complete(event.detach()));
        }
        self.changed.notify_waiters();
    }

    /// An application was answered for: of one that the switch does not take nothing more is heard.
    pub(crate) fn on_reply(&self, id: &str, reply: Result<Reply, Unanswered>) {
        let is_taken = match &reply {
            Ok(Reply::Command(reply)) => reply.error().is_none(),
            Ok(Reply::Api(response)) => response.error().is_none(),
            _ => false,
        };
        if is_taken {
            return;
        }
        let mut inner = lock(&self.inner);
        let Some(at) = inner.runs.iter().position(|run| *run.id == *id) else { return };
        let run = inner.runs.swap_remove(at);
        drop(inner);
        if let Some(sender) = run.complete {
            // Who has gone meanwhile gets nothing.
            let _ = sender.send(Told::NotTaken(Box::new(reply)));
        }
        self.changed.notify_waiters();
    }

    fn on_hangup(&self, event: &Event, hangup: Hangup) {
        let mut inner = lock(&self.inner);
        inner.hangup = Some(hangup);
        if inner.ended.as_ref().is_some_and(|ended| ended.cause.is_some()) {
            return;
        }
        let asked = matches!(inner.asked, Some(EndedBy::Program));
        drop(inner);
        self.end(Ended::told(event, asked));
    }

    /// It is down, and nobody has said why.
    pub(crate) fn on_down(&self) {
        let asked = lock(&self.inner).asked.clone();
        self.end(Ended::now(None, asked.unwrap_or(EndedBy::Switch)));
    }

    /// It has turned out to be no more: nothing more will be heard of it.
    pub(crate) fn on_gone(&self) {
        self.end(Ended::now(None, EndedBy::Switch));
        self.close_streams(&CloseReason::Requested);
    }

    /// Of the applications that ended meanwhile we have not heard: nobody waits for them for ever.
    pub(crate) fn on_gap(&self, gap: &Gap) {
        let mut inner = lock(&self.inner);
        let lost = std::mem::take(&mut inner.runs);
        let queues = inner.queues();
        drop(inner);
        drop(lost);
        queues.iter().for_each(|queue| queue.gap(gap));
        self.changed.notify_waiters();
    }

    pub(crate) fn on_closed(&self, reason: &CloseReason) {
        let by = match (lock(&self.inner).asked.clone(), reason) {
            (Some(EndedBy::Program), _) => EndedBy::Program,
            (_, CloseReason::Requested | CloseReason::Notice { .. }) => EndedBy::Released,
            (_, reason) => EndedBy::Lost(reason.clone()),
        };
        self.end(Ended::now(None, by));
        self.close_streams(reason);
    }

    /// The first end is the end; its cause may come later.
    pub(crate) fn end(&self, ended: Ended) {
        let mut inner = lock(&self.inner);
        match &mut inner.ended {
            Some(known) => known.cause = known.cause.take().or(ended.cause),
            None => inner.ended = Some(ended),
        }
        let runs = std::mem::take(&mut inner.runs);
        drop(inner);
        // Their callers see that nothing comes any more.
        drop(runs);
        self.over.notify_waiters();
        self.changed.notify_waiters();
    }

    /// Has these events of the call's put into a queue, which ends at once if there will be none.
    pub(crate) fn stream(&self, wants: EventSet, queue: &Arc<Queue<Event>>) -> u64 {
        let mut inner = lock(&self.inner);
        inner.serials += 1;
        let serial = inner.serials;
        inner.streams.push(CallStream { serial, wants, queue: Arc::clone(queue) });
        let over = inner.over.clone();
        drop(inner);
        if let Some(reason) = over {
            queue.close(Ending::Closed(reason));
        }
        serial
    }

    pub(crate) fn end_stream(&self, serial: u64) {
        lock(&self.inner).streams.retain(|stream| stream.serial != serial);
    }

    fn share(&self, event: &Event) {
        let inner = lock(&self.inner);
        let wanting: Vec<_> = inner.streams.iter().filter(|stream| stream.wants.matches(event)).collect();
        let queues: Vec<_> = wanting.iter().map(|stream| Arc::clone(&stream.queue)).collect();
        drop(inner);
        for queue in queues {
            let mut one = VecDeque::from([event.clone()]);
            queue.push(&mut one, false);
            if !one.is_empty() {
                // The reader does not wait: what is least precious goes.
                queue.give_up();
                queue.push(&mut one, false);
            }
        }
    }

    fn close_streams(&self, reason: &CloseReason) {
        let mut inner = lock(&self.inner);
        inner.over.get_or_insert_with(|| reason.clone());
        let queues = inner.queues();
        drop(inner);
        queues.iter().for_each(|queue| queue.close(Ending::Closed(reason.clone())));
    }
}

/// Waits until something is so, of which this tells when it may be.
async fn wait<T>(changed: &Notify, mut done: impl FnMut() -> Option<T>) -> T {
    if let Some(done) = done() {
        return done;
    }
    loop {
        let mut changed = std::pin::pin!(changed.notified());
        changed.as_mut().enable();
        if let Some(done) = done() {
            return done;
        }
        changed.await;
    }
}

/// The Event-UUID of the application an event is about, which is said at its end (`switch_core_session_exec` in
/// `switch_core_session.c`).
fn application(event: &Event) -> Option<Cow<'_, str>> {
    event.headers().last_backwards("Application-UUID").map(|id| id.to_str())
}

impl Inner {
    fn begin(&mut self, id: &Arc<str>) -> oneshot::Receiver<Told> {
        let (sender, complete) = oneshot::channel();
        if self.runs.is_empty() {
            // Nearly always there is one at a time.
            self.runs.reserve_exact(1);
        }
        self.runs.push(Run { id: Arc::clone(id), began: None, complete: Some(sender), cancelled: false });
        complete
    }

    fn queues(&self) -> Vec<Arc<Queue<Event>>> {
        self.streams.iter().map(|stream| Arc::clone(&stream.queue)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn begins(state: &CallState, id: &str) -> bool {
        let id = Arc::from(id);
        let begun = pin!(state.begin(&id)).poll(&mut Context::from_waker(Waker::noop()));
        matches!(begun, Poll::Ready(Ok(_)))
    }

    #[test]
    fn no_more_begin_than_may_however_many_threads_ask() {
        let state = CallState::new("call".into());
        for _ in 0..50 {
            let begun: usize = std::thread::scope(|scope| {
                let ask = |thread| {
                    let state = &state;
                    move || (0..MOST_RUNS).filter(|run| begins(state, &format!("{thread}-{run}"))).count()
                };
                let threads: Vec<_> = (0..8).map(|thread| scope.spawn(ask(thread))).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).sum()
            });
            assert_eq!((begun, lock(&state.inner).runs.len()), (MOST_RUNS, MOST_RUNS));
            let first = lock(&state.inner).runs[0].id.clone();
            state.remove(&first);
            assert!(begins(&state, "next") && !begins(&state, "one more"));
            lock(&state.inner).runs.clear();
        }
    }
}
