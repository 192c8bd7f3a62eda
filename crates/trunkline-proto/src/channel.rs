//! What a channel is doing, and which way its call goes.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// What a channel's thread does (`switch_channel_state_t`, `state_names` in `switch_channel.c`).
    ///
    /// The order is that of a call's life: `state >= ChannelState::Hangup` is a call that is over. (`CS_NONE` comes
    /// after the end in FreeSWITCH's own order; it is a channel whose thread has not begun.)
    pub enum ChannelState: u8 {
        New = 0 => "CS_NEW",
        Init = 1 => "CS_INIT",
        Routing = 2 => "CS_ROUTING",
        SoftExecute = 3 => "CS_SOFT_EXECUTE",
        Execute = 4 => "CS_EXECUTE",
        ExchangeMedia = 5 => "CS_EXCHANGE_MEDIA",
        Park = 6 => "CS_PARK",
        ConsumeMedia = 7 => "CS_CONSUME_MEDIA",
        Hibernate = 8 => "CS_HIBERNATE",
        Reset = 9 => "CS_RESET",
        Hangup = 10 => "CS_HANGUP",
        Reporting = 11 => "CS_REPORTING",
        Destroy = 12 => "CS_DESTROY",
        None = 13 => "CS_NONE",
    }
}

vocabulary! {
    /// How far a call has come (`switch_channel_callstate_t`, `CALLSTATE_CHART` in `switch_channel.c`). A number that
    /// is not in the chart is written `UNKNOWN`.
    pub enum CallState: u8 {
        Down = 0 => "DOWN",
        Dialing = 1 => "DIALING",
        Ringing = 2 => "RINGING",
        Early = 3 => "EARLY",
        Active = 4 => "ACTIVE",
        Held = 5 => "HELD",
        RingWait = 6 => "RING_WAIT",
        Hangup = 7 => "HANGUP",
        Unheld = 8 => "UNHELD",
    }
}

vocabulary! {
    /// Whether a call is answered (`switch_channel_event_set_basic_data` in `switch_channel.c`). The last three
    /// are what PRESENCE_IN says of something that is no channel, such as a parking lot.
    pub enum AnswerState {
        Ringing => "ringing",
        Early => "early",
        Answered => "answered",
        Hangup => "hangup",
        Confirmed => "confirmed",
        Terminated => "terminated",
        Resubscribe => "resubscribe",
    }
}

vocabulary! {
    /// Which way a call goes, from the switch: `inbound` came to it, `outbound` was made by it.
    pub enum CallDirection {
        Inbound => "inbound",
        Outbound => "outbound",
    }
}

vocabulary! {
    /// What a device is doing, all its calls together (`DEVICE_STATE_CHART` in `switch_channel.c`).
    pub enum DeviceState: u8 {
        Down = 0 => "DOWN",
        Ringing = 1 => "RINGING",
        Active = 2 => "ACTIVE",
        ActiveMulti = 3 => "ACTIVE_MULTI",
        Held = 4 => "HELD",
        Unheld = 5 => "UNHELD",
        Hangup = 6 => "HANGUP",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_the_states() {
        for (place, state) in ChannelState::KNOWN.iter().enumerate() {
            assert_eq!(state.number().map(usize::from), Some(place));
            assert_eq!(ChannelState::from(state.as_str()), *state);
        }
        for (place, state) in CallState::KNOWN.iter().enumerate() {
            assert_eq!(state.number().map(usize::from), Some(place));
        }
        assert_eq!((ChannelState::KNOWN.len(), CallState::KNOWN.len()), (14, 9));
        assert_eq!(CallState::from("UNKNOWN").number(), None);
    }

    #[test]
    fn a_call_that_is_over_is_past_hangup() {
        assert!(ChannelState::Hangup <= ChannelState::Destroy);
        assert!(ChannelState::ConsumeMedia < ChannelState::Hangup);
    }
}
