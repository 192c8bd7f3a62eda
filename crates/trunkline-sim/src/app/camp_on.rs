//! A `bridge` that calls again and again while its caller hears music: the variable `campon` and its kin
//! (`audio_bridge_function` and `camp_music_thread` in `mod_dptools.c`).

use std::time::Duration;

use trunkline_proto::HangupCause;

use super::media::Playback;
use super::sound::length;
use super::{Activity, Ending, Progress};
use crate::cause::Cause;
use crate::channel::ChannelId;
use crate::core::{Core, Task};
use crate::event::origin;
use crate::originate::{Asker, OriginateId};
use crate::text::atoi;
use crate::time::Time;

/// What waits for somebody who does not answer yet.
#[derive(Debug)]
pub(crate) struct Camp {
    dial: Vec<u8>,
    music: Option<Vec<u8>>,
    /// What it hears first.
    announcement: Option<Vec<u8>>,
    playing: Option<(Playback, Option<Time>)>,
    /// How many calls are left to make, how long they may ring, and how long to wait after each.
    left: i32,
    timeout: u64,
    sleep: Duration,
    originate: Option<OriginateId>,
    /// When it calls again.
    again: Option<Time>,
    stop_key: Option<u8>,
    /// Whether it was told to stop.
    stops: bool,
    /// Why it is over.
    outcome: Option<Cause>,
}

impl Camp {
    /// Digits are heard with the music.
    pub(super) fn hears(&self) -> bool {
        self.playing.is_some()
    }
}

const RETRIES: i32 = 100;
/// Seconds.
const TIMEOUT: i32 = 10;
const SLEEP: i32 = 10;

impl Core {
    pub(super) fn camps_on(&self, id: ChannelId) -> bool {
        self.channel_variable(id, b"campon").is_some_and(crate::text::is_true)
    }

    pub(super) fn camp_on(&mut self, id: ChannelId, data: &[u8]) -> Progress {
        let variable = |name: &str| self.channel_variable(id, name.as_bytes()).map(<[u8]>::to_vec);
        let number = |name: &str, usual: i32| {
            variable(name).map(|given| atoi(&given)).filter(|given| *given > 0).unwrap_or(usual)
        };
        let seconds = |name: &str, usual: i32| u64::try_from(number(name, usual)).unwrap_or_default();
        let music = variable("campon_hold_music").or_else(|| variable("hold_music"));
        let music = music.filter(|music| !music.is_empty() && !music.eq_ignore_ascii_case(b"silence"));
        let mut camp = Camp {
            dial: self.camp_dial(id, data),
            announcement: variable("campon_announce_sound").filter(|_| music.is_some()),
            music,
            playing: None,
            left: number("campon_retries", RETRIES),
            timeout: seconds("campon_timeout", TIMEOUT),
            sleep: Duration::from_secs(seconds("campon_sleep", SLEEP)),
            originate: None,
            again: None,
            stop_key: variable("campon_stop_key").and_then(|key| key.first().copied()),
            stops: false,
            outcome: None,
        };
        self.answer_leg(id);
        let serial = self.current_serial(id);
        self.play_to_camp(id, serial, &mut camp);
        self.call_for_camp(id, serial, &mut camp);
        Progress::Waits(Activity::Camp(Box::new(camp)))
    }

    /// Who is called is told who calls.
    fn camp_dial(&self, id: ChannelId, data: &[u8]) -> Vec<u8> {
        let known =
            |names: [&str; 2]| names.iter().find_map(|name| self.channel_variable(id, name.as_bytes()));
        let name = known(["effective_caller_id_name", "caller_id_name"]);
        let number = known(["effective_caller_id_number", "caller_id_number"]);
        let (Some(name), Some(number)) = (name.or(number), number.or(name)) else { return data.to_vec() };
        let named = [b"{origination_caller_id_name='", name, b"',origination_caller_id_number='".as_slice()];
        [&named.concat(), number, b"'}", data].concat()
    }

    fn play_to_camp(&mut self, id: ChannelId, serial: u64, camp: &mut Camp) {
        let Some(file) = camp.announcement.take().or_else(|| camp.music.clone()) else { return };
        let playing = self.start_playback(id, &file);
        let until = length(&file).map(|length| self.now.after(length.max(self.config.frame)));
        if let Some(until) = until {
            self.schedule.at(until, Task::ApplicationOver { channel: id, serial });
        }
        camp.playing = Some((playing, until));
    }

    fn call_for_camp(&mut self, id: ChannelId, serial: u64, camp: &mut Camp) {
        camp.again = None;
        match self.dial_within(Asker::Camp { channel: id, serial }, &camp.dial, camp.timeout) {
            Ok(originate) => camp.originate = Some(originate),
            Err(cause) => self.camp_waits(id, serial, camp, cause),
        }
    }

