//! What the variables of a SIP channel tell of its sound (`src/switch_core_media.c`): offered and taken, but none is
//! ever sent.

use fastrand::Rng;

use super::dialog::Dialog;
use crate::channel::{Channel, Variables};

/// One end's session description: its port, and the numbers of its origin line.
#[derive(Debug, Clone)]
pub(super) struct Media {
    port: u16,
    session: u64,
    version: u64,
    source: u32,
}

/// What is spoken: offered by who calls, and taken by who is called.
const OFFERED: &str = "CORE_PCM_MODULE.PCMU@8000h@20i@64000b,CORE_PCM_MODULE.PCMA@8000h@20i@64000b,CORE_PCM_MODULE.L16@8000h@20i";
const TAKEN: &str = "CORE_PCM_MODULE.PCMU@8000h@20i@64000b";
pub(super) const USED: &str = "PCMU,PCMA,L16";

impl Media {
    /// A port out of those FreeSWITCH uses, and a session numbered by the second.
    pub(super) fn new(rng: &mut Rng, second: u64) -> Self {
        let session = second - u64::from(rng.u16(1000..20_000));
        Self { port: rng.u16(8192..16_384) * 2, session, version: session + 1, source: rng.u32(..) }
    }

    /// It is described anew.
    pub(super) fn renew(&mut self) {
        self.version += 1;
    }

    /// The description; that of one's own says which way the sound goes.
    pub(super) fn description(&self, ip: &str, offer: bool, own: bool) -> String {
        let (formats, others) = if offer {
            ("0 8 102 101 13", "a=rtpmap:8 PCMA/8000\r\na=rtpmap:102 L16/8000\r\n")
        } else {
            ("0 101 13", "")
        };
        let way = if own { "a=sendrecv\r\n" } else { "" };
        let Self { port, session, version, .. } = self;
        format!(
            "v=0\r\no=FreeSWITCH {session} {version} IN IP4 {ip}\r\ns=FreeSWITCH\r\nc=IN IP4 {ip}\r\nt=0 0\r\n\
             m=audio {port} RTP/AVP {formats}\r\na=rtpmap:0 PCMU/8000\r\n{others}\
             a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=rtpmap:13 CN/8000\r\na=ptime:20\r\n{way}"
        )
    }
}

fn set_all(variables: &mut Variables, pairs: &[(&str, &str)]) {
    for (name, value) in pairs {
        variables.set(name, value);
    }
}

impl Dialog {
    /// A call goes out: what is offered.
    pub(super) fn offer(&self, variables: &mut Variables) {
        let (ip, port) = (self.ip.as_str(), self.local.port.to_string());
        let description = self.local.description(ip, true, true);
        set_all(
            variables,
            &[
                ("rtp_use_codec_string", USED),
                ("local_media_ip", ip),
                ("local_media_port", &port),
                ("advertised_media_ip", ip),
                ("audio_media_flow", "sendrecv"),
                ("rtp_local_sdp_str", &description),
            ],
        );
    }

    /// A call comes in: what it offers.
    pub(super) fn take_offer(&self, variables: &mut Variables) {
        variables.set("switch_r_sdp", self.remote.description(&self.ip, true, false));
        variables.set("ep_codec_string", OFFERED);
        self.set_remote(variables);
        let port = self.remote.port.to_string();
        set_all(
            variables,
            &[("audio_media_flow", "sendrecv"), ("remote_media_ip", &self.ip), ("remote_media_port", &port)],
        );
        set_used(variables);
    }

    fn set_remote(&self, variables: &mut Variables) {
        let flows = [
            ("rtp_use_codec_string", USED),
            ("remote_video_media_flow", "inactive"),
            ("remote_text_media_flow", "inactive"),
            ("remote_audio_media_flow", "sendrecv"),
        ];
        set_all(variables, &flows);
    }

    /// What the answer to an offer says.
    pub(super) fn describe_answer(&self, variables: &mut Variables) {
        variables.set("switch_r_sdp", self.remote.description(&self.ip, false, false));
        variables.set("ep_codec_string", TAKEN);
    }

    /// An answer is taken up; early ones say again which way the sound goes.
    pub(super) fn take_answer(&self, variables: &mut Variables, early: bool) {
        variables.set("ep_codec_string", TAKEN);
        self.set_remote(variables);
        if early {
            variables.set("audio_media_flow", "sendrecv");
        }
        set_used(variables);
    }

    /// A call that came in is to be heard: this end describes itself.
    pub(super) fn describe_own(&self, variables: &mut Variables) {
        variables.set("rtp_local_sdp_str", self.local.description(&self.ip, false, true));
    }

    /// Sound may go to and fro.
    pub(super) fn open(&self, variables: &mut Variables) {
        let (ip, local, remote) = (&self.ip, self.local.port.to_string(), self.remote.port.to_string());
        let source = self.local.source.to_string();
        set_all(
            variables,
            &[
                ("local_media_ip", ip),
                ("local_media_port", &local),
                ("advertised_media_ip", ip),
                ("rtp_use_timer_name", "soft"),
                ("rtp_use_pt", "0"),
                ("rtp_use_ssrc", &source),
                ("rtp_2833_send_payload", "101"),
                ("rtp_2833_recv_payload", "101"),
                ("remote_media_ip", ip),
                ("remote_media_port", &remote),
            ],
        );
    }
}

fn set_used(variables: &mut Variables) {
    let used = [
        ("rtp_audio_recv_pt", "0"),
        ("rtp_use_codec_name", "PCMU"),
        ("rtp_use_codec_rate", "8000"),
        ("rtp_use_codec_ptime", "20"),
        ("rtp_use_codec_channels", "1"),
        ("rtp_last_audio_codec_string", "PCMU@8000h@20i@1c"),
    ];
    set_all(variables, &used);
}

/// What was sent and received in the end (`switch_core_media_set_stats`): of a line nothing was lost on, and nothing
/// went over.
pub(super) fn set_statistics(channel: &mut Channel) {
    const ZERO: &str = "0";
    const NONE: &str = "0.00";
    let statistics = [
        ("in_raw_bytes", ZERO),
        ("in_media_bytes", ZERO),
        ("in_packet_count", ZERO),
        ("in_media_packet_count", ZERO),
        ("in_skip_packet_count", ZERO),
        ("in_jitter_packet_count", ZERO),
        ("in_dtmf_packet_count", ZERO),
        ("in_cng_packet_count", ZERO),
        ("in_flush_packet_count", ZERO),
        ("in_largest_jb_size", ZERO),
        ("in_jitter_min_variance", NONE),
        ("in_jitter_max_variance", NONE),
        ("in_jitter_loss_rate", NONE),
        ("in_jitter_burst_rate", NONE),
        ("in_mean_interval", NONE),
        ("in_flaw_total", ZERO),
        ("in_quality_percentage", "100.00"),
        ("in_mos", "4.50"),
        ("out_raw_bytes", ZERO),
        ("out_media_bytes", ZERO),
        ("out_packet_count", ZERO),
        ("out_media_packet_count", ZERO),
        ("out_skip_packet_count", ZERO),
        ("out_dtmf_packet_count", ZERO),
        ("out_cng_packet_count", ZERO),
        ("rtcp_packet_count", ZERO),
        ("rtcp_octet_count", ZERO),
    ];
    for (name, value) in statistics {
        channel.variables.set(format!("rtp_audio_{name}"), value);
    }
}
