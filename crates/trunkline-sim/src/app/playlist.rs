//! Playing one file after the other: `say`, `loop_playback`, `endless_playback`.

use std::collections::VecDeque;

use trunkline_proto::HangupCause;

use super::media::Playback;
use super::sound::length;
use super::{Activity, Application, Ending, Progress, RESPONSE};
use crate::channel::ChannelId;
use crate::core::{Core, Task};
use crate::event::Origin;
use crate::event::origin::origin;
use crate::log;
use crate::text::{atoi, first_word};

pub(super) const APPLICATIONS: &[(&str, Application)] =
    &[("loop_playback", loop_playback), ("endless_playback", endless_playback)];

const LOOP_DATA: Origin = origin("mod_dptools.c", "loop_playback_function", 3064);
const LOOP_HANGUP: Origin = origin("mod_dptools.c", "loop_playback_function", 3065);

/// Files that are played one after the other.
#[derive(Debug)]
pub(crate) struct Playlist {
    files: VecDeque<Vec<u8>>,
    /// What is played now.
    now: Option<Playback>,
    /// How often the whole is to be played; below 0 for ever.
    turns: i32,
    /// It is the words of one text: a digit ends it, and a break ends all of it.
    is_text: bool,
    /// Whether the application says how it played.
    tells: bool,
}

impl Playlist {
    /// The words of a text.
    pub(super) fn words(files: VecDeque<Vec<u8>>) -> Self {
        Self { files, now: None, turns: 1, is_text: true, tells: false }
    }

    /// Several files, in place of one.
    pub(super) fn files(files: VecDeque<Vec<u8>>) -> Self {
        Self { tells: true, ..Self::words(files) }
    }

    fn over_and_over(file: &[u8], turns: i32) -> Self {
        Self { files: [file.to_vec()].into(), now: None, turns, is_text: false, tells: true }
    }

    /// Whether digits may end it.
    pub(super) fn heeds_digits(&self) -> bool {
        self.is_text
    }

    fn next(&mut self) -> Option<Vec<u8>> {
        if self.is_text {
            return self.files.pop_front();
        }
        if self.turns == 0 {
            return None;
        }
        self.turns = if self.turns < 0 { self.turns } else { self.turns - 1 };
        self.files.front().cloned()
    }
}

/// `[+<times> ]<file>`
fn loop_playback(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let (turns, file) = match data.strip_prefix(b"+") {
        Some(rest) => {
            let (turns, file) = first_word(rest);
            (atoi(turns), file)
        }
        None => (1, data),
    };
    if file.is_empty() {
        let text = format!("Missing file arg in data [{}]", String::from_utf8_lossy(data));
        core.log_session(log::ERR, &LOOP_DATA, id, |_| text.clone());
        core.hangup(id, HangupCause::DestinationOutOfOrder, &LOOP_HANGUP);
        return Progress::Done;
    }
    play_over_and_over(core, id, file, turns)
}

fn endless_playback(core: &mut Core, id: ChannelId, file: &[u8]) -> Progress {
    play_over_and_over(core, id, file, -1)
}

fn play_over_and_over(core: &mut Core, id: ChannelId, file: &[u8], turns: i32) -> Progress {
    if core.config.is_missing(file) {
        if let Some(channel) = core.channels.get_mut(id) {
            channel.variables.set(RESPONSE, "FILE NOT FOUND");
        }
        return Progress::Done;
    }
    let progress = core.play_list(id, Playlist::over_and_over(file, turns));
    if matches!(progress, Progress::Done) {
        core.note_played(id, Ending::Done);
    }
    progress
}

impl Core {
    /// Begins to play a list.
    pub(super) fn play_list(&mut self, id: ChannelId, mut list: Playlist) -> Progress {
        let serial = self.current_serial(id);
        if self.play_next(id, serial, &mut list) {
            Progress::Waits(Activity::Playlist(Box::new(list)))
        } else {
            Progress::Done
        }
    }

    /// False if there is nothing left.
    fn play_next(&mut self, id: ChannelId, serial: u64, list: &mut Playlist) -> bool {
        let Some(file) = list.next() else { return false };
        list.now = Some(self.start_playback(id, &file));
        if let Some(length) = length(&file) {
            self.after(length, Task::ApplicationOver { channel: id, serial });
        }
        true
    }

    /// A file has been played; whether the next one is.
    pub(super) fn playlist_goes_on(
        &mut self,
        id: ChannelId,
        serial: u64,
        list: &mut Playlist,
        ending: Ending,
    ) -> bool {
        if let Some(playback) = list.now.take() {
            self.playback_over(id, &playback, ending);
        }
        let stops = ending == Ending::Left || (ending == Ending::Broken && list.is_text);
        if !stops && self.play_next(id, serial, list) {
            return true;
        }
        if list.tells {
            self.note_played(id, ending);
        }
        false
    }
}
