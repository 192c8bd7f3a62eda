//! Calls that the switch asks us to handle: the application `socket` of its dialplan connects to us, a connection a call.
//!
//! [`Server`] listens, and has each call handled by a function; [`Accept`] takes a connection that somebody else has
//! accepted.

mod accept;
mod allow;
mod counts;
mod handler;
mod listen;
mod server;
mod serving;
mod shutdown;

pub use accept::{Accept, Session};
pub use allow::{AllowList, AllowListError};
pub use counts::Counts;
pub(crate) use counts::Fate;
pub use handler::{FromSession, IntoOutcome, Outcome};
pub use listen::Listen;
pub use server::Server;
pub use shutdown::{ServerHandle, Shutdown};
