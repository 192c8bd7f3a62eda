//! SIP-like channels, `sofia/<profile>/<number>@<host>` (`mod_sofia.c`, `sofia.c`): no packet is sent. What the other
//! end does is scripted, or it is the switch itself, where the call comes in as another one. A signal takes a moment
//! to get there.

use trunkline_proto::{CallDirection, ChannelState, HangupCause};

use super::{Address, Endpoint, created};
use crate::cause::Cause;
use crate::channel::{ChannelId, Profile};
use crate::config::SipOutcome;
use crate::core::{Core, Task};
use crate::event::origin;

/// What one end tells the other.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Signal {
    Invite,
    Ringing,
    Early,
    Answered,
    Hold,
    Unhold,
    HungUp(Cause),
}

/// Where the switch itself is reached.
const PORT: &str = "5060";

/// The parts of `<profile>/<number>@<host>` and of `gateway/<name>/<number>`.
pub(super) fn parse(core: &Core, rest: &[u8]) -> Result<Address, Cause> {
    let text = String::from_utf8_lossy(rest).into_owned();
    let sip = &core.config.sip;
    let (profile, rest) = text.split_once('/').unwrap_or((&text, ""));
    if profile == "gateway" {
        let (gateway, number) = rest.split_once('/').unwrap_or((rest, ""));
        let known = sip.gateways.iter().find(|(name, _)| name == gateway);
        let (_, host) = known.ok_or(HangupCause::InvalidGateway)?;
        let profile = sip.profiles.first().map_or("external", String::as_str);
        return Ok(address(profile, number, host, &format!("sofia/{profile}/{number}")));
    }
    if !sip.profiles.iter().any(|known| known == profile) {
        return Err(HangupCause::InvalidProfile.into());
    }
    let (number, host) = rest.split_once('@').or_else(|| rest.split_once('%')).unwrap_or((rest, ""));
    if host.is_empty() {
        return Err(HangupCause::DestinationOutOfOrder.into());
    }
    Ok(address(profile, number, host, &format!("sofia/{profile}/{rest}")))
}

/// `user/<id>[@<domain>]`: the telephone of somebody in the directory.
pub(super) fn parse_user(core: &Core, rest: &[u8]) -> Result<Address, Cause> {
    let text = String::from_utf8_lossy(rest).into_owned();
    let own = core.domain();
    let (id, domain) = text.split_once('@').unwrap_or((&text, own.as_str()));
    let user = format!("{id}@{domain}");
    let sip = &core.config.sip;
    if let Some((_, host)) = sip.registrations.iter().find(|(known, _)| *known == user) {
        let profile = sip.profiles.first().map_or("internal", String::as_str);
        let (number, host) = host.split_once('@').unwrap_or((id, host));
        let address = address(profile, number, host, &format!("sofia/{profile}/{number}@{host}"));
        return Ok(Address { kind: "user", ..address });
    }
    let is_known = core.config.users.iter().any(|known| known.id == id && known.domain == domain);
    Err(if is_known { HangupCause::UserNotRegistered } else { HangupCause::SubscriberAbsent }.into())
}

fn address(profile: &str, number: &str, host: &str, name: &str) -> Address {
    Address {
        endpoint: Endpoint::Sip { peer: None },
        kind: "sofia",
        destination: number.into(),
        context: b"default".to_vec(),
        dialplan: Vec::new(),
        first_name: name.into(),
        name: name.into(),
        callee_number: number.into(),
        host: host.to_owned(),
        profile: profile.to_owned(),
    }
}

impl Core {
    /// The variables of a new outbound leg that stand before its name, and after.
    pub(super) fn set_sip_variables(&mut self, id: ChannelId, address: &Address, named: bool) {
        let ip = self.config.ipv4.clone();
        let Some(channel) = self.channels.get_mut(id) else { return };
        let variables = &mut channel.variables;
        if named {
            let to = String::from_utf8_lossy(&address.destination);
            variables.set("sip_destination_url", format!("sip:{to}@{}", address.host));
            return;
        }
        variables.set("sip_local_network_addr", &ip);
        variables.set("sip_profile_name", &address.profile);
        variables.set("video_media_flow", "disabled");
        variables.set("text_media_flow", "disabled");
    }

    /// A leg's thread begins: the call is on its way.
    pub(super) fn send_invite(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        let sent = ["sip_profile_name", "sip_destination_url"].map(|name| {
            let text = channel.variables.get(name).unwrap_or_default();
            String::from_utf8_lossy(text).into_owned()
        });
        let [profile, url] = sent;
        let address = url.strip_prefix("sip:").unwrap_or(&url).to_owned();
        let (number, host) = address.split_once('@').unwrap_or((&address, ""));
        let ip = self.config.ipv4.clone();
        let contact = format!("sip:mod_sofia@{ip}:{PORT}");
        for (name, value) in [
            ("rtp_use_codec_string", "PCMU,PCMA,L16"),
            ("local_media_ip", &ip),
            ("local_media_port", "20000"),
            ("advertised_media_ip", &ip),
            ("audio_media_flow", "sendrecv"),
            ("rtp_local_sdp_str", "v=0\r\n"),
            ("sip_outgoing_contact_uri", &format!("<{contact}>")),
            ("sip_req_uri", &address),
            ("sip_to_host", host),
            ("sip_from_host", &ip),
            ("sofia_profile_name", &profile),
            ("recovery_profile_name", &profile),
            ("sofia_profile_url", &contact),
        ] {
            channel.variables.set(name, value);
        }
        self.follow_script(id, number, host);
    }

