//! What is going on in a switch: channels and calls as objects, kept up to date by the events of the switch.
//!
//! [`Switch`] is the one writer. It is given events, and makes of them a [`View`] and the [`Change`]s that led to it. It
//! does no I/O, reads no clock and needs no runtime. A [`Reader`] of it can be cloned and given to any thread: it always
//! has the view of the last batch, whole, and neither waits for the writer nor keeps it waiting.
//!
//! ```
//! # use trunkline_proto::{EventBuilder, EventFormat, EventName};
//! # let event = |name: EventName, state: &str, answer: &str| {
//! #     EventBuilder::named(&name)
//! #         .header("Event-Date-Timestamp", "1795216198458401")
//! #         .header("Channel-State", state)
//! #         .header("Channel-Call-State", "RINGING")
//! #         .header("Unique-ID", "ca11")
//! #         .header("Answer-State", answer)
//! #         .to_event(EventFormat::Plain)
//! #         .unwrap()
//! # };
//! # let create = event(EventName::ChannelCreate, "CS_INIT", "ringing");
//! # let answer = event(EventName::ChannelAnswer, "CS_EXECUTE", "answered");
//! use std::time::Instant;
//! use trunkline::model::{Altered, Change, Switch};
//!
//! let mut switch = Switch::new();
//! let reader = switch.reader();
//!
//! switch.apply(&create, Instant::now());
//! let batch = switch.apply(&answer, Instant::now());
//!
//! for change in batch.changes() {
//!     if let Change::Channel(Altered::Updated { after, fields, .. }) = change {
//!         println!("{}: {fields:?} changed", after.id);
//!     }
//! }
//! assert!(reader.view().channel("ca11").unwrap().is_answered());
//! ```
//!
//! Facts about FreeSWITCH name the source file they are taken from.

mod batch;
mod call;
mod change;
mod channel;
mod churn;
mod conference;
mod draft;
mod embedded;
pub mod fleet;
mod fold;
mod gateway;
mod graves;
mod job;
mod kinds;
mod links;
#[cfg(feature = "client")]
pub mod live;
mod member;
mod node;
mod object;
mod objects;
mod options;
mod parked;
mod recording;
mod registration;
mod rooms;
mod sign;
mod snapshot;
mod standing;
mod switch;
mod view;
pub mod watch;

pub use batch::Batch;
pub use call::{Call, CallField, CallId, CallStage};
pub use change::{Altered, Change, Removal};
pub use channel::{Application, Channel, ChannelField, Codec, Times};
pub use conference::{Conference, ConferenceField, ConferenceRecording};
pub use embedded::{Embedded, NoJob, Observed};
pub use gateway::{Gateway, GatewayField};
pub use job::{Job, JobField};
pub use kinds::Kind;
#[cfg(feature = "client")]
pub use live::Live;
pub use member::{Leaving, Member, MemberField};
pub use node::{Node, NodeField, NodeStage};
pub use object::{Field, Fields, Object};
pub use objects::Objects;
pub use options::Options;
pub use parked::{Parked, ParkedField};
pub use recording::{Recording, RecordingField, RecordingId};
pub use registration::{Registration, RegistrationField, RegistrationId};
pub use sign::Sign;
pub use snapshot::{Ask, Coverage, Reading, Stale, StaleCause};
pub use standing::{Standing, Why};
pub use switch::Switch;
pub use view::{Reader, View};
