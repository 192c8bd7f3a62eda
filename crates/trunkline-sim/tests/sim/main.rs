//! Tests of the simulator as its users see it.

/// What administrators do: pausing, limits, the end, reading the configuration again.
mod administration;
/// Connections that come, talk and go in any order, bound or not, in a kind world and an unkind one.
mod chaos;
/// A client of the same protocol crate, joined to the switch.
mod client;
/// Conferences: the recorded commands, talk, pins.
mod conference;
/// Unkindness on demand.
mod faults;
/// What holds whatever happens: the same bytes again, one end for each beginning, replies before events.
mod invariants;
/// One connection: what it loses, what ends it, what it is bound to.
mod listener;
/// Three who are to hear each other.
mod meeting;
/// Any commands in any order.
mod random;
/// Whole recorded conversations, played again.
mod recordings;
/// The simulator behind a TCP port.
mod serve;
/// A switch to talk to, and what is needed to compare what it says.
mod support;
