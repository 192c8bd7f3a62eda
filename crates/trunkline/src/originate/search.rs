//! Looking for a call, where what the switch said of it was lost.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use trunkline_proto::api::{ApiError, UuidDump, UuidExists};
use trunkline_proto::{ChannelUuid, Event, JobLost};

use super::dial::{Dialling, next_of};
use super::legs::{Legs, Look};
use super::{OriginateError, Originated};
use crate::client::Client;
use crate::error::Error;
use crate::events::Events;
use crate::job::Job;
use crate::job_result::JobResult;

/// How long a switch that answers, and has no such call, is given to make one: between two legs or two attempts
/// (`originate_retry_sleep_ms`) there is none.
const SETTLE: Duration = Duration::from_secs(5);
/// How often it is asked: first, and at last.
const FIRST: Duration = Duration::from_millis(250);
const LAST: Duration = Duration::from_secs(5);

pub(super) struct Search<'a> {
    dialling: Dialling<'a>,
    legs: Legs,
    /// Whose end is still waited for.
    job: Option<Job>,
    events: Option<Events>,
    /// How the answer was lost.
    why: Option<Error>,
    /// When one that was not found is given up, and one that was found.
    unfound_until: Instant,
    found_until: Instant,
    /// When nothing more is to be expected of a switch that has no such call.
    settled: Option<Instant>,
    next_look: Instant,
    interval: Duration,
    /// This user may not ask.
    blind: bool,
}

/// What has come.
enum News {
    End(Result<JobResult, Error>),
    Event(Option<Event>),
    Looks(Vec<Look>, Option<Error>),
    Late,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        dialling: Dialling<'a>,
        started: Instant,
        job: Option<Job>,
        events: Option<Events>,
        why: Option<Error>,
    ) -> Self {
        let now = Instant::now();
        let longest = started + dialling.client.config().job_timeout.min(FAR);
        // Time enough to look, if the job's was over.
        let found_until = longest.max(now + dialling.look_for.min(SETTLE));
        // It is dialled for certain, and its end will be an event.
        let will_be_told = events.is_some() && matches!(why, Some(Error::Job(JobLost::NotPermitted)));
        tracing::debug!(uuids = ?dialling.uuids, ?why, "looking for a call");
        Self {
            dialling,
            legs: Legs::new(dialling.uuids),
            job,
            events,
            why,
            unfound_until: if will_be_told { found_until } else { now + dialling.look_for.min(FAR) },
            found_until,
            settled: None,
            next_look: now,
            interval: FIRST,
            blind: false,
        }
    }

    pub(super) async fn run(mut self) -> Result<Originated, OriginateError> {
        loop {
            if let Some(uuid) = self.legs.up(self.job.is_none()) {
                return Ok(Originated::found(self.dialling.client, uuid.clone()));
            }
            let Some(until) = self.until() else { return Err(self.verdict()) };
            let news = tokio::select! {
                biased;
                end = end_of(&mut self.job) => News::End(end),
                event = next_of(&mut self.events, |event| self.legs.concerns(event)) => News::Event(event),
                (looks, failed) = look_at(self.next_look, self.dialling.client, &self.legs), if !self.blind => {
                    News::Looks(looks, failed)
                }
                () = sleep_until(until) => News::Late,
            };
            match news {
                News::End(end) => {
                    self.job = None;
                    match self.dialling.judge(end) {
                        Ok(outcome) => return outcome,
                        Err(why) => self.why = Some(why),
                    }
                }
                News::Event(event) => self.on_event(event.as_ref()),
                News::Looks(looks, failed) => self.on_looks(&looks, failed.as_ref()),
                News::Late => return Err(self.verdict()),
            }
        }
    }

    /// Until when there can be news; `None` if there can be none.
    fn until(&self) -> Option<Instant> {
        let alive = self.legs.alive();
        let can_ask = !self.blind && self.dialling.client.close_reason().is_none();
        // All that may be asked is known already.
        let can_learn = can_ask && !matches!(alive, Some((_, None)));
        if self.job.is_none() && self.events.is_none() && !can_learn {
            return None;
        }
        if alive.is_some() {
            return Some(self.found_until);
        }
        Some(self.settled.map_or(self.unfound_until, |settled| settled.min(self.unfound_until)))
    }

    fn on_event(&mut self, event: Option<&Event>) {
        event.into_iter().for_each(|event| self.legs.on_event(event));
        if self.legs.ended().is_some() {
            self.settle();
        }
    }

    /// The switch has no such call now.
    fn settle(&mut self) {
        self.settled.get_or_insert(Instant::now() + self.dialling.look_for.min(SETTLE));
    }

    fn on_looks(&mut self, looks: &[Look], failed: Option<&Error>) {
        for (at, look) in looks.iter().enumerate() {
            self.legs.on_look(at, look);
        }
        self.blind = failed.is_some_and(Error::is_refused);
        if self.legs.alive().is_some() {
            self.settled = None;
        } else if failed.is_none() {
            self.settle();
        }
        self.next_look = Instant::now() + self.interval;
        self.interval = (self.interval * 2).min(LAST);
    }

    fn verdict(mut self) -> OriginateError {
        let source = self.why.take().map(Box::new);
        if let Some((uuid, answer_state)) = self.legs.alive() {
            return OriginateError::Ringing {
                uuid: uuid.clone(),
                answer_state: answer_state.cloned(),
                source,
            };
        }
        match self.legs.ended() {
            Some((uuid, cause, true)) => OriginateError::Ended { uuid: uuid.clone(), cause: cause.clone() },
            Some((_, cause, false)) => OriginateError::Failed { cause: cause.clone() },
            None => OriginateError::Unknown { uuids: self.dialling.uuids.to_vec(), source },
        }
    }
}

/// Longer than anyone waits.
const FAR: Duration = Duration::from_secs(365 * 24 * 3600);

async fn end_of(job: &mut Option<Job>) -> Result<JobResult, Error> {
    match job {
        Some(job) => job.await,
        None => std::future::pending().await,
    }
}

/// At its time, asks for every leg, up to the first that cannot be asked for.
async fn look_at(time: Instant, client: &Client, legs: &Legs) -> (Vec<Look>, Option<Error>) {
    sleep_until(time).await;
    let mut looks = Vec::new();
    for uuid in legs.uuids() {
        match look(client, uuid).await {
            Ok(look) => looks.push(look),
            Err(error) => return (looks, Some(error)),
        }
    }
    (looks, None)
}

/// Asks the live session, not the table behind `show`, which lags.
async fn look(client: &Client, uuid: &ChannelUuid) -> Result<Look, Error> {
    match client.run(UuidDump::new(uuid)).await {
        Ok(channel) => Ok(Look::There(Box::new(channel.into_value()))),
        Err(Error::Api { source: ApiError::Failed { reason, .. }, .. }) if is_absence(&reason) => {
            Ok(Look::Absent)
        }
        Err(error) if error.is_refused() => {
            let exists = *client.run(UuidExists::new(uuid)).await?.value();
            Ok(if exists { Look::Exists } else { Look::Absent })
        }
        Err(error) => Err(error),
    }
}

/// `uuid_dump_function` in `mod_commands.c`
fn is_absence(reason: &str) -> bool {
    reason.starts_with("No such channel")
}
