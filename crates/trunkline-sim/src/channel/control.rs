//! What connections to the event socket have to do with a channel.

use std::collections::VecDeque;

use crate::event::Fired;
use crate::switch::ConnectionId;

#[derive(Debug, Default)]
pub(crate) struct Control {
    /// Connections bound to it, each of which holds the session's read lock: it is not destroyed before they end.
    pub(crate) bound: Vec<ConnectionId>,
    /// `divert_events on`: what is queued to the session goes to the connection bound to it (CF_DIVERT_EVENTS).
    pub(crate) diverts: bool,
    /// What is queued to the session until something takes it up.
    pub(crate) events: VecDeque<Fired>,
}

/// Events, and messages, that may be queued to a session (`SWITCH_EVENT_QUEUE_LEN` in `src/switch_core_session.c`).
pub(crate) const QUEUE_LENGTH: usize = 256;
