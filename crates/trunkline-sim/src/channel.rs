//! A channel: its state, its caller profile, its variables, and the headers that tell them.

pub(crate) mod cdr;
mod codec;
mod control;
mod headers;
mod lookup;
mod profile;
mod scope;
mod shown;
mod table;
mod times;
mod variables;

use std::collections::VecDeque;

use trunkline_proto::{CallDirection, CallState, ChannelState};

use crate::app::{Action, Bug, DigitActions, Heartbeat, Meta, Queued, Recording, Running};
use crate::bridge::Bridge;
use crate::cause::Cause;
use crate::conference::Standing;
use crate::dtmf::Digit;
use crate::endpoint::{Dialog, Endpoint};
use crate::originate::OriginateId;
use crate::time::Time;

pub(crate) use cdr::AppLog;
pub(crate) use codec::Codec;
pub(crate) use control::{Control, QUEUE_LENGTH};
pub(crate) use profile::{KeptProfile, Profile, Times};
pub(crate) use scope::{Scopes, take_scope};
pub(crate) use table::{ChannelId, Channels};
pub(crate) use variables::Variables;

#[derive(Debug)]
pub(crate) struct Channel {
    pub(crate) id: ChannelId,
    pub(crate) made: Time,
    pub(crate) uuid: String,
    pub(crate) name: Vec<u8>,
    pub(crate) direction: CallDirection,
    pub(crate) endpoint: Endpoint,
    /// Of one that speaks SIP: what it and the other end have said.
    pub(crate) dialog: Option<Box<Dialog>>,
    /// The state its thread is in, and the one it is to go to.
    pub(crate) running: ChannelState,
    pub(crate) target: ChannelState,
    pub(crate) call_state: CallState,
    pub(crate) answered: bool,
    /// Whether it hears something before it is answered.
    pub(crate) early: bool,
    pub(crate) cause: Option<Cause>,
    pub(crate) hit_dialplan: bool,
    /// What it speaks once it reads and writes.
    pub(crate) codec: &'static Codec,
    pub(crate) reads: bool,
    pub(crate) writes: bool,
    /// None until its endpoint has given it one.
    pub(crate) profile: Option<KeptProfile>,
    /// The profile of the leg it was made by or for, or is bridged to.
    pub(crate) other: Option<(OtherType, KeptProfile)>,
    pub(crate) bridge: Option<Bridge>,
    /// The bridges that one is within, the outermost first: the channel does not hear them meanwhile.
    pub(crate) outer: Vec<Bridge>,
    /// Who led the bridge it has left, and may not know yet.
    pub(crate) left: Option<ChannelId>,
    /// Whom it is to lead a bridge with once both are there.
    pub(crate) joins: Option<ChannelId>,
    /// Who is to lead one with it.
    pub(crate) joined_by: Option<ChannelId>,
    /// Whether it was told to leave what it does for something else.
    pub(crate) redirected: bool,
    /// Whether all its events carry its variables.
    pub(crate) verbose: bool,
    pub(crate) variables: Variables,
    /// An extension it is to go on with instead of what the dialplan would give it.
    pub(crate) queued_extension: Option<VecDeque<Action>>,
    /// What it is still to execute.
    pub(crate) extension: VecDeque<Action>,
    /// The applications that run, those a message began within the one before them.
    pub(crate) running_apps: Vec<Running>,
    /// Until when it may be parked, and why it is hung up then.
    pub(crate) park_expires: Option<(Time, Cause)>,
    /// Whether calls it has left to each other are bridged when it is over, or goes elsewhere.
    pub(crate) xfer_hook: bool,
    /// The keys bound to applications.
    pub(crate) meta: Option<Box<Meta>>,
    /// The digits bound to actions.
    pub(crate) digit_actions: Option<Box<DigitActions>>,
    /// Who listens in on it.
    pub(crate) eavesdroppers: Vec<ChannelId>,
    /// Digits that were pressed.
    pub(crate) digits: Vec<u8>,
    /// Those nothing has taken up yet.
    pub(crate) kept_digits: VecDeque<Digit>,
    /// The connections bound to it.
    pub(crate) control: Control,
    /// Messages it has yet to take up.
    pub(crate) messages: VecDeque<Queued>,
    /// What is recorded of it, beside what it does.
    pub(crate) recordings: Vec<Recording>,
    /// What else listens to it, or changes what it hears.
    pub(crate) bugs: Vec<Bug>,
    /// How many of them its thread has had the time to see.
    pub(crate) seen_messages: usize,
    /// Applications started so far; tells a timer's own application from a later one.
    pub(crate) applications: u64,
    pub(crate) last_app: Option<(String, Vec<u8>)>,
    /// What `show` has of it that is not so.
    shown: Option<Box<shown::Shown>>,
    /// Who waits for it to be answered.
    pub(crate) originate: Option<OriginateId>,
    /// Who tries the next legs once it is gone.
    pub(crate) retry: Option<OriginateId>,
    /// Whether it was sent to the dialplan, where an outbound leg would only wait.
    pub(crate) transferred: bool,
    /// What it has to do with conferences.
    pub(crate) standing: Standing,
    /// What its caller id was when it was made, for `show channels`.
    pub(crate) initial: Option<Box<Initial>>,
    /// Variables of the applications that run.
    scopes: Scopes,
    /// What it has run, where its record is asked for.
    pub(crate) app_log: AppLog,
    /// How often it tells that it is there, and which such order that comes of.
    pub(crate) heartbeat: Heartbeat,
}

