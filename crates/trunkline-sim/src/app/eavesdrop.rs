//! Listening in on another call (`eavesdrop_function` and `three_way_function` in `mod_dptools.c`,
//! `switch_ivr_eavesdrop_session` in `switch_ivr_async.c`). Nothing is heard; who listens is told of.

use std::time::Duration;

use super::{Activity, Application, Progress, Running};
use crate::channel::{Channel, ChannelId};
use crate::core::{Core, Task};
use crate::event::{ChannelEvent, origin};
use crate::log;
use crate::text::{is_true, split};

pub(super) const APPLICATIONS: &[(&str, Application)] = &[("eavesdrop", eavesdrop), ("three_way", three_way)];

/// Somebody who listens in, or is about to.
#[derive(Debug, Clone)]
pub(crate) struct Eavesdropping {
    /// Whom it listens to.
    target: Option<ChannelId>,
    /// What it was told: a uuid, or `all`.
    uuid: Vec<u8>,
    /// Whether its digits say what it hears, and when it has heard enough.
    pub(super) digits: bool,
    /// How often it has looked for the other call to be heard.
    looks: u32,
}

/// How long it waits between looks, and how often it looks for a call that is not heard yet.
const PAUSE: Duration = Duration::from_millis(200);
const MOST_LOOKS: u32 = 30;
/// How long one who listens to all waits when there is nobody.
const IDLE: Duration = Duration::from_secs(2);

enum Found {
    Listens(ChannelId),
    /// It cannot be heard yet.
    Waits,
    No,
}

/// `all|<uuid>`
fn eavesdrop(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let enabled = core.channels.get(id).and_then(|channel| channel.variables.get("eavesdrop_enable_dtmf"));
    let digits = enabled.is_none_or(is_true);
    core.eavesdrop(id, data, digits)
}

/// `<uuid>`: one who listens in, and is heard by both.
fn three_way(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    core.eavesdrop(id, data, false)
}

impl Running {
    pub(super) fn eavesdrops(&self) -> bool {
        matches!(self.activity, Activity::Eavesdrop(_))
    }
}

impl Core {
    fn eavesdrop(&mut self, id: ChannelId, uuid: &[u8], digits: bool) -> Progress {
        if uuid.is_empty() {
            self.log_session(log::ERR, &origin::EAVESDROP_USAGE, id, |_| "Usage: [all | <uuid>]".into());
            return Progress::Done;
        }
        let mut eavesdropping = Eavesdropping { target: None, uuid: uuid.to_vec(), digits, looks: 0 };
        let serial = self.current_serial(id);
        if self.look_for_target(id, serial, &mut eavesdropping) {
            Progress::Waits(Activity::Eavesdrop(Box::new(eavesdropping)))
        } else {
            Progress::Done
        }
    }

    /// Listens to whom it can, or looks again later; false if there is nobody it ever will.
    fn look_for_target(&mut self, id: ChannelId, serial: u64, eavesdropping: &mut Eavesdropping) -> bool {
        let look = Task::Eavesdrop { channel: id, serial };
        match self.target_of(id, eavesdropping) {
            Found::Listens(target) => {
                eavesdropping.target = Some(target);
                self.listen_in(id, target);
                true
            }
            Found::Waits if eavesdropping.looks < MOST_LOOKS => {
                eavesdropping.looks += 1;
                self.after(PAUSE, look);
                true
            }
            Found::Waits => false,
            Found::No if eavesdropping.uuid.eq_ignore_ascii_case(b"all") => {
                self.after(IDLE, look);
                true
            }
            Found::No => false,
        }
    }

    fn target_of(&self, id: ChannelId, eavesdropping: &Eavesdropping) -> Found {
        let Some(channel) = self.channels.get(id) else { return Found::No };
        let group = channel.variables.get("eavesdrop_require_group");
        let may = |target: &Channel| group.is_none_or(|group| is_in_group(target, group));
        if eavesdropping.uuid.eq_ignore_ascii_case(b"all") {
            let heard = |target: &&Channel| target.id != id && !target.hung_up() && target.has_media();
            let first = self.channels.iter().filter(heard).find(|target| may(target));
            return first.map_or(Found::No, |target| Found::Listens(target.id));
        }
        let target = self.channels.find(&eavesdropping.uuid).and_then(|target| self.channels.get(target));
        match target.filter(|target| channel.has_media() && target.id != id && !target.hung_up()) {
            Some(target) if !target.has_media() => Found::Waits,
            Some(target) if may(target) => Found::Listens(target.id),
            _ => Found::No,
        }
    }

