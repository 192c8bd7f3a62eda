//! FreeSWITCH's event socket as bytes and meaning.
//!
//! This crate knows what is said over an event socket and nothing else: it opens no socket, reads no clock and
//! needs no runtime. What it is made of, from the wire up:
//!
//! - [`FrameDecoder`] finds messages in a stream of bytes, however it is cut;
//! - [`MessageDecoder`] reads them: replies, events, log lines, notices;
//! - [`Event`] is an event as received, decoded only where it is read; [`EventBuilder`] makes one;
//! - [`view`] reads it by what it is, every header as the type it has;
//! - [`Command`] is what a client says, refused if the wire could not carry it;
//! - [`api`] is the api commands as values: what is said, and what the switch printed, read;
//! - [`Connection`] is a client's half of a conversation: who is answered, what is subscribed, which job has
//!   ended, when to give up;
//! - [`dialstring`] quotes what an `originate` or `bridge` is given, for every layer that will read it;
//! - [`listener`] is the switch's half, for whoever plays the switch.
//!
//! With the feature `serde`, events are the objects FreeSWITCH's own JSON is, and names, ids and levels their text.
//!
//! Facts about FreeSWITCH name the source file they are taken from; they hold for 1.10 and 1.11.
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

pub mod api;
mod atoi;
mod cause;
mod channel;
mod command;
pub mod connection;
pub mod dialstring;
mod error;
mod event;
mod frame;
mod header;
mod ids;
mod json;
pub mod listener;
mod message;
pub mod percent;
mod reply;
mod scan;
#[cfg(feature = "serde")]
mod text_serde;
pub mod view;
mod vocabulary;
mod xml;

pub use cause::HangupCause;
pub use channel::{AnswerState, CallDirection, CallState, ChannelState, DeviceState};
pub use command::{Command, CommandKind, Execute, MOST_JOB_UUID, SendMsg, Transport, Unicast};
pub use connection::{
    ChannelData, CloseReason, Connection, ConnectionConfig, Control, Credentials, Executed, JobLost,
    Liveness, Output, Permissions, Secret, SocketMode, SubscriptionId, SubscriptionRefused, Ticket,
    Unanswered,
};
pub use error::{ApiMisuse, SwitchMisbehaved};
pub use event::{
    Event, EventBuilder, EventError, EventFormat, EventName, EventSet, Priority, Sightings, Stack, Values,
};
pub use frame::{ContentType, Frame, FrameDecoder, Limits};
pub use header::{Encoding, Headers, InOrder, Reached, Value};
pub use ids::{ChannelUuid, CoreUuid, JobUuid};
pub use message::{DisconnectNotice, Disposition, LogData, LogLevel, Message, MessageDecoder};
pub use reply::{Answer, ApiResponse, CommandReply, Refusal, Reply, api_error};
