//! Commands about one channel, and what the switch's answers to them are to a program.

use trunkline::{
    ApiMisuse, Client, CloseReason, Command, Error, Execute, Refusal, SendMsg, SwitchMisbehaved,
};

use crate::support::{Peer, connected, within};

#[tokio::test]
async fn said_and_taken() {
    within(async {
        let (client, mut switch) = connected().await;
        let channel = "my-call".into();
        let ask = async {
            client.myevents(&channel).await.unwrap();
            client.linger(Some(30)).await.unwrap();
            client.linger(None).await.unwrap();
            client.nolinger().await.unwrap();
            client.resume().await.unwrap();
            client.divert_events(true).await.unwrap();
            client.divert_events(false).await.unwrap();
            client.sendmsg(SendMsg::hangup("USER_BUSY")).await.unwrap();
            client.sendmsg(SendMsg::execute("playback", "a.wav").to(&channel)).await.unwrap();
            client.sendmsg(Execute::new("sleep", "1").event_uuid("e")).await.unwrap();
        };
        let play = async {
            for (command, reply) in [
                ("myevents my-call plain", "+OK Events Enabled"),
                ("linger 30", "+OK will linger 30 seconds"),
                ("linger", "+OK will linger"),
                ("nolinger", "+OK will not linger"),
                ("resume", "+OK"),
                ("divert_events on", "+OK events diverted"),
                ("divert_events off", "+OK events not diverted"),
                ("sendmsg, call-command: hangup, hangup-cause: USER_BUSY", "+OK"),
                (
                    "sendmsg my-call, call-command: execute, execute-app-name: playback, execute-app-arg: a.wav",
                    "+OK",
                ),
                (
                    "sendmsg, call-command: execute, execute-app-name: sleep, execute-app-arg: 1, Event-UUID: e",
                    "+OK",
                ),
            ] {
                switch.expect(command).await;
                switch.reply(reply).await;
            }
        };
        tokio::join!(ask, play);
    })
    .await;
}

/// A program can tell why, without reading the words.
#[tokio::test]
async fn refused_by_name() {
    within(async {
        let (client, mut switch) = connected().await;
        let gone = "gone".into();
        let ask = async {
            let reason = |refused: Result<(), Error>| refused.unwrap_err().reason().unwrap();
            assert_eq!(reason(client.myevents(&gone).await), Refusal::InvalidUuid);
            assert_eq!(reason(client.myevents(&gone).await), Refusal::AlreadyEnabled);
            assert_eq!(reason(client.linger(None).await), Refusal::NotControllingASession);
            assert_eq!(reason(client.divert_events(true).await), Refusal::NotControllingASessionToDivert);
            assert_eq!(reason(client.resume().await), Refusal::CommandNotFound);
            assert_eq!(reason(client.connect_info().await.map(drop)), Refusal::CommandNotFound);
            let unknown = client.sendmsg(SendMsg::hangup_normally().to(&gone)).await;
            assert_eq!(reason(unknown), Refusal::InvalidSessionId("gone".into()));
            assert_eq!(reason(client.api("shutdown").await.map(drop)), Refusal::PermissionDenied);
            assert_eq!(reason(client.bgapi("shutdown").await.map(drop)), Refusal::PermissionDenied);
            let words = client.nolinger().await.unwrap_err();
            assert_eq!(words.reason(), Some(Refusal::Other("of a new kind".into())));
            assert!(words.is_refused() && words.to_string().contains("of a new kind"), "{words}");
        };
        let play = async {
            for reply in [
                "-ERR invalid uuid",
                "-ERR aready enabled.",
                "-ERR not controlling a session",
                "-ERR not controlling a session.",
                "-ERR command not found",
                "-ERR command not found",
                "-ERR invalid session id [gone]",
                "-ERR permission denied",
            ] {
                switch.hear().await;
                switch.reply(reply).await;
            }
            switch.expect("event plain BACKGROUND_JOB").await;
            switch.reply("+OK event listener enabled plain").await;
            for reply in ["-ERR permission denied", "-ERR of a new kind"] {
                switch.hear().await;
                switch.reply(reply).await;
            }
        };
        tokio::join!(ask, play);
    })
    .await;
}