    fn listen_in(&mut self, id: ChannelId, target: ChannelId) {
        self.set_read_codec(id);
        if let Some(channel) = self.channels.get_mut(target) {
            channel.eavesdroppers.push(id);
        }
        self.tell_of_bug(target, &origin::MEDIA_BUG_START);
    }

    fn tell_of_bug(&mut self, target: ChannelId, kind: &ChannelEvent) {
        let uuid = self.uuid_of(target);
        self.fire_bug(target, kind, "eavesdrop", uuid.as_bytes());
    }

    /// It is time to look for whom to listen to once more.
    pub(crate) fn eavesdropper_looks(&mut self, id: ChannelId, serial: u64) {
        let Some(mut eavesdropping) = self.eavesdropping(id, Some(serial)) else { return };
        if eavesdropping.target.is_some() {
            return;
        }
        if self.look_for_target(id, serial, &mut eavesdropping) {
            self.put_back(id, serial, eavesdropping);
        } else {
            self.application_over(id, serial);
        }
    }

    fn eavesdropping(&self, id: ChannelId, serial: Option<u64>) -> Option<Eavesdropping> {
        let running = self.channels.get(id)?.running_apps.iter().rev();
        let mut meant =
            running.filter(|running| serial.is_none_or(|serial| running.started.serial == serial));
        meant.find_map(|running| match &running.activity {
            Activity::Eavesdrop(eavesdropping) => Some(eavesdropping.as_ref().clone()),
            _ => None,
        })
    }

    fn put_back(&mut self, id: ChannelId, serial: u64, eavesdropping: Eavesdropping) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        let running = channel.running_apps.iter_mut().find(|running| running.started.serial == serial);
        if let Some(running) = running {
            running.activity = Activity::Eavesdrop(Box::new(eavesdropping));
        }
    }

    /// The application is over, or was left.
    pub(super) fn eavesdropping_over(&mut self, id: ChannelId, eavesdropping: &Eavesdropping) {
        let Some(target) = eavesdropping.target else { return };
        if let Some(channel) = self.channels.get_mut(target) {
            let before = channel.eavesdroppers.len();
            channel.eavesdroppers.retain(|known| *known != id);
            if channel.eavesdroppers.len() < before {
                self.tell_of_bug(target, &origin::MEDIA_BUG_STOP);
            }
        }
        self.set_read_codec(id);
    }

    /// A call is over: nobody listens to it any longer. Who listens to all goes on to the next.
    pub(crate) fn dismiss_eavesdroppers(&mut self, target: ChannelId) {
        let listeners =
            self.channels.get_mut(target).map(|channel| std::mem::take(&mut channel.eavesdroppers));
        for id in listeners.unwrap_or_default() {
            self.tell_of_bug(target, &origin::MEDIA_BUG_STOP);
            let Some(channel) = self.channels.get_mut(id) else { continue };
            let Some(running) = channel.running_apps.iter_mut().rev().find(|running| running.eavesdrops())
            else {
                continue;
            };
            let serial = running.started.serial;
            match &mut running.activity {
                Activity::Eavesdrop(eavesdropping) if eavesdropping.uuid.eq_ignore_ascii_case(b"all") => {
                    eavesdropping.target = None;
                    self.set_read_codec(id);
                    self.after(PAUSE, Task::Eavesdrop { channel: id, serial });
                }
                _ => self.application_over(id, serial),
            }
        }
    }

    /// A digit of one who listens in; true if it does.
    pub(super) fn eavesdropper_hears(&mut self, id: ChannelId, digit: u8) -> bool {
        let innermost = self.channels.get(id).and_then(|channel| channel.running_apps.last());
        let Some(serial) =
            innermost.filter(|running| running.eavesdrops()).map(|running| running.started.serial)
        else {
            return false;
        };
        if digit == b'*' {
            self.application_over(id, serial);
        }
        true
    }
}

fn is_in_group(target: &Channel, group: &[u8]) -> bool {
    let groups = target.variables.get("eavesdrop_group").unwrap_or_default();
    split(groups, b',', 10).iter().any(|known| known == group)
}
