//! The least a client can do: a socket, fixed bytes out, replies counted. Tokio's, so that the runtime's own cost is
//! on both sides.

use std::time::{Duration, Instant};

use memchr::memmem;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::TASKS;
use crate::Contestant;
use crate::measure::{Measured, Meter};

pub(super) const COMMAND: &[u8] = b"api uptime\n\n";

async fn connect(contestant: &Contestant) -> TcpStream {
    let mut stream = TcpStream::connect(&contestant.address).await.expect("connect");
    stream.set_nodelay(true).expect("nodelay");
    stream.write_all(format!("auth {}\n\n", contestant.password).as_bytes()).await.expect("write");
    let mut buffer = Vec::new();
    while memmem::find(&buffer, b"+OK accepted\n\n").is_none() {
        stream.read_buf(&mut buffer).await.expect("read");
    }
    stream
}

#[tokio::main]
pub(crate) async fn rtt_spawned(contestant: &Contestant) -> Measured {
    let contestant = contestant.clone();
    tokio::spawn(async move { ping_pong(&contestant).await }).await.expect("no panic")
}

#[tokio::main]
pub(crate) async fn rtt_main(contestant: &Contestant) -> Measured {
    ping_pong(contestant).await
}

async fn ping_pong(contestant: &Contestant) -> Measured {
    let mut stream = connect(contestant).await;
    let mut buffer = Vec::with_capacity(4096);
    let meter = Meter::start();
    let end = Instant::now() + contestant.duration();
    let (mut count, mut bytes) = (0, 0);
    while Instant::now() < end {
        stream.write_all(COMMAND).await.expect("write");
        buffer.clear();
        while whole_replies(&buffer).0 == 0 {
            stream.read_buf(&mut buffer).await.expect("read");
        }
        bytes += buffer.len() as u64;
        count += 1;
    }
    meter.stop(count, bytes, 0)
}

/// As many commands on their way as `pipeline` has tasks; each reply is followed by a command.
#[tokio::main]
pub(crate) async fn pipeline(contestant: &Contestant) -> Measured {
    let contestant = contestant.clone();
    tokio::spawn(async move { pipelined(&contestant).await }).await.expect("no panic")
}

async fn pipelined(contestant: &Contestant) -> Measured {
    let mut stream = connect(contestant).await;
    let mut buffer = Vec::with_capacity(64 * 1024);
    let meter = Meter::start();
    let end = Instant::now() + contestant.duration();
    stream.write_all(&COMMAND.repeat(TASKS)).await.expect("write");
    let (mut count, mut bytes) = (0u64, 0u64);
    let mut in_flight = TASKS;
    while in_flight > 0 {
        let read = tokio::time::timeout(Duration::from_secs(10), stream.read_buf(&mut buffer));
        bytes += read.await.expect("a reply").expect("read") as u64;
        let (replies, used) = whole_replies(&buffer);
        buffer.drain(..used);
        count += replies as u64;
        in_flight -= replies;
        if Instant::now() < end {
            stream.write_all(&COMMAND.repeat(replies)).await.expect("write");
            in_flight += replies;
        }
    }
    meter.stop(count, bytes, 0)
}

/// How many whole replies there are, and the bytes they take.
pub(super) fn whole_replies(buffer: &[u8]) -> (usize, usize) {
    let (mut count, mut used) = (0, 0);
    while let Some(end) = memmem::find(&buffer[used..], b"\n\n") {
        let head = &buffer[used..used + end];
        let length = memmem::find(head, b"Content-Length: ").map_or(0, |at| {
            head[at + 16..]
                .iter()
                .take_while(|b| b.is_ascii_digit())
                .fold(0, |n, b| n * 10 + usize::from(b - b'0'))
        });
        let total = end + 2 + length;
        if buffer.len() < used + total {
            break;
        }
        used += total;
        count += 1;
    }
    (count, used)
}
