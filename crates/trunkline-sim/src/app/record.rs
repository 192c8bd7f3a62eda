//! Recording (`switch_ivr_record_file` in `src/switch_ivr_play_say.c`, `switch_ivr_record_session` in
//! `src/switch_ivr_async.c`). No file is written; only its time passes.

use std::time::Duration;

use trunkline_proto::HangupCause;

use super::{Activity, Application, Progress};
use crate::channel::{Channel, ChannelId};
use crate::core::{Core, Task};
use crate::event::origin;
use crate::time::Time;

pub(super) const APPLICATIONS: &[(&str, Application)] =
    &[("record", record), ("record_session", record_session), ("stop_record_session", stop_record_session)];

/// Something that is recorded.
#[derive(Debug, Clone)]
pub(crate) struct Recording {
    path: Vec<u8>,
    since: Time,
}

/// `path [<seconds at most> …]`
fn record(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = crate::text::split_spaces(data, 5);
    let Some(path) = words.first() else { return Progress::Done };
    if core.config.is_missing(path) {
        core.hangup(id, HangupCause::DestinationOutOfOrder, &origin::RECORD_FAILED);
        return Progress::Done;
    }
    let most = words.get(1).and_then(|word| std::str::from_utf8(word).ok()?.parse().ok());
    if let Some(channel) = core.channels.get_mut(id) {
        channel.variables.set("silence_hits_exhausted", "false");
    }
    // It reads what it writes down.
    core.set_read_codec(id);
    core.fire_record(id, &origin::RECORD_START, path, &[]);
    if let Some(seconds) = most.filter(|seconds| *seconds > 0) {
        let serial = core.current_serial(id);
        core.after(Duration::from_secs(seconds), Task::ApplicationOver { channel: id, serial });
    }
    Progress::Waits(Activity::Record(Recording { path: path.clone(), since: core.now }))
}

fn record_session(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    core.start_recording(id, data);
    Progress::Done
}

fn stop_record_session(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    core.stop_recording(id, data);
    Progress::Done
}

impl Core {
    /// Records a call from now on, beside what it does.
    pub(crate) fn start_recording(&mut self, id: ChannelId, path: &[u8]) {
        let recording = Recording { path: path.to_vec(), since: self.now };
        let Some(channel) = self.channels.get_mut(id) else { return };
        channel.recordings.push(recording);
        self.fire_record(id, &origin::SESSION_RECORD_START, path, &[]);
        self.fire_bug(id, &origin::MEDIA_BUG_START, path);
    }

    /// Stops a recording, or with `all` every one; false if there is none.
    pub(crate) fn stop_recording(&mut self, id: ChannelId, path: &[u8]) -> bool {
        self.stop_recording_for(id, path, "success-maxtime")
    }

    fn stop_recording_for(&mut self, id: ChannelId, path: &[u8], cause: &str) -> bool {
        let all = path == b"all";
        let Some(channel) = self.channels.get_mut(id) else { return false };
        let (stopped, kept): (Vec<_>, Vec<_>) =
            channel.recordings.drain(..).partition(|recording| all || recording.path == path);
        channel.recordings = kept;
        for recording in &stopped {
            self.recording_ends(id, recording, cause);
        }
        !stopped.is_empty()
    }

    fn recording_ends(&mut self, id: ChannelId, recording: &Recording, cause: &str) {
        let milliseconds = self.milliseconds_since(recording.since);
        let Some(channel) = self.channels.get_mut(id) else { return };
        note_length(channel, milliseconds, &["record_file_size"]);
        let variables = &mut channel.variables;
        variables.set_number("record_samples", milliseconds * SAMPLES);
        variables.set_number("record_seconds", milliseconds / 1000);
        variables.set_number("record_ms", milliseconds);
        variables.set("record_completion_cause", cause);
        let cause = [("Record-Completion-Cause", cause.as_bytes())];
        self.fire_record(id, &origin::SESSION_RECORD_STOP, &recording.path, &cause);
        self.fire_bug(id, &origin::MEDIA_BUG_STOP, &recording.path);
    }

    /// The application `record` is over.
    pub(super) fn record_over(&mut self, id: ChannelId, recording: &Recording) {
        let milliseconds = self.milliseconds_since(recording.since);
        let Some(channel) = self.channels.get_mut(id) else { return };
        note_length(channel, milliseconds, &["record_record_file_size", "record_file_size"]);
        let variables = &mut channel.variables;
        variables.set_number("record_seconds", milliseconds / 1000);
        variables.set_number("record_ms", milliseconds);
        variables.set_number("record_samples", milliseconds * SAMPLES);
        self.fire_record(id, &origin::RECORD_STOP, &recording.path, &[]);
        self.set_read_codec(id);
    }

    fn milliseconds_since(&self, since: Time) -> u64 {
        u64::try_from(self.now.since(since).as_millis()).unwrap_or_default()
    }

    fn fire_record(
        &mut self,
        id: ChannelId,
        kind: &crate::event::ChannelEvent,
        path: &[u8],
        after: &[(&str, &[u8])],
    ) {
        let headers: Vec<_> = [("Record-File-Path", path)].into_iter().chain(after.iter().copied()).collect();
        self.fire_channel_with(id, kind, &[], &headers);
    }

    fn fire_bug(&mut self, id: ChannelId, kind: &crate::event::ChannelEvent, target: &[u8]) {
        let headers: [(&str, &[u8]); 2] =
            [("Media-Bug-Function", b"session_record"), ("Media-Bug-Target", target)];
        self.fire_channel_with(id, kind, &headers, &[]);
    }

    /// What a call records ends with it.
    pub(crate) fn end_recordings(&mut self, id: ChannelId) {
        self.stop_recording_for(id, b"all", "success-silence");
    }
}

/// Samples a millisecond, of two bytes each.
const SAMPLES: u64 = 8;

/// How large a WAV file of so much sound is, under each of these names.
fn note_length(channel: &mut Channel, milliseconds: u64, names: &[&str]) {
    for name in names {
        channel.variables.set_number(name, 44 + milliseconds * SAMPLES * 2);
    }
}
