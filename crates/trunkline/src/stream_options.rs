//! How a stream is to be kept, where it is not to be as the configuration says.

use crate::config::Config;

/// What becomes of a stream whose consumer is so slow that its queue is full, and that the reader has waited for it in
/// vain ([`Config::pause`](crate::Config::pause)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Overflow {
    /// It goes on, and misses the oldest of the least precious: [`Item::Missed`](crate::Item::Missed) says how many of which.
    #[default]
    Drop,
    /// It ends: what is in the queue can still be read, whole, and [`Item::Overflowed`](crate::Item::Overflowed) is the last.
    /// For a consumer to whom a hole is worse than the end. The other streams go on.
    Close,
}

/// How a stream is to be kept, for [`Client::events_with`](crate::Client::events_with) and
/// [`logs_with`](crate::Client::logs_with).
///
/// ```
/// use trunkline::{Overflow, StreamOptions};
///
/// let options = StreamOptions::default().queue_items(1000).on_overflow(Overflow::Close);
/// assert_eq!(options.queue_bytes, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct StreamOptions {
    /// How many items wait for the consumer at most; `None`, as many as [`Config::queue_items`](crate::Config::queue_items).
    pub queue_items: Option<usize>,
    /// How many bytes of them; `None`, as many as [`Config::queue_bytes`](crate::Config::queue_bytes).
    pub queue_bytes: Option<usize>,
    /// What becomes of the stream when that is too little.
    pub on_overflow: Overflow,
}

impl StreamOptions {
    /// With so many items waiting at most.
    #[must_use]
    pub fn queue_items(mut self, items: usize) -> Self {
        self.queue_items = Some(items);
        self
    }

    /// With so many bytes waiting at most. One item that is larger passes alone.
    #[must_use]
    pub fn queue_bytes(mut self, bytes: usize) -> Self {
        self.queue_bytes = Some(bytes);
        self
    }

    /// With this to become of it when its consumer is too slow.
    #[must_use]
    pub fn on_overflow(mut self, overflow: Overflow) -> Self {
        self.on_overflow = overflow;
        self
    }

    /// How many items and bytes may wait.
    pub(crate) fn bounds(&self, config: &Config) -> (usize, usize) {
        (self.queue_items.unwrap_or(config.queue_items), self.queue_bytes.unwrap_or(config.queue_bytes))
    }
}
