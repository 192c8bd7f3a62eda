//! Why a call ended (`CAUSE_CHART` in `switch_channel.c`).

use crate::vocabulary::vocabulary;

vocabulary! {
    /// Why a call ended. Up to 127 FreeSWITCH's number is the Q.850 code; the rest are its own.
    ///
    /// A number that is not in its chart FreeSWITCH writes as `UNKNOWN`.
    pub enum HangupCause: u16 {
        None = 0 => "NONE",
        UnallocatedNumber = 1 => "UNALLOCATED_NUMBER",
        NoRouteTransitNet = 2 => "NO_ROUTE_TRANSIT_NET",
        NoRouteDestination = 3 => "NO_ROUTE_DESTINATION",
        ChannelUnacceptable = 6 => "CHANNEL_UNACCEPTABLE",
        CallAwardedDelivered = 7 => "CALL_AWARDED_DELIVERED",
        NormalClearing = 16 => "NORMAL_CLEARING",
        UserBusy = 17 => "USER_BUSY",
        NoUserResponse = 18 => "NO_USER_RESPONSE",
        NoAnswer = 19 => "NO_ANSWER",
        SubscriberAbsent = 20 => "SUBSCRIBER_ABSENT",
        CallRejected = 21 => "CALL_REJECTED",
        NumberChanged = 22 => "NUMBER_CHANGED",
        RedirectionToNewDestination = 23 => "REDIRECTION_TO_NEW_DESTINATION",
        ExchangeRoutingError = 25 => "EXCHANGE_ROUTING_ERROR",
        DestinationOutOfOrder = 27 => "DESTINATION_OUT_OF_ORDER",
        InvalidNumberFormat = 28 => "INVALID_NUMBER_FORMAT",
        FacilityRejected = 29 => "FACILITY_REJECTED",
        ResponseToStatusEnquiry = 30 => "RESPONSE_TO_STATUS_ENQUIRY",
        NormalUnspecified = 31 => "NORMAL_UNSPECIFIED",
        NormalCircuitCongestion = 34 => "NORMAL_CIRCUIT_CONGESTION",
        NetworkOutOfOrder = 38 => "NETWORK_OUT_OF_ORDER",
        NormalTemporaryFailure = 41 => "NORMAL_TEMPORARY_FAILURE",
        SwitchCongestion = 42 => "SWITCH_CONGESTION",
        AccessInfoDiscarded = 43 => "ACCESS_INFO_DISCARDED",
        RequestedChanUnavail = 44 => "REQUESTED_CHAN_UNAVAIL",
        PreEmpted = 45 => "PRE_EMPTED",
        FacilityNotSubscribed = 50 => "FACILITY_NOT_SUBSCRIBED",
        OutgoingCallBarred = 52 => "OUTGOING_CALL_BARRED",
        IncomingCallBarred = 54 => "INCOMING_CALL_BARRED",
        BearercapabilityNotauth = 57 => "BEARERCAPABILITY_NOTAUTH",
        BearercapabilityNotavail = 58 => "BEARERCAPABILITY_NOTAVAIL",
        ServiceUnavailable = 63 => "SERVICE_UNAVAILABLE",
        BearercapabilityNotimpl = 65 => "BEARERCAPABILITY_NOTIMPL",
        ChanNotImplemented = 66 => "CHAN_NOT_IMPLEMENTED",
        FacilityNotImplemented = 69 => "FACILITY_NOT_IMPLEMENTED",
        ServiceNotImplemented = 79 => "SERVICE_NOT_IMPLEMENTED",
        InvalidCallReference = 81 => "INVALID_CALL_REFERENCE",
        IncompatibleDestination = 88 => "INCOMPATIBLE_DESTINATION",
        InvalidMsgUnspecified = 95 => "INVALID_MSG_UNSPECIFIED",
        MandatoryIeMissing = 96 => "MANDATORY_IE_MISSING",
        MessageTypeNonexist = 97 => "MESSAGE_TYPE_NONEXIST",
        WrongMessage = 98 => "WRONG_MESSAGE",
        IeNonexist = 99 => "IE_NONEXIST",
        InvalidIeContents = 100 => "INVALID_IE_CONTENTS",
        WrongCallState = 101 => "WRONG_CALL_STATE",
        RecoveryOnTimerExpire = 102 => "RECOVERY_ON_TIMER_EXPIRE",
        MandatoryIeLengthError = 103 => "MANDATORY_IE_LENGTH_ERROR",
        ProtocolError = 111 => "PROTOCOL_ERROR",
        Interworking = 127 => "INTERWORKING",
        Success = 142 => "SUCCESS",
        OriginatorCancel = 487 => "ORIGINATOR_CANCEL",
        Crash = 700 => "CRASH",
        SystemShutdown = 701 => "SYSTEM_SHUTDOWN",
        LoseRace = 702 => "LOSE_RACE",
        ManagerRequest = 703 => "MANAGER_REQUEST",
        BlindTransfer = 800 => "BLIND_TRANSFER",
        AttendedTransfer = 801 => "ATTENDED_TRANSFER",
        AllottedTimeout = 802 => "ALLOTTED_TIMEOUT",
        UserChallenge = 803 => "USER_CHALLENGE",
        MediaTimeout = 804 => "MEDIA_TIMEOUT",
        PickedOff = 805 => "PICKED_OFF",
        UserNotRegistered = 806 => "USER_NOT_REGISTERED",
        ProgressTimeout = 807 => "PROGRESS_TIMEOUT",
        InvalidGateway = 808 => "INVALID_GATEWAY",
        GatewayDown = 809 => "GATEWAY_DOWN",
        InvalidUrl = 810 => "INVALID_URL",
        InvalidProfile = 811 => "INVALID_PROFILE",
        NoPickup = 812 => "NO_PICKUP",
        SrtpReadError = 813 => "SRTP_READ_ERROR",
        Bowout = 814 => "BOWOUT",
        BusyEverywhere = 815 => "BUSY_EVERYWHERE",
        Decline = 816 => "DECLINE",
        DoesNotExistAnywhere = 817 => "DOES_NOT_EXIST_ANYWHERE",
        NotAcceptable = 818 => "NOT_ACCEPTABLE",
        Unwanted = 819 => "UNWANTED",
        NoIdentity = 820 => "NO_IDENTITY",
        BadIdentityInfo = 821 => "BAD_IDENTITY_INFO",
        UnsupportedCertificate = 822 => "UNSUPPORTED_CERTIFICATE",
        InvalidIdentity = 823 => "INVALID_IDENTITY",
        StaleDate = 824 => "STALE_DATE",
        RejectAll = 825 => "REJECT_ALL",
    }
}

