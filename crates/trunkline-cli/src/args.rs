//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};

/// Talk to FreeSWITCH over its event socket
#[derive(Parser, Debug)]
#[command(name = "trunkline", version, max_term_width = 100, after_help = AFTER)]
pub(crate) struct Args {
    /// Run this api command and print what it prints; may be given several times
    ///
    /// As in fs_cli, `;;` separates several commands, and aliases are expanded.
    #[arg(short = 'x', long = "execute", value_name = "COMMAND")]
    pub(crate) execute: Vec<String>,

    /// Show what is said on the wire, on standard error; passwords are left out
    #[arg(long, global = true)]
    pub(crate) trace: bool,

    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,

    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

const AFTER: &str = "\
Without a URL or host, the switch on this machine is meant: 127.0.0.1:8021,
password ClueCon. A password is best given by TRUNKLINE_PASSWORD, by
--password-file or in TRUNKLINE_URL: others can see the command line.

Exit status:
  0  all went well
  1  the switch answered -ERR or -USAGE, or refused
  2  the command line is wrong
  3  no connection, or it was lost
  4  the switch did not answer in time

Examples:
  trunkline demo
  trunkline -x status -x 'show channels'
  trunkline --url esl://:secret@pbx events CHANNEL_ANSWER CHANNEL_DESTROY
  trunkline events --output json CUSTOM sofia::register
  trunkline events --reconnect HEARTBEAT
  trunkline sim --listen 127.0.0.1:8021";

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Print events as they come
    Events(EventsArgs),
    /// Be a switch: a simulated FreeSWITCH that listens for event socket clients
    Sim(SimArgs),
    /// See it work: a simulated switch (or yours, by --url), calls at a steady rate, calls and events live
    Demo(DemoArgs),
}

/// Where the switch is and who we are to it.
#[derive(clap::Args, Debug, Clone)]
#[command(next_help_heading = "Connection")]
pub(crate) struct ConnectionArgs {
    /// The switch: esl://[USER@DOMAIN]:PASSWORD@HOST:PORT
    #[arg(long, global = true, env = "TRUNKLINE_URL", hide_env_values = true)]
    pub(crate) url: Option<String>,

    /// Host of the switch
    #[arg(short = 'H', long, global = true)]
    pub(crate) host: Option<String>,

    /// Port of its event socket
    #[arg(short = 'P', long, global = true)]
    pub(crate) port: Option<u16>,

    /// User of the directory, as NAME@DOMAIN
    #[arg(short = 'u', long, global = true)]
    pub(crate) user: Option<String>,

    /// Password; others on this machine can see it here
    #[arg(short = 'p', long, global = true, env = "TRUNKLINE_PASSWORD", hide_env_values = true)]
    pub(crate) password: Option<String>,

    /// File whose first line is the password
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,

    /// Milliseconds a command may take, and each step of connecting
    #[arg(long, global = true, value_name = "MS", value_parser = millis)]
    pub(crate) timeout: Option<Duration>,
}

#[derive(clap::Args, Debug)]
pub(crate) struct EventsArgs {
    /// Names of events; after CUSTOM, subclasses. All, if none are given
    pub(crate) names: Vec<String>,

    /// The form they are asked for in
    #[arg(long, value_enum, default_value_t = WireFormat::Plain)]
    pub(crate) format: WireFormat,

    /// The form they are printed in: plain for reading, or json, an object a line
    #[arg(long, value_enum, default_value_t = Format::Plain)]
    pub(crate) output: Format,

    /// Stop after this many
    #[arg(long, value_name = "N")]
    pub(crate) count: Option<u64>,

    /// Make a lost connection again, as often as it takes; what was not seen is told on standard error
    #[arg(long)]
    pub(crate) reconnect: bool,
}

/// How events are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum WireFormat {
    Plain,
    Json,
    Xml,
}

/// How events are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Plain,
    Json,
}

#[derive(clap::Args, Debug)]
pub(crate) struct SimArgs {
    /// Where to listen; port 0 takes any free one. Clients give the password of --password, or ClueCon
    #[arg(long, default_value = "127.0.0.1:8021", value_name = "HOST:PORT")]
    pub(crate) listen: String,
}

#[derive(clap::Args, Debug)]
pub(crate) struct DemoArgs {
    /// Seconds it lasts
    #[arg(long, default_value_t = 10.0, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) duration: f64,

    /// Calls a second
    #[arg(long, default_value_t = 20.0, value_parser = rate)]
    pub(crate) rate: f64,

    /// What to dial, instead of null/ and, on the simulated switch, loopback/
    #[arg(long, value_name = "ENDPOINT")]
    pub(crate) dial: Option<String>,
}

fn millis(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("a number of milliseconds from 1 up".to_owned()),
        Ok(millis) => Ok(Duration::from_millis(millis)),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.1..=86_400.0).contains(&seconds) => Ok(seconds),
        _ => Err("a number of seconds from 0.1 to 86400".to_owned()),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if (0.1..=500.0).contains(&rate) => Ok(rate),
        _ => Err("a number of calls a second from 0.1 to 500".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn is_consistent() {
        Args::command().debug_assert();
    }
}
