//! A caller who hangs up at any point: each example's handler is walked, and the call hung up at each place where it waits.
//! Every time the handler must end by itself, as calls do, and nothing may be left in the switch.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use tokio::task::JoinSet;
use trunkline::api::{Show, UuidKill, UuidRecvDtmf};
use trunkline::dialstring::Endpoint;
use trunkline::{Call, ChannelUuid, Client, Error, EventName, Item};

use crate::support::{Switch, asynchronous, within};

#[allow(dead_code, reason = "its `main` is run elsewhere")]
#[path = "../../examples/caller_name.rs"]
mod caller_name;
#[allow(dead_code, reason = "its `main` is run elsewhere")]
#[path = "../../examples/ivr_menu.rs"]
mod ivr_menu;
#[allow(dead_code, reason = "its `main` is run elsewhere")]
#[path = "../../examples/prepaid.rs"]
mod prepaid;
#[allow(dead_code, reason = "its `main` is run elsewhere")]
#[path = "../../examples/queue.rs"]
mod queue;
#[allow(dead_code, reason = "its `main` is run elsewhere")]
#[path = "../../examples/toggle_recording.rs"]
mod toggle_recording;

/// Runs a handler, and has the caller hang up where it waits for the `at`th time. Whether it came so far.
async fn hung_up_at<F>(at: usize, client: &Client, uuid: &ChannelUuid, handler: F) -> (F::Output, bool)
where
    F: Future,
{
    let (waits, struck) = (AtomicUsize::new(0), Arc::new(AtomicBool::new(false)));
    let mut handler = pin!(handler);
    let output = poll_fn(|cx| match handler.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(output),
        Poll::Pending => {
            if waits.fetch_add(1, Ordering::Relaxed) + 1 == at {
                struck.store(true, Ordering::Relaxed);
                let (client, kill) = (client.clone(), UuidKill::new(uuid));
                tokio::spawn(async move { client.run(kill).await.map(drop) });
            }
            Poll::Pending
        }
    })
    .await;
    (output, struck.load(Ordering::Relaxed))
}

/// So many calls at once.
const AT_ONCE: usize = 8;

/// Walks a handler to its end; how many places there were.
async fn walk<F>(
    name: &'static str,
    digits: &'static str,
    handler: impl Fn(Call) -> F + Clone + Send + Sync + 'static,
) -> usize
where
    F: Future<Output = Result<(), Error>> + Send + 'static,
{
    let switch = Arc::new(Switch::simulated().await);
    for first in (1..).step_by(AT_ONCE) {
        let mut calls = JoinSet::new();
        for at in first..first + AT_ONCE {
            let (switch, handler) = (Arc::clone(&switch), handler.clone());
            calls.spawn(async move {
                let (uuid, session) = switch.call("async full").await;
                let pressing = tokio::spawn(press(switch.client().clone(), uuid.clone(), digits));
                let handled = handler(asynchronous(session));
                let (end, struck) = hung_up_at(at, switch.client(), &uuid, handled).await;
                pressing.abort();
                match end {
                    Ok(()) | Err(Error::CallEnded(_)) => struck,
                    Err(error) => panic!("{name}, hung up at place {at}: {error}"),
                }
            });
        }
        let struck = calls.join_all().await.into_iter().filter(|struck| *struck).count();
        nothing_is_left(switch.client(), name).await;
        if struck < AT_ONCE {
            return first - 1 + struck;
        }
    }
    unreachable!()
}

async fn press(client: Client, uuid: ChannelUuid, digits: &'static str) {
    // Those who talk are hung up after a while, so that a handler that waits for their end comes to its own.
    let mut bridges = client.events([EventName::ChannelBridge]).await.unwrap();
    for digit in digits.chars() {
        tokio::time::sleep(Duration::from_millis(150)).await;
        let _ = client.run(UuidRecvDtmf::new(&uuid, digit)).await;
    }
    while let Some(item) = bridges.next().await {
        if matches!(&item, Item::Event(event) if event.unique_id().as_deref() == Some(uuid.as_str())) {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let _ = client.run(UuidKill::new(&uuid)).await;
        }
    }
}

async fn nothing_is_left(client: &Client, what: &str) {
    for _ in 0..200 {
        if client.run(Show::channels()).await.unwrap().is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{what}: {:?}", client.run(Show::channels()).await.unwrap().value());
}

#[tokio::test]
async fn a_menu() {
    let places = within(walk("ivr_menu", "19", ivr_menu::menu)).await;
    assert!(places >= 5, "{places}");
}

#[tokio::test]
async fn a_name_that_is_asked_for() {
    let service = || "127.0.0.1:9".to_owned();
    let places = within(walk("caller_name", "", move |call| caller_name::announce(call, service()))).await;
    assert!(places >= 4, "{places}");
}

#[tokio::test]
async fn a_recording_that_is_toggled() {
    let to = || Endpoint::null("other").unwrap();
    let places =
        within(walk("toggle_recording", "**0", move |call| toggle_recording::talk(call, to()))).await;
    assert!(places >= 6, "{places}");
}

#[tokio::test]
async fn a_queue() {
    let agents =
        || queue::Agents::new([Endpoint::error("USER_BUSY").unwrap(), Endpoint::null("agent").unwrap()]);
    let places = within(walk("queue", "", move |call| queue::wait(call, agents()))).await;
    assert!(places >= 4, "{places}");
}

#[tokio::test]
async fn a_prepaid_call() {
    let run = |call| {
        let ledger = prepaid::Ledger::default();
        ledger.pay_in("1000", 12);
        prepaid::talk(call, ledger, Endpoint::null("other").unwrap(), Duration::from_millis(100))
    };
    let places = within(walk("prepaid", "", run)).await;
    assert!(places >= 3, "{places}");
}