impl HangupCause {
    /// The Q.850 code, 0 to 127. `None` for FreeSWITCH's own causes, and for one this version does not know. (Where it
    /// must name a code, in `hangup_cause_q850`, the switch reports its own as 16, normal clearing:
    /// `switch_channel_cause_q850` in `switch_channel.c`.)
    #[must_use]
    pub fn q850(&self) -> Option<u8> {
        self.number().and_then(|number| u8::try_from(number).ok()).filter(|code| *code <= 127)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chart_is_whole() {
        assert_eq!(HangupCause::KNOWN.len(), 82);
        for cause in HangupCause::KNOWN {
            assert_eq!(HangupCause::from_number(cause.number().unwrap()).as_ref(), Some(cause));
            assert_eq!(HangupCause::from(cause.as_str()), *cause);
        }
        assert_eq!(HangupCause::from("user_busy"), HangupCause::UserBusy);
        assert_eq!(HangupCause::from_number(9), None);
    }

    #[test]
    fn own_causes_have_no_q850_code() {
        assert_eq!(HangupCause::NoAnswer.q850(), Some(19));
        assert_eq!(HangupCause::None.q850(), Some(0));
        assert_eq!(HangupCause::Interworking.q850(), Some(127));
        assert_eq!(HangupCause::Success.q850(), None);
        assert_eq!(HangupCause::OriginatorCancel.q850(), None);
        assert_eq!(HangupCause::from("UNKNOWN").q850(), None);
    }
}
