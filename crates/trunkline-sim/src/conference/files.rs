//! What is played, to all or to one (`conference_file.c`, `conference_member_play_file` in `conference_member.c`). One
//! file plays after the other; beside them one that was asked for `async`.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Conference, ConferenceId, Due, MemberId, event};
use crate::app::file_length;
use crate::core::{Core, Task};
use crate::text::split;
use crate::time::Time;

/// A file to be played.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) path: Vec<u8>,
    /// `None` is for ever.
    length: Option<Duration>,
    /// How much of it was played before it last went on.
    played: Duration,
    /// Since when it plays, if it does.
    since: Option<Time>,
    pub(crate) paused: bool,
    stopped: bool,
    is_async: bool,
}

/// Which files are to be stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    Current,
    All,
    Async,
}

impl Node {
    fn new(path: &[u8], is_async: bool) -> Self {
        Self {
            path: path.to_vec(),
            length: file_length(params(path).1),
            played: Duration::ZERO,
            since: None,
            paused: false,
            stopped: false,
            is_async,
        }
    }

    /// How much of it was heard.
    pub(crate) fn heard(&self, now: Time) -> Duration {
        let heard = self.played + self.since.map_or(Duration::ZERO, |since| now.since(since));
        self.length.map_or(heard, |length| heard.min(length))
    }

    /// The parameters in front of its path, which events about it show.
    pub(crate) fn params(&self) -> Vec<(String, Vec<u8>)> {
        params(&self.path).0
    }

    fn is_over(&self, now: Time) -> bool {
        self.stopped || self.length.is_some_and(|length| self.heard(now) >= length)
    }

    /// Lets it play; how long it will take, where that is known.
    fn start(&mut self, now: Time) -> Option<Duration> {
        if self.paused || self.since.is_some() {
            return None;
        }
        self.since = Some(now);
        self.length.map(|length| length.saturating_sub(self.played))
    }

    /// Stops it for a while, or lets it go on; true if it is stopped.
    pub(crate) fn toggle_pause(&mut self, now: Time) -> bool {
        self.played = self.heard(now);
        self.since = None;
        self.paused = !self.paused;
        self.paused
    }

    /// Goes to a place in it.
    pub(crate) fn seek(&mut self, to: Duration, now: Time) {
        self.played = to;
        self.since = self.since.map(|_| now);
    }
}

/// All that is played to all.
pub(super) fn all_of(room: &mut Conference) -> Vec<Node> {
    room.files.drain(..).chain(room.async_file.take()).collect()
}

impl Core {
    /// Plays something to all; false if it is not there.
    pub(crate) fn play_to_all(&mut self, id: ConferenceId, path: &[u8], is_async: bool) -> bool {
        if path.is_empty() || self.conferences.get(id).is_none_or(|room| room.callers().next().is_none()) {
            return false;
        }
        let Some(path) = self.sound_path(id, path) else { return false };
        if self.config.is_missing(params(&path).1) {
            let is_async = if is_async { "true" } else { "false" };
            let headers: [(&str, &[u8]); 3] =
                [("File", &path), ("Async", is_async.as_bytes()), ("Error", b"File could not be played")];
            self.tell(id, &event::FILE_MISSING, "play-file", &headers);
            return false;
        }
        let node = Node::new(&path, is_async);
        let Some(room) = self.conferences.get_mut(id) else { return false };
        if !is_async {
            room.files.push_back(node);
        } else if let Some(before) = room.async_file.replace(node) {
            self.file_closed(id, None, &before);
        }
        self.look_soon(id);
        true
    }

    /// Plays something to one; false if it is not there.
    pub(crate) fn play_to(&mut self, id: ConferenceId, member: MemberId, path: &[u8]) -> bool {
        let Some(path) = self.sound_path(id, path).filter(|path| !self.config.is_missing(path)) else {
            return false;
        };
        let member = self.conferences.get_mut(id).and_then(|room| room.member_mut(member));
        let Some(member) = member.filter(|member| !member.flags.kicked) else { return false };
        member.files.push_back(Node::new(&path, false));
        self.look_soon(id);
        true
    }

    /// Where a sound is; nothing speaks a text.
    fn sound_path(&self, id: ConferenceId, path: &[u8]) -> Option<Vec<u8>> {
        if path.is_empty() || path.get(..4).is_some_and(|say| say.eq_ignore_ascii_case(b"say:")) {
            return None;
        }
        if is_file_path(path) {
            return Some(path.to_vec());
        }
        let prefix = &self.conferences.get(id)?.sound_prefix;
        Some([prefix.as_bytes(), b"/", path].concat())
    }

    /// Stops what is played to all, or to one; how many files that were.
    pub(crate) fn stop_files(&mut self, id: ConferenceId, member: Option<MemberId>, what: Stop) -> usize {
        let Some(room) = self.conferences.get_mut(id) else { return 0 };
        let (files, beside) = match member {
            Some(member) => match room.member_mut(member) {
                Some(member) => (&mut member.files, &mut None),
                None => return 0,
            },
            None => (&mut room.files, &mut room.async_file),
        };
        let most = match what {
            Stop::All => usize::MAX,
            Stop::Current => 1,
            // A member has but one row of files.
            Stop::Async if member.is_some() => 1,
            Stop::Async => 0,
        };
        let beside = beside.iter_mut().filter(|_| what != Stop::Current);
        let stopped = files.iter_mut().take(most).chain(beside).map(|file| file.stopped = true).count();
        if stopped > 0 {
            self.look_soon(id);
        }
        stopped
    }

