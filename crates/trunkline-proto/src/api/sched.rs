//! Something done later.

use std::time::Duration;

use super::command::command;
use super::line::{Line, check_without};
use super::output::{Printed, done};
use super::uuid::BroadcastLeg;
use super::{ApiCommand, ApiError};
use crate::error::ApiMisuse;
use crate::ids::ChannelUuid;

/// When something is done. The switch's scheduler looks every half second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum When {
    /// After this time; whole seconds, at least one.
    After(Duration),
    /// At this time, in seconds since 1970.
    At(u64),
}

impl When {
    fn write(self, line: Line) -> Line {
        match self {
            Self::After(time) => whole_seconds(line, time).keyword(&format!("+{}", time.as_secs())),
            // Below, `sched_hangup` would read `now` off the digits but the first.
            Self::At(epoch) => line
                .require(epoch > 1_000_000_000, || ApiMisuse::Invalid {
                    what: "the time",
                    value: epoch.to_string(),
                    why: "is long past",
                })
                .number("the time", &epoch),
        }
    }
}

fn whole_seconds(line: Line, time: Duration) -> Line {
    line.require(time.subsec_nanos() == 0 && time.as_secs() > 0, || ApiMisuse::Invalid {
        what: "the time",
        value: format!("{time:?}"),
        why: "is no whole number of seconds from 1",
    })
}

/// `sched_api`: runs an api command later, once or over and over. Gives the number of the task.
///
/// ```
/// # use trunkline_proto::api::{ApiCommand, SchedApi, When};
/// # use std::time::Duration;
/// let once = SchedApi::once(When::After(Duration::from_secs(60)), "reports", "status");
/// assert_eq!(once.line()?, "sched_api +60 reports status");
/// let often = SchedApi::every(Duration::from_secs(60), "reports", "status");
/// assert_eq!(often.line()?, "sched_api @60 reports status");
/// assert_eq!(often.read(b"+OK Added: 4\n"), Ok(4));
/// # Ok::<(), trunkline_proto::ApiMisuse>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct SchedApi {
    when: Result<When, Duration>,
    group: String,
    command: String,
    own_thread: bool,
}

impl SchedApi {
    /// Once. The group is any word by which tasks can be ended together; a number would be taken for that of a task.
    pub fn once(when: When, group: impl Into<String>, command: impl Into<String>) -> Self {
        Self { when: Ok(when), group: group.into(), command: command.into(), own_thread: false }
    }

    /// Every so many whole seconds, for the first time after so many.
    pub fn every(period: Duration, group: impl Into<String>, command: impl Into<String>) -> Self {
        let when = When::After(period);
        Self { when: Err(period), ..Self::once(when, group, command) }
    }

    /// In a thread of its own: for one that takes long, which would hold up the scheduler.
    pub fn own_thread(mut self) -> Self {
        self.own_thread = true;
        self
    }
}

impl ApiCommand for SchedApi {
    type Output = u32;

    fn line(&self) -> Result<String, ApiMisuse> {
        let line = match self.when {
            Ok(when) => when.write(Line::new("sched_api")),
            Err(period) => {
                whole_seconds(Line::new("sched_api"), period).keyword(&format!("@{}", period.as_secs()))
            }
        };
        let is_number = !self.group.is_empty() && self.group.bytes().all(|byte| byte.is_ascii_digit());
        let ends = self.command.ends_with('&');
        let line = line
            .bare("group", &self.group)
            .require(!is_number, || ApiMisuse::Invalid {
                what: "group",
                value: self.group.clone(),
                why: "is a number, which `sched_del` would take for that of a task",
            })
            .require(!ends, || ApiMisuse::Invalid {
                what: "command",
                value: self.command.clone(),
                why: "ends in `&`, which the switch takes away; `own_thread` is for that",
            });
        if self.own_thread {
            line.rest("command", &format!("{}&", self.command)).finish()
        } else {
            line.rest("command", &self.command).finish()
        }
    }

    fn read(&self, output: &[u8]) -> Result<u32, ApiError> {
        let printed = Printed::by("sched_api", output)?;
        let id = printed.between("Added:", "", "the number of a task")?;
        id.parse().map_err(|_| printed.unreadable("the number of a task"))
    }
}

command! {
    /// `unsched_api`: ends a task. Of one that was ended just now it may say `+OK` again. A task of the number 0 there is not, and asked for it the switch prints nothing.
    UnschedApi = "unsched_api" => (), unscheduled;
    task: u32 = number
}

fn unscheduled(printed: Printed<'_>) -> Result<(), ApiError> {
    if printed.is_empty() { Err(printed.failed("No such id")) } else { done(printed) }
}

