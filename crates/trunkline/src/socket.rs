//! What both clients do with a socket.

use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
#[cfg(unix)]
use trunkline_proto::CloseReason;

/// After writing failed, how long we go on reading: the switch may have said why it left.
pub(crate) const LAST_WORDS: Duration = Duration::from_secs(1);

/// The socket that is standard input, under a descriptor of its own.
#[cfg(unix)]
pub(crate) fn stdin() -> Result<std::os::fd::OwnedFd, CloseReason> {
    use std::os::fd::AsFd;
    let stdin = std::io::stdin();
    let socket = SockRef::from(&stdin).r#type().and_then(|_| stdin.as_fd().try_clone_to_owned());
    socket.map_err(|error| CloseReason::Io(format!("standard input is no socket: {error}")))
}

/// Small packets at once, and a sign of life asked for where there is silence: without it a switch that has lost its
/// power would never be missed.
pub(crate) fn tune(socket: &SockRef<'_>) {
    let keepalive =
        TcpKeepalive::new().with_time(Duration::from_secs(30)).with_interval(Duration::from_secs(10));
    // What was sent and not even acknowledged for so long is lost: the other end is gone. A process that is merely
    // stalled has a kernel that acknowledges.
    #[cfg(target_os = "linux")]
    if let Err(error) = socket.set_tcp_user_timeout(Some(Duration::from_secs(60))) {
        tracing::debug!(%error, "TCP_USER_TIMEOUT");
    }
    // Without them the connection works as well, only later or slower.
    if let Err(error) = socket.set_tcp_nodelay(true).and_then(|()| socket.set_tcp_keepalive(&keepalive)) {
        tracing::debug!(%error, "socket options");
    }
}
