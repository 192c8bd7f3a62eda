//! The names of events (`EVENT_NAMES` in `src/switch_event.c`): 94, in the order of FreeSWITCH's enum, and
//! room for those a newer switch may add.

use std::fmt;

macro_rules! event_names {
    ($($variant:ident => $name:literal,)*) => {
        /// The name of an event, as FreeSWITCH spells it; a name this list does not know is `Other`.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum EventName {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
            /// A name this version does not know.
            Other(Box<str>),
        }

        impl EventName {
            /// Every known name, in FreeSWITCH's order; `CUSTOM` first and `ALL` (for subscribing only) last.
            pub const KNOWN: &'static [EventName] = &[$(EventName::$variant,)*];

            /// The name on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(EventName::$variant => $name,)*
                    EventName::Other(name) => name,
                }
            }

            // Constants named after the variants, so that the compiler makes one decision tree of them.
            #[expect(non_upper_case_globals)]
            fn known(name: &[u8]) -> Option<Self> {
                $(const $variant: &[u8] = $name.as_bytes();)*
                match name {
                    $($variant => Some(EventName::$variant),)*
                    _ => None,
                }
            }

            /// Its place in [`KNOWN`](Self::KNOWN), for sets of names.
            pub(crate) fn index(&self) -> Option<u8> {
                #[repr(u8)]
                enum Index { $($variant,)* }
                match self {
                    $(EventName::$variant => Some(Index::$variant as u8),)*
                    EventName::Other(_) => None,
                }
            }
        }
    };
}

event_names! {
    Custom => "CUSTOM",
    Clone => "CLONE",
    ChannelCreate => "CHANNEL_CREATE",
    ChannelDestroy => "CHANNEL_DESTROY",
    ChannelState => "CHANNEL_STATE",
    ChannelCallstate => "CHANNEL_CALLSTATE",
    ChannelAnswer => "CHANNEL_ANSWER",
    ChannelHangup => "CHANNEL_HANGUP",
    ChannelHangupComplete => "CHANNEL_HANGUP_COMPLETE",
    ChannelExecute => "CHANNEL_EXECUTE",
    ChannelExecuteComplete => "CHANNEL_EXECUTE_COMPLETE",
    ChannelHold => "CHANNEL_HOLD",
    ChannelUnhold => "CHANNEL_UNHOLD",
    ChannelBridge => "CHANNEL_BRIDGE",
    ChannelUnbridge => "CHANNEL_UNBRIDGE",
    ChannelProgress => "CHANNEL_PROGRESS",
    ChannelProgressMedia => "CHANNEL_PROGRESS_MEDIA",
    ChannelOutgoing => "CHANNEL_OUTGOING",
    ChannelPark => "CHANNEL_PARK",
    ChannelUnpark => "CHANNEL_UNPARK",
    ChannelApplication => "CHANNEL_APPLICATION",
    ChannelOriginate => "CHANNEL_ORIGINATE",
    ChannelUuid => "CHANNEL_UUID",
    Api => "API",
    Log => "LOG",
    InboundChan => "INBOUND_CHAN",
    OutboundChan => "OUTBOUND_CHAN",
    Startup => "STARTUP",
    Shutdown => "SHUTDOWN",
    Publish => "PUBLISH",
    Unpublish => "UNPUBLISH",
    Talk => "TALK",
    NoTalk => "NOTALK",
    SessionCrash => "SESSION_CRASH",
    ModuleLoad => "MODULE_LOAD",
    ModuleUnload => "MODULE_UNLOAD",
    Dtmf => "DTMF",
    Message => "MESSAGE",
    PresenceIn => "PRESENCE_IN",
    NotifyIn => "NOTIFY_IN",
    PresenceOut => "PRESENCE_OUT",
    PresenceProbe => "PRESENCE_PROBE",
    MessageWaiting => "MESSAGE_WAITING",
    MessageQuery => "MESSAGE_QUERY",
    Roster => "ROSTER",
    Codec => "CODEC",
    BackgroundJob => "BACKGROUND_JOB",
    DetectedSpeech => "DETECTED_SPEECH",
    DetectedTone => "DETECTED_TONE",
    PrivateCommand => "PRIVATE_COMMAND",
    Heartbeat => "HEARTBEAT",
    Trap => "TRAP",
    AddSchedule => "ADD_SCHEDULE",
    DelSchedule => "DEL_SCHEDULE",
    ExeSchedule => "EXE_SCHEDULE",
    ReSchedule => "RE_SCHEDULE",
    ReloadXml => "RELOADXML",
    Notify => "NOTIFY",
    PhoneFeature => "PHONE_FEATURE",
    PhoneFeatureSubscribe => "PHONE_FEATURE_SUBSCRIBE",
    SendMessage => "SEND_MESSAGE",
    RecvMessage => "RECV_MESSAGE",
    RequestParams => "REQUEST_PARAMS",
    ChannelData => "CHANNEL_DATA",
    General => "GENERAL",
    Command => "COMMAND",
    SessionHeartbeat => "SESSION_HEARTBEAT",
    ClientDisconnected => "CLIENT_DISCONNECTED",
    ServerDisconnected => "SERVER_DISCONNECTED",
    SendInfo => "SEND_INFO",
    RecvInfo => "RECV_INFO",
    RecvRtcpMessage => "RECV_RTCP_MESSAGE",
    SendRtcpMessage => "SEND_RTCP_MESSAGE",
    CallSecure => "CALL_SECURE",
    Nat => "NAT",
    RecordStart => "RECORD_START",
    RecordStop => "RECORD_STOP",
    PlaybackStart => "PLAYBACK_START",
    PlaybackStop => "PLAYBACK_STOP",
    CallUpdate => "CALL_UPDATE",
    Failure => "FAILURE",
    SocketData => "SOCKET_DATA",
    MediaBugStart => "MEDIA_BUG_START",
    MediaBugStop => "MEDIA_BUG_STOP",
    ConferenceDataQuery => "CONFERENCE_DATA_QUERY",
    ConferenceData => "CONFERENCE_DATA",
    CallSetupReq => "CALL_SETUP_REQ",
    CallSetupResult => "CALL_SETUP_RESULT",
    CallDetail => "CALL_DETAIL",
    DeviceState => "DEVICE_STATE",
    Text => "TEXT",
    ShutdownRequested => "SHUTDOWN_REQUESTED",
    CertReload => "CERT_RELOAD",
    All => "ALL",
}

