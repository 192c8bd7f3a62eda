//! Background jobs: which BACKGROUND_JOB event ends which.

use std::collections::{BTreeSet, HashMap};
use std::time::Instant;

use super::CloseReason;
use crate::ids::JobUuid;
use crate::percent;

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
    /// By the id the switch uses, as a plain event would say it; the id the job was started with, and its deadline.
    running: HashMap<JobUuid, (JobUuid, Option<Instant>)>,
    deadlines: BTreeSet<(Instant, JobUuid)>,
}

impl Jobs {
    pub(super) fn start(&mut self, job: JobUuid, deadline: Option<Instant>) {
        self.finish(&job);
        self.insert(said(job.as_str()), job, deadline);
    }

    /// The switch uses another id than asked for.
    pub(super) fn rename(&mut self, job: &JobUuid, name: JobUuid) {
        if *job == name {
            return;
        }
        if let Some((started_as, deadline)) = self.take(&said(job.as_str())) {
            self.insert(said(name.as_str()), started_as, deadline);
        }
    }

    /// The id it was started with, if it was running.
    pub(super) fn finish(&mut self, job: &JobUuid) -> Option<JobUuid> {
        self.finish_by_text(job.as_str())
    }

    pub(super) fn finish_by_text(&mut self, job: &str) -> Option<JobUuid> {
        self.take(&said(job)).map(|(started_as, _)| started_as)
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    pub(super) fn expire(&mut self, now: Instant) -> Vec<JobUuid> {
        let mut expired = Vec::new();
        while let Some((deadline, job)) = self.deadlines.first().cloned()
            && deadline <= now
        {
            expired.extend(self.take(&job).map(|(started_as, _)| started_as));
            self.deadlines.remove(&(deadline, job));
        }
        expired
    }

    /// All but these.
    pub(super) fn drain_but(&mut self, stay: &[JobUuid]) -> Vec<JobUuid> {
        let goes = |(_, (started_as, _)): &(&JobUuid, &(JobUuid, _))| !stay.contains(started_as);
        let going: Vec<_> = self.running.iter().filter(goes).map(|(key, _)| key.clone()).collect();
        going.iter().filter_map(|key| Some(self.take(key)?.0)).collect()
    }

    pub(super) fn drain(&mut self) -> Vec<JobUuid> {
        self.deadlines.clear();
        self.running.drain().map(|(_, (started_as, _))| started_as).collect()
    }

    fn insert(&mut self, key: JobUuid, started_as: JobUuid, deadline: Option<Instant>) {
        if let Some(deadline) = deadline {
            self.deadlines.insert((deadline, key.clone()));
        }
        self.running.insert(key, (started_as, deadline));
    }

    fn take(&mut self, job: &JobUuid) -> Option<(JobUuid, Option<Instant>)> {
        let (started_as, deadline) = self.running.remove(job)?;
        if let Some(deadline) = deadline {
            self.deadlines.remove(&(deadline, job.clone()));
        }
        Some((started_as, deadline))
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
