//! The api commands as values, held against what was recorded of a real switch.
//!
//! - `recorded`: every recorded command is said again by its type, and its answer read; `recorded.txt` says as what
//! - `typed`: from a recorded line to the value that says it
//! - `answers`: what the larger answers are read as, field by field
//! - `refused`: arguments that would break a line, for every command that takes a text
//! - `size`: an answer of 20,000 rows is read in one pass

mod answers;
mod recorded;
#[expect(dead_code, reason = "shared with tests/proto, which uses all of it")]
#[path = "../proto/recordings.rs"]
mod recordings;
mod refused;
mod size;
mod typed;
