//! SIP-like channels, `sofia/<profile>/<number>@<host>` (`mod_sofia.c`, `sofia.c`): no packet is sent. What the other
//! end does is scripted, or it is the switch itself, where the call comes in as another one. A signal takes a moment
//! to get there.

mod counts;
mod dialog;
mod incoming;
mod media;
mod status;

use trunkline_proto::{CallDirection, HangupCause};

use super::{Address, Endpoint};
use crate::cause::Cause;
use crate::channel::{ChannelId, Profile};
use crate::config::{SipConfig, SipOutcome};
use crate::core::{Core, Task};
use crate::event::origin;
pub(crate) use counts::{SipCalls, SipCounts};
pub(crate) use dialog::Dialog;
use dialog::Ending;

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

/// Where others are reached, unless their addresses say something else.
const PORT: &str = "5060";

/// The parts of `<profile>/<number>@<host>` and of `gateway/<name>/<number>`.
pub(super) fn parse(core: &Core, rest: &[u8]) -> Result<Address, Cause> {
    let text = String::from_utf8_lossy(rest).into_owned();
    let sip = &core.config.sip;
    let (profile, rest) = text.split_once('/').ok_or(HangupCause::InvalidUrl)?;
    if profile == "gateway" {
        let (gateway, number) = rest.split_once('/').unwrap_or((rest, ""));
        let known = sip.gateways.iter().find(|(name, _)| name == gateway);
        let (gateway, host) = known.ok_or(HangupCause::InvalidGateway)?;
        let profile = sip.profiles.first().map_or("external", String::as_str);
        let address = address(profile, number, host, &format!("sofia/{profile}/{number}"));
        return Ok(Address { gateway: Some(gateway.clone()), ..address });
    }
    let profile = sip.profile(profile).ok_or(HangupCause::InvalidProfile)?;
    match rest.split_once('@') {
        Some((_, "")) => Err(HangupCause::DestinationOutOfOrder.into()),
        Some((number, host)) => Ok(address(profile, number, host, &format!("sofia/{profile}/{rest}"))),
        // Who is not told by address has to have registered here.
        None => {
            let (id, domain) = rest.split_once('%').unwrap_or((rest, profile));
            registered(sip, profile, id, domain).ok_or_else(|| HangupCause::UserNotRegistered.into())
        }
    }
}

/// Somebody who has registered, as a profile reaches them.
fn registered(sip: &SipConfig, profile: &str, id: &str, domain: &str) -> Option<Address> {
    let user = format!("{id}@{domain}");
    let (_, host) = sip.registrations.iter().find(|(known, _)| *known == user)?;
    let (number, host) = host.split_once('@').unwrap_or((id, host));
    Some(address(profile, number, host, &format!("sofia/{profile}/{number}@{host}")))
}

/// `user/<id>[@<domain>]`: the telephone of somebody in the directory.
pub(super) fn parse_user(core: &Core, rest: &[u8]) -> Result<Address, Cause> {
    let text = String::from_utf8_lossy(rest).into_owned();
    let own = core.domain();
    let (id, domain) = text.split_once('@').unwrap_or((&text, own.as_str()));
    let sip = &core.config.sip;
    let profile = sip.profiles.first().map_or("internal", String::as_str);
    if let Some(address) = registered(sip, profile, id, domain) {
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
        gateway: None,
    }
}

impl Core {
    /// The variables of a new outbound leg that stand before its name, and after.
    pub(super) fn set_sip_variables(&mut self, id: ChannelId, address: &Address, named: bool) {
        let ip = self.config.ipv4.clone();
        let Some(channel) = self.channels.get_mut(id) else { return };
        let variables = &mut channel.variables;
        if named {
            self.sip_counts.change(&address.profile, |calls| calls.made += 1);
            let to = String::from_utf8_lossy(&address.destination);
            variables.set("sip_destination_url", format!("sip:{to}@{}", address.host));
            return;
        }
        if let Some(gateway) = &address.gateway {
            variables.set("sip_gateway_name", gateway);
        }
        variables.set("sip_local_network_addr", &ip);
        variables.set("sip_profile_name", &address.profile);
        variables.set("video_media_flow", "disabled");
        variables.set("text_media_flow", "disabled");
    }

