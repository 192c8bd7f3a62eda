//! Whose fault it was that there is no call.

#[cfg(feature = "client")]
mod client;

use trunkline_proto::HangupCause;
use trunkline_proto::api::ApiError;

/// Whose fault it was that an `originate` gave no call. Only after [`Node`](Self::Node) another node is tried.
///
/// Where a dial string has several legs, the cause that the switch tells is that of the one tried last: what the others
/// came to is not said, and a callee of theirs may have been rung already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The node's own: it did not, or could not, dial at all. Another one may.
    Node,
    /// The callee's, or of what is on the way to him: he was reached, or would not be by another node either.
    Callee,
    /// The request's: no node takes it.
    Request,
    /// Somebody ended the call on purpose while it was dialled.
    Ended,
    /// Nobody knows what became of the call: it may be dialled still, or have been answered. Nothing is dialled again.
    Unknown,
}

/// What each cause says, as the answer to `originate`, and why. A cause that both sides can give is taken for the
/// callee's: nobody's telephone rings twice for one call.
const TABLE: &[(HangupCause, Fault, &str)] = {
    use Fault::{Callee, Ended, Node, Request, Unknown};
    use HangupCause as C;
    &[
        (C::None, Unknown, "what a leg has that never ended: the switch does not say"),
        (C::UnallocatedNumber, Callee, "SIP 404: there is no such number"),
        (C::NoRouteTransitNet, Callee, "a network on the way has no route"),
        (
            C::NoRouteDestination,
            Callee,
            "SIP 485 or 604; or the dialplan has nothing for it, as on every node",
        ),
        (C::ChannelUnacceptable, Callee, "the far end does not take the channel"),
        (C::CallAwardedDelivered, Callee, "the callee's side took it on a channel of its own"),
        (C::NormalClearing, Callee, "the callee hung up"),
        (C::UserBusy, Callee, "SIP 486 or 600: busy"),
        (C::NoUserResponse, Callee, "SIP 480: nobody there"),
        (C::NoAnswer, Callee, "it rang, and nobody answered"),
        (C::SubscriberAbsent, Callee, "the directory, which nodes share, has no such user"),
        (C::CallRejected, Callee, "SIP 401, 403, 603: the callee or his side says no"),
        (C::NumberChanged, Callee, "SIP 410: he has another number"),
        (C::RedirectionToNewDestination, Callee, "he is elsewhere"),
        (C::ExchangeRoutingError, Callee, "SIP 482 or 483, or too many forwards: a loop, on any node"),
        (
            C::DestinationOutOfOrder,
            Node,
            "what endpoints say that get no session: too many, too many a second, too little idle CPU, paused",
        ),
        (C::InvalidNumberFormat, Callee, "SIP 484: the number is not one"),
        (C::FacilityRejected, Callee, "the far end has not what was asked for"),
        (C::ResponseToStatusEnquiry, Callee, "an answer of the far end's"),
        (C::NormalUnspecified, Callee, "any other SIP answer of the far end's"),
        (C::NormalCircuitCongestion, Callee, "the far end's lines are taken"),
        (C::NetworkOutOfOrder, Callee, "SIP 502: the network behind the next hop"),
        (C::NormalTemporaryFailure, Callee, "SIP 500 or 503 of the next hop"),
        (C::SwitchCongestion, Callee, "a switch on the way has too much to do"),
        (C::AccessInfoDiscarded, Callee, "lost on the way"),
        (C::RequestedChanUnavail, Node, "the node's endpoint gave no channel, and no other reason"),
        (C::PreEmpted, Callee, "the far end needed the line for another"),
        (C::FacilityNotSubscribed, Callee, "the far end has not what was asked for"),
        (C::OutgoingCallBarred, Callee, "the far end forbids it"),
        (C::IncomingCallBarred, Callee, "the far end forbids it"),
        (C::BearercapabilityNotauth, Callee, "the far end forbids it"),
        (C::BearercapabilityNotavail, Callee, "no codec that both have, after the far end has said its own"),
        (C::ServiceUnavailable, Callee, "SIP 405"),
        (C::BearercapabilityNotimpl, Callee, "the far end has not what was asked for"),
        (C::ChanNotImplemented, Node, "the node has no such endpoint: its module is not loaded"),
        (C::FacilityNotImplemented, Callee, "the far end has not what was asked for"),
        (C::ServiceNotImplemented, Callee, "SIP 406, 415, 501"),
        (C::InvalidCallReference, Callee, "the far end mixed calls up"),
        (C::IncompatibleDestination, Callee, "SIP 488 or 606: no codec that both have"),
        (C::InvalidMsgUnspecified, Callee, "the far end did not understand"),
        (C::MandatoryIeMissing, Request, "the dial string, or the user's in the directory, lacks something"),
        (C::MessageTypeNonexist, Callee, "the far end did not understand"),
        (C::WrongMessage, Callee, "the far end did not understand"),
        (C::IeNonexist, Callee, "the far end did not understand"),
        (C::InvalidIeContents, Request, "the user's dial string in the directory cannot be used"),
        (C::WrongCallState, Callee, "the two sides disagreed on where the call stood"),
        (C::RecoveryOnTimerExpire, Callee, "SIP 408 or 504: no answer came; it may have rung all the same"),
        (C::MandatoryIeLengthError, Callee, "the far end did not understand"),
        (C::ProtocolError, Callee, "the far end did not understand"),
        (C::Interworking, Callee, "SIP 413 to 423, 505, 513: the far end takes no such request"),
        (C::Success, Unknown, "no failure at all, and yet no call"),
        (C::OriginatorCancel, Ended, "it was cancelled"),
        (C::Crash, Unknown, "a call left over from a switch that crashed"),
        (C::SystemShutdown, Node, "the node ends, or its SIP profile stands by"),
        (C::LoseRace, Ended, "another leg was faster"),
        (C::ManagerRequest, Ended, "somebody killed it, or took the module away that has it"),
        (C::BlindTransfer, Ended, "it was transferred while it rang"),
        (C::AttendedTransfer, Ended, "it was transferred while it rang"),
        (C::AllottedTimeout, Callee, "it rang, or lasted, as long as it was given"),
        (C::UserChallenge, Callee, "the far end wants a password that it does not get"),
        (C::MediaTimeout, Callee, "nothing was heard of the far end"),
        (C::PickedOff, Ended, "somebody else picked it up"),
        (C::UserNotRegistered, Node, "registered with this node he is not; he may be with another"),
        (C::ProgressTimeout, Callee, "it did not ring in time"),
        (C::InvalidGateway, Node, "the node has no such gateway"),
        (C::GatewayDown, Node, "the node's gateway is down"),
        (C::InvalidUrl, Request, "the dial string is not one"),
        (C::InvalidProfile, Node, "the node has no such SIP profile"),
        (C::NoPickup, Callee, "there is nothing to pick up"),
        (C::SrtpReadError, Callee, "what the far end sent could not be decrypted"),
        (C::Bowout, Ended, "a loopback leg stepped out of the call, which goes on without it"),
        (C::BusyEverywhere, Callee, "SIP 600: busy"),
        (C::Decline, Callee, "SIP 603: he says no"),
        (C::DoesNotExistAnywhere, Callee, "SIP 604: there is no such number"),
        (C::NotAcceptable, Callee, "SIP 606: he does not take such a call"),
        (C::Unwanted, Callee, "SIP 607: he does not want it"),
        (C::NoIdentity, Callee, "SIP 428: the far end wants to know who calls"),
        (C::BadIdentityInfo, Callee, "SIP 429: the far end does not believe who calls"),
        (C::UnsupportedCertificate, Callee, "SIP 437: the far end does not believe who calls"),
        (C::InvalidIdentity, Callee, "SIP 438: the far end does not believe who calls"),
        (C::StaleDate, Callee, "SIP 403: the far end does not believe when it was made"),
        (C::RejectAll, Callee, "SIP 608: he says no"),
    ]
};

