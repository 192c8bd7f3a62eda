//! How a call that is being made gets on.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use trunkline_proto::{ApiMisuse, ChannelUuid, Event, EventName, EventSet};

use super::{OriginateError, Originated, Originating, Stage};
use crate::call::{Call, CallState};
use crate::client::Client;
use crate::error::Error;
use crate::queue::{Queue, Taken};
use crate::stream_options::{Overflow, StreamOptions};

/// A step of a call that is being made.
#[derive(Debug)]
#[non_exhaustive]
pub enum Progress {
    /// It rings there (CHANNEL_PROGRESS).
    Ringing {
        /// Of which leg.
        leg: ChannelUuid,
    },
    /// What the network or the called end plays can be heard already (CHANNEL_PROGRESS_MEDIA).
    EarlyMedia {
        /// Of which leg.
        leg: ChannelUuid,
    },
    /// It is up. The last step.
    Answered(Call),
    /// There is no call, or what became of it is not known. The last step.
    Failed(OriginateError),
}

/// A call that is being made, step by step: made by [`Originating::progress`].
#[derive(Debug)]
pub struct Dialled {
    originating: Originating,
    client: Client,
    queue: Arc<Queue<Event>>,
    /// Its legs, which events are told to.
    legs: Vec<(Arc<CallState>, u64)>,
    taken: VecDeque<Taken<Event>>,
    /// What came of it, once that is known and what went before was told.
    end: Option<Result<Originated, OriginateError>>,
    over: bool,
}

impl Originating {
    /// Makes the call, and tells of each step:
    ///
    /// ```
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sim = trunkline_sim::Sim::builder().start().await?;
    /// # let url = sim.url();
    /// # let client = trunkline::connect(url.as_str()).await?;
    /// use trunkline::Progress;
    /// use trunkline::dialstring::{Endpoint, Originate};
    ///
    /// let mut call = client.originate(Originate::new(Endpoint::null("1000")?)).progress().await?;
    /// while let Some(step) = call.next().await {
    ///     match step {
    ///         Progress::Ringing { .. } => println!("it rings"),
    ///         Progress::Answered(call) => println!("{} is up", call.uuid()),
    ///         Progress::Failed(why) => println!("no call: {why}"),
    ///         _ => {}
    ///     }
    /// }
    /// # client.close().await;
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Runtime::new().unwrap().block_on(run()).unwrap();
    /// ```
    ///
    /// The first call of a connection subscribes it to the events of calls; nothing is dialled before that holds. When
    /// this comes back the switch is being told, whether or not the first step is waited for.
    ///
    /// # Errors
    ///
    /// As [`Client::events`]; it was polled already.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future means that nothing is dialled.
    pub async fn progress(self) -> Result<Dialled, Error> {
        let Stage::Ready { client, .. } = &self.state else {
            // It was polled, and moved all the same.
            return Err(ApiMisuse::Invalid {
                what: "the call",
                value: self.uuid().to_string(),
                why: "was dialled already: ask for its progress before",
            }
            .into());
        };
        let client = client.clone();
        client.hear_calls(EventSet::from_iter(EventName::MYEVENTS)).await?;
        let shared = client.shared();
        let bounds = StreamOptions::default().bounds(client.config());
        let queue = Arc::new(Queue::new(bounds, Overflow::Drop, Arc::clone(&shared.tally)));
        let steps = [EventName::ChannelProgress, EventName::ChannelProgressMedia];
        let listen = |uuid| {
            let state = shared.calls.of(uuid);
            let serial = state.stream(steps.iter().cloned().collect(), &queue);
            (state, serial)
        };
        let legs = self.uuids.iter().map(listen).collect();
        let mut originating = self;
        // Said now, and not when the first step is asked for.
        let end = match poll_fn(|cx| Poll::Ready(Pin::new(&mut originating).poll(cx))).await {
            Poll::Ready(end) => Some(end),
            Poll::Pending => None,
        };
        Ok(Dialled { originating, client, queue, legs, taken: VecDeque::new(), end, over: false })
    }
}

impl Dialled {
    /// The id of the call: that of its first leg, where it has several.
    #[must_use]
    pub fn uuid(&self) -> &ChannelUuid {
        self.originating.uuid()
    }

    /// The ids of all its legs.
    #[must_use]
    pub fn uuids(&self) -> &[ChannelUuid] {
        self.originating.uuids()
    }

    /// The next step; `None` after the last one.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped; the call goes on.
    pub async fn next(&mut self) -> Option<Progress> {
        loop {
            if let Some(step) = self.taken.pop_front() {
                match self.step(step) {
                    Some(step) => return Some(step),
                    None => continue,
                }
            }
            if let Some(end) = self.end.take() {
                self.over = true;
                return Some(match end {
                    Ok(originated) => Progress::Answered(Call::known(&self.client, originated.uuid())),
                    Err(error) => Progress::Failed(error),
                });
            }
            if self.over {
                return None;
            }
            tokio::select! {
                biased;
                () = poll_fn(|cx| self.queue.poll_take(cx, &mut self.taken)) => {}
                end = &mut self.originating => self.end = Some(end),
            }
        }
    }

    fn step(&self, taken: Taken<Event>) -> Option<Progress> {
        let Taken::Item(event) = taken else { return None };
        let leg = ChannelUuid::from(event.unique_id()?);
        Some(match event.name()? {
            EventName::ChannelProgress => Progress::Ringing { leg },
            _ => Progress::EarlyMedia { leg },
        })
    }
}

impl Drop for Dialled {
    fn drop(&mut self) {
        self.queue.abandon();
        self.legs.iter().for_each(|(leg, serial)| leg.end_stream(*serial));
    }
}
