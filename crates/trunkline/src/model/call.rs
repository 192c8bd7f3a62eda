//! A call: legs that belong together.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use trunkline_proto::ChannelUuid;
use trunkline_proto::view::Moment;

use super::object::object;
use super::standing::Standing;

/// What a call is known by: the id its oldest leg had when the call was first heard of. It stays the same while the call
/// lives, whatever becomes of that leg. If another leg is given that id, and begins a call of its own, that call's has `#2`
/// behind it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(ChannelUuid);

impl CallId {
    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl From<ChannelUuid> for CallId {
    fn from(id: ChannelUuid) -> Self {
        Self(id)
    }
}

impl Borrow<str> for CallId {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

object! {
    /// A call: the legs that are joined, by one having made the other, by a bridge, as the two halves of a loopback, or by
    /// one having taken the other's place. The switch has no such thing: this is the library's own.
    Call(Call), CallField {
        /// What it is known by.
        id: CallId,
        /// Its legs that are still there, the oldest first.
        Legs legs: Vec<ChannelUuid>,
        /// How far it has come.
        Stage stage: CallStage,
        /// When its oldest leg was made.
        Created created: Option<Moment>,
        /// When one of its legs was answered first.
        Answered answered: Option<Moment>,
        /// Its caller's number: what its oldest leg said first.
        CallerIdNumber caller_id_number: Option<Arc<str>>,
        /// The number that was called: what its oldest leg said first.
        DestinationNumber destination_number: Option<Arc<str>>,
    }
    untold {
        /// Since when it is at its [`stage`](Self::stage), and why.
        stage_since: Standing,
    }
    own {}
}

/// How far a call has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CallStage {
    /// It is being set up.
    Setup,
    /// A leg rings, or has early media.
    Ringing,
    /// A leg is answered, and none is bridged.
    Answered,
    /// Legs are bridged.
    Bridged,
    /// Every leg is hung up.
    Ended,
}
