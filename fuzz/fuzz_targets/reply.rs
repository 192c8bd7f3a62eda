//! Any bytes as what a switch answers. The first byte of the input says what is read: frames as replies, the words of a
//! refusal, the lists of a restricted user, or a whole conversation with a connection that has commands on their way.
#![no_main]

use std::time::Instant;

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use trunkline_proto::listener::{auth_request, command_reply};
use trunkline_proto::{
    Answer, Command, CommandKind, Connection, ConnectionConfig, Credentials, EventName, Message,
    MessageDecoder, Output, Permissions, Refusal, Reply,
};

fuzz_target!(|input: &[u8]| {
    let Some((&which, rest)) = input.split_first() else { return };
    match which {
        b'w' => words(&String::from_utf8_lossy(rest)),
        b't' => text(rest),
        b'u' => user(rest),
        b'c' => conversation(rest),
        _ => frames(rest),
    }
});

const KINDS: [CommandKind; 16] = [
    CommandKind::Auth,
    CommandKind::Api,
    CommandKind::BgApi,
    CommandKind::Events,
    CommandKind::Filter,
    CommandKind::SendEvent,
    CommandKind::SendMsg,
    CommandKind::Log,
    CommandKind::MyEvents,
    CommandKind::DivertEvents,
    CommandKind::GetVar,
    CommandKind::Connect,
    CommandKind::Linger,
    CommandKind::Resume,
    CommandKind::Exit,
    CommandKind::Other,
];

/// A refusal says again what it was read from.
fn words(words: &str) {
    let refusal = Refusal::from(words);
    let again = refusal.to_string();
    match &refusal {
        // Its bracket may have been cut off.
        Refusal::InvalidSessionId(_) => assert!(again.starts_with(words), "{words:?}: {again:?}"),
        _ => assert_eq!(again, words),
    }
    assert_eq!(Refusal::from(&*again), refusal);
    let _ = refusal.is_without_session();
}

/// One reply of these words, as the switch would write it.
fn text(text: &[u8]) {
    frames(&command_reply(text));
}

fn frames(bytes: &[u8]) {
    let mut decoder = MessageDecoder::default();
    let mut buffer = BytesMut::from(bytes);
    while let Ok(Some(message)) = decoder.decode(&mut buffer) {
        match message {
            Message::CommandReply(reply) => understand(&Reply::Command(reply)),
            Message::ApiResponse(response) => understand(&Reply::Api(response)),
            _ => {}
        }
    }
}

/// Refused or answered, never both; and what is answered is what the command can achieve.
fn understand(reply: &Reply) {
    let refused = reply.reason();
    assert_eq!(refused.is_some(), reply.refusal().is_some());
    for kind in KINDS {
        let answer = reply.answer(kind);
        match (&answer, &refused, kind) {
            (Ok(Answer::Value(_)), _, CommandKind::GetVar) => {}
            (Err(refusal), Some(reason), _) => assert_eq!(refusal, reason),
            (Err(_), None, _) | (Ok(_), Some(_), _) => panic!("{kind:?}: {answer:?} of {reply:?}"),
            (Ok(answer), None, kind) => assert!(fits(answer, kind), "{kind:?}: {answer:?}"),
        }
        if let Ok(answer) = &answer {
            let _ = answer.log_level();
        }
    }
}

fn fits(answer: &Answer, kind: CommandKind) -> bool {
    match answer {
        Answer::Accepted(permissions) => {
            ask(permissions);
            kind == CommandKind::Auth
        }
        Answer::Bye => kind == CommandKind::Exit,
        Answer::Printed(_) => kind == CommandKind::Api,
        Answer::Job(_) => kind == CommandKind::BgApi,
        Answer::EventsEnabled { .. } | Answer::EventsNixed | Answer::NoLongerListening => {
            kind == CommandKind::Events
        }
        Answer::MyEvents => kind == CommandKind::MyEvents,
        Answer::EventsDiverted(_) => kind == CommandKind::DivertEvents,
        Answer::FilterAdded { .. } | Answer::FilterDeleted { .. } => kind == CommandKind::Filter,
        Answer::EventSent { .. } => kind == CommandKind::SendEvent,
        Answer::MessageTaken => kind == CommandKind::SendMsg,
        Answer::LogLevel { .. } | Answer::NoLongerLogging => kind == CommandKind::Log,
        Answer::WillLinger { .. } | Answer::WillNotLinger => kind == CommandKind::Linger,
        Answer::Resumes => kind == CommandKind::Resume,
        Answer::Channel(_) => kind == CommandKind::Connect,
        _ => true,
    }
}

