//! Descriptors: adopted ones, forked ones, and poll loops of one's own.
#![expect(unsafe_code, reason = "forks, and descriptors by their number")]

use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, IntoRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use trunkline::blocking::Client;
use trunkline::proto::listener::disconnect_notice;
use trunkline::{CloseReason, Command, Config, Error, Executed};

use crate::support::{CORE, Peer, Port, connected, digits, millis, next, within, words};

fn config() -> Config {
    Config::new("nowhere", "ClueCon")
}

/// A switch at the other end of this socket, which lets one in, answers once, and hears the end.
fn switch_at(far: impl Into<TcpStream>) -> thread::JoinHandle<()> {
    let mut switch = Peer::new(far.into());
    thread::spawn(move || {
        switch.accept_password();
        switch.answer_api("status", "UP");
        switch.expect_end();
    })
}

#[test]
fn a_tcp_stream_is_adopted() {
    within(|| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let near = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let number = near.as_raw_fd();
        let switch = switch_at(listener.accept().unwrap().0);
        let mut client = Client::from_stream(near, config()).unwrap();
        assert_eq!(client.as_raw_fd(), number);
        assert_eq!(client.api("status").unwrap().text(), "UP");
        drop(client);
        switch.join().unwrap();
    });
}

/// Such as one that was inherited: it is known by its number, and need not be of TCP.
#[test]
fn a_raw_descriptor_is_adopted() {
    within(|| {
        let (near, far) = UnixStream::pair().unwrap();
        let switch = switch_at(OwnedFd::from(far));
        let number = near.into_raw_fd();
        // SAFETY: it is open, and nobody else's.
        let descriptor = unsafe { OwnedFd::from_raw_fd(number) };
        let mut client = Client::from_stream(descriptor, config()).unwrap();
        assert_eq!(client.as_raw_fd(), number);
        assert_eq!(client.as_fd().as_raw_fd(), number);
        assert_eq!(client.api("status").unwrap().text(), "UP");
        drop(client);
        switch.join().unwrap();
    });
}

#[test]
fn no_socket_at_all() {
    let file = std::fs::File::open("/dev/null").unwrap();
    let error = Client::from_stream(OwnedFd::from(file), config()).unwrap_err();
    assert!(matches!(error, Error::Closed(CloseReason::Io(_) | CloseReason::Eof)), "{error:?}");
}

#[test]
fn handed_to_another_thread() {
    within(|| {
        let (near, far) = UnixStream::pair().unwrap();
        let switch = switch_at(OwnedFd::from(far));
        let mut client = Client::from_stream(OwnedFd::from(near), config()).unwrap();
        thread::spawn(move || assert_eq!(client.api("status").unwrap().text(), "UP")).join().unwrap();
        switch.join().unwrap();
    });
}

/// A child that drops its copy of the client says nothing, and leaves the parent's connection alone.
#[test]
fn a_child_drops_its_copy() {
    within(|| {
        let (mut client, play) = connected(|mut switch| {
            switch.answer_api("before", "before");
            switch.answer_api("after", "after");
            switch.leave();
            switch.expect_end();
        });
        assert_eq!(client.api("before").unwrap().text(), "before");
        // SAFETY: the child frees memory, closes a descriptor and leaves; glibc and macOS keep the allocator whole across
        // a fork. It touches no lock that another thread of this process might hold.
        match unsafe { libc::fork() } {
            0 => {
                drop(client);
                // SAFETY: it does not return, and runs nothing of the parent's.
                unsafe { libc::_exit(0) };
            }
            child => {
                assert_eq!(wait_for(child), 0);
                assert_eq!(client.api("after").unwrap().text(), "after");
                assert_eq!(client.close().unwrap(), CloseReason::Requested);
                drop(client);
                play.end();
            }
        }
    });
}

/// A parent that drops the client ends the connection, though a child still holds a copy of the descriptor: the switch
/// must not be left to write to one that will never read.
#[test]
fn a_child_holds_its_copy() {
    within(|| {
        let (ended, end) = mpsc::channel();
        let (client, play) = connected(move |mut switch| {
            switch.expect_end();
            ended.send(()).unwrap();
        });
        // SAFETY: the child waits to be killed, and does nothing else.
        match unsafe { libc::fork() } {
            0 => loop {
                // SAFETY: has no preconditions.
                unsafe { libc::pause() };
            },
            child => {
                drop(client);
                let heard = end.recv_timeout(millis(10_000));
                // SAFETY: it is a child of ours that was not waited for yet.
                assert_eq!(unsafe { libc::kill(child, libc::SIGKILL) }, 0);
                wait_for(child);
                heard.unwrap();
                play.end();
            }
        }
    });
}

