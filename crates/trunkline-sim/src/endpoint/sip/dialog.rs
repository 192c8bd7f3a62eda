//! What the variables of a SIP channel tell of its dialog: the headers of what was sent and received (`sofia.c`,
//! `sofia_glue.c`). Whoever is scripted at the other end presents itself as another FreeSWITCH at the same address.

use fastrand::Rng;

use super::media::Media;
use super::status;
use crate::cause::Cause;
use crate::channel::Variables;
use crate::time::Time;

const ALLOWED: &str = "INVITE, ACK, BYE, CANCEL, OPTIONS, MESSAGE, INFO, UPDATE, REGISTER, REFER, NOTIFY";

/// What both ends of a call know of it.
#[derive(Debug, Clone)]
pub(crate) struct Dialog {
    pub(super) ip: String,
    /// Where both are reached there.
    port: String,
    pub(super) local: Media,
    pub(super) remote: Media,
    /// How the calling and the called one are called in From and To.
    caller_name: String,
    caller: String,
    called: String,
    call_id: String,
    from_tag: String,
    to_tag: String,
    branch: String,
    sequence: u32,
    agent: String,
    /// Whether an outgoing call was answered by any reply, and an incoming one by one that makes a dialog.
    pub(super) replied: bool,
    /// Whether sound goes to and fro.
    pub(super) is_open: bool,
    /// Whether the other end has ended it.
    pub(super) is_over: bool,
}

impl Dialog {
    /// A call to `called` begins.
    pub(super) fn new(
        rng: &mut Rng,
        now: Time,
        (ip, port): (&str, u16),
        agent: &str,
        call_id: String,
    ) -> Self {
        let second = now.as_secs();
        Self {
            ip: ip.to_owned(),
            port: port.to_string(),
            local: Media::new(rng, second),
            remote: Media::new(rng, second),
            caller_name: String::new(),
            caller: String::new(),
            called: String::new(),
            call_id,
            from_tag: token(rng),
            to_tag: token(rng),
            branch: token(rng),
            sequence: 123_000_000 + u32::try_from(second % 1_000_000).unwrap_or_default(),
            agent: agent.to_owned(),
            replied: false,
            is_open: false,
            is_over: false,
        }
    }

    /// Who calls whom.
    pub(super) fn between(mut self, (name, number): (&str, &str), called: &str) -> Self {
        number.clone_into(&mut self.caller);
        called.clone_into(&mut self.called);
        // A number is not called by itself.
        let shown = if name == "Outbound Call" { "" } else { name };
        shown.clone_into(&mut self.caller_name);
        self
    }

    /// The same call, as it is at the other end.
    pub(super) fn at_the_other_end(&self) -> Self {
        let (local, remote) = (self.remote.clone(), self.local.clone());
        Self { local, remote, replied: false, is_open: false, ..self.clone() }
    }

    fn caller_address(&self) -> String {
        let Self { ip, caller, caller_name, .. } = self;
        let name = if caller_name.is_empty() { String::new() } else { format!("\"{caller_name}\" ") };
        format!("{name}<sip:{caller}@{ip}>")
    }

    fn tagged_from(&self) -> String {
        format!("{};tag={}", self.caller_address(), self.from_tag)
    }

    fn called_address(&self) -> String {
        format!("<sip:{}@{}:{}>", self.called, self.ip, self.port)
    }

    fn tagged_to(&self) -> String {
        format!("{};tag={}", self.called_address(), self.to_tag)
    }

    fn via(&self) -> String {
        format!("SIP/2.0/UDP {};rport={};branch=z9hG4bK{}", self.ip, self.port, self.branch)
    }

    /// An INVITE has come: what its headers say, up to the offer.
    pub(super) fn describe_caller(&self, variables: &mut Variables, now: Time, profile: &str, name: &str) {
        let Self { ip, port, caller, called, .. } = self;
        let stamp = now.as_micros().to_string();
        let own = format!("mod_sofia@{ip}:{port}");
        let uri = format!("{called}@{ip}:{port}");
        for (name, value) in [
            ("sip_from_user", caller.as_str()),
            ("sip_from_uri", &format!("{caller}@{ip}")),
            ("sip_from_host", ip),
            ("video_media_flow", "disabled"),
            ("text_media_flow", "disabled"),
            ("channel_name", name),
            ("sip_call_id", &self.call_id),
            ("sip_local_network_addr", ip),
            ("sip_network_ip", ip),
            ("sip_network_port", port),
            ("sip_invite_stamp", &stamp),
            ("sip_received_ip", ip),
            ("sip_received_port", port),
            ("sip_via_protocol", "udp"),
            ("sip_from_user_stripped", caller),
            ("sip_from_tag", &self.from_tag),
            ("sofia_profile_name", profile),
            ("sofia_profile_url", &format!("sip:{own}")),
            ("recovery_profile_name", profile),
            (
                "sip_Remote-Party-ID",
                &format!("{};party=calling;screen=yes;privacy=off", self.caller_address()),
            ),
            ("sip_cid_type", "rpid"),
            ("sip_full_via", &self.via()),
            ("sip_from_display", &self.caller_name),
            ("sip_full_from", &self.tagged_from()),
            ("sip_full_to", &self.called_address()),
            ("sip_allow", ALLOWED),
            ("sip_req_user", called),
            ("sip_req_port", port),
            ("sip_req_uri", &uri),
            ("sip_req_host", ip),
            ("sip_to_user", called),
            ("sip_to_port", port),
            ("sip_to_uri", &uri),
            ("sip_to_host", ip),
            ("sip_contact_user", "mod_sofia"),
            ("sip_contact_port", port),
            ("sip_contact_uri", &own),
            ("sip_contact_host", ip),
            ("sip_user_agent", &self.agent),
            ("sip_via_host", ip),
            ("sip_via_rport", port),
            ("max_forwards", "70"),
        ] {
            variables.set(name, value);
        }
    }

