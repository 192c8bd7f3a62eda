//! What every client of the event socket must do, a test for each sentence of it. Those about sockets, streams and time
//! on a real clock are in the client's own tests, under the same name.

mod goes_out;

use bytes::BytesMut;
use trunkline_proto::listener::{Request, Standing, command_reply};
use trunkline_proto::{
    Answer, ApiMisuse, ChannelUuid, Command, CommandKind, ContentType, Disposition, Event, EventBuilder,
    EventFormat, EventName, EventSet, Execute, JobUuid, LogLevel, Message, MessageDecoder, SendMsg,
};

use crate::connection::liveness::watched;
use crate::connection::session::{CORE, begun, break_off, resume};
use crate::connection::world::{SECOND, World};
use crate::recordings::{self, Cut, messages_of};
use crate::surprises::{events, json, one, plain, replies};

// ---- 1. What comes

#[test]
fn parse_by_bytes() {
    // Six bytes in four characters, and bytes that are no characters at all.
    let wire =
        b"Content-Type: api/response\nContent-Length: 6\n\nh\xc3\xa9\xff\n\nContent-Type: auth/request\n\n";
    let messages = recordings::messages(wire);
    let [Message::ApiResponse(response), Message::AuthRequest] = &messages[..] else {
        panic!("{messages:?}")
    };
    assert_eq!(&response.bytes()[..], b"h\xc3\xa9\xff\n\n");
}

#[test]
fn tolerate_headers_in_any_order() {
    let Message::ApiResponse(response) = one(b"CONTENT-LENGTH: 2\nFoo: bar\ncontent-type:API/Response\n\nhi")
    else {
        panic!()
    };
    assert_eq!(response.text(), "hi");
}

#[test]
fn tolerate_unknown_content_types() {
    let Message::Other(frame) = one(b"X: y\nContent-Type: text/novelty\nContent-Length: 3\n\n\n\n\n") else {
        panic!()
    };
    assert_eq!(frame.content_type(), ContentType::Other);
    assert_eq!(frame.body().as_deref(), Some(&b"\n\n\n"[..]));
    assert_eq!(frame.headers().get("content-type").as_deref(), Some("text/novelty"));
    let Message::Other(frame) = one(b"No-Type: at all\n\n") else { panic!() };
    assert_eq!(frame.body(), None);
}

#[test]
fn tolerate_a_missing_content_length() {
    // Of every type there is: the message ends with its headers, and the next one follows.
    for content_type in [
        "auth/request",
        "command/reply",
        "api/response",
        "text/event-plain",
        "log/data",
        "text/disconnect-notice",
        "text/rude-rejection",
        "text/novelty",
    ] {
        let wire = format!("Content-Type: {content_type}\n\nContent-Type: auth/request\n\n");
        let messages = recordings::messages(wire.as_bytes());
        assert!(matches!(messages[..], [_, Message::AuthRequest]), "{content_type}: {messages:?}");
    }
}

#[test]
fn tolerate_a_content_length_of_0() {
    let wire = b"Content-Type: api/response\nContent-Length: 0\n\nContent-Length: 0\n\
                 Content-Type: text/event-plain\n\nContent-Type: auth/request\n\n";
    let messages = recordings::messages(wire);
    let [Message::ApiResponse(response), Message::Event(event), Message::AuthRequest] = &messages[..] else {
        panic!("{messages:?}")
    };
    assert!(response.bytes().is_empty());
    assert!(event.headers().is_empty());
}

#[test]
fn tolerate_messages_split_at_any_byte() {
    let shown = |messages: Vec<Message>| format!("{messages:?}");
    for name in ["in-pipeline-50", "send-event-plain", "out-linger"] {
        let received = &recordings::connection(name, 1).received;
        let whole = shown(recordings::messages(received));
        assert_eq!(shown(recordings::messages_cut(received, Cut::Bytes)), whole, "{name}");
    }
    // In two, at each place there is.
    let received = &recordings::connection("in-auth-ok", 1).received;
    let whole = shown(recordings::messages(received));
    for at in 0..received.len() {
        let mut decoder = MessageDecoder::default();
        let mut buffer = BytesMut::new();
        let mut messages = Vec::new();
        for piece in [&received[..at], &received[at..]] {
            buffer.extend_from_slice(piece);
            while let Some(message) = decoder.decode(&mut buffer).unwrap() {
                messages.push(message);
            }
        }
        assert_eq!(shown(messages), whole, "at {at}");
    }
}

