//! Background jobs as futures.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::sync::oneshot;
use trunkline_proto::{Command, Event, JobLost, JobUuid};

use crate::client::Client;
use crate::error::Error;
use crate::job_result::JobResult;

/// A job the switch has taken, made by [`Client::bgapi`]. Awaiting it gives its end.
///
/// Dropping it abandons the wait; the job runs on in the switch.
#[must_use = "a job is a future: await it for its result, or drop it to let it run on"]
pub struct Job {
    client: Client,
    uuid: JobUuid,
    command: Box<str>,
    end: oneshot::Receiver<Result<Event, JobLost>>,
    /// Whether a connection was lost since it began.
    crossed: Arc<AtomicBool>,
    done: bool,
}

impl Job {
    pub(crate) fn new(
        client: Client,
        uuid: JobUuid,
        command: &str,
        end: oneshot::Receiver<Result<Event, JobLost>>,
        crossed: Arc<AtomicBool>,
    ) -> Self {
        Self { client, uuid, command: command.into(), end, crossed, done: false }
    }

    /// Its Job-UUID.
    #[must_use]
    pub fn uuid(&self) -> &JobUuid {
        &self.uuid
    }

    /// Whether the connection was lost since it began. Its end can have come then, and nobody heard it: it is waited for
    /// until the job's own timeout.
    #[must_use]
    pub fn crossed_gap(&self) -> bool {
        self.crossed.load(Ordering::Relaxed)
    }

    /// What is run, with its arguments: there may be passwords among these, which neither `Debug` nor an error shows.
    #[must_use]
    pub fn command(&self) -> &str {
        &self.command
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("uuid", &self.uuid)
            .field("command", &Command::shown_api(&self.command))
            .field("crossed_gap", &self.crossed_gap())
            .finish_non_exhaustive()
    }
}

/// An id that no other job has.
pub(crate) fn new_uuid() -> JobUuid {
    uuid::Uuid::new_v4().to_string().into()
}

/// The end of a job, or why it is not known: the connection was lost, the job took longer than
/// [`Config::job_timeout`](crate::Config::job_timeout), or this user may not see it.
impl Future for Job {
    type Output = Result<JobResult, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let end = ready!(Pin::new(&mut self.end).poll(cx));
        self.done = true;
        Poll::Ready(match end {
            Ok(Ok(event)) => Ok(JobResult::new(event).across(self.crossed_gap())),
            Ok(Err(lost)) => Err(lost.into()),
            Err(_) => Err(self.client.close_reason().map_or(JobLost::TimedOut, JobLost::Disconnected).into()),
        })
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        if !self.done {
            self.client.shared().with(|core, _| {
                core.jobs.remove(&self.uuid);
                core.connection.forget_job(&self.uuid);
            });
        }
    }
}
