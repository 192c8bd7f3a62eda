//! A scripted switch on loopback. A test reads as the dialogue it is: what the switch expects to hear, and what it
//! says, in which pieces, and how it leaves.

use std::future::Future;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use trunkline::proto::listener::{
    PacketDecoder, api_response, auth_request, command_reply, disconnect_notice, log_data,
};
use trunkline::{Client, Config, EventBuilder, EventFormat, EventName, Events, Item, LogLevel};

pub(crate) const GOODBYE: &str = "Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n";

/// Runs a test, and fails it rather than hang.
pub(crate) async fn within<T>(test: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), test).await.expect("the test hangs")
}

pub(crate) const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Where a switch listens that nobody has connected to yet.
pub(crate) struct Port {
    listener: TcpListener,
}

impl Port {
    pub(crate) async fn open() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }

    pub(crate) fn config(&self) -> Config {
        let mut config = Config::new("127.0.0.1", "ClueCon");
        config.port = self.listener.local_addr().unwrap().port();
        config
    }

    pub(crate) async fn accept(&self) -> Peer<TcpStream> {
        let (stream, _) = self.listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        Peer::new(stream)
    }
}

/// A client and its switch, introduced.
pub(crate) async fn connected() -> (Client, Peer<TcpStream>) {
    connected_with(|_| {}).await
}

pub(crate) async fn connected_with(change: impl FnOnce(&mut Config)) -> (Client, Peer<TcpStream>) {
    let port = Port::open().await;
    let mut config = port.config();
    change(&mut config);
    let (client, switch) = tokio::join!(Client::connect(config), async {
        let mut switch = port.accept().await;
        switch.let_in().await;
        switch
    });
    (client.unwrap(), switch)
}

/// The switch's end of one connection.
pub(crate) struct Peer<S> {
    stream: S,
    input: BytesMut,
    packets: PacketDecoder,
    pub(crate) format: EventFormat,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, input: BytesMut::new(), packets: PacketDecoder::new(), format: EventFormat::Plain }
    }

    /// Greets, and accepts the password.
    pub(crate) async fn let_in(&mut self) {
        self.send(auth_request()).await;
        self.expect("auth ClueCon").await;
        self.reply("+OK accepted").await;
    }

    // ---- what is heard

    /// The next command: its line and headers, with commas between.
    pub(crate) async fn hear(&mut self) -> String {
        self.hear_or_end().await.expect("a command, not the end of the connection")
    }

    /// The same; `None` at the end of the connection.
    pub(crate) async fn hear_or_end(&mut self) -> Option<String> {
        loop {
            if let Some(packet) = self.packets.decode(&mut self.input).unwrap() {
                let text = String::from_utf8_lossy(packet.text()).trim_end().replace('\n', ", ");
                return Some(text);
            }
            match self.stream.read_buf(&mut self.input).await {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    pub(crate) async fn expect(&mut self, command: &str) {
        assert_eq!(self.hear().await, command);
    }

    /// A `bgapi` of this command; its Job-UUID.
    pub(crate) async fn expect_job(&mut self, command: &str) -> String {
        let heard = self.hear().await;
        let (line, id) = heard.split_once(", Job-UUID: ").expect("a Job-UUID");
        assert_eq!(line, format!("bgapi {command}"));
        id.to_owned()
    }

    /// Nothing more comes, and the client closes.
    pub(crate) async fn expect_end(&mut self) {
        assert_eq!(self.hear_or_end().await, None);
    }

    // ---- what is said

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    /// The same in pieces of this size, each a segment of its own if the network so pleases. A client that has heard
    /// enough may leave before the end.
    pub(crate) async fn send_in_pieces(&mut self, bytes: impl AsRef<[u8]>, size: usize) {
        for piece in bytes.as_ref().chunks(size) {
            if self.stream.write_all(piece).await.is_err() {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    /// A `command/reply`.
    pub(crate) async fn reply(&mut self, text: &str) {
        self.send(command_reply(text.as_bytes())).await;
    }

    /// An `api/response`.
    pub(crate) async fn answer(&mut self, body: &str) {
        self.send(api_response(body.as_bytes())).await;
    }

    /// Takes a `bgapi`.
    pub(crate) async fn take_job(&mut self, id: &str) {
        self.send(command_reply(format!("~Reply-Text: +OK Job-UUID: {id}\nJob-UUID: {id}\n\n").as_bytes()))
            .await;
    }

    pub(crate) async fn end_job(&mut self, id: &str, output: &str) {
        self.send(job_end(id, output).message(self.format)).await;
    }

    pub(crate) async fn event(&mut self, name: &str, headers: &[(&str, &str)]) {
        self.send(event(name, headers).message(self.format)).await;
    }

    pub(crate) async fn log(&mut self, level: LogLevel, text: &str) {
        self.send(log_line(level, text)).await;
    }

    pub(crate) async fn goodbye(&mut self) {
        self.send(disconnect_notice(GOODBYE)).await;
    }

    /// Answers `exit` as the switch does.
    pub(crate) async fn leave(&mut self) {
        self.expect("exit").await;
        self.reply("+OK bye").await;
        self.goodbye().await;
    }

    // ---- how it ends

    /// Stays, and says nothing, until the client leaves.
    pub(crate) async fn silence(mut self) {
        let mut heard = Vec::new();
        let _ = self.stream.read_to_end(&mut heard).await;
    }
}

impl Peer<TcpStream> {
    /// Cuts the connection so that the client sees a reset.
    pub(crate) fn reset(self) {
        socket2::SockRef::from(&self.stream).set_linger(Some(Duration::ZERO)).unwrap();
    }
}

pub(crate) fn event(name: &str, headers: &[(&str, &str)]) -> EventBuilder {
    let start = EventBuilder::named(&EventName::from(name));
    headers.iter().fold(start, |event, (name, value)| event.header(*name, *value))
}

pub(crate) fn job_end(id: &str, output: &str) -> EventBuilder {
    event("BACKGROUND_JOB", &[("Job-UUID", id)]).body(output)
}

pub(crate) fn log_line(level: LogLevel, text: &str) -> Vec<u8> {
    log_data(level.number(), 0, "test.c", "test", 1, "", text)
}

/// The next item in a few words.
pub(crate) async fn next(events: &mut Events) -> String {
    in_words(events.next().await)
}

pub(crate) fn in_words(item: Option<Item>) -> String {
    match item {
        Some(Item::Event(event)) => {
            let name = event.name().map_or("(none)", EventName::as_str).to_owned();
            match event.get("Number") {
                Some(number) => format!("{name} {number}"),
                None => name,
            }
        }
        Some(Item::Missed(missed)) => format!("missed {}", missed.count()),
        Some(Item::Closed(reason)) => format!("closed: {reason}"),
        Some(other) => format!("{other:?}"),
        None => "end".to_owned(),
    }
}

/// The same of one that is in the queue already.
pub(crate) async fn queued(events: &mut Events) -> String {
    tokio::select! {
        biased;
        item = next(events) => item,
        () = std::future::ready(()) => "nothing yet".to_owned(),
    }
}
