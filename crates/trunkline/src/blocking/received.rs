//! What comes without being waited for.

use trunkline_proto::{
    DisconnectNotice, Event, EventName, JobLost, JobUuid, LogData, Message, SubscriptionRefused,
};

use crate::bounded::{Missed, Queued};
use crate::job_result::JobResult;
use crate::reconnect::Gap;

/// What [`Client::recv`](super::Client::recv) gives.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Received {
    /// An event that was subscribed.
    Event(Event),
    /// A line of the switch's log.
    Log(LogData),
    /// A job of this client has ended. One that [`Client::wait_job`](super::Client::wait_job) has given is not given
    /// here.
    Job {
        /// Which.
        job: JobUuid,
        /// What came of it, or why that is not known.
        result: Result<JobResult, JobLost>,
    },
    /// The switch says that the connection is about to end.
    Notice(DisconnectNotice),
    /// So much was dropped, because it was not fetched in time.
    Missed(Missed),
    /// There was no connection for a while, and what happened meanwhile was not seen: once for each time
    /// [`Client::reconnect`](super::Client::reconnect) has made it again, between the last item before and the first after.
    Gap(Gap),
    /// After a reconnect the switch does not grant these events, or its log, any more. The others go on.
    Refused(SubscriptionRefused),
    /// The switch has not answered for longer than it should (`true`), or something came from it again (`false`): see
    /// [`State::Stale`](crate::State::Stale). Only where it is watched, by [`Config::reconnect`](crate::Config::reconnect)
    /// or [`ConnectionConfig::liveness`](crate::proto::ConnectionConfig::liveness).
    Stalled(bool),
    /// A message nobody expects: of a type this version does not know, an event that cannot be read, a reply to
    /// nothing.
    Unexpected(Box<Message>),
}

/// The rank of the ends of jobs: dropped after everything else.
pub(super) const JOB_RANK: usize = 3;

impl Received {
    /// A copy that holds on to no network buffer.
    pub(super) fn detach(self) -> Self {
        match self {
            Self::Event(event) => Self::Event(event.detach()),
            Self::Log(line) => Self::Log(line.detach()),
            Self::Job { job, result } => Self::Job { job, result: result.map(JobResult::detach) },
            Self::Notice(notice) => Self::Notice(notice.detach()),
            Self::Unexpected(message) => Self::Unexpected(Box::new(message.detach())),
            other => other,
        }
    }
}

impl Queued for Received {
    fn kind(&self) -> EventName {
        match self {
            Self::Event(event) => event.kind(),
            Self::Log(line) => line.kind(),
            Self::Job { .. } => EventName::BackgroundJob,
            _ => EventName::Other("".into()),
        }
    }

    fn rank(&self) -> usize {
        match self {
            Self::Event(event) => event.rank(),
            Self::Log(line) => line.rank(),
            // Told once, and never again.
            Self::Job { .. } | Self::Refused(_) => JOB_RANK,
            Self::Unexpected(_) => 1,
            _ => 2,
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Event(event) => event.wire_len(),
            Self::Log(line) => line.wire_len(),
            Self::Job { result: Ok(result), .. } => result.event().wire_len(),
            Self::Notice(notice) => notice.text().len(),
            Self::Unexpected(message) => size_of_unexpected(message),
            _ => 0,
        }
    }

    #[cfg(feature = "client")]
    fn detached(self) -> Self {
        self.detach()
    }
}

fn size_of_unexpected(message: &Message) -> usize {
    match message {
        Message::Other(frame) | Message::Undecodable { frame, .. } => frame.bytes().len(),
        Message::ApiResponse(response) => response.bytes().len(),
        Message::CommandReply(reply) => {
            reply.headers().raw().len() + reply.body().map_or(0, |body| body.len())
        }
        _ => 0,
    }
}
