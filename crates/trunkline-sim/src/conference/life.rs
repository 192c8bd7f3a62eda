//! Conferences come to be, members come and go, the floor passes, and the last one takes the conference with it
//! (`conference_thread_run` in `mod_conference.c`, `conference_member_add` and `_del` in `conference_member.c`).

use std::collections::VecDeque;

use trunkline_proto::HangupCause;

use super::{Conference, ConferenceId, Due, Flags, Member, MemberId, Seat, event};
use crate::channel::ChannelId;
use crate::config::ConferenceProfile;
use crate::core::{Core, Task};
use crate::event::Origin;

/// Where FreeSWITCH hangs up the members of a conference that ends.
const END_HANGUP: Origin = Origin { file: "mod_conference.c", function: "conference_thread_run", line: 806 };

impl Core {
    /// Makes a conference.
    pub(crate) fn new_conference(&mut self, name: &str, profile: ConferenceProfile) -> ConferenceId {
        let domain = name.split_once('@').map_or(profile.domain.as_str(), |(_, domain)| domain);
        let room = Conference {
            name: name.to_owned(),
            domain: domain.to_owned(),
            uuid: self.new_uuid(),
            since: self.now,
            members: Vec::new(),
            floor: None,
            least: 1,
            had_least: false,
            pin: profile.pin.clone(),
            moderator_pin: profile.moderator_pin.clone(),
            max_members: i32::try_from(profile.max_members).unwrap_or(i32::MAX),
            end_grace: i32::try_from(profile.end_grace.as_secs()).unwrap_or(i32::MAX),
            mandatory_gone: None,
            locked: false,
            answered: false,
            wait_for_moderator: false,
            enter_sounds: true,
            exit_sounds: true,
            music: true,
            sound_prefix: self.config.conferences.sound_prefix.clone(),
            variables: Vec::new(),
            relations: Vec::new(),
            files: VecDeque::new(),
            async_file: None,
            recordings: 0,
            record_file: String::new(),
            ends: false,
            profile,
        };
        self.conferences.insert(room)
    }

    /// Tells of a conference that was made.
    pub(crate) fn announce_conference(&mut self, id: ConferenceId) {
        self.tell(id, &event::CREATE, "conference-create", &[]);
    }

    /// Tells of a channel that would have joined a conference, but there was none.
    pub(crate) fn announce_rejection(&mut self, channel: ChannelId, name: &str, profile: &str) {
        let notice = self.bare_notice(&event::REJECTED);
        let notice = self.with_channel(notice, channel);
        let notice = notice.push("Conference-Name", name).push("Conference-Profile-Name", profile);
        self.fire_notice(notice.action("rejected-join-only", &[]));
    }

    /// A frame from now, the conference looks about it.
    pub(crate) fn look_soon(&mut self, id: ConferenceId) {
        if let Some(interval) = self.conferences.get(id).map(|room| room.profile.interval) {
            self.after(interval, Task::Conference(Due::Frame(id)));
        }
    }

    /// Puts a call into a conference.
    pub(crate) fn join_conference(&mut self, id: ConferenceId, channel: ChannelId, flags: Flags) {
        let now = self.now;
        let number = self.channels.get(channel).and_then(|channel| channel.standing.number);
        let number = number.unwrap_or_else(|| self.conferences.next_member());
        let level = |core: &Self, name: &str| {
            let text = core.channel_variable(channel, name.as_bytes());
            text.and_then(|text| std::str::from_utf8(text).ok()?.trim().parse::<i32>().ok())
        };
        let volume_in = level(self, "conference_join_volume_in").filter(|level| (-4..5).contains(level));
        let volume_out = level(self, "conference_join_volume_out").filter(|level| (-4..5).contains(level));
        let energy = level(self, "conference_join_energy_level").filter(|level| (-1..1801).contains(level));
        let Some(room) = self.conferences.get_mut(id) else { return };
        let mut member = Member::new(number, Seat::Caller(channel), flags, room.profile.energy_level, now);
        member.volume_in = volume_in.unwrap_or(0);
        member.volume_out = volume_out.unwrap_or(0);
        member.energy_level = energy.unwrap_or(member.energy_level);
        if flags.mintwo {
            room.least = 2;
        }
        if flags.mandatory {
            room.mandatory_gone = None;
        }
        if flags.moderator {
            room.wait_for_moderator = false;
        }
        room.members.push(member);
        room.had_least |= room.least > 0 && room.count() >= room.least;
        self.note_joined(id, channel, number);
        self.greet(id, number);
        self.tell_of(id, number, &event::ADD, "add-member", &[]);
        self.expect_talk(id, number);
        self.look_soon(id);
    }

