//! Greeting, credentials, and whoever else may answer a port.

use bytes::BytesMut;
use trunkline_proto::listener::{SHUTTING_DOWN, auth_request, rude_rejection};
use trunkline_proto::{
    CloseReason, ConnectionConfig, Credentials, Limits, MessageDecoder, Output, Permissions,
};

use super::world::{SECOND, World, config};
use crate::recordings;

fn as_user() -> ConnectionConfig {
    ConnectionConfig::new(Credentials::User { user: "ops@example.net".to_owned(), password: "secret".into() })
}

fn permissions(world: &mut World) -> Permissions {
    match world.outputs().pop() {
        Some(Output::Ready(permissions)) => permissions,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_password_lets_us_in() {
    let mut world = World::with_password();
    assert!(world.said().is_empty(), "the switch speaks first");
    world.switch(&auth_request());
    assert_eq!(world.said(), ["auth ClueCon"]);
    assert!(!world.connection.is_ready());
    world.answer("+OK accepted");
    let permissions = permissions(&mut world);
    assert_eq!((permissions.events, permissions.api, permissions.log), (None, None, None));
    assert!(world.connection.is_ready());
    assert_eq!(world.deadline(), None);
}

#[test]
fn a_user_is_told_what_it_may_do() {
    let mut world = World::new(as_user());
    world.switch(&auth_request());
    assert_eq!(world.said(), ["userauth ops@example.net:secret"]);
    let messages = recordings::connection("in-userauth-restricted", 1);
    let reply = messages.received.windows(2).position(|pair| pair == b"\n\n").unwrap() + 2;
    let end = messages.received[reply..].windows(2).position(|pair| pair == b"\n\n").unwrap() + 2;
    world.switch(&messages.received[reply..reply + end]);
    let permissions = permissions(&mut world);
    assert_eq!(permissions.api.as_deref(), Some("status version uptime eval bgapi"));
    assert_eq!(permissions.log, Some(false));
    assert!(
        permissions.events.is_some_and(|events| events.ends_with("CUSTOM conference::maintenance lab::ok"))
    );
    assert!(!permissions.cut);
}

#[test]
fn a_reply_cut_at_511_bytes_is_still_an_answer() {
    let text =
        format!("~Reply-Text: +OK accepted\nAllowed-Events: all\nAllowed-API: {}\n", "status ".repeat(100));
    let wire = trunkline_proto::listener::command_reply(text.as_bytes());
    for piece in [1, 7, wire.len()] {
        let mut world = World::new(as_user());
        world.switch(&auth_request());
        world.said();
        world.api("status");
        for bytes in wire.chunks(piece) {
            world.switch(bytes);
        }
        let permissions = permissions(&mut world);
        assert!(permissions.cut);
        assert_eq!(permissions.events.as_deref(), Some("all"));
        // What was asked meanwhile is said now, and the next reply is whole.
        assert_eq!(world.said(), ["api status"]);
        world.respond("UP");
        assert_eq!(world.heard(), ["1: UP"]);
    }
}

#[test]
fn a_wrong_password_is_the_end() {
    let mut world = World::with_password();
    world.switch(&recordings::connection("in-auth-wrong", 1).received);
    let ends = world.outputs();
    let [Output::Closed(CloseReason::AuthRejected { text, user: false })] = &ends[..] else {
        panic!("{ends:?}")
    };
    assert_eq!(text, "-ERR invalid");
    world.eof();
    assert!(world.heard().is_empty(), "the end comes once");
}

#[test]
fn credentials_that_cannot_be_said_are_the_same_as_wrong() {
    let mut world = World::new(ConnectionConfig::new(Credentials::Password("a\nb".into())));
    world.switch(&auth_request());
    assert!(world.said().is_empty());
    assert_eq!(world.heard(), ["closed: auth rejected"]);
}

#[test]
fn a_refused_address_is_told() {
    let mut world = World::with_password();
    world.switch(&rude_rejection());
    world.notice("Disconnected, goodbye.\n");
    let ends = world.outputs();
    let [Output::Closed(CloseReason::AccessDenied { text })] = &ends[..] else { panic!("{ends:?}") };
    assert_eq!(text, "Access Denied, go away.");
}

#[test]
fn silence_is_told_apart() {
    let mut world = World::with_password();
    world.pass(4 * SECOND);
    assert!(world.heard().is_empty());
    world.pass(SECOND);
    assert_eq!(world.heard(), ["closed: no greeting"]);

    let mut world = World::with_password();
    world.pass(4 * SECOND);
    world.switch(&auth_request());
    world.pass(4 * SECOND);
    assert!(world.heard().is_empty());
    world.pass(SECOND);
    assert_eq!(world.heard(), ["closed: no auth reply"]);
    assert_eq!(world.deadline(), None);
}

#[test]
fn a_switch_that_stops_says_so() {
    let mut world = World::with_password();
    world.switch(&auth_request());
    world.notice(SHUTTING_DOWN);
    let ends = world.outputs();
    let [Output::Notice(_), Output::Closed(CloseReason::Notice { text })] = &ends[..] else {
        panic!("{ends:?}")
    };
    assert_eq!(text, "The system is being shut down.");
}

#[test]
fn whatever_else_answers_is_told() {
    let long_header = [&b"Content-Type: auth/request\nX: "[..], &[b'x'; 200]].concat();
    let small = || {
        let mut config = config();
        config.limits = Limits::new(100, 1000);
        config
    };
    let cases: [(&str, ConnectionConfig, &[u8], &str); 11] = [
        ("SSH", config(), b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "not a switch"),
        ("HTTP", config(), b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", "not a switch"),
        ("SMTP", config(), b"220 mail.example.com ESMTP Postfix\r\n", "not a switch"),
        ("TLS alert", config(), b"\x15\x03\x01\x00\x02\x02\x46", "not a switch"),
        ("MySQL", config(), b"J\x00\x00\x00\x0a8.0.36\x00", "not a switch"),
        ("headers of something else", config(), b"Server: other\nX: y\n\n", "not a switch"),
        ("a header without end", small(), &long_header, "header too long"),
        ("an absurd length", small(), b"Content-Type: x\nContent-Length: 99999999999\n\n", "body too long"),
        ("a negative length", config(), b"Content-Type: x\nContent-Length: -1\n\n", "content length"),
        ("a length that is none", config(), b"Content-Type: x\nContent-Length: abc\n\n", "content length"),
        ("a rejection", config(), b"Content-Type: text/rude-rejection\n\n", "access denied"),
    ];
    for (what, config, bytes, reason) in cases {
        for piece in [1, bytes.len()] {
            let mut world = World::new(config.clone());
            for piece in bytes.chunks(piece) {
                world.switch(piece);
            }
            assert_eq!(world.heard(), [format!("closed: {reason}")], "{what}");
            assert!(world.said().is_empty(), "{what}: nothing is said to a stranger");
        }
    }
}

#[test]
fn an_end_in_the_middle_of_a_message_is_told() {
    for (bytes, reason) in [
        (&b""[..], "eof"),
        (b"Content-Type: auth/req", "cut off"),
        (b"Content-Type: auth/request\n\nContent-Length: 5\n\nab", "cut off"),
    ] {
        let mut world = World::with_password();
        world.switch(bytes);
        world.eof();
        assert_eq!(world.heard(), [format!("closed: {reason}")]);
    }
}

#[test]
fn the_socket_may_fail() {
    let mut world = World::ready();
    let ticket = world.api("status");
    world.said();
    let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    world.connection.handle_error(&reset, world.now);
    assert_eq!(world.heard(), ["1: cut off, executed Unknown", "closed: io"]);
    world.connection.forget(ticket);
}

#[test]
fn a_greeting_later_on_is_unexpected() {
    let mut world = World::ready();
    world.switch(&auth_request());
    assert_eq!(world.heard(), ["unexpected"]);
    assert!(world.connection.is_ready());
}

#[test]
fn secrets_are_not_shown() {
    let shown = format!("{:?}", World::new(as_user()).connection);
    assert!(!shown.contains("secret"), "{shown}");
}

/// What a connection says of a recorded stream, taken in as bytes or as messages.
fn heard(received: &[u8], take: impl Fn(&mut World, &[u8])) -> Vec<String> {
    let mut world = World::with_password();
    take(&mut world, received);
    let told = |output: &Output| !matches!(output, Output::Closed(_));
    world.outputs().iter().filter(|output| told(output)).map(|output| format!("{output:?}")).collect()
}

#[test]
fn messages_mean_what_their_bytes_do() {
    let by_message = |world: &mut World, received: &[u8]| {
        let (mut decoder, mut bytes) = (MessageDecoder::default(), BytesMut::from(received));
        while let Ok(Some(message)) = decoder.decode(&mut bytes) {
            world.connection.handle_message(message, world.now);
        }
    };
    let mut heard_of = 0;
    for name in
        ["ev-call-plain", "ev-conference-json", "api-core", "log-call", "in-acl-reject", "in-auth-wrong"]
    {
        let received = &recordings::connection(name, 1).received;
        let outputs = heard(received, |world, bytes| world.switch(bytes));
        assert_eq!(heard(received, by_message), outputs, "{name}");
        heard_of += outputs.len();
    }
    assert!(heard_of > 200, "{heard_of}");
}
