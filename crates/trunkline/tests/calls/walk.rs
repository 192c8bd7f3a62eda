//! A caller who hangs up at any point: each example's handler is walked, and the call hung up at each place where it waits;
//! and, however rarely it is woken, at each command its connection sends: before the switch has it, before it is answered,
//! before the switch begins it, and while it runs. Every time the handler must end by itself, as calls do, and nothing may be
//! left in the switch.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use trunkline::api::{Show, UuidExists, UuidKill, UuidRecvDtmf};
use trunkline::application::Dial;
use trunkline::dialstring::{DialString, Endpoint};
use trunkline::outbound::Accept;
use trunkline::{Call, ChannelUuid, Client, Config, Error, EventName, Item};

use crate::support::{Listening, Switch, asynchronous};
use between::{Came, When, between};

mod between;

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
const AT_ONCE: usize = 12;

/// Runs a test, and fails it rather than hang: it makes many calls.
async fn patiently<T>(test: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(300), test).await.expect("the test hangs")
}

/// At how many places a call was hung up.
#[derive(Debug)]
struct Walked {
    /// Where the handler waits.
    waits: usize,
    /// At the commands of its connection: an entry for each of [`When::ALL`].
    commands: [usize; 4],
}

impl Walked {
    /// It waited at least as often as this, and ran as many applications, each of which was tried in every way.
    fn check(&self, waits: usize, applications: usize) {
        let [unsent, unanswered, untaken, begun] = self.commands;
        assert!(self.waits >= waits && untaken >= applications, "{self:?}");
        assert!(unsent.min(unanswered).min(begun) >= untaken, "{self:?}");
    }
}

/// A handler to be walked, with what its caller does.
#[derive(Clone)]
struct Walk<H> {
    name: &'static str,
    /// Whether the caller hears nothing but ringing before the handler answers.
    rings: bool,
    /// What is pressed when digits are asked for, and by those who talk. `None`: whoever calls does nothing at all.
    digits: Option<&'static str>,
    handler: H,
}

/// Walks a handler to its end, and has the caller hang up at each place.
async fn walk<F>(
    name: &'static str,
    digits: Option<&'static str>,
    handler: impl Fn(Call) -> F + Clone + Send + Sync + 'static,
) -> Walked
where
    F: Future<Output = Result<(), Error>> + Send + 'static,
{
    Walk { name, rings: false, digits, handler }.everywhere().await
}

impl<H, F> Walk<H>
where
    H: Fn(Call) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<(), Error>> + Send + 'static,
{
    async fn everywhere(self) -> Walked {
        let waits = self.waits().await;
        let mut commands = [0; 4];
        for (when, count) in When::ALL.into_iter().zip(&mut commands) {
            *count = self.commands(when).await;
        }
        Walked { waits, commands }
    }

    async fn waits(&self) -> usize {
        let walk = self.clone();
        walk_all(self.name, move |switch, at| {
            let walk = walk.clone();
            async move {
                let session = Accept::default().tcp(walk.connection(&switch).await).await.unwrap();
                let uuid = session.uuid();
                let pressing = tokio::spawn(press(switch.client().clone(), uuid.clone(), walk.digits));
                let strike = || kill(switch.client().clone(), uuid.clone());
                let (end, struck) = struck_at(at, strike, (walk.handler)(asynchronous(session))).await;
                pressing.abort();
                match end {
                    Ok(()) | Err(Error::CallEnded(_)) if struck => Came::Struck,
                    Ok(()) | Err(Error::CallEnded(_)) => Came::Short,
                    Err(error) => {
                        panic!("{}, hung up where it waits for the {at}th time: {error}", walk.name)
                    }
                }
            }
        })
        .await
    }

    async fn commands(&self, when: When) -> usize {
        let walk = self.clone();
        walk_all(self.name, move |switch, at| {
            let walk = walk.clone();
            async move {
                let connection = walk.connection(&switch).await;
                let (call, called) = oneshot::channel();
                let client = switch.client().clone();
                let strike = async { kill(client, called.await.unwrap()).await };
                let (near, between) = between(connection, at, when, strike);
                let between = tokio::spawn(between);
                let session = Accept::default().stream(near).await.unwrap();
                // Nobody asks if nobody strikes.
                let _ = call.send(session.uuid());
                let pressing = tokio::spawn(press(switch.client().clone(), session.uuid(), walk.digits));
                let end = (walk.handler)(asynchronous(session)).await;
                pressing.abort();
                match end {
                    Ok(()) | Err(Error::CallEnded(_)) => {}
                    // The connection ends with the call where that does not linger yet.
                    Err(error) if at <= 2 && error.is_closed() => {}
                    Err(error) => panic!("{}, hung up when command {at} was {when:?}: {error}", walk.name),
                }
                between.await.unwrap()
            }
        })
        .await
    }

    /// Has somebody call.
    async fn connection(&self, switch: &Switch) -> TcpStream {
        let socket = Listening::open().await;
        match self.rings {
            true => {
                let line = format!("originate loopback/naf_{}/default &park", socket.port());
                drop(switch.client().bgapi(&line).await.unwrap());
            }
            false => drop(switch.dial(socket.port(), "async full", "", "hangup").await),
        }
        socket.stream().await
    }
}

