//! A bounded queue between the reader and one consumer. It never makes the reader wait by itself: when it is full
//! it says so, and when the reader has waited long enough it drops the oldest of the least precious.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::sync::Notify;
use trunkline_proto::{CloseReason, SubscriptionRefused};

use crate::bounded::{Bounded, Missed, Queued};
use crate::health::Backlog;
use crate::reconnect::Gap;
use crate::stream_options::Overflow;
use crate::tally::Tally;
use crate::trace;

/// What a consumer gets.
#[derive(Debug)]
pub(crate) enum Taken<T> {
    Item(T),
    Missed(Missed),
    Gap(Gap),
    Closed(Ending),
}

/// Why nothing more comes.
#[derive(Debug, Clone)]
pub(crate) enum Ending {
    Closed(CloseReason),
    Refused(SubscriptionRefused),
    Overflowed,
}

/// Items taken from the queue under one lock.
const BATCH: usize = 256;

#[derive(Debug)]
pub(crate) struct Queue<T> {
    inner: Mutex<Inner<T>>,
    /// The consumer has taken something.
    room: Notify,
    on_overflow: Overflow,
    /// Where what is dropped is counted.
    tally: Arc<Tally>,
}

#[derive(Debug)]
struct Inner<T> {
    items: Bounded<T>,
    /// The reader waited for this consumer in vain: it does not wait again before the queue has been empty.
    given_up: bool,
    /// There is no consumer any more, or there is to come no more for it.
    gone: bool,
    closed: Option<Ending>,
    consumer: Option<Waker>,
    /// What was dropped, since the beginning.
    missed: Missed,
}

