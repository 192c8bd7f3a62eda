//! What the client promises, held against switches that behave, misbehave, dawdle and die.
//!
//! - `support`: a scripted switch; a test is the dialogue with it
//! - `opening`: getting in, and everything that may answer a port instead
//! - `broken`: bytes that are no protocol, and conversations cut at every byte
//! - `reconnect`: connections that are lost and made again
//! - `merged`: several connections to one switch, merged
//! - `after_connect`: what is done after each connect
//! - `faults`: a network that fails at any byte, and switches that die under load
//! - `health`: what the client says of itself
//! - `permissions`: users who may not do everything
//! - `refused`: what the switch refuses, and what never reaches it
//! - `replies`: whose reply is whose: late, dropped, timed out
//! - `shuffle`: the same under many tasks, threads, and random drops
//! - `events`: streams, their sets, their order, and what the switch is asked for
//! - `logs`: log streams and filters
//! - `overflow`: consumers that are slow, and bursts
//! - `jobs`: `bgapi` as a future
//! - `originate`: calls that are dialled at most once
//! - `typed`: api commands as values
//! - `transport`: other streams than TCP, writers that take little, sockets that fail
//! - `wakeups`: that the driver is woken when it must be
//! - `ending`: `close`, the last clone, a runtime that is shut down
//! - `session`: commands about one channel, and what the answers to them are to a program
//! - `client_must`: what every client must do: what `trunkline-proto`'s tests of that name cannot show
//! - `secrets`: what is never shown
//! - `notes`: a subscriber to `tracing` that writes down what it is told
//! - `tracing`, `metrics`: what is told and counted, by which names
//! - `sim`: against the simulated switch
//!
//! `tests/real` talks to a real switch.

mod after_connect;
mod broken;
mod client_must;
mod ending;
mod events;
mod faults;
mod health;
mod jobs;
mod lanes;
mod logs;
mod merged;
mod metrics;
mod notes;
mod opening;
mod originate;
mod overflow;
mod permissions;
mod reconnect;
mod refused;
mod replies;
mod secrets;
mod session;
mod shuffle;
mod sim;
mod support;
mod tracing;
mod transport;
mod typed;
mod wakeups;
