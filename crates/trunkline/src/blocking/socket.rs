//! The socket: never waited for but in `poll(2)`, so that reading, writing and deadlines are waited for at once.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::SockRef;
use trunkline_proto::CloseReason;

use crate::config::Config;
use crate::error::Error;
use crate::socket::tune;

/// A stream socket that does not block, and knows whose it is.
#[derive(Debug)]
pub(super) struct Socket {
    stream: TcpStream,
    /// The process that opened it.
    owner: u32,
}

impl Socket {
    /// Takes one that is connected. It becomes one that does not block, which holds for every copy of the descriptor.
    pub(super) fn connected(stream: TcpStream) -> Result<Self, CloseReason> {
        stream.set_nonblocking(true).map_err(|error| CloseReason::Io(error.to_string()))?;
        // Fails on a socket that is no TCP one, and is not needed there.
        let _ = stream.set_nodelay(true);
        Ok(Self { stream, owner: std::process::id() })
    }

    /// Waits until there is something to read or, if so wanted, room to write, or the time is up. Whether there is
    /// something to read: bytes, the end, or an error.
    pub(super) fn wait(&self, write: bool, timeout: Option<Duration>) -> io::Result<bool> {
        let room = if write { PollFlags::OUT } else { PollFlags::empty() };
        let mut sockets = [PollFd::new(&self.stream, PollFlags::IN | room)];
        // Longer than the system can say is for ever.
        let timeout = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
        poll(&mut sockets, timeout.as_ref())?;
        Ok(sockets.iter().any(|socket| socket.revents().intersects(PollFlags::OUT.complement())))
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.stream.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                written => return written,
            }
        }
    }

    pub(super) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// Whether this process opened it. In one that was forked off it is a copy, and what is read there or written is
    /// the parent's.
    pub(super) fn is_ours(&self) -> bool {
        std::process::id() == self.owner
    }

    /// Ends the connection, even where a child holds a copy of the descriptor and would leave the switch to write to
    /// nobody. In a child nothing happens.
    pub(super) fn shutdown(&self) {
        if self.is_ours() {
            let _ = self.stream.shutdown(Shutdown::Both);
        }
    }
}

impl Read for Socket {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.stream.read(bytes)
    }
}

impl Drop for Socket {
    /// In a child only the copy is closed.
    fn drop(&mut self) {
        self.shutdown();
    }
}

/// Connects to the switch, or to the first of its stand-ins that can be connected to.
pub(super) fn dial(config: &Config) -> Result<TcpStream, Error> {
    let mut first = None;
    for (host, port) in config.addresses() {
        match dial_one(host, port, config.connect_timeout) {
            Ok(stream) => return Ok(stream),
            Err(error) => {
                tracing::debug!(%error, "dialling");
                first.get_or_insert(error);
            }
        }
    }
    Err(first.unwrap_or(Error::ConnectTimeout { address: config.address(), after: config.connect_timeout }))
}

/// Tries every address the name has.
fn dial_one(host: &str, port: u16, after: Duration) -> Result<TcpStream, Error> {
    let address = crate::config::address(host, port);
    let started = Instant::now();
    let connected = (host, port)
        .to_socket_addrs()
        .and_then(|places| first_of(&places.collect::<Vec<_>>(), after, started));
    match connected {
        Ok(stream) => {
            tune(&SockRef::from(&stream));
            Ok(stream)
        }
        Err(error) if error.kind() == io::ErrorKind::TimedOut => {
            Err(Error::ConnectTimeout { address, after })
        }
        Err(source) => Err(Error::Connect { address, source }),
    }
}

/// Waits, at most this long: a signal ends it.
pub(super) fn pause(time: Duration) -> Result<(), Error> {
    // Without a descriptor there is nothing to wait for on Windows, where no signal comes either.
    #[cfg(windows)]
    std::thread::sleep(time);
    #[cfg(not(windows))]
    if !time.is_zero() {
        // Longer than the system can say is for ever.
        let timeout = Timespec::try_from(time).ok();
        match poll(&mut [], timeout.as_ref()) {
            Err(rustix::io::Errno::INTR) => return Err(Error::Interrupted),
            Err(error) => return Err(CloseReason::Io(error.to_string()).into()),
            Ok(_) => {}
        }
    }
    Ok(())
}

/// The first that answers. One that does not leaves the others their share of the time.
fn first_of(places: &[SocketAddr], timeout: Duration, started: Instant) -> io::Result<TcpStream> {
    let mut failure = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for (place, others) in places.iter().zip((1..=places.len()).rev()) {
        let left = timeout.saturating_sub(started.elapsed());
        let share = left / u32::try_from(others).unwrap_or(u32::MAX);
        if share.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        match TcpStream::connect_timeout(place, share) {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use socket2::{Domain, Socket as Plain, Type};

    use super::*;

    fn loopback() -> SocketAddr {
        "127.0.0.1:0".parse().unwrap()
    }

    /// A port whose accept queue is full, and which therefore answers nothing (on Linux).
    fn silent() -> (Plain, Vec<Plain>, SocketAddr) {
        let listener = Plain::new(Domain::IPV4, Type::STREAM, None).unwrap();
        listener.bind(&loopback().into()).unwrap();
        listener.listen(0).unwrap();
        let address = listener.local_addr().unwrap();
        let callers = (0..8)
            .map(|_| {
                let caller = Plain::new(Domain::IPV4, Type::STREAM, None).unwrap();
                caller.set_nonblocking(true).unwrap();
                let _ = caller.connect(&address);
                caller
            })
            .collect();
        (listener, callers, address.as_socket().unwrap())
    }

    #[test]
    fn the_next_address_is_tried() {
        let closed = TcpListener::bind(loopback()).unwrap().local_addr().unwrap();
        let open = TcpListener::bind(loopback()).unwrap();
        let address = open.local_addr().unwrap();
        let stream = first_of(&[closed, address], Duration::from_secs(5), Instant::now()).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), address);
        let error = first_of(&[closed, closed], Duration::from_secs(5), Instant::now()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        assert_eq!(first_of(&[], Duration::MAX, Instant::now()).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn one_that_is_silent_leaves_time_for_the_next() {
        let (_listener, _callers, silent) = silent();
        let open = TcpListener::bind(loopback()).unwrap();
        let address = open.local_addr().unwrap();
        let stream = first_of(&[silent, address], Duration::from_millis(400), Instant::now()).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), address);
        let error = first_of(&[silent, silent], Duration::from_millis(50), Instant::now()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        let error = first_of(&[address], Duration::ZERO, Instant::now()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
