//! One connection to the event socket: who it is, what it listens to, what waits to be sent to it
//! (`listener_t` in `mod_event_socket.c`). It knows nothing of channels.

mod auth;
mod filters;
mod sendevent;
mod subscriptions;

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use trunkline_proto::EventFormat;
use trunkline_proto::listener::{PacketDecoder, Standing};

use crate::api::CallId;
use crate::event::Fired;
use crate::log::{LogLine, parse_level};
use filters::Filters;
use subscriptions::Subscriptions;

pub(crate) use auth::Rights;

/// The text of a reply.
pub(crate) type Reply = Vec<u8>;

pub(crate) const NOT_FOUND: &str = "-ERR command not found";
pub(crate) const DENIED: &str = "-ERR permission denied";

#[derive(Debug, Default)]
pub(crate) struct Listener {
    pub(crate) input: BytesMut,
    pub(crate) decoder: PacketDecoder,
    pub(crate) authenticated: bool,
    /// Whether a whole packet has come; until then a timer runs.
    pub(crate) spoken: bool,
    pub(crate) rights: Rights,
    /// The `api` command that runs: nothing else happens on the connection meanwhile.
    pub(crate) blocked_on: Option<CallId>,
    /// Whether a command has ended that later ones may have waited for.
    pub(crate) resumes: bool,
    /// Jobs that keep it from being closed.
    pub(crate) jobs: usize,
    /// `exit` was said, or credentials were refused.
    pub(crate) leaving: bool,
    /// Its socket takes no more.
    pub(crate) congested: bool,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) filters: Filters,
    pub(crate) format: EventFormat,
    pub(crate) log_level: Option<u8>,
    events: VecDeque<Arc<Fired>>,
    logs: VecDeque<Arc<LogLine>>,
    /// Events and log lines that found their queue full.
    pub(crate) lost: u64,
}

impl Listener {
    pub(crate) fn standing(&self) -> Standing {
        Standing::inbound(self.authenticated)
    }

    /// Queues an event it listens to.
    pub(crate) fn offer_event(&mut self, event: &Arc<Fired>, limit: usize) {
        if !self.subscriptions.wants(event) || !self.filters.pass(event) {
            return;
        }
        if self.events.len() >= limit {
            self.lost += 1;
        } else {
            self.events.push_back(Arc::clone(event));
        }
    }

    /// Queues a log line of a level it takes.
    pub(crate) fn offer_log(&mut self, line: &Arc<LogLine>, limit: usize) {
        if self.log_level.is_none_or(|most| line.level > most) {
            return;
        }
        if self.logs.len() >= limit {
            self.lost += 1;
        } else {
            self.logs.push_back(Arc::clone(line));
        }
    }

    /// Whether what is queued may be sent: not while a command runs, or half of one has come.
    pub(crate) fn may_send(&self) -> bool {
        self.blocked_on.is_none() && !self.leaving && !self.congested && !self.decoder.is_partial(&self.input)
    }

    /// The next queued message, in the form the connection takes now.
    pub(crate) fn next_message(&mut self) -> Option<Bytes> {
        if let Some(line) = self.logs.pop_front() {
            return Some(line.message.clone());
        }
        self.events.pop_front().map(|event| event.message(self.format))
    }

    /// `event [plain|json|xml] <name>…`
    pub(crate) fn event(&mut self, arguments: &[u8]) -> Reply {
        let mut words = subscriptions::words(arguments);
        if let Some((first, rest)) = words.split_first()
            && let Some(format) = std::str::from_utf8(first).ok().and_then(EventFormat::from_name)
        {
            // Even if the rest is refused.
            self.format = format;
            words = rest.to_vec();
        }
        match self.subscriptions.add(&words, &self.rights) {
            Ok(()) => format!("+OK event listener enabled {}", self.format).into_bytes(),
            Err(refusal) => refusal.into(),
        }
    }

    /// `nixevent <name>…`
    pub(crate) fn nixevent(&mut self, arguments: &[u8]) -> Reply {
        match self.subscriptions.remove(&subscriptions::words(arguments)) {
            Ok(()) => "+OK events nixed".into(),
            Err(refusal) => refusal.into(),
        }
    }

    /// `noevents`
    pub(crate) fn noevents(&mut self) -> Reply {
        if self.subscriptions.clear() {
            self.events.clear();
            "+OK no longer listening for events".into()
        } else {
            "-ERR not listening for events".into()
        }
    }

    /// `log [level]`
    pub(crate) fn log(&mut self, arguments: &[u8]) -> Reply {
        if !self.rights.log {
            return DENIED.into();
        }
        let arguments = String::from_utf8_lossy(arguments).into_owned();
        let word = arguments.split_whitespace().next().unwrap_or_default();
        let level = if word.is_empty() { Some(7) } else { parse_level(word) };
        let Some(level) = level else { return "-ERR invalid log level".into() };
        self.log_level = u8::try_from(level).ok();
        format!("+OK log level {word} [{level}]").into_bytes()
    }

    /// `nolog`
    pub(crate) fn nolog(&mut self) -> Reply {
        self.logs.clear();
        match self.log_level.take() {
            Some(_) => "+OK no longer logging".into(),
            None => "-ERR not loging".into(),
        }
    }

    pub(crate) fn has_queued(&self) -> bool {
        !self.events.is_empty() || !self.logs.is_empty()
    }
}
