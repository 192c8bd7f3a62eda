//! Connections the switch makes to us.

use std::time::{Duration, Instant};

use bytes::BytesMut;
use trunkline_proto::listener::{PacketDecoder, disconnect_notice};
use trunkline_proto::{
    ApiMisuse, ChannelData, CloseReason, Command, Connection, Control, EventName, Message, Output, Reply,
    SocketMode, SwitchMisbehaved,
};

use super::world::{SECOND, config};
use crate::recordings;

/// A connection, and what comes out of it.
struct Call {
    connection: Connection,
    now: Instant,
    input: BytesMut,
    outputs: Vec<Output>,
}

impl Call {
    fn new() -> Self {
        let now = Instant::now();
        let connection = Connection::outbound(config(), now);
        Self { connection, now, input: BytesMut::new(), outputs: Vec::new() }
    }

    fn switch(&mut self, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
        self.connection.handle_input(&mut self.input, self.now);
        self.collect();
    }

    fn collect(&mut self) {
        loop {
            match self.connection.poll_output() {
                Output::Idle { .. } => return,
                output => self.outputs.push(output),
            }
        }
    }

    fn said(&mut self) -> String {
        let said = String::from_utf8_lossy(self.connection.transmit()).into_owned();
        self.connection.transmitted(said.len(), self.now);
        said
    }

    fn call(&self) -> Option<&ChannelData> {
        self.outputs.iter().find_map(|output| match output {
            Output::Call(call) => Some(&**call),
            _ => None,
        })
    }

    fn closed(&self) -> Option<&CloseReason> {
        self.connection.closed()
    }

    fn send(&mut self, text: &str) {
        self.connection.send(Command::raw(text).unwrap(), None, self.now);
    }
}

/// What the switch answers to `connect`, as recorded.
fn presented(recording: &str) -> Vec<u8> {
    let received = &recordings::connection(recording, 1).received;
    let end = received.windows(2).position(|pair| pair == b"\n\n").unwrap() + 2;
    received[..end].to_vec()
}

#[test]
fn the_call_is_presented_however_it_comes() {
    let answer = presented("out-async-full");
    for size in [1, 2, 7, 64, 1000, answer.len()] {
        let mut call = Call::new();
        assert_eq!(call.said(), "connect\n\n");
        for piece in answer.chunks(size) {
            assert!(call.call().is_none());
            call.switch(piece);
        }
        let data = call.call().unwrap();
        assert_eq!((data.mode(), data.control()), (SocketMode::Async, Control::Full));
        assert_eq!(data.headers().get("Unique-ID").as_deref(), data.uuid().as_ref().map(|id| id.as_str()));
        assert!(data.headers().get("Channel-Name").is_some());
        assert_eq!(data.variable("direction"), data.headers().get("variable_direction"));
        assert!(data.variable("direction").is_some());
        assert!(call.connection.is_ready());
    }
}

#[test]
fn each_mode_is_told() {
    for (recording, mode, control) in [
        ("out-async-full", SocketMode::Async, Control::Full),
        ("out-async", SocketMode::Async, Control::SingleChannel),
        ("out-sync-full", SocketMode::Static, Control::Full),
        ("out-sync", SocketMode::Static, Control::SingleChannel),
    ] {
        let mut call = Call::new();
        call.switch(&presented(recording));
        let data = call.call().unwrap();
        assert_eq!((data.mode(), data.control()), (mode, control), "{recording}");
    }
}

#[test]
fn commands_wait_for_the_call() {
    let mut call = Call::new();
    call.send("myevents");
    assert_eq!(call.said(), "connect\n\n");
    call.switch(&presented("out-async-full"));
    assert_eq!(call.said(), "myevents\n\n");
}

/// Without `async` the call would never go on.
#[test]
fn a_call_is_resumed_with_async_only() {
    for (recording, may) in
        [("out-async-full", true), ("out-async", true), ("out-sync-full", false), ("out-sync", false)]
    {
        let mut call = Call::new();
        call.switch(&presented(recording));
        let checked = call.connection.check(&Command::resume());
        assert_eq!(checked.is_ok(), may, "{recording}: {checked:?}");
        assert!(may || matches!(checked, Err(ApiMisuse::NotAsync { .. })), "{recording}: {checked:?}");
    }
}

#[test]
fn without_full_the_call_alone_can_be_told() {
    let mut call = Call::new();
    call.switch(&presented("out-sync"));
    for text in
        ["api status", "bgapi status", "event plain ALL", "nixevent DTMF", "sendevent X", "log 7", "linger"]
    {
        let refused = call.connection.check(&Command::raw(text).unwrap()).unwrap_err();
        assert!(matches!(refused, ApiMisuse::NotFull { .. }), "{text}: {refused}");
        assert!(refused.to_string().contains("async full"), "{refused}");
    }
    for text in ["connect", "myevents", "filter Unique-ID x", "divert_events on", "exit", "sendmsg"] {
        call.connection.check(&Command::raw(text).unwrap()).unwrap();
    }
    assert!(call.connection.subscribe(EventName::Dtmf.into(), call.now).is_err());
    assert!(call.connection.start_job("status", "job".into(), None, call.now).is_err());

    let mut call = Call::new();
    call.switch(&presented("out-sync-full"));
    call.connection.check(&Command::raw("api status").unwrap()).unwrap();
}

