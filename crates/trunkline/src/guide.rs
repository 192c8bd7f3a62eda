//! The guide: how to do things, and why they are the way they are. Every snippet in it is run by the tests, against a
//! simulated switch.
//!
//! 1. [Connecting](connecting)
//! 2. [Commands and jobs](commands_and_jobs)
//! 3. [Events](events)
//! 4. [When the connection drops](when_the_connection_drops)
//! 5. [Watching it work](watching)
//! 6. [Controlling calls](controlling_calls)
//! 7. [Sync, async, full](sync_async_full)
//! 8. [Serving calls](serving_calls)
#![cfg_attr(feature = "model", doc = "9. [Watching a switch](the_live_model)")]
//! 10. [Quoting, and why strings are dangerous](quoting)
//! 11. [Versions of FreeSWITCH](versions)
#![cfg_attr(feature = "blocking", doc = "12. [Without async](without_async)")]

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

#[doc = include_str!("../docs/controlling_calls.md")]
pub mod controlling_calls {}

#[doc = include_str!("../docs/sync_async_full.md")]
pub mod sync_async_full {}

#[cfg(feature = "model")]
#[doc = include_str!("../docs/the_live_model.md")]
pub mod the_live_model {}

#[doc = include_str!("../docs/quoting.md")]
pub mod quoting {}

#[doc = include_str!("../docs/versions.md")]
pub mod versions {}

#[doc = include_str!("../docs/serving_calls.md")]
#[cfg_attr(feature = "blocking", doc = "")]
#[cfg_attr(feature = "blocking", doc = include_str!("../docs/serving_calls/without_async.md"))]
pub mod serving_calls {}

#[cfg(feature = "blocking")]
#[doc = include_str!("../docs/without_async.md")]
pub mod without_async {}
