//! What came of a background job.

use std::borrow::Cow;

use trunkline_proto::{Event, api_error};

/// What came of a job.
#[derive(Debug, Clone)]
pub struct JobResult {
    event: Event,
    crossed_gap: bool,
}

impl JobResult {
    /// Of a BACKGROUND_JOB event.
    pub(crate) fn new(event: Event) -> Self {
        Self { event, crossed_gap: false }
    }

    pub(crate) fn across(mut self, gap: bool) -> Self {
        self.crossed_gap = gap;
        self
    }

    /// A copy that holds on to no network buffer.
    #[cfg(feature = "blocking")]
    pub(crate) fn detach(self) -> Self {
        Self { event: self.event.detach(), ..self }
    }

    /// Whether the connection was lost and made again while the job ran.
    #[must_use]
    pub fn crossed_gap(&self) -> bool {
        self.crossed_gap
    }

    /// What the command printed; empty if nothing. Bytes that are not UTF-8 are replaced by U+FFFD.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        self.event.body().unwrap_or_default()
    }

    /// What the command printed, exactly.
    #[must_use]
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        self.event.body_bytes().unwrap_or_default()
    }

    /// What follows `-ERR` or `-USAGE:`, if the output begins so: by FreeSWITCH's custom, the command failed.
    #[must_use]
    pub fn error(&self) -> Option<String> {
        api_error(&self.bytes())
    }

    /// The BACKGROUND_JOB event.
    #[must_use]
    pub fn event(&self) -> &Event {
        &self.event
    }
}
