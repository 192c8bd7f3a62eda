//! The application `conference` (`conference_function` in `mod_conference.c`): into a conference, which is made where
//! there is none, past its pin and its lock.

use std::time::Duration;

use super::media::Playback;
use super::sound::length;
use super::{Activity, Application, Ending, Progress, Running};
use crate::channel::ChannelId;
use crate::conference::{ConferenceId, Flags};
use crate::core::{Core, Task};
use crate::event::Origin;
use crate::log;
use trunkline_proto::{CallDirection, HangupCause};

pub(super) const APPLICATIONS: &[(&str, Application)] = &[("conference", conference)];

/// What the application waits for.
#[derive(Debug)]
pub(crate) enum Stay {
    /// The pin.
    Door(Box<Door>),
    /// Its end as a member.
    Member,
    /// The next frame, with which its thread sees that it is to go elsewhere.
    Leaving,
    /// The end of a sound after which there is no more.
    Sound(Playback),
}

/// A caller that is asked for a pin.
#[derive(Debug)]
pub(crate) struct Door {
    conference: ConferenceId,
    flags: Flags,
    pin: String,
    moderator_pin: String,
    tries: u32,
    digits: Vec<u8>,
    prompt: Option<Playback>,
    /// Whether that says that it was the wrong one.
    complains: bool,
    /// Counts what it has waited for.
    step: u64,
}

/// How long the digits of a pin may take.
const PIN_TIME: Duration = Duration::from_secs(10);

const PIN_SOUND: &str = "conference/conf-pin.wav";
const BAD_PIN_SOUND: &str = "conference/conf-bad-pin.wav";

const fn origin(line: u32) -> Origin {
    Origin { file: "mod_conference.c", function: "conference_function", line }
}

/// How long a file plays; `None` is for ever.
pub(crate) fn file_length(path: &[u8]) -> Option<Duration> {
    length(path)
}

/// `name[@profile][+pin][+flags{…}]`
struct Request {
    name: String,
    profile: String,
    pin: String,
    flags: String,
}

impl Request {
    fn parse(data: &[u8]) -> Self {
        let data = String::from_utf8_lossy(data).into_owned();
        let (place, flags) = data.split_once("+flags{").unwrap_or((&data, ""));
        let flags = flags.split('}').next().unwrap_or_default();
        let (place, pin) =
            place.trim_start_matches(' ').split_once('+').unwrap_or((place.trim_start_matches(' '), ""));
        let (name, profile) = place.rsplit_once('@').unwrap_or((place, "default"));
        Self { name: name.into(), profile: profile.into(), pin: pin.into(), flags: flags.into() }
    }
}

fn conference(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    super::call::pre_answer(core, id, &[]);
    if data.is_empty() {
        core.log_session(log::CRIT, &origin(1925), id, |_| "Invalid arguments".into());
        return Progress::Done;
    }
    let mut request = Request::parse(data);
    let variable = |core: &Core, name: &str| {
        let value = core.channels.get(id).and_then(|channel| channel.variables.get(name));
        value.map(|value| String::from_utf8_lossy(value).into_owned())
    };
    request.flags = joined(request.flags, variable(core, "conference_member_flags"));
    let room_flags = joined(request.flags.clone(), variable(core, "conference_flags"));
    let profile = core.config.conferences.profile(&request.profile);
    let mut flags = Flags::default();
    flags.set(&profile.member_flags);
    flags.set(&request.flags);
    let room = match core.conferences.find(&request.name) {
        Some(room) => room,
        None if flags.join_only => return core.refuse_to_make(id, &request),
        None => core.make_conference(id, &request, &room_flags),
    };
    core.name_conference(id, room);
    core.answer_leg(id);
    core.come_to_door(id, room, flags, &request)
}

fn joined(list: String, more: Option<String>) -> String {
    match more {
        Some(more) if list.is_empty() => more,
        Some(more) => format!("{list}|{more}"),
        None => list,
    }
}

