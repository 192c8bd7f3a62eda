//! The application `bridge` (`audio_bridge_function` in `mod_dptools.c`).

use super::{Activity, Application, Progress, Running};
use crate::cause::Cause;
use crate::channel::{Channel, ChannelId};
use crate::core::Core;
use crate::event::origin;
use crate::log;
use crate::originate::{Asker, OriginateId};

pub(super) const APPLICATIONS: &[(&str, Application)] = &[("bridge", bridge)];

/// What the application waits for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bridging {
    /// An answer.
    Dialing(OriginateId),
    /// The end of the bridge.
    Talking,
}

fn bridge(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    if core.channels.get(id).is_some_and(Channel::bridges) {
        core.log_session(log::WARNING, &origin::BRIDGE_FAILED, id, |_| {
            "a bridge in a bridge is not simulated".into()
        });
        return Progress::Done;
    }
    let asker = Asker::Bridge { channel: id, serial: core.current_serial(id) };
    match core.dial_for(asker, data) {
        Ok(originate) => Progress::Waits(Activity::Bridge(Bridging::Dialing(originate))),
        Err(cause) => {
            core.bridge_failed(id, cause);
            Progress::Done
        }
    }
}

impl Channel {
    /// Whether it is bridged, or is to be once somebody answers.
    fn bridges(&self) -> bool {
        let bridges = |running: &Running| matches!(running.activity, Activity::Bridge(_));
        self.bridge.is_some() || self.running_apps.iter().any(bridges)
    }
}

impl Core {
    /// What an application `bridge` waits for has come to pass.
    pub(crate) fn bridging_mut(&mut self, id: ChannelId, serial: u64) -> Option<&mut Bridging> {
        let running = self.channels.get_mut(id)?.running_apps.iter_mut();
        running.filter(|running| running.started.serial == serial).find_map(|running| {
            match &mut running.activity {
                Activity::Bridge(bridging) => Some(bridging),
                _ => None,
            }
        })
    }

    /// A bridge the channel led has ended, and with it the application that began it.
    pub(crate) fn application_ends(&mut self, id: ChannelId) {
        self.consumer_bridge_ends(id);
        let Some(channel) = self.channels.get_mut(id) else { return };
        let mut running = channel.running_apps.iter_mut().rev();
        let bridge = running.find(|running| matches!(running.activity, Activity::Bridge(Bridging::Talking)));
        if let Some(bridge) = bridge {
            bridge.over = true;
        }
        self.wake(id);
    }

    /// Nobody was reached: what becomes of the caller (`switch_channel_handle_cause` in `src/switch_channel.c`).
    pub(crate) fn bridge_failed(&mut self, id: ChannelId, cause: Cause) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        channel.variables.set("originate_failed_cause", cause.name());
        self.log_session(log::INFO, &origin::BRIDGE_FAILED, id, |_| {
            format!("Originate Failed.  Cause: {}", cause.name())
        });
        let Some(channel) = self.channels.get(id).filter(|channel| !channel.hung_up()) else { return };
        let variables = &channel.variables;
        let harmless = variables.get("failure_causes").is_some_and(|causes| !names(causes, cause));
        let goes_on =
            variables.get("continue_on_fail").is_some_and(|on| crate::text::is_true(on) || names(on, cause));
        let listed = variables.get("continue_on_fail").or(variables.get("failure_causes")).is_some();
        let usual = !listed && CONTINUES.contains(&cause.number());
        if !harmless && !goes_on && !usual {
            self.hangup(id, cause, &origin::BRIDGE_FAILED_HANGUP);
        }
    }
}

/// Causes that end no caller, unless its variables list others: NO_USER_RESPONSE, NO_ANSWER, ORIGINATOR_CANCEL.
const CONTINUES: [u16; 3] = [18, 19, 487];

/// Whether a list of causes, by name or number, has this one.
fn names(list: &[u8], cause: Cause) -> bool {
    let (name, number) = (cause.name(), cause.number().to_string());
    crate::text::split(list, b',', 256)
        .iter()
        .any(|word| word.eq_ignore_ascii_case(name.as_bytes()) || word == number.as_bytes())
}
