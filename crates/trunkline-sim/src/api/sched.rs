//! What is to be done later: `sched_*` (`mod_commands.c`, `switch_scheduler.c`, `switch_ivr_async.c`).

use std::collections::BTreeMap;
use std::time::Duration;

use trunkline_proto::{EventName, HangupCause};

use super::{Command, Invocation, Outcome};
use crate::app::Broadcast;
use crate::cause::Cause;
use crate::channel::ChannelId;
use crate::core::{Core, Task};
use crate::event::{Origin, origin};
use crate::text::{atoi, first_word, split_spaces};
use crate::time::Time;

pub(super) const COMMANDS: &[(&str, Command)] = &[
    ("sched_api", sched_api),
    ("sched_hangup", sched_hangup),
    ("sched_transfer", sched_transfer),
    ("sched_broadcast", sched_broadcast),
    ("sched_del", sched_del),
    ("unsched_api", unsched_api),
];

const SCHED_USAGE: &str = "-ERR Invalid syntax. USAGE: [+@]<time> <group_name> <command_string>[&]\n";

/// How often the scheduler comes by (`switch_scheduler_task_thread` in `switch_scheduler.c`).
const ROUND: Duration = Duration::from_millis(500);

/// Tasks of the switch's own that are there before any: `heartbeat`, `check_ip` and `limit_hash_cleanup`.
const OWN_TASKS: u32 = 3;

/// What is to be done, by its number.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    made: u32,
    waiting: BTreeMap<u32, Scheduled>,
}

#[derive(Debug, Clone)]
struct Scheduled {
    what: What,
    group: Vec<u8>,
    /// Seconds since 1970.
    at: u64,
    made: Time,
    deleted: bool,
}

#[derive(Debug, Clone)]
enum What {
    /// Runs a command, again and again with a period in seconds.
    Api {
        line: Vec<u8>,
        every: u64,
    },
    Hangup {
        uuid: Vec<u8>,
        cause: Cause,
        /// Not this call, but the one it is bridged to.
        bleg: bool,
    },
    Transfer {
        uuid: Vec<u8>,
        to: Vec<Vec<u8>>,
    },
    Broadcast {
        uuid: Vec<u8>,
        path: Vec<u8>,
        a: bool,
        b: bool,
    },
}

impl What {
    /// `Task-Desc`
    fn name(&self) -> &'static str {
        match self {
            Self::Api { .. } => "sched_api_function",
            Self::Hangup { .. } => "switch_ivr_schedule_hangup",
            Self::Transfer { .. } => "switch_ivr_schedule_transfer",
            Self::Broadcast { .. } => "switch_ivr_schedule_broadcast",
        }
    }
}

impl Tasks {
    /// Those that were made until a time: number, description, group and when.
    pub(super) fn rows(&self, until: Time) -> impl Iterator<Item = (u32, &'static str, &[u8], u64)> {
        self.waiting
            .iter()
            .filter(move |(_, task)| task.made <= until)
            .map(|(id, task)| (*id, task.what.name(), task.group.as_slice(), task.at))
    }
}

impl Core {
    fn add_task(&mut self, at: u64, group: &[u8], what: What) -> u32 {
        let tasks = &mut self.stores.tasks;
        tasks.made += 1;
        let id = OWN_TASKS + tasks.made;
        let task = Scheduled { what, group: group.to_vec(), at, made: self.now, deleted: false };
        self.tell_of_task(&EventName::AddSchedule, &origin::ADD_SCHEDULE, id, &task);
        self.stores.tasks.waiting.insert(id, task);
        self.schedule_at(at, id);
        id
    }

    /// Has a task looked at the next time the scheduler comes by, once its time has come.
    fn schedule_at(&mut self, at: u64, id: u32) {
        let due = Time::from_micros(at.saturating_mul(1_000_000)).max(self.now).since(self.started);
        let rounds = due.as_micros().div_ceil(ROUND.as_micros());
        let due = ROUND.saturating_mul(u32::try_from(rounds).unwrap_or(u32::MAX));
        self.schedule.at(self.started.after(due), Task::Scheduled(id));
    }

    fn tell_of_task(&mut self, name: &EventName, origin: &Origin, id: u32, task: &Scheduled) {
        let event = self
            .new_event(name, origin)
            .header("Task-ID", id.to_string())
            .header("Task-Desc", task.what.name())
            .header("Task-Group", &task.group)
            .header("Task-Runtime", task.at.to_string());
        self.fire(name, event);
    }

