//! Reading recordings: see `fixtures/transcripts/README.md` for the format.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use trunkline_sim::Time;

/// When the recordings begin, near enough: late in a second, as the one of the first packet's timeout did.
pub(crate) const START: Time = Time::from_micros(1_795_216_000_790_000);

/// A recorded conversation.
pub(crate) struct Recording {
    /// When it began.
    pub(crate) start: Time,
    pub(crate) steps: Vec<Step>,
}

pub(crate) struct Step {
    pub(crate) at: Duration,
    pub(crate) connection: u64,
    pub(crate) direction: Direction,
}

pub(crate) enum Direction {
    /// A client connected.
    Open,
    /// The switch connected to us.
    Accepted,
    Sent(Vec<u8>),
    Received(Vec<u8>),
    /// We closed our sending half.
    HalfClosed,
    ClosedByUs,
    ClosedBySwitch,
}

impl Recording {
    pub(crate) fn load(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/transcripts");
        let text = std::fs::read_to_string(folder.join(format!("{name}.ndjson"))).unwrap_or_else(|_| {
            let file = std::fs::File::open(folder.join(format!("{name}.ndjson.gz"))).expect("a recording");
            let mut text = String::new();
            flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("gzip");
            text
        });
        let lines = text.lines().skip(1).map(|line| serde_json::from_str(line).expect("json"));
        Self { start: START, steps: lines.map(|line: Value| step(&line)).collect() }
    }

    /// What was received on each connection.
    pub(crate) fn received(&self) -> BTreeMap<u64, Vec<u8>> {
        let mut received: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
        for step in &self.steps {
            let bytes = received.entry(step.connection).or_default();
            if let Direction::Received(data) = &step.direction {
                bytes.extend_from_slice(data);
            }
        }
        received
    }
}

fn step(line: &Value) -> Step {
    let data = || match (line["data"].as_str(), line["b64"].as_str()) {
        (Some(text), _) => text.as_bytes().to_vec(),
        (None, Some(text)) => from_base64(text),
        (None, None) => Vec::new(),
    };
    let direction = match line["dir"].as_str().expect("dir") {
        "open" if line["role"] == "outbound" => Direction::Accepted,
        "open" => Direction::Open,
        "tx" => Direction::Sent(data()),
        "rx" => Direction::Received(data()),
        "half-close" => Direction::HalfClosed,
        "close" if line["by"] == "us" => Direction::ClosedByUs,
        _ => Direction::ClosedBySwitch,
    };
    let at = Duration::from_secs_f64(line["t"].as_f64().expect("t"));
    Step { at, connection: line["conn"].as_u64().expect("conn"), direction }
}

fn from_base64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |byte: u8| ALPHABET.iter().position(|known| *known == byte).expect("base64") as u32;
    let digits: Vec<u32> = text.bytes().filter(|byte| *byte != b'=').map(digit).collect();
    let group = |group: &[u32]| {
        let bits = group.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - group.len()));
        bits.to_be_bytes()[1..group.len()].to_vec()
    };
    digits.chunks(4).flat_map(group).collect()
}
