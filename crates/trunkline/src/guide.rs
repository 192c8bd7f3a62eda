//! The guide: how to do things, and why they are the way they are. Every snippet in it is run by the tests, against a
//! simulated switch.
//!
//! 1. [Connecting](connecting)
//! 2. [Commands and jobs](commands_and_jobs)
//! 3. [Events](events)
//! 4. [When the connection drops](when_the_connection_drops)
//! 5. [Watching it work](watching)
//! 6. [Quoting, and why strings are dangerous](quoting)
//! 7. [Versions of FreeSWITCH](versions)
#![cfg_attr(feature = "blocking", doc = "8. [Without async](without_async)")]

#[doc = include_str!("../docs/connecting.md")]
pub mod connecting {}

#[doc = include_str!("../docs/commands_and_jobs.md")]
pub mod commands_and_jobs {}

#[doc = include_str!("../docs/events.md")]
pub mod events {}

#[doc = include_str!("../docs/when_the_connection_drops.md")]
#[cfg_attr(feature = "blocking", doc = "")]
#[cfg_attr(feature = "blocking", doc = include_str!("../docs/when_the_connection_drops/without_async.md"))]
pub mod when_the_connection_drops {}

#[doc = include_str!("../docs/watching.md")]
pub mod watching {}

#[doc = include_str!("../docs/quoting.md")]
pub mod quoting {}

#[doc = include_str!("../docs/versions.md")]
pub mod versions {}

#[cfg(feature = "blocking")]
#[doc = include_str!("../docs/without_async.md")]
pub mod without_async {}
