//! Recorded conversations of outbound sockets, said again to a server in every chunking: whatever the pieces, it makes the
//! same of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use trunkline::HangupCause;
use trunkline::call::EndedBy;
use trunkline::outbound::{Counts, Server, Session, Shutdown};

use crate::support::within;

/// What the switch said on each connection that it had made to us, in each recording.
fn recordings() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/transcripts");
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    names.retain(|path| path.extension().is_some_and(|extension| extension == "ndjson"));
    names.sort();
    let mut said = Vec::new();
    for path in names {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut streams: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
        for line in text.lines().skip(1).map(|line| serde_json::from_str::<Value>(line).unwrap()) {
            // What is no UTF-8 is in base64: only in recordings of values that are none.
            if let (Some("rx"), Some(data)) = (line["dir"].as_str(), line["data"].as_str()) {
                streams.entry(line["conn"].as_u64().unwrap()).or_default().extend_from_slice(data.as_bytes());
            }
        }
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        // All others are greeted, or turned away, in the place of being spoken to first.
        let inbound = [b"Content-Type: auth/request".as_slice(), b"Content-Type: text/rude-rejection"];
        let to_us =
            streams.into_values().filter(|stream| !inbound.iter().any(|said| stream.starts_with(said)));
        said.extend(to_us.map(|stream| (name.clone(), stream)));
    }
    said
}

/// What a handler sees of a call: how it ended, and how many events there were.
type Seen = Option<(Option<HangupCause>, EndedBy, u64)>;

/// Says this to a server in such pieces. What its handler sees, and what it counts.
async fn replay(said: &[u8], mut piece: impl FnMut() -> usize) -> (Seen, Counts) {
    let server = Server::bind("127.0.0.1:0").await.unwrap();
    let handle = server.handle();
    let (sees, mut seen) = tokio::sync::mpsc::unbounded_channel();
    let serving = server.serve(move |session: Session| async move {
        session.client().closed().await;
        let ended = session.ended_already().unwrap();
        sees.send((ended.cause, ended.by, session.client().health().events)).unwrap();
    });
    let switch = async {
        let stream = TcpStream::connect(handle.local_addresses()[0]).await.unwrap();
        let (mut reading, mut writing) = stream.into_split();
        let hearing = tokio::spawn(async move {
            let mut heard = Vec::new();
            let _ = reading.read_to_end(&mut heard).await;
        });
        let mut rest = said;
        while !rest.is_empty() {
            let (now, then) = rest.split_at(piece().clamp(1, rest.len()));
            // It leaves when it is told to, whatever else was recorded.
            if writing.write_all(now).await.is_err() {
                break;
            }
            tokio::task::yield_now().await;
            rest = then;
        }
        drop(writing);
        hearing.await.unwrap();
        while handle.counts().over() < 1 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        handle.shutdown(Shutdown::give_back(Duration::ZERO));
    };
    let (served, ()) = within(async { tokio::join!(serving, switch) }).await;
    served.unwrap();
    (seen.try_recv().ok(), handle.counts())
}

#[tokio::test]
async fn however_it_is_cut() {
    let recordings = recordings();
    assert!(recordings.len() > 75, "{}", recordings.len());
    let (mut with_cause, mut with_events, mut no_calls) = (0, 0, 0);
    for (name, said) in &recordings {
        let whole = replay(said, || usize::MAX).await;
        match &whole {
            (Some((cause, _, events)), counts) => {
                assert!(said.starts_with(b"Event-Name: CHANNEL_DATA"), "{name}: {whole:?}");
                assert_eq!(counts.ended, 1, "{name}: {whole:?}");
                with_cause += usize::from(cause.is_some());
                with_events += usize::from(*events > 0);
            }
            // It was not asked for the call first, or not in time, or the call was gone.
            (None, counts) => {
                assert!(!said.starts_with(b"Event-Name: CHANNEL_DATA"), "{name}: {whole:?}");
                assert_eq!(counts.no_call, 1, "{name}: {whole:?}");
                no_calls += 1;
            }
        }
        // Byte for byte, but not all the way: that takes its time.
        let mut bytes = 0;
        let begun = || {
            bytes += 1;
            if bytes < 1500 { 1 } else { 61 }
        };
        assert_eq!(replay(said, begun).await, whole, "{name}");
        for seed in 0..3 {
            let mut random = fastrand::Rng::with_seed(seed);
            assert_eq!(replay(said, || random.usize(1..700)).await, whole, "{name} {seed}");
        }
    }
    assert!(with_cause > 20 && with_events > 30 && no_calls > 0, "{with_cause} {with_events} {no_calls}");
}
