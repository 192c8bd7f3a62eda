//! The oddities of the protocol, one test each, from the recordings wherever one shows it.

use bytes::BytesMut;
use trunkline_proto::{
    ApiResponse, CommandReply, ContentType, Event, EventBuilder, EventError, EventFormat, EventName, LogData,
    LogLevel, Message, MessageDecoder,
};

use crate::recordings::{self, messages_of};

pub(crate) fn events(recording: &str) -> Vec<Event> {
    messages_of(recording)
        .into_iter()
        .filter_map(|message| match message {
            Message::Event(event) => Some(event),
            _ => None,
        })
        .collect()
}

pub(crate) fn replies(recording: &str) -> Vec<CommandReply> {
    messages_of(recording)
        .into_iter()
        .filter_map(|message| match message {
            Message::CommandReply(reply) => Some(reply),
            _ => None,
        })
        .collect()
}

fn responses(recording: &str) -> Vec<ApiResponse> {
    messages_of(recording)
        .into_iter()
        .filter_map(|message| match message {
            Message::ApiResponse(response) => Some(response),
            _ => None,
        })
        .collect()
}

fn logs(recording: &str) -> Vec<LogData> {
    messages_of(recording)
        .into_iter()
        .filter_map(|message| match message {
            Message::LogData(log) => Some(log),
            _ => None,
        })
        .collect()
}

pub(crate) fn plain(payload: &str) -> Event {
    Event::decode(EventFormat::Plain, payload.to_owned().into()).unwrap()
}

pub(crate) fn json(payload: &[u8]) -> Event {
    Event::decode(EventFormat::Json, payload.to_vec().into()).unwrap()
}

/// An event of these lines of headers and of this after them.
fn xml_with(headers: &str, rest: &str) -> Event {
    let payload = format!("<event>\n  <headers>\n{headers}  </headers>\n{rest}</event>\n");
    Event::decode(EventFormat::Xml, payload.into()).unwrap()
}

pub(crate) fn one(bytes: &[u8]) -> Message {
    let mut buffer = BytesMut::from(bytes);
    let message = MessageDecoder::default().decode(&mut buffer).unwrap().unwrap();
    assert!(buffer.is_empty());
    message
}

// ---- replies

#[test]
fn a_command_reply_has_no_content_length() {
    for reply in replies("in-auth-ok") {
        assert_eq!(reply.headers().get("Content-Length"), None);
        assert_eq!(reply.body(), None);
    }
}

#[test]
fn a_refused_api_is_answered_by_a_command_reply() {
    let texts: Vec<String> =
        replies("in-userauth-restricted").iter().map(|reply| reply.text().into_owned()).collect();
    assert_eq!(texts.iter().filter(|text| *text == "-ERR permission denied").count(), 14);
    // `api` alone is no command.
    assert!(texts.iter().any(|text| text == "-ERR command not found"));
    let refused = &replies("in-userauth-restricted")[1];
    assert_eq!(refused.error().as_deref(), Some("permission denied"));
    assert!(!refused.is_ok());
}

#[test]
fn an_unknown_api_command_is_answered_by_an_api_response() {
    let bytes = b"Content-Type: api/response\nContent-Length: 31\n\n-ERR nosuch Command not found!\n";
    let Message::ApiResponse(response) = one(bytes) else { panic!() };
    assert_eq!(response.error().as_deref(), Some("nosuch Command not found!"));
}

#[test]
fn a_command_that_prints_nothing_says_so() {
    let empty = responses("api-empty-and-newlines")
        .into_iter()
        .filter(|response| response.text() == "-ERR no reply\n");
    assert!(empty.count() > 0);
}

#[test]
fn a_response_of_100_kb_comes_whole() {
    assert!(responses("api-empty-and-newlines").iter().any(|response| response.bytes().len() >= 100_000));
}

#[test]
fn the_reply_to_bgapi_names_the_job_twice() {
    let reply = &replies("api-bgapi")[2];
    let job = reply.job_uuid().unwrap();
    assert_eq!(reply.text(), format!("+OK Job-UUID: {job}"));
}

#[test]
fn the_reply_to_connect_is_a_whole_channel() {
    for name in
        ["out-connect-loopback", "out-connect-sip", "out-connect-sip-unanswered", "out-odd-values-connect"]
    {
        let reply = &replies(name)[0];
        assert!(reply.is_ok(), "{name}");
        // `%2BOK%0A` on the wire: here alone the outer values are encoded.
        assert_eq!(reply.text(), "+OK", "{name}");
        assert!(reply.headers().len() > 80, "{name}");
        assert_eq!(reply.headers().get("Event-Name").as_deref(), Some("CHANNEL_DATA"), "{name}");
        assert_eq!(reply.headers().get("FreeSWITCH-IPv6").as_deref(), Some("::1"), "{name}");
        assert_eq!(reply.headers().get("Socket-Mode").as_deref(), Some("async"), "{name}");
    }
}