    /// A leg's thread begins: the call is on its way.
    pub(super) fn send_invite(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get(id) else { return };
        let sent = ["sip_profile_name", "sip_destination_url"].map(|name| {
            let text = channel.variables.get(name).unwrap_or_default();
            String::from_utf8_lossy(text).into_owned()
        });
        let [profile, url] = sent;
        let address = url.strip_prefix("sip:").unwrap_or(&url).to_owned();
        let (number, host) = address.split_once('@').unwrap_or((&address, ""));
        let caller = channel.profile.as_deref().map(names).unwrap_or_default();
        let dialog = self.new_dialog((&caller.0, &caller.1), number);
        let ip = self.config.ipv4.clone();
        let contact = format!("sip:mod_sofia@{ip}:{}", self.config.sip.port);
        let Some(channel) = self.channels.get_mut(id) else { return };
        dialog.offer(&mut channel.variables);
        for (name, value) in [
            ("sip_outgoing_contact_uri", format!("<{contact}>").as_str()),
            ("sip_req_uri", &address),
            ("sip_to_host", host),
            ("sip_from_host", &ip),
            ("sofia_profile_name", &profile),
            ("recovery_profile_name", &profile),
            ("sofia_profile_url", &contact),
        ] {
            channel.variables.set(name, value);
        }
        channel.dialog = Some(dialog.into());
        self.follow_script(id, number, host);
    }