impl Core {
    fn make_conference(&mut self, id: ChannelId, request: &Request, flags: &str) -> ConferenceId {
        let profile = self.config.conferences.profile(&request.profile);
        let waits =
            |list: &str| list.split(['|', ',']).any(|word| word.trim().eq_ignore_ascii_case("wait-mod"));
        let wait_for_moderator = waits(flags) || waits(&profile.conference_flags);
        let room = self.new_conference(&request.name, profile);
        let channel = self.channels.get(id).map(|channel| &channel.variables);
        let own: Vec<_> = channel.into_iter().flat_map(|variables| variables.iter()).collect();
        let own = own.into_iter().filter_map(|(name, value)| Some((name.strip_prefix(b"confvar_")?, value)));
        let own: Vec<(String, Vec<u8>)> =
            own.map(|(name, value)| (String::from_utf8_lossy(name).into_owned(), value.to_vec())).collect();
        let number = |name: &str| {
            let text = self.channel_variable(id, name.as_bytes())?;
            std::str::from_utf8(text).ok()?.trim().parse::<i32>().ok().filter(|number| *number >= 0)
        };
        let most = number("conference_max_members").filter(|most| *most != 1);
        let grace = number("conference_endconference_grace_time");
        if let Some(room) = self.conferences.get_mut(room) {
            room.wait_for_moderator = wait_for_moderator;
            room.max_members = most.unwrap_or(room.max_members);
            room.end_grace = grace.unwrap_or(room.end_grace);
            for (name, value) in own {
                room.set_variable(&name, &value);
            }
        }
        self.announce_conference(room);
        room
    }

    /// The channel's variables that tell of the conference it comes to.
    fn name_conference(&mut self, id: ChannelId, room: ConferenceId) {
        let Some(room) = self.conferences.get(room) else { return };
        let Some(channel) = self.channels.get_mut(id) else { return };
        channel.variables.set("conference_name", &room.name);
        channel.variables.set("app_session_uuid", &room.uuid);
    }

    /// It would only join a conference that is there.
    fn refuse_to_make(&mut self, id: ChannelId, request: &Request) -> Progress {
        self.announce_rejection(id, &request.name, &request.profile);
        let text = "Cannot create a conference since join-only flag is set";
        self.log_session(log::NOTICE, &origin(2135), id, |_| text.into());
        let stays = self.channel_variable(id, b"hangup_after_conference").is_some_and(crate::text::is_false);
        if !stays {
            self.hangup(id, HangupCause::NormalClearing, &origin(2142));
        }
        Progress::Done
    }

    fn come_to_door(
        &mut self,
        id: ChannelId,
        room: ConferenceId,
        flags: Flags,
        request: &Request,
    ) -> Progress {
        let text = |name: &str| {
            let text = self.channel_variable(id, name.as_bytes());
            text.map(|text| String::from_utf8_lossy(text).into_owned()).unwrap_or_default()
        };
        let (mut pin, mut moderator_pin) = (request.pin.clone(), text("conference_moderator_pin"));
        let supplied = text("supplied_pin");
        let Some(known) = self.conferences.get(room) else { return Progress::Done };
        if pin.is_empty() {
            pin.clone_from(&known.pin);
        }
        if moderator_pin.is_empty() {
            moderator_pin.clone_from(&known.moderator_pin);
        }
        let tries = known.profile.pin_retries;
        let mut door = Door {
            conference: room,
            flags,
            pin,
            moderator_pin,
            tries,
            digits: Vec::new(),
            prompt: None,
            complains: false,
            step: 0,
        };
        let guarded = !door.pin.is_empty() || !door.moderator_pin.is_empty();
        if !self.is_held_to_rules(id) || !guarded || door.opens(&supplied_pin(&supplied)) {
            return self.enter_conference(id, room, door.flags);
        }
        self.ask_for_pin(id, self.current_serial(id), Box::new(door))
    }