    /// Ends the files that are over, and begins those after them.
    pub(super) fn end_files(&mut self, id: ConferenceId) {
        let now = self.now;
        let Some(room) = self.conferences.get_mut(id) else { return };
        let mut over = Vec::new();
        let mut waits = Vec::new();
        if room.async_file.as_ref().is_some_and(|file| file.is_over(now)) {
            over.extend(room.async_file.take().map(|file| (None, file)));
        }
        waits.extend(room.async_file.as_mut().and_then(|file| file.start(now)));
        waits.extend(advance(&mut room.files, now, |file| over.push((None, file))));
        for member in &mut room.members {
            let of = member.id;
            waits.extend(advance(&mut member.files, now, |file| over.push((Some(of), file))));
        }
        for (member, file) in over {
            self.file_closed(id, member, &file);
        }
        for wait in waits {
            self.after(wait, Task::Conference(Due::Frame(id)));
        }
    }

    /// Closes the files of a member that leaves.
    pub(super) fn close_files(&mut self, id: ConferenceId, member: MemberId, files: VecDeque<Node>) {
        for file in files {
            self.file_closed(id, Some(member), &file);
        }
    }

    pub(super) fn file_closed(&mut self, id: ConferenceId, member: Option<MemberId>, file: &Node) {
        // Each sample of a file is counted twice.
        let milliseconds = 2 * file.heard(self.now).as_millis();
        let notice = self
            .notice(id, &event::FILE_CLOSE)
            .push("seconds", (milliseconds / 1000).to_string())
            .push("milliseconds", milliseconds.to_string())
            .push("samples", (milliseconds * 8).to_string());
        let notice =
            file.params().into_iter().fold(notice, |notice, (name, value)| notice.push(&name, value));
        let notice = match member {
            Some(member) => {
                let notice = notice.action("play-file-member-done", &[]);
                if self.member_is_here(id, member) { self.with_member(notice, id, member) } else { notice }
            }
            None => notice.action("play-file-done", &[]),
        };
        let notice = notice.push("File", &file.path);
        let notice = if file.is_async { notice.push("Async", "true") } else { notice };
        self.fire_notice(notice);
    }
}

/// Takes the first file away if it is over, and begins the next; how long that will take.
fn advance(files: &mut VecDeque<Node>, now: Time, over: impl FnOnce(Node)) -> Option<Duration> {
    if files.front().is_some_and(|file| file.is_over(now)) {
        files.pop_front().map(over);
    }
    match files.front_mut() {
        // Each frame ends one of those that were stopped.
        Some(file) if file.is_over(now) => Some(Duration::from_millis(20)),
        Some(file) => file.start(now),
        None => None,
    }
}

/// The parameters in front of a path, `{name=value,…}`, and the path.
fn params(path: &[u8]) -> (Vec<(String, Vec<u8>)>, &[u8]) {
    let inner = path.strip_prefix(b"{");
    let end = inner.and_then(|inner| inner.iter().position(|byte| *byte == b'}'));
    let (Some(inner), Some(end)) = (inner, end) else { return (Vec::new(), path) };
    let (list, file) = inner.split_at(end);
    let pair = |word: Vec<u8>| {
        let words = split(&word, b'=', 2);
        let [name, value] = words.as_slice() else { return None };
        Some((String::from_utf8_lossy(name).into_owned(), value.clone()))
    };
    let list = split(list, b',', 64).into_iter().filter_map(pair).collect();
    (list, file.get(1..).unwrap_or_default().trim_ascii_start())
}

/// `switch_is_file_path` in `src/switch_utils.c`: from the root, or with a scheme.
fn is_file_path(path: &[u8]) -> bool {
    let path = params(path).1;
    path.starts_with(b"/") || path.windows(3).any(|three| three == b"://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_stand_in_front_of_a_path() {
        let (list, file) = params(b"{vol=1,loops=2}silence_stream://100");
        assert_eq!(list, [("vol".to_owned(), b"1".to_vec()), ("loops".to_owned(), b"2".to_vec())]);
        assert_eq!(file, b"silence_stream://100");
        assert_eq!(params(b"{open").1, b"{open");
        assert!(is_file_path(b"{a=b}/x.wav") && is_file_path(b"tone_stream://x") && !is_file_path(b"x.wav"));
    }

    #[test]
    fn a_file_plays_on_where_it_was_stopped() {
        let at = |milliseconds: u64| Time::from_micros(1000 * milliseconds);
        let mut file = Node::new(b"silence_stream://300", false);
        assert_eq!(file.start(at(0)), Some(Duration::from_millis(300)));
        assert_eq!(file.start(at(10)), None);
        assert!(file.toggle_pause(at(100)) && !file.is_over(at(900)));
        assert!(!file.toggle_pause(at(900)));
        assert_eq!(file.start(at(900)), Some(Duration::from_millis(200)));
        assert!(!file.is_over(at(1099)) && file.is_over(at(1100)));
        assert_eq!(file.heard(at(2000)), Duration::from_millis(300));
    }
}
