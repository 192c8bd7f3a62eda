//! `loopback/<extension>[/<context>[/<dialplan>]]`: a call to the dialplan (`mod_loopback.c`).

use trunkline_proto::{CallDirection, ChannelState};

use super::{Address, Endpoint, after_last_slash, created};
use crate::channel::{Channel, ChannelId};
use crate::core::Core;
use crate::event::origin;
use crate::log;

/// Which end of a loopback call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leg {
    /// The one that calls.
    A,
    /// The one that is called.
    B,
}

/// `extension[/context[/dialplan]]`
pub(super) fn parse(rest: &[u8]) -> Address {
    let mut parts = rest.splitn(3, |byte| *byte == b'/');
    let destination = parts.next().unwrap_or_default().to_vec();
    let context = parts.next().filter(|context| !context.is_empty()).unwrap_or(b"default").to_vec();
    let dialplan = parts.next().unwrap_or_default().to_vec();
    let name = |address: &[u8]| [b"loopback/", address, b"-a"].concat();
    Address {
        endpoint: Endpoint::Loopback { leg: Leg::A, peer: None },
        kind: "loopback",
        first_name: name(rest),
        name: name(&destination),
        callee_number: after_last_slash(rest),
        destination,
        context,
        dialplan,
        host: String::new(),
        profile: String::new(),
        gateway: None,
    }
}

impl Core {
    /// A calling leg's thread begins: it makes the called one. Without one, it waits for ever.
    pub(super) fn make_called_leg(&mut self, a: ChannelId) {
        if !self.admits(&CallDirection::Inbound) {
            return self.log_session(log::CRIT, &origin::NO_CALLED_LEG, a, |_| "Failure.".into());
        }
        let Some(channel) = self.channels.get(a) else { return };
        let Some(mut profile) = channel.profile.as_deref().cloned() else { return };
        let mut name = channel.name.clone();
        name.truncate(name.len().saturating_sub(1));
        name.push(b'b');

        let uuid = self.new_uuid();
        let endpoint = Endpoint::Loopback { leg: Leg::B, peer: Some(a) };
        let b = self.new_channel(uuid.clone(), CallDirection::Inbound, endpoint, &name);
        if let Some(channel) = self.channels.get_mut(b) {
            channel.variables.set("channel_name", &name);
        }
        self.set_codecs(b);
        profile.direction = CallDirection::Inbound;
        profile.logical_direction = CallDirection::Inbound;
        profile.unique_id = uuid;
        profile.channel_name = name;
        profile.times = created(self.now);
        if let Some(channel) = self.channels.get_mut(b) {
            channel.initial = Some(Box::new((&profile).into()));
            channel.profile = Some(profile.into());
            channel.target = ChannelState::Init;
        }
        self.introduce_legs(a, b);
        self.wake(b);
    }

    /// What each leg's variables tell of the other one.
    fn introduce_legs(&mut self, a: ChannelId, b: ChannelId) {
        let (a_uuid, b_uuid) = (self.uuid_of(a), self.uuid_of(b));
        let Some(channel) = self.channels.get_mut(a) else { return };
        let inherited: Vec<_> =
            channel.variables.iter().filter(|variable| is_inherited(*variable)).map(owned).collect();
        let from = channel.variables.get("loopback_from_uuid").map(<[u8]>::to_vec);
        channel.endpoint = Endpoint::Loopback { leg: Leg::A, peer: Some(b) };
        channel.variables.set("other_loopback_leg_uuid", b_uuid);
        channel.variables.set("loopback_leg", "A");

        let Some(channel) = self.channels.get_mut(b) else { return };
        for (name, value) in inherited {
            channel.variables.set(name, value);
        }
        channel.variables.set("other_loopback_leg_uuid", a_uuid);
        if let Some(from) = from {
            channel.variables.set("other_loopback_from_uuid", from);
        }
    }
}

impl Core {
    /// A called leg was hung up by somebody else. The calling one hears nothing more, and finds that out before it is told
    /// (`channel_read_frame`): what it did last is over.
    pub(crate) fn caller_hears_no_more(&mut self, id: ChannelId) {
        let called = self.channels.get(id).map(|channel| &channel.endpoint);
        let Some(Endpoint::Loopback { leg: Leg::B, peer: Some(peer), .. }) = called else { return };
        let peer = *peer;
        let does_its_last = |channel: &Channel| {
            let listens = matches!(channel.running_apps.as_slice(), [running] if running.only_listens());
            let is_alone = channel.running == ChannelState::Execute && channel.bridge.is_none();
            listens && is_alone && channel.extension.is_empty() && !channel.is_leaving()
        };
        if self.channels.get(peer).is_some_and(does_its_last) {
            self.end_application(peer);
            self.next_application(peer);
        }
    }
}

fn owned((name, value): (&[u8], &[u8])) -> (Vec<u8>, Vec<u8>) {
    (name.to_vec(), value.to_vec())
}

/// Whether the called leg takes a variable over: those the originate gave, not the channel's own.
fn is_inherited((name, _): (&[u8], &[u8])) -> bool {
    const OWN: [&[u8]; 18] = [
        b"direction",
        b"is_outbound",
        b"session_id",
        b"read_codec",
        b"read_rate",
        b"write_codec",
        b"write_rate",
        b"channel_name",
        b"uuid",
        b"call_uuid",
        b"originate_early_media",
        b"originate_endpoint",
        b"loopback_from_uuid",
        b"max_forwards",
        b"originator_codec",
        b"originator",
        b"signal_bond",
        b"originating_leg_uuid",
    ];
    !OWN.contains(&name)
}
