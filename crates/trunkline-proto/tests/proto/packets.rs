//! Every recording's sent bytes, cut in every way, give the packets the switch answered.

use trunkline_proto::listener::{Packet, PacketError, Request, Standing};
use trunkline_proto::{ContentType, Event, EventFormat, Frame, Message, percent};

use crate::recordings::{self, Connection, Cut};

/// Connections on which fewer packets were answered than were sent, and why.
const UNANSWERED: [(&str, u64, usize, &str); 7] = [
    ("in-acl-reject", 2, 1, "refused before the switch read anything"),
    ("in-body-huge", 1, 1, "the connection is dropped for the Content-Length"),
    ("in-body-negative", 1, 1, "the connection is dropped for the Content-Length"),
    ("in-body-short-eof", 1, 1, "the body never comes whole"),
    ("in-exit-pipelined", 1, 2, "nothing is read after exit"),
    ("out-getvar-breaks-framing", 1, 1, "a reply without its empty line is glued to the next one"),
    ("srv-shutdown-now", 2, 1, "the switch is gone before it answers"),
];

/// Connections whose last bytes are no whole packet.
const LEFT_OVER: [(&str, &str); 3] = [
    ("in-body-huge connection 1", ""),
    ("in-body-negative connection 1", ""),
    ("in-body-short-eof connection 1", ""),
];

#[test]
fn packets_do_not_depend_on_how_they_arrive() {
    for (name, connection) in recordings::connections() {
        let (whole, whole_rest, whole_end) = recordings::packets(&connection.sent, Cut::Whole);
        for cut in Cut::ALL {
            let (packets, rest, end) = recordings::packets(&connection.sent, cut);
            assert_eq!(packets.len(), whole.len(), "{name} {cut:?}");
            for (sent, whole) in packets.iter().zip(&whole) {
                assert_eq!(sent.packet, whole.packet, "{name} {cut:?}");
                assert_eq!(sent.wire, whole.wire, "{name} {cut:?}");
            }
            assert_eq!(end, whole_end, "{name} {cut:?}");
            if end.is_none() {
                assert_eq!(rest, whole_rest, "{name} {cut:?}");
            }
        }
    }
}

#[test]
fn every_packet_has_its_reply() {
    let mut unanswered = Vec::new();
    let mut replies_seen = 0;
    for recording in recordings::all() {
        for connection in &recording.connections {
            let (packets, rest, end) = recordings::packets(&connection.sent, Cut::Whole);
            let dropped =
                usize::from(end.is_some() || rest.iter().any(|byte| !matches!(byte, b'\r' | b'\n')));
            let packets: Vec<Packet> = packets.into_iter().map(|sent| sent.packet).collect();
            let expected = packets.len() + dropped - silent(connection, &packets);
            let (frames, _) = recordings::frames(&connection.received, Cut::Whole);
            let replies = frames.iter().filter(|frame| is_reply(frame)).count();
            replies_seen += replies;
            if replies != expected {
                unanswered.push((recording.name.as_str(), connection.number, expected - replies));
            }
        }
    }
    assert_eq!(unanswered, UNANSWERED.map(|(name, connection, count, _)| (name, connection, count)));
    assert!(replies_seen > 2_500, "only {replies_seen} replies");
}

/// Packets that get no reply by the rules: the first one on an outbound connection, unless it is `connect` or
/// `api`.
fn silent(connection: &Connection, packets: &[Packet]) -> usize {
    let mut full = Standing::inbound(true);
    full.has_session = true;
    let first = packets.first().filter(|_| connection.outbound).map(|packet| Request::parse(packet, full));
    usize::from(first.is_some_and(|request| !matches!(request, Request::Connect | Request::Api(_))))
}

fn is_reply(frame: &Frame) -> bool {
    matches!(frame.content_type(), ContentType::CommandReply | ContentType::ApiResponse)
}

#[test]
fn nothing_sent_is_left_over_but_what_the_switch_dropped() {
    let mut left = Vec::new();
    for (name, connection) in recordings::connections() {
        let (_, rest, end) = recordings::packets(&connection.sent, Cut::Whole);
        if end.is_some() || rest.iter().any(|byte| !matches!(byte, b'\r' | b'\n')) {
            left.push(name);
        }
    }
    assert_eq!(left, LEFT_OVER.map(|(name, _)| name));
}

#[test]
fn a_content_length_out_of_range_ends_the_connection() {
    let end = |name| recordings::packets(&recordings::connection(name, 1).sent, Cut::Whole).2;
    assert_eq!(end("in-body-negative"), Some(PacketError::ContentLength(-1)));
    assert!(matches!(end("in-body-huge"), Some(PacketError::ContentLength(16_777_217..))));
}

/// `sendevent` answers with the Event-UUID the event goes out with, so what we stored of a packet can be held against
/// what the core stored of it.
#[test]
fn an_event_that_was_sent_comes_back_as_its_packet_says() {
    let mut compared = 0;
    for name in
        ["in-body", "in-crlf", "send-event-json", "send-event-plain", "ev-invalid-utf8-json", "in-garbage"]
    {
        for connection in
            &recordings::all().iter().find(|recording| recording.name == name).unwrap().connections
        {
            let messages = recordings::messages(&connection.received);
            let replies: Vec<String> = messages.iter().filter_map(reply_text).collect();
            let (packets, _, _) = recordings::packets(&connection.sent, Cut::Whole);
            assert_eq!(packets.len(), replies.len());
            for (packet, reply) in packets.iter().map(|sent| &sent.packet).zip(&replies) {
                let Some(id) = reply.strip_prefix("+OK ").filter(|_| packet.line().starts_with(b"sendevent"))
                else {
                    continue;
                };
                let is_it =
                    |event: &&Event| event.headers().last("Event-UUID").is_some_and(|own| own.to_str() == id);
                if let Some(event) = messages.iter().filter_map(event_of).find(is_it) {
                    compare(packet, event, name);
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 40, "only {compared}");
}

fn compare(packet: &Packet, event: &Event, name: &str) {
    // Event-Subclass comes first in the event, and the headers the core adds come after those that were sent.
    let subclass = |name: &[u8]| name == b"Event-Subclass";
    let mut came = event.headers().iter_bytes().filter(|(name, _)| **name != *b"Command");
    for (header, values) in packet.headers().filter(|(header, _)| !subclass(header)) {
        let (came, came_value) = came.by_ref().find(|(name, _)| !subclass(name)).unwrap();
        assert_eq!(came.escape_ascii().to_string(), header.escape_ascii().to_string(), "{name}: {packet:?}");
        let expected = match event.format() {
            EventFormat::Json => values.text().into_owned(),
            // A `%41` in it passes the encoding.
            _ => percent::decode(&encoded(&values.text())).into_owned(),
        };
        let (came_value, expected) = (came_value.to_bytes(), expected.escape_ascii().to_string());
        assert_eq!(came_value.escape_ascii().to_string(), expected, "{name}: {packet:?}");
    }
    assert_eq!(event.body_bytes().as_deref(), packet.body(), "{name}: {packet:?}");
}

fn encoded(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    percent::encode_into(value, &mut out);
    out
}

fn reply_text(message: &Message) -> Option<String> {
    match message {
        Message::CommandReply(reply) => Some(reply.text().into_owned()),
        Message::ApiResponse(response) => Some(response.text().into_owned()),
        _ => None,
    }
}

fn event_of(message: &Message) -> Option<&Event> {
    match message {
        Message::Event(event) => Some(event),
        _ => None,
    }
}
