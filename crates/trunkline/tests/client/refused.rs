//! What the switch refuses, and what never reaches it.

use std::time::Duration;

use trunkline::{
    ApiMisuse, ChannelUuid, Client, Command, Error, EventBuilder, EventName, EventSet, Execute, Reply,
    SendMsg,
};

use crate::support::{connected, within};

#[tokio::test]
async fn permission_denied() {
    within(async {
        let (client, mut switch) = connected().await;
        let event = EventBuilder::new();
        let ask = async {
            let errors = [
                client.api("shutdown").await.unwrap_err(),
                client.console("shutdown").await.unwrap_err(),
                client.sendevent(&EventName::Notify, &event).await.unwrap_err(),
                client.filter_delete("a", None).await.unwrap_err(),
            ];
            for error in errors {
                assert!(error.is_refused(), "{error:?}");
                assert!(error.to_string().contains("permission denied"), "{error}");
            }
            // As it is, where the whole reply is asked for.
            let reply = client.send(Command::raw("linger").unwrap()).await.unwrap();
            assert_eq!(reply.refusal().as_deref(), Some("permission denied"));
        };
        let play = async {
            for _ in 0..5 {
                switch.hear().await;
                switch.reply("-ERR permission denied").await;
            }
        };
        tokio::join!(ask, play);
    })
    .await;
}

#[tokio::test]
async fn an_error_text_is_data() {
    within(async {
        let (client, mut switch) = connected().await;
        let (response, ()) = tokio::join!(client.api("nosuch"), async {
            switch.expect("api nosuch").await;
            switch.answer("-ERR nosuch Command not found!\n").await;
        });
        let response = response.unwrap();
        assert_eq!(response.text(), "-ERR nosuch Command not found!\n");
        assert_eq!(response.error().as_deref(), Some("nosuch Command not found!"));
    })
    .await;
}

/// A `command/reply` where an `api/response` was due, without a refusal in it, is told as it is.
#[tokio::test]
async fn another_kind_of_reply() {
    within(async {
        let (client, mut switch) = connected().await;
        let (api, ()) = tokio::join!(client.api("status"), async {
            switch.expect("api status").await;
            switch.reply("+OK what").await;
        });
        assert!(matches!(api, Err(Error::Refused { reason, .. }) if reason == "+OK what"));
        let command = Command::raw("linger").unwrap();
        let (reply, ()) = tokio::join!(client.send(command), async {
            switch.expect("linger").await;
            switch.answer("what").await;
        });
        assert!(matches!(reply, Ok(Reply::Api(response)) if response.text() == "what"));
    })
    .await;
}

/// CR, LF and NUL in any argument of any method: refused here, and the switch sees nothing of it.
#[tokio::test]
async fn line_breaks_are_not_sent() {
    within(async {
        let (client, mut switch) = connected().await;
        for character in ['\r', '\n', '\0'] {
            for bad in [format!("a{character}b"), format!("{character}ab"), format!("ab{character}")] {
                for (place, error) in every_argument(&client, &bad).await {
                    let misuse = match error {
                        Error::Misuse(misuse) => misuse,
                        other => panic!("{place} {bad:?}: {other:?}"),
                    };
                    assert!(
                        matches!(misuse, ApiMisuse::Unsendable { .. } | ApiMisuse::Invalid { .. }),
                        "{place} {bad:?}: {misuse:?}"
                    );
                    assert!(misuse.to_string().contains("nothing was sent"), "{misuse}");
                }
            }
        }
        assert_eq!(client.outstanding(), 0);
        drop(client);
        // The first the switch hears.
        switch.leave().await;
    })
    .await;
}

async fn every_argument(client: &Client, bad: &str) -> Vec<(&'static str, Error)> {
    let header = |name: &str, value: &str| EventBuilder::new().header(name, value);
    let mut errors = vec![
        ("api", client.api(bad).await.unwrap_err()),
        ("api with arguments", client.api(&format!("eval {bad} x")).await.unwrap_err()),
        ("console", client.console(bad).await.unwrap_err()),
        ("bgapi", client.bgapi(bad).await.unwrap_err()),
        ("events, subclass", client.events(EventSet::new().with_subclass(bad)).await.unwrap_err()),
        ("events, name", client.events(EventName::Other(bad.into())).await.unwrap_err()),
        ("filter, header", client.filter(bad, "x").await.unwrap_err()),
        ("filter, value", client.filter("x", bad).await.unwrap_err()),
        ("filter_delete, header", client.filter_delete(bad, None).await.unwrap_err()),
        ("filter_delete, value", client.filter_delete("x", Some(bad)).await.unwrap_err()),
        ("getvar", client.getvar(bad).await.unwrap_err()),
        ("myevents", client.myevents(&bad.into()).await.unwrap_err()),
        ("sendmsg, target", client.sendmsg(SendMsg::hangup_normally().to(&bad.into())).await.unwrap_err()),
        ("sendmsg, hangup", client.sendmsg(SendMsg::hangup(bad)).await.unwrap_err()),
        ("sendmsg, nomedia", client.sendmsg(SendMsg::nomedia(&ChannelUuid::from(bad))).await.unwrap_err()),
        ("sendmsg, application", client.sendmsg(SendMsg::execute(bad, "x")).await.unwrap_err()),
        ("sendmsg, xferext", client.sendmsg(SendMsg::xferext([("log", bad)])).await.unwrap_err()),
        ("sendmsg, id", client.sendmsg(Execute::new("park", "").event_uuid(bad)).await.unwrap_err()),
        ("with_timeout", client.with_timeout(Duration::MAX).api(bad).await.unwrap_err()),
        // A command with headers has line breaks; an empty line would end it.
        ("Command::raw", Command::raw(&bad.replace('\n', "x\n\nx")).unwrap_err().into()),
    ];
    for (place, name, event) in [
        ("sendevent, name", EventName::Other(bad.into()), EventBuilder::new()),
        ("sendevent, header", EventName::Notify, header(bad, "x")),
        ("sendevent, value", EventName::Notify, header("x", bad)),
        ("sendevent, list", EventName::Notify, EventBuilder::new().list("x", ["y", bad])),
        ("sendevent, body", EventName::Notify, EventBuilder::new().body("\0")),
    ] {
        errors.push((place, client.sendevent(&name, &event).await.unwrap_err()));
    }
    errors
}

/// Nor from the configuration: nobody is even dialled.
#[tokio::test]
async fn line_breaks_in_credentials() {
    let port = crate::support::Port::open().await;
    for bad in ["a\nb", "a\rb", "a\0b"] {
        for (user, password) in [(None, bad), (Some("1000@localhost"), bad), (Some(bad), "pw")] {
            let mut config = port.config();
            config.set_password(password);
            if let Some(user) = user {
                config.set_user(user);
            }
            let over_tcp = within(Client::connect(config.clone())).await.unwrap_err();
            let over_stream = within(Client::from_stream(tokio::io::duplex(64).0, config)).await.unwrap_err();
            for error in [over_tcp, over_stream] {
                assert!(matches!(error, Error::Misuse(_)), "{error:?}");
                assert!(!error.to_string().contains(password), "{error}");
            }
        }
    }
}
