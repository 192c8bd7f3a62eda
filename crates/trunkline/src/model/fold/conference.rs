//! `conference::maintenance` (`mod_conference.c` and its neighbours).
//!
//! A profile can leave events out (`suppress-events`), and nobody who joins silently is announced: so whatever an event
//! shows is taken in, a conference or member that is not known is made of any, and a member goes with his channel.

mod member;
mod playing;

use std::sync::Arc;

use trunkline_proto::Value;
use trunkline_proto::view::conference::Action;

use super::pass::pass;
use super::told::Told;
use super::value::{number, text};
use super::{sequence, standing};
use crate::model::change::Removal;
use crate::model::conference::{Conference, ConferenceRecording};
use crate::model::draft::Draft;
use crate::model::member::Member;
use crate::model::snapshot::others::Heard;
use member::Block;
use playing::{begin_playing, end_playing};

pub(in crate::model) use member::leave as member_leaves;

pass! {
    /// What an event says of the conference (`conference_event_add_data` in `conference_event.c`).
    Room {
        name: "Conference-Name",
        domain: "Conference-Domain",
        size: "Conference-Size",
        ghosts: "Conference-Ghosts",
        profile: "Conference-Profile-Name",
        uuid: "Conference-Unique-ID",
    }
}

/// `conference::maintenance`
pub(super) fn maintenance(draft: &mut Draft, told: &Told<'_>) {
    let (event, mut reached) = (told.event, told.reached);
    let mut room = Room::read(event.headers(), &mut reached);
    if room.name.is_none() || room.uuid.is_none() {
        room = Room::look_up(event.headers());
    }
    let Some(name) = room.name else { return };
    let name: Arc<str> = Arc::from(name.to_str());
    // A late word of one that is over; another may have its name by now.
    if is_over(draft, told, &name, room.uuid) {
        return;
    }
    let (member, action) = Block::of(draft, event, &name, reached);
    let action = Action::named(action.map(Value::to_str).unwrap_or_default(), event);
    match action {
        // Only a name: there is no such conference.
        Action::RejectedJoinOnly => return,
        Action::ConferenceDestroy => {
            if let Some(uuid) = room.uuid {
                draft.rooms.over.end(Arc::from(uuid.to_str()), told.sequence.unwrap_or_default());
            }
            draft.resync.hear_other(Heard::Room(name.clone()));
            return destroy(draft, &name, &Removal::Ended);
        }
        _ => {}
    }
    hear(draft, &name, member.as_ref(), &action);
    conference(draft, told, &room, &name, &action);
    if let Some(member) = &member {
        match action {
            Action::DelMember => member::leaves(draft, told, member, &name),
            _ => member::block(draft, told, member, &name, &action),
        }
    }
    if let Action::FloorChange { new, .. } = action {
        give_floor(draft, told, &name, new);
    }
}

/// Whether the conference an event is of has ended: it is said to have, or another of its name was heard later.
fn is_over(draft: &Draft, told: &Told<'_>, name: &str, uuid: Option<Value<'_>>) -> bool {
    let Some(uuid) = uuid else { return false };
    let known = draft.view().conferences().get(name);
    let is_another = known.and_then(|known| known.uuid.as_deref()).map(|known| !uuid.is(known.as_bytes()));
    let later =
        known.and_then(|known| known.since.since).zip(told.date).is_some_and(|(known, told)| told < known);
    match is_another {
        Some(false) => false,
        Some(true) if later => true,
        _ => draft.rooms.over.had_ended(&*uuid.to_str(), sequence(draft)),
    }
}

/// Remembers what an event told of, so that a snapshot has nothing to say of it.
fn hear(draft: &mut Draft, name: &Arc<str>, member: Option<&Block<'_>>, action: &Action<'_>) {
    use Action as A;
    draft.resync.hear_other(Heard::Room(name.clone()));
    let recorded = match action {
        A::FloorChange { .. } => {
            draft.resync.hear_other(Heard::Floor(name.clone()));
            None
        }
        A::Lock | A::Unlock => {
            draft.resync.hear_other(Heard::Locked(name.clone()));
            None
        }
        A::StartRecording { path, .. } | A::PauseRecording { path, .. } | A::ResumeRecording { path, .. } => {
            path.clone()
        }
        A::StopRecording(recording) => recording.path(),
        _ => None,
    };
    if let Some(path) = recorded {
        draft.resync.hear_other(Heard::Recorded(name.clone(), path.into()));
    }
    let Some(id) = member.map(|member| member.id) else { return };
    draft.resync.hear_other(Heard::Member(id));
    match action {
        A::DelMember => draft.resync.hear_other(Heard::Left(id)),
        A::VolumeInMember { .. } | A::GainLevel { .. } => draft.resync.hear_other(Heard::VolumeIn(id)),
        A::VolumeOutMember { .. } | A::VolumeLevel { .. } => draft.resync.hear_other(Heard::VolumeOut(id)),
        _ => {}
    }
}

