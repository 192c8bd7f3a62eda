//! Users who may not do everything: what is refused is said once, to whoever asked for it, and the rest works.

use trunkline::{
    Client, Config, Error, EventName, EventSet, GapCause, Item, JobLost, LogItem, LogLevel, Permission,
    State, SubscriptionRefused,
};
use trunkline_sim::{Sim, User};

use crate::reconnect::{CORE, accept, grant_only, lasting, soon};
use crate::support::{next, within};

const DENIED: &str = "-ERR permission denied";
const GRANTED: &str = "+OK event listener enabled plain";

fn events(names: &str) -> Permission {
    Permission::Events(names.into())
}

/// After a loss this user may do less, and after the next one nothing more is said of it.
#[tokio::test]
async fn what_is_taken_away_is_said_once() {
    within(async {
        let (port, client, mut switch) = lasting().await;
        let mut streams = Vec::new();
        for name in [EventName::Dtmf, EventName::Text] {
            let command = format!("event plain {name}");
            let (stream, ()) = tokio::join!(client.events([name]), async {
                switch.expect(&command).await;
                switch.reply(GRANTED).await;
            });
            streams.push(stream.unwrap());
        }
        let (logs, ()) = tokio::join!(client.logs(LogLevel::Info), async {
            switch.expect("log info").await;
            switch.reply("+OK log level info [6]").await;
        });
        let mut logs = logs.unwrap();
        let [dtmf, text] = &mut streams[..] else { panic!() };
        drop(switch);
        let mut switch = accept(&port, CORE).await;
        switch.expect("event plain DTMF TEXT").await;
        switch.expect("log info").await;
        switch.reply(DENIED).await;
        switch.reply(DENIED).await;
        grant_only(&mut switch, "TEXT", 2).await;
        switch.event("TEXT", &[("Number", "1")]).await;
        assert!(matches!(dtmf.next().await, Some(Item::Gap(_))));
        match dtmf.next().await {
            Some(Item::Refused(refused)) => {
                let error = Error::from(refused);
                assert_eq!(error.permission(), Some(events("DTMF")));
                assert!(error.is_refused(), "{error:?}");
            }
            other => panic!("{other:?}"),
        }
        assert!(dtmf.next().await.is_none());
        assert!(matches!(logs.next().await, Some(LogItem::Gap(_))));
        assert!(matches!(logs.next().await, Some(LogItem::Refused(SubscriptionRefused::Log { .. }))));
        assert!(logs.next().await.is_none());
        assert!(matches!(text.next().await, Some(Item::Gap(_))));
        assert_eq!(next(text).await, "TEXT 1");
        assert_eq!(client.health().refused, [events("DTMF"), Permission::Log]);
        drop(switch);
        // What was refused is not asked for again.
        let mut switch = accept(&port, CORE).await;
        switch.expect("event plain TEXT").await;
        switch.reply(GRANTED).await;
        switch.event("TEXT", &[("Number", "2")]).await;
        assert!(matches!(text.next().await, Some(Item::Gap(_))));
        assert_eq!(next(text).await, "TEXT 2");
        let (answer, ()) = tokio::join!(client.api("status"), async {
            switch.expect("api status").await;
            switch.answer("up").await;
        });
        answer.unwrap();
        assert_eq!(client.health().refused.len(), 2);
    })
    .await;
}

