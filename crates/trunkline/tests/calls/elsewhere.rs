//! Calls that are sent elsewhere, or taken away: each application's success, and what can go wrong.

use std::time::Duration;

use tokio::task::JoinHandle;
use trunkline::application::{
    Dial, ExecuteExtension, Extension, Intercept, SchedTransfer, Transfer, ValetPark,
};
use trunkline::call::EndedBy;
use trunkline::dialstring::{DialString, Endpoint, Originate};
use trunkline::{Call, ChannelUuid, Error, HangupCause, Progress};

use crate::support::{Listening, Switch, asynchronous, everywhere, uuid};

/// Waits until a variable of a call is this.
async fn becomes(call: &Call, name: &str, value: &str) {
    loop {
        let is =
            call.variable(name).await.unwrap_or_else(|error| panic!("{name} of {}: {error}", call.uuid()));
        if is.as_deref() == Some(value) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn null() -> Endpoint {
    Endpoint::null("other").unwrap()
}

/// Two calls that talk.
async fn talking(switch: &Switch) -> [Call; 2] {
    let (one, other) = (switch.made(null()).await, switch.made(null()).await);
    one.bridge_with(&other).await.unwrap();
    becomes(&one, "bridge_uuid", other.uuid().as_str()).await;
    // One that is taken away while it is still being bridged is hung up.
    tokio::time::sleep(Duration::from_millis(300)).await;
    [one, other]
}

/// Somebody calls us by SIP, or by another endpoint: the call as it comes to us, not answered yet; and a task in which
/// the one who calls waits for what becomes of it.
async fn comes(switch: &Switch, endpoint: impl AsyncFnOnce(u16) -> Endpoint) -> (Call, JoinHandle<String>) {
    let socket = Listening::open().await;
    let endpoint = endpoint(socket.port()).await;
    let client = switch.client().clone();
    let calling = tokio::spawn(async move {
        let originate = Originate::new(endpoint);
        let mut dialled = client.originate(originate).progress().await.unwrap();
        while let Some(step) = dialled.next().await {
            match step {
                Progress::Answered(call) => return call.ended().await.to_string(),
                Progress::Failed(error) => return error.to_string(),
                _ => {}
            }
        }
        unreachable!("it comes to something")
    });
    (asynchronous(socket.accept().await), calling)
}

#[tokio::test]
async fn an_extension_within_this_one() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        let within = Extension::new("set:first=1,sleep:50,set:second=2").of("inline", "default");
        call.execute_extension(within).await.unwrap();
        // It has come back when all of it has run.
        assert_eq!(call.variable("second").await.unwrap().as_deref(), Some("2"));
        // Of one that is not there the switch tells nothing.
        call.execute_extension(Extension::new("no_such_number").of("XML", "default")).await.unwrap();
        let option = call.run(ExecuteExtension::new("-both")).await;
        assert!(matches!(option, Err(Error::Misuse(_))), "{option:?}");
        assert!(matches!(call.execute_extension("").await, Err(Error::Misuse(_))));
        call.playback("silence_stream://20").await.unwrap();
        // One that hangs up ends the call, and what waits with it.
        let end = Extension::new("hangup:USER_BUSY").of("inline", "default");
        let ended = call.execute_extension(end).await;
        assert!(matches!(ended, Ok(()) | Err(Error::CallEnded(_))), "{ended:?}");
        assert_eq!(call.ended().await.cause, Some(HangupCause::UserBusy));
    })
    .await;
}

#[tokio::test]
async fn transferred_to_nowhere() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        let sent = call.transfer(Extension::new("no_such_number").of("XML", "default")).await;
        assert!(matches!(sent, Ok(()) | Err(Error::CallEnded(_))), "{sent:?}");
        assert_eq!(call.ended().await.cause, Some(HangupCause::NoRouteDestination));
    })
    .await;
}

#[tokio::test]
async fn the_other_end_is_transferred() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        let bridge = call.bridge(null()).await.unwrap();
        let other = switch.client().call(bridge.uuid()).await.unwrap();
        call.run(Transfer::to(Extension::new("set:sent=there,park").of("inline", "default")).bleg())
            .await
            .unwrap();
        becomes(&other, "sent", "there").await;
        bridge.ended().await.unwrap();
        call.playback("silence_stream://20").await.unwrap();
        other.hangup(HangupCause::NormalClearing).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn transferred_later() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        let there = Extension::new("hangup:CALL_REJECTED").of("inline", "default");
        call.sched_transfer(SchedTransfer::after(Duration::from_secs(1), there)).await.unwrap();
        assert_eq!(call.ended().await.cause, Some(HangupCause::CallRejected));
    })
    .await;
}

