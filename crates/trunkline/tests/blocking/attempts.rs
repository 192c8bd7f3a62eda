//! Attempts to connect anew: those that fail, those there are none of, and patience.

use std::thread;

use trunkline::blocking::Client;
use trunkline::{CloseReason, Config, Error, GapCause, State};

use crate::support::{
    CORE, OTHER, Peer, Port, connected, digits, lose, millis, next, sessions, sessions_with, soon, within,
};

/// An attempt that fails leaves all as it was, whatever it fails of.
#[test]
fn attempts_that_fail() {
    within(|| {
        let (mut client, play) = sessions_with(
            |config| config.connection.greeting_timeout = millis(500),
            |port| {
                port.let_in_as(CORE).subscribe("DTMF");
                drop(port.accept());
                let mut switch = port.accept();
                switch.refuse_password();
                drop(switch);
                port.accept().silence();
                let mut switch = port.accept();
                switch.accept_password();
                switch.expect("api global_getvar core_uuid");
                drop(switch);
                let mut switch = port.let_in_as(CORE);
                switch.expect("event plain DTMF");
                drop(switch);
                let mut switch = port.let_in_as(CORE);
                switch.subscribe("DTMF");
                switch.send(digits(0..1));
            },
        );
        client.events("DTMF").unwrap();
        assert_eq!(lose(&mut client), CloseReason::Eof);
        // How it is reported that somebody closes at once is the system's choice.
        assert!(client.reconnect().unwrap_err().is_closed());
        assert!(client.reconnect().unwrap_err().is_refused());
        assert!(matches!(client.state(), State::Lost(CloseReason::AuthRejected { .. })));
        assert!(client.reconnect().unwrap_err().is_timeout());
        assert!(client.reconnect().unwrap_err().is_closed());
        // The switch had said who it is: that was a session, and this one is lost, too.
        assert!(client.reconnect().unwrap_err().is_closed());
        assert_eq!(client.reconnect().unwrap().why, GapCause::Disconnected);
        assert_eq!([next(&mut client), next(&mut client), next(&mut client)], ["gap", "gap", "DTMF 0"]);
        play.end();
    });
}

/// A switch that does not say who it is is taken to be any.
#[test]
fn one_that_may_not_ask_who_it_is() {
    within(|| {
        let (mut client, play) = sessions(|port| {
            for _ in 0..2 {
                let mut switch = port.accept();
                switch.accept_password();
                switch.expect("api global_getvar core_uuid");
                switch.reply("-ERR permission denied");
                switch.answer_api("status", "UP");
            }
        });
        client.api("status").unwrap();
        let gap = client.reconnect().unwrap();
        assert_eq!((gap.why, gap.core), (GapCause::Unknown, None));
        client.api("status").unwrap();
        play.end();
    });
}

#[test]
fn after_the_end_there_is_none() {
    within(|| {
        let (mut client, play) = connected(|mut switch| switch.leave());
        assert_eq!(client.close().unwrap(), CloseReason::Requested);
        assert_eq!(client.state(), State::Closed(CloseReason::Requested));
        for result in [client.reconnect(), client.reconnect_patiently()] {
            assert!(matches!(result, Err(Error::Closed(CloseReason::Requested))), "{result:?}");
        }
        play.end();
        // One that was lost is given up by closing it.
        let (mut client, play) = connected(drop);
        lose(&mut client);
        assert!(matches!(client.close(), Ok(CloseReason::Eof | CloseReason::Io(_))));
        assert!(matches!(client.state(), State::Closed(_)));
        assert!(client.reconnect().unwrap_err().is_closed());
        play.end();
    });
}

