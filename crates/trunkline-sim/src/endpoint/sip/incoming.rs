//! Calls that come in by SIP: from the switch itself, or from outside (`sofia_handle_sip_i_invite` in `sofia.c`).

use trunkline_proto::{CallDirection, ChannelState, HangupCause};

use super::{Dialog, Signal, names};
use crate::channel::{ChannelId, Profile};
use crate::core::{Core, Task};
use crate::endpoint::{Endpoint, created};

impl Core {
    /// Whether mod_sofia lets a call come in at all, or refuses it with 503 (`sofia_handle_sip_i_invite`).
    fn takes_calls(&self) -> bool {
        let up = u64::try_from(self.channels.len()).unwrap_or(u64::MAX);
        !self.stores.settings.paused_inbound && up < self.config.max_sessions
    }

    /// A call the switch makes to itself comes in.
    pub(super) fn call_comes_in(&mut self, caller: ChannelId) {
        let Some(channel) = self.channels.get(caller).filter(|channel| !channel.hung_up()) else { return };
        let Some(from) = channel.profile.as_deref().cloned() else { return };
        if !self.takes_calls() {
            let signal = Signal::HungUp(HangupCause::NormalTemporaryFailure.into());
            return self.after(self.config.sip.latency, Task::Signal { to: caller, signal });
        }
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
        self.sip_counts.change(sip_profile, |calls| calls.taken += 1);
        let ip = self.config.ipv4.clone();
        let number = String::from_utf8_lossy(&from.caller_number).into_owned();
        let name = format!("sofia/{sip_profile}/{number}@{ip}");
        let dialog = self.dialog_of_caller(from, peer);
        let extra = peer.map(|peer| self.extra_headers(peer)).unwrap_or_default();
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
        let now = self.now;
        if let Some(channel) = self.channels.get_mut(id) {
            dialog.describe_caller(&mut channel.variables, now, sip_profile, &name);
            for (name, value) in extra {
                channel.variables.set(name, value);
            }
        }
        self.enter(id, ChannelState::New);
        if let Some(channel) = self.channels.get_mut(id) {
            channel.initial = Some(Box::new((&profile).into()));
            channel.profile = Some(profile.into());
            dialog.take_offer(&mut channel.variables);
            channel.dialog = Some(dialog.into());
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

    /// The dialog of a call that comes in: the caller's, if that is a channel here.
    fn dialog_of_caller(&mut self, from: &Profile, peer: Option<ChannelId>) -> Dialog {
        let known = peer.and_then(|peer| self.channels.get(peer)?.dialog.as_deref());
        if let Some(dialog) = known {
            return dialog.at_the_other_end();
        }
        let (name, number) = names(from);
        let called = String::from_utf8_lossy(&from.destination).into_owned();
        self.new_dialog((&name, &number), &called)
    }

    /// The headers a call is given besides, which are variables at its other end.
    fn extra_headers(&self, caller: ChannelId) -> Vec<(Vec<u8>, Vec<u8>)> {
        let Some(channel) = self.channels.get(caller) else { return Vec::new() };
        let extra = channel.variables.iter().filter(|(name, _)| {
            [&b"sip_h_X-"[..], b"sip_h_P-"].iter().any(|beginning| name.starts_with(beginning))
        });
        extra.map(|(name, value)| (name.to_vec(), value.to_vec())).collect()
    }

    /// A call from outside comes in, from somebody nobody wrote down; its uuid, unless it is refused.
    pub(crate) fn incoming_call(&mut self, name: &str, number: &str, destination: &str) -> Option<String> {
        if !self.takes_calls() || !self.admits(&CallDirection::Inbound) {
            return None;
        }
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
        Some(uuid)
    }
}
