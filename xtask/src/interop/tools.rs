//! Node and Python: found, installed where that can be done, or asked for.

use std::path::Path;
use std::process::Command;

use super::INSTALL;
use crate::{Failure, process};

/// What `esl` needs of Node.
const NODE: u32 = 18;
/// The Pythons genesis takes, best first: `python3` itself if it is one of the others.
const PYTHONS: [&str; 4] = ["python3", "python3.12", "python3.11", "python3.10"];
/// For Python: prints a line if it is one that genesis takes (3.10 to 3.12) and can make a place to install to.
const FIT: &str =
    "import sys, venv, ensurepip; print('fit' if (3, 10) <= sys.version_info[:2] <= (3, 12) else 'unfit')";
const PACKAGES: [&str; 4] = ["nodejs", "npm", "python3", "python3-venv"];

/// Sees to it that there are Node, npm and Python, by Debian's packages if need be.
pub(super) fn ensure(place: &Path) -> Result<(), Failure> {
    let Some(missing) = missing() else { return Ok(()) };
    if process::output("id", &["-u"]).as_deref() != Some("0")
        || process::output("apt-get", &["--version"]).is_none()
    {
        return Err(wanted(&missing));
    }
    println!("{missing}: installing {}", PACKAGES.join(" "));
    let log = place.join("apt-get.log");
    let apt_get = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        process::run(
            command.arg("-q").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"),
            &log,
            INSTALL,
        )
    };
    apt_get(&["update"])?;
    apt_get(&[&["install", "-y", "--no-install-recommends"], &PACKAGES[..]].concat())?;
    self::missing().map_or(Ok(()), |missing| Err(wanted(&missing)))
}

/// The Python to use.
pub(super) fn python() -> Option<&'static str> {
    PYTHONS.into_iter().find(|python| process::output(python, &["-c", FIT]).as_deref() == Some("fit"))
}

/// What is not there.
fn missing() -> Option<String> {
    let node = process::output("node", &["--version"]);
    let major =
        node.as_deref().and_then(|version| version.strip_prefix('v')?.split('.').next()?.parse().ok());
    let node = major.is_none_or(|major: u32| major < NODE).then(|| format!("Node {NODE} or later"));
    let npm = process::output("npm", &["--version"]).is_none().then(|| "npm".to_owned());
    let python = python().is_none().then(|| "Python 3.10 to 3.12 with venv".to_owned());
    let missing: Vec<String> = [node, npm, python].into_iter().flatten().collect();
    (!missing.is_empty()).then(|| format!("not found: {}", missing.join(", ")))
}

fn wanted(missing: &str) -> Failure {
    Failure(format!(
        "{missing}. The clients of others cannot run without; install them (Debian: apt-get install {}) and try again",
        PACKAGES.join(" ")
    ))
}
