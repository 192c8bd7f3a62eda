//! A scripted switch on loopback, in a thread of its own. A test reads as the dialogue it is.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use bytes::BytesMut;
use trunkline::blocking::{Client, Received};
use trunkline::proto::listener::{
    GOODBYE, PacketDecoder, api_response, auth_request, command_reply, disconnect_notice, log_data,
};
use trunkline::{CloseReason, Config, Error, EventBuilder, EventFormat, EventName, LogLevel, Reconnect};

/// A run of a switch, and another one.
pub(crate) const CORE: &str = "11111111-2222-3333-4444-555555555555";
pub(crate) const OTHER: &str = "99999999-2222-3333-4444-555555555555";

/// Runs a test, and fails it rather than hang.
pub(crate) fn within(test: impl FnOnce() + Send + 'static) {
    let (done, ended) = mpsc::channel::<()>();
    let running = thread::spawn(move || {
        let _done = done;
        test();
    });
    let waited = ended.recv_timeout(Duration::from_secs(60));
    assert_eq!(waited, Err(mpsc::RecvTimeoutError::Disconnected), "the test hangs");
    if let Err(panic) = running.join() {
        std::panic::resume_unwind(panic);
    }
}

pub(crate) fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Where a switch listens that nobody has connected to yet.
pub(crate) struct Port {
    listener: TcpListener,
}

impl Port {
    pub(crate) fn open() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").unwrap() }
    }

    pub(crate) fn config(&self) -> Config {
        let mut config = Config::new("127.0.0.1", "ClueCon");
        config.port = self.listener.local_addr().unwrap().port();
        config
    }

    pub(crate) fn accept(&self) -> Peer {
        let (stream, _) = self.listener.accept().unwrap();
        stream.set_nodelay(true).unwrap();
        Peer::new(stream)
    }

    /// The next session, of a switch with this Core-UUID.
    pub(crate) fn let_in_as(&self, core: &str) -> Peer {
        let mut switch = self.accept();
        switch.let_in_as(core);
        switch
    }
}

/// A switch that plays its part.
pub(crate) struct Play<T = ()>(JoinHandle<T>);

