//! Servers of outbound sockets: each serves the calls of `bench outbound` until it is ended.

pub(super) mod esl_tokio;
pub(super) mod ours;
pub(super) mod raw;

use std::net::SocketAddr;

/// What is played, for 200 ms.
const TONE: &str = "tone_stream://%(200,0,440)";
/// What is played while a digit is asked for.
const SILENCE: &str = "silence_stream://50";
/// How one digit is asked for: one, in one try, into the variable `choice`.
const DIGITS: &str = "1 1 1 5000 # silence_stream://50 silence_stream://50 choice \\d";

/// Tells the switch where to dial.
fn listening(address: SocketAddr) {
    println!("{address}");
}
