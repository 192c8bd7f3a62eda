//! A network that fails between the client and the simulated switch, and what the client makes of it.
//!
//! - `proxy`: stands between the two; cuts, resets, stalls or swallows at a given byte (the other clients' tests have it, too)
//! - `talk`: a conversation that may be disturbed anywhere, and what must be true of it then
//! - `walk`: the same disturbed at one byte after the other
//! - `shuffle`: many tasks, and a connection lost at random
//! - `ends`: switches that do not come back, or not for long

mod ends;
#[path = "../support/proxy.rs"]
pub(crate) mod proxy;
mod shuffle;
mod talk;
pub(crate) mod walk;
