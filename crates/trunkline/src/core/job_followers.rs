//! Those who follow which background jobs are begun over a connection: models.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::mpsc;
use trunkline_proto::{CoreUuid, JobUuid};

use super::lock;

/// What is told of a job.
#[derive(Debug, Clone)]
#[cfg_attr(not(feature = "model"), expect(dead_code, reason = "only models follow"))]
pub(crate) enum JobNews {
    /// It is about to be asked for: from now on its end may be heard, even before the answer.
    Asked { id: JobUuid, command: Arc<str> },
    /// This run of the switch has taken it.
    Taken { id: JobUuid, core: Option<CoreUuid> },
    /// Nobody waits for the answer any more: it came before this, or there is none.
    Answered { id: JobUuid },
}

/// Those who follow. Nearly always there is nobody.
#[derive(Debug, Default)]
pub(crate) struct JobFollowers {
    followers: Mutex<Vec<mpsc::UnboundedSender<JobNews>>>,
    any: AtomicBool,
}

impl JobFollowers {
    /// What is told from now on, until it is dropped.
    #[cfg(feature = "model")]
    pub(crate) fn follow(&self) -> mpsc::UnboundedReceiver<JobNews> {
        let (sender, receiver) = mpsc::unbounded_channel();
        lock(&self.followers).push(sender);
        self.any.store(true, Ordering::Release);
        receiver
    }

    pub(crate) fn any(&self) -> bool {
        self.any.load(Ordering::Acquire)
    }

    pub(crate) fn tell(&self, news: &JobNews) {
        let mut followers = lock(&self.followers);
        followers.retain(|follower| follower.send(news.clone()).is_ok());
        self.any.store(!followers.is_empty(), Ordering::Release);
    }

    /// A job is about to be asked for.
    pub(crate) fn ask(&self, id: &JobUuid, command: &str) -> Option<Asking<'_>> {
        let asked = || JobNews::Asked { id: id.clone(), command: command.into() };
        self.any().then(|| {
            self.tell(&asked());
            Asking { followers: self, id: id.clone() }
        })
    }
}

/// A job that is asked for, until this is dropped.
#[derive(Debug)]
pub(crate) struct Asking<'a> {
    followers: &'a JobFollowers,
    id: JobUuid,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.followers.tell(&JobNews::Answered { id: self.id.clone() });
    }
}
