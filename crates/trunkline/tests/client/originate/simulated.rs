//! Calls of the simulated switch, connections lost while they ring, and users who may see only some of it.

use std::time::Duration;

use trunkline::api::UuidKill;
use trunkline::dialstring::Originate;
use trunkline::{
    Client, Config, Error, HangupCause, JobLost, OriginateError, Originated, Originating, State,
};
use trunkline_sim::{Sim, User};

use super::{failed, is_unknown};
use crate::reconnect::soon;
use crate::support::{millis, within};

async fn sim() -> Sim {
    Sim::builder().start().await.unwrap()
}

async fn client(sim: &Sim, change: impl FnOnce(&mut Config)) -> Client {
    let mut config: Config = sim.url().parse().unwrap();
    config.reconnect = Some(soon());
    change(&mut config);
    Client::connect(config).await.unwrap()
}

fn call(client: &Client, text: &str) -> Originating {
    let originate: Originate = text.parse().unwrap();
    client.originate(originate)
}

async fn text(client: &Client, command: &str) -> String {
    client.api(command).await.unwrap().text().trim().to_owned()
}

#[tokio::test]
async fn answered_refused_and_in_use() {
    within(async {
        let sim = sim().await;
        let client = client(&sim, |_| {}).await;
        let first = call(&client, "{origination_uuid=call-1}null/1 &park").await.unwrap();
        assert_eq!((first.uuid().as_str(), first.was_found()), ("call-1", false));
        assert_eq!(text(&client, "uuid_exists call-1").await, "true");
        match call(&client, "{origination_uuid=call-1}null/1 &park").await {
            Err(OriginateError::OtherUuid { asked, uuid }) => {
                assert_eq!(asked, ["call-1".into()]);
                assert_eq!(text(&client, &format!("uuid_exists {uuid}")).await, "true");
            }
            other => panic!("{other:?}"),
        }
        for (dial, cause) in [
            ("loopback/6001/default &park", HangupCause::UserBusy),
            ("error/NO_ANSWER &park", HangupCause::NoAnswer),
            ("nosuch/1 &park", HangupCause::ChanNotImplemented),
            ("{originate_timeout=1}loopback/6003/default &park", HangupCause::NoAnswer),
        ] {
            let outcome = call(&client, dial).await;
            assert_eq!(failed(&outcome), Some(&cause), "{dial}: {outcome:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn of_several_legs_the_one_that_answers() {
    within(async {
        let sim = sim().await;
        let client = client(&sim, |_| {}).await;
        for dial in [
            "loopback/6003/default,null/1 &park",
            "{origination_uuid=mine}loopback/6001/default|null/1 &park",
            "error/USER_BUSY|null/1 &park",
        ] {
            let call = call(&client, dial);
            let second = call.uuids()[1].clone();
            assert_eq!(call.await.unwrap().into_uuid(), second, "{dial}");
        }
    })
    .await;
}

/// Waits until a call rings.
async fn rings(client: &Client, uuid: &str) {
    while !text(client, &format!("uuid_dump {uuid}")).await.contains("Answer-State: ringing") {
        tokio::time::sleep(millis(5)).await;
    }
}

/// A call whose connection is lost while it rings, and is away so long; what is then done by another client.
async fn lost_while_it_rings(
    dial: &str,
    away: Duration,
    then: impl AsyncFnOnce(&Client, &Client, &str),
) -> Result<Originated, OriginateError> {
    let sim = sim().await;
    let other = client(&sim, |config| config.reconnect.as_mut().unwrap().first = millis(1)).await;
    let client = client(&sim, |config| config.reconnect.as_mut().unwrap().first = away).await;
    let call = call(&client, dial);
    let uuid = call.uuid().to_string();
    let mut states = client.state_changes();
    let dialled = tokio::spawn(call);
    rings(&other, &uuid).await;
    sim.kill_connections();
    assert!(matches!(states.next().await, Some(State::Connecting { .. })));
    then(&other, &client, &uuid).await;
    let outcome = dialled.await.unwrap();
    assert!(text(&other, "status").await.contains("1 session(s) since startup") || dial.contains("loopback"));
    outcome
}

#[tokio::test]
async fn lost_while_it_rings_and_answered_later() {
    within(async {
        let dial = "loopback/6002/default &park";
        let call = lost_while_it_rings(dial, millis(1), async |_, _, _| {}).await.unwrap();
        assert!(!call.was_found(), "the switch said so itself");
    })
    .await;
}

#[tokio::test]
async fn answered_while_the_connection_is_away() {
    within(async {
        let dial = "loopback/6002/default &park";
        // On a machine that is slow enough it may be back before.
        lost_while_it_rings(dial, Duration::from_secs(3), async |_, _, _| {}).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn hung_up_after_the_connection_is_back() {
    within(async {
        let dial = "loopback/6003/default &park";
        let outcome = lost_while_it_rings(dial, millis(1), async |other, client, uuid| {
            // Answered once it is back, and subscribed again.
            client.api("status").await.unwrap();
            other.run(UuidKill::new(uuid).cause("USER_BUSY".to_owned())).await.unwrap();
        })
        .await;
        assert_eq!(failed(&outcome), Some(&HangupCause::UserBusy), "{outcome:?}");
    })
    .await;
}

#[tokio::test]
async fn hung_up_while_the_connection_is_away() {
    within(async {
        let dial = "{origination_uuid=call-1}loopback/6003/default &park";
        let outcome = lost_while_it_rings(dial, Duration::from_secs(1), async |other, _, uuid| {
            other.run(UuidKill::new(uuid)).await.unwrap();
        })
        .await;
        assert!(is_unknown(&outcome, &["call-1".into()]), "{outcome:?}");
    })
    .await;
}

/// Dropping it does not end it; hanging it up does.
#[tokio::test]
async fn hung_up_by_its_id() {
    within(async {
        let sim = sim().await;
        let client = client(&sim, |_| {}).await;
        let call = call(&client, "loopback/6003/default &park");
        let uuid = call.uuid().clone();
        tokio::select! {
            outcome = call => panic!("{outcome:?}"),
            () = rings(&client, uuid.as_str()) => {}
        }
        assert_eq!(text(&client, &format!("uuid_exists {uuid}")).await, "true");
        client.run(UuidKill::new(&uuid)).await.unwrap();
        while text(&client, &format!("uuid_exists {uuid}")).await == "true" {
            tokio::time::sleep(millis(5)).await;
        }
    })
    .await;
}

/// A user who may not see the end of a job, and sees and asks what is said here.
async fn restricted(events: &str, api: &str, dial: &str) -> Result<Originated, OriginateError> {
    let user = User::new("1000", "localhost", "pw").events(events).api(api);
    let sim = Sim::builder().user(user).start().await.unwrap();
    let client = client(&sim, |config| {
        config.set_user("1000@localhost");
        config.set_password("pw");
    })
    .await;
    assert_eq!(client.permissions().allows_event(&trunkline::EventName::BackgroundJob), Some(false));
    call(&client, dial).await
}

#[tokio::test]
async fn those_who_may_not_see_jobs_see_calls() {
    within(async {
        let (events, api) = ("CHANNEL_ANSWER CHANNEL_HANGUP", "bgapi originate");
        // Nothing but events to know it by: it may not even ask.
        let found = restricted(events, api, "loopback/6002/default &park").await.unwrap();
        assert!(found.was_found());
        let outcome = restricted(events, api, "loopback/6001/default &park").await;
        assert_eq!(failed(&outcome), Some(&HangupCause::UserBusy), "{outcome:?}");
    })
    .await;
}

#[tokio::test]
async fn those_who_see_nothing_ask() {
    within(async {
        let found = restricted("HEARTBEAT", "bgapi originate uuid_dump", "null/1 &park").await.unwrap();
        assert!(found.was_found());
        let dial = "{origination_uuid=call-1}error/USER_BUSY &park";
        let outcome = restricted("HEARTBEAT", "bgapi originate uuid_dump", dial).await;
        assert!(is_unknown(&outcome, &["call-1".into()]), "{outcome:?}");
        // Who may ask for no more than whether it is there is told no more.
        match restricted("HEARTBEAT", "bgapi originate uuid_exists", "null/1 &park").await {
            Err(OriginateError::Ringing { answer_state: None, source: Some(source), .. }) => {
                assert!(matches!(*source, Error::Job(JobLost::NotPermitted)));
            }
            other => panic!("{other:?}"),
        }
    })
    .await;
}

#[tokio::test]
async fn those_who_may_not_even_ask_are_told_so() {
    within(async {
        let dial = "{origination_uuid=call-1}null/1 &park";
        let outcome = restricted("HEARTBEAT", "bgapi originate", dial).await;
        assert!(is_unknown(&outcome, &["call-1".into()]), "{outcome:?}");
        match restricted("HEARTBEAT", "bgapi status", dial).await {
            Err(OriginateError::Refused { .. }) => {}
            other => panic!("{other:?}"),
        }
    })
    .await;
}
