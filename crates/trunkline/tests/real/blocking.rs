//! The client without async.

use std::time::{Duration, Instant};

use trunkline::blocking::{Client, Received};
use trunkline::{CloseReason, Command, Config, Error, Event, EventFormat, EventName, SubscriptionRefused};

use crate::{own_uuid, talked};

/// Runs a test with a client of its own, if there is a switch to talk to.
fn with_switch(test: &str, talk: impl FnOnce(Client)) {
    if let Some(config) = crate::config(test) {
        talk(Client::connect(config).unwrap());
        talked(test);
    }
}

#[test]
fn commands() {
    with_switch("blocking::commands", |mut client| {
        assert!(client.api("status").unwrap().text().starts_with("UP "));
        assert_eq!(client.api("nosuch").unwrap().error().as_deref(), Some("nosuch Command not found!"));
        assert_eq!(client.api("expr 6*7").unwrap().text().trim(), "42");
        let both = client.console("hostname;;uptime").unwrap();
        let hostname = client.api("hostname").unwrap();
        assert!(both.text().starts_with(&*hostname.text()), "{}", both.text());
        assert_eq!(client.close().unwrap(), CloseReason::Requested);
    });
}

#[test]
fn two_thousand_at_once() {
    with_switch("blocking::two_thousand_at_once", |mut client| {
        let tickets: Vec<_> = (0..2000)
            .map(|number| client.send(Command::api(&format!("echo {number}")).unwrap()).unwrap())
            .collect();
        for (number, ticket) in tickets.iter().enumerate() {
            assert_eq!(client.wait(ticket).unwrap().text(), number.to_string());
        }
        assert_eq!(client.outstanding(), 0);
    });
}

#[test]
fn late_answers() {
    with_switch("blocking::late_answers", |mut client| {
        for number in 0..3 {
            client.set_command_timeout(Duration::from_millis(50));
            assert!(client.api("msleep 300").unwrap_err().is_timeout());
            client.set_command_timeout(Duration::from_secs(30));
            drop(client.send(Command::api("echo dropped").unwrap()).unwrap());
            assert_eq!(client.api(&format!("echo {number}")).unwrap().text(), number.to_string());
        }
    });
}

fn life(test: &str, config: Config) {
    const LIFE: &str = "CHANNEL_CREATE CHANNEL_ANSWER CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE CHANNEL_DESTROY";
    let mut client = Client::connect(config).unwrap();
    client.events(LIFE).unwrap();
    let uuid = own_uuid();
    let originate = format!("originate {{origination_uuid={uuid},odd='100% é'}}null/test &park");
    let job = client.bgapi(&originate).unwrap();
    assert_eq!(client.wait_job(&job).unwrap().text().trim(), format!("+OK {uuid}"));
    assert_eq!(client.api(&format!("uuid_kill {uuid}")).unwrap().text().trim(), "+OK");
    let mut names = Vec::new();
    while names.last().is_none_or(|name| name != "CHANNEL_DESTROY") {
        let event = next_of(&mut client, &uuid);
        if event.is(EventName::ChannelAnswer) {
            assert_eq!(event.variable("odd").as_deref(), Some("100% é"));
        }
        names.push(event.name().unwrap().to_string());
    }
    assert_eq!(names.join(" "), LIFE);
    talked(test);
}

/// The next event of a call.
fn next_of(client: &mut Client, uuid: &str) -> Event {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let left = end.saturating_duration_since(Instant::now());
        match client.recv_timeout(left).unwrap().expect("an event in time") {
            Received::Event(event) if event.unique_id().as_deref() == Some(uuid) => return event,
            Received::Event(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_call() {
    for format in [EventFormat::Plain, EventFormat::Json] {
        let test = "blocking::a_call";
        let Some(config) = crate::config(test) else { return };
        life(test, config.format(format));
    }
}

#[test]
fn jobs() {
    with_switch("blocking::jobs", |mut client| {
        let jobs: Vec<_> = (0..100).map(|n| client.bgapi(&format!("echo {n}")).unwrap()).collect();
        for (number, job) in jobs.iter().enumerate().rev() {
            assert_eq!(client.wait_job(job).unwrap().text(), number.to_string());
        }
        // A slow one does not hold up the commands.
        let slow = client.bgapi("msleep 500").unwrap();
        assert!(client.wait_job_timeout(&slow, Duration::from_millis(20)).unwrap().is_none());
        assert_eq!(client.api("echo quick").unwrap().text(), "quick");
        client.wait_job(&slow).unwrap();
    });
}

#[test]
fn a_restricted_user() {
    let test = "blocking::a_restricted_user";
    let Some(config) = crate::users::user(test, 1) else { return };
    let mut client = Client::connect(config).unwrap();
    assert!(client.permissions().api.as_deref().is_some_and(|all| all.contains("status")));
    assert!(client.api("status").is_ok());
    assert!(client.api("hostname").unwrap_err().is_refused());
    client.events("CHANNEL_ANSWER CHANNEL_HANGUP").unwrap();
    match client.events("CHANNEL_ANSWER DTMF") {
        Err(Error::Subscription(SubscriptionRefused::Events { events, .. })) => assert_eq!(events, "DTMF"),
        other => panic!("{other:?}"),
    }
    assert!(client.logs(trunkline::LogLevel::Debug).unwrap_err().is_refused());
    let job = client.bgapi("status").unwrap();
    assert!(client.wait_job(&job).is_ok());
    assert!(client.bgapi("hostname").unwrap_err().is_refused());
    assert!(client.api("version").unwrap().text().starts_with("FreeSWITCH"));
    talked(test);
}
