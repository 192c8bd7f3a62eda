//! Makes the corpora from the recordings: `cargo run --example seed` in this folder. It keeps the shortest sample of
//! each kind, so that what is committed stays small.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use bytes::BytesMut;
use serde_json::Value;
use trunkline_proto::listener::PacketDecoder;
use trunkline_proto::{ContentType, Event, EventFormat, FrameDecoder};

/// Samples by target and kind.
type Corpus = BTreeMap<(&'static str, String), Vec<u8>>;

/// Longer ones are left out.
const MOST: usize = 4000;

fn main() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut corpus = Corpus::new();
    let mut paths: Vec<_> = fs::read_dir(here.join("../fixtures/transcripts"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.to_string_lossy().contains(".ndjson")) {
        for ((_, direction), bytes) in streams(path) {
            if direction == "rx" { received(&mut corpus, &bytes) } else { sent(&mut corpus, &bytes) }
        }
    }
    for (kind, lists) in [("lists", "DTMF CUSTOM a::b\x1fstatus,bgapi"), ("all", "all\x1fall")] {
        keep(&mut corpus, "reply", &format!("user-{kind}"), [b"u", lists.as_bytes()].concat());
    }
    for ((target, kind), bytes) in &corpus {
        let folder = here.join("corpus").join(target);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(kind), bytes).unwrap();
    }
    println!("{} samples", corpus.len());
}

fn keep(corpus: &mut Corpus, target: &'static str, kind: &str, bytes: Vec<u8>) {
    if bytes.len() > MOST {
        return;
    }
    let kind: String =
        kind.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).take(40).collect();
    let kept = corpus.entry((target, kind)).or_insert_with(|| bytes.clone());
    if bytes.len() < kept.len() {
        *kept = bytes;
    }
}

fn received(corpus: &mut Corpus, bytes: &[u8]) {
    let mut decoder = FrameDecoder::default();
    let mut buffer = BytesMut::from(bytes);
    let mut previous: Option<Vec<u8>> = None;
    while let Ok(Some(frame)) = decoder.decode(&mut buffer) {
        let kind = format!("{:?}", frame.content_type());
        let with_previous = [b"\0", &previous.unwrap_or_default()[..], frame.bytes()].concat();
        keep(corpus, "frame", &kind, with_previous);
        previous = Some(frame.bytes().to_vec());
        if frame.content_type() == ContentType::ApiResponse {
            let body = frame.body().unwrap_or_default();
            // How an answer begins tells what it is of.
            let beginning = String::from_utf8_lossy(body.get(..5).unwrap_or(&body)).into_owned();
            let kind = format!("answer-{}", beginning.replace(|c: char| c.is_ascii_hexdigit(), "0"));
            keep(corpus, "api", &kind, body.to_vec());
        }
        if frame.content_type() == ContentType::CommandReply {
            answered(corpus, frame.bytes(), &frame.headers().get("Reply-Text").unwrap_or_default());
        }
        let (target, format) = match frame.content_type() {
            ContentType::EventPlain => ("event_plain", EventFormat::Plain),
            ContentType::EventJson => ("event_json", EventFormat::Json),
            ContentType::EventXml => ("event_xml", EventFormat::Xml),
            _ => continue,
        };
        let payload = frame.body().unwrap();
        let event = Event::decode(format, payload.clone()).unwrap();
        let traits = [
            ("body", event.body_bytes().is_some_and(|body| !body.is_empty())),
            ("array", event.headers().iter().any(|(_, value)| value.is_array())),
            ("nameless", event.name().is_none()),
            ("twice", event.headers().get_all("Event-Name").count() > 1),
            ("bytes", std::str::from_utf8(&payload).is_err()),
        ];
        for (kind, _) in traits.iter().filter(|(_, has)| *has) {
            keep(corpus, target, kind, payload.to_vec());
        }
    }
}