impl Fault {
    /// Whose it is by the cause that `originate` gives (`-ERR GATEWAY_DOWN`). One this version does not know is the
    /// callee's, so that nothing is tried again for it.
    ///
    /// A cause names the same thing on any node; that it came from the node itself, before anything left it, is known
    /// by where FreeSWITCH's source gives it: `mod_sofia.c`, `sofia_glue.c` (the SIP answers), `mod_dptools.c`,
    /// `switch_core_session.c`, `switch_ivr_originate.c`.
    ///
    /// ```
    /// use trunkline::HangupCause;
    /// use trunkline::model::fleet::Fault;
    ///
    /// assert_eq!(Fault::of(&HangupCause::DestinationOutOfOrder), Fault::Node);
    /// assert_eq!(Fault::of(&HangupCause::UserBusy), Fault::Callee);
    /// assert_eq!(Fault::reason(&HangupCause::GatewayDown), "the node's gateway is down");
    /// ```
    #[must_use]
    pub fn of(cause: &HangupCause) -> Self {
        row(cause).map_or(Self::Callee, |(_, fault, _)| *fault)
    }

    /// Why it is taken for that.
    #[must_use]
    pub fn reason(cause: &HangupCause) -> &'static str {
        row(cause).map_or("a cause this version does not know", |(_, _, reason)| reason)
    }

    /// Whose it is by what `originate` printed, where it printed something else than the id of a call.
    ///
    /// - `-ERR CAUSE`: as [`of`](Self::of) has it.
    /// - `-ERR permission denied`: the node's, where this user may not dial (`esl-allowed-api`).
    /// - `-ERR originate Command not found!`: the node's, which has mod_commands not loaded.
    /// - `-USAGE: …`: the request's.
    /// - Anything else, nothing at all (`-ERR no reply`) included: unknown.
    #[must_use]
    pub fn of_answer(answer: &ApiError) -> Self {
        match answer {
            ApiError::Failed { .. } => match answer.hangup_cause() {
                Some(cause) => Self::of(&cause),
                None if answer.reason() == Some("permission denied") => Self::Node,
                None => Self::Unknown,
            },
            ApiError::Usage { .. } => Self::Request,
            ApiError::NotFound { .. } => Self::Node,
            _ => Self::Unknown,
        }
    }

    /// Whether another node may be tried: this one certainly has not dialled.
    #[must_use]
    pub fn is_the_nodes(self) -> bool {
        self == Self::Node
    }
}

