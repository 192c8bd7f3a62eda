//! Calls made, and all of them ended.

use super::line::Line;
use super::output::{Printed, remark};
use super::{ApiCommand, ApiError};
use crate::cause::HangupCause;
use crate::dialstring::Originate;
use crate::error::ApiMisuse;
use crate::ids::ChannelUuid;

/// `originate`: gives the id of the leg that answered; fails with the hangup cause. It takes as long as it rings:
/// run it in the background.
///
/// ```
/// # use trunkline_proto::HangupCause;
/// # use trunkline_proto::api::{ApiCommand, UuidKill};
/// # use trunkline_proto::dialstring::{Endpoint, Originate};
/// let originate = Originate::new(Endpoint::user("1000")?);
/// assert_eq!(originate.line()?, "originate user/1000 &park()");
/// assert_eq!(originate.read(b"+OK call-1\n"), Ok("call-1".into()));
/// let busy = originate.read(b"-ERR USER_BUSY\n").unwrap_err();
/// assert_eq!(busy.hangup_cause(), Some(HangupCause::UserBusy));
/// assert_eq!(UuidKill::new("call-1").cause(HangupCause::UserBusy).line()?, "uuid_kill call-1 USER_BUSY");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl ApiCommand for Originate {
    type Output = ChannelUuid;

    fn line(&self) -> Result<String, ApiMisuse> {
        Ok(self.command())
    }

    fn read(&self, output: &[u8]) -> Result<ChannelUuid, ApiError> {
        let printed = Printed::by("originate", output)?;
        let id = remark(printed)?;
        if id.is_empty() { Err(printed.unreadable("the id of a call")) } else { Ok(id.into()) }
    }
}

/// So that one can be given where a command takes a cause by its name.
impl From<HangupCause> for String {
    fn from(cause: HangupCause) -> Self {
        cause.as_str().to_owned()
    }
}

/// `hupall`: hangs up **every call of the switch**, or all that have certain variables. Gives the name of the cause they
/// end with; how many there were it does not say.
///
/// ```
/// # use trunkline_proto::api::{ApiCommand, Hupall};
/// let red = Hupall::matching("CALL_REJECTED", "team", "red");
/// assert_eq!(red.line()?, "hupall CALL_REJECTED team red");
/// # Ok::<(), trunkline_proto::ApiMisuse>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Hupall {
    cause: String,
    variables: Vec<(String, String)>,
}

/// The most variables it looks at (`hupall_api_function` in `mod_commands.c` has room for eleven words).
const MOST_VARIABLES: usize = 5;

impl Hupall {
    /// Every single call, whoever made it.
    pub fn every_call_of_the_switch(cause: impl Into<String>) -> Self {
        Self { cause: cause.into(), variables: Vec::new() }
    }

    /// Those that have this variable with this value.
    pub fn matching(cause: impl Into<String>, variable: impl Into<String>, value: impl Into<String>) -> Self {
        Self::every_call_of_the_switch(cause).and(variable, value)
    }

    /// And this one with this value; at most five.
    pub fn and(mut self, variable: impl Into<String>, value: impl Into<String>) -> Self {
        self.variables.push((variable.into(), value.into()));
        self
    }
}

impl ApiCommand for Hupall {
    type Output = String;

    fn line(&self) -> Result<String, ApiMisuse> {
        let count = self.variables.len();
        let line = Line::new("hupall").plain("cause", &self.cause).require(count <= MOST_VARIABLES, || {
            ApiMisuse::TooLong { what: "the list of variables", len: count, limit: MOST_VARIABLES }
        });
        let write =
            |line: Line, (name, value): &(String, String)| line.word("variable", name).word("value", value);
        self.variables.iter().fold(line, write).finish()
    }

    fn read(&self, output: &[u8]) -> Result<String, ApiError> {
        let printed = Printed::by("hupall", output)?;
        let remark = remark(printed)?;
        let cause = remark.starts_with("hangup all channels").then(|| remark.rsplit(' ').next()).flatten();
        cause.map(str::to_owned).ok_or_else(|| printed.unreadable("what was hung up"))
    }
}
