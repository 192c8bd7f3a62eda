//! Every recorded reply means what the table `fixtures/answers.tsv` says: what the command was, what the switch said, how
//! often, and what that is to us. Replies to `api` are many and of one kind, and are not in it.

use std::collections::BTreeMap;
use std::fs;

use trunkline_proto::listener::Packet;
use trunkline_proto::{Answer, Command, CommandKind, Message, Refusal, Reply};

use crate::recordings::{self, Connection, Cut};

/// Where replies cannot be told from each other: a value, or a Job-UUID, broke one.
const UNFRAMED: [&str; 2] =
    ["out-getvar-breaks-framing connection 1", "api-bgapi-long-job-uuid connection 1"];

#[test]
fn every_recorded_reply_is_understood() {
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for (_, connection) in recordings::connections().filter(|(name, _)| !UNFRAMED.contains(&&**name)) {
        for (packet, reply) in pairs(connection) {
            let kind = kind_of(&packet);
            if kind != CommandKind::Api {
                *found.entry(row(kind, &reply)).or_default() += 1;
            }
        }
    }
    let found: Vec<String> = found.into_iter().map(|(row, count)| format!("{count}\t{row}")).collect();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/answers.tsv");
    let table = fs::read_to_string(path).unwrap();
    let expected: Vec<&str> = table.lines().filter(|line| !line.starts_with('#')).collect();
    for row in &found {
        assert!(expected.contains(&&**row), "not in the table: {row}");
    }
    for row in &expected {
        assert!(found.iter().any(|found| found == row), "not recorded: {row}");
    }
    assert!(found.len() > 100);
}

/// An `api` is printed, or refused by the socket itself.
#[test]
fn every_recorded_reply_to_api_is_understood() {
    let (mut printed, mut refused) = (0, BTreeMap::new());
    for (_, connection) in recordings::connections().filter(|(name, _)| !UNFRAMED.contains(&&**name)) {
        for (packet, reply) in pairs(connection) {
            if kind_of(&packet) != CommandKind::Api {
                continue;
            }
            match (reply.answer(CommandKind::Api), &reply) {
                (Ok(Answer::Printed(response)), Reply::Api(sent)) => {
                    assert_eq!(response, *sent);
                    printed += 1;
                }
                (Err(refusal), Reply::Command(_)) => *refused.entry(refusal.to_string()).or_insert(0) += 1,
                other => panic!("{other:?} to {packet:?}"),
            }
        }
    }
    assert!(printed > 1000, "only {printed}");
    let refused: Vec<_> = refused.iter().map(|(reason, count)| (reason.as_str(), *count)).collect();
    assert_eq!(refused, REFUSED_API);
}

const REFUSED_API: [(&str, usize); 2] = [("command not found", 4), ("permission denied", 6)];

/// Nothing the switch says no with is unknown to us, but what no event socket says.
#[test]
fn every_recorded_refusal_has_a_name() {
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for (name, connection) in recordings::connections().filter(|(name, _)| !UNFRAMED.contains(&&**name)) {
        for (packet, reply) in pairs(connection) {
            if let Err(refusal) = reply.answer(kind_of(&packet)) {
                assert!(!matches!(refusal, Refusal::Other(_)), "{name}: {refusal:?}");
                let kind = format!("{refusal:?}");
                *names.entry(kind.split('(').next().unwrap().to_owned()).or_default() += 1;
            }
        }
    }
    // Out of memory, and a packet without a command, nobody has recorded.
    assert_eq!(names.len(), Refusal::KNOWN.len() + 1 - 2, "{names:?}");
}

/// Packets with their replies. The first one of an outbound connection has none, unless it is `connect` or `api`.
fn pairs(connection: &Connection) -> impl Iterator<Item = (Packet, Reply)> {
    let packets = recordings::packets(&connection.sent, Cut::Whole).0;
    let mut packets: Vec<Packet> = packets.into_iter().map(|sent| sent.packet).collect();
    let is_silent = |packet: &Packet| !matches!(kind_of(packet), CommandKind::Connect | CommandKind::Api);
    if connection.outbound && packets.first().is_some_and(is_silent) {
        packets.remove(0);
    }
    let replies =
        recordings::messages(&connection.received).into_iter().filter_map(|message| match message {
            Message::CommandReply(reply) => Some(Reply::Command(reply)),
            Message::ApiResponse(response) => Some(Reply::Api(response)),
            _ => None,
        });
    packets.into_iter().zip(replies)
}

fn kind_of(packet: &Packet) -> CommandKind {
    let line = String::from_utf8_lossy(packet.line());
    Command::raw(&line).map_or(CommandKind::Other, |command| command.kind())
}

/// What was said, and what it means. Ids that are another in each recording are `<uuid>`, and `y*487` is so many of one
/// letter.
fn row(kind: CommandKind, reply: &Reply) -> String {
    let meaning = match reply.answer(kind) {
        Ok(Answer::Channel(channel)) => {
            format!("Channel, {}", channel.headers().get("Socket-Mode").unwrap_or_default())
        }
        Ok(answer) => format!("{answer:?}"),
        Err(refusal) => format!("refused: {refusal:?}"),
    };
    let text = reply.text();
    shortened(&without_ids(&format!("{kind:?}\t{}\t{meaning}", text.escape_debug())))
}

fn without_ids(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let id = rest.get(..36).filter(|id| is_random_uuid(id));
        match id {
            Some(id) => {
                out.push_str("<uuid>");
                rest = &rest[id.len()..];
            }
            None => {
                out.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
    }
    out
}

fn shortened(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let mut count = 1;
        while letters.next_if_eq(&letter).is_some() {
            count += 1;
        }
        if count > 20 {
            out.push_str(&format!("{letter}*{count}"));
        } else {
            out.extend(std::iter::repeat_n(letter, count));
        }
    }
    out
}

/// Those the scenarios chose themselves stay.
fn is_random_uuid(text: &str) -> bool {
    let is_place = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    !text.starts_with("ca11") && text.bytes().enumerate().all(is_place)
}