    /// Whether pins and locks are for it: not for who was called.
    fn is_held_to_rules(&self, id: ChannelId) -> bool {
        let Some(channel) = self.channels.get(id) else { return false };
        let own = channel.variables.get("conference_enforce_security").map(crate::text::is_true);
        own.unwrap_or(channel.direction == CallDirection::Inbound)
    }

    /// Past the lock and the limit, and in.
    fn enter_conference(&mut self, id: ChannelId, room: ConferenceId, flags: Flags) -> Progress {
        let held = self.is_held_to_rules(id);
        let Some(known) = self.conferences.get(room) else { return Progress::Done };
        let (sound, what, line) = if known.locked && held {
            (known.profile.locked_sound.clone(), "locked", 2352)
        } else if usize::try_from(known.max_members).is_ok_and(|most| most > 0 && known.count() >= most) {
            (known.profile.max_members_sound.clone(), "full", 2367)
        } else {
            self.set_read_codec(id);
            let is_answered = self.channels.get(id).is_some_and(|channel| channel.answered);
            if let Some(known) = self.conferences.get_mut(room) {
                known.answered |= is_answered;
            }
            self.join_conference(room, id, flags);
            return Progress::Waits(Activity::Conference(Stay::Member));
        };
        let text = format!("Conference {} is {what}.", known.name);
        self.log_session(log::NOTICE, &origin(line), id, |_| text.clone());
        self.look_soon(room);
        self.last_sound(id, &sound)
    }

    /// Plays a sound, and that was it.
    fn last_sound(&mut self, id: ChannelId, sound: &str) -> Progress {
        if sound.is_empty() || self.config.is_missing(sound.as_bytes()) {
            return Progress::Done;
        }
        let playback = self.start_playback(id, sound.as_bytes());
        if let Some(length) = length(sound.as_bytes()) {
            let serial = self.current_serial(id);
            self.after(length, Task::ApplicationOver { channel: id, serial });
        }
        Progress::Waits(Activity::Conference(Stay::Sound(playback)))
    }

    /// Asks for the pin, where there is a sound to ask by.
    fn ask_for_pin(&mut self, id: ChannelId, serial: u64, mut door: Box<Door>) -> Progress {
        if door.tries == 0 {
            self.give_up_room(door.conference);
            return Progress::Done;
        }
        let sound = self.conference_sound(door.conference, PIN_SOUND);
        door.complains = false;
        if self.config.is_missing(&sound) {
            let text = "Cannot ask the user for a pin, ending call";
            self.log_session(log::WARNING, &origin(2298), id, |_| text.into());
            self.hangup(id, HangupCause::DestinationOutOfOrder, &origin(2299));
            self.give_up_room(door.conference);
            return Progress::Done;
        }
        door.prompt = Some(self.start_playback(id, &sound));
        self.door_waits(id, serial, &mut door, length(&sound).unwrap_or(PIN_TIME));
        Progress::Waits(Activity::Conference(Stay::Door(door)))
    }

    fn conference_sound(&self, room: ConferenceId, sound: &str) -> Vec<u8> {
        let prefix = self.conferences.get(room).map_or("", |room| room.sound_prefix.as_str());
        format!("{prefix}/{sound}").into_bytes()
    }

    /// Nobody came in: a conference that has nobody ends.
    fn give_up_room(&mut self, room: ConferenceId) {
        if let Some(known) = self.conferences.get_mut(room).filter(|room| room.callers().next().is_none()) {
            known.ends = true;
        }
        self.look_soon(room);
    }

    fn door_waits(&mut self, id: ChannelId, serial: u64, door: &mut Door, time: Duration) {
        door.step += 1;
        self.after(time, Task::Gather { channel: id, serial, step: door.step });
    }

