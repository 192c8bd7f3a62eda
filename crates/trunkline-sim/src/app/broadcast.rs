//! Having a channel's thread run something beside what it does (`switch_ivr_broadcast` in `src/switch_ivr_async.c`),
//! and stopping what it plays.

use bytes::BytesMut;
use trunkline_proto::EventName;
use trunkline_proto::listener::PacketDecoder;

use super::message::Queued;
use super::{Activity, Running};
use crate::channel::{ChannelId, QUEUE_LENGTH};
use crate::core::{Core, Task};
use crate::event::origin;

/// What is to be run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Broadcast {
    pub(crate) app: String,
    pub(crate) data: Vec<u8>,
    /// Over and over, until it is stopped.
    pub(crate) loops: bool,
    /// Frames of sound that go by before it begins.
    pub(crate) lead: u32,
    /// The other leg hears music meanwhile.
    pub(crate) holds: bool,
    /// Why the call ends when it is over, if it does.
    pub(crate) cause: Option<Vec<u8>>,
}

/// The header of a message that has the other leg hear music meanwhile.
pub(super) const HOLDS: &str = "hold-bleg";

/// Frames that go by before something is played.
const LEAD_FRAMES: u32 = 5;

impl Broadcast {
    /// `path`, `app::data`, or `app!cause::data`, after which the call ends.
    pub(crate) fn parse(text: &[u8]) -> Self {
        let colon = text.iter().position(|byte| *byte == b':');
        let (app, data) = match colon.filter(|at| text.get(at + 1) == Some(&b':')) {
            Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 2..).unwrap_or_default()),
            None => (b"playback".as_slice(), text),
        };
        let mut parts = app.splitn(2, |byte| *byte == b'!');
        let app = String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
        let cause = parts.next().map(|cause| if cause.is_empty() { b"normal_clearing" } else { cause });
        Self {
            app,
            data: data.to_vec(),
            lead: LEAD_FRAMES,
            cause: cause.map(<[u8]>::to_vec),
            ..Self::default()
        }
    }

    /// What a call that is broadcast to is told in the end, if anything.
    fn last(&self) -> Option<Self> {
        let cause = self.cause.clone()?;
        Some(Self { app: "hangup".into(), data: cause, ..Self::default() })
    }

    fn headers(&self) -> Vec<(&'static str, Vec<u8>)> {
        let mut headers = vec![
            ("call-command", b"execute".to_vec()),
            ("execute-app-name", self.app.clone().into_bytes()),
            ("execute-app-arg", self.data.clone()),
            ("event-lock", b"true".to_vec()),
        ];
        if self.lead > 0 {
            headers.push(("lead-frames", self.lead.to_string().into_bytes()));
        }
        if self.loops {
            headers.push(("loops", b"-1".to_vec()));
        }
        if self.holds {
            headers.push((HOLDS, b"true".to_vec()));
        }
        headers.retain(|(_, value)| !value.is_empty());
        headers
    }
}

impl Core {
    /// Queues an application for a channel's thread.
    pub(crate) fn broadcast(&mut self, id: ChannelId, broadcast: &Broadcast) {
        let mut made = self.new_event(&EventName::Command, &origin::BROADCAST);
        let mut text = b"COMMAND\n".to_vec();
        for (name, value) in broadcast.headers() {
            made.push(name, &value);
            text.extend_from_slice(&[name.as_bytes(), b": ", &value, b"\n"].concat());
        }
        text.push(b'\n');
        let packet = PacketDecoder::default().decode(&mut BytesMut::from(text.as_slice()));
        let (Ok(Some(packet)), Some(channel)) = (packet, self.channels.get_mut(id)) else { return };
        if channel.messages.len() < QUEUE_LENGTH {
            channel.messages.push_back(Queued { packet, made: Some(made) });
            self.after(self.config.frame * (1 + broadcast.lead), Task::Frame(id));
        }
    }

    /// Has something run by a call, by the other end of its bridge, or by both; with [`Broadcast::holds`] that one hears
    /// music as long as the call itself is busy.
    pub(crate) fn broadcast_legs(&mut self, id: ChannelId, broadcast: &Broadcast, a: bool, b: bool) {
        let peer = self.partner(id);
        if let Some(peer) = peer.filter(|_| b) {
            self.broadcast(peer, &Broadcast { holds: false, ..broadcast.clone() });
        }
        if a {
            let music =
                peer.filter(|_| broadcast.holds).and_then(|peer| Some((peer, self.hold_music(id, peer)?)));
            if let Some((peer, music)) = &music {
                self.broadcast(*peer, &Broadcast { loops: true, ..Broadcast::parse(music) });
            }
            // It begins once the music has.
            let lead = broadcast.lead + if music.is_some() { 2 } else { 0 };
            self.broadcast(id, &Broadcast { holds: music.is_some(), lead, ..broadcast.clone() });
        }
        if let Some(last) = broadcast.last() {
            self.broadcast(id, &last);
        }
    }

    /// What somebody hears whose partner is busy: what that leg says, or else its own; silence is nothing.
    fn hold_music(&self, id: ChannelId, peer: ChannelId) -> Option<Vec<u8>> {
        let of = |id| self.channel_variable(id, b"hold_music");
        let music = of(peer).or_else(|| of(id))?.to_vec();
        let is_silence =
            music.eq_ignore_ascii_case(b"silence") || music.eq_ignore_ascii_case(b"indicate_hold");
        Some(music).filter(|_| !is_silence)
    }

    /// Has a channel's thread run an application as soon as it looks (`switch_core_session_execute_application_async`
    /// in `switch_core_session.c`).
    pub(crate) fn execute_later(&mut self, id: ChannelId, broadcast: &Broadcast) {
        self.broadcast(id, &Broadcast { lead: 0, ..broadcast.clone() });
        self.next_frame(id);
    }

    /// Stops what a message has a channel play (`switch_channel_stop_broadcast` in `src/switch_channel.c`).
    pub(crate) fn stop_broadcast(&mut self, id: ChannelId) {
        let innermost = self.channels.get(id).and_then(|channel| channel.running_apps.last());
        if innermost.is_some_and(|running| running.started.message.is_some()) {
            self.break_playback(id, false);
        }
    }

    /// Stops what a channel plays, with `all` what waits to be played, too.
    pub(crate) fn break_playback(&mut self, id: ChannelId, all: bool) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        if all {
            channel.messages.clear();
            channel.seen_messages = 0;
        }
        if self.break_prompt(id) {
            return;
        }
        let Some(channel) = self.channels.get_mut(id) else { return };
        if let Some(running) = channel.running_apps.last_mut().filter(|running| running.can_break()) {
            running.started.broken = true;
            running.over = true;
            self.wake(id);
        }
    }
}

impl Running {
    fn can_break(&self) -> bool {
        matches!(
            self.activity,
            Activity::Playback(_)
                | Activity::Playlist(_)
                | Activity::Record(_)
                | Activity::Tones
                | Activity::Sleep
                | Activity::Media
        )
    }
}
