//! Everything a program needs to talk to FreeSWITCH over its event socket.
//!
//! ```
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! # let sim = trunkline_sim::Sim::builder().start().await?;
//! # let url = sim.url();
//! use trunkline::{EventName, Item};
//!
//! let client = trunkline::connect(url.as_str()).await?;
//!
//! // A command, and what it prints.
//! println!("{}", client.api("status").await?.text());
//!
//! // Events, as they come.
//! let mut events = client.events([EventName::ChannelAnswer]).await?;
//!
//! // A background job, awaited.
//! let call = client.bgapi("originate null/test &park").await?.await?;
//! println!("{}", call.text());
//!
//! if let Some(Item::Event(event)) = events.next().await {
//!     println!("{} was answered", event.unique_id().unwrap_or_default());
//! }
//! client.close().await;
//! # Ok(())
//! # }
//! # tokio::runtime::Runtime::new().unwrap().block_on(run()).unwrap();
//! ```
//!
//! - [`connect`] and [`Config`] say where the switch is and who we are to it.
//! - [`Client`] is the handle: clone it, share it, use it from any number of tasks at once. Each command gets its own
//!   reply, whatever happens to the others.
//! - [`Events`] and [`Logs`] are bounded streams that say what they had to drop.
//! - [`Job`] is a `bgapi` as a future.
//! - [`api`] has the api commands as values, for [`Client::run`], which reads what they print.
//! - [`Error`] says what happened, whose fault it was, and what to do.
//!
//! What is said on the wire, without any I/O, is the crate `trunkline-proto`, whose vocabulary is re-exported here.
//!
//! # Features
//!
//! `client` (default): the client, on tokio.

#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
mod config;
#[cfg(feature = "client")]
mod core;
#[cfg(feature = "client")]
mod driver;
#[cfg(feature = "client")]
mod error;
#[cfg(feature = "client")]
mod events;
#[cfg(feature = "client")]
mod job;
#[cfg(feature = "client")]
mod queue;
#[cfg(feature = "client")]
mod typed_api;
#[cfg(feature = "client")]
mod wire_trace;

#[cfg(feature = "client")]
pub use client::{Client, connect};
#[cfg(feature = "client")]
pub use config::{Config, ConfigError};
#[cfg(feature = "client")]
pub use error::Error;
#[cfg(feature = "client")]
pub use events::{Events, Item, LogItem, Logs};
#[cfg(feature = "client")]
pub use job::{Job, JobResult};
#[cfg(feature = "client")]
pub use queue::Missed;
pub use trunkline_proto as proto;
pub use trunkline_proto::api;
pub use trunkline_proto::{
    ApiMisuse, ApiResponse, CloseReason, Command, CommandReply, Credentials, Event, EventBuilder,
    EventFormat, EventName, EventSet, Executed, Headers, JobLost, JobUuid, Limits, LogData, LogLevel,
    Permissions, Reply, SubscriptionRefused, SwitchMisbehaved,
};
#[cfg(feature = "client")]
pub use typed_api::{Answer, ApiJob};
