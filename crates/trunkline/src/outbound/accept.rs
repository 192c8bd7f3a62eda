//! One connection of the switch, and its call.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
#[cfg(unix)]
use trunkline_proto::CloseReason;
use trunkline_proto::{ChannelData, ChannelUuid, HangupCause, SocketMode};

use crate::call::{Call, Ended, SyncCall};
use crate::client::Client;
use crate::config::Config;
use crate::error::Error;
use crate::halves::{Reader, Writer, halves};
use crate::link::CallTerms;

/// A call that the switch has connected to us for, by how its dialplan wants it handled.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Session {
    /// With `async`.
    Async(Call),
    /// Without.
    Sync(SyncCall),
}

impl Session {
    /// The call's id.
    #[must_use]
    pub fn uuid(&self) -> ChannelUuid {
        match self {
            Self::Async(call) => call.uuid(),
            Self::Sync(call) => call.uuid(),
        }
    }

    /// The call as it was when the switch connected to us: its caller, and every variable.
    #[must_use]
    pub fn data(&self) -> Option<&ChannelData> {
        match self {
            Self::Async(call) => call.data(),
            Self::Sync(call) => call.data(),
        }
    }

    /// The connection it is controlled by.
    #[must_use]
    pub fn client(&self) -> &Client {
        match self {
            Self::Async(call) => call.client(),
            Self::Sync(call) => call.client(),
        }
    }

    /// Waits for the call's end.
    pub(super) async fn ended(&self) -> Ended {
        match self {
            Self::Async(call) => call.ended().await,
            Self::Sync(call) => call.ended().await,
        }
    }

    /// The call's end, if it has ended.
    #[must_use]
    pub fn ended_already(&self) -> Option<Ended> {
        match self {
            Self::Async(call) => call.ended_already(),
            Self::Sync(call) => call.ended_already(),
        }
    }

    /// Has said what every call begins with, unless it went with something else.
    pub(super) fn speak(&self) {
        self.client().shared().flush();
    }

    pub(super) async fn hangup(&self, cause: HangupCause) -> Result<Ended, Error> {
        match self {
            Self::Async(call) => call.hangup(cause).await,
            Self::Sync(call) => call.hangup(cause).await,
        }
    }
}

/// Takes a connection that the switch has made.
#[derive(Debug, Clone)]
pub struct Accept {
    terms: Arc<CallTerms>,
}

impl Default for Accept {
    fn default() -> Self {
        Self::new(Config::new("", ""))
    }
}

impl Accept {
    /// With this configuration: the form of events, limits, how long an answer may take. Where to connect, the credentials,
    /// how to reconnect and the lanes are not used; `greeting_timeout` is for the answer to `connect`.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self { terms: Arc::new(CallTerms::new(config)) }
    }

    /// Asks over a TCP connection for its call.
    ///
    /// # Errors
    ///
    /// Whoever connected is no switch, or said nothing in time; the call was gone before it could be asked for.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the connection, and the call goes on in its dialplan.
    pub async fn tcp(&self, stream: TcpStream) -> Result<Session, Error> {
        let peer = stream.peer_addr().ok();
        crate::socket::tune(&socket2::SockRef::from(&stream));
        let (reader, writer) = halves(stream);
        self.halves(reader, writer, peer).await.inspect(Session::speak)
    }

    /// The same, of a listener that was [tuned](crate::socket::tune). It is to be had [speak](Session::speak).
    pub(super) async fn accepted(&self, stream: TcpStream, peer: SocketAddr) -> Result<Session, Error> {
        // Linux has it from the listener.
        #[cfg(not(target_os = "linux"))]
        crate::socket::tune(&socket2::SockRef::from(&stream));
        let (reader, writer) = halves(stream);
        self.halves(reader, writer, Some(peer)).await
    }

    /// Asks over a connected stream socket, TCP or not, such as one that was inherited or passed. It is made non-blocking,
    /// as are all its copies.
    ///
    /// # Errors
    ///
    /// As [`tcp`](Self::tcp); no socket.
    ///
    /// # Cancel safety
    ///
    /// As [`tcp`](Self::tcp).
    #[cfg(unix)]
    pub async fn descriptor(&self, socket: std::os::fd::OwnedFd) -> Result<Session, Error> {
        let stream = std::net::TcpStream::from(socket);
        let ours = stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream));
        self.tcp(ours.map_err(|error| CloseReason::Io(error.to_string()))?).await
    }

    /// The same of the socket that is this process's standard input, as `inetd` and the like hand it over. What the
    /// process writes to its standard output goes to the switch, too, if that is the same socket: nothing should.
    ///
    /// # Errors
    ///
    /// As [`descriptor`](Self::descriptor).
    ///
    /// # Cancel safety
    ///
    /// As [`tcp`](Self::tcp).
    #[cfg(unix)]
    pub async fn stdin(&self) -> Result<Session, Error> {
        self.descriptor(crate::socket::stdin()?).await
    }

    /// Asks over any other stream.
    ///
    /// # Errors
    ///
    /// As [`tcp`](Self::tcp).
    ///
    /// # Cancel safety
    ///
    /// As [`tcp`](Self::tcp).
    pub async fn stream<S>(&self, stream: S) -> Result<Session, Error>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (reader, writer) = tokio::io::split(stream);
        self.halves(Reader::other(reader), Writer::other(writer), None).await.inspect(Session::speak)
    }

    async fn halves(
        &self,
        reader: Reader,
        writer: Writer,
        peer: Option<SocketAddr>,
    ) -> Result<Session, Error> {
        let (client, data) = Client::meet(reader, writer, &self.terms, peer).await?;
        Ok(match data.mode() {
            SocketMode::Static => Session::Sync(Call::of_connection(client, data)),
            _ => Session::Async(Call::of_connection(client, data)),
        })
    }
}
