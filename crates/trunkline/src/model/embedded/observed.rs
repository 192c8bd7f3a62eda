//! What can be observed.

use trunkline_proto::connection::SubscriptionRefused;
use trunkline_proto::{
    CloseReason, CoreUuid, DisconnectNotice, Event, JobLost, LogData, Message, Permissions, Unanswered,
};

use crate::model::batch::Batch;

/// Something that has happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum Observed {
    /// The switch has let us in; what this user may do.
    Ready(Permissions),
    /// The model has changed, or has found [signs](Batch::signs) of loss.
    Changes(Batch),
    /// The model knows all there is, and what follows it hears.
    Current,
    /// An event that is [watched](super::Embedded::watch).
    Event(Event),
    /// A log line.
    Log(LogData),
    /// The switch does not let this user have some of the events that are wanted.
    Refused(SubscriptionRefused),
    /// A question of the model was not answered. It is asked again with all the others.
    AskFailed(Unanswered),
    /// The switch says that it is about to close the connection.
    Notice(DisconnectNotice),
    /// A message this version does not know, or nobody expects.
    Unknown(Message),
    /// The switch has not answered for longer than it should (`true`), or does again.
    Stalled(bool),
    /// The connection is lost, and waits for [`restart`](super::Embedded::restart).
    Broken(CloseReason),
    /// There is a connection again.
    Resumed {
        /// Which run of which switch it is.
        core: Option<CoreUuid>,
        /// Whether it is another one than before.
        restarted: Option<bool>,
    },
    /// The connection has ended. Nothing comes after.
    Closed(CloseReason),
}

/// Why a job gave no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoJob {
    /// The switch refused to start it; its words.
    #[error("the switch did not start the job: {0}")]
    Refused(String),
    /// Whether it was started is not known.
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    /// It was started, and its result did not come.
    #[error(transparent)]
    Lost(#[from] JobLost),
}
