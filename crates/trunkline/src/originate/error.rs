//! Why there is no call, or why that is not known.

use trunkline_proto::{AnswerState, ChannelUuid, HangupCause};

use crate::error::Error;

/// Why [`Client::originate`](crate::Client::originate) gives no call.
///
/// After [`Failed`](Self::Failed), [`Refused`](Self::Refused) and [`NotDialled`](Self::NotDialled) there is no call, and
/// another one may be made. After the others there is or was one, or may be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OriginateError {
    /// It was tried, and nobody answered.
    #[error("the call failed: {cause}")]
    Failed {
        /// Why: of the leg tried last.
        cause: HangupCause,
    },
    /// The switch refused to dial: this user may not (`esl-allowed-api`), it does not take the arguments, or has no
    /// `originate`.
    #[error("the switch refused to dial")]
    Refused {
        /// What it said.
        source: Box<Error>,
    },
    /// It was certainly not dialled: not a byte of the command was written.
    #[error("nothing was dialled")]
    NotDialled {
        /// Why not.
        source: Box<Error>,
    },
    /// **A call was made, but under another id** than it was to have: there was a channel with that one already, and the
    /// switch then takes another (`switch_core_session_outgoing_channel` in `switch_core_session.c`; a `sofia/` leg it does
    /// not make at all, and that call fails with DESTINATION_OUT_OF_ORDER). Whoever gave an id that was in use is to
    /// blame; where none was given, the switch. Decide what to do with both calls: go on with the one that was made or
    /// hang it up, but do not dial again.
    #[error(
        "a call was made as {uuid}, and not as {}, which is another call's id: hang one of the two up, or go on with both",
        list(asked)
    )]
    OtherUuid {
        /// The ids it was to have, one a leg.
        asked: Vec<ChannelUuid>,
        /// The id it has.
        uuid: ChannelUuid,
    },
    /// The switch's answer was lost. The call was found, but not answered within
    /// [`Config::job_timeout`](crate::Config::job_timeout), or where nothing more can be known of it. It is still being
    /// dialled: wait for its CHANNEL_ANSWER, or hang it up.
    #[error("the call {uuid} is still being dialled{}", state_of(answer_state.as_ref()))]
    Ringing {
        /// Its id.
        uuid: ChannelUuid,
        /// How far it has come, as last seen; `None` where this user may not ask.
        answer_state: Option<AnswerState>,
        /// How the answer was lost; `None` if in a break of the connection.
        source: Option<Box<Error>>,
    },
    /// The switch's answer was lost. The call was answered meanwhile, and has ended.
    #[error("the call {uuid} was answered, and has ended: {cause}")]
    Ended {
        /// Its id.
        uuid: ChannelUuid,
        /// Why it ended.
        cause: HangupCause,
    },
    /// The switch's answer was lost, and there is no such call now. It may never have been dialled, may be dialled yet
    /// (a switch that stalls reads what it was sent when it goes on), or may have come and gone unseen. Ask
    /// (`uuid_exists`, or the call records) before dialling again.
    #[error(
        "nobody can say what became of the call {}: the switch's answer was lost, and it has no such call now; \
         look for it before dialling again",
        list(uuids)
    )]
    Unknown {
        /// The ids of its legs.
        uuids: Vec<ChannelUuid>,
        /// How the answer was lost; `None` if in a break of the connection.
        source: Option<Box<Error>>,
    },
}

impl OriginateError {
    pub(super) fn not_dialled(why: impl Into<Error>) -> Self {
        Self::NotDialled { source: Box::new(why.into()) }
    }

    pub(super) fn refused(why: Error) -> Self {
        Self::Refused { source: Box::new(why) }
    }

    /// What went wrong before that.
    pub(crate) fn before(&self) -> Option<&Error> {
        match self {
            Self::Refused { source } | Self::NotDialled { source } => Some(source),
            Self::Ringing { source, .. } | Self::Unknown { source, .. } => source.as_deref(),
            Self::Failed { .. } | Self::OtherUuid { .. } | Self::Ended { .. } => None,
        }
    }

    /// Why no call was made, if that is known.
    #[must_use]
    pub fn hangup_cause(&self) -> Option<&HangupCause> {
        match self {
            Self::Failed { cause } => Some(cause),
            _ => None,
        }
    }

    /// Whether there certainly is no call, and never was one that was answered: another one may be made.
    #[must_use]
    pub fn is_safe_to_repeat(&self) -> bool {
        matches!(self, Self::Failed { .. } | Self::Refused { .. } | Self::NotDialled { .. })
    }
}

fn list(uuids: &[ChannelUuid]) -> String {
    let uuids: Vec<&str> = uuids.iter().map(ChannelUuid::as_str).collect();
    uuids.join(", ")
}

fn state_of(state: Option<&AnswerState>) -> String {
    state.map(|state| format!(" ({state})")).unwrap_or_default()
}
