//! Getting in, and everything that may answer a port instead of a switch that lets us in.

use trunkline::proto::listener::{auth_request, command_reply, rude_rejection};
use trunkline::{Client, CloseReason, Config, Error, SwitchMisbehaved};

use crate::support::{Peer, Port, millis, within};

/// Connects to a switch that plays this part.
async fn meet<F>(
    change: impl FnOnce(&mut Config),
    part: impl FnOnce(Peer<tokio::net::TcpStream>) -> F,
) -> Result<Client, Error>
where
    F: Future<Output = ()>,
{
    let port = Port::open().await;
    let mut config = port.config();
    change(&mut config);
    let (result, ()) =
        within(async { tokio::join!(Client::connect(config), async { part(port.accept().await).await }) })
            .await;
    result
}

/// How connecting failed there.
async fn failure<F>(
    change: impl FnOnce(&mut Config),
    part: impl FnOnce(Peer<tokio::net::TcpStream>) -> F,
) -> CloseReason
where
    F: Future<Output = ()>,
{
    match meet(change, part).await {
        Err(Error::Closed(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_password() {
    let client = meet(|_| {}, async |mut switch| switch.let_in().await).await.unwrap();
    assert_eq!(client.permissions().events, None);
}

#[tokio::test]
async fn a_user() {
    let part = async |mut switch: Peer<_>| {
        switch.send_in_pieces(auth_request(), 3).await;
        switch.expect("userauth 1000@localhost:pw").await;
        let reply =
            "~Reply-Text: +OK accepted\nAllowed-Events: DTMF\nAllowed-API: status\nAllowed-LOG: false\n\n";
        switch.send_in_pieces(command_reply(reply.as_bytes()), 7).await;
    };
    let change = |config: &mut Config| {
        config.set_password("pw");
        config.set_user("1000@localhost");
    };
    let client = meet(change, part).await.unwrap();
    let permissions = client.permissions();
    assert_eq!(permissions.events.as_deref(), Some("DTMF"));
    assert_eq!(permissions.api.as_deref(), Some("status"));
    assert_eq!(permissions.log, Some(false));
}

#[tokio::test]
async fn a_wrong_password() {
    let reason = failure(
        |_| {},
        async |mut switch| {
            switch.send(auth_request()).await;
            switch.expect("auth ClueCon").await;
            switch.reply("-ERR invalid").await;
            switch.goodbye().await;
        },
    )
    .await;
    assert!(matches!(&reason, CloseReason::AuthRejected { text, user: false } if text == "-ERR invalid"));
    assert!(reason.to_string().contains("check the password"), "{reason}");
    assert!(Error::from(reason).is_refused());
}

#[tokio::test]
async fn nobody_listens() {
    let config = Port::open().await.config();
    match within(Client::connect(config.clone())).await {
        Err(error @ Error::Connect { .. }) => {
            assert!(error.to_string().contains(&config.address()), "{error}");
            assert!(error.to_string().contains("is the switch running"), "{error}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn no_greeting() {
    let reason = failure(|config| config.connection.greeting_timeout = millis(50), Peer::silence).await;
    assert_eq!(reason, CloseReason::NoGreeting { after: millis(50) });
    assert!(Error::from(reason).is_timeout());
}

#[tokio::test]
async fn half_a_greeting() {
    let reason = failure(
        |config| config.connection.greeting_timeout = millis(50),
        async |mut switch| {
            switch.send("Content-Type: auth/requ").await;
            switch.silence().await;
        },
    )
    .await;
    assert_eq!(reason, CloseReason::NoGreeting { after: millis(50) });
}

/// A deadline that has passed before anything is awaited.
#[tokio::test]
async fn no_time_for_a_greeting() {
    let reason = failure(|config| config.connection.greeting_timeout = millis(0), Peer::silence).await;
    assert_eq!(reason, CloseReason::NoGreeting { after: millis(0) });
}

#[tokio::test]
async fn no_answer_to_the_password() {
    let reason = failure(
        |config| config.connection.auth_timeout = millis(50),
        async |mut switch| {
            switch.send(auth_request()).await;
            switch.expect("auth ClueCon").await;
            switch.silence().await;
        },
    )
    .await;
    assert_eq!(reason, CloseReason::NoAuthReply { after: millis(50) });
    assert!(Error::from(reason).is_timeout());
}

#[tokio::test]
async fn an_access_list() {
    let reason = failure(
        |_| {},
        async |mut switch| {
            switch.send(rude_rejection()).await;
            switch.goodbye().await;
        },
    )
    .await;
    assert!(matches!(&reason, CloseReason::AccessDenied { .. }));
    assert!(reason.to_string().contains("apply-inbound-acl"), "{reason}");
    assert!(Error::from(reason).is_refused());
}

#[tokio::test]
async fn no_switch_at_all() {
    for bytes in [
        &b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"[..],
        b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
        b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03",
        b"Content-Type: text/html\nContent-Length: 2\n\nhi",
        b"Via: SIP/2.0/UDP nowhere\n\n",
        // What an event socket says, but never first.
        b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n",
        b"Content-Type: api/response\nContent-Length: 2\n\nhi",
    ] {
        for size in [1, bytes.len()] {
            let reason = failure(
                |_| {},
                async |mut switch| {
                    switch.send_in_pieces(bytes, size).await;
                    switch.silence().await;
                },
            )
            .await;
            match &reason {
                CloseReason::Misbehaved(SwitchMisbehaved::NotASwitch { .. }) => {}
                other => panic!("{}: {other:?}", bytes.escape_ascii()),
            }
            assert!(reason.to_string().contains("check the host and port"), "{reason}");
        }
    }
}

#[tokio::test]
async fn closed_at_once() {
    assert_eq!(failure(|_| {}, async |switch| drop(switch)).await, CloseReason::Eof);
    match meet(|_| {}, async |switch| switch.reset()).await {
        // Before or after the client has noticed that it is connected.
        Err(Error::Connect { .. } | Error::Closed(CloseReason::Io(_) | CloseReason::Eof)) => {}
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn given_up_while_connecting() {
    within(async {
        let port = Port::open().await;
        let connecting = tokio::spawn(Client::connect(port.config()));
        let mut switch = port.accept().await;
        switch.send(auth_request()).await;
        switch.expect("auth ClueCon").await;
        connecting.abort();
        switch.expect_end().await;
    })
    .await;
}

/// A URL in any form, or what was made of one.
#[tokio::test]
async fn to_whatever_says_where() {
    within(async {
        let port = Port::open().await;
        let config = port.config();
        let url = config.to_string();
        for round in 0..4 {
            let connecting = async {
                match round {
                    0 => trunkline::connect(config.clone()).await,
                    1 => trunkline::connect(url.clone()).await,
                    2 => trunkline::connect(&url).await,
                    _ => trunkline::connect(url.as_str()).await,
                }
            };
            let (client, ()) = tokio::join!(connecting, async { port.accept().await.let_in().await });
            client.unwrap();
        }
        let refused = trunkline::connect("pbx".to_owned()).await;
        assert!(matches!(refused, Err(Error::Config(_))), "{refused:?}");
    })
    .await;
}
