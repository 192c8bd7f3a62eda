//! Api, console, pipelining, what is slow, what is late.

use std::time::Duration;

use trunkline::proto::CommandKind;
use trunkline::{
    Answer, ChannelUuid, Client, Command, Error, EventBuilder, EventFormat, EventName, EventSet, LogLevel,
    Refusal, SendMsg,
};

use crate::{own_uuid, with_switch};

#[tokio::test]
async fn api() {
    with_switch("commands::api", async |client| {
        assert!(client.api("status").await.unwrap().text().starts_with("UP "));
        assert!(client.api("version").await.unwrap().text().starts_with("FreeSWITCH Version"));
        assert_eq!(client.api("nosuch").await.unwrap().error().as_deref(), Some("nosuch Command not found!"));
        // Not a copy of the text: the switch works on it.
        assert_eq!(client.api("expr 6*7").await.unwrap().text().trim(), "42");
        let text = "é \u{1f980} % %41 \"quoted\" 'single' ;; &";
        assert_eq!(client.api(&format!("echo {text}")).await.unwrap().text(), text);
        assert_eq!(client.close().await, trunkline::CloseReason::Requested);
    })
    .await;
}

#[tokio::test]
async fn console() {
    with_switch("commands::console", async |client| {
        let both = client.console("hostname;;uptime").await.unwrap();
        let hostname = client.api("hostname").await.unwrap();
        assert!(both.text().starts_with(&*hostname.text()), "{}", both.text());
        assert!(both.text().len() > hostname.text().len(), "{}", both.text());
        // By `api` it is one command of that name.
        assert!(client.api("hostname;;uptime").await.unwrap().error().is_some());
    })
    .await;
}

#[tokio::test]
async fn five_hundred_at_once() {
    with_switch("commands::five_hundred_at_once", async |client| {
        let mut asking = tokio::task::JoinSet::new();
        for number in 0..500 {
            let client = client.clone();
            asking.spawn(async move {
                let text = format!("echo {number}");
                assert_eq!(client.api(&text).await.unwrap().text(), number.to_string());
            });
        }
        while let Some(done) = asking.join_next().await {
            done.unwrap();
        }
        assert_eq!(client.outstanding(), 0);
    })
    .await;
}

#[tokio::test]
async fn behind_a_slow_one() {
    with_switch("commands::behind_a_slow_one", async |client| {
        let started = std::time::Instant::now();
        let (slow, quick) = tokio::join!(client.api("msleep 500"), client.api("echo quick"));
        slow.unwrap();
        assert_eq!(quick.unwrap().text(), "quick");
        assert!(started.elapsed() >= Duration::from_millis(500));
    })
    .await;
}

/// Out of patience, and dropped: the replies of the next ones are their own.
#[tokio::test]
async fn late_answers() {
    with_switch("commands::late_answers", async |client| {
        let hasty = client.with_timeout(Duration::from_millis(50));
        for number in 0..3 {
            let error = hasty.api("msleep 300").await.unwrap_err();
            assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
            let dropped = tokio::time::timeout(Duration::from_millis(10), client.api("msleep 100")).await;
            assert!(dropped.is_err());
            let (one, two) = (format!("echo one {number}"), format!("echo two {number}"));
            let (one, two) = tokio::join!(client.api(&one), client.api(&two));
            assert_eq!(one.unwrap().text(), format!("one {number}"));
            assert_eq!(two.unwrap().text(), format!("two {number}"));
        }
    })
    .await;
}

#[tokio::test]
async fn a_wrong_password() {
    let Some(mut config) = crate::config("commands::a_wrong_password") else { return };
    config.set_password("not the password");
    let error = Client::connect(config).await.unwrap_err();
    assert!(error.is_refused(), "{error:?}");
    assert!(error.to_string().contains("check the password"), "{error}");
    crate::talked("commands::a_wrong_password");
}

