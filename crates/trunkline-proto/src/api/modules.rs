//! Modules and configuration.

use super::command::command;
use super::line::Line;
use super::output::{Printed, done, truth};
use super::{ApiCommand, ApiError};
use crate::error::ApiMisuse;
use crate::ids::JobUuid;

command! {
    /// `module_exists`: whether a module is loaded.
    ModuleExists = "module_exists" => bool, truth;
    module: String = rest
}

command! {
    /// `load`: loads a module, after the XML. Fails if it is loaded already.
    Load = "load" => (), last_line;
    module: String = word
}

/// `+OK Reloading XML` comes first and means nothing; the last line decides.
fn last_line(printed: Printed<'_>) -> Result<(), ApiError> {
    let text = printed.or_failed()?.text();
    match text.trim_end().lines().last() {
        Some("+OK") => Ok(()),
        Some(line) if line.starts_with("-ERR") => Err(failed(printed, line)),
        _ => Err(printed.unreadable("whether a module was loaded")),
    }
}

/// `-ERR … [reason]`
fn failed(printed: Printed<'_>, line: &str) -> ApiError {
    let reason = line.trim_start_matches("-ERR").trim();
    printed.failed(reason.strip_prefix('[').and_then(|reason| reason.strip_suffix(']')).unwrap_or(reason))
}

/// `unload`: unloads a module. Of `mod_event_socket` it ends this connection and every other.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Unload {
    module: String,
    force: bool,
}

impl Unload {
    /// This one.
    pub fn new(module: impl Into<String>) -> Self {
        Self { module: module.into(), force: false }
    }

    /// Even if it is in use.
    pub fn force(mut self) -> Self {
        self.force = true;
        self
    }
}

impl ApiCommand for Unload {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        module_line("unload", &self.module, self.force)
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        let printed = Printed::by("unload", output)?;
        match printed.text().trim_end() {
            line if line.starts_with("-ERR") => Err(failed(printed, line)),
            _ => done(printed),
        }
    }
}

fn module_line(verb: &str, module: &str, force: bool) -> Result<String, ApiMisuse> {
    let is_flag = module.starts_with('-');
    Line::new(verb)
        .flag(force, "-f")
        .require(!is_flag, || ApiMisuse::Invalid {
            what: "module",
            value: module.to_owned(),
            why: "begins with `-`, after which the switch reads a flag",
        })
        .plain("module", module)
        .finish()
}

/// `reload`: unloads a module and loads it again, after the XML. Of `mod_event_socket` it ends this connection and every
/// other.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Reload {
    module: String,
    force: bool,
}

/// What [`Reload`] gives: the module is loaded, but for one whose job is about to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reloaded {
    /// Of `mod_event_socket`, which cannot do without the connection that asks: the job that reloads it, about to begin.
    pub job: Option<JobUuid>,
    /// Why it was not unloaded first, if it was not: it was not loaded, or cannot be unloaded.
    pub not_unloaded: Option<String>,
}

impl Reload {
    /// This one.
    pub fn new(module: impl Into<String>) -> Self {
        Self { module: module.into(), force: false }
    }

    /// Even if it is in use.
    pub fn force(mut self) -> Self {
        self.force = true;
        self
    }
}

impl ApiCommand for Reload {
    type Output = Reloaded;

    fn line(&self) -> Result<String, ApiMisuse> {
        module_line("reload", &self.module, self.force)
    }

    /// A line about the XML, one about unloading and one about loading, which decides.
    fn read(&self, output: &[u8]) -> Result<Reloaded, ApiError> {
        let printed = Printed::by("reload", output)?.or_failed()?;
        let text = printed.text();
        if let Some(job) = text.strip_prefix("+OK Job-UUID: ") {
            return Ok(Reloaded { job: Some(job.trim().into()), not_unloaded: None });
        }
        let refusal = |about: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(about))?;
            Some(line.trim().trim_start_matches('[').trim_end_matches(']').to_owned())
        };
        if let Some(reason) = refusal("-ERR loading module") {
            return Err(printed.failed(&reason));
        }
        if !text.lines().any(|line| line == "+OK module loaded") {
            return Err(printed.unreadable("whether a module was loaded"));
        }
        Ok(Reloaded { job: None, not_unloaded: refusal("-ERR unloading module") })
    }
}

command! {
    /// `reloadxml`: reads the XML configuration again. The switch says `+OK` even when it could not and keeps the one it
    /// has; here that is a failure, with the parser's reason.
    ReloadXml = "reloadxml" => (), reloaded_xml;
}

/// `+OK [Success]`, or `+OK [[error near line 166]: …]`.
fn reloaded_xml(printed: Printed<'_>) -> Result<(), ApiError> {
    match printed.between("[", "]", "whether the XML was read")?.as_str() {
        "Success" => Ok(()),
        reason => Err(printed.failed(reason)),
    }
}
