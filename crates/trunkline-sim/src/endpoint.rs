//! Endpoints: what makes legs of calls (`mod_loopback.c` has both `null` and `loopback`).

mod loopback;
mod sip;

use trunkline_proto::{CallDirection, ChannelState, HangupCause};

use crate::cause::Cause;
use crate::channel::{Channel, ChannelId, Codec, Profile};
use crate::core::Core;
use crate::event::origin;
use crate::expand::has_reference;
use crate::log;
use crate::time::Time;

pub(crate) use loopback::Leg;
pub(crate) use sip::{Dialog, Signal, SipCalls, SipCounts};

/// What is at the other end of a channel.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Endpoint {
    /// Nothing; it answers at once.
    Null,
    /// Another channel, whose calls come in at the dialplan.
    Loopback { leg: Leg, peer: Option<ChannelId> },
    /// Somebody who speaks SIP: another channel, where the switch called itself.
    Sip { peer: Option<ChannelId> },
}

impl Endpoint {
    pub(crate) fn codec(self) -> &'static Codec {
        match self {
            Self::Sip { .. } => &PCMU,
            Self::Null | Self::Loopback { .. } => &L16,
        }
    }
}

static L16: Codec = Codec::new("L16", "8000", "128000");
static PCMU: Codec = Codec::new("PCMU", "8000", "64000");

/// What a leg is made from.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    /// `endpoint/address`
    pub(crate) dial: &'a [u8],
    pub(crate) variables: &'a [(Vec<u8>, Vec<u8>)],
    /// The caller id where the variables give none.
    pub(crate) caller_name: &'a [u8],
    pub(crate) caller_number: &'a [u8],
    /// The channel it is to be bridged to.
    pub(crate) caller: Option<ChannelId>,
}

impl Request<'_> {
    fn variable(&self, name: &str) -> Option<&[u8]> {
        let found = self.variables.iter().find(|(known, _)| known.eq_ignore_ascii_case(name.as_bytes()));
        found.map(|(_, value)| value.as_slice())
    }
}

/// An address, taken apart.
struct Address {
    endpoint: Endpoint,
    kind: &'static str,
    destination: Vec<u8>,
    context: Vec<u8>,
    dialplan: Vec<u8>,
    /// What the channel is called at first, and then.
    first_name: Vec<u8>,
    name: Vec<u8>,
    callee_number: Vec<u8>,
    /// Of a SIP call: where it goes, and by which profile.
    host: String,
    profile: String,
    /// The gateway that it goes by, if by one.
    gateway: Option<String>,
}

impl Address {
    /// The one it names, or its caller's; loopback calls have one in any case.
    fn dialplan(&self, callers: &[u8]) -> Vec<u8> {
        match (self.dialplan.as_slice(), callers) {
            ([], []) if self.kind == "loopback" => b"xml".to_vec(),
            ([], callers) => callers.to_vec(),
            (own, _) => own.to_vec(),
        }
    }

    /// Who says it made the profile.
    fn source(&self) -> &'static str {
        match self.endpoint {
            Endpoint::Sip { .. } => "src/switch_ivr_originate.c",
            Endpoint::Null | Endpoint::Loopback { .. } => "mod_loopback",
        }
    }
}

impl Core {
    /// Makes an outbound leg and starts its thread.
    pub(crate) fn new_leg(&mut self, request: &Request<'_>) -> Result<ChannelId, Cause> {
        let address = match self.parse_address(request.dial) {
            Ok(address) => address,
            Err(cause) => {
                self.count_unmade_call(request.dial);
                return Err(cause);
            }
        };
        if !self.admits(&CallDirection::Outbound) {
            return Err(HangupCause::DestinationOutOfOrder.into());
        }
        let is_sip = matches!(address.endpoint, Endpoint::Sip { .. });
        let asked = request.variable("origination_uuid");
        let is_taken = |uuid: &&[u8]| self.channels.find(uuid).is_some();
        if is_sip && asked.as_ref().is_some_and(is_taken) {
            self.log(log::CRIT, &origin::DUPLICATE_UUID, "Duplicate UUID!");
            return Err(HangupCause::DestinationOutOfOrder.into());
        }
        let asked = asked.filter(|uuid| !is_taken(uuid));
        let asked = asked.map(|uuid| String::from_utf8_lossy(uuid).into_owned());
        // mod_sofia makes its channels with the uuid; others are given it afterwards.
        let (at_once, later) = if is_sip { (asked, None) } else { (None, asked) };
        let uuid = at_once.unwrap_or_else(|| self.new_uuid());
        let id = self.new_channel(uuid, CallDirection::Outbound, address.endpoint, &address.first_name);
        if is_sip {
            self.set_sip_variables(id, &address, false);
        } else {
            self.set_codecs(id);
        }
        let from = request.caller.map(|caller| self.uuid_of(caller));
        if let (Some(from), "loopback") = (&from, address.kind)
            && let Some(channel) = self.channels.get_mut(id)
        {
            channel.variables.set("loopback_from_uuid", from);
        }
        self.rename_channel(id, &address.name);
        let profile = self.outbound_profile(id, &address, request);
        if let Some(channel) = self.channels.get_mut(id) {
            channel.profile = Some(profile.into());
            channel.target = ChannelState::Init;
        }
        self.give_uuid(id, later);
        if is_sip {
            self.set_sip_variables(id, &address, true);
        }
        if let Some(caller) = request.caller {
            self.note_originator(id, caller);
        }
        self.fire_channel(id, &origin::OUTGOING);
        self.set_leg_variables(id, address.kind, request, from.as_deref());
        self.wake(id);
        Ok(id)
    }

