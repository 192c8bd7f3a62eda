//! Waiting for connections.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// How often it is looked whether the server is to stop.
const LOOK: Duration = Duration::from_millis(100);

/// The next connection, on whichever listener; `None` if none has come for a while.
pub(super) fn accept(listeners: &[TcpListener]) -> io::Result<Option<(TcpStream, SocketAddr)>> {
    if let Some(accepted) = accept_now(listeners) {
        return accepted.map(Some);
    }
    let mut sockets: Vec<_> = listeners.iter().map(|listener| PollFd::new(listener, PollFlags::IN)).collect();
    match poll(&mut sockets, Timespec::try_from(LOOK).ok().as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => accept_now(listeners).transpose(),
        Err(error) => Err(error.into()),
    }
}

/// The same, if there is one.
pub(super) fn accept_now(listeners: &[TcpListener]) -> Option<io::Result<(TcpStream, SocketAddr)>> {
    let mut accepted = listeners.iter().map(TcpListener::accept);
    accepted.find(|accepted| !matches!(accepted, Err(error) if error.kind() == io::ErrorKind::WouldBlock))
}
