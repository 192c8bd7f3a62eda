//! What happens in a call, as streams.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use trunkline_proto::{ApiMisuse, Event, EventName, EventSet};

use super::{Async, Call, CallState, Mode};
use crate::client::Client;
use crate::error::Error;
use crate::events::Item;
use crate::queue::{Ending, Queue, Taken};
use crate::stream_options::StreamOptions;

/// The events of one call, made by [`Call::events`]. Bounded as [`Events`](crate::Events) is. It ends with the call's last
/// event.
#[derive(Debug)]
pub struct CallEvents {
    state: Arc<CallState>,
    serial: u64,
    queue: Arc<Queue<Event>>,
    taken: VecDeque<Taken<Event>>,
    ended: bool,
    /// It keeps the connection open.
    _client: Client,
}

impl Call<Async> {
    /// The call's events from now on. On a socket without `full` those are the 23 of `myevents`, which are:
    /// CHANNEL_ANSWER, _BRIDGE, _UNBRIDGE, _EXECUTE, _EXECUTE_COMPLETE, _HANGUP, _HANGUP_COMPLETE, _PARK, _UNPARK,
    /// _PROGRESS, _PROGRESS_MEDIA, _STATE, _UUID and the like, DTMF, DETECTED_SPEECH, TALK and NOTALK.
    ///
    /// # Errors
    ///
    /// Others, without `full` ([`ApiMisuse::NotFull`]); as [`Client::events`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing.
    pub async fn events(&self, events: impl Into<EventSet>) -> Result<CallEvents, Error> {
        let wants = events.into();
        let own = EventSet::from_iter(EventName::MYEVENTS);
        let more = wants.minus(&own);
        if !more.is_empty() {
            if !self.is_full() {
                return Err(ApiMisuse::NotFull { what: "event" }.into());
            }
            self.handle.client.hear_calls(more).await?;
        }
        Ok(self.stream(wants))
    }

    /// The digits that are pressed from now on.
    #[must_use]
    pub fn dtmf(&self) -> Dtmf {
        Dtmf { events: self.stream(EventSet::new().with(EventName::Dtmf)) }
    }
}

impl<M: Mode> Call<M> {
    pub(super) fn stream(&self, wants: EventSet) -> CallEvents {
        let client = self.handle.client.clone();
        let bounds = StreamOptions::default().bounds(client.config());
        let tally = Arc::clone(&client.shared().tally);
        let queue = Arc::new(Queue::new(bounds, crate::Overflow::Drop, tally));
        let state = Arc::clone(&self.handle.state);
        let serial = state.stream(wants, &queue);
        if let Some(reason) = client.close_reason() {
            queue.close(Ending::Closed(reason));
        }
        CallEvents { state, serial, queue, taken: VecDeque::new(), ended: false, _client: client }
    }
}

impl CallEvents {
    /// The next item; `None` after the last one.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Item> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Item>> {
        if self.taken.is_empty() && !self.ended {
            ready!(self.queue.poll_take(cx, &mut self.taken));
        }
        Poll::Ready(match self.taken.pop_front() {
            Some(Taken::Item(event)) => Some(Item::Event(event)),
            Some(Taken::Missed(missed)) => Some(Item::Missed(missed)),
            Some(Taken::Gap(gap)) => Some(Item::Gap(gap)),
            Some(Taken::Closed(_)) | None => {
                self.ended = true;
                None
            }
        })
    }
}

impl Stream for CallEvents {
    type Item = Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Item>> {
        self.poll_item(cx)
    }
}

impl Drop for CallEvents {
    fn drop(&mut self) {
        self.queue.abandon();
        self.state.end_stream(self.serial);
    }
}

/// The digits pressed in a call, made by [`Call::dtmf`].
#[derive(Debug)]
pub struct Dtmf {
    events: CallEvents,
}

impl Dtmf {
    /// The next digit: `0` to `9`, `*`, `#`, `A` to `D`, `F` for a flash hook. `None` once the call has ended.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<char> {
        poll_fn(|cx| self.poll_digit(cx)).await
    }

    fn poll_digit(&mut self, cx: &mut Context<'_>) -> Poll<Option<char>> {
        loop {
            let Some(item) = ready!(self.events.poll_item(cx)) else { return Poll::Ready(None) };
            if let Item::Event(event) = item
                && let Some(digit) = event.get("DTMF-Digit").and_then(|digit| digit.chars().next())
            {
                return Poll::Ready(Some(digit));
            }
        }
    }
}

impl Stream for Dtmf {
    type Item = char;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<char>> {
        self.poll_digit(cx)
    }
}
