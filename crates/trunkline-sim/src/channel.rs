//! A channel: its state, its caller profile, its variables, and the headers that tell them.

mod control;
mod headers;
mod lookup;
mod profile;
mod times;

use std::collections::{BTreeMap, HashMap, VecDeque};

use trunkline_proto::listener::Packet;
use trunkline_proto::{CallDirection, CallState, ChannelState};

use crate::app::{Action, Running};
use crate::cause::Cause;
use crate::endpoint::Endpoint;
use crate::originate::OriginateId;

pub(crate) use control::{Control, QUEUE_LENGTH};
pub(crate) use profile::{Profile, Times};

/// A channel by the number of its session, which is never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ChannelId(pub(crate) u64);

#[derive(Debug)]
pub(crate) struct Channel {
    pub(crate) id: ChannelId,
    pub(crate) uuid: String,
    pub(crate) name: Vec<u8>,
    pub(crate) direction: CallDirection,
    pub(crate) endpoint: Endpoint,
    /// The state its thread is in, and the one it is to go to.
    pub(crate) running: ChannelState,
    pub(crate) target: ChannelState,
    pub(crate) call_state: CallState,
    pub(crate) answered: bool,
    pub(crate) cause: Option<Cause>,
    pub(crate) hit_dialplan: bool,
    pub(crate) reads: bool,
    pub(crate) writes: bool,
    /// None until its endpoint has given it one.
    pub(crate) profile: Option<Profile>,
    pub(crate) variables: Variables,
    /// An extension it is to go on with instead of what the dialplan would give it.
    pub(crate) queued_extension: Option<VecDeque<Action>>,
    /// What it is still to execute.
    pub(crate) extension: VecDeque<Action>,
    /// The applications that run, those a message began within the one before them.
    pub(crate) running_apps: Vec<Running>,
    /// Digits that were pressed.
    pub(crate) digits: Vec<u8>,
    /// The connections bound to it.
    pub(crate) control: Control,
    /// Messages it has yet to take up.
    pub(crate) messages: VecDeque<Packet>,
    /// How many of them its thread has had the time to see.
    pub(crate) seen_messages: usize,
    /// Applications started so far; tells a timer's own application from a later one.
    pub(crate) applications: u64,
    pub(crate) last_app: Option<(String, Vec<u8>)>,
    /// Who waits for it to be answered.
    pub(crate) originate: Option<OriginateId>,
    /// Who tries the next legs once it is gone.
    pub(crate) retry: Option<OriginateId>,
    /// Whether it was sent to the dialplan, where an outbound leg would only wait.
    pub(crate) transferred: bool,
    /// What its caller id was when it was made, for `show channels`.
    pub(crate) initial: Option<Profile>,
}

impl Channel {
    pub(crate) fn new(id: ChannelId, uuid: String, direction: CallDirection, endpoint: Endpoint) -> Self {
        let hit_dialplan = direction == CallDirection::Inbound;
        Self {
            id,
            uuid,
            name: Vec::new(),
            direction,
            endpoint,
            running: ChannelState::None,
            target: ChannelState::New,
            call_state: CallState::Down,
            answered: false,
            cause: None,
            hit_dialplan,
            reads: false,
            writes: false,
            profile: None,
            variables: Variables::default(),
            queued_extension: None,
            extension: VecDeque::new(),
            running_apps: Vec::new(),
            digits: Vec::new(),
            control: Control::default(),
            messages: VecDeque::new(),
            seen_messages: 0,
            applications: 0,
            last_app: None,
            originate: None,
            retry: None,
            transferred: false,
            initial: None,
        }
    }

    pub(crate) fn hung_up(&self) -> bool {
        self.target >= ChannelState::Hangup
    }

    /// Its name for log lines.
    pub(crate) fn shown_name(&self) -> String {
        String::from_utf8_lossy(&self.name).into_owned()
    }
}

/// Channel variables in the order they were last set, as events list them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Variables(Vec<(Vec<u8>, Vec<u8>)>);

impl Variables {
    /// Sets a variable, which puts it last; an empty value removes it.
    pub(crate) fn set(&mut self, name: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        let (name, value) = (name.into(), value.into());
        self.remove(&name);
        if !value.is_empty() {
            self.0.push((name, value));
        }
    }

    pub(crate) fn remove(&mut self, name: &[u8]) {
        self.0.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }

    pub(crate) fn get(&self, name: &[u8]) -> Option<&[u8]> {
        let found = self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_slice())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.0.iter().map(|(name, value)| (name.as_slice(), value.as_slice()))
    }
}

/// The channels that are up, by session number and by uuid.
#[derive(Debug, Default)]
pub(crate) struct Channels {
    channels: BTreeMap<ChannelId, Channel>,
    by_uuid: HashMap<String, ChannelId>,
    made: u64,
}

impl Channels {
    pub(crate) fn next_id(&mut self) -> ChannelId {
        self.made += 1;
        ChannelId(self.made)
    }

    pub(crate) fn insert(&mut self, channel: Channel) {
        self.by_uuid.insert(channel.uuid.clone(), channel.id);
        self.channels.insert(channel.id, channel);
    }

    pub(crate) fn remove(&mut self, id: ChannelId) {
        if let Some(channel) = self.channels.remove(&id) {
            self.by_uuid.remove(&channel.uuid);
        }
    }

    pub(crate) fn rename(&mut self, id: ChannelId, uuid: &str) {
        if let Some(channel) = self.channels.get_mut(&id) {
            self.by_uuid.remove(&channel.uuid);
            uuid.clone_into(&mut channel.uuid);
            self.by_uuid.insert(uuid.to_owned(), id);
        }
    }

    pub(crate) fn get(&self, id: ChannelId) -> Option<&Channel> {
        self.channels.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: ChannelId) -> Option<&mut Channel> {
        self.channels.get_mut(&id)
    }

    /// The channel of this uuid.
    pub(crate) fn find(&self, uuid: &[u8]) -> Option<ChannelId> {
        self.by_uuid.get(std::str::from_utf8(uuid).ok()?).copied()
    }

    /// Every channel, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Channel> {
        self.channels.values()
    }

    pub(crate) fn len(&self) -> usize {
        self.channels.len()
    }
}
