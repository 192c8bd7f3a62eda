//! What a conference is set to.

use super::{action_line, or_usage};
use crate::api::command::choice;
use crate::api::line::Line;
use crate::api::output::{Printed, done, value};
use crate::api::{ApiCommand, ApiError};
use crate::error::ApiMisuse;

choice! {
    /// Something of a conference that can be asked for.
    Parameter {
        /// For how many seconds it has run.
        RunTime = "run_time",
        /// How many members it has.
        Count = "count",
        /// How many of them are ghosts.
        CountGhosts = "count_ghosts",
        /// How many it may have; 0 is any number.
        MaxMembers = "max_members",
        /// At what rate it mixes, in Hz.
        Rate = "rate",
        /// Its profile.
        ProfileName = "profile_name",
        /// Where its sounds are.
        SoundPrefix = "sound_prefix",
        /// By what name it calls.
        CallerIdName = "caller_id_name",
        /// By what number it calls.
        CallerIdNumber = "caller_id_number",
        /// `locked` if it is.
        IsLocked = "is_locked",
        /// How many seconds it lives on when one leaves with whom it ends.
        EndconferenceGraceTime = "endconference_grace_time",
        /// Its id.
        Uuid = "uuid",
        /// `true` if it waits for a moderator.
        WaitMod = "wait_mod",
    }
}

/// `conference NAME get`: something of it; none if there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Get {
    conference: String,
    parameter: Parameter,
}

impl Get {
    /// Of this conference, that.
    pub fn new(conference: impl Into<String>, parameter: Parameter) -> Self {
        Self { conference: conference.into(), parameter }
    }
}

impl ApiCommand for Get {
    type Output = Option<String>;

    fn line(&self) -> Result<String, ApiMisuse> {
        action_line(&self.conference, "get").choice("the parameter", &self.parameter).finish()
    }

    fn read(&self, output: &[u8]) -> Result<Option<String>, ApiError> {
        let printed = Printed::by("conference", output)?;
        if printed.bytes().is_empty() { Ok(None) } else { value(or_usage(printed, "get")?) }
    }
}

/// `conference NAME set`: something of it. Gives what it was before; none if there was none.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Set {
    conference: String,
    parameter: Parameter,
    value: String,
}

impl Set {
    /// Of this conference, that, to this. It can be the number of members, the place of sounds, the caller's name and
    /// number, and the grace time.
    pub fn new(conference: impl Into<String>, parameter: Parameter, value: impl Into<String>) -> Self {
        Self { conference: conference.into(), parameter, value: value.into() }
    }
}

impl ApiCommand for Set {
    type Output = Option<String>;

    fn line(&self) -> Result<String, ApiMisuse> {
        use Parameter::{CallerIdName, CallerIdNumber, EndconferenceGraceTime, MaxMembers, SoundPrefix};
        let can_be = matches!(
            self.parameter,
            MaxMembers | SoundPrefix | CallerIdName | CallerIdNumber | EndconferenceGraceTime
        );
        action_line(&self.conference, "set")
            .require(can_be, || ApiMisuse::Invalid {
                what: "the parameter",
                value: self.parameter.to_string(),
                why: "can be asked for only",
            })
            .choice("the parameter", &self.parameter)
            .word("the value", &self.value)
            .finish()
    }

    fn read(&self, output: &[u8]) -> Result<Option<String>, ApiError> {
        let printed = Printed::by("conference", output)?;
        if printed.bytes().is_empty() { Ok(None) } else { value(or_usage(printed, "set")?) }
    }
}

/// `conference NAME getvar`: a variable of it; none if it is not set.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Getvar {
    conference: String,
    name: String,
}

impl Getvar {
    /// Of this conference, that variable.
    pub fn new(conference: impl Into<String>, name: impl Into<String>) -> Self {
        Self { conference: conference.into(), name: name.into() }
    }
}

impl ApiCommand for Getvar {
    type Output = Option<String>;

    fn line(&self) -> Result<String, ApiMisuse> {
        action_line(&self.conference, "getvar").word("the name", &self.name).finish()
    }

    fn read(&self, output: &[u8]) -> Result<Option<String>, ApiError> {
        let printed = Printed::by("conference", output)?;
        if printed.bytes() == not_found(&self.conference).as_bytes() {
            return printed.or_failed().map(|_| None);
        }
        value(printed)
    }
}