/// A process that forks to become a daemon goes on in the child.
#[test]
fn a_child_goes_on() {
    within(|| {
        let (mut client, play) = connected(|mut switch| {
            switch.answer_api("from the child", "heard");
            switch.expect_end();
        });
        // SAFETY: as above; what the child does besides is to write, read and poll one socket, and to allocate.
        match unsafe { libc::fork() } {
            0 => {
                let heard = client.api("from the child").is_ok_and(|answer| answer.text() == "heard");
                drop(client);
                // SAFETY: as above.
                unsafe { libc::_exit(i32::from(!heard)) };
            }
            child => {
                // The parent of a daemon leaves without a word.
                assert_eq!(wait_for(child), 0);
                drop(client);
                play.end();
            }
        }
    });
}

/// A child that connects anew has a connection of its own: of the parent's it reads nothing, writes nothing that waits to
/// be written, and says no `exit`.
#[test]
fn a_child_connects_anew() {
    within(|| {
        const LENGTH: usize = 8 * 1024 * 1024;
        let port = Port::open();
        let config = port.config();
        let (go_on, until_told) = mpsc::channel();
        let play = thread::spawn(move || {
            let mut parents = port.let_in_as(CORE);
            parents.subscribe("DTMF");
            parents.send(digits(0..3));
            let mut childs = port.let_in_as(CORE);
            childs.subscribe("DTMF");
            childs.answer_api("from the child", "heard");
            childs.leave();
            childs.expect_end();
            until_told.recv().unwrap();
            parents.expect(&format!("sendevent NOTIFY, Content-Length: {LENGTH}"));
            parents.reply("+OK taken");
            parents.answer_api("after", "after");
            parents.leave();
            parents.expect_end();
        });
        let mut client = Client::connect(config).unwrap();
        client.events("DTMF").unwrap();
        let long =
            client.send(Command::raw_with_body("sendevent NOTIFY", &vec![b'x'; LENGTH]).unwrap()).unwrap();
        assert!(client.wants_write());
        thread::sleep(millis(20));
        // SAFETY: as above; what the child does besides is to connect, write, read and poll one socket, and to allocate.
        match unsafe { libc::fork() } {
            0 => {
                let heard = client.reconnect().is_ok()
                    && client.api("from the child").is_ok_and(|answer| answer.text() == "heard")
                    && client.close().is_ok_and(|reason| reason == CloseReason::Requested);
                drop(client);
                // SAFETY: as above.
                unsafe { libc::_exit(i32::from(!heard)) };
            }
            child => {
                assert_eq!(wait_for(child), 0);
                go_on.send(()).unwrap();
                assert_eq!(client.wait(&long).unwrap().text(), "+OK taken");
                assert_eq!(client.api("after").unwrap().text(), "after");
                for number in 0..3 {
                    assert_eq!(next(&mut client), format!("DTMF {number}"));
                }
                assert_eq!(client.close().unwrap(), CloseReason::Requested);
                drop(client);
                play.join().unwrap();
            }
        }
    });
}

/// The status a child has left with.
fn wait_for(child: libc::pid_t) -> i32 {
    let mut status = 0;
    // SAFETY: `status` is there to be written to.
    while unsafe { libc::waitpid(child, &raw mut status, 0) } == -1 {}
    status
}

/// A switch that reads no more may still say why.
#[test]
fn last_words() {
    within(|| {
        for words in [None, Some("The system is being shut down.\n")] {
            let (near, far) = UnixStream::pair().unwrap();
            let mut switch = Peer::new(OwnedFd::from(far).into());
            let (heard, hear) = mpsc::channel::<()>();
            let play = thread::spawn(move || {
                switch.accept_password();
                switch.stream.shutdown(Shutdown::Read).unwrap();
                switch.answer("nobody asked");
                hear.recv().unwrap();
                if let Some(words) = words {
                    thread::sleep(millis(50));
                    switch.send(disconnect_notice(words));
                }
                // Until the client has seen all of it.
                let _ = hear.recv();
            });
            let mut client = Client::from_stream(OwnedFd::from(near), config()).unwrap();
            assert!(next(&mut client).contains("nobody asked"));
            heard.send(()).unwrap();
            let started = Instant::now();
            let executed = match client.api("status") {
                Err(Error::Disconnected { executed, .. }) => executed,
                other => panic!("{other:?}"),
            };
            assert_eq!(executed, Executed::No);
            match (words, client.close_reason()) {
                (Some(words), Some(CloseReason::Notice { text })) => assert_eq!(text, words.trim()),
                (None, Some(CloseReason::Io(_))) => assert!(started.elapsed() >= millis(1000)),
                other => panic!("{other:?}"),
            }
            drop((client, heard));
            play.join().unwrap();
        }
    });
}

