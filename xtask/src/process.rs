//! Other programs, each with an end.

use std::ffi::OsStr;
use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::Failure;

/// Runs a program to its end, with what it says in a file; if it takes longer than `limit`, it is ended.
pub(crate) fn run(command: &mut Command, log: &Path, limit: Duration) -> Result<(), Failure> {
    let name = describe(command);
    let cannot = |error: std::io::Error| Failure(format!("cannot run {name}: {error}"));
    let out = File::create(log).map_err(cannot)?;
    let err = out.try_clone().map_err(cannot)?;
    let mut child = command.stdin(Stdio::null()).stdout(out).stderr(err).spawn().map_err(cannot)?;
    let said = || std::fs::read_to_string(log).unwrap_or_default();
    match wait(&mut child, limit).map_err(cannot)? {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(Failure(format!("{name}: {status}\n{}", said()))),
        None => Err(Failure(format!("{name}: not done after {} s\n{}", limit.as_secs(), said()))),
    }
}

/// What a program prints, if it can be run and all goes well.
pub(crate) fn output(program: impl AsRef<OsStr>, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn wait(child: &mut Child, limit: Duration) -> std::io::Result<Option<ExitStatus>> {
    let end = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= end {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A command as one would type it.
fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}
