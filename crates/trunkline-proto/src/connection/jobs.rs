//! Background jobs: which BACKGROUND_JOB event ends which.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use super::{CloseReason, Connection, Output};
use crate::event::EventName;
use crate::ids::JobUuid;
use crate::percent;
use crate::reply::Reply;

/// Why the end of a job is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JobLost {
    /// It took longer than it was given. It may run on.
    #[error("the job did not end in time; it may still run in the switch")]
    TimedOut,
    /// The connection ended first. It may run on.
    #[error("the connection ended before the job did; it may still run in the switch")]
    Disconnected(#[source] CloseReason),
    /// The switch was restarted while the connection was broken, and the job ended with it.
    #[error("the switch was restarted, and the job ended with it; nobody can say how far it came")]
    Restarted,
    /// The switch does not let this user see BACKGROUND_JOB events, so no job's end can be known.
    #[error(
        "this user may not receive BACKGROUND_JOB events (`esl-allowed-events`), so the job's result cannot arrive"
    )]
    NotPermitted,
}

#[derive(Debug, Default)]
pub(super) struct Jobs {
    /// By the id the switch uses, as a plain event would say it.
    running: HashMap<JobUuid, Running>,
    deadlines: BTreeSet<(Instant, JobUuid)>,
}

#[derive(Debug)]
struct Running {
    started_as: JobUuid,
    deadline: Option<Instant>,
    /// Another connection is to start it, and the switch has not said yet that it took it.
    awaited: bool,
}

impl Jobs {
    pub(super) fn start(&mut self, job: JobUuid, deadline: Option<Instant>) {
        self.begin(job, deadline, false);
    }

    fn begin(&mut self, job: JobUuid, deadline: Option<Instant>, awaited: bool) {
        self.finish(&job);
        self.insert(said(job.as_str()), Running { started_as: job, deadline, awaited });
    }

    /// The switch has taken one that another connection was to start.
    fn taken(&mut self, job: &JobUuid) {
        if let Some(running) = self.running.get_mut(&said(job.as_str())) {
            running.awaited = false;
        }
    }

    /// The switch uses another id than asked for.
    pub(super) fn rename(&mut self, job: &JobUuid, name: JobUuid) {
        if *job == name {
            return;
        }
        if let Some(running) = self.take(&said(job.as_str())) {
            self.insert(said(name.as_str()), running);
        }
    }

    /// The id it was started with, if it was running.
    pub(super) fn finish(&mut self, job: &JobUuid) -> Option<JobUuid> {
        self.finish_by_text(job.as_str())
    }

    pub(super) fn finish_by_text(&mut self, job: &str) -> Option<JobUuid> {
        self.take(&said(job)).map(|running| running.started_as)
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    pub(super) fn expire(&mut self, now: Instant) -> Vec<JobUuid> {
        let mut expired = Vec::new();
        while let Some((deadline, job)) = self.deadlines.first().cloned()
            && deadline <= now
        {
            expired.extend(self.take(&job).map(|running| running.started_as));
            self.deadlines.remove(&(deadline, job));
        }
        expired
    }

    /// All but these, and those that have not begun.
    pub(super) fn drain_but(&mut self, stay: &[JobUuid]) -> Vec<JobUuid> {
        let goes =
            |(_, running): &(&JobUuid, &Running)| !running.awaited && !stay.contains(&running.started_as);
        let going: Vec<_> = self.running.iter().filter(goes).map(|(key, _)| key.clone()).collect();
        going.iter().filter_map(|key| Some(self.take(key)?.started_as)).collect()
    }

    pub(super) fn drain(&mut self) -> Vec<JobUuid> {
        self.deadlines.clear();
        self.running.drain().map(|(_, running)| running.started_as).collect()
    }

    fn insert(&mut self, key: JobUuid, running: Running) {
        if let Some(deadline) = running.deadline {
            self.deadlines.insert((deadline, key.clone()));
        }
        self.running.insert(key, running);
    }

    fn take(&mut self, job: &JobUuid) -> Option<Running> {
        let running = self.running.remove(job)?;
        if let Some(deadline) = running.deadline {
            self.deadlines.remove(&(deadline, job.clone()));
        }
        Some(running)
    }
}

/// Jobs that another connection starts, and whose end comes here: the switch tells it to every connection that has
/// BACKGROUND_JOB, not only to the one that asked.
impl Connection {
    /// Has BACKGROUND_JOB subscribed, for jobs that another connection will start.
    pub fn hear_jobs(&mut self, now: Instant) {
        self.subscriptions.want_jobs();
        self.reconcile(now);
    }

    /// Whether the end of a job that begins now would come here.
    #[must_use]
    pub fn hears_jobs(&self) -> bool {
        self.is_ready() && !self.sessions.is_asking() && self.subscriptions.has(&EventName::BackgroundJob)
    }

    /// Waits for the end of a job that another connection starts under this id: it comes as
    /// [`Output::Job`]. To be called before its `bgapi` is sent, while [`hears_jobs`](Self::hears_jobs);
    /// [`job_answered`](Self::job_answered) is to follow.
    pub fn expect_job(&mut self, job: JobUuid, timeout: Option<Duration>, now: Instant) {
        self.hear_jobs(now);
        self.jobs.begin(job, timeout.and_then(|timeout| now.checked_add(timeout)), true);
    }

    /// The reply to the `bgapi` of a job that another connection starts. One that is refused ends without an
    /// [`Output::Job`].
    pub fn job_answered(&mut self, job: &JobUuid, reply: &Reply) {
        match reply {
            Reply::Command(reply) if reply.is_ok() => {
                self.jobs.taken(job);
                self.jobs.rename(job, reply.job_uuid().unwrap_or_else(|| job.clone()));
            }
            _ => self.forget_job(job),
        }
    }
}

impl Connection {
    /// Waits for the end of a job whose `bgapi` had no answer, but may have been executed: it comes as [`Output::Job`], as
    /// that of a job that was [started](Self::start_job), if it comes at all.
    pub fn await_job(&mut self, job: JobUuid, timeout: Option<Duration>, now: Instant) {
        if let Some(reason) = self.closed().cloned() {
            return self.outputs.push_back(Output::Job { job, result: Err(JobLost::Disconnected(reason)) });
        }
        self.hear_jobs(now);
        self.jobs.start(job, timeout.and_then(|timeout| now.checked_add(timeout)));
        self.announce_subscriptions(now);
    }
}

/// The id as a plain event says it: there, a `%41` in it reads `A`.
fn said(job: &str) -> JobUuid {
    if !job.contains('%') {
        return job.into();
    }
    let mut wire = Vec::new();
    percent::encode_into(job.as_bytes(), &mut wire);
    String::from_utf8_lossy(&percent::decode(&wire)).into_owned().into()
}
