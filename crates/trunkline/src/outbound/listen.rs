//! The sockets a server listens on.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

use crate::error::Error;

/// How to listen.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listen {
    /// Whether other processes, or other servers of this one, may listen on the same address, too (`SO_REUSEPORT`): the
    /// kernel spreads connections over them. Off.
    pub reuse_port: bool,
    /// How many connections may wait to be accepted; 4096, or what the kernel allows if that is less. With the queue full
    /// the switch waits.
    pub backlog: i32,
}

impl Default for Listen {
    fn default() -> Self {
        Self { reuse_port: false, backlog: 4096 }
    }
}

impl Listen {
    /// With `SO_REUSEPORT`.
    #[must_use]
    pub fn reuse_port(mut self) -> Self {
        self.reuse_port = true;
        self
    }

    /// Listens on every address this stands for. Of a name that stands for several, those are left out that this machine
    /// does not have.
    pub(crate) fn on(
        &self,
        addresses: io::Result<impl Iterator<Item = SocketAddr>>,
    ) -> Result<Vec<TcpListener>, Error> {
        let no_address = |source| Error::Listen { address: "the address given".to_owned(), source };
        let mut addresses: Vec<_> = addresses.map_err(no_address)?.collect();
        addresses.dedup();
        let mut listeners = Vec::new();
        let mut failed = None;
        for address in &addresses {
            match self.one(*address, &addresses) {
                Ok(listener) => listeners.push(listener),
                Err(source) => {
                    let is_missing = source.kind() == io::ErrorKind::AddrNotAvailable
                        || source.raw_os_error() == Some(NO_FAMILY);
                    let error = Error::Listen { address: address.to_string(), source };
                    if !is_missing {
                        return Err(error);
                    }
                    tracing::debug!(%error, "an address this machine does not have");
                    failed = Some(error);
                }
            }
        }
        match failed {
            Some(error) if listeners.is_empty() => Err(error),
            None if listeners.is_empty() => Err(no_address(io::ErrorKind::NotFound.into())),
            _ => Ok(listeners),
        }
    }

    fn one(&self, address: SocketAddr, all: &[SocketAddr]) -> io::Result<TcpListener> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        if let IpAddr::V6(v6) = address.ip() {
            // `[::]` is for both, unless the other one is asked for by itself.
            let both = v6.is_unspecified()
                && !all.iter().any(|other| other.is_ipv4() && other.port() == address.port());
            socket.set_only_v6(!both)?;
        }
        #[cfg(unix)]
        {
            // A server that was just stopped has connections that linger in the kernel.
            socket.set_reuse_address(true)?;
            socket.set_reuse_port(self.reuse_port)?;
        }
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        socket.listen(self.backlog)?;
        Ok(socket.into())
    }
}

/// EAFNOSUPPORT
#[cfg(target_os = "linux")]
const NO_FAMILY: i32 = 97;
#[cfg(not(target_os = "linux"))]
const NO_FAMILY: i32 = 47;

/// Whether an error is about the connection that was to be accepted, and the next one may be fine.
pub(crate) fn is_the_connections_own(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted, TimedOut};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted | TimedOut)
}
