//! What is done to a member, whether a command or its own digits ask for it (`conference_api.c`).

use super::{ConferenceId, Flags, Member, MemberId, event};
use crate::core::Core;

/// A change to what a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Mute,
    Unmute,
    Deaf,
    Undeaf,
    Hold,
    Unhold,
    Vmute,
    Unvmute,
    Vblind,
    Unvblind,
}

impl Order {
    /// As it is called: its reply, its event, and where that comes from.
    pub(crate) fn word(self) -> &'static str {
        self.names().0
    }

    fn names(self) -> (&'static str, &'static str, &'static str, u32) {
        match self {
            Self::Mute => ("mute", "mute-member", "conference_api_sub_mute", 339),
            Self::Unmute => ("unmute", "unmute-member", "conference_api_sub_unmute", 492),
            Self::Deaf => ("deaf", "deaf-member", "conference_api_sub_deaf", 797),
            Self::Undeaf => ("undeaf", "undeaf-member", "conference_api_sub_undeaf", 839),
            Self::Hold => ("hold", "hold-member", "conference_api_sub_hold", 440),
            Self::Unhold => ("unhold", "unhold-member", "conference_api_sub_unhold", 389),
            Self::Vmute => ("vmute", "vmute-member", "conference_api_sub_vmute", 617),
            Self::Unvmute => ("unvmute", "unvmute-member", "conference_api_sub_unvmute", 687),
            Self::Vblind => ("vblind", "vblind-member", "conference_api_sub_vblind", 720),
            Self::Unvblind => ("unvblind", "unvblind-member", "conference_api_sub_unvblind", 769),
        }
    }

    fn apply(self, flags: &mut Flags) {
        match self {
            Self::Mute => (flags.can_speak, flags.talking) = (false, false),
            Self::Unmute => flags.can_speak = true,
            Self::Deaf => flags.can_hear = false,
            Self::Undeaf => flags.can_hear = true,
            Self::Hold => (flags.hold, flags.talking) = (true, false),
            Self::Unhold => flags.hold = false,
            Self::Vmute => flags.can_be_seen = false,
            Self::Unvmute => flags.can_be_seen = true,
            Self::Vblind => flags.can_see = false,
            Self::Unvblind => flags.can_see = true,
        }
    }
}

/// A number a member has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Energy,
    AutoEnergy,
    MaxEnergy,
    Agc,
    VolumeIn,
    VolumeOut,
}

/// What a level is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum To {
    Up,
    Down,
    Be(i32),
}

/// The lowest and highest volume.
const VOLUMES: (i32, i32) = (-4, 4);

impl Level {
    fn of(self, member: &mut Member) -> &mut i32 {
        match self {
            Self::Energy => &mut member.energy_level,
            Self::AutoEnergy => &mut member.auto_energy_level,
            Self::MaxEnergy => &mut member.max_energy_level,
            Self::Agc => &mut member.agc_level,
            Self::VolumeIn => &mut member.volume_in,
            Self::VolumeOut => &mut member.volume_out,
        }
    }

    fn changed(self, before: i32, to: To) -> i32 {
        let is_energy = matches!(self, Self::Energy | Self::AutoEnergy | Self::MaxEnergy);
        match (to, is_energy) {
            (To::Up, _) if self == Self::Agc => before + 200,
            (To::Down, _) if self == Self::Agc => (before - 200).max(0),
            (To::Be(level), _) if self == Self::Agc => level,
            (To::Up, true) => (before + 200).min(1800),
            (To::Down, true) => (before - 200).max(0),
            (To::Be(level), true) => level,
            (To::Up, false) => (before + 1).min(VOLUMES.1),
            (To::Down, false) => (before - 1).max(VOLUMES.0),
            (To::Be(level), false) => level.clamp(VOLUMES.0, VOLUMES.1),
        }
    }
}

impl Core {
    /// Changes what a member may do, and tells of it.
    pub(crate) fn order_member(&mut self, id: ConferenceId, number: MemberId, order: Order, quiet: bool) {
        let now = self.now;
        let Some(room) = self.conferences.get_mut(id) else { return };
        let sound = match order {
            Order::Mute if !quiet => room.profile.muted_sound.clone(),
            Order::Unmute if !quiet => room.profile.unmuted_sound.clone(),
            _ => String::new(),
        };
        let Some(member) = room.member_mut(number) else { return };
        member.last_talking = member.last_heard(now);
        order.apply(&mut member.flags);
        if order == Order::Unhold {
            self.stop_files(id, Some(number), super::Stop::All);
        }
        let (_, action, function, line) = order.names();
        self.tell_of(id, number, &event::api(function, line), action, &[]);
        self.judge_voice(id, number);
        self.play_to(id, number, sound.as_bytes());
    }

