//! Trunkline without async, beside the least a thread can do.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use trunkline::blocking::{Client, Received};
use trunkline::{Config, EventName};

use super::raw::{COMMAND, whole_replies};
use crate::Contestant;
use crate::measure::{Measured, Meter};

fn connect(contestant: &Contestant) -> Client {
    let (host, port) = contestant.host_and_port();
    let mut config = Config::new(host, &contestant.password).format(contestant.format.of_events());
    config.port = port;
    Client::connect(config).expect("connect")
}

/// Reads each event's name, Unique-ID and Channel-State.
pub(crate) fn stream(contestant: &Contestant) -> Measured {
    let mut client = connect(contestant);
    client.events("ALL").expect("subscribe");
    let meter = Meter::start();
    let (mut count, mut bytes, mut missed, mut seen) = (0, 0, 0, 0);
    loop {
        match client.recv().expect("the last event ends the run") {
            Received::Event(event) => {
                if event.is(EventName::Custom) {
                    let sent: u64 = event.get("Sent").expect("the last event").parse().expect("a number");
                    assert_eq!(sent, count + missed);
                    assert!(seen > count, "the headers were read");
                    return meter.stop(count, bytes, missed);
                }
                count += 1;
                bytes += event.wire_len() as u64;
                seen += u64::from(event.name().is_some());
                seen += event.get("Unique-ID").map_or(0, |id| id.len() as u64);
                seen += event.get("Channel-State").map_or(0, |state| state.len() as u64);
            }
            Received::Missed(lost) => missed += lost.count(),
            other => panic!("{other:?}"),
        }
    }
}

pub(crate) fn rtt(contestant: &Contestant) -> Measured {
    let mut client = connect(contestant);
    client.api("uptime").expect("a reply");
    let meter = Meter::start();
    let end = Instant::now() + contestant.duration();
    let (mut count, mut bytes) = (0, 0);
    while Instant::now() < end {
        bytes += client.api("uptime").expect("a reply").bytes().len() as u64;
        count += 1;
    }
    meter.stop(count, bytes, 0)
}

/// A socket that blocks, fixed bytes out, replies counted.
pub(crate) fn raw_rtt(contestant: &Contestant) -> Measured {
    let mut stream = TcpStream::connect(&contestant.address).expect("connect");
    stream.set_nodelay(true).expect("nodelay");
    let auth = format!("auth {}\n\n", contestant.password);
    // The greeting, and the answer.
    ask(&mut stream, auth.as_bytes(), 2);
    let meter = Meter::start();
    let end = Instant::now() + contestant.duration();
    let (mut count, mut bytes) = (0, 0);
    while Instant::now() < end {
        bytes += ask(&mut stream, COMMAND, 1);
        count += 1;
    }
    meter.stop(count, bytes, 0)
}

fn ask(stream: &mut TcpStream, command: &[u8], messages: usize) -> u64 {
    stream.write_all(command).expect("write");
    let mut buffer = [0; 4096];
    let mut filled = 0;
    while whole_replies(&buffer[..filled]).0 < messages {
        match stream.read(&mut buffer[filled..]).expect("read") {
            0 => panic!("the end"),
            read => filled += read,
        }
    }
    filled as u64
}
