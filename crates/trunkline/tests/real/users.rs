//! Restricted users.

use std::future::Future;

use trunkline::{Client, Config, Error, LogLevel, SubscriptionRefused};

use crate::{say, talked};

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
