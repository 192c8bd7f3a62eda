//! A pretend FreeSWITCH, to develop and test event socket clients against.
//!
//! - [`Sim`] listens on TCP, in this process: start one in a test, and connect to its [`url`](Sim::url).
//! - [`Switch`] is the whole switch as a pure state machine: bytes and the time come in, [`Effect`]s go out. With
//!   the same seed and the same inputs it says the same bytes. It opens no socket and reads no clock; files it reads
//!   only if a configuration was [loaded](SwitchConfig::load), when that is to be read again.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let sim = trunkline_sim::Sim::builder().start().await?;
//! println!("connect to {}", sim.url());
//! sim.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! As a program it is `trunkline sim`: `trunkline sim example` prints a configuration with everything that can be in it.
//!
//! # What is faithful
//!
//! **The event socket**, modelled on `mod_event_socket.c` line by line: how bytes become packets and packets commands,
//! every reply, what is sent when and what is held back, who may do what, subscriptions and filters with their oddities,
//! connections bound to channels and those the application `socket` makes, lingering, notices, the log, what is lost and
//! who is cut off for it.
//!
//! **Channels** and what they do, in states, events and variables in their order: originating in all its forms, bridges,
//! transfers, holding, parking, camping on, queues (`fifo`) and those they call, conferences, and the
//! [applications](simulated::applications) and [api commands](simulated::api_commands) there are, with `show` as late as the
//! database a real switch asks. Digits wait for the application that takes them up, or for others, where they are bound to
//! actions; who records writes a WAV file as long as it recorded.
//!
//! **Configuration** from FreeSWITCH's own files ([`SwitchConfig::load`]): dialplan, directory, conference profiles, event
//! socket users, access lists, SIP profiles and gateways, the queues, agents and tiers that `callcenter_config` lists;
//! `reloadxml` reads them again, and says what is wrong with broken ones as the real one does.
//!
//! It is held to [recordings of a real switch](simulated#which-recordings-it-is-held-to), and to the scenarios in the
//! repository's `conformance` directory, which a real switch judges. Facts name the source file of FreeSWITCH they come
//! from.
//!
//! Where a real switch leaves it to chance, one way was chosen: a connection that ends with its call hears the call's
//! last events if somebody else has hung it up, and CHANNEL_HANGUP alone if it did so itself by `api`, or in sync mode;
//! the channel under an async `socket` parks [`SwitchConfig::park_delay`] after `connect`; a message is taken up
//! [`SwitchConfig::frame`] after it was sent, never earlier; the ACK of a SIP call is there before the next application; who
//! is left by the one that asked, in `att_xfer`, is handed over before it parks. A stalled reader stalls the others only
//! where [`Faults::stall_on_kill`] says so.
//!
//! # What is scripted
//!
//! Nobody is at the other end of a line, so what they do is written down.
//!
//! - **Telephones** and providers ([`SipConfig`]): who rings, answers, refuses, is busy and hangs up, and when. Their
//!   channels carry the variables a real call by SIP has, with the answers of another FreeSWITCH. A call to the switch's own
//!   address comes in at its own dialplan; [`Switch::call_in`] has one come in from outside.
//! - **Who talks** in conferences ([`Talker`]), or `api sim talk`; how long files are: a second, unless
//!   [their names](SwitchConfig::missing_files) say that they are not there; tones last as long as they say.
//! - **Programs and scripts** of the host ([`Programs`]), by command or by application: none is ever run. [`SwitchConfig::system`]
//!   says what `system` and its kin get printed by a command line, [`SwitchConfig::lua`] what a script writes, given its
//!   arguments. Besides, `true`, `false`, `echo`, `printf` without values and `head -c … /dev/zero` print what they would, and
//!   `lua` does what stands in the command itself if that is `stream:write("…")`, or `session:setVariable("…", "…")` for a
//!   call. Any other program prints nothing, and so does other code, with a line in the log; any other script is not there.
//! - **Unkindness** ([`fault`]): torn and late writes, lost replies, floods, stalls, restarts; seeded, too.
//!
//! A telephone that rings, answers after two seconds and hangs up after ten:
//!
//! ```
//! use std::time::Duration;
//!
//! use trunkline_sim::{HangupCause, SipPeer, Switch, SwitchConfig, Time};
//!
//! let mut config = SwitchConfig::default();
//! config.sip.peers.push(
//!     SipPeer::new("1000")
//!         .rings(Some(Duration::from_millis(100)))
//!         .answers(Duration::from_secs(2))
//!         .hangs_up(Duration::from_secs(10), HangupCause::NormalClearing),
//! );
//! config.sip.peers.push(SipPeer::new("555*").refuses(Duration::from_millis(500), HangupCause::UserBusy));
//!
//! let start = Time::from_micros(1_700_000_000_000_000);
//! let mut switch = Switch::new(config, start);
//! // It takes its time, so that there is no answer yet.
//! assert_eq!(switch.api("originate sofia/internal/1000@192.0.2.1 &park", start), None);
//! let answered = start.after(Duration::from_secs(3));
//! switch.handle_timeout(answered);
//! assert_eq!(switch.channels().count(), 1);
//! let over = start.after(Duration::from_secs(20));
//! switch.handle_timeout(over);
//! assert_eq!(switch.channels().count(), 0);
//! ```
//!
//! # Virtual time
//!
//! A [`Switch`] lives in the time it is told. Drive it from deadline to deadline, and hours pass in no time:
//!
//! ```
//! use bytes::BytesMut;
//! use trunkline_sim::{Effect, Switch, SwitchConfig, Time};
//!
//! let mut now = Time::from_micros(1_700_000_000_000_000);
//! let mut switch = Switch::new(SwitchConfig::default(), now);
//! let client = switch.connect(([127, 0, 0, 1], 40_000).into(), now);
//! switch.handle_input(client, &mut BytesMut::from("auth ClueCon\n\nevent plain HEARTBEAT\n\n"), now);
//!
//! let hour = now.after(std::time::Duration::from_secs(3600));
//! let mut heartbeats = 0;
//! while let Some(next) = switch.deadline().filter(|next| *next <= hour) {
//!     now = next;
//!     switch.handle_timeout(now);
//!     while let Some(effect) = switch.poll_effect() {
//!         if let Effect::Send { bytes, .. } = effect {
//!             heartbeats += bytes.windows(22).filter(|text| text == b"Event-Name: HEARTBEAT\n").count();
//!         }
//!     }
//! }
//! assert_eq!(heartbeats, 180);
//! ```
//!
//! # Faults
//!
//! From the beginning, from within a test, or ordered by a client with `api sim fault …`:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! use trunkline_sim::{Fault, Sim};
//!
//! let torn = Sim::builder().configure(|config| {
//!     // In pieces of at most seven bytes, and of ten events one never arrives.
//!     config.faults.chunk = 7;
//!     config.faults.dropped_events = 10;
//! });
//! let sim = torn.start().await?;
//! sim.with(|switch, now| switch.fail(Fault::Disconnect, now));
//! # sim.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! # What is not simulated
//!
//! - Sound: nothing is heard or sent, no tone is detected, nothing is spoken. What is recorded is a file of the right
//!   length, and silent; `unicast` and `nomedia` are accepted, and nothing comes of them. No second INVITE of a SIP call is
//!   sent, so that holding changes no session description. Statistics of RTP are those of a line nothing went over.
//! - SIP itself: no packet is sent, nobody registers, INFO and MESSAGE reach nobody, presence is kept by no one.
//! - Of the log, most lines of level DEBUG; languages but for that little Lua, databases but for `hash` and `db`; video, fax,
//!   speech recognition, `mod_callcenter` but for its lists. The calls of gateways are not counted.
//! - Media that goes past the switch. An application that needs media does not wait for it on a called leg that is not
//!   answered.
//! - Queues call the members that `fifo_member` made, by the strategy `ringall`, and none of `fifo.conf`; chimes, what is
//!   announced on the way out of a queue, and the application `fifo_track_call` are not there.
//! - The host: `memory` and `db_cache` tell of one that was recorded, and timers are on time.
//! - Of the event socket, `event_sink`; `lead-frames`, and `hold-bleg` of a client's own message; that commands are read byte
//!   by byte, at about 1 MB a second. Of `hangup_complete_with_xml`, the caller's profiles before the last.
//! - Whatever command there is besides is answered `-ERR … Command not found!`; any other application ends the call as one
//!   does that FreeSWITCH has not, and says so in the log if it has it.
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

mod admission;
mod api;
mod app;
mod bridge;
mod cause;
mod channel;
mod conference;
mod config;
mod core;
mod dialplan;
mod directory;
mod dtmf;
mod endpoint;
mod event;
mod expand;
pub mod fault;
mod heartbeat;
mod hold;
mod listener;
mod log;
mod originate;
mod schedule;
mod scheduler;
mod serve;

mod session;
pub mod simulated;
mod switch;
mod text;
mod time;
mod transfer;
mod xml;

pub use config::{
    AccessList, AccessRule, ConferenceConfig, ConferenceProfile, ConfigurationError, Programs, Release,
    SipConfig, SipOutcome, SipPeer, SwitchConfig, Talker, User,
};
pub use dialplan::Dialplan;
pub use directory::Directory;
pub use fault::{Fault, Faults};
pub use serve::{Sim, SimBuilder};

pub use trunkline_proto::HangupCause;

pub use switch::{ConnectionId, Effect, Switch};
pub use time::Time;
