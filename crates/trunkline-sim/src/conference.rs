//! Conferences (`mod_conference`): the rooms, who is in them, and what becomes of them.
//!
//! In FreeSWITCH a conference has a thread that looks at its members with every frame of sound. Here it looks when there
//! is something to see, a frame after what made it so: a new member takes the floor, a file ends, the last one is gone.

mod controls;
mod dial;
mod event;
mod files;
mod life;
mod member;
mod orders;
mod record;
mod talk;

use std::collections::{BTreeMap, VecDeque};

use crate::channel::ChannelId;
use crate::config::ConferenceProfile;
use crate::core::Core;
use crate::time::Time;

pub(crate) use dial::{DialId, Dials, Wanted};
pub(crate) use files::Node;
pub(crate) use files::Stop;
pub(crate) use member::{Flags, Member, MemberId, Seat, Standing};
pub(crate) use orders::{Level, Order, To};

/// A conference, by the order they were made in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ConferenceId(u64);

/// What is to happen in a conference.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Due {
    /// It looks about it.
    Frame(ConferenceId),
    /// A member is taken to talk, or to talk no more.
    Talk { conference: ConferenceId, member: MemberId, turn: u64 },
    /// A member says what is written down for it, or has said it.
    Voice { conference: ConferenceId, member: MemberId, speaks: bool, turn: u64 },
    /// The far end of a member begins to play something, or ends.
    Line(ChannelId),
    /// Digits that may begin a longer control were all there are.
    Digits { channel: ChannelId, turn: u64 },
}

/// The conferences there are.
#[derive(Debug, Default)]
pub(crate) struct Conferences {
    rooms: BTreeMap<ConferenceId, Conference>,
    made: u64,
    /// The last number given to a member: they are not given twice, not even in another conference.
    members: u32,
    pub(crate) dials: Dials,
}

#[derive(Debug)]
pub(crate) struct Conference {
    pub(crate) name: String,
    pub(crate) domain: String,
    pub(crate) uuid: String,
    pub(crate) profile: ConferenceProfile,
    pub(crate) since: Time,
    /// The newest last; FreeSWITCH lists them the other way round.
    pub(crate) members: Vec<Member>,
    pub(crate) floor: Option<MemberId>,
    /// Fewer than these end it once there were so many.
    pub(crate) least: usize,
    pub(crate) had_least: bool,
    pub(crate) pin: String,
    pub(crate) moderator_pin: String,
    pub(crate) max_members: i32,
    pub(crate) end_grace: i32,
    /// When the last member that must be there has left.
    pub(crate) mandatory_gone: Option<Time>,
    pub(crate) locked: bool,
    pub(crate) answered: bool,
    pub(crate) wait_for_moderator: bool,
    pub(crate) enter_sounds: bool,
    pub(crate) exit_sounds: bool,
    pub(crate) music: bool,
    pub(crate) sound_prefix: String,
    pub(crate) variables: Vec<(String, Vec<u8>)>,
    /// Relations between members: who, to whom, and what is not heard.
    pub(crate) relations: Vec<Relation>,
    pub(crate) files: VecDeque<Node>,
    pub(crate) async_file: Option<Node>,
    pub(crate) recordings: usize,
    /// The last file it was recorded to.
    pub(crate) record_file: String,
    /// It is to end (CFLAG_DESTRUCT).
    pub(crate) ends: bool,
}

/// What a member is to another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Relation {
    pub(crate) who: MemberId,
    pub(crate) to: MemberId,
    pub(crate) speak: bool,
    pub(crate) hear: bool,
    pub(crate) send_video: bool,
}

impl Conference {
    /// Callers that are no ghosts.
    pub(crate) fn count(&self) -> usize {
        self.callers().filter(|member| !member.flags.ghost).count()
    }

    pub(crate) fn ghosts(&self) -> usize {
        self.callers().filter(|member| member.flags.ghost).count()
    }

    /// The members that are calls, the newest first.
    pub(crate) fn callers(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().rev().filter(|member| member.channel().is_some())
    }

    pub(crate) fn member(&self, id: MemberId) -> Option<&Member> {
        self.members.iter().find(|member| member.id == id)
    }

    pub(crate) fn member_mut(&mut self, id: MemberId) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.id == id)
    }

    /// The conference's own variable of this name.
    pub(crate) fn variable(&self, name: &str) -> Option<&[u8]> {
        let found = self.variables.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_slice())
    }

    /// Sets a variable of its own; an empty value removes it.
    pub(crate) fn set_variable(&mut self, name: &str, value: &[u8]) {
        self.variables.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        if !value.is_empty() {
            self.variables.push((name.to_owned(), value.to_vec()));
        }
    }
}

impl Conferences {
    pub(crate) fn get(&self, id: ConferenceId) -> Option<&Conference> {
        self.rooms.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: ConferenceId) -> Option<&mut Conference> {
        self.rooms.get_mut(&id)
    }

    /// The one of this name, unless it is about to end.
    pub(crate) fn find(&self, name: &str) -> Option<ConferenceId> {
        let found = self.rooms.iter().rev().find(|(_, room)| room.name == name);
        found.filter(|(_, room)| !room.ends).map(|(id, _)| *id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (ConferenceId, &Conference)> {
        self.rooms.iter().map(|(id, room)| (*id, room))
    }

    pub(crate) fn next_member(&mut self) -> MemberId {
        self.members += 1;
        MemberId(self.members)
    }

    fn insert(&mut self, room: Conference) -> ConferenceId {
        self.made += 1;
        let id = ConferenceId(self.made);
        self.rooms.insert(id, room);
        id
    }

    fn remove(&mut self, id: ConferenceId) -> Option<Conference> {
        self.rooms.remove(&id)
    }
}

impl Core {
    /// Does what was due in a conference.
    pub(crate) fn conference_due(&mut self, due: Due) {
        match due {
            Due::Frame(id) => self.look_about(id),
            Due::Talk { conference, member, turn } => self.talk_turn(conference, member, turn),
            Due::Voice { conference, member, speaks, turn } => {
                self.script_turn(conference, member, speaks, turn)
            }
            Due::Line(channel) => self.listen_again(channel),
            Due::Digits { channel, turn } => self.control_timeout(channel, turn),
        }
    }

    /// Member and conference of a channel that is in one.
    pub(crate) fn seat(&self, channel: ChannelId) -> Option<(ConferenceId, MemberId)> {
        self.channels.get(channel)?.standing.seat
    }

    pub(crate) fn conference_member(&self, id: ConferenceId, member: MemberId) -> Option<&Member> {
        self.conferences.get(id)?.member(member)
    }
}
