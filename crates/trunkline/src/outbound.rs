//! Calls that the switch asks us to handle: the application `socket` of its dialplan connects to us, a connection a call.
//!
//! [`Server`] listens, and has each call handled by a function; [`Accept`] takes a connection that somebody else has
//! accepted.

#[cfg(feature = "client")]
mod accept;
mod allow;
mod counts;
#[cfg(feature = "client")]
mod from_session;
#[cfg(feature = "client")]
mod handle;
mod handler;
mod listen;
#[cfg(feature = "client")]
mod server;
#[cfg(feature = "client")]
mod serving;
mod shutdown;
pub(crate) mod trace;

#[cfg(feature = "client")]
pub use accept::{Accept, Session};
pub use allow::{AllowList, AllowListError};
#[cfg(feature = "blocking")]
pub(crate) use counts::Counters;
pub use counts::Counts;
pub(crate) use counts::Fate;
#[cfg(feature = "client")]
pub use from_session::FromSession;
#[cfg(feature = "client")]
pub use handle::ServerHandle;
pub use handler::{IntoOutcome, Outcome};
pub use listen::Listen;
#[cfg(feature = "blocking")]
pub(crate) use listen::is_the_connections_own;
#[cfg(feature = "client")]
pub use server::Server;
pub use shutdown::Shutdown;
