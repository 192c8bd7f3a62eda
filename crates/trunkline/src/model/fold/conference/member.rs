//! Members: who they are, and what they may.

use std::sync::Arc;

use trunkline_proto::view::conference::Action;
use trunkline_proto::{ChannelUuid, Event, Headers, Reached, Value};

use super::Happened;
use super::playing::{begin_playing, end_playing};
use crate::model::change::Removal;
use crate::model::conference::Conference;
use crate::model::draft::Draft;
use crate::model::fold::channel::passes::{Details, States, Who};
use crate::model::fold::pass::pass;
use crate::model::fold::told::Told;
use crate::model::fold::value::{flag, is_as_it_was, number, text};
use crate::model::fold::{sequence, set};
use crate::model::member::{Leaving, Member};

pass! {
    /// What stands before the channel block. Some begin with what happened (`conference_member_set_floor_holder` in
    /// `conference_member.c`), then comes the conference once more.
    Seat {
        _: "seconds",
        _: "milliseconds",
        _: "samples",
        action: "Action",
        _: "Old-ID",
        _: "Conference-Name",
        _: "Conference-Domain",
        _: "Conference-Size",
        _: "Conference-Ghosts",
        _: "Conference-Profile-Name",
        _: "Conference-Unique-ID",
        floor: "Floor",
    }
}

pass! {
    /// What an event says of a member (`conference_member_add_event_data` in `conference_member.c`), and what happened.
    Flags {
        video: "Video",
        hear: "Hear",
        see: "See",
        speak: "Speak",
        talking: "Talking",
        mute_detect: "Mute-Detect",
        hold: "Hold",
        id: "Member-ID",
        kind: "Member-Type",
        ghost: "Member-Ghost",
        energy_level: "Energy-Level",
        current_energy: "Current-Energy",
        action: "Action",
    }
}

/// What an event says of a member.
pub(super) struct Block<'e> {
    pub(super) id: u32,
    floor: Option<bool>,
    channel: Option<Value<'e>>,
    /// The caller's name and number, of one who has a channel; `None` if the channel block is what was read last.
    caller: Option<[Option<Value<'e>>; 2]>,
    /// The bytes of the channel block.
    details_read: &'e [u8],
    flags: Flags<'e>,
}

impl<'e> Block<'e> {
    /// What it says, if it is about somebody, and what happened. `name`: the conference; `reached`: what comes behind it.
    pub(super) fn of(
        draft: &Draft,
        event: &'e Event,
        name: &str,
        mut reached: Reached,
    ) -> (Option<Self>, Option<Value<'e>>) {
        let headers = event.headers();
        let seat = Seat::read(headers, &mut reached);
        if seat.floor.is_none() && headers.value("Member-ID").is_none() {
            return (None, seat.action);
        }
        let is_in_order = seat.floor.is_some() && headers.is_next(reached, "Channel-State");
        let seated = match is_in_order {
            true => Seated::read(draft, headers, name, &mut reached),
            false => Seated::look_up(headers),
        };
        let mut flags = Flags::read(headers, &mut reached);
        let action = seat.action.or(flags.action);
        if flags.id.is_none() || flags.hear.is_none() {
            flags = Flags::look_up(headers);
        }
        let Some(id) = number(flags.id) else { return (None, action) };
        let Seated { channel, mut caller, details_read, of } = seated;
        if of.is_some_and(|of| of != id) {
            caller = Seated::look_up_caller(headers);
        }
        (Some(Self { id, floor: flag(seat.floor), channel, caller, details_read, flags }), action)
    }
}

/// What an event says of a member's channel.
struct Seated<'e> {
    channel: Option<Value<'e>>,
    caller: Option<[Option<Value<'e>>; 2]>,
    details_read: &'e [u8],
    /// The member whose channel block it is to the byte, as read last.
    of: Option<u32>,
}

impl<'e> Seated<'e> {
    /// Reads the channel block that begins there.
    fn read(draft: &Draft, headers: &'e Headers, name: &str, reached: &mut Reached) -> Self {
        States::pass_by(headers, reached);
        let from = *reached;
        let channel = Who::read(headers, reached).id;
        let known = channel.and_then(|channel| draft.rooms.member(&channel.to_str()));
        let known = known.and_then(|id| draft.view().members().get(&id));
        if let Some(known) = known.filter(|known| *known.conference == *name)
            && let Some(behind) = Details::skip(headers, from, &known.details_read)
        {
            *reached = behind;
            return Self { channel, caller: None, details_read: &[], of: Some(known.id) };
        }
        let details = Details::read(headers, reached);
        let caller = details.caller.map(|_| [details.caller_id_name, details.caller_id_number]);
        Self { channel, caller, details_read: details.bytes(headers, from, *reached), of: None }
    }