    /// What a channel's variables say of the conference it is in.
    fn note_joined(&mut self, id: ConferenceId, channel: ChannelId, number: MemberId) {
        let caller = self.channel_variable(channel, b"caller_id_number").map(<[u8]>::to_vec);
        let caller = String::from_utf8_lossy(&caller.unwrap_or_default()).into_owned();
        let Some(room) = self.conferences.get(id) else { return };
        let Some(member) = room.member(number) else { return };
        let Some(channel) = self.channels.get_mut(channel) else { return };
        channel.standing.number = Some(number);
        channel.standing.seat = Some((id, number));
        channel.standing.pressed.clear();
        let bool = |is: bool| if is { "true" } else { "false" };
        let variables = &mut channel.variables;
        variables.set("conference_member_id", number.to_string());
        variables.set("conference_moderator", bool(member.flags.moderator));
        variables.set("conference_ghost", bool(member.flags.ghost));
        variables.set("conference_recording", &room.record_file);
        variables.set("conference_uuid", &room.uuid);
        if variables.get("conference_call_key").is_none() {
            variables
                .set("conference_call_key", format!("conference_{}_{}_{caller}", room.name, room.domain));
        }
    }

    /// The sounds that tell of somebody new.
    fn greet(&mut self, id: ConferenceId, number: MemberId) {
        let Some(room) = self.conferences.get(id) else { return };
        let quiet = room.member(number).is_some_and(|member| member.flags.silent || member.flags.ghost);
        let count = room.count();
        let sound = if count > 1 && room.enter_sounds && !quiet {
            room.profile.enter_sound.clone()
        } else if count == 1 && !room.wait_for_moderator && !quiet {
            room.profile.alone_sound.clone()
        } else {
            return;
        };
        self.play_to_all(id, sound.as_bytes(), false);
    }

    /// Takes a call out of its conference.
    pub(crate) fn leave_conference(&mut self, channel: ChannelId) {
        let Some((id, number)) = self.seat(channel) else { return };
        if let Some(standing) = self.channels.get_mut(channel).map(|channel| &mut channel.standing) {
            standing.seat = None;
        }
        let Some(room) = self.conferences.get_mut(id) else { return };
        room.relations.retain(|relation| relation.who != number);
        let Some(member) = room.member_mut(number) else { return };
        member.leaves = true;
        let files = std::mem::take(&mut member.files);
        let has_floor = room.floor == Some(number);
        self.close_files(id, number, files);
        if has_floor {
            self.pass_floor(id, None);
        }
        if let Some(channel) = self.channels.get_mut(channel) {
            channel.variables.remove(b"conference_call_key");
        }
        let Some(room) = self.conferences.get_mut(id) else { return };
        let at = room.members.iter().position(|member| member.id == number);
        let Some(member) = at.map(|at| room.members.remove(at)) else { return };
        let flags = member.flags;
        self.count_out(id, flags);
        // The event counts it no longer, and tells of it yet.
        let notice = self.farewell_notice(id, &member, &event::DELETE);
        self.fire_notice(notice.action("del-member", &[]));
        self.look_soon(id);
    }

    /// Whether a conference goes on without one.
    fn count_out(&mut self, id: ConferenceId, flags: Flags) {
        let now = self.now;
        let Some(room) = self.conferences.get_mut(id) else { return };
        let left = room.count() + room.ghosts();
        room.ends |= flags.endconf || left == 0 || (room.had_least && left < room.least);
        let mandatory = room.callers().any(|member| member.flags.mandatory);
        if flags.mandatory && !mandatory {
            room.mandatory_gone = Some(now);
        }
        if room.ends {
            return;
        }
        let alone = room.count() == 1 && !room.wait_for_moderator && !flags.ghost;
        let exit =
            if room.exit_sounds && !flags.silent { room.profile.exit_sound.clone() } else { String::new() };
        let lonely = if alone { room.profile.alone_sound.clone() } else { String::new() };
        self.play_to_all(id, exit.as_bytes(), false);
        self.play_to_all(id, lonely.as_bytes(), false);
    }

