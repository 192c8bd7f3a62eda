//! A stream cut anyhow gives the same frames, and the same end, as the stream in one piece; whatever is read from
//! them panics nowhere. The first byte of the input says how to cut and how much to take.
#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use trunkline_proto::{FrameDecoder, Limits, Message, MessageDecoder, SwitchMisbehaved};

fuzz_target!(|input: &[u8]| {
    let Some((&how, stream)) = input.split_first() else { return };
    let limits = if how & 1 == 0 { Limits::default() } else { Limits::new(200, 300) };
    let whole = frames(limits, stream, std::iter::once(stream.len()));
    assert_eq!(whole, frames(limits, stream, std::iter::repeat(1)), "byte by byte");
    let mut seed = u32::from(how);
    let random = std::iter::repeat_with(move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        1 + (seed >> 24) as usize % 40
    });
    assert_eq!(whole, frames(limits, stream, random), "in pieces");
    let read: usize = messages(limits, stream);
    assert_eq!(read, whole.0.len());
});

type Frames = (Vec<(String, Vec<u8>, Option<Vec<u8>>)>, Option<SwitchMisbehaved>);

fn frames(limits: Limits, stream: &[u8], pieces: impl Iterator<Item = usize>) -> Frames {
    let mut decoder = FrameDecoder::new(limits);
    let mut buffer = BytesMut::new();
    let mut frames = Vec::new();
    let mut rest = stream;
    for length in pieces {
        let (piece, after) = rest.split_at(length.min(rest.len()));
        rest = after;
        buffer.extend_from_slice(piece);
        loop {
            match decoder.decode(&mut buffer) {
                Ok(Some(frame)) => {
                    let body = frame.body().map(|body| body.to_vec());
                    frames.push((format!("{:?}", frame.content_type()), frame.bytes().to_vec(), body));
                }
                Ok(None) => break,
                Err(error) => return (frames, Some(error)),
            }
        }
        if rest.is_empty() {
            break;
        }
    }
    (frames, None)
}

/// Reads all there is to read; how many messages.
fn messages(limits: Limits, stream: &[u8]) -> usize {
    let mut decoder = MessageDecoder::new(limits);
    let mut buffer = BytesMut::from(stream);
    let mut count = 0;
    while let Ok(Some(message)) = decoder.decode(&mut buffer) {
        count += 1;
        let _ = format!("{message:?}");
        match message {
            Message::CommandReply(reply) => {
                let _ = (reply.text(), reply.error(), reply.job_uuid(), reply.is_ok());
            }
            Message::ApiResponse(response) => drop(response.error()),
            Message::DisconnectNotice(notice) => {
                let _ = (notice.disposition(), notice.text(), notice.unique_id(), notice.linger_seconds());
            }
            Message::LogData(log) => {
                let _ =
                    (log.level(), log.file(), log.line(), log.function(), log.unique_id(), log.wire_len());
            }
            _ => {}
        }
    }
    count
}