impl<T: Queued> Queue<T> {
    pub(crate) fn new(
        (most_items, most_bytes): (usize, usize),
        on_overflow: Overflow,
        tally: Arc<Tally>,
    ) -> Self {
        let inner = Inner {
            items: Bounded::new(most_items, most_bytes),
            given_up: false,
            gone: false,
            closed: None,
            consumer: None,
            missed: Missed::default(),
        };
        Self { inner: Mutex::new(inner), room: Notify::new(), on_overflow, tally }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner<T>> {
        // Nothing in here panics half way.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes as many as there is room for, in order; what is left waits for [`room`](Self::room). Where the
    /// consumer is not waited for any more, takes all and drops what does not fit.
    ///
    /// An item holds on to the network buffer it came in. Of few that are left of many (`sparse`), and of those that
    /// others are dropped between, each could hold a whole buffer: where they wait they are copied.
    pub(crate) fn push(&self, items: &mut VecDeque<T>, sparse: bool) {
        if items.is_empty() {
            return;
        }
        let mut inner = self.lock();
        if inner.gone {
            return items.clear();
        }
        while let Some(next) = items.front()
            && (inner.given_up || inner.items.has_room(next))
            && let Some(item) = items.pop_front()
        {
            if inner.given_up || (sparse && inner.items.len() >= BATCH) {
                inner.items.append(detached(item));
            } else {
                inner.items.append(item);
            }
        }
        let missed = inner.items.trim();
        if missed.count() > 0 {
            inner.missed.add(&missed);
            self.tally.missed(&missed);
        }
        let consumer = inner.consumer.take();
        drop(inner);
        if let Some(consumer) = consumer {
            consumer.wake();
        }
    }

    /// What was dropped, since the beginning.
    pub(crate) fn missed(&self) -> Missed {
        self.lock().missed.clone()
    }

    /// What waits.
    pub(crate) fn backlog(&self) -> Backlog {
        let inner = self.lock();
        Backlog::new(inner.items.len(), inner.items.bytes())
    }

    /// Ends once there may be room.
    pub(crate) async fn room(&self) {
        self.room.notified().await;
    }

    /// The reader will not wait for this consumer any more.
    pub(crate) fn give_up(&self) {
        let mut inner = self.lock();
        match self.on_overflow {
            Overflow::Drop => {
                inner.given_up = true;
                inner.items.detach();
            }
            Overflow::Close => {
                inner.gone = true;
                inner.closed.get_or_insert(Ending::Overflowed);
                self.tally.overflowed.one();
            }
        }
        let (waiting, consumer) = (inner.items.len(), inner.consumer.take());
        drop(inner);
        trace::too_slow(&self.tally.span, waiting, self.on_overflow);
        if let Some(consumer) = consumer {
            consumer.wake();
        }
    }

    /// Whether it was closed because its consumer was too slow.
    pub(crate) fn is_overflowed(&self) -> bool {
        matches!(self.lock().closed, Some(Ending::Overflowed))
    }

    /// What comes after this was lost for a while before it.
    pub(crate) fn gap(&self, gap: &Gap) {
        let mut inner = self.lock();
        if inner.gone {
            return;
        }
        inner.items.put_gap(gap.clone());
        let consumer = inner.consumer.take();
        drop(inner);
        if let Some(consumer) = consumer {
            consumer.wake();
        }
    }

    /// How many gaps are still to be taken.
    pub(crate) fn gaps(&self) -> u64 {
        self.lock().items.gaps() as u64
    }

    pub(crate) fn close(&self, ending: Ending) {
        let mut inner = self.lock();
        inner.closed.get_or_insert(ending);
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
        taken.extend(inner.items.take_missed().map(Taken::Missed));
        for _ in 0..BATCH {
            while let Some(gap) = inner.items.take_gap() {
                taken.push_back(Taken::Gap(gap));
            }
            let Some(item) = inner.items.pop() else { break };
            taken.push_back(Taken::Item(item));
        }
        if inner.items.is_empty() {
            inner.given_up = false;
            // The last batch may have ended right before a gap.
            if inner.items.gaps() == 0
                && let Some(reason) = inner.closed.take()
            {
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

/// Away from the way of all those that are not.
#[cold]
fn detached<T: Queued>(item: T) -> T {
    item.detached()
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use bytes::Bytes;
    use trunkline_proto::{Event, EventBuilder, EventFormat};

    use super::*;
    use crate::link::Role;
    use crate::reconnect::GapCause;

    fn event(name: &str) -> Event {
        EventBuilder::named(&name.into()).to_event(EventFormat::Plain).unwrap()
    }

    fn bounded(most_items: usize, most_bytes: usize) -> Queue<Event> {
        Queue::new((most_items, most_bytes), Overflow::Drop, Arc::new(Tally::new("nowhere:8021", Role::Main)))
    }

    fn names(queue: &Queue<Event>) -> Vec<String> {
        let mut taken = VecDeque::new();
        let mut cx = Context::from_waker(Waker::noop());
        let mut names = Vec::new();
        while queue.poll_take(&mut cx, &mut taken).is_ready() {
            names.extend(taken.drain(..).map(|taken| match taken {
                Taken::Item(event) => event.name().unwrap().to_string(),
                Taken::Missed(missed) => format!("missed {:?}", missed.by_name().collect::<Vec<_>>()),
                Taken::Gap(_) => "gap".to_owned(),
                Taken::Closed(Ending::Overflowed) => "overflowed".to_owned(),
                Taken::Closed(_) => "closed".to_owned(),
            }));
        }
        names
    }

    fn push(queue: &Queue<Event>, names: &[&str]) -> usize {
        let mut items: VecDeque<Event> = names.iter().map(|name| event(name)).collect();
        queue.push(&mut items, false);
        items.len()
    }

    #[test]
    fn order_is_kept_across_ranks() {
        let queue = bounded(10, usize::MAX);
        let all = ["HEARTBEAT", "CHANNEL_CREATE", "DTMF", "CHANNEL_CALLSTATE", "CHANNEL_DESTROY"];
        assert_eq!(push(&queue, &all), 0);
        assert_eq!(names(&queue), all);
    }

    #[test]
    fn a_full_queue_leaves_the_rest_to_wait() {
        let queue = bounded(2, usize::MAX);
        assert_eq!(push(&queue, &["DTMF", "DTMF", "TEXT"]), 1);
        assert_eq!(names(&queue), ["DTMF", "DTMF"]);
    }

    #[test]
    fn the_least_precious_go_first_and_are_told() {
        let queue = bounded(3, usize::MAX);
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
        let queue = bounded(1000, one * 2);
        assert_eq!(push(&queue, &["DTMF", "DTMF", "DTMF"]), 1);
        queue.give_up();
        push(&queue, &["DTMF", "DTMF"]);
        assert_eq!(names(&queue), ["missed [(Dtmf, 2)]", "DTMF", "DTMF"]);
    }

    #[test]
    fn nothing_is_dropped_for_its_size_without_need() {
        let one = event("DTMF").bytes();
        let queue = bounded(1000, one * 2 + one / 2);
        assert_eq!(push(&queue, &["DTMF", "DTMF", "DTMF"]), 1);
        assert_eq!(names(&queue), ["DTMF", "DTMF"]);
        let queue = bounded(1000, 1);
        assert_eq!(push(&queue, &["DTMF", "DTMF"]), 1);
        assert_eq!(names(&queue), ["DTMF"]);
    }

    #[test]
    fn nothing_is_kept_for_a_consumer_that_is_gone() {
        let queue = bounded(1, usize::MAX);
        queue.abandon();
        assert_eq!(push(&queue, &["DTMF", "DTMF"]), 0);
        assert_eq!(names(&queue), [""; 0]);
    }

    /// Which of those that wait hold on to the buffer they were received in.
    fn holding(queue: &Queue<Event>, buffer: &Bytes) -> Vec<bool> {
        let mut taken = VecDeque::new();
        let mut cx = Context::from_waker(Waker::noop());
        let mut holding = Vec::new();
        while queue.poll_take(&mut cx, &mut taken).is_ready() {
            holding.extend(taken.drain(..).filter_map(|taken| match taken {
                Taken::Item(event) => Some(buffer.as_ptr_range().contains(&event.payload().as_ptr())),
                _ => None,
            }));
        }
        holding
    }

    #[test]
    fn what_waits_alone_holds_no_buffer() {
        let one = event("DTMF").payload().to_vec();
        let buffer = Bytes::from(one.repeat(2 * BATCH));
        let received = |count: usize| -> VecDeque<Event> {
            let payloads = (0..count).map(|at| buffer.slice(at * one.len()..(at + 1) * one.len()));
            payloads.map(|payload| Event::decode(EventFormat::Plain, payload).unwrap()).collect()
        };
        let queue = bounded(2 * BATCH, usize::MAX);
        queue.push(&mut received(2 * BATCH), false);
        assert_eq!(holding(&queue, &buffer), vec![true; 2 * BATCH]);
        // A few of many, for a consumer that is not behind, and then is.
        queue.push(&mut received(BATCH), true);
        queue.push(&mut received(2), true);
        assert_eq!(holding(&queue, &buffer), [vec![true; BATCH], vec![false; 2]].concat());
        // What was there before it was given up, and what comes after.
        queue.push(&mut received(3), false);
        queue.give_up();
        queue.push(&mut received(3), false);
        assert_eq!(holding(&queue, &buffer), vec![false; 6]);
        queue.push(&mut received(1), false);
        assert_eq!(holding(&queue, &buffer), [true]);
    }

    #[test]
    fn one_that_would_rather_end() {
        let tally = Arc::new(Tally::new("nowhere:8021", Role::Main));
        let queue = Queue::new((2, usize::MAX), Overflow::Close, Arc::clone(&tally));
        assert_eq!(push(&queue, &["DTMF", "TEXT", "CHANNEL_CREATE"]), 1);
        assert!(!queue.is_overflowed());
        queue.give_up();
        assert!(queue.is_overflowed());
        assert_eq!(push(&queue, &["CHANNEL_CREATE"]), 0);
        queue.gap(&gap());
        queue.close(Ending::Closed(CloseReason::Eof));
        assert_eq!(names(&queue), ["DTMF", "TEXT", "overflowed"]);
        assert_eq!((tally.overflowed.get(), queue.missed().count()), (1, 0));
    }

    fn gap() -> Gap {
        Gap {
            from: SystemTime::UNIX_EPOCH,
            to: SystemTime::UNIX_EPOCH,
            why: GapCause::Unknown,
            reason: CloseReason::Eof,
            core: None,
        }
    }

    #[test]
    fn gaps_stand_where_they_were() {
        let gap = gap();
        let queue = bounded(2, usize::MAX);
        queue.gap(&gap);
        push(&queue, &["DTMF"]);
        queue.gap(&gap);
        push(&queue, &["HEARTBEAT"]);
        queue.gap(&gap);
        assert_eq!(names(&queue), ["gap", "DTMF", "gap", "HEARTBEAT", "gap"]);
        // Dropping what was before one does not drop it.
        queue.give_up();
        push(&queue, &["DTMF"]);
        queue.gap(&gap);
        push(&queue, &["CHANNEL_CREATE", "CHANNEL_CREATE"]);
        assert_eq!(names(&queue), ["missed [(Dtmf, 1)]", "gap", "CHANNEL_CREATE", "CHANNEL_CREATE"]);
    }

    #[test]
    fn a_gap_at_the_end_of_a_batch_comes_before_the_end() {
        for items in [BATCH - 1, BATCH, BATCH + 1] {
            let queue = bounded(2 * BATCH, usize::MAX);
            push(&queue, &vec!["DTMF"; items]);
            queue.gap(&gap());
            queue.close(Ending::Closed(CloseReason::Eof));
            let names = names(&queue);
            assert_eq!(names.len(), items + 2);
            assert_eq!(names[items..], ["gap", "closed"]);
        }
    }

    #[test]
    fn the_end_comes_last() {
        let queue = bounded(2, usize::MAX);
        push(&queue, &["DTMF"]);
        queue.close(Ending::Closed(CloseReason::Eof));
        assert_eq!(names(&queue), ["DTMF", "closed"]);
    }
}
