//! What is told to `tracing`: the names of its spans and events, which are a promise and stand in the guide. No command's
//! text is among it, and no password; what goes over the wire is in [`wire_trace`](crate::wire_trace).

use std::time::Duration;

use tracing::{Level, Span, debug, debug_span, error, info, info_span, trace, warn};
use trunkline_proto::{CloseReason, DisconnectNotice, Message, SubscriptionRefused};

use crate::bounded::Missed;
use crate::command_end::{Begun, Outcome};
use crate::core::now;
use crate::link::Role;
use crate::permission::Permission;
use crate::reconnect::Gap;
use crate::stream_options::Overflow;

const CONNECTION: &str = "trunkline::connection";
const COMMAND: &str = "trunkline::command";
const STREAM: &str = "trunkline::stream";

/// A connection, through all its sessions. It belongs to whoever holds the client, not to who made it.
pub(crate) fn connection(switch: &str, role: Role) -> Span {
    info_span!(target: CONNECTION, parent: None, "connection", switch, role = role.as_str())
}

/// Whether anybody is shown connections.
pub(crate) fn connections_are_shown() -> bool {
    tracing::span_enabled!(target: CONNECTION, Level::INFO)
}

/// One session of a connection, from 1: from connecting to the loss.
pub(crate) fn session(number: u64) -> Span {
    debug_span!(target: CONNECTION, "session", number)
}

/// One attempt to connect to one address.
pub(crate) fn connect(address: &str) -> Span {
    debug_span!(target: CONNECTION, "connect", address)
}

pub(crate) fn connected(span: &Span) {
    info!(target: CONNECTION, parent: span, "connected");
}

pub(crate) fn cannot_connect(error: &crate::Error) {
    debug!(target: CONNECTION, %error, "cannot connect");
}

pub(crate) fn lost(span: &Span, reason: &CloseReason) {
    warn!(target: CONNECTION, parent: span, %reason, "connection lost");
}

pub(crate) fn connecting(attempt: u32, wait: Duration, why: &str) {
    info!(target: CONNECTION, attempt, ?wait, why, "connecting");
}

pub(crate) fn connected_again(span: &Span, gap: &Gap) {
    info!(target: CONNECTION, parent: span, why = ?gap.why, reason = %gap.reason, "connected again");
}

pub(crate) fn stalled(span: &Span, stalled: bool) {
    if stalled {
        warn!(target: CONNECTION, parent: span, "the switch does not answer");
    } else {
        info!(target: CONNECTION, parent: span, "the switch answers again");
    }
}

pub(crate) fn hook_panicked(span: &Span) {
    error!(target: CONNECTION, parent: span, "after_connect panicked");
}

pub(crate) fn closed(span: &Span, reason: &CloseReason) {
    info!(target: CONNECTION, parent: span, %reason, "connection closed");
}

pub(crate) fn notice(span: &Span, notice: &DisconnectNotice) {
    debug!(target: CONNECTION, parent: span, text = %notice.text().trim(), "disconnect notice");
}

pub(crate) fn unexpected(span: &Span, message: &Message) {
    warn!(target: CONNECTION, parent: span, ?message, "a message nobody expects");
}

pub(crate) fn command_begins(span: &Span, begun: &Begun) {
    trace!(target: COMMAND, parent: span, kind = begun.kind.as_str(), "command given");
}

/// Whether anybody listens to how commands end.
pub(crate) fn listens_to_commands() -> bool {
    tracing::enabled!(target: COMMAND, Level::DEBUG)
}

pub(crate) fn command_ends(span: &Span, begun: &Begun, outcome: Outcome) {
    let took = now().saturating_duration_since(begun.at);
    debug!(target: COMMAND, parent: span, kind = begun.kind.as_str(), outcome = outcome.as_str(), ?took, "command ended");
}

/// The first time a consumer is given up, not each event it misses from then on.
pub(crate) fn too_slow(span: &Span, waiting: usize, then: Overflow) {
    warn!(target: STREAM, parent: span, waiting, ?then, "a consumer is too slow");
}

pub(crate) fn missed(span: &Span, missed: &Missed) {
    trace!(target: STREAM, parent: span, count = missed.count(), "dropped");
}

pub(crate) fn not_permitted(span: &Span, permission: &Permission) {
    warn!(target: CONNECTION, parent: span, %permission, "not permitted");
}

pub(crate) fn refused(span: &Span, refused: &SubscriptionRefused) {
    debug!(target: STREAM, parent: span, %refused, "refused");
}
