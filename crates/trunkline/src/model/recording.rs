//! A recording of a channel, as it is.

use std::sync::Arc;

use trunkline_proto::ChannelUuid;
use trunkline_proto::view::{Moment, RecordCompletion};

use super::object::object;
use super::standing::Standing;

/// What a recording is known by: the channel that is recorded, and the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct RecordingId {
    /// The channel.
    pub channel: ChannelUuid,
    /// The file.
    pub path: Arc<str>,
}

impl RecordingId {
    /// Of these.
    #[must_use]
    pub fn new(channel: impl Into<ChannelUuid>, path: impl Into<Arc<str>>) -> Self {
        Self { channel: channel.into(), path: path.into() }
    }
}

object! {
    /// A recording of a channel that is going on (RECORD_START). That of a conference is in
    /// [`Conference::recordings`](super::Conference::recordings).
    Recording(Recording), RecordingField {
        /// What it is known by.
        id: RecordingId,
        /// When it began.
        Started started: Option<Moment>,
    }
    untold {
        /// What told of it.
        since: Standing,
        /// Why it ended, once it has: `Record-Completion-Cause`. Only in what is told of its end.
        completion: Option<RecordCompletion>,
    }
    own {}
}
