//! One connection of the switch, and its call.

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use trunkline_proto::SocketMode;

use crate::call::{Call, SyncCall};
use crate::client::Client;
use crate::config::Config;
use crate::error::Error;
use crate::reconnect::{Reader, Writer, halves};

/// A call that the switch has connected to us for, by how its dialplan wants it handled.
#[derive(Debug)]
#[non_exhaustive]
pub enum Session {
    /// With `async`.
    Async(Call),
    /// Without.
    Sync(SyncCall),
}

/// Takes a connection that the switch has made.
#[derive(Debug, Clone)]
pub struct Accept {
    config: Config,
}

impl Default for Accept {
    fn default() -> Self {
        Self { config: Config::new("", "") }
    }
}

impl Accept {
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
        self.halves(reader, writer, peer).await
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
        self.halves(Box::new(reader), Box::new(writer), None).await
    }

    async fn halves(
        &self,
        reader: Reader,
        writer: Writer,
        peer: Option<std::net::SocketAddr>,
    ) -> Result<Session, Error> {
        let (client, data) = Client::meet(reader, writer, &self.config, peer).await?;
        Ok(match data.mode() {
            SocketMode::Static => Session::Sync(Call::of_connection(client, data)),
            _ => Session::Async(Call::of_connection(client, data)),
        })
    }
}