    /// Takes the door a caller stands at out of its application; `None` if it stands at none.
    fn take_door(&mut self, id: ChannelId) -> Option<(u64, Box<Door>)> {
        let running = self.channels.get_mut(id)?.running_apps.last_mut()?;
        match std::mem::replace(&mut running.activity, Activity::Media) {
            Activity::Conference(Stay::Door(door)) => Some((running.started.serial, door)),
            other => {
                running.activity = other;
                None
            }
        }
    }

    fn put_stay(&mut self, id: ChannelId, progress: Progress) {
        let running = self.channels.get_mut(id).and_then(|channel| channel.running_apps.last_mut());
        let Some(running) = running else { return };
        match progress {
            Progress::Waits(activity) => running.activity = activity,
            Progress::Done => {
                running.over = true;
                self.wake(id);
            }
        }
    }

    /// What a caller at a door waited for has ended; false if it stands at none.
    pub(crate) fn door_timeout(&mut self, id: ChannelId, serial: u64, step: u64) -> bool {
        let Some((now, mut door)) = self.take_door(id) else { return false };
        if now != serial || door.step != step {
            self.put_stay(id, Progress::Waits(Activity::Conference(Stay::Door(door))));
            return true;
        }
        let progress = match door.prompt.take() {
            Some(prompt) => {
                self.playback_over(id, &prompt, Ending::Done);
                if door.complains {
                    self.ask_for_pin(id, serial, door)
                } else {
                    self.door_waits(id, serial, &mut door, PIN_TIME);
                    Progress::Waits(Activity::Conference(Stay::Door(door)))
                }
            }
            None => self.judge_pin(id, serial, door),
        };
        self.put_stay(id, progress);
        true
    }

    /// A digit for a conference, or its door; false if it is for neither.
    pub(crate) fn conference_hears(&mut self, id: ChannelId, digit: u8) -> bool {
        if let Some((serial, door)) = self.take_door(id) {
            let progress = self.door_hears(id, serial, door, digit);
            self.put_stay(id, progress);
            return true;
        }
        let running = self.channels.get(id).and_then(|channel| channel.running_apps.last());
        let is_member =
            running.is_some_and(|running| matches!(running.activity, Activity::Conference(Stay::Member)));
        if is_member {
            self.member_presses(id, digit);
        }
        is_member
    }

    fn door_hears(&mut self, id: ChannelId, serial: u64, mut door: Box<Door>, digit: u8) -> Progress {
        if let Some(prompt) = door.prompt.take() {
            self.playback_over(id, &prompt, Ending::Broken);
            if door.complains {
                return self.ask_for_pin(id, serial, door);
            }
        }
        if digit == b'#' {
            return self.judge_pin(id, serial, door);
        }
        door.digits.push(digit);
        if door.digits.len() >= door.pin.len().max(door.moderator_pin.len()) {
            return self.judge_pin(id, serial, door);
        }
        self.door_waits(id, serial, &mut door, PIN_TIME);
        Progress::Waits(Activity::Conference(Stay::Door(door)))
    }

    fn judge_pin(&mut self, id: ChannelId, serial: u64, mut door: Box<Door>) -> Progress {
        let digits = std::mem::take(&mut door.digits);
        if door.opens(&digits) {
            return self.enter_conference(id, door.conference, door.flags);
        }
        door.tries = door.tries.saturating_sub(1);
        let sound = self.conference_sound(door.conference, BAD_PIN_SOUND);
        if self.config.is_missing(&sound) {
            return self.ask_for_pin(id, serial, door);
        }
        door.complains = true;
        door.prompt = Some(self.start_playback(id, &sound));
        self.door_waits(id, serial, &mut door, length(&sound).unwrap_or(PIN_TIME));
        Progress::Waits(Activity::Conference(Stay::Door(door)))
    }

