//! What both clients do with a socket.

use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};

/// After writing failed, how long we go on reading: the switch may have said why it left.
pub(crate) const LAST_WORDS: Duration = Duration::from_secs(1);

/// Small packets at once, and a sign of life asked for where there is silence: without it a switch that has lost its
/// power would never be missed.
pub(crate) fn tune(socket: &SockRef<'_>) {
    let keepalive =
        TcpKeepalive::new().with_time(Duration::from_secs(30)).with_interval(Duration::from_secs(10));
    // Without them the connection works as well, only later or slower.
    if let Err(error) = socket.set_tcp_nodelay(true).and_then(|()| socket.set_tcp_keepalive(&keepalive)) {
        tracing::debug!(%error, "socket options");
    }
}