#[test]
fn odd_values_survive_the_reply_to_connect() {
    let reply = &replies("out-odd-values-connect")[0];
    let values: Vec<String> = reply.headers().iter().map(|(_, value)| value.to_str().into_owned()).collect();
    assert!(values.iter().any(|value| value.contains('\n') && value != "+OK\n"));
    assert!(values.iter().any(|value| value.contains("汉字") || value.contains('é') || value.contains('ü')));
    assert!(reply.headers().iter().any(|(_, value)| value.is_array() && value.elements().len() > 1));
}

#[test]
fn a_value_with_a_newline_adds_header_lines_to_its_reply() {
    let replies = replies("out-getvar-breaks-framing");
    let broken = replies.iter().find(|reply| reply.text() == "line one").unwrap();
    // `line two` has no colon and is passed over.
    assert_eq!(broken.headers().len(), 2);
}

#[test]
fn a_value_with_an_empty_line_forges_a_message() {
    let forged = messages_of("out-getvar-breaks-framing").into_iter().find_map(|message| match message {
        Message::Other(frame) => Some(frame),
        _ => None,
    });
    let forged = forged.unwrap();
    assert_eq!(forged.content_type(), ContentType::Other);
    assert_eq!(forged.body().as_deref(), Some(&b"abc"[..]));
}

#[test]
fn a_value_that_begins_with_a_tilde_is_glued_to_the_next_message() {
    let glued =
        replies("out-getvar-breaks-framing").into_iter().find(|reply| reply.body().is_some()).unwrap();
    assert_eq!(glued.headers().get("tilde").as_deref(), Some("valueContent-Type: api/response"));
    assert_eq!(glued.body().map(|body| &body[..]), Some(&b"pbx1"[..]));
    assert_eq!(glued.text(), "");
}

#[test]
fn a_long_job_uuid_cuts_the_reply_and_glues_the_next_message_to_it() {
    let cut =
        replies("api-bgapi-long-job-uuid").into_iter().find(|reply| reply.job_uuid().is_some()).unwrap();
    assert!(
        cut.job_uuid().unwrap().as_str().ends_with("Content-Length: 566") || cut.headers().len() > 2,
        "{cut:?}"
    );
    assert!(
        messages_of("api-bgapi-long-job-uuid").iter().any(|message| matches!(message, Message::Other(_)))
    );
}

// ---- events

#[test]
fn of_two_content_lengths_one_is_the_senders() {
    for recording in ["send-event-plain", "send-event-json"] {
        let event = events(recording)
            .into_iter()
            .find(|event| event.body().as_deref() == Some("hello body"))
            .unwrap();
        // The serialiser's own is not among the headers.
        let lengths: Vec<_> = event.headers().get_all("Content-Length").map(|value| value.to_str()).collect();
        assert_eq!(lengths, ["10"], "{recording}");
    }
}

#[test]
fn a_senders_content_length_need_not_be_the_bodys() {
    // The first of two bodies was thrown away.
    let event = events("in-body").into_iter().find(|event| event.body().as_deref() == Some("defg")).unwrap();
    let lengths: Vec<_> = event.headers().get_all("Content-Length").map(|value| value.to_str()).collect();
    assert_eq!(lengths, ["3", "4"]);
}

#[test]
fn an_empty_body_is_missing_in_plain_and_empty_in_json() {
    let silent = |recording: &str| {
        events(recording).into_iter().find(|event| event.body().is_none_or(|body| body.is_empty()))
    };
    let (plain, json) = (silent("ev-bgjob-plain").unwrap(), silent("ev-bgjob-json").unwrap());
    assert_eq!(plain.body_bytes(), None);
    assert_eq!(json.body_bytes().as_deref(), Some(&b""[..]));
    assert_eq!(json.get("Content-Length"), None);
    let frame =
        recordings::frames(b"Content-Length: 0\nContent-Type: text/event-plain\n\n", recordings::Cut::Whole)
            .0;
    assert_eq!(frame[0].body().as_deref(), Some(&b""[..]));
}

#[test]
fn a_percent_sign_that_looks_encoded_is_not_told_from_one_that_is() {
    let value = |recording: &str| {
        let mut events = events(recording).into_iter();
        events.find_map(|event| event.variable("lab_percent").map(|value| value.into_owned())).unwrap()
    };
    assert_eq!(value("ev-odd-values-json"), "100% %41 %zz %");
    assert_eq!(value("ev-odd-values-plain"), "100% A %zz %");
}

