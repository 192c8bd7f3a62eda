//! One client's socket.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::Notify;

use super::Shared;
use super::batch::Batch;
use crate::switch::ConnectionId;

/// Bytes waiting to be written at which the switch is told to keep its events.
const FULL: usize = 1024 * 1024;
/// Bytes that are handed to the socket at once.
const AT_ONCE: usize = 128 * 1024;
/// Bytes of commands waiting for their turn at which no more are read.
const MOST_BUFFERED: usize = 1024 * 1024;

/// What is to be written to a socket. Clones are the same outbox.
#[derive(Debug, Clone, Default)]
pub(super) struct Outbox(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    queue: Mutex<Queue>,
    changed: Notify,
    /// The socket is to be dropped at once.
    cut: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Batch,
    /// Whether the switch was told that it is full.
    full: bool,
    end: Option<End>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    /// After everything is written.
    Close,
    /// At once.
    Cut,
}

/// What to do about an outbox.
enum Next {
    Write { batch: Batch, drained: bool },
    Wait,
    End,
}

impl Outbox {
    /// Adds bytes; true if that has made it full.
    pub(super) fn push(&self, bytes: Bytes) -> bool {
        let became_full = self.locked(|queue| {
            queue.waiting.push(bytes);
            queue.waiting.remaining() > FULL && !std::mem::replace(&mut queue.full, true)
        });
        self.0.changed.notify_one();
        became_full
    }

    /// Closes the connection once everything is written.
    pub(super) fn close(&self) {
        self.locked(|queue| queue.end.get_or_insert(End::Close).to_owned());
        self.0.changed.notify_one();
    }

    /// Closes it as it is.
    pub(super) fn cut(&self) {
        self.locked(|queue| queue.end = Some(End::Cut));
        self.0.changed.notify_one();
        self.0.cut.notify_one();
    }

    fn locked<T>(&self, work: impl FnOnce(&mut Queue) -> T) -> T {
        work(&mut self.0.queue.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn next(&self) -> Next {
        self.locked(|queue| {
            if queue.end == Some(End::Cut) {
                return Next::End;
            }
            if queue.waiting.has_remaining() {
                let batch = queue.waiting.split_front(AT_ONCE);
                let drained = queue.waiting.remaining() < FULL / 2 && std::mem::take(&mut queue.full);
                return Next::Write { batch, drained };
            }
            if queue.end.is_some() { Next::End } else { Next::Wait }
        })
    }
}

/// Serves a connection to its end.
pub(super) async fn run(stream: TcpStream, id: ConnectionId, outbox: Outbox, shared: Arc<Shared>) {
    let (reader, writer) = stream.into_split();
    let reading = tokio::spawn(read(reader, id, Arc::clone(&shared)));
    tokio::select! {
        () = write(writer, id, &outbox, &shared) => {}
        () = outbox.0.cut.notified() => {}
    }
    reading.abort();
}

async fn read(mut reader: OwnedReadHalf, id: ConnectionId, shared: Arc<Shared>) {
    let mut input = BytesMut::with_capacity(4096);
    loop {
        match reader.read_buf(&mut input).await {
            Ok(0) | Err(_) => break,
            Ok(_) => shared.with(|switch, now| switch.handle_input(id, &mut input, now)),
        }
        while shared.lock().switch.buffered(id) > MOST_BUFFERED {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
    shared.with(|switch, now| switch.disconnect(id, now));
}

/// Writes until the connection is to be closed or cannot be written to.
async fn write(mut writer: OwnedWriteHalf, id: ConnectionId, outbox: &Outbox, shared: &Shared) {
    loop {
        match outbox.next() {
            Next::Write { mut batch, drained } => {
                if writer.write_all_buf(&mut batch).await.is_err() {
                    return shared.with(|switch, now| switch.disconnect(id, now));
                }
                if drained {
                    shared.with(|switch, now| switch.set_writable(id, true, now));
                }
            }
            Next::Wait => outbox.0.changed.notified().await,
            Next::End => {
                let _ = writer.shutdown().await;
                return;
            }
        }
    }
}
