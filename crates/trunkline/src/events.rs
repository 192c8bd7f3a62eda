//! Streams of events and of log lines.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use tokio::sync::oneshot;
use trunkline_proto::{CloseReason, Event, EventSet, LogData, LogLevel, SubscriptionId, SubscriptionRefused};

use crate::bounded::{Missed, Queued};
use crate::client::Client;
use crate::core::{Sink, lock};
use crate::error::Error;
use crate::health::Backlog;
use crate::merged::Outages;
use crate::queue::{Ending, Queue, Taken};
use crate::reconnect::Gap;
use crate::stream_options::StreamOptions;

/// What a stream of events yields.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Item {
    /// An event.
    Event(Event),
    /// Events were dropped here, because this consumer was too slow for too long.
    Missed(Missed),
    /// There was no connection for a while; what happened meanwhile was not seen. Only where the client is to
    /// [reconnect](crate::Config::reconnect).
    Gap(Gap),
    /// After a reconnect the switch does not grant this subscription any more, and the stream ends.
    Refused(SubscriptionRefused),
    /// The consumer was too slow for too long, and the stream was [to end](crate::Overflow::Close) then. What came before this is
    /// complete; it has ended, and no other one.
    Overflowed,
    /// The connection has ended, and so does the stream.
    Closed(CloseReason),
}

/// What a stream of log lines yields.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum LogItem {
    /// A line.
    Line(LogData),
    /// Lines were dropped here, because this consumer was too slow for too long.
    Missed(Missed),
    /// There was no connection for a while, and lines of that time are lost. Only where the client is to
    /// [reconnect](crate::Config::reconnect).
    Gap(Gap),
    /// After a reconnect the switch does not grant this subscription any more, and the stream ends.
    Refused(SubscriptionRefused),
    /// The consumer was too slow for too long, and the stream was [to end](crate::Overflow::Close) then. What came before this is
    /// complete; it has ended, and no other one.
    Overflowed,
    /// The connection has ended, and so does the stream.
    Closed(CloseReason),
}

/// A stream of events, made by [`Client::events`]. Dropping it withdraws its subscription.
///
/// Between the connection and its consumer is a queue, bounded in count and bytes. When it is full the reader pauses
/// for a bounded time (the switch and the kernel hold a burst meanwhile); after that the oldest of the least precious
/// events are dropped (HEARTBEAT, CHANNEL_CALLSTATE and the like first; CHANNEL_CREATE, _ANSWER, _HANGUP_COMPLETE,
/// _DESTROY and BACKGROUND_JOB last), and [`Item::Missed`] says how many of which; or the stream ends, where
/// [that](crate::Overflow::Close) was asked for. Replies and jobs do not pass
/// through it.
///
/// A received event shares the memory of the network buffer it came in: [`Event::detach`] those that are kept.
#[derive(Debug)]
pub struct Events {
    subscription: Subscription<Event>,
}

/// A stream of log lines, made by [`Client::logs`]. Bounded as [`Events`] is; debug and info lines are dropped first.
#[derive(Debug)]
pub struct Logs {
    subscription: Subscription<LogData>,
}

impl Events {
    pub(crate) async fn subscribe(
        client: Client,
        events: EventSet,
        options: &StreamOptions,
    ) -> Result<Self, Error> {
        let queue = queue(&client, options);
        let (sender, confirmed) = oneshot::channel();
        let shared = Arc::clone(client.shared());
        let id = shared.with(|core, now| {
            let id = core.connection.subscribe(events.clone(), now)?;
            core.subscribing.insert(id, sender);
            lock(&shared.event_streams).push(Sink { id, wants: events, queue: Arc::clone(&queue) });
            Ok::<_, Error>(id)
        })?;
        let subscription = Subscription { client, id, queue, taken: VecDeque::new(), ended: false };
        subscription.confirmed(confirmed).await?;
        Ok(Self { subscription })
    }

    /// The next item; `None` after [`Item::Closed`], [`Item::Refused`] and [`Item::Overflowed`].
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Item> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    /// What this consumer was too slow for, since the stream began.
    #[must_use]
    pub fn missed(&self) -> Missed {
        self.subscription.queue.missed()
    }

    /// What waits for this consumer.
    #[must_use]
    pub fn backlog(&self) -> Backlog {
        self.subscription.queue.backlog()
    }

