//! What is simulated: by name, for tests that are to cover it and for whoever wants to know before a test does; and
//! which recordings of a real switch it keeps to.
//!
#![doc = include_str!("../RECORDINGS.md")]

/// The api commands, among them `sim`, which is the simulator's own. Any other one is answered
/// `-ERR … Command not found!`.
///
/// ```
/// assert!(trunkline_sim::simulated::api_commands().any(|command| command == "uuid_bridge"));
/// ```
pub fn api_commands() -> impl Iterator<Item = &'static str> {
    crate::api::names()
}

/// The applications. Any other one that FreeSWITCH has is noted in the log, and the call is hung up as for one that it
/// has not.
///
/// ```
/// assert!(trunkline_sim::simulated::applications().any(|application| application == "play_and_get_digits"));
/// ```
pub fn applications() -> impl Iterator<Item = &'static str> {
    crate::app::names()
}
