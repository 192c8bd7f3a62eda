//! What is played, said and recorded.

use super::{Report, action_line, or_usage};
use crate::api::command::choice;
use crate::api::line::{Line, check_rest};
use crate::api::output::{Printed, done, remark};
use crate::api::{ApiCommand, ApiError};
use crate::error::ApiMisuse;

/// `conference NAME play`: plays a file to all, or to one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Play {
    conference: String,
    path: String,
    member: Option<(u32, bool)>,
    is_async: bool,
}

impl Play {
    /// To all, after what is being played.
    pub fn new(conference: impl Into<String>, path: impl Into<String>) -> Self {
        Self { conference: conference.into(), path: path.into(), member: None, is_async: false }
    }

    /// To this member alone, who still hears others meanwhile if `mux`.
    pub fn member(mut self, member: u32, mux: bool) -> Self {
        self.member = Some((member, mux));
        self
    }

    /// To all, beside what is being played.
    pub fn asynchronous(mut self) -> Self {
        self.is_async = true;
        self
    }
}

impl ApiCommand for Play {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        let line = action_line(&self.conference, "play").word("the file", &self.path);
        match self.member {
            Some((member, mux)) => line.number("the member", &member).flag(!mux, "nomux"),
            None => line.flag(self.is_async, "async"),
        }
        .finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(or_usage(Printed::by("conference", output)?, "play")?)
    }
}

choice! {
    /// Which of what is being played is meant.
    Playing {
        /// What is played now.
        Current = "current",
        /// All, also what is to be played.
        All = "all",
        /// What is played beside.
        Async = "async",
    }
}

/// `conference NAME stop`: ends what is played. Gives how many files that were.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Stop {
    conference: String,
    playing: Playing,
    member: Option<u32>,
}

impl Stop {
    /// To all.
    pub fn new(conference: impl Into<String>, playing: Playing) -> Self {
        Self { conference: conference.into(), playing, member: None }
    }

    /// To this member alone.
    pub fn member(mut self, member: u32) -> Self {
        self.member = Some(member);
        self
    }
}

impl ApiCommand for Stop {
    type Output = u32;

    fn line(&self) -> Result<String, ApiMisuse> {
        action_line(&self.conference, "stop")
            .keyword(self.playing.as_str())
            .optional("the member", self.member.as_ref(), Line::number)
            .finish()
    }

    fn read(&self, output: &[u8]) -> Result<u32, ApiError> {
        let printed = or_usage(Printed::by("conference", output)?, "stop")?;
        let count = printed.between("Stopped", "files.", "how many were stopped")?;
        count.parse().map_err(|_| printed.unreadable("how many were stopped"))
    }
}

/// `conference NAME say`, `saymember`: says a text, by the voice the conference has. To one member it is expanded:
/// `${…}` in it is **code, not data**, and refused.
///
/// The switch looks for the word `say` in the whole line, so that a conference that has it in its name cannot be spoken
/// to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Say {
    conference: String,
    member: Option<u32>,
    text: String,
}

impl Say {
    /// To all.
    pub fn new(conference: impl Into<String>, text: impl Into<String>) -> Self {
        Self { conference: conference.into(), member: None, text: text.into() }
    }

    /// To this member alone.
    pub fn member(mut self, member: u32) -> Self {
        self.member = Some(member);
        self
    }

    fn action(&self) -> &'static str {
        if self.member.is_some() { "saymember" } else { "say" }
    }
}

impl ApiCommand for Say {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        check_rest("the text", &self.text)?;
        let refuse =
            |value: &str, why| ApiMisuse::Invalid { what: "what is said", value: value.to_owned(), why };
        let names_it = self.conference.contains(self.action());
        let expands = self.member.is_some() && self.text.contains("${");
        action_line(&self.conference, self.action())
            .require(!names_it, || {
                refuse(
                    &self.conference,
                    "would begin with the end of the conference's name, which has `say` in it",
                )
            })
            .require(!expands, || refuse(&self.text, "has `${`, and the switch would run what is in it"))
            .optional("the member", self.member.as_ref(), Line::number)
            .rest("the text", &self.text)
            .finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("conference", output)?)
    }
}

/// `conference NAME pause_play`: what is played stands still, or goes on. Gives whether it stands still then.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct PausePlay {
    conference: String,
    member: Option<u32>,
}

impl PausePlay {
    /// To all.
    pub fn new(conference: impl Into<String>) -> Self {
        Self { conference: conference.into(), member: None }
    }

    /// To this member alone.
    pub fn member(mut self, member: u32) -> Self {
        self.member = Some(member);
        self
    }
}

impl ApiCommand for PausePlay {
    type Output = bool;

    fn line(&self) -> Result<String, ApiMisuse> {
        action_line(&self.conference, "pause_play")
            .optional("the member", self.member.as_ref(), Line::number)
            .finish()
    }

    fn read(&self, output: &[u8]) -> Result<bool, ApiError> {
        let printed = Printed::by("conference", output)?;
        match remark(printed)?.as_str() {
            "Pause" => Ok(true),
            "Resume" => Ok(false),
            _ => Err(printed.unreadable("whether it stands still")),
        }
    }
}

