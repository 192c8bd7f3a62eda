//! A bounded queue between the reader and one consumer. It never makes the reader wait by itself: when it is full
//! it says so, and when the reader has waited long enough it drops the oldest of the least precious.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::sync::Notify;
use trunkline_proto::{CloseReason, Event, EventName, LogData};

/// What waits in a queue.
pub(crate) trait Queued {
    /// How it is counted when it is dropped.
    fn kind(&self) -> EventName;
    /// 0 is dropped first, 2 last.
    fn rank(&self) -> usize;
    fn bytes(&self) -> usize;
}

impl Queued for Event {
    fn kind(&self) -> EventName {
        self.name().cloned().unwrap_or(EventName::Other("".into()))
    }

    fn rank(&self) -> usize {
        match self.name() {
            Some(
                EventName::ChannelCreate
                | EventName::ChannelAnswer
                | EventName::ChannelUuid
                | EventName::ChannelHangupComplete
                | EventName::ChannelDestroy
                | EventName::BackgroundJob,
            ) => 2,
            Some(
                EventName::Heartbeat
                | EventName::SessionHeartbeat
                | EventName::ChannelCallstate
                | EventName::Talk
                | EventName::NoTalk
                | EventName::ReSchedule,
            ) => 0,
            _ => 1,
        }
    }

    fn bytes(&self) -> usize {
        self.wire_len()
    }
}

impl Queued for LogData {
    fn kind(&self) -> EventName {
        EventName::Log
    }

    /// Debug and info lines before the graver ones.
    fn rank(&self) -> usize {
        match self.level().number() {
            0..=4 => 2,
            5 => 1,
            _ => 0,
        }
    }

    fn bytes(&self) -> usize {
        self.wire_len()
    }
}

/// What was dropped because the consumer was too slow, since it was last told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Missed {
    by_name: BTreeMap<EventName, u64>,
}

impl Missed {
    /// How many in all.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.by_name.values().sum()
    }

    /// How many of each name. Log lines count as `LOG`, events without a name as the empty one.
    pub fn by_name(&self) -> impl Iterator<Item = (&EventName, u64)> {
        self.by_name.iter().map(|(name, count)| (name, *count))
    }
}

/// What a consumer gets.
#[derive(Debug)]
pub(crate) enum Taken<T> {
    Item(T),
    Missed(Missed),
    Closed(CloseReason),
}

/// Items taken from the queue under one lock.
const BATCH: usize = 256;

#[derive(Debug)]
pub(crate) struct Queue<T> {
    inner: Mutex<Inner<T>>,
    /// The consumer has taken something.
    room: Notify,
}

#[derive(Debug)]
struct Inner<T> {
    /// By rank, each with its place in the whole.
    lanes: [VecDeque<(u64, T)>; 3],
    places: u64,
    items: usize,
    bytes: usize,
    most_items: usize,
    most_bytes: usize,
    missed: Missed,
    /// The reader waited for this consumer in vain: it does not wait again before the queue has been empty.
    given_up: bool,
    /// There is no consumer any more.
    gone: bool,
    closed: Option<CloseReason>,
    consumer: Option<Waker>,
}

