//! Events of calls and a conference of our own, read by what they are.

use trunkline::view::conference::{Action, ConferenceEvent};
use trunkline::view::{BackgroundJob, CallstateChange, Execute, HangupComplete, Heartbeat, View};
use trunkline::{
    AnswerState, CallState, ChannelState, Client, Event, EventFormat, EventName, Events, HangupCause, Item,
};

use crate::{own_uuid, talked, with_switch};

const OF_A_CALL: &str = "CHANNEL_CREATE CHANNEL_STATE CHANNEL_CALLSTATE CHANNEL_ANSWER CHANNEL_EXECUTE \
                         CHANNEL_EXECUTE_COMPLETE CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE CHANNEL_DESTROY";

async fn next(events: &mut Events) -> Event {
    match events.next().await {
        Some(Item::Event(event)) => event,
        other => panic!("{other:?}"),
    }
}

async fn api(client: &Client, command: &str) -> String {
    client.api(command).await.unwrap().text().into_owned()
}

/// A call from its beginning to its end, every event of it.
async fn life(client: Client) {
    let mut events = client.events(OF_A_CALL).await.unwrap();
    let uuid = own_uuid();
    let job =
        client.bgapi(&format!("originate {{origination_uuid={uuid}}}null/test &sleep(300)")).await.unwrap();
    job.await.unwrap();
    let mut all = Vec::new();
    while all.last().is_none_or(|event: &Event| {
        !(event.is(EventName::ChannelState)
            && event.channel().unwrap().state() == Some(ChannelState::Destroy))
    }) {
        let event = next(&mut events).await;
        if event.unique_id().as_deref() == Some(&*uuid) {
            all.push(event);
        }
    }
    is_a_call(&all);
    slept(&all);
    is_accounted_for(all.iter().find_map(HangupComplete::of).unwrap());
}

/// Every event says what the channel is, in words we know.
fn is_a_call(all: &[Event]) {
    let mut reached = None;
    for event in all {
        let channel = event.channel().unwrap();
        let (state, call_state) = (channel.state().unwrap(), channel.call_state().unwrap());
        assert!(!matches!(state, ChannelState::Other(_)), "{state}");
        assert!(!matches!(call_state, CallState::Other(_)), "{call_state}");
        assert!(!matches!(channel.answer_state().unwrap(), AnswerState::Other(_)));
        assert!(channel.target_state().is_some());
        if let View::Callstate(change) = event.view() {
            assert_eq!(change.from(), Some(reached.unwrap_or(CallState::Down)));
            reached = change.to();
        }
    }
    assert_eq!(reached, Some(CallState::Hangup));
    let answered =
        all.iter().filter_map(CallstateChange::of).any(|change| change.to() == Some(CallState::Active));
    assert!(answered);
}

/// What was executed has ended under the id it began with.
fn slept(all: &[Event]) {
    let executed: Vec<_> = all.iter().filter_map(Execute::of).collect();
    let [begun, ended] = executed.as_slice() else { panic!("{executed:?}") };
    assert!(!begun.is_complete() && ended.is_complete());
    assert_eq!(begun.application().as_deref(), Some("sleep"));
    assert_eq!(begun.data().as_deref(), Some("300"));
    assert_eq!(begun.uuid(), ended.uuid());
    assert!(ended.response().is_some());
}

fn is_accounted_for(over: HangupComplete<'_>) {
    assert_eq!(over.cause(), Some(HangupCause::NormalClearing));
    assert_eq!(over.cause_q850(), Some(16));
    let (start, end) = (over.start().unwrap(), over.end().unwrap());
    assert_eq!(over.uduration(), end.since(start));
    assert!(over.billusec().unwrap().as_millis() >= 300, "{over:?}");
    assert_eq!(over.bridge(), None);
    let caller = over.event().caller().unwrap();
    assert_eq!((caller.created(), caller.hung_up()), (Some(start), Some(end)));
    assert_eq!(over.last_app().as_deref(), Some("sleep"));
    assert_eq!(
        over.event().variables().get("billusec").map(|value| value.to_str()),
        over.event().variable("billusec")
    );
}

#[tokio::test]
async fn a_call_as_plain() {
    with_switch("typed::a_call_as_plain", life).await;
}

#[tokio::test]
async fn a_call_as_json() {
    let Some(config) = crate::config("typed::a_call_as_json") else { return };
    life(Client::connect(config.format(EventFormat::Json)).await.unwrap()).await;
    talked("typed::a_call_as_json");
}

