//! What listens to a call, or changes what it hears, beside what it does (`switch_core_media_bug_add` in
//! `src/switch_core_media_bug.c`): something played in its place (`switch_ivr_displace_session` in
//! `src/switch_ivr_async.c`), and what would hear digits, tones, or make the sound louder, and here only is there.

use std::time::Duration;

use super::sound::length;
use super::{Application, Progress, Running};
use crate::channel::{Channel, ChannelId};
use crate::core::{Core, Task};
use crate::event::origin;
use crate::text::{atoi, first_word, is_true, split_spaces};
use crate::time::Time;

pub(super) const APPLICATIONS: &[(&str, Application)] = &[
    ("displace_session", displace_session),
    ("stop_displace_session", |core, id, path| done(core.remove_bug(id, DISPLACE, Some(path)))),
    ("start_dtmf", |core, id, _| done(core.add_bug(id, "inband_dtmf", NONE).is_some())),
    ("stop_dtmf", |core, id, _| done(core.remove_bug(id, "inband_dtmf", None))),
    ("start_dtmf_generate", |core, id, _| done(core.add_bug(id, "inband_dtmf_generate", NONE).is_some())),
    ("stop_dtmf_generate", |core, id, _| done(core.remove_bug(id, "inband_dtmf_generate", None))),
    ("set_mute", |core, id, data| set_audio(core, id, data, true)),
    ("set_audio_level", |core, id, data| set_audio(core, id, data, false)),
    ("tone_detect", tone_detect),
    ("stop_tone_detect", |core, id, _| done(core.remove_bug(id, TONES, None))),
    ("fax_detect", |core, id, _| done(core.add_bug(id, TONES, b"fax").is_some())),
];

const DISPLACE: &str = "displace";
const TONES: &str = "tone_detect";
const AUDIO: &str = "audio";
/// The target of what has none.
const NONE: &[u8] = b"N/A";

/// Something that hangs on to a call.
#[derive(Debug)]
pub(crate) struct Bug {
    function: &'static str,
    target: Vec<u8>,
    /// Tells its timer from those of others.
    number: u64,
    /// Of one that changes how loud a call is: whether what is heard and what is said are muted, and how loud they are.
    levels: [i32; 4],
}

impl Bug {
    /// What it does, and with what.
    pub(crate) fn shown(&self) -> (&'static str, &[u8]) {
        (self.function, &self.target)
    }
}

fn done(_: bool) -> Progress {
    Progress::Done
}

/// `<key> <tones> [<flags> <timeout> <application> <data> <hits>]`
fn tone_detect(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = split_spaces(data, 7);
    if let [key, _, ..] = words.as_slice() {
        core.add_bug(id, TONES, key);
    }
    Progress::Done
}

/// `read|write <level>`
fn set_audio(core: &mut Core, id: ChannelId, data: &[u8], mute: bool) -> Progress {
    let (way, level) = first_word(data);
    let on = i32::from(mute && is_true(level));
    if matches!(way, b"read" | b"write") && !level.is_empty() {
        core.change_audio(id, mute, way == b"write", atoi(level).max(if mute { on } else { i32::MIN }));
    }
    Progress::Done
}

/// `<path> [<flags>] [+<seconds at most>]`
fn displace_session(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = split_spaces(data, 6);
    let Some((path, rest)) = words.split_first() else { return Progress::Done };
    let (limits, flags): (Vec<_>, Vec<_>) = rest.iter().partition(|word| word.contains(&b'+'));
    let limit = limits.last().map_or(0, |limit| atoi(limit));
    core.displace(id, path, limit, flags.last().map_or(b"", |flags| flags.as_slice()));
    Progress::Done
}

impl Core {
    /// Hangs something on to a call, unless such is there; its number.
    fn add_bug(&mut self, id: ChannelId, function: &'static str, target: &[u8]) -> Option<u64> {
        let channel = self.channels.get_mut(id)?;
        if channel.bugs.iter().any(|bug| bug.shown() == (function, target)) {
            return None;
        }
        channel.applications += 1;
        let number = channel.applications;
        channel.bugs.push(Bug { function, target: target.to_vec(), number, levels: [0; 4] });
        self.fire_bug(id, &origin::MEDIA_BUG_START, function, target);
        Some(number)
    }

