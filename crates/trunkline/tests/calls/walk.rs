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
use trunkline::application::Dial;
use trunkline::dialstring::{DialString, Endpoint};
use trunkline::{Call, ChannelUuid, Client, Error, EventName, Item};

use crate::support::{Switch, asynchronous, within};

#[allow(dead_code, reason = "its `main` is run elsewhere")]
#[path = "../../examples/call_server.rs"]
mod call_server;
#[allow(dead_code, reason = "its `main` is run elsewhere")]
#[path = "../../examples/caller_name.rs"]
mod caller_name;
#[allow(dead_code, reason = "its `main` is run elsewhere")]
#[path = "../../examples/click_to_dial.rs"]
mod click_to_dial;
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

/// Runs a handler, and has this done where it waits for the `at`th time. Whether it came so far.
async fn struck_at<F, S>(at: usize, strike: impl Fn() -> S, handler: F) -> (F::Output, bool)
where
    F: Future,
    S: Future<Output = ()> + Send + 'static,
{
    let (waits, struck) = (AtomicUsize::new(0), Arc::new(AtomicBool::new(false)));
    let mut handler = pin!(handler);
    let output = poll_fn(|cx| match handler.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(output),
        Poll::Pending => {
            if waits.fetch_add(1, Ordering::Relaxed) + 1 == at {
                struck.store(true, Ordering::Relaxed);
                tokio::spawn(strike());
            }
            Poll::Pending
        }
    })
    .await;
    (output, struck.load(Ordering::Relaxed))
}

/// So many calls at once.
const AT_ONCE: usize = 8;

/// Walks a handler to its end, and has the caller hang up at each place; how many there were.
async fn walk<F>(
    name: &'static str,
    digits: &'static str,
    handler: impl Fn(Call) -> F + Clone + Send + Sync + 'static,
) -> usize
where
    F: Future<Output = Result<(), Error>> + Send + 'static,
{
    walk_all(name, move |switch, at| {
        let handler = handler.clone();
        async move {
            let (uuid, session) = switch.call("async full").await;
            let pressing = tokio::spawn(press(switch.client().clone(), uuid.clone(), digits));
            let strike = || {
                let (client, kill) = (switch.client().clone(), UuidKill::new(&uuid));
                async move { drop(client.run(kill).await) }
            };
            let (end, struck) = struck_at(at, strike, handler(asynchronous(session))).await;
            pressing.abort();
            match end {
                Ok(()) | Err(Error::CallEnded(_)) => struck,
                Err(error) => panic!("{name}, hung up at place {at}: {error}"),
            }
        }
    })
    .await
}

/// Runs it for each place, until there are no more: it says whether it came so far.
async fn walk_all<F>(name: &str, run: impl Fn(Arc<Switch>, usize) -> F) -> usize
where
    F: Future<Output = bool> + Send + 'static,
{
    let switch = Arc::new(Switch::simulated().await);
    for first in (1..).step_by(AT_ONCE) {
        let mut calls = JoinSet::new();
        for at in first..first + AT_ONCE {
            calls.spawn(run(Arc::clone(&switch), at));
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

#[tokio::test]
async fn a_server_one_level_up() {
    let calls = Arc::new(call_server::calls());
    let places = within(walk("call_server", "", move |call| Arc::clone(&calls).attend(call))).await;
    assert!(places >= 4, "{places}");
}

/// Has a channel with a name like this hung up, as soon as there is one.
async fn hang_up(client: Client, name: String) {
    loop {
        let channels = client.run(Show::channels_like(&*name)).await.unwrap();
        if let Some(channel) = channels.value().first() {
            return drop(client.run(UuidKill::new(&channel.uuid)).await);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Either of the two hangs up, at each place: whoever is there of the other must go as well.
#[tokio::test]
async fn two_who_are_called_and_talk() {
    for (who, other) in
        [("own", "null/other"), ("other", "null/other"), ("own", "loopback/9014/default/XML?")]
    {
        let run = move |switch: Arc<Switch>, at| async move {
            let own = Endpoint::null(&format!("own-{at}-")).unwrap();
            let other = match other.strip_suffix('?') {
                Some(rings) => rings.to_owned(),
                None => format!("{other}-{at}-"),
            };
            let name = format!("{who}-{at}-");
            let strike = || hang_up(switch.client().clone(), name.clone());
            let at_last = tokio::spawn({
                let strike = strike();
                async move {
                    tokio::time::sleep(Duration::from_millis(1500)).await;
                    strike.await;
                }
            });
            let dial = Dial::to(other.parse::<DialString>().unwrap());
            let (end, struck) = struck_at(at, strike, click_to_dial::dial(switch.client(), own, dial)).await;
            at_last.abort();
            match end {
                Ok(_) | Err(Error::CallEnded(_) | Error::Originate(_)) => struck,
                Err(error) => panic!("{who} hangs up at place {at}: {error}"),
            }
        };
        let places = within(walk_all("click_to_dial", run)).await;
        assert!(places >= 4, "{who} {other}: {places}");
    }
}
