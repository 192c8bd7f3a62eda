//! What is done to profiles and their gateways.

use super::recovered;
use crate::api::command::choice;
use crate::api::line::Line;
use crate::api::output::Printed;
use crate::api::{ApiCommand, ApiError};
use crate::error::ApiMisuse;

choice! {
    /// Something that can be traced.
    Trace {
        /// SIP messages, into the log.
        Siptrace = "siptrace",
        /// SIP messages, to a HOMER server.
        Capture = "capture",
        /// Whether the profile's thread still turns.
        Watchdog = "watchdog",
    }
}

/// `sofia profile NAME …`: something is done to a profile, or to a gateway of it. Every action of [`Profile`] is one.
///
/// ```
/// # use trunkline_proto::api::{ApiCommand, sofia::Profile};
/// let rescan = Profile::rescan("internal");
/// assert_eq!(rescan.line()?, "sofia profile internal rescan");
/// assert_eq!(rescan.read(b"Reload XML [Success]\n+OK scan complete\n"), Ok(()));
/// assert!(rescan.read(b"Invalid Profile [internal]").is_err());
/// # Ok::<(), trunkline_proto::ApiMisuse>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Profile {
    name: String,
    action: &'static str,
    words: Vec<String>,
    flag: Option<&'static str>,
}

impl Profile {
    fn new(name: impl Into<String>, action: &'static str) -> Self {
        Self { name: name.into(), action, words: Vec::new(), flag: None }
    }

    fn word(mut self, word: impl Into<String>) -> Self {
        self.words.push(word.into());
        self
    }

    /// Starts it.
    pub fn start(name: impl Into<String>) -> Self {
        Self::new(name, "start")
    }

    /// Stops it. **Its calls end.** Fails if it has not been up for ten seconds.
    pub fn stop_ending_its_calls(name: impl Into<String>) -> Self {
        Self::new(name, "stop")
    }

    /// Stops it and starts it again. **Its calls end.** Fails if it has not been up for ten seconds.
    pub fn restart_ending_its_calls(name: impl Into<String>) -> Self {
        Self::new(name, "restart")
    }

    /// Reads what can be changed while it runs: gateways, most settings.
    pub fn rescan(name: impl Into<String>) -> Self {
        Self::new(name, "rescan")
    }

    /// Takes a gateway away; `_all_` for all.
    pub fn killgw(name: impl Into<String>, gateway: impl Into<String>) -> Self {
        Self::new(name, "killgw").word(gateway)
    }

    /// Adds a gateway of the configuration.
    pub fn startgw(name: impl Into<String>, gateway: impl Into<String>) -> Self {
        Self::new(name, "startgw").word(gateway)
    }

    /// Registers a gateway now; `all` for all.
    pub fn register(name: impl Into<String>, gateway: impl Into<String>) -> Self {
        Self::new(name, "register").word(gateway)
    }

    /// Takes a gateway's registration back; `all` for all.
    pub fn unregister(name: impl Into<String>, gateway: impl Into<String>) -> Self {
        Self::new(name, "unregister").word(gateway)
    }

    /// Forgets **every registration**.
    pub fn flush_every_inbound_reg(name: impl Into<String>) -> Self {
        Self::new(name, "flush_inbound_reg")
    }

    /// Forgets the registrations of this call id, or `USER@DOMAIN`. The switch says `+OK` also if there are none.
    pub fn flush_inbound_reg(name: impl Into<String>, call_id: impl Into<String>) -> Self {
        Self::new(name, "flush_inbound_reg").word(call_id)
    }

    /// Has **every phone** read its configuration again.
    pub fn check_sync_every_phone(name: impl Into<String>) -> Self {
        Self::new(name, "check_sync")
    }

    /// Has the phones of this call id, or `USER@DOMAIN`, read their configuration again.
    pub fn check_sync(name: impl Into<String>, call_id: impl Into<String>) -> Self {
        Self::new(name, "check_sync").word(call_id)
    }

    /// And start again, of a flush of some registrations.
    pub fn reboot(mut self) -> Self {
        self.flag = Some("reboot");
        self
    }

    /// Traces, or no longer.
    pub fn trace(name: impl Into<String>, trace: Trace, on: bool) -> Self {
        let action = trace.as_str();
        Self { flag: Some(if on { "on" } else { "off" }), ..Self::new(name, action) }
    }
}

impl ApiCommand for Profile {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        let line = Line::new("sofia profile").word("the profile", &self.name).keyword(self.action);
        let line = self.words.iter().fold(line, |line, word| line.word("the gateway", word));
        line.optional("flag", self.flag.as_ref(), |line, _, flag: &str| line.keyword(flag)).finish()
    }

    /// A line about the XML may come first; then each action has its own words.
    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        let printed = Printed::by("sofia", output)?;
        let text = printed.text();
        let text = text.trim_end();
        let last = text.lines().last().unwrap_or_default();
        if let Some(reason) = text.lines().find_map(failure) {
            return Err(printed.failed(reason));
        }
        let is_done = last.starts_with("+OK")
            || last.ends_with(" started successfully")
            || ["stopping: ", "restarting: ", "Enabled sip ", "Disabled sip "]
                .iter()
                .any(|words| last.starts_with(words));
        if is_done { Ok(()) } else { Err(printed.unreadable("what was done to a profile")) }
    }
}

/// The reason, if a line is one.
fn failure(line: &str) -> Option<&str> {
    const WORDS: [&str; 5] = ["Invalid ", "Failure ", "No gateway name", "Usage: ", "Please wait"];
    if let Some(reason) = line.strip_prefix("-ERR") {
        return Some(reason.trim());
    }
    let must_be_up = line.starts_with("Profile ") && line.contains(" must be up ");
    (must_be_up || WORDS.iter().any(|words| line.starts_with(words))).then_some(line)
}

/// `sofia profile NAME recover`: takes up the calls of a profile a crash has left. Gives how many.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct RecoverProfile {
    name: String,
}

impl RecoverProfile {
    /// Of this profile.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into() }
    }
}

impl ApiCommand for RecoverProfile {
    type Output = u32;

    fn line(&self) -> Result<String, ApiMisuse> {
        Line::new("sofia profile").word("the profile", &self.name).keyword("recover").finish()
    }

    fn read(&self, output: &[u8]) -> Result<u32, ApiError> {
        let printed = Printed::by("sofia", output)?;
        match printed.text().lines().find_map(failure) {
            Some(reason) => Err(printed.failed(reason)),
            None => recovered(printed),
        }
    }
}

/// `sofia profile NAME gwlist`: the names of its gateways that are up, or of those that are not.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct GatewayList {
    name: String,
    up: bool,
}

impl GatewayList {
    /// Those that are up.
    pub fn up(name: impl Into<String>) -> Self {
        Self { name: name.into(), up: true }
    }

    /// Those that are not.
    pub fn down(name: impl Into<String>) -> Self {
        Self { name: name.into(), up: false }
    }
}

impl ApiCommand for GatewayList {
    type Output = Vec<String>;

    fn line(&self) -> Result<String, ApiMisuse> {
        Line::new("sofia profile")
            .word("the profile", &self.name)
            .keyword("gwlist")
            .keyword(if self.up { "up" } else { "down" })
            .finish()
    }

    fn read(&self, output: &[u8]) -> Result<Vec<String>, ApiError> {
        let printed = Printed::by("sofia", output)?.or_failed()?;
        let text = printed.text();
        if text.starts_with("Invalid ") {
            return Err(printed.failed(text.trim()));
        }
        Ok(text.split_whitespace().map(str::to_owned).collect())
    }
}
