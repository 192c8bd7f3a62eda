//! The halves of what a connection goes over. That of TCP is known by its type, since there are many: nothing is looked up to
//! read it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// MSG_NOSIGNAL: no SIGPIPE where the other end has gone, in programs that do not ignore it.
#[cfg(target_os = "linux")]
const NO_SIGNAL: i32 = 0x4000;

/// What is read.
pub(crate) enum Reader {
    Tcp(OwnedReadHalf),
    Other(Box<dyn AsyncRead + Send + Unpin>),
}

/// What is written to.
pub(crate) enum Writer {
    Tcp(OwnedWriteHalf),
    Other(Box<dyn AsyncWrite + Send + Unpin>),
    /// There is no connection: takes everything.
    None,
}

/// The two halves of a TCP connection.
pub(crate) fn halves(stream: TcpStream) -> (Reader, Writer) {
    let (reader, writer) = stream.into_split();
    (Reader::Tcp(reader), Writer::Tcp(writer))
}

impl Reader {
    pub(crate) fn other(reader: impl AsyncRead + Send + Unpin + 'static) -> Self {
        Self::Other(Box::new(reader))
    }
}

impl AsyncRead for Reader {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(reader) => Pin::new(reader).poll_read(cx, buffer),
            Self::Other(reader) => Pin::new(reader).poll_read(cx, buffer),
        }
    }
}

impl Writer {
    pub(crate) fn other(writer: impl AsyncWrite + Send + Unpin + 'static) -> Self {
        Self::Other(Box::new(writer))
    }

    pub(crate) fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self {
            Self::Tcp(writer) => Pin::new(writer).poll_write(cx, bytes),
            Self::Other(writer) => Pin::new(writer).poll_write(cx, bytes),
            Self::None => Poll::Ready(Ok(bytes.len())),
        }
    }

    /// Writes to a connection that is new. A socket has room then, but the runtime does not know that before it is told, and
    /// would have a task wait for it.
    pub(crate) fn write_first(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Tcp(writer) => {
                let stream: &TcpStream = writer.as_ref();
                socket2::SockRef::from(stream).send_with_flags(bytes, NO_SIGNAL)
            }
            _ => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            // A socket has nothing to flush; a tunnel may.
            Self::Tcp(_) | Self::None => Poll::Ready(Ok(())),
            Self::Other(writer) => Pin::new(writer).poll_flush(cx),
        }
    }

    /// The end, of which the reader's is part.
    pub(crate) fn close(self) {
        match self {
            // With its other half it is closed.
            Self::Tcp(writer) => writer.forget(),
            // A tunnel may have a word for it. Nobody waits for it to be taken.
            Self::Other(mut writer) => {
                let _ = Pin::new(&mut writer).poll_shutdown(&mut Context::from_waker(Waker::noop()));
            }
            Self::None => {}
        }
    }
}