    /// A call was in vain: there is another one, or none.
    fn camp_waits(&mut self, id: ChannelId, serial: u64, camp: &mut Camp, cause: Cause) {
        camp.originate = None;
        camp.left -= 1;
        // Without music it does not wait.
        let wait = if camp.playing.is_some() { camp.sleep } else { Duration::ZERO };
        if camp.left <= 0 || camp.stops {
            camp.outcome = Some(cause);
            self.after(Duration::ZERO, Task::ApplicationOver { channel: id, serial });
        } else {
            camp.again = Some(self.now.after(wait));
            self.after(wait, Task::ApplicationOver { channel: id, serial });
        }
    }

    /// Has something done with what an application waits by, if it still does.
    fn with_camp(&mut self, id: ChannelId, serial: u64, what: impl FnOnce(&mut Self, &mut Camp)) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        let mut running = channel.running_apps.iter_mut().filter(|running| running.started.serial == serial);
        let Some(running) = running.next() else { return };
        let activity = std::mem::replace(&mut running.activity, Activity::Media);
        let Activity::Camp(mut camp) = activity else {
            running.activity = activity;
            return;
        };
        what(self, &mut camp);
        let running = self.channels.get_mut(id).and_then(|channel| {
            channel.running_apps.iter_mut().find(|running| running.started.serial == serial)
        });
        if let Some(running) = running {
            running.activity = Activity::Camp(camp);
        }
    }

    pub(crate) fn camp_failed(&mut self, id: ChannelId, serial: u64, cause: Cause) {
        self.with_camp(id, serial, |core, camp| core.camp_waits(id, serial, camp, cause));
    }

    pub(crate) fn camp_answered(&mut self, id: ChannelId, peer: ChannelId, serial: u64) {
        let mut stops = false;
        self.with_camp(id, serial, |core, camp| {
            camp.originate = None;
            stops = camp.stops;
            if let Some((music, _)) = camp.playing.take() {
                core.playback_over(id, &music, Ending::Done);
            }
            if stops {
                core.camp_waits(id, serial, camp, HangupCause::Success.into());
            }
        });
        if stops {
            self.hangup(peer, HangupCause::OriginatorCancel, &origin::ORIGINATE_HANGUP);
        } else {
            self.begin_bridging(id, peer, serial);
        }
    }

    /// A digit of somebody who waits; one of them may end that.
    pub(super) fn camp_hears(&mut self, id: ChannelId, digit: u8) -> bool {
        let running = self.channels.get_mut(id).and_then(|channel| channel.running_apps.last_mut());
        let Some((serial, Activity::Camp(camp))) =
            running.map(|running| (running.started.serial, &mut running.activity))
        else {
            return false;
        };
        if camp.stop_key == Some(digit) {
            camp.stops = true;
            self.application_over(id, serial);
        }
        true
    }

    /// Something that it waits for has come; whether it waits on.
    pub(super) fn camp_goes_on(
        &mut self,
        id: ChannelId,
        serial: u64,
        camp: &mut Camp,
        ending: Ending,
    ) -> bool {
        if ending == Ending::Left {
            if let Some(originate) = camp.originate.take() {
                self.cancel_originate(originate, HangupCause::OriginatorCancel.into());
            }
            self.stop_camp_music(id, camp, Ending::Done);
            return false;
        }
        camp.stops |= ending == Ending::Broken;
        if let Some(cause) = camp.outcome {
            self.stop_camp_music(id, camp, Ending::Done);
            self.camp_over(id, cause);
            return false;
        }
        let is_over = |playing: &(Playback, Option<Time>)| playing.1.is_some_and(|until| until <= self.now);
        if camp.stops {
            self.stop_camp_music(id, camp, Ending::Broken);
        } else if camp.playing.as_ref().is_some_and(is_over) {
            self.stop_camp_music(id, camp, Ending::Done);
            self.play_to_camp(id, serial, camp);
        }
        if camp.again.is_some_and(|again| again <= self.now || camp.stops) {
            self.call_for_camp(id, serial, camp);
        }
        true
    }

    fn stop_camp_music(&mut self, id: ChannelId, camp: &mut Camp, ending: Ending) {
        if let Some((music, _)) = camp.playing.take() {
            self.playback_over(id, &music, ending);
        }
    }

    /// Nobody was reached, or it was to stop.
    fn camp_over(&mut self, id: ChannelId, cause: Cause) {
        let variable = |name: &str| self.channel_variable(id, name.as_bytes()).map(<[u8]>::to_vec);
        let fallback = variable("campon_fallback_exten").filter(|exten| !exten.is_empty());
        let (dialplan, context) = (variable("campon_fallback_dialplan"), variable("campon_fallback_context"));
        if let Some(exten) = fallback {
            self.transfer(id, &exten, dialplan.as_deref(), context.as_deref());
        } else {
            self.bridge_failed(id, cause);
        }
    }
}
