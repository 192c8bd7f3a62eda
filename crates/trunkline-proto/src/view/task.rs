//! The scheduler's events (`switch_scheduler.c`).

use std::borrow::Cow;

use super::{Moment, view};
use crate::event::{Event, EventName};

view! {
    /// ADD_SCHEDULE, DEL_SCHEDULE, EXE_SCHEDULE, RE_SCHEDULE: a task of the scheduler.
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Name: ADD_SCHEDULE\nTask-ID: 14\nTask-Desc: sched_api_function\nTask-Group: lab1\n\
    /// #                Task-Runtime: 1795216137\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::Task;
    ///
    /// let task = Task::of(&event).unwrap();
    /// assert_eq!((task.id(), task.group().as_deref()), (Some(14), Some("lab1")));
    /// assert_eq!(task.runtime().unwrap().as_secs(), 1_795_216_137);
    /// ```
    pub Task(event: Event) {
        /// Its number.
        id: u32 = number "Task-ID",
        /// What made it: `sched_api_function`, `heartbeat`.
        desc: Cow<'a, str> = text "Task-Desc",
        /// Its group, by which `sched_del` finds it: for a hangup or transfer the channel's id.
        group: Cow<'a, str> = text "Task-Group",
        /// When it is to run.
        runtime: Moment = moment_s "Task-Runtime",
    }
}

impl<'a> Task<'a> {
    /// What became of it: one of the four names.
    #[must_use]
    pub fn what(self) -> Option<&'a EventName> {
        self.event.name()
    }
}
