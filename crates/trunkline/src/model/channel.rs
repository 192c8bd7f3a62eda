//! A channel: one leg of a call, as it is.

use std::sync::Arc;
use std::time::Duration;

use trunkline_proto::view::Moment;
use trunkline_proto::{AnswerState, CallDirection, CallState, ChannelState, ChannelUuid, Event, HangupCause};

use super::call::CallId;
use super::object::object;
use super::standing::Standing;

object! {
    /// A channel. What the switch has not said is `None`.
    ///
    /// Its name and numbers, its context, its profile or gateway, and its codecs are in [`ChannelDetails`], and read as its
    /// own: `channel.caller_id_number`.
    Channel(Channel), ChannelField {
        /// Its Unique-ID.
        id: ChannelUuid,
        /// The call it is a leg of.
        Call call: CallId,
        /// The state its thread is in.
        State state: Option<ChannelState>,
        /// The state it is to be in.
        TargetState target_state: Option<ChannelState>,
        /// How far its call has come.
        CallState call_state: Option<CallState>,
        /// Whether it is answered.
        AnswerState answer_state: Option<AnswerState>,
        /// The application it runs; of several, one within the other, the innermost.
        Application application: Option<Arc<Application>>,
        /// The channel it is bridged to.
        BridgedTo bridged_to: Option<ChannelUuid>,
        /// Whether it is on hold.
        Held held: bool,
        /// The files it is recorded to.
        Recordings recordings: Vec<Arc<str>>,
        /// When what happened.
        Times times: Times,
        /// Why it was hung up, once it is.
        HangupCause hangup_cause: Option<HangupCause>,
    }
    /// What of a [`Channel`] seldom changes. It reads as the channel's own: `channel.caller_id_number`.
    shared details: ChannelDetails {
        /// Which way its call goes, from the switch.
        Direction direction: Option<CallDirection>,
        /// Its name: `sofia/internal/1000@example.net`.
        Name name: Option<Arc<str>>,
        /// The caller's name.
        CallerIdName caller_id_name: Option<Arc<str>>,
        /// The caller's number.
        CallerIdNumber caller_id_number: Option<Arc<str>>,
        /// The called party's name.
        CalleeIdName callee_id_name: Option<Arc<str>>,
        /// The called party's number.
        CalleeIdNumber callee_id_number: Option<Arc<str>>,
        /// The number called.
        DestinationNumber destination_number: Option<Arc<str>>,
        /// The dialplan's context.
        Context context: Option<Arc<str>>,
        /// The dialplan: `XML`, `inline`.
        Dialplan dialplan: Option<Arc<str>>,
        /// The address it came from.
        NetworkAddr network_addr: Option<Arc<str>>,
        /// The SIP profile it goes through.
        Profile profile: Option<Arc<str>>,
        /// The SIP gateway it goes through.
        Gateway gateway: Option<Arc<str>>,
        /// What it is read with.
        ReadCodec read_codec: Option<Codec>,
        /// What is written to it.
        WriteCodec write_codec: Option<Codec>,
        /// How its media is encrypted (CALL_SECURE), if it is: `srtp:sdes:AES_CM_128_HMAC_SHA1_80`.
        Secure secure: Option<Arc<str>>,
        /// The id the switch gives its call (`Channel-Call-UUID`). It is not that of [`call`](Channel::call), and
        /// changes with transfers.
        CallUuid call_uuid: Option<Arc<str>>,
        /// Whose presence it tells.
        PresenceId presence_id: Option<Arc<str>>,
    }
    untold {
        /// Since when it is in its [`state`](Self::state), and why.
        state_since: Standing,
        /// Since when its call is in its [`call_state`](Self::call_state), and why.
        call_state_since: Standing,
        /// The last event that carried its variables: [`Event::variable`].
        last_event: Option<Arc<Event>>,
    }
    own {
        /// The number of the last event that told of its states.
        sequence: u64,
        /// The applications it runs, the innermost last.
        running: Arc<[Running]>,
        /// Runs whose end was told before their beginning.
        ended: Vec<Arc<str>>,
        /// The number of the last event that told to whom it is bridged.
        bridge_sequence: u64,
        /// The number of the last snapshot that told what it runs.
        found_sequence: u64,
        /// Whether it was told what it is linked to by its making.
        linked: bool,
        /// The bytes that its name and what follows were read from, to the end of its caller profile.
        details_read: Arc<[u8]>,
        /// Where the last CHANNEL_CALLSTATE had it.
        told_call_state: Option<CallState>,
    }
}

impl Channel {
    /// One of which nothing but the id is known.
    pub(in crate::model) fn new(id: ChannelUuid, standing: Standing) -> Self {
        Self {
            call: CallId::from(id.clone()),
            id,
            state: None,
            target_state: None,
            call_state: None,
            answer_state: None,
            application: None,
            bridged_to: None,
            held: false,
            recordings: Vec::new(),
            times: Times::default(),
            hangup_cause: None,
            details: Arc::default(),
            state_since: standing.clone(),
            call_state_since: standing,
            last_event: None,
            sequence: 0,
            running: Arc::default(),
            ended: Vec::new(),
            bridge_sequence: 0,
            found_sequence: 0,
            linked: false,
            details_read: Arc::default(),
            told_call_state: None,
        }
    }

    /// Whether it is answered.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        self.answer_state == Some(AnswerState::Answered)
    }

    /// Whether it was hung up. Its end is reported then, and it will go.
    #[must_use]
    pub fn is_hung_up(&self) -> bool {
        self.hangup_cause.is_some()
            || self.call_state == Some(CallState::Hangup)
            || self
                .state
                .as_ref()
                .is_some_and(|state| (ChannelState::Hangup..=ChannelState::Destroy).contains(state))
    }

    /// Whether it is bridged to another.
    #[must_use]
    pub fn is_bridged(&self) -> bool {
        self.bridged_to.is_some()
    }

    /// A channel variable, as the last event that carried them has it.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<std::borrow::Cow<'_, str>> {
        self.last_event.as_ref()?.variable(name)
    }
}

/// When what happened to a channel, by the switch's clock. What has not happened is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Times {
    /// When it was made.
    pub created: Option<Moment>,
    /// When it began to ring.
    pub progress: Option<Moment>,
    /// When early media began.
    pub progress_media: Option<Moment>,
    /// When it was answered.
    pub answered: Option<Moment>,
    /// When it was bridged.
    pub bridged: Option<Moment>,
    /// When it was last put on hold.
    pub last_hold: Option<Moment>,
    /// How long it was on hold, all holds together that have ended.
    pub hold_accum: Duration,
    /// When it was transferred.
    pub transferred: Option<Moment>,
    /// When it was hung up.
    pub hung_up: Option<Moment>,
}

/// A codec as a channel uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Codec {
    /// Its name: `PCMU`, `opus`.
    pub name: Arc<str>,
    /// Samples a second.
    pub rate: Option<u32>,
    /// Bits a second.
    pub bit_rate: Option<u32>,
}

/// An application a channel runs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Application {
    /// Its name.
    pub name: Arc<str>,
    /// Its arguments, expanded.
    pub data: Option<Arc<str>>,
    /// This run of it (`Application-UUID`).
    pub uuid: Option<Arc<str>>,
}

/// An application that runs, and the number of the event or snapshot that told of it.
#[derive(Debug, Clone)]
pub(in crate::model) struct Running {
    pub(in crate::model) application: Arc<Application>,
    pub(in crate::model) sequence: u64,
}
