//! The events of several connections to one switch, as one stream.

mod outages;
mod watchers;

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use trunkline_proto::Sightings;

use crate::core::now;
use crate::events::{Events, Item};
pub(crate) use outages::{Outages, Start};
pub(crate) use watchers::Watchers;

/// How many items may be passed over before others have their turn.
const MOST_PASSED: usize = 256;

/// The events of several connections to one switch, each once: made by [`Events::merge`]. Dropping it withdraws the
/// subscriptions.
///
/// It goes on while one of its connections is there. What two of them bring is told apart by
/// [`Sightings`](crate::proto::Sightings), whatever the form each comes in; an event without Core-UUID or Event-Sequence comes
/// from each that has it. Events of one connection keep their order; of two that are fired together and come over different ones,
/// either may be first.
#[derive(Debug)]
pub struct Merged {
    sources: Vec<Source>,
    /// Whose turn it is.
    next: usize,
    seen: Sightings,
    outages: Arc<Outages>,
    /// How the last one ended.
    ending: Option<Item>,
}

#[derive(Debug)]
struct Source {
    /// `None` once it has ended.
    events: Option<Events>,
    /// How many gaps were taken from it.
    gaps: u64,
    /// How many of them are from before it was merged.
    gaps_before: u64,
}

impl Events {
    /// Makes one stream of the streams of several connections to one switch, so that one of them can be lost without
    /// anything being missed.
    ///
    /// Of the items of the streams
    ///
    /// - [`Item::Event`] is yielded once, however many bring it. More than
    ///   [sixteen](crate::proto::Sightings::MOST_SOURCES) connections are not told apart: the others' events may come
    ///   twice.
    /// - [`Item::Gap`] is yielded for a time in which all connections were down, and no other: `from` is when the last of
    ///   them was lost, `to` when the first one's events came again, which is when it is told, in its place between the
    ///   events before and those after. A connection counts from when its subscription holds again to when it was last
    ///   *heard from*, since one can be dead long before that is noticed: if one is lost that said nothing since
    ///   another one was down, that time is told then. A restart of the switch is told once, when the first connection
    ///   is back, and is no gap for the others; where the switch tells this user no Core-UUID, it is told as
    ///   [`GapCause::Unknown`](crate::GapCause::Unknown).
    /// - [`Item::Missed`] is passed on as it is: another connection may have brought what this one had to drop.
    /// - [`Item::Closed`], [`Item::Refused`] and [`Item::Overflowed`] are yielded of the last stream that ends, and end this one. How many go on
    ///   says [`Merged::open`].
    ///
    /// The streams should ask for the same events, and are best merged as soon as they are made: gaps that are in one
    /// already are passed on as they are. Clients that are not to [reconnect](crate::Config::reconnect) can be merged as well; one that
    /// has ended is down for good.
    pub fn merge(streams: impl IntoIterator<Item = Self>) -> Merged {
        let outages = Arc::new(Outages::default());
        let sources = streams.into_iter().map(|events| {
            let gaps = events.watch(&outages);
            Source { events: Some(events), gaps: 0, gaps_before: gaps }
        });
        let sources = sources.collect();
        Merged { sources, next: 0, seen: Sightings::new(), outages, ending: None }
    }
}

impl Merged {
    /// The next item; `None` after [`Item::Closed`], [`Item::Refused`] and [`Item::Overflowed`], and where nothing was merged.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Item> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    /// How many of the streams have not ended. One whose connection is being made again has not.
    #[must_use]
    pub fn open(&self) -> usize {
        self.sources.iter().filter(|source| source.events.is_some()).count()
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Item>> {
        for _ in 0..MOST_PASSED {
            let Some((at, item)) = self.poll_sources(cx) else {
                // A gap is told once all there was before it is.
                return match self.outages.poll_take(cx) {
                    Poll::Ready(gap) => Poll::Ready(Some(Item::Gap(gap))),
                    Poll::Pending if self.open() == 0 => Poll::Ready(self.ending.take()),
                    Poll::Pending => Poll::Pending,
                };
            };
            if let Some(item) = self.pass(at, item) {
                return Poll::Ready(Some(item));
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// An item of the next source that has one.
    fn poll_sources(&mut self, cx: &mut Context<'_>) -> Option<(usize, Item)> {
        let waiting = self.outages.waiting();
        let count = self.sources.len();
        for at in (self.next..count).chain(0..self.next) {
            let source = self.sources.get_mut(at)?;
            let stands_for_it = waiting.as_ref().and_then(|numbers| numbers.get(at));
            if stands_for_it.is_some_and(|number| *number <= source.gaps) {
                continue;
            }
            if let Some(events) = &mut source.events
                && let Poll::Ready(item) = events.poll_item(cx)
            {
                self.next = (at + 1) % count;
                if let Some(item) = item {
                    return Some((at, item));
                }
                source.events = None;
            }
        }
        None
    }

    /// What is to be told of an item.
    fn pass(&mut self, at: usize, item: Item) -> Option<Item> {
        match item {
            Item::Event(event) => self.seen.is_new(at, &event).then_some(Item::Event(event)),
            Item::Gap(gap) => {
                let source = self.sources.get_mut(at)?;
                let was_there = source.gaps < source.gaps_before;
                let is_known = self.outages.knows(at, source.gaps + 1);
                source.gaps += u64::from(is_known);
                (was_there || !is_known).then_some(Item::Gap(gap))
            }
            Item::Closed(_) | Item::Refused(_) | Item::Overflowed => {
                tracing::debug!(source = at, ?item, "one of the merged streams has ended");
                self.sources.get_mut(at)?.events = None;
                // Where its connection goes on, it does not know.
                self.outages.ended(at, now());
                self.ending = Some(item);
                None
            }
            other => Some(other),
        }
    }
}

impl Stream for Merged {
    type Item = Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Item>> {
        self.poll_item(cx)
    }
}