fn row(cause: &HangupCause) -> Option<&'static (HangupCause, Fault, &'static str)> {
    TABLE.iter().find(|(known, _, _)| known == cause)
}

#[cfg(test)]
mod tests {
    use trunkline_proto::api::ApiCommand;
    use trunkline_proto::dialstring::{Endpoint, Originate};

    use super::*;

    #[test]
    fn every_cause_is_somebodys_once_and_for_a_reason() {
        for cause in HangupCause::KNOWN {
            let rows = TABLE.iter().filter(|(known, _, _)| known == cause).count();
            assert_eq!(rows, 1, "{cause}");
            assert!(!Fault::reason(cause).is_empty(), "{cause}");
        }
        assert_eq!(TABLE.len(), HangupCause::KNOWN.len());
        assert_eq!(Fault::of(&HangupCause::from("BRAND_NEW")), Fault::Callee);
    }

    /// What a node says of itself, and nothing that a SIP answer can be read as (`sofia_glue_sip_cause_to_freeswitch` in
    /// `sofia_glue.c`).
    #[test]
    fn only_what_the_node_itself_says_is_the_nodes() {
        let of_the_node: Vec<&str> = TABLE
            .iter()
            .filter(|(_, fault, _)| fault.is_the_nodes())
            .map(|(cause, _, _)| cause.as_str())
            .collect();
        assert_eq!(
            of_the_node,
            [
                "DESTINATION_OUT_OF_ORDER",
                "REQUESTED_CHAN_UNAVAIL",
                "CHAN_NOT_IMPLEMENTED",
                "SYSTEM_SHUTDOWN",
                "USER_NOT_REGISTERED",
                "INVALID_GATEWAY",
                "GATEWAY_DOWN",
                "INVALID_PROFILE",
            ]
        );
    }

    #[test]
    fn what_originate_prints() {
        let originate = Originate::new(Endpoint::user("1000").unwrap());
        for (printed, fault) in [
            ("-ERR GATEWAY_DOWN\n", Fault::Node),
            ("-ERR USER_BUSY\n", Fault::Callee),
            ("-ERR INVALID_URL\n", Fault::Request),
            ("-ERR ORIGINATOR_CANCEL\n", Fault::Ended),
            ("-ERR permission denied\n", Fault::Node),
            ("-ERR originate Command not found!\n", Fault::Node),
            ("-USAGE: <call url> <exten>|&<application_name>(<app_args>)\n", Fault::Request),
            ("-ERR something else\n", Fault::Unknown),
            ("-ERR NONE\n", Fault::Unknown),
            ("-ERR no reply\n", Fault::Unknown),
            ("", Fault::Unknown),
        ] {
            let answer = originate.read(printed.as_bytes()).unwrap_err();
            assert_eq!(Fault::of_answer(&answer), fault, "{printed}");
        }
    }
}
