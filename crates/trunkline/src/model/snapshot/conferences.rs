//! `conference json_list`: it reads the live conferences (`conference_jlist` in `mod_conference.c`).

use std::collections::BTreeMap;
use std::sync::Arc;

use trunkline_proto::api::conference::{Conference as Listed, Member as ListedMember};

use super::others::{Heard, standing};
use crate::model::change::Removal;
use crate::model::conference::{Conference, ConferenceRecording};
use crate::model::draft::Draft;
use crate::model::fold::conference::{destroy, member_leaves};
use crate::model::member::Member;

/// Takes the list in: what no event of this session told of is as it says.
pub(super) fn take(draft: &mut Draft, list: &[Listed]) {
    let listed: BTreeMap<&str, &Listed> = list.iter().map(|listed| (&*listed.name, listed)).collect();
    let known: Vec<Arc<str>> = draft.view().conferences().iter().map(|known| known.id.clone()).collect();
    for name in known {
        if !listed.contains_key(&*name) && !draft.resync.has_heard(&Heard::Room(name.clone())) {
            bury(draft, &name);
        }
    }
    for listed in listed.values() {
        conference(draft, listed);
        members(draft, listed);
    }
}

/// One whose end was not heard.
fn bury(draft: &mut Draft, name: &Arc<str>) {
    if let Some(uuid) = draft.get::<Conference>(name).and_then(|known| known.uuid.clone()) {
        draft.rooms.over.end(uuid, u64::MAX);
    }
    draft.begin_event(standing(), None);
    destroy(draft, name, &Removal::Unknown);
}

fn conference(draft: &mut Draft, listed: &Listed) {
    let name: Arc<str> = Arc::from(&*listed.name);
    let room = draft.resync.has_heard(&Heard::Room(name.clone()));
    let known = draft.get::<Conference>(&name).and_then(|known| known.uuid.clone());
    if !room && known.is_some_and(|uuid| *uuid != *listed.uuid) {
        bury(draft, &name);
    }
    draft.begin_event(standing(), None);
    if !room && draft.get::<Conference>(&name).is_none() {
        draft.create(Conference::new(name.clone(), standing()));
    }
    let Some(known) = draft.get::<Conference>(&name) else { return };
    // Another of the same name has taken its place.
    if known.uuid.as_deref().is_some_and(|uuid| *uuid != *listed.uuid) {
        return;
    }
    let is_locked = !draft.resync.has_heard(&Heard::Locked(name.clone()));
    let recordings = recordings(draft, known, listed);
    draft.alter::<Conference>(&name, |conference| {
        if !room {
            conference.read_room(listed);
        }
        if is_locked {
            conference.read_locked(listed);
        }
        conference.enter_sound = Some(listed.is("enter_sound"));
        conference.exit_sound = Some(listed.is("exit_sound"));
        conference.recordings = recordings;
    });
}

fn members(draft: &mut Draft, listed: &Listed) {
    let name: Arc<str> = Arc::from(&*listed.name);
    let callers: BTreeMap<u32, &ListedMember> =
        listed.members.iter().filter_map(|member| Some((member.id?, member))).collect();
    for id in draft.rooms.members(&name) {
        if !callers.contains_key(&id) && !draft.resync.has_heard(&Heard::Member(id)) {
            draft.begin_event(standing(), None);
            member_leaves(draft, id, 0, Removal::Unknown);
        }
    }
    // It may have ended meanwhile.
    if draft.get::<Conference>(&name).is_none() {
        return;
    }
    for (id, listed) in callers {
        member(draft, &name, id, listed);
    }
    floor(draft, &name);
}

/// One has the floor: where events and the list each give it to another, the one of whom events told.
fn floor(draft: &mut Draft, name: &Arc<str>) {
    draft.begin_event(standing(), None);
    let has_it = |id: &u32| draft.view().members().get(id).is_some_and(|member| member.floor);
    let holders: Vec<u32> = draft.rooms.members(name).into_iter().filter(has_it).collect();
    let told = holders.iter().find(|id| draft.resync.has_heard(&Heard::Member(**id)));
    let listed = holders.first().filter(|_| !draft.resync.has_heard(&Heard::Floor(name.clone())));
    let holder = told.or(listed).copied();
    for id in holders.into_iter().filter(|id| Some(*id) != holder) {
        draft.alter_by::<Member, u32>(&id, |member| member.floor = false);
    }
    draft.alter::<Conference>(name, |conference| conference.floor = holder);
}