/// What is waited for costs no processor time: nothing comes, half of something came, nothing can be written, nothing
/// more will be read.
#[test]
fn waiting_is_idle() {
    within(|| {
        let parts: [fn(&mut Peer); 3] = [
            |_| {},
            |switch| switch.send("Content-Type: api/resp"),
            |switch| switch.stream.shutdown(Shutdown::Read).unwrap(),
        ];
        for (number, part) in parts.into_iter().enumerate() {
            let (near, far) = UnixStream::pair().unwrap();
            let mut switch = Peer::new(OwnedFd::from(far).into());
            let (ended, end) = mpsc::channel::<()>();
            let play = thread::spawn(move || {
                switch.accept_password();
                part(&mut switch);
                let _ = end.recv();
            });
            let mut client = Client::from_stream(OwnedFd::from(near), config()).unwrap();
            let _long = client.send(Command::raw_with_body("x", &vec![b'x'; 4_000_000]).unwrap()).unwrap();
            let before = processor_time();
            assert!(client.recv_timeout(millis(300)).unwrap().is_none());
            let spent = processor_time() - before;
            assert!(spent < millis(100), "{number}: {spent:?}");
            drop((client, ended));
            play.join().unwrap();
        }
    });
}

/// Of this thread.
fn processor_time() -> Duration {
    // SAFETY: an all-zero `timespec` is one, and is there to be written to.
    let spent = unsafe {
        let mut spent: libc::timespec = std::mem::zeroed();
        assert_eq!(libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut spent), 0);
        spent
    };
    Duration::new(spent.tv_sec.try_into().unwrap(), spent.tv_nsec.try_into().unwrap())
}

/// A loop of one's own misses nothing, and never spins.
#[test]
fn a_poll_loop() {
    within(|| {
        const MANY: u32 = 500;
        let (mut client, play) = connected(|mut switch| {
            switch.subscribe("DTMF");
            switch.expect("api status");
            for number in 0..MANY {
                switch.send(digits(number..number + 1));
                if number % 100 == 0 {
                    thread::sleep(millis(20));
                }
            }
            switch.answer("UP");
            switch.silence();
        });
        client.events("DTMF").unwrap();
        let ticket = client.send(Command::api("status").unwrap()).unwrap();
        let (mut seen, mut rounds) = (0, 0);
        while seen < MANY || !ticket.is_answered() {
            rounds += 1;
            if !client.has_pending() {
                wait_for_either(&client);
            }
            while let Some(received) = client.try_recv().unwrap() {
                assert_eq!(words(&received), format!("DTMF {seen}"));
                seen += 1;
            }
        }
        assert!(rounds <= 2 * MANY + 10, "{rounds} rounds");
        assert_eq!(client.wait(&ticket).unwrap().text(), "UP");
        drop(client);
        play.end();
    });
}

fn wait_for_either(client: &Client) {
    let room = if client.wants_write() { PollFlags::OUT } else { PollFlags::empty() };
    let left = client.deadline().map(|deadline| deadline.saturating_duration_since(Instant::now()));
    let left = left.map(|left| Timespec::try_from(left).unwrap());
    poll(&mut [PollFd::new(client, PollFlags::IN | room)], left.as_ref()).unwrap();
}

/// In such a loop a command is out of time as well.
#[test]
fn a_deadline_in_a_poll_loop() {
    within(|| {
        let (mut client, play) = connected(Peer::silence);
        client.set_command_timeout(millis(50));
        let ticket = client.send(Command::api("status").unwrap()).unwrap();
        let mut rounds = 0;
        while !ticket.is_answered() {
            rounds += 1;
            wait_for_either(&client);
            assert!(client.try_recv().unwrap().is_none());
        }
        assert!(rounds <= 3, "{rounds} rounds");
        assert!(client.wait(&ticket).unwrap_err().is_timeout());
        drop(client);
        play.end();
    });
}
