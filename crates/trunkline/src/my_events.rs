//! What a call's own connection hears of it.

use trunkline_proto::EventName;

/// The events a call's connection has by `myevents` (`parse_command` in `mod_event_socket.c`).
pub(crate) const MYEVENTS: [EventName; 23] = [
    EventName::ChannelAnswer,
    EventName::ChannelApplication,
    EventName::ChannelBridge,
    EventName::ChannelCreate,
    EventName::ChannelData,
    EventName::ChannelDestroy,
    EventName::ChannelExecute,
    EventName::ChannelExecuteComplete,
    EventName::ChannelHangup,
    EventName::ChannelHangupComplete,
    EventName::ChannelOriginate,
    EventName::ChannelUuid,
    EventName::ChannelOutgoing,
    EventName::ChannelPark,
    EventName::ChannelProgress,
    EventName::ChannelProgressMedia,
    EventName::ChannelState,
    EventName::ChannelUnbridge,
    EventName::ChannelUnpark,
    EventName::DetectedSpeech,
    EventName::Dtmf,
    EventName::NoTalk,
    EventName::Talk,
];
