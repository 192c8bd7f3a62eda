//! Watching a switch: what to do with changes and events, without any I/O.
//!
//! - [`Filter`] picks changes, by kind, id, field or predicate;
//! - [`Until`] waits for an object to be as one wants it;
//! - [`Tally`] counts objects, and keeps its counts up to date;
//! - [`Handlers`] calls functions for events, by name and headers;
//! - [`Journal`] keeps the last batches, for any number of readers that come by at their own pace.
//!
//! Each is fed what [`Switch::apply`](super::Switch::apply) gives back.

mod filter;
mod handlers;
mod journal;
mod tally;
mod until;
mod when;

pub use filter::Filter;
pub use handlers::{Attached, Handlers, Scope};
pub use journal::{Behind, Journal};
pub use tally::Tally;
pub use until::{Outcome, Until};
pub use when::When;