/// A user who may not hear of the end of jobs: each job says so, and nobody else is bothered, across a loss too.
#[tokio::test]
async fn jobs_whose_end_may_not_be_heard() {
    within(async {
        let (port, client, mut switch) = lasting().await;
        let (stream, ()) = tokio::join!(client.events([EventName::Dtmf]), async {
            switch.expect("event plain DTMF").await;
            switch.reply(GRANTED).await;
        });
        let mut stream = stream.unwrap();
        for round in 0..3 {
            let (job, ()) = tokio::join!(client.bgapi("status"), async {
                if round == 0 {
                    switch.expect("event plain BACKGROUND_JOB").await;
                }
                let id = switch.expect_job("status").await;
                if round == 0 {
                    switch.reply(DENIED).await;
                }
                switch.take_job(&id).await;
            });
            let error = job.unwrap().await.unwrap_err();
            assert!(matches!(error, Error::Job(JobLost::NotPermitted)), "{round}: {error:?}");
            assert_eq!(error.permission(), Some(events("BACKGROUND_JOB")));
            assert_eq!(client.health().refused, [events("BACKGROUND_JOB")]);
            drop(switch);
            switch = accept(&port, CORE).await;
            switch.expect("event plain DTMF BACKGROUND_JOB").await;
            switch.reply(DENIED).await;
            grant_only(&mut switch, "DTMF", 2).await;
            switch.event("DTMF", &[("Number", &round.to_string())]).await;
            assert!(matches!(stream.next().await, Some(Item::Gap(_))));
            assert_eq!(next(&mut stream).await, format!("DTMF {round}"));
        }
    })
    .await;
}

/// What is refused, each once, in the order they are asked for.
async fn ask_for_everything(client: &Client) -> Vec<Permission> {
    let mut refused = Vec::new();
    let mut note = |error: Option<Error>| refused.extend(error.map(|error| error.permission().expect("why")));
    note(client.api("status").await.err());
    note(client.api("hostname").await.err());
    note(client.console("hostname").await.err());
    note(client.bgapi("hostname").await.err());
    note(client.bgapi("status").await.unwrap().await.err());
    note(client.events("DTMF").await.err());
    note(client.events("CHANNEL_ANSWER DTMF HEARTBEAT").await.err());
    note(client.events("ALL").await.err());
    note(client.events(EventSet::new().with_subclass("conference::maintenance")).await.err());
    note(client.events(EventSet::new().with_subclass("sofia::register")).await.err());
    note(client.logs(LogLevel::Debug).await.err());
    refused
}

fn expected() -> Vec<Permission> {
    let hostname = || Permission::Api("hostname".into());
    vec![
        hostname(),
        hostname(),
        hostname(),
        events("DTMF"),
        events("DTMF HEARTBEAT"),
        events("ALL"),
        events("CUSTOM sofia::register"),
        Permission::Log,
    ]
}

/// The simulated switch, and connections that are lost: what is allowed goes on each time.
#[tokio::test]
async fn a_restricted_user_of_the_simulator() {
    within(async {
        let user = User::new("1001", "localhost", "pw")
            .events("CHANNEL_ANSWER CHANNEL_HANGUP BACKGROUND_JOB CUSTOM conference::maintenance")
            .api("status uptime")
            .log(false);
        let sim = Sim::builder().user(user).start().await.unwrap();
        let mut config: Config = sim.url().parse().unwrap();
        config.set_user("1001@localhost");
        config.set_password("pw");
        let client = Client::connect(config.reconnect(soon())).await.unwrap();
        let mut answers = client.events("CHANNEL_ANSWER").await.unwrap();
        let mut states = client.state_changes();
        for round in 1..=3 {
            assert_eq!(ask_for_everything(&client).await, expected());
            assert_eq!(client.health().streams, 1);
            let call = format!("originate {{origination_uuid=call-{round}}}null/1 &park");
            let full = Client::connect(sim.url().parse().unwrap()).await.unwrap();
            full.bgapi(&call).await.unwrap().await.unwrap();
            match answers.next().await {
                Some(Item::Event(event)) => {
                    assert_eq!(event.unique_id().as_deref(), Some(&*format!("call-{round}")));
                }
                other => panic!("{other:?}"),
            }
            sim.kill_connections();
            while states.next().await != Some(State::Ready) {}
            // This user may not ask which run of the switch it is.
            assert!(matches!(answers.next().await, Some(Item::Gap(gap)) if gap.why == GapCause::Unknown));
        }
        // Each once, whatever was asked for and how often.
        let mut distinct = expected();
        distinct.sort();
        distinct.dedup();
        assert_eq!(client.health().refused, distinct);
    })
    .await;
}
