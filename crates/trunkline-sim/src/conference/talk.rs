//! Who talks (`conference_loop_input` in `conference_loop.c`). Nothing is heard: how loud a line is is written down, by
//! [`Talker`](crate::Talker) or by `api sim talk`.

use std::time::Duration;

use super::{ConferenceId, Due, Member, MemberId, event};
use crate::channel::{Channel, ChannelId};
use crate::config::Talker;
use crate::core::{Core, Task};
use crate::endpoint::Endpoint;
use crate::time::Time;

/// Frames a line has to be loud, and quiet, to count (`hangunder` and `hangover`).
const BEGINS_AFTER: u32 = 5;
const ENDS_AFTER: u32 = 40;
/// How much louder than its level a line is that counts at once.
const CLEAR: i64 = 400;

/// What a line is without anybody talking.
const SILENCE: u32 = 1;

impl Member {
    fn is_loud(&self) -> bool {
        let heard = (self.flags.can_speak && !self.flags.hold) || self.flags.mute_detect;
        heard && i64::from(self.voice) > i64::from(self.energy_level)
    }

    /// When it was last heard to talk.
    pub(crate) fn last_heard(&self, now: Time) -> Option<Time> {
        if self.flags.talking && self.is_loud() { Some(now) } else { self.last_talking }
    }

    /// How loud it is once its volume was changed (`switch_change_sln_volume` in `src/switch_resample.c`), in tenths.
    fn loudness(&self) -> u32 {
        const TENTHS: [u32; 9] = [2, 4, 6, 8, 10, 13, 23, 33, 43];
        let at = usize::try_from(self.volume_in + 4).unwrap_or(4);
        self.voice.saturating_mul(TENTHS.get(at).copied().unwrap_or(10)) / 10
    }
}

impl Core {
    /// Whoever has something to say will.
    pub(super) fn expect_talk(&mut self, id: ConferenceId, number: MemberId) {
        let after = self.script(id, number).map(|talker| talker.after);
        let member = self.conferences.get_mut(id).and_then(|room| room.member_mut(number));
        let Some(member) = member else { return };
        member.script += 1;
        let turn = member.script;
        match after {
            Some(after) => {
                let due = Due::Voice { conference: id, member: number, speaks: true, turn };
                self.after(after, Task::Conference(due));
            }
            None => self.speak(id, number, SILENCE),
        }
        self.judge_voice(id, number);
    }

    /// What is written down for a member to say, or what is played to it from afar.
    fn script(&self, id: ConferenceId, member: MemberId) -> Option<Talker> {
        let channel = self.channels.get(self.conference_member(id, member)?.channel()?)?;
        let number = &channel.profile.as_deref()?.caller_number;
        let written = self.config.conferences.talkers.iter().find(|talker| talker.is(number));
        written.cloned().or_else(|| self.played_to(channel))
    }

    fn played_to(&self, channel: &Channel) -> Option<Talker> {
        let (Endpoint::Loopback { peer, .. } | Endpoint::Sip { peer }) = channel.endpoint else {
            return None;
        };
        let sounds = self.sounds_of(peer?)?;
        let gone = self.now.since(sounds.since).as_micros();
        let round = (sounds.on + sounds.off).as_micros().max(1);
        let place = Duration::from_micros(u64::try_from(gone % round).unwrap_or_default());
        let (after, lasts) = match sounds.on.checked_sub(place) {
            Some(rest) if !rest.is_zero() => (Duration::ZERO, rest),
            _ => ((sounds.on + sounds.off).saturating_sub(place), sounds.on),
        };
        let talker = Talker::new("*", after, lasts);
        Some(if sounds.off.is_zero() { talker } else { talker.again(sounds.off) })
    }

    /// A channel begins to play something, or ends: who hears it has another line from now on.
    pub(crate) fn line_changes(&mut self, id: ChannelId) {
        let endpoint = self.channels.get(id).map(|channel| channel.endpoint);
        if let Some(Endpoint::Loopback { peer: Some(peer), .. } | Endpoint::Sip { peer: Some(peer) }) =
            endpoint
            && self.seat(peer).is_some()
        {
            self.after(Duration::ZERO, Task::Conference(Due::Line(peer)));
        }
    }

    /// A member's far end is another.
    pub(super) fn listen_again(&mut self, channel: ChannelId) {
        if let Some((id, member)) = self.seat(channel) {
            self.expect_talk(id, member);
        }
    }

    /// Somebody begins to say what the script has for it, or ends.
    pub(super) fn script_turn(&mut self, id: ConferenceId, number: MemberId, speaks: bool, turn: u64) {
        if self.conference_member(id, number).is_none_or(|member| member.script != turn) {
            return;
        }
        let Some(talker) = self.script(id, number) else { return };
        self.speak(id, number, if speaks { talker.energy } else { SILENCE });
        let next = if speaks { Some(talker.lasts) } else { talker.pause };
        if let Some(next) = next {
            let due = Due::Voice { conference: id, member: number, speaks: !speaks, turn };
            self.after(next, Task::Conference(due));
        }
    }