#[test]
fn odd_values_are_read_exactly() {
    for recording in ["ev-odd-values-plain", "ev-odd-values-json"] {
        let event =
            events(recording).into_iter().find(|event| event.variable("lab_newline").is_some()).unwrap();
        for (variable, value) in [
            ("lab_percent", if recording.ends_with("json") { "100% %41 %zz %" } else { "100% A %zz %" }),
            ("lab_newline", "line one\nline two\r\nline three"),
            ("lab_quotes", "say \"hi\" it's <b>&amp;</b>"),
            ("lab_commas", "a,b;c|d:e=f"),
            ("lab_control", "bell\x07 esc\x1b del\x7f"),
            ("lab_utf8", "Jürgen Étienne 汉字 📞"),
            ("lab_é", "name-not-ascii"),
            ("lab.dotted-name", "dotted"),
            ("lab<x>", "angle"),
        ] {
            let found = event.variable(variable).unwrap_or_else(|| panic!("{recording}: no {variable}"));
            assert_eq!(found, value);
        }
    }
}

#[test]
fn the_subclass_comes_first() {
    for recording in ["ev-conference-plain", "ev-conference-json"] {
        let events = events(recording);
        let conference = events.iter().find(|event| event.is(EventName::Custom)).unwrap();
        assert_eq!(conference.subclass().as_deref(), Some("conference::maintenance"), "{recording}");
        assert_eq!(conference.headers().iter().next().unwrap().0, "Event-Subclass", "{recording}");
    }
}

#[test]
fn the_format_may_change_between_two_events() {
    let formats: Vec<_> = events("ev-format-switch").iter().map(Event::format).collect();
    assert!(formats.contains(&EventFormat::Plain) && formats.contains(&EventFormat::Json), "{formats:?}");
}

#[test]
fn xml_is_no_xml() {
    // A variable called `we ird` is an element called so.
    let event = xml_with("    <variable_we ird>v</variable_we ird>\n", "");
    assert_eq!(event.variable("we ird").as_deref(), Some("v"));
    let event = xml_with("    <variable_a>b>v</variable_a>b>\n    <variable_c\nd>w</variable_c\nd>\n", "");
    assert_eq!(event.variable("a>b").as_deref(), Some("v"));
    assert_eq!(event.variable("c\nd").as_deref(), Some("w"));
    assert_eq!(event.headers().len(), 2);
    assert_eq!(event.detach().variable("A>B").as_deref(), Some("v"));
}

#[test]
fn an_array_is_repeated_elements_in_xml() {
    let event = events("send-event-xml").into_iter().find(|event| event.get("X-Array").is_some()).unwrap();
    let elements: Vec<_> = event.headers().get_all("X-Array").map(|value| value.to_str()).collect();
    assert_eq!(elements, ["a", "b"]);
    assert!(event.headers().iter().all(|(_, value)| !value.is_array()));
}

#[test]
fn the_indentation_of_xml_is_no_part_of_a_body() {
    let bodies: Vec<_> =
        events("ev-bgjob-xml").iter().filter_map(|event| Some(event.body()?.into_owned())).collect();
    assert!(bodies.iter().any(|body| body == "-ERR USER_BUSY\n"), "{bodies:?}");
    assert!(bodies.iter().any(|body| body == "a\n\nb\n"), "{bodies:?}");
    assert!(bodies.iter().any(|body| body == "café <b>&\"'%41"), "{bodies:?}");
    // Only the length tells it from two blanks that were there.
    let body = |length, text| {
        let body = format!("  <Content-Length>{length}</Content-Length>\n  <body>{text}</body>\n");
        xml_with("    <A>b</A>\n", &body).body().unwrap().into_owned()
    };
    assert_eq!(body(2, "a\n  "), "a\n");
    assert_eq!(body(4, "a\n  "), "a\n  ");
    assert_eq!(body(6, "&lt;&#xD;\n  "), "<\r\n");
}

#[test]
fn a_body_that_is_not_utf_8_loses_some_of_it_in_xml() {
    let [event] = &events("ev-invalid-utf8-xml")[..] else { panic!("one event") };
    // The blank behind the broken character goes with it.
    assert_eq!(event.body_bytes().as_deref(), Some(&b"body caf\n"[..]));
    assert_eq!(event.get_bytes("Latin1").as_deref(), Some(&b"caf\xe9"[..]));
}

#[test]
fn what_follows_a_cdata_in_xml_is_not_escaped() {
    let text = "  <Content-Length>26</Content-Length>\n  <body>&lt;<![CDATA[&amp;]]></b>&gt;\r</body>\n";
    let event = xml_with("    <A>b</A>\n", text);
    assert_eq!(event.body().as_deref(), Some("<<![CDATA[&amp;]]></b>&gt;\r"));
    assert!(String::from_utf8_lossy(&event.to_builder().payload(EventFormat::Xml)).contains(&text[40..]));
}

#[test]
fn an_empty_body_is_missing_in_xml() {
    let event = EventBuilder::new().header("A", "b").body("").to_event(EventFormat::Xml).unwrap();
    assert_eq!(event.body(), None);
}

