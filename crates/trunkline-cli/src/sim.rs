//! `sim`: be a switch.

mod file;

use std::error::Error;

use trunkline_sim::{ConfigurationError, Sim};

use crate::args::{ConnectionArgs, SimArgs};
use crate::failure::Failure;
use crate::{output, signal};
use file::SimFile;

/// Where FreeSWITCH's event socket listens.
const ADDRESS: &str = "127.0.0.1:8021";

/// Until it is interrupted. What the command line says comes before what the files say.
pub(crate) async fn run(connection: &ConnectionArgs, options: &SimArgs) -> Result<(), Failure> {
    let file = options.config.as_deref().map(SimFile::read).transpose()?.unwrap_or_default();
    let address = options.listen.as_ref().or(file.listen.as_ref()).map_or(ADDRESS, String::as_str);
    let mut builder = Sim::builder();
    if let Some(directory) = options.conf.as_ref().or(file.conf.as_ref()) {
        builder = builder.conf(directory).map_err(|error| unusable(&error))?;
    }
    if let Some(dialplan) = options.dialplan.as_ref().or(file.dialplan.as_ref()) {
        builder = builder.dialplan(dialplan).map_err(|error| unusable(&error))?;
    }
    builder = file.build(builder).listen(address);
    if let Some(password) = connection.secret()? {
        builder = builder.password(&password);
    }
    let sim = builder.start().await.map_err(|error| {
        Failure::Local(format!("cannot listen on {address}: {error}; is a switch running there already?"))
    })?;
    output::print(&format!("A simulated switch listens on {}. Ctrl-C ends it.", sim.addr()))?;
    signal::interrupted().await;
    sim.stop().await;
    Ok(())
}

fn unusable(error: &ConfigurationError) -> Failure {
    match error.source() {
        Some(why) => Failure::Local(format!("{error}: {why}")),
        None => Failure::Local(error.to_string()),
    }
}
