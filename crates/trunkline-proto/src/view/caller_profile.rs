//! Caller profiles: who calls whom, and when what happened (`switch_caller_profile_event_set_data` in
//! `switch_caller.c`).

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use super::{Moment, read};
use crate::channel::CallDirection;
use crate::header::Headers;
use crate::vocabulary::vocabulary;

/// A header's name with its prefix, all of them made when this is compiled.
macro_rules! named {
    ($whose:expr, $header:literal) => {
        match $whose {
            Whose::Caller => concat!("Caller-", $header),
            Whose::OtherLeg => concat!("Other-Leg-", $header),
            Whose::Channel => concat!("Channel-", $header),
        }
    };
}

/// Declares the getters, for each of the prefixes a profile is written under.
macro_rules! profile {
    ($($(#[$getter_doc:meta])* $getter:ident: $type:ty = $read:ident $header:literal,)*) => {
        impl<'a> CallerProfile<'a> {
            /// The headers it has getters for, of a channel itself.
            pub const CALLER_HEADERS: &'static [&'static str] = &[$(concat!("Caller-", $header),)*];

            /// Those of its peer.
            pub const OTHER_LEG_HEADERS: &'static [&'static str] =
                &["Other-Type", $(concat!("Other-Leg-", $header),)*];

            $(
                $(#[$getter_doc])*
                #[must_use]
                pub fn $getter(self) -> Option<$type> {
                    read::$read(self.headers.value(named!(self.whose, $header))?)
                }
            )*
        }

        /// What is there, read. `None` is of a time that has not come, or a value that could not be read.
        impl fmt::Debug for CallerProfile<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut fields = f.debug_struct("CallerProfile");
                $(
                    if self.headers.value(named!(self.whose, $header)).is_some() {
                        fields.field(stringify!($getter), &self.$getter());
                    }
                )*
                fields.finish()
            }
        }
    };
}

/// A caller profile. Every time is by the switch's clock, to the microsecond; what has not happened is `None`.
///
/// ```
/// # use trunkline_proto::{Event, EventFormat};
/// # let payload = "Event-Name: CHANNEL_HANGUP\nCaller-Direction: inbound\nCaller-Caller-ID-Number: 1000\n\
/// #                Caller-Destination-Number: 9196\nCaller-Channel-Answered-Time: 1795216198000000\n\
/// #                Caller-Channel-Hangup-Time: 1795216201500000\nCaller-Channel-Transfer-Time: 0\n\n";
/// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
/// let caller = event.caller().unwrap();
/// assert_eq!(caller.caller_id_number().as_deref(), Some("1000"));
/// assert_eq!(caller.destination_number().as_deref(), Some("9196"));
/// let (answered, hung_up) = (caller.answered().unwrap(), caller.hung_up().unwrap());
/// assert_eq!(hung_up.since(answered).unwrap().as_millis(), 3500);
/// assert!(caller.transferred().is_none());
/// ```
#[derive(Clone, Copy)]
pub struct CallerProfile<'a> {
    headers: &'a Headers,
    whose: Whose,
}

/// Whose profile it is, which is the prefix of its headers.
#[derive(Debug, Clone, Copy)]
enum Whose {
    Caller,
    OtherLeg,
    Channel,
}

