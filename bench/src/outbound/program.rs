//! The servers: programs that print where they listen, and serve until they are ended.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::contest::this_program;
use crate::measure::{cpu_seconds_of, rss_kib_of};

pub(super) struct Program {
    pub(super) name: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// This one, as a contestant.
    Ours,
    Node,
    Python,
}

pub(super) const CONTESTANTS: [Program; 7] = [
    Program { name: "trunkline", kind: Kind::Ours },
    Program { name: "raw", kind: Kind::Ours },
    Program { name: "freeswitch-esl-tokio", kind: Kind::Ours },
    Program { name: "modesl", kind: Kind::Node },
    Program { name: "esl", kind: Kind::Node },
    Program { name: "greenswitch", kind: Kind::Python },
    Program { name: "genesis", kind: Kind::Python },
];

impl Program {
    /// Says so where it is not.
    pub(super) fn is_installed(&self) -> bool {
        let there = match self.kind {
            Kind::Ours => true,
            Kind::Node => installed().join("node/installed").exists(),
            Kind::Python => installed().join("python/installed").exists(),
        };
        if !there {
            println!("# {} left out: `cargo xtask interop --install` gets it", self.name);
        }
        there
    }

    fn command(&self) -> Command {
        let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
        match self.kind {
            Kind::Ours => {
                let mut command = Command::new(this_program());
                let name = format!("{}/outbound", self.name);
                command.args(["contestant", "--name", &name, "--address", "127.0.0.1:0"]);
                command
            }
            Kind::Node => {
                // Node looks for what a program imports in the folders above it.
                let (folder, file) = (installed().join("node"), format!("{}_server.mjs", self.name));
                std::fs::copy(peers.join(&file), folder.join(&file)).expect("a copy");
                let mut command = Command::new("node");
                command.arg("--no-deprecation").arg(folder.join(file));
                command
            }
            Kind::Python => {
                let mut command = Command::new(installed().join("python/venv/bin/python"));
                command.arg("-B").arg(peers.join(format!("{}_server.py", self.name)));
                command
            }
        }
    }
}

/// Where `cargo xtask interop` installs other projects' clients.
fn installed() -> PathBuf {
    this_program().ancestors().nth(2).unwrap_or(Path::new("target")).join("interop")
}

/// A running server; ended with us.
pub(super) struct Server {
    child: Child,
    pub(super) address: SocketAddr,
}

impl Server {
    pub(super) fn start(program: &Program) -> Self {
        let mut child = program.command().stdout(Stdio::piped()).spawn().expect("the server starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("piped");
        BufReader::new(stdout).read_line(&mut line).expect("its address");
        let address = line.trim().parse().unwrap_or_else(|_| panic!("{} said {line:?}", program.name));
        Self { child, address }
    }

    pub(super) fn cpu_seconds(&self) -> f64 {
        cpu_seconds_of(&self.child.id().to_string())
    }

    pub(super) fn rss_kib(&self) -> u64 {
        rss_kib_of(&self.child.id().to_string())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
