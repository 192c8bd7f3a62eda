//! What comes out of a connection, and why it ends.

use std::time::{Duration, Instant};

use super::{ChannelData, JobLost, Permissions, SubscriptionId, SubscriptionRefused, Ticket, Unanswered};
use crate::error::SwitchMisbehaved;
use crate::event::Event;
use crate::ids::{CoreUuid, JobUuid};
use crate::message::{DisconnectNotice, LogData, Message};
use crate::reply::Reply;

/// Why a connection ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CloseReason {
    /// We said `exit`, or gave the connection up.
    #[error("the connection was closed by this program")]
    Requested,
    /// The switch announced the end; its words.
    #[error("the switch closed the connection: {text}")]
    Notice {
        /// What it said, such as `The system is being shut down.`
        text: String,
    },
    /// The switch closed without a word: it crashed, was stopped hard, or something between us cut the connection.
    #[error("the connection ended without notice: the switch stopped, or something between cut it")]
    Eof,
    /// An access list of the switch refuses this address.
    #[error(
        "the switch refuses this address (\"{text}\"): its `apply-inbound-acl` in event_socket.conf.xml must allow it"
    )]
    AccessDenied {
        /// What it said.
        text: String,
    },
    /// The switch does not accept the credentials.
    #[error("the switch refused the credentials (\"{text}\"): check the password{}", if *.user {" and the user"} else {""})]
    AuthRejected {
        /// What it said.
        text: String,
        /// Whether a user was given with the password.
        user: bool,
    },
    /// The connection was made, and then nothing came.
    #[error(
        "connected, but the switch sent no greeting within {after:?}: its accept queue may be full, or it is stalled, or this is no event socket"
    )]
    NoGreeting {
        /// How long we waited.
        after: Duration,
    },
    /// The credentials were not answered.
    #[error("the switch did not answer the credentials within {after:?}: it is stalled")]
    NoAuthReply {
        /// How long we waited.
        after: Duration,
    },
    /// Somebody connected to us, and did not answer `connect`.
    #[error(
        "whoever connected did not answer `connect` within {after:?}: it is no FreeSWITCH with a call, or it is stalled"
    )]
    NoCall {
        /// How long we waited.
        after: Duration,
    },
    /// The peer sent what an event socket never sends.
    #[error(transparent)]
    Misbehaved(#[from] SwitchMisbehaved),
    /// The switch was connected and silent for too long: it is stalled, or stopped.
    #[error("the switch did not answer for {after:?}, though it is connected: it is stalled or stopped")]
    Stalled {
        /// For how long.
        after: Duration,
    },
    /// The operating system reported an error on the socket.
    #[error("the connection failed: {0}")]
    Io(String),
    /// The switch lets this user in, and refuses the events that all depends on.
    #[error("this user may log in, but not hear what all depends on: {text}")]
    Refused {
        /// What was refused, and why.
        text: String,
    },
}

/// What comes out of a connection.
#[derive(Debug)]
#[non_exhaustive]
pub enum Output {
    /// We are let in; what this user may do.
    Ready(Permissions),
    /// The one answer to a command, or why there is none.
    Reply {
        /// Whose.
        ticket: Ticket,
        /// The answer.
        reply: Result<Reply, Unanswered>,
    },
    /// The one end of a job started by [`Connection::start_job`](super::Connection::start_job): its BACKGROUND_JOB event, or why there is none.
    Job {
        /// Which. The id the job was started with.
        job: JobUuid,
        /// Its end.
        result: Result<Event, JobLost>,
    },
    /// A subscription holds, or was refused.
    Subscribed {
        /// Which.
        id: SubscriptionId,
        /// Whether it holds.
        result: Result<(), SubscriptionRefused>,
    },
    /// An event, of any subscription: match it against each with [`EventSet::matches`](crate::EventSet::matches).
    Event(Event),
    /// A log line.
    Log(LogData),
    /// The switch says that the connection, or the call it is bound to, ends.
    Notice(DisconnectNotice),
    /// A message nobody expects: a Content-Type this version does not know, an event that cannot be read, a reply
    /// to nothing. The connection goes on.
    Unexpected(Message),
    /// The switch has not answered for longer than it should (`true`), or something came from it again (`false`). Only
    /// where it is [watched](super::ConnectionConfig::liveness).
    Stalled(bool),
    /// The session is lost, and why. Those whose commands were on their way are told; jobs and subscriptions stay.
    /// Only of a [lasting](super::ConnectionConfig::lasting) connection, which now waits for
    /// [`restart`](super::Connection::restart) or [`give_up`](super::Connection::give_up).
    Broken(CloseReason),
    /// There is a session again. Events that happened since [`Broken`](Self::Broken) are lost; those that follow are of
    /// the new session. Filters and subscriptions are being asked for again: each subscription is told again whether
    /// it holds.
    Resumed {
        /// Which run of which switch it is, if the switch says so.
        core: Option<CoreUuid>,
        /// Whether it is another one than before: every channel and job of the old one is gone. `None` if it did not
        /// say.
        restarted: Option<bool>,
    },
    /// The call that an [outbound](super::Connection::outbound) connection was made for.
    Call(Box<ChannelData>),
    /// The connection has ended. Nothing comes after but `Idle`, and the refusal of whatever is asked for later.
    Closed(CloseReason),
    /// Nothing more for now. Call [`handle_timeout`](super::Connection::handle_timeout) at the deadline.
    Idle {
        /// The next deadline.
        deadline: Option<Instant>,
    },
}