#[tokio::test]
async fn a_call_as_xml() {
    let Some(config) = crate::config("typed::a_call_as_xml") else { return };
    life(Client::connect(config.format(EventFormat::Xml)).await.unwrap()).await;
    talked("typed::a_call_as_xml");
}

/// The next event of this conference that has this action.
async fn happens(events: &mut Events, room: &str, action: &str) -> Event {
    loop {
        let event = next(events).await;
        let is_it = ConferenceEvent::of(&event).is_some_and(|happened| {
            // Of a room of our own nothing may be unknown.
            let ours = happened.name().as_deref() == Some(room);
            assert!(!ours || !matches!(happened.action(), Action::Other(_)), "{happened:?}");
            ours && happened.action_name().as_deref() == Some(action)
        });
        if is_it {
            return event;
        }
    }
}

fn of(event: &Event) -> ConferenceEvent<'_> {
    ConferenceEvent::of(event).unwrap()
}

/// A member comes, is muted, made louder, and goes; the conference is made and ends with him.
#[tokio::test]
async fn a_conference() {
    with_switch("typed::a_conference", async |client| {
        let mut events = client.events("CUSTOM conference::maintenance").await.unwrap();
        let uuid = own_uuid();
        let room = format!("typed-{}", &uuid[..8]);
        let dial = format!("originate {{origination_uuid={uuid}}}null/test &conference({room})");
        client.bgapi(&dial).await.unwrap().await.unwrap();

        let created = happens(&mut events, &room, "conference-create").await;
        assert!(matches!(of(&created).action(), Action::ConferenceCreate));
        let added = happens(&mut events, &room, "add-member").await;
        let (added, member) = (of(&added), of(&added).member().unwrap());
        assert_eq!((added.size(), added.unique_id()), (Some(1), of(&created).unique_id()));
        assert_eq!((member.speak(), member.hear(), member.ghost()), (Some(true), Some(true), Some(false)));
        assert_eq!(added.event().channel().unwrap().unique_id().as_deref(), Some(&*uuid));
        let id = member.id().unwrap();

        api(&client, &format!("conference {room} mute {id}")).await;
        let muted = happens(&mut events, &room, "mute-member").await;
        let member = of(&muted).member().unwrap();
        assert_eq!((member.id(), member.speak()), (Some(id), Some(false)));

        api(&client, &format!("conference {room} volume_in {id} 2")).await;
        let louder = happens(&mut events, &room, "volume-in-member").await;
        assert!(matches!(of(&louder).action(), Action::VolumeInMember { level: Some(2) }));

        api(&client, &format!("conference {room} energy {id} 250")).await;
        let energy = happens(&mut events, &room, "energy-level-member").await;
        assert!(matches!(of(&energy).action(), Action::EnergyLevelMember { level: Some(250) }));

        api(&client, &format!("conference {room} lock")).await;
        happens(&mut events, &room, "lock").await;
        api(&client, &format!("uuid_kill {uuid}")).await;
        let gone = happens(&mut events, &room, "del-member").await;
        assert_eq!((of(&gone).size(), of(&gone).member().unwrap().id()), (Some(0), Some(id)));
        happens(&mut events, &room, "conference-destroy").await;
    })
    .await;
}

#[tokio::test]
async fn a_job_and_the_pulse() {
    with_switch("typed::a_job_and_the_pulse", async |client| {
        let mut events = client.events("BACKGROUND_JOB HEARTBEAT").await.unwrap();
        let job = client.bgapi("uuid_kill no-such-call").await.unwrap();
        let id = job.uuid().to_string();
        job.await.unwrap();
        loop {
            let event = next(&mut events).await;
            if let Some(job) = BackgroundJob::of(&event).filter(|job| job.uuid().as_deref() == Some(&*id)) {
                assert_eq!(job.command().as_deref(), Some("uuid_kill"));
                assert_eq!(job.arg().as_deref(), Some("no-such-call"));
                assert_eq!(job.error().as_deref(), Some("No such channel!"));
                break;
            }
        }
        loop {
            let event = next(&mut events).await;
            // Anybody may send one of his own.
            if event.get("Command").is_some() {
                continue;
            }
            if let Some(heartbeat) = Heartbeat::of(&event) {
                assert!(heartbeat.uptime().is_some() && heartbeat.session_count().is_some(), "{heartbeat:?}");
                let idle = heartbeat.idle_cpu();
                assert!(idle.is_some_and(|idle| (0.0..=100.0).contains(&idle)), "{heartbeat:?}");
                return;
            }
        }
    })
    .await;
}