    /// `<conference> <member> <energy>|off`; `None` if that is no order, or there is no such member.
    pub(crate) fn talk_order(&mut self, order: &str) -> Option<()> {
        let words: Vec<&str> = order.split_whitespace().collect();
        let [name, member, energy] = words.as_slice() else { return None };
        let energy = if *energy == "off" { SILENCE } else { energy.parse().ok()? };
        let id = self.conferences.find(name)?;
        let member = MemberId(member.parse().ok()?);
        self.conference_member(id, member)?.channel()?;
        self.speak(id, member, energy);
        Some(())
    }

    /// Makes a line so loud from now on; 0 is silence.
    pub(crate) fn speak(&mut self, id: ConferenceId, member: MemberId, energy: u32) {
        let now = self.now;
        if let Some(member) = self.conferences.get_mut(id).and_then(|room| room.member_mut(member)) {
            member.last_talking = member.last_heard(now);
            member.voice = energy.max(SILENCE);
        }
        self.judge_voice(id, member);
        self.look_soon(id);
    }

    /// Whether a member will be taken to talk, or to talk no more, if it goes on so.
    pub(crate) fn judge_voice(&mut self, id: ConferenceId, number: MemberId) {
        let Some(room) = self.conferences.get_mut(id) else { return };
        let interval = room.profile.interval;
        let Some(member) = room.member_mut(number) else { return };
        member.turn += 1;
        let above = i64::from(member.voice) - i64::from(member.energy_level);
        let frames = match (member.is_loud(), member.flags.talking) {
            (true, false) if above >= CLEAR => 1,
            (true, false) => BEGINS_AFTER,
            (false, true) => ENDS_AFTER,
            _ => return,
        };
        let turn = member.turn;
        self.after(interval * frames, Task::Conference(Due::Talk { conference: id, member: number, turn }));
    }

    /// It went on so.
    pub(super) fn talk_turn(&mut self, id: ConferenceId, number: MemberId, turn: u64) {
        let now = self.now;
        let Some(room) = self.conferences.get_mut(id) else { return };
        let Some(member) = room.member_mut(number).filter(|member| member.turn == turn) else { return };
        if member.flags.talking {
            return self.stops_talking(id, number);
        }
        member.flags.talking = true;
        member.last_talking = Some(now);
        member.talking_since = Some(now);
        member.score = Some(member.loudness());
        let speaks = member.flags.can_speak && !member.flags.hold;
        if speaks {
            self.tell_of(id, number, &event::control("conference_loop_input", 1154), "start-talking", &[]);
        } else {
            self.tell_of(id, number, &event::control("conference_loop_input", 1167), "mute-detect", &[]);
        }
        self.look_soon(id);
    }

    /// What is told at the end: how much of it was talk (`stop_talking_handler`).
    fn stops_talking(&mut self, id: ConferenceId, number: MemberId) {
        let now = self.now;
        let Some(room) = self.conferences.get_mut(id) else { return };
        let interval = room.profile.interval;
        let Some(member) = room.member_mut(number) else { return };
        member.flags.talking = false;
        let since = member.talking_since.take().unwrap_or(now);
        let (energy, score) = (f64::from(member.last_voice), Some(member.loudness()));
        member.score = score;
        let headers = statistics(now.since(since), interval, energy);
        let mut notice = self.member_notice(id, number, &event::control("stop_talking_handler", 783));
        for (name, value) in &headers {
            notice = notice.push(name, value);
        }
        self.fire_notice(notice.action("stop-talking", &[]));
    }

    /// What comes from the lines is heard.
    pub(super) fn hear_lines(&mut self, id: ConferenceId) {
        let Some(room) = self.conferences.get_mut(id) else { return };
        for member in room.members.iter_mut().filter(|member| member.flags.can_speak && !member.flags.hold) {
            member.score = Some(member.loudness());
            if member.voice > SILENCE {
                member.last_voice = member.voice;
            }
        }
    }
}

/// The headers of `stop-talking`.
fn statistics(talked: Duration, interval: Duration, energy: f64) -> Vec<(&'static str, String)> {
    let packets = u32::try_from(talked.as_millis() / interval.as_millis().max(1)).unwrap_or(u32::MAX);
    let hits = packets.saturating_sub(ENDS_AFTER);
    if hits == 0 {
        return Vec::new();
    }
    let share = |part: u32, whole: u32| f64::from(part) / f64::from(whole) * 100.0;
    // Those at the end that were silent count as one.
    let (on, off) = (share(hits, packets), share(1, packets));
    vec![
        ("talking-gate-hits", hits.to_string()),
        ("talking-total-packets", packets.to_string()),
        ("talking-duration-ms", (u128::from(packets) * interval.as_millis()).to_string()),
        ("talking-average-energy", format!("{energy:.6}")),
        ("talking-delta-average", format!("{:.6}", energy / 64.0)),
        ("talking-hit-on-percent", format!("{on:.6}")),
        ("talking-non-hit-ratio", format!("{:.6}", share(1, hits))),
        ("talking-hit-off-percent", format!("{off:.6}")),
        ("talking-hit-off-differential", format!("{:.6}", on - off)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As it was recorded.
    #[test]
    fn what_was_talk() {
        let told = statistics(Duration::from_millis(1660), Duration::from_millis(20), 6484.0);
        let told: Vec<&str> = told.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(told[..4], ["43", "83", "1660", "6484.000000"]);
        assert_eq!(told[5..], ["51.807229", "2.325581", "1.204819", "50.602410"]);
        assert!(statistics(Duration::from_millis(800), Duration::from_millis(20), 1.0).is_empty());
    }
}
