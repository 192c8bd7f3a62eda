//! How a connection behaves.

use std::time::Duration;

use super::{Credentials, Liveness};
use crate::event::EventFormat;
use crate::frame::Limits;

/// How a connection behaves.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ConnectionConfig {
    /// Who we are.
    pub credentials: Credentials,
    /// The form events are asked for in.
    pub format: EventFormat,
    /// How much one message may take.
    pub limits: Limits,
    /// How long the switch may take to greet us; 5 s. One whose accept queue overflowed leaves a connected
    /// socket silent for ever.
    pub greeting_timeout: Duration,
    /// How long it may take to let us in; 5 s.
    pub auth_timeout: Duration,
    /// How long a command may take from when it reaches the head of the line; 30 s.
    pub command_timeout: Duration,
    /// How many commands may follow each other while events are subscribed; 16. The switch sends no events while there
    /// is a command to read, so after so many the next ones wait until all are answered.
    pub window: usize,
    /// Whether and how the switch is watched for signs of life; `None`, it is not.
    pub liveness: Option<Liveness>,
    /// Whether the connection outlives its sessions: losing one is then [`Output::Broken`](super::Output::Broken) and not
    /// the end, and [`Connection::restart`](super::Connection::restart) begins the next. Off.
    pub lasting: bool,
    /// Whether commands that were not yet sent when a session is lost, or are given while there is none, wait for the
    /// next one, as long as their timeout allows; otherwise they fail at once. On.
    pub wait_in_break: bool,
}

impl ConnectionConfig {
    /// The defaults, for these credentials.
    #[must_use]
    pub fn new(credentials: Credentials) -> Self {
        Self {
            credentials,
            format: EventFormat::Plain,
            limits: Limits::default(),
            greeting_timeout: Duration::from_secs(5),
            auth_timeout: Duration::from_secs(5),
            command_timeout: Duration::from_secs(30),
            window: 16,
            liveness: None,
            lasting: false,
            wait_in_break: true,
        }
    }
}
