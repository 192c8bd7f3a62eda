//! Causes as SIP tells them: in a status, and in a Reason header.

use trunkline_proto::HangupCause;

use crate::cause::Cause;

/// The status a call that was not answered is refused with (`hangup_cause_to_sip` in `mod_sofia.c`).
pub(super) fn of(cause: Cause) -> u16 {
    use HangupCause as C;
    let Some(cause) = C::from_number(cause.number()) else { return 480 };
    match cause {
        C::UnallocatedNumber | C::NoRouteTransitNet | C::NoRouteDestination => 404,
        C::UserBusy => 486,
        C::NoUserResponse => 408,
        C::CallRejected | C::Decline | C::RejectAll => 603,
        C::NumberChanged | C::RedirectionToNewDestination => 410,
        C::DestinationOutOfOrder | C::InvalidProfile => 502,
        C::InvalidNumberFormat | C::InvalidUrl | C::InvalidGateway => 484,
        C::FacilityRejected | C::FacilityNotImplemented | C::ServiceNotImplemented => 501,
        C::RequestedChanUnavail | C::NormalCircuitCongestion | C::NetworkOutOfOrder => 503,
        C::NormalTemporaryFailure | C::SwitchCongestion | C::GatewayDown => 503,
        C::BearercapabilityNotavail => 503,
        C::OutgoingCallBarred | C::IncomingCallBarred | C::BearercapabilityNotauth => 403,
        C::BearercapabilityNotimpl | C::IncompatibleDestination => 488,
        C::RecoveryOnTimerExpire => 504,
        C::OriginatorCancel => 487,
        C::ExchangeRoutingError => 483,
        C::BusyEverywhere => 600,
        C::DoesNotExistAnywhere => 604,
        C::NotAcceptable => 606,
        C::Unwanted => 607,
        _ => 480,
    }
}

/// What a status says.
pub(super) fn phrase(status: u16) -> &'static str {
    match status {
        403 => "Forbidden",
        404 => "Not Found",
        408 => "Request Timeout",
        410 => "Gone",
        483 => "Too Many Hops",
        484 => "Address Incomplete",
        486 => "Busy Here",
        487 => "Request Terminated",
        488 => "Not Acceptable Here",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Time-out",
        600 => "Busy Everywhere",
        603 => "Decline",
        604 => "Does Not Exist Anywhere",
        606 => "Not Acceptable",
        607 => "Unwanted",
        _ => "Temporarily Unavailable",
    }
}

/// The cause a status is taken for, where no Reason tells a better one (`sofia_glue_sip_cause_to_freeswitch` in
/// `sofia_glue.c`).
pub(super) fn cause(status: u16) -> Cause {
    let cause = match status {
        200 => HangupCause::NormalClearing,
        403 | 603 => HangupCause::CallRejected,
        404 => HangupCause::UnallocatedNumber,
        408 | 504 => HangupCause::RecoveryOnTimerExpire,
        410 => HangupCause::NumberChanged,
        483 => HangupCause::ExchangeRoutingError,
        484 => HangupCause::InvalidNumberFormat,
        486 | 600 => HangupCause::UserBusy,
        487 => HangupCause::OriginatorCancel,
        488 | 606 => HangupCause::IncompatibleDestination,
        501 => HangupCause::ServiceNotImplemented,
        502 => HangupCause::NetworkOutOfOrder,
        503 => HangupCause::NormalTemporaryFailure,
        607 => HangupCause::Unwanted,
        604 => HangupCause::NoRouteDestination,
        _ => HangupCause::NoUserResponse,
    };
    cause.into()
}

/// The Reason header a call is ended with.
pub(super) fn reason(cause: Cause) -> String {
    match (cause.number(), cause.name().as_str()) {
        (_, "LOSE_RACE" | "PICKED_OFF") => "SIP;cause=200;text=\"Call completed elsewhere\"".into(),
        (number @ 1..128, name) => format!("Q.850;cause={number};text=\"{name}\""),
        (number, name) => format!("SIP;cause={number};text=\"{name}\""),
    }
}

/// The cause at the other end: only those of Q.850 come through as they are.
pub(super) fn heard(cause: Cause, status: u16) -> Cause {
    if (1..128).contains(&cause.number()) { cause } else { self::cause(status) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_of_q850_come_through_and_others_as_the_status() {
        let told = |cause: HangupCause| {
            let cause = Cause::from(cause);
            (of(cause), phrase(of(cause)), heard(cause, of(cause)).name())
        };
        assert_eq!(told(HangupCause::UserBusy), (486, "Busy Here", "USER_BUSY".into()));
        assert_eq!(told(HangupCause::LoseRace), (480, "Temporarily Unavailable", "NO_USER_RESPONSE".into()));
        assert_eq!(
            told(HangupCause::OriginatorCancel),
            (487, "Request Terminated", "ORIGINATOR_CANCEL".into())
        );
    }

    #[test]
    fn reasons_name_their_protocol() {
        assert_eq!(reason(HangupCause::UserBusy.into()), "Q.850;cause=17;text=\"USER_BUSY\"");
        assert_eq!(reason(HangupCause::OriginatorCancel.into()), "SIP;cause=487;text=\"ORIGINATOR_CANCEL\"");
        assert_eq!(reason(HangupCause::LoseRace.into()), "SIP;cause=200;text=\"Call completed elsewhere\"");
    }
}
