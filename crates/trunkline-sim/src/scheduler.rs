//! What is to be done later (`switch_scheduler.c`), by a thread that comes by twice a second.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use trunkline_proto::EventName;

use crate::app::Broadcast;
use crate::cause::Cause;
use crate::core::{Core, Task};
use crate::event::{Origin, origin};
use crate::text::first_word;
use crate::time::Time;

/// How often the scheduler comes by (`switch_scheduler_task_thread` in `switch_scheduler.c`).
const ROUND: Duration = Duration::from_millis(500);

/// It has seen what there was when it came by; what comes after, even at once, it sees the next time.
const AFTER: Duration = Duration::from_micros(1);

/// Tasks of the switch's own that are there before any: `heartbeat`, `check_ip` and `limit_hash_cleanup`.
const OWN_TASKS: u32 = 3;

/// What is to be done, by its number.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    made: u32,
    waiting: BTreeMap<u32, Scheduled>,
    /// When each of them is to be looked at, in seconds since 1970.
    queue: BTreeSet<(u64, u32)>,
    /// When the scheduler was last told something, which is when it begins to count its rounds anew.
    told: Option<Time>,
    /// When it comes by next.
    round: Option<Time>,
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
pub(crate) enum What {
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
    /// Tells that a call is there, again and again for as long as it is.
    Heartbeat {
        uuid: Vec<u8>,
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
            Self::Heartbeat { .. } => "switch_core_session_sched_heartbeat",
        }
    }
}

impl Tasks {
    /// Those that were made until a time: number, description, group and when.
    pub(crate) fn rows(&self, until: Time) -> impl Iterator<Item = (u32, &'static str, &[u8], u64)> {
        self.waiting
            .iter()
            .filter(move |(_, task)| task.made <= until)
            .map(|(id, task)| (*id, task.what.name(), task.group.as_slice(), task.at))
    }
}

impl Core {
    /// Has something done later, in seconds since 1970; the number of the task.
    pub(crate) fn add_task(&mut self, at: u64, group: &[u8], what: What) -> u32 {
        let tasks = &mut self.stores.tasks;
        tasks.made += 1;
        let id = OWN_TASKS + tasks.made;
        tasks.queue.insert((at, id));
        let task = Scheduled { what, group: group.to_vec(), at, made: self.now, deleted: false };
        self.tell_of_task(&EventName::AddSchedule, &origin::ADD_SCHEDULE, id, &task);
        self.stores.tasks.waiting.insert(id, task);
        // Being told of it wakes it.
        self.plan_round(self.now);
        id
    }

    fn tell_of_task(&mut self, name: &EventName, origin: &Origin, id: u32, task: &Scheduled) {
        let event = self
            .new_event(name, origin)
            .header("Task-ID", id.to_string())
            .header("Task-Desc", task.what.name())
            .header("Task-Group", &task.group)
            .header("Task-Runtime", task.at.to_string());
        self.stores.tasks.told = Some(self.now);
        self.fire(name, event);
    }

    fn plan_round(&mut self, at: Time) {
        self.stores.tasks.round = Some(at);
        self.schedule.at(at, Task::Scheduler(at));
    }

    /// Has the scheduler come by when there is something to do.
    fn plan_next_round(&mut self) {
        let tasks = &self.stores.tasks;
        let Some((at, _)) = tasks.queue.first() else { return };
        let told = tasks.told.unwrap_or(self.started);
        let due = Time::from_micros(at.saturating_mul(1_000_000)).max(self.now.after(AFTER)).since(told);
        let rounds = u32::try_from(due.as_micros().div_ceil(ROUND.as_micros())).unwrap_or(u32::MAX);
        let next = told.after(ROUND.saturating_mul(rounds));
        if tasks.round.is_none_or(|planned| next < planned) {
            self.plan_round(next);
        }
    }

