//! Getting in, and everything that may answer a port instead of a switch that lets us in.

use std::time::Instant;

use trunkline::blocking::{self, Client};
use trunkline::proto::listener::{auth_request, command_reply, rude_rejection};
use trunkline::{CloseReason, Config, ConfigError, Error, SwitchMisbehaved};

use crate::support::{Peer, Port, meet, millis, within};

/// How connecting failed there.
fn failure(change: impl FnOnce(&mut Config), part: impl FnOnce(Peer) + Send + 'static) -> CloseReason {
    let (result, play) = meet(change, part);
    let reason = match result {
        Err(Error::Closed(reason)) => reason,
        other => panic!("{other:?}"),
    };
    play.end();
    reason
}

#[test]
fn a_password() {
    within(|| {
        let (client, play) = meet(
            |_| {},
            |mut switch| {
                switch.let_in();
                switch.expect_end();
            },
        );
        let client = client.unwrap();
        assert_eq!(client.permissions().events, None);
        assert!(client.connected());
        assert!(client.close_reason().is_none());
        assert!(!client.has_pending());
        // Leaving without a word.
        drop(client);
        play.end();
    });
}

#[test]
fn a_user() {
    within(|| {
        let change = |config: &mut Config| {
            config.set_password("pw");
            config.set_user("1000@localhost");
        };
        let (client, play) = meet(change, |mut switch| {
            switch.send_in_pieces(auth_request(), 3);
            switch.expect("userauth 1000@localhost:pw");
            let reply = "~Reply-Text: +OK accepted\nAllowed-Events: DTMF\nAllowed-API: status\nAllowed-LOG: false\n\n";
            switch.send_in_pieces(command_reply(reply.as_bytes()), 7);
        });
        let client = client.unwrap();
        assert_eq!(client.permissions().events.as_deref(), Some("DTMF"));
        assert_eq!(client.permissions().api.as_deref(), Some("status"));
        assert_eq!(client.permissions().log, Some(false));
        play.end();
    });
}

#[test]
fn a_wrong_password() {
    within(|| {
        let reason = failure(
            |_| {},
            |mut switch| {
                switch.refuse_password();
                switch.goodbye();
            },
        );
        assert!(matches!(&reason, CloseReason::AuthRejected { text, user: false } if text == "-ERR invalid"));
        assert!(Error::from(reason).is_refused());
    });
}

#[test]
fn nobody_listens() {
    let config = Port::open().config();
    match Client::connect(config.clone()) {
        Err(error @ Error::Connect { .. }) => {
            assert!(error.to_string().contains(&config.address()), "{error}");
            assert!(error.to_string().contains("is the switch running"), "{error}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn no_url() {
    assert!(matches!(blocking::connect("http://pbx"), Err(Error::Config(ConfigError::Scheme))));
    let unsendable = Config::new("127.0.0.1", "two\nlines");
    assert!(matches!(Client::connect(unsendable), Err(Error::Misuse(_))));
}

#[test]
fn no_greeting() {
    within(|| {
        for beginning in ["", "Content-Type: auth/requ"] {
            let started = Instant::now();
            let reason = failure(
                |config| config.connection.greeting_timeout = millis(50),
                move |mut switch| {
                    switch.send(beginning);
                    switch.silence();
                },
            );
            assert_eq!(reason, CloseReason::NoGreeting { after: millis(50) });
            assert!(Error::from(reason).is_timeout());
            assert!(started.elapsed() >= millis(50));
        }
    });
}

#[test]
fn no_time_for_a_greeting() {
    within(|| {
        let reason = failure(|config| config.connection.greeting_timeout = millis(0), Peer::silence);
        assert_eq!(reason, CloseReason::NoGreeting { after: millis(0) });
    });
}

#[test]
fn no_answer_to_the_password() {
    within(|| {
        let reason = failure(
            |config| config.connection.auth_timeout = millis(50),
            |mut switch| {
                switch.send(auth_request());
                switch.expect("auth ClueCon");
                switch.silence();
            },
        );
        assert_eq!(reason, CloseReason::NoAuthReply { after: millis(50) });
    });
}

#[test]
fn an_access_list() {
    within(|| {
        let reason = failure(
            |_| {},
            |mut switch| {
                switch.send(rude_rejection());
                switch.goodbye();
            },
        );
        assert!(matches!(&reason, CloseReason::AccessDenied { .. }));
        assert!(reason.to_string().contains("apply-inbound-acl"), "{reason}");
    });
}

#[test]
fn no_switch_at_all() {
    within(|| {
        for bytes in [
            &b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"[..],
            b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
            b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03",
            b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n",
        ] {
            for size in [1, bytes.len()] {
                let reason = failure(
                    |_| {},
                    move |mut switch| {
                        switch.send_in_pieces(bytes, size);
                        switch.silence();
                    },
                );
                assert!(
                    matches!(reason, CloseReason::Misbehaved(SwitchMisbehaved::NotASwitch { .. })),
                    "{reason:?}"
                );
            }
        }
    });
}

/// Closed before, within and after the greeting.
#[test]
fn closed_at_once() {
    within(|| {
        for bytes in ["", "Content-Type: au", "Content-Type: auth/request\n\n"] {
            let reason = failure(|_| {}, move |mut switch| switch.send(bytes));
            match (&reason, bytes.len()) {
                (CloseReason::Misbehaved(SwitchMisbehaved::CutOff { received }), 16) => {
                    assert_eq!(*received, 16);
                }
                // Where our password met a closed socket, the system says so.
                (CloseReason::Eof | CloseReason::Io(_), _) => {}
                other => panic!("{other:?}"),
            }
        }
    });
}
