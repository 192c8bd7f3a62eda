//! Sounds: `playback`, `gentones`.

use trunkline_proto::dialstring::Variables;
use trunkline_proto::{ApiMisuse, Event, Execute};

use super::{Application, ApplicationError, argument_with, response, variable};

/// Which digits end what is played.
const TERMINATORS: &str = "playback_terminators";

/// `playback`: plays a file, a tone (`tone_stream://…`), silence, or a stream, as the switch's formats go.
///
/// A digit among those in the call's variable `playback_terminators` ends it (`*` if that is not set, none if it is
/// `none`), unless [`terminators`](Self::terminators) says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Playback {
    path: String,
    terminators: Option<String>,
}

/// How something that was played ended.
#[derive(Debug, Clone)]
pub struct Played {
    complete: Event,
}

impl Playback {
    /// The path as it is, with nothing in it expanded. `@@` and a number after it is the sample to begin with.
    #[must_use]
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), terminators: None }
    }

    /// The digits that end it: each for itself, `any`, or `none`.
    #[must_use]
    pub fn terminators(mut self, terminators: impl Into<String>) -> Self {
        self.terminators = Some(terminators.into());
        self
    }
}

impl From<&str> for Playback {
    fn from(path: &str) -> Self {
        Self::new(path)
    }
}

impl From<String> for Playback {
    fn from(path: String) -> Self {
        Self::new(path)
    }
}

impl Application for Playback {
    type Output = Played;

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        if self.path.is_empty() {
            return Err(ApiMisuse::Empty { what: "the file to play" });
        }
        argument_with("playback", &self.path, &terminated_by(self.terminators.as_deref())?)
    }

    fn read(&self, complete: &Event) -> Result<Played, ApplicationError> {
        match response(complete).as_deref() {
            Some("FILE NOT FOUND") => Err(ApplicationError::FileNotFound { path: self.path.clone() }),
            Some("PLAYBACK ERROR") => Err(ApplicationError::Playback { path: self.path.clone() }),
            _ => Ok(Played::new(complete)),
        }
    }
}

impl Played {
    pub(super) fn new(complete: &Event) -> Self {
        Self { complete: complete.clone() }
    }

    /// The digit that ended it; `None` if it was played to its end, or stopped by something else.
    #[must_use]
    pub fn terminator(&self) -> Option<char> {
        terminator(&self.complete)
    }

    /// Its CHANNEL_EXECUTE_COMPLETE.
    #[must_use]
    pub fn event(&self) -> &Event {
        &self.complete
    }
}

/// `gentones`: plays tones. The switch says nothing of a script it cannot read, and plays nothing.
///
/// ```
/// use trunkline::application::{Application, Tone};
///
/// // Twice 400 ms of 440 and 480 Hz, with 200 ms of silence after each.
/// let tone = Tone::new("%(400,200,440,480)").loops(2);
/// # assert!(tone.execute().is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tone {
    script: String,
    loops: i64,
    terminators: Option<String>,
}

impl Tone {
    /// By a script (TGML): `%(milliseconds on, off, Hz[, Hz…])`, and before it `v=-13;` for the volume and the like.
    #[must_use]
    pub fn new(script: impl Into<String>) -> Self {
        Self { script: script.into(), loops: 1, terminators: None }
    }

    /// So many times; once at least.
    #[must_use]
    pub fn loops(mut self, loops: u32) -> Self {
        self.loops = i64::from(loops.clamp(1, 2_147_483_647));
        self
    }

    /// Until it is ended.
    #[must_use]
    pub fn endless(mut self) -> Self {
        self.loops = -1;
        self
    }

    /// The digits that end it: each for itself, `any`, or `none`.
    #[must_use]
    pub fn terminators(mut self, terminators: impl Into<String>) -> Self {
        self.terminators = Some(terminators.into());
        self
    }
}

impl Application for Tone {
    type Output = Played;

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        super::argument::check_without("the tones", &self.script, &['|'], "holds what ends them")?;
        let tones = format!("{}|{}", self.script, self.loops);
        argument_with("gentones", &tones, &terminated_by(self.terminators.as_deref())?)
    }

    fn read(&self, complete: &Event) -> Result<Played, ApplicationError> {
        Ok(Played::new(complete))
    }
}

/// The variable for it, if it is said.
pub(super) fn terminated_by(terminators: Option<&str>) -> Result<Variables, ApiMisuse> {
    let digits = match terminators {
        None => return Ok(Variables::new()),
        Some("") => "none",
        Some(digits) => digits,
    };
    Ok(Variables::new().with(TERMINATORS, digits)?)
}

/// The digit that ended what was played.
pub(super) fn terminator(complete: &Event) -> Option<char> {
    variable(complete, "playback_terminator_used")?.chars().next()
}
