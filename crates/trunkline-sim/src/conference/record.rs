//! Recording a conference (`conference_record.c`). Each file is a member without a call. No file is written.

use std::time::Duration;

use super::{ConferenceId, Flags, Member, MemberId, Seat, event};
use crate::core::Core;
use crate::time::Time;

/// A file a conference is recorded to.
#[derive(Debug)]
pub(crate) struct Tape {
    pub(crate) path: String,
    pub(crate) since: Time,
    /// Microseconds that are on it from before it was last paused.
    before: u64,
    /// Since when it is paused no more.
    from: Option<Time>,
}

impl Tape {
    pub(crate) fn is_paused(&self) -> bool {
        self.from.is_none()
    }

    fn samples(&self, now: Time) -> u64 {
        let micros = self.from.map_or(0, |from| now.as_micros().saturating_sub(from.as_micros()));
        // It is written frame by frame.
        (self.before + micros).div_ceil(FRAME) * (FRAME / SAMPLE)
    }
}

/// How long a recording's thread takes to begin.
const THREAD: Duration = Duration::from_millis(1);

/// Microseconds of a frame, and of a sample.
const FRAME: u64 = 20_000;
const SAMPLE: u64 = 125;

/// The size of a WAV file's head, with the title and the artist of a conference's.
fn wav_head(name: &str) -> u64 {
    const ARTIST: &str = "FreeSWITCH mod_conference Software Conference Module";
    let chunk = |length: usize| 8 + (length + 1).next_multiple_of(2);
    let head = 44 + 12 + chunk("Conference ".len() + name.len()) + chunk(ARTIST.len());
    u64::try_from(head).unwrap_or_default()
}

impl Core {
    /// Records a conference to one more file.
    pub(crate) fn record_conference(&mut self, id: ConferenceId, path: &str) {
        let now = self.now;
        let number = self.conferences.next_member();
        let is_missing = self.config.is_missing(path.as_bytes());
        let Some(room) = self.conferences.get_mut(id) else { return };
        path.clone_into(&mut room.record_file);
        if is_missing {
            let error = b"File could not be opened for recording".as_slice();
            let headers = [("Path", path.as_bytes()), ("Error", error)];
            return self.tell(id, &event::record(280), "start-recording", &headers);
        }
        room.recordings += 1;
        self.tell(id, &event::record(319), "start-recording", &[("Path", path.as_bytes())]);
        let tape = Tape { path: path.to_owned(), since: now, before: 0, from: Some(now) };
        if let Some(room) = self.conferences.get_mut(id) {
            room.members.push(Member::new(number, Seat::Recording(tape), Flags::default(), 0, now));
        }
    }

    /// The files a conference is recorded to, the newest first; those that are being ended, too.
    pub(crate) fn tapes(&self, id: ConferenceId) -> Vec<(MemberId, String)> {
        let members = self.conferences.get(id).into_iter().flat_map(|room| room.members.iter().rev());
        members.filter_map(|member| Some((member.id, member.tape()?.path.clone()))).collect()
    }

    /// Has a recording end with the next frame; false where its thread has yet to begin, so that nobody finds it.
    pub(crate) fn stop_tape(&mut self, id: ConferenceId, member: MemberId) -> bool {
        let now = self.now;
        let member = self.conferences.get_mut(id).and_then(|room| room.member_mut(member));
        let begun = |member: &&mut Member| member.tape().is_some_and(|tape| now.since(tape.since) >= THREAD);
        let Some(member) = member.filter(begun) else { return false };
        member.flags.running = false;
        self.look_soon(id);
        true
    }

    /// Pauses recordings, or lets them go on; false if none is of this path.
    pub(crate) fn pause_tapes(&mut self, id: ConferenceId, path: &str, pause: bool) -> bool {
        let now = self.now;
        let Some(room) = self.conferences.get_mut(id) else { return false };
        let mut any = false;
        for member in &mut room.members {
            let Seat::Recording(tape) = &mut member.seat else { continue };
            if tape.path == path {
                any = true;
                tape.before = tape.samples(now) * SAMPLE;
                tape.from = if pause { None } else { Some(now) };
            }
        }
        if any {
            let (action, others) = (if pause { "pause" } else { "resume" }, room.recordings > 0);
            let others = if others { "true" } else { "false" };
            let headers = [("Path", path.as_bytes()), ("Other-Recordings", others.as_bytes())];
            let origin = event::api("conference_api_sub_pauserec", 3860);
            self.tell(id, &origin, &format!("{action}-recording"), &headers);
        }
        any
    }

    /// Ends the recordings that are to end, and all once nobody is there.
    pub(super) fn end_tapes(&mut self, id: ConferenceId) {
        let now = self.now;
        let Some(room) = self.conferences.get_mut(id) else { return };
        let empty = room.callers().next().is_none();
        let over = |member: &Member| member.tape().is_some() && (empty || !member.flags.running);
        let ended: Vec<Member> = room.members.extract_if(.., |member| over(member)).collect();
        for tape in ended.iter().filter_map(Member::tape) {
            self.tape_ended(id, tape, now);
        }
    }

    fn tape_ended(&mut self, id: ConferenceId, tape: &Tape, now: Time) {
        let Some(room) = self.conferences.get_mut(id) else { return };
        room.recordings = room.recordings.saturating_sub(1);
        let (others, rate) = (room.recordings > 0, room.profile.rate);
        let (samples, head) = (tape.samples(now), wav_head(&room.name));
        let notice = self.notice(id, &event::record(427)).action("stop-recording", &[]);
        let notice = notice
            .push("Path", &tape.path)
            .push("Other-Recordings", if others { "true" } else { "false" })
            .push("Samples-Out", samples.to_string())
            .push("Samplerate", rate.to_string())
            .push("Milliseconds-Elapsed", (samples / 8).to_string())
            .push("Record-File-Size", (head + 2 * samples).to_string());
        self.fire_notice(notice);
    }
}