    /// Takes tasks out; how many. The scheduler tells of it when it comes by.
    fn delete_tasks(&mut self, is_meant: impl Fn(u32, &[u8]) -> bool) -> usize {
        let Tasks { waiting, queue, .. } = &mut self.stores.tasks;
        let mut deleted = 0;
        for (id, task) in waiting.iter_mut().filter(|(id, task)| is_meant(**id, &task.group)) {
            task.deleted = true;
            deleted += 1;
            queue.remove(&(task.at, *id));
            queue.insert((0, *id));
        }
        self.plan_next_round();
        deleted
    }

    /// Takes out the task of this number, or those of this group.
    pub(crate) fn cancel_tasks(&mut self, meant: &[u8]) -> usize {
        if meant.iter().all(u8::is_ascii_digit) {
            let meant = std::str::from_utf8(meant).ok().and_then(|id| id.parse().ok()).unwrap_or(0);
            usize::from(self.cancel_task(meant))
        } else {
            self.delete_tasks(|_, group| group == meant)
        }
    }

    /// Takes out the task of this number, if it is still there.
    pub(crate) fn cancel_task(&mut self, id: u32) -> bool {
        self.delete_tasks(|known, _| known == id) > 0
    }

    /// What was scheduled for a call that is over is not done.
    pub(crate) fn delete_tasks_of(&mut self, group: &[u8]) {
        if !self.stores.tasks.waiting.is_empty() {
            self.delete_tasks(|_, known| known == group);
        }
    }

    /// The scheduler comes by: it does what is due, then takes out what is over.
    pub(crate) fn scheduler_round(&mut self, round: Time) {
        let tasks = &mut self.stores.tasks;
        if tasks.round != Some(round) {
            return;
        }
        tasks.round = None;
        let later = tasks.queue.split_off(&(self.now.as_secs() + 1, 0));
        let due = std::mem::replace(&mut tasks.queue, later);
        let due: BTreeSet<u32> = due.into_iter().map(|(_, id)| id).collect();
        let over: Vec<u32> = due.into_iter().filter(|id| !self.run_scheduled(*id)).collect();
        for id in over {
            if let Some(task) = self.stores.tasks.waiting.remove(&id) {
                self.tell_of_task(&EventName::DelSchedule, &origin::DEL_SCHEDULE, id, &task);
            }
        }
        self.plan_next_round();
    }

    /// Does what was scheduled; whether it is to be done again.
    fn run_scheduled(&mut self, id: u32) -> bool {
        let Some(task) = self.stores.tasks.waiting.get(&id).filter(|task| !task.deleted).cloned() else {
            return false;
        };
        self.perform_scheduled(&task.what);
        let every = match &task.what {
            What::Api { every, .. } => *every,
            What::Heartbeat { uuid } => self.heartbeat_period(uuid),
            _ => 0,
        };
        let at = self.now.as_secs() + every;
        let waiting = self.stores.tasks.waiting.get_mut(&id);
        let Some(waiting) = waiting.filter(|waiting| every > 0 && !waiting.deleted) else { return false };
        waiting.at = at;
        let task = waiting.clone();
        self.stores.tasks.queue.insert((at, id));
        self.tell_of_task(&EventName::ReSchedule, &origin::RESCHEDULE, id, &task);
        true
    }

    fn perform_scheduled(&mut self, what: &What) {
        match what {
            What::Api { line, .. } => {
                let (name, arguments) = first_word(line);
                self.run_inner(name, arguments);
            }
            What::Hangup { uuid, cause, bleg } => {
                let found = self.channels.locate(uuid);
                let leg = if *bleg { found.and_then(|id| self.partner(id)) } else { found };
                if let Some(leg) = leg {
                    self.hangup(leg, *cause, &origin::SCHED_HANGUP);
                }
            }
            What::Transfer { uuid, to } => {
                let word = |place: usize| to.get(place).map(Vec::as_slice);
                if let (Some(id), Some(number)) = (self.channels.locate(uuid), word(0)) {
                    self.transfer(id, number, word(1), word(2));
                }
            }
            What::Broadcast { uuid, path, a, b } => {
                if let Some(id) = self.channels.locate(uuid) {
                    self.broadcast_legs(id, &Broadcast::parse(path), *a, *b);
                }
            }
            What::Heartbeat { uuid } => self.scheduled_heartbeat(uuid),
        }
    }
}