impl<T: Queued> Queue<T> {
    pub(crate) fn new(most_items: usize, most_bytes: usize) -> Self {
        let inner = Inner {
            lanes: Default::default(),
            places: 0,
            items: 0,
            bytes: 0,
            most_items: most_items.max(1),
            most_bytes,
            missed: Missed::default(),
            given_up: false,
            gone: false,
            closed: None,
            consumer: None,
        };
        Self { inner: Mutex::new(inner), room: Notify::new() }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner<T>> {
        // Nothing in here panics half way.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes as many as there is room for, in order; what is left waits for [`room`](Self::room). Where the
    /// consumer is not waited for any more, takes all and drops what does not fit.
    pub(crate) fn push(&self, items: &mut VecDeque<T>) {
        if items.is_empty() {
            return;
        }
        let mut inner = self.lock();
        if inner.gone {
            return items.clear();
        }
        while let Some(next) = items.front()
            && (inner.given_up || inner.has_room(next))
            && let Some(item) = items.pop_front()
        {
            inner.append(item);
        }
        inner.trim();
        let consumer = inner.consumer.take();
        drop(inner);
        if let Some(consumer) = consumer {
            consumer.wake();
        }
    }

    /// Ends once there may be room.
    pub(crate) async fn room(&self) {
        self.room.notified().await;
    }

    /// The reader will not wait for this consumer any more.
    pub(crate) fn give_up(&self) {
        self.lock().given_up = true;
    }

    pub(crate) fn close(&self, reason: &CloseReason) {
        let mut inner = self.lock();
        inner.closed.get_or_insert_with(|| reason.clone());
        let consumer = inner.consumer.take();
        drop(inner);
        if let Some(consumer) = consumer {
            consumer.wake();
        }
    }

    /// The consumer has gone: nothing is kept for it, and nobody waits for it.
    pub(crate) fn abandon(&self) {
        self.lock().gone = true;
        self.room.notify_one();
    }

    /// Moves what there is, up to a batch, into `taken`. Pending if there is nothing.
    pub(crate) fn poll_take(&self, cx: &mut Context<'_>, taken: &mut VecDeque<Taken<T>>) -> Poll<()> {
        let mut inner = self.lock();
        if inner.missed.count() > 0 {
            taken.push_back(Taken::Missed(std::mem::take(&mut inner.missed)));
        }
        for _ in 0..BATCH {
            let Some(item) = inner.pop() else { break };
            taken.push_back(Taken::Item(item));
        }
        if inner.items == 0 {
            inner.given_up = false;
            if let Some(reason) = inner.closed.take() {
                taken.push_back(Taken::Closed(reason));
            }
        }
        if taken.is_empty() {
            inner.consumer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        drop(inner);
        self.room.notify_one();
        Poll::Ready(())
    }
}

impl<T: Queued> Inner<T> {
    /// One that is over the bound by itself passes alone.
    fn has_room(&self, item: &T) -> bool {
        let fits = self.bytes.saturating_add(item.bytes()) <= self.most_bytes;
        self.items == 0 || (self.items < self.most_items && fits)
    }

    fn append(&mut self, item: T) {
        self.places += 1;
        self.items += 1;
        self.bytes += item.bytes();
        let place = self.places;
        if let Some(lane) = self.lanes.get_mut(item.rank()) {
            lane.push_back((place, item));
        }
    }

    /// The oldest.
    fn pop(&mut self) -> Option<T> {
        let oldest =
            |(_, lane): &(usize, &mut VecDeque<(u64, T)>)| lane.front().map_or(u64::MAX, |(place, _)| *place);
        let (_, lane) = self.lanes.iter_mut().enumerate().min_by_key(oldest)?;
        let (_, item) = lane.pop_front()?;
        self.items -= 1;
        self.bytes -= item.bytes();
        Some(item)
    }

    /// Drops the oldest of the least precious until the bounds hold.
    fn trim(&mut self) {
        while self.items > self.most_items || (self.bytes > self.most_bytes && self.items > 1) {
            let Some((_, item)) = self.lanes.iter_mut().find_map(VecDeque::pop_front) else { return };
            self.items -= 1;
            self.bytes -= item.bytes();
            *self.missed.by_name.entry(item.kind()).or_default() += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use trunkline_proto::{EventBuilder, EventFormat};

    use super::*;

    fn event(name: &str) -> Event {
        EventBuilder::named(&name.into()).to_event(EventFormat::Plain).unwrap()
    }

    fn names(queue: &Queue<Event>) -> Vec<String> {
        let mut taken = VecDeque::new();
        let mut cx = Context::from_waker(Waker::noop());
        let mut names = Vec::new();
        while queue.poll_take(&mut cx, &mut taken).is_ready() {
            names.extend(taken.drain(..).map(|taken| match taken {
                Taken::Item(event) => event.name().unwrap().to_string(),
                Taken::Missed(missed) => format!("missed {:?}", missed.by_name().collect::<Vec<_>>()),
                Taken::Closed(_) => "closed".to_owned(),
            }));
        }
        names
    }

    fn push(queue: &Queue<Event>, names: &[&str]) -> usize {
        let mut items: VecDeque<Event> = names.iter().map(|name| event(name)).collect();
        queue.push(&mut items);
        items.len()
    }

    #[test]
    fn order_is_kept_across_ranks() {
        let queue = Queue::new(10, usize::MAX);
        let all = ["HEARTBEAT", "CHANNEL_CREATE", "DTMF", "CHANNEL_CALLSTATE", "CHANNEL_DESTROY"];
        assert_eq!(push(&queue, &all), 0);
        assert_eq!(names(&queue), all);
    }

    #[test]
    fn a_full_queue_leaves_the_rest_to_wait() {
        let queue = Queue::new(2, usize::MAX);
        assert_eq!(push(&queue, &["DTMF", "DTMF", "TEXT"]), 1);
        assert_eq!(names(&queue), ["DTMF", "DTMF"]);
    }

    #[test]
    fn the_least_precious_go_first_and_are_told() {
        let queue = Queue::new(3, usize::MAX);
        queue.give_up();
        let all = ["CHANNEL_CREATE", "DTMF", "HEARTBEAT", "TEXT", "CHANNEL_CALLSTATE", "CHANNEL_DESTROY"];
        assert_eq!(push(&queue, &all), 0);
        assert_eq!(
            names(&queue),
            [
                "missed [(ChannelCallstate, 1), (Dtmf, 1), (Heartbeat, 1)]",
                "CHANNEL_CREATE",
                "TEXT",
                "CHANNEL_DESTROY"
            ]
        );
        // Having caught up, the consumer is waited for again.
        assert_eq!(push(&queue, &["DTMF", "DTMF", "TEXT", "TEXT"]), 1);
    }

    #[test]
    fn bytes_are_bounded_too() {
        let one = event("DTMF").bytes();
        let queue = Queue::new(1000, one * 2);
        assert_eq!(push(&queue, &["DTMF", "DTMF", "DTMF"]), 1);
        queue.give_up();
        push(&queue, &["DTMF", "DTMF"]);
        assert_eq!(names(&queue), ["missed [(Dtmf, 2)]", "DTMF", "DTMF"]);
    }

    #[test]
    fn nothing_is_dropped_for_its_size_without_need() {
        let one = event("DTMF").bytes();
        let queue = Queue::new(1000, one * 2 + one / 2);
        assert_eq!(push(&queue, &["DTMF", "DTMF", "DTMF"]), 1);
        assert_eq!(names(&queue), ["DTMF", "DTMF"]);
        let queue = Queue::new(1000, 1);
        assert_eq!(push(&queue, &["DTMF", "DTMF"]), 1);
        assert_eq!(names(&queue), ["DTMF"]);
    }

    #[test]
    fn nothing_is_kept_for_a_consumer_that_is_gone() {
        let queue = Queue::new(1, usize::MAX);
        queue.abandon();
        assert_eq!(push(&queue, &["DTMF", "DTMF"]), 0);
        assert_eq!(names(&queue), [""; 0]);
    }

    #[test]
    fn the_end_comes_last() {
        let queue = Queue::new(2, usize::MAX);
        push(&queue, &["DTMF"]);
        queue.close(&CloseReason::Eof);
        assert_eq!(names(&queue), ["DTMF", "closed"]);
    }
}