profile! {
    /// Which way the call goes, from the switch.
    direction: CallDirection = word "Direction",
    /// Which way it goes as the callers see it: the other way round where they changed sides.
    logical_direction: CallDirection = word "Logical-Direction",
    /// Who authenticated.
    username: Cow<'a, str> = text "Username",
    /// The dialplan it is for: `XML`, `inline`.
    dialplan: Cow<'a, str> = text "Dialplan",
    /// The caller's name.
    caller_id_name: Cow<'a, str> = text "Caller-ID-Name",
    /// The caller's number.
    caller_id_number: Cow<'a, str> = text "Caller-ID-Number",
    /// The caller's name as the call began.
    orig_caller_id_name: Cow<'a, str> = text "Orig-Caller-ID-Name",
    /// The caller's number as the call began.
    orig_caller_id_number: Cow<'a, str> = text "Orig-Caller-ID-Number",
    /// The called party's name.
    callee_id_name: Cow<'a, str> = text "Callee-ID-Name",
    /// The called party's number.
    callee_id_number: Cow<'a, str> = text "Callee-ID-Number",
    /// The address it came from.
    network_addr: Cow<'a, str> = text "Network-Addr",
    /// The number to be charged (automatic number identification).
    ani: Cow<'a, str> = text "ANI",
    /// What kind of line that is (ANI II digits).
    ani_ii: Cow<'a, str> = text "ANI-II",
    /// The number called.
    destination_number: Cow<'a, str> = text "Destination-Number",
    /// The channel.
    unique_id: Cow<'a, str> = text "Unique-ID",
    /// The module, or the source file, that made it: `mod_sofia`, `src/switch_ivr_originate.c`.
    source: Cow<'a, str> = text "Source",
    /// How it was transferred here: `1795216299:UUID:bl_xfer:1001/default/XML`.
    transfer_source: Cow<'a, str> = text "Transfer-Source",
    /// The dialplan's context.
    context: Cow<'a, str> = text "Context",
    /// The number it was redirected from.
    rdnis: Cow<'a, str> = text "RDNIS",
    /// The channel's name.
    channel_name: Cow<'a, str> = text "Channel-Name",
    /// The how manieth profile of its channel it is, from 1; a transfer makes another.
    profile_index: u32 = number "Profile-Index",
    /// When this profile was made.
    profile_created: Moment = moment_us "Profile-Created-Time",
    /// When the channel was made.
    created: Moment = moment_us "Channel-Created-Time",
    /// When it was answered.
    answered: Moment = moment_us "Channel-Answered-Time",
    /// When it began to ring.
    progress: Moment = moment_us "Channel-Progress-Time",
    /// When early media began.
    progress_media: Moment = moment_us "Channel-Progress-Media-Time",
    /// When it was hung up.
    hung_up: Moment = moment_us "Channel-Hangup-Time",
    /// When it was transferred.
    transferred: Moment = moment_us "Channel-Transfer-Time",
    /// When it was recovered after a crash.
    resurrected: Moment = moment_us "Channel-Resurrect-Time",
    /// When it was bridged.
    bridged: Moment = moment_us "Channel-Bridged-Time",
    /// When it was last put on hold.
    last_hold: Moment = moment_us "Channel-Last-Hold",
    /// How long it was on hold, all holds together.
    hold_accum: Duration = micros "Channel-Hold-Accum",
    /// Whether the caller id was screened.
    screen_bit: bool = flag "Screen-Bit",
    /// Whether the caller's name is not to be shown.
    hide_name: bool = flag "Privacy-Hide-Name",
    /// Whether the caller's number is not to be shown.
    hide_number: bool = flag "Privacy-Hide-Number",
}

impl<'a> CallerProfile<'a> {
    /// That of the channel an event is about (`Caller-`).
    #[must_use]
    pub fn caller(headers: &'a Headers) -> Option<Self> {
        headers.value("Caller-Direction").map(|_| Self { headers, whose: Whose::Caller })
    }

    /// That of its peer (`Other-Leg-`).
    #[must_use]
    pub fn other_leg(headers: &'a Headers) -> Option<Self> {
        headers.value("Other-Leg-Direction").map(|_| Self { headers, whose: Whose::OtherLeg })
    }

    /// That in the reply to `connect` which has the prefix `Channel-`, beside the one that has `Caller-`.
    #[must_use]
    pub fn channel(headers: &'a Headers) -> Option<Self> {
        headers.value("Channel-Direction").map(|_| Self { headers, whose: Whose::Channel })
    }

    /// Which side of the call a peer is; `None` for the channel itself.
    #[must_use]
    pub fn other_type(self) -> Option<OtherType> {
        match self.whose {
            Whose::OtherLeg => read::word(self.headers.value("Other-Type")?),
            Whose::Caller | Whose::Channel => None,
        }
    }
}

vocabulary! {
    /// Which side of a call the other leg is: it made the call, or the call was made to it.
    pub enum OtherType {
        Originator => "originator",
        Originatee => "originatee",
    }
}