    fn parse_address(&mut self, dial: &[u8]) -> Result<Address, Cause> {
        let slash = dial.iter().position(|byte| *byte == b'/').unwrap_or(dial.len());
        let (kind, rest) = dial.split_at(slash);
        let rest = rest.get(1..).unwrap_or_default();
        match kind {
            b"null" => Ok(null_address(dial, rest)),
            b"loopback" => Ok(loopback::parse(rest)),
            b"sofia" => sip::parse(self, rest),
            b"user" => sip::parse_user(self, rest),
            b"error" => Err(Cause::parse(rest)),
            _ => {
                let kind = String::from_utf8_lossy(kind).into_owned();
                self.log(log::ERR, &origin::NO_ENDPOINT, &format!("Could not locate channel type {kind}"));
                Err(HangupCause::ChanNotImplemented.into())
            }
        }
    }

    /// A channel of which nothing is known yet.
    fn new_channel(
        &mut self,
        uuid: String,
        direction: CallDirection,
        endpoint: Endpoint,
        name: &[u8],
    ) -> ChannelId {
        let id = self.channels.next_id();
        let mut channel = Channel::new(id, self.now, uuid.clone(), direction.clone(), endpoint);
        name.clone_into(&mut channel.name);
        let variables = &mut channel.variables;
        variables.set("direction", direction.as_str());
        if direction == CallDirection::Outbound {
            variables.set("is_outbound", "true");
        }
        variables.set("uuid", uuid.as_str());
        variables.set("call_uuid", uuid.as_str());
        variables.set("session_id", id.number.to_string());
        self.channels.insert(channel);
        self.count_session();
        let text = |channel: &Channel| format!("New Channel {} [{uuid}]", channel.shown_name());
        self.log_session(log::NOTICE, &origin::NEW_CHANNEL, id, text);
        id
    }

    fn set_codecs(&mut self, id: ChannelId) {
        self.set_read_codec(id);
        let Some(channel) = self.channels.get_mut(id) else { return };
        channel.writes = true;
        let codec = channel.codec;
        set_codec(channel, "write", false);
        let written = [
            ("Channel-Write-Codec-Name", codec.name.as_bytes()),
            ("Channel-Write-Codec-Rate", codec.rate.as_bytes()),
            ("Channel-Write-codec-bit-rate", codec.bit_rate.as_bytes()),
        ];
        self.fire_channel_with(id, &origin::WRITE_CODEC, &[], &written);
    }

    /// Gives a channel the codec it reads by, which its variables tell anew.
    pub(crate) fn set_read_codec(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        channel.reads = true;
        let codec = channel.codec;
        let is_sip = matches!(channel.endpoint, Endpoint::Sip { .. });
        // mod_sofia has both codecs before it tells of one.
        channel.writes |= is_sip;
        set_codec(channel, "read", is_sip);
        let read = [
            ("channel-read-codec-name", codec.name.as_bytes()),
            ("channel-read-codec-rate", codec.rate.as_bytes()),
            ("channel-read-codec-bit-rate", codec.bit_rate.as_bytes()),
        ];
        let kind = if is_sip { &origin::REAL_READ_CODEC } else { &origin::READ_CODEC };
        self.fire_channel_with(id, kind, &[], &read);
    }

