//! `sim`: be a switch.

use trunkline_sim::Sim;

use crate::args::{ConnectionArgs, SimArgs};
use crate::failure::Failure;
use crate::{output, signal};

/// Until it is interrupted. The password is `--password`'s, or FreeSWITCH's own.
pub(crate) async fn run(connection: &ConnectionArgs, options: &SimArgs) -> Result<(), Failure> {
    let mut builder = Sim::builder().listen(&options.listen);
    if let Some(password) = connection.secret()? {
        builder = builder.password(&password);
    }
    let sim = builder.start().await.map_err(|error| {
        Failure::Local(format!(
            "cannot listen on {}: {error}; is a switch running there already?",
            options.listen
        ))
    })?;
    output::print(&format!("A simulated switch listens on {}. Ctrl-C ends it.", sim.addr()))?;
    signal::interrupted().await;
    sim.stop().await;
    Ok(())
}