#[test]
fn xml_that_is_not_the_switchs_is_undecodable() {
    let message = b"Content-Length: 9\nContent-Type: text/event-xml\n\n<event />";
    assert!(matches!(one(message), Message::Undecodable { why: EventError::Xml { at: 0 }, .. }));
}

#[test]
fn a_header_called_body_is_no_body() {
    // Whoever sends a header `_body` sets the body too, and the switch writes both.
    let payload = br#"{"A":"1","_body":"header","Content-Length":"4","Event-Name":"CUSTOM","Content-Length":"6","_body":"header"}"#;
    let event = json(payload);
    assert_eq!(event.body().as_deref(), Some("header"));
    let names: Vec<_> = event.headers().iter().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["A", "_body", "Content-Length", "Event-Name"]);
    assert_eq!(event.to_builder().payload(EventFormat::Json), payload);
}

#[test]
fn what_looks_like_an_array_goes_out_as_it_came_in() {
    let payload = br#"{"A":"ARRAY::one|:two","B":["one"],"C":[],"D":["|:"]}"#;
    let event = json(payload);
    assert!(event.headers().value("A").unwrap().is_array());
    assert_eq!(event.to_builder().payload(EventFormat::Json), payload);
    let payload = "A: ARRAY%3A%3Aone\nB: ARRAY%3A%3A\nC: ARRAY%3A%3A%7C%3A\nD: _undef_\n\n";
    assert_eq!(plain(payload).to_builder().payload(EventFormat::Plain), payload.as_bytes());
}

#[test]
fn values_that_are_no_strings_are_passed_over() {
    let event = json(br#"{"a":1,"b":null,"c":{"d":["}"]},"e":[1,"2"],"Event-Name":"DTMF","f":true}"#);
    assert_eq!(event.headers().len(), 1);
    assert_eq!(event.name(), Some(&EventName::Dtmf));
}

#[test]
fn a_name_that_is_an_array_is_one_in_both_forms() {
    let plain = plain("Event-Name: ARRAY%3A%3Aa%7C%3Ab\n\n");
    let json = plain.to_builder().to_event(EventFormat::Json).unwrap();
    assert_eq!(plain.name(), Some(&EventName::Other("ARRAY::a|:b".into())));
    assert_eq!(json.name(), plain.name());
}

#[test]
fn broken_json_says_where() {
    for (payload, at) in
        [(&b""[..], 0), (b"[]", 0), (b"{\"a\":\"b\"", 1), (b"{\"a\":\"b\",", 9), (b"{\"a", 1)]
    {
        let error = Event::decode(EventFormat::Json, payload.to_vec().into()).unwrap_err();
        assert!(error.to_string().ends_with(&format!("at byte {at}")), "{}: {error}", payload.escape_ascii());
    }
    let message = b"Content-Length: 2\nContent-Type: text/event-json\n\n{]";
    assert!(matches!(one(message), Message::Undecodable { .. }));
}

#[test]
fn a_name_may_be_long_in_both_forms() {
    let name = "x".repeat(70_000);
    for (format, payload) in
        EventFormat::ALL.map(|format| (format, EventBuilder::new().header(&name, "v").payload(format)))
    {
        let event = Event::decode(format, payload.into()).unwrap();
        assert_eq!(event.get(&name).as_deref(), Some("v"), "{format}");
    }
}

#[test]
fn events_may_be_large() {
    assert!(events("ev-many-variables").iter().any(|event| event.headers().len() > 300));
    let longest = events("ev-big-variable")
        .iter()
        .flat_map(|event| event.headers().iter().map(|(_, value)| value.to_bytes().len()).collect::<Vec<_>>())
        .max();
    assert_eq!(longest, Some(59_999));
}

// ---- the rest

#[test]
fn a_refused_address_gets_a_rejection_instead_of_a_greeting() {
    let messages = recordings::messages(&recordings::connection("in-acl-reject", 1).received);
    let [Message::RudeRejection(text), Message::DisconnectNotice(_)] = &messages[..] else {
        panic!("{messages:?}")
    };
    assert_eq!(text, "Access Denied, go away.");
}

#[test]
fn log_lines_have_raw_values_and_perhaps_no_channel() {
    let logs = logs("log-call");
    assert!(logs.iter().any(|log| log.unique_id().is_none()));
    assert!(logs.iter().any(|log| log.unique_id().is_some_and(|id| id.starts_with("ca11"))));
    assert!(logs.iter().any(|log| log.level() == LogLevel::Debug));
    for log in logs {
        assert!(log.file().is_some_and(|file| file.ends_with(".c") || file.ends_with(".cpp")), "{log:?}");
        assert!(log.line().is_some() && log.function().is_some(), "{log:?}");
    }
}