    /// Takes tasks out; how many. The scheduler tells of it when it comes by.
    fn delete_tasks(&mut self, is_meant: impl Fn(u32, &[u8]) -> bool) -> usize {
        let meant = self.stores.tasks.waiting.iter_mut().filter(|(id, task)| is_meant(**id, &task.group));
        let mut deleted = Vec::new();
        for (id, task) in meant {
            task.deleted = true;
            deleted.push(*id);
        }
        for id in &deleted {
            self.schedule_at(0, *id);
        }
        deleted.len()
    }

    /// Takes out the task of this number, or those of this group.
    pub(crate) fn cancel_tasks(&mut self, meant: &[u8]) -> usize {
        if meant.iter().all(u8::is_ascii_digit) {
            let meant = u32::try_from(long(meant)).unwrap_or_default();
            self.delete_tasks(|id, _| id == meant)
        } else {
            self.delete_tasks(|_, group| group == meant)
        }
    }

    /// Has a call hung up later, or the one it is bridged to.
    pub(crate) fn schedule_hangup(&mut self, id: ChannelId, when: &[u8], cause: Cause, bleg: bool) {
        let uuid = self.uuid_of(id).into_bytes();
        self.add_task(time(self, when), &uuid.clone(), What::Hangup { uuid, cause, bleg });
    }

    /// Has a call transferred later.
    pub(crate) fn schedule_transfer(&mut self, id: ChannelId, when: &[u8], to: &[Vec<u8>]) -> u32 {
        let uuid = self.uuid_of(id).into_bytes();
        self.add_task(time(self, when), &uuid.clone(), What::Transfer { uuid, to: to.to_vec() })
    }

    /// Has something played to a call later, or to the one it is bridged to, or to both.
    pub(crate) fn schedule_broadcast(
        &mut self,
        id: ChannelId,
        when: &[u8],
        path: &[u8],
        (a, b): (bool, bool),
    ) -> u32 {
        let uuid = self.uuid_of(id).into_bytes();
        let at = time(self, when.strip_prefix(b"@").unwrap_or(when));
        self.add_task(at, &uuid.clone(), What::Broadcast { uuid, path: path.to_vec(), a, b })
    }

    /// What was scheduled for a call that is over is not done.
    pub(crate) fn delete_tasks_of(&mut self, group: &[u8]) {
        if !self.stores.tasks.waiting.is_empty() {
            self.delete_tasks(|_, known| known == group);
        }
    }

    /// The time of a task has come, or it was taken out.
    pub(crate) fn run_scheduled(&mut self, id: u32) {
        let Some(task) = self.stores.tasks.waiting.get(&id).cloned() else { return };
        if !task.deleted {
            if task.at > self.now.as_secs() {
                return;
            }
            self.perform_scheduled(&task.what);
        }
        let now = self.now.as_secs();
        let Some(waiting) = self.stores.tasks.waiting.get_mut(&id) else { return };
        match waiting.what {
            What::Api { every, .. } if every > 0 && !waiting.deleted => {
                waiting.at = now + every;
                let task = waiting.clone();
                self.tell_of_task(&EventName::ReSchedule, &origin::RESCHEDULE, id, &task);
                self.schedule_at(task.at, id);
            }
            _ => {
                let Some(task) = self.stores.tasks.waiting.remove(&id) else { return };
                self.tell_of_task(&EventName::DelSchedule, &origin::DEL_SCHEDULE, id, &task);
            }
        }
    }

    fn perform_scheduled(&mut self, what: &What) {
        match what {
            What::Api { line, .. } => {
                let (name, arguments) = first_word(line);
                self.run_inner(name, arguments);
            }
            What::Hangup { uuid, cause, bleg } => {
                let found = self.channels.find(uuid);
                let leg = if *bleg { found.and_then(|id| self.partner(id)) } else { found };
                if let Some(leg) = leg {
                    self.hangup(leg, *cause, &origin::SCHED_HANGUP);
                }
            }
            What::Transfer { uuid, to } => {
                let word = |place: usize| to.get(place).map(Vec::as_slice);
                if let (Some(id), Some(number)) = (self.channels.find(uuid), word(0)) {
                    self.transfer(id, number, word(1), word(2));
                }
            }
            What::Broadcast { uuid, path, a, b } => {
                if let Some(id) = self.channels.find(uuid) {
                    self.broadcast_legs(id, &Broadcast::parse(path), *a, *b);
                }
            }
        }
    }
}

