//! The recorded conversations of `fixtures/`, and ways to cut a stream.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use bytes::BytesMut;
use serde_json::Value;
use trunkline_proto::listener::{Packet, PacketDecoder, PacketError};
use trunkline_proto::{Frame, FrameDecoder, Message, MessageDecoder};

/// One scenario.
pub(crate) struct Recording {
    pub(crate) name: String,
    pub(crate) connections: Vec<Connection>,
}

/// One connection of a scenario.
#[derive(Default)]
pub(crate) struct Connection {
    pub(crate) number: u64,
    /// FreeSWITCH dialled us.
    pub(crate) outbound: bool,
    /// All it sent.
    pub(crate) received: Vec<u8>,
    /// All we sent.
    pub(crate) sent: Vec<u8>,
}

/// What another parser found in a connection's received bytes.
pub(crate) struct Oracle {
    pub(crate) messages: BTreeMap<String, u64>,
    pub(crate) events: BTreeMap<String, u64>,
    pub(crate) left_over: u64,
}

static ALL: LazyLock<Vec<Recording>> = LazyLock::new(|| {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(fixtures().join("transcripts")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let is_recording = |path: &PathBuf| path.to_string_lossy().contains(".ndjson");
    paths.iter().filter(|path| is_recording(path)).map(|path| read(path)).collect()
});

static COUNTS: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_slice(&fs::read(fixtures().join("transcripts/counts.json")).unwrap()).unwrap()
});

/// Every recording there is.
pub(crate) fn all() -> &'static [Recording] {
    assert!(ALL.len() > 190, "only {} recordings were found", ALL.len());
    &ALL
}

/// Every connection of every recording, named.
pub(crate) fn connections() -> impl Iterator<Item = (String, &'static Connection)> {
    all().iter().flat_map(|recording| {
        let name = |connection: &Connection| format!("{} connection {}", recording.name, connection.number);
        recording.connections.iter().map(move |connection| (name(connection), connection))
    })
}

/// The connection of that number in that recording.
pub(crate) fn connection(name: &str, number: u64) -> &'static Connection {
    let recording = all().iter().find(|recording| recording.name == name).unwrap();
    recording.connections.iter().find(|connection| connection.number == number).unwrap()
}

/// The messages of the first connection of a recording.
pub(crate) fn messages_of(name: &str) -> Vec<Message> {
    messages(&connection(name, 1).received)
}

/// What `counts.json` says.
pub(crate) fn oracle(recording: &str, connection: u64) -> Oracle {
    let counts = &COUNTS[recording][connection.to_string()];
    let map = |key: &str| {
        let entries = counts[key].as_object().unwrap().iter();
        entries.map(|(name, count)| (name.clone(), count.as_u64().unwrap())).collect()
    };
    Oracle {
        messages: map("messages"),
        events: map("events"),
        left_over: counts["left_over"].as_u64().unwrap(),
    }
}

/// A raw stream of `fixtures/captures`.
pub(crate) fn capture(name: &str) -> Vec<u8> {
    fs::read(fixtures().join("captures").join(name)).unwrap()
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

fn read(path: &Path) -> Recording {
    let mut lines =
        text(path).lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>();
    let name = lines.remove(0)["scenario"].as_str().unwrap().to_owned();
    let mut connections: BTreeMap<u64, Connection> = BTreeMap::new();
    for line in &lines {
        let number = line["conn"].as_u64().unwrap();
        let connection = connections.entry(number).or_default();
        connection.number = number;
        match line["dir"].as_str().unwrap() {
            "open" => connection.outbound = line["role"] == "outbound",
            "rx" => connection.received.extend(bytes_of(line)),
            "tx" => connection.sent.extend(bytes_of(line)),
            _ => {}
        }
    }
    Recording { name, connections: connections.into_values().collect() }
}

fn text(path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    if path.extension().is_some_and(|extension| extension == "gz") {
        let mut text = String::new();
        flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
        return text;
    }
    String::from_utf8(bytes).unwrap()
}

fn bytes_of(line: &Value) -> Vec<u8> {
    match line["data"].as_str() {
        Some(text) => text.as_bytes().to_vec(),
        None => base64(line["b64"].as_str().unwrap()),
    }
}

fn base64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits: Vec<u32> = text
        .bytes()
        .filter(|byte| *byte != b'=')
        .map(|byte| ALPHABET.iter().position(|letter| *letter == byte).unwrap().try_into().unwrap())
        .collect();
    let group = |group: &[u32]| {
        let bits = (0..4).fold(0, |bits, at| bits << 6 | group.get(at).copied().unwrap_or(0));
        bits.to_be_bytes()[1..group.len()].to_vec()
    };
    digits.chunks(4).flat_map(group).collect()
}

