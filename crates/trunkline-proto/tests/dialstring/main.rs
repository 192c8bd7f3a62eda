//! Quoting: what goes in is what the switch takes out.
//!
//! - `vectors`: what the switch's own tokenizer made of some texts
//! - `layers`: a model of each way to a channel's variables, written with the tokenizer alone
//! - `anything`: texts of all that is special, for the properties
//! - `properties`: what goes in through any encoder comes out of the model of its way; what is written reads the same
//! - `handwritten`: dial strings as people write them, and those that are refused
//! - `refused`: what cannot be said, each with its error
//! - `real`: against a real switch, where `TRUNKLINE_TEST_URL` names one
//!     - `real/switch`: a client just big enough

mod anything;
mod handwritten;
mod layers;
mod properties;
mod real;
mod refused;
mod vectors;
