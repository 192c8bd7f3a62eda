//! One connection to a switch, or from one.

use std::io;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::Instant;
use trunkline_proto::{Frame, FrameDecoder, Limits};

#[derive(Debug)]
pub(crate) struct Peer {
    read: OwnedReadHalf,
    /// `None` once we have closed our half.
    write: Option<OwnedWriteHalf>,
    buffer: BytesMut,
    decoder: FrameDecoder,
    /// What it said that was passed over, to be shown when something is missing.
    pub(crate) passed: Vec<Frame>,
}

/// What came.
#[derive(Debug)]
pub(crate) enum Seen {
    Frame(Frame),
    Eof,
    Nothing,
    /// What is no message.
    Broken(String),
}

impl Peer {
    pub(crate) fn new(stream: TcpStream) -> Self {
        let (read, write) = stream.into_split();
        Self {
            read,
            write: Some(write),
            buffer: BytesMut::new(),
            decoder: FrameDecoder::new(Limits::default()),
            passed: Vec::new(),
        }
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.write {
            Some(write) => write.write_all(bytes).await,
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Sends much, and takes in meanwhile what is answered, so that neither waits for the other.
    pub(crate) async fn send_and_take_in(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Self { read, write: Some(write), buffer, .. } = self else {
            return Err(io::ErrorKind::NotConnected.into());
        };
        let sending = write.write_all(bytes);
        tokio::pin!(sending);
        loop {
            tokio::select! {
                sent = &mut sending => return sent,
                Ok(1..) = read.read_buf(buffer) => {}
                // The other half has ended.
                else => return Ok(()),
            }
        }
    }

    pub(crate) async fn half_close(&mut self) -> io::Result<()> {
        match self.write.take() {
            Some(mut write) => write.shutdown().await,
            None => Ok(()),
        }
    }

    /// The next message, by then.
    pub(crate) async fn next(&mut self, deadline: Instant) -> Seen {
        loop {
            match self.decoder.decode(&mut self.buffer) {
                Ok(Some(frame)) => return Seen::Frame(frame),
                Ok(None) => {}
                Err(error) => return Seen::Broken(error.to_string()),
            }
            match tokio::time::timeout_at(deadline, self.read.read_buf(&mut self.buffer)).await {
                Err(_) if self.buffer.is_empty() => return Seen::Nothing,
                Err(_) => return Seen::Broken(format!("half a message: {}", self.buffer.escape_ascii())),
                Ok(Ok(0) | Err(_)) if self.buffer.is_empty() => return Seen::Eof,
                Ok(Ok(0) | Err(_)) => {
                    return Seen::Broken(format!(
                        "half a message and the end: {}",
                        self.buffer.escape_ascii()
                    ));
                }
                Ok(Ok(_)) => {}
            }
        }
    }

    /// So many bytes, or as many as came by then.
    pub(crate) async fn take(&mut self, count: usize, deadline: Instant) -> Vec<u8> {
        while self.buffer.len() < count {
            match tokio::time::timeout_at(deadline, self.read.read_buf(&mut self.buffer)).await {
                Err(_) | Ok(Ok(0) | Err(_)) => break,
                Ok(Ok(_)) => {}
            }
        }
        self.decoder = FrameDecoder::new(Limits::default());
        self.buffer.split_to(count.min(self.buffer.len())).to_vec()
    }

    /// Whether the switch has begun to speak.
    pub(crate) async fn greeted(&self, within: Duration) -> bool {
        tokio::time::timeout(within, self.read.readable()).await.is_ok()
    }
}