fn member(draft: &mut Draft, name: &Arc<str>, id: u32, listed: &ListedMember) {
    draft.begin_event(standing(), None);
    let known = draft.view().members().get(&id).map(|member| member.conference.clone());
    let is_told = draft.resync.has_heard(&Heard::Member(id));
    match known {
        // Of one whom events told of it says what none tells again.
        Some(_) if is_told => {
            let (volume_in, volume_out) = (Heard::VolumeIn(id), Heard::VolumeOut(id));
            let open = [volume_in, volume_out].map(|heard| !draft.resync.has_heard(&heard));
            draft.alter_by::<Member, u32>(&id, |member| member.read_volumes(listed, open));
            return;
        }
        Some(conference) if conference == *name => {
            draft.alter_by::<Member, u32>(&id, |member| member.read_listed(listed));
            return;
        }
        Some(_) => member_leaves(draft, id, 0, Removal::Unknown),
        None if draft.resync.has_heard(&Heard::Left(id)) => return,
        // One whom events told of may have gone with a channel that had the id of his.
        None => {}
    }
    let mut member = Member::new(id, name.clone(), standing());
    member.read_listed(listed);
    draft.rooms.enter(name, id, member.channel.as_ref());
    draft.create(member);
}

impl Conference {
    fn read_room(&mut self, listed: &Listed) {
        self.uuid = Some(Arc::from(&*listed.uuid));
        self.size = listed.member_count.unwrap_or(self.size);
        self.ghosts = listed.ghost_count.unwrap_or(self.ghosts);
        // What the event before has said may be news again.
        self.room_read = Arc::default();
    }

    fn read_locked(&mut self, listed: &Listed) {
        if self.locked != listed.is("locked") {
            self.locked = listed.is("locked");
            self.since = standing();
        }
    }
}

/// What it is recorded to: of each file as events say, where they do.
fn recordings(draft: &Draft, known: &Conference, listed: &Listed) -> Vec<ConferenceRecording> {
    let is_told = |recording: &&ConferenceRecording| {
        draft.resync.has_heard(&Heard::Recorded(known.id.clone(), (&*recording.path).into()))
    };
    // It lists the latest first.
    let listed: Vec<ConferenceRecording> = listed.members.iter().rev().filter_map(recording).collect();
    let untold = listed.iter().filter(|recording| !is_told(recording));
    untold.chain(known.recordings.iter().filter(is_told)).cloned().collect()
}

fn recording(listed: &ListedMember) -> Option<ConferenceRecording> {
    let other = |name: &str| listed.others.iter().find(|(known, _)| known == name).map(|(_, value)| &**value);
    Some(ConferenceRecording {
        path: other("record_path")?.into(),
        paused: other("status") == Some("paused"),
    })
}

impl Member {
    fn read_listed(&mut self, listed: &ListedMember) {
        // What the event before has said may be news again.
        self.details_read = Arc::default();
        self.channel.clone_from(&listed.uuid);
        self.caller_id_name = Some(Arc::from(&*listed.caller_id_name));
        self.caller_id_number = Some(Arc::from(&*listed.caller_id_number));
        let could = (self.speak, self.hear, self.hold);
        self.hold = listed.is("hold");
        // Who is on hold is said not to speak or hear, whatever he may.
        self.speak = listed.is("can_speak") || (self.hold && self.speak);
        self.hear = listed.is("can_hear") || (self.hold && self.hear);
        self.watch = listed.is("can_see") || (self.hold && self.watch);
        if could != (self.speak, self.hear, self.hold) {
            self.since = standing();
        }
        self.talking = listed.is("talking");
        self.mute_detect = listed.is("mute_detect");
        self.video = listed.is("has_video");
        self.floor = listed.is("has_floor");
        self.moderator = listed.is("is_moderator");
        self.energy_level = listed.energy.or(self.energy_level);
        self.read_volumes(listed, [true; 2]);
    }

    /// Where they are open.
    fn read_volumes(&mut self, listed: &ListedMember, [volume_in, volume_out]: [bool; 2]) {
        self.volume_in = listed.volume_in.filter(|_| volume_in).unwrap_or(self.volume_in);
        self.volume_out = listed.volume_out.filter(|_| volume_out).unwrap_or(self.volume_out);
    }
}
