//! Recording (`switch_ivr_record_file` in `src/switch_ivr_play_say.c`, `switch_ivr_record_session_event` in
//! `src/switch_ivr_async.c`). What is written is silence, as long as the recording.

use std::time::Duration;

use trunkline_proto::HangupCause;

use super::call::pre_answer;
use super::{Activity, Application, Progress};
use crate::channel::{Channel, ChannelId};
use crate::core::{Core, Request, Task};
use crate::event::{ChannelEvent, origin};
use crate::originate::{Variables, blocks};
use crate::text::{atoi, split_spaces};
use crate::time::Time;

pub(super) const APPLICATIONS: &[(&str, Application)] = &[
    ("record", record),
    ("record_session", record_session),
    ("stop_record_session", |core, id, path| {
        core.stop_recording(id, path);
        Progress::Done
    }),
    ("record_session_mask", |core, id, path| found(core.mask_recording(id, path, true))),
    ("record_session_unmask", |core, id, path| found(core.mask_recording(id, path, false))),
    ("record_session_pause", |core, id, path| found(core.pause_recording(id, path, true))),
    ("record_session_resume", |core, id, path| found(core.pause_recording(id, path, false))),
];

/// Something that is recorded.
#[derive(Debug, Clone)]
pub(crate) struct Recording {
    path: Vec<u8>,
    /// Tells the timer of its limit from those of others.
    number: u64,
    since: Time,
    /// How long of that it was paused.
    left_out: Duration,
    paused: Option<Time>,
    masked: bool,
    stereo: bool,
    /// A shorter one is thrown away; seconds.
    least: u64,
    /// So much silence ends it, and there is nothing else to hear.
    silence: Option<Duration>,
    /// Those of its own.
    variables: Variables,
}

impl Recording {
    fn new(path: &[u8], now: Time) -> Self {
        Self {
            path: path.to_vec(),
            number: 0,
            since: now,
            left_out: Duration::ZERO,
            paused: None,
            masked: false,
            stereo: false,
            least: 0,
            silence: None,
            variables: Variables::new(),
        }
    }

    pub(crate) fn path(&self) -> &[u8] {
        &self.path
    }

    /// Milliseconds that are in it.
    fn length(&self, now: Time) -> u64 {
        let paused = self.paused.map(|since| now.since(since)).unwrap_or_default();
        let length = now.since(self.since).saturating_sub(self.left_out).saturating_sub(paused);
        u64::try_from(length.as_millis()).unwrap_or_default()
    }
}

fn found(_: bool) -> Progress {
    Progress::Done
}

/// How long it is to be silent without `<silence>`; seconds.
const SILENCE: u64 = 3;

/// `path [<seconds at most> [<threshold> [<silence>]]]`
fn record(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = split_spaces(data, 4);
    let Some(path) = words.first() else { return Progress::Done };
    let most = words.get(1).map(|word| atoi(word.strip_prefix(b"+").unwrap_or(word)));
    if let Some(channel) = core.channels.get_mut(id) {
        channel.variables.remove(b"playback_terminator_used");
    }
    if core.config.is_missing(path) {
        core.hangup(id, HangupCause::DestinationOutOfOrder, &origin::RECORD_FAILED);
        return Progress::Done;
    }
    if let Some(channel) = core.channels.get_mut(id) {
        channel.variables.set("silence_hits_exhausted", "false");
    }
    // It reads what it writes down.
    core.set_read_codec(id);
    core.fire_record(id, &origin::RECORD_START, path, &[]);
    let number = |at: usize| u64::try_from(atoi(words.get(at)?)).ok().filter(|number| *number > 0);
    let mut recording = Recording::new(path, core.now);
    recording.silence = number(2).map(|_| Duration::from_secs(number(3).unwrap_or(SILENCE)));
    let most = most.and_then(|most| u64::try_from(most).ok()).filter(|most| *most > 0);
    let serial = core.current_serial(id);
    for time in most.map(Duration::from_secs).into_iter().chain(recording.silence) {
        core.after(time, Task::ApplicationOver { channel: id, serial });
    }
    Progress::Waits(Activity::Record(Box::new(recording)))
}

/// `<path> [+<seconds at most>] [{<variables>}]`
fn record_session(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let mut words = data.splitn(3, |byte| *byte == b' ');
    let path = words.next().unwrap_or_default();
    let mut rest = words.next().unwrap_or_default();
    let mut limit = 0;
    if let Some(seconds) = rest.strip_prefix(b"+") {
        limit = atoi(seconds);
        rest = words.next().unwrap_or_default();
    }
    if !path.is_empty() {
        core.start_recording(id, path, limit, rest);
    }
    Progress::Done
}

