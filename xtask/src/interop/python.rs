//! PyPI's clients: `greenswitch` and `genesis`.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{INSTALL, Program, create, once, read, tools};
use crate::{Failure, process, root};

/// Their programs, and the Python that has them.
pub(super) struct Python {
    python: PathBuf,
    programs: PathBuf,
    requirements: String,
}

/// Installs what `requirements.txt` names into a place of its own.
pub(super) fn install(place: &Path) -> Result<Python, Failure> {
    let (programs, folder) = (root().join("interop/python"), place.join("python"));
    create(&folder)?;
    let list = programs.join("requirements.txt");
    let requirements = read(&list)?;
    let scripts = folder.join("venv").join(if cfg!(windows) { "Scripts" } else { "bin" });
    let python = scripts.join("python");
    once(&folder, &requirements, || {
        let system = tools::python().ok_or_else(|| Failure("Python is gone".to_owned()))?;
        let mut venv = Command::new(system);
        venv.args(["-m", "venv", "--clear"]).arg(folder.join("venv"));
        process::run(&mut venv, &place.join("venv.log"), INSTALL)?;
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(&list);
        process::run(&mut pip, &place.join("pip.log"), INSTALL)
    })?;
    Ok(Python { python, programs, requirements })
}

impl Python {
    pub(super) fn command(&self, program: &Program) -> Command {
        let mut command = Command::new(&self.python);
        // Nothing is written beside the programs.
        command.arg("-B").arg(self.programs.join(format!("{}.py", program.name())));
        command
    }

    pub(super) fn version(&self, client: &str) -> String {
        let pinned = |line: &str| line.strip_prefix(client)?.strip_prefix("==").map(str::to_owned);
        self.requirements.lines().find_map(pinned).unwrap_or_default()
    }
}
