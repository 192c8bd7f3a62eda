//! What is done to objects of the model, and seen there.

use std::future::Future;
use std::time::Duration;

use trunkline::api::BroadcastLeg;
use trunkline::model::Live;
use trunkline::{Client, Error, HangupCause};
use trunkline_sim::Sim;

use crate::truth::within;

const SOON: Duration = Duration::from_secs(5);

/// Against the simulator, and against a real switch if there is one.
async fn everywhere<F: Future<Output = ()>>(test: impl Fn(Client) -> F) {
    let conf = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testbed/conf");
    let sim = Sim::builder().conf(conf).unwrap().start().await.unwrap();
    within(test(trunkline::connect(sim.url().as_str()).await.unwrap())).await;
    match std::env::var("TRUNKLINE_TEST_URL") {
        Ok(url) => within(test(trunkline::connect(url).await.unwrap())).await,
        Err(_) => eprintln!("not tried against a real FreeSWITCH: TRUNKLINE_TEST_URL names none"),
    }
}

async fn parked(client: &Client) -> String {
    let id = format!("order-{:016x}", fastrand::u64(..));
    let line = format!("originate {{origination_uuid={id}}}null/x &park");
    client.bgapi(&line).await.unwrap().await.unwrap();
    id
}

#[tokio::test]
async fn channels() {
    everywhere(|client| async move {
        let live = Live::follow(&client).await.unwrap();
        let (a, b) = (parked(&client).await, parked(&client).await);
        let (one, other) = (live.channel(&*a), live.channel(&*b));
        assert!(one.until(|channel| channel.is_answered()).await.unwrap().is_some());
        let file = format!("/tmp/{a}.wav");
        one.record(&file).seen(SOON).await.unwrap();
        one.stop_recording(&file).seen(SOON).await.unwrap();
        let _ = std::fs::remove_file(file);
        one.play("silence_stream://10", BroadcastLeg::Aleg).await.unwrap();
        one.send_dtmf("1").await.unwrap();
        one.bridge(&*b).seen(SOON).await.unwrap();
        let view = live.view();
        let [first, second] = [&a, &b].map(|id| view.call_of(id).map(|call| call.id.clone()));
        assert!(first.is_some() && first == second, "{first:?} {second:?}");
        one.park().seen(SOON).await.unwrap();
        one.transfer("9001").seen(SOON).await.unwrap();
        one.hangup(HangupCause::NormalClearing).seen(SOON).await.unwrap();
        let _ = other.hangup(HangupCause::NormalClearing).await;
        assert!(other.until(|_| false).await.unwrap().is_none());
        let gone = one.hold().seen(Duration::from_millis(200)).await;
        let Err(Error::NotSeen { gone, .. }) = gone else { panic!("{gone:?}") };
        assert_eq!(gone, Some((*a).into()));
    })
    .await;
}

#[tokio::test]
async fn conferences_and_their_members() {
    everywhere(|client| async move {
        let live = Live::follow(&client).await.unwrap();
        let name = format!("orders{:08x}", fastrand::u32(..));
        let id = format!("order-{:016x}", fastrand::u64(..));
        let line = format!("originate {{origination_uuid={id}}}null/x &conference({name})");
        client.bgapi(&line).await.unwrap().await.unwrap();
        let of = |view: &trunkline::model::View| {
            let mut members = view.members().filter(|member| *member.conference == *name);
            members.next().map(|member| member.id)
        };
        let view = live.until(|view| of(view).is_some()).await.unwrap();
        let conference = live.conference(&name);
        let member = conference.member(of(&view).unwrap());
        member.mute().seen(SOON).await.unwrap();
        assert!(matches!(member.mute().seen(SOON).await.map(drop), Ok(())));
        member.unmute().seen(SOON).await.unwrap();
        member.deaf().seen(SOON).await.unwrap();
        member.undeaf().seen(SOON).await.unwrap();
        member.volume_in(2).seen(SOON).await.unwrap();
        member.energy(300).seen(SOON).await.unwrap();
        conference.lock().seen(SOON).await.unwrap();
        conference.unlock().seen(SOON).await.unwrap();
        conference.end().seen(SOON).await.unwrap();
        assert!(live.view().conferences().get(&*name).is_none());
        assert!(matches!(
            member.mute().seen(Duration::from_millis(200)).await,
            Err(Error::Api { .. } | Error::NotSeen { .. })
        ));
    })
    .await;
}
