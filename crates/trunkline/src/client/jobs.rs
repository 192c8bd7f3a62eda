//! Starting background jobs: over the one connection, or by a lane while the main one waits for their end.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tokio::sync::oneshot;
use trunkline_proto::{ApiMisuse, Command, CommandKind, JobUuid, Reply, Unanswered};

use super::{Client, Waiting};
use crate::core::Running;
use crate::error::Error;
use crate::job::Job;
use crate::outcome::of_bgapi;

impl Client {
    /// Under this id, which must be a new one.
    pub(crate) async fn start_job(&self, uuid: JobUuid, command: &str) -> Result<Job, Error> {
        // Until the answer, or until nobody waits for it.
        let _asking = self.shared().job_followers.ask(&uuid, command);
        self.start_unfollowed_job(uuid, command).await
    }

    /// The same of one that models do not show.
    pub(crate) async fn start_unfollowed_job(&self, uuid: JobUuid, command: &str) -> Result<Job, Error> {
        let (sender, end) = oneshot::channel();
        let crossed = Arc::new(AtomicBool::new(false));
        let running = Running { end: sender, ticket: None, crossed: Arc::clone(&crossed) };
        // Dropped before it is answered, it is forgotten.
        let job = Job::new(self.clone(), uuid.clone(), command, end, crossed);
        let answered = match self.expect_job(&uuid, running) {
            None => match self.reply_by_lane(&Command::bgapi(command, Some(&uuid))?).await {
                Some(answered) => {
                    if let Ok(reply) = &answered {
                        self.shared().with(|core, _| core.connection.job_answered(&uuid, reply));
                    }
                    answered
                }
                None => self.by_main(command, &uuid, None).await?,
            },
            Some(running) => self.by_main(command, &uuid, Some(running)).await?,
        };
        let command = || of_bgapi(command);
        match answered {
            Ok(reply) => match reply.refusal() {
                None => Ok(job),
                Some(reason) => Err(self.note_refusal(Error::refused(&command(), reason))),
            },
            Err(why) => Err(Error::unanswered(&command(), why)),
        }
    }

    /// Waits for the end of a job whose start had no answer, but may have been executed.
    pub(crate) fn await_job(&self, uuid: JobUuid, command: &str) -> Job {
        let (sender, end) = oneshot::channel();
        let crossed = Arc::new(AtomicBool::new(false));
        let running = Running { end: sender, ticket: None, crossed: Arc::clone(&crossed) };
        self.shared().with(|core, now| {
            core.jobs.insert(uuid.clone(), running);
            core.connection.await_job(uuid.clone(), Some(self.config().job_timeout), now);
        });
        Job::new(self.clone(), uuid, command, end, crossed)
    }

    /// Has the main connection wait for the end of a job that a lane is to start. Given back where there are no
    /// lanes, or the end would not be heard.
    fn expect_job(&self, uuid: &JobUuid, running: Running) -> Option<Running> {
        if self.handle.lanes.is_empty() {
            return Some(running);
        }
        let timeout = Some(self.config().job_timeout);
        self.shared().with(|core, now| {
            if !core.connection.hears_jobs() {
                return Some(running);
            }
            core.connection.expect_job(uuid.clone(), timeout, now);
            core.jobs.insert(uuid.clone(), running);
            None
        })
    }

    /// Starts a job over the main connection. Without `running` it is waited for already, unless it was lost since.
    async fn by_main(
        &self,
        command: &str,
        uuid: &JobUuid,
        running: Option<Running>,
    ) -> Result<Result<Reply, Unanswered>, Error> {
        let (sender, reply) = oneshot::channel();
        let serial = self.serial();
        let shared = self.shared();
        shared.with(|core, now| {
            let timeout = Some(self.config().job_timeout);
            let ticket = core.connection.start_job(command, uuid.clone(), timeout, now)?;
            if let Some(mut running) = running.or_else(|| core.jobs.remove(uuid)) {
                running.ticket = Some(ticket);
                core.jobs.insert(uuid.clone(), running);
            }
            self.wait(core, serial, CommandKind::BgApi, ticket, sender, now);
            Ok::<_, ApiMisuse>(())
        })?;
        Ok(Waiting { shared, serial, receiver: Some(reply) }.reply().await)
    }
}
