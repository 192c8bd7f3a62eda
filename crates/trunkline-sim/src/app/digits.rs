//! Applications about digits, and who takes up those that come (`mod_dptools.c`; `switch_channel_has_dtmf` and where it is
//! asked, as in `switch_ivr_play_file`, `switch_ivr_sleep` and `switch_ivr_session_echo`).

use trunkline_proto::ChannelState;

use super::bridge::Bridging;
use super::call::pre_answer;
use super::{Activity, Application, Progress, Running};
use crate::channel::{Channel, ChannelId};
use crate::core::Core;

pub(super) const APPLICATIONS: &[(&str, Application)] =
    &[("send_dtmf", send_dtmf), ("queue_dtmf", queue_dtmf), ("flush_dtmf", flush_dtmf)];

fn send_dtmf(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    if core.channels.get(id).is_some_and(|channel| !channel.has_media() && !channel.is_outbound()) {
        pre_answer(core, id, b"");
    }
    core.send_digits(id, data);
    Progress::Done
}

fn queue_dtmf(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    core.press(id, data);
    Progress::Done
}

fn flush_dtmf(core: &mut Core, id: ChannelId, _: &[u8]) -> Progress {
    core.forget_digits(id);
    Progress::Done
}

/// What becomes of digits that have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ear {
    /// They are taken up.
    Takes,
    /// One ends what runs, and waits on.
    Stops,
    /// They wait.
    Deaf,
}

impl Channel {
    /// What becomes of a digit now.
    pub(crate) fn ear(&self) -> Ear {
        let heard = match self.running_apps.last() {
            Some(running) if running.is_over() => false,
            Some(running) => return self.ear_of(running),
            None => self.bridge.is_some() || self.running == ChannelState::Park,
        };
        if heard { Ear::Takes } else { Ear::Deaf }
    }

    fn ear_of(&self, running: &Running) -> Ear {
        let heard = match &running.activity {
            Activity::Sleep if !self.has_media() => false,
            Activity::Sleep if !self.variables.is_true("sleep_eat_digits") => return Ear::Stops,
            Activity::Media | Activity::Extension(_) => false,
            Activity::Bridge(Bridging::Dialing(_)) => self.variables.get("origination_cancel_key").is_some(),
            Activity::Playlist(list) => list.heeds_digits(),
            Activity::Camp(camp) => camp.hears(),
            Activity::Gather(gather) => gather.hears(),
            Activity::Socket(socket) => !socket.is_deaf(),
            Activity::Fifo(visit) => visit.hears(),
            Activity::Eavesdrop(eavesdropping) => eavesdropping.digits,
            _ => true,
        };
        if heard { Ear::Takes } else { Ear::Deaf }
    }
}

impl Running {
    /// Whether a digit may end it.
    fn heeds_digits(&self) -> bool {
        match &self.activity {
            Activity::Playback(_) | Activity::Record(_) | Activity::Sleep | Activity::Tones => true,
            Activity::Playlist(list) => list.heeds_digits(),
            _ => false,
        }
    }

    pub(crate) fn stop(&mut self) {
        (self.over, self.started.broken) = (true, true);
    }
}

impl Core {
    /// The application that runs hears a digit.
    pub(crate) fn application_hears(&mut self, id: ChannelId, digit: u8) {
        if self.conference_hears(id, digit)
            || self.eavesdropper_hears(id, digit)
            || self.gather_hears(id, digit)
            || self.camp_hears(id, digit)
        {
            return;
        }
        self.playback_hears(id, digit);
    }

    /// A digit may end what is played.
    fn playback_hears(&mut self, id: ChannelId, digit: u8) {
        let stops = self.channel_variable(id, b"playback_terminators").unwrap_or(b"*").to_vec();
        let Some(channel) = self.channels.get_mut(id) else { return };
        let any = stops.eq_ignore_ascii_case(b"any") && b"1234567890*#".contains(&digit);
        let ends = any || (!stops.eq_ignore_ascii_case(b"none") && stops.contains(&digit));
        let Some(running) = channel.running_apps.last_mut().filter(|running| running.heeds_digits()) else {
            return;
        };
        if ends {
            running.stop();
            channel.variables.set("playback_terminator_used", [digit]);
            self.wake(id);
        }
    }
}