/// `sched_del`: ends a task, or all of a group: what was scheduled for a call is in a group called as its id. Gives how
/// many there were.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct SchedDel {
    what: String,
    is_task: bool,
}

impl SchedDel {
    /// This task.
    pub fn task(id: u32) -> Self {
        Self { what: id.to_string(), is_task: true }
    }

    /// This group.
    pub fn group(group: impl Into<String>) -> Self {
        Self { what: group.into(), is_task: false }
    }
}

impl ApiCommand for SchedDel {
    type Output = u32;

    fn line(&self) -> Result<String, ApiMisuse> {
        let is_number = !self.what.is_empty() && self.what.bytes().all(|byte| byte.is_ascii_digit());
        Line::new("sched_del")
            .require(self.is_task || !is_number, || ApiMisuse::Invalid {
                what: "group",
                value: self.what.clone(),
                why: "is a number, which the switch would take for that of a task",
            })
            .rest("group", &self.what)
            .finish()
    }

    fn read(&self, output: &[u8]) -> Result<u32, ApiError> {
        let printed = Printed::by("sched_del", output)?;
        let count = printed.between("Deleted:", "", "how many were deleted")?;
        count.parse().map_err(|_| printed.unreadable("how many were deleted"))
    }
}

/// `sched_hangup`: hangs a call up later.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct SchedHangup {
    when: When,
    uuid: ChannelUuid,
    cause: Option<String>,
}

impl SchedHangup {
    /// This call, then.
    pub fn new(when: When, uuid: impl Into<ChannelUuid>) -> Self {
        Self { when, uuid: uuid.into(), cause: None }
    }

    /// For this cause; `ALLOTTED_TIMEOUT` if none is given.
    pub fn cause(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }
}

impl ApiCommand for SchedHangup {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        self.when
            .write(Line::new("sched_hangup"))
            .uuid("uuid", &self.uuid)
            .optional("cause", self.cause.as_ref(), Line::plain)
            .finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("sched_hangup", output)?)
    }
}

/// `sched_transfer`: sends a call elsewhere later.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct SchedTransfer {
    when: When,
    uuid: ChannelUuid,
    extension: String,
    place: Option<(String, String)>,
}

impl SchedTransfer {
    /// This call, then, to that extension of its own dialplan and context.
    pub fn new(when: When, uuid: impl Into<ChannelUuid>, extension: impl Into<String>) -> Self {
        Self { when, uuid: uuid.into(), extension: extension.into(), place: None }
    }

    /// Of this dialplan and context. With the dialplan `inline` the extension is a list of applications to run, never
    /// data.
    pub fn place(mut self, dialplan: impl Into<String>, context: impl Into<String>) -> Self {
        self.place = Some((dialplan.into(), context.into()));
        self
    }
}

impl ApiCommand for SchedTransfer {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        let line = self
            .when
            .write(Line::new("sched_transfer"))
            .uuid("uuid", &self.uuid)
            .word("extension", &self.extension);
        match &self.place {
            None => line,
            Some((dialplan, context)) => line.word("dialplan", dialplan).word("context", context),
        }
        .finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("sched_transfer", output)?)
    }
}

/// `sched_broadcast`: [`UuidBroadcast`](super::UuidBroadcast) later. The switch says `+OK` also for a call that is not
/// there. **What is run is code, not data.**
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct SchedBroadcast {
    when: When,
    uuid: ChannelUuid,
    path: String,
    leg: Option<BroadcastLeg>,
}

impl SchedBroadcast {
    /// Plays this to that call, then.
    pub fn play(when: When, uuid: impl Into<ChannelUuid>, path: impl Into<String>) -> Self {
        Self { when, uuid: uuid.into(), path: path.into(), leg: None }
    }

    /// Runs this application with this argument on that call, then.
    pub fn application(when: When, uuid: impl Into<ChannelUuid>, name: &str, argument: &str) -> Self {
        Self::play(when, uuid, format!("{name}::{argument}"))
    }

    /// For whom; the call itself, if it is not said. It knows no [`BroadcastLeg::HoldB`].
    pub fn leg(mut self, leg: BroadcastLeg) -> Self {
        self.leg = Some(leg);
        self
    }
}

impl ApiCommand for SchedBroadcast {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        check_without("path", &self.path, &['\0'])?;
        self.when
            .write(Line::new("sched_broadcast"))
            .uuid("uuid", &self.uuid)
            .word("path", &self.path)
            .require(self.leg != Some(BroadcastLeg::HoldB), || ApiMisuse::Invalid {
                what: "leg",
                value: "holdb".to_owned(),
                why: "is known to `uuid_broadcast` only",
            })
            .optional("leg", self.leg.as_ref(), Line::choice)
            .finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("sched_broadcast", output)?)
    }
}
