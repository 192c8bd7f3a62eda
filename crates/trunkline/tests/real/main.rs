//! Against a real switch: run where `TRUNKLINE_TEST_URL` says which, as in `esl://:ClueCon@127.0.0.1:8021`, and said
//! not to have been run where it does not.
//!
//! - `commands`: api, console, pipelining, what is slow, what is late; every command once
//! - `api`: api commands as values, each that does no harm
//! - `jobs`: `bgapi`
//! - `originate`: calls that are dialled at most once, with the connection cut while they are
//! - `calls`: the events of calls of our own, filters, events sent and got back, the log
//! - `session`: commands about one channel
//! - `volume`: much at once: a long answer, many events
//! - `overflow`: bursts, and consumers that do not read them
//! - `typed`: calls and a conference, their events read by what they are
//! - `events`: how headers are stored and events written, byte for byte
//! - `users`, `permissions`: restricted users
//! - `blocking`: the client without async
//! - `merged`: two connections as one
//! - `model`: what the model makes of calls, against the switch itself
//!
//! Calls are `null/` and `loopback/` channels with ids of our own, and only those are hung up; nothing is reloaded or shut down. The
//! tests in `users` need the users of the directory that `TRUNKLINE_TEST_USERS` names, as
//! `FULL@DOMAIN:PASSWORD RESTRICTED@DOMAIN:PASSWORD`: the second may see CHANNEL_ANSWER, CHANNEL_HANGUP and
//! BACKGROUND_JOB, run `status`, `version` and `uptime`, and not read the log.

mod api;
mod blocking;
mod calls;
mod commands;
mod events;
mod jobs;
mod merged;
mod model;
mod originate;
mod overflow;
mod permissions;
#[path = "../support/proxy.rs"]
#[expect(dead_code, reason = "what is wrong with a real switch is only that its connections are cut")]
mod proxy;
mod session;
mod typed;
mod users;
mod volume;

use std::future::Future;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use trunkline::{Client, Config};

static TALKED: AtomicUsize = AtomicUsize::new(0);

/// Runs a test with a client of its own, if there is a switch to talk to.
async fn with_switch<F: Future<Output = ()>>(test: &str, talk: impl FnOnce(Client) -> F) {
    let Some(config) = config(test) else { return };
    let client = Client::connect(config).await.unwrap();
    tokio::time::timeout(Duration::from_secs(60), talk(client)).await.expect("the test hangs");
    talked(test);
}

/// How to reach the switch; said if there is none.
fn config(test: &str) -> Option<Config> {
    match std::env::var("TRUNKLINE_TEST_URL") {
        Ok(url) => Some(url.parse().expect("TRUNKLINE_TEST_URL")),
        Err(_) => {
            say(&format!("NOT RUN: {test}: TRUNKLINE_TEST_URL does not say where a switch is"));
            None
        }
    }
}

fn talked(test: &str) {
    let so_far = TALKED.fetch_add(1, Ordering::Relaxed) + 1;
    say(&format!("talked to the switch: {test} ({so_far} tests so far)"));
}

/// Past the test harness, which keeps what passing tests print to itself.
fn say(line: &str) {
    let mut stderr = std::io::stderr().lock();
    writeln!(stderr, "{line}").unwrap();
}

/// An id that no other call has.
fn own_uuid() -> String {
    uuid::Uuid::new_v4().to_string()
}
