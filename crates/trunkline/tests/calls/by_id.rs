//! Calls that we make, and control by their ids.

use std::future::{Future, poll_fn};
use std::task::Poll;
use std::time::Duration;

use trunkline::api::{BroadcastLeg, UuidKill};
use trunkline::call::EndedBy;
use trunkline::dialstring::{Endpoint, Originate};
use trunkline::{Call, Client, Error, EventName, HangupCause, Item, Progress};

use crate::support::{Listening, Switch, asynchronous, everywhere, within};

async fn made(switch: &Switch) -> Call {
    made_by(switch.client()).await
}

/// Waits for an event of a call.
async fn happens(events: &mut trunkline::call::CallEvents, name: EventName) {
    while let Some(item) = events.next().await {
        if matches!(&item, Item::Event(event) if event.is(name.clone())) {
            return;
        }
    }
    panic!("no {name}");
}

#[tokio::test]
async fn two_calls_are_bridged_and_end_together() {
    everywhere(|switch| async move {
        let (one, other) = (made(&switch).await, made(&switch).await);
        let mut events = one.events([EventName::ChannelBridge, EventName::ChannelUnbridge]).await.unwrap();
        one.bridge_with(&other).await.unwrap();
        happens(&mut events, EventName::ChannelBridge).await;
        other.hangup(HangupCause::NormalClearing).await.unwrap();
        happens(&mut events, EventName::ChannelUnbridge).await;
        assert_eq!(one.ended().await.cause, Some(HangupCause::NormalClearing));
    })
    .await;
}

#[tokio::test]
async fn played_to_and_recorded_whatever_it_does() {
    everywhere(|switch| async move {
        let call = made(&switch).await;
        let names = [EventName::RecordStart, EventName::RecordStop, EventName::ChannelExecuteComplete];
        let mut events = call.events(names).await.unwrap();
        let file = format!("/tmp/{}.wav", call.uuid());
        let recording = call.start_recording(&file).await.unwrap();
        happens(&mut events, EventName::RecordStart).await;
        call.broadcast("silence_stream://100", BroadcastLeg::Aleg).await.unwrap();
        happens(&mut events, EventName::ChannelExecuteComplete).await;
        recording.mask().await.unwrap();
        recording.unmask().await.unwrap();
        recording.stop().await.unwrap();
        happens(&mut events, EventName::RecordStop).await;
        assert!(recording.stop().await.is_err());
        call.hangup(HangupCause::NormalClearing).await.unwrap();
        assert!(matches!(call.hold().await, Err(Error::CallEnded(_))));
        let _ = std::fs::remove_file(file);
    })
    .await;
}

#[tokio::test]
async fn each_step_of_a_call_that_is_made() {
    everywhere(|switch| async move {
        for (endpoint, expected) in
            [(Endpoint::null("x").unwrap(), "answered"), (Endpoint::error("USER_BUSY").unwrap(), "USER_BUSY")]
        {
            let mut dialled = switch.client().originate(Originate::new(endpoint)).progress().await.unwrap();
            let mut last = String::new();
            while let Some(step) = dialled.next().await {
                last = match step {
                    Progress::Answered(call) => {
                        call.hangup(HangupCause::NormalClearing).await.unwrap();
                        "answered".to_owned()
                    }
                    Progress::Failed(trunkline::OriginateError::Failed { cause }) => cause.to_string(),
                    other => format!("{other:?}"),
                };
            }
            assert_eq!(last, expected);
        }
    })
    .await;
}

#[tokio::test]
async fn early_media_is_told_before_the_answer() {
    everywhere(|switch| async move {
        let socket = Listening::open().await;
        let endpoint = Endpoint::loopback(&format!("naf_{}", socket.port()), "default").unwrap();
        let mut dialled = switch.client().originate(Originate::new(endpoint)).progress().await.unwrap();
        let called = tokio::spawn(async move {
            let call = asynchronous(socket.accept().await);
            call.pre_answer().await.unwrap();
            call.ended().await
        });
        let mut steps = Vec::new();
        while let Some(step) = dialled.next().await {
            steps.push(match step {
                Progress::Ringing { .. } => "ringing",
                Progress::EarlyMedia { .. } => "media",
                Progress::Answered(call) => {
                    call.hangup(HangupCause::NormalClearing).await.unwrap();
                    "answered"
                }
                _ => "failed",
            });
        }
        assert_eq!(steps, ["media", "answered"]);
        assert_eq!(called.await.unwrap().cause, Some(HangupCause::NormalClearing));
    })
    .await;
}