#[tokio::test]
async fn a_stream_that_is_refused_says_why() {
    within(async {
        let (client, mut switch) = connected().await;
        let (refused, ()) = tokio::join!(client.events("DTMF"), async {
            switch.expect("event plain DTMF").await;
            switch.reply("-ERR permission denied").await;
        });
        assert_eq!(refused.unwrap_err().reason(), Some(Refusal::PermissionDenied));
    })
    .await;
}

/// A whole channel, in the headers of the reply.
#[tokio::test]
async fn the_channel_itself() {
    within(async {
        let (client, mut switch) = connected().await;
        let (channel, ()) = tokio::join!(client.connect_info(), async {
            switch.expect("connect").await;
            let reply = "Event-Name: CHANNEL_DATA\nUnique-ID: my-call\nvariable_a%20b: c%0Ad\n\
                         Content-Type: command/reply\nReply-Text: %2BOK%0A\nSocket-Mode: async\nControl: full\n\n";
            switch.send(reply).await;
        });
        let channel = channel.unwrap();
        assert_eq!(channel.headers().get("Unique-ID").as_deref(), Some("my-call"));
        assert_eq!(channel.headers().get("variable_a%20b").as_deref(), Some("c\nd"));
    })
    .await;
}

async fn getvar(client: &Client, switch: &mut Peer<tokio::net::TcpStream>, reply: &str) -> Option<String> {
    let (value, ()) = tokio::join!(client.getvar("x"), async {
        switch.expect("getvar x").await;
        switch.reply(reply).await;
    });
    value.unwrap()
}

#[tokio::test]
async fn variables() {
    within(async {
        let (client, mut switch) = connected().await;
        for value in ["1", "two words", "-ERR looks like an error", "+OK", "é %41"] {
            assert_eq!(getvar(&client, &mut switch, value).await.as_deref(), Some(value));
        }
        assert_eq!(getvar(&client, &mut switch, "-ERR command not found").await, None);
    })
    .await;
}

/// A value that breaks its reply ends the connection: not one reply is taken for another's.
#[tokio::test]
async fn a_value_that_breaks_its_reply() {
    for broken in ["~value", "one\nContent-Length: 500\n"] {
        within(async {
            let (client, mut switch) = connected().await;
            let ask = async {
                let (value, next) = tokio::join!(client.getvar("x"), client.api("status"));
                for error in [value.unwrap_err(), next.unwrap_err()] {
                    let unframed = CloseReason::Misbehaved(SwitchMisbehaved::Unframed);
                    assert!(
                        matches!(&error, Error::Disconnected { reason, .. } if *reason == unframed),
                        "{error:?}"
                    );
                }
            };
            let play = async {
                switch.expect("getvar x").await;
                switch.reply(broken).await;
                switch.answer("UP").await;
            };
            tokio::join!(ask, play);
        })
        .await;
    }
}

/// What would lose the events of streams is not sent behind their back.
#[tokio::test]
async fn events_are_not_taken_from_streams() {
    within(async {
        let (client, mut switch) = connected().await;
        let lossy = |line: &str| client.send(Command::raw(line).unwrap());
        let (stream, ()) = tokio::join!(client.events("ALL"), async {
            switch.expect("event plain ALL").await;
            switch.reply("+OK event listener enabled plain").await;
        });
        let _stream = stream.unwrap();
        for line in ["nixevent DTMF", "noevents"] {
            let error = lossy(line).await.unwrap_err();
            assert!(matches!(error, Error::Misuse(ApiMisuse::WouldLoseEvents { .. })), "{error:?}");
        }
        // What adds to them is.
        let (more, ()) = tokio::join!(lossy("event plain DTMF"), async {
            switch.expect("event plain DTMF").await;
            switch.reply("+OK event listener enabled plain").await;
        });
        assert!(more.is_ok());
    })
    .await;
}
