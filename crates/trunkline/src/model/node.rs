//! The switch itself, as it is.

use std::sync::Arc;

use trunkline_proto::view::Moment;

use super::fleet::Load;
use super::object::object;
use super::standing::Standing;

object! {
    /// The switch itself, as its HEARTBEATs tell of it: by default every 20 s (`send_heartbeat` in `switch_core.c`).
    Node(Node), NodeField {
        /// Its name (`FreeSWITCH-Switchname`).
        id: Arc<str>,
        /// The host's name.
        Hostname hostname: Option<Arc<str>>,
        /// Its version.
        Version version: Option<Arc<str>>,
        /// Whether it takes calls.
        Stage stage: NodeStage,
        /// When it was started.
        Started started: Option<Moment>,
        /// Channels that are up, as it says.
        Sessions sessions: u32,
        /// How many may be.
        MaxSessions max_sessions: Option<u32>,
        /// How many began in the last second.
        Rate rate: u32,
        /// What was left of the limit to new channels in the second it spoke; below 0 if more were asked for. It is the
        /// whole limit where none had begun in that second. The limit itself is not told: it is in `status`.
        RateLeft rate_left: Option<i32>,
        /// The most that ever began in a second.
        PeakRate peak_rate: Option<u32>,
        /// The most that were ever up at once.
        PeakSessions peak_sessions: Option<u32>,
        /// Channels there have been since it was started.
        SinceStartup since_startup: Option<u64>,
        /// How much of the processor is idle, in percent.
        IdleCpu idle_cpu: Option<f64>,
    }
    untold {
        /// Since when it is in its [`stage`](Self::stage), and what told.
        since: Standing,
        /// When it last spoke.
        last_heartbeat: Option<Moment>,
        /// The limit to new channels a second, where it is known: at least what was ever left of it. One that was lowered
        /// since is not noticed.
        max_rate: Option<u32>,
    }
    own {}
}

/// Whether a switch takes calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NodeStage {
    /// It takes calls, as far as is known. (A pause, `fsctl pause`, is in no event.)
    Ready,
    /// It is to end, and takes none any more (SHUTDOWN_REQUESTED).
    ShuttingDown,
    /// It ends (SHUTDOWN).
    Down,
}

impl Node {
    pub(in crate::model) fn new(id: Arc<str>, since: Standing) -> Self {
        Self {
            id,
            hostname: None,
            version: None,
            stage: NodeStage::Ready,
            started: None,
            sessions: 0,
            max_sessions: None,
            rate: 0,
            rate_left: None,
            peak_rate: None,
            peak_sessions: None,
            since_startup: None,
            idle_cpu: None,
            since,
            last_heartbeat: None,
            max_rate: None,
        }
    }

    /// How busy it is, for choosing among several. Its channels are those it told of with its last HEARTBEAT: the number
    /// in the model is newer.
    #[must_use]
    pub fn load(&self) -> Load {
        Load {
            sessions: self.sessions,
            max_sessions: self.max_sessions,
            rate: self.rate,
            max_rate: self.max_rate,
            idle_cpu: self.idle_cpu,
        }
    }
}