    /// Has what the called one does happen in its time.
    fn follow_script(&mut self, id: ChannelId, number: &str, host: &str) {
        let latency = self.config.sip.latency;
        if let Some(peer) = self.config.sip.peer(number).cloned() {
            let outcome = peer.outcome.map(|(after, outcome)| match outcome {
                SipOutcome::Answer => (after, Signal::Answered),
                SipOutcome::Refuse(cause) => (after, Signal::HungUp(cause.into())),
            });
            let hangs_up = match (&outcome, peer.hangs_up) {
                (Some((answered, Signal::Answered)), Some((after, cause))) => {
                    Some((*answered + after, Signal::HungUp(cause.into())))
                }
                _ => None,
            };
            let rings = peer.rings.map(|after| (after, Signal::Ringing));
            let early = peer.early_media.map(|after| (after, Signal::Early));
            for (after, signal) in [rings, early, outcome, hangs_up].into_iter().flatten() {
                self.after(latency + after, Task::Signal { to: id, signal });
            }
        } else if self.is_own_address(host) {
            self.after(latency, Task::Signal { to: id, signal: Signal::Invite });
        } else {
            let signal = Signal::HungUp(HangupCause::NormalTemporaryFailure.into());
            self.after(latency, Task::Signal { to: id, signal });
        }
    }

    fn is_own_address(&self, host: &str) -> bool {
        let own = self.config.sip.port.to_string();
        let (name, port) = host.split_once(':').unwrap_or((host, PORT));
        port == own
            && [self.config.ipv4.as_str(), &self.config.hostname, "127.0.0.1", "localhost"].contains(&name)
    }

    /// Tells the other end, if there is one in this switch.
    pub(crate) fn signal(&mut self, from: ChannelId, signal: Signal) {
        let endpoint = self.channels.get(from).map(|channel| channel.endpoint);
        if let Some(Endpoint::Sip { peer: Some(to) }) = endpoint {
            self.after(self.config.sip.latency, Task::Signal { to, signal });
        }
    }

    /// What the other end has told gets here.
    pub(crate) fn receive_signal(&mut self, to: ChannelId, signal: Signal) {
        match signal {
            Signal::Invite => self.call_comes_in(to),
            Signal::Ringing => self.mark_ringing(to, &origin::SIP_RINGING),
            Signal::Early => self.mark_early(to, &origin::SIP_EARLY),
            Signal::Hold => self.mark_held(to, true),
            Signal::Unhold => self.mark_held(to, false),
            Signal::Answered => {
                self.take_sip_answer(to);
                self.mark_answered(to, &origin::SIP_ANSWERED);
            }
            Signal::HungUp(cause) => {
                self.hangup(to, cause, &origin::SIP_HANGUP);
            }
        }
    }

    /// What an answer tells of the one who gave it.
    fn take_sip_answer(&mut self, id: ChannelId) {
        let ip = self.config.ipv4.clone();
        let Some(channel) = self.channels.get_mut(id).filter(|channel| !channel.hung_up()) else { return };
        if channel.answered {
            return;
        }
        if let Some(profile) = &mut channel.profile {
            profile.callee_name = profile.callee_number.clone();
            profile.network_addr = ip.clone().into_bytes();
        }
        for (name, value) in
            [("sip_network_ip", ip.as_str()), ("sip_network_port", PORT), ("dtmf_type", "rfc2833")]
        {
            channel.variables.set(name, value);
        }
        if !channel.reads {
            self.set_codecs(id);
        }
    }

    /// A call the switch makes to itself comes in.
    fn call_comes_in(&mut self, caller: ChannelId) {
        let Some(channel) = self.channels.get(caller).filter(|channel| !channel.hung_up()) else { return };
        let Some(from) = channel.profile.as_deref().cloned() else { return };
        let profile =
            String::from_utf8_lossy(channel.variables.get("sip_profile_name").unwrap_or(b"internal"));
        let profile = profile.into_owned();
        let b = self.incoming_leg(&profile, &from, Some(caller));
        if let Some(channel) = self.channels.get_mut(caller) {
            channel.endpoint = Endpoint::Sip { peer: Some(b) };
        }
    }

