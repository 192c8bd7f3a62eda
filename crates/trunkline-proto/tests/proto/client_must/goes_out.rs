//! What goes out.

use super::*;

/// What would end a line, or begin a header, is refused by every constructor that takes a text; by the one that has a
/// body to carry it in it is carried there.
#[test]
fn never_send_user_text_without_filtering() {
    for text in ["x\n\nexit\n\n", "x\r\nA: b", "x\nconsole_execute: true", "x\0"] {
        for (place, refused) in with_text(text) {
            assert!(
                matches!(refused, Err(ApiMisuse::Unsendable { .. } | ApiMisuse::Invalid { .. })),
                "{place} {text:?}: {refused:?}"
            );
        }
    }
    // Nor what would be taken for another thing.
    let reload = "please reload the mod_event_socket thing";
    for (place, refused) in with_text(reload) {
        assert!(
            matches!(refused, Err(ApiMisuse::WouldReload { .. } | ApiMisuse::Invalid { .. })),
            "{place}: {refused:?}"
        );
    }
    let message = SendMsg::execute("log", "x\n\nexit\n\n");
    let packets = recordings::packets(Command::sendmsg(&message).unwrap().wire(), Cut::Whole).0;
    assert_eq!(packets.len(), 1);
    assert_eq!(packets[0].packet.body(), Some(&b"x\n\nexit\n\n"[..]));
}

fn with_text(text: &str) -> Vec<(&'static str, Result<Command, ApiMisuse>)> {
    let event = |name: &str, value: &str| EventBuilder::new().header(name, value);
    let uuid = ChannelUuid::from(text);
    let execute = |execute: Execute| Command::sendmsg(&execute.into());
    vec![
        ("api", Command::api(&format!("echo {text}"))),
        ("console", Command::console(&format!("echo {text}"))),
        ("bgapi", Command::bgapi(&format!("echo {text}"), None)),
        ("bgapi, id", Command::bgapi("status", Some(&text.into()))),
        ("event", Command::event(EventFormat::Plain, &EventSet::new().with_subclass(text))),
        ("nixevent", Command::nixevent(&EventSet::new().with_subclass(text))),
        ("filter, header", Command::filter(text, "x")),
        ("filter, value", Command::filter("x", text)),
        ("filter delete", Command::filter_delete("x", Some(text))),
        ("sendevent, name", Command::sendevent(&EventName::Other(text.into()), &EventBuilder::new())),
        ("sendevent, header", Command::sendevent(&EventName::Notify, &event(text, "x"))),
        ("sendevent, value", Command::sendevent(&EventName::Notify, &event("x", text))),
        ("getvar", Command::getvar(text)),
        ("myevents", Command::myevents_of(&uuid, EventFormat::Plain)),
        ("sendmsg, target", Command::sendmsg(&SendMsg::hangup_normally().to(&uuid))),
        ("hangup", Command::sendmsg(&SendMsg::hangup(text))),
        ("nomedia", Command::sendmsg(&SendMsg::nomedia(&uuid))),
        ("xferext, name", Command::sendmsg(&SendMsg::xferext([(text, "")]))),
        ("xferext, argument", Command::sendmsg(&SendMsg::xferext([("log", text)]))),
        ("execute, name", execute(Execute::new(text, ""))),
        ("execute, Event-UUID", execute(Execute::new("park", "").event_uuid(text))),
        ("execute, its name", execute(Execute::new("park", "").event_uuid_name(text))),
    ]
}

/// Each command the switch has, by a constructor of its own.
#[test]
fn provide_typed_builders() {
    let uuid = ChannelUuid::from("my-call");
    let events = EventSet::parse("DTMF");
    let mut session = Standing::inbound(true);
    session.has_session = true;
    for (command, standing, request) in [
        (Command::exit(), session, "Exit"),
        (Command::auth("pw").unwrap(), Standing::inbound(false), "Auth"),
        (Command::userauth("u@d", "pw").unwrap(), Standing::inbound(false), "UserAuth"),
        (Command::filter("a", "b").unwrap(), session, "Filter"),
        (Command::filter_delete("a", None).unwrap(), session, "Filter"),
        (Command::filter_delete_all(), session, "Filter"),
        (Command::resume(), session, "Resume"),
        (Command::connect(), session, "Connect"),
        (Command::getvar("x").unwrap(), session, "GetVar"),
        (Command::myevents(None), session, "MyEvents"),
        (Command::myevents_of(&uuid, EventFormat::Json).unwrap(), Standing::inbound(true), "MyEvents"),
        (Command::divert_events(true), session, "DivertEvents"),
        (Command::sendmsg(&SendMsg::hangup_normally()).unwrap(), session, "SendMsg"),
        (Command::sendevent(&EventName::Notify, &EventBuilder::new()).unwrap(), session, "SendEvent"),
        (Command::api("status").unwrap(), session, "Api"),
        (Command::bgapi("status", None).unwrap(), session, "BgApi"),
        (Command::log(LogLevel::Debug), session, "Log"),
        (Command::linger(Some(3)), session, "Linger"),
        (Command::nolinger(), session, "NoLinger"),
        (Command::nolog(), session, "NoLog"),
        (Command::event(EventFormat::Json, &events).unwrap(), session, "Event"),
        (Command::nixevent(&events).unwrap(), session, "NixEvent"),
        (Command::noevents(), session, "NoEvents"),
    ] {
        let packet = recordings::packets(command.wire(), Cut::Whole).0.remove(0).packet;
        let taken_for = format!("{:?}", Request::parse(&packet, standing));
        assert_eq!(taken_for.split('(').next(), Some(request), "{command:?}");
        // And by the kind it has when it is said raw.
        let raw = Command::raw(&String::from_utf8_lossy(packet.text())).unwrap();
        assert_eq!(raw.kind(), command.kind());
    }
}
