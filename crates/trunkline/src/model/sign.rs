//! Signs that events were lost.

use trunkline_proto::view::Moment;
use trunkline_proto::{CallState, ChannelUuid, CoreUuid, EventName};

/// What cannot be if every event has come: a sign that some were lost. The model goes on with what it knows; its owner
/// decides whether to take a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sign {
    /// An event told of a channel that was never made, as far as the model knows. (It knows it now.) Of channels that are
    /// older than the model's first event there are such until a snapshot has been taken.
    UnknownChannel {
        /// The channel.
        id: ChannelUuid,
        /// What told of it.
        event: EventName,
        /// When it was made, if that is known.
        created: Option<Moment>,
    },
    /// A CHANNEL_CALLSTATE told of a change from a state the channel was not in.
    CallStateSkipped {
        /// The channel.
        id: ChannelUuid,
        /// Where the model had it.
        known: CallState,
        /// Where it was.
        was: CallState,
    },
    /// A channel that is gone does something.
    Undead {
        /// The channel.
        id: ChannelUuid,
        /// What it does.
        event: EventName,
    },
    /// The switch counts another number of channels than the model has, and what came and went just then does not explain
    /// it; for the second HEARTBEAT running.
    Drift {
        /// How many the switch counts (`Session-Count`).
        told: u32,
        /// How many the model has.
        known: u32,
    },
    /// A channel has the id of one whose end was not heard.
    Replaced {
        /// The channel.
        id: ChannelUuid,
    },
    /// Events of another run of the switch: it was restarted. Everything the model had of the run before is gone.
    Restarted {
        /// The run it was.
        from: CoreUuid,
        /// The one it is.
        to: CoreUuid,
    },
}
