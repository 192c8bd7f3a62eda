//! A client's half of a conversation, played with a clock of its own.

mod ending;
mod jobs;
pub(crate) mod liveness;
mod model;
mod opening;
mod outbound;
mod replies;
pub(crate) mod session;
mod session_model;
mod subscriptions;
mod union;
pub(crate) mod world;
