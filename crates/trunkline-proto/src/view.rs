//! Events read by what they are: every header under a name, as the type it has.
//!
//! A view borrows the event it is of. It copies nothing and reads nothing until it is asked, and then looks the header
//! up. What is missing, or is not what it should be (a number that is none), is `None`; its text stays within reach of
//! [`Event::get`].
//!
//! Which view an event has, [`Event::view`] says; or ask for the one you want with its `of`:
//!
//! ```
//! # use trunkline_proto::EventBuilder;
//! use trunkline_proto::view::{Heartbeat, View};
//! use trunkline_proto::{EventFormat, EventName};
//!
//! # let event = EventBuilder::named(&EventName::Heartbeat).header("Session-Count", "3").to_event(EventFormat::Plain);
//! # let event = event.unwrap();
//! match event.view() {
//!     View::Heartbeat(heartbeat) => assert_eq!(heartbeat.session_count(), Some(3)),
//!     View::Execute(execute) => println!("{:?} runs", execute.application()),
//!     _ => {}
//! }
//! assert_eq!(Heartbeat::of(&event).and_then(Heartbeat::session_count), Some(3));
//! ```
//!
//! The blocks that many events share are views of their own: [`Standard`] ([`Event::standard`]) begins them all,
//! [`Channel`] ([`Event::channel`]) and [`CallerProfile`] ([`Event::caller`], [`Event::other_leg`]) are in all that are
//! about a channel, and most of these have its [`Variables`] ([`Event::variables`]). The reply to `connect` is made of
//! the same blocks: read them from its [`Headers`].
//!
//! In a plain event an empty value reads `_undef_`, here as in [`Event::get`].

pub mod callcenter;
mod caller_profile;
mod channel;
mod chat;
mod codec;
pub mod conference;
mod device;
mod execute;
pub mod fifo;
mod hangup;
mod job;
mod legs;
mod media;
mod moment;
mod presence;
mod private_command;
mod read;
mod server;
pub mod sofia;
mod standard;
mod task;
pub mod valet_parking;
mod variables;
pub mod vm;

pub use caller_profile::{CallerProfile, OtherType};
pub use channel::{Channel, Codec};
pub use chat::{Chat, Info, MessageWaiting};
pub use codec::{CodecChange, CodecPath};
pub use device::DeviceChange;
pub use execute::Execute;
pub use hangup::HangupComplete;
pub use job::{ApiRun, BackgroundJob};
pub use legs::{Bridge, CallUpdate, CallstateChange, UpdateDirection, UuidChange};
pub use media::{
    DetectedSpeech, DetectedTone, Dtmf, DtmfSource, MediaBug, Playback, PlaybackFileType, PlaybackStatus,
    Record, RecordCompletion, SpeechType,
};
pub use moment::Moment;
pub use presence::Presence;
pub use private_command::PrivateCommand;
pub use server::{Heartbeat, Lifecycle, Module, ModuleType, Nat, Trap, TrapCondition};
pub use standard::Standard;
pub use task::Task;
pub use variables::Variables;

use crate::event::{Event, EventName};
#[cfg(doc)]
use crate::header::Headers;