impl EventName {
    /// Reads a name as the switch does: in any case, and an unknown one is kept as it is.
    #[must_use]
    pub fn from_bytes(name: &[u8]) -> Self {
        Self::known(name)
            .or_else(|| Self::known(&name.to_ascii_uppercase()))
            .unwrap_or_else(|| Self::Other(String::from_utf8_lossy(name).into()))
    }
}

impl From<&str> for EventName {
    fn from(name: &str) -> Self {
        Self::from_bytes(name.as_bytes())
    }
}

impl fmt::Display for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl EventName {
    /// What `myevents` subscribes to, in the order it does so (`parse_command` in `mod_event_socket.c`): among them no
    /// CHANNEL_CALLSTATE, CHANNEL_HOLD, PLAYBACK_START or RECORD_START.
    pub const MYEVENTS: [Self; 23] = [
        Self::ChannelAnswer,
        Self::ChannelApplication,
        Self::ChannelBridge,
        Self::ChannelCreate,
        Self::ChannelData,
        Self::ChannelDestroy,
        Self::ChannelExecute,
        Self::ChannelExecuteComplete,
        Self::ChannelHangup,
        Self::ChannelHangupComplete,
        Self::ChannelOriginate,
        Self::ChannelUuid,
        Self::ChannelOutgoing,
        Self::ChannelPark,
        Self::ChannelProgress,
        Self::ChannelProgressMedia,
        Self::ChannelState,
        Self::ChannelUnbridge,
        Self::ChannelUnpark,
        Self::DetectedSpeech,
        Self::Dtmf,
        Self::NoTalk,
        Self::Talk,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_name_is_read_back() {
        assert_eq!(EventName::KNOWN.len(), 94);
        for (place, name) in EventName::KNOWN.iter().enumerate() {
            assert_eq!(EventName::from(name.as_str()), *name);
            assert_eq!(EventName::from(name.as_str().to_lowercase().as_str()), *name);
            assert_eq!(name.index().map(usize::from), Some(place));
        }
        assert_eq!(EventName::KNOWN.first(), Some(&EventName::Custom));
        assert_eq!(EventName::KNOWN.last(), Some(&EventName::All));
    }

    #[test]
    fn unknown_names_are_kept() {
        let name = EventName::from("Brand_New");
        assert_eq!(name, EventName::Other("Brand_New".into()));
        assert_eq!(name.to_string(), "Brand_New");
        assert_eq!(name.index(), None);
    }
}
