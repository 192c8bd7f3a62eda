//! The task that reads the socket, keeps the deadlines, and hands events to their consumers.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::io;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::io::AsyncRead;
use tokio::time::{sleep_until, timeout_at};
use trunkline_proto::{Event, LogData};

use crate::bounded::Queued;
use crate::core::{Core, Deliveries, Shared, Turn, lock, now};
use crate::queue::Queue;
use crate::read_buffer::ReadBuffer;

/// Having read so much at once, let the consumers run before reading more.
const MUCH: usize = 32 * 1024;
const FAR: Duration = Duration::from_secs(365 * 24 * 3600);

/// The driver's share in a connection. Dropped with it, whatever the cause, so that nobody waits for a driver that is
/// gone.
pub(crate) struct Driving {
    shared: Arc<Shared>,
    deliveries: Deliveries,
}

impl Driving {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, deliveries: Deliveries::default() }
    }

    fn turn(&mut self, act: impl FnOnce(&mut Core, &mut VecDeque<Event>, Instant)) -> Turn {
        self.shared.turn(&mut self.deliveries, act)
    }
}

impl Drop for Driving {
    fn drop(&mut self) {
        self.shared.abandon(&mut self.deliveries);
    }
}

pub(crate) async fn drive<R: AsyncRead + Unpin>(mut reader: R, mut driving: Driving, pause: Duration) {
    enum Woken {
        Read(io::Result<usize>),
        Called,
        Timer,
    }
    let mut buffer = ReadBuffer::new();
    let shared = Arc::clone(&driving.shared);
    let timer = sleep_until((now() + FAR).into());
    let called = shared.wake.notified();
    tokio::pin!(timer, called);
    let mut turn = driving.turn(|_, _, _| {});
    while !turn.closed {
        if let Some(armed) = turn.armed
            && timer.deadline() != armed.into()
        {
            timer.as_mut().reset(armed.into());
        }
        let woken = tokio::select! {
            biased;
            read = buffer.read(&mut reader) => Woken::Read(read),
            () = called.as_mut() => {
                called.set(shared.wake.notified());
                Woken::Called
            }
            () = timer.as_mut(), if turn.armed.is_some() => Woken::Timer,
            () = poll_fn(|cx| shared.poll_write(cx)), if turn.blocked => Woken::Called,
        };
        let mut much = false;
        turn = match woken {
            Woken::Read(Ok(0)) => driving.turn(|core, _, _| core.connection.handle_eof(buffer.bytes.len())),
            Woken::Read(Ok(read)) => {
                much = read >= MUCH;
                driving.turn(|core, events, now| {
                    core.connection.handle_input_into(&mut buffer.bytes, events, now);
                    buffer.missing = core.connection.missing(buffer.bytes.len());
                })
            }
            Woken::Read(Err(error)) => driving.turn(|core, _, _| core.connection.handle_error(&error)),
            Woken::Called => {
                // Tasks woken together speak together: let them, then write once.
                tokio::task::yield_now().await;
                driving.turn(|_, _, _| {})
            }
            Woken::Timer => driving.turn(|_, _, _| {}),
        };
        // Events before the replies that came after them.
        hand_out(&driving.shared, &mut driving.deliveries, pause).await;
        driving.shared.deliver(&mut driving.deliveries);
        if much {
            tokio::task::yield_now().await;
        }
    }
}

/// Gives each consumer what it wants. Waits, once and for a bounded time, for one that is behind.
async fn hand_out(shared: &Shared, deliveries: &mut Deliveries, pause: Duration) {
    if deliveries.events.is_empty() && deliveries.logs.is_empty() {
        return;
    }
    let until = now() + pause.min(FAR);
    let events = {
        let streams = lock(&shared.event_streams);
        let sinks = streams.iter().map(|sink| (&sink.queue, |event: &Event| sink.wants.matches(event)));
        share(sinks, &mut deliveries.events)
    };
    let logs = {
        let streams = lock(&shared.log_streams);
        let sinks = streams.iter().map(|sink| {
            let wants = sink.wants;
            (&sink.queue, move |line: &LogData| line.level() <= wants)
        });
        share(sinks, &mut deliveries.logs)
    };
    if !events.is_empty() || !logs.is_empty() {
        tokio::join!(wait_for(events, until), wait_for(logs, until));
    }
}

type Behind<T> = Vec<(Arc<Queue<T>>, VecDeque<T>)>;

/// Puts the items into the queues that want them. Those that were full keep the rest, to be waited for.
fn share<'a, T, W>(
    sinks: impl ExactSizeIterator<Item = (&'a Arc<Queue<T>>, W)>,
    items: &mut VecDeque<T>,
) -> Behind<T>
where
    T: Queued + Clone + 'a,
    W: Fn(&T) -> bool,
{
    let last = sinks.len().saturating_sub(1);
    let mut behind = Vec::new();
    for (at, (queue, wants)) in sinks.enumerate() {
        let mut copies = VecDeque::new();
        let wanted = if at == last {
            // The last one can have the items themselves.
            items.retain(wants);
            &mut *items
        } else {
            copies.extend(items.iter().filter(|item| wants(item)).cloned());
            &mut copies
        };
        queue.push(wanted);
        if !wanted.is_empty() {
            behind.push((Arc::clone(queue), std::mem::take(wanted)));
        }
    }
    items.clear();
    behind
}

/// Waits for all of them at once: one that is stuck takes nothing of another's time.
async fn wait_for<T: Queued + Send>(behind: Behind<T>, until: Instant) {
    let mut waits: Vec<_> =
        behind.into_iter().map(|(queue, items)| Box::pin(make_room(queue, items, until))).collect();
    poll_fn(|cx| {
        waits.retain_mut(|wait| wait.as_mut().poll(cx).is_pending());
        if waits.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Puts the rest into the queue as there is room, and at last whether there is or not.
async fn make_room<T: Queued>(queue: Arc<Queue<T>>, mut items: VecDeque<T>, until: Instant) {
    let made_room = timeout_at(until.into(), async {
        while !items.is_empty() {
            queue.room().await;
            queue.push(&mut items);
        }
    });
    if made_room.await.is_err() {
        queue.give_up();
        queue.push(&mut items);
    }
}
