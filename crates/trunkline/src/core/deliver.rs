//! What comes out of the connection, and how it gets to those who wait. Nothing is delivered under the lock.

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::task::Waker;

use tokio::sync::oneshot;
use trunkline_proto::{
    ChannelData, CloseReason, Event, EventName, JobLost, LogData, Permissions, Reply, SubscriptionId,
    SubscriptionRefused, Unanswered,
};

use super::{Asker, Core, JobFollowers, JobNews, Shared, Sink, lock};
use crate::after_connect::Connected;
use crate::bounded::Queued;
use crate::calls::Calls;
use crate::permission::Permission;
use crate::queue::{Ending, Queue};
use crate::reconnect::{Gap, State};
use crate::trace;

/// So many events at once are not many.
const FEW: usize = 64;

thread_local! {
    /// What the last connection had room in that has delivered everything, for the next one: of many, most have nothing.
    static SPARE: Cell<Deliveries> = const { Cell::new(Deliveries::new()) };
}

/// To whom, and what.
pub(super) type Delivery<T> = (oneshot::Sender<T>, T);

/// What is to be delivered once the lock is let go.
#[derive(Default)]
pub(crate) struct Deliveries {
    pub(super) replies: Vec<(Asker, Result<Reply, Unanswered>)>,
    pub(crate) events: VecDeque<Event>,
    pub(crate) logs: VecDeque<LogData>,
    rare: Option<Box<Rare>>,
}

/// Away from the rest: nearly always there is none of it.
#[derive(Default)]
pub(super) struct Rare {
    pub(super) jobs: Vec<Delivery<Result<Event, JobLost>>>,
    /// What those who follow jobs are told.
    pub(super) followed: Vec<(Arc<JobFollowers>, JobNews)>,
    pub(super) subscribed: Vec<Delivery<Result<(), SubscriptionRefused>>>,
    pub(super) ready: Option<Delivery<Permissions>>,
    pub(super) call: Option<Delivery<Box<ChannelData>>>,
    /// The switch does not answer, or answers again.
    pub(super) stalled: Option<bool>,
    /// The call of the connection is down, which goes on for what there is to be told of that.
    pub(super) lingers: bool,
    pub(super) gap: Option<Gap>,
    /// Of streams that merge one of this connection's.
    pub(super) wake: Vec<Waker>,
    /// Everything is restored, or is not any more.
    pub(super) connects: Option<Option<Connected>>,
    /// Subscriptions that are not granted any more.
    pub(super) refused: Vec<(SubscriptionId, SubscriptionRefused)>,
    pub(super) closed: Option<CloseReason>,
}

impl Deliveries {
    const fn new() -> Self {
        Self { replies: Vec::new(), events: VecDeque::new(), logs: VecDeque::new(), rare: None }
    }

    /// Before there is anything.
    pub(crate) fn take_room(&mut self) {
        if self.events.capacity() == 0 && self.is_empty() {
            // At the end of a thread there is none.
            *self = SPARE.try_with(Cell::take).unwrap_or_default();
        }
    }

    /// Once everything is delivered. Much is kept for a connection that needs much.
    pub(crate) fn leave_room(&mut self) {
        if (1..=FEW).contains(&self.events.capacity()) && self.is_empty() {
            let room = std::mem::take(self);
            let _ = SPARE.try_with(|spare| spare.set(room));
        }
    }

    fn is_empty(&self) -> bool {
        self.replies.is_empty() && self.events.is_empty() && self.logs.is_empty() && self.rare.is_none()
    }

    /// To be added to.
    pub(super) fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// Whether the end of the connection is among it.
    pub(super) fn is_end(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| rare.closed.is_some())
    }

    /// Gives back memory that is not in use.
    pub(crate) fn shrink(&mut self) {
        self.replies.shrink_to_fit();
        self.events.shrink_to_fit();
        self.logs.shrink_to_fit();
    }
}

impl Shared {
    /// A call is known before its first events are told.
    pub(crate) fn expect_call(&self, deliveries: &Deliveries) {
        let call = deliveries.rare.as_ref().and_then(|rare| rare.call.as_ref());
        if let Some(uuid) = call.and_then(|(_, call)| call.uuid()) {
            self.calls.expect(&uuid);
        }
    }

    /// Tells every stream of a time without connection, but those that had not begun before it.
    pub(crate) fn tell_gap(self: &Arc<Self>, deliveries: &mut Deliveries) {
        let Some(gap) = deliveries.rare.as_mut().and_then(|rare| rare.gap.take()) else { return };
        self.tally.connected_again(&gap);
        self.set_state(State::Ready);
        let core = lock(&self.core);
        let events = begun(&self.event_streams, &core);
        let logs = begun(&self.log_streams, &core);
        drop(core);
        // Not under the lock: who is woken may drop a stream.
        Calls::on_gap(self, &gap);
        events.iter().for_each(|queue| queue.gap(&gap));
        logs.iter().for_each(|queue| queue.gap(&gap));
    }

