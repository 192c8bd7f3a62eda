//! What is done to objects of the model, and seen there: each order there is, on the simulator and on a real switch.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use trunkline::api::{ApiCommand, BroadcastLeg, UuidTransfer};
use trunkline::dialstring::Endpoint;
use trunkline::model::live::{OnChannel, OnConference, OnMember, Order};
use trunkline::model::{Channel, Conference, Live, Member, View};
use trunkline::{Client, Error, HangupCause};
use trunkline_sim::Sim;

use crate::truth::within;

/// As long as it may take until something shows.
const SOON: Duration = Duration::from_secs(30);
/// What lasts long enough to be seen.
const TONE: &str = "tone_stream://%(60000,0,440)";

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

type Done = Pin<Box<dyn Future<Output = Result<(), Error>>>>;

/// An order, and what shows.
type Row<T, O> = (&'static str, fn(&O) -> Done, fn(Option<&T>) -> bool);

fn seen<C: ApiCommand + 'static>(order: Order<C>) -> Done {
    Box::pin(async move { order.seen(SOON).await.map(drop) })
}

/// Has one after the other done, and looks at once: what has been seen is in the view.
async fn done<T, O>(rows: &[Row<T, O>], on: &O, live: &Live, of: impl Fn(&View) -> Option<&T>) {
    for (about, order, is_so) in rows {
        let outcome = order(on).await;
        assert!(outcome.is_ok(), "{about}: {outcome:?}");
        assert!(is_so(of(&live.view())), "{about}: {:?}", of(&live.view()).is_some());
    }
}

async fn originate(client: &Client, to: &str, application: &str) -> String {
    let id = format!("order-{:016x}", fastrand::u64(..));
    let line = format!("originate {{origination_uuid={id}}}{to} &{application}");
    let made = client.bgapi(&line).await.unwrap().await.unwrap();
    assert_eq!(made.error(), None);
    id
}

fn file(of: &str) -> String {
    format!("/tmp/{of}.wav")
}

/// The channel it is done to, and another.
struct Pair {
    one: OnChannel,
    id: String,
    other: String,
}

const CHANNEL: &[Row<Channel, Pair>] = &[
    ("record", |on| seen(on.one.record(&file(&on.id))), |it| it.is_some_and(|it| it.recordings.len() == 1)),
    (
        "stop recording",
        |on| seen(on.one.stop_recording(&file(&on.id))),
        |it| it.is_some_and(|it| it.recordings.is_empty()),
    ),
    ("play", |on| seen(on.one.play("silence_stream://10", BroadcastLeg::Aleg)), |it| it.is_some()),
    ("send digits", |on| seen(on.one.send_dtmf("12#")), |it| it.is_some()),
    ("bridge", |on| seen(on.one.bridge(&*on.other)), |it| it.is_some_and(|it| it.bridged_to.is_some())),
    (
        "transfer both",
        |on| {
            let transfer = UuidTransfer::new(&*on.id, "park:").both().dialplan("inline");
            seen(on.one.transfer_by(transfer))
        },
        |it| it.is_some_and(|it| it.bridged_to.is_none()),
    ),
    ("bridge again", |on| seen(on.one.bridge(&*on.other)), |it| it.is_some_and(|it| it.bridged_to.is_some())),
    ("park", |on| seen(on.one.park()), |it| it.is_some_and(|it| it.bridged_to.is_none())),
    (
        "transfer",
        |on| seen(on.one.transfer("9001")),
        |it| it.is_some_and(|it| it.destination_number.as_deref() == Some("9001")),
    ),
    ("hold", |on| seen(on.one.hold()), |it| it.is_some_and(|it| it.held)),
    ("hang up", |on| seen(on.one.hangup(HangupCause::NormalClearing)), |it| it.is_none()),
];

#[tokio::test]
async fn channels() {
    everywhere(|client| async move {
        let live = Live::follow(&client).await.unwrap();
        let (id, other) =
            (originate(&client, "null/x", "park").await, originate(&client, "null/x", "park").await);
        let on = Pair { one: live.channel(&*id), id, other };
        assert!(on.one.until(|channel| channel.is_answered()).await.unwrap().is_some());
        done(CHANNEL, &on, &live, |view| view.channel(&on.id).map(|channel| &**channel)).await;
        let _ = std::fs::remove_file(file(&on.id));
        let other = live.channel(&*on.other);
        // It may have gone with the one it was bridged to.
        let _ = other.hangup(HangupCause::NormalClearing).await;
        assert!(other.until(|_| false).await.unwrap().is_none());
        let gone = on.one.hold().seen(Duration::from_millis(200)).await;
        let Err(Error::NotSeen { gone, .. }) = gone else { panic!("{gone:?}") };
        assert_eq!(gone.as_ref().map(|gone| gone.as_str()), Some(&*on.id));
    })
    .await;
}

