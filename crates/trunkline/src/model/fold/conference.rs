//! `conference::maintenance` (`mod_conference.c` and its neighbours).
//!
//! A profile can leave events out (`suppress-events`), and nobody who joins silently is announced: so whatever an event
//! shows is taken in, a conference or member that is not known is made of any, and a member goes with his channel.

mod member;
mod playing;
mod room;

use std::sync::Arc;

use trunkline_proto::Value;
use trunkline_proto::view::conference::Action;

use super::sequence;
use super::told::Told;
use super::value::{number, text};
use crate::model::change::Removal;
use crate::model::conference::{Conference, ConferenceRecording};
use crate::model::draft::{Draft, Edited};
use crate::model::member::Member;
use crate::model::snapshot::others::Heard;
use crate::model::standing::{Standing, Why};
use member::Block;
use playing::{begin_playing, end_playing};
use room::{Room, Said};

pub(in crate::model) use member::leave as member_leaves;

/// An event, and what it tells to have happened.
struct Happened<'t, 'e> {
    told: &'t Told<'e>,
    /// What it calls it.
    name: Option<Value<'e>>,
    action: Action<'e>,
}

impl Happened<'_, '_> {
    /// How what it tells came to be.
    fn standing(&self) -> Standing {
        let text = |value: Value<'_>| value.to_str().into();
        let subclass = self.told.subclass.map(text).unwrap_or_default();
        Standing::new(self.told.date, Why::Custom { subclass, action: self.name.map(text) })
    }
}

/// `conference::maintenance`
pub(super) fn maintenance(draft: &mut Draft, told: &Told<'_>) {
    let Some((room, reached)) = Room::of(draft, told) else { return };
    // A late word of one that is over; another may have its name by now.
    if is_over(draft, told, &room) {
        return;
    }
    let (member, name) = Block::of(draft, told.event, &room.name, reached);
    let action = Action::named(name.map(Value::to_str).unwrap_or_default(), told.event);
    let happened = Happened { told, name, action };
    match happened.action {
        // Only a name: there is no such conference.
        Action::RejectedJoinOnly => return,
        Action::ConferenceDestroy => {
            if let Some(uuid) = room.uuid(draft) {
                draft.rooms.over.end(uuid, told.sequence.unwrap_or_default());
            }
            draft.resync.hear_other(Heard::Room(room.name.clone()));
            return destroy(draft, &room.name, &Removal::Ended);
        }
        _ => {}
    }
    hear(draft, &room.name, member.as_ref(), &happened.action);
    conference(draft, &room, &happened);
    if let Some(member) = &member {
        match happened.action {
            Action::DelMember => member::leaves(draft, told, member, &room.name),
            _ => member::block(draft, member, &room.name, &happened),
        }
    }
    if let Action::FloorChange { new, .. } = happened.action {
        give_floor(draft, told, &room.name, new);
    }
}

/// Whether the conference an event is of has ended: it is said to have, or another of its name was heard later.
fn is_over(draft: &Draft, told: &Told<'_>, room: &Room<'_>) -> bool {
    let Some(uuid) = room.said.and_then(|said| said.uuid) else { return false };
    let known = draft.view().conferences().get(&room.name);
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
fn conference(draft: &mut Draft, room: &Room<'_>, happened: &Happened<'_, '_>) {
    let (told, name) = (happened.told, &room.name);
    let known = draft.get::<Conference>(name);
    let other = known.and_then(|known| known.uuid.as_deref()).zip(room.said.and_then(|said| said.uuid));
    if other.is_some_and(|(known, told)| !told.is(known.as_bytes())) {
        // The end of the one before was not heard.
        destroy(draft, name, &Removal::Unknown);
    }
    if draft.get::<Conference>(name).is_none() {
        let mut conference = Conference::new(name.clone(), happened.standing());
        let begins = matches!(happened.action, Action::ConferenceCreate);
        conference.created = told.date.filter(|_| begins);
        draft.create(conference);
    }
    draft.edit::<Conference>(name, |conference| {
        if conference.sized.takes(told.sequence)
            && let Some(said) = &room.said
        {
            conference.read(said, room.read);
        }
        act(conference, happened);
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
    let Some(known) = draft.get::<Conference>(name) else { return };
    if !known.floored.takes(told.sequence) || had_left || known.floor == new {
        return;
    }
    draft.alter::<Conference>(name, |conference| conference.floor = new);
    // Whoever had it before, if that was heard.
    for id in draft.rooms.members(name) {
        let floor = Some(id) == new;
        if draft.view().members().get(&id).is_some_and(|member| member.floor != floor) {
            draft.alter_by::<Member, u32>(&id, |member| member.floor = floor);
        }
    }
}

/// What happened does to a conference.
fn act(conference: &mut Edited<'_, Conference>, happened: &Happened<'_, '_>) {
    match &happened.action {
        Action::Lock => set_locked(conference, true, happened),
        Action::Unlock => set_locked(conference, false, happened),
        Action::EnterSoundsOn => conference.enter_sound = Some(true),
        Action::EnterSoundsOff => conference.enter_sound = Some(false),
        Action::ExitSoundsOn => conference.exit_sound = Some(true),
        Action::ExitSoundsOff => conference.exit_sound = Some(false),
        Action::VideoFloorChange { new, .. } => conference.video_floor = *new,
        Action::PlayFile { file: Some(file), error: None, .. } => {
            begin_playing(&mut conference.playing, file)
        }
        Action::PlayFileDone(played) => end_playing(&mut conference.playing, played.file().as_deref()),
        Action::StartRecording { path: Some(path), error: None } => conference.set_recording(path, false),
        Action::PauseRecording { path: Some(path), .. } => conference.set_recording(path, true),
        Action::ResumeRecording { path: Some(path), .. } => conference.set_recording(path, false),
        Action::StopRecording(recording) => {
            let path = recording.path();
            conference.recordings.retain(|known| Some(&*known.path) != path.as_deref());
        }
        _ => {}
    }
}

fn set_locked(conference: &mut Edited<'_, Conference>, locked: bool, happened: &Happened<'_, '_>) {
    if conference.latched.takes(happened.told.sequence) && conference.locked != locked {
        conference.locked = locked;
        conference.since = happened.standing();
    }
}

impl Conference {
    /// Reads what an event says of it, which are these bytes.
    fn read(&mut self, said: &Said<'_>, read: &[u8]) {
        text(&mut self.uuid, said.uuid);
        text(&mut self.domain, said.domain);
        text(&mut self.profile, said.profile);
        self.size = number(said.size).unwrap_or(self.size);
        self.ghosts = number(said.ghosts).unwrap_or(self.ghosts);
        self.room_read = Arc::from(read);
    }

    pub(in crate::model) fn set_recording(&mut self, path: &str, paused: bool) {
        match self.recordings.iter_mut().find(|known| *known.path == *path) {
            Some(known) => known.paused = paused,
            None => self.recordings.push(ConferenceRecording { path: path.into(), paused }),
        }
    }
}
