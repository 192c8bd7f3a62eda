//! What has changed.

use std::sync::Arc;

use trunkline_proto::{ChannelUuid, HangupCause};

use super::call::{Call, CallId};
use super::channel::Channel;
use super::conference::Conference;
use super::gateway::Gateway;
use super::job::Job;
use super::kinds::Kind;
use super::member::Member;
use super::node::Node;
use super::object::{Fields, Object};
use super::parked::Parked;
use super::recording::Recording;
use super::registration::Registration;

/// One thing that has changed. Of one event there is at most one for each object.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Change {
    /// A channel was made, changed or has gone.
    Channel(Altered<Channel>),
    /// A call was made, changed or has gone.
    Call(Altered<Call>),
    /// A conference began, changed or is over.
    Conference(Altered<Conference>),
    /// A member of a conference came, changed or went.
    Member(Altered<Member>),
    /// A telephone registered, its registration changed, or is no more.
    Registration(Altered<Registration>),
    /// A gateway came, changed or went.
    Gateway(Altered<Gateway>),
    /// A channel was parked, its place changed, or it is parked no more.
    Parked(Altered<Parked>),
    /// A recording of a channel began or ended.
    Recording(Altered<Recording>),
    /// A background job was begun here, or has ended.
    Job(Altered<Job>),
    /// The switch was heard of, or has told something new of itself.
    Node(Altered<Node>),
    /// A channel has another id (CHANNEL_UUID). All else of it is as it was.
    Renamed {
        /// The id it had.
        from: ChannelUuid,
        /// The channel, by its new id.
        to: Arc<Channel>,
    },
    /// Two calls have become one. The legs of the one are now legs of the other, and it is removed.
    Merged {
        /// The call that is no more, as it was last.
        from: Arc<Call>,
        /// The one its legs are in now.
        into: CallId,
    },
    /// A call has fallen into two: some of its legs are a call of their own now, which is created.
    Split {
        /// The call they were in.
        from: CallId,
        /// The call they are.
        into: Arc<Call>,
    },
}

impl Change {
    /// What has happened to an object of this kind, if that is what it tells.
    #[must_use]
    pub fn of<T: Object>(&self) -> Option<&Altered<T>> {
        T::told(self)
    }

    /// The kind of object it is about.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Channel(_) | Self::Renamed { .. } => Kind::Channel,
            Self::Call(_) | Self::Merged { .. } | Self::Split { .. } => Kind::Call,
            Self::Conference(_) => Kind::Conference,
            Self::Member(_) => Kind::Member,
            Self::Registration(_) => Kind::Registration,
            Self::Gateway(_) => Kind::Gateway,
            Self::Parked(_) => Kind::Parked,
            Self::Recording(_) => Kind::Recording,
            Self::Job(_) => Kind::Job,
            Self::Node(_) => Kind::Node,
        }
    }
}

/// What has happened to an object.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Altered<T: Object> {
    /// It is new.
    Created {
        /// It.
        after: Arc<T>,
        /// Whether it was found in a snapshot: it was made while nobody listened.
        while_away: bool,
    },
    /// It has changed.
    Updated {
        /// As it was.
        before: Arc<T>,
        /// As it is.
        after: Arc<T>,
        /// What of it is different. Never empty.
        fields: Fields<T::Field>,
        /// Whether a snapshot told: it has changed while nobody listened.
        while_away: bool,
    },
    /// It is gone.
    Removed {
        /// As it was last.
        last: Arc<T>,
        /// Why.
        cause: Removal,
        /// Whether a snapshot told: it has gone while nobody listened.
        while_away: bool,
    },
}

impl<T: Object> Altered<T> {
    /// The object: as it is, or as it was last.
    #[must_use]
    pub fn object(&self) -> &Arc<T> {
        match self {
            Self::Created { after, .. } | Self::Updated { after, .. } => after,
            Self::Removed { last, .. } => last,
        }
    }

    /// The object as it is. `None` if it is gone.
    #[must_use]
    pub fn after(&self) -> Option<&Arc<T>> {
        match self {
            Self::Created { after, .. } | Self::Updated { after, .. } => Some(after),
            Self::Removed { .. } => None,
        }
    }

    /// The object as it was. `None` if it is new.
    #[must_use]
    pub fn before(&self) -> Option<&Arc<T>> {
        match self {
            Self::Created { .. } => None,
            Self::Updated { before, .. } => Some(before),
            Self::Removed { last, .. } => Some(last),
        }
    }

    /// Whether this field is different now. Of a new object all are, of one that is gone none.
    #[must_use]
    pub fn has_changed(&self, field: T::Field) -> bool {
        match self {
            Self::Created { .. } => true,
            Self::Updated { fields, .. } => fields.contains(field),
            Self::Removed { .. } => false,
        }
    }

    /// Whether it became known by a snapshot, not by an event: it happened while nobody listened.
    #[must_use]
    pub fn while_away(&self) -> bool {
        match self {
            Self::Created { while_away, .. }
            | Self::Updated { while_away, .. }
            | Self::Removed { while_away, .. } => *while_away,
        }
    }
}

/// Why an object is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Removal {
    /// It ended as such objects end, by an event.
    Ended,
    /// It was hung up for this cause.
    Hangup(HangupCause),
    /// It was merged into another of its kind.
    Merged,
    /// The switch was started anew: nothing of before is there any more.
    Restarted,
    /// It ended while nobody listened. How is not known. Of a [job](Job): the connection that would have told of its end has
    /// ended for good, or does not have such events. It may still run.
    Unknown,
    /// Of a [job](Job): its end was not heard for as long as it is waited for. It may have been lost, or the job may still
    /// run.
    TimedOut,
}
