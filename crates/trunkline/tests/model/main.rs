//! The model without a connection: events in, objects and changes out.

mod again;
mod blocks;
mod calls;
mod conferences;
mod describe;
mod doubt;
mod embedded;
mod late;
mod merged;
mod recorded;
#[path = "../../../trunkline-sim/tests/sim/support/recording.rs"]
#[allow(dead_code, reason = "the simulator's tests need more of it")]
mod recording;
mod resync;
mod simulated;
mod standings;
mod stories;
mod told;
mod truth;
mod watch;