/// Patience: waits that grow, refusals and closed ports and all; and the count, which is kept where sessions do not hold.
#[test]
fn patiently() {
    within(|| {
        let (mut client, play) = sessions_with(soon, |port| {
            port.let_in_as(CORE).subscribe("DTMF");
            for _ in 0..2 {
                drop(port.accept());
            }
            let mut switch = port.accept();
            switch.refuse_password();
            drop(switch);
            let mut switch = port.let_in_as(CORE);
            switch.subscribe("DTMF");
            switch.send(digits(0..1));
            switch.silence();
        });
        client.events("DTMF").unwrap();
        lose(&mut client);
        assert_eq!(client.reconnect_patiently().unwrap().reason, CloseReason::Eof);
        assert_eq!([next(&mut client), next(&mut client)], ["gap", "DTMF 0"]);
        drop(client);
        play.end();
    });
}

#[test]
fn patience_may_be_limited() {
    within(|| {
        let change = |config: &mut Config| {
            soon(config);
            if let Some(reconnect) = &mut config.reconnect {
                reconnect.attempts = Some(3);
            }
        };
        let (mut client, play) = sessions_with(change, |port| {
            port.let_in_as(CORE);
            // Three of the first time, and three of the second.
            for _ in 0..6 {
                drop(port.accept());
            }
            port.let_in_as(CORE).silence();
        });
        lose(&mut client);
        for _ in 0..2 {
            assert!(client.reconnect_patiently().unwrap_err().is_closed());
            assert!(matches!(client.state(), State::Lost(_)));
        }
        client.reconnect_patiently().unwrap();
        drop(client);
        play.end();
    });
}

/// A stand-in is tried where the first is not there, by the first connection as well.
#[test]
fn a_stand_in() {
    within(|| {
        let (first, second) = (Port::open(), Port::open());
        let stand_in = second.config().port;
        let mut config = first.config().fallback("127.0.0.1", stand_in);
        let play = thread::spawn(move || {
            first.let_in_as(CORE);
            drop(first);
            second.let_in_as(OTHER).answer_api("status", "UP");
            second.let_in_as(OTHER).silence();
        });
        let mut client = Client::connect(config.clone()).unwrap();
        lose(&mut client);
        // The first listens a moment longer than its connection lasts.
        let gap = loop {
            match client.reconnect() {
                Ok(gap) => break gap,
                Err(error) => assert!(error.is_closed(), "{error}"),
            }
        };
        assert_eq!(gap.why, GapCause::Restarted);
        assert_eq!(client.api("status").unwrap().text(), "UP");
        config.connect_timeout = millis(2000);
        drop(Client::connect(config).unwrap());
        play.join().unwrap();
    });
}

/// `?reconnect=on` does nothing by itself but watch for signs of life.
#[test]
fn nothing_is_made_again_by_itself() {
    within(|| {
        let (mut client, play) = sessions_with(soon, |port| {
            port.let_in_as(CORE);
        });
        lose(&mut client);
        assert!(client.recv_timeout(millis(50)).unwrap_err().is_closed());
        assert!(client.api("status").unwrap_err().is_closed());
        assert!(client.deadline().is_none());
        play.end();
    });
}

/// Where to connect anew is not known of a socket that was handed over.
#[cfg(unix)]
#[test]
fn one_that_was_handed_over() {
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;
    within(|| {
        let (near, far) = UnixStream::pair().unwrap();
        let mut switch = Peer::new(OwnedFd::from(far).into());
        let play = thread::spawn(move || {
            switch.accept_password();
            switch.answer_api("status", "UP");
        });
        let mut config = Config::new("127.0.0.1", "ClueCon");
        soon(&mut config);
        config.connection.lasting = true;
        let mut client = Client::from_stream(OwnedFd::from(near), config).unwrap();
        let refused = client.reconnect().unwrap_err();
        assert!(matches!(refused, Error::NotDialled), "{refused}");
        assert!(matches!(client.reconnect_patiently(), Err(Error::NotDialled)));
        // It is as it was.
        assert_eq!(client.api("status").unwrap().text(), "UP");
        let reason = lose(&mut client);
        assert_eq!(client.state(), State::Closed(reason));
        assert!(matches!(client.reconnect(), Err(Error::NotDialled)));
        play.join().unwrap();
    });
}
