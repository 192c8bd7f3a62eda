//! Applications that hear and play (`switch_ivr_play_say.c`). No sound is made; only its time passes.

use std::time::Duration;

use super::playlist::Playlist;
use super::sound::{bare, first_tone, is_nothing, length, parameters, script_length};
use super::{Activity, Application, Ending, Progress, RESPONSE};
use crate::channel::ChannelId;
use crate::core::{Core, Task};
use crate::event::{ChannelEvent, origin};
use crate::text::{atoi, split_spaces};
use crate::time::Time;

pub(super) const APPLICATIONS: &[(&str, Application)] = &[
    ("echo", echo),
    ("playback", playback),
    ("gentones", gentones),
    ("wait_for_silence", wait_for_silence),
    ("detect_silence", detect_silence),
    ("detect_audio", detect_audio),
];

/// A file that is played.
#[derive(Debug)]
pub(crate) struct Playback {
    path: Vec<u8>,
    kind: Option<&'static str>,
    since: Time,
    /// When it is cut off, and is then none that was played (`playback_timeout_sec`).
    limit: Option<Time>,
}

/// How what is played sounds: so long it does, and so long it does not, over and over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sounds {
    pub(crate) since: Time,
    pub(crate) on: Duration,
    pub(crate) off: Duration,
}

impl Playback {
    /// How it sounds; silence does not.
    fn sounds(&self) -> Option<Sounds> {
        let path = String::from_utf8_lossy(bare(&self.path));
        if path.starts_with("silence_stream://") {
            return None;
        }
        let (on, off) = first_tone(&self.path).unwrap_or((u64::from(u32::MAX), 0));
        let [on, off] = [on, off].map(Duration::from_millis);
        Some(Sounds { since: self.since, on, off })
    }

    /// The parameters of the file stand in them, too.
    fn headers(&self) -> Headers {
        let kind = self.kind.map(|kind| ("Playback-File-Type".into(), kind.into()));
        let path = ("Playback-File-Path".into(), self.path.clone());
        let parameters = parameters(&self.path).into_iter();
        let parameters = parameters.map(|(name, value)| (String::from_utf8_lossy(&name).into_owned(), value));
        kind.into_iter().chain([path]).chain(parameters).collect()
    }

    fn fire(&self, core: &mut Core, id: ChannelId, kind: &ChannelEvent, status: Option<&str>) {
        let mut headers = self.headers();
        let status = status.map(|status| ("Playback-Status".to_owned(), status.as_bytes().to_vec()));
        // It stands before the parameters of the file.
        let place = 1 + usize::from(self.kind.is_some());
        headers.splice(place..place, status);
        let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
        core.fire_channel_with(id, kind, &[], &headers);
    }
}

type Headers = Vec<(String, Vec<u8>)>;

fn echo(_: &mut Core, _: ChannelId, _: &[u8]) -> Progress {
    Progress::Waits(Activity::Media)
}

fn playback(core: &mut Core, id: ChannelId, path: &[u8]) -> Progress {
    let response = |core: &mut Core, response: &str| {
        if let Some(channel) = core.channels.get_mut(id) {
            channel.variables.set(RESPONSE, response);
        }
        Progress::Done
    };
    // There is no engine that speaks, and no phrase.
    if path.is_empty() || path.starts_with(b"phrase:") {
        return response(core, "PLAYBACK ERROR");
    }
    if path.starts_with(b"say:") {
        return response(core, "FILE PLAYED");
    }
    let delimiter = core.channel_variable(id, b"playback_delimiter").and_then(|delimiter| delimiter.first());
    if let Some(delimiter) = delimiter.copied().filter(|delimiter| path.contains(delimiter)) {
        let there = |file: &&[u8]| !core.config.is_missing(bare(file)) && !is_nothing(file);
        let files = path.split(|byte| *byte == delimiter).filter(there).map(<[u8]>::to_vec).collect();
        return core.play_list(id, Playlist::files(files));
    }
    if core.config.is_missing(bare(path)) || is_nothing(path) {
        return response(core, "FILE NOT FOUND");
    }
    let mut playback = core.start_playback(id, path);
    core.line_changes(id);
    let most = core.channel_variable(id, b"playback_timeout_sec").map_or(0, atoi);
    let most = u64::try_from(most).ok().filter(|most| *most > 1).map(Duration::from_secs);
    let serial = core.current_serial(id);
    for length in [length(path), most].into_iter().flatten() {
        core.after(length, Task::ApplicationOver { channel: id, serial });
    }
    let counts = core.channels.get(id).is_some_and(|c| c.variables.is_true("playback_timeout_as_success"));
    playback.limit = most.filter(|_| !counts).map(|most| core.now.after(most));
    Progress::Waits(Activity::Playback(playback))
}