#[test]
fn who_is_no_switch_is_told_apart() {
    for (bytes, whole) in [
        (&b"GET / HTTP/1.1\r\nHost: example\r\n\r\n"[..], true),
        (b"\x16\x03\x01\x02\0\x01", true),
        (b"Content-Type: auth/request\n\n", true),
        (b"Content-Type: command/reply\nReply-Text: +OK\n\n", true),
        (b"OPTIONS sip:x SIP/2.0\r\n", false),
    ] {
        let mut call = Call::new();
        call.switch(bytes);
        if whole {
            let reason = call.closed().unwrap();
            let is_stranger = matches!(reason, CloseReason::Misbehaved(SwitchMisbehaved::NotASwitch { .. }));
            assert!(is_stranger, "{}: {reason}", bytes.escape_ascii());
        }
        assert!(call.call().is_none());
    }
}

#[test]
fn whoever_says_nothing_is_left_in_time() {
    let mut call = Call::new();
    call.connection.handle_timeout(call.now + 4 * SECOND);
    assert_eq!(call.closed(), None);
    call.connection.handle_timeout(call.now + 5 * SECOND);
    assert_eq!(call.closed(), Some(&CloseReason::NoCall { after: Duration::from_secs(5) }));
}

#[test]
fn a_call_that_was_gone_before_is_no_error_of_ours() {
    let mut call = Call::new();
    call.send("myevents");
    call.switch(&disconnect_notice("Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n"));
    assert!(matches!(call.closed(), Some(CloseReason::Notice { .. })));
    let told = call.outputs.iter().filter(|output| matches!(output, Output::Reply { reply: Err(_), .. }));
    assert_eq!(told.count(), 1);

    let mut call = Call::new();
    call.connection.handle_eof(0, call.now);
    assert_eq!(call.closed(), Some(&CloseReason::Eof));
}

/// Every recorded conversation that begins with `connect`: the call is presented, and each further command has the reply
/// that was its own.
#[test]
fn recorded_conversations() {
    let mut seen = 0;
    for (name, recorded) in recordings::connections().filter(|(_, connection)| connection.outbound) {
        let mut sent = BytesMut::from(&recorded.sent[..]);
        let mut packets = PacketDecoder::of_any_length();
        let mut said = Vec::new();
        while let Some(packet) = packets.decode(&mut sent).unwrap() {
            said.push(packet);
        }
        let connects = said.first().is_some_and(|first| first.text().trim_ascii() == b"connect");
        let presented = recorded.received.starts_with(b"Event-Name: CHANNEL_DATA");
        // What breaks the framing of replies has tests of its own.
        if !connects || !presented || name.contains("getvar") {
            continue;
        }
        let commands = said[1..].iter().filter_map(|packet| {
            let text = String::from_utf8_lossy(packet.text()).into_owned();
            match packet.body() {
                Some(body) => {
                    let is_length = |line: &&str| !line.to_ascii_lowercase().starts_with("content-length:");
                    let text: Vec<&str> = text.lines().filter(is_length).collect();
                    Command::raw_with_body(&text.join("\n"), body).ok()
                }
                None => Command::raw(&text).ok(),
            }
        });
        let mut call = Call::new();
        for command in commands {
            // `exit` is not the end of what the switch has to say here.
            let command =
                if command.wire().starts_with(b"exit") { Command::raw("noop").unwrap() } else { command };
            call.connection.send(command, None, call.now);
        }
        call.said();
        let replies =
            recordings::messages(&recorded.received).into_iter().filter_map(|message| match message {
                Message::CommandReply(reply) => Some(Reply::Command(reply).text().into_owned()),
                Message::ApiResponse(reply) => Some(Reply::Api(reply).text().into_owned()),
                _ => None,
            });
        let expected: Vec<String> = replies.skip(1).collect();
        for piece in recorded.received.chunks(100) {
            call.switch(piece);
            call.said();
        }
        assert!(call.call().is_some(), "{name}");
        let heard: Vec<String> = call
            .outputs
            .iter()
            .filter_map(|output| match output {
                Output::Reply { reply: Ok(reply), .. } => Some(reply.text().into_owned()),
                _ => None,
            })
            .collect();
        assert_eq!(heard, expected, "{name}");
        seen += 1;
    }
    assert!(seen > 40, "{seen} conversations");
}
