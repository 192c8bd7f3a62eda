//! Dialling, once, and waiting for the switch to say what came of it.

use std::time::Duration;

use tokio::time::Instant;
use trunkline_proto::api::{ApiCommand, ApiError, UuidDump};
use trunkline_proto::dialstring::Originate;
use trunkline_proto::{ChannelUuid, Event, EventName, EventSet, Executed, HangupCause};

use super::search::Search;
use super::{OriginateError, Originated};
use crate::client::Client;
use crate::error::Error;
use crate::events::{Events, Item};
use crate::job::{self, Job};
use crate::job_result::JobResult;
use crate::reconnect::StateChanges;

type Outcome = Result<Originated, OriginateError>;

/// A call to be made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dialling<'a> {
    pub(super) client: &'a Client,
    pub(super) originate: &'a Originate,
    pub(super) uuids: &'a [ChannelUuid],
    pub(super) look_for: Duration,
}

/// Where a job stands.
enum Waited {
    Ended(Result<JobResult, Error>),
    /// The connection was lost meanwhile, and is back.
    Crossed(Job),
}

impl Dialling<'_> {
    pub(super) async fn run(self) -> Outcome {
        let line = self.line().map_err(OriginateError::not_dialled)?;
        let started = Instant::now();
        let changes = self.client.state_changes();
        let events = match self.client.permissions().allows_event(&EventName::BackgroundJob) {
            Some(false) => self.watch().await,
            _ => None,
        };
        let job = job::new_uuid();
        // The only place where anything is dialled.
        let (job, why) = match self.client.start_job(job.clone(), &line).await {
            Ok(job) => match until_end_or_gap(job, changes).await {
                Waited::Crossed(job) => (Some(job), None),
                Waited::Ended(end) => match self.judge(end) {
                    Ok(outcome) => return outcome,
                    Err(why) => (None, Some(why)),
                },
            },
            Err(error) if is_unknown(&error) => (Some(self.client.await_job(job, &line)), Some(error)),
            Err(error) if error.is_refused() => return Err(OriginateError::refused(error)),
            Err(error) => return Err(OriginateError::not_dialled(error)),
        };
        let events = if job.is_some() { events } else { self.or_watch(events, why.as_ref()).await };
        Search::new(self, started, job, events, why).run().await
    }

    /// What is said; refused where the call could not be asked for afterwards.
    fn line(self) -> Result<String, Error> {
        self.uuids.iter().try_for_each(|uuid| UuidDump::new(uuid).line().map(drop))?;
        Ok(self.originate.line()?)
    }

    /// What the end of the job says of the call; the error, if nothing.
    pub(super) fn judge(self, end: Result<JobResult, Error>) -> Result<Outcome, Error> {
        let command = || self.originate.command();
        match self.originate.read(&end?.bytes()) {
            Ok(uuid) if self.uuids.contains(&uuid) => Ok(Ok(Originated::said(self.client, uuid))),
            Ok(uuid) => Ok(Err(OriginateError::OtherUuid { asked: self.uuids.to_vec(), uuid })),
            Err(source @ ApiError::Unreadable { .. }) => Err(Error::api(&command(), source)),
            Err(source) => Ok(Err(match source.reason().filter(|reason| is_cause(reason)) {
                Some(reason) => OriginateError::Failed { cause: HangupCause::from(reason) },
                None => OriginateError::refused(Error::api(&command(), source)),
            })),
        }
    }

    /// Has the events of calls come that this user may see: the way to learn of its end for one who may not see that of
    /// a job.
    async fn watch(self) -> Option<Events> {
        let may = |name: &EventName| self.client.permissions().allows_event(name) != Some(false);
        let names = [EventName::ChannelAnswer, EventName::ChannelHangup, EventName::ChannelHangupComplete];
        let set: EventSet = names.into_iter().filter(may).collect();
        if set.is_empty() {
            return None;
        }
        self.client.events(set).await.ok()
    }

    async fn or_watch(self, events: Option<Events>, why: Option<&Error>) -> Option<Events> {
        use trunkline_proto::JobLost::NotPermitted;
        match events {
            None if matches!(why, Some(Error::Job(NotPermitted))) => self.watch().await,
            events => events,
        }
    }
}

/// Waits for the end of a job, or until the connection was lost and is back: the end can have come meanwhile.
async fn until_end_or_gap(mut job: Job, mut changes: StateChanges) -> Waited {
    let mut open = true;
    loop {
        tokio::select! {
            biased;
            end = &mut job => return Waited::Ended(end),
            state = changes.next(), if open => {
                open = state.is_some();
                if job.crossed_gap() {
                    return Waited::Crossed(job);
                }
            }
        }
    }
}

/// Whether the command can have been executed, or not.
fn is_unknown(error: &Error) -> bool {
    match error {
        Error::Disconnected { executed, .. } | Error::TimedOut { executed, .. } => *executed != Executed::No,
        Error::Refused { .. } | Error::Misuse(_) => false,
        _ => true,
    }
}

/// Whether `-ERR` is followed by a hangup cause, be it one of a newer switch.
fn is_cause(reason: &str) -> bool {
    let is_of_one = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    !reason.is_empty() && reason.bytes().all(is_of_one)
}

/// The next event that matters; `None` once there are no more. Never, where there are none.
pub(super) async fn next_of(events: &mut Option<Events>, matters: impl Fn(&Event) -> bool) -> Option<Event> {
    let Some(stream) = events else { return std::future::pending().await };
    while let Some(item) = stream.next().await {
        match item {
            Item::Event(event) if matters(&event) => return Some(event),
            _ => {}
        }
    }
    *events = None;
    None
}
