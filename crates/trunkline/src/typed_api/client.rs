//! The methods of the client.

use trunkline_proto::api::ApiCommand;

use super::{ApiAnswer, ApiJob};
use crate::client::Client;
use crate::error::Error;

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
    pub async fn run<C: ApiCommand>(&self, command: C) -> Result<ApiAnswer<C::Output>, Error> {
        let line = command.line()?;
        ApiAnswer::read(&command, &line, self.api(&line).await?)
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
        Ok(ApiJob::new(job, command))
    }
}
