//! A pretend FreeSWITCH, to develop and test event socket clients against.
//!
//! - [`Switch`] is the whole switch as a pure state machine: bytes and the time come in, [`Effect`]s go out. With
//!   the same seed and the same inputs it says the same bytes. It opens no socket and reads no clock.
//! - [`Sim`] puts a switch behind a TCP listener.
//!
//! What it says is modelled on recordings of FreeSWITCH 1.11: replies byte for byte, events with the headers of
//! the real ones in their order, each leg's events in the recorded order. Facts name the source file of
//! FreeSWITCH they come from.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let sim = trunkline_sim::Sim::builder().start().await?;
//! println!("connect to {}", sim.url());
//! sim.stop().await;
//! # Ok(())
//! # }
//! ```
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::panic
    )
)]

mod api;
mod app;
mod bridge;
mod cause;
mod channel;
mod config;
mod core;
mod dialplan;
mod dtmf;
mod endpoint;
mod event;
mod expand;
pub mod fault;
mod heartbeat;
mod hold;
mod listener;
mod log;
mod originate;
mod schedule;
mod serve;

mod session;
mod switch;
mod text;
mod time;
mod transfer;

pub use config::{AccessList, AccessRule, Release, SipConfig, SipOutcome, SipPeer, SwitchConfig, User};
pub use fault::{Fault, Faults};
pub use serve::{Sim, SimBuilder};

pub use switch::{ConnectionId, Effect, Switch};
pub use time::Time;
