//! Restricted users.

use std::future::Future;

use trunkline::{Client, Command, Config, Error, EventName, LogLevel, Refusal, SendMsg, SubscriptionRefused};

use crate::calls::next_of;
use crate::{own_uuid, say, talked};

/// How to connect as the first or second user of `TRUNKLINE_TEST_USERS`.
pub(crate) fn user(test: &str, at: usize) -> Option<Config> {
    let mut config = crate::config(test)?;
    let users = std::env::var("TRUNKLINE_TEST_USERS").unwrap_or_default();
    let Some((user, password)) = users.split(' ').nth(at).and_then(|user| user.split_once(':')) else {
        say(&format!("NOT RUN: {test}: TRUNKLINE_TEST_USERS does not say who is in the directory"));
        return None;
    };
    config.set_password(password);
    config.set_user(user);
    Some(config)
}

/// Runs a test as that user.
async fn with_user<F: Future<Output = ()>>(test: &str, at: usize, talk: impl FnOnce(Client) -> F) {
    let Some(config) = user(test, at) else { return };
    talk(Client::connect(config).await.unwrap()).await;
    talked(test);
}

#[tokio::test]
async fn full() {
    with_user("users::full", 0, async |client| {
        assert!(client.permissions().events.is_some());
        assert_eq!(client.permissions().log, Some(true));
        assert!(client.api("hostname").await.is_ok());
        client.events("DTMF HEARTBEAT").await.unwrap();
        client.logs(LogLevel::Debug).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn restricted() {
    with_user("users::restricted", 1, async |client| {
        assert!(client.permissions().events.as_deref().is_some_and(|all| all.contains("CHANNEL_ANSWER")));
        assert!(client.permissions().api.as_deref().is_some_and(|all| all.contains("status")));
        assert_eq!(client.permissions().log, Some(false));
        // What the lists say is what is so.
        let permissions = client.permissions();
        for (command, allowed) in [("status", true), ("hostname", false), ("Status", false), ("uptime", true)]
        {
            assert_eq!(permissions.allows_api(command), Some(allowed), "{command}");
            assert_eq!(client.api(command).await.is_ok(), allowed, "{command}");
        }
        for (name, allowed) in
            [(EventName::ChannelAnswer, true), (EventName::Dtmf, false), (EventName::All, false)]
        {
            assert_eq!(permissions.allows_event(&name), Some(allowed), "{name}");
            let subscribed = client.events(name.clone()).await;
            assert_eq!(subscribed.is_ok(), allowed, "{name}");
            if let Err(refused) = subscribed {
                assert_eq!(refused.reason(), Some(Refusal::PermissionDenied));
            }
        }
        for (subclass, allowed) in [("conference::maintenance", true), ("sofia::register", false)] {
            assert_eq!(permissions.allows_subclass(subclass), Some(allowed), "{subclass}");
            let set = trunkline::EventSet::new().with_subclass(subclass);
            assert_eq!(client.events(set).await.is_ok(), allowed, "{subclass}");
        }
        // Commands.
        assert!(client.api("status").await.is_ok());
        let refused = client.api("hostname").await.unwrap_err();
        assert!(matches!(&refused, Error::Refused { reason, .. } if reason == "permission denied"));
        // Jobs.
        assert!(client.bgapi("status").await.unwrap().await.is_ok());
        assert!(client.bgapi("hostname").await.unwrap_err().is_refused());
        // Events: of a list, only those that are not allowed.
        let stream = client.events("CHANNEL_ANSWER CHANNEL_HANGUP").await.unwrap();
        match client.events("CHANNEL_ANSWER DTMF").await {
            Err(Error::Subscription(SubscriptionRefused::Events { events, .. })) => {
                assert_eq!(events, "DTMF");
            }
            other => panic!("{other:?}"),
        }
        drop(stream);
        // The log.
        let refused = client.logs(LogLevel::Debug).await.unwrap_err();
        assert!(matches!(&refused, Error::Subscription(SubscriptionRefused::Log { .. })), "{refused:?}");
        // In step after all that.
        assert!(client.api("version").await.unwrap().text().starts_with("FreeSWITCH"));
    })
    .await;
}

/// The limits are no sandbox: what SECURITY says of them is so.
#[tokio::test]
async fn what_the_limits_do_not_stop() {
    let test = "users::what_the_limits_do_not_stop";
    with_user(test, 1, async |client| {
        let full = Client::connect(crate::config(test).unwrap()).await.unwrap();
        let hostname = full.api("hostname").await.unwrap().text().into_owned();
        // Another command behind one that is allowed.
        assert!(client.api("hostname").await.is_err());
        assert!(client.console("status x;;hostname").await.unwrap().text().contains(hostname.trim()));
        // Any application, in any call.
        let uuid = own_uuid();
        let originate = format!("originate {{origination_uuid={uuid}}}null/test &park");
        full.bgapi(&originate).await.unwrap().await.unwrap();
        let mut done = full.events("CHANNEL_EXECUTE_COMPLETE").await.unwrap();
        let message = SendMsg::execute("set", "trunkline_name=${hostname()}").to(&uuid.as_str().into());
        client.sendmsg(message).await.unwrap();
        next_of(&mut done, "Unique-ID", &uuid).await;
        let value = full.api(&format!("uuid_getvar {uuid} trunkline_name")).await.unwrap();
        assert_eq!(value.text().trim(), hostname.trim());
        // Every event.
        assert!(client.sendevent(&EventName::Notify, &trunkline::EventBuilder::new()).await.is_ok());
        // And every channel's, by the form of `myevents` that this library does not say by itself.
        let mut events = client.events("CHANNEL_HANGUP").await.unwrap();
        let bogus = Command::raw("myevents nobody").unwrap();
        assert!(client.send(bogus).await.unwrap().reason().is_none());
        full.api(&format!("uuid_kill {uuid}")).await.unwrap();
        next_of(&mut events, "Unique-ID", &uuid).await;
    })
    .await;
}

#[tokio::test]
async fn a_wrong_password() {
    let test = "users::a_wrong_password";
    let Some(mut config) = crate::config(test) else { return };
    config.set_password("not the password");
    config.set_user("nobody@nowhere");
    let error = Client::connect(config).await.unwrap_err();
    assert!(error.is_refused() && error.to_string().contains("and the user"), "{error}");
    talked(test);
}
