//! What is never shown: passwords, in whatever is printed, traced or told.

use std::fmt::{Debug, Write};

use tokio::io::duplex;
use trunkline::api::UuidSetvar;
use trunkline::dialstring::{Endpoint, Originate};
use trunkline::{Client, Command, Config, Error};
use trunkline_sim::{Sim, User};

use crate::notes;
use crate::support::{Peer, connected, millis, within};

const PASSWORD: &str = "hunter2-is-secret";

/// A whole conversation over a pipe that takes so many bytes at once, and everything that was said about it.
async fn told(config: Config, pipe: usize, accepted: bool) -> String {
    notes::begin();
    let (near, far) = duplex(pipe);
    let mut switch = Peer::new(far);
    let mut told = format!("{config:?} {config} {config:#?}");
    let play = async {
        switch.send(trunkline::proto::listener::auth_request()).await;
        assert!(switch.hear().await.contains(PASSWORD));
        switch.reply(if accepted { "+OK accepted" } else { "-ERR invalid" }).await;
        while let Some(command) = switch.hear_or_end().await {
            let verb = command.split(' ').next().unwrap_or_default();
            switch.reply(&format!("-ERR {verb} not found")).await;
            if verb == "exit" {
                break;
            }
        }
    };
    let talk = async {
        match Client::from_stream(near, config).await {
            Err(error) => write!(told, "{error} {error:?} {error:#?}").unwrap(),
            Ok(client) => {
                write!(told, "{client:?} {client:#?}").unwrap();
                let raw = Command::raw(&format!("AUTH {PASSWORD}")).unwrap();
                write!(told, "{raw:?}").unwrap();
                let reply = client.send(raw).await;
                write!(told, "{reply:?}").unwrap();
                let error = client.api("status").await.unwrap_err();
                write!(told, "{error} {error:?}").unwrap();
                write!(told, "{:?}", client.close().await).unwrap();
            }
        }
    };
    tokio::join!(talk, play);
    told.push_str(&notes::end());
    told
}

#[tokio::test]
async fn passwords_are_not_shown() {
    let mut by_user = Config::new("nowhere", PASSWORD);
    by_user.set_user("1000@localhost");
    for config in [Config::new("nowhere", PASSWORD), by_user] {
        for pipe in [1, 3, 7, 4096] {
            for accepted in [true, false] {
                let told = within(told(config.clone(), pipe, accepted)).await;
                // The wire was traced, and a piece of the password is as good as the whole.
                assert!(told.contains("trunkline::wire"), "{told}");
                assert!(told.contains("[redacted]"), "{told}");
                let traced: String = traced(&told);
                for secret in [PASSWORD, "hunter2", "secret", "is-s"] {
                    assert!(!told.contains(secret), "{told}");
                    assert!(!traced.contains(secret), "{told}");
                }
                if accepted {
                    assert!(traced.contains("api status"), "{traced}");
                }
            }
        }
    }
}

/// What was traced as sent, put together.
fn traced(told: &str) -> String {
    let sent = told.lines().filter_map(|line| line.split_once("message=> "));
    sent.map(|(_, text)| text).collect()
}

const ORIGINATE: &str = "originate {sip_auth_password=hunter2}null/1 &park";
const SETVAR: &str = "uuid_setvar ca11 pin hunter2";

/// That a failure names the command like this, and says no more of it, in whatever way.
fn said<T: Debug>(failed: Result<T, Error>, shown: &str) {
    let error = failed.unwrap_err();
    let mut said = format!("{error:?}");
    let mut cause: Option<&dyn std::error::Error> = Some(&error);
    while let Some(error) = cause {
        write!(said, " {error}").unwrap();
        cause = error.source();
    }
    assert!(said.contains(&format!("`{shown}`")), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
}

#[tokio::test]
async fn arguments_of_refused_commands_are_not_shown() {
    within(async {
        let user = User::new("1001", "localhost", "pw").api("uuid_setvar").events("ALL");
        let sim = Sim::builder().user(user).start().await.unwrap();
        let mut config: Config = sim.url().parse().unwrap();
        config.set_user("1001@localhost");
        config.set_password("pw");
        let client = trunkline::connect(config).await.unwrap();
        said(client.api(ORIGINATE).await, "api originate …");
        said(client.console(ORIGINATE).await, "api originate …");
        said(client.bgapi(ORIGINATE).await, "bgapi originate …");
        said(client.run(UuidSetvar::new("ca11", "pin", "hunter2")).await, "uuid_setvar ca11 …");
        let call = Originate::new(Endpoint::null("1").unwrap());
        let call = call.variable("sip_auth_password", "hunter2").unwrap();
        said(client.originate(call).await.map_err(Error::from), "bgapi originate …");
        let job = client.bgapi(SETVAR).await.unwrap();
        assert_eq!(job.command(), SETVAR);
        let shown = format!("{job:?}");
        assert!(shown.contains("uuid_setvar ca11 …") && !shown.contains("hunter2"), "{shown}");
    })
    .await;
}

#[tokio::test]
async fn arguments_of_unanswered_commands_are_not_shown() {
    within(async {
        let (client, mut switch) = connected().await;
        let hasty = client.with_timeout(millis(30));
        let (failed, _) = tokio::join!(hasty.api(SETVAR), switch.hear());
        said(failed, "api uuid_setvar ca11 …");
        drop(switch);
        client.closed().await;
        said(client.api(SETVAR).await, "api uuid_setvar ca11 …");
        said(client.bgapi(SETVAR).await, "bgapi uuid_setvar ca11 …");
        said(client.send(Command::api(SETVAR).unwrap()).await, "api uuid_setvar ca11 …");
    })
    .await;
}
