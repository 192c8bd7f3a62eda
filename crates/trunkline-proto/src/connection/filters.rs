//! Filters, and the two the connection itself adds to them. On the switch they are the whole connection's, and let
//! nothing pass that matches none of them.

use std::time::Instant;

use super::Connection;
use super::replies::{Purpose, Ticket};
use crate::command::Command;
use crate::error::ApiMisuse;
use crate::event::EventName;

/// What is let pass beside whatever is asked for, so that a filter starves neither jobs nor liveness.
const COMPANIONS: [EventName; 2] = [EventName::BackgroundJob, EventName::Heartbeat];
const EVENT_NAME: &str = "Event-Name";

#[derive(Debug, Default)]
pub(super) struct Filters {
    /// Those asked for: headers and values.
    wanted: Vec<(String, String)>,
    /// The companions stand beside them.
    accompanied: bool,
}

impl Filters {
    /// A command deletes filters, and nobody looks at which.
    pub(super) fn on_delete(&mut self, command: &Command) {
        self.accompanied = false;
        if *command == Command::filter_delete_all() {
            self.wanted.clear();
        }
    }

    /// The switch has forgotten them all.
    pub(super) fn on_break(&mut self) {
        self.accompanied = false;
    }

    fn forget(&mut self, header: &str, value: Option<&str>) {
        self.wanted.retain(|(of, is)| {
            !of.eq_ignore_ascii_case(header) || value.is_some_and(|value| value != is.as_str())
        });
    }
}

impl Connection {
    /// Adds a filter for the whole connection. With the first one, and the first after some were deleted,
    /// `Event-Name BACKGROUND_JOB` and `HEARTBEAT` are let pass, too, so that a filter starves neither jobs nor
    /// liveness.
    ///
    /// # Errors
    ///
    /// As [`Command::filter`].
    pub fn filter(&mut self, header: &str, value: &str, now: Instant) -> Result<Ticket, ApiMisuse> {
        let filter = Command::filter(header, value)?;
        self.accompany(now)?;
        self.filters.wanted.push((header.to_owned(), value.to_owned()));
        Ok(self.send(filter, None, now))
    }

    /// Takes back the filters on a header, or the one with this value. With the last one its companions go, which
    /// would keep everything else out; where others remain the companions stay.
    ///
    /// # Errors
    ///
    /// As [`Command::filter_delete`].
    pub fn filter_delete(
        &mut self,
        header: &str,
        value: Option<&str>,
        now: Instant,
    ) -> Result<Ticket, ApiMisuse> {
        let delete = Command::filter_delete(header, value)?;
        let accompanied = self.filters.accompanied;
        let ticket = self.send(delete, None, now);
        self.filters.forget(header, value);
        if self.filters.wanted.is_empty() {
            for name in COMPANIONS.iter().filter(|_| accompanied) {
                let delete = Command::filter_delete(EVENT_NAME, Some(name.as_str()))?;
                self.queue(delete, None, Purpose::Nobody, now);
            }
        } else if accompanied && !header.eq_ignore_ascii_case(EVENT_NAME) {
            self.filters.accompanied = true;
        } else {
            // They were among the deleted.
            self.accompany(now)?;
        }
        Ok(ticket)
    }

    /// Sets again what was set before a break.
    pub(super) fn restore_filters(&mut self, now: Instant) {
        self.filters.accompanied = false;
        if self.filters.wanted.is_empty() || self.accompany(now).is_err() {
            return;
        }
        for (header, value) in self.filters.wanted.clone() {
            if let Ok(command) = Command::filter(&header, &value) {
                self.queue(command, None, Purpose::Nobody, now);
            }
        }
    }

    fn accompany(&mut self, now: Instant) -> Result<(), ApiMisuse> {
        if !std::mem::replace(&mut self.filters.accompanied, true) {
            for name in &COMPANIONS {
                self.queue(Command::filter(EVENT_NAME, name.as_str())?, None, Purpose::Nobody, now);
            }
        }
        Ok(())
    }
}