/// What is allowed of a list is allowed of a longer one, and a cut one denies nothing.
fn ask(permissions: &Permissions) {
    let (events, api) = (permissions.events.clone(), permissions.api.clone());
    let words = events.iter().chain(&api).flat_map(|list| list.split([' ', ','])).map(str::to_owned);
    for word in words.chain(["status".to_owned(), "bgapi status".to_owned(), "all".to_owned()]).take(50) {
        let answers = [
            permissions.allows_event(&EventName::from(&*word)),
            permissions.allows_subclass(&word),
            permissions.allows_api(&word),
        ];
        assert!(!permissions.cut || !answers.contains(&Some(false)), "{word:?}: {permissions:?}");
    }
}

/// The reply to `userauth`: these lists, cut where the switch has no more room.
fn user(lists: &[u8]) {
    let mut lists = lists.split(|byte| *byte == 0x1f);
    let (events, api) = (lists.next().unwrap_or_default(), lists.next().unwrap_or_default());
    let lines: [&[u8]; 6] = [
        b"~Reply-Text: +OK accepted\nAllowed-Events: ",
        events,
        b"\nAllowed-API: ",
        api,
        b"\nAllowed-LOG: true\n",
        b"\n",
    ];
    let now = Instant::now();
    let user = Credentials::User { user: "a@b".to_owned(), password: "c".into() };
    let mut connection = Connection::inbound(ConnectionConfig::new(user), now);
    let mut input = BytesMut::from(&[auth_request(), command_reply(&lines.concat())].concat()[..]);
    connection.handle_input(&mut input, now);
    while let output @ (Output::Ready(_) | Output::Closed(_) | Output::Unexpected(_)) =
        connection.poll_output()
    {
        if let Output::Ready(permissions) = output {
            ask(&permissions);
        }
    }
}

/// One of each command is on its way, and these bytes come: each command has one outcome at most, and exactly one when
/// the connection has ended.
fn conversation(bytes: &[u8]) {
    let now = Instant::now();
    let config = ConnectionConfig::new(Credentials::Password("ClueCon".into()));
    let mut connection = Connection::inbound(config, now);
    let mut input = BytesMut::from(&[auth_request(), command_reply(b"+OK accepted")].concat()[..]);
    connection.handle_input(&mut input, now);
    let lines = ["api status", "getvar x", "linger", "getvar y", "connect", "sendmsg", "log", "api version"];
    let tickets: Vec<_> =
        lines.iter().map(|line| connection.send(Command::raw(line).unwrap(), None, now)).collect();
    let written = connection.transmit().len();
    connection.transmitted(written, now);
    let mut outcomes = vec![0; tickets.len()];
    for piece in bytes.chunks(97) {
        input.extend_from_slice(piece);
        connection.handle_input(&mut input, now);
        count(&mut connection, &tickets, &mut outcomes);
    }
    assert!(outcomes.iter().all(|count| *count <= 1));
    // Replies come in order.
    assert!(outcomes.is_sorted_by(|earlier, later| earlier >= later));
    connection.handle_eof(input.len(), now);
    count(&mut connection, &tickets, &mut outcomes);
    assert!(outcomes.iter().all(|count| *count == 1), "{outcomes:?}");
}

fn count(connection: &mut Connection, tickets: &[trunkline_proto::Ticket], outcomes: &mut [u32]) {
    loop {
        match connection.poll_output() {
            Output::Idle { .. } => return,
            Output::Reply { ticket, reply } => {
                let at = tickets.iter().position(|own| *own == ticket).unwrap();
                outcomes[at] += 1;
                if let Ok(reply) = reply {
                    understand(&reply);
                }
            }
            _ => {}
        }
    }
}