impl Core {
    /// Records a call from now on, beside what it does, for so many seconds at most, 0 for ever; false if that cannot
    /// be. `{…}` are variables of the recording's own.
    pub(crate) fn start_recording(
        &mut self,
        id: ChannelId,
        path: &[u8],
        limit: i32,
        variables: &[u8],
    ) -> bool {
        if self.channels.get(id).is_some_and(|channel| !channel.has_media() && !channel.is_outbound()) {
            pre_answer(self, id, b"");
        }
        // Folders that are not there are made.
        if !self.channels.get(id).is_some_and(Channel::has_media) {
            return false;
        }
        let variables = blocks(variables, b'{', b'}', b',').map(|(own, _)| own).unwrap_or_default();
        let own = |name: &str| {
            let found = variables.iter().find(|(known, _)| known.eq_ignore_ascii_case(name.as_bytes()));
            found.map(|(_, value)| value.clone())
        };
        let value =
            |name: &str| own(name).or_else(|| self.channel_variable(id, name.as_bytes()).map(<[u8]>::to_vec));
        let is_true = |name: &str| value(name).is_some_and(|value| crate::text::is_true(&value));
        if self.is_recorded(id, path) {
            return if is_true("RECORD_TOGGLE_ON_REPEAT") { self.stop_recording(id, path) } else { true };
        }
        let stereo = is_true("RECORD_STEREO") || is_true("RECORD_STEREO_SWAP");
        let least = value("RECORD_MIN_SEC").map_or(0, |least| u64::try_from(atoi(&least)).unwrap_or(0));
        let number = self.current_serial(id) + 1;
        let recording = Recording { number, stereo, least, variables, ..Recording::new(path, self.now) };
        let own = recording_variables(&recording);
        let Some(channel) = self.channels.get_mut(id) else { return false };
        channel.applications = number;
        channel.recordings.push(recording);
        self.fire_record(id, &origin::SESSION_RECORD_START, path, &own);
        self.fire_bug(id, &origin::MEDIA_BUG_START, "session_record", path);
        self.limit_recording(id, number, limit);
        true
    }

    /// It ends when the clock's seconds have got so far.
    fn limit_recording(&mut self, id: ChannelId, number: u64, limit: i32) {
        if let Some(seconds) = u64::try_from(limit).ok().filter(|seconds| *seconds > 0) {
            let end = Time::from_micros((self.now.as_secs() + seconds) * 1_000_000);
            self.after(end.since(self.now), Task::RecordingOver { channel: id, number });
        }
    }

    fn is_recorded(&self, id: ChannelId, path: &[u8]) -> bool {
        self.channels.get(id).is_some_and(|channel| channel.recordings.iter().any(|one| one.path == path))
    }

    fn recording_mut(&mut self, id: ChannelId, path: &[u8]) -> Option<&mut Recording> {
        self.channels.get_mut(id)?.recordings.iter_mut().find(|recording| recording.path == path)
    }

    /// Writes silence from now on, or no longer; false if there is no such recording.
    pub(crate) fn mask_recording(&mut self, id: ChannelId, path: &[u8], on: bool) -> bool {
        self.recording_mut(id, path).map(|recording| recording.masked = on).is_some()
    }

    /// Writes nothing from now on, or goes on; false if there is no such recording.
    pub(crate) fn pause_recording(&mut self, id: ChannelId, path: &[u8], on: bool) -> bool {
        let now = self.now;
        let Some(recording) = self.recording_mut(id, path) else { return false };
        match (on, recording.paused) {
            (true, None) => recording.paused = Some(now),
            (false, Some(since)) => {
                recording.left_out += now.since(since);
                recording.paused = None;
            }
            _ => {}
        }
        true
    }

    /// Stops a recording, or with `all` every one; false if there is none.
    pub(crate) fn stop_recording(&mut self, id: ChannelId, path: &[u8]) -> bool {
        self.stop_recording_for(id, "success-maxtime", |recording| {
            path.eq_ignore_ascii_case(b"all") || recording.path == path
        })
    }

    /// The time of a recording has run out.
    pub(crate) fn recording_over(&mut self, id: ChannelId, number: u64) {
        self.stop_recording_for(id, "success-maxtime", |recording| recording.number == number);
    }

    fn stop_recording_for(&mut self, id: ChannelId, cause: &str, is_it: impl Fn(&Recording) -> bool) -> bool {
        let Some(channel) = self.channels.get_mut(id) else { return false };
        let (stopped, kept): (Vec<_>, Vec<_>) = channel.recordings.drain(..).partition(is_it);
        channel.recordings = kept;
        for recording in &stopped {
            self.recording_ends(id, recording, cause);
        }
        !stopped.is_empty()
    }

