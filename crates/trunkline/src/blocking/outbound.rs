//! Calls that the switch asks us to handle, without async: a [`Server`] with a thread for each, or one [`Call`] from a
//! connection that somebody else has accepted.
//!
//! ```no_run
//! use trunkline::blocking::outbound::{Call, Server};
//! use trunkline::{Error, HangupCause};
//!
//! fn handle(call: &mut Call) -> Result<(), Error> {
//!     call.answer()?;
//!     call.playback("ivr/ivr-welcome.wav")?;
//!     call.hangup(HangupCause::NormalClearing).map(drop)
//! }
//!
//! # fn main() -> Result<(), Error> {
//! // <action application="socket" data="127.0.0.1:8084 full"/>
//! Server::bind("127.0.0.1:8084")?.serve(handle)
//! # }
//! ```

mod accepting;
mod applications;
mod call;
mod heard;
mod server;
mod site;

pub use call::Call;
pub(super) use heard::Heard;
pub use server::{Server, ServerHandle};

pub use crate::ended::{Ended, EndedBy};
pub use crate::outbound::{AllowList, AllowListError, Counts, IntoOutcome, Listen, Outcome, Shutdown};
