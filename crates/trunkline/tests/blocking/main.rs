//! What the blocking client promises, held against switches that behave, misbehave, dawdle and die.
//!
//! - `support`: a scripted switch in a thread of its own; a test is the dialogue with it
//! - `opening`: getting in, and everything that may answer a port instead
//! - `replies`: whose reply is whose: late, dropped, out of time, in any order
//! - `receive`: events, log lines and jobs, and what is kept while something else is waited for
//! - `overflow`: what is dropped, and told
//! - `full`: both sides full, and both stuck if anyone but reads or writes
//! - `broken`: bytes that are no protocol, and conversations cut at every byte
//! - `reconnect`: connections lost and made again: what is restored, kept and told
//! - `attempts`: attempts at that which fail, and patience
//! - `stalled`: switches that are connected and say nothing
//! - `faults`: a conversation with the simulated switch, lost at every byte and made again; `proxy` stands between
//! - `signals`: waits that are interrupted
//! - `descriptors`: adopted ones, forked ones, and poll loops of one's own
//! - `sim`: against the simulated switch
//!
//! `tests/real` talks to a real switch.

mod attempts;
mod broken;
#[cfg(unix)]
mod descriptors;
mod faults;
mod full;
mod opening;
mod overflow;
#[path = "../support/proxy.rs"]
mod proxy;
mod receive;
mod reconnect;
mod replies;
mod session;
#[cfg(unix)]
mod signals;
mod sim;
mod stalled;
mod support;