    fn recording_ends(&mut self, id: ChannelId, recording: &Recording, cause: &str) {
        let milliseconds = recording.length(self.now);
        let is_short = milliseconds < recording.least * 1000;
        let cause = if is_short { "input-too-short" } else { cause };
        let Some(channel) = self.channels.get_mut(id) else { return };
        let variables = &mut channel.variables;
        variables.set_number("record_file_size", file_size(milliseconds, recording.stereo));
        if is_short {
            variables.set("RECORD_DISCARDED", "true");
        } else {
            self.write_recording(recording, milliseconds);
        }
        let Some(channel) = self.channels.get_mut(id) else { return };
        let variables = &mut channel.variables;
        variables.set_number("record_samples", milliseconds * SAMPLES);
        if recording.silence.is_some_and(|silence| Duration::from_millis(milliseconds) >= silence) {
            variables.set("silence_hits_exhausted", "true");
        }
        variables.set_number("record_seconds", milliseconds / 1000);
        variables.set_number("record_ms", milliseconds);
        variables.set("record_completion_cause", cause);
        let mut after = recording_variables(recording);
        after.push(("Record-Completion-Cause".into(), cause.into()));
        self.fire_record(id, &origin::SESSION_RECORD_STOP, &recording.path, &after);
        self.fire_bug(id, &origin::MEDIA_BUG_STOP, "session_record", &recording.path);
    }

    /// The application `record` is over.
    pub(super) fn record_over(&mut self, id: ChannelId, recording: &Recording) {
        let milliseconds = recording.length(self.now);
        self.write_recording(recording, milliseconds);
        let Some(channel) = self.channels.get_mut(id) else { return };
        let variables = &mut channel.variables;
        for name in ["record_record_file_size", "record_file_size"] {
            variables.set_number(name, file_size(milliseconds, false));
        }
        variables.set_number("record_seconds", milliseconds / 1000);
        variables.set_number("record_ms", milliseconds);
        variables.set_number("record_samples", milliseconds * SAMPLES);
        if recording.silence.is_some_and(|silence| Duration::from_millis(milliseconds) >= silence) {
            variables.set("silence_hits_exhausted", "true");
        }
        self.fire_record(id, &origin::RECORD_STOP, &recording.path, &[]);
        self.set_read_codec(id);
    }

    /// Has the file of a recording written, if it is a WAV file with a place of its own.
    fn write_recording(&mut self, recording: &Recording, milliseconds: u64) {
        let Ok(path) = std::str::from_utf8(&recording.path) else { return };
        let is_wav = path.len() > 4 && path.to_ascii_lowercase().ends_with(".wav");
        if is_wav && path.starts_with('/') {
            let (path, length) = (path.to_owned(), Duration::from_millis(milliseconds));
            let channels = if recording.stereo { 2 } else { 1 };
            self.requests.push_back(Request::Record { path, length, channels });
        }
    }

    fn fire_record(&mut self, id: ChannelId, kind: &ChannelEvent, path: &[u8], after: &[(String, Vec<u8>)]) {
        let after = after.iter().map(|(name, value)| (name.as_str(), value.as_slice()));
        let headers: Vec<_> = [("Record-File-Path", path)].into_iter().chain(after).collect();
        self.fire_channel_with(id, kind, &[], &headers);
    }

    /// Something listens to a call, or changes what it hears, or no longer does.
    pub(super) fn fire_bug(&mut self, id: ChannelId, kind: &ChannelEvent, function: &str, target: &[u8]) {
        let headers: [(&str, &[u8]); 2] =
            [("Media-Bug-Function", function.as_bytes()), ("Media-Bug-Target", target)];
        self.fire_channel_with(id, kind, &headers, &[]);
    }

    /// What a call records ends with it.
    pub(crate) fn end_recordings(&mut self, id: ChannelId) {
        self.stop_recording_for(id, "success-silence", |_| true);
        self.end_bugs(id);
    }
}

fn recording_variables(recording: &Recording) -> Vec<(String, Vec<u8>)> {
    let variable = |(name, value): &(Vec<u8>, Vec<u8>)| {
        (format!("Recording-Variable-{}", String::from_utf8_lossy(name)), value.clone())
    };
    recording.variables.iter().map(variable).collect()
}

/// Samples a millisecond, of two bytes each.
const SAMPLES: u64 = 8;

/// How large a WAV file of so much sound is.
fn file_size(milliseconds: u64, stereo: bool) -> u64 {
    44 + milliseconds * SAMPLES * if stereo { 4 } else { 2 }
}
