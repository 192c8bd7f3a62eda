//! `sim`: be a switch.

mod file;

use std::io::ErrorKind;

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
    let sim = builder.start().await.map_err(|error| cannot_listen(address, &error))?;
    let interrupted = signal::interrupted();
    output::print(&format!("A simulated switch listens on {}. Ctrl-C ends it.", sim.addr()))?;
    interrupted.await;
    sim.stop().await;
    Ok(())
}

fn cannot_listen(address: &str, error: &std::io::Error) -> Failure {
    let hint = match error.kind() {
        ErrorKind::AddrInUse => "; is a switch running there already? --listen 127.0.0.1:0 takes a free port",
        ErrorKind::InvalidInput => "; it takes HOST:PORT",
        _ => "",
    };
    Failure::Local(format!("cannot listen on {address}: {error}{hint}"))
}

fn unusable(error: &ConfigurationError) -> Failure {
    match error {
        // It names the file, which may be an included one.
        ConfigurationError::Read { source, .. } => Failure::Local(format!("cannot read {source}")),
        error => Failure::Local(error.to_string()),
    }
}

/// Prints a file for `--config` with everything that can be in it.
pub(crate) fn example() -> Result<(), Failure> {
    output::print(include_str!("../sim.toml").trim_end())
}