/// Every command there is, once, on a connection bound to a call of ours: what the switch says is understood as what
/// it is.
#[tokio::test]
async fn every_one_once() {
    let test = "commands::every_one_once";
    with_switch(test, async |other| {
        let call = ChannelUuid::from(own_uuid());
        let originate = format!("originate {{origination_uuid={call},trunkline_x=y}}null/test &park");
        other.bgapi(&originate).await.unwrap().await.unwrap();
        let client = Client::connect(crate::config(test).unwrap()).await.unwrap();
        for (command, answer) in commands(&call) {
            let (kind, text) = (command.kind(), command.describe().into_owned());
            let reply = client.send(command).await.unwrap();
            match (kind, reply.answer(kind)) {
                // Whose words are another each time.
                (CommandKind::Api, Ok(Answer::Printed(_)))
                | (CommandKind::Connect, Ok(Answer::Channel(_))) => {}
                (CommandKind::SendEvent, Ok(Answer::EventSent { event_uuid })) => {
                    assert_eq!(event_uuid.len(), 36)
                }
                (_, said) => assert_eq!(said, answer, "{text}"),
            }
        }
        client.close().await;
        other.api(&format!("uuid_kill {call}")).await.unwrap();
    })
    .await;
}

fn commands(call: &ChannelUuid) -> Vec<(Command, Result<Answer, Refusal>)> {
    let job = "j".repeat(235);
    let dtmf = EventSet::from(EventName::Dtmf);
    let value = |text: &str| Some(text.into());
    let any = || Ok(Answer::Other("another each time".into()));
    let ours = "Trunkline";
    vec![
        (Command::api("hostname").unwrap(), any()),
        (Command::console("hostname;;hostname").unwrap(), any()),
        (Command::bgapi("hostname", Some(&job.as_str().into())).unwrap(), Ok(Answer::Job(job.into()))),
        (
            Command::event(EventFormat::Json, &dtmf).unwrap(),
            Ok(Answer::EventsEnabled { format: "json".into() }),
        ),
        (Command::nixevent(&dtmf).unwrap(), Ok(Answer::EventsNixed)),
        (Command::noevents(), Ok(Answer::NoLongerListening)),
        (Command::noevents(), Err(Refusal::NotListeningForEvents)),
        (
            Command::event(EventFormat::Plain, &"NO_SUCH_EVENT".into()).unwrap(),
            Err(Refusal::NoKeywordsSupplied),
        ),
        (
            Command::filter(ours, "/^a b/i").unwrap(),
            Ok(Answer::FilterAdded { header: ours.into(), value: value("/^a b/i") }),
        ),
        (
            Command::filter_delete(ours, Some("/^a b/i")).unwrap(),
            Ok(Answer::FilterDeleted { header: ours.into(), value: value("/^a b/i") }),
        ),
        (
            Command::filter_delete(ours, None).unwrap(),
            Ok(Answer::FilterDeleted { header: ours.into(), value: None }),
        ),
        (Command::filter_delete_all(), Ok(Answer::FilterDeleted { header: "all".into(), value: None })),
        (Command::raw("filter x").unwrap(), Err(Refusal::InvalidSyntax)),
        (Command::sendevent(&EventName::Notify, &EventBuilder::new()).unwrap(), any()),
        (Command::log(LogLevel::Alert), Ok(Answer::LogLevel { number: 1 })),
        (Command::raw("log nonsense").unwrap(), Err(Refusal::InvalidLogLevel)),
        (Command::nolog(), Ok(Answer::NoLongerLogging)),
        (Command::nolog(), Err(Refusal::NotLogging)),
        (Command::myevents_of(call, EventFormat::Plain).unwrap(), Ok(Answer::MyEvents)),
        (Command::myevents(None), Err(Refusal::AlreadyEnabled)),
        (Command::connect(), any()),
        (Command::getvar("trunkline_x").unwrap(), Ok(Answer::Value("y".into()))),
        (Command::getvar("trunkline_unset").unwrap(), Err(Refusal::CommandNotFound)),
        (Command::divert_events(true), Ok(Answer::EventsDiverted(true))),
        (Command::divert_events(false), Ok(Answer::EventsDiverted(false))),
        (Command::raw("divert_events").unwrap(), Err(Refusal::MissingValue)),
        (Command::linger(Some(u32::MAX)), Ok(Answer::WillLinger { seconds: Some(i32::MAX) })),
        (Command::linger(None), Ok(Answer::WillLinger { seconds: None })),
        (Command::nolinger(), Ok(Answer::WillNotLinger)),
        (Command::resume(), Ok(Answer::Resumes)),
        (Command::sendmsg(&SendMsg::execute("set", "trunkline_x=z")).unwrap(), Ok(Answer::MessageTaken)),
        (
            Command::sendmsg(&SendMsg::execute("set", "trunkline_x=z").to(call)).unwrap(),
            Ok(Answer::MessageTaken),
        ),
        (Command::raw("nosuch").unwrap(), Err(Refusal::CommandNotFound)),
        (Command::exit(), Ok(Answer::Bye)),
    ]
}