/// Held as a telephone is: one whose endpoint does not hold is not taken back (`switch_ivr_unhold` in `switch_ivr.c`).
const TELEPHONE: &[Row<Channel, OnChannel>] = &[
    ("hold", |on| seen(on.hold()), |it| it.is_some_and(|it| it.held)),
    ("unhold", |on| seen(on.unhold()), |it| it.is_some_and(|it| !it.held)),
    ("hold again", |on| seen(on.hold()), |it| it.is_some_and(|it| it.held)),
];

#[tokio::test]
async fn a_telephone() {
    everywhere(|client| async move {
        let live = Live::follow(&client).await.unwrap();
        let id = originate(&client, "sofia/internal/9002@127.0.0.1:5090", "park").await;
        let on = live.channel(&*id);
        assert!(on.until(|channel| channel.is_answered()).await.unwrap().is_some());
        done(TELEPHONE, &on, &live, |view| view.channel(&id).map(|channel| &**channel)).await;
        // It shows with the next event that carries variables, and by itself there is none.
        let set = on.set("order_of", "the day");
        let something_happens = async {
            loop {
                on.unhold().seen(SOON).await.unwrap();
                on.hold().seen(SOON).await.unwrap();
            }
        };
        tokio::select! {
            set = set.seen(SOON) => set.unwrap(),
            () = something_happens => {}
        }
        let variable = on.get().unwrap().variable("order_of").map(|value| value.to_string());
        assert_eq!(variable.as_deref(), Some("the day"));
        on.hangup(HangupCause::NormalClearing).seen(SOON).await.unwrap();
    })
    .await;
}

const MEMBER: &[Row<Member, OnMember>] = &[
    ("mute", |on| seen(on.mute()), |it| it.is_some_and(|it| !it.speak)),
    ("mute, who is", |on| seen(on.mute()), |it| it.is_some_and(|it| !it.speak)),
    ("unmute", |on| seen(on.unmute()), |it| it.is_some_and(|it| it.speak)),
    ("deaf", |on| seen(on.deaf()), |it| it.is_some_and(|it| !it.hear)),
    ("undeaf", |on| seen(on.undeaf()), |it| it.is_some_and(|it| it.hear)),
    ("energy", |on| seen(on.energy(300)), |it| it.is_some_and(|it| it.energy_level == Some(300))),
    ("volume in", |on| seen(on.volume_in(2)), |it| it.is_some_and(|it| it.volume_in == 2)),
    ("volume out", |on| seen(on.volume_out(-3)), |it| it.is_some_and(|it| it.volume_out == -3)),
    ("kick", |on| seen(on.kick()), |it| it.is_none()),
];

const CONFERENCE: &[Row<Conference, (OnConference, String)>] = &[
    ("lock", |(on, _)| seen(on.lock()), |it| it.is_some_and(|it| it.locked)),
    ("unlock", |(on, _)| seen(on.unlock()), |it| it.is_some_and(|it| !it.locked)),
    ("record", |(on, name)| seen(on.record(&file(name))), |it| it.is_some_and(|it| it.is_recorded())),
    (
        "stop recording",
        |(on, name)| Box::pin(stops_recording(on.clone(), file(name))),
        |it| it.is_some_and(|it| !it.is_recorded()),
    ),
    ("play", |(on, _)| seen(on.play(TONE)), |it| it.is_some_and(|it| !it.playing.is_empty())),
    ("dial", |(on, _)| seen(on.dial(Endpoint::null("9").unwrap())), |it| it.is_some_and(|it| it.size == 2)),
    ("end", |(on, _)| seen(on.end()), |it| it.is_none()),
];

/// Somebody enters a conference; as which member.
async fn enters(live: &Live, conference: &str) -> u32 {
    let channel = originate(live.client(), "null/x", &format!("conference({conference})")).await;
    let is_his = |member: &&Arc<Member>| member.channel.as_ref().is_some_and(|it| *it.as_str() == *channel);
    let of = |view: &View| view.members_of(conference).find(is_his).map(|member| member.id);
    let view = live.until(|view| of(view).is_some()).await.unwrap();
    of(&view).unwrap()
}

