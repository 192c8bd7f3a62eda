//! How a model is kept.

use std::time::Duration;

/// How a [`Switch`](super::Switch) is kept.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// Whether each channel keeps the last event that carried its variables. Without, a channel takes
    /// about 3 KB; with, that and the size of the event.
    pub variables: bool,
    /// How long the switch's tables may take to show what has happened: a list is asked for no earlier than this after
    /// events began to come.
    pub show_lag: Duration,
    /// Whether a snapshot asks of each channel what it is recorded to (`uuid_buglist`). That doubles the questions.
    pub recordings: bool,
}

impl Options {
    /// With variables and recordings.
    #[must_use]
    pub fn new() -> Self {
        Self { variables: true, show_lag: Duration::from_secs(1), recordings: true }
    }

    /// See [`variables`](Self::variables).
    #[must_use]
    pub fn with_variables(self, variables: bool) -> Self {
        Self { variables, ..self }
    }

    /// See [`show_lag`](Self::show_lag).
    #[must_use]
    pub fn with_show_lag(self, show_lag: Duration) -> Self {
        Self { show_lag, ..self }
    }

    /// See [`recordings`](Self::recordings).
    #[must_use]
    pub fn with_recordings(self, recordings: bool) -> Self {
        Self { recordings, ..self }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}
