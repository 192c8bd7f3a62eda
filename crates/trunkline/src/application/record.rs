//! Recording: `record`, and `record_session` in the background.

use std::time::Duration;

use trunkline_proto::{ApiMisuse, Event, Execute};

use super::argument::{check_without, seconds, word};
use super::playback::{terminated_by, terminator};
use super::{Application, ApplicationError, argument, argument_with, variable};

/// `record`: records the caller into a file, until a digit, silence, or time ends it.
///
/// The switch **hangs up** a call whose file it cannot write, with DESTINATION_OUT_OF_ORDER (`record_function` in
/// `mod_dptools.c`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    path: String,
    limit: Option<Duration>,
    silence: Option<(u32, Duration)>,
    terminators: Option<String>,
}

impl Record {
    /// Into this file, whose ending says the format.
    #[must_use]
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), limit: None, silence: None, terminators: None }
    }

    /// So long at most, in whole seconds. (The switch looks once a second, and may take one more.)
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Until it was silent for so long, in whole seconds: no louder than `threshold`, of which 200 is a quiet line and
    /// 1 the least.
    #[must_use]
    pub fn until_silence(mut self, threshold: u32, time: Duration) -> Self {
        self.silence = Some((threshold.max(1), time));
        self
    }

    /// The digits that end it: each for itself, `any`, or `none`; `*` if that is not said here or by the call's variable
    /// `playback_terminators`.
    #[must_use]
    pub fn terminators(mut self, terminators: impl Into<String>) -> Self {
        self.terminators = Some(terminators.into());
        self
    }
}

impl Application for Record {
    type Output = Recorded;

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        check_without("the file to record into", &self.path, &[], "holds a control character")?;
        let limit = self.limit.map_or(0, seconds);
        let (threshold, silence) =
            self.silence.map_or((0, 0), |(threshold, time)| (threshold, seconds(time)));
        let argument = format!("{} {limit} {threshold} {silence}", word(&self.path));
        argument_with("record", &argument, &terminated_by(self.terminators.as_deref())?)
    }

    fn read(&self, complete: &Event) -> Result<Recorded, ApplicationError> {
        let number = |name| variable(complete, name)?.parse().ok();
        let length = Duration::from_millis(number("record_ms").unwrap_or(0));
        let silence = variable(complete, "silence_hits_exhausted").as_deref() == Some("true");
        let end = match (terminator(complete), self.limit) {
            (Some(digit), _) => RecordEnd::Terminator(digit),
            _ if silence && self.silence.is_some() => RecordEnd::Silence,
            (_, Some(limit)) if length >= limit => RecordEnd::Limit,
            _ => RecordEnd::Stopped,
        };
        Ok(Recorded { length, samples: number("record_samples").unwrap_or(0), end })
    }
}

/// What was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recorded {
    /// How long it is.
    pub length: Duration,
    /// How many samples it has.
    pub samples: u64,
    /// What ended it.
    pub end: RecordEnd,
}

/// What ended a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordEnd {
    /// This digit.
    Terminator(char),
    /// It was silent for as long as was asked for.
    Silence,
    /// The time it was given.
    Limit,
    /// Something else: a break, by whomever.
    Stopped,
}

/// `record_session`, and what goes with it: records both sides of the call in the background, for as long as it lasts. The
/// switch does not say whether it does: a file that cannot be written is no failure of the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordSession {
    path: String,
    order: Order,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Order {
    Start(Option<Duration>),
    Stop,
    Mask,
    Unmask,
    Pause,
    Resume,
}

impl RecordSession {
    /// Begins to record into this file.
    #[must_use]
    pub fn start(path: impl Into<String>) -> Self {
        Self { path: path.into(), order: Order::Start(None) }
    }

    /// So long at most, in whole seconds; only of one that is begun.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        if let Order::Start(known) = &mut self.order {
            *known = Some(limit);
        }
        self
    }

    /// Ends the recording into this file; of `all`, every one of the call.
    #[must_use]
    pub fn stop(path: impl Into<String>) -> Self {
        Self { path: path.into(), order: Order::Stop }
    }

    /// Has silence recorded in the place of what is said from now on.
    #[must_use]
    pub fn mask(path: impl Into<String>) -> Self {
        Self { path: path.into(), order: Order::Mask }
    }

    /// Has what is said recorded again.
    #[must_use]
    pub fn unmask(path: impl Into<String>) -> Self {
        Self { path: path.into(), order: Order::Unmask }
    }

    /// Has nothing written until [`resume`](Self::resume).
    #[must_use]
    pub fn pause(path: impl Into<String>) -> Self {
        Self { path: path.into(), order: Order::Pause }
    }

    /// Has it written again.
    #[must_use]
    pub fn resume(path: impl Into<String>) -> Self {
        Self { path: path.into(), order: Order::Resume }
    }
}

impl Application for RecordSession {
    type Output = ();

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        check_without("the file to record into", &self.path, &[], "holds a control character")?;
        // All but the first take the path as it stands.
        match self.order {
            Order::Start(None) => argument("record_session", &word(&self.path)),
            Order::Start(Some(limit)) => {
                argument("record_session", &format!("{} +{}", word(&self.path), seconds(limit)))
            }
            Order::Stop => argument("stop_record_session", &self.path),
            Order::Mask => argument("record_session_mask", &self.path),
            Order::Unmask => argument("record_session_unmask", &self.path),
            Order::Pause => argument("record_session_pause", &self.path),
            Order::Resume => argument("record_session_resume", &self.path),
        }
    }

    fn read(&self, _complete: &Event) -> Result<(), ApplicationError> {
        Ok(())
    }
}
