//! The task that reads the socket, keeps the deadlines, and hands events to their consumers.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::io;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::time::{sleep_until, timeout_at};
use tracing::Instrument;
use trunkline_proto::{Event, LogData};

use crate::bounded::Queued;
use crate::calls::LastCall;
use crate::core::{Core, Deliveries, Shared, Turn, lock, now};
use crate::halves::Reader;
use crate::queue::Queue;
use crate::read_buffer::ReadBuffer;
use crate::reconnect::{Dial, Reconnect, STEADY, State};
use crate::trace;

/// Having read so much at once, let the consumers run before reading more. It is more than what connections read into that
/// nothing much comes over: what the switch tells of a call's end is read to its end before who waits for that goes.
const MUCH: usize = 64 * 1024;
/// A connection over which nothing has come for so long gives memory back; at most for twice as long.
const REST: Duration = Duration::from_millis(100);
const FAR: Duration = Duration::from_secs(365 * 24 * 3600);

/// The driver's share in a connection. Dropped with it, whatever the cause, so that nobody waits for a driver that is
/// gone.
pub(crate) struct Driving {
    shared: Arc<Shared>,
    deliveries: Deliveries,
    last_call: LastCall,
    pause: Duration,
}

impl Driving {
    pub(crate) fn new(shared: Arc<Shared>, pause: Duration) -> Self {
        Self { shared, deliveries: Deliveries::default(), last_call: LastCall::default(), pause }
    }

    fn turn(&mut self, act: impl FnOnce(&mut Core, &mut VecDeque<Event>, Instant)) -> Turn {
        self.deliveries.take_room();
        self.shared.turn(&mut self.deliveries, act)
    }

    /// Gives back memory that is not in use.
    fn rest(&mut self) {
        self.deliveries.shrink();
        self.shared.shrink();
    }

    /// Gives everyone what has come for them: events before the replies that came after them.
    async fn deliver(&mut self) {
        self.shared.tell_gap(&mut self.deliveries);
        self.shared.expect_call(&self.deliveries);
        hand_out(&self.shared, &mut self.deliveries, &mut self.last_call, self.pause).await;
        self.shared.deliver(&mut self.deliveries);
        self.deliveries.leave_room();
    }
}

/// Sees whether a connection rests, by looking once in a while: a timer for each read would cost more than the read.
#[derive(Default)]
struct Rest {
    /// When to look.
    at: Option<Instant>,
    heard: bool,
}

impl Rest {
    fn heard(&mut self, now: Instant) {
        self.heard = true;
        self.at.get_or_insert(now + REST);
    }

    /// Whether it was time to look, and nothing had come since the last time.
    fn begins(&mut self, now: Instant) -> bool {
        if self.at.is_none_or(|at| now < at) {
            return false;
        }
        let heard = std::mem::take(&mut self.heard);
        self.at = heard.then_some(now + REST);
        !heard
    }
}

impl Drop for Driving {
    fn drop(&mut self) {
        self.shared.abandon(&mut self.deliveries);
    }
}

/// Has a task of its own drive the connection.
pub(crate) fn start(mut reader: Reader, mut driving: Driving, reconnect: Option<(Reconnect, Dial)>) {
    let span = driving.shared.tally.span.clone();
    // By reference: what an `async fn` is given by value takes its memory twice.
    let driver = async move { drive(&mut reader, &mut driving, reconnect.as_ref()).await };
    tokio::spawn(driver.instrument(span));
}

/// One session after the other, until the last has ended.
async fn drive(reader: &mut Reader, driving: &mut Driving, reconnect: Option<&(Reconnect, Dial)>) {
    let mut attempts = 0;
    for number in 1.. {
        if session(reader, driving).instrument(trace::session(number)).await.closed {
            return;
        }
        let Some((reconnect, dial)) = reconnect else { return };
        if driving.shared.held_for() >= STEADY {
            attempts = 0;
        }
        // Boxed: every connection would have the room for it otherwise, calls included, which are never made again.
        match Box::pin(connect_again(driving, reconnect, dial, &mut attempts)).await {
            Some(again) => *reader = again,
            None => return,
        }
    }
}

