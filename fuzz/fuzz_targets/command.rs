//! Any bytes are cut into the same packets however they come; and what a constructor accepts is one packet, which
//! says what was given. The first byte of the input says which constructor, the rest is its arguments, 0x1f between.
#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use trunkline_proto::listener::{Packet, PacketDecoder, PacketError, Request, Standing};
use trunkline_proto::{Command, EventBuilder, EventFormat, EventName, EventSet, Execute, JobUuid, SendMsg};

fuzz_target!(|input: &[u8]| {
    let Some((&which, rest)) = input.split_first() else { return };
    if which == b'*' {
        return cut(rest);
    }
    let arguments: Vec<&[u8]> = rest.split(|byte| *byte == 0x1f).collect();
    if which == b's' {
        return sendevent(&arguments);
    }
    let Ok(arguments) = arguments.into_iter().map(std::str::from_utf8).collect::<Result<Vec<_>, _>>() else {
        return;
    };
    let argument = |at: usize| arguments.get(at).copied().unwrap_or_default();
    match which {
        b'a' => says(Command::auth(argument(0)), &format!("auth {}", argument(0)), &[], None),
        b'u' => {
            let line = format!("userauth {}:{}", argument(0), argument(1));
            says(Command::userauth(argument(0), argument(1)), &line, &[], None);
        }
        b'p' => says(Command::api(argument(0)), &format!("api {}", argument(0).trim_matches(' ')), &[], None),
        b'c' => {
            let line = format!("api {}", argument(0).trim_matches(' '));
            says(Command::console(argument(0)), &line, &[(b"console_execute", b"true")], None);
        }
        b'b' => {
            let job = JobUuid::from(argument(1));
            // The switch drops blanks before a value, and reads an array from `ARRAY::`.
            let id = argument(1).trim_start_matches(' ');
            if !id.starts_with("ARRAY::") {
                let line = format!("bgapi {}", argument(0).trim_matches(' '));
                says(Command::bgapi(argument(0), Some(&job)), &line, &[(b"Job-UUID", id.as_bytes())], None);
            }
        }
        b'f' => {
            let word =
                if ["add", "delete"].contains(&&*argument(0).to_ascii_lowercase()) { "add " } else { "" };
            let line = format!("filter {word}{} {}", argument(0), argument(1));
            says(Command::filter(argument(0), argument(1)), &line, &[], None);
        }
        b'd' => {
            let line = format!("filter delete {} {}", argument(0), argument(1));
            says(Command::filter_delete(argument(0), Some(argument(1))), &line, &[], None);
        }
        b'g' => says(Command::getvar(argument(0)), &format!("getvar {}", argument(0)), &[], None),
        b'm' => {
            let line = format!("myevents {} json", argument(0));
            says(Command::myevents_of(&argument(0).into(), EventFormat::Json), &line, &[], None);
        }
        b'x' => execute(argument(0), argument(1), argument(2)),
        b'e' => event(&arguments),
        b'r' => raw(argument(0), None),
        b'R' => raw(argument(0), Some(argument(1).as_bytes())),
        _ => {}
    }
});

type Cut = (Vec<Packet>, Option<PacketError>, usize);

fn packets(bytes: &[u8], piece: usize) -> Cut {
    let mut decoder = PacketDecoder::new();
    let mut buffer = BytesMut::new();
    let mut packets = Vec::new();
    for piece in bytes.chunks(piece.max(1)) {
        buffer.extend_from_slice(piece);
        loop {
            match decoder.decode(&mut buffer) {
                Ok(Some(packet)) => packets.push(packet),
                Ok(None) => break,
                Err(error) => return (packets, Some(error), 0),
            }
        }
    }
    let left = if decoder.is_partial(&buffer) { buffer.len() } else { 0 };
    (packets, None, left)
}

fn cut(bytes: &[u8]) {
    let whole = packets(bytes, bytes.len());
    for piece in [1, 2, 7, 40] {
        assert_eq!(packets(bytes, piece), whole);
    }
    for packet in &whole.0 {
        let mut standing = Standing::inbound(true);
        let _ = (packet.line(), packet.header("a"), Request::parse(packet, standing));
        standing.has_session = true;
        let _ = Request::parse(packet, standing);
        let _ = Request::parse(packet, Standing::inbound(false));
    }
}

/// The one packet a command is.
fn one(command: &Command) -> Packet {
    let (mut packets, error, left) = packets(command.wire(), usize::MAX);
    assert!(packets.len() == 1 && error.is_none() && left == 0, "{}", command.wire().escape_ascii());
    packets.remove(0)
}