fn has_floor(view: &View, id: u32) -> bool {
    view.members().get(&id).is_some_and(|member| member.floor)
}

/// The switch tells that it records a moment before it can be told to stop (`conference_record.c`).
async fn stops_recording(on: OnConference, file: String) -> Result<(), Error> {
    loop {
        match on.stop_recording(&file).seen(SOON).await {
            Err(Error::Api { .. }) if on.get().is_some_and(|it| it.is_recorded()) => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            outcome => return outcome.map(drop),
        }
    }
}

#[tokio::test]
async fn conferences_and_their_members() {
    everywhere(|client| async move {
        let live = Live::follow(&client).await.unwrap();
        let name = format!("orders{:08x}", fastrand::u32(..));
        let on = (live.conference(&name), name.clone());
        let first = enters(&live, &name).await;
        live.until(|view| has_floor(view, first)).await.unwrap();
        let id = enters(&live, &name).await;
        // As soon as nobody has it the switch gives it to whoever came last (`mod_conference.c`).
        on.0.member(first).floor().seen(SOON).await.unwrap();
        live.until(|view| has_floor(view, id)).await.unwrap();
        let member = on.0.member(id);
        done(MEMBER, &member, &live, |view| view.members().get(&id).map(|member| &**member)).await;
        done(CONFERENCE, &on, &live, |view| view.conference(&name).map(|conference| &**conference)).await;
        let _ = std::fs::remove_file(file(&name));
        assert!(matches!(
            member.mute().seen(Duration::from_millis(200)).await,
            Err(Error::Api { .. } | Error::NotSeen { .. })
        ));
    })
    .await;
}

/// None of the switch's events is heard: what is done shows nowhere, and nobody takes it for seen.
#[tokio::test]
async fn what_does_not_show_is_not_seen() {
    within(async {
        let sim = Sim::builder().start().await.unwrap();
        let client = trunkline::connect(sim.url().as_str()).await.unwrap();
        let live = Live::follow(&client).await.unwrap();
        let (id, other) =
            (originate(&client, "null/x", "echo").await, originate(&client, "null/x", "park").await);
        let room = live.conference("3000");
        let member = room.member(enters(&live, "3000").await);
        let (one, two) = (live.channel(&*id), live.channel(&*other));
        for channel in [&one, &two] {
            assert!(channel.until(|channel| channel.is_answered()).await.unwrap().is_some());
        }
        sim.with(|switch, now| switch.change_faults(now, |faults| faults.dropped_events = 100));
        let within = Duration::from_millis(100);
        let by = UuidTransfer::new(&*id, "park:").dialplan("inline");
        for (about, outcome) in [
            ("hold", one.hold().seen(within).await.map(drop)),
            ("record", one.record("/tmp/a.wav").seen(within).await.map(drop)),
            ("set", one.set("order_of", "the day").seen(within).await.map(drop)),
            ("park", one.park().seen(within).await.map(drop)),
            ("transfer", one.transfer("9001").seen(within).await.map(drop)),
            ("transfer by", one.transfer_by(by).seen(within).await.map(drop)),
            ("bridge", one.bridge(&*other).seen(within).await.map(drop)),
            ("hang up", two.hangup(HangupCause::NormalClearing).seen(within).await.map(drop)),
            ("lock", room.lock().seen(within).await.map(drop)),
            ("record it", room.record("/tmp/b.wav").seen(within).await.map(drop)),
            ("play", room.play(TONE).seen(within).await.map(drop)),
            ("dial", room.dial(Endpoint::null("9").unwrap()).seen(within).await.map(drop)),
            ("mute", member.mute().seen(within).await.map(drop)),
            ("deaf", member.deaf().seen(within).await.map(drop)),
            ("floor", member.floor().seen(within).await.map(drop)),
            ("energy", member.energy(300).seen(within).await.map(drop)),
            ("volume in", member.volume_in(2).seen(within).await.map(drop)),
            ("volume out", member.volume_out(-3).seen(within).await.map(drop)),
            ("kick", member.kick().seen(within).await.map(drop)),
            ("end", room.end().seen(within).await.map(drop)),
        ] {
            assert!(matches!(outcome, Err(Error::NotSeen { .. })), "{about}: {outcome:?}");
        }
    })
    .await;
}
