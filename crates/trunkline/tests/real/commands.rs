//! Api, console, pipelining, what is slow, what is late.

use std::time::Duration;

use trunkline::Error;

use crate::with_switch;

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
    let error = trunkline::Client::connect(config).await.unwrap_err();
    assert!(error.is_refused(), "{error:?}");
    assert!(error.to_string().contains("check the password"), "{error}");
    crate::talked("commands::a_wrong_password");
}
