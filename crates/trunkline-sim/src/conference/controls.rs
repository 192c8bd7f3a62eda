//! What members' digits do (`conference_loop.c`): a control is carried out as soon as no longer one begins so.

use std::time::Duration;

use super::orders::{Level, Order, To};
use super::{ConferenceId, Due, MemberId, event};
use crate::channel::ChannelId;
use crate::core::{Core, Task};

/// How long the next digit of a control may take (`ivr-dtmf-timeout`).
const NEXT_DIGIT: Duration = Duration::from_millis(500);

impl Core {
    /// A member has pressed a digit.
    pub(crate) fn member_presses(&mut self, channel: ChannelId, digit: u8) {
        let Some((id, number)) = self.seat(channel) else { return };
        if self.conference_member(id, number).is_some_and(|member| member.flags.dist_dtmf) {
            return self.pass_digit(id, number, digit);
        }
        let Some(standing) = self.channels.get_mut(channel).map(|channel| &mut channel.standing) else {
            return;
        };
        standing.pressed.push(digit);
        standing.turn += 1;
        let (pressed, turn) = (standing.pressed.clone(), standing.turn);
        let Some(room) = self.conferences.get(id) else { return };
        let begins = |digits: &str| digits.as_bytes().starts_with(&pressed);
        let longer =
            room.profile.controls.iter().any(|(digits, ..)| begins(digits) && digits.len() > pressed.len());
        if longer {
            return self.after(NEXT_DIGIT, Task::Conference(Due::Digits { channel, turn }));
        }
        self.control(channel);
    }

    /// No more digits have come.
    pub(super) fn control_timeout(&mut self, channel: ChannelId, turn: u64) {
        if self.channels.get(channel).is_some_and(|channel| channel.standing.turn == turn) {
            self.control(channel);
        }
    }

    /// Does what the digits ask for.
    fn control(&mut self, channel: ChannelId) {
        let Some((id, number)) = self.seat(channel) else { return };
        let Some(standing) = self.channels.get_mut(channel).map(|channel| &mut channel.standing) else {
            return;
        };
        let pressed = std::mem::take(&mut standing.pressed);
        let controls = self.conferences.get(id).map(|room| &room.profile.controls);
        let found = controls.into_iter().flatten().find(|(digits, ..)| digits.as_bytes() == pressed);
        let Some((digits, action, data)) = found.cloned() else { return };
        if let Some(channel) = self.channels.get_mut(channel) {
            channel.variables.set("conference_last_matching_digits", &pressed);
        }
        self.act(id, number, channel, (&digits, &action, &data));
    }

    /// Gives a digit to the other members.
    fn pass_digit(&mut self, id: ConferenceId, number: MemberId, digit: u8) {
        let Some(room) = self.conferences.get(id) else { return };
        let others = room.callers().filter(|other| other.id != number && !other.flags.skip_dtmf);
        let others: Vec<ChannelId> = others.filter_map(super::Member::channel).collect();
        for other in others {
            self.send_digits(other, &[digit]);
        }
    }

    fn act(&mut self, id: ConferenceId, number: MemberId, channel: ChannelId, control: (&str, &str, &str)) {
        let (digits, action, data) = control;
        let Some(flags) = self.conference_member(id, number).map(|member| member.flags) else { return };
        let orders: &[Order] = match (action, flags.can_speak, flags.can_hear) {
            ("mute" | "mute on" | "mute off" | "deaf mute", ..) if flags.hold => &[],
            ("mute" | "mute on", true, _) | ("deaf mute", true, false) => &[Order::Mute],
            ("mute" | "mute off" | "deaf mute", false, true) => &[Order::Unmute],
            ("mute" | "mute off" | "deaf mute", false, false) => &[Order::Unmute, Order::Undeaf],
            ("deaf mute", true, true) => &[Order::Mute, Order::Deaf],
            ("deaf" | "deaf on", _, true) => &[Order::Deaf],
            ("deaf" | "deaf off", _, false) => &[Order::Undeaf],
            _ => &[],
        };
        for order in orders {
            self.order_member(id, number, *order, false);
        }
        match action {
            "hangup" => self.end_member(id, number, channel),
            "floor" => self.toggle_floor(id, number).map_or((), drop),
            "lock" => self.toggle_lock(id, flags.moderator),
            "event" => {
                let headers = [("DTMF-Key", digits.as_bytes()), ("Data", data.as_bytes())];
                self.tell_of(id, number, &event::control("conference_loop_event", 619), "dtmf", &headers);
            }
            "transfer" => {
                let origin = event::control("conference_loop_transfer", 639);
                self.tell_of(id, number, &origin, "transfer", &[("Dialplan", data.as_bytes())]);
                let words = crate::text::split_spaces(data.as_bytes(), 3);
                if let Some(number) = words.first() {
                    let word = |place: usize, or: &'static [u8]| words.get(place).map_or(or, Vec::as_slice);
                    self.transfer(channel, number, Some(word(1, b"XML")), Some(word(2, b"default")));
                }
            }
            _ => self.change_level(id, number, action),
        }
    }

