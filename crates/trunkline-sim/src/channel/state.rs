//! States, in FreeSWITCH's order and under its names (`switch_channel_state_t`, `switch_channel_callstate_t`).

/// What a channel's thread does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(dead_code, reason = "the numbers of the others count them")]
pub(crate) enum State {
    New,
    Init,
    Routing,
    SoftExecute,
    Execute,
    ExchangeMedia,
    Park,
    ConsumeMedia,
    Hibernate,
    Reset,
    Hangup,
    Reporting,
    Destroy,
    /// Before its thread has begun.
    None,
}

const STATES: [&str; 14] = [
    "CS_NEW",
    "CS_INIT",
    "CS_ROUTING",
    "CS_SOFT_EXECUTE",
    "CS_EXECUTE",
    "CS_EXCHANGE_MEDIA",
    "CS_PARK",
    "CS_CONSUME_MEDIA",
    "CS_HIBERNATE",
    "CS_RESET",
    "CS_HANGUP",
    "CS_REPORTING",
    "CS_DESTROY",
    "CS_NONE",
];

impl State {
    pub(crate) fn name(self) -> &'static str {
        STATES.get(self as usize).copied().unwrap_or_default()
    }

    pub(crate) fn number(self) -> u8 {
        self as u8
    }
}

/// How far a call has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(dead_code, reason = "the numbers of the others count them")]
pub(crate) enum CallState {
    Down,
    Dialing,
    Ringing,
    Early,
    Active,
    Held,
    RingWait,
    Hangup,
    Unheld,
}

const CALL_STATES: [&str; 9] =
    ["DOWN", "DIALING", "RINGING", "EARLY", "ACTIVE", "HELD", "RING_WAIT", "HANGUP", "UNHELD"];

impl CallState {
    pub(crate) fn name(self) -> &'static str {
        CALL_STATES.get(self as usize).copied().unwrap_or_default()
    }

    pub(crate) fn number(self) -> u8 {
        self as u8
    }
}