    /// Has these told how this stream's connection is; how many gaps are in it already.
    pub(crate) fn watch(&self, outages: &Arc<Outages>) -> u64 {
        let Subscription { client, id, queue, taken, .. } = &self.subscription;
        client.shared().with(|core, now| {
            let taken = taken.iter().filter(|item| matches!(item, Taken::Gap(_))).count() as u64;
            let gaps = queue.gaps() + taken;
            core.watch(outages, *id, gaps, now);
            gaps
        })
    }

    pub(crate) fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Item>> {
        let item = ready!(self.subscription.poll_next(cx));
        Poll::Ready(item.map(|taken| match taken {
            Taken::Item(event) => Item::Event(event),
            Taken::Missed(missed) => Item::Missed(missed),
            Taken::Gap(gap) => Item::Gap(gap),
            Taken::Closed(Ending::Overflowed) => Item::Overflowed,
            Taken::Closed(Ending::Refused(refused)) => Item::Refused(refused),
            Taken::Closed(Ending::Closed(reason)) => Item::Closed(reason),
        }))
    }
}

impl Logs {
    pub(crate) async fn subscribe(
        client: Client,
        level: LogLevel,
        options: &StreamOptions,
    ) -> Result<Self, Error> {
        let queue = queue(&client, options);
        let (sender, confirmed) = oneshot::channel();
        let shared = Arc::clone(client.shared());
        let id = shared.with(|core, now| {
            let id = core.connection.subscribe_log(level, now);
            core.subscribing.insert(id, sender);
            lock(&shared.log_streams).push(Sink { id, wants: level, queue: Arc::clone(&queue) });
            id
        });
        let subscription = Subscription { client, id, queue, taken: VecDeque::new(), ended: false };
        subscription.confirmed(confirmed).await?;
        Ok(Self { subscription })
    }

    /// The next item; `None` after [`LogItem::Closed`], [`LogItem::Refused`] and [`LogItem::Overflowed`].
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<LogItem> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    /// What this consumer was too slow for, since the stream began.
    #[must_use]
    pub fn missed(&self) -> Missed {
        self.subscription.queue.missed()
    }

    /// What waits for this consumer.
    #[must_use]
    pub fn backlog(&self) -> Backlog {
        self.subscription.queue.backlog()
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<LogItem>> {
        let item = ready!(self.subscription.poll_next(cx));
        Poll::Ready(item.map(|taken| match taken {
            Taken::Item(line) => LogItem::Line(line),
            Taken::Missed(missed) => LogItem::Missed(missed),
            Taken::Gap(gap) => LogItem::Gap(gap),
            Taken::Closed(Ending::Overflowed) => LogItem::Overflowed,
            Taken::Closed(Ending::Refused(refused)) => LogItem::Refused(refused),
            Taken::Closed(Ending::Closed(reason)) => LogItem::Closed(reason),
        }))
    }
}

fn queue<T: Queued>(client: &Client, options: &StreamOptions) -> Arc<Queue<T>> {
    let tally = Arc::clone(&client.shared().tally);
    Arc::new(Queue::new(options.bounds(client.config()), options.on_overflow, tally))
}

impl Stream for Events {
    type Item = Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Item>> {
        self.poll_item(cx)
    }
}

impl Stream for Logs {
    type Item = LogItem;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<LogItem>> {
        self.poll_item(cx)
    }
}

/// A share in what the connection is subscribed to. Holding it keeps the connection open.
#[derive(Debug)]
struct Subscription<T: Queued> {
    client: Client,
    id: SubscriptionId,
    queue: Arc<Queue<T>>,
    taken: VecDeque<Taken<T>>,
    ended: bool,
}

impl<T: Queued> Subscription<T> {
    async fn confirmed(
        &self,
        confirmed: oneshot::Receiver<Result<(), SubscriptionRefused>>,
    ) -> Result<(), Error> {
        match confirmed.await {
            Ok(result) => Ok(result?),
            Err(_) => Err(self.client.close_reason().unwrap_or(CloseReason::Requested).into()),
        }
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Taken<T>>> {
        if self.taken.is_empty() && !self.ended {
            ready!(self.queue.poll_take(cx, &mut self.taken));
        }
        let next = self.taken.pop_front();
        self.ended |= matches!(next, Some(Taken::Closed(_)));
        Poll::Ready(next)
    }
}

impl<T: Queued> Drop for Subscription<T> {
    fn drop(&mut self) {
        let shared = self.client.shared();
        self.queue.abandon();
        lock(&shared.event_streams).retain(|sink| sink.id != self.id);
        lock(&shared.log_streams).retain(|sink| sink.id != self.id);
        shared.with(|core, now| {
            core.subscribing.remove(&self.id);
            core.connection.unsubscribe(self.id, now);
        });
    }
}
