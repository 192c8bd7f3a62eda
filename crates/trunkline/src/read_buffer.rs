//! What a connection is read into. It grows while reads fill it, and is given back when they do not.

use std::io;
#[cfg(feature = "blocking")]
use std::io::Read;
#[cfg(feature = "client")]
use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::{Poll, ready},
};

use bytes::BytesMut;
#[cfg(feature = "client")]
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::wire_trace;

const SMALLEST_READ: usize = 8 * 1024;
const LARGEST_READ: usize = 256 * 1024;
/// What is ready for the first bytes after a rest.
#[cfg(feature = "client")]
const RESTING_READ: usize = 64;

#[derive(Debug)]
pub(crate) struct ReadBuffer {
    pub(crate) bytes: BytesMut,
    size: usize,
    /// What the message under way still needs.
    pub(crate) missing: usize,
    /// How large the memory behind `bytes` may be.
    held: usize,
    rests: bool,
    /// The last read has filled all the room it had: there may be more.
    full: bool,
}

impl ReadBuffer {
    pub(crate) fn new() -> Self {
        Self { bytes: BytesMut::new(), size: SMALLEST_READ, missing: 0, held: 0, rests: false, full: false }
    }

    /// Nothing is expected for a while: gives the memory back, all but a little.
    #[cfg(feature = "client")]
    pub(crate) fn rest(&mut self) {
        if self.bytes.is_empty() {
            let bytes = BytesMut::with_capacity(RESTING_READ);
            *self = Self { bytes, rests: true, ..Self::new() };
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
            let read = ready!(pin!(reader.read_buf(&mut self.bytes)).poll(cx))?;
            if small {
                self.full = read >= room;
                wire_trace::received(&self.bytes);
                self.rests = false;
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
        if self.rests {
            return self.bytes.capacity();
        }
        let wanted = self.wanted();
        if self.held > 4 * wanted && self.bytes.len() <= SMALLEST_READ {
            // Grown for a message or a burst that is over. To reserve would take the same memory again.
            self.bytes = BytesMut::from(&*self.bytes);
            self.held = 0;
        }
        // Where nobody has a part of it any more all of it is there again, for nothing.
        let _ = self.bytes.is_empty() && self.bytes.try_reclaim(wanted);
        let room = self.bytes.capacity() - self.bytes.len();
        if room < self.size / 4 || room < self.missing.min(LARGEST_READ) {
            self.reserve(wanted);
            self.held = self.held.max(self.bytes.capacity());
        }
        self.bytes.capacity() - self.bytes.len()
    }

    fn reserve(&mut self, wanted: usize) {
        if self.bytes.len() > SMALLEST_READ {
            return self.bytes.reserve(wanted);
        }
        if !self.bytes.try_reclaim(wanted) {
            // To reserve might copy what was read long ago, too.
            let mut bytes = BytesMut::with_capacity(self.bytes.len() + wanted);
            bytes.extend_from_slice(&self.bytes);
            self.bytes = bytes;
        }
    }

    /// Learns from what a read has put behind the first `before` bytes, having had this much room.
    fn filled(&mut self, before: usize, room: usize) {
        let read = self.bytes.len() - before;
        self.full = read >= room;
        wire_trace::received(self.bytes.get(before..).unwrap_or_default());
        if std::mem::take(&mut self.rests) {
            return;
        }
        if read >= room {
            self.size = (self.size * 2).min(LARGEST_READ);
        } else if read < self.size / 4 && self.size > SMALLEST_READ {
            self.size = (self.size / 2).max(SMALLEST_READ);
        }
    }
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

    #[cfg(feature = "client")]
    #[test]
    fn a_rest_gives_back_all_but_a_little() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let read = |buffer: &mut ReadBuffer, bytes: &mut &[u8]| runtime.block_on(buffer.read(bytes)).unwrap();
        let mut buffer = ReadBuffer::new();
        fill(&mut buffer, LARGEST_READ, |buffer, bytes| {
            read(buffer, bytes);
        });
        buffer.rest();
        assert_eq!(buffer.bytes.len(), LARGEST_READ, "what was read is not lost");
        drop(buffer.bytes.split());
        buffer.rest();
        assert!(buffer.bytes.capacity() < 2 * RESTING_READ);
        let bytes = b"0123456789".repeat(2 * SMALLEST_READ / 10);
        let rest = &mut &*bytes;
        assert!(read(&mut buffer, rest) < 2 * RESTING_READ);
        assert!(read(&mut buffer, rest) >= SMALLEST_READ / 2, "and reads go on as before");
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
