//! Variables, the first picture of a call, and what it can be told besides applications.

use std::time::Duration;

use trunkline::application::Dial;
use trunkline::call::CallEvents;
use trunkline::dialstring::{DialString, Variables};
use trunkline::{ApiMisuse, CallDirection, Error, EventBuilder, EventName, HangupCause, Item, Unicast};

use crate::support::{Listening, asynchronous, everywhere, press, synchronous};

fn two(value: &str) -> Variables {
    Variables::new().with("first", value).unwrap().with("second", "x").unwrap()
}

/// Odd, and for `getvar` deadly.
const ODD: &str = "~it's 5 %, a=b; C:\\new";

#[tokio::test]
async fn variables_with_and_without_api_commands() {
    everywhere(|switch| async move {
        for words in ["async full", "async"] {
            let call = asynchronous(switch.call_with(words, "given=yes").await.1);
            assert_eq!(call.data().unwrap().variable("given").as_deref(), Some("yes"));
            assert_eq!(call.variable("given").await.unwrap().as_deref(), Some("yes"));
            call.set_variables(two(ODD)).await.unwrap();
            assert_eq!(call.variable("first").await.unwrap().as_deref(), Some(ODD), "{words}");
            assert_eq!(call.variable("third").await.unwrap(), None);
            let all = call.variables().await.unwrap();
            let has = |name: &str, value: &str| all.iter().any(|(n, v)| n == name && v == value);
            assert!(has("first", ODD) && has("second", "x") && has("given", "yes"), "{words}: {all:?}");
            call.hangup(HangupCause::NormalClearing).await.unwrap();
        }
        for words in ["full", ""] {
            let call = synchronous(switch.call(words).await.1);
            call.set_variables(two(ODD)).await.unwrap();
            assert_eq!(call.variable("first").await.unwrap().as_deref(), Some(ODD), "{words}");
            assert!(call.variables().await.unwrap().contains(&("second".into(), "x".into())), "{words}");
        }
    })
    .await;
}

#[tokio::test]
async fn variables_of_the_other_leg() {
    everywhere(|switch| async move {
        let call = switch.async_full().await;
        assert!(matches!(call.set_peer_variable("a", "b").await, Err(Error::Misuse(_))));
        let to: DialString = "null/1".parse().unwrap();
        call.export("exported", "to all").await.unwrap();
        let bridge = call.bridge(Dial::to(to).variable("dialled", "with")).await.unwrap();
        call.set_peer_variable("later", ODD).await.unwrap();
        let other = switch.client().call(bridge.uuid()).await.unwrap();
        for (name, value) in [("exported", "to all"), ("dialled", "with"), ("later", ODD)] {
            assert_eq!(other.variable(name).await.unwrap().as_deref(), Some(value), "{name}");
        }
        call.hangup(HangupCause::NormalClearing).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_the_first_picture_shows() {
    everywhere(|switch| async move {
        let variables = "origination_caller_id_name=Ann,origination_caller_id_number=77";
        let call = asynchronous(switch.call_with("async full", variables).await.1);
        let data = call.data().unwrap();
        assert_eq!(data.uuid(), Some(call.uuid()));
        assert_eq!(data.direction(), Some(CallDirection::Outbound));
        assert!(data.channel_name().unwrap().starts_with("null/"));
        assert!(data.caller_number().is_some() && data.destination().is_some());
        assert_eq!(data.context().as_deref(), Some("default"));
        assert!(data.variables().any(|(name, value)| name == "origination_caller_id_name" && value == "Ann"));
    })
    .await;
}

#[tokio::test]
async fn api_commands_need_full() {
    everywhere(|switch| async move {
        let call = switch.async_full().await;
        assert!(!call.api("status").await.unwrap().text().is_empty());
        let job = call.bgapi("uptime").await.unwrap().await.unwrap();
        assert!(!job.text().is_empty());

        let call = asynchronous(switch.call("async").await.1);
        let needs_full = |error: Error| {
            assert!(matches!(error, Error::Misuse(ApiMisuse::NotFull { .. })), "{error:?}");
            assert!(error.to_string().contains("HOST:PORT async full"), "{error}");
        };
        needs_full(call.api("status").await.unwrap_err());
        needs_full(call.bgapi("status").await.unwrap_err());
        needs_full(call.set_peer_variable("a", "b").await.unwrap_err());
    })
    .await;
}

#[tokio::test]
async fn told_besides() {
    everywhere(|switch| async move {
        let call = switch.async_full().await;
        call.answer().await.unwrap();
        call.divert_events(true).await.unwrap();
        call.divert_events(false).await.unwrap();
        call.nomedia().await.unwrap();
        let to = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let unicast = Unicast::default().local("127.0.0.1:0".parse().unwrap());
        call.unicast(unicast.remote(to.local_addr().unwrap())).await.unwrap();
        call.sleep(Duration::from_millis(50)).await.unwrap();

        let by_id = switch.client().call(call.uuid()).await.unwrap();
        let refused = by_id.divert_events(true).await.unwrap_err();
        assert!(refused.is_refused(), "{refused:?}");
        let ended = by_id.hangup(HangupCause::UserBusy).await.unwrap();
        assert_eq!(ended.cause, Some(HangupCause::UserBusy));
        assert_eq!(call.ended().await.cause, Some(HangupCause::UserBusy));
    })
    .await;
}

/// What the core queues to the call comes over its connection while that is diverted, and to no application.
#[tokio::test]
async fn what_is_queued_to_it_is_diverted() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        let mut events = call.events("ALL").await.unwrap();
        let queue = |tag| {
            let event = EventBuilder::new().header("Tag", tag).header("Unique-ID", call.uuid().as_str());
            let client = switch.client().clone();
            async move { client.sendevent(&EventName::Notify, &event).await.unwrap() }
        };
        let mut others = switch.client().events([EventName::Dtmf]).await.unwrap();
        let mut digits = call.dtmf();
        call.divert_events(true).await.unwrap();
        queue("first").await;
        assert_eq!(tag(&mut events).await, "first");
        // Digits are events, too; the application takes them from elsewhere.
        let playback = || call.playback("silence_stream://-1");
        let (played, ()) = tokio::join!(playback(), press(&switch, &call, "*"));
        assert_eq!((played.unwrap().terminator(), digits.next().await), (Some('*'), Some('*')));
        call.divert_events(false).await.unwrap();
        let (played, ()) = tokio::join!(playback(), press(&switch, &call, "*"));
        assert_eq!((played.unwrap().terminator(), digits.next().await), (Some('*'), Some('*')));
        if switch.is_real() {
            // The simulated one has everybody hear of it. (The bus is others' as well.)
            let mut heard = 0;
            while let Ok(Some(item)) = tokio::time::timeout(Duration::from_millis(300), others.next()).await {
                let Item::Event(event) = item else { continue };
                heard += usize::from(event.unique_id().is_some_and(|id| id == call.uuid().as_str()));
            }
            assert_eq!(heard, 1);
        }
        call.hangup(HangupCause::NormalClearing).await.unwrap();
    })
    .await;
}