#[tokio::test]
async fn taken_away_from_whom_it_talks_to() {
    everywhere(|switch| async move {
        // Whose own end is hung up is the one that is named, or the other.
        for bleg in [false, true] {
            let call = switch.answered().await;
            let [named, other] = talking(&switch).await;
            let (taken, left) = if bleg { (other, named.clone()) } else { (named.clone(), other) };
            let intercept = Intercept::new(named.uuid());
            call.intercept(if bleg { intercept.bleg() } else { intercept }).await.unwrap();
            assert_eq!(left.ended().await.cause, Some(HangupCause::PickedOff));
            becomes(&taken, "bridge_uuid", call.uuid().as_str()).await;
            taken.hangup(HangupCause::NormalClearing).await.unwrap();
            drop(call.hangup(HangupCause::NormalClearing).await);
        }
        // One that talks to nobody.
        let (call, alone) = (switch.answered().await, switch.made(null()).await);
        call.intercept(Intercept::new(alone.uuid())).await.unwrap();
        becomes(&alone, "bridge_uuid", call.uuid().as_str()).await;
        alone.hangup(HangupCause::NormalClearing).await.unwrap();
    })
    .await;
}

/// `one` asks somebody whether they take `waits`, whom it talks to, in these two ways.
async fn asks(switch: &Switch, one: &Call, waits: &Call) {
    let dial = |uuid: &ChannelUuid| Dial::to(null()).variable("origination_uuid", uuid.as_str());
    // The one who is asked declines: the two who talked before talk again.
    let asked = uuid();
    let decline = async {
        let asked = until_there(switch, &asked).await;
        becomes(one, "bridge_uuid", asked.uuid().as_str()).await;
        asked.hangup(HangupCause::NormalClearing).await.unwrap();
    };
    let (declined, ()) = tokio::join!(one.att_xfer(dial(&asked)), decline);
    declined.unwrap();
    becomes(one, "bridge_uuid", waits.uuid().as_str()).await;
    tokio::time::sleep(Duration::from_millis(300)).await;

    // It is given up, while it rings and while the two talk: those who talked before do again.
    for (dial, after) in [("loopback/9014/default/XML", 500), ("null/asked", 500)] {
        let dial = Dial::to(dial.parse::<DialString>().unwrap());
        let late = one.within(Duration::from_millis(after)).att_xfer(dial.clone()).await;
        assert!(matches!(late, Err(Error::ApplicationTimedOut { .. })), "{dial:?}: {late:?}");
        one.set("note", "it has ended").await.unwrap();
        becomes(one, "bridge_uuid", waits.uuid().as_str()).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(waits.ended_already().is_none(), "{dial:?}");
    }

    // The one who asks hangs up: the two others talk.
    let asked = uuid();
    let hand_over = async {
        let asked = until_there(switch, &asked).await;
        becomes(one, "bridge_uuid", asked.uuid().as_str()).await;
        one.hangup(HangupCause::NormalClearing).await.unwrap();
        asked
    };
    let (done, asked) = tokio::join!(one.att_xfer(dial(&asked)), hand_over);
    assert!(matches!(done, Err(Error::CallEnded(_))), "{done:?}");
    becomes(&asked, "bridge_uuid", waits.uuid().as_str()).await;
    assert!(waits.ended_already().is_none());
    waits.hangup(HangupCause::NormalClearing).await.unwrap();
    asked.ended().await;
}

#[tokio::test]
async fn asked_before_it_is_handed_over() {
    everywhere(|switch| async move {
        let [one, other] = talking(&switch).await;
        asks(&switch, &one, &other).await;
        if switch.is_real() {
            // (The simulated one has such a call go on in its dialplan in the place of talking again.)
            let call = switch.answered().await;
            let bridge = call.bridge(null()).await.unwrap();
            let waits = switch.client().call(bridge.uuid()).await.unwrap();
            asks(&switch, &call, &waits).await;
        }
    })
    .await;
}

