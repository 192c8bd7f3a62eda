//! A parked channel, as it is.

use std::sync::Arc;

use trunkline_proto::ChannelUuid;

use super::object::object;
use super::standing::Standing;

object! {
    /// A channel that is parked: by `park` (CHANNEL_PARK), or at a place of a lot (`valet_parking::info`). One that an
    /// outbound socket has is parked, too.
    Parked(Parked), ParkedField {
        /// The channel.
        id: ChannelUuid,
        /// The lot it is in, if it is in one.
        Lot lot: Option<Arc<str>>,
        /// Its place in the lot.
        Extension extension: Option<Arc<str>>,
        /// The channel that fetches it from there.
        FetchedBy fetched_by: Option<ChannelUuid>,
    }
    untold {
        /// Since when it is parked, and what told.
        since: Standing,
    }
    own {}
}

impl Parked {
    pub(in crate::model) fn new(id: ChannelUuid, since: Standing) -> Self {
        Self { id, lot: None, extension: None, fetched_by: None, since }
    }
}
