//! What can go wrong, whose fault it was, and what to do.

use std::io;
use std::time::Duration;

use trunkline_proto::api::ApiError;
use trunkline_proto::dialstring::DialStringError;
use trunkline_proto::{
    ApiMisuse, CloseReason, Command, Executed, JobLost, JobUuid, Refusal, SubscriptionRefused, Unanswered,
};

use crate::application::{ApplicationError, NoDigits};
use crate::config::ConfigError;
use crate::permission::lacking;

/// Any failure of the client.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The configuration cannot be right.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Nobody answered at that address.
    #[error(
        "cannot connect to {address}: {source}; is the switch running, and does it listen there (event_socket.conf.xml)?"
    )]
    Connect {
        /// Where.
        address: String,
        /// The operating system's word.
        source: io::Error,
    },
    /// The address did not answer in time.
    #[error("cannot connect to {address}: no answer within {after:?}; a firewall may drop the packets")]
    ConnectTimeout {
        /// Where.
        address: String,
        /// How long we waited.
        after: Duration,
    },
    /// The connection could not be opened, or has ended.
    #[error(transparent)]
    Closed(#[from] CloseReason),
    /// The connection ended before the command was answered.
    #[error("the connection ended before the switch answered `{command}` ({executed}): {reason}")]
    Disconnected {
        /// The command.
        command: String,
        /// Whether the switch can have executed it.
        executed: Executed,
        /// Why the connection ended.
        #[source]
        reason: CloseReason,
    },
    /// The switch took too long. Its reply, if it still comes, is thrown away; the connection goes on.
    #[error("the switch did not answer `{command}` within {after:?} ({executed}); it is busy or stalled")]
    TimedOut {
        /// The command.
        command: String,
        /// How long it had, at the head of the line.
        after: Duration,
        /// Whether the switch can have executed it.
        executed: Executed,
    },
    /// The switch refused the command. Where that is for want of a permission, [`Error::permission`] names it.
    #[error("the switch refused `{command}`: {reason}{}", lacking(command, reason))]
    Refused {
        /// The command.
        command: String,
        /// The switch's words, such as `permission denied` or `command not found`.
        reason: String,
    },
    /// The command cannot be sent.
    #[error(transparent)]
    Misuse(#[from] ApiMisuse),
    /// An api command says that it failed, or printed something else than it does; all it printed is in there.
    #[error("`{command}` failed: {source}")]
    Api {
        /// The command.
        command: String,
        /// What it says.
        source: ApiError,
    },
    /// The end of a background job is not known.
    #[error(transparent)]
    Job(#[from] JobLost),
    /// A call was not made, or what became of it is not known.
    #[cfg(feature = "client")]
    #[error(transparent)]
    Originate(#[from] crate::originate::OriginateError),
    /// A subscription does not hold.
    #[error(transparent)]
    Subscription(#[from] SubscriptionRefused),
    /// The call has ended, and with it whatever was to be done with it. Not a failure: a handler that ends with it, as by
    /// `?`, has ended as calls do.
    #[error("the call has ended: {0}")]
    CallEnded(#[source] crate::ended::Ended),
    /// An application took longer than it was given. It is ended, unless it cannot be, as where the call is locked or its
    /// socket is without `async`; the call goes on.
    #[error("the application `{application}` took longer than {after:?}; the call goes on")]
    ApplicationTimedOut {
        /// Its name.
        application: String,
        /// How long it was given.
        after: Duration,
    },
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Which.
        address: String,
        /// The operating system's word.
        source: io::Error,
    },
    /// An application failed, and says how. The call goes on.
    #[error("the application `{application}` failed: {source}")]
    Application {
        /// Its name.
        application: String,
        /// What it says.
        source: ApplicationError,
    },
    /// A call could not be connected to another.
    #[error("the call was not bridged: {cause}")]
    NotBridged {
        /// Why.
        cause: trunkline_proto::HangupCause,
        /// Why each of those that were called was not reached, as far as the switch tells.
        legs: Vec<(trunkline_proto::ChannelUuid, trunkline_proto::HangupCause)>,
    },
    /// The switch took a command, but what it is to bring about did not show in the model in time.
    #[cfg(all(feature = "client", feature = "model"))]
    #[error(
        "the switch took `{command}`, but its effect did not show within {after:?}{}",
        if .gone.is_some() { ": there is no such channel" } else { "" }
    )]
    NotSeen {
        /// The command.
        command: String,
        /// How long it was waited for.
        after: Duration,
        /// The channel, if it is not there: the switch says yes to many a command all the same.
        gone: Option<trunkline_proto::ChannelUuid>,
    },
    /// A connection that was made elsewhere and handed over cannot be made again: where to connect is not known here.
    #[error(
        "this client speaks over a socket it was given, and cannot make another: only one that connected by itself can"
    )]
    NotDialled,
    /// A signal came while a call of the `blocking` client waited. The connection is as it was, and goes on.
    #[error("a signal interrupted the wait; the connection goes on")]
    Interrupted,
    /// A job that was never started here, whose end was given already or dropped with what else was not fetched in time,
    /// or which the switch refused.
    #[error(
        "no job {job} runs, and its end is not kept: it was given already, dropped unread (see Missed), or never started here"
    )]
    NoSuchJob {
        /// Which.
        job: JobUuid,
    },
}