    /// Changes a level; what it is then.
    pub(crate) fn set_level(
        &mut self,
        id: ConferenceId,
        number: MemberId,
        level: Level,
        to: Option<To>,
    ) -> i32 {
        let member = self.conferences.get_mut(id).and_then(|room| room.member_mut(number));
        let Some(member) = member else { return 0 };
        let value = level.of(member);
        if let Some(to) = to {
            *value = level.changed(*value, to);
        }
        let value = *value;
        if to.is_some() {
            self.judge_voice(id, number);
            self.look_soon(id);
        }
        value
    }

    /// Tells of a level that a command has set.
    pub(crate) fn tell_level(&mut self, id: ConferenceId, number: MemberId, level: Level) {
        let Some(member) = self.conference_member(id, number) else { return };
        let text = |number: i32| number.to_string();
        let energy = ("Energy-Level", text(member.energy_level));
        let (action, function, line, headers) = match level {
            Level::Energy => ("energy-level-member", "conference_api_sub_energy", 1228, vec![energy]),
            Level::AutoEnergy => {
                let auto = ("Auto-Energy-Level", text(member.auto_energy_level));
                ("auto-energy-level-member", "conference_api_sub_auto_energy", 1370, vec![auto, energy])
            }
            Level::MaxEnergy => {
                let most = text(member.max_energy_level);
                let headers = vec![
                    ("Max-Energy-Level", most.clone()),
                    ("Max-Energy-Mute", text(member.max_energy_mute)),
                    ("Max-Energy-Hit-Trigger", text(member.max_energy_hits)),
                    ("Energy-Level", most),
                ];
                ("max-energy-level-member", "conference_api_sub_max_energy", 1442, headers)
            }
            Level::Agc => (
                "agc-level-member",
                "conference_api_sub_agc",
                1324,
                vec![("Agc-Level", text(member.agc_level))],
            ),
            Level::VolumeIn => {
                let headers = vec![("Volume-Level", text(member.volume_in))];
                ("volume-in-member", "conference_api_sub_volume_in", 1574, headers)
            }
            Level::VolumeOut => {
                let headers = vec![("Volume-Level", text(member.volume_out))];
                ("volume-out-member", "conference_api_sub_volume_out", 1609, headers)
            }
        };
        let headers: Vec<(&str, &[u8])> =
            headers.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
        self.tell_of(id, number, &event::api(function, line), action, &headers);
    }

    /// Whether a level is above the one it may rise to of itself, which then is no more.
    pub(crate) fn auto_energy_exceeded(&mut self, id: ConferenceId, number: MemberId) -> bool {
        let member = self.conferences.get_mut(id).and_then(|room| room.member_mut(number));
        let Some(member) = member else { return false };
        let exceeded = member.auto_energy_level != 0 && member.energy_level > member.auto_energy_level;
        if exceeded {
            member.auto_energy_level = 0;
        }
        exceeded
    }

    /// How long a member that is too loud is muted, in milliseconds, and how often it has to be.
    pub(crate) fn limit_bursts(
        &mut self,
        id: ConferenceId,
        number: MemberId,
        mute: Option<i32>,
        hits: Option<i32>,
    ) {
        let Some(room) = self.conferences.get_mut(id) else { return };
        let frame = i32::try_from(room.profile.interval.as_millis()).unwrap_or(20).max(1);
        let Some(member) = room.member_mut(number) else { return };
        if let Some(mute) = mute.filter(|mute| *mute >= 0) {
            member.max_energy_mute = mute / frame * frame;
        }
        if let Some(hits) = hits.filter(|hits| *hits >= 0) {
            member.max_energy_hits = hits;
        }
    }

    /// Sends digits to a member's far end.
    pub(crate) fn send_to_member(&mut self, id: ConferenceId, number: MemberId, digits: &str) {
        let Some(channel) = self.conference_member(id, number).and_then(Member::channel) else { return };
        self.send_digits(channel, digits.as_bytes());
        let headers = [("Digits", digits.as_bytes())];
        self.tell_of(id, number, &event::api("conference_api_sub_dtmf", 1049), "dtmf-member", &headers);
    }

