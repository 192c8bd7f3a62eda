//! Calls made by a conference, and members sent to another.

use super::{Report, action_line, or_usage};
use crate::api::line::Line;
use crate::api::output::Printed;
use crate::api::{ApiCommand, ApiError};
use crate::dialstring::DialString;
use crate::error::ApiMisuse;
use crate::ids::JobUuid;

/// `conference NAME dial`: calls somebody into a conference, which is made if it is not there. It takes as long as it
/// rings, and fails with the hangup cause.
///
/// ```
/// # use trunkline_proto::api::{ApiCommand, conference::Dial};
/// # use trunkline_proto::dialstring::Endpoint;
/// let dial = Dial::new("3100", Endpoint::user("1000")?).caller_id("15551230009", "Front desk");
/// assert_eq!(dial.line()?, r"conference 3100 dial user/1000 15551230009 Front\sdesk");
/// assert_eq!(dial.read(b"+OK Call Requested: result: [USER_BUSY]\n").unwrap_err().reason(), Some("USER_BUSY"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Dial {
    conference: String,
    dial_string: DialString,
    caller: Option<(String, String)>,
}

impl Dial {
    /// This conference, these.
    pub fn new(conference: impl Into<String>, dial_string: impl Into<DialString>) -> Self {
        Self { conference: conference.into(), dial_string: dial_string.into(), caller: None }
    }

    /// The number and name they see.
    pub fn caller_id(mut self, number: impl Into<String>, name: impl Into<String>) -> Self {
        self.caller = Some((number.into(), name.into()));
        self
    }

    /// The same in the background of the switch: BACKGROUND_JOB does not tell how it ends, but the CUSTOM event
    /// `conference::maintenance` with the action `bgdial-result` does.
    pub fn in_background(self) -> BgDial {
        BgDial { dial: self }
    }

    fn write(&self, action: &str) -> Result<String, ApiMisuse> {
        let line = action_line(&self.conference, action).word("whom to call", &self.dial_string.to_string());
        match &self.caller {
            None => line,
            Some((number, name)) => line.word("the caller's number", number).word("the caller's name", name),
        }
        .finish()
    }
}

impl ApiCommand for Dial {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        self.write("dial")
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        let printed = or_usage(Printed::by("conference", output)?, "dial")?;
        match printed.between("Call Requested: result: [", "]", "how a call ended")?.as_str() {
            "SUCCESS" => Ok(()),
            cause => Err(printed.failed(cause)),
        }
    }
}

/// `conference NAME bgdial`, made by [`Dial::in_background`]. Gives the id that its end is told with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct BgDial {
    dial: Dial,
}

impl ApiCommand for BgDial {
    type Output = JobUuid;

    fn line(&self) -> Result<String, ApiMisuse> {
        self.dial.write("bgdial")
    }

    fn read(&self, output: &[u8]) -> Result<JobUuid, ApiError> {
        let printed = or_usage(Printed::by("conference", output)?, "bgdial")?;
        printed.between("Job-UUID:", "", "the id of a job").map(JobUuid::from)
    }
}

/// `conference NAME transfer`: sends members to another conference.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Transfer {
    conference: String,
    to: String,
    members: Vec<u32>,
}

impl Transfer {
    /// From the one to the other, these: at most 22, for which the switch has room.
    pub fn new(
        conference: impl Into<String>,
        to: impl Into<String>,
        members: impl IntoIterator<Item = u32>,
    ) -> Self {
        Self { conference: conference.into(), to: to.into(), members: members.into_iter().collect() }
    }
}

impl ApiCommand for Transfer {
    type Output = Report;

    fn line(&self) -> Result<String, ApiMisuse> {
        const MOST: usize = 22;
        let line = action_line(&self.conference, "transfer")
            .word("the conference's name", &self.to)
            .require(!self.members.is_empty(), || ApiMisuse::Empty { what: "the list of members" })
            .require(self.members.len() <= MOST, || ApiMisuse::TooLong {
                what: "the list of members",
                len: self.members.len(),
                limit: MOST,
            });
        self.members.iter().fold(line, |line: Line, member| line.number("a member", member)).finish()
    }

    fn read(&self, output: &[u8]) -> Result<Report, ApiError> {
        let mut report = Report::read(Printed::by("conference", output)?, "transfer")?;
        for done in &mut report.done {
            // `Member '3' sent to conference 3101.`
            done.member = done.text.split('\'').nth(1).and_then(|member| member.parse().ok());
        }
        Ok(report)
    }
}
