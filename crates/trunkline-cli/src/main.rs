//! The program `trunkline`.

mod args;
mod connection;
mod demo;
mod events;
mod execute;
mod failure;
mod load;
mod output;
mod signal;
mod sim;

use std::io::IsTerminal;
use std::process::ExitCode;

use args::{Args, Command, SimCommand};
use clap::{CommandFactory, Parser};
use failure::Failure;

fn main() -> ExitCode {
    let args = Args::parse();
    if args.trace {
        trace();
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report(&Failure::Local(format!("cannot start: {error}"))),
    };
    match runtime.block_on(run(args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => report(&failure),
    }
}

async fn run(args: Args) -> Result<(), Failure> {
    let connection = &args.connection;
    match &args.command {
        Some(_) if !args.execute.is_empty() => {
            Err(Failure::Usage("-x runs api commands; it does not go with a subcommand".to_owned()))
        }
        None if args.execute.is_empty() => {
            // What it can do is the best answer to nothing.
            output::print(&Args::command().render_help().to_string())
        }
        None => execute::run(connection, &args.execute).await,
        Some(Command::Events(options)) => events::run(connection, options).await,
        Some(Command::Sim(options)) => match &options.command {
            Some(SimCommand::Load(options)) => load::run(connection, options).await,
            Some(SimCommand::Example) => sim::example(),
            None => sim::run(connection, options).await,
        },
        Some(Command::Demo(options)) => demo::run(connection, options).await,
    }
}

fn report(failure: &Failure) -> ExitCode {
    if !matches!(failure, Failure::NobodyReads) {
        eprintln!("trunkline: {failure}");
    }
    ExitCode::from(failure.code())
}

/// Everything that is said on the wire, to standard error.
fn trace() {
    tracing_subscriber::fmt()
        .with_env_filter("trunkline=trace")
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(true)
        .init();
}