/// Ways to cut a stream into pieces.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cut {
    Whole,
    Bytes,
    /// Pieces of random length, by seed: many tiny ones, some of up to 3,000 bytes.
    Random(u64),
}

impl Cut {
    pub(crate) const ALL: [Self; 5] =
        [Self::Whole, Self::Bytes, Self::Random(1), Self::Random(2), Self::Random(3)];

    /// The pieces `bytes` falls into.
    pub(crate) fn pieces(self, bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
        let mut random = fastrand::Rng::with_seed(match self {
            Self::Random(seed) => seed,
            Self::Whole | Self::Bytes => 0,
        });
        let mut rest = bytes;
        std::iter::from_fn(move || {
            let length = match self {
                Self::Whole => rest.len(),
                Self::Bytes => 1,
                Self::Random(_) => {
                    let most = [2, 8, 80, 3000][random.usize(..4)];
                    random.usize(1..=most)
                }
            };
            let (piece, after) = rest.split_at(length.min(rest.len()));
            rest = after;
            (!piece.is_empty()).then_some(piece)
        })
    }
}

/// The frames of a stream so cut, and how many bytes are left over.
pub(crate) fn frames(bytes: &[u8], cut: Cut) -> (Vec<Frame>, usize) {
    let mut decoder = FrameDecoder::default();
    let mut buffer = BytesMut::new();
    let mut frames = Vec::new();
    for piece in cut.pieces(bytes) {
        buffer.extend_from_slice(piece);
        while let Some(frame) = decoder.decode(&mut buffer).unwrap() {
            frames.push(frame);
        }
    }
    (frames, buffer.len())
}

/// The messages of a stream.
pub(crate) fn messages(bytes: &[u8]) -> Vec<Message> {
    messages_cut(bytes, Cut::Whole)
}

/// The messages of a stream so cut.
pub(crate) fn messages_cut(bytes: &[u8], cut: Cut) -> Vec<Message> {
    let mut decoder = MessageDecoder::default();
    let mut buffer = BytesMut::new();
    let mut messages = Vec::new();
    for piece in cut.pieces(bytes) {
        buffer.extend_from_slice(piece);
        while let Some(message) = decoder.decode(&mut buffer).unwrap() {
            messages.push(message);
        }
    }
    messages
}

/// One packet a client sent, and the bytes it was sent as.
pub(crate) struct Sent {
    pub(crate) packet: Packet,
    /// Without the blank lines before it.
    pub(crate) wire: Vec<u8>,
}

/// The packets of what a client sent, so cut; what is left over; and what ended it, if the switch would.
pub(crate) fn packets(bytes: &[u8], cut: Cut) -> (Vec<Sent>, Vec<u8>, Option<PacketError>) {
    let mut decoder = PacketDecoder::new();
    let mut buffer = BytesMut::new();
    let mut packets = Vec::new();
    let mut taken = 0;
    let mut received = 0;
    for piece in cut.pieces(bytes) {
        buffer.extend_from_slice(piece);
        received += piece.len();
        loop {
            match decoder.decode(&mut buffer) {
                Ok(Some(packet)) => {
                    let end = received - buffer.len();
                    let wire = bytes[taken..end].to_vec();
                    let blank = wire.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
                    packets.push(Sent { packet, wire: wire[blank..].to_vec() });
                    taken = end;
                }
                Ok(None) => break,
                Err(error) => return (packets, buffer.to_vec(), Some(error)),
            }
        }
    }
    (packets, buffer.to_vec(), None)
}