    /// Has a member leave; `kick` lets nobody find it from now on.
    pub(crate) fn send_away(&mut self, id: ConferenceId, number: MemberId, kick: Option<&[u8]>) {
        let member = self.conferences.get_mut(id).and_then(|room| room.member_mut(number));
        let Some(member) = member else { return };
        member.flags.running = false;
        let channel = member.channel();
        match kick {
            Some(sound) => {
                member.flags.kicked = true;
                member.kicked_sound = Some(sound.to_vec()).filter(|sound| !sound.is_empty());
                self.tell_of(id, number, &event::api("conference_api_sub_kick", 902), "kick-member", &[]);
            }
            None => self.tell_of(id, number, &event::api("conference_api_sub_hup", 871), "hup-member", &[]),
        }
        if let Some(channel) = channel {
            self.end_stay(channel);
        }
    }

    /// Locks a conference, or unlocks it.
    pub(crate) fn lock_conference(&mut self, id: ConferenceId, locks: bool) {
        if let Some(room) = self.conferences.get_mut(id) {
            room.locked = locks;
        }
        let (action, origin) = match locks {
            true => ("lock", event::api("conference_api_sub_lock", 3474)),
            false => ("unlock", event::api("conference_api_sub_unlock", 3496)),
        };
        self.tell(id, &origin, action, &[]);
    }

    /// Tells of a change to the sounds at the door: `s-on`, `s-off` or `-file-changed`.
    pub(crate) fn tell_of_sounds(&mut self, id: ConferenceId, enters: bool, change: &str) {
        let (word, function, on, off, file) = match enters {
            true => ("enter-sound", "conference_api_sub_enter_sound", 3571, 3579, 3591),
            false => ("exit-sound", "conference_api_sub_exit_sound", 3520, 3528, 3541),
        };
        let line = match change {
            "s-on" => on,
            "s-off" => off,
            _ => file,
        };
        self.tell(id, &event::api(function, line), &format!("{word}{change}"), &[]);
    }

    /// Tells of a file a command has begun to play.
    pub(crate) fn tell_of_file(
        &mut self,
        id: ConferenceId,
        member: Option<MemberId>,
        path: &str,
        is_async: bool,
    ) {
        let function = "conference_api_sub_play";
        let file = ("File", path.as_bytes());
        match member {
            Some(member) => {
                self.tell_of(id, member, &event::api(function, 2846), "play-file-member", &[file]);
            }
            None => {
                let is_async = if is_async { "true" } else { "false" };
                let headers = [file, ("Async", is_async.as_bytes())];
                let front = self.conferences.get(id).and_then(|room| room.files.front());
                let params = front.map(super::Node::params).unwrap_or_default();
                let notice = self.notice(id, &event::api(function, 2817));
                let notice =
                    params.into_iter().fold(notice, |notice, (name, value)| notice.push(&name, value));
                self.fire_notice(notice.action("play-file", &headers));
            }
        }
    }

    /// Tells of something said to a member.
    pub(crate) fn tell_of_speech(&mut self, id: ConferenceId, member: MemberId, text: &str) {
        let origin = event::api("conference_api_sub_saymember", 2944);
        self.tell_of(id, member, &origin, "speak-text-member", &[("Text", text.as_bytes())]);
    }

    /// Sends a member to another conference.
    pub(crate) fn transfer_member(&mut self, id: ConferenceId, number: MemberId, to: &str) {
        let Some(channel) = self.conference_member(id, number).and_then(Member::channel) else { return };
        let (name, profile) = to.split_once('@').unwrap_or((to, "default"));
        let extension = format!("conference:{name}@{profile}");
        self.transfer(channel, extension.as_bytes(), Some(b"inline"), None);
        if let Some(channel) = self.channels.get_mut(channel) {
            channel.variables.set("last_transfered_conference", name);
        }
        let from = self.conferences.get(id).map(|room| room.name.clone()).unwrap_or_default();
        let notice = self.member_notice(id, number, &event::api("conference_api_sub_transfer", 3704));
        let notice = notice.push("Old-Conference-Name", from).push("New-Conference-Name", to);
        self.fire_notice(notice.action("transfer", &[]));
    }
}