    /// Makes the leg of a call that comes in and starts its thread.
    pub(crate) fn incoming_leg(
        &mut self,
        sip_profile: &str,
        from: &Profile,
        peer: Option<ChannelId>,
    ) -> ChannelId {
        let ip = self.config.ipv4.clone();
        let number = String::from_utf8_lossy(&from.caller_number).into_owned();
        let name = format!("sofia/{sip_profile}/{number}@{ip}");
        let shown = if from.caller_name.is_empty() { &from.caller_number } else { &from.caller_name }.clone();
        let uuid = self.new_uuid();
        let endpoint = Endpoint::Sip { peer };
        let id = self.new_channel(uuid.clone(), CallDirection::Inbound, endpoint, name.as_bytes());
        let profile = Profile {
            direction: CallDirection::Inbound,
            logical_direction: CallDirection::Inbound,
            username: from.caller_number.clone(),
            caller_name: shown.clone(),
            orig_name: shown,
            dialplan: b"XML".to_vec(),
            callee_name: Vec::new(),
            callee_number: Vec::new(),
            network_addr: ip.clone().into_bytes(),
            unique_id: uuid,
            source: "mod_sofia",
            transfer_source: Vec::new(),
            context: b"default".to_vec(),
            rdnis: Vec::new(),
            channel_name: name.clone().into_bytes(),
            index: 1,
            profile_created: self.now,
            times: created(self.now),
            ..from.clone()
        };
        self.describe_caller(id, sip_profile, &profile, &name);
        self.enter(id, ChannelState::New);
        if let Some(channel) = self.channels.get_mut(id) {
            channel.initial = Some(Box::new((&profile).into()));
            channel.profile = Some(profile.into());
        }
        self.set_codecs(id);
        if let Some(channel) = self.channels.get_mut(id) {
            channel.variables.set("dtmf_type", "rfc2833");
            channel.variables.set("endpoint_disposition", "RECEIVED");
        }
        self.set_target(id, ChannelState::Init);
        self.wake(id);
        id
    }

    fn describe_caller(&mut self, id: ChannelId, sip_profile: &str, profile: &Profile, name: &str) {
        let ip = self.config.ipv4.clone();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (number, shown) = (text(&profile.caller_number), text(&profile.caller_name));
        let to = text(&profile.destination);
        let call_id = self.new_uuid();
        let Some(channel) = self.channels.get_mut(id) else { return };
        for (name, value) in [
            ("sip_from_user", number.as_str()),
            ("sip_from_uri", &format!("{number}@{ip}")),
            ("sip_from_host", &ip),
            ("video_media_flow", "disabled"),
            ("text_media_flow", "disabled"),
            ("channel_name", name),
            ("sip_call_id", &call_id),
            ("sip_local_network_addr", &ip),
            ("sip_network_ip", &ip),
            ("sip_network_port", PORT),
            ("sip_received_ip", &ip),
            ("sip_received_port", PORT),
            ("sip_via_protocol", "udp"),
            ("sip_from_user_stripped", &number),
            ("sofia_profile_name", sip_profile),
            ("sofia_profile_url", &format!("sip:mod_sofia@{ip}:{PORT}")),
            ("recovery_profile_name", sip_profile),
            ("sip_from_display", &shown),
            ("sip_full_from", &format!("\"{shown}\" <sip:{number}@{ip}>")),
            ("sip_full_to", &format!("<sip:{to}@{ip}:{PORT}>")),
            ("sip_req_user", &to),
            ("sip_req_port", PORT),
            ("sip_req_uri", &format!("{to}@{ip}:{PORT}")),
            ("sip_req_host", &ip),
            ("sip_to_user", &to),
            ("sip_to_port", PORT),
            ("sip_to_uri", &format!("{to}@{ip}:{PORT}")),
            ("sip_to_host", &ip),
            ("sip_via_host", &ip),
            ("max_forwards", "70"),
        ] {
            channel.variables.set(name, value);
        }
    }

    /// A call from outside comes in, from somebody nobody wrote down; its uuid.
    pub(crate) fn incoming_call(&mut self, name: &str, number: &str, destination: &str) -> String {
        let from = Profile {
            direction: CallDirection::Inbound,
            logical_direction: CallDirection::Inbound,
            username: Vec::new(),
            dialplan: Vec::new(),
            caller_name: name.into(),
            caller_number: number.into(),
            orig_name: name.into(),
            orig_number: number.into(),
            callee_name: Vec::new(),
            callee_number: Vec::new(),
            network_addr: Vec::new(),
            ani: number.into(),
            destination: destination.into(),
            unique_id: String::new(),
            source: "mod_sofia",
            transfer_source: Vec::new(),
            context: Vec::new(),
            rdnis: Vec::new(),
            channel_name: Vec::new(),
            index: 1,
            profile_created: self.now,
            times: created(self.now),
        };
        let profile = self.config.sip.profiles.first().cloned().unwrap_or_else(|| "internal".into());
        let id = self.incoming_leg(&profile, &from, None);
        let uuid = self.uuid_of(id);
        self.settle();
        uuid
    }
}