    /// Has a member's application end with its thread's next frame.
    pub(crate) fn end_stay(&mut self, id: ChannelId) {
        let running = self.channels.get(id).map(|channel| channel.running_apps.iter());
        let is_member = |running: &&Running| matches!(running.activity, Activity::Conference(Stay::Member));
        let serial =
            running.and_then(|mut running| running.find(is_member)).map(|running| running.started.serial);
        if let Some(serial) = serial {
            self.after(self.config.frame, Task::ApplicationOver { channel: id, serial });
        }
    }

    /// A member that is sent elsewhere leaves with the next frame.
    pub(crate) fn leave_soon(&mut self, id: ChannelId) {
        self.end_stay(id);
        let running = self.channels.get_mut(id).into_iter().flat_map(|channel| &mut channel.running_apps);
        for running in running {
            if matches!(running.activity, Activity::Conference(Stay::Member)) {
                running.activity = Activity::Conference(Stay::Leaving);
            }
        }
    }

    /// A stay has ended; what comes of it where that is not the end of the application.
    pub(super) fn stay_over(&mut self, id: ChannelId, stay: &mut Stay, ending: Ending) -> Option<Activity> {
        match stay {
            Stay::Sound(playback) => self.playback_over(id, playback, ending),
            Stay::Door(door) => {
                if let Some(prompt) = door.prompt.take() {
                    self.playback_over(id, &prompt, Ending::Left);
                }
                self.give_up_room(door.conference);
            }
            Stay::Member | Stay::Leaving => return self.after_membership(id, ending),
        }
        None
    }

    /// A member that was kicked hears so.
    fn after_membership(&mut self, id: ChannelId, ending: Ending) -> Option<Activity> {
        let member = self.seat(id).and_then(|(room, member)| self.conference_member(room, member));
        let kicked = member.is_some_and(|member| member.flags.kicked);
        let own = member.and_then(|member| member.kicked_sound.clone());
        let room = self.seat(id).and_then(|(room, _)| self.conferences.get(room));
        let usual = room.map(|room| room.profile.kicked_sound.clone()).unwrap_or_default();
        self.leave_conference(id);
        if !kicked || usual.is_empty() || ending == Ending::Left {
            return None;
        }
        let sound = own.map_or(usual, |own| String::from_utf8_lossy(&own).into_owned());
        match self.last_sound(id, &sound) {
            Progress::Waits(activity) => Some(activity),
            Progress::Done => None,
        }
    }
}

impl Running {
    /// Whether it ends with its thread's next frame.
    pub(crate) fn leaves_soon(&self) -> bool {
        !self.over && matches!(self.activity, Activity::Conference(Stay::Leaving))
    }
}

impl Door {
    /// Whether these are the digits; those of a moderator make one.
    fn opens(&mut self, digits: &[u8]) -> bool {
        let is = |pin: &str| !pin.is_empty() && pin.as_bytes() == digits;
        self.flags.moderator |= is(&self.moderator_pin);
        is(&self.moderator_pin) || is(&self.pin)
    }
}

/// A pin that came with the call, perhaps as a parameter of its address.
fn supplied_pin(text: &str) -> Vec<u8> {
    let text = text.split_once("X-ConfPin=").map_or(text, |(_, pin)| pin);
    text.split(';').next().unwrap_or_default().as_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_to() {
        for (data, name, profile, pin, flags) in [
            ("r", "r", "default", "", ""),
            ("  r@wide", "r", "wide", "", ""),
            ("r@wide+12", "r", "wide", "12", ""),
            ("r@wide+12+flags{mute|deaf}x", "r", "wide", "12", "mute|deaf"),
            ("r+flags{mute", "r", "default", "", "mute"),
        ] {
            let request = Request::parse(data.as_bytes());
            assert_eq!((request.name.as_str(), request.profile.as_str()), (name, profile), "{data}");
            assert_eq!((request.pin.as_str(), request.flags.as_str()), (pin, flags), "{data}");
        }
        assert_eq!(supplied_pin("sip:x;X-ConfPin=42;y"), b"42");
        assert_eq!(supplied_pin("42"), b"42");
    }
}
