//! Calls: handled where the switch asks us to, and controlled by their ids. Against the simulator, and against a real
//! FreeSWITCH where `TRUNKLINE_TEST_URL` names one.

#![allow(clippy::duplicate_mod, reason = "each example brings its switch along")]

#[cfg(unix)]
mod adopted;

mod applications;
mod blocking;
mod bridging;
mod by_id;
mod cancelling;
mod digits;
mod elsewhere;
mod faults;
mod leaving;
mod lifecycle;
mod listening;
mod nomedia;
#[path = "../client/notes.rs"]
mod notes;
mod others;
mod replayed;
mod server;
mod session;
mod shutdown;
mod speech;
mod strangers;
mod support;
mod walk;