/// Reads and writes until the session is over.
async fn session(reader: &mut Reader, driving: &mut Driving) -> Turn {
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
    let mut rest = Rest::default();
    let mut turn = driving.turn(|_, _, _| {});
    while !turn.closed && !turn.broken {
        let armed = [turn.armed, rest.at].into_iter().flatten().min();
        if let Some(armed) = armed
            && timer.deadline() != armed.into()
        {
            timer.as_mut().reset(armed.into());
        }
        let woken = tokio::select! {
            biased;
            read = buffer.read(reader) => Woken::Read(read),
            () = called.as_mut() => {
                called.set(shared.wake.notified());
                Woken::Called
            }
            () = timer.as_mut(), if armed.is_some() => Woken::Timer,
            () = poll_fn(|cx| shared.poll_write(cx)), if turn.blocked => Woken::Called,
        };
        let mut much = false;
        turn = match woken {
            Woken::Read(Ok(0)) => {
                driving.turn(|core, _, now| core.connection.handle_eof(buffer.bytes.len(), now))
            }
            Woken::Read(Ok(read)) => {
                much = read >= MUCH;
                shared.received.bytes.add(read);
                driving.turn(|core, events, now| {
                    rest.heard(now);
                    // Then it looks for other deadlines, too.
                    core.armed = core.armed.into_iter().chain(rest.at).min();
                    core.heard = Some(now);
                    core.connection.handle_input_into(&mut buffer.bytes, events, now);
                    buffer.missing = core.connection.missing(buffer.bytes.len());
                })
            }
            Woken::Read(Err(error)) => driving.turn(|core, _, now| core.connection.handle_error(&error, now)),
            Woken::Called => {
                if lock(&shared.closed).is_none() {
                    // Tasks woken together speak together: let them, then write once.
                    tokio::task::yield_now().await;
                }
                driving.turn(|_, _, _| {})
            }
            Woken::Timer => {
                if rest.begins(now()) {
                    buffer.rest();
                    driving.rest();
                }
                driving.turn(|_, _, _| {})
            }
        };
        driving.deliver().await;
        if much {
            tokio::task::yield_now().await;
        }
    }
    turn
}

/// Waits and dials, again and again, until the switch is connected to; `None` when that is over.
async fn connect_again(
    driving: &mut Driving,
    reconnect: &Reconnect,
    dial: &Dial,
    attempts: &mut u32,
) -> Option<Reader> {
    let mut why = driving.shared.broken_why();
    loop {
        if reconnect.attempts.is_some_and(|most| *attempts >= most) {
            driving.turn(|core, _, _| core.connection.give_up());
            driving.deliver().await;
            return None;
        }
        let wait = reconnect.wait(*attempts, fastrand::f64());
        *attempts = attempts.saturating_add(1);
        driving.shared.tally.attempts.one();
        trace::connecting(*attempts, wait, &why);
        driving.shared.set_state(State::Connecting { attempt: *attempts, why: why.clone() });
        let dialling = async {
            tokio::time::sleep(wait).await;
            dial().await
        };
        match meanwhile(driving, dialling).await? {
            Ok((reader, writer)) => {
                let shared = Arc::clone(&driving.shared);
                shared.restart(&mut driving.deliveries, writer);
                return Some(reader);
            }
            Err(error) => why = error.to_string(),
        }
    }
}

/// Waits for something, and keeps the deadlines of those who wait for a connection. `None` once the client is closed.
async fn meanwhile<T>(driving: &mut Driving, something: impl Future<Output = T>) -> Option<T> {
    let shared = Arc::clone(&driving.shared);
    tokio::pin!(something);
    loop {
        let turn = driving.turn(|_, _, _| {});
        driving.deliver().await;
        if turn.closed {
            return None;
        }
        let armed = turn.armed.unwrap_or_else(|| now() + FAR);
        tokio::select! {
            biased;
            done = something.as_mut() => return Some(done),
            () = shared.wake.notified() => {}
            () = sleep_until(armed.into()) => {}
        }
    }
}

/// Gives each consumer what it wants. Waits, once and for a bounded time, for one that is behind.
async fn hand_out(shared: &Shared, deliveries: &mut Deliveries, last_call: &mut LastCall, pause: Duration) {
    if deliveries.events.is_empty() && deliveries.logs.is_empty() {
        return;
    }
    shared.received.batch(&deliveries.events, &deliveries.logs);
    shared.heed_parking(&deliveries.events);
    shared.calls.on_events(&deliveries.events, last_call);
    shared.heed_end();
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
        let until = now() + pause.min(FAR);
        // Boxed: it happens to few.
        Box::pin(async { tokio::join!(wait_for(events, until), wait_for(logs, until)) }).await;
        shared.withdraw_overflowed();
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
    let all = items.len();
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
        queue.push(wanted, wanted.len() < all / 4);
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
            queue.push(&mut items, false);
        }
    });
    if made_room.await.is_err() {
        queue.give_up();
        queue.push(&mut items, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_rests_once_nothing_has_come_for_a_while() {
        let start = now();
        let at = |rests: u32| start + REST * rests;
        let mut rest = Rest::default();
        assert!(rest.at.is_none() && !rest.begins(at(5)), "nothing ever came");
        rest.heard(at(0));
        assert!(!rest.begins(start), "it is not time to look");
        assert!(!rest.begins(at(1)), "something has come since");
        rest.heard(at(1));
        assert!(!rest.begins(at(2)));
        assert!(rest.begins(at(3)));
        assert!(rest.at.is_none() && !rest.begins(at(9)), "no timer runs while it rests");
        rest.heard(at(9));
        assert_eq!(rest.at, Some(at(10)));
    }
}