/// A reply as a frame, as its text, as the words of a refusal, and as the first thing said in a conversation.
fn answered(corpus: &mut Corpus, frame: &[u8], text: &str) {
    let is_uuid = |word: &&str| word.contains(|c: char| c.is_ascii_digit());
    let kind: String = match text.get(..4) {
        Some("+OK " | "-ERR") => text
            .split(' ')
            .take(3)
            .take_while(|word| !word.ends_with(':'))
            .filter(|word| !is_uuid(word))
            .collect(),
        _ => "value".to_owned(),
    };
    keep(corpus, "reply", &format!("frame-{kind}"), [b"f", frame].concat());
    keep(corpus, "reply", &format!("text-{kind}"), [b"t", text.as_bytes()].concat());
    keep(corpus, "reply", &format!("first-{kind}"), [b"c", &frame.repeat(3)[..]].concat());
    if let Some(words) = text.strip_prefix("-ERR ") {
        keep(corpus, "reply", &format!("words-{kind}"), [b"w", words.as_bytes()].concat());
    }
}

fn sent(corpus: &mut Corpus, bytes: &[u8]) {
    let mut decoder = PacketDecoder::new();
    let mut buffer = BytesMut::from(bytes);
    while let Ok(Some(packet)) = decoder.decode(&mut buffer) {
        let line = String::from_utf8_lossy(packet.line()).into_owned();
        let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let mut wire = [b"*", packet.text()].concat();
        wire.extend_from_slice(packet.body().unwrap_or_default());
        let shape = if packet.body().is_some() { "body" } else { "" };
        keep(corpus, "command", &format!("packet-{}-{shape}", verb.to_lowercase()), wire);
        let first: fn(&str) -> Vec<u8> = |rest| rest.replacen(' ', "\x1f", 1).into_bytes();
        let arguments = match verb {
            "auth" => ("a", rest.as_bytes().to_vec()),
            "userauth" => ("u", rest.replacen(':', "\x1f", 1).into_bytes()),
            "api" => ("p", rest.as_bytes().to_vec()),
            "bgapi" => ("b", [rest.as_bytes(), b"\x1f", packet.header("Job-UUID").unwrap_or(b"id")].concat()),
            "filter" if rest.starts_with("delete ") => ("d", first(rest.trim_start_matches("delete "))),
            "filter" => ("f", first(rest)),
            "getvar" => ("g", rest.as_bytes().to_vec()),
            "sendmsg" if packet.header("execute-app-name").is_some() => {
                let text = |name: &str| packet.header(name).unwrap_or_default();
                let argument = packet.body().unwrap_or(text("execute-app-arg"));
                ("x", [text("execute-app-name"), argument, text("Event-UUID")].join(&0x1f))
            }
            "event" => ("e", rest.replace(' ', "\x1f").into_bytes()),
            "sendevent" => {
                let mut parts = vec![rest.as_bytes().to_vec()];
                for (name, value) in packet.headers() {
                    parts.extend([name.clone(), value.clone()]);
                }
                parts.extend(packet.body().map(<[u8]>::to_vec));
                ("s", parts.join(&0x1f))
            }
            _ => ("r", packet.text().to_vec()),
        };
        let sample = [arguments.0.as_bytes(), &arguments.1].concat();
        keep(corpus, "command", &format!("say-{}-{}", arguments.0, rest.len() / 16), sample);
    }
}

/// All bytes of each connection and direction.
fn streams(path: &Path) -> BTreeMap<(u64, String), Vec<u8>> {
    let raw = fs::read(path).unwrap();
    let mut text = String::new();
    if path.extension().is_some_and(|extension| extension == "gz") {
        flate2::read::GzDecoder::new(&raw[..]).read_to_string(&mut text).unwrap();
    } else {
        text = String::from_utf8(raw).unwrap();
    }
    let mut streams: BTreeMap<(u64, String), Vec<u8>> = BTreeMap::new();
    for line in text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        // Bytes that are not UTF-8 are in `b64`, and left out.
        if let (Some(connection), Some(data)) = (line["conn"].as_u64(), line["data"].as_str()) {
            let direction = line["dir"].as_str().unwrap().to_owned();
            streams.entry((connection, direction)).or_default().extend_from_slice(data.as_bytes());
        }
    }
    streams
}
