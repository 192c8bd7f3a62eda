//! What a connection is read into. It grows while reads fill it, and is given back when they do not: of many connections
//! most have nothing to read, and those that one thread drives share what it has read into last, which is still in its
//! processor's cache.

use std::io;
#[cfg(feature = "blocking")]
use std::io::Read;
#[cfg(feature = "client")]
use std::{
    cell::Cell,
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use bytes::BytesMut;
#[cfg(feature = "client")]
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::wire_trace;

const SMALLEST_READ: usize = 8 * 1024;
const LARGEST_READ: usize = 256 * 1024;
/// What is taken for a connection that has nothing to read into. No more is kept once it rests.
#[cfg(feature = "client")]
const ROOM: usize = 4 * SMALLEST_READ;

#[cfg(feature = "client")]
thread_local! {
    /// What the last connection had that rests now, for the next one.
    static SPARE: Cell<BytesMut> = Cell::new(BytesMut::new());
}

#[derive(Debug)]
pub(crate) struct ReadBuffer {
    pub(crate) bytes: BytesMut,
    size: usize,
    /// What the message under way still needs.
    pub(crate) missing: usize,
    /// How large the memory behind `bytes` may be.
    held: usize,
    /// The last read has filled all the room it had: there may be more.
    full: bool,
}

impl ReadBuffer {
    pub(crate) fn new() -> Self {
        Self { bytes: BytesMut::new(), size: SMALLEST_READ, missing: 0, held: 0, full: false }
    }

    /// Nothing is expected for a while: gives the memory back, whoever else has a part of it.
    #[cfg(feature = "client")]
    pub(crate) fn rest(&mut self) {
        if self.bytes.is_empty() {
            *self = Self::new();
        }
    }

    /// Nothing is there now: leaves the memory to other connections, unless it is much, or somebody has a part of it and what
    /// comes next is to go beside that.
    #[cfg(feature = "client")]
    fn leave(&mut self) {
        if self.bytes.is_empty() && self.held == ROOM && self.bytes.try_reclaim(ROOM) {
            let bytes = std::mem::take(&mut self.bytes);
            self.held = 0;
            // At the end of a thread there is no other one.
            let _ = SPARE.try_with(|spare| spare.set(bytes));
        }
    }

    /// Cancel safe.
    #[cfg(feature = "client")]
    pub(crate) async fn read(&mut self, reader: &mut (impl AsyncRead + Unpin)) -> io::Result<usize> {
        // Nearly always nothing is there yet, and who was given a part of this memory is done with it when something is:
        // then it has room again, and no other need be taken.
        let mut looks = self.bytes.is_empty() && !self.full && self.bytes.capacity() > 0;
        poll_fn(|cx| {
            let small = std::mem::take(&mut looks);
            let room = if small { self.bytes.capacity() } else { self.make_room() };
            let before = self.bytes.len();
            let Poll::Ready(read) = pin!(reader.read_buf(&mut self.bytes)).poll(cx)? else {
                self.leave();
                return Poll::Pending;
            };
            if small {
                self.full = read >= room;
                wire_trace::received(&self.bytes);
            } else {
                self.filled(before, room);
            }
            Poll::Ready(Ok(read))
        })
        .await
    }

    /// One `read`.
    #[cfg(feature = "blocking")]
    pub(crate) fn read_now(&mut self, reader: &mut impl Read) -> io::Result<usize> {
        let room = self.make_room().min(self.wanted());
        let before = self.bytes.len();
        // To read into memory that was never written needs `unsafe`; this costs a small part of the read.
        self.bytes.resize(before + room, 0);
        let result = reader.read(self.bytes.get_mut(before..).unwrap_or_default());
        self.bytes.truncate(before + result.as_ref().map_or(0, |read| *read));
        if result.is_ok() {
            self.filled(before, room);
        }
        result
    }

    fn wanted(&self) -> usize {
        self.size.max(self.missing.min(LARGEST_READ))
    }

    /// Makes room for the next read; how much there is.
    fn make_room(&mut self) -> usize {
        let wanted = self.wanted();
        if self.held > 4 * wanted && self.bytes.len() <= SMALLEST_READ {
            // Grown for a message or a burst that is over. To reserve would take the same memory again.
            self.bytes = BytesMut::from(&*self.bytes);
            self.held = 0;
        }
        // Where nobody has a part of it any more all of it is there again, for nothing.
        let _ = self.bytes.is_empty() && self.bytes.try_reclaim(self.held.max(wanted));
        let room = self.bytes.capacity() - self.bytes.len();
        if room < self.size / 4 || room < self.missing.min(LARGEST_READ) {
            self.reserve(wanted);
        }
        self.bytes.capacity() - self.bytes.len()
    }

    fn reserve(&mut self, wanted: usize) {
        if self.bytes.len() > SMALLEST_READ {
            self.bytes.reserve(wanted);
            self.held = self.held.max(self.bytes.capacity());
        } else if !self.bytes.try_reclaim(wanted) {
            // To reserve might copy what was read long ago, too.
            let mut bytes = memory(self.bytes.len() + wanted);
            bytes.extend_from_slice(&self.bytes);
            self.held = bytes.capacity();
            self.bytes = bytes;
        }
    }

    /// Learns from what a read has put behind the first `before` bytes, having had this much room.
    fn filled(&mut self, before: usize, room: usize) {
        let read = self.bytes.len() - before;
        self.full = read >= room;
        wire_trace::received(self.bytes.get(before..).unwrap_or_default());
        if read >= room {
            self.size = (self.size * 2).min(LARGEST_READ);
        } else if read < self.size / 4 && self.size > SMALLEST_READ {
            self.size = (self.size / 2).max(SMALLEST_READ);
        }
    }
}

#[cfg(feature = "client")]
impl Drop for ReadBuffer {
    fn drop(&mut self) {
        self.bytes.clear();
        self.leave();
    }
}

/// Room for so many bytes: what another connection has left, if that will do.
#[cfg(feature = "client")]
fn memory(least: usize) -> BytesMut {
    let spare = SPARE.try_with(Cell::take).unwrap_or_default();
    if spare.capacity() < least { BytesMut::with_capacity(least.max(ROOM)) } else { spare }
}

#[cfg(not(feature = "client"))]
fn memory(least: usize) -> BytesMut {
    BytesMut::with_capacity(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(buffer: &mut ReadBuffer, length: usize, read: impl Fn(&mut ReadBuffer, &mut &[u8])) {
        let bytes = b"0123456789".repeat(length.div_ceil(10));
        let mut bytes = bytes.get(..length).unwrap();
        let whole = buffer.bytes.len() + length;
        while buffer.bytes.len() < whole {
            buffer.missing = whole - buffer.bytes.len();
            read(buffer, &mut bytes);
        }
        buffer.missing = 0;
    }

    /// After a long message, and after a burst, the memory is given back.
    fn memory_is_given_back(read: impl Fn(&mut ReadBuffer, &mut &[u8])) {
        for length in [LARGEST_READ, 20 * 1024 * 1024] {
            let mut buffer = ReadBuffer::new();
            fill(&mut buffer, length, &read);
            assert!(buffer.bytes.len() == length && buffer.bytes.starts_with(b"0123456789"));
            // It is over, and the next one has begun.
            drop(buffer.bytes.split_to(length - 10));
            for _ in 0..10 {
                fill(&mut buffer, 10, &read);
                drop(buffer.bytes.split_to(10));
            }
            assert_eq!(buffer.bytes.len(), 10);
            buffer.bytes.reserve(SMALLEST_READ);
            assert!(buffer.bytes.capacity() <= 4 * SMALLEST_READ, "{}", buffer.bytes.capacity());
        }
    }

    #[cfg(feature = "client")]
    #[test]
    fn memory_is_given_back_where_it_is_awaited() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        memory_is_given_back(|buffer, bytes| {
            runtime.block_on(buffer.read(bytes)).unwrap();
        });
    }

    #[cfg(feature = "blocking")]
    #[test]
    fn memory_is_given_back_where_it_is_not() {
        memory_is_given_back(|buffer, bytes| {
            buffer.read_now(bytes).unwrap();
        });
    }

    /// What was handed out and let go again meanwhile is read into again: nothing is taken while nothing comes.
    #[cfg(feature = "client")]
    #[tokio::test]
    async fn memory_is_taken_when_something_comes() {
        use tokio::io::AsyncWriteExt;
        let (mut writer, mut reader) = tokio::io::duplex(SMALLEST_READ);
        let mut buffer = ReadBuffer::new();
        let bytes = b"0123456789".repeat(SMALLEST_READ / 10 - 1);
        writer.write_all(&bytes).await.unwrap();
        buffer.read(&mut reader).await.unwrap();
        let start = buffer.bytes.as_ptr();
        let handed_out = buffer.bytes.split().freeze();
        let mut reading = Box::pin(buffer.read(&mut reader));
        assert!(poll_fn(|cx| Poll::Ready(reading.as_mut().poll(cx).is_pending())).await);
        drop(handed_out);
        writer.write_all(&bytes).await.unwrap();
        assert_eq!(reading.await.unwrap(), bytes.len());
        assert_eq!(buffer.bytes.as_ptr(), start);
    }

    /// Where nobody has a part of it any more, the next connection reads into it.
    #[cfg(feature = "client")]
    #[tokio::test]
    async fn memory_is_left_to_others_while_nothing_comes() {
        use tokio::io::AsyncWriteExt;
        let (mut writer, mut reader) = tokio::io::duplex(SMALLEST_READ);
        let mut buffers = [ReadBuffer::new(), ReadBuffer::new()];
        let mut starts = Vec::new();
        for buffer in &mut buffers {
            writer.write_all(b"0123456789").await.unwrap();
            buffer.read(&mut reader).await.unwrap();
            starts.push(buffer.bytes.as_ptr());
            drop(buffer.bytes.split_to(9));
            let pending = |buffer: &mut ReadBuffer, reader: &mut _| {
                let mut reading = Box::pin(buffer.read(reader));
                reading
                    .as_mut()
                    .poll(&mut std::task::Context::from_waker(std::task::Waker::noop()))
                    .is_pending()
            };
            assert!(pending(buffer, &mut reader));
            assert_eq!(&*buffer.bytes, b"9", "what was read is not lost");
            drop(buffer.bytes.split());
            assert!(pending(buffer, &mut reader));
            assert_eq!(buffer.bytes.capacity(), 0);
        }
        assert_eq!(starts[0], starts[1]);
    }

    #[cfg(feature = "client")]
    #[test]
    fn a_rest_gives_everything_back() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let read = |buffer: &mut ReadBuffer, bytes: &mut &[u8]| runtime.block_on(buffer.read(bytes)).unwrap();
        let mut buffer = ReadBuffer::new();
        fill(&mut buffer, LARGEST_READ, |buffer, bytes| {
            read(buffer, bytes);
        });
        buffer.rest();
        assert_eq!(buffer.bytes.len(), LARGEST_READ, "what was read is not lost");
        let read_once = buffer.bytes.split();
        buffer.rest();
        assert_eq!(buffer.bytes.capacity(), 0);
        drop(read_once);
        let bytes = b"0123456789".repeat(2 * SMALLEST_READ / 10);
        assert!(read(&mut buffer, &mut &*bytes) >= SMALLEST_READ, "and reads go on as before");
    }

    /// A read that fails leaves what was there.
    #[cfg(feature = "blocking")]
    #[test]
    fn a_failed_read_leaves_nothing() {
        struct Nothing;
        impl Read for Nothing {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::WouldBlock.into())
            }
        }
        let mut buffer = ReadBuffer::new();
        buffer.read_now(&mut &b"half a mess"[..]).unwrap();
        assert!(buffer.read_now(&mut Nothing).is_err());
        assert_eq!(&*buffer.bytes, b"half a mess");
    }
}
