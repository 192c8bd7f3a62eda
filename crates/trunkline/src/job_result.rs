//! What came of a background job.

use std::borrow::Cow;

use trunkline_proto::{Event, api_error};

/// What came of a job.
#[derive(Debug, Clone)]
pub struct JobResult {
    event: Event,
}

impl JobResult {
    /// Of a BACKGROUND_JOB event.
    pub(crate) fn new(event: Event) -> Self {
        Self { event }
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
