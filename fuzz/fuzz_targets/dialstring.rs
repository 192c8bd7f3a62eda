//! Whatever reads as a dial string is written so that it reads the same, for either way; and what an encoder takes,
//! the tokenizer gives out. The first byte of the input says what to try, the rest is its arguments, 0x1f between.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trunkline_proto::dialstring::tokenizer::{escape, find_close, separate};
use trunkline_proto::dialstring::{
    Bridge, DialString, Endpoint, Leg, Variables, application_argument, set_argument, uuid_setvar,
    uuid_setvar_multi,
};

fuzz_target!(|input: &[u8]| {
    let Some((&which, rest)) = input.split_first() else { return };
    if which == b't' {
        return tokenizer(rest);
    }
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let arguments: Vec<&str> = text.split('\u{1f}').collect();
    match which {
        b'd' => reads(text.parse::<DialString>()),
        b'b' => reads(text.parse::<Bridge>()),
        b'e' => reads(text.parse::<Endpoint>()),
        b'v' => values(&arguments),
        b'l' => legs(&arguments),
        _ => {}
    }
});

fn reads<T: ToString + std::str::FromStr<Err: std::fmt::Debug> + PartialEq + std::fmt::Debug>(
    value: Result<T, impl std::fmt::Debug>,
) {
    let Ok(value) = value else { return };
    let text = value.to_string();
    assert_eq!(text.parse::<T>().expect("our own"), value, "{text}");
    assert_eq!(text.parse::<T>().unwrap().to_string(), text);
}

fn tokenizer(rest: &[u8]) {
    let Some((&[delimiter, most], text)) = rest.split_first_chunk() else { return };
    let _ = find_close(text, delimiter, most);
    let Ok(tokens) = separate(text, delimiter, most.into()) else { return };
    assert!(tokens.len() <= most.into());
    assert!(tokens.iter().map(Vec::len).sum::<usize>() <= text.len());
    if let (true, Ok(text)) =
        (delimiter.is_ascii_punctuation() || delimiter == b' ', std::str::from_utf8(text))
    {
        // As the third word of three, say; these escape themselves already, or make escapes.
        let separator = char::from(delimiter);
        if !text.is_empty() && !matches!(separator, '\\' | '\'') {
            let line = format!("a{separator}{}{separator}z", escape(text, separator));
            let back = separate(line.as_bytes(), delimiter, 9).unwrap();
            assert_eq!(back, [b"a".as_slice(), text.as_bytes(), b"z"], "{line}");
        }
    }
}

/// Name, value and so on.
fn values(arguments: &[&str]) {
    let mut variables = Variables::new();
    for pair in arguments.chunks_exact(2) {
        let _ = variables.set(pair[0], pair[1]);
        if let Ok(command) = uuid_setvar("u", pair[0], pair[1]) {
            let words = separate(
                command["uuid_setvar ".len()..].trim_end_matches(['\u{b}', ' ']).as_bytes(),
                b' ',
                3,
            )
            .unwrap();
            assert_eq!(words.get(2).map_or(&b""[..], Vec::as_slice), pair[1].as_bytes(), "{command}");
        }
        if let Ok(argument) = application_argument(pair[1]) {
            assert!(!argument.starts_with("%["));
        }
        let _ = set_argument(pair[0], pair[1]);
    }
    let Ok(command) = uuid_setvar_multi("u", &variables) else { return };
    let list = command.trim_end_matches('\u{b}').strip_prefix("uuid_setvar_multi u ").unwrap();
    let tokens = separate(list.as_bytes(), b';', 64).unwrap();
    let wanted: Vec<Vec<u8>> =
        variables.iter().map(|(name, value)| format!("{name}={value}").into_bytes()).collect();
    assert_eq!(tokens, wanted, "{command}");
}

/// Addresses, each with what is to be done with it and a variable.
fn legs(arguments: &[&str]) {
    let mut dial: Option<DialString> = None;
    for part in arguments.chunks_exact(4) {
        let Ok(endpoint) = Endpoint::raw(part[1]) else { continue };
        let leg = Leg::new(endpoint);
        let leg = leg.clone().variable(part[2], part[3]).unwrap_or(leg);
        let more = match dial {
            None => DialString::new(leg),
            Some(dial) => match part[0] {
                "," => dial.fork(leg),
                "|" => dial.failover(leg),
                _ => dial.enterprise(leg),
            }
            .unwrap(),
        };
        let more = more.clone().variable(part[2], part[3]).unwrap_or(more);
        dial = Some(more.clone().ultra_variable(part[2], part[3]).unwrap_or(more));
    }
    let Some(dial) = dial else { return };
    assert_eq!(dial.to_string().parse(), Ok(dial.clone()), "{dial}");
    let bridge = Bridge::new(dial);
    assert_eq!(bridge.to_string().parse(), Ok(bridge.clone()), "{bridge}");
}
