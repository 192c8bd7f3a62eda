//! Without async: the same client for a thread of its own, on a plain socket. No runtime, no threads inside.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let runtime = tokio::runtime::Runtime::new()?;
//! # let sim = runtime.block_on(trunkline_sim::Sim::builder().start())?;
//! # let url = sim.url();
//! use std::time::Duration;
//! use trunkline::EventName;
//! use trunkline::blocking::{self, Received};
//!
//! let mut client = blocking::connect(url.as_str())?;
//! println!("{}", client.api("status")?.text());
//!
//! // Events, as they come.
//! client.events([EventName::ChannelAnswer])?;
//!
//! // A background job; what comes meanwhile is kept.
//! let job = client.bgapi("originate null/test &park")?;
//! println!("{}", client.wait_job(&job)?.text());
//!
//! match client.recv_timeout(Duration::from_secs(1))? {
//!     Some(Received::Event(event)) => println!("{} was answered", event.unique_id().unwrap_or_default()),
//!     Some(other) => println!("{other:?}"),
//!     None => println!("nothing within a second"),
//! }
//! client.close()?;
//! # Ok(())
//! # }
//! ```
//!
//! # One owner
//!
//! Every method takes `&mut self`: a [`Client`] belongs to one thread at a time, which may hand it to another. Threads
//! that want to talk at once have a connection each. A process that only waits for one switch needs no more; one that
//! shares a connection among many tasks is better served by the async client at the root of this crate.
//!
//! # What waits, and for how long
//!
//! The socket is read and written in the calls that wait, both at once: a switch that reads nothing because it is stuck
//! writing to us is read from. Every wait ends: connecting, the greeting and the credentials have 5 s each, a command
//! 30 s from when it reaches the head of the line, a job an hour ([`Config`](crate::Config) changes them). Only
//! [`recv`](Client::recv) waits as long as it takes; [`recv_timeout`](Client::recv_timeout) does not, and says `None`
//! when time is up, which is something else than the loss of the connection: that is an error, and the last thing said.
//!
//! # When the connection is lost
//!
//! Whatever waits then fails, and says how ([`Error::Closed`](crate::Error::Closed),
//! [`Error::Disconnected`](crate::Error::Disconnected) with whether the command can have been executed). Nothing is made
//! again by itself, whether [`Config::reconnect`](crate::Config::reconnect) is set or not: a client that does nothing
//! between two calls has nobody to do it. Say [`reconnect`](Client::reconnect) for one attempt, or
//! [`reconnect_patiently`](Client::reconnect_patiently) for as many as it takes; either works without that
//! configuration, which only has the waits of the latter, and has the switch watched for signs of life. Filters, events
//! and log are asked for again, jobs are kept, and [`Received::Gap`] stands where nothing was seen:
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let runtime = tokio::runtime::Runtime::new()?;
//! # let sim = runtime.block_on(trunkline_sim::Sim::builder().start())?;
//! # let mut client = trunkline::blocking::connect(sim.url().as_str())?;
//! use trunkline::blocking::Received;
//!
//! client.events("CHANNEL_CREATE CHANNEL_DESTROY")?;
//! # sim.kill_connections();
//! loop {
//!     match client.recv() {
//!         Ok(Received::Event(event)) => println!("{:?}", event.name()),
//!         Ok(Received::Gap(gap)) => {
//!             println!("blind from {:?} to {:?}: {}", gap.from, gap.to, gap.reason);
//! #           break;
//!         }
//!         Ok(other) => println!("{other:?}"),
//!         Err(error) if error.is_closed() => {
//!             client.reconnect_patiently()?;
//!         }
//!         Err(error) => return Err(error.into()),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! While there is no connection nothing is queued: a command given then fails at once, not executed. What is lost
//! beyond that, and what to do about it, is in the guide, under *When the connection drops*.
//!
//! # Replies
//!
//! [`send`](Client::send) gives a [`Ticket`], [`wait`](Client::wait) its reply; any number may be on their way, and be
//! waited for in any order.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let runtime = tokio::runtime::Runtime::new()?;
//! # let sim = runtime.block_on(trunkline_sim::Sim::builder().start())?;
//! # let mut client = trunkline::blocking::connect(sim.url().as_str())?;
//! use trunkline::Command;
//!
//! let hostname = client.send(Command::api("hostname")?)?;
//! let uptime = client.send(Command::api("uptime")?)?;
//! println!("up for {} s", client.wait(&uptime)?.text());
//! println!("{}", client.wait(&hostname)?.text());
//! # Ok(())
//! # }
//! ```
//!
//! Each command owns exactly one reply: one that was out of time has its reply, should it come late, read and thrown
//! away, and so has one whose ticket was dropped. It is never taken for the next one's.
//!
//! # What comes meanwhile
//!
//! Events, log lines, notices and the ends of jobs that come while something else is waited for are kept for
//! [`recv`](Client::recv), in their order and within the bounds of [`Config`](crate::Config): 50,000 of them, 128 MiB.
//! Beyond, the oldest of the least precious go first (HEARTBEAT, CHANNEL_CALLSTATE and debug lines before others,
//! CHANNEL_CREATE, _ANSWER, _HANGUP_COMPLETE, _DESTROY and BACKGROUND_JOB after them, the ends of one's own jobs last),
//! and [`Received::Missed`] says how many of which.
//!
//! A call that finds something there already still reads the socket if that was not done for half a second
//! ([`Config::pause`](crate::Config::pause)). But nothing is read while the program is elsewhere. A switch that cannot deliver queues up to 100,000 events, and then
//! may stall for everyone (`mod_event_socket.c`): a program that is subscribed should come by every few seconds, if only
//! to call [`try_recv`](Client::try_recv).
//!
//! # Signals
//!
//! A signal whose handler returns ends the wait with [`Error::Interrupted`](crate::Error::Interrupted) (unless it came
//! when nothing was waited for, as ever with signals). The connection is as it was and nothing is lost: `wait`,
//! `wait_job`, `recv`, `events` and `close` can be called again. A command given by [`api`](Client::api) and the like may have
//! been executed; where a signal must not lose its reply, [`send`](Client::send) it and [`wait`](Client::wait). An
//! attempt to [`reconnect`](Client::reconnect) is given up. The same goes for handlers that were set with `SA_RESTART`:
//! `poll(2)` is never restarted.
//!
//! # Forks
//!
//! A child process has a copy of the descriptor, and of the client. To drop that one writes nothing and leaves the
//! parent's connection alone; to use both would mix them up. [`reconnect`](Client::reconnect) gives the child a
//! connection of its own, with the same subscriptions, and leaves the parent's alone as well. A process that forks to
//! become a daemon goes on in the child.
//!
//! # A poll loop of one's own
//!
//! A client is [`AsFd`](std::os::fd::AsFd). Before waiting for the descriptor, [`has_pending`](Client::has_pending) must
//! be asked, since what was read already makes no descriptor ready; wait for room to write if
//! [`wants_write`](Client::wants_write), and not beyond [`deadline`](Client::deadline). Then call
//! [`try_recv`](Client::try_recv) until it gives `None`. After [`reconnect`](Client::reconnect) the descriptor is another
//! one; [`Reconnect::wait`](crate::Reconnect::wait) says when to try it.

mod client;
mod inbox;
mod link;
pub mod outbound;
mod receive;
mod received;
mod reconnect;
mod session;
mod socket;
mod ticket;
mod wanted;

pub use client::{Client, connect};
pub use received::Received;
pub use ticket::Ticket;
