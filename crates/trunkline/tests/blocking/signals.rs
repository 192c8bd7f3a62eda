//! Waits that are interrupted by signals, and go on when they are asked to.
#![expect(unsafe_code, reason = "signal handlers are the system's own")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};

use trunkline::blocking::Client;
use trunkline::{CloseReason, Command, Error, State};

use crate::support::{CORE, Peer, Port, connected, connected_with, digits, millis, next, within, words};

extern "C" fn heard(_: libc::c_int) {}

/// Sends signals to the thread that made it, one every few milliseconds, until it is dropped.
struct Signals {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Signals {
    fn every(pause: u64, flags: libc::c_int) -> Self {
        let number = if flags == 0 { libc::SIGUSR1 } else { libc::SIGUSR2 };
        // SAFETY: an all-zero `sigaction` is one without flags and with an empty mask; the handler does nothing, and so
        // may run at any time. `pthread_self` has no preconditions.
        let receiver = unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = heard as extern "C" fn(libc::c_int) as libc::sighandler_t;
            action.sa_flags = flags;
            assert_eq!(libc::sigaction(number, &raw const action, std::ptr::null_mut()), 0);
            libc::pthread_self()
        };
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            while !stopped.load(Ordering::Acquire) {
                thread::sleep(millis(pause));
                // SAFETY: the receiver waits for this thread in `drop`, so it is alive.
                assert_eq!(unsafe { libc::pthread_kill(receiver, number) }, 0);
            }
        });
        Self { stop, thread: Some(thread) }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        self.thread.take().unwrap().join().unwrap();
    }
}

/// Calls until it is not interrupted. It must have been, and this says when it was first.
fn insist<T>(
    client: &mut Client,
    interrupted: &Sender<()>,
    mut call: impl FnMut(&mut Client) -> Result<T, Error>,
) -> T {
    let mut times = 0;
    loop {
        match call(client) {
            Err(Error::Interrupted) => {
                if times == 0 {
                    interrupted.send(()).unwrap();
                }
                times += 1;
            }
            result => {
                assert!(times > 0, "not interrupted");
                return result.unwrap();
            }
        }
    }
}

/// Also by a handler that asks for calls to be restarted.
#[test]
fn receiving() {
    within(|| {
        for flags in [0, libc::SA_RESTART] {
            let (interrupted, until_interrupted) = channel();
            let (mut client, play) = connected(move |mut switch| {
                switch.subscribe("DTMF");
                until_interrupted.recv().unwrap();
                switch.send(digits(0..1));
                switch.silence();
            });
            client.events("DTMF").unwrap();
            let signals = Signals::every(5, flags);
            let received = insist(&mut client, &interrupted, Client::recv);
            drop(signals);
            assert_eq!(words(&received), "DTMF 0");
            drop(client);
            play.end();
        }
    });
}

/// Every call that waits, and nothing of what comes is lost.
#[test]
fn waiting() {
    within(|| {
        let (interrupted, until_interrupted) = channel();
        let (mut client, play) = connected(move |mut switch| {
            switch.subscribe("DTMF");
            for number in 0..5 {
                switch.expect(&format!("api {number}"));
                until_interrupted.recv().unwrap();
                switch.send(digits(number..number + 1));
                switch.answer(&number.to_string());
            }
            switch.subscribe("BACKGROUND_JOB");
            let id = switch.expect_job("sleep");
            switch.take_job(&id);
            until_interrupted.recv().unwrap();
            switch.end_job(&id, "slept");
            switch.expect("exit");
            until_interrupted.recv().unwrap();
            switch.reply("+OK bye");
            switch.goodbye();
        });
        client.events("DTMF").unwrap();
        {
            let _signals = Signals::every(5, 0);
            for number in 0..5 {
                let ticket = client.send(Command::api(&number.to_string()).unwrap()).unwrap();
                let reply = insist(&mut client, &interrupted, |client| client.wait(&ticket));
                assert_eq!(reply.text(), number.to_string());
            }
        }
        let job = client.bgapi("sleep").unwrap();
        let _signals = Signals::every(5, 0);
        let result = insist(&mut client, &interrupted, |client| client.wait_job(&job));
        assert_eq!(result.text(), "slept");
        let reason = insist(&mut client, &interrupted, Client::close);
        assert_eq!(reason, CloseReason::Requested);
        for number in 0..5 {
            assert_eq!(next(&mut client), format!("DTMF {number}"));
        }
        drop(client);
        play.end();
    });
}

/// A command that was interrupted keeps its place: its reply is not the next one's.
#[test]
fn a_reply_nobody_waits_for_any_more() {
    within(|| {
        let (interrupted, until_interrupted) = channel();
        let (mut client, play) = connected(move |mut switch| {
            switch.expect("api slow");
            until_interrupted.recv().unwrap();
            switch.answer("slow");
            switch.answer_api("next", "next");
        });
        let signals = Signals::every(5, 0);
        assert!(matches!(client.api("slow"), Err(Error::Interrupted)));
        drop(signals);
        interrupted.send(()).unwrap();
        assert_eq!(client.api("next").unwrap().text(), "next");
        play.end();
    });
}

