//! Very many calls at once, each of which dials the server by a socket of its own.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::watch;

use super::call::{Call, Times};
use super::recorded::Recorded;

/// How long the switch waits for a server's first word.
const FIRST_WORD: Duration = Duration::from_secs(25);
/// How long the server may say nothing then, in a call that does not hold on.
const PATIENCE: Duration = Duration::from_secs(300);
/// Loopback addresses to dial from: each has its own ports, most of which rest for a minute after a call.
const SOURCES: u64 = 200;

pub(super) struct Switch {
    recorded: Arc<Recorded>,
    times: Times,
    release: watch::Sender<Option<Duration>>,
    pub(super) tally: Tally,
}

/// What became of the calls.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) begun: AtomicU64,
    /// Callers that were asked for a digit and held on.
    pub(super) held: AtomicU64,
    pub(super) well: AtomicU64,
    pub(super) lost: AtomicU64,
    /// From dialling to the server's first command, in milliseconds.
    first_commands: Mutex<Vec<f64>>,
}

impl Tally {
    pub(super) fn take_first_commands(&self) -> Vec<f64> {
        std::mem::take(&mut self.first_commands.lock().expect("no panic"))
    }

    pub(super) fn ended(&self) -> u64 {
        self.well.load(Ordering::Relaxed) + self.lost.load(Ordering::Relaxed)
    }
}

impl Switch {
    pub(super) fn new(times: Times) -> Arc<Self> {
        Arc::new(Self {
            recorded: Arc::new(Recorded::load()),
            times,
            release: watch::Sender::new(None),
            tally: Tally::default(),
        })
    }

    /// Those who hold on press their digits, all within this time.
    pub(super) fn release(&self, within: Duration) {
        self.release.send_replace(Some(within));
    }

    /// One call from its beginning to its end.
    pub(super) async fn call(&self, server: SocketAddr) {
        let number = self.tally.begun.fetch_add(1, Ordering::Relaxed);
        let uuid = format!("{:08x}-0000-4000-8000-{number:012x}", fastrand::u32(..));
        let mut call = Call::new(Arc::clone(&self.recorded), self.times, uuid);
        let began = Instant::now();
        let mut outcome = match dial(server, number).await {
            Ok(stream) => self.converse(&mut call, stream, began).await,
            Err(error) => Err(format!("cannot dial: {error}")),
        };
        if outcome.is_ok() && !call.went_well() {
            outcome = Err("the server has closed".to_owned());
        }
        let counter = if outcome.is_ok() { &self.tally.well } else { &self.tally.lost };
        let before = counter.fetch_add(1, Ordering::Relaxed);
        if let Err(why) = outcome
            && before < 3
        {
            eprintln!("call {number}, {call}: {why}");
        }
    }

    async fn converse(&self, call: &mut Call, mut stream: TcpStream, began: Instant) -> Result<(), String> {
        let mut release = self.release.subscribe();
        let mut input = BytesMut::with_capacity(1024);
        let (mut is_first, mut has_held) = (true, false);
        while !call.is_over() {
            let holds = call.awaits_digit();
            if holds && !std::mem::replace(&mut has_held, true) {
                self.tally.held.fetch_add(1, Ordering::Relaxed);
            }
            let due = call.due();
            let patience = if is_first { FIRST_WORD } else { PATIENCE };
            let mut out = Vec::new();
            tokio::select! {
                read = stream.read_buf(&mut input) => {
                    if std::mem::take(&mut is_first) {
                        let millis = began.elapsed().as_secs_f64() * 1e3;
                        self.tally.first_commands.lock().expect("no panic").push(millis);
                    }
                    match read {
                        Ok(0) => break,
                        Ok(_) => call.handle_input(&mut input, &mut out, Instant::now()),
                        Err(error) => return Err(format!("cannot read: {error}")),
                    }
                }
                () = tokio::time::sleep_until(due.unwrap_or_else(|| Instant::now() + patience).into()), if !holds => {
                    if due.is_none() {
                        return Err(format!("nothing is said for {} s", patience.as_secs()));
                    }
                    call.handle_timeout(&mut out, Instant::now());
                }
                within = released(&mut release), if holds => {
                    call.press(Instant::now() + within.mul_f64(fastrand::f64()));
                }
            }
            if let Err(error) = stream.write_all(&out).await {
                // Whoever has closed after the hangup has missed nothing.
                return if call.went_well() { Ok(()) } else { Err(format!("cannot write: {error}")) };
            }
        }
        Ok(())
    }
}

async fn released(release: &mut watch::Receiver<Option<Duration>>) -> Duration {
    let within = release.wait_for(Option::is_some).await.ok().and_then(|within| *within);
    within.unwrap_or_default()
}

async fn dial(server: SocketAddr, number: u64) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    let source = Ipv4Addr::new(127, 0, 1, (number % SOURCES) as u8 + 1);
    socket.bind((source, 0).into())?;
    let stream = socket.connect(server).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