    /// A reply that makes a dialog has come: 180, 183 or 200. Only the first one's headers are looked at.
    pub(super) fn take_reply(&mut self, variables: &mut Variables, describes: bool) {
        if std::mem::replace(&mut self.replied, true) {
            if describes {
                self.describe_answer(variables);
            }
            return;
        }
        self.note_sender(variables);
        if describes {
            variables.set("ep_codec_string", "CORE_PCM_MODULE.PCMU@8000h@20i@64000b");
        }
        let dialog = &*self;
        let Self { ip, port, caller, called, .. } = dialog;
        let own = format!("{called}@{ip}:{port}");
        for (name, value) in [
            ("sip_user_agent", dialog.agent.as_str()),
            ("sip_allow", ALLOWED),
            ("sip_recover_contact", &format!("<sip:{own};transport=udp>")),
            ("sip_full_via", &dialog.via()),
            ("sip_recover_via", &dialog.via()),
            ("sip_from_display", &dialog.caller_name),
            ("sip_full_from", &dialog.tagged_from()),
            ("sip_full_to", &dialog.tagged_to()),
            ("sip_from_user", caller),
            ("sip_from_uri", &format!("{caller}@{ip}")),
            ("sip_from_host", ip),
            ("sip_to_user", called),
            ("sip_to_port", port),
            ("sip_to_uri", &own),
            ("sip_to_host", ip),
            ("sip_contact_params", "transport=udp"),
            ("sip_contact_user", called),
            ("sip_contact_port", port),
            ("sip_contact_uri", &own),
            ("sip_contact_host", ip),
            ("sip_to_tag", &dialog.to_tag),
            ("sip_from_tag", &dialog.from_tag),
            ("sip_cseq", &dialog.sequence.to_string()),
            ("sip_call_id", &dialog.call_id),
        ] {
            variables.set(name, value);
        }
        if describes {
            variables.set("switch_r_sdp", dialog.remote.description(ip, false, false));
        }
    }

    /// Where a reply came from.
    fn note_sender(&self, variables: &mut Variables) {
        let Self { ip, port, .. } = self;
        for (name, value) in [
            ("sip_local_network_addr", ip.as_str()),
            ("sip_reply_host", ip),
            ("sip_reply_port", port),
            ("sip_network_ip", ip),
            ("sip_network_port", port),
        ] {
            variables.set(name, value);
        }
    }

    /// A reply that makes a dialog is sent: it has a tag from then on.
    pub(super) fn note_tag(&mut self, variables: &mut Variables) {
        if !std::mem::replace(&mut self.replied, true) {
            variables.set("sip_to_tag", &self.to_tag);
        }
    }

    /// The ACK has come.
    pub(super) fn take_ack(&mut self, rng: &mut Rng, variables: &mut Variables) {
        self.branch = token(rng);
        for (name, value) in [
            ("sip_to_tag", self.to_tag.as_str()),
            ("sip_from_tag", &self.from_tag),
            ("sip_cseq", &self.sequence.to_string()),
            ("sip_call_id", &self.call_id),
            ("sip_full_via", &self.via()),
            ("sip_from_display", &self.caller_name),
            ("sip_full_from", &self.tagged_from()),
            ("sip_full_to", &self.tagged_to()),
        ] {
            variables.set(name, value);
        }
    }

    /// A BYE, a CANCEL or a refusal has come; what the channel is hung up with.
    pub(super) fn take_end(&mut self, variables: &mut Variables, how: Ending, cause: Cause) -> Cause {
        self.is_over = true;
        let (status, heard) = match how {
            Ending::Bye => (200, status::heard(cause, 200)),
            Ending::Cancel => (487, status::cause(487)),
            Ending::Refusal => (status::of(cause), status::heard(cause, status::of(cause))),
        };
        if how == Ending::Refusal {
            if variables.get("sip_call_id").is_none() {
                variables.set("sip_call_id", &self.call_id);
            }
            self.note_sender(variables);
        }
        if how != Ending::Bye {
            let cancelled = how == Ending::Cancel;
            let phrase = if cancelled { "CANCEL" } else { status::phrase(status) };
            variables.set("sip_hangup_disposition", if cancelled { "recv_cancel" } else { "recv_refuse" });
            variables.set("sip_invite_failure_status", status.to_string());
            variables.set("sip_invite_failure_phrase", phrase);
        }
        variables.set("sip_reason", status::reason(cause));
        variables.set("sip_term_status", status.to_string());
        variables.set("proto_specific_hangup_cause", format!("sip:{status}"));
        variables.set("sip_term_cause", heard.number().to_string());
        heard
    }

    /// What is noted of a BYE once the channel is hung up.
    pub(super) fn note_bye(&self, variables: &mut Variables) {
        variables.set("sip_user_agent", &self.agent);
        variables.set("sip_hangup_disposition", "recv_bye");
    }
}

/// How the other end ends a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Bye,
    Cancel,
    Refusal,
}

/// A tag or branch: thirteen letters and digits.
fn token(rng: &mut Rng) -> String {
    std::iter::repeat_with(|| rng.alphanumeric()).take(13).collect()
}
