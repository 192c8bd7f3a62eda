//! What a server of calls tells `tracing`: the names are a promise, as in the client's own.

use std::net::SocketAddr;
use std::time::Duration;

use tracing::{Span, debug, error, info, info_span, warn};
use trunkline_proto::ChannelUuid;

use super::{AllowList, Fate, Outcome};
use crate::contained::Panicked;
use crate::ended::Ended;

const OUTBOUND: &str = "trunkline::outbound";

/// A call that a server handles.
pub(crate) fn call(peer: SocketAddr, uuid: &ChannelUuid) -> Span {
    info_span!(target: OUTBOUND, parent: None, "call", %uuid, %peer)
}

fn open_to_all(address: &SocketAddr) {
    warn!(
        target: OUTBOUND,
        %address,
        "anybody who can reach this address can pretend to be a switch: an outbound socket has no password; \
         listen on loopback, or allow only the switches' addresses (`Server::allow`)"
    );
}

/// A connection could not be accepted; `rest`, if accepting waits until it may go on.
pub(crate) fn not_accepted(error: &std::io::Error, rest: Option<Duration>) {
    warn!(target: OUTBOUND, %error, ?rest, "cannot accept a connection");
}

pub(crate) fn turned_away(peer: SocketAddr, why: &str) {
    warn!(target: OUTBOUND, %peer, why, "turned away");
}

pub(crate) fn no_call(peer: SocketAddr, error: &crate::Error) {
    warn!(target: OUTBOUND, %peer, %error, "no call");
}

#[cfg(feature = "client")]
/// The dialplan has the call handled in another way than the handler does.
pub(crate) fn wrong_mode(is_async: bool) {
    if is_async {
        error!(target: OUTBOUND, "the handler takes calls of `socket HOST:PORT full`: the dialplan's line is to be without `async`");
    } else {
        error!(target: OUTBOUND, "the handler takes calls of `socket HOST:PORT async full`: the dialplan's line lacks `async`");
    }
}

pub(crate) fn handler_begins() {
    debug!(target: OUTBOUND, "handler begins");
}

pub(crate) fn handler_ends(call: Option<Ended>, fate: Fate, ended: Option<Result<Outcome, Panicked>>) {
    let fate = fate.as_str();
    let call = call.map(tracing::field::display);
    match ended {
        Some(Ok(Outcome::Failed(error))) => {
            error!(target: OUTBOUND, fate, call, error = &*error as &(dyn std::error::Error + 'static), "handler failed");
        }
        Some(Ok(_)) => info!(target: OUTBOUND, fate, call, "handler ended"),
        Some(Err(panicked)) => {
            error!(target: OUTBOUND, fate, call, panic = panicked.message(), "handler panicked")
        }
        None => {
            warn!(target: OUTBOUND, fate, call, "handler did not return after its call had ended, and was dropped")
        }
    }
}

#[cfg(feature = "blocking")]
/// A thread is at it still, long after its call was cut off.
pub(crate) fn handler_left_behind() {
    let fate = Fate::Aborted.as_str();
    warn!(target: OUTBOUND, fate, "handler did not return after its call was cut off; its thread is left behind");
}

/// Warns of listeners that others than this machine can reach, with nobody asked who he is.
pub(crate) fn warn_if_open(addresses: &[SocketAddr], allowed: Option<&AllowList>) {
    if allowed.is_none() {
        addresses.iter().filter(|address| is_beyond_loopback(address)).for_each(open_to_all);
    }
}

fn is_beyond_loopback(address: &SocketAddr) -> bool {
    !address.ip().to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_can_reach() {
        for (address, beyond) in [
            ("0.0.0.0:8084", true),
            ("[::]:8084", true),
            ("10.0.0.1:8084", true),
            ("[2001:db8::1]:8084", true),
            ("127.0.0.1:8084", false),
            ("127.1.2.3:8084", false),
            ("[::1]:8084", false),
            ("[::ffff:127.0.0.1]:8084", false),
        ] {
            assert_eq!(is_beyond_loopback(&address.parse().unwrap()), beyond, "{address}");
        }
    }
}