/// The tag of the next event that has one.
async fn tag(events: &mut CallEvents) -> String {
    loop {
        let Some(Item::Event(event)) = events.next().await else { panic!("no more events") };
        if let Some(tag) = event.get("Tag") {
            return tag.into_owned();
        }
    }
}

/// What the call hears comes to a program, as packets, for as long as it is parked.
#[tokio::test]
async fn its_audio_comes_to_a_program() {
    everywhere(|switch| async move {
        if !switch.is_real() {
            // There is no audio in the simulated one.
            return;
        }
        let call = switch.made(trunkline::dialstring::Endpoint::loopback("9001", "default").unwrap()).await;
        let program = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let unicast = Unicast::default().local("127.0.0.1:8026".parse().unwrap());
        call.unicast(unicast.remote(program.local_addr().unwrap())).await.unwrap();
        let mut packet = [0; 2048];
        let (length, _) = program.recv_from(&mut packet).await.unwrap();
        assert!(length > 0);
        call.hangup(HangupCause::NormalClearing).await.unwrap();
    })
    .await;
}

/// Where it was told to, the call goes on in its dialplan from the midst of what it does; without `async` it never would.
#[tokio::test]
async fn a_call_that_is_left_in_the_midst_of_something() {
    everywhere(|switch| async move {
        for words in ["async full", "async"] {
            let mut events = switch.client().events([EventName::ChannelHangupComplete]).await.unwrap();
            let socket = Listening::open().await;
            let uuid = switch.dial(socket.port(), words, "", "hangup:USER_BUSY").await;
            let call = asynchronous(socket.accept().await);
            call.answer().await.unwrap();
            call.resume().await.unwrap();
            let playing = tokio::spawn({
                let call = call.clone();
                async move { call.locked().playback("silence_stream://-1").await.map(drop) }
            });
            tokio::time::sleep(Duration::from_millis(300)).await;
            call.client().close().await;
            assert!(matches!(playing.await.unwrap(), Err(Error::CallEnded(_))), "{words}");
            while let Some(Item::Event(event)) = events.next().await {
                if event.unique_id().is_some_and(|id| id == uuid.as_str()) {
                    assert_eq!(event.get("Hangup-Cause").as_deref(), Some("USER_BUSY"), "{words}");
                    break;
                }
            }
        }
        for words in ["full", ""] {
            let call = synchronous(switch.call(words).await.1);
            let refused = call.client().resume().await;
            assert!(matches!(refused, Err(Error::Misuse(ApiMisuse::NotAsync { .. }))), "{refused:?}");
            call.hangup(HangupCause::NormalClearing).await.unwrap();
        }
    })
    .await;
}
