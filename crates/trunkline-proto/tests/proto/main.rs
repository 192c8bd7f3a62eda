//! What the crate promises, held against what FreeSWITCH sent.
//!
//! - `recordings`: reads `fixtures/`; every other file here stands on it, and `tests/allocations` too
//! - `decode`: every recording's received bytes, cut in every way, give the messages the oracle counted
//! - `packets`: every recording's sent bytes, cut in every way, give the packets the switch answered
//! - `commands`: what our constructors encode is what was recorded
//! - `reencode`: every recorded event goes out again as it came in
//! - `builder`: changing an event, against a plain list
//! - `normal`: plain, JSON and XML of one event say the same
//! - `answers`: every recorded reply means what the table `fixtures/answers.tsv` says
//! - `surprises`: one test for each oddity of the protocol, by name
//! - `client_must`: what every client must do, a test for each sentence of it
//! - `views`: every recorded event, read by what it is
//!     - `views/sweep`: all of them at once: no header out of reach, no value unreadable, no word unknown
//!     - `views/blocks`, `call`, `media`, `server`, `conference`, `modules`: each getter, against what was recorded
//!     - `views/unrecorded`: what only FreeSWITCH's source says
//! - `connection`: a client's half of a conversation, played with a clock of its own
//!     - `connection/world`: the switch, the wire and the clock of those plays
//!     - `connection/opening`: greeting, credentials, and whoever else may answer a port
//!     - `connection/replies`: whose reply is whose: late, forgotten, pipelined, cut off
//!     - `connection/jobs`: `bgapi` and its BACKGROUND_JOB
//!     - `connection/subscriptions`: events, logs, filters
//!     - `connection/ending`: how it ends, and who is told what
//!     - `connection/union`: random plays of subscribing against a model of what the switch then has
//!     - `connection/model`: random plays against a model: no reply ever belongs to another command
//!
//! `tests/allocations` stands apart, since it counts what the whole program allocates.

mod answers;
mod builder;
mod client_must;
mod commands;
mod connection;
mod decode;
mod normal;
mod packets;
mod recordings;
mod reencode;
mod surprises;
mod views;
