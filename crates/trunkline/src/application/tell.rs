//! What others are told: `log`, `info`, `event`.

use trunkline_proto::dialstring::tokenizer::escape;
use trunkline_proto::{ApiMisuse, Event, Execute, LogLevel};

use super::argument::check_without;
use super::{Application, ApplicationError, argument};

/// `log`: writes a line into the switch's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    level: LogLevel,
    text: String,
}

impl Log {
    /// At this level.
    #[must_use]
    pub fn new(level: LogLevel, text: impl Into<String>) -> Self {
        Self { level, text: text.into() }
    }
}

impl Application for Log {
    type Output = ();

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        argument("log", &format!("{} {}", self.level, self.text))
    }

    fn read(&self, _complete: &Event) -> Result<(), ApplicationError> {
        Ok(())
    }
}

/// `info`: writes all that is known of the call into the switch's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    level: LogLevel,
}

impl Info {
    /// At this level.
    #[must_use]
    pub fn new(level: LogLevel) -> Self {
        Self { level }
    }
}

impl Default for Info {
    /// At the level `INFO`.
    fn default() -> Self {
        Self::new(LogLevel::Info)
    }
}

impl Application for Info {
    type Output = ();

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        argument("info", &self.level.to_string())
    }

    fn read(&self, _complete: &Event) -> Result<(), ApplicationError> {
        Ok(())
    }
}

/// `event`: fires an event with headers of your own, and all that is known of the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FireEvent {
    headers: Vec<(String, String)>,
}

/// The most that the switch reads (`event_function` in `mod_dptools.c`).
const MOST_HEADERS: usize = 25;

impl FireEvent {
    /// A CUSTOM event of this subclass.
    #[must_use]
    pub fn custom(subclass: impl Into<String>) -> Self {
        let name = ("Event-Name".to_owned(), "CUSTOM".to_owned());
        Self { headers: vec![name, ("Event-Subclass".to_owned(), subclass.into())] }
    }

    /// A CHANNEL_APPLICATION event, which is what `myevents` hears.
    #[must_use]
    pub fn application() -> Self {
        Self { headers: Vec::new() }
    }

    /// With this header, 25 at most. The spaces at either end of a value are lost.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

impl Application for FireEvent {
    type Output = ();

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        if self.headers.len() > MOST_HEADERS {
            let value = self.headers.len().to_string();
            return Err(ApiMisuse::Invalid { what: "the number of headers", value, why: "is more than 25" });
        }
        let mut items = Vec::new();
        for (name, value) in &self.headers {
            check_without("the header's name", name, &[' ', '=', ':', '[', '\'', '\\'], "is none")?;
            items.push(escape(&[name, "=", value].concat(), ','));
        }
        argument("event", &items.join(","))
    }

    fn read(&self, _complete: &Event) -> Result<(), ApplicationError> {
        Ok(())
    }
}
