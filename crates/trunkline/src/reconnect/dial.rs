//! Making a connection, for the client on tokio.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use socket2::SockRef;
use tokio::net::TcpStream;
use tracing::Instrument;

use crate::config::Config;
use crate::error::Error;
use crate::halves::{Reader, Writer};
use crate::socket::tune;
use crate::trace;

/// Makes another connection to the switch.
pub(crate) type Dial = Arc<dyn Fn() -> Dialling + Send + Sync>;
type Dialling = Pin<Box<dyn Future<Output = Result<(Reader, Writer), Error>> + Send>>;

/// Connects to the first of the addresses that can be connected to.
pub(crate) async fn dial(config: &Config) -> Result<TcpStream, Error> {
    let mut first = None;
    for (host, port) in config.addresses() {
        let address = crate::config::address(host, port);
        let attempt = dial_one(host, port, config.connect_timeout).instrument(trace::connect(&address));
        match attempt.await {
            Ok(stream) => return Ok(stream),
            Err(error) => {
                trace::cannot_connect(&error);
                first.get_or_insert(error);
            }
        }
    }
    Err(first.unwrap_or(Error::ConnectTimeout { address: config.address(), after: config.connect_timeout }))
}

async fn dial_one(host: &str, port: u16, after: Duration) -> Result<TcpStream, Error> {
    let address = crate::config::address(host, port);
    let stream = match tokio::time::timeout(after, TcpStream::connect((host, port))).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(source)) => return Err(Error::Connect { address, source }),
        Err(_) => return Err(Error::ConnectTimeout { address, after }),
    };
    tune(&SockRef::from(&stream));
    Ok(stream)
}
