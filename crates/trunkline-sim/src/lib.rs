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
//! # The event socket
//!
//! Modelled on `mod_event_socket.c` line by line, and held to it by recorded conversations and by the scenarios that a
//! real switch judges: how bytes become packets and packets commands, every reply, what is sent when and what is held
//! back, who may do what, subscriptions and filters with their oddities, connections bound to channels and those the
//! application `socket` makes, lingering, notices, the log, what is lost and who is cut off for it.
//!
//! Where a real switch leaves it to chance, one way was chosen: a connection that ends with its call hears the call's
//! last events if somebody else has hung it up, and CHANNEL_HANGUP alone if it did so itself by `api`, or in sync mode;
//! the channel under an async `socket` parks [`SwitchConfig::park_delay`] after `connect`; a message is taken up
//! [`SwitchConfig::frame`] after it was sent, never earlier. A stalled reader stalls the others only where
//! [`Faults::stall_on_kill`] says so.
//!
//! Not simulated: `event_sink`; media sent elsewhere by `unicast`, which is accepted and silent; `nomedia`, likewise;
//! `lead-frames` and `hold-bleg`; that commands are read byte by byte, at about 1 MB a second.
//!
//! # Unkindness
//!
//! [`fault`] lists what the switch, its host and the network can be made to do to a client.
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

mod admission;
mod api;
mod app;
mod bridge;
mod cause;
mod channel;
mod conference;
mod config;
mod core;
mod dialplan;
mod directory;
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
pub mod simulated;
mod switch;
mod text;
mod time;
mod transfer;
mod xml;

pub use config::{
    AccessList, AccessRule, ConferenceConfig, ConferenceProfile, ConfigurationError, Release, SipConfig,
    SipOutcome, SipPeer, SwitchConfig, Talker, User,
};
pub use dialplan::Dialplan;
pub use directory::Directory;
pub use fault::{Fault, Faults};
pub use serve::{Sim, SimBuilder};

pub use trunkline_proto::HangupCause;

pub use switch::{ConnectionId, Effect, Switch};
pub use time::Time;
