//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use trunkline::dialstring::{Application, DialString, DialStringError};

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
  trunkline sim --listen 127.0.0.1:8021
  trunkline sim load --calls 1000 --rate 50 --hold 10s";

const AFTER_SIM: &str = "\
Without --conf and --dialplan it has extensions of its own in the context
\"default\": 9001 echoes, 9002 parks, 9003 plays a tone, 9013 is busy, 9014
rings three seconds, 9020 hangs up after half a second. null/x answers at once.

While it runs, a client orders unkindness, and who talks in a conference:
`api sim` says how, `api sim fault` what is in force.

Examples:
  trunkline sim
  trunkline -x 'originate {origination_uuid=a}loopback/9014 &park' -x 'uuid_kill a'
  trunkline -x 'sim fault events drop 10' -x 'sim fault'
  trunkline sim --conf /etc/freeswitch --password secret
  trunkline sim example >sim.toml && trunkline sim --config sim.toml";

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
#[command(args_conflicts_with_subcommands = true, after_help = AFTER_SIM)]
pub(crate) struct SimArgs {
    /// Where to listen; port 0 takes any free one [default: 127.0.0.1:8021]
    ///
    /// Clients give the password of --password, or else that of the files, or ClueCon.
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) listen: Option<String>,

    /// FreeSWITCH's own configuration: a directory with a freeswitch.xml
    #[arg(long, value_name = "DIR")]
    pub(crate) conf: Option<PathBuf>,

    /// A dialplan, in the place of its own or that of --conf
    #[arg(long, value_name = "FILE.xml")]
    pub(crate) dialplan: Option<PathBuf>,

    /// What it is like: users, telephones, talkers, delays, faults
    ///
    /// `trunkline sim example` prints a file with all there is.
    #[arg(long, value_name = "FILE.toml")]
    pub(crate) config: Option<PathBuf>,

    #[command(subcommand)]
    pub(crate) command: Option<SimCommand>,
}

#[derive(Subcommand, Debug)]
pub(crate) enum SimCommand {
    /// Load a switch with calls: a simulated one, or yours by --url or TRUNKLINE_URL
    ///
    /// Calls are made at a steady rate, each held and then hung up; a table at the end says what came of them. On any
    /// switch it dials what --dial says and nothing else, and hangs up its own calls alone, also when interrupted.
    Load(LoadArgs),
    /// Print a file for --config with everything that can be in it
    Example,
}

#[derive(clap::Args, Debug)]
pub(crate) struct LoadArgs {
    /// How many calls
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) calls: u32,

    /// Calls a second
    #[arg(long, default_value_t = 50.0, value_parser = load_rate)]
    pub(crate) rate: f64,

    /// How long each is held, as 10s, 500ms or 2m
    #[arg(long, default_value = "10s", value_name = "TIME", value_parser = duration)]
    pub(crate) hold: Duration,

    /// What to dial: any dial string
    #[arg(long, default_value = "null/trunkline-load", value_name = "ENDPOINT")]
    pub(crate) dial: DialString,

    /// What an answered call runs, as park or playback(silence_stream://-1)
    #[arg(long, default_value = "park", value_name = "APP", value_parser = application)]
    pub(crate) application: Application,

    /// Connections for commands alone, beside the one for events
    #[arg(long, default_value_t = 2, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=32))]
    pub(crate) lanes: u8,
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
    rate_up_to(500.0, text)
}

fn load_rate(text: &str) -> Result<f64, String> {
    rate_up_to(10_000.0, text)
}

fn rate_up_to(most: f64, text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if (0.1..=most).contains(&rate) => Ok(rate),
        _ => Err(format!("a number of calls a second from 0.1 to {most}")),
    }
}

/// A time with its unit; a number alone is seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text.strip_prefix(digits) {
        Some("ms") => 0.001,
        Some("s" | "") => 1.0,
        Some("m") => 60.0,
        Some("h") => 3600.0,
        _ => f64::NAN,
    };
    let seconds = digits.parse().map_or(f64::NAN, |count: f64| count * unit);
    if (0.0..=86_400.0).contains(&seconds) {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err("a time from 0 to 24h, as 10s, 500ms or 2m".to_owned())
    }
}

/// An application as `originate` takes it: a name, and perhaps an argument in parentheses.
fn application(text: &str) -> Result<Application, DialStringError> {
    match text.strip_suffix(')').and_then(|text| text.split_once('(')) {
        Some((name, argument)) => Application::new(name, argument),
        None => Application::new(text, ""),
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

    #[test]
    fn times_have_units() {
        for (text, millis) in
            [("10s", 10_000), ("500ms", 500), ("1.5", 1500), ("2m", 120_000), ("0", 0), ("24h", 86_400_000)]
        {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "s", "-1s", "10 s", "10d", "25h", "inf", "NaNs", "1e9s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_application_may_have_an_argument() {
        let with_argument = Application::new("playback", "silence_stream://-1(x)").unwrap();
        assert_eq!(application("playback(silence_stream://-1(x))"), Ok(with_argument));
        assert_eq!(application("park"), Application::new("park", ""));
        assert_eq!(application("park()"), application("park"));
        assert!(application("no such").is_err() && application("").is_err());
    }
}
