//! The method of the client without async.

use trunkline_proto::api::ApiCommand;

use super::ApiAnswer;
use crate::blocking::Client;
use crate::error::Error;

impl Client {
    /// Runs an api command that is a value, and reads what it prints.
    ///
    /// ```no_run
    /// # fn run(client: &mut trunkline::blocking::Client) -> Result<(), trunkline::Error> {
    /// use trunkline::api::{Show, UuidExists};
    ///
    /// if *client.run(UuidExists::new("call-1"))?.value() {
    ///     println!("it is there, one of {}", client.run(Show::channels())?.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`api`](Self::api); [`Error::Api`] if the command says that it failed, or what it printed cannot be read, with
    /// all it printed.
    pub fn run<C: ApiCommand>(&mut self, command: C) -> Result<ApiAnswer<C::Output>, Error> {
        let line = command.line()?;
        let response = self.api(&line)?;
        ApiAnswer::read(&command, &line, response)
    }
}
