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
#[derive(Debug, Clone)]
pub(crate) struct Broadcast {
    pub(crate) app: String,
    pub(crate) data: Vec<u8>,
    /// Over and over, until it is stopped.
    pub(crate) loops: bool,
    /// Frames of sound that go by before it begins.
    pub(crate) lead: u32,
    /// Whether the other end of the bridge is to be held meanwhile. No music is played to it here.
    pub(crate) holds: bool,
}

/// Frames that go by before something is played.
const LEAD_FRAMES: u32 = 5;

impl Broadcast {
    /// `path`, or `app::data`.
    pub(crate) fn parse(text: &[u8]) -> Self {
        let (app, data) = match text.windows(2).position(|pair| pair == b"::") {
            Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 2..).unwrap_or_default()),
            None => (b"playback".as_slice(), text),
        };
        Self {
            app: String::from_utf8_lossy(app).into_owned(),
            data: data.to_vec(),
            loops: false,
            lead: LEAD_FRAMES,
            holds: false,
        }
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
            headers.push(("hold-bleg", b"true".to_vec()));
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