fn not_found(conference: &str) -> String {
    format!("-ERR Conference {conference} not found\n")
}

/// `conference NAME setvar`: sets a variable of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Setvar {
    conference: String,
    name: String,
    value: String,
}

impl Setvar {
    /// Of this conference, that variable, to this value.
    pub fn new(conference: impl Into<String>, name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { conference: conference.into(), name: name.into(), value: value.into() }
    }
}

impl ApiCommand for Setvar {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        action_line(&self.conference, "setvar")
            .word("the name", &self.name)
            .word("the value", &self.value)
            .finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("conference", output)?)
    }
}

/// `conference NAME lock`, `unlock`: whether others may come in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Lock {
    conference: String,
    lock: bool,
}

impl Lock {
    /// Nobody more, or whoever likes.
    pub fn new(conference: impl Into<String>, lock: bool) -> Self {
        Self { conference: conference.into(), lock }
    }
}

impl ApiCommand for Lock {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        action_line(&self.conference, if self.lock { "lock" } else { "unlock" }).finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("conference", output)?)
    }
}

/// `conference NAME pin`, `nopin`: the digits that let one in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Pin {
    conference: String,
    pin: Option<(bool, String)>,
}

impl Pin {
    /// These.
    pub fn set(conference: impl Into<String>, pin: impl Into<String>) -> Self {
        Self { conference: conference.into(), pin: Some((false, pin.into())) }
    }

    /// These let one in as a moderator.
    pub fn set_moderator(conference: impl Into<String>, pin: impl Into<String>) -> Self {
        Self { conference: conference.into(), pin: Some((true, pin.into())) }
    }

    /// None are needed.
    pub fn none(conference: impl Into<String>) -> Self {
        Self { conference: conference.into(), pin: None }
    }
}

impl ApiCommand for Pin {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        match &self.pin {
            None => action_line(&self.conference, "nopin"),
            Some((moderator, pin)) => {
                action_line(&self.conference, "pin").flag(*moderator, "mod").word("the pin", pin)
            }
        }
        .finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("conference", output)?)
    }
}

choice! {
    /// When a sound is played.
    SoundKind {
        /// When one comes.
        Enter = "enter_sound",
        /// When one goes.
        Exit = "exit_sound",
    }
}

/// `conference NAME enter_sound`, `exit_sound`: the sound when one comes or goes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Sound {
    conference: String,
    kind: SoundKind,
    file: Option<String>,
    on: bool,
}

impl Sound {
    /// It is played.
    pub fn on(conference: impl Into<String>, kind: SoundKind) -> Self {
        Self { conference: conference.into(), kind, file: None, on: true }
    }

    /// It is not played.
    pub fn off(conference: impl Into<String>, kind: SoundKind) -> Self {
        Self { on: false, ..Self::on(conference, kind) }
    }

    /// It is this file.
    pub fn file(conference: impl Into<String>, kind: SoundKind, file: impl Into<String>) -> Self {
        Self { file: Some(file.into()), ..Self::on(conference, kind) }
    }
}

impl ApiCommand for Sound {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        let line = action_line(&self.conference, self.kind.as_str());
        match &self.file {
            Some(file) => line.keyword("file").word("the file", file),
            None => line.keyword(if self.on { "on" } else { "off" }),
        }
        .finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(or_usage(Printed::by("conference", output)?, self.kind.as_str())?)
    }
}

/// `conference NAME moh`: the music for one who is alone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Moh {
    conference: String,
    moh: String,
}

impl Moh {
    /// There is some, or none.
    pub fn new(conference: impl Into<String>, on: bool) -> Self {
        Self { conference: conference.into(), moh: if on { "on" } else { "off" }.to_owned() }
    }

    /// None if there was some, and the other way round.
    pub fn toggle(conference: impl Into<String>) -> Self {
        Self { conference: conference.into(), moh: "toggle".to_owned() }
    }

    /// It is this file from now on, or, called `reset`, what it was.
    pub fn file(conference: impl Into<String>, file: impl Into<String>) -> Self {
        Self { conference: conference.into(), moh: file.into() }
    }
}

impl ApiCommand for Moh {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        let write = |line: Line| line.word("the music", &self.moh);
        write(action_line(&self.conference, "moh")).finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("conference", output)?)
    }
}
