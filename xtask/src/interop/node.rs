//! npm's clients: `modesl` and `esl`.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{INSTALL, Program, create, once, read, write};
use crate::{Failure, process, root};

/// Their programs, beside what they import.
pub(super) struct Node {
    folder: PathBuf,
    package: Value,
}

/// Installs what `package-lock.json` names, and puts the programs beside it: a program's imports are looked for in the
/// folders above it.
pub(super) fn install(place: &Path) -> Result<Node, Failure> {
    let (from, folder) = (root().join("interop/node"), place.join("node"));
    create(&folder)?;
    let entries = std::fs::read_dir(&from)
        .map_err(|error| Failure(format!("cannot read {}: {error}", from.display())))?;
    for file in entries.flatten() {
        write(&folder.join(file.file_name()), &read(&file.path())?)?;
    }
    let locked = read(&folder.join("package-lock.json"))?;
    once(&folder, &locked, || {
        let mut npm = Command::new("npm");
        npm.current_dir(&folder).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        process::run(&mut npm, &place.join("npm.log"), INSTALL)
    })?;
    let package = serde_json::from_str(&read(&folder.join("package.json"))?)
        .map_err(|error| Failure(format!("package.json: {error}")))?;
    Ok(Node { folder, package })
}

impl Node {
    pub(super) fn command(&self, program: &Program) -> Command {
        let mut command = Command::new("node");
        // modesl uses what Node warns of.
        command.arg("--no-deprecation").arg(self.folder.join(format!("{}.mjs", program.name())));
        command
    }

    pub(super) fn version(&self, client: &str) -> String {
        self.package["dependencies"][client].as_str().unwrap_or_default().to_owned()
    }
}
