//! Applications that hear and play (`switch_ivr_play_say.c`). No sound is made; only its time passes.

use std::time::Duration;

use super::{Activity, Application, Ending, Progress, RESPONSE};
use crate::channel::ChannelId;
use crate::core::{Core, Task};
use crate::event::origin;
use crate::text::atoi;
use crate::time::Time;

pub(super) const APPLICATIONS: &[(&str, Application)] =
    &[("echo", echo), ("gentones", gentones), ("playback", playback)];

/// How long a file is taken to be, since there are no files.
const FILE_LENGTH: Duration = Duration::from_secs(1);

/// A file that is played.
#[derive(Debug)]
pub(crate) struct Playback {
    path: Vec<u8>,
    kind: Option<&'static str>,
    since: Time,
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
        let path = String::from_utf8_lossy(&self.path);
        if path.starts_with("silence_stream://") {
            return None;
        }
        let tone = path.split_once("%(").map(|(_, tone)| tone_parts(tone));
        let (on, off) = tone.unwrap_or((u64::from(u32::MAX), 0));
        let [on, off] = [on, off].map(Duration::from_millis);
        Some(Sounds { since: self.since, on, off })
    }

    fn headers(&self) -> Vec<(&'static str, Vec<u8>)> {
        let kind = self.kind.map(|kind| ("Playback-File-Type", kind.into()));
        kind.into_iter().chain([("Playback-File-Path", self.path.clone())]).collect()
    }
}

fn echo(_: &mut Core, _: ChannelId, _: &[u8]) -> Progress {
    Progress::Waits(Activity::Media)
}

fn playback(core: &mut Core, id: ChannelId, path: &[u8]) -> Progress {
    if path.is_empty() {
        if let Some(channel) = core.channels.get_mut(id) {
            channel.variables.set(RESPONSE, "PLAYBACK ERROR");
        }
        return Progress::Done;
    }
    if core.config.is_missing(path) {
        if let Some(channel) = core.channels.get_mut(id) {
            channel.variables.set(RESPONSE, "FILE NOT FOUND");
        }
        return Progress::Done;
    }
    let playback = core.start_playback(id, path);
    core.line_changes(id);
    if let Some(length) = length(path) {
        let serial = core.current_serial(id);
        core.after(length, Task::ApplicationOver { channel: id, serial });
    }
    Progress::Waits(Activity::Playback(playback))
}

/// `<tones>[|<times>]`: no file, so that nothing is told of it.
fn gentones(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let text = String::from_utf8_lossy(data).into_owned();
    let (tones, times) = text.split_once('|').unwrap_or((&text, "0"));
    if let Some(channel) = core.channels.get_mut(id) {
        channel.variables.remove(b"playback_terminator_used");
    }
    let times = atoi(times.as_bytes());
    if let Ok(times) = u64::try_from(times) {
        let serial = core.current_serial(id);
        let length = Duration::from_millis(tones_length(tones).saturating_mul(times.max(1)));
        core.after(length, Task::ApplicationOver { channel: id, serial });
    }
    Progress::Waits(Activity::Tones)
}

/// How a path begins that a player has a name of its own for.
fn kind(path: &[u8]) -> Option<&'static str> {
    ["tone_stream", "local_stream"]
        .into_iter()
        .find(|kind| path.strip_prefix(kind.as_bytes()).is_some_and(|rest| rest.starts_with(b"://")))
}

impl Core {
    /// Begins to play something.
    pub(super) fn start_playback(&mut self, id: ChannelId, path: &[u8]) -> Playback {
        let playback = Playback { path: path.to_vec(), kind: kind(path), since: self.now };
        let headers = playback.headers();
        self.fire_channel_with(id, &origin::PLAYBACK_START, &[], &super::borrowed(&headers));
        playback
    }

    /// How what a channel plays sounds at its far end.
    pub(crate) fn sounds_of(&self, id: ChannelId) -> Option<Sounds> {
        match &self.channels.get(id)?.running_apps.last()?.activity {
            Activity::Playback(playback) => playback.sounds(),
            _ => None,
        }
    }

    /// What the application says of how it played.
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
        let mut headers = playback.headers();
        let status = if ending == Ending::Broken { "break" } else { "done" };
        headers.push(("Playback-Status", status.into()));
        self.fire_channel_with(id, &origin::PLAYBACK_STOP, &[], &super::borrowed(&headers));
    }
}

/// How long something plays; `None` is for ever.
pub(super) fn length(path: &[u8]) -> Option<Duration> {
    let path = String::from_utf8_lossy(path);
    if let Some(milliseconds) = path.strip_prefix("silence_stream://") {
        let end = milliseconds.find(',').unwrap_or(milliseconds.len());
        let milliseconds: i64 = milliseconds.get(..end)?.trim().parse().unwrap_or(0);
        return u64::try_from(milliseconds).ok().map(Duration::from_millis);
    }
    if path.starts_with("local_stream://") {
        return None;
    }
    let Some(tones) = path.strip_prefix("tone_stream://") else {
        return Some(FILE_LENGTH);
    };
    let (tones, loops) = tones.split_once(";loops=").unwrap_or((tones, "1"));
    let loops: i64 = loops.trim().parse().unwrap_or(1);
    Some(Duration::from_millis(tones_length(tones).saturating_mul(u64::try_from(loops).ok()?)))
}

fn tones_length(tones: &str) -> u64 {
    tones.split("%(").skip(1).map(tone_length).sum()
}

/// `on,off,frequency…)`: milliseconds.
fn tone_length(tone: &str) -> u64 {
    let (on, off) = tone_parts(tone);
    on + off
}

fn tone_parts(tone: &str) -> (u64, u64) {
    let number = |part: Option<&str>| part.and_then(|part| part.trim().parse().ok()).unwrap_or(0);
    let mut parts = tone.split([',', ')']);
    (number(parts.next()), number(parts.next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths() {
        for (path, milliseconds) in [
            ("tone_stream://%(300,100,440)", Some(400)),
            ("tone_stream://%(300,100,440);loops=2", Some(800)),
            ("tone_stream://%(2000,4000,440,480);loops=-1", None),
            ("local_stream://moh", None),
            ("silence_stream://250", Some(250)),
            ("silence_stream://-1", None),
            ("/tmp/x.wav", Some(1000)),
        ] {
            assert_eq!(length(path.as_bytes()), milliseconds.map(Duration::from_millis), "{path}");
        }
    }
}