/// `<tones>[|<loops>]`: tones of which no event tells.
fn gentones(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let text = String::from_utf8_lossy(data);
    let (script, loops) = text.split_once('|').unwrap_or((&text, "1"));
    let turns = u32::try_from(atoi(loops.as_bytes())).ok().map(|turns| turns.max(1));
    let length = script_length(script);
    if length.is_zero() {
        return Progress::Done;
    }
    if let Some(channel) = core.channels.get_mut(id) {
        channel.variables.remove(b"playback_terminator_used");
    }
    core.sound_for(id, turns.map(|turns| length * turns), Activity::Tones)
}

/// `<threshold> <hits> <hits while listening> <milliseconds at most> [<file>]`; the line is silent.
fn wait_for_silence(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = split_spaces(data, 5);
    let Some(most) = words.get(3).map(|most| u64::try_from(atoi(most)).unwrap_or(0)) else {
        return Progress::Done;
    };
    core.set_read_codec(id);
    core.sound_for(id, Some(most).filter(|most| *most > 0).map(Duration::from_millis), Activity::Media)
}

/// `<threshold> <hits> <milliseconds at most> [<file>]`; the line is silent, so that there are hits.
fn detect_silence(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = split_spaces(data, 4);
    let number = |place: usize| words.get(place).map(|word| u64::try_from(atoi(word)).unwrap_or(0));
    let (Some(hits), Some(most)) = (number(1), number(2)) else { return Progress::Done };
    let hits = core.config.frame * u32::try_from(hits).unwrap_or(u32::MAX);
    core.sound_for(id, Some(hits.min(Duration::from_millis(most))), Activity::Media)
}

/// The same for sound, of which there is none.
fn detect_audio(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = split_spaces(data, 4);
    let Some(most) = words.get(2).map(|most| u64::try_from(atoi(most)).unwrap_or(0)) else {
        return Progress::Done;
    };
    core.sound_for(id, Some(Duration::from_millis(most)), Activity::Media)
}

/// How a path begins that a player has a name of its own for.
fn kind(path: &[u8]) -> Option<&'static str> {
    ["tone_stream", "local_stream"]
        .into_iter()
        .find(|kind| path.strip_prefix(kind.as_bytes()).is_some_and(|rest| rest.starts_with(b"://")))
}

impl Core {
    /// Something sounds, or is listened to, for so long; for ever with `None`.
    fn sound_for(&mut self, id: ChannelId, length: Option<Duration>, what: Activity) -> Progress {
        if let Some(length) = length {
            let serial = self.current_serial(id);
            self.after(length, Task::ApplicationOver { channel: id, serial });
        }
        Progress::Waits(what)
    }

    /// Begins to play something.
    pub(super) fn start_playback(&mut self, id: ChannelId, path: &[u8]) -> Playback {
        let playback = Playback { path: path.to_vec(), kind: kind(path), since: self.now, limit: None };
        playback.fire(self, id, &origin::PLAYBACK_START, None);
        playback
    }

    /// How what a channel plays sounds at its far end.
    pub(crate) fn sounds_of(&self, id: ChannelId) -> Option<Sounds> {
        match &self.channels.get(id)?.running_apps.last()?.activity {
            Activity::Playback(playback) => playback.sounds(),
            _ => None,
        }
    }

    /// What the application `playback` says of how it played.
    pub(super) fn note_playback(&mut self, id: ChannelId, playback: &Playback, ending: Ending) {
        let is_cut = ending == Ending::Done && playback.limit.is_some_and(|limit| limit <= self.now);
        self.note_played(id, if is_cut { Ending::Left } else { ending });
    }

    /// What an application says of how it played.
    pub(super) fn note_played(&mut self, id: ChannelId, ending: Ending) {
        if let Some(channel) = self.channels.get_mut(id) {
            channel
                .variables
                .set(RESPONSE, if ending == Ending::Left { "PLAYBACK ERROR" } else { "FILE PLAYED" });
        }
    }

    pub(super) fn playback_over(&mut self, id: ChannelId, playback: &Playback, ending: Ending) {
        let milliseconds = self.now.since(playback.since).as_millis();
        let Some(channel) = self.channels.get_mut(id) else { return };
        let variables = &mut channel.variables;
        variables.set("playback_last_offset_pos", (milliseconds * 8).to_string());
        variables.set("playback_seconds", (milliseconds / 1000).to_string());
        variables.set("playback_ms", milliseconds.to_string());
        variables.set("playback_samples", (milliseconds * 8).to_string());
        let status = if ending == Ending::Broken { "break" } else { "done" };
        playback.fire(self, id, &origin::PLAYBACK_STOP, Some(status));
    }
}
