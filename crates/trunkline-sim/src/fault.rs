//! What a switch can do to its clients besides answering them: everything a real one, its host and the network between
//! have been seen to do. Off unless asked for; seeded, so that the same run fails in the same way again.
//!
//! Rules that stay are [`Faults`], in [`SwitchConfig::faults`](crate::SwitchConfig::faults) or by
//! [`Switch::change_faults`](crate::Switch::change_faults). What happens once is a [`Fault`], by
//! [`Switch::fail`](crate::Switch::fail). Both may be ordered by a client:
//!
//! | api command | what it does |
//! |---|---|
//! | `sim fault` | tells the rules |
//! | `sim fault clear` | takes them all back |
//! | `sim fault chunks <bytes> [<ms>]` | [`Faults::chunk`], [`Faults::chunk_delay`] |
//! | `sim fault greeting prompt`, `withheld` or `<ms>` | [`Faults::greeting`] |
//! | `sim fault accept full` or `open` | [`Faults::accept_full`] |
//! | `sim fault replies delay <ms> [<percent>]` | [`Faults::reply_delay`], [`Faults::delayed_replies`] |
//! | `sim fault replies cut <bytes>` | [`Faults::reply_room`] |
//! | `sim fault replies lose <text>` | [`Faults::lose_reply`] |
//! | `sim fault events drop`, `duplicate` or `reorder <percent>` | [`Faults::dropped_events`] and the like |
//! | `sim fault calls kill <percent>` | [`Faults::killed_calls`] |
//! | `sim fault stall <ms>` | [`Fault::Stall`] |
//! | `sim fault half-open` | [`Fault::HalfOpen`] |
//! | `sim fault disconnect` | [`Fault::Disconnect`] |
//! | `sim fault flood <count>` | [`Fault::Flood`] |
//! | `sim fault restart [<ms>]` | [`Fault::Restart`] |
//!
//! What happens once spares the connection that orders it, but for a restart.

mod orders;
mod pipe;

use std::time::Duration;

pub(crate) use orders::{Order, order, usage};
pub(crate) use pipe::{Fate, Pipe, delay, happens};

/// Rules of unkindness; none by default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Faults {
    /// What is sent is cut into pieces of random length, at most this many bytes; 0 sends it whole.
    pub chunk: usize,
    /// The time between two pieces.
    pub chunk_delay: Duration,
    /// When new connections are greeted.
    pub greeting: Greeting,
    /// New connections wait, as in a full accept queue: the system has made them, and the switch knows nothing of them.
    /// They are greeted when this is taken back.
    pub accept_full: bool,
    /// How late replies are.
    pub reply_delay: Duration,
    /// How many of a hundred replies are late.
    pub delayed_replies: u8,
    /// Bytes a reply is cut to, framing or not; 0 leaves it whole.
    pub reply_room: usize,
    /// The next command that holds this text is carried out, and instead of its reply the connection is cut; once.
    pub lose_reply: Option<String>,
    /// How many of a hundred events never arrive, on each connection for itself.
    pub dropped_events: u8,
    /// How many of a hundred events arrive twice.
    pub duplicated_events: u8,
    /// How many of a hundred events arrive after later ones, up to 50 ms late.
    pub reordered_events: u8,
    /// How many of a hundred calls are hung up every second.
    pub killed_calls: u8,
    /// How long nobody is sent anything after a client was cut off for what it lost: its last words go to a socket that
    /// takes nothing while the list of all connections is locked (`kill_listener` in `mod_event_socket.c`); a real
    /// switch stands still for ten minutes.
    pub stall_on_kill: Duration,
}

/// When a new connection is greeted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Greeting {
    /// At once.
    #[default]
    Prompt,
    /// After a time.
    Late(Duration),
    /// Never; nor is anything else ever said.
    Withheld,
}

/// Something that happens once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Nobody is sent anything for so long; then all of it comes.
    Stall(Duration),
    /// The connections there are stay open, and nothing passes any more, in either direction.
    HalfOpen,
    /// The connections there are are cut without a word.
    Disconnect,
    /// So many events at once: CUSTOM, of the subclass `sim::flood`, numbered from 1 in `Sim-Flood`.
    Flood(u32),
    /// The switch dies, with its calls and connections, and starts anew after a time, with another Core-UUID. Until
    /// then connections are refused.
    Restart(Duration),
}

impl Faults {
    /// Whether nothing that is sent is touched.
    pub(crate) fn spare_bytes(&self) -> bool {
        self.chunk == 0
            && self.greeting == Greeting::Prompt
            && self.delayed_replies == 0
            && self.reply_room == 0
            && self.lose_reply.is_none()
            && self.dropped_events == 0
            && self.duplicated_events == 0
            && self.reordered_events == 0
    }
}