/// So that `?` is enough where a handler puts a dial string or a variable together.
impl From<DialStringError> for Error {
    fn from(error: DialStringError) -> Self {
        Self::Misuse(error.into())
    }
}

impl Error {
    pub(crate) fn unanswered(command: &str, why: Unanswered) -> Self {
        let command = command.to_owned();
        match why {
            Unanswered::TimedOut { after, executed } => Self::TimedOut { command, after, executed },
            Unanswered::Disconnected { executed, reason } => Self::Disconnected { command, executed, reason },
            // A reason this version does not know.
            _ => Self::Disconnected { command, executed: Executed::Unknown, reason: CloseReason::Eof },
        }
    }

    pub(crate) fn refused(command: &str, reason: String) -> Self {
        Self::Refused { command: command.to_owned(), reason }
    }

    /// Of an api command that was run, whose line this is.
    pub(crate) fn api(line: &str, source: ApiError) -> Self {
        Self::Api { command: Command::shown_api(line).into_owned(), source }
    }

    pub(crate) fn application(application: String, source: ApplicationError) -> Self {
        match source {
            ApplicationError::NotBridged { cause, legs } => Self::NotBridged { cause, legs },
            source => Self::Application { application, source },
        }
    }

    /// What an application says of its failure, if that is it.
    #[must_use]
    pub fn application_error(&self) -> Option<&ApplicationError> {
        match self {
            Self::Application { source, .. } => Some(source),
            _ => None,
        }
    }

    /// Why a caller entered no digits, if that is it: what a menu goes on with.
    ///
    /// ```
    /// # async fn menu(call: trunkline::Call) -> Result<(), trunkline::Error> {
    /// use trunkline::application::Digits;
    ///
    /// let choice = match call.play_and_get_digits(Digits::prompt("menu.wav")).await {
    ///     Ok(choice) => choice.as_str().to_owned(),
    ///     Err(error) if error.no_digits().is_some() => "0".to_owned(),
    ///     Err(error) => return Err(error),
    /// };
    /// # drop(choice);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn no_digits(&self) -> Option<&NoDigits> {
        match self.application_error() {
            Some(ApplicationError::NoDigits(why)) => Some(why),
            _ => None,
        }
    }

    /// Why the switch said no, to be matched on, if that is what it did.
    #[must_use]
    pub fn reason(&self) -> Option<Refusal> {
        match self.root() {
            Self::Refused { reason, .. } => Some(Refusal::from(&**reason)),
            Self::Subscription(
                SubscriptionRefused::Events { why, .. } | SubscriptionRefused::Log { why },
            ) => Some(Refusal::from(&**why)),
            Self::Closed(CloseReason::AuthRejected { text, .. }) => {
                text.strip_prefix("-ERR").map(|words| Refusal::from(words.trim()))
            }
            _ => None,
        }
    }

    /// Whether the connection is gone.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        let root = self.root();
        matches!(root, Self::Closed(_) | Self::Disconnected { .. } | Self::Job(JobLost::Disconnected(_)))
            || matches!(root.unconfirmed(), Some(Unanswered::Disconnected { .. }))
    }

    /// Whether time ran out.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        let root = self.root();
        if matches!(root, Self::ApplicationTimedOut { .. }) {
            return true;
        }
        #[cfg(all(feature = "client", feature = "model"))]
        if matches!(root, Self::NotSeen { .. }) {
            return true;
        }
        matches!(root, Self::ConnectTimeout { .. } | Self::TimedOut { .. } | Self::Job(JobLost::TimedOut))
            || matches!(root, Self::Closed(CloseReason::NoGreeting { .. } | CloseReason::NoAuthReply { .. }))
            || matches!(root.unconfirmed(), Some(Unanswered::TimedOut { .. }))
    }

    /// What an api command says of its failure, if that is it.
    #[must_use]
    pub fn api_error(&self) -> Option<&ApiError> {
        match self.root() {
            Self::Api { source, .. } => Some(source),
            _ => None,
        }
    }

    /// What kept a call from being made, or from being known; the error itself, if it is about none.
    #[cfg(feature = "client")]
    fn root(&self) -> &Self {
        match self {
            Self::Originate(error) => error.before().map_or(self, Self::root),
            _ => self,
        }
    }

    #[cfg(not(feature = "client"))]
    fn root(&self) -> &Self {
        self
    }

    /// Why a subscription got no answer, if that is it.
    fn unconfirmed(&self) -> Option<&Unanswered> {
        match self {
            Self::Subscription(SubscriptionRefused::Unanswered(why)) => Some(why),
            _ => None,
        }
    }

    /// Whether the switch said no.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        let root = self.root();
        matches!(root, Self::Refused { .. })
            || matches!(
                root,
                Self::Closed(CloseReason::AuthRejected { .. } | CloseReason::AccessDenied { .. })
            )
            || matches!(
                root,
                Self::Subscription(SubscriptionRefused::Events { .. } | SubscriptionRefused::Log { .. })
            )
    }
}