    fn tell_refused(&self, refused: &SubscriptionRefused) {
        trace::refused(&self.tally.span, refused);
        if let Some(permission) = Permission::of_subscription(refused) {
            self.tally.not_permitted(permission);
        }
    }

    /// Streams that have ended for the slowness of their consumers: the switch need not send anything for them.
    pub(crate) fn withdraw_overflowed(&self) {
        let events = overflowed(&self.event_streams);
        let ended: Vec<_> = events.into_iter().chain(overflowed(&self.log_streams)).collect();
        if !ended.is_empty() {
            self.with(|core, now| ended.iter().for_each(|id| core.connection.unsubscribe(*id, now)));
        }
    }

    /// Ends the streams whose subscription is not granted any more.
    fn end_refused(&self, refused: &mut Vec<(SubscriptionId, SubscriptionRefused)>) {
        for (id, why) in refused.drain(..) {
            self.tell_refused(&why);
            let is_it = |sink_id: SubscriptionId| sink_id == id;
            let ending = Ending::Refused(why);
            let events = lock(&self.event_streams);
            events.iter().filter(|sink| is_it(sink.id)).for_each(|sink| sink.queue.close(ending.clone()));
            drop(events);
            let logs = lock(&self.log_streams);
            logs.iter().filter(|sink| is_it(sink.id)).for_each(|sink| sink.queue.close(ending.clone()));
        }
    }

    /// Delivers everything but events and log lines, which are the driver's.
    pub(crate) fn deliver(&self, deliveries: &mut Deliveries) {
        let replies = deliveries.replies.drain(..);
        match deliveries.rare.take() {
            None => replies.for_each(|(asker, reply)| asker.tell(reply)),
            Some(rare) => self.deliver_rare(*rare, replies),
        }
    }

    fn deliver_rare(
        &self,
        mut rare: Rare,
        replies: impl Iterator<Item = (Asker, Result<Reply, Unanswered>)>,
    ) {
        // Whoever is told that the connection has ended can ask why.
        let closed = rare.closed.take().inspect(|reason| {
            trace::closed(&self.tally.span, reason);
            self.set_state(State::Closed(reason.clone()));
            *lock(&self.closed) = Some(reason.clone());
            self.over.notify_waiters();
            self.calls.on_closed(reason);
        });
        // Who has gone meanwhile gets nothing: every send may fail.
        if let Some((sender, permissions)) = rare.ready.take() {
            self.tally.connected();
            let _ = sender.send(permissions);
        }
        if std::mem::take(&mut rare.lingers) {
            self.calls.on_linger();
            self.heed_end();
        }
        if let Some((sender, call)) = rare.call.take() {
            self.tally.connected();
            let _ = sender.send(call);
        }
        for (sender, result) in rare.subscribed.drain(..) {
            if let Err(refused) = &result {
                self.tell_refused(refused);
            }
            let _ = sender.send(result);
        }
        self.end_refused(&mut rare.refused);
        if let Some(stalled) = rare.stalled.take() {
            trace::stalled(&self.tally.span, stalled);
            self.set_state(if stalled { State::Stale } else { State::Ready });
        }
        // Before whoever asked, who says so then.
        rare.followed.drain(..).for_each(|(followers, news)| followers.tell(&news));
        replies.for_each(|(asker, reply)| asker.tell(reply));
        for (sender, result) in rare.jobs.drain(..) {
            if let Err(JobLost::NotPermitted) = result {
                self.tally.not_permitted(Permission::Events(EventName::BackgroundJob.to_string()));
            }
            let _ = sender.send(result);
        }
        if let Some(connected) = rare.connects.take() {
            self.connects.set(connected);
        }
        rare.wake.drain(..).for_each(Waker::wake);
        if let Some(reason) = closed {
            // Not under the lock: who is woken may drop a stream.
            let events = std::mem::take(&mut *lock(&self.event_streams));
            let logs = std::mem::take(&mut *lock(&self.log_streams));
            let ending = Ending::Closed(reason);
            events.iter().for_each(|sink| sink.queue.close(ending.clone()));
            logs.iter().for_each(|sink| sink.queue.close(ending.clone()));
        }
    }
}

/// Takes out the streams that have ended for the slowness of their consumers.
fn overflowed<W, T: Queued>(sinks: &Mutex<Vec<Sink<W, T>>>) -> Vec<SubscriptionId> {
    let mut ended = Vec::new();
    lock(sinks).retain(|sink| {
        let stays = !sink.queue.is_overflowed();
        if !stays {
            ended.push(sink.id);
        }
        stays
    });
    ended
}

/// The queues of the streams that have begun.
fn begun<W, T>(sinks: &Mutex<Vec<Sink<W, T>>>, core: &Core) -> Vec<Arc<Queue<T>>> {
    let sinks = lock(sinks);
    let begun = sinks.iter().filter(|sink| !core.subscribing.contains_key(&sink.id));
    begun.map(|sink| Arc::clone(&sink.queue)).collect()
}