async fn until_there(switch: &Switch, uuid: &ChannelUuid) -> Call {
    loop {
        match switch.client().call(uuid).await {
            Ok(call) => return call,
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

#[tokio::test]
async fn parked_and_fetched() {
    everywhere(|switch| async move {
        let (call, other) = (switch.answered().await, switch.answered().await);
        let lot = format!("test-{}", call.uuid());
        let parked = {
            let (call, lot) = (call.clone(), lot.clone());
            tokio::spawn(async move { call.valet_park(ValetPark::space(lot, "9501")).await })
        };
        becomes(&call, "valet_lot_extension", "9501").await;
        other.valet_park(ValetPark::space(&lot, "9501")).await.unwrap();
        parked.await.unwrap().unwrap();
        becomes(&call, "bridge_uuid", other.uuid().as_str()).await;
        other.hangup(HangupCause::NormalClearing).await.unwrap();

        // Asked for where, and fetched from there; the simulated one does not ask.
        if switch.is_real() {
            let (call, other) = (switch.answered().await, switch.answered().await);
            let asked = ValetPark::ask(&lot, 4..=4).prompt("silence_stream://-1");
            let parked = tokio::spawn({
                let call = call.clone();
                async move { call.valet_park(asked).await }
            });
            tokio::time::sleep(Duration::from_millis(300)).await;
            switch.client().api(&format!("uuid_recv_dtmf {} 9502", call.uuid())).await.unwrap();
            becomes(&call, "valet_lot_extension", "9502").await;
            other.valet_park(ValetPark::space(&lot, "9502")).await.unwrap();
            parked.await.unwrap().unwrap();
            other.hangup(HangupCause::NormalClearing).await.unwrap();
        }
        let odd = call.valet_park(ValetPark::space("a lot", "9501")).await;
        assert!(matches!(odd, Err(Error::Misuse(_) | Error::CallEnded(_))), "{odd:?}");
    })
    .await;
}

#[tokio::test]
async fn rings_before_it_is_answered() {
    everywhere(|switch| async move {
        let socket = Listening::open().await;
        let endpoint = Endpoint::loopback(&format!("naf_{}", socket.port()), "default").unwrap();
        let mut dialled = switch.client().originate(Originate::new(endpoint)).progress().await.unwrap();
        let call = asynchronous(socket.accept().await);
        call.ring_ready().await.unwrap();
        let first = dialled.next().await;
        assert!(matches!(first, Some(Progress::Ringing { .. })), "{first:?}");
        call.answer().await.unwrap();
        let second = dialled.next().await;
        assert!(matches!(second, Some(Progress::Answered(_))), "{second:?}");
        // Nothing is wrong with it once more.
        call.answer().await.unwrap();
        call.hangup(HangupCause::NormalClearing).await.unwrap();
        let gone = call.ring_ready().await;
        assert!(matches!(gone, Err(Error::CallEnded(_))), "{gone:?}");
    })
    .await;
}

#[tokio::test]
async fn deflected() {
    everywhere(|switch| async move {
        // What does not speak SIP cannot be, which the switch does not tell.
        let call = switch.answered().await;
        call.deflect("sip:9002@127.0.0.1").await.unwrap();
        assert!(matches!(call.deflect("sip:a b").await, Err(Error::Misuse(_))));
        assert!(matches!(call.deflect("").await, Err(Error::Misuse(_))));
        call.playback("silence_stream://20").await.unwrap();
        call.hangup(HangupCause::NormalClearing).await.unwrap();

        let (call, calling) = comes(&switch, async |port| switch.sip(&format!("naf_{port}")).await).await;
        call.answer().await.unwrap();
        let deflected = call.deflect("sip:9002@127.0.0.1").await;
        assert!(matches!(deflected, Ok(()) | Err(Error::CallEnded(_))), "{deflected:?}");
        let ended = call.ended().await;
        assert_eq!((ended.cause, ended.by), (Some(HangupCause::BlindTransfer), EndedBy::Switch));
        calling.abort();
    })
    .await;
}

#[tokio::test]
async fn redirected() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        call.redirect("sip:9002@127.0.0.1").await.unwrap();
        assert!(matches!(call.redirect("").await, Err(Error::Misuse(_))));
        call.playback("silence_stream://20").await.unwrap();
        call.hangup(HangupCause::NormalClearing).await.unwrap();

        let (call, calling) = comes(&switch, async |port| switch.sip(&format!("naf_{port}")).await).await;
        let redirected = call.redirect("sip:9002@127.0.0.1").await;
        assert!(matches!(redirected, Ok(()) | Err(Error::CallEnded(_))), "{redirected:?}");
        assert_eq!(call.ended().await.cause, Some(HangupCause::NormalUnspecified));
        calling.abort();

        // Too late, which the switch does not tell.
        let (call, calling) = comes(&switch, async |port| switch.sip(&format!("naf_{port}")).await).await;
        call.answer().await.unwrap();
        call.redirect("sip:9002@127.0.0.1").await.unwrap();
        call.playback("silence_stream://20").await.unwrap();
        call.hangup(HangupCause::NormalClearing).await.unwrap();
        calling.await.unwrap();
    })
    .await;
}