impl Channel {
    pub(crate) fn new(
        id: ChannelId,
        made: Time,
        uuid: String,
        direction: CallDirection,
        endpoint: Endpoint,
    ) -> Self {
        let hit_dialplan = direction == CallDirection::Inbound;
        Self {
            id,
            made,
            uuid,
            name: Vec::new(),
            direction,
            endpoint,
            dialog: None,
            running: ChannelState::None,
            target: ChannelState::New,
            call_state: CallState::Down,
            answered: false,
            early: false,
            cause: None,
            hit_dialplan,
            codec: endpoint.codec(),
            reads: false,
            writes: false,
            profile: None,
            other: None,
            bridge: None,
            outer: Vec::new(),
            left: None,
            joins: None,
            joined_by: None,
            redirected: false,
            verbose: false,
            variables: Variables::with_room(),
            queued_extension: None,
            extension: VecDeque::new(),
            running_apps: Vec::new(),
            park_expires: None,
            xfer_hook: false,
            meta: None,
            digit_actions: None,
            eavesdroppers: Vec::new(),
            digits: Vec::new(),
            kept_digits: VecDeque::new(),
            control: Control::default(),
            messages: VecDeque::new(),
            recordings: Vec::new(),
            bugs: Vec::new(),
            seen_messages: 0,
            applications: 0,
            last_app: None,
            shown: None,
            originate: None,
            retry: None,
            transferred: false,
            standing: Standing::default(),
            initial: None,
            scopes: Scopes::default(),
            app_log: AppLog::default(),
            heartbeat: Heartbeat::default(),
        }
    }

    pub(crate) fn hung_up(&self) -> bool {
        self.target >= ChannelState::Hangup
    }

    /// Whether its thread is where applications run: in the dialplan, beside a bridge, or waiting to be answered.
    pub(crate) fn executes(&self) -> bool {
        match self.running {
            ChannelState::Execute | ChannelState::Park | ChannelState::ConsumeMedia => true,
            ChannelState::ExchangeMedia | ChannelState::SoftExecute => self.bridge.is_some(),
            _ => false,
        }
    }

    /// What becomes of an inbound call as its thread enters a state (`switch_channel_perform_set_running_state` in
    /// `src/switch_channel.c`): in the dialplan it rings, even if it was answered before.
    pub(crate) fn call_state_in(&self, state: &ChannelState) -> Option<CallState> {
        if self.is_outbound() || *state >= ChannelState::Hangup {
            return None;
        }
        match state {
            ChannelState::Routing => Some(CallState::Ringing),
            _ if self.answered => Some(CallState::Active),
            _ if self.early => Some(CallState::Early),
            _ => None,
        }
    }

    /// Whether it can be heard.
    pub(crate) fn has_media(&self) -> bool {
        self.answered || self.early
    }

    /// Which way its profile says it goes: an outbound leg in the dialplan is like a caller.
    pub(crate) fn logical_direction(&self) -> CallDirection {
        if self.is_outbound() && !self.hit_dialplan {
            CallDirection::Outbound
        } else {
            CallDirection::Inbound
        }
    }

    pub(crate) fn is_outbound(&self) -> bool {
        self.direction == CallDirection::Outbound
    }

    /// Whether its end, if it came to one, has been reported.
    pub(crate) fn is_reported(&self) -> bool {
        !self.hung_up() || self.target == ChannelState::Destroy
    }

    /// Its name for log lines.
    pub(crate) fn shown_name(&self) -> String {
        String::from_utf8_lossy(&self.name).into_owned()
    }
}

/// What the other leg is to a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OtherType {
    Originator,
    Originatee,
}

impl OtherType {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Originator => "originator",
            Self::Originatee => "originatee",
        }
    }
}

/// A caller profile as it was in the beginning, for `show channels`.
#[derive(Debug)]
pub(crate) struct Initial {
    pub(crate) caller_name: Vec<u8>,
    pub(crate) caller_number: Vec<u8>,
    pub(crate) destination: Vec<u8>,
    pub(crate) dialplan: Vec<u8>,
    pub(crate) context: Vec<u8>,
}

impl From<&Profile> for Initial {
    fn from(profile: &Profile) -> Self {
        Self {
            caller_name: profile.caller_name.clone(),
            caller_number: profile.caller_number.clone(),
            destination: profile.destination.clone(),
            dialplan: profile.dialplan.clone(),
            context: profile.context.clone(),
        }
    }
}