    fn end_member(&mut self, id: ConferenceId, number: MemberId, channel: ChannelId) {
        if let Some(member) = self.conferences.get_mut(id).and_then(|room| room.member_mut(number)) {
            member.flags.running = false;
        }
        self.end_stay(channel);
    }

    fn change_level(&mut self, id: ConferenceId, number: MemberId, action: &str) {
        let usual = self.conferences.get(id).map_or(0, |room| room.profile.energy_level);
        let (level, to, told, function, line) = match action {
            "energy up" => (Level::Energy, To::Up, "energy-level", "conference_loop_energy_up", 329),
            "energy equ" => {
                (Level::Energy, To::Be(usual), "energy-level", "conference_loop_energy_equ_conf", 370)
            }
            "energy dn" => (Level::Energy, To::Down, "energy-level", "conference_loop_energy_dn", 410),
            "vol talk up" => {
                (Level::VolumeOut, To::Up, "volume-level", "conference_loop_volume_talk_up", 440)
            }
            "vol talk zero" => {
                (Level::VolumeOut, To::Be(0), "volume-level", "conference_loop_volume_talk_zero", 471)
            }
            "vol talk dn" => {
                (Level::VolumeOut, To::Down, "volume-level", "conference_loop_volume_talk_dn", 503)
            }
            "vol listen up" => {
                (Level::VolumeIn, To::Up, "gain-level", "conference_loop_volume_listen_up", 534)
            }
            "vol listen zero" => {
                (Level::VolumeIn, To::Be(0), "gain-level", "conference_loop_volume_listen_zero", 565)
            }
            "vol listen dn" => {
                (Level::VolumeIn, To::Down, "gain-level", "conference_loop_volume_listen_dn", 597)
            }
            _ => return,
        };
        let value = self.set_level(id, number, level, Some(to)).to_string();
        let mut notice = self.member_notice(id, number, &event::control(function, line));
        if action == "energy up" {
            // It adds all of that twice.
            notice = self.with_member(notice, id, number);
        }
        self.fire_notice(notice.action(told, &[("New-Level", value.as_bytes())]));
    }

    /// Takes the floor, or gives it up; who has it otherwise.
    pub(crate) fn toggle_floor(
        &mut self,
        id: ConferenceId,
        number: MemberId,
    ) -> Result<Option<MemberId>, MemberId> {
        match self.conferences.get(id).and_then(|room| room.floor) {
            Some(holder) if holder == number => {
                self.pass_floor(id, None);
                self.look_soon(id);
                Ok(None)
            }
            None => {
                self.pass_floor(id, Some(number));
                Ok(Some(number))
            }
            Some(holder) => Err(holder),
        }
    }

    fn toggle_lock(&mut self, id: ConferenceId, moderator: bool) {
        let Some(room) = self.conferences.get_mut(id) else { return };
        if room.wait_for_moderator && !moderator {
            return;
        }
        room.locked = !room.locked;
        let (action, line) = if room.locked { ("lock", 231) } else { ("unlock", 243) };
        self.tell(id, &event::control("conference_loop_lock_toggle", line), action, &[]);
    }
}
