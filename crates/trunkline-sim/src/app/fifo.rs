//! The application `fifo` (`mod_fifo.c`): callers wait in queues, and consumers take them out, some of whom the queue calls.
//! Chimes and what is announced on the way to `fifo_orbit_exten` are not simulated.

mod caller;
mod consumer;
mod member;
mod queue;
mod ring;
mod talk;
mod track;

use super::{Activity, Application, Ending, Progress};
use crate::channel::ChannelId;
use crate::core::Core;
use crate::event::origin::origin;
use crate::event::{Draft, Origin};
use crate::log;
use crate::text::split_spaces;

pub(super) use caller::Caller;
pub(super) use consumer::Consumer;
pub(crate) use member::Member;
pub(crate) use queue::{Fifo, Fifos};
pub(crate) use ring::RingId;

use trunkline_proto::EventName;

pub(super) const APPLICATIONS: &[(&str, Application)] = &[("fifo", fifo)];

const SUBCLASS: &str = "fifo::info";
const NO_ARGUMENTS: Origin = at(2603);
const WRONG: Origin = at(2614);
const USAGE: &str = "USAGE <fifo name>[!<importance_number>] [in [<announce file>|undef] [<music file>|undef] \
                     [early|noans] | out [wait|nowait] [<announce file>|undef] [<music file>|undef]]";

const fn at(line: u32) -> Origin {
    origin("mod_fifo.c", "fifo_function", line)
}

/// Who runs the application.
#[derive(Debug)]
pub(crate) enum Visit {
    Caller(Caller),
    Consumer(Consumer),
}

impl Visit {
    /// Whether it takes up digits now.
    pub(super) fn hears(&self) -> bool {
        match self {
            Self::Caller(caller) => caller.hears(),
            Self::Consumer(consumer) => consumer.talks_with().is_some() || consumer.wraps_up(),
        }
    }
}

/// `<name>[!<importance>][,…] in [<announcement>] [<music>] [noans|early]`, or
/// `<name>[!<importance>][,…] out [wait|nowait] [<announcement>] [<music>]`
fn fifo(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = split_spaces(data, 5);
    if words.is_empty() {
        core.log_session(log::ERR, &NO_ARGUMENTS, id, |_| "No Args".into());
        return Progress::Done;
    }
    if let Some(channel) = core.channels.get_mut(id) {
        channel.variables.remove(b"fifo_hangup_check");
    }
    let [names, way, rest @ ..] = words.as_slice() else { return core.fifo_usage(id) };
    let list = crate::text::split(names, b',', MOST_QUEUES);
    let queues: Vec<String> = list.iter().map(|name| core.fifos.open(name)).collect();
    let name = String::from_utf8_lossy(names).into_owned();
    match way.to_ascii_lowercase().as_slice() {
        b"in" if queues.len() == 1 => core.call_in(id, name, rest),
        b"out" if !queues.is_empty() => core.consume(id, name, queues, rest),
        _ => core.fifo_usage(id),
    }
}

/// How many queues a consumer may serve.
const MOST_QUEUES: usize = 25;

impl Core {
    fn fifo_usage(&mut self, id: ChannelId) -> Progress {
        self.log_session(log::ERR, &WRONG, id, |_| USAGE.into());
        Progress::Done
    }

    /// A word of the application's, or a variable in its place; `undef` is nothing, and so is silent music.
    fn fifo_file(&self, id: ChannelId, word: Option<&Vec<u8>>, variable: &str) -> Option<Vec<u8>> {
        let known = || self.channel_variable(id, variable.as_bytes()).map(<[u8]>::to_vec);
        let file = word.cloned().or_else(known)?;
        let silent = variable == "fifo_music" && file.eq_ignore_ascii_case(b"silence");
        Some(file).filter(|file| !silent && !file.is_empty() && !file.eq_ignore_ascii_case(b"undef"))
    }

    /// What a visitor was busy with is over; whether there is something else to do.
    pub(super) fn visit_goes_on(
        &mut self,
        id: ChannelId,
        serial: u64,
        visit: &mut Visit,
        ending: Ending,
    ) -> bool {
        match visit {
            Visit::Caller(caller) => self.caller_goes_on(id, serial, caller, ending),
            Visit::Consumer(consumer) => self.consumer_goes_on(id, serial, consumer, ending),
        }
    }

    /// Has a visitor look up from what it is busy with.
    fn rouse(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        let visits = |running: &&mut super::Running| matches!(running.activity, Activity::Fifo(_));
        if let Some(running) = channel.running_apps.iter_mut().find(visits) {
            running.over = true;
            running.started.broken = true;
            self.wake(id);
        }
    }

    fn visit_mut(&mut self, id: ChannelId) -> Option<&mut Visit> {
        self.channels.get_mut(id)?.running_apps.iter_mut().find_map(|running| match &mut running.activity {
            Activity::Fifo(visit) => Some(visit.as_mut()),
            _ => None,
        })
    }

    /// A visitor hears a digit; whether that meant something to it.
    pub(crate) fn visitor_hears(&mut self, id: ChannelId, digit: u8) -> bool {
        let key = |core: &Self, name: &[u8]| core.channel_variable(id, name).map(<[u8]>::to_vec);
        let exit = key(self, b"fifo_caller_exit_key").unwrap_or_default();
        let hang_up = key(self, b"fifo_consumer_exit_key").unwrap_or_else(|| b"*".to_vec());
        let go_on = key(self, b"fifo_consumer_wrapup_key").unwrap_or_default();
        match self.visit_mut(id) {
            Some(Visit::Caller(caller)) => {
                if exit.contains(&digit) && caller.leaves_by(digit) {
                    self.rouse(id);
                }
                true
            }
            Some(Visit::Consumer(consumer)) => {
                let (talks, wraps_up) = (consumer.talks_with(), consumer.wraps_up());
                if let Some(other) = talks.filter(|_| hang_up.first() == Some(&digit)) {
                    self.hangup(other, trunkline_proto::HangupCause::NormalClearing, &HUNG_UP);
                } else if wraps_up && go_on.first() == Some(&digit) {
                    self.rouse(id);
                }
                true
            }
            None => false,
        }
    }

    /// Fires `fifo::info`.
    fn tell_of_fifo(&mut self, id: ChannelId, queue: &str, action: &str, line: u32, more: &[(&str, String)]) {
        if self.channels.get(id).is_some() {
            let event = fifo_event(self, id, &at(line), (queue, action), more);
            self.fire_custom(SUBCLASS, event);
        }
    }

    /// Sets `fifo_status`, and when that was.
    fn note_fifo_status(&mut self, id: ChannelId, status: &str) {
        let date = self.now.date();
        if let Some(channel) = self.channels.get_mut(id) {
            channel.variables.set("fifo_status", status);
            channel.variables.set("fifo_timestamp", date);
        }
    }
}

/// A `fifo::info` about a queue and a channel.
fn fifo_event(
    core: &mut Core,
    id: ChannelId,
    origin: &Origin,
    (queue, action): (&str, &str),
    more: &[(&str, String)],
) -> Draft {
    let draft = Draft::new().header("Event-Subclass", SUBCLASS);
    let mut event = core.add_standard_headers(draft, EventName::Custom.as_str(), origin);
    if let Some(channel) = core.channels.get(id) {
        channel.write_basic(&mut event);
        channel.write_variables(&mut event);
    }
    event.push("FIFO-Name", queue);
    event.push("FIFO-Action", action);
    for (name, value) in more {
        event.push(name, value);
    }
    event
}

const HUNG_UP: Origin = origin("mod_fifo.c", "on_dtmf", 702);
