//! Work on the project that needs a program: `cargo xtask interop`.

mod interop;
mod process;

use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Work on Trunkline
#[derive(Parser, Debug)]
#[command(name = "cargo xtask", max_term_width = 100)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Run other projects' event socket clients against the simulated switch
    Interop(interop::InteropArgs),
}

fn main() -> ExitCode {
    let outcome = match Args::parse().command {
        Command::Interop(options) => interop::run(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Failure(String);

/// The root of the workspace.
fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}
