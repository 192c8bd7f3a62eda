//! `log/data`: a line of the switch's log.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;

use crate::frame::Frame;
use crate::header::{Headers, lossy};

/// How loud a log line is (`switch_log_level_t`); the smaller, the graver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LogLevel {
    /// 0
    Console,
    /// 1
    Alert,
    /// 2
    Crit,
    /// 3
    Err,
    /// 4
    Warning,
    /// 5
    Notice,
    /// 6
    Info,
    /// 7
    Debug,
}

impl LogLevel {
    /// From the gravest to the least.
    pub const ALL: [Self; 8] = [
        Self::Console,
        Self::Alert,
        Self::Crit,
        Self::Err,
        Self::Warning,
        Self::Notice,
        Self::Info,
        Self::Debug,
    ];

    /// FreeSWITCH's number, 0 to 7.
    #[must_use]
    pub fn number(self) -> u8 {
        Self::ALL.iter().position(|level| *level == self).and_then(|n| u8::try_from(n).ok()).unwrap_or(7)
    }

    /// The level of a number; above 7 is debug, too.
    #[must_use]
    pub fn from_number(number: u8) -> Self {
        Self::ALL.get(usize::from(number)).copied().unwrap_or(Self::Debug)
    }

    /// The level of a name, in any case, as `log` takes it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str().eq_ignore_ascii_case(name))
    }

    /// The name `log` takes.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Console => "CONSOLE",
            Self::Alert => "ALERT",
            Self::Crit => "CRIT",
            Self::Err => "ERR",
            Self::Warning => "WARNING",
            Self::Notice => "NOTICE",
            Self::Info => "INFO",
            Self::Debug => "DEBUG",
        }
    }
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A log line, or several: the body is what the switch printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogData {
    headers: Headers,
    body: Bytes,
}

impl LogData {
    pub(crate) fn from_frame(frame: &Frame) -> Self {
        Self { headers: frame.headers(), body: frame.body().unwrap_or_default() }
    }

    /// How loud it is.
    #[must_use]
    pub fn level(&self) -> LogLevel {
        self.number("Log-Level")
            .and_then(|n| u8::try_from(n).ok())
            .map_or(LogLevel::Debug, LogLevel::from_number)
    }

    /// What was printed, with the time and level in front, and usually a line break at its end.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        lossy(Cow::Borrowed(&self.body))
    }

    /// The source file that logged it.
    #[must_use]
    pub fn file(&self) -> Option<Cow<'_, str>> {
        self.headers.get("Log-File")
    }

    /// The C function that logged it.
    #[must_use]
    pub fn function(&self) -> Option<Cow<'_, str>> {
        self.headers.get("Log-Func")
    }

    /// The line in [`file`](Self::file).
    #[must_use]
    pub fn line(&self) -> Option<u32> {
        self.number("Log-Line")
    }

    /// The channel it is about (`User-Data`).
    #[must_use]
    pub fn unique_id(&self) -> Option<Cow<'_, str>> {
        self.headers.get("User-Data").filter(|id| !id.is_empty())
    }

    /// All headers.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// How many bytes of memory it holds; what a queue of them counts.
    #[must_use]
    pub fn wire_len(&self) -> usize {
        self.headers.raw().len() + self.body.len()
    }

    /// A copy that shares no memory with the buffer it was received in.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self { headers: self.headers.detach(), body: Bytes::copy_from_slice(&self.body) }
    }

    fn number(&self, name: &str) -> Option<u32> {
        self.headers.get(name)?.parse().ok()
    }
}
