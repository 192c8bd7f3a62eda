//! Files: recorded from a call, mixed into it, played to it.

use std::time::Duration;

use crate::api::command::{choice, command};
use crate::api::line::Line;
use crate::api::output::{Printed, done};
use crate::api::{ApiCommand, ApiError};
use crate::error::ApiMisuse;
use crate::ids::ChannelUuid;

choice! {
    /// What becomes of a recording.
    RecordAction {
        /// It begins.
        Start = "start",
        /// It ends.
        Stop = "stop",
        /// Silence takes the place of what is said.
        Mask = "mask",
        /// What is said is recorded again.
        Unmask = "unmask",
        /// It stands still.
        Pause = "pause",
        /// It goes on.
        Resume = "resume",
    }
}

/// `uuid_record`: records a call. `+OK` on a start says that recording was asked for, not that the file could be
/// opened: RECORD_START and RECORD_STOP say that.
///
/// ```
/// # use trunkline_proto::api::{ApiCommand, UuidRecord};
/// # use std::time::Duration;
/// let record = UuidRecord::start("call-1", "/tmp/a b.wav").limit(Duration::from_secs(10));
/// assert_eq!(record.line()?, r"uuid_record call-1 start /tmp/a\sb.wav 10");
/// assert_eq!(UuidRecord::stop_all("call-1").line()?, "uuid_record call-1 stop all");
/// # Ok::<(), trunkline_proto::ApiMisuse>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct UuidRecord {
    uuid: ChannelUuid,
    action: RecordAction,
    path: String,
    limit: Option<Duration>,
}

impl UuidRecord {
    /// Does so to the recording into this file, a path on the switch.
    pub fn new(uuid: impl Into<ChannelUuid>, action: RecordAction, path: impl Into<String>) -> Self {
        Self { uuid: uuid.into(), action, path: path.into(), limit: None }
    }

    /// Begins one.
    pub fn start(uuid: impl Into<ChannelUuid>, path: impl Into<String>) -> Self {
        Self::new(uuid, RecordAction::Start, path)
    }

    /// Ends one. Fails if there is none.
    pub fn stop(uuid: impl Into<ChannelUuid>, path: impl Into<String>) -> Self {
        Self::new(uuid, RecordAction::Stop, path)
    }

    /// Ends all of this call. Fails if there are none.
    pub fn stop_all(uuid: impl Into<ChannelUuid>) -> Self {
        Self::stop(uuid, "all")
    }

    /// Ends by itself after so many whole seconds. Only for a start.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }
}

impl ApiCommand for UuidRecord {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        Line::new("uuid_record")
            .uuid("uuid", &self.uuid)
            .choice("action", &self.action)
            .word("path", &self.path)
            .optional("limit", self.limit.as_ref(), seconds)
            .finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("uuid_record", output)?)
    }
}

/// Whole seconds; the switch knows no parts of one, and takes zero for no limit.
fn seconds(line: Line, what: &'static str, limit: &Duration) -> Line {
    line.require(limit.subsec_nanos() == 0 && limit.as_secs() > 0, || ApiMisuse::Invalid {
        what,
        value: format!("{limit:?}"),
        why: "is no whole number of seconds from 1",
    })
    .number(what, &limit.as_secs())
}

/// `uuid_displace`: plays a file in place of what is said, or with it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct UuidDisplace {
    uuid: ChannelUuid,
    start: bool,
    path: String,
    limit: u32,
    flags: Option<String>,
}

impl UuidDisplace {
    /// Begins to play it, for so many seconds; 0 for as long as it is.
    pub fn start(uuid: impl Into<ChannelUuid>, path: impl Into<String>, limit: u32) -> Self {
        Self { uuid: uuid.into(), start: true, path: path.into(), limit, flags: None }
    }

    /// Ends it.
    pub fn stop(uuid: impl Into<ChannelUuid>, path: impl Into<String>) -> Self {
        Self { start: false, ..Self::start(uuid, path, 0) }
    }

    /// How: `mux` mixes it with what is said; `r` is what is read, `w` what is written (`switch_ivr_async.c`).
    pub fn flags(mut self, flags: impl Into<String>) -> Self {
        self.flags = Some(flags.into());
        self
    }
}

impl ApiCommand for UuidDisplace {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        let line = Line::new("uuid_displace").uuid("uuid", &self.uuid);
        if !self.start {
            return line.keyword("stop").word("path", &self.path).finish();
        }
        let line = line.keyword("start").word("path", &self.path);
        let line =
            if self.limit > 0 || self.flags.is_some() { line.number("limit", &self.limit) } else { line };
        line.optional("flags", self.flags.as_ref(), Line::word).finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("uuid_displace", output)?)
    }
}

command! {
    /// `uuid_fileman`: controls what a call is playing: `speed:+1`, `volume:-1`, `pause`, `seek:+1000`, `stop`,
    /// `truncate`, `restart` (`switch_ivr_process_fh` in `switch_ivr_play_say.c`).
    UuidFileman = "uuid_fileman" => (), done;
    uuid: ChannelUuid = uuid,
    command: String = word
}
