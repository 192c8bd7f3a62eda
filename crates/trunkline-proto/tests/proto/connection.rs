//! A client's half of a conversation, played with a clock of its own.

mod ending;
mod jobs;
mod liveness;
mod model;
mod opening;
mod replies;
mod session;
mod session_model;
mod subscriptions;
mod union;
pub(crate) mod world;
