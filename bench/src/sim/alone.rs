//! The switch without sockets: commands and time are handed in, effects counted.

use std::time::{Duration, Instant};

use bytes::BytesMut;
use trunkline_sim::{ConnectionId, Effect, Switch, Time};

use super::{CALL, Rate, config, print_held};
use crate::measure::{cpu_seconds, rss_kib};

/// A switch and the time it is told.
struct World {
    switch: Switch,
    now: Time,
}

/// What a connection was sent.
#[derive(Default, Clone, Copy)]
struct Heard {
    messages: u64,
    bytes: u64,
}

impl World {
    fn new(channels: u64) -> Self {
        let now = Time::from_micros(1_795_216_000_000_000);
        Self { switch: Switch::new(config(channels), now), now }
    }

    fn client(&mut self) -> ConnectionId {
        let id = self.switch.connect(([127, 0, 0, 1], 40000).into(), self.now);
        self.say(id, b"auth ClueCon\n\n");
        id
    }

    fn say(&mut self, id: ConnectionId, commands: &[u8]) -> Heard {
        self.now = self.now.after(Duration::from_micros(100));
        self.switch.handle_input(id, &mut BytesMut::from(commands), self.now);
        let mut heard = Heard::default();
        while let Some(effect) = self.switch.poll_effect() {
            if let Effect::Send { bytes, .. } = effect {
                heard.messages += 1;
                heard.bytes += bytes.len() as u64;
            }
        }
        heard
    }
}

pub(super) fn calls(duration: Duration) {
    let mut world = World::new(1000);
    let client = world.client();
    let command = format!("api {CALL}\n\n");
    let (started, cpu, mut count) = (Instant::now(), cpu_seconds(), 0);
    while started.elapsed() < duration {
        let heard = world.say(client, command.as_bytes());
        assert_eq!((heard.messages, world.switch.channels().count()), (1, 0));
        count += 1;
    }
    let what = "alone: calls, no listener".to_owned();
    Rate { what, count, bytes: 0, took: started.elapsed(), cpu: cpu_seconds() - cpu }.print();
}

pub(super) fn events(duration: Duration, listeners: usize) {
    let mut world = World::new(1000);
    let client = world.client();
    for _ in 0..listeners {
        let id = world.client();
        world.say(id, b"event plain ALL\n\n");
    }
    let command = format!("api {CALL}\n\n");
    let (started, cpu) = (Instant::now(), cpu_seconds());
    let (mut messages, mut bytes) = (0, 0);
    while started.elapsed() < duration {
        let heard = world.say(client, command.as_bytes());
        messages += heard.messages - 1;
        bytes += heard.bytes;
    }
    let count = messages / listeners as u64;
    let what = format!("alone: events, {listeners} listener(s)");
    Rate { what, count, bytes, took: started.elapsed(), cpu: cpu_seconds() - cpu }.print();
}

pub(super) fn hold(channels: u64) {
    let mut world = World::new(channels);
    let client = world.client();
    let (started, before) = (Instant::now(), rss_kib());
    for _ in 0..channels {
        world.say(client, b"api originate null/1000 &park\n\n");
    }
    assert_eq!(world.switch.channels().count() as u64, channels);
    print_held(&format!("alone: {channels} channels held"), channels, rss_kib() - before, started.elapsed());
}
