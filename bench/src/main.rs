//! Trunkline beside other clients, in one run.
//!
//! Every contestant runs in a process of its own, one after the other, against the same server, itself a process of
//! its own; the parent prints one line for each. Rates are only comparable within one run.

mod contest;
mod contestants;
mod measure;
mod model;
mod outbound;
mod server;
mod sim;
mod soak;

use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

#[derive(Parser)]
#[command(name = "trunkline-bench", about = "Trunkline beside other clients, in one run")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Events a second: a recording of channel events, replayed over loopback as fast as it is taken
    Stream(Options),
    /// Commands a second, one after the other: `api uptime`
    Rtt(Options),
    /// Commands a second from 64 tasks on one connection: `api uptime`
    Pipeline(Options),
    /// Background jobs begun and ended a second, 256 at once: over one connection, and spread over lanes
    Bgapi(Options),
    /// How long events take while 64 tasks give commands: on one connection, without its bounded window, and with a lane
    Latency(Options),
    /// Commands a second beside 40,000 events a second: with no stream, one that is read, and one that never is
    Overflow(Options),
    /// Memory over ten million events
    Memory(Options),
    /// Events decoded a second, without a socket
    Decode(Options),
    /// Events encoded a second
    Encode(Options),
    /// Headers found and read a second, in events decoded before
    Lookup(Options),
    /// A client that stays connected to a switch that is killed and restarted, under calls, for minutes
    Soak(soak::Soak),
    /// Servers of outbound sockets: calls a second, by second of processor time, and what a waiting one takes
    Outbound(outbound::Options),
    /// The simulated switch: calls and events a second, channels held
    Sim(sim::Options),
    /// The live model: events folded a second, memory a channel, how long readers take
    Model(model::Options),
    #[command(hide = true)]
    SoakSwitch(soak::Switch),
    #[command(hide = true)]
    Serve(server::Serve),
    #[command(hide = true)]
    Contestant(Contestant),
}

#[derive(Args, Clone)]
struct Options {
    /// Seconds for each contestant and round
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Rounds; the median is printed
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// For rtt, pipeline, bgapi and latency: a real switch, as HOST:PORT:PASSWORD
    #[arg(long)]
    switch: Option<String>,
    /// For memory: how many events
    #[arg(long, default_value_t = 10_000_000)]
    events: u64,
}

#[derive(Args, Clone)]
struct Contestant {
    #[arg(long)]
    name: String,
    #[arg(long)]
    address: String,
    #[arg(long, default_value = "ClueCon")]
    password: String,
    #[arg(long, default_value = "plain")]
    format: Format,
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Plain,
    Json,
    Xml,
}

impl Format {
    fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Json => "json",
            Self::Xml => "xml",
        }
    }

    fn of_events(self) -> trunkline::EventFormat {
        match self {
            Self::Plain => trunkline::EventFormat::Plain,
            Self::Json => trunkline::EventFormat::Json,
            Self::Xml => trunkline::EventFormat::Xml,
        }
    }
}

impl Contestant {
    fn host_and_port(&self) -> (&str, u16) {
        let (host, port) = self.address.rsplit_once(':').expect("HOST:PORT");
        (host, port.parse().expect("a port"))
    }

    fn duration(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }
}

fn main() {
    match Cli::parse().command {
        Command::Stream(options) => contest::stream(&options),
        Command::Rtt(options) => contest::rtt(&options),
        Command::Pipeline(options) => contest::pipeline(&options),
        Command::Bgapi(options) => contest::bgapi(&options),
        Command::Latency(options) => contest::latency(&options),
        Command::Overflow(options) => contest::overflow(&options),
        Command::Memory(options) => contest::memory(&options),
        Command::Decode(options) => contest::decode(&options),
        Command::Encode(options) => contest::encode(&options),
        Command::Lookup(options) => contest::lookup(&options),
        Command::Outbound(options) => outbound::run(&options),
        Command::Sim(options) => sim::run(&options),
        Command::Model(options) => model::run(&options),
        Command::Soak(options) => soak::run(&options),
        Command::SoakSwitch(options) => soak::switch(&options),
        Command::Serve(serve) => server::run(&serve),
        Command::Contestant(contestant) => contestants::run(&contestant),
    }
}
