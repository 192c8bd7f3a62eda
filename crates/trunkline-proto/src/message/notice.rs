//! `text/disconnect-notice`: the switch is about to close, or the call has ended and the socket lingers.

use std::borrow::Cow;

use bytes::Bytes;

use crate::frame::Frame;
use crate::header::{Headers, lossy};

/// What the notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Disposition {
    /// The connection closes now.
    Disconnect,
    /// The channel has hung up, the connection stays open for its last events.
    Linger,
}

impl Disposition {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::Disconnect, Self::Linger];

    /// The word in `Content-Disposition`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disconnect => "disconnect",
            Self::Linger => "linger",
        }
    }

    /// The disposition of a word, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|disposition| disposition.as_str().eq_ignore_ascii_case(name))
    }
}

/// A notice that the connection, or the call it is bound to, ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisconnectNotice {
    headers: Headers,
    body: Bytes,
}

impl DisconnectNotice {
    pub(crate) fn from_frame(frame: &Frame) -> Self {
        Self { headers: frame.headers(), body: frame.body().unwrap_or_default() }
    }

    /// A copy that shares no memory with the network buffer, for one that is kept.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self { headers: self.headers.detach(), body: Bytes::copy_from_slice(&self.body) }
    }

    /// Whether the connection closes, or lingers.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        let word = self.headers.get("Content-Disposition");
        word.and_then(|word| Disposition::from_name(&word)).unwrap_or(Disposition::Disconnect)
    }

    /// What the switch says: `Disconnected, goodbye.` and more, `The system is being shut down.`, or nothing.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        lossy(Cow::Borrowed(&self.body))
    }

    /// The channel this connection is bound to, if it is bound to one.
    #[must_use]
    pub fn unique_id(&self) -> Option<Cow<'_, str>> {
        self.headers.get("Controlled-Session-UUID")
    }

    /// How long it lingers, in seconds; -1 is for ever.
    #[must_use]
    pub fn linger_seconds(&self) -> Option<i64> {
        self.headers.get("Linger-Time")?.parse().ok()
    }

    /// All headers.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.headers
    }
}