// ---- 2. Replies

/// The recorded fifty, said again through a connection: each has the reply it had then.
#[test]
fn keep_a_fifo_of_pending_replies() {
    let recording = recordings::connection("in-pipeline-50", 1);
    let (packets, _, _) = recordings::packets(&recording.sent, Cut::Whole);
    let commands: Vec<_> = packets.iter().map(|sent| String::from_utf8_lossy(sent.packet.text())).collect();
    let mut world = World::with_password();
    let at = recording.received.windows(2).position(|pair| pair == b"\n\n").unwrap() + 2;
    world.switch(&recording.received[..at]);
    assert_eq!(world.said(), ["auth ClueCon"]);
    for command in &commands[1..] {
        world.connection.send(Command::raw(command).unwrap(), None, world.now);
    }
    let replies: Vec<String> = recordings::messages(&recording.received)
        .iter()
        .filter_map(|message| match message {
            Message::CommandReply(reply) => Some(reply.text().trim_end().to_owned()),
            Message::ApiResponse(response) => Some(response.text().trim_end().to_owned()),
            _ => None,
        })
        .skip(1)
        .collect();
    assert!(replies.len() > 50);
    let rest = recording.received[at..].to_vec();
    for piece in rest.chunks(100) {
        world.said();
        world.switch(piece);
    }
    let heard = world.heard();
    assert_eq!(heard[0], "ready");
    for (number, reply) in replies.iter().enumerate() {
        let is_it = |line: &&String| line.starts_with(&format!("{}: ", number + 1));
        assert_eq!(heard.iter().find(is_it), Some(&format!("{}: {reply}", number + 1)));
    }
}

#[test]
fn treat_api_response_and_command_reply_alike_for_matching() {
    let mut world = World::ready();
    world.api("status");
    world.connection.send(Command::noevents(), None, world.now);
    world.api("forbidden");
    assert_eq!(world.said(), ["api status", "noevents", "api forbidden"]);
    world.respond("UP");
    world.answer("-ERR not listening for events");
    world.answer("-ERR permission denied");
    assert_eq!(world.heard(), ["1: UP", "2: -ERR not listening for events", "3: -ERR permission denied"]);
    assert_eq!(world.connection.outstanding(), 0);
}

/// Each is told whether it can have been executed.
#[test]
fn fail_all_pending_on_disconnect() {
    let mut world = World::ready();
    world.api("written");
    world.api("in part");
    world.api("not at all");
    world.write("api written\n\nap".len());
    world.eof();
    assert_eq!(
        world.heard(),
        [
            "1: cut off, executed Unknown",
            "2: cut off, executed Unknown",
            "3: cut off, executed No",
            "closed: eof"
        ]
    );
    assert!(world.connection.transmit().is_empty());
}

#[test]
fn allow_for_a_first_outbound_command_without_reply() {
    // `myevents`, then `getvar uuid`: one reply, and it is the second one's.
    let texts: Vec<String> =
        replies("out-no-connect").iter().map(|reply| reply.text().into_owned()).collect();
    assert_eq!(texts, ["ca110001-0000-4000-8000-000000000001", "+OK", "+OK bye"]);
}

// ---- 3. What it says

#[test]
fn percent_decode_leniently() {
    let event = plain("A: 100%25%20%zz%2\nB: %41%e9%E9\nC%20D: x\n\n");
    assert_eq!(event.get("A").as_deref(), Some("100% %zz%2"));
    assert_eq!(event.get_bytes("B").as_deref(), Some(&b"A\xe9\xe9"[..]));
    // Names are never encoded.
    assert_eq!(event.get("C%20D").as_deref(), Some("x"));
}

#[test]
fn decode_utf_8_lossily() {
    for recording in ["ev-invalid-utf8-plain", "ev-invalid-utf8-json"] {
        let event = &events(recording)[0];
        for (header, value) in [
            ("Latin1", &b"caf\xe9"[..]),
            ("Broken", b"\xf0\x9f\x93 cut"),
            ("Control", b"a\x01\x1b\x7fb"),
            ("Overlong", b"\xc0\xaf"),
            ("Surrogate", b"\xed\xa0\x80"),
        ] {
            assert_eq!(event.get_bytes(header).as_deref(), Some(value), "{recording} {header}");
        }
        assert_eq!(event.get("Latin1").as_deref(), Some("caf\u{fffd}"), "{recording}");
        assert_eq!(event.body_bytes().as_deref(), Some(&b"body caf\xe9 \xff\n"[..]), "{recording}");
        assert_eq!(event.body().as_deref(), Some("body caf\u{fffd} \u{fffd}\n"), "{recording}");
    }
}

