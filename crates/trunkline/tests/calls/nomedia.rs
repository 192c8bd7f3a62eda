//! `nomedia`: two that talk past the switch. (Nothing comes of it in the simulated one: there is no media to take anywhere.)

use std::time::Duration;

use trunkline::api::{UuidDump, UuidMedia};
use trunkline::dialstring::Endpoint;
use trunkline::model::{Live, View};
use trunkline::{Call, ChannelState, Error, Event, HangupCause};

use crate::support::{Switch, everywhere};

/// A call as the switch shows it, once it is in this state.
async fn shown_in(call: &Call, state: ChannelState) -> Event {
    loop {
        let shown = call.ask(UuidDump::new(call.uuid())).await.unwrap();
        if shown.channel().and_then(|channel| channel.state()).as_ref() == Some(&state) {
            return shown;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Two calls that talk, as the switch shows them.
async fn talking(switch: &Switch, endpoint: &Endpoint) -> ([Call; 2], [Event; 2]) {
    let calls = [switch.made(endpoint.clone()).await, switch.made(endpoint.clone()).await];
    calls[0].bridge_with(&calls[1]).await.unwrap();
    let one = shown_in(&calls[0], ChannelState::SoftExecute).await;
    let other = shown_in(&calls[1], ChannelState::ExchangeMedia).await;
    // While it is still being bridged it is not yet theirs.
    tokio::time::sleep(Duration::from_millis(300)).await;
    (calls, [one, other])
}

/// Both are put to sleep in the switch, each with the other one's name.
async fn sleep(calls: &[Call; 2]) -> [Event; 2] {
    let one = shown_in(&calls[0], ChannelState::Hibernate).await;
    let other = shown_in(&calls[1], ChannelState::Hibernate).await;
    for (shown, other) in [(&one, &calls[1]), (&other, &calls[0])] {
        assert_eq!(shown.variable("signal_bridge_to").as_deref(), Some(other.uuid().as_str()));
    }
    [one, other]
}

/// In the model they are still one call.
async fn one_call(live: &Live, [one, other]: &[Call; 2]) {
    let (one, other) = (one.uuid(), other.uuid());
    let is_so = |view: &View| match (view.channel(one.as_str()), view.channel(other.as_str())) {
        (Some(a), Some(b)) => {
            let bridged = a.bridged_to.as_ref() == Some(&other) && b.bridged_to.as_ref() == Some(&one);
            bridged && a.call == b.call
        }
        _ => false,
    };
    live.until(is_so).await.unwrap();
}

/// The one that ends takes the other one with it.
async fn end([one, other]: [Call; 2]) {
    one.hangup(HangupCause::NormalClearing).await.unwrap();
    other.ended().await;
}

/// Each end is told to send to where the other one listens; and by and by to the switch again.
#[tokio::test]
async fn two_telephones_talk_to_one_another() {
    everywhere(|switch| async move {
        let telephone = switch.sip("9001").await;
        let (calls, before) = if switch.is_real() {
            talking(&switch, &telephone).await
        } else {
            talking(&switch, &Endpoint::null("other").unwrap()).await
        };
        let live = Live::follow(switch.client()).await.unwrap();
        calls[0].nomedia().await.unwrap();
        if switch.is_real() {
            let [one, other] = sleep(&calls).await;
            one_call(&live, &calls).await;
            for (shown, other) in [(one, &before[1]), (other, &before[0])] {
                let port = other.variable("remote_media_port").expect("where it listens");
                let told = shown.variable("rtp_local_sdp_str").expect("what its telephone was told");
                assert!(told.contains(&format!("m=audio {port} ")), "{port}: {told}");
            }
            calls[0].ask(UuidMedia::on(calls[0].uuid())).await.unwrap();
            shown_in(&calls[0], ChannelState::SoftExecute).await;
        }
        shown_in(&calls[1], ChannelState::ExchangeMedia).await;
        one_call(&live, &calls).await;
        end(calls).await;
    })
    .await;
}

/// Who speaks no SIP is put to sleep all the same, and hears nobody any more.
#[tokio::test]
async fn who_speaks_no_sip_hears_nobody() {
    everywhere(|switch| async move {
        if !switch.is_real() {
            return;
        }
        let (calls, _) = talking(&switch, &Endpoint::null("other").unwrap()).await;
        calls[1].nomedia().await.unwrap();
        sleep(&calls).await;
        end(calls).await;
    })
    .await;
}

/// Of the switch's own bridge that is the end, and nothing can be run on the call until they talk through it again.
#[tokio::test]
async fn the_bridge_of_a_handler_ends_and_they_talk_on() {
    everywhere(|switch| async move {
        if !switch.is_real() {
            return;
        }
        let call = switch.answered().await;
        let bridge = call.bridge(switch.sip("9001").await).await.unwrap();
        let other = switch.client().call(bridge.uuid()).await.unwrap();
        call.nomedia().await.unwrap();
        bridge.ended().await.unwrap();
        sleep(&[call.clone(), other.clone()]).await;
        let late = call.within(Duration::from_millis(500)).playback("silence_stream://20").await;
        assert!(matches!(late, Err(Error::ApplicationTimedOut { .. })), "{late:?}");
        assert!(call.ended_already().is_none() && other.ended_already().is_none());
        end([call, other]).await;
    })
    .await;
}

/// One that talks to nobody goes on as it was.
#[tokio::test]
async fn one_that_talks_to_nobody_goes_on() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        call.nomedia().await.unwrap();
        call.playback("silence_stream://20").await.unwrap();
        call.hangup(HangupCause::NormalClearing).await.unwrap();
        if switch.is_real() {
            let call = switch.made(switch.sip("9001").await).await;
            call.nomedia().await.unwrap();
            call.playback("silence_stream://20").await.unwrap();
            call.hangup(HangupCause::NormalClearing).await.unwrap();
        }
    })
    .await;
}