/// `conference NAME play_status`: what is played, and how far it is, as the switch puts it: `0/0 FILE`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct PlayStatus {
    conference: String,
    member: Option<u32>,
}

impl PlayStatus {
    /// To all.
    pub fn new(conference: impl Into<String>) -> Self {
        Self { conference: conference.into(), member: None }
    }

    /// To this member alone.
    pub fn member(mut self, member: u32) -> Self {
        self.member = Some(member);
        self
    }
}

impl ApiCommand for PlayStatus {
    type Output = String;

    fn line(&self) -> Result<String, ApiMisuse> {
        action_line(&self.conference, "play_status")
            .optional("the member", self.member.as_ref(), Line::number)
            .finish()
    }

    fn read(&self, output: &[u8]) -> Result<String, ApiError> {
        remark(Printed::by("conference", output)?)
    }
}

/// `conference NAME file_seek`: goes elsewhere in what is played. Gives where it is then, in samples.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct FileSeek {
    conference: String,
    to: String,
    member: Option<u32>,
}

impl FileSeek {
    /// So many milliseconds after the beginning.
    pub fn to(conference: impl Into<String>, milliseconds: u32) -> Self {
        Self { conference: conference.into(), to: milliseconds.to_string(), member: None }
    }

    /// So many milliseconds on, or back.
    pub fn by(conference: impl Into<String>, milliseconds: i32) -> Self {
        Self { conference: conference.into(), to: format!("{milliseconds:+}"), member: None }
    }

    /// In what is played to this member alone.
    pub fn member(mut self, member: u32) -> Self {
        self.member = Some(member);
        self
    }
}

impl ApiCommand for FileSeek {
    type Output = u64;

    fn line(&self) -> Result<String, ApiMisuse> {
        action_line(&self.conference, "file_seek")
            .keyword(&self.to)
            .optional("the member", self.member.as_ref(), Line::number)
            .finish()
    }

    fn read(&self, output: &[u8]) -> Result<u64, ApiError> {
        let printed = or_usage(Printed::by("conference", output)?, "file_seek")?;
        let position = printed.between("seek to position", "", "a position")?;
        position.parse().map_err(|_| printed.unreadable("a position"))
    }
}

/// `conference NAME file-vol`: how loud what is played is, from -4 to 4.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct FileVolume {
    conference: String,
    volume: i32,
}

impl FileVolume {
    /// So loud.
    pub fn new(conference: impl Into<String>, volume: i32) -> Self {
        Self { conference: conference.into(), volume }
    }
}

impl ApiCommand for FileVolume {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        action_line(&self.conference, "file-vol").number("the volume", &self.volume).finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(or_usage(Printed::by("conference", output)?, "file-vol")?)
    }
}

choice! {
    /// What becomes of a recording.
    RecordingAction {
        /// It begins.
        Start = "record",
        /// It ends.
        Stop = "norecord",
        /// It stands still.
        Pause = "pause",
        /// It goes on.
        Resume = "resume",
    }
}

/// `conference NAME record`, `norecord`, `pause`, `resume`: records. `+OK` on a start says that it was asked for, not
/// that the file could be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Recording {
    conference: String,
    action: RecordingAction,
    path: String,
}

impl Recording {
    /// Does so to the recording into this file, a path on the switch.
    pub fn new(conference: impl Into<String>, action: RecordingAction, path: impl Into<String>) -> Self {
        Self { conference: conference.into(), action, path: path.into() }
    }

    /// Ends all.
    pub fn stop_all(conference: impl Into<String>) -> Self {
        Self::new(conference, RecordingAction::Stop, "all")
    }
}

impl ApiCommand for Recording {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        action_line(&self.conference, self.action.as_str()).word("the file", &self.path).finish()
    }

    /// Ending one prints a line without `+OK`, and then always `+OK Stopped recording 0 files`.
    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        let printed = or_usage(Printed::by("conference", output)?, self.action.as_str())?;
        if self.action == RecordingAction::Stop && printed.text().starts_with("Stopped recording file") {
            return Ok(());
        }
        done(printed)
    }
}

/// `conference NAME chkrecord`: which files are recorded into; none if none.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct CheckRecording {
    conference: String,
}

impl CheckRecording {
    /// In this conference.
    pub fn new(conference: impl Into<String>) -> Self {
        Self { conference: conference.into() }
    }
}

impl ApiCommand for CheckRecording {
    type Output = Vec<String>;

    fn line(&self) -> Result<String, ApiMisuse> {
        action_line(&self.conference, "chkrecord").finish()
    }

    fn read(&self, output: &[u8]) -> Result<Vec<String>, ApiError> {
        let printed = Printed::by("conference", output)?;
        if printed.bytes() == b"-ERR Conference is not being recorded.\n" {
            return Ok(Vec::new());
        }
        let report = Report::read(printed, "chkrecord")?;
        let path = |text: &str| text.strip_prefix("Record file ").map(str::to_owned);
        let paths = report.done.iter().map(|done| path(&done.text)).collect::<Option<Vec<_>>>();
        paths.ok_or_else(|| printed.unreadable("files recorded into"))
    }
}
