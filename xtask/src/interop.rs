//! `interop`: other projects' clients, from their registries, against the simulated switch.
//!
//! The programs are in `interop/` of the workspace, one for each client and direction; each asserts what it got. What is
//! installed goes to `interop/` of the target directory.

mod node;
mod python;
mod tools;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use trunkline_sim::Sim;

use crate::{Failure, process, root};

/// What each of the programs may take. They limit their own waiting; this is for those that hang.
const LIMIT: Duration = Duration::from_secs(90);
/// What installing may take.
const INSTALL: Duration = Duration::from_secs(300);
/// So that a program that waits for one need not wait for the usual 20 s.
const HEARTBEAT: Duration = Duration::from_secs(1);
const PASSWORD: &str = "S3cret";

#[derive(clap::Args, Debug)]
pub(crate) struct InteropArgs {
    /// A switch to run them against instead of a simulated one, say 127.0.0.1:8021; they touch their own calls alone
    #[arg(long, value_name = "HOST:PORT")]
    switch: Option<SocketAddr>,

    /// The password of that switch
    #[arg(long, default_value = "ClueCon", requires = "switch")]
    password: String,

    /// Only install the clients, for `trunkline-bench outbound`
    #[arg(long)]
    install: bool,

    /// Only the programs with one of these in their name
    names: Vec<String>,
}

/// A program of `interop/`: the client it is for, and whether that calls or is called.
struct Program {
    client: &'static str,
    direction: &'static str,
    platform: Platform,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Platform {
    Node,
    Python,
}

const PROGRAMS: [Program; 8] = [
    Program { client: "modesl", direction: "inbound", platform: Platform::Node },
    Program { client: "modesl", direction: "outbound", platform: Platform::Node },
    Program { client: "esl", direction: "inbound", platform: Platform::Node },
    Program { client: "esl", direction: "outbound", platform: Platform::Node },
    Program { client: "greenswitch", direction: "inbound", platform: Platform::Python },
    Program { client: "greenswitch", direction: "outbound", platform: Platform::Python },
    Program { client: "genesis", direction: "inbound", platform: Platform::Python },
    Program { client: "genesis", direction: "outbound", platform: Platform::Python },
];

impl Program {
    fn name(&self) -> String {
        format!("{}_{}", self.client, self.direction)
    }

    fn is_named(&self, names: &[String]) -> bool {
        names.is_empty() || names.iter().any(|name| self.name().contains(name))
    }
}

pub(crate) fn run(options: &InteropArgs) -> Result<(), Failure> {
    let programs: Vec<&Program> =
        PROGRAMS.iter().filter(|program| program.is_named(&options.names)).collect();
    if programs.is_empty() {
        return Err(Failure(format!("no program has {} in its name", options.names.join(" or "))));
    }
    let place = place()?;
    tools::ensure(&place)?;
    let clients = Clients { node: node::install(&place)?, python: python::install(&place)? };
    if options.install {
        println!("installed in {}", place.display());
        return Ok(());
    }
    match options.switch {
        Some(switch) => try_all(&programs, &clients, &place, (switch, &options.password)),
        None => {
            let cannot = |error| Failure(format!("cannot listen on loopback: {error}"));
            let runtime = tokio::runtime::Runtime::new().map_err(cannot)?;
            let sim = Sim::builder().password(PASSWORD).heartbeat(HEARTBEAT).start();
            let sim = runtime.block_on(sim).map_err(cannot)?;
            let outcome = try_all(&programs, &clients, &place, (sim.addr(), PASSWORD));
            runtime.block_on(sim.stop());
            outcome
        }
    }
}

/// What was installed.
struct Clients {
    node: node::Node,
    python: python::Python,
}

/// Runs one after the other, and tells of each; fails if one did.
fn try_all(
    programs: &[&Program],
    clients: &Clients,
    place: &Path,
    (switch, password): (SocketAddr, &str),
) -> Result<(), Failure> {
    println!("{} programs, against {switch}", programs.len());
    let mut failed = Vec::new();
    for program in programs {
        let (mut command, version) = match program.platform {
            Platform::Node => (clients.node.command(program), clients.node.version(program.client)),
            Platform::Python => (clients.python.command(program), clients.python.version(program.client)),
        };
        point(&mut command, switch, password);
        let began = Instant::now();
        let outcome = process::run(&mut command, &place.join(format!("{}.log", program.name())), LIMIT);
        let said = if outcome.is_ok() { "ok" } else { "FAILED" };
        let (client, direction, seconds) = (program.client, program.direction, began.elapsed().as_secs_f64());
        println!("{said:6}  {client:11} {version:10} {direction:8}  {seconds:4.1} s");
        failed.extend(outcome.err());
    }
    conclude(&failed)
}

/// Tells a program where the switch is.
fn point(command: &mut Command, switch: SocketAddr, password: &str) {
    command
        .env("INTEROP_HOST", switch.ip().to_string())
        .env("INTEROP_PORT", switch.port().to_string())
        .env("INTEROP_PASSWORD", password);
}

fn conclude(failed: &[Failure]) -> Result<(), Failure> {
    if failed.is_empty() {
        return Ok(());
    }
    let texts: Vec<String> = failed.iter().map(|failure| format!("\n{failure}")).collect();
    Err(Failure(format!("{} failed\n{}", failed.len(), texts.join("\n"))))
}

/// Where things are installed: `interop/` in the target directory, in which this very program is.
fn place() -> Result<PathBuf, Failure> {
    let program =
        std::env::current_exe().map_err(|error| Failure(format!("where is this program? {error}")))?;
    let target = program.ancestors().nth(2).unwrap_or(root());
    let place = target.join("interop");
    create(&place)?;
    Ok(place)
}

fn create(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure(format!("cannot create {}: {error}", folder.display())))
}

fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| Failure(format!("cannot read {}: {error}", file.display())))
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(file, text).map_err(|error| Failure(format!("cannot write {}: {error}", file.display())))
}

/// Does `install` unless it was done with the same list of versions before.
fn once(folder: &Path, versions: &str, install: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    let done = folder.join("installed");
    if read(&done).is_ok_and(|before| before == versions) {
        return Ok(());
    }
    // So that one that fails half-way is done again.
    let _ = std::fs::remove_file(&done);
    install()?;
    write(&done, versions)
}