/// A subscription that was interrupted is none, and can be asked for again.
#[test]
fn a_subscription() {
    within(|| {
        let (mut client, play) = connected_with(
            |_| {},
            |mut switch| {
                switch.expect("event plain DTMF");
                switch.expect("nixevent DTMF");
                switch.expect("event plain DTMF");
                for reply in ["enabled plain", "disabled", "enabled plain"] {
                    switch.reply(&format!("+OK event listener {reply}"));
                }
                switch.send(digits(0..1));
            },
        );
        let signals = Signals::every(5, 0);
        assert!(matches!(client.events("DTMF"), Err(Error::Interrupted)));
        drop(signals);
        client.events("DTMF").unwrap();
        assert_eq!(next(&mut client), "DTMF 0");
        play.end();
    });
}

/// Connecting is given up, and can be tried again.
#[test]
fn connecting() {
    within(|| {
        let port = Port::open();
        let config = port.config();
        let play = thread::spawn(move || {
            port.accept().silence();
            let mut switch: Peer = port.accept();
            switch.let_in();
        });
        let signals = Signals::every(5, 0);
        assert!(matches!(Client::connect(config.clone()), Err(Error::Interrupted)));
        drop(signals);
        Client::connect(config).unwrap();
        play.join().unwrap();
    });
}

/// A socket that was handed over would be lost: it is greeted all the same.
#[test]
fn adopting() {
    within(|| {
        let port = Port::open();
        let config = port.config();
        let near = std::net::TcpStream::connect(config.address()).unwrap();
        let play = thread::spawn(move || {
            let mut switch = port.accept();
            thread::sleep(millis(30));
            switch.accept_password();
        });
        let _signals = Signals::every(5, 0);
        Client::from_stream(near, config).unwrap();
        play.join().unwrap();
    });
}

/// A storm of signals over thousands of replies and events, in pieces.
#[test]
fn a_storm() {
    within(|| {
        const MANY: u32 = 2000;
        let (interrupted, until_interrupted) = channel();
        let (mut client, play) = connected(move |mut switch| {
            switch.subscribe("DTMF");
            for number in 0..MANY {
                switch.expect(&format!("api {number}"));
                let mut bytes = digits(number..number + 1);
                bytes.extend(trunkline::proto::listener::api_response(number.to_string().as_bytes()));
                switch.send_in_pieces(bytes, 50);
                if number == MANY / 2 {
                    // One of them will have met a wait, sooner or later.
                    until_interrupted.recv().unwrap();
                }
            }
        });
        client.events("DTMF").unwrap();
        let signals = Signals::every(1, 0);
        let tickets: Vec<_> =
            (0..MANY).map(|n| client.send(Command::api(&n.to_string()).unwrap()).unwrap()).collect();
        for (number, ticket) in tickets.iter().enumerate() {
            let reply = loop {
                match client.wait(ticket) {
                    // The switch may have played to its end.
                    Err(Error::Interrupted) => drop(interrupted.send(())),
                    reply => break reply.unwrap(),
                }
            };
            assert_eq!(reply.text(), number.to_string());
        }
        drop(signals);
        for number in 0..MANY {
            assert_eq!(next(&mut client), format!("DTMF {number}"));
        }
        play.end();
    });
}

/// An attempt to connect anew is given up, and can be made again; patience goes on where it was.
#[test]
fn connecting_again() {
    within(|| {
        let port = Port::open();
        let config = port.config();
        let (interrupted, until_interrupted) = channel();
        let play = thread::spawn(move || {
            port.let_in_as(CORE).subscribe("DTMF");
            port.accept().silence();
            let mut switch = port.let_in_as(CORE);
            switch.expect("event plain DTMF");
            // Once it has said who it is, no signal ends it.
            thread::sleep(millis(700));
            switch.reply("+OK event listener enabled plain");
            drop(switch);
            until_interrupted.recv().unwrap();
            port.let_in_as(CORE).subscribe("DTMF");
        });
        let mut client = Client::connect(config).unwrap();
        client.events("DTMF").unwrap();
        assert!(client.recv().unwrap_err().is_closed());
        let signals = Signals::every(5, 0);
        assert!(matches!(client.reconnect(), Err(Error::Interrupted)));
        drop(signals);
        assert!(matches!(client.state(), State::Lost(_)));
        let signals = Signals::every(300, 0);
        client.reconnect().unwrap();
        drop(signals);
        assert_eq!(next(&mut client), "gap");
        assert!(client.recv().unwrap_err().is_closed());
        // It waits longer than that before it tries.
        let signals = Signals::every(5, 0);
        assert!(matches!(client.reconnect_patiently(), Err(Error::Interrupted)));
        drop(signals);
        interrupted.send(()).unwrap();
        client.reconnect_patiently().unwrap();
        play.join().unwrap();
    });
}
