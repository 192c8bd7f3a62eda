//! Digits to the other end: `send_dtmf`; and as if from there: `queue_dtmf`.

use std::time::Duration;

use trunkline_proto::{ApiMisuse, Event, Execute};

use super::argument::milliseconds;
use super::{Application, ApplicationError, argument};

/// `send_dtmf`: sends digits to the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendDtmf {
    digits: Digits,
}

/// `queue_dtmf`: has digits heard as if they came from the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueDtmf {
    digits: Digits,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Digits {
    digits: String,
    length: Option<Duration>,
}

impl SendDtmf {
    /// `0` to `9`, `*`, `#`, `A` to `D`; `w` waits half a second, `W` a whole one.
    #[must_use]
    pub fn new(digits: impl Into<String>) -> Self {
        Self { digits: Digits { digits: digits.into(), length: None } }
    }

    /// Each so long, in milliseconds.
    #[must_use]
    pub fn length(mut self, length: Duration) -> Self {
        self.digits.length = Some(length);
        self
    }
}

impl QueueDtmf {
    /// `0` to `9`, `*`, `#`, `A` to `D`; `w` waits half a second, `W` a whole one.
    #[must_use]
    pub fn new(digits: impl Into<String>) -> Self {
        Self { digits: Digits { digits: digits.into(), length: None } }
    }

    /// Each so long, in milliseconds.
    #[must_use]
    pub fn length(mut self, length: Duration) -> Self {
        self.digits.length = Some(length);
        self
    }
}

impl Digits {
    fn argument(&self) -> Result<String, ApiMisuse> {
        let what = "the digits";
        if self.digits.is_empty() {
            return Err(ApiMisuse::Empty { what });
        }
        let is_digit = |c: char| c.is_ascii_digit() || "*#ABCDabcdwW".contains(c);
        if !self.digits.chars().all(is_digit) {
            let why = "holds something else than digits";
            return Err(ApiMisuse::Invalid { what, value: self.digits.clone(), why });
        }
        Ok(match self.length {
            Some(length) => [&self.digits, "@", &milliseconds(length)].concat(),
            None => self.digits.clone(),
        })
    }
}

impl Application for SendDtmf {
    type Output = ();

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        argument("send_dtmf", &self.digits.argument()?)
    }

    fn read(&self, _complete: &Event) -> Result<(), ApplicationError> {
        Ok(())
    }
}

impl Application for QueueDtmf {
    type Output = ();

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        argument("queue_dtmf", &self.digits.argument()?)
    }

    fn read(&self, _complete: &Event) -> Result<(), ApplicationError> {
        Ok(())
    }
}
