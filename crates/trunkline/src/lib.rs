//! Everything a program needs to talk to FreeSWITCH over its event socket.
//!
#![cfg_attr(feature = "client", doc = include_str!("../docs/front_page/client.md"))]
#![cfg_attr(
    feature = "model",
    doc = "- [`model`] is what is going on in the switch, as objects that are kept up to date."
)]
#![cfg_attr(feature = "blocking", doc = "- [`blocking`] is the client without async.")]
//! - [`api`] has the api commands as values: what is said, and how what they print is read.
//! - [`dialstring`] makes dial strings and `originate` from plain values, quoted for whoever will read them.
//! - [`view`] reads an event by what it is, every header as the type it has: `event.view()`.
#![cfg_attr(feature = "client", doc = "")]
#![cfg_attr(feature = "client", doc = "The [guide] goes through them one by one.")]
//!
//! What is said on the wire, without any I/O, is the crate `trunkline-proto`, whose vocabulary is re-exported here.
//!
//! # Features
//!
//! - `client` (default): the client, on tokio.
//! - `blocking`: the client without async, in the module `blocking`.
//! - `model`: what is going on in a switch, as objects that are kept up to date, in the module `model`. It needs neither of
//!   the clients.
//! - `metrics`: what the client counts, for whatever recorder of the crate `metrics` the program has installed.
//! - `serde`: an [`Event`] or [`EventBuilder`] is written as the object FreeSWITCH's own JSON is, and such an object is read
//!   as an [`EventBuilder`]; names, ids and levels are their text. A `Health` is written as what it holds.

// What both clients share names the types of the async one; without it these names are no links.
#![cfg_attr(all(feature = "blocking", not(feature = "client")), allow(rustdoc::broken_intra_doc_links))]

#[cfg(feature = "client")]
mod after_connect;
#[cfg(any(feature = "client", feature = "blocking"))]
pub mod application;
#[cfg(feature = "blocking")]
pub mod blocking;
#[cfg(any(feature = "client", feature = "blocking"))]
mod bounded;
#[cfg(feature = "client")]
pub mod call;
#[cfg(feature = "client")]
mod calls;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
mod command_end;
#[cfg(any(feature = "client", feature = "blocking"))]
mod config;
#[cfg(any(feature = "client", feature = "blocking"))]
mod contained;
#[cfg(feature = "client")]
mod core;
#[cfg(feature = "client")]
mod driver;
#[cfg(any(feature = "client", feature = "blocking"))]
mod ended;
#[cfg(any(feature = "client", feature = "blocking"))]
mod error;
#[cfg(feature = "client")]
mod events;
#[cfg(all(doc, feature = "client"))]
pub mod guide;
#[cfg(feature = "client")]
mod halves;
#[cfg(feature = "client")]
mod health;
#[cfg(feature = "client")]
mod job;
#[cfg(any(feature = "client", feature = "blocking"))]
mod job_result;
#[cfg(feature = "client")]
mod lanes;
#[cfg(feature = "client")]
mod lazy_watch;
#[cfg(feature = "client")]
mod link;
#[cfg(feature = "client")]
mod merged;
#[cfg(feature = "metrics")]
mod meter;
#[cfg(feature = "model")]
pub mod model;
#[cfg(feature = "client")]
mod originate;
#[cfg(any(feature = "client", feature = "blocking"))]
pub mod outbound;
#[cfg(any(feature = "client", feature = "blocking"))]
mod outcome;
#[cfg(any(feature = "client", feature = "blocking"))]
mod permission;
#[cfg(feature = "client")]
mod queue;
#[cfg(any(feature = "client", feature = "blocking"))]
mod read_buffer;
#[cfg(any(feature = "client", feature = "blocking"))]
mod reconnect;
#[cfg(any(feature = "client", feature = "blocking"))]
mod socket;
#[cfg(feature = "client")]
mod stream_options;
#[cfg(feature = "client")]
mod tally;
#[cfg(feature = "client")]
mod trace;
#[cfg(any(feature = "client", feature = "blocking"))]
mod typed_api;
#[cfg(any(feature = "client", feature = "blocking"))]
mod wire_trace;

#[cfg(feature = "client")]
pub use after_connect::{AfterConnect, Connected};
#[cfg(any(feature = "client", feature = "blocking"))]
pub use bounded::Missed;
#[cfg(feature = "client")]
pub use call::{Call, LockedCall, SyncCall};
#[cfg(feature = "client")]
pub use client::{Client, connect};
#[cfg(any(feature = "client", feature = "blocking"))]
pub use config::{Config, ConfigError};
#[cfg(any(feature = "client", feature = "blocking"))]
pub use error::Error;
#[cfg(feature = "client")]
pub use events::{Events, Item, LogItem, Logs};
#[cfg(feature = "client")]
pub use health::{Backlog, Health, LaneHealth};
#[cfg(feature = "client")]
pub use job::Job;
#[cfg(any(feature = "client", feature = "blocking"))]
pub use job_result::JobResult;
#[cfg(feature = "client")]
pub use merged::Merged;
#[cfg(feature = "client")]
pub use originate::{Dialled, OriginateError, Originated, Originating, Progress};
#[cfg(any(feature = "client", feature = "blocking"))]
pub use permission::Permission;
#[cfg(feature = "client")]
pub use reconnect::StateChanges;
#[cfg(any(feature = "client", feature = "blocking"))]
pub use reconnect::{Gap, GapCause, Reconnect, State};
#[cfg(feature = "client")]
pub use stream_options::{Overflow, StreamOptions};
pub use trunkline_proto as proto;
pub use trunkline_proto::api;
pub use trunkline_proto::dialstring;
pub use trunkline_proto::view;
pub use trunkline_proto::{
    Answer, ApiMisuse, ApiResponse, ChannelData, ChannelUuid, CloseReason, Command, CommandKind,
    CommandReply, ConnectionConfig, Control, CoreUuid, Credentials, DisconnectNotice, Event, EventBuilder,
    EventError, EventFormat, EventName, EventSet, Execute, Executed, Headers, JobLost, JobUuid, Limits,
    Liveness, LogData, LogLevel, Permissions, Priority, Refusal, Reply, Secret, SendMsg, SocketMode, Stack,
    SubscriptionRefused, SwitchMisbehaved, Transport, Unanswered, Unicast, Value, Values,
};
pub use trunkline_proto::{AnswerState, CallDirection, CallState, ChannelState, DeviceState, HangupCause};
#[cfg(any(feature = "client", feature = "blocking"))]
pub use typed_api::ApiAnswer;
#[cfg(feature = "client")]
pub use typed_api::ApiJob;
