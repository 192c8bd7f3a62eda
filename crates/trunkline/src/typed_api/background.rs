//! A job that is a command.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use trunkline_proto::api::ApiCommand;
use trunkline_proto::{ApiResponse, JobUuid};

use super::ApiAnswer;
use crate::error::Error;
use crate::job::Job;

/// A [`Job`] whose end is read, made by [`Client::run_in_background`](crate::Client::run_in_background). Awaiting it gives what the command gives.
///
/// Dropping it abandons the wait; the job runs on in the switch.
#[derive(Debug)]
#[must_use = "a job is a future: await it for its result, or drop it to let it run on"]
pub struct ApiJob<C> {
    job: Job,
    command: C,
}

impl<C> ApiJob<C> {
    pub(super) fn new(job: Job, command: C) -> Self {
        Self { job, command }
    }

    /// Its Job-UUID.
    #[must_use]
    pub fn uuid(&self) -> &JobUuid {
        self.job.uuid()
    }
}

/// What the command gave, or why that is not known: as for a [`Job`]; [`Error::Api`] if the command says that it failed,
/// or what it printed cannot be read.
impl<C: ApiCommand + Unpin> Future for ApiJob<C> {
    type Output = Result<ApiAnswer<C::Output>, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let end = ready!(Pin::new(&mut self.job).poll(cx));
        let response = end.map(|end| ApiResponse::from(Bytes::from(end.bytes().into_owned())));
        Poll::Ready(
            response.and_then(|response| ApiAnswer::read(&self.command, self.job.command(), response)),
        )
    }
}