/// When: `+<seconds>` from now, or seconds since 1970.
fn time(core: &Core, word: &[u8]) -> u64 {
    let seconds = |text: &[u8]| u64::try_from(long(text)).unwrap_or_default();
    match word.strip_prefix(b"+") {
        Some(later) => core.now.as_secs() + seconds(later),
        None => seconds(word),
    }
}

/// `atol`
fn long(text: &[u8]) -> i64 {
    let text = text.trim_ascii_start();
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(0_i64, |number, digit| number.saturating_mul(10).saturating_add((digit - b'0').into()))
}

/// `[+@]<time> <group> <command>[&]`
fn sched_api(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let mut words = invocation.arguments.splitn(3, |byte| *byte == b' ');
    let (Some(when), Some(group), Some(line)) = (words.next(), words.next(), words.next()) else {
        return SCHED_USAGE.into();
    };
    let (at, every) = match when.strip_prefix(b"@") {
        Some(period) => {
            let period = u64::try_from(long(period)).unwrap_or_default();
            (core.now.as_secs() + period, period)
        }
        None => (time(core, when), 0),
    };
    let line = line.strip_suffix(b"&").unwrap_or(line).to_vec();
    let id = core.add_task(at, group, What::Api { line, every });
    format!("+OK Added: {id}\n").into()
}

/// `[+]<time> <uuid> [<cause>]`
fn sched_hangup(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 4);
    let Some(when) = words.first().filter(|when| !when.is_empty()) else {
        return "-USAGE: [+]<time> <uuid> [<cause>]\n".into();
    };
    let uuid = words.get(1).cloned().unwrap_or_default();
    let Some(id) = core.channels.find(&uuid) else { return "-ERR No such channel!\n".into() };
    let cause = words.get(2).map_or_else(|| HangupCause::AllottedTimeout.into(), |cause| Cause::parse(cause));
    if atoi(when.get(1..).unwrap_or_default()) == 0 {
        core.hangup(id, cause, &origin::SCHED_HANGUP_NOW);
    } else {
        let at = time(core, when);
        core.add_task(at, &uuid.clone(), What::Hangup { uuid, cause, bleg: false });
    }
    "+OK\n".into()
}

/// `[+]<time> <uuid> <extension> [<dialplan>] [<context>]`
fn sched_transfer(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 6);
    let [when, uuid, to @ ..] = words.as_slice() else { return TRANSFER_USAGE.into() };
    if words.len() > 5 {
        return TRANSFER_USAGE.into();
    }
    if core.channels.find(uuid).is_none() {
        return "-ERR No such channel!\n".into();
    }
    let at = time(core, when);
    core.add_task(at, uuid, What::Transfer { uuid: uuid.clone(), to: to.to_vec() });
    "+OK\n".into()
}

const TRANSFER_USAGE: &str = "-USAGE: [+]<time> <uuid> <extension> [<dialplan>] [<context>]\n";

/// `[[+]<time>|@time] <uuid> <path> [aleg|bleg|both]`
fn sched_broadcast(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 4);
    let [when, uuid, path, legs @ ..] = words.as_slice() else {
        return "-USAGE: [[+]<time>|@time] <uuid> <path> [aleg|bleg|both]\n".into();
    };
    let at = time(core, when.strip_prefix(b"@").unwrap_or(when));
    let (a, b) = match legs.first().map(|legs| legs.to_ascii_lowercase()).as_deref() {
        Some(b"both") => (true, true),
        Some(b"bleg") => (false, true),
        _ => (true, false),
    };
    core.add_task(at, uuid, What::Broadcast { uuid: uuid.clone(), path: path.clone(), a, b });
    "+OK Message scheduled\n".into()
}

/// `<task>|<group>`
fn sched_del(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let count = core.cancel_tasks(invocation.arguments);
    format!("+OK Deleted: {count}\n").into()
}

/// `<task>`
fn unsched_api(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    match u32::try_from(long(invocation.arguments)) {
        Ok(0) | Err(_) => "".into(),
        Ok(meant) if core.delete_tasks(|id, _| id == meant) > 0 => "+OK\n".into(),
        Ok(_) => "-ERR No such id\n".into(),
    }
}
