//! `-x COMMAND`: run api commands and print what they print.

use crate::args::ConnectionArgs;
use crate::failure::Failure;
use crate::output;

/// All of them, in order, whatever one says; the first failure decides the exit status. A lost connection ends it.
pub(crate) async fn run(connection: &ConnectionArgs, commands: &[String]) -> Result<(), Failure> {
    let client = connection.connect().await?;
    let mut outcome = Ok(());
    for command in commands {
        let result = match client.console(command).await {
            Ok(response) => {
                output::print(&response.text())?;
                match response.error() {
                    None => Ok(()),
                    Some(reason) => Err(Failure::Refused(format!("`{command}` failed: {reason}"))),
                }
            }
            Err(error) if error.is_closed() => return Err(error.into()),
            Err(error) => Err(error.into()),
        };
        if let Err(failure) = result {
            if outcome.is_ok() {
                outcome = Err(failure);
            } else {
                eprintln!("trunkline: {failure}");
            }
        }
    }
    client.close().await;
    outcome
}
