//! What a switch is like.

mod sip;

use std::time::Duration;

pub use sip::{SipConfig, SipOutcome, SipPeer};

/// How a [`Switch`](crate::Switch) presents itself and behaves.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SwitchConfig {
    /// What `auth` takes (`password` in `event_socket.conf.xml`); `ClueCon`.
    pub password: String,
    /// Who may come in by `userauth`.
    pub users: Vec<User>,
    /// `FreeSWITCH-Hostname`, and the answer to `api hostname`.
    pub hostname: String,
    /// `FreeSWITCH-Switchname`, and the answer to `api switchname`.
    pub switchname: String,
    /// `FreeSWITCH-IPv4`.
    pub ipv4: String,
    /// `FreeSWITCH-IPv6`.
    pub ipv6: String,
    /// How often a HEARTBEAT is fired (`event-heartbeat-interval`); 20 s.
    pub heartbeat: Duration,
    /// Where every uuid comes from.
    pub seed: u64,
    /// `max-sessions`, as `status` shows it; originating beyond it fails.
    pub max_sessions: u64,
    /// `sessions-per-second`, as `status` shows it. It limits nothing.
    pub sessions_per_second: u64,
    /// Events, and log lines, that may wait for a client that does not read; beyond, they are lost to it
    /// (`MAX_QUEUE_LEN` in `mod_event_socket.c`); 100,000.
    pub queue_limit: usize,
    /// What calls by SIP reach.
    pub sip: SipConfig,
}

impl Default for SwitchConfig {
    fn default() -> Self {
        Self {
            password: "ClueCon".into(),
            users: Vec::new(),
            hostname: "sim".into(),
            switchname: "sim".into(),
            ipv4: "127.0.0.1".into(),
            ipv6: "::1".into(),
            heartbeat: Duration::from_secs(20),
            seed: 1,
            max_sessions: 5000,
            sessions_per_second: 2000,
            queue_limit: 100_000,
            sip: SipConfig::default(),
        }
    }
}

/// Someone who may come in by `userauth`, with the `esl-*` parameters of the directory.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct User {
    /// The part before the `@`.
    pub id: String,
    /// The part after it.
    pub domain: String,
    /// `esl-password`; nobody comes in with an empty one.
    pub password: String,
    /// `esl-allowed-events`: names, and after `CUSTOM` subclasses, with spaces or commas between; `None` is all.
    pub allowed_events: Option<String>,
    /// `esl-allowed-api`, likewise.
    pub allowed_api: Option<String>,
    /// `esl-allowed-log`.
    pub allowed_log: bool,
}

impl User {
    /// A user without limits.
    #[must_use]
    pub fn new(id: &str, domain: &str, password: &str) -> Self {
        Self {
            id: id.into(),
            domain: domain.into(),
            password: password.into(),
            allowed_events: None,
            allowed_api: None,
            allowed_log: true,
        }
    }

    /// Limits the events; see [`allowed_events`](Self::allowed_events).
    #[must_use]
    pub fn events(mut self, allowed: &str) -> Self {
        self.allowed_events = Some(allowed.into());
        self
    }

    /// Limits the api commands; see [`allowed_api`](Self::allowed_api).
    #[must_use]
    pub fn api(mut self, allowed: &str) -> Self {
        self.allowed_api = Some(allowed.into());
        self
    }

    /// Whether the log may be read.
    #[must_use]
    pub fn log(mut self, allowed: bool) -> Self {
        self.allowed_log = allowed;
        self
    }
}
