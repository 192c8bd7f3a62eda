//! The contestants, each in a process of its own.

mod beside;
mod blocking;
mod codec;
mod drain;
mod esl_tokio;
mod lanes;
mod ours;
mod outbound;
mod raw;

use crate::Contestant;

/// Commands in flight in `pipeline`.
const TASKS: usize = 64;

pub(crate) fn run(contestant: &Contestant) {
    let measured = match contestant.name.as_str() {
        "trunkline/outbound" => return outbound::ours::serve(),
        "raw/outbound" => return outbound::raw::serve(),
        "freeswitch-esl-tokio/outbound" => return outbound::esl_tokio::serve(),
        "drain" => drain::stream(contestant),
        "trunkline/decode" => codec::decode(contestant),
        "newlines/decode" => codec::decode_floor(contestant),
        "trunkline/encode" => codec::encode(contestant),
        "trunkline/lookup" => codec::lookup(contestant),
        "map/lookup" => codec::lookup_map(contestant),
        "trunkline/stream" => ours::stream(contestant),
        "trunkline/memory" => ours::memory(contestant),
        "trunkline/rtt-spawned" => ours::rtt_spawned(contestant),
        "trunkline/rtt-main" => ours::rtt_main(contestant),
        "trunkline/pipeline" => ours::pipeline(contestant),
        "trunkline/bgapi" => lanes::jobs(contestant, 0),
        "trunkline-4-lanes/bgapi" => lanes::jobs(contestant, 4),
        "trunkline-16-lanes/bgapi" => lanes::jobs(contestant, 16),
        "trunkline/latency" => lanes::latency(contestant, 0, None),
        "trunkline-without-window/latency" => lanes::latency(contestant, 0, Some(usize::MAX)),
        "trunkline-1-lane/latency" => lanes::latency(contestant, 1, None),
        "trunkline/beside-unsubscribed" => beside::unsubscribed(contestant),
        "trunkline/beside-read" => beside::read(contestant),
        "trunkline/beside-never-read" => beside::never_read(contestant),
        "trunkline-blocking/stream" => blocking::stream(contestant),
        "trunkline-blocking/rtt" => blocking::rtt(contestant),
        "freeswitch-esl-tokio/stream" => esl_tokio::stream(contestant),
        "freeswitch-esl-tokio/rtt-spawned" => esl_tokio::rtt_spawned(contestant),
        "freeswitch-esl-tokio/rtt-main" => esl_tokio::rtt_main(contestant),
        "freeswitch-esl-tokio/pipeline" => esl_tokio::pipeline(contestant),
        "raw/rtt-spawned" => raw::rtt_spawned(contestant),
        "raw/rtt-main" => raw::rtt_main(contestant),
        "raw/rtt-thread" => blocking::raw_rtt(contestant),
        "raw/pipeline" => raw::pipeline(contestant),
        other => panic!("no contestant {other}"),
    };
    println!("{measured}");
}