#[tokio::test]
async fn a_call_that_ends_while_the_connection_is_lost_has_ended() {
    use trunkline_sim::Sim;
    let sim = Sim::builder().start().await.unwrap();
    let mut config: trunkline::Config = sim.url().parse().unwrap();
    let mut reconnect = trunkline::Reconnect::default();
    (reconnect.first, reconnect.jitter) = (Duration::from_secs(1), 0.0);
    config.reconnect = Some(reconnect);
    let client = trunkline::connect(config).await.unwrap();
    let [one, other] = [made_by(&client).await, made_by(&client).await];
    let [playing, playing_on] = [one.clone(), other.clone()]
        .map(|call| tokio::spawn(async move { call.playback("silence_stream://-1").await.map(drop) }));
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut digits = one.dtmf();
    sim.kill_connections();
    let meanwhile = trunkline::connect(sim.url().as_str()).await.unwrap();
    meanwhile.run(UuidKill::new(one.uuid())).await.unwrap();
    assert!(other.ended_already().is_none());
    // Its end was not heard, and is known all the same.
    let ended = one.ended().await;
    assert_eq!((ended.cause, ended.by), (None, EndedBy::Switch));
    assert!(playing.await.unwrap().is_err());
    assert_eq!(within(digits.next()).await, None, "nobody presses anything any more");
    // The other's playback may have ended meanwhile, which nobody would have heard: it is not waited for.
    let lost = playing_on.await.unwrap();
    assert!(matches!(lost, Err(Error::Disconnected { .. })), "{lost:?}");
    other.hangup(HangupCause::NormalClearing).await.unwrap();
}

async fn made_by(client: &Client) -> Call {
    let made = client.originate(Originate::new(Endpoint::null("x").unwrap())).await.unwrap();
    made.call().await.unwrap()
}

#[tokio::test]
async fn of_a_call_that_has_ended_there_is_nothing_to_hear() {
    everywhere(|switch| async move {
        let call = made(&switch).await;
        let mut events = call.events([EventName::ChannelDestroy]).await.unwrap();
        call.hangup(HangupCause::NormalClearing).await.unwrap();
        happens(&mut events, EventName::ChannelDestroy).await;
        assert_eq!(call.dtmf().next().await, None);
        assert!(call.events([EventName::ChannelAnswer]).await.unwrap().next().await.is_none());
    })
    .await;
}

/// Whoever gives a hangup up has hung up all the same, though the switch had yet to answer something else.
#[tokio::test]
async fn a_hangup_that_is_not_waited_for_is_one() {
    everywhere(|switch| async move {
        let call = made(&switch).await;
        let client = switch.client().clone();
        let busy = tokio::spawn(async move { client.api("status").await.map(drop) });
        tokio::task::yield_now().await;
        let mut hangup = Box::pin(call.hangup(HangupCause::UserBusy));
        assert!(poll_fn(|cx| Poll::Ready(hangup.as_mut().poll(cx).is_pending())).await);
        drop(hangup);
        assert_eq!(call.ended().await.cause, Some(HangupCause::UserBusy));
        busy.await.unwrap().unwrap();
    })
    .await;
}

/// A hangup that could not be said is not this program's, should somebody else do it.
#[tokio::test]
async fn a_hangup_that_failed_is_nobodys() {
    everywhere(|switch| async move {
        let call = made(&switch).await;
        assert!(call.hangup("no cause at all").await.is_err());
        switch.client().run(UuidKill::new(call.uuid())).await.unwrap();
        assert_eq!(call.ended().await.by, EndedBy::Switch);
    })
    .await;
}