#[test]
fn keep_duplicate_headers() {
    for recording in ["send-event-plain", "send-event-json"] {
        let event =
            events(recording).into_iter().find(|event| event.get("Foo").as_deref() == Some("one")).unwrap();
        let values: Vec<_> = event.headers().get_all("FOO").map(|value| value.to_str()).collect();
        assert_eq!(values, ["one", "two", "three"], "{recording}");
    }
    let hangup =
        events("ev-call-json").into_iter().find(|event| event.is(EventName::ChannelHangupComplete)).unwrap();
    assert_eq!(hangup.headers().get_all("Hangup-Cause").count(), 2);
}

#[test]
fn keep_arrays() {
    for recording in ["ev-arrays-plain", "ev-arrays-json"] {
        let events = events(recording);
        let array = events.iter().find_map(|event| {
            event
                .headers()
                .iter()
                .map(|(_, value)| value)
                .find(|value| value.is_array())
                .map(|value| value.to_str().into_owned())
        });
        assert!(array.unwrap().starts_with("ARRAY::"), "{recording}");
    }
    for recording in ["send-event-plain", "send-event-json"] {
        let event = events(recording).into_iter().find(|event| event.get("X-Array").is_some()).unwrap();
        let array = event.headers().value("X-Array").unwrap();
        assert_eq!(array.elements(), [b"a".to_vec(), b"b".to_vec()], "{recording}");
        assert_eq!(array.to_str(), "ARRAY::a|:b", "{recording}");
    }
}

#[test]
fn for_plain_events_take_everything_after_the_first_blank_line_as_body() {
    for recording in ["send-event-plain", "send-event-json"] {
        let bodies: Vec<String> =
            events(recording).iter().filter_map(|event| event.body().map(|body| body.into_owned())).collect();
        assert!(bodies.contains(&"two\nlines\n\nand an empty one\n".to_owned()), "{recording}: {bodies:?}");
        assert!(bodies.contains(&"héllo 汉字 😀 100% %41 <b>&\"".to_owned()), "{recording}");
        assert!(bodies.contains(&"{\"json\": [1, \"two\", null]}".to_owned()), "{recording}");
    }
}