    /// Gives a channel another name.
    pub(crate) fn rename_channel(&mut self, id: ChannelId, name: &[u8]) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        let before = channel.shown_name();
        name.clone_into(&mut channel.name);
        channel.variables.set("channel_name", name);
        self.log_session(log::NOTICE, &origin::RENAME_CHANNEL, id, |channel| {
            format!("Rename Channel {before}->{} [{}]", channel.shown_name(), channel.uuid)
        });
    }

    fn outbound_profile(&self, id: ChannelId, address: &Address, request: &Request<'_>) -> Profile {
        let caller = request.caller.and_then(|caller| self.channels.get(caller)?.profile.as_deref());
        let known = caller.map(|caller| (caller.caller_name.as_slice(), caller.caller_number.as_slice()));
        let (name, number) = known.unwrap_or((request.caller_name, request.caller_number));
        let name = request.variable("origination_caller_id_name").unwrap_or(name);
        let number = request.variable("origination_caller_id_number").unwrap_or(number);
        if let Some(caller) = caller {
            return self.leg_profile(id, address, caller, (name, number));
        }
        Profile {
            direction: CallDirection::Outbound,
            logical_direction: CallDirection::Outbound,
            username: Vec::new(),
            dialplan: address.dialplan(b""),
            caller_name: name.to_vec(),
            caller_number: number.to_vec(),
            orig_name: name.to_vec(),
            orig_number: number.to_vec(),
            callee_name: b"Outbound Call".to_vec(),
            callee_number: address.callee_number.clone(),
            network_addr: Vec::new(),
            ani: number.to_vec(),
            destination: address.destination.clone(),
            unique_id: self.uuid_of(id),
            source: address.source(),
            transfer_source: Vec::new(),
            context: address.context.clone(),
            rdnis: Vec::new(),
            channel_name: address.name.clone(),
            index: 1,
            profile_created: self.now,
            times: created(self.now),
        }
    }

    /// The profile of a leg made for another channel: that one's, but for where it goes.
    fn leg_profile(
        &self,
        id: ChannelId,
        address: &Address,
        caller: &Profile,
        (name, number): (&[u8], &[u8]),
    ) -> Profile {
        Profile {
            direction: CallDirection::Outbound,
            logical_direction: CallDirection::Outbound,
            dialplan: address.dialplan(&caller.dialplan),
            caller_name: name.to_vec(),
            caller_number: number.to_vec(),
            callee_name: b"Outbound Call".to_vec(),
            callee_number: address.callee_number.clone(),
            destination: address.destination.clone(),
            unique_id: self.uuid_of(id),
            source: address.source(),
            transfer_source: Vec::new(),
            context: address.context.clone(),
            channel_name: address.name.clone(),
            index: 1,
            profile_created: self.now,
            times: created(self.now),
            ..caller.clone()
        }
    }

    /// Gives a new leg the uuid asked for. One that is taken already is passed over in silence.
    fn give_uuid(&mut self, id: ChannelId, asked: Option<String>) {
        let Some(channel) = self.channels.get(id) else { return };
        let before = channel.uuid.clone();
        if let Some(uuid) = &asked {
            self.channels.rename(id, uuid);
        }
        let Some(channel) = self.channels.get_mut(id) else { return };
        let uuid = channel.uuid.clone();
        if asked.is_some() {
            channel.variables.set("uuid", uuid.as_str());
            channel.variables.set("call_uuid", uuid.as_str());
        }
        if let Some(profile) = &mut channel.profile {
            profile.unique_id = uuid;
        }
        channel.initial = channel.profile.as_deref().map(|profile| Box::new(profile.into()));
        if asked.is_some() {
            self.fire_channel_with(id, &origin::UUID, &[("Old-Unique-ID", before.as_bytes())], &[]);
        }
    }

    /// What a leg takes from the channel it is to be bridged to (`switch_core_session_outgoing_channel` in
    /// `src/switch_core_session.c`), and that from it.
    fn note_originator(&mut self, id: ChannelId, caller: ChannelId) {
        let Some(channel) = self.channels.get(caller) else { return };
        let left = channel.variables.get("max_forwards").and_then(|left| std::str::from_utf8(left).ok());
        let left = left.and_then(|left| left.parse().ok()).unwrap_or(70i64) - 1;
        let (uuid, reads) = (channel.uuid.clone(), channel.reads);
        self.show_leader(id, caller);
        let Some(channel) = self.channels.get_mut(id) else { return };
        channel.variables.set("max_forwards", left.to_string());
        if reads {
            channel.variables.set("originator_codec", "L16@8000h@20i");
        }
        channel.variables.set("originator", &uuid);
        channel.variables.set("signal_bond", &uuid);
        let leg = channel.uuid.clone();
        if let Some(caller) = self.channels.get_mut(caller) {
            caller.variables.set("originate_signal_bond", leg);
        }
    }

    fn set_leg_variables(&mut self, id: ChannelId, kind: &str, request: &Request<'_>, from: Option<&str>) {
        let exported = request.caller.map(|caller| self.exported(caller)).unwrap_or_default();
        let Some(channel) = self.channels.get_mut(id) else { return };
        if let Some(from) = from {
            channel.variables.set("call_uuid", from);
        }
        let nested = request.variable("origination_nested_vars").is_some_and(crate::text::is_true);
        for (name, value) in exported.iter().chain(request.variables) {
            // What would be expanded is refused, unless that is asked for.
            if nested || !has_reference(value) {
                // Of a new array, the empty elements before the first other one are lost.
                let base = name.split(|byte| *byte == b'[').next().unwrap_or_default();
                let is_new = channel.variables.get(base).is_none();
                if !is_new && base != name {
                    channel.variables.make_array(base);
                }
                let name = if is_new { base } else { name };
                channel.variables.set(name, value);
            }
        }
        let early = !request.variables.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case(b"ignore_early_media") && crate::text::is_true(value)
        });
        channel.variables.set("originate_early_media", if early { "true" } else { "false" });
        if let Some(from) = from {
            channel.variables.set("originating_leg_uuid", from);
        }
        channel.variables.set("originate_endpoint", kind);
        let shown = channel
            .profile
            .as_deref()
            .map(|p| [b";", p.callee_name.as_slice(), b";", &p.callee_number].concat());
        let leg = [channel.uuid.as_bytes(), &shown.unwrap_or_default()].concat();
        if let Some(caller) = request.caller.and_then(|caller| self.channels.get_mut(caller)) {
            caller.variables.append("originated_legs", leg);
        }
    }

    /// The variables a channel hands on to the legs it is bridged to (`export_vars`).
    fn exported(&self, id: ChannelId) -> Vec<(Vec<u8>, Vec<u8>)> {
        let Some(channel) = self.channels.get(id) else { return Vec::new() };
        let Some(names) = channel.variables.get("export_vars") else { return Vec::new() };
        let value = |name: &[u8]| {
            let value = channel.variables.get(name)?;
            let shown =
                [b"nolocal:".as_slice(), b"_nolocal_"].iter().find_map(|sign| name.strip_prefix(*sign));
            Some((shown.unwrap_or(name).to_vec(), value.to_vec()))
        };
        names.split(|byte| *byte == b',').filter_map(value).collect()
    }

    /// What the endpoint does when a channel's thread begins: a telephone is called, a loopback leg makes the other.
    pub(crate) fn endpoint_on_init(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        match channel.endpoint {
            Endpoint::Sip { .. } if channel.is_outbound() => self.send_invite(id),
            Endpoint::Loopback { leg: Leg::A, .. } => self.make_called_leg(id),
            Endpoint::Loopback { leg: Leg::B, .. } => channel.variables.set("loopback_leg", "B"),
            _ => {}
        }
    }
}

/// What a channel's variables say of its codec in one direction.
fn set_codec(channel: &mut Channel, way: &str, original: bool) {
    let codec = channel.codec;
    for (what, value) in [("codec", codec.name), ("rate", codec.rate)] {
        channel.variables.set(format!("{way}_{what}"), value);
        if original {
            channel.variables.set(format!("original_{way}_{what}"), value);
        }
    }
}

fn created(now: Time) -> crate::channel::Times {
    crate::channel::Times { created: now, ..Default::default() }
}

fn after_last_slash(text: &[u8]) -> Vec<u8> {
    text.rsplit(|byte| *byte == b'/').next().unwrap_or_default().to_vec()
}

fn null_address(dial: &[u8], rest: &[u8]) -> Address {
    Address {
        endpoint: Endpoint::Null,
        kind: "null",
        destination: rest.to_vec(),
        context: b"default".to_vec(),
        dialplan: Vec::new(),
        first_name: dial.to_vec(),
        name: dial.to_vec(),
        callee_number: after_last_slash(rest),
        host: String::new(),
        profile: String::new(),
        gateway: None,
    }
}
