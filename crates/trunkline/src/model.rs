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
//! # From where the events come
//!
//! From wherever: [`Switch::events`] says which to subscribe to. [`Embedded`] is a `Switch` and its connection for a program
//! that has an event loop of its own. [`watch`] has what to do with changes: filters, conditions, counts, handlers.
//!
//! # What was missed
//!
//! A model knows what it was told. What was there before the first event, or happened while there was no connection, is
//! asked for; until it is known the view says so ([`View::stale`]).
//!
//! The switch's tables (`show`) lag behind its events and hold ghosts, so they only tell which channels there may be. What
//! is so is decided by the events of this session, for channels they tell of, and for all others by the live session, which
//! `uuid_dump` reads. A channel is taken for gone when the switch says that it has no such channel, never because it is
//! missing in a list. It goes like this, by whoever owns the [`Switch`] ([`Embedded`] does it by itself):
//!
//! ```
//! use std::time::{Duration, Instant};
//! use trunkline::model::{Coverage, Options, StaleCause, Switch};
//!
//! # let api = |line: &str| match line {
//! #     "show channels as json" => r#"{"row_count":1,"rows":[{"uuid":"gone"}]}"#,
//! #     "show bridged_calls as json" => "{\"row_count\":0}\n",
//! #     _ => "-ERR No such channel!\n",
//! # };
//! let mut switch = Switch::with(Options::new().with_show_lag(Duration::ZERO));
//! // Events were lost, or are heard for the first time.
//! switch.lose(StaleCause::NotYetRead, Instant::now());
//! // Once they come again. They are applied all the while.
//! switch.resync(Instant::now());
//! while switch.is_resyncing() {
//!     // Some at a time; none until `switch.resync_deadline()`.
//!     for ask in switch.asks(16, Instant::now()) {
//!         let printed = api(&ask.line());
//!         let batch = switch.answer(&ask, ask.read(printed.as_bytes()), Instant::now());
//!         println!("{:?}", batch.changes());
//!     }
//! }
//! assert_eq!((switch.view().stale(), switch.view().coverage()), (None, Coverage::Complete));
//! ```
//!
//! Signs of loss ([`Sign`]) make a view stale, too; [`Switch::resync_due`] says when to ask then, so that it never
//! is a storm.
//!
//! # Calls
//!
//! The switch knows channels; what belongs together is the library's own: a [`Call`] is the channels joined by one having
//! made the other (`originate`, `bridge`), by a bridge, as the halves of a loopback, or by having been bridged as long as
//! neither has gone elsewhere. Its id stays the same through transfers. That calls become one, or one
//! falls in two, is told ([`Change::Merged`], [`Change::Split`]). `Channel-Call-UUID`, which changes with transfers, is
//! [`call_uuid`](ChannelDetails::call_uuid).
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
mod over;
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
pub use channel::{Application, Channel, ChannelDetails, ChannelField, Codec, Times};
pub use conference::{Conference, ConferenceField, ConferenceRecording};
pub use embedded::{Embedded, NoJob, Observed};
pub use gateway::{Gateway, GatewayField};
pub use job::{Job, JobCommand, JobField};
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
