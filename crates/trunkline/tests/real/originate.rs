//! Calls that are dialled at most once, with the connection cut while they are.

use std::collections::BTreeMap;
use std::time::Duration;

use trunkline::api::{UuidExists, UuidGetvar, UuidKill};
use trunkline::dialstring::Originate;
use trunkline::{
    ChannelUuid, Client, Config, EventName, Events, HangupCause, Item, OriginateError, Originated,
    Originating, Reconnect, State,
};

use crate::proxy::{Direction, Fault, Plan, Proxy};
use crate::{own_uuid, say, talked, with_switch};

type Outcome = Result<Originated, OriginateError>;

fn call(client: &Client, text: &str) -> Originating {
    let originate: Originate = text.parse().unwrap();
    client.originate(originate).look_for(Duration::from_millis(500))
}

async fn exists(client: &Client, uuid: &ChannelUuid) -> bool {
    *client.run(UuidExists::new(uuid)).await.unwrap().value()
}

async fn hang_up(client: &Client, uuid: &ChannelUuid) {
    client.run(UuidKill::new(uuid)).await.unwrap();
}

fn failed(outcome: &Outcome) -> Option<&HangupCause> {
    outcome.as_ref().err().and_then(OriginateError::hangup_cause)
}

#[tokio::test]
async fn what_the_switch_says() {
    with_switch("originate::what_the_switch_says", async |client| {
        let call_of = |text: &str| call(&client, text);
        let dialled = call_of("null/1 &park");
        let uuid = dialled.uuid().clone();
        let up = dialled.await.unwrap();
        assert_eq!((up.uuid(), up.was_found()), (&uuid, false));
        // Another one with the id of a live one is made, under another id.
        let again = call_of(&format!("{{origination_uuid={uuid}}}null/1 &park"));
        match again.await {
            Err(OriginateError::OtherUuid { asked, uuid: other }) => {
                assert!(asked == [uuid.clone()] && exists(&client, &other).await);
                hang_up(&client, &other).await;
            }
            other => panic!("{other:?}"),
        }
        hang_up(&client, &uuid).await;
        let outcome = call_of("error/USER_BUSY &park").await;
        assert_eq!(failed(&outcome), Some(&HangupCause::UserBusy), "{outcome:?}");
        // Which leg it was is known.
        for (dial, answers) in [
            ("{ignore_early_media=true}loopback/app=park,null/1 &park", &[1][..]),
            ("{origination_uuid=some}error/USER_BUSY|null/1 &park", &[1]),
            ("null/1:_:null/2 &park", &[0, 1]),
        ] {
            let call = call_of(dial);
            let uuids = call.uuids().to_vec();
            let up = call.await.unwrap().into_uuid();
            assert!(answers.iter().any(|at| uuids[*at] == up), "{dial}");
            hang_up(&client, &up).await;
        }
    })
    .await;
}

/// With one id for both legs the switch would not dial the second one, and say DESTINATION_OUT_OF_ORDER.
#[tokio::test]
async fn sip_alternatives_are_dialled() {
    let test = "originate::sip_alternatives_are_dialled";
    let Some(config) = crate::config(test) else { return };
    let client = Client::connect(config).await.unwrap();
    let status = client.api("sofia status").await.unwrap();
    if status.text().lines().any(|line| line.split_whitespace().take(2).eq(["internal", "profile"])) {
        let nobody = "sofia/internal/1@127.0.0.1:5999|sofia/internal/2@127.0.0.1:5999 &park";
        let outcome = call(&client, &format!("{{origination_uuid={}}}{nobody}", own_uuid())).await;
        assert_eq!(failed(&outcome), Some(&HangupCause::NormalTemporaryFailure), "{outcome:?}");
        talked(test);
    } else {
        say(&format!("NOT RUN: {test}: the switch has no SIP profile `internal`"));
    }
}

#[tokio::test]
async fn refused() {
    let test = "originate::refused";
    let Some(config) = crate::users::user(test, 1) else { return };
    let client = Client::connect(config).await.unwrap();
    match call(&client, "null/1 &park").await {
        Err(OriginateError::Refused { .. }) => talked(test),
        other => panic!("{other:?}"),
    }
}

/// A client whose first connection goes through a proxy, and one that goes straight.
struct World {
    proxy: Proxy,
    config: Config,
    other: Client,
}

impl World {
    async fn new(test: &str, plan: Option<Plan>) -> Option<Self> {
        let config = crate::config(test)?;
        let host = (config.host.clone(), config.port);
        let address = tokio::net::lookup_host(host).await.unwrap().next().unwrap();
        let proxy = Proxy::before(address, plan).await;
        let other = Client::connect(config.clone()).await.unwrap();
        let mut through = config;
        through.host = "127.0.0.1".to_owned();
        through.port = proxy.config().port;
        Some(Self { proxy, config: through, other })
    }

    async fn client(&self, first: Duration) -> Result<Client, trunkline::Error> {
        let mut reconnect = Reconnect::default();
        (reconnect.first, reconnect.jitter) = (first, 0.0);
        Client::connect(self.config.clone().reconnect(reconnect)).await
    }
}