    fn new_dialog(&mut self, caller: (&str, &str), called: &str) -> Dialog {
        let call_id = self.new_uuid();
        let (ip, port, release) =
            (self.config.ipv4.clone(), self.config.sip.port, self.config.release.full());
        let agent = format!("FreeSWITCH-mod_sofia/{release}");
        let now = self.now;
        Dialog::new(self.rng(), now, (&ip, port), &agent, call_id).between(caller, called)
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
        let (name, port) = host.split_once(':').unwrap_or((host, PORT));
        port.parse().is_ok_and(|port| self.config.sip.listens_at(port))
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
            Signal::Ringing => {
                self.take_reply(to, false);
                self.mark_ringing(to, &origin::SIP_RINGING);
            }
            Signal::Early => {
                self.take_reply(to, true);
                self.mark_early(to, &origin::SIP_EARLY);
                self.take_sip_answer(to, true);
            }
            Signal::Hold => self.mark_held(to, true),
            Signal::Unhold => self.mark_held(to, false),
            Signal::Answered => {
                self.take_reply(to, true);
                self.take_sip_answer(to, false);
                self.mark_answered(to, &origin::SIP_ANSWERED);
            }
            Signal::HungUp(cause) => self.sip_ends(to, cause),
        }
    }

    /// A reply has come.
    fn take_reply(&mut self, id: ChannelId, describes: bool) {
        let ip = self.config.ipv4.clone();
        let Some(channel) = self.channels.get_mut(id).filter(|channel| !channel.hung_up()) else { return };
        let Some(dialog) = channel.dialog.as_mut().filter(|_| channel.direction == CallDirection::Outbound)
        else {
            return;
        };
        dialog.take_reply(&mut channel.variables, describes && !dialog.is_open);
        if let Some(profile) = &mut channel.profile {
            profile.callee_name = profile.callee_number.clone();
            profile.network_addr = ip.into_bytes();
        }
    }

    /// What an answer tells of the one who gave it.
    fn take_sip_answer(&mut self, id: ChannelId, early: bool) {
        let Some(channel) = self.channels.get_mut(id).filter(|channel| !channel.hung_up()) else { return };
        if channel.answered {
            return;
        }
        let Some(dialog) = &mut channel.dialog else { return };
        if std::mem::replace(&mut dialog.is_open, true) {
            return;
        }
        dialog.take_answer(&mut channel.variables, early);
        if !channel.reads {
            self.set_codecs(id);
        }
        let Some(channel) = self.channels.get_mut(id) else { return };
        channel.variables.set("dtmf_type", "rfc2833");
        if let Some(dialog) = &channel.dialog {
            dialog.open(&mut channel.variables);
        }
        if early {
            channel.variables.set("endpoint_disposition", "EARLY MEDIA");
        }
    }

    /// A call that came in by SIP is about to be told to ring.
    pub(crate) fn sip_rings(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get_mut(id).filter(|channel| !channel.is_outbound()) else {
            return;
        };
        if let Some(dialog) = &mut channel.dialog {
            dialog.note_tag(&mut channel.variables);
        }
    }

    /// A call that came in by SIP is about to be heard, or answered.
    pub(crate) fn sip_opens(&mut self, id: ChannelId, early: bool) {
        let Some(channel) = self.channels.get_mut(id).filter(|channel| !channel.is_outbound()) else {
            return;
        };
        let Some(dialog) = &mut channel.dialog else { return };
        let opened = std::mem::replace(&mut dialog.is_open, true);
        if opened {
            dialog.local.renew();
        }
        dialog.describe_own(&mut channel.variables);
        if !opened {
            dialog.open(&mut channel.variables);
        }
        if early {
            channel.variables.set("endpoint_disposition", "EARLY MEDIA");
        }
    }

    /// The other end has the answer, and says so. That takes it no time here, so that what the dialplan does next
    /// finds it as it mostly does.
    pub(crate) fn sip_is_acknowledged(&mut self, id: ChannelId) {
        let mut rng = self.rng().fork();
        let Some(channel) = self.channels.get_mut(id).filter(|channel| !channel.is_outbound()) else {
            return;
        };
        if let Some(dialog) = &mut channel.dialog {
            dialog.take_ack(&mut rng, &mut channel.variables);
        }
    }

    /// The other end has ended the call.
    fn sip_ends(&mut self, id: ChannelId, cause: Cause) {
        let Some(channel) = self.channels.get_mut(id).filter(|channel| !channel.hung_up()) else { return };
        let how = match (channel.answered, channel.is_outbound()) {
            (true, _) => Ending::Bye,
            (false, true) => Ending::Refusal,
            (false, false) => Ending::Cancel,
        };
        let Some(dialog) = &mut channel.dialog else { return };
        let cause = dialog.take_end(&mut channel.variables, how, cause);
        self.hangup(id, cause, &origin::SIP_HANGUP);
        let Some(channel) = self.channels.get_mut(id) else { return };
        if let (Some(dialog), Ending::Bye) = (&channel.dialog, how) {
            dialog.note_bye(&mut channel.variables);
        }
    }

    /// What a SIP channel reports besides in the end: who ended it, and what went over it.
    pub(crate) fn report_sip(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        let Some(dialog) = &channel.dialog else { return };
        let (is_over, is_open) = (dialog.is_over, dialog.is_open);
        match (is_over, channel.answered, channel.is_outbound()) {
            (true, _, _) => {}
            (false, true, _) => channel.variables.set("sip_hangup_disposition", "send_bye"),
            (false, false, false) => channel.variables.set("sip_hangup_disposition", "send_refuse"),
            (false, false, true) => {
                channel.variables.set("sip_hangup_disposition", "send_cancel");
                channel.variables.set("sip_invite_failure_status", "487");
                channel.variables.set("sip_invite_failure_phrase", "CANCEL");
            }
        }
        if is_open {
            media::set_statistics(channel);
        }
        self.count_sip_end(id);
    }
}

/// The caller's name and number.
fn names(profile: &Profile) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&profile.caller_name), text(&profile.caller_number))
}
