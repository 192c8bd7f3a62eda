//! A socket that only reads, and counts newlines: what the kernel can carry.

use std::io::{Read, Write};
use std::net::TcpStream;

use memchr::{memchr_iter, memmem};

use crate::Contestant;
use crate::measure::{Measured, Meter};

pub(crate) fn stream(contestant: &Contestant) -> Measured {
    let mut stream = TcpStream::connect(&contestant.address).expect("connect");
    stream.set_nodelay(true).expect("nodelay");
    let format = contestant.format.as_str();
    let greeting = format!("auth {}\n\nevent {format} ALL\n\n", contestant.password);
    stream.write_all(greeting.as_bytes()).expect("write");
    let mut buffer = vec![0; 256 * 1024];
    let mut tail: Vec<u8> = Vec::new();
    let mut bytes = 0u64;
    let mut lines = 0u64;
    let mut first_read = stream.read(&mut buffer).expect("read");
    let meter = Meter::start();
    loop {
        let chunk = &buffer[..first_read];
        bytes += chunk.len() as u64;
        lines += memchr_iter(b'\n', chunk).count() as u64;
        tail.clear();
        tail.extend_from_slice(&chunk[chunk.len().saturating_sub(400)..]);
        if let Some(sent) = end_of_stream(&tail) {
            assert!(lines > 0 || format == "json");
            return meter.stop(sent, bytes, 0);
        }
        first_read = stream.read(&mut buffer).expect("read");
    }
}

/// How many events were sent, once the last one has come whole. (Cut in two by a read it is missed; the server then
/// closes nothing and the contest's own timeout says so: in practice the last write arrives in one piece.)
fn end_of_stream(tail: &[u8]) -> Option<u64> {
    let end = memmem::find(tail, b"bench")?;
    let tail = std::str::from_utf8(&tail[end..]).ok()?;
    let digits = tail[tail.find("Sent")?..].trim_start_matches(|c: char| !c.is_ascii_digit());
    digits.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()
}