/// Runs it for each place, until there are no more. At how many the call was hung up.
async fn walk_all<F>(name: &str, run: impl Fn(Arc<Switch>, usize) -> F) -> usize
where
    F: Future<Output = Came> + Send + 'static,
{
    let switch = Arc::new(Switch::simulated().await);
    let mut struck = 0;
    for first in (1..).step_by(AT_ONCE) {
        let mut calls = JoinSet::new();
        for at in first..first + AT_ONCE {
            calls.spawn(run(Arc::clone(&switch), at));
        }
        let came = calls.join_all().await;
        nothing_is_left(switch.client(), name).await;
        struck += came.iter().filter(|came| **came == Came::Struck).count();
        if came.contains(&Came::Short) {
            return struck;
        }
    }
    unreachable!()
}

/// Hangs it up, and waits until it is gone.
async fn kill(client: Client, uuid: ChannelUuid) {
    drop(client.run(UuidKill::new(&uuid)).await);
    while *client.run(UuidExists::new(&uuid)).await.unwrap().value() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Presses the next digit, if any are, whenever one is asked for, and the others while the call talks to somebody. Those who
/// talk, or hear music without end, are hung up after a while, so that a handler that waits for their end comes to its own.
async fn press(client: Client, uuid: ChannelUuid, digits: Option<&'static str>) {
    let Some(digits) = digits else { return };
    let mut events = client.events([EventName::ChannelExecute, EventName::ChannelBridge]).await.unwrap();
    let mut digits = digits.chars();
    while let Some(item) = events.next().await {
        let Item::Event(event) = item else { continue };
        if event.unique_id().as_deref() != Some(uuid.as_str()) {
            continue;
        }
        let hears_music = event.get("Application-Data").is_some_and(|data| data.ends_with(";loops=-1"));
        let talks = event.is(EventName::ChannelBridge) || hears_music;
        let asks = event.get("Application").as_deref() == Some("play_and_get_digits");
        let count = if talks { usize::MAX } else { usize::from(asks) };
        for digit in digits.by_ref().take(count) {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let _ = client.run(UuidRecvDtmf::new(&uuid, digit)).await;
        }
        if talks {
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

// How often each waits at least, and how many applications it runs. It may wait more often, as it may be woken for nothing;
// what may be there before it is waited for is not counted.

#[tokio::test]
async fn a_menu() {
    // Answered, asked, told the hours, asked, bid goodbye, hung up.
    patiently(walk("ivr_menu", Some("19"), ivr_menu::menu)).await.check(6, 5);
}

#[tokio::test]
async fn a_name_that_is_asked_for() {
    let service = || "127.0.0.1:9".to_owned();
    let walked = walk("caller_name", Some(""), move |call| caller_name::announce(call, service()));
    // Ringing, answered, played to, hung up. (That nobody serves there may be known at once.)
    patiently(walked).await.check(4, 3);
}

#[tokio::test]
async fn a_recording_that_is_toggled() {
    let to = || Endpoint::null("other").unwrap();
    let walked = walk("toggle_recording", Some("**0"), move |call| toggle_recording::talk(call, to()));
    // Answered, bridged, waiting for a digit, recorded, recorded no more, hung up. (The next digits may be there already.)
    patiently(walked).await.check(6, 2);
}

#[tokio::test]
async fn a_queue() {
    let agents =
        || queue::Agents::new([Endpoint::error("USER_BUSY").unwrap(), Endpoint::null("agent").unwrap()]);
    let walked = walk("queue", Some(""), move |call| queue::wait(call, agents()));
    // Answered, bridged in vain, bridged, talking. (Agents are there.)
    patiently(walked).await.check(4, 3);
}

#[tokio::test]
async fn a_queue_in_which_nobody_is_free() {
    let walked = walk("queue", Some(""), |call| queue::wait(call, queue::Agents::new([])));
    // Answered, played to.
    patiently(walked).await.check(2, 2);
}

#[tokio::test]
async fn a_prepaid_call() {
    let run = |call: Call| {
        let ledger = prepaid::Ledger::default();
        ledger.pay_in(&call.caller_number().unwrap(), 12);
        prepaid::talk(call, ledger, Endpoint::null("other").unwrap(), Duration::from_millis(100))
    };
    // Answered, bridged, talking, warned, talking, hung up.
    patiently(walk("prepaid", None, run)).await.check(6, 2);
}

#[tokio::test]
async fn a_server_one_level_up() {
    let calls = Arc::new(call_server::calls());
    let handler = move |call| Arc::clone(&calls).attend(call);
    let walk = Walk { name: "call_server", rings: true, digits: Some(""), handler };
    // Filtered, subscribed, answered, played to, hung up.
    patiently(walk.everywhere()).await.check(5, 2);
}

/// One of the channels that have a name like this.
async fn channel(client: &Client, name: &str) -> Option<ChannelUuid> {
    let channels = client.run(Show::channels_like(name)).await.unwrap();
    channels.value().first().map(|channel| channel.uuid.clone())
}

/// Hangs up whoever has a name like this, as soon as there is one.
async fn hang_up(client: Client, name: String) {
    loop {
        if let Some(uuid) = channel(&client, &name).await {
            return kill(client, uuid).await;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Two who are called, and who of them hangs up.
#[derive(Clone, Copy)]
struct Two {
    who: &'static str,
    other: &'static str,
}

impl Two {
    /// Whom to call, of this run, and a name like that of the one who hangs up.
    fn of(self, at: usize) -> (Endpoint, Dial, String) {
        let own = Endpoint::null(&format!("own-{at}-")).unwrap();
        let other = match self.other.strip_suffix('?') {
            Some(rings) => rings.to_owned(),
            None => format!("{}-{at}-", self.other),
        };
        (own, Dial::to(other.parse::<DialString>().unwrap()), format!("{}-{at}-", self.who))
    }

    /// Calls them, where they hang up at last if they have not before.
    async fn dial(self, switch: &Switch, client: &Client, at: usize) -> Result<(), Error> {
        let (own, dial, name) = self.of(at);
        let at_last = tokio::spawn({
            let client = switch.client().clone();
            async move {
                tokio::time::sleep(Duration::from_millis(1500)).await;
                hang_up(client, name).await;
            }
        });
        let end = click_to_dial::dial(client, own, dial).await;
        at_last.abort();
        match end {
            Ok(_) | Err(Error::CallEnded(_) | Error::Originate(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn walk_waits(self) -> usize {
        walk_all("click_to_dial", move |switch, at| async move {
            let strike = || hang_up(switch.client().clone(), self.of(at).2);
            match struck_at(at, strike, self.dial(&switch, switch.client(), at)).await {
                (Ok(()), true) => Came::Struck,
                (Ok(()), false) => Came::Short,
                (Err(error), _) => panic!("{} hangs up at place {at}: {error}", self.who),
            }
        })
        .await
    }

    async fn walk_commands(self, when: When) -> usize {
        walk_all("click_to_dial", move |switch, at| async move {
            // There may be nobody yet.
            let (striking, name) = (switch.client().clone(), self.of(at).2);
            let strike = async move {
                if let Some(uuid) = channel(&striking, &name).await {
                    kill(striking, uuid).await;
                }
            };
            let (near, between) = between(switch.connect().await, at, when, strike);
            let between = tokio::spawn(between);
            let client = Client::from_stream(near, Config::new("", "ClueCon")).await.unwrap();
            if let Err(error) = self.dial(&switch, &client, at).await {
                panic!("{} hangs up when command {at} was {when:?}: {error}", self.who);
            }
            drop(client);
            between.await.unwrap()
        })
        .await
    }

    /// At each place, whoever is there of the other must go as well.
    async fn walk(self, whens: &[When]) {
        patiently(async {
            let waits = self.walk_waits().await;
            assert!(waits >= 4, "{waits}");
            for when in whens {
                let commands = self.walk_commands(*when).await;
                assert!(commands >= if *when == When::Untaken { 1 } else { 4 }, "{when:?}: {commands}");
            }
        })
        .await;
    }
}

#[tokio::test]
async fn two_who_talk_of_whom_the_first_hangs_up() {
    Two { who: "own", other: "null/other" }.walk(&When::ALL).await;
}

#[tokio::test]
async fn two_who_talk_of_whom_the_second_hangs_up() {
    // Of a bridge that the switch does not come to there is no second.
    let whens = [When::Unsent, When::Unanswered, When::Begun];
    Two { who: "other", other: "null/other" }.walk(&whens).await;
}

#[tokio::test]
async fn one_who_hangs_up_while_the_other_ones_rings() {
    Two { who: "own", other: "loopback/9014/default/XML?" }.walk(&When::ALL).await;
}
