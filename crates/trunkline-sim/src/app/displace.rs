//! Playing something in place of what a call hears or says (`switch_ivr_displace_session` in `src/switch_ivr_async.c`).

use std::time::Duration;

use super::media::length;
use super::{Application, Progress, Running};
use crate::channel::{Channel, ChannelId};
use crate::core::{Core, Task};
use crate::event::origin;
use crate::text::{atoi, split_spaces};
use crate::time::Time;

pub(super) const APPLICATIONS: &[(&str, Application)] = &[
    ("displace_session", displace_session),
    ("stop_displace_session", |core, id, path| {
        core.stop_displacing(id, path);
        Progress::Done
    }),
];

/// Something that is played in place of a call's sound.
#[derive(Debug)]
pub(crate) struct Displacement {
    path: Vec<u8>,
    /// Tells its timer from those of others.
    number: u64,
}

impl Displacement {
    pub(crate) fn path(&self) -> &[u8] {
        &self.path
    }
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
    /// Plays something in place of a call's sound, for so many seconds at most, 0 for ever; false if that cannot be.
    /// Flag `l` plays it over and over.
    pub(crate) fn displace(&mut self, id: ChannelId, path: &[u8], limit: i32, flags: &[u8]) -> bool {
        if self.channels.get(id).is_some_and(|channel| !channel.has_media() && !channel.is_outbound()) {
            super::call::pre_answer(self, id, b"");
        }
        let now = self.now;
        if self.config.is_missing(path) {
            return false;
        }
        let Some(channel) = self.channels.get_mut(id).filter(|channel| channel.has_media()) else {
            return false;
        };
        if channel.displacements.iter().any(|known| known.path == path) {
            return false;
        }
        channel.applications += 1;
        let number = channel.applications;
        channel.displacements.push(Displacement { path: path.to_vec(), number });
        self.fire_bug(id, &origin::MEDIA_BUG_START, "displace", path);
        let over = Task::DisplacementOver { channel: id, number };
        if let Some(length) = length(path).filter(|_| !flags.contains(&b'l')) {
            self.after(length, over);
        }
        if let Some(seconds) = u64::try_from(limit).ok().filter(|seconds| *seconds > 0) {
            let end = Time::from_micros((now.as_secs() + seconds) * 1_000_000);
            self.after(end.since(now).max(Duration::from_millis(1)), over);
        }
        true
    }

    /// False if it is not played.
    pub(crate) fn stop_displacing(&mut self, id: ChannelId, path: &[u8]) -> bool {
        self.end_displacement(id, |known| known.path == path)
    }

    /// What is played is over. To a call that hears nothing, it never is.
    pub(crate) fn displacement_over(&mut self, id: ChannelId, number: u64) {
        let hears_nothing = |channel: &Channel| {
            channel.bridge.is_none() && channel.running_apps.last().is_some_and(Running::is_parked)
        };
        if !self.channels.get(id).is_none_or(hears_nothing) {
            self.end_displacement(id, |known| known.number == number);
        }
    }

    /// All that is played ends with the call.
    pub(super) fn end_displacements(&mut self, id: ChannelId) {
        self.end_displacement(id, |_| true);
    }

    fn end_displacement(&mut self, id: ChannelId, is_it: impl Fn(&Displacement) -> bool) -> bool {
        let Some(channel) = self.channels.get_mut(id) else { return false };
        let (ended, kept): (Vec<_>, Vec<_>) = channel.displacements.drain(..).partition(is_it);
        channel.displacements = kept;
        for displacement in &ended {
            self.fire_bug(id, &origin::MEDIA_BUG_STOP, "displace", &displacement.path);
        }
        !ended.is_empty()
    }
}