    /// Looks up what of it there is.
    fn look_up(headers: &'e Headers) -> Self {
        let (channel, caller) = (headers.value("Unique-ID"), Self::look_up_caller(headers));
        Self { channel, caller, details_read: &[], of: None }
    }

    fn look_up_caller(headers: &'e Headers) -> Option<[Option<Value<'e>>; 2]> {
        headers.value("Caller-Direction")?;
        Some(["Caller-Caller-ID-Name", "Caller-Caller-ID-Number"].map(|name| headers.value(name)))
    }
}

/// What an event says of the member it is about. One that is not known is made.
pub(super) fn block(draft: &mut Draft, block: &Block<'_>, name: &Arc<str>, happened: &Happened<'_, '_>) {
    let (id, told) = (block.id, happened.told);
    match draft.view().members().get(&id) {
        None if draft.rooms.had_left(id, sequence(draft)) => return,
        None => begin(draft, block, name, happened),
        Some(known) if known.conference == *name => {}
        Some(known) if known.told.is_late(told.sequence) => return,
        // He went there without a word.
        Some(_) => {
            leave(draft, id, 0, Removal::Ended);
            begin(draft, block, name, happened);
        }
    }
    draft.alter_by::<Member, u32>(&id, |member| {
        if member.told.takes(told.sequence) {
            member.read(block, happened);
        }
        member.act(&happened.action);
    });
    match block.floor {
        Some(true) => super::give_floor(draft, told, name, Some(id)),
        Some(false) if draft.get::<Conference>(name).is_some_and(|known| known.floor == Some(id)) => {
            super::give_floor(draft, told, name, None);
        }
        _ => {}
    }
}

/// One who was not known.
fn begin(draft: &mut Draft, block: &Block<'_>, name: &Arc<str>, happened: &Happened<'_, '_>) {
    let told = happened.told;
    let mut member = Member::new(block.id, name.clone(), happened.standing());
    let joins = matches!(happened.action, Action::AddMember);
    member.joined = told.date.filter(|_| joins);
    member.talking_since = told.date;
    member.floor = draft.get::<Conference>(name).is_some_and(|known| known.floor == Some(block.id));
    member.read(block, happened);
    draft.rooms.enter(name, block.id, member.channel.as_ref());
    draft.create(member);
}

/// del-member
pub(super) fn leaves(draft: &mut Draft, told: &Told<'_>, block: &Block<'_>, name: &str) {
    let id = block.id;
    // One who is not known may be heard of yet.
    if draft.view().members().get(&id).is_none_or(|member| *member.conference == *name) {
        leave(draft, id, told.sequence.unwrap_or_default(), Removal::Ended);
    }
}

/// Takes a member away, and remembers that he has gone.
pub(in crate::model) fn leave(draft: &mut Draft, id: u32, sequence: u64, cause: Removal) {
    draft.rooms.leave(id, sequence);
    let Some(last) = draft.remove::<Member>(&id, cause) else { return };
    if last.floor {
        let name = last.conference.clone();
        draft.alter::<Conference>(&name, |conference| {
            conference.floored.takes(Some(sequence));
            conference.floor = conference.floor.filter(|holder| *holder != id);
        });
    }
}

impl Member {
    fn read(&mut self, block: &Block<'_>, happened: &Happened<'_, '_>) {
        let flags = &block.flags;
        let could = (self.speak, self.hear, self.hold);
        self.speak = flag(flags.speak).unwrap_or(self.speak);
        self.hear = flag(flags.hear).unwrap_or(self.hear);
        self.hold = flag(flags.hold).unwrap_or(self.hold);
        if could != (self.speak, self.hear, self.hold) {
            self.since = happened.standing();
        }
        let talks = flag(flags.talking).unwrap_or(self.talking);
        if self.talking != talks {
            self.talking = talks;
            self.talking_since = happened.told.date;
        }
        self.see = flag(flags.see).unwrap_or(self.see);
        self.video = flag(flags.video).unwrap_or(self.video);
        self.ghost = flag(flags.ghost).unwrap_or(self.ghost);
        self.mute_detect = flag(flags.mute_detect).unwrap_or(self.mute_detect);
        self.moderator = flags.kind.map_or(self.moderator, |kind| kind.is(b"moderator"));
        self.energy_level = number(flags.energy_level).or(self.energy_level);
        self.current_energy = number(flags.current_energy).or(self.current_energy);
        self.read_channel(block);
    }

    fn read_channel(&mut self, block: &Block<'_>) {
        if let Some(id) = block.channel
            && !is_as_it_was(self.channel.as_ref().map(ChannelUuid::as_str), Some(id))
        {
            self.channel = Some(id.to_str().into());
        }
        if let Some([name, number]) = block.caller {
            text(&mut self.caller_id_name, name);
            text(&mut self.caller_id_number, number);
            self.details_read = Arc::from(block.details_read);
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