/// What is said of the conference.
fn conference(draft: &mut Draft, told: &Told<'_>, room: &Room<'_>, name: &Arc<str>, action: &Action<'_>) {
    let known = draft.get::<Conference>(name);
    let other = known.and_then(|known| known.uuid.as_deref()).zip(room.uuid);
    if other.is_some_and(|(known, told)| !told.is(known.as_bytes())) {
        // The end of the one before was not heard.
        destroy(draft, name, &Removal::Unknown);
    }
    if draft.get::<Conference>(name).is_none() {
        let mut conference = Conference::new(name.clone(), standing(told.event));
        let begins = matches!(action, Action::ConferenceCreate);
        conference.created = told.date.filter(|_| begins);
        draft.create(conference);
    }
    draft.alter::<Conference>(name, |conference| {
        if conference.sized.takes(told.sequence) {
            conference.read(room);
        }
        conference.act(action, told);
    });
}

/// It is over, and nobody is in it.
pub(in crate::model) fn destroy(draft: &mut Draft, name: &Arc<str>, cause: &Removal) {
    for id in draft.rooms.members(name) {
        member::leave(draft, id, 0, cause.clone());
    }
    draft.remove::<Conference>(name, cause.clone());
}

/// Another member has the floor, or nobody.
fn give_floor(draft: &mut Draft, told: &Told<'_>, name: &str, new: Option<u32>) {
    let had_left = new.is_some_and(|id| draft.rooms.had_left(id, sequence(draft)));
    let mut is_news = false;
    draft.alter::<Conference>(name, |conference| {
        is_news = conference.floored.takes(told.sequence) && !had_left && conference.floor != new;
        if is_news {
            conference.floor = new;
        }
    });
    if !is_news {
        return;
    }
    // Whoever had it before, if that was heard.
    for id in draft.rooms.members(name) {
        let floor = Some(id) == new;
        if draft.view().members().get(&id).is_some_and(|member| member.floor != floor) {
            draft.alter_by::<Member, u32>(&id, |member| member.floor = floor);
        }
    }
}

impl Conference {
    fn read(&mut self, room: &Room<'_>) {
        text(&mut self.uuid, room.uuid);
        text(&mut self.domain, room.domain);
        text(&mut self.profile, room.profile);
        self.size = number(room.size).unwrap_or(self.size);
        self.ghosts = number(room.ghosts).unwrap_or(self.ghosts);
    }

    fn act(&mut self, action: &Action<'_>, told: &Told<'_>) {
        match action {
            Action::Lock => self.set_locked(true, told),
            Action::Unlock => self.set_locked(false, told),
            Action::EnterSoundsOn => self.enter_sound = Some(true),
            Action::EnterSoundsOff => self.enter_sound = Some(false),
            Action::ExitSoundsOn => self.exit_sound = Some(true),
            Action::ExitSoundsOff => self.exit_sound = Some(false),
            Action::VideoFloorChange { new, .. } => self.video_floor = *new,
            Action::PlayFile { file: Some(file), error: None, .. } => begin_playing(&mut self.playing, file),
            Action::PlayFileDone(played) => end_playing(&mut self.playing, played.file().as_deref()),
            Action::StartRecording { path: Some(path), error: None } => self.set_recording(path, false),
            Action::PauseRecording { path: Some(path), .. } => self.set_recording(path, true),
            Action::ResumeRecording { path: Some(path), .. } => self.set_recording(path, false),
            Action::StopRecording(recording) => {
                let path = recording.path();
                self.recordings.retain(|known| Some(&*known.path) != path.as_deref());
            }
            _ => {}
        }
    }

    fn set_locked(&mut self, locked: bool, told: &Told<'_>) {
        if self.latched.takes(told.sequence) && self.locked != locked {
            self.locked = locked;
            self.since = standing(told.event);
        }
    }

    pub(in crate::model) fn set_recording(&mut self, path: &str, paused: bool) {
        match self.recordings.iter_mut().find(|known| *known.path == *path) {
            Some(known) => known.paused = paused,
            None => self.recordings.push(ConferenceRecording { path: path.into(), paused }),
        }
    }
}