/// A call that rings when its connection is lost, for so long; what is done meanwhile, and then.
async fn lost_while_it_rings(
    test: &str,
    away: Duration,
    meanwhile: impl AsyncFnOnce(&Client, &Client, &ChannelUuid),
) -> Option<(ChannelUuid, Outcome)> {
    let world = World::new(test, None).await?;
    let client = world.client(away).await.unwrap();
    let call =
        call(&client, "{ignore_early_media=true}loopback/app=park &park").look_for(Duration::from_secs(5));
    let uuid = call.uuid().clone();
    let mut states = client.state_changes();
    let dialled = tokio::spawn(call);
    let is_dialled = || async {
        let dump = world.other.api(&format!("uuid_dump {uuid}")).await.unwrap();
        dump.text().contains("Channel-State: CS_CONSUME_MEDIA") && dump.text().contains("Answer-State: early")
    };
    while !is_dialled().await {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    world.proxy.strike();
    assert!(matches!(states.next().await, Some(State::Connecting { .. })));
    meanwhile(&world.other, &client, &uuid).await;
    let outcome = dialled.await.unwrap();
    if exists(&world.other, &uuid).await {
        hang_up(&world.other, &uuid).await;
    }
    talked(test);
    Some((uuid, outcome))
}

/// Has the far end of a loopback call answer.
async fn answer(client: &Client, uuid: &ChannelUuid) {
    let far_end = client.run(UuidGetvar::new(uuid, "other_loopback_leg_uuid")).await.unwrap().into_value();
    client.api(&format!("uuid_answer {}", far_end.unwrap())).await.unwrap();
}

#[tokio::test]
async fn answered_while_the_connection_is_away() {
    let test = "originate::answered_while_the_connection_is_away";
    let answered = lost_while_it_rings(test, Duration::from_secs(1), async |other, _, uuid| {
        answer(other, uuid).await;
    });
    let Some((uuid, outcome)) = answered.await else { return };
    assert_eq!(outcome.unwrap().uuid(), &uuid);
}

#[tokio::test]
async fn answered_when_the_connection_is_back() {
    let test = "originate::answered_when_the_connection_is_back";
    let answered = lost_while_it_rings(test, Duration::from_millis(1), async |other, client, uuid| {
        client.api("status").await.unwrap();
        answer(other, uuid).await;
    });
    let Some((uuid, outcome)) = answered.await else { return };
    assert_eq!(outcome.unwrap().uuid(), &uuid);
}

#[tokio::test]
async fn hung_up_when_the_connection_is_back() {
    let test = "originate::hung_up_when_the_connection_is_back";
    let hung_up = lost_while_it_rings(test, Duration::from_millis(1), async |other, client, uuid| {
        client.api("status").await.unwrap();
        other.run(UuidKill::new(uuid).cause("USER_BUSY".to_owned())).await.unwrap();
    });
    let Some((_, outcome)) = hung_up.await else { return };
    assert_eq!(failed(&outcome), Some(&HangupCause::UserBusy), "{outcome:?}");
}

#[tokio::test]
async fn hung_up_while_the_connection_is_away() {
    let test = "originate::hung_up_while_the_connection_is_away";
    let hung_up = lost_while_it_rings(test, Duration::from_secs(1), async |other, _, uuid| {
        hang_up(other, uuid).await;
    });
    let Some((uuid, outcome)) = hung_up.await else { return };
    assert!(
        matches!(&outcome, Err(OriginateError::Unknown { uuids, .. }) if *uuids == [uuid]),
        "{outcome:?}"
    );
}

/// How many calls of each tag were made, up to this one, which is made now.
async fn made(events: &mut Events, client: &Client, tag: &str) -> BTreeMap<String, usize> {
    let last = format!("{tag}-last");
    let uuid = call(client, &format!("{{walk={last}}}null/1 &park")).await.unwrap().into_uuid();
    hang_up(client, &uuid).await;
    let mut made = BTreeMap::new();
    while !made.contains_key(&last) {
        match events.next().await {
            Some(Item::Event(event)) => {
                let walk = event.variable("walk").filter(|walk| walk.starts_with(tag));
                walk.into_iter().for_each(|walk| *made.entry(walk.into_owned()).or_default() += 1);
            }
            other => panic!("{other:?}"),
        }
    }
    made
}

/// A call is cut off at one byte after the other, in both directions, with an end or a reset.
#[tokio::test]
async fn cut_off_anywhere() {
    let test = "originate::cut_off_anywhere";
    let Some(World { other, .. }) = World::new(test, None).await else { return };
    let mut events = other.events([EventName::ChannelCreate]).await.unwrap();
    let tag = own_uuid();
    let mut told = BTreeMap::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let places = |direction, bytes| (0..bytes).step_by(9).map(move |at| (direction, at));
    for (number, (direction, at)) in
        places(Direction::ToSwitch, 280).chain(places(Direction::ToClient, 1100)).enumerate()
    {
        let fault = if number % 2 == 0 { Fault::Cut } else { Fault::Reset };
        let world = World::new(test, Some(Plan { direction, at, fault })).await.unwrap();
        let Ok(client) = world.client(Duration::from_millis(1)).await else { continue };
        let walk = format!("{tag}-{number}");
        let call = call(&client, &format!("{{walk={walk}}}null/1 &park"));
        let uuid = call.uuid().clone();
        let (what, at_least) = match call.await {
            Ok(call) if call.was_found() => ("found", 1),
            Ok(_) => ("up", 1),
            Err(OriginateError::Unknown { .. }) => ("unknown", 0),
            Err(other) => panic!("{direction:?} {at}: {other:?}"),
        };
        *counts.entry(what).or_default() += 1;
        told.insert(walk, at_least);
        // On a machine that is busy one that is there may not be found in the time given.
        let is_there = exists(&other, &uuid).await;
        assert!(is_there || at_least == 0, "{direction:?} {at}: {what}");
        if is_there {
            hang_up(&other, &uuid).await;
        }
    }
    let made = made(&mut events, &other, &tag).await;
    for (walk, at_least) in told {
        let made = made.get(&walk).copied().unwrap_or_default();
        assert!((at_least..=1).contains(&made), "{walk} was dialled {made} times");
    }
    say(&format!("{test}: {counts:?}"));
    talked(test);
}
