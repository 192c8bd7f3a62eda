//! `playback`

use trunkline_proto::{ApiMisuse, Event, Execute};

use super::{Application, ApplicationError, argument, response, variable};

/// `playback`: plays a file, a tone (`tone_stream://…`), silence, or a stream, as the switch's formats go.
///
/// A digit among those in the variable `playback_terminators` ends it (`*` if that is not set, none if it is `none`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Playback {
    path: String,
}

/// How a playback ended.
#[derive(Debug, Clone)]
pub struct Played {
    complete: Event,
}

impl Playback {
    /// The path as it is, with nothing in it expanded. `@@` and a number after it is the sample to begin with.
    #[must_use]
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into() }
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
        argument("playback", &self.path)
    }

    fn read(&self, complete: &Event) -> Result<Played, ApplicationError> {
        match response(complete).as_deref() {
            Some("FILE NOT FOUND") => Err(ApplicationError::FileNotFound { path: self.path.clone() }),
            Some("PLAYBACK ERROR") => Err(ApplicationError::Playback { path: self.path.clone() }),
            _ => Ok(Played { complete: complete.clone() }),
        }
    }
}

impl Played {
    /// The digit that ended it, if one did.
    #[must_use]
    pub fn terminator(&self) -> Option<char> {
        variable(&self.complete, "playback_terminator_used")?.chars().next()
    }

    /// Its CHANNEL_EXECUTE_COMPLETE.
    #[must_use]
    pub fn event(&self) -> &Event {
        &self.complete
    }
}
