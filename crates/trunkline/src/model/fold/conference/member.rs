//! Members: who they are, and what they may.

use std::sync::Arc;

use trunkline_proto::view::conference::{Action, ConferenceEvent, Member as Block, MemberType};
use trunkline_proto::{ChannelUuid, Event};

use super::playing::{begin_playing, end_playing};
use crate::model::change::Removal;
use crate::model::draft::Draft;
use crate::model::fold::{set, standing};
use crate::model::member::{Leaving, Member};

/// What an event says of the member it is about. One that is not known is made.
pub(super) fn block(
    draft: &mut Draft,
    event: &Event,
    happened: ConferenceEvent<'_>,
    name: &Arc<str>,
    action: &Action<'_>,
) {
    let Some(block) = happened.member() else { return };
    let Some(id) = block.id() else { return };
    match draft.view().members().get(&id).map(|member| member.conference.clone()) {
        None if draft.rooms.had_left(id, event.standard().sequence().unwrap_or(u64::MAX)) => return,
        None => {
            let mut member = Member::new(id, name.clone(), standing(event));
            let joins = matches!(action, Action::AddMember);
            member.joined = event.standard().date().filter(|_| joins);
            member.talking_since = event.standard().date();
            member.read(event, block);
            draft.rooms.enter(name, id, member.channel.as_ref());
            draft.create(member);
        }
        Some(known) if known == *name => {}
        // He went there without a word.
        Some(_) => {
            leave(draft, id, 0, Removal::Ended);
            return self::block(draft, event, happened, name, action);
        }
    }
    draft.alter_by::<Member, u32>(&id, |member| {
        member.read(event, block);
        member.act(action);
    });
    if block.floor() == Some(true) {
        super::give_floor(draft, name, Some(id));
    }
}

/// del-member
pub(super) fn leaves(draft: &mut Draft, event: &Event, happened: ConferenceEvent<'_>, name: &str) {
    let Some(id) = happened.member().and_then(Block::id) else { return };
    if draft.view().members().get(&id).is_some_and(|member| *member.conference == *name) {
        leave(draft, id, event.standard().sequence().unwrap_or_default(), Removal::Ended);
    }
}

/// Takes a member away, and remembers that he has gone.
pub(in crate::model) fn leave(draft: &mut Draft, id: u32, sequence: u64, cause: Removal) {
    draft.rooms.leave(id, sequence);
    let Some(last) = draft.remove::<Member>(&id, cause) else { return };
    if last.floor {
        let name = last.conference.clone();
        draft.alter::<crate::model::Conference>(&name, |conference| {
            conference.floor = conference.floor.filter(|holder| *holder != id);
        });
    }
}

impl Member {
    fn read(&mut self, event: &Event, block: Block<'_>) {
        let could = (self.speak, self.hear, self.hold);
        self.speak = block.speak().unwrap_or(self.speak);
        self.hear = block.hear().unwrap_or(self.hear);
        self.hold = block.hold().unwrap_or(self.hold);
        if could != (self.speak, self.hear, self.hold) {
            self.since = standing(event);
        }
        let talks = block.talking().unwrap_or(self.talking);
        if self.talking != talks {
            self.talking = talks;
            self.talking_since = event.standard().date();
        }
        self.see = block.see().unwrap_or(self.see);
        self.video = block.video().unwrap_or(self.video);
        self.floor = block.floor().unwrap_or(self.floor);
        self.ghost = block.ghost().unwrap_or(self.ghost);
        self.mute_detect = block.mute_detect().unwrap_or(self.mute_detect);
        self.moderator = block.member_type().map_or(self.moderator, |kind| kind == MemberType::Moderator);
        self.energy_level = block.energy_level().or(self.energy_level);
        self.current_energy = block.current_energy().or(self.current_energy);
        self.read_channel(event);
    }

    fn read_channel(&mut self, event: &Event) {
        if let Some(id) = event.unique_id()
            && self.channel.as_ref().map(ChannelUuid::as_str) != Some(&*id)
        {
            self.channel = Some(id.into());
        }
        if let Some(caller) = event.caller() {
            set(&mut self.caller_id_name, caller.caller_id_name());
            set(&mut self.caller_id_number, caller.caller_id_number());
        }
    }

    /// What the block does not say, or says as it was before.
    fn act(&mut self, action: &Action<'_>) {
        match action {
            Action::KickMember => self.leaving = Some(Leaving::Kicked),
            Action::HupMember => self.leaving = Some(Leaving::HungUp),
            Action::Transfer { new, dialplan, .. } => {
                let to = new.as_deref().or(dialplan.as_deref()).unwrap_or_default();
                self.leaving = Some(Leaving::Transferred { to: to.into() });
            }
            Action::VblindMember => self.watch = false,
            Action::UnvblindMember => self.watch = true,
            Action::EnergyLevelMember { level: Some(level) }
            | Action::AutoEnergyLevelMember { level: Some(level), .. }
            | Action::EnergyLevel { new_level: Some(level) } => self.energy_level = Some(*level),
            Action::VolumeInMember { level: Some(level) } | Action::GainLevel { new_level: Some(level) } => {
                self.volume_in = *level;
            }
            Action::VolumeOutMember { level: Some(level) }
            | Action::VolumeLevel { new_level: Some(level) } => self.volume_out = *level,
            Action::SetPositionMember { position } => {
                set(&mut self.position, position.as_deref().map(Into::into))
            }
            Action::PlayFileMember { file: Some(file) } => begin_playing(&mut self.playing, file),
            Action::PlayFileMemberDone(played) => end_playing(&mut self.playing, played.file().as_deref()),
            _ => {}
        }
    }
}