/// Declares a view: a getter a line, with how its header is read.
macro_rules! view {
    (
        $(#[$doc:meta])*
        $visibility:vis $name:ident($source:ident: $of:ty) {
            $($(#[$getter_doc:meta])* $getter:ident: $type:ty = $read:ident $header:literal,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        $visibility struct $name<'a> {
            pub(in crate::view) $source: &'a $of,
        }

        /// What is there, read. `None` is of a value that could not be, or a time that has not come.
        impl std::fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut fields = f.debug_struct(stringify!($name));
                $(
                    if $crate::view::read::Source::first(self.$source, $header).is_some() {
                        fields.field(stringify!($getter), &self.$getter());
                    }
                )*
                fields.finish()
            }
        }

        impl<'a> $name<'a> {
            /// The headers it has getters for.
            $visibility const HEADERS: &'static [&'static str] = &[$($header,)*];

            $(
                $(#[$getter_doc])*
                #[must_use]
                $visibility fn $getter(self) -> Option<$type> {
                    $crate::view::read::$read($crate::view::read::Source::first(self.$source, $header)?)
                }
            )*
        }
    };
}

pub(crate) use view;

/// Lists the views of events: whose they are, by Event-Name or by Event-Subclass.
macro_rules! views {
    (
        names { $($(#[$doc:meta])* $variant:ident($view:ty): $($name:ident)|+,)* }
        subclasses { $($(#[$custom_doc:meta])* $custom:ident($custom_view:ty): $($subclass:literal)|+,)* }
    ) => {
        /// An event by what it is. Those that say nothing but what happened to a channel are [`View::Channel`].
        #[derive(Debug, Clone, Copy)]
        #[non_exhaustive]
        pub enum View<'a> {
            $($(#[$doc])* $variant($view),)*
            $($(#[$custom_doc])* $custom($custom_view),)*
            /// Any other that has a channel block: CHANNEL_CREATE, CHANNEL_ANSWER, CHANNEL_PARK, TALK …
            Channel(Channel<'a>),
            /// One that has no view of its own.
            Other(&'a Event),
        }

        $(
            impl<'a> $view {
                fn new(event: &'a Event) -> Self {
                    Self { event }
                }

                /// The view of an event that has it, by its name.
                #[must_use]
                pub fn of(event: &'a Event) -> Option<Self> {
                    matches!(event.name()?, $(EventName::$name)|+).then(|| Self::new(event))
                }

                /// The event itself.
                #[must_use]
                pub fn event(self) -> &'a Event {
                    self.event
                }
            }
        )*

        $(
            impl<'a> $custom_view {
                fn new(event: &'a Event) -> Self {
                    Self { event }
                }

                /// The view of an event that has it, by its subclass.
                #[must_use]
                pub fn of(event: &'a Event) -> Option<Self> {
                    if !event.is(EventName::Custom) {
                        return None;
                    }
                    let subclass = event.headers().value("Event-Subclass")?;
                    [$($subclass),+].iter().any(|it| subclass.is(it.as_bytes())).then(|| Self::new(event))
                }

                /// The event itself.
                #[must_use]
                pub fn event(self) -> &'a Event {
                    self.event
                }
            }
        )*

        impl<'a> View<'a> {
            fn named(name: &EventName, event: &'a Event) -> Option<Self> {
                match name {
                    $($(EventName::$name)|+ => Some(Self::$variant(<$view>::new(event))),)*
                    _ => None,
                }
            }

            fn custom(subclass: &str, event: &'a Event) -> Option<Self> {
                match subclass {
                    $($($subclass)|+ => Some(Self::$custom(<$custom_view>::new(event))),)*
                    _ => None,
                }
            }

            /// The headers this view has getters for, beside those of the blocks.
            #[must_use]
            pub fn headers(&self) -> &'static [&'static str] {
                match self {
                    $(Self::$variant(_) => <$view>::HEADERS,)*
                    $(Self::$custom(_) => <$custom_view>::HEADERS,)*
                    Self::Channel(_) | Self::Other(_) => &[],
                }
            }
        }
    };
}

views! {
    names {
        /// BACKGROUND_JOB
        BackgroundJob(BackgroundJob<'a>): BackgroundJob,
        /// API
        Api(ApiRun<'a>): Api,
        /// CHANNEL_CALLSTATE
        Callstate(CallstateChange<'a>): ChannelCallstate,
        /// CHANNEL_UUID
        Uuid(UuidChange<'a>): ChannelUuid,
        /// CHANNEL_BRIDGE, CHANNEL_UNBRIDGE
        Bridge(Bridge<'a>): ChannelBridge | ChannelUnbridge,
        /// CALL_UPDATE
        CallUpdate(CallUpdate<'a>): CallUpdate,
        /// CHANNEL_EXECUTE, CHANNEL_EXECUTE_COMPLETE
        Execute(Execute<'a>): ChannelExecute | ChannelExecuteComplete,
        /// CHANNEL_HANGUP_COMPLETE
        HangupComplete(HangupComplete<'a>): ChannelHangupComplete,
        /// CODEC
        Codec(CodecChange<'a>): Codec,
        /// DTMF
        Dtmf(Dtmf<'a>): Dtmf,
        /// PLAYBACK_START, PLAYBACK_STOP
        Playback(Playback<'a>): PlaybackStart | PlaybackStop,
        /// RECORD_START, RECORD_STOP
        Record(Record<'a>): RecordStart | RecordStop,
        /// MEDIA_BUG_START, MEDIA_BUG_STOP
        MediaBug(MediaBug<'a>): MediaBugStart | MediaBugStop,
        /// DETECTED_TONE
        DetectedTone(DetectedTone<'a>): DetectedTone,
        /// DETECTED_SPEECH
        DetectedSpeech(DetectedSpeech<'a>): DetectedSpeech,
        /// PRIVATE_COMMAND
        PrivateCommand(PrivateCommand<'a>): PrivateCommand,
        /// PRESENCE_IN
        Presence(Presence<'a>): PresenceIn,
        /// MESSAGE, SEND_MESSAGE, RECV_MESSAGE
        Chat(Chat<'a>): Message | SendMessage | RecvMessage,
        /// MESSAGE_WAITING
        MessageWaiting(MessageWaiting<'a>): MessageWaiting,
        /// RECV_INFO
        Info(Info<'a>): RecvInfo,
        /// DEVICE_STATE
        Device(DeviceChange<'a>): DeviceState,
        /// HEARTBEAT
        Heartbeat(Heartbeat<'a>): Heartbeat,
        /// STARTUP, SHUTDOWN_REQUESTED, SHUTDOWN
        Lifecycle(Lifecycle<'a>): Startup | ShutdownRequested | Shutdown,
        /// MODULE_LOAD, MODULE_UNLOAD
        Module(Module<'a>): ModuleLoad | ModuleUnload,
        /// ADD_SCHEDULE, DEL_SCHEDULE, EXE_SCHEDULE, RE_SCHEDULE
        Task(Task<'a>): AddSchedule | DelSchedule | ExeSchedule | ReSchedule,
        /// TRAP
        Trap(Trap<'a>): Trap,
        /// NAT
        Nat(Nat<'a>): Nat,
    }
    subclasses {
        /// `conference::maintenance`
        Conference(conference::ConferenceEvent<'a>): "conference::maintenance",
        /// `conference::cdr`
        ConferenceCdr(conference::Cdr<'a>): "conference::cdr",
        /// `sofia::register`, `pre_register`, `register_attempt`, `register_failure`, `unregister`, `expire`
        Registration(sofia::Registration<'a>):
            "sofia::register" | "sofia::pre_register" | "sofia::register_attempt"
            | "sofia::register_failure" | "sofia::unregister" | "sofia::expire",
        /// `sofia::gateway_state`, `gateway_add`, `gateway_delete`, `gateway_invalid_digest_req`
        Gateway(sofia::Gateway<'a>):
            "sofia::gateway_state" | "sofia::gateway_add" | "sofia::gateway_delete"
            | "sofia::gateway_invalid_digest_req",
        /// `sofia::sip_user_state`
        SipUserState(sofia::SipUserState<'a>): "sofia::sip_user_state",
        /// `sofia::profile_start`
        ProfileStart(sofia::ProfileStart<'a>): "sofia::profile_start",
        /// `sofia::transferor`, `transferee`, `replaced`, `intercepted`
        Transfer(sofia::Transfer<'a>):
            "sofia::transferor" | "sofia::transferee" | "sofia::replaced" | "sofia::intercepted",
        /// `sofia::notify_refer`
        NotifyRefer(sofia::NotifyRefer<'a>): "sofia::notify_refer",
        /// `sofia::notify_watched_header`
        WatchedHeader(sofia::WatchedHeader<'a>): "sofia::notify_watched_header",
        /// `sofia::wrong_call_state`
        WrongCallState(sofia::WrongCallState<'a>): "sofia::wrong_call_state",
        /// `sofia::error`
        SofiaError(sofia::SofiaError<'a>): "sofia::error",
        /// `fifo::info`
        Fifo(fifo::FifoEvent<'a>): "fifo::info",
        /// `callcenter::info`
        Callcenter(callcenter::CallcenterEvent<'a>): "callcenter::info",
        /// `valet_parking::info`
        ValetParking(valet_parking::ValetEvent<'a>): "valet_parking::info",
        /// `vm::maintenance`
        Voicemail(vm::VoicemailEvent<'a>): "vm::maintenance",
    }
}

impl Event {
    /// What it is, with a getter for each of its headers.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        let own = match self.name() {
            Some(EventName::Custom) => self.subclass().and_then(|subclass| View::custom(&subclass, self)),
            Some(name) => View::named(name, self),
            None => None,
        };
        own.or_else(|| self.channel().map(View::Channel)).unwrap_or(View::Other(self))
    }

    /// The headers every event begins with.
    #[must_use]
    pub fn standard(&self) -> Standard<'_> {
        Standard::of(self.headers())
    }

    /// What it says of the channel it is about, if it is about one.
    #[must_use]
    pub fn channel(&self) -> Option<Channel<'_>> {
        Channel::of(self.headers())
    }

    /// The channel's caller profile: who calls whom, and when what happened.
    #[must_use]
    pub fn caller(&self) -> Option<CallerProfile<'_>> {
        CallerProfile::caller(self.headers())
    }

    /// The caller profile of the channel's peer, if it has or had one.
    #[must_use]
    pub fn other_leg(&self) -> Option<CallerProfile<'_>> {
        CallerProfile::other_leg(self.headers())
    }

    /// The channel's variables, in the order they were set.
    #[must_use]
    pub fn variables(&self) -> Variables<'_> {
        Variables::of(self.headers())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{EventBuilder, EventFormat};

    fn event(name: &EventName, headers: &[(&str, &str)]) -> Event {
        let builder = headers
            .iter()
            .fold(EventBuilder::named(name), |builder, (name, value)| builder.header(*name, *value));
        builder.to_event(EventFormat::Plain).unwrap()
    }

    #[test]
    fn an_event_has_the_view_of_its_name_or_subclass() {
        assert!(matches!(event(&EventName::Heartbeat, &[]).view(), View::Heartbeat(_)));
        let custom = |subclass| event(&EventName::Custom, &[("Event-Subclass", subclass)]);
        assert!(matches!(custom("fifo::info").view(), View::Fifo(_)));
        assert!(matches!(custom("sofia::expire").view(), View::Registration(_)));
        assert!(matches!(custom("my::own").view(), View::Other(_)));
        assert!(fifo::FifoEvent::of(&custom("fifo::info")).is_some());
        assert!(fifo::FifoEvent::of(&custom("vm::maintenance")).is_none());
        // A subclass means nothing without CUSTOM.
        let general = event(&EventName::General, &[("Event-Subclass", "fifo::info")]);
        assert!(fifo::FifoEvent::of(&general).is_none());
        assert!(Heartbeat::of(&general).is_none());
    }

    #[test]
    fn an_event_about_a_channel_has_its_block() {
        let block = [("Channel-Call-State", "ACTIVE"), ("Unique-ID", "a")];
        assert!(matches!(event(&EventName::ChannelAnswer, &block).view(), View::Channel(_)));
        assert!(matches!(event(&EventName::ChannelAnswer, &block[1..]).view(), View::Other(_)));
    }

    #[test]
    fn what_is_ill_formed_is_none_and_its_text_stays() {
        let event = event(
            &EventName::Heartbeat,
            &[("Session-Count", "many"), ("Max-Sessions", "-1"), ("Uptime-msec", "99999999999999999999999")],
        );
        let heartbeat = Heartbeat::of(&event).unwrap();
        assert_eq!(heartbeat.session_count(), None);
        assert_eq!(heartbeat.max_sessions(), None);
        assert_eq!(heartbeat.uptime(), None);
        assert_eq!(heartbeat.idle_cpu(), None);
        assert_eq!(event.get("Session-Count").as_deref(), Some("many"));
    }
}