#[test]
fn for_json_use_a_duplicate_tolerant_path() {
    let event =
        json(br#"{"A":"1","B":"2","A":"3","a":"4","Content-Length":"9","Content-Length":"2","_body":"hi"}"#);
    let all: Vec<_> = event.headers().get_all("A").map(|value| value.to_str()).collect();
    assert_eq!(all, ["1", "3", "4"]);
    assert_eq!(event.body().as_deref(), Some("hi"));
}

#[test]
fn for_json_use_an_invalid_utf_8_tolerant_path() {
    let event = json(b"{\"A\":\"caf\xe9 \xff\",\"\xff\":\"B\",\"C\":\"\\u00e9\"}");
    assert_eq!(event.get_bytes("A").as_deref(), Some(&b"caf\xe9 \xff"[..]));
    assert_eq!(event.get("A").as_deref(), Some("caf\u{fffd} \u{fffd}"));
    assert_eq!(event.get("C").as_deref(), Some("é"));
    assert_eq!(event.headers().len(), 3);
}

// ---- 4. Names

#[test]
fn event_name_may_be_missing() {
    let nameless = events("send-event-unique-id").into_iter().find(|event| event.name().is_none()).unwrap();
    assert_eq!(nameless.get("Foo").as_deref(), Some("live"));
    assert_eq!(nameless.subclass().as_deref(), Some("lab::u"));
    assert!(nameless.unique_id().is_some());
}

#[test]
fn event_name_may_be_duplicated_take_the_last() {
    let forged = events("send-event-plain")
        .into_iter()
        .find(|event| event.get("Core-UUID").as_deref() == Some("forged"));
    let forged = forged.unwrap();
    // Lookups give the first, the name is the last.
    assert_eq!(forged.get("Event-Name").as_deref(), Some("CHANNEL_ANSWER"));
    assert_eq!(forged.name(), Some(&EventName::Custom));
    assert_eq!(forged.headers().get_all("Event-Name").count(), 2);

    // Made by `uuid_broadcast`: the whole block of standard headers comes twice.
    let command = recordings::messages(&recordings::capture("events-all.json.bin"))
        .into_iter()
        .find_map(|message| match message {
            Message::Event(event) if event.get("Event-Name").as_deref() == Some("COMMAND") => Some(event),
            _ => None,
        })
        .unwrap();
    assert_eq!(command.name(), Some(&EventName::PrivateCommand));
}

// ---- 5. What belongs together

#[test]
fn correlate_bgapi_by_own_job_uuid() {
    let mut world = World::ready();
    world.job("status", "ours", None);
    assert_eq!(world.said()[1], "bgapi status, Job-UUID: ours");
    world.answer("+OK event listener enabled plain");
    world.answer("~Reply-Text: +OK Job-UUID: ours\nJob-UUID: ours\n\n");
    world.end_job("another", "not ours");
    world.end_job("ours", "done");
    assert!(world.heard().contains(&"job ours: done".to_owned()));
}

#[test]
fn correlate_bgapi_by_at_most_235_bytes() {
    let job = |length: usize| Command::bgapi("status", Some(&JobUuid::from("i".repeat(length))));
    assert!(matches!(job(236), Err(ApiMisuse::TooLong { limit: 235, .. })));
    // Up to there the reply to it is whole.
    assert!(job(235).is_ok());
    let id = "i".repeat(235);
    let reply = command_reply(format!("~Reply-Text: +OK Job-UUID: {id}\nJob-UUID: {id}\n\n").as_bytes());
    let Message::CommandReply(reply) = one(&reply) else { panic!() };
    assert_eq!(reply.answer(CommandKind::BgApi), Ok(Answer::Job(id.into())));
}

/// As recorded: what we would say is what was said, and the application's end has our id.
#[test]
fn correlate_execute_by_own_event_uuid_which_becomes_application_uuid() {
    let uuid = "ca110001-0000-4000-8000-000000000001".into();
    let execute = Execute::new("playback", "tone_stream://%(60,40,400)").loops(3).event_uuid("looped-short");
    let command = Command::sendmsg(&SendMsg::from(execute).to(&uuid)).unwrap();
    let recording = recordings::connection("msg-execute", 1);
    let said = recordings::packets(&recording.sent, Cut::Whole).0;
    assert!(said.iter().any(|sent| sent.wire == command.wire()), "{command:?}");
    let ends = events("msg-execute")
        .into_iter()
        .filter(|event| event.is(EventName::ChannelExecuteComplete))
        .filter(|event| event.get("Application-UUID").as_deref() == Some("looped-short"));
    assert_eq!(
        ends.map(|event| event.get("Application").unwrap().into_owned()).collect::<Vec<_>>(),
        ["playback"]
    );
}

#[test]
fn correlate_sendevent_by_returned_event_uuid() {
    let mut found = 0;
    for reply in replies("send-event-json") {
        let Ok(Answer::EventSent { event_uuid }) = reply.answer(CommandKind::SendEvent) else { continue };
        let is_it = |event: &Event| {
            event.headers().last("Event-UUID").is_some_and(|uuid| *uuid.to_str() == *event_uuid)
        };
        found += usize::from(events("send-event-json").iter().any(is_it));
    }
    assert!(found > 10, "only {found}");
}

// ---- 6. What goes out: `goes_out`

// ---- 7. Of this the clock; sockets and streams are in the client's own tests

#[test]
fn not_wait_for_ever_for_a_reply() {
    // Connected, and no greeting; let in, and no answer: each is told in its time.
    let mut world = World::with_password();
    world.pass(5 * SECOND);
    assert_eq!(world.heard(), ["closed: no greeting"]);
    let mut world = World::ready();
    world.api("status");
    world.said();
    world.pass(30 * SECOND);
    assert_eq!(world.heard(), ["1: timed out, executed Unknown"]);
}

// ---- 8. Subscriptions

#[test]
fn detect_server_stalls() {
    let mut world = World::ready_with(watched());
    world.pass(30 * SECOND);
    assert_eq!(world.said(), ["noop"]);
    world.pass(10 * SECOND);
    assert_eq!(world.heard(), ["stalled"]);
    assert!(world.connection.is_stalled());
    // A caller has his own patience.
    world.api("status");
    world.pass(40 * SECOND);
    assert_eq!(world.heard(), ["1: timed out, executed Unknown"]);
    // It goes on as if nothing had been.
    world.answer("-ERR command not found");
    world.respond("UP");
    assert_eq!(world.heard(), ["answers again"]);
    assert!(!world.connection.is_stalled());
    world.api("status");
    assert_eq!(world.said(), ["api status", "api status"]);
    world.respond("UP");
    assert_eq!(world.heard(), ["2: UP"]);
}

#[test]
fn re_subscribe_since_no_session_state_survives() {
    let mut world = begun();
    world.connection.subscribe(EventSet::parse("DTMF CUSTOM a::b"), world.now).unwrap();
    world.connection.subscribe_log(LogLevel::Info, world.now);
    world.connection.filter("Unique-ID", "u1", world.now).unwrap();
    let before = world.said();
    for _ in &before {
        world.answer("+OK");
    }
    world.heard();
    for turn in 0..3 {
        break_off(&mut world);
        world.heard();
        resume(&mut world, CORE);
        let mut again = world.said();
        let mut before = before.clone();
        for _ in &before {
            world.answer("+OK");
            again.extend(world.said());
        }
        // Filters first, so that nothing passes they would keep out.
        assert!(again[0].starts_with("filter "), "{again:?}");
        again.sort();
        before.sort();
        assert_eq!(again, before, "{turn}");
        world.heard();
    }
}

#[test]
fn subscribe_ordinary_events_before_custom() {
    let mut world = World::ready();
    world.subscribe("CUSTOM a::b");
    world.subscribe("DTMF CUSTOM c::d");
    let set = EventSet::new().with_subclass("x::y").with(EventName::Heartbeat).with_subclass("u::v");
    world.connection.subscribe(set, world.now).unwrap();
    assert_eq!(
        world.said(),
        ["event plain CUSTOM a::b", "event plain DTMF CUSTOM c::d", "event plain HEARTBEAT CUSTOM u::v x::y"]
    );
}

#[test]
fn treat_nixevent_after_all_as_lossy_for_custom_subclasses() {
    let mut world = World::ready();
    let some = world.holds("DTMF CUSTOM a::b");
    let all = world.holds("ALL");
    world.unsubscribe(some);
    world.subscribe("HEARTBEAT");
    world.unsubscribe(all);
    assert!(world.said().is_empty());
    assert_eq!(world.heard(), ["subscribed 3"]);
    // Nor by a command of the caller's own.
    let lossy =
        ["nixevent DTMF", "NIXEVENT CUSTOM a::b", "nixevent ALL"].map(|line| Command::raw(line).unwrap());
    for command in &lossy {
        let refused = world.connection.check(command);
        assert_eq!(refused, Err(ApiMisuse::WouldLoseEvents { what: "nixevent" }), "{command:?}");
    }
    let mut without_all = World::ready();
    without_all.holds("DTMF HEARTBEAT");
    assert_eq!(without_all.connection.check(&lossy[0]), Ok(()));
    // `noevents` throws away what is queued, too.
    let refused = without_all.connection.check(&Command::noevents());
    assert_eq!(refused, Err(ApiMisuse::WouldLoseEvents { what: "noevents" }));
    assert_eq!(World::ready().connection.check(&Command::noevents()), Ok(()));
}

// ---- 9. Notices

#[test]
fn on_disconnect_notice_distinguish_linger() {
    let notices: Vec<_> = messages_of("out-linger")
        .into_iter()
        .filter_map(|message| match message {
            Message::DisconnectNotice(notice) => Some(notice),
            _ => None,
        })
        .collect();
    assert_eq!(notices.len(), 2);
    assert_eq!(notices[0].disposition(), Disposition::Linger);
    assert_eq!(notices[0].linger_seconds(), Some(-1));
    assert_eq!(notices[0].text(), "");
    assert!(notices[0].unique_id().is_some());
    assert_eq!(notices[1].disposition(), Disposition::Disconnect);
    assert_eq!(notices[1].headers().get("Content-Disposition").as_deref(), Some("disconnect"));
    assert_eq!(notices[1].linger_seconds(), None);
}

#[test]
fn on_disconnect_notice_distinguish_disconnect_or_absent() {
    let Some(Message::DisconnectNotice(notice)) = messages_of("in-exit").pop() else { panic!() };
    assert_eq!(notice.disposition(), Disposition::Disconnect);
    assert_eq!(notice.unique_id(), None);
    assert!(notice.text().starts_with("Disconnected, goodbye.\n"));
}
