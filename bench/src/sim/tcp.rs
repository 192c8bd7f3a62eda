//! The switch behind a TCP port, on a thread of its own; each client has one, too.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use trunkline_sim::Sim;

use super::{CALL, Rate, config, print_held};
use crate::measure::{cpu_seconds, rss_kib};

/// Commands that are sent before their replies are read.
const IN_FLIGHT: usize = 32;

/// A simulator on a thread of its own.
struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    fn start(channels: u64) -> Self {
        let (tell, told) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let sim =
                    Sim::builder().configure(|own| *own = config(channels)).start().await.expect("a port");
                tell.send(sim.addr()).expect("someone waits for it");
                let _ = stopped.await;
                sim.stop().await;
            });
        });
        let address = told.recv().expect("an address");
        Self { address, stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the simulator ends");
        }
    }
}

/// A connection that has come in.
struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
    room: Box<[u8]>,
    /// Where the first message that was not counted begins.
    at: usize,
}

impl Client {
    fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("connects");
        stream.set_nodelay(true).expect("no delay");
        let mut client = Self { stream, buffer: Vec::new(), room: vec![0; 64 * 1024].into(), at: 0 };
        client.say(b"auth ClueCon\n\n");
        // The greeting and the answer, in one piece or two.
        let mut heard = 0;
        while heard < 2 {
            heard += client.read();
        }
        client
    }

    fn say(&mut self, command: &[u8]) {
        self.stream.write_all(command).expect("writes");
    }

    /// Reads once; how many messages that made whole.
    fn read(&mut self) -> u64 {
        self.buffer.drain(..std::mem::take(&mut self.at));
        let read = self.stream.read(&mut self.room).expect("reads");
        assert!(read > 0, "the switch hung up");
        self.buffer.extend_from_slice(&self.room[..read]);
        let mut messages = 0;
        while let Some(length) = message_length(&self.buffer[self.at..]) {
            self.at += length;
            messages += 1;
        }
        messages
    }
}

/// How long the first message is, if it is whole.
fn message_length(buffer: &[u8]) -> Option<usize> {
    const KEY: &[u8] = b"Content-Length: ";
    let end = memchr::memmem::find(buffer, b"\n\n")? + 2;
    let head = &buffer[..end];
    let body = memchr::memmem::find(head, KEY).map_or(0, |at| {
        let digits = head[at + KEY.len()..].iter().take_while(|byte| byte.is_ascii_digit());
        digits.fold(0, |length, digit| length * 10 + usize::from(digit - b'0'))
    });
    (buffer.len() >= end + body).then_some(end + body)
}

/// Sends a command over and over, until it has been answered for so long; how often.
fn drive(client: &mut Client, command: &str, going: impl Fn(u64) -> bool) -> u64 {
    let batch = command.repeat(IN_FLIGHT);
    let mut answered = 0;
    client.say(batch.as_bytes());
    while going(answered) {
        client.say(batch.as_bytes());
        let mut more = IN_FLIGHT as u64;
        while more > 0 {
            let read = client.read();
            more = more.saturating_sub(read);
            answered += read;
        }
    }
    answered
}

pub(super) fn calls(duration: Duration) {
    let server = Server::start(1000);
    let mut client = Client::connect(server.address);
    let (started, cpu) = (Instant::now(), cpu_seconds());
    let count = drive(&mut client, &format!("api {CALL}\n\n"), |_| started.elapsed() < duration);
    Rate {
        what: "tcp: calls, no listener".into(),
        count,
        bytes: 0,
        took: started.elapsed(),
        cpu: cpu_seconds() - cpu,
    }
    .print();
}

pub(super) fn events(duration: Duration, listeners: usize) {
    let server = Server::start(1000);
    let over = Arc::new(AtomicBool::new(false));
    let heard = Arc::new(AtomicU64::new(0));
    let listening: Vec<JoinHandle<()>> = (0..listeners)
        .map(|_| {
            let mut client = Client::connect(server.address);
            client.say(b"event plain ALL\n\n");
            while client.read() == 0 {}
            let (over, heard) = (Arc::clone(&over), Arc::clone(&heard));
            thread::spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    heard.fetch_add(client.read(), Ordering::Relaxed);
                }
            })
        })
        .collect();
    let mut client = Client::connect(server.address);
    let (started, cpu, most) = (Instant::now(), cpu_seconds(), 200_000);
    let command = format!("api {CALL}\n\n");
    // What is ahead of the listeners is kept within what their queues hold.
    drive(&mut client, &command, |answered| {
        // They may have heard of calls whose answers have yet to be read.
        let all_heard = || heard.load(Ordering::Relaxed) / listeners as u64;
        let ahead = || (answered * EVENTS).saturating_sub(all_heard());
        while ahead() > most / 4 && started.elapsed() < duration {
            thread::sleep(Duration::from_micros(200));
        }
        started.elapsed() < duration
    });
    let (count, took) = (heard.load(Ordering::Relaxed) / listeners as u64, started.elapsed());
    Rate {
        what: format!("tcp: events, {listeners} listener(s)"),
        count,
        bytes: 0,
        took,
        cpu: cpu_seconds() - cpu,
    }
    .print();
    over.store(true, Ordering::Relaxed);
    client.say(format!("api {CALL}\n\n").as_bytes());
    for listener in listening {
        listener.join().expect("a listener ends");
    }
}

/// How many events a call fires, the API event of its command among them.
const EVENTS: u64 = 22;

pub(super) fn hold(channels: u64) {
    let server = Server::start(channels);
    let mut client = Client::connect(server.address);
    let (started, before) = (Instant::now(), rss_kib());
    drive(&mut client, "api originate null/1000 &park\n\n", |answered| answered < channels);
    print_held(&format!("tcp: {channels} channels held"), channels, rss_kib() - before, started.elapsed());
}