impl<T> Play<T> {
    /// It has played to its end, and all it expected came.
    pub(crate) fn end(self) -> T {
        match self.0.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

/// Connects to a switch that plays this part from the beginning.
pub(crate) fn meet(
    change: impl FnOnce(&mut Config),
    part: impl FnOnce(Peer) + Send + 'static,
) -> (Result<Client, Error>, Play) {
    meet_all(change, |port| part(port.accept()))
}

/// The same of a switch that plays in every session.
pub(crate) fn meet_all(
    change: impl FnOnce(&mut Config),
    parts: impl FnOnce(&Port) + Send + 'static,
) -> (Result<Client, Error>, Play) {
    let port = Port::open();
    let mut config = port.config();
    change(&mut config);
    let play = Play(thread::spawn(move || parts(&port)));
    (Client::connect(config), play)
}

/// A client, and the switch that has let it in.
pub(crate) fn connected(part: impl FnOnce(Peer) + Send + 'static) -> (Client, Play) {
    connected_with(|_| {}, part)
}

pub(crate) fn connected_with(
    change: impl FnOnce(&mut Config),
    part: impl FnOnce(Peer) + Send + 'static,
) -> (Client, Play) {
    let (client, play) = meet(change, |mut switch| {
        switch.let_in();
        part(switch);
    });
    (client.unwrap(), play)
}

/// A client, and a switch that plays one part after the other, each in a session of its own.
pub(crate) fn sessions(parts: impl FnOnce(&Port) + Send + 'static) -> (Client, Play) {
    sessions_with(|_| {}, parts)
}

pub(crate) fn sessions_with(
    change: impl FnOnce(&mut Config),
    parts: impl FnOnce(&Port) + Send + 'static,
) -> (Client, Play) {
    let (client, play) = meet_all(change, parts);
    (client.unwrap(), play)
}

/// Has patience wait but a moment, and leaves nothing to chance.
pub(crate) fn soon(config: &mut Config) {
    let mut reconnect = Reconnect::default();
    reconnect.first = millis(5);
    reconnect.jitter = 0.0;
    config.reconnect = Some(reconnect);
}

/// Waits until it is known that the connection is lost.
pub(crate) fn lose(client: &mut Client) -> CloseReason {
    match client.recv() {
        Err(Error::Closed(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

/// The switch's end of one connection.
pub(crate) struct Peer {
    pub(crate) stream: TcpStream,
    input: BytesMut,
    packets: PacketDecoder,
    pub(crate) format: EventFormat,
}

impl Peer {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream, input: BytesMut::new(), packets: PacketDecoder::new(), format: EventFormat::Plain }
    }

    /// Greets, accepts the password, and says who it is.
    pub(crate) fn let_in(&mut self) {
        self.let_in_as(CORE);
    }

    /// As a switch with this Core-UUID.
    pub(crate) fn let_in_as(&mut self, core: &str) {
        self.accept_password();
        self.answer_api("global_getvar core_uuid", core);
    }

    /// Greets, and accepts the password. One that came over a socket it was given does not ask more.
    pub(crate) fn accept_password(&mut self) {
        self.send(auth_request());
        self.expect("auth ClueCon");
        self.reply("+OK accepted");
    }

    /// Greets, and does not accept the password.
    pub(crate) fn refuse_password(&mut self) {
        self.send(auth_request());
        self.expect("auth ClueCon");
        self.reply("-ERR invalid");
    }

    // ---- what is heard

    /// The next command: its line and headers, with commas between; `None` at the end of the connection.
    pub(crate) fn hear(&mut self) -> Option<String> {
        loop {
            if let Some(packet) = self.packets.decode(&mut self.input).unwrap() {
                return Some(String::from_utf8_lossy(packet.text()).trim_end().replace('\n', ", "));
            }
            let mut bytes = [0; 4096];
            match self.stream.read(&mut bytes) {
                Ok(0) | Err(_) => return None,
                Ok(read) => self.input.extend_from_slice(&bytes[..read]),
            }
        }
    }

    pub(crate) fn expect(&mut self, command: &str) {
        assert_eq!(self.hear().expect("a command, not the end of the connection"), command);
    }

    /// A `bgapi` of this command; its Job-UUID.
    pub(crate) fn expect_job(&mut self, command: &str) -> String {
        let heard = self.hear().expect("a job");
        let (line, id) = heard.split_once(", Job-UUID: ").expect("a Job-UUID");
        assert_eq!(line, format!("bgapi {command}"));
        id.to_owned()
    }

    /// Nothing more comes, and the client closes.
    pub(crate) fn expect_end(&mut self) {
        assert_eq!(self.hear(), None);
    }

    /// An `event` command, which is accepted.
    pub(crate) fn subscribe(&mut self, events: &str) {
        self.expect(&format!("event plain {events}"));
        self.reply("+OK event listener enabled plain");
    }

    // ---- what is said

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).unwrap();
    }

    /// The same in pieces of this size. A client that has heard enough may leave before the end.
    pub(crate) fn send_in_pieces(&mut self, bytes: impl AsRef<[u8]>, size: usize) {
        for piece in bytes.as_ref().chunks(size) {
            if self.stream.write_all(piece).is_err() {
                return;
            }
            thread::yield_now();
        }
    }

    /// A `command/reply`.
    pub(crate) fn reply(&mut self, text: &str) {
        self.send(command_reply(text.as_bytes()));
    }

    /// An `api/response`.
    pub(crate) fn answer(&mut self, body: &str) {
        self.send(api_response(body.as_bytes()));
    }

    /// Hears `api` with these words, and answers.
    pub(crate) fn answer_api(&mut self, words: &str, body: &str) {
        self.expect(&format!("api {words}"));
        self.answer(body);
    }

    /// Takes a `bgapi`.
    pub(crate) fn take_job(&mut self, id: &str) {
        self.reply(&format!("~Reply-Text: +OK Job-UUID: {id}\nJob-UUID: {id}\n\n"));
    }

    pub(crate) fn end_job(&mut self, id: &str, output: &str) {
        self.send(event("BACKGROUND_JOB", &[("Job-UUID", id)]).body(output).message(self.format));
    }

    pub(crate) fn event(&mut self, name: &str, headers: &[(&str, &str)]) {
        self.send(event(name, headers).message(self.format));
    }

    pub(crate) fn log(&mut self, level: LogLevel, text: &str) {
        self.send(log_line(level, text));
    }

    pub(crate) fn goodbye(&mut self) {
        self.send(disconnect_notice(GOODBYE));
    }

    /// Answers `exit` as the switch does.
    pub(crate) fn leave(&mut self) {
        self.expect("exit");
        self.reply("+OK bye");
        self.goodbye();
    }

    /// Stays, and says nothing, until the client leaves.
    pub(crate) fn silence(mut self) {
        while self.hear().is_some() {}
    }

    /// Says no more, but listens.
    pub(crate) fn fin(&mut self) {
        self.stream.shutdown(Shutdown::Write).unwrap();
    }
}

pub(crate) fn event(name: &str, headers: &[(&str, &str)]) -> EventBuilder {
    let start = EventBuilder::named(&EventName::from(name));
    headers.iter().fold(start, |event, (name, value)| event.header(*name, *value))
}

pub(crate) fn log_line(level: LogLevel, text: &str) -> Vec<u8> {
    log_data(level.number(), 0, "test.c", "test", 1, "", text)
}

/// Numbered DTMF events.
pub(crate) fn digits(numbers: std::ops::Range<u32>) -> Vec<u8> {
    let digit = |number: u32| event("DTMF", &[("Number", &number.to_string())]).message(EventFormat::Plain);
    numbers.flat_map(digit).collect()
}

/// An item in a few words.
pub(crate) fn words(received: &Received) -> String {
    match received {
        Received::Event(event) => {
            let name = event.name().map_or("(none)", EventName::as_str).to_owned();
            event.get("Number").map_or(name.clone(), |number| format!("{name} {number}"))
        }
        Received::Log(line) => format!("{}: {}", line.level(), line.text()),
        Received::Job { job, result: Ok(result) } => format!("job {job}: {}", result.text()),
        Received::Job { job, result: Err(lost) } => format!("job {job} lost: {lost:?}"),
        Received::Notice(notice) => format!("notice: {}", notice.text().lines().next().unwrap_or_default()),
        Received::Missed(missed) => format!("missed {}", missed.count()),
        Received::Gap(_) => "gap".to_owned(),
        other => format!("{other:?}"),
    }
}

/// The next item in a few words.
pub(crate) fn next(client: &mut Client) -> String {
    match client.recv() {
        Ok(received) => words(&received),
        Err(error) => format!("error: {error}"),
    }
}
