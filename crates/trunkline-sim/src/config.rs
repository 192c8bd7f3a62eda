//! What a switch is like.

mod conference;
mod files;
mod programs;
mod rooms;
mod sip;

use std::time::Duration;

use trunkline_proto::EventName;

use crate::dialplan::Dialplan;
use crate::directory::Directory;
use crate::fault::Faults;
pub use crate::listener::{AccessList, AccessRule};
pub use conference::{ConferenceConfig, ConferenceProfile, Talker};
pub use files::ConfigurationError;
pub(crate) use files::Sources;
pub use programs::Programs;
pub use sip::{SipConfig, SipOutcome, SipPeer};

/// How a [`Switch`](crate::Switch) presents itself and behaves.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SwitchConfig {
    /// What `auth` takes (`password` in `event_socket.conf.xml`); `ClueCon`.
    pub password: String,
    /// Which of FreeSWITCH's releases it is; 1.11.
    pub release: Release,
    /// Who may connect (`apply-inbound-acl`): all of these lists have to let a peer in. `loopback.auto` alone, as where
    /// FreeSWITCH is not told any.
    pub access: Vec<AccessList>,
    /// What numbers have calls do.
    pub dialplan: Dialplan,
    /// Whom the switch knows: what `user/…` and the api commands about users look at. Who may come in by `userauth` is
    /// in [`users`](Self::users).
    pub directory: Directory,
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
    /// `max-sessions`, as `status` shows it; beyond it, no call is made or taken.
    pub max_sessions: u64,
    /// `sessions-per-second`, as `status` shows it. It limits nothing until `fsctl sps` has set it.
    pub sessions_per_second: u64,
    /// Events, and log lines, that may wait for a client that does not read; beyond, they are lost to it
    /// (`MAX_QUEUE_LEN` in `mod_event_socket.c`); 100,000.
    pub queue_limit: usize,
    /// How long `show` takes to learn of a channel, and that it is gone: it asks a database that others write; 200 ms.
    pub show_delay: Duration,
    /// Files that are not there, and folders that cannot be written to, by what their paths begin with; `/nowhere/`.
    /// Any other file is a second long.
    pub missing_files: Vec<String>,
    /// Global variables besides those of every switch, or in their place (`vars.xml`).
    pub globals: Vec<(String, String)>,
    /// What calls by SIP reach.
    pub sip: SipConfig,
    /// What conferences are like, and who talks in them.
    pub conferences: ConferenceConfig,
    /// Of those lost one after the other, how many a client may lose before its connection is cut (`MAX_MISSED` in
    /// `mod_event_socket.c`); 500.
    pub most_missed: u64,
    /// What programs of the host print that `system` and the like are told to run, besides a few that print the same
    /// wherever they run. None is ever run.
    pub system: Programs,
    /// What scripts write that `lua` is told to run: each by its name and arguments. None is ever run.
    pub lua: Programs,
    /// How long after `connect` a channel under an async `socket` parks. Until then, an `exit` leaves it parked for
    /// ever; 1 ms.
    pub park_delay: Duration,
    /// How unkind it is; not at all.
    pub faults: Faults,
    /// How long a channel's thread takes to see what others want of it: a message, or that its connection has let it
    /// go. It looks with every frame of sound; 20 ms.
    pub frame: Duration,
    /// Where it was read from, and is to be again.
    pub(crate) sources: Sources,
}

impl SwitchConfig {
    /// Whether there is no such file, or nothing that plays such.
    pub(crate) fn is_missing(&self, path: &[u8]) -> bool {
        const PLAYERS: [&str; 7] =
            ["tone_stream", "silence_stream", "local_stream", "file_string", "say", "phrase", "http_cache"];
        let scheme = path.windows(3).position(|part| part == b"://").and_then(|end| path.get(..end));
        scheme.is_some_and(|scheme| !PLAYERS.iter().any(|known| known.as_bytes() == scheme))
            || self.missing_files.iter().any(|missing| path.starts_with(missing.as_bytes()))
    }
}

/// A release of FreeSWITCH, as far as a client can tell one from another.
///
/// The recordings and the scenarios are of 1.11. What 1.10 does otherwise is what its source (the tag `v1.10.11`) has
/// otherwise in `mod_event_socket.c`, `switch_event.c` and `mod_commands.c`; no such switch has judged it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Release {
    /// 1.10.11: takes any Content-Length of a command, and knows no CERT_RELOAD and no `reloadcert`.
    V1_10,
    /// 1.11, as of August 2026.
    #[default]
    V1_11,
}

impl Release {
    /// The answer to `version short`.
    #[must_use]
    pub fn number(self) -> &'static str {
        match self {
            Self::V1_10 => "1.10.11-release",
            Self::V1_11 => "1.11.3-dev",
        }
    }

    /// What it was built from, for programs: `+git~…`.
    pub(crate) fn revision(self) -> &'static str {
        match self {
            Self::V1_10 => "+git~20231222T180831Z~f24064f7c9~64bit",
            Self::V1_11 => "+git~20260821T141014Z~cc93a683ca~64bit",
        }
    }

    /// What it was built from, for people: `git …`.
    pub(crate) fn revision_for_people(self) -> &'static str {
        match self {
            Self::V1_10 => "git f24064f 2023-12-22 18:08:31Z 64bit",
            Self::V1_11 => "git cc93a68 2026-08-21 14:10:14Z 64bit",
        }
    }

    /// `FreeSWITCH-Version` in HEARTBEAT.
    pub(crate) fn full(self) -> String {
        format!("{}{}", self.number(), self.revision())
    }

    /// Whether a Content-Length of a command out of 0 to 16 MiB ends the connection.
    pub(crate) fn checks_lengths(self) -> bool {
        self == Self::V1_11
    }

    /// Whether it has an api command of this name, if any release has.
    pub(crate) fn has_command(self, name: &[u8]) -> bool {
        self == Self::V1_11 || !name.eq_ignore_ascii_case(b"reloadcert")
    }

    /// Whether it has an event of this name.
    pub(crate) fn knows(self, name: &EventName) -> bool {
        self == Self::V1_11 || *name != EventName::CertReload
    }
}

impl Default for SwitchConfig {
    fn default() -> Self {
        Self {
            password: "ClueCon".into(),
            release: Release::default(),
            access: vec![AccessList::loopback()],
            dialplan: Dialplan::default(),
            directory: Directory::default(),
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
            show_delay: Duration::from_millis(200),
            missing_files: vec!["/nowhere/".into()],
            globals: Vec::new(),
            sip: SipConfig::default(),
            system: Programs::default(),
            lua: Programs::default(),
            conferences: ConferenceConfig::default(),
            most_missed: 500,
            park_delay: Duration::from_millis(1),
            faults: Faults::default(),
            frame: Duration::from_millis(20),
            sources: Sources::default(),
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