    /// Gives the floor to a member, or to nobody.
    pub(crate) fn pass_floor(&mut self, id: ConferenceId, to: Option<MemberId>) {
        let Some(room) = self.conferences.get(id) else { return };
        if to.is_some() && room.floor == to {
            return;
        }
        let here = |old: &MemberId| self.member_is_here(id, *old);
        let old = room.floor.filter(here).map_or_else(|| "none".to_owned(), |old| old.to_string());
        if let Some(room) = self.conferences.get_mut(id) {
            room.floor = to;
        }
        let notice = self.notice(id, &event::FLOOR).action("floor-change", &[("Old-ID", old.as_bytes())]);
        let notice = match to {
            Some(member) => self.with_member(notice, id, member).push("New-ID", member.to_string()),
            None => notice.push("New-ID", "none"),
        };
        self.fire_notice(notice);
    }

    /// Whether a member can be found: it was not kicked, and its call is not over (`conference_member_get`).
    pub(crate) fn member_is_here(&self, id: ConferenceId, member: MemberId) -> bool {
        let Some(member) = self.conference_member(id, member) else { return false };
        let channel = member.channel().and_then(|channel| self.channels.get(channel));
        !member.leaves && !member.flags.kicked && channel.is_some_and(|channel| !channel.hung_up())
    }

    /// What a conference's thread does with each frame.
    pub(super) fn look_about(&mut self, id: ConferenceId) {
        self.hear_lines(id);
        self.choose_floor(id);
        self.end_tapes(id);
        self.end_files(id);
        let now = self.now;
        let Some(room) = self.conferences.get_mut(id) else { return };
        if let Some(gone) = room.mandatory_gone {
            let grace = u64::try_from(room.end_grace).unwrap_or_default();
            if now.as_secs().saturating_sub(gone.as_secs()) > grace {
                room.ends = true;
            } else {
                self.after(std::time::Duration::from_millis(500), Task::Conference(Due::Frame(id)));
            }
        }
        if self.conferences.get(id).is_some_and(|room| room.ends) {
            self.end_conference(id);
        }
    }

    /// The floor goes to the newest where nobody has it, and to who talks while its holder does not.
    fn choose_floor(&mut self, id: ConferenceId) {
        const LOUD: u32 = 300;
        const QUIET: u32 = 100;
        let Some(room) = self.conferences.get(id) else { return };
        let holder = room.floor.and_then(|floor| room.member(floor));
        let holder_is_quiet = holder.is_none_or(|holder| holder.voice < QUIET || !holder.flags.can_speak);
        let takes = |member: &&Member| {
            member.flags.running
                && (holder.is_none()
                    || (room.floor != Some(member.id)
                        && member.flags.can_speak
                        && !member.flags.hold
                        && member.voice > LOUD
                        && holder_is_quiet))
        };
        let next = room.callers().find(takes).map(|member| member.id);
        if next.is_some() {
            self.pass_floor(id, next);
        }
    }

    /// Sends away who is left; then, once all are out, it is no more.
    fn end_conference(&mut self, id: ConferenceId) {
        let Some(room) = self.conferences.get_mut(id) else { return };
        for member in &mut room.members {
            member.flags.running = false;
        }
        let left: Vec<ChannelId> = room.callers().filter_map(Member::channel).collect();
        let answered = room.answered;
        for channel in left.iter().copied() {
            let kept = self.channel_variable(channel, b"hangup_after_conference").map(crate::text::is_false);
            if kept != Some(true) {
                let cause = if answered { HangupCause::NormalClearing } else { HangupCause::None };
                self.hangup(channel, cause, &END_HANGUP);
            }
            self.end_stay(channel);
        }
        self.end_tapes(id);
        if !left.is_empty() {
            return self.look_soon(id);
        }
        let files = self.conferences.get_mut(id).map(super::files::all_of).unwrap_or_default();
        for file in files {
            self.file_closed(id, None, &file);
        }
        self.tell(id, &event::DESTROY, "conference-destroy", &[]);
        self.conferences.remove(id);
    }
}
