//! A member: a call, or a file that a conference is recorded to, which FreeSWITCH counts among them.

use std::collections::VecDeque;
use std::fmt;

use super::record::Tape;
use super::{ConferenceId, Node};
use crate::channel::ChannelId;
use crate::time::Time;

/// The number of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct MemberId(pub(crate) u32);

impl fmt::Display for MemberId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// What a channel knows of the conferences it is, and was, in.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    /// Its number, which it keeps from one conference to the next.
    pub(crate) number: Option<MemberId>,
    pub(crate) seat: Option<(ConferenceId, MemberId)>,
    /// Digits that may be the beginning of a control.
    pub(crate) pressed: Vec<u8>,
    /// Counts them; tells a timer of now from earlier ones.
    pub(crate) turn: u64,
}

/// What a member is.
#[derive(Debug)]
pub(crate) enum Seat {
    Caller(ChannelId),
    Recording(Tape),
}

#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) id: MemberId,
    pub(crate) seat: Seat,
    pub(crate) flags: Flags,
    pub(crate) energy_level: i32,
    pub(crate) auto_energy_level: i32,
    pub(crate) max_energy_level: i32,
    /// `max-energy … <newval>:<ms>:<hits>`
    pub(crate) max_energy_mute: i32,
    pub(crate) max_energy_hits: i32,
    pub(crate) agc_level: i32,
    pub(crate) volume_in: i32,
    pub(crate) volume_out: i32,
    /// How loud it is, as far as it is known: none of what it says has come yet.
    pub(crate) score: Option<u32>,
    /// What it says of its own accord.
    pub(crate) voice: u32,
    /// Counts what is written down for it to say, as `turn` does.
    pub(crate) script: u64,
    /// What it said before it fell silent.
    pub(crate) last_voice: u32,
    pub(crate) joined: Time,
    pub(crate) last_talking: Option<Time>,
    pub(crate) talking_since: Option<Time>,
    /// How often it has begun or ended to talk; tells a timer of now from earlier ones.
    pub(crate) turn: u64,
    pub(crate) files: VecDeque<Node>,
    /// It is leaving: nobody finds it, but it is counted yet.
    pub(crate) leaves: bool,
    /// What is to be played to it for its being kicked.
    pub(crate) kicked_sound: Option<Vec<u8>>,
}

/// What a member may and does, by the names FreeSWITCH has for its flags.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "FreeSWITCH's flags")]
pub(crate) struct Flags {
    pub(crate) running: bool,
    pub(crate) kicked: bool,
    pub(crate) can_speak: bool,
    pub(crate) can_hear: bool,
    pub(crate) can_be_seen: bool,
    pub(crate) can_see: bool,
    pub(crate) talking: bool,
    pub(crate) mute_detect: bool,
    pub(crate) hold: bool,
    pub(crate) moderator: bool,
    pub(crate) ghost: bool,
    pub(crate) endconf: bool,
    pub(crate) mandatory: bool,
    pub(crate) mintwo: bool,
    pub(crate) dist_dtmf: bool,
    pub(crate) skip_dtmf: bool,
    pub(crate) no_music: bool,
    pub(crate) join_only: bool,
    pub(crate) silent: bool,
}

impl Default for Flags {
    fn default() -> Self {
        Self {
            running: true,
            kicked: false,
            can_speak: true,
            can_hear: true,
            can_be_seen: true,
            can_see: true,
            talking: false,
            mute_detect: false,
            hold: false,
            moderator: false,
            ghost: false,
            endconf: false,
            mandatory: false,
            mintwo: false,
            dist_dtmf: false,
            skip_dtmf: false,
            no_music: false,
            join_only: false,
            silent: false,
        }
    }
}

/// Flags that count: the rest of a list of them is not read.
const MOST_FLAGS: usize = 10;

impl Flags {
    /// Sets those of a list, separated by `|` or `,` (`conference_utils_set_mflags` in `conference_utils.c`).
    pub(crate) fn set(&mut self, list: &str) {
        if list.is_empty() {
            return;
        }
        (self.can_speak, self.can_hear, self.can_be_seen) = (true, true, true);
        for word in list.split(['|', ',']).take(MOST_FLAGS) {
            match word.trim().to_ascii_lowercase().as_str() {
                "mute" => self.can_speak = false,
                "vmute" => self.can_be_seen = false,
                "deaf" => self.can_hear = false,
                "blind" => self.can_see = false,
                "mute-detect" => self.mute_detect = true,
                "dist-dtmf" => self.dist_dtmf = true,
                "skip-dtmf" => self.skip_dtmf = true,
                "moderator" => self.moderator = true,
                "nomoh" => self.no_music = true,
                "endconf" => self.endconf = true,
                "mandatory_member_endconf" => self.mandatory = true,
                "mintwo" => self.mintwo = true,
                "ghost" => self.ghost = true,
                "join-only" => self.join_only = true,
                "second-screen" => (self.can_speak, self.can_hear, self.silent) = (false, false, true),
                _ => {}
            }
        }
    }
}

impl Member {
    pub(crate) fn new(id: MemberId, seat: Seat, flags: Flags, energy_level: i32, joined: Time) -> Self {
        Self {
            id,
            seat,
            flags,
            energy_level,
            auto_energy_level: 0,
            max_energy_level: 0,
            max_energy_mute: 0,
            max_energy_hits: 5,
            agc_level: 0,
            volume_in: 0,
            volume_out: 0,
            score: None,
            voice: 1,
            script: 0,
            last_voice: 1,
            joined,
            last_talking: None,
            talking_since: None,
            turn: 0,
            files: VecDeque::new(),
            leaves: false,
            kicked_sound: None,
        }
    }

    pub(crate) fn channel(&self) -> Option<ChannelId> {
        match self.seat {
            Seat::Caller(channel) => Some(channel),
            Seat::Recording(_) => None,
        }
    }

    pub(crate) fn tape(&self) -> Option<&Tape> {
        match &self.seat {
            Seat::Recording(tape) => Some(tape),
            Seat::Caller(_) => None,
        }
    }

    /// `Current-Energy`: it stays what it was once nobody listens.
    pub(crate) fn score(&self) -> u32 {
        self.score.unwrap_or(0)
    }

    pub(crate) fn kind(&self) -> &'static str {
        if self.flags.moderator { "moderator" } else { "member" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_come_in_lists() {
        let mut flags = Flags::default();
        flags.set("mute|moderator,ENDCONF");
        assert!(!flags.can_speak && flags.moderator && flags.endconf && flags.can_hear);
        flags.set("deaf");
        assert!(flags.can_speak && !flags.can_hear && flags.moderator);
        flags.set("");
        assert!(!flags.can_hear);
        flags.set("a|b|c|d|e|f|g|h|i|j|mute");
        assert!(flags.can_speak);
    }
}
