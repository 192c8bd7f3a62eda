//! Api commands as values: run, and their answers read.

use std::borrow::Cow;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use trunkline_proto::api::ApiCommand;
use trunkline_proto::{ApiResponse, JobUuid};

use crate::client::Client;
use crate::error::Error;
use crate::job::Job;

/// What an api command gave, and the text it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<T> {
    value: T,
    response: ApiResponse,
}

impl<T> Answer<T> {
    fn read<C: ApiCommand<Output = T>>(
        command: &C,
        line: &str,
        response: ApiResponse,
    ) -> Result<Self, Error> {
        match command.read(response.bytes()) {
            Ok(value) => Ok(Self { value, response }),
            Err(source) => Err(Error::Api { command: line.to_owned(), source }),
        }
    }

    /// What it gave.
    #[must_use]
    pub fn value(&self) -> &T {
        &self.value
    }

    /// What it gave.
    #[must_use]
    pub fn into_value(self) -> T {
        self.value
    }

    /// What the command printed; bytes that are not UTF-8 are replaced by U+FFFD.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        self.response.text()
    }

    /// What the command printed.
    #[must_use]
    pub fn response(&self) -> &ApiResponse {
        &self.response
    }
}

impl<T> Deref for Answer<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl Client {
    /// Runs an api command that is a value, and reads what it prints.
    ///
    /// ```
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sim = trunkline_sim::Sim::builder().start().await?;
    /// # let url = sim.url();
    /// use trunkline::api::{Show, UuidExists};
    ///
    /// let client = trunkline::connect(url.as_str()).await?;
    /// let there = client.run(UuidExists::new("call-1")).await?;
    /// assert!(!there.value());
    /// for channel in client.run(Show::channels()).await?.iter() {
    ///     println!("{} to {}", channel.uuid, channel.dest);
    /// }
    /// # client.close().await;
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Runtime::new().unwrap().block_on(run()).unwrap();
    /// ```
    ///
    /// As with [`api`](Self::api), the switch does nothing else on this connection meanwhile: anything slow is for
    /// [`run_in_background`](Self::run_in_background).
    ///
    /// # Errors
    ///
    /// As [`api`](Self::api); [`Error::Api`] if the command says that it failed, or what it printed cannot be read, with
    /// all it printed.
    ///
    /// # Cancel safety
    ///
    /// As [`api`](Self::api).
    pub async fn run<C: ApiCommand>(&self, command: C) -> Result<Answer<C::Output>, Error> {
        let line = command.line()?;
        Answer::read(&command, &line, self.api(&line).await?)
    }

    /// Runs an api command that is a value in the background. As with [`bgapi`](Self::bgapi), the first `await` says
    /// that the switch has taken it, the second one what came of it.
    ///
    /// ```
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sim = trunkline_sim::Sim::builder().start().await?;
    /// # let url = sim.url();
    /// use trunkline::proto::dialstring::{Endpoint, Originate};
    ///
    /// # let client = trunkline::connect(url.as_str()).await?;
    /// let call = client.run_in_background(Originate::new(Endpoint::null("1000")?)).await?;
    /// println!("{} has answered", call.await?.value());
    /// # client.close().await;
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Runtime::new().unwrap().block_on(run()).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// As [`bgapi`](Self::bgapi).
    ///
    /// # Cancel safety
    ///
    /// As [`bgapi`](Self::bgapi).
    pub async fn run_in_background<C: ApiCommand>(&self, command: C) -> Result<ApiJob<C>, Error> {
        let job = self.bgapi(&command.line()?).await?;
        Ok(ApiJob { job, command })
    }
}

/// A [`Job`] whose end is read, made by [`Client::run_in_background`]. Awaiting it gives what the command gives.
///
/// Dropping it abandons the wait; the job runs on in the switch.
#[derive(Debug)]
#[must_use = "a job is a future: await it for its result, or drop it to let it run on"]
pub struct ApiJob<C> {
    job: Job,
    command: C,
}

impl<C> ApiJob<C> {
    /// Its Job-UUID.
    #[must_use]
    pub fn uuid(&self) -> &JobUuid {
        self.job.uuid()
    }
}

/// What the command gave, or why that is not known: as for a [`Job`]; [`Error::Api`] if the command says that it failed,
/// or what it printed cannot be read.
impl<C: ApiCommand + Unpin> Future for ApiJob<C> {
    type Output = Result<Answer<C::Output>, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let end = ready!(Pin::new(&mut self.job).poll(cx));
        let response = end.map(|end| ApiResponse::from(Bytes::from(end.bytes().into_owned())));
        Poll::Ready(response.and_then(|response| Answer::read(&self.command, self.job.command(), response)))
    }
}
