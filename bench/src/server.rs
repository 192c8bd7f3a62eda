//! What the contestants talk to: a replay of recorded channel events, or a responder to commands. Blocking, a thread
//! a connection, no library of ours: it must be no slower than any contestant.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clap::Args;

use crate::Format;

#[derive(Args)]
pub(crate) struct Serve {
    /// Events to send, at most
    #[arg(long, default_value_t = u64::MAX)]
    events: u64,
    /// Seconds to send them, at most
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// So many of them a second, and commands are answered meanwhile; otherwise as fast as they are taken
    #[arg(long)]
    pace: Option<u64>,
}

/// Bytes written at a time.
const BLOCK: usize = 1024 * 1024;

/// Listens on a free port of loopback, prints it, and serves whoever comes until it is ended.
pub(crate) fn run(serve: &Serve) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    println!("{}", listener.local_addr().expect("an address"));
    for stream in listener.incoming().flatten() {
        let (events, seconds, pace) = (serve.events, serve.seconds, serve.pace);
        std::thread::spawn(move || {
            // A contestant that leaves ends its connection, and that is all.
            let _ = converse(stream, events, Duration::from_secs_f64(seconds), pace);
        });
    }
}

fn converse(mut heard: TcpStream, events: u64, duration: Duration, pace: Option<u64>) -> std::io::Result<()> {
    heard.set_nodelay(true)?;
    let said = Arc::new(Mutex::new(heard.try_clone()?));
    let say = |message: &[u8]| said.lock().expect("no panic").write_all(message);
    say(b"Content-Type: auth/request\n\n")?;
    loop {
        let command = read_command(&mut heard)?;
        let lower = command.to_ascii_lowercase();
        if lower.starts_with("api ") {
            say(b"Content-Type: api/response\nContent-Length: 6\n\n123456")?;
        } else if lower.starts_with("exit") {
            return say(b"Content-Type: command/reply\nReply-Text: +OK bye\n\n");
        } else if lower.starts_with("event ") && lower.contains(" all") {
            let format = if lower.contains(" json") { Format::Json } else { Format::Plain };
            let reply = format!("Reply-Text: +OK event listener enabled {}", format.as_str());
            say(format!("Content-Type: command/reply\n{reply}\n\n").as_bytes())?;
            match pace {
                None => replay(&mut said.lock().expect("no panic"), format, events, duration)?,
                Some(rate) => {
                    let said = Arc::clone(&said);
                    std::thread::spawn(move || trickle(&said, format, rate));
                }
            }
        } else {
            say(b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n")?;
        }
    }
}

/// Sends so many recorded events a second, until nobody takes them.
fn trickle(said: &Mutex<TcpStream>, format: Format, rate: u64) {
    const TICK: Duration = Duration::from_millis(5);
    let recorded = recorded_events(format);
    let mut next = recorded.iter().cycle();
    let (started, mut sent) = (Instant::now(), 0);
    loop {
        let due = (started.elapsed().as_secs_f64() * rate as f64) as u64;
        let block: Vec<u8> = (sent..due).filter_map(|_| next.next()).flatten().copied().collect();
        sent = due;
        if said.lock().expect("no panic").write_all(&block).is_err() {
            return;
        }
        std::thread::sleep(TICK);
    }
}

/// A byte at a time, as `mod_event_socket` reads (`read_packet`): its pace is part of what clients are measured by.
fn read_command(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut command = Vec::new();
    let mut byte = [0];
    loop {
        if stream.read(&mut byte)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if byte[0] == b'\n' && command.last().is_none_or(|last| *last == b'\n') {
            if command.is_empty() {
                continue;
            }
            return Ok(String::from_utf8_lossy(&command).into_owned());
        }
        command.push(byte[0]);
    }
}

/// Sends recorded events over and over, and last a CUSTOM one that says how many.
fn replay(stream: &mut TcpStream, format: Format, most: u64, duration: Duration) -> std::io::Result<()> {
    let recorded = recorded_events(format);
    let mut block = Vec::new();
    let mut in_block = 0u64;
    while block.len() < BLOCK {
        for event in &recorded {
            block.extend_from_slice(event);
            in_block += 1;
        }
    }
    let started = Instant::now();
    let mut sent = 0;
    while sent < most && started.elapsed() < duration {
        stream.write_all(&block)?;
        sent += in_block;
    }
    stream.write_all(&last_event(format, sent))
}

fn last_event(format: Format, sent: u64) -> Vec<u8> {
    let (payload, kind) = match format {
        Format::Plain | Format::Xml => {
            (format!("Event-Name: CUSTOM\nEvent-Subclass: bench%3A%3Aend\nSent: {sent}\n\n"), "plain")
        }
        Format::Json => (
            format!("{{\"Event-Name\":\"CUSTOM\",\"Event-Subclass\":\"bench::end\",\"Sent\":\"{sent}\"}}"),
            "json",
        ),
    };
    format!("Content-Length: {}\nContent-Type: text/event-{kind}\n\n{payload}", payload.len()).into_bytes()
}

/// The channel events of a recorded SIP call, each a whole message.
pub(crate) fn recorded_events(format: Format) -> Vec<Vec<u8>> {
    let messages = recorded_messages(&format!("ev-sip-call-{}.ndjson", format.as_str()));
    let is_one = |message: &String| message.starts_with("Content-Length") && message.contains("CHANNEL_");
    let events: Vec<Vec<u8>> = messages.into_iter().filter(is_one).map(String::into_bytes).collect();
    assert!(events.len() > 20, "the recording holds {} channel events", events.len());
    events
}

/// The events of a recording, each a whole message.
pub(crate) fn recorded(name: &str) -> Vec<Vec<u8>> {
    let messages = recorded_messages(&format!("{name}.ndjson"));
    let events = messages.into_iter().filter(|message| message.starts_with("Content-Length"));
    events.map(String::into_bytes).collect()
}

/// What the switch said in a recorded conversation.
pub(crate) fn recorded_messages(file: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/transcripts").join(file);
    let file = std::fs::File::open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut bytes = Vec::new();
    for line in BufReader::new(file).lines() {
        let entry: serde_json::Value = serde_json::from_str(&line.expect("text")).expect("JSON");
        if entry["dir"] == "rx" {
            bytes.extend_from_slice(entry["data"].as_str().expect("UTF-8 chunks").as_bytes());
        }
    }
    messages(&bytes).into_iter().map(str::to_owned).collect()
}

fn messages(bytes: &[u8]) -> Vec<&str> {
    let mut rest = std::str::from_utf8(bytes).expect("UTF-8");
    let mut messages = Vec::new();
    while let Some(end) = rest.find("\n\n") {
        let length = rest[..end].lines().find_map(|line| line.strip_prefix("Content-Length: "));
        let total = end + 2 + length.map_or(0, |length| length.parse::<usize>().expect("a number"));
        let (message, after) = rest.split_at(total);
        messages.push(message);
        rest = after;
    }
    messages
}