fn says<E>(command: Result<Command, E>, line: &str, headers: &[(&[u8], &[u8])], body: Option<&[u8]>) {
    let Ok(command) = command else { return };
    let packet = one(&command);
    assert_eq!(packet.line(), line.as_bytes());
    let said: Vec<_> = packet.headers().map(|(name, values)| (name, values.text())).collect();
    let said: Vec<(&[u8], &[u8])> = said.iter().map(|(name, value)| (*name, &**value)).collect();
    assert_eq!(said, headers);
    assert_eq!(packet.body(), body.filter(|body| !body.is_empty()));
    // No command but one that says so reloads the module.
    let request = Request::parse(&packet, Standing::inbound(true));
    let reload = matches!(request, Request::Reload | Request::Unload);
    assert!(!reload || line.to_ascii_lowercase().contains("load "), "{line}");
    let _ = format!("{command:?}");
}

/// The argument reaches the application as it is, in a header or in the body.
fn execute(application: &str, argument: &str, uuid: &str) {
    let message = SendMsg::from(Execute::new(application, argument).event_uuid(uuid));
    let Ok(command) = Command::sendmsg(&message) else { return };
    let packet = one(&command);
    assert_eq!(packet.line(), b"sendmsg");
    assert_eq!(packet.header("call-command").as_deref(), Some(&b"execute"[..]));
    assert_eq!(packet.header("execute-app-name").as_deref(), Some(application.as_bytes()));
    if !uuid.starts_with("ARRAY::") {
        assert_eq!(packet.header("Event-UUID").as_deref(), Some(uuid.as_bytes()));
    }
    let in_header = packet.header("execute-app-arg");
    let got = in_header.as_deref().or(packet.body()).unwrap_or_default();
    assert_eq!(got, argument.as_bytes());
    let request = Request::parse(&packet, Standing::inbound(true));
    assert!(!matches!(request, Request::Reload | Request::Unload));
}

fn event(arguments: &[&str]) {
    let set = arguments.iter().fold(EventSet::new(), |set, argument| match argument.strip_prefix('+') {
        Some(subclass) => set.with_subclass(subclass),
        None => set.with(EventName::from(*argument)),
    });
    let Ok(command) = Command::event(EventFormat::Json, &set) else { return };
    says(Ok::<_, ()>(command.clone()), &format!("event json {set}"), &[], None);
    // As the switch reads it: all words behind CUSTOM are subclasses.
    let line = one(&command);
    let line = std::str::from_utf8(line.line()).unwrap();
    let mut words = line.split(' ').skip(2);
    let names: Vec<&str> = words.by_ref().take_while(|word| *word != "CUSTOM").collect();
    let wanted: Vec<&str> =
        set.names().filter(|name| **name != EventName::Custom).map(|name| name.as_str()).collect();
    assert_eq!(names, wanted);
    assert_eq!(words.collect::<Vec<_>>(), set.subclasses().collect::<Vec<_>>());
    assert!(Command::nixevent(&set).is_ok());
}

/// Name, then header and value by turns; one that is left over is the body.
fn sendevent(arguments: &[&[u8]]) {
    let Some((name, rest)) = arguments.split_first() else { return };
    let Ok(name) = std::str::from_utf8(name) else { return };
    let name = EventName::from(name);
    let pairs: Vec<(&[u8], &[u8])> = rest.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    let body = rest.chunks_exact(2).remainder().first().copied();
    let mut builder = EventBuilder::new();
    pairs.iter().for_each(|(header, value)| builder.push(*header, *value));
    if let Some(body) = body {
        builder = builder.body(body);
    }
    let Ok(command) = Command::sendevent(&name, &builder) else { return };
    // The switch makes arrays of these, and joins them to what there is.
    if pairs.iter().any(|(_, value)| value.starts_with(b"ARRAY::")) {
        return drop(one(&command));
    }
    let length = body.map(|body| body.len().to_string());
    let mut headers = pairs;
    headers.extend(length.as_ref().map(|length| (&b"Content-Length"[..], length.as_bytes())));
    says(Ok::<_, ()>(command), &format!("sendevent {name}"), &headers, body);
}

fn raw(text: &str, body: Option<&[u8]>) {
    let command = match body {
        Some(body) => Command::raw_with_body(text, body),
        None => Command::raw(text),
    };
    let Ok(command) = command else { return };
    let packet = one(&command);
    let said = std::str::from_utf8(packet.text()).unwrap();
    assert!(said.starts_with(text.trim_matches('\n')));
    if body.is_some() {
        assert!(said.ends_with(&format!("\nContent-Length: {}\n\n", body.unwrap_or_default().len())));
    }
}
