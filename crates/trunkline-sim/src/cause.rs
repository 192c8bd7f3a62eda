//! Hangup causes (`CAUSE_CHART` in `src/switch_channel.c`).

/// A cause by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cause(pub(crate) u16);

pub(crate) const NO_ROUTE_DESTINATION: Cause = Cause(3);
pub(crate) const NORMAL_CLEARING: Cause = Cause(16);
pub(crate) const NO_ANSWER: Cause = Cause(19);
pub(crate) const DESTINATION_OUT_OF_ORDER: Cause = Cause(27);
pub(crate) const CHAN_NOT_IMPLEMENTED: Cause = Cause(66);
pub(crate) const LOSE_RACE: Cause = Cause(702);
pub(crate) const MANAGER_REQUEST: Cause = Cause(703);

const CHART: &[(u16, &str)] = &[
    (0, "NONE"),
    (1, "UNALLOCATED_NUMBER"),
    (2, "NO_ROUTE_TRANSIT_NET"),
    (3, "NO_ROUTE_DESTINATION"),
    (6, "CHANNEL_UNACCEPTABLE"),
    (7, "CALL_AWARDED_DELIVERED"),
    (16, "NORMAL_CLEARING"),
    (17, "USER_BUSY"),
    (18, "NO_USER_RESPONSE"),
    (19, "NO_ANSWER"),
    (20, "SUBSCRIBER_ABSENT"),
    (21, "CALL_REJECTED"),
    (22, "NUMBER_CHANGED"),
    (23, "REDIRECTION_TO_NEW_DESTINATION"),
    (25, "EXCHANGE_ROUTING_ERROR"),
    (27, "DESTINATION_OUT_OF_ORDER"),
    (28, "INVALID_NUMBER_FORMAT"),
    (29, "FACILITY_REJECTED"),
    (30, "RESPONSE_TO_STATUS_ENQUIRY"),
    (31, "NORMAL_UNSPECIFIED"),
    (34, "NORMAL_CIRCUIT_CONGESTION"),
    (38, "NETWORK_OUT_OF_ORDER"),
    (41, "NORMAL_TEMPORARY_FAILURE"),
    (42, "SWITCH_CONGESTION"),
    (43, "ACCESS_INFO_DISCARDED"),
    (44, "REQUESTED_CHAN_UNAVAIL"),
    (45, "PRE_EMPTED"),
    (50, "FACILITY_NOT_SUBSCRIBED"),
    (52, "OUTGOING_CALL_BARRED"),
    (54, "INCOMING_CALL_BARRED"),
    (57, "BEARERCAPABILITY_NOTAUTH"),
    (58, "BEARERCAPABILITY_NOTAVAIL"),
    (63, "SERVICE_UNAVAILABLE"),
    (65, "BEARERCAPABILITY_NOTIMPL"),
    (66, "CHAN_NOT_IMPLEMENTED"),
    (69, "FACILITY_NOT_IMPLEMENTED"),
    (79, "SERVICE_NOT_IMPLEMENTED"),
    (81, "INVALID_CALL_REFERENCE"),
    (88, "INCOMPATIBLE_DESTINATION"),
    (95, "INVALID_MSG_UNSPECIFIED"),
    (96, "MANDATORY_IE_MISSING"),
    (97, "MESSAGE_TYPE_NONEXIST"),
    (98, "WRONG_MESSAGE"),
    (99, "IE_NONEXIST"),
    (100, "INVALID_IE_CONTENTS"),
    (101, "WRONG_CALL_STATE"),
    (102, "RECOVERY_ON_TIMER_EXPIRE"),
    (103, "MANDATORY_IE_LENGTH_ERROR"),
    (111, "PROTOCOL_ERROR"),
    (127, "INTERWORKING"),
    (142, "SUCCESS"),
    (487, "ORIGINATOR_CANCEL"),
    (700, "CRASH"),
    (701, "SYSTEM_SHUTDOWN"),
    (702, "LOSE_RACE"),
    (703, "MANAGER_REQUEST"),
    (800, "BLIND_TRANSFER"),
    (801, "ATTENDED_TRANSFER"),
    (802, "ALLOTTED_TIMEOUT"),
    (803, "USER_CHALLENGE"),
    (804, "MEDIA_TIMEOUT"),
    (805, "PICKED_OFF"),
    (806, "USER_NOT_REGISTERED"),
    (807, "PROGRESS_TIMEOUT"),
    (808, "INVALID_GATEWAY"),
    (809, "GATEWAY_DOWN"),
    (810, "INVALID_URL"),
    (811, "INVALID_PROFILE"),
    (812, "NO_PICKUP"),
    (813, "SRTP_READ_ERROR"),
    (814, "BOWOUT"),
    (815, "BUSY_EVERYWHERE"),
    (816, "DECLINE"),
    (817, "DOES_NOT_EXIST_ANYWHERE"),
    (818, "NOT_ACCEPTABLE"),
    (819, "UNWANTED"),
    (820, "NO_IDENTITY"),
    (821, "BAD_IDENTITY_INFO"),
    (822, "UNSUPPORTED_CERTIFICATE"),
    (823, "INVALID_IDENTITY"),
    (824, "STALE_DATE"),
    (825, "REJECT_ALL"),
];

impl Cause {
    /// As `switch_channel_str2cause`: what begins with a digit is a number, anything else a name in any case, and
    /// one it does not know NORMAL_CLEARING.
    pub(crate) fn parse(text: &[u8]) -> Self {
        let text = String::from_utf8_lossy(text);
        if text.starts_with(|first: char| first.is_ascii_digit()) {
            let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
            return Self(digits.parse().unwrap_or(u16::MAX));
        }
        let known = CHART.iter().find(|(_, name)| name.eq_ignore_ascii_case(&text));
        known.map_or(NORMAL_CLEARING, |(number, _)| Self(*number))
    }

    pub(crate) fn name(self) -> &'static str {
        CHART.iter().find(|(number, _)| *number == self.0).map_or("UNKNOWN", |(_, name)| name)
    }

    /// The Q.850 code: FreeSWITCH's own causes are reported as normal clearing.
    pub(crate) fn q850(self) -> u16 {
        if self.0 < 128 { self.0 } else { 16 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_read_as_the_switch_does() {
        for (text, name) in [
            ("USER_BUSY", "USER_BUSY"),
            ("user_busy", "USER_BUSY"),
            ("17", "USER_BUSY"),
            ("NO_SUCH_CAUSE", "NORMAL_CLEARING"),
            ("", "NORMAL_CLEARING"),
            ("0", "NONE"),
            ("999", "UNKNOWN"),
        ] {
            assert_eq!(Cause::parse(text.as_bytes()).name(), name, "{text}");
        }
        assert_eq!(LOSE_RACE.q850(), 16);
        assert_eq!(NO_ANSWER.q850(), 19);
    }
}
