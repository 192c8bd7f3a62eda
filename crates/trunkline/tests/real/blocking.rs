//! The client without async.

use std::net::ToSocketAddrs;
use std::time::{Duration, Instant};

use trunkline::blocking::{Client, Received};
use trunkline::{
    CloseReason, Command, Config, Error, Event, EventBuilder, EventFormat, EventName, Executed, GapCause,
    JobLost, LogLevel, State, SubscriptionRefused,
};

use crate::proxy::Proxy;
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
    assert!(client.logs(LogLevel::Debug).unwrap_err().is_refused());
    let job = client.bgapi("status").unwrap();
    assert!(client.wait_job(&job).is_ok());
    assert!(client.bgapi("hostname").unwrap_err().is_refused());
    assert!(client.api("version").unwrap().text().starts_with("FreeSWITCH"));
    talked(test);
}

/// Lost in the middle of it, and made again: events, log and filter are those of before, a job ends across the gap, and
/// the gap is told once.
#[test]
fn lost_and_made_again() {
    let test = "blocking::lost_and_made_again";
    let Some(direct) = crate::config(test) else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let switch = direct.address().to_socket_addrs().unwrap().next().unwrap();
    let proxy = runtime.block_on(Proxy::before(switch, None));
    let mut config = direct.clone();
    (config.host, config.port) = (proxy.config().host, proxy.config().port);
    let mut client = Client::connect(config).unwrap();
    let mark = own_uuid();
    client.events("CUSTOM trunkline::again").unwrap();
    client.logs(LogLevel::Notice).unwrap();
    client.filter("Mark", &mark).unwrap();
    let mut told = Vec::new();
    for round in 0..3 {
        fire(&mut client, &mark, round);
        // Nothing of another mark passes, in any session.
        fire(&mut client, "another", round);
        let line = format!("{mark} {round}");
        client.api(&format!("log notice {line}")).unwrap();
        read_up_to(&mut client, &mut told, round, &line);
        let job = client.bgapi("msleep 2000").unwrap();
        proxy.strike();
        assert!(matches!(client.wait_job(&job), Err(Error::Job(JobLost::Disconnected(_)))));
        assert!(matches!(client.state(), State::Lost(_)));
        match client.api("status") {
            Err(Error::Disconnected { executed, .. }) => assert_eq!(executed, Executed::No),
            other => panic!("{other:?}"),
        }
        let gap = client.reconnect_patiently().unwrap();
        assert_eq!(gap.why, GapCause::Disconnected);
        assert!(gap.core.is_some());
        // Where it took longer to come back than the job, its end was heard by nobody.
        match client.wait_job_timeout(&job, Duration::from_secs(5)).unwrap() {
            Some(end) => assert!(end.crossed_gap()),
            None => assert!(client.crossed_gap(&job)),
        }
    }
    fire(&mut client, &mark, 3);
    client.api(&format!("log notice {mark} 3")).unwrap();
    read_up_to(&mut client, &mut told, 3, &format!("{mark} 3"));
    assert_eq!(told, ["0", "gap", "1", "gap", "2", "gap", "3"]);
    assert_eq!(client.close().unwrap(), CloseReason::Requested);
    talked(test);
}

fn fire(client: &mut Client, mark: &str, number: u32) {
    let event = EventBuilder::new()
        .header("Event-Subclass", "trunkline::again")
        .header("Mark", mark)
        .header("Number", number.to_string());
    client.sendevent(&EventName::Custom, &event).unwrap();
}

/// Takes down events and gaps, until the event of this number has come, and this line of the log.
fn read_up_to(client: &mut Client, told: &mut Vec<String>, number: u32, line: &str) {
    let (mut event_came, mut line_came) = (false, false);
    while !(event_came && line_came) {
        match client.recv_timeout(Duration::from_secs(30)).unwrap().expect("an item in time") {
            Received::Event(event) => {
                told.push(event.get("Number").unwrap().into_owned());
                event_came |= told.last() == Some(&number.to_string());
            }
            Received::Log(logged) => line_came |= logged.text().contains(line),
            Received::Gap(_) => told.push("gap".to_owned()),
            other => panic!("{other:?}"),
        }
    }
}