    /// Takes it away again, that with a target or whatever it has; false if there is none.
    fn remove_bug(&mut self, id: ChannelId, function: &str, target: Option<&[u8]>) -> bool {
        self.remove_bugs(id, |bug| {
            bug.function == function && target.is_none_or(|target| bug.target == target)
        })
    }

    fn remove_bugs(&mut self, id: ChannelId, is_it: impl Fn(&Bug) -> bool) -> bool {
        let Some(channel) = self.channels.get_mut(id) else { return false };
        let (ended, kept): (Vec<_>, Vec<_>) = channel.bugs.drain(..).partition(is_it);
        channel.bugs = kept;
        for bug in &ended {
            self.fire_bug(id, &origin::MEDIA_BUG_STOP, bug.function, &bug.target);
        }
        !ended.is_empty()
    }

    /// All that hangs on to a call goes with it.
    pub(super) fn end_bugs(&mut self, id: ChannelId) {
        self.remove_bugs(id, |_| true);
    }

    /// Mutes what a call hears (`read`) or says, or changes how loud that is; what changes nothing any longer goes.
    pub(crate) fn change_audio(&mut self, id: ChannelId, mute: bool, write: bool, level: i32) {
        let is_audio = |bug: &&mut Bug| bug.function == AUDIO;
        if !self.channels.get(id).is_some_and(|channel| channel.bugs.iter().any(|bug| bug.function == AUDIO))
        {
            self.add_bug(id, AUDIO, if mute { b"mute" } else { b"level" });
        }
        let bugs = self.channels.get_mut(id).into_iter().flat_map(|channel| &mut channel.bugs);
        for bug in bugs.filter(is_audio) {
            let [read_mute, read_level, write_mute, write_level] = &mut bug.levels;
            let (muted, loud) = if write { (write_mute, write_level) } else { (read_mute, read_level) };
            if mute {
                (*muted, *loud) = (level, 0);
            } else if (-4..=4).contains(&level) {
                *loud = level;
            }
        }
        self.remove_bugs(id, |bug| bug.function == AUDIO && bug.levels == [0; 4]);
    }

    /// It is as loud as it was.
    pub(crate) fn restore_audio(&mut self, id: ChannelId) {
        self.remove_bug(id, AUDIO, None);
    }

    /// Plays something in place of a call's sound, for so many seconds at most, 0 for ever; false if that cannot be.
    /// Flag `l` plays it over and over.
    pub(crate) fn displace(&mut self, id: ChannelId, path: &[u8], limit: i32, flags: &[u8]) -> bool {
        if self.channels.get(id).is_some_and(|channel| !channel.has_media() && !channel.is_outbound()) {
            super::call::pre_answer(self, id, b"");
        }
        let there = !self.config.is_missing(path) && self.channels.get(id).is_some_and(Channel::has_media);
        let Some(number) = Some(id).filter(|_| there).and_then(|id| self.add_bug(id, DISPLACE, path)) else {
            return false;
        };
        let over = Task::BugOver { channel: id, number };
        if let Some(length) = length(path).filter(|_| !flags.contains(&b'l')) {
            self.after(length, over);
        }
        if let Some(seconds) = u64::try_from(limit).ok().filter(|seconds| *seconds > 0) {
            let end = Time::from_micros((self.now.as_secs() + seconds) * 1_000_000);
            self.after(end.since(self.now).max(Duration::from_millis(1)), over);
        }
        true
    }

    /// False if it is not played.
    pub(crate) fn stop_displacing(&mut self, id: ChannelId, path: &[u8]) -> bool {
        self.remove_bug(id, DISPLACE, Some(path))
    }

    /// What is played is over. To a call that hears nothing, it never is.
    pub(crate) fn bug_over(&mut self, id: ChannelId, number: u64) {
        let hears_nothing = |channel: &Channel| {
            channel.bridge.is_none() && channel.running_apps.last().is_some_and(Running::is_parked)
        };
        if !self.channels.get(id).is_none_or(hears_nothing) {
            self.remove_bugs(id, |bug| bug.number == number);
        }
    }
}
