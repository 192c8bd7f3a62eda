//! What is never shown: passwords, in whatever is printed, traced or told.

use std::fmt::Write;

use tokio::io::duplex;
use trunkline::{Client, Command, Config};

use crate::notes;
use crate::support::{Peer, within};

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
