//! The background jobs of a client, as its model has them.
//!
//! The switch tells of a job when it ends, not when it begins: that the client knows. It says so before it asks for one, so
//! that whatever comes first, its answer or its end, the job has begun before it ends.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedReceiver;
use trunkline_proto::{CoreUuid, Event, EventName, EventSet, JobUuid};

use super::task::Follower;
use crate::client::Client;
use crate::core::{JobNews, now};
use crate::model::change::Removal;
use crate::model::switch::NewJob;
use crate::model::view::View;
use crate::reconnect::{Gap, GapCause};

/// What is known of jobs that the model does not say.
#[derive(Debug)]
pub(super) struct Jobs {
    /// `None` where their ends are not told, so that nothing can be said of them; or once the client has gone.
    news: Option<UnboundedReceiver<JobNews>>,
    /// Asked for, and not answered yet.
    asked: HashMap<JobUuid, Asked>,
    /// When the end of which is not waited for any more, in order. Some may have ended.
    waited_for: VecDeque<(Instant, JobUuid)>,
    /// How long it is.
    patience: Duration,
}

#[derive(Debug)]
struct Asked {
    command: Arc<str>,
    at: Instant,
}

impl Jobs {
    /// Those that are begun from now on.
    pub(super) fn follow(client: &Client, events: &EventSet) -> Self {
        let ends_come = events.names().any(|name| *name == EventName::BackgroundJob);
        Self {
            news: ends_come.then(|| client.shared().job_followers.follow()),
            asked: HashMap::new(),
            waited_for: VecDeque::new(),
            patience: client.config().job_timeout,
        }
    }

    /// The next that there is to hear; for ever, if nothing will come.
    pub(super) async fn hear(&mut self) -> JobNews {
        if let Some(news) = &mut self.news
            && let Some(news) = news.recv().await
        {
            return news;
        }
        self.news = None;
        std::future::pending().await
    }

    /// When the next is not waited for any more.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.waited_for.front().map(|(until, _)| *until)
    }

    /// One that was asked for and not answered, if the switch has taken it now.
    fn take(&mut self, id: &JobUuid, core: Option<CoreUuid>, view: &View) -> Option<NewJob> {
        let Asked { command, at } = self.asked.remove(id)?;
        if let Some(until) = at.checked_add(self.patience) {
            self.waited_for.push_back((until, id.clone()));
        }
        // Nearly all have ended long before.
        if self.waited_for.len() > 64 + 2 * view.jobs().len() {
            self.waited_for.retain(|(_, other)| other == id || view.jobs().get(other.as_str()).is_some());
        }
        Some(NewJob { id: id.clone(), command, begun: at, core })
    }
}

impl Follower {
    /// Takes in all there is to hear of jobs.
    pub(super) fn hear_of_jobs(&mut self) {
        while let Some(news) = self.jobs.news.as_mut().and_then(|news| news.try_recv().ok()) {
            self.hear_of_job(news);
        }
    }

    pub(super) fn hear_of_job(&mut self, news: JobNews) {
        match news {
            JobNews::Asked { id, command } => {
                self.jobs.asked.insert(id, Asked { command, at: now() });
            }
            JobNews::Taken { id, core } => {
                let (present, _) = self.client.shared().core_and_jobs();
                if core.is_some() && present.is_some() && core != present {
                    // By a run of the switch that is over.
                    self.jobs.asked.remove(&id);
                } else {
                    self.begin_job(&id, core);
                }
            }
            JobNews::Answered { id } => drop(self.jobs.asked.remove(&id)),
        }
    }

    /// Those whose end comes before the answer have begun.
    pub(super) fn begin_jobs_that_end(&mut self, events: &[Event]) {
        if self.jobs.asked.is_empty() {
            return;
        }
        for event in events.iter().filter(|event| event.is(EventName::BackgroundJob)) {
            if let Some(id) = event.job_uuid() {
                self.begin_job(&JobUuid::from(id), None);
            }
        }
    }

    fn begin_job(&mut self, id: &JobUuid, core: Option<CoreUuid>) {
        if let Some(job) = self.jobs.take(id, core, &self.switch.view()) {
            let batch = self.switch.begin(job, now());
            self.publish(batch);
        }
    }

    /// The connection was lost, and is back: who has ended meanwhile is not known, unless all have.
    pub(super) fn jobs_cross(&mut self, gap: &Gap) {
        let batch = match (&gap.why, &gap.core) {
            (GapCause::Restarted, Some(core)) => self.switch.lose_jobs_of_others(core, now()),
            _ => self.switch.doubt_jobs(now()),
        };
        self.publish(batch);
    }

    /// Events were dropped.
    pub(super) fn doubt_jobs(&mut self) {
        let batch = self.switch.doubt_jobs(now());
        self.publish(batch);
    }

    /// The connection has ended for good.
    pub(super) fn lose_jobs(&mut self) {
        let batch = self.switch.lose_jobs(now());
        self.publish(batch);
    }

    /// Takes those away that are not waited for any more.
    pub(super) fn expire_jobs(&mut self) {
        while self.jobs.deadline().is_some_and(|until| until <= now())
            && let Some((_, id)) = self.jobs.waited_for.pop_front()
        {
            let batch = self.switch.lose_job(&id, Removal::TimedOut, now());
            self.publish(batch);
        }
    }
}
