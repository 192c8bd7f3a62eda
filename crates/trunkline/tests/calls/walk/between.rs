//! Who stands between a switch and a program, and has a call hung up at one of the commands that the program sends.

use std::future::Future;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::net::TcpStream;
use trunkline::proto::listener::PacketDecoder;
use trunkline::proto::{ContentType, Frame, FrameDecoder};

/// When, of one command.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum When {
    /// The switch has not got it yet, and is done with all before it: it comes to a call that is down.
    Unsent,
    /// The switch has it, and the program has heard nothing of that yet.
    Unanswered,
    /// It was answered, and the call goes down before the switch comes to run it. (Of applications only.)
    Untaken,
    /// The application has begun, and the program has heard of its beginning, and no more. (Of another command: of its
    /// answer.)
    Begun,
}

impl When {
    pub(crate) const ALL: [Self; 4] = [Self::Unsent, Self::Unanswered, Self::Untaken, Self::Begun];
}

/// What the switch is told in the place of an application that it is not to run: it takes it, and nothing comes of it.
const NOTHING: &[u8] = b"\ncall-command: nothing\n\n";

/// How a run went.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Came {
    /// There was no such command.
    Short,
    /// There was, and nothing was to be done.
    By,
    /// There was, and the call was hung up.
    Struck,
}

/// What is waited for before the strike.
#[derive(Debug)]
enum Awaited {
    Nothing,
    /// The answers to so many commands.
    Answers(usize),
    /// The beginning of the application with this id.
    Execute(String),
}

struct Between {
    near: DuplexStream,
    far: TcpStream,
    packets: PacketDecoder,
    said: BytesMut,
    frames: FrameDecoder,
    told: BytesMut,
    /// Commands said, and answers heard.
    commands: usize,
    answers: usize,
    awaited: Awaited,
    /// What the switch, and what the program is not to hear before the strike.
    late: Option<Bytes>,
    held: Option<Vec<Frame>>,
}

/// A command, whole, and its first line; the id, if it is an application.
struct Said {
    bytes: Bytes,
    line: Vec<u8>,
    id: Option<String>,
}

enum Next {
    Command(Said),
    Message(Frame),
}

/// Passes on what a program and a switch say to one another until one of them ends it, and strikes at the `at`th command
/// behind the first one, which is for the connection itself. The program's end of it, and how it went.
pub(crate) fn between(
    far: TcpStream,
    at: usize,
    when: When,
    strike: impl Future<Output = ()>,
) -> (DuplexStream, impl Future<Output = Came>) {
    let (near, program) = duplex(64 * 1024);
    let between = Between {
        near,
        far,
        packets: PacketDecoder::new(),
        said: BytesMut::new(),
        frames: FrameDecoder::default(),
        told: BytesMut::new(),
        commands: 0,
        answers: 0,
        awaited: Awaited::Nothing,
        late: None,
        held: None,
    };
    (program, between.run(at + 1, when, strike))
}

impl Between {
    async fn run(mut self, at: usize, when: When, strike: impl Future<Output = ()>) -> Came {
        let mut strike = Some(strike);
        while let Some(next) = self.next().await {
            let now = match next {
                Next::Command(said) => self.say(said, (self.commands + 1 == at).then_some(when)).await,
                Next::Message(frame) => self.hear(frame).await,
            };
            if now && let Some(strike) = strike.take() {
                strike.await;
                self.release().await;
            }
        }
        // What was said last is heard, whoever has ended it.
        let _ = self.far.shutdown().await;
        let _ = tokio::io::copy(&mut self.far, &mut self.near).await;
        match strike {
            None => Came::Struck,
            Some(_) if self.commands >= at => Came::By,
            Some(_) => Came::Short,
        }
    }

    async fn next(&mut self) -> Option<Next> {
        loop {
            if let Some(frame) = self.frames.decode(&mut self.told).unwrap() {
                return Some(Next::Message(frame));
            }
            let mut bytes = self.said.clone();
            if let Some(packet) = self.packets.decode(&mut self.said).unwrap() {
                bytes.truncate(bytes.len() - self.said.len());
                let id = packet.header("Event-UUID").map(|id| String::from_utf8(id.into_owned()).unwrap());
                let line = packet.line().to_owned();
                return Some(Next::Command(Said { bytes: bytes.freeze(), line, id }));
            }
            let read = tokio::select! {
                read = self.near.read_buf(&mut self.said) => read,
                read = self.far.read_buf(&mut self.told) => read,
            };
            read.ok().filter(|read| *read > 0)?;
        }
    }

    /// Whether it is to be struck now, where this is the command to be struck at.
    async fn say(&mut self, said: Said, struck: Option<When>) -> bool {
        self.commands += 1;
        let answer = Awaited::Answers(self.commands);
        let Said { mut bytes, line, id } = said;
        match (struck, id) {
            (None, _) | (Some(When::Untaken), None) => {}
            (Some(When::Unsent), _) => {
                self.late = Some(bytes);
                return self.all_are_answered().await;
            }
            (Some(When::Unanswered), _) => (self.awaited, self.held) = (answer, Some(Vec::new())),
            (Some(When::Untaken), Some(_)) => {
                (self.awaited, bytes) = (answer, [&line, NOTHING].concat().into());
            }
            (Some(When::Begun), None) => self.awaited = answer,
            (Some(When::Begun), Some(id)) => {
                self.awaited = Awaited::Execute(format!("\nApplication-UUID: {id}\n"));
            }
        }
        self.pass(&bytes).await;
        false
    }

    /// Waits until those before the last one are. False if the switch has gone before.
    async fn all_are_answered(&mut self) -> bool {
        while self.answers < self.commands - 1 {
            match self.frames.decode(&mut self.told).unwrap() {
                Some(frame) => drop(self.hear(frame).await),
                None if matches!(self.far.read_buf(&mut self.told).await, Ok(1..)) => {}
                None => return false,
            }
        }
        true
    }

    /// Whether it is to be struck now.
    async fn hear(&mut self, frame: Frame) -> bool {
        let is_answer = matches!(frame.content_type(), ContentType::CommandReply | ContentType::ApiResponse);
        self.answers += usize::from(is_answer);
        let says = |text: &str| frame.bytes().windows(text.len()).any(|bytes| bytes == text.as_bytes());
        let come = match &self.awaited {
            Awaited::Nothing => false,
            Awaited::Answers(count) => self.answers >= *count,
            Awaited::Execute(id) => says("Event-Name: CHANNEL_EXECUTE\n") && says(id),
        };
        if come {
            self.awaited = Awaited::Nothing;
        }
        match &mut self.held {
            Some(held) => held.push(frame),
            None => self.tell(&frame).await,
        }
        come
    }

    async fn release(&mut self) {
        if let Some(bytes) = self.late.take() {
            self.pass(&bytes).await;
        }
        for frame in self.held.take().unwrap_or_default() {
            self.tell(&frame).await;
        }
    }

    async fn pass(&mut self, bytes: &[u8]) {
        // Either may have gone: then the other sees it.
        let _ = self.far.write_all(bytes).await;
    }

    async fn tell(&mut self, frame: &Frame) {
        let _ = self.near.write_all(frame.bytes()).await;
    }
}
