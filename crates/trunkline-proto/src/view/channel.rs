//! What events say of the channel they are about (`switch_channel_event_set_basic_data` in `switch_channel.c`).

use std::borrow::Cow;
use std::fmt;

use super::read::{self, Source};
use super::{CallerProfile, Variables, view};
use crate::cause::HangupCause;
use crate::channel::{AnswerState, CallDirection, CallState, ChannelState};
use crate::header::Headers;

view! {
    /// A channel as it was when the event was made.
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Name: CHANNEL_ANSWER\nChannel-State: CS_EXECUTE\nChannel-Call-State: RINGING\n\
    /// #                Unique-ID: ca11\nCall-Direction: inbound\nAnswer-State: answered\n\
    /// #                Channel-Read-Codec-Name: PCMU\nChannel-Read-Codec-Rate: 8000\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::{AnswerState, CallDirection, ChannelState};
    ///
    /// let channel = event.channel().unwrap();
    /// assert_eq!(channel.state(), Some(ChannelState::Execute));
    /// assert_eq!(channel.direction(), Some(CallDirection::Inbound));
    /// assert_eq!(channel.answer_state(), Some(AnswerState::Answered));
    /// assert_eq!(channel.read_codec().unwrap().rate(), Some(8000));
    /// ```
    pub Channel(headers: Headers) {
        /// The state its thread is in. It may be on its way to another: [`target_state`](Self::target_state).
        state: ChannelState = word "Channel-State",
        /// How far its call has come.
        call_state: CallState = word "Channel-Call-State",
        /// The number of the state it is to be in: 10 (CS_HANGUP) while [`state`](Self::state) still says
        /// CS_EXECUTE in a CHANNEL_HANGUP.
        state_number: u8 = number "Channel-State-Number",
        /// Its name, `sofia/internal/1000@example.net`.
        name: Cow<'a, str> = text "Channel-Name",
        /// Its id. Usually a UUID; `origination_uuid` can make it any text.
        unique_id: Cow<'a, str> = text "Unique-ID",
        /// The id it is known by outside, if it has one (1.10.4 and later).
        external_id: Cow<'a, str> = text "Session-External-ID",
        /// Which way its call goes, from the switch.
        direction: CallDirection = word "Call-Direction",
        /// As [`direction`](Self::direction).
        presence_direction: CallDirection = word "Presence-Call-Direction",
        /// Whether its call has been to the dialplan.
        hit_dialplan: bool = flag "Channel-HIT-Dialplan",
        /// Whose presence it tells (variable `presence_id`).
        presence_id: Cow<'a, str> = text "Channel-Presence-ID",
        /// Data to go with it (variable `presence_data`).
        presence_data: Cow<'a, str> = text "Channel-Presence-Data",
        /// The variables the `PD-` headers copy, separated by colons (variable `presence_data_cols`).
        presence_data_cols: Cow<'a, str> = text "Presence-Data-Cols",
        /// The id its call has: that of the first of its legs, as far as they are one call (variable `call_uuid`).
        call_uuid: Cow<'a, str> = text "Channel-Call-UUID",
        /// Whether its call is answered.
        answer_state: AnswerState = word "Answer-State",
        /// Why its call ended, once it has.
        hangup_cause: HangupCause = word "Hangup-Cause",
    }
}

impl<'a> Channel<'a> {
    /// The channel block of these headers, if they hold one: one has a `Channel-Call-State`, which nothing else writes.
    #[must_use]
    pub fn of(headers: &'a Headers) -> Option<Self> {
        headers.value("Channel-Call-State").map(|_| Self { headers })
    }

    /// The state it is to be in, by [`state_number`](Self::state_number).
    #[must_use]
    pub fn target_state(self) -> Option<ChannelState> {
        self.state_number().and_then(ChannelState::from_number)
    }

    /// What it is read with. Of a CODEC event this is what the channel block says;
    /// [`CodecChange`](super::CodecChange) tells what it was set to.
    #[must_use]
    pub fn read_codec(self) -> Option<Codec<'a>> {
        Codec::of(self.headers, &Codec::READ)
    }

    /// What is written to it.
    #[must_use]
    pub fn write_codec(self) -> Option<Codec<'a>> {
        Codec::of(self.headers, &Codec::WRITE)
    }

    /// A `PD-` header: a variable by its name that `presence_data_cols` lists.
    #[must_use]
    pub fn presence_column(self, name: &str) -> Option<Cow<'a, str>> {
        read::text(self.headers.value(&format!("PD-{name}"))?)
    }

    /// Its caller profile.
    #[must_use]
    pub fn caller(self) -> Option<CallerProfile<'a>> {
        CallerProfile::caller(self.headers)
    }

    /// The caller profile of its peer.
    #[must_use]
    pub fn other_leg(self) -> Option<CallerProfile<'a>> {
        CallerProfile::other_leg(self.headers)
    }

    /// Its variables.
    #[must_use]
    pub fn variables(self) -> Variables<'a> {
        Variables::of(self.headers)
    }
}

/// A codec as a channel uses it.
#[derive(Clone, Copy)]
pub struct Codec<'a> {
    headers: &'a Headers,
    names: &'static CodecHeaders,
}

/// The headers that tell of one codec.
pub(super) struct CodecHeaders {
    pub(super) name: &'static str,
    pub(super) rate: &'static str,
    pub(super) bit_rate: &'static str,
    /// Another header's value is read where there are several: that of the last one.
    pub(super) last: bool,
}

impl CodecHeaders {
    fn value<'a>(&self, headers: &'a Headers, name: &str) -> Option<crate::header::Value<'a>> {
        if self.last { Source::last(headers, name) } else { Source::first(headers, name) }
    }
}

impl<'a> Codec<'a> {
    /// The headers of the codecs a channel block may name.
    pub const HEADERS: &'static [&'static str] = &[
        Self::READ.name,
        Self::READ.rate,
        Self::READ.bit_rate,
        Self::WRITE.name,
        Self::WRITE.rate,
        Self::WRITE.bit_rate,
    ];

    const READ: CodecHeaders = CodecHeaders {
        name: "Channel-Read-Codec-Name",
        rate: "Channel-Read-Codec-Rate",
        bit_rate: "Channel-Read-Codec-Bit-Rate",
        last: false,
    };
    const WRITE: CodecHeaders = CodecHeaders {
        name: "Channel-Write-Codec-Name",
        rate: "Channel-Write-Codec-Rate",
        bit_rate: "Channel-Write-Codec-Bit-Rate",
        last: false,
    };

    pub(super) fn of(headers: &'a Headers, names: &'static CodecHeaders) -> Option<Self> {
        names.value(headers, names.name).map(|_| Self { headers, names })
    }

    /// Its name, as IANA spells it: `PCMU`, `opus`.
    #[must_use]
    pub fn name(self) -> Option<Cow<'a, str>> {
        read::text(self.names.value(self.headers, self.names.name)?)
    }

    /// Samples a second.
    #[must_use]
    pub fn rate(self) -> Option<u32> {
        read::number(self.names.value(self.headers, self.names.rate)?)
    }

    /// Bits a second. FreeSWITCH says none of video; of some codecs it says 0 or a guess.
    #[must_use]
    pub fn bit_rate(self) -> Option<u32> {
        read::number(self.names.value(self.headers, self.names.bit_rate)?)
    }
}

impl fmt::Debug for Codec<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Codec")
            .field("name", &self.name())
            .field("rate", &self.rate())
            .field("bit_rate", &self.bit_rate())
            .finish()
    }
}
